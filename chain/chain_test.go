package chain_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/chain"
)

func stage(name string, f func(ctx context.Context, in string) (string, error)) *chain.Node[string, string] {
	return chain.New(name, f)
}

func add(name string) *chain.Node[string, string] {
	return stage(name, func(_ context.Context, in string) (string, error) { return in + "," + name, nil })
}

// three runs its stages in order, in plain Go.
func three(a, b, c makeready.Stage[string, string]) *chain.Node[string, string] {
	return chain.New("three", func(ctx context.Context, in string) (string, error) {
		x, err := a.Run(ctx, in)
		if err != nil {
			return "", err
		}
		if x, err = b.Run(ctx, x); err != nil {
			return "", err
		}
		return c.Run(ctx, x)
	})
}

func names(r *makeready.Record) []string {
	var names []string
	for s := range r.Stages() {
		names = append(names, s.Name)
	}
	return names
}

func TestExecute(t *testing.T) {
	res, err := three(add("a"), add("b"), add("c")).Execute(makeready.WithRun(t.Context(), makeready.Run{ID: "r1"}), "in")
	require.NoError(t, err)
	require.Equal(t, makeready.Answered, res.Outcome)
	require.Equal(t, "in,a,b,c", res.Value)
	require.Nil(t, res.Exit)
	require.Equal(t, []string{"a", "b", "c"}, names(res.Record))
	require.Equal(t, "r1", res.Record.Run.ID)
	require.Equal(t, "three", res.Record.Chain)
}

func TestStageRunsAlone(t *testing.T) {
	out, err := add("a").Run(t.Context(), "in")
	require.NoError(t, err)
	require.Equal(t, "in,a", out)
}

func TestThen(t *testing.T) {
	length := makeready.Func(func(_ context.Context, s string) (int, error) { return len(s), nil })
	out, err := chain.Then(chain.Then(add("a"), add("b")), length).Run(t.Context(), "x")
	require.NoError(t, err)
	require.Equal(t, len("x,a,b"), out)

	t.Run("an error stops", func(t *testing.T) {
		never := stage("never", func(context.Context, string) (string, error) { panic("reached") })
		_, err := chain.Then(stage("bad", func(context.Context, string) (string, error) {
			return "", chain.Escalate("because")
		}), never).Run(t.Context(), "x")
		exit, ok := errors.AsType[*makeready.Exit](err)
		require.True(t, ok)
		require.Equal(t, "because", exit.Reason)
	})
	t.Run("nothing starts after cancel", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		never := makeready.Func(func(context.Context, string) (string, error) { panic("reached") })
		_, err := chain.Then(stage("cancels", func(context.Context, string) (string, error) {
			cancel()
			return "x", nil
		}), never).Run(ctx, "x")
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestExitsAreNoErrors(t *testing.T) {
	question := makeready.Question{Field: "order", Text: "Which order?"}
	tests := []struct {
		name    string
		second  func(ctx context.Context, in string) (string, error)
		outcome makeready.Outcome
		reason  string
	}{
		{"ask", func(ctx context.Context, _ string) (string, error) {
			_, err := chain.Ask(ctx, question)
			return "", err
		}, makeready.NeedsInput, chain.ReasonMissingInformation},
		{"escalate", func(context.Context, string) (string, error) {
			return "", chain.Escalate("unable to determine intent")
		}, makeready.Escalated, "unable to determine intent"},
		{"uncertain", func(context.Context, string) (string, error) {
			return "", chain.Uncertain("unclear", "ask a person")
		}, makeready.Uncertain, "unclear"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			res, err := three(add("a"), stage("b", tt.second), add("c")).Execute(t.Context(), "in")
			require.NoError(t, err)
			require.Equal(t, tt.outcome, res.Outcome)
			require.Equal(t, tt.outcome, res.Exit.Outcome)
			require.Equal(t, tt.reason, res.Exit.Reason)
			require.NotEmpty(t, res.Exit.Message)
			require.Empty(t, res.Value)
			require.Equal(t, []string{"a", "b"}, names(res.Record), "the third stage does not run")
			require.Equal(t, tt.outcome, res.Record.Ops[2].Outcome)
			if tt.outcome == makeready.NeedsInput {
				require.Equal(t, []makeready.Question{question}, res.Exit.Questions)
			}
		})
	}
}

func TestAskTakesAnswers(t *testing.T) {
	order := makeready.Question{Field: "order", Text: "Which order?"}
	product := makeready.Question{Field: "product", Text: "Which product?"}
	with := func(answers map[string]string) context.Context {
		return makeready.WithRun(t.Context(), makeready.Run{Facts: makeready.Facts{Answers: answers}})
	}
	answers, err := chain.Ask(with(map[string]string{"order": "4417", "product": "lamp", "other": "x"}), order, product)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"order": "4417", "product": "lamp"}, answers)

	_, err = chain.Ask(with(map[string]string{"order": "4417", "product": "  "}), order, product)
	exit, ok := errors.AsType[*makeready.Exit](err)
	require.True(t, ok)
	require.Equal(t, []makeready.Question{product}, exit.Questions)

	answers, err = chain.Ask(t.Context())
	require.NoError(t, err)
	require.Empty(t, answers)
}

func TestBands(t *testing.T) {
	const down, up = 0.8999, 0.6999
	tests := []struct {
		name       string
		bands      chain.Bands
		confidence float64
		want       makeready.Outcome
	}{
		{"auto", chain.Bands{}, .9, makeready.Answered},
		{"certain", chain.Bands{}, 1, makeready.Answered},
		{"below auto", chain.Bands{}, down, makeready.NeedsReview},
		{"verify", chain.Bands{}, .7, makeready.NeedsReview},
		{"below verify", chain.Bands{}, up, makeready.Escalated},
		{"zero", chain.Bands{}, 0, makeready.Escalated},
		{"NaN", chain.Bands{}, math.NaN(), makeready.Escalated},
		{"infinite", chain.Bands{}, math.Inf(1), makeready.Escalated},
		{"a percentage", chain.Bands{}, 95, makeready.Escalated},
		{"negative", chain.Bands{}, -1, makeready.Escalated},
		{"own bands", chain.Bands{Auto: .6, Verify: .5}, .6, makeready.Answered},
		{"own auto, default verify", chain.Bands{Auto: .8}, .01, makeready.Escalated},
		{"own verify, default auto", chain.Bands{Verify: .5}, .5, makeready.NeedsReview},
		{"auto below the default verify", chain.Bands{Auto: .6}, .9, makeready.Failed},
		{"crossed bands", chain.Bands{Auto: .5, Verify: .6}, .9, makeready.Failed},
		{"NaN bands", chain.Bands{Auto: math.NaN(), Verify: .6}, .9, makeready.Failed},
		{"bands beyond one", chain.Bands{Auto: 90, Verify: 70}, .9, makeready.Failed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			res, err := chain.New("c", func(ctx context.Context, c float64) (string, error) {
				return "value", tt.bands.Check(ctx, c)
			}).Execute(t.Context(), tt.confidence)
			require.Equal(t, tt.want == makeready.Failed, err != nil)
			require.Equal(t, tt.want, res.Outcome)
			require.Equal(t, tt.want == makeready.Answered || tt.want == makeready.NeedsReview, res.Value == "value")
			if tt.want == makeready.NeedsReview {
				require.Equal(t, chain.ReasonVerify, res.Exit.Reason)
			}
		})
	}
}

func TestMalfunctionsNameTheStage(t *testing.T) {
	boom := errors.New("boom")
	t.Run("error", func(t *testing.T) {
		inner := chain.New("inner", func(context.Context, string) (string, error) { return "", boom })
		outer := chain.New("outer", func(ctx context.Context, in string) (string, error) { return inner.Run(ctx, in) })
		res, err := outer.Execute(t.Context(), "in")
		require.ErrorIs(t, err, boom)
		se, ok := errors.AsType[*makeready.StageError](err)
		require.True(t, ok)
		require.Equal(t, "inner", se.Stage)
		require.Equal(t, "stage inner: boom", err.Error())
		require.Equal(t, makeready.Failed, res.Outcome)
		require.NotEmpty(t, res.Exit.Message)
		require.NotContains(t, res.Exit.Message, "boom")
		require.Empty(t, res.Value)
	})
	t.Run("beside an exit", func(t *testing.T) {
		res, err := stage("s", func(context.Context, string) (string, error) {
			return "", errors.Join(chain.Escalate("x"), boom)
		}).Execute(t.Context(), "in")
		require.ErrorIs(t, err, boom)
		require.ErrorContains(t, err, "stage s")
		require.Equal(t, makeready.Failed, res.Outcome)
	})
	t.Run("panic", func(t *testing.T) {
		res, err := three(add("a"), stage("b", func(context.Context, string) (string, error) { panic("PLANTED") }), add("c")).Execute(t.Context(), "in")
		se, ok := errors.AsType[*makeready.StageError](err)
		require.True(t, ok)
		require.Equal(t, "b", se.Stage)
		require.Equal(t, "PLANTED", se.Panic)
		require.Contains(t, string(se.Stack), "chain_test")
		require.Equal(t, "stage b: panic", err.Error())
		require.Equal(t, "panic", res.Record.Error)
		require.Equal(t, "panic", res.Record.Ops[2].Error)
		b, err := json.Marshal(res)
		require.NoError(t, err)
		require.NotContains(t, string(b), "PLANTED")
	})
	t.Run("panic in the chain itself", func(t *testing.T) {
		_, err := stage("c", func(context.Context, string) (string, error) { panic(boom) }).Execute(t.Context(), "in")
		require.EqualError(t, err, "stage c: panic")
	})
	t.Run("handled between stages", func(t *testing.T) {
		second := stage("b", func(context.Context, string) (string, error) { panic("x") })
		c := chain.New("c", func(ctx context.Context, in string) (string, error) {
			out, err := second.Run(ctx, in)
			if _, ok := errors.AsType[*makeready.StageError](err); ok {
				return "fallback", nil
			}
			return out, err
		})
		res, err := c.Execute(t.Context(), "in")
		require.NoError(t, err)
		require.Equal(t, "fallback", res.Value)
	})
	t.Run("goexit is not swallowed", func(t *testing.T) {
		done := make(chan bool)
		go func() {
			defer close(done)
			_, _ = stage("s", func(context.Context, string) (string, error) { runtime.Goexit(); return "", nil }).Run(t.Context(), "")
			done <- true
		}()
		_, returned := <-done
		require.False(t, returned)
	})
}

func TestCancelledRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	committed := 0
	c := add("a").With(chain.Config{Sinks: []makeready.Sink{makeready.SinkFunc(func(context.Context, *makeready.Record) error {
		committed++
		return nil
	})}})
	res, err := c.Execute(ctx, "in")
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, makeready.Failed, res.Outcome)
	require.Equal(t, "canceled", res.Record.Error)
	require.Equal(t, 1, committed, "canceled runs are audited")
}

func TestExecuteInsideExecute(t *testing.T) {
	inner := add("inner")
	outer := chain.New("outer", func(ctx context.Context, in string) (string, error) {
		res, err := inner.Execute(ctx, in)
		require.NotNil(t, res)
		require.NotNil(t, res.Record)
		require.Empty(t, res.Value)
		return res.Value, err
	})
	_, err := outer.Execute(t.Context(), "in")
	require.ErrorIs(t, err, makeready.ErrNestedRun)
}

func TestWithCopies(t *testing.T) {
	plain := stage("s", func(ctx context.Context, in string) (string, error) { return in, nil })
	capturing := plain.With(chain.Config{Capture: true})
	outer := func(n *chain.Node[string, string], c chain.Config) *makeready.Record {
		res, err := chain.New("o", n.Run).With(c).Execute(t.Context(), "PLANTED")
		require.NoError(t, err)
		return res.Record
	}
	full, err := json.Marshal(outer(plain, chain.Config{Capture: true}))
	require.NoError(t, err)
	require.Equal(t, 2, strings.Count(string(full), "PLANTED"), "in and out of the one named stage")
	metadata, err := json.Marshal(outer(capturing, chain.Config{}))
	require.NoError(t, err)
	require.NotContains(t, string(metadata), "PLANTED", "the run decides, not the stage")
}

func TestIncompleteNodes(t *testing.T) {
	for _, n := range []*chain.Node[int, int]{
		chain.New[int, int]("x", nil),
		chain.New("", func(context.Context, int) (int, error) { return 0, nil }),
		chain.New("a/b", func(context.Context, int) (int, error) { return 0, nil }),
	} {
		_, err := n.Run(t.Context(), 1)
		require.ErrorContains(t, err, "needs a function and a name")
		res, err := n.Execute(t.Context(), 1)
		require.Error(t, err)
		require.Equal(t, makeready.Failed, res.Outcome)
	}
	require.Equal(t, "x", add("x").Name())
}

func TestConcurrentExecute(t *testing.T) {
	c := three(add("a"), add("b"), add("c"))
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			res, err := c.Execute(t.Context(), "in")
			if err != nil || res.Value != "in,a,b,c" || len(res.Record.Ops) != 4 {
				t.Error(err, res.Value)
			}
		})
	}
	wg.Wait()
}

func TestDurationsNest(t *testing.T) {
	slow := stage("slow", func(context.Context, string) (string, error) { time.Sleep(5 * time.Millisecond); return "", nil })
	res, err := chain.New("c", slow.Run).Execute(t.Context(), "")
	require.NoError(t, err)
	inner := res.Record.Ops[1].Duration
	require.GreaterOrEqual(t, inner, 5*time.Millisecond)
	require.GreaterOrEqual(t, res.Record.Duration, inner)
}
