package chain_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/chain"
)

type number = makeready.Stage[int, int]

func plus(name string) *chain.Node[int, int] {
	return chain.New(name, func(_ context.Context, in int) (int, error) { return in + 1, nil })
}

func threeNumbers() *chain.Node[int, int] {
	a, b, c := plus("a"), plus("b"), plus("c")
	return chain.New("three", func(ctx context.Context, in int) (int, error) {
		x, err := a.Run(ctx, in)
		if err != nil {
			return 0, err
		}
		if x, err = b.Run(ctx, x); err != nil {
			return 0, err
		}
		return c.Run(ctx, x)
	})
}

// plain decodes without a schema: what a stage costs without the gate.
var plain = makeready.ValidatorFunc[intent](func(_ context.Context, output string) (intent, error) { //archtest:table a test's validator
	var v intent
	err := json.Unmarshal([]byte(output), &v)
	return v, err
})

// threePrompts is three prompt stages over a model that does nothing.
func threePrompts(tb testing.TB, v makeready.Validator[intent]) *chain.Node[message, intent] {
	tb.Helper()
	model := makeready.Leaf("local", "noop", makeready.ModelFunc(func(context.Context, makeready.Request) (makeready.Response, error) {
		return makeready.Response{Text: `{"intent":"billing","confidence":0.93}`, Stop: makeready.StopEnd, Usage: makeready.Usage{Input: 1, Output: 1, Source: makeready.UsageReported}}, nil
	}))
	var stages [3]*chain.Node[message, intent]
	for i, name := range []string{"classify", "gather", "respond"} {
		s, err := chain.Prompt(name, chain.PromptConfig[message, intent]{Template: inline("1.0"), Model: model, Validator: v})
		require.NoError(tb, err)
		stages[i] = s
	}
	return chain.New("support", func(ctx context.Context, in message) (out intent, err error) {
		for _, s := range stages {
			if out, err = s.Run(ctx, in); err != nil {
				return out, err
			}
		}
		return out, nil
	})
}

func TestAllocations(t *testing.T) {
	ctx := makeready.WithRun(t.Context(), makeready.Run{ID: "given"})
	t.Run("composed and unrecorded: none", func(t *testing.T) {
		var s number = chain.Then(chain.Then[int, int, int](plus("a"), plus("b")), number(plus("c")))
		require.Zero(t, testing.AllocsPerRun(100, func() { _, _ = s.Run(ctx, 1) }))
	})
	t.Run("three recorded stages: at most 12", func(t *testing.T) {
		c := threeNumbers()
		got := testing.AllocsPerRun(100, func() { _, _ = c.Execute(ctx, 1) })
		t.Logf("%v allocations", got)
		require.LessOrEqual(t, got, 12.0)
	})
	t.Run("three recorded prompt stages without the gate: at most 60", func(t *testing.T) {
		c := threePrompts(t, plain)
		got := testing.AllocsPerRun(100, func() { _, _ = c.Execute(ctx, message{"x"}) })
		t.Logf("%v allocations", got)
		require.LessOrEqual(t, got, 60.0)
	})
}

func BenchmarkThen(b *testing.B) {
	s := chain.Then(chain.Then[int, int, int](plus("a"), plus("b")), number(plus("c")))
	b.ReportAllocs()
	for b.Loop() {
		_, _ = s.Run(b.Context(), 1)
	}
}

func BenchmarkThreeStages(b *testing.B) {
	c := threeNumbers()
	ctx := makeready.WithRun(b.Context(), makeready.Run{ID: "given"})
	b.ReportAllocs()
	for b.Loop() {
		_, _ = c.Execute(ctx, 1)
	}
}

func BenchmarkThreePrompts(b *testing.B) {
	for _, bb := range []struct {
		name      string
		validator makeready.Validator[intent]
	}{{"without gate", plain}, {"with gate", nil}} {
		b.Run(bb.name, func(b *testing.B) {
			c := threePrompts(b, bb.validator)
			ctx := makeready.WithRun(b.Context(), makeready.Run{ID: "given"})
			b.ReportAllocs()
			for b.Loop() {
				_, _ = c.Execute(ctx, message{"x"})
			}
		})
	}
}
