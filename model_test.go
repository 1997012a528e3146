package makeready_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
)

func answer(text string) makeready.Model {
	return makeready.ModelFunc(func(context.Context, makeready.Request) (makeready.Response, error) {
		return makeready.Response{Text: text, Usage: makeready.Usage{Input: 1, Output: 1, Source: makeready.UsageReported}}, nil
	})
}

func tag(name string) makeready.Middleware {
	return func(next makeready.Model) makeready.Model {
		return makeready.ModelFunc(func(ctx context.Context, req makeready.Request) (makeready.Response, error) {
			resp, err := next.Generate(ctx, req)
			resp.Text = name + "(" + resp.Text + ")"
			return resp, err
		})
	}
}

func TestWrapFirstIsOutermost(t *testing.T) {
	resp, err := makeready.Wrap(answer("x"), tag("a"), nil, tag("b")).Generate(t.Context(), makeready.Request{})
	require.NoError(t, err)
	require.Equal(t, "a(b(x))", resp.Text)
}

func TestLeafReportsOnce(t *testing.T) {
	m := makeready.Leaf("outer", "big", tag("mw")(makeready.Leaf("inner", "small", answer("x"))))
	rec, _, err := execute(t.Context(), makeready.Settings{}, func(ctx context.Context) error {
		_, err := m.Generate(ctx, makeready.Request{Prompt: makeready.Ref{Name: "p", Version: "1"}, Task: "t"})
		return err
	})
	require.NoError(t, err)
	require.Len(t, rec.Ops, 2)
	call := rec.Ops[1]
	require.Equal(t, "outer", call.Provider)
	require.Equal(t, "big", call.Model)
	require.Equal(t, "p@1", call.Prompt.String())
	require.Equal(t, int64(1), rec.Usage().Input)
}

func TestLeafNamesTheModelButKeepsTheRequest(t *testing.T) {
	var got makeready.Request
	m := makeready.Leaf("p", "m", makeready.ModelFunc(func(_ context.Context, req makeready.Request) (makeready.Response, error) {
		got = req
		return makeready.Response{}, nil
	}))
	_, err := m.Generate(t.Context(), makeready.Request{})
	require.NoError(t, err)
	require.Equal(t, [2]string{"p", "m"}, [2]string{got.Provider, got.Model})
	_, err = m.Generate(t.Context(), makeready.Request{Model: "m-large"})
	require.NoError(t, err)
	require.Equal(t, "m-large", got.Model)
}

func TestLeafCapsCallsPerRun(t *testing.T) {
	for _, tt := range []struct{ set, want int }{{0, makeready.DefaultMaxCalls}, {3, 3}} {
		calls := 0
		m := makeready.Leaf("p", "m", makeready.ModelFunc(func(context.Context, makeready.Request) (makeready.Response, error) {
			calls++
			return makeready.Response{}, errors.New("down")
		}))
		_, _, err := execute(t.Context(), makeready.Settings{MaxCalls: tt.set}, func(ctx context.Context) error {
			for {
				if _, err := m.Generate(ctx, makeready.Request{}); errors.Is(err, makeready.ErrCallLimit) {
					return err
				}
			}
		})
		require.ErrorIs(t, err, makeready.ErrCallLimit)
		require.Equal(t, "call_limit", makeready.ErrorClass(err))
		require.Equal(t, tt.want, calls)
	}
}

func TestLeafHidesWhatClientsWrite(t *testing.T) {
	secret := errors.New("401 for key sk-PLANTED")
	m := makeready.Leaf("p", "m", makeready.ModelFunc(func(context.Context, makeready.Request) (makeready.Response, error) {
		return makeready.Response{}, secret
	}))
	_, outside := m.Generate(t.Context(), makeready.Request{})
	rec, _, inside := execute(t.Context(), makeready.Settings{}, func(ctx context.Context) error {
		_, err := m.Generate(ctx, makeready.Request{})
		return err
	})
	for _, err := range []error{outside, inside} {
		require.EqualError(t, err, "model p/m: failed")
		require.ErrorIs(t, err, secret, "the cause is there for whoever asks")
	}
	require.Equal(t, "model_unknown", rec.Error)
}

func TestLeafDoesNotStartAfterCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := makeready.Leaf("p", "m", answer("x")).Generate(ctx, makeready.Request{})
	require.ErrorIs(t, err, context.Canceled)
}

func TestLeafKeepsUsageOfFailedCallsAndPanics(t *testing.T) {
	usage := makeready.Usage{Input: 9, Source: makeready.UsageEstimated}
	rec, _, err := execute(t.Context(), makeready.Settings{}, func(ctx context.Context) error {
		cut := makeready.Leaf("p", "cut", makeready.ModelFunc(func(context.Context, makeready.Request) (makeready.Response, error) {
			return makeready.Response{Usage: usage}, makeready.ErrIncompleteStream
		}))
		_, err := cut.Generate(ctx, makeready.Request{})
		func() {
			defer func() { require.Equal(t, "oh", recover()) }()
			_, _ = makeready.Leaf("p", "panics", makeready.ModelFunc(func(context.Context, makeready.Request) (makeready.Response, error) {
				panic("oh")
			})).Generate(ctx, makeready.Request{})
		}()
		return err
	})
	require.ErrorIs(t, err, makeready.ErrIncompleteStream)
	require.Equal(t, usage, rec.Usage())
	require.Equal(t, "incomplete_stream", rec.Ops[1].Error)
	require.Equal(t, "panic", rec.Ops[2].Error)
}

func TestUsageAdd(t *testing.T) {
	reported := makeready.Usage{Input: 10, CacheRead: 4, CacheWrite: 1, Output: 5, Reasoning: 2, Source: makeready.UsageReported}
	estimated := makeready.Usage{Input: 1, Output: 1, Source: makeready.UsageEstimated}
	require.Equal(t, reported, makeready.Usage{}.Add(reported))
	require.Equal(t, reported, reported.Add(makeready.Usage{}))
	require.Equal(t, makeready.Usage{Input: 11, CacheRead: 4, CacheWrite: 1, Output: 6, Reasoning: 2, Source: makeready.UsageEstimated}, reported.Add(estimated))
}

func TestMoney(t *testing.T) {
	for m, want := range map[makeready.Money]string{
		0:                     "$0.00",
		makeready.USD:         "$1.00",
		makeready.USD * 5 / 4: "$1.25",
		123_000:               "$0.000123",
		1:                     "$0.000000001",
		-3 * makeready.USD:    "-$3.00",
		math.MinInt64:         "-$9223372036.854775808",
		math.MaxInt64:         "$9223372036.854775807",
	} {
		require.Equal(t, want, m.String())
	}
}

func TestPriceCost(t *testing.T) {
	p := makeready.Price{Input: 150_000, CacheRead: 75_000, CacheWrite: 187_500, Output: 600_000} // USD per million: .15 .075 .1875 .60
	tests := []struct {
		name  string
		price makeready.Price
		usage makeready.Usage
		want  makeready.Money
	}{
		{"nothing", p, makeready.Usage{}, 0},
		{"a million in", p, makeready.Usage{Input: 1_000_000}, makeready.USD * 15 / 100},
		{"cache is part of the input", p, makeready.Usage{Input: 1_000_000, CacheRead: 400_000, CacheWrite: 100_000}, makeready.Money(75_000_000 + 30_000_000 + 18_750_000)},
		{"reasoning is part of the output", p, makeready.Usage{Output: 10, Reasoning: 10}, 6_000},
		{"rounded up once", makeready.Price{Input: 1, Output: 1}, makeready.Usage{Input: 1, Output: 1}, 1},
		{"exact stays exact", makeready.Price{Input: 1000}, makeready.Usage{Input: 3}, 3},
		{"cache above input charges the cache only", p, makeready.Usage{Input: 1, CacheRead: 10}, 750},
		{"negative counts are zero", p, makeready.Usage{Input: -5, CacheRead: -5, Output: -1}, 0},
		{"negative prices are zero", makeready.Price{Input: -1}, makeready.Usage{Input: 1_000_000}, 0},
		{"overflow saturates", makeready.Price{Input: math.MaxInt64, Output: math.MaxInt64}, makeready.Usage{Input: math.MaxInt64, Output: math.MaxInt64}, math.MaxInt64},
		{"just above Money saturates", makeready.Price{Output: 1000}, makeready.Usage{Output: math.MaxInt64}, math.MaxInt64},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, tt.price.Cost(tt.usage)) })
	}
}

func TestErrorsSayWhatAndHideText(t *testing.T) {
	const planted = "PLANTED"
	cause := errors.New(planted)
	me := &makeready.ModelError{
		Kind: makeready.KindRateLimited, Provider: "openai", Model: "gpt", Status: 429,
		RetryAfter: 7 * time.Second, RequestID: "req_1", Err: cause,
	}
	require.Equal(t, `model openai/gpt: rate_limited, status 429, retry after 7s, request "req_1"`, me.Error())
	require.ErrorIs(t, me, cause)
	require.True(t, me.Retryable())
	require.False(t, (&makeready.ModelError{Kind: makeready.KindAuth}).Retryable())

	require.Equal(t, "model small: auth", (&makeready.ModelError{Kind: makeready.KindAuth, Model: "small"}).Error())
	require.Equal(t, "model: failed", (&makeready.ModelError{}).Error())

	be := &makeready.BudgetError{Budget: "daily", Unit: "nano-USD", Limit: 100, Spent: 90, Reserved: 5, Need: 10, ResetAt: time.Unix(0, 0)}
	require.Equal(t, `budget "daily": 10 needed, 90 spent and 5 reserved of 100 nano-USD, resets at 1970-01-01T00:00:00Z`, be.Error())
	require.ErrorIs(t, be, makeready.ErrBudget)

	var issues []makeready.Issue
	for i := range 7 {
		issues = append(issues, makeready.Issue{Path: "/" + planted, Code: "enum", Rule: fmt.Sprintf("/properties/f%d/enum", i), Got: planted, Want: "a | b"})
	}
	ie := &makeready.InvalidError{Issues: issues, Attempts: 3}
	require.ErrorIs(t, ie, makeready.ErrInvalidOutput)
	require.Equal(t, "invalid model output after 3 attempts: enum at /properties/f0/enum, enum at /properties/f1/enum, "+
		"enum at /properties/f2/enum, enum at /properties/f3/enum, enum at /properties/f4/enum and 2 more", ie.Error())

	se := &makeready.StageError{Stage: "gather", Panic: planted}
	require.Equal(t, "stage gather: panic", se.Error())
	require.Equal(t, "stage gather: "+me.Error(), (&makeready.StageError{Stage: "gather", Err: me}).Error())

	exit := &makeready.Exit{Outcome: makeready.Uncertain, Reason: "unclear", Detail: planted, Suggestion: planted, Cause: cause}
	require.Equal(t, "exit uncertain: unclear", exit.Error())
	require.Equal(t, "exit blocked", (&makeready.Exit{Outcome: makeready.Blocked}).Error())
	require.ErrorIs(t, &makeready.Exit{Outcome: makeready.Blocked}, makeready.ErrBlocked)
	require.NotErrorIs(t, exit, makeready.ErrBlocked)
	require.ErrorIs(t, exit, cause)
}

func TestErrorClass(t *testing.T) {
	for want, err := range map[string]error{
		"":                      nil,
		"error":                 errors.New("x"),
		"model_server":          fmt.Errorf("x: %w", &makeready.ModelError{Kind: makeready.KindServer, Err: context.Canceled}),
		"invalid_output":        &makeready.InvalidError{},
		"budget":                &makeready.BudgetError{},
		"incomplete_stream":     makeready.ErrIncompleteStream,
		"call_limit":            makeready.ErrCallLimit,
		"timeout":               context.DeadlineExceeded,
		"canceled":              context.Canceled,
		"panic":                 &makeready.StageError{Stage: "s", Panic: 1},
		"model_rate_limited":    &makeready.StageError{Stage: "s", Err: &makeready.ModelError{Kind: makeready.KindRateLimited}},
		"model_auth":            errors.Join(errors.New("a"), &makeready.ModelError{Kind: makeready.KindAuth}),
		"model_network":         &makeready.ModelError{Kind: makeready.KindNetwork, Err: makeready.ErrIncompleteStream},
		"model_invalid_request": &makeready.ModelError{Kind: makeready.KindInvalidRequest},
	} {
		require.Equal(t, want, makeready.ErrorClass(err))
	}
	require.Empty(t, makeready.ErrorClass(&makeready.Exit{Outcome: makeready.Blocked, Cause: context.Canceled}))
}

// Every enumeration has a name for each constant, round-trips as text, and
// refuses what it does not know.
func TestEnumerations(t *testing.T) {
	check(t, "role", makeready.RoleSystem, makeready.RoleTool)
	check(t, "origin", makeready.OriginUser, makeready.OriginModel)
	check(t, "stop", makeready.StopUnknown, makeready.StopFilter)
	check(t, "source", makeready.UsageUnknown, makeready.UsageReported)
	check(t, "action", makeready.Allow, makeready.Block)
	check(t, "op", makeready.OpRun, makeready.OpScore)
	check(t, "outcome", makeready.Failed, makeready.Blocked)
	for k := makeready.KindUnknown; k <= makeready.KindContentFilter; k++ {
		require.NotContains(t, k.String(), "(")
	}
	require.Equal(t, "kind(99)", makeready.ErrorKind(99).String())
	require.Equal(t, "output", makeready.Output.String())
	require.Equal(t, "name", makeready.Ref{Name: "name"}.String())
}

func check[T interface {
	~uint8
	String() string
	MarshalText() ([]byte, error)
}, P interface {
	*T
	UnmarshalText(b []byte) error
}](t *testing.T, kind string, first, last T,
) {
	t.Helper()
	for v := first; v <= last; v++ {
		b, err := v.MarshalText()
		require.NoError(t, err)
		require.Equal(t, v.String(), string(b))
		var back T
		require.NoError(t, P(&back).UnmarshalText(b))
		require.Equal(t, v, back)
	}
	bad := T(200)
	require.Equal(t, kind+"(200)", bad.String())
	_, err := bad.MarshalText()
	require.Error(t, err)
	var back T
	err = P(&back).UnmarshalText([]byte("PLANTED"))
	require.Error(t, err)
	require.NotContains(t, err.Error(), "PLANTED")
}

func TestMust(t *testing.T) {
	require.Equal(t, 1, makeready.Must(1, nil))
	require.Panics(t, func() { makeready.Must(1, errors.New("x")) })
}

func TestFuncAdapters(t *testing.T) {
	ctx := t.Context()
	n := makeready.TokenCounterFunc(func(_, text string) int { return len(text) }).CountTokens("m", "four")
	require.Equal(t, 4, n)
	v, err := makeready.EmbedderFunc(func(_ context.Context, texts []string) ([][]float32, error) {
		return make([][]float32, len(texts)), nil
	}).Embed(ctx, []string{"a", "b"})
	require.NoError(t, err)
	require.Len(t, v, 2)
	told := ""
	makeready.AlerterFunc(func(_ context.Context, a makeready.Alert) { told = a.Name }).Alert(ctx, makeready.Alert{Name: "x"})
	require.Equal(t, "x", told)
}
