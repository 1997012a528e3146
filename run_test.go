package makeready_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
)

func execute(ctx context.Context, s makeready.Settings, f func(ctx context.Context) error) (*makeready.Record, *makeready.Exit, error) {
	ctx, finish, err := makeready.Start(ctx, "test", s)
	if err == nil {
		err = f(ctx)
	}
	return finish(err)
}

func TestEveryOutcomeHasASafeMessage(t *testing.T) {
	const planted = "PLANTED-SECRET"
	tests := []struct {
		name    string
		run     func(ctx context.Context) error
		outcome makeready.Outcome
		message string
		failed  bool
	}{
		{"answered", func(context.Context) error { return nil }, makeready.Answered, "", false},
		{"needs review", func(ctx context.Context) error { makeready.Review(ctx, "verify"); return nil }, makeready.NeedsReview, "", false},
		{"needs input", func(context.Context) error {
			return &makeready.Exit{Outcome: makeready.NeedsInput, Detail: planted}
		}, makeready.NeedsInput, "", false},
		{"escalated", func(context.Context) error { return &makeready.Exit{Outcome: makeready.Escalated} }, makeready.Escalated, "", false},
		{"uncertain", func(context.Context) error {
			return fmt.Errorf("wrapped: %w", &makeready.Exit{Outcome: makeready.Uncertain, Suggestion: planted})
		}, makeready.Uncertain, "", false},
		{"blocked", func(context.Context) error {
			return &makeready.Exit{Outcome: makeready.Blocked, Cause: errors.New(planted)}
		}, makeready.Blocked, "", false},
		{"own message", func(context.Context) error {
			return &makeready.Exit{Outcome: makeready.Escalated, Message: "Please hold."}
		}, makeready.Escalated, "Please hold.", false},
		{"provider down", func(context.Context) error {
			return &makeready.ModelError{Kind: makeready.KindServer, Status: 503, Err: errors.New(planted)}
		}, makeready.Failed, "", true},
		{"an exit that claims to answer", func(context.Context) error {
			return &makeready.Exit{Outcome: makeready.Answered}
		}, makeready.Failed, "", true},
		{"exits alone, joined", func(context.Context) error {
			return errors.Join(&makeready.Exit{Outcome: makeready.Blocked}, fmt.Errorf("x: %w", &makeready.Exit{Outcome: makeready.Escalated}))
		}, makeready.Blocked, "", false},
		{"an exit beside a malfunction", func(context.Context) error {
			return errors.Join(&makeready.Exit{Outcome: makeready.Escalated}, errors.New(planted))
		}, makeready.Failed, "", true},
		{"an exit that is nil", func(context.Context) error {
			var exit *makeready.Exit
			return exit
		}, makeready.Failed, "", true},
		{"an exit with an unknown outcome", func(context.Context) error {
			return &makeready.Exit{Outcome: 99}
		}, makeready.Failed, "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rec, exit, err := execute(t.Context(), makeready.Settings{}, tt.run)
			require.Equal(t, tt.failed, err != nil)
			require.Equal(t, tt.outcome, rec.Outcome)
			require.Equal(t, tt.outcome, rec.Ops[0].Outcome)
			if tt.outcome == makeready.Answered {
				require.Nil(t, exit)
				return
			}
			require.Equal(t, tt.outcome, exit.Outcome)
			require.NotEmpty(t, exit.Message)
			require.NotContains(t, exit.Message, planted)
			if tt.message != "" {
				require.Equal(t, tt.message, exit.Message)
			}
			b, err := json.Marshal(rec)
			require.NoError(t, err)
			require.NotContains(t, string(b), planted)
		})
	}
}

func TestRecordTree(t *testing.T) {
	rec, _, err := execute(t.Context(), makeready.Settings{}, func(ctx context.Context) error {
		for range 2 {
			ctx, stage := makeready.Begin(ctx, makeready.Op{Kind: makeready.OpStage, Name: "gather"})
			var wg sync.WaitGroup
			for i := range 3 {
				branch := makeready.Branch(ctx, "item", i)
				wg.Go(func() {
					ctx, call := makeready.Begin(branch, makeready.Op{Kind: makeready.OpCall, Name: "m"})
					call.Usage = makeready.Usage{Input: 1, Output: 1, Source: makeready.UsageReported}
					call.Provider, call.Model = "p", "m"
					call.End(ctx, nil)
					ctx, charge := makeready.Begin(branch, makeready.Op{Kind: makeready.OpCharge, Name: "charge"})
					charge.Cost = 5
					charge.End(ctx, nil)
				})
			}
			wg.Wait()
			stage.End(ctx, nil)
		}
		return nil
	})
	require.NoError(t, err)

	paths := map[string]bool{}
	for i := range rec.Ops {
		paths[rec.Path(i)] = true
	}
	require.Len(t, paths, len(rec.Ops), "every op has a path of its own")
	require.Contains(t, paths, "test/gather/item#0/m")
	require.Contains(t, paths, "test/gather#1/item#2/m")
	require.Empty(t, rec.Path(len(rec.Ops)))

	var stages []makeready.Op
	for s := range rec.Stages() {
		stages = append(stages, s)
	}
	require.Len(t, stages, 2)
	for _, s := range stages {
		require.Equal(t, int64(3), s.Usage.Input)
		require.Equal(t, makeready.Money(15), s.Cost)
		require.Equal(t, "m", s.Model)
	}
	require.Equal(t, makeready.Money(30), rec.Cost())
	require.Equal(t, int64(6), rec.Usage().Output)
	require.Equal(t, 6, rec.Calls())

	for range rec.Stages() {
		break // an early break must not panic
	}
}

func TestRecordIsSealed(t *testing.T) {
	var late context.Context
	var op *makeready.Op
	rec, _, err := execute(t.Context(), makeready.Settings{}, func(ctx context.Context) error {
		late, op = makeready.Begin( //nolint:fatcontext // it outlives the run on purpose
			ctx, makeready.Op{Kind: makeready.OpStage, Name: "slow"})
		return nil
	})
	require.NoError(t, err)

	op.Model = "changed"
	op.End(late, nil)
	_, after := makeready.Begin(late, makeready.Op{Kind: makeready.OpStage, Name: "after"})
	require.Nil(t, after)
	after.End(late, nil)
	resp, err := makeready.Leaf("p", "m", answer("still works")).Generate(late, makeready.Request{})
	require.NoError(t, err)
	require.Equal(t, "still works", resp.Text)

	require.Len(t, rec.Ops, 2)
	require.Empty(t, rec.Ops[1].Model)
	require.Equal(t, makeready.Failed, rec.Ops[1].Outcome, "an op that never ended did not succeed")
}

func TestSinks(t *testing.T) {
	broken := errors.New("disk full")
	sink := func(err error, seen *[]makeready.Outcome) makeready.Sink {
		return makeready.SinkFunc(func(_ context.Context, r *makeready.Record) error {
			*seen = append(*seen, r.Outcome)
			return err
		})
	}
	t.Run("an error withholds the result", func(t *testing.T) {
		var first, second, third []makeready.Outcome
		rec, exit, err := execute(t.Context(), makeready.Settings{Sinks: []makeready.Sink{
			sink(nil, &first), sink(broken, &second), sink(broken, &third),
		}}, func(context.Context) error { return nil })
		require.ErrorIs(t, err, broken)
		require.ErrorContains(t, err, "sink 1")
		require.ErrorContains(t, err, "sink 2")
		require.Equal(t, makeready.Failed, exit.Outcome)
		require.Equal(t, makeready.Failed, rec.Outcome)
		require.Equal(t, "sink", rec.Error)
		require.Equal(t, []makeready.Outcome{makeready.Answered}, first)
		require.Equal(t, []makeready.Outcome{makeready.Answered}, second)
		require.Equal(t, []makeready.Outcome{makeready.Failed}, third)
	})
	t.Run("a panic is an error", func(t *testing.T) {
		_, exit, err := execute(t.Context(), makeready.Settings{Sinks: []makeready.Sink{
			makeready.SinkFunc(func(context.Context, *makeready.Record) error { panic("PLANTED") }),
		}}, func(context.Context) error { return nil })
		require.Error(t, err)
		require.NotContains(t, err.Error(), "PLANTED")
		require.Equal(t, makeready.Failed, exit.Outcome)
	})
	t.Run("canceled runs are committed", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var seen []makeready.Outcome
		var ctxErr error
		_, _, err := execute(ctx, makeready.Settings{Sinks: []makeready.Sink{
			makeready.SinkFunc(func(ctx context.Context, r *makeready.Record) error {
				seen, ctxErr = append(seen, r.Outcome), ctx.Err()
				return nil
			}),
		}}, func(ctx context.Context) error { cancel(); return ctx.Err() })
		require.ErrorIs(t, err, context.Canceled)
		require.NoError(t, ctxErr)
		require.Equal(t, []makeready.Outcome{makeready.Failed}, seen)
	})
	t.Run("sinks have a deadline of their own", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			begin := time.Now()
			_, _, err := execute(t.Context(), makeready.Settings{Sinks: []makeready.Sink{
				makeready.SinkFunc(func(ctx context.Context, _ *makeready.Record) error {
					<-ctx.Done()
					return ctx.Err()
				}),
			}}, func(context.Context) error { return nil })
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.Equal(t, makeready.CommitTimeout, time.Since(begin))
		})
	})
}

type opener struct {
	err       error
	committed int
}

func (o *opener) Open(context.Context, makeready.Run) error {
	if errors.Is(o.err, errPanic) {
		panic("PLANTED")
	}
	return o.err
}

var errPanic = errors.New("panic")

func (o *opener) Commit(context.Context, *makeready.Record) error { o.committed++; return nil }

func TestOpenersComeBeforeAnythingIsPaid(t *testing.T) {
	good, bad, never := &opener{}, &opener{err: errors.New("no space")}, &opener{}
	ran := false
	rec, exit, err := execute(t.Context(), makeready.Settings{Sinks: []makeready.Sink{good, bad, never}}, func(context.Context) error {
		ran = true
		return nil
	})
	require.ErrorIs(t, err, bad.err)
	require.False(t, ran)
	require.Equal(t, makeready.Failed, exit.Outcome)
	require.Equal(t, makeready.Failed, rec.Outcome)
	require.Equal(t, 1, good.committed, "a sink that opened the run learns how it ended")
	require.Zero(t, bad.committed)
	require.Zero(t, never.committed)
}

func TestOpenersMayPanic(t *testing.T) {
	_, exit, err := execute(t.Context(), makeready.Settings{Sinks: []makeready.Sink{&opener{err: errPanic}}}, func(context.Context) error { return nil })
	require.Error(t, err)
	require.NotContains(t, err.Error(), "PLANTED")
	require.Equal(t, makeready.Failed, exit.Outcome)
}

func TestRunInsideRunIsRefused(t *testing.T) {
	_, _, err := execute(t.Context(), makeready.Settings{}, func(ctx context.Context) error {
		rec, exit, err := execute(ctx, makeready.Settings{}, func(context.Context) error { return nil })
		require.NotNil(t, rec)
		require.Equal(t, makeready.Failed, exit.Outcome)
		return err
	})
	require.ErrorIs(t, err, makeready.ErrNestedRun)
	require.Equal(t, "nested_run", makeready.ErrorClass(err))
}

type tracer struct {
	mu  sync.Mutex
	log []string
	tag string
}

type tagKey struct{}

func (o *tracer) Begin(ctx context.Context, op *makeready.Op) context.Context {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.log = append(o.log, o.tag+" begin "+op.Name)
	return context.WithValue(ctx, tagKey{}, o.tag)
}

func (o *tracer) End(ctx context.Context, op *makeready.Op) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.log = append(o.log, fmt.Sprintf("%s end %s %s", o.tag, op.Name, op.Error))
	if ctx.Value(tagKey{}) == nil {
		o.log = append(o.log, "lost context")
	}
}

func TestObserversSeeEachOpOnce(t *testing.T) {
	a, b := &tracer{tag: "a"}, &tracer{tag: "b"}
	_, _, err := execute(t.Context(), makeready.Settings{Observers: []makeready.Observer{a, b}}, func(ctx context.Context) error {
		model := makeready.Leaf("p", "m", makeready.ModelFunc(func(ctx context.Context, _ makeready.Request) (makeready.Response, error) {
			require.Equal(t, "b", ctx.Value(tagKey{}), "the last observer's context reaches the inside")
			return makeready.Response{}, &makeready.ModelError{Kind: makeready.KindRateLimited}
		}))
		_, err := model.Generate(ctx, makeready.Request{})
		return err
	})
	require.Error(t, err)
	want := []string{"begin test", "begin m", "end m model_rate_limited", "end test model_rate_limited"}
	for _, o := range []*tracer{a, b} {
		var got []string
		for _, l := range o.log {
			got = append(got, strings.TrimPrefix(l, o.tag+" "))
		}
		require.Equal(t, want, got)
	}
}

func TestLocal(t *testing.T) {
	type key struct{}
	var made atomic.Int32
	make1 := func() *int { made.Add(1); return new(7) }
	_, _, err := execute(t.Context(), makeready.Settings{}, func(ctx context.Context) error {
		var wg sync.WaitGroup
		for range 64 {
			wg.Go(func() { makeready.Local(ctx, key{}, make1) })
		}
		wg.Wait()
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, int32(1), made.Load())
	makeready.Local(t.Context(), key{}, make1)
	require.Equal(t, int32(2), made.Load(), "outside a run nothing is kept")
}

func TestFactsNeverPrint(t *testing.T) {
	run := makeready.Run{ID: "r", Facts: makeready.Facts{
		Sensitive:  map[string]string{"ssn": "PLANTED"},
		Attributes: map[string]string{"region": "PLANTED"},
		Answers:    map[string]string{"order": "PLANTED"},
	}}
	rec, _, err := execute(makeready.WithRun(t.Context(), run), makeready.Settings{}, func(ctx context.Context) error {
		require.Equal(t, "PLANTED", makeready.RunFrom(ctx).Facts.Sensitive["ssn"], "stages and guards read them")
		return nil
	})
	require.NoError(t, err)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		require.NotContains(t, fmt.Sprintf(verb, run), "PLANTED", verb)
		require.NotContains(t, fmt.Sprintf(verb, run.Facts), "PLANTED", verb)
	}
	b, err := json.Marshal(rec)
	require.NoError(t, err)
	require.NotContains(t, string(b), "PLANTED")
}

func TestRunIdentity(t *testing.T) {
	require.Equal(t, makeready.Run{}, makeready.RunFrom(t.Context()))
	ids := map[string]bool{}
	for range 100 {
		rec, _, err := execute(t.Context(), makeready.Settings{}, func(ctx context.Context) error {
			ctx = makeready.WithRun(ctx, makeready.Run{ID: "ignored"})
			require.NotEqual(t, "ignored", makeready.RunFrom(ctx).ID)
			return nil
		})
		require.NoError(t, err)
		require.NotEmpty(t, rec.Run.ID)
		ids[rec.Run.ID] = true
	}
	require.Len(t, ids, 100)
}

func TestRecordJSONRoundTrip(t *testing.T) {
	rec, _, err := execute(makeready.WithRun(t.Context(), makeready.Run{ID: "r"}), makeready.Settings{Capture: true}, func(ctx context.Context) error {
		ctx, op := makeready.Begin(ctx, makeready.Op{Kind: makeready.OpStage, Name: "s", Prompt: makeready.Ref{Name: "p", Version: "2.10"}})
		require.True(t, op.Captures())
		op.CaptureIn(map[string]int{"a": 1})
		op.CaptureOut(make(chan int))
		op.End(ctx, nil)
		return nil
	})
	require.NoError(t, err)
	b, err := json.Marshal(rec)
	require.NoError(t, err)
	var back makeready.Record
	require.NoError(t, json.Unmarshal(b, &back))
	require.Equal(t, makeready.OpStage, back.Ops[1].Kind)
	require.Equal(t, makeready.Answered, back.Ops[1].Outcome)
	require.JSONEq(t, `{"a":1}`, string(back.Ops[1].In))
	require.JSONEq(t, `"unencodable chan int"`, string(back.Ops[1].Out))
	require.Equal(t, "2.10", back.Ops[1].Prompt.Version)
}

func TestConcurrentRuns(t *testing.T) {
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			rec, _, err := execute(t.Context(), makeready.Settings{MaxCalls: 8}, func(ctx context.Context) error {
				var inner sync.WaitGroup
				for i := range 8 {
					branch := makeready.Branch(ctx, "b", i)
					inner.Go(func() {
						_, err := makeready.Leaf("p", "m", answer("x")).Generate(branch, makeready.Request{})
						if err != nil {
							t.Error(err)
						}
						makeready.Review(branch, "r")
					})
				}
				inner.Wait()
				return nil
			})
			if err != nil || rec.Calls() != 8 || rec.Outcome != makeready.NeedsReview {
				t.Error(err, rec.Calls(), rec.Outcome)
			}
		})
	}
	wg.Wait()
}
