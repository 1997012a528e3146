package cost_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/cost"
)

func TestMeterChargesEveryCallOnce(t *testing.T) {
	usage := makeready.Usage{Input: 1000, Output: 10, Source: makeready.UsageReported}
	fail := false
	model := makeready.Wrap(
		makeready.Leaf("local", "m", makeready.ModelFunc(func(context.Context, makeready.Request) (makeready.Response, error) {
			if fail {
				return makeready.Response{Usage: usage}, makeready.ErrIncompleteStream
			}
			return makeready.Response{Text: "x", Usage: usage}, nil
		})),
		cost.Meter(makeready.Price{Input: 150_000, Output: 600_000}),
	)
	ctx, finish, err := makeready.Start(t.Context(), "test", makeready.Settings{})
	require.NoError(t, err)
	_, err = model.Generate(ctx, makeready.Request{})
	require.NoError(t, err)
	fail = true
	_, err = model.Generate(ctx, makeready.Request{})
	require.ErrorIs(t, err, makeready.ErrIncompleteStream)
	rec, _, err := finish(nil)
	require.NoError(t, err)

	each := makeready.Money(156_000) // 1000 × $.15 and 10 × $.60 per million
	require.Equal(t, 2*each, rec.Cost(), "a cut call was paid for, too")

	for _, op := range rec.Ops {
		require.Empty(t, op.Reason)
	}

	resp, err := model.Generate(t.Context(), makeready.Request{})
	require.ErrorIs(t, err, makeready.ErrIncompleteStream, "outside a run the meter only passes on")
	require.Equal(t, usage, resp.Usage)
}

func TestMeterSaysWhenNobodyCounted(t *testing.T) {
	silent := makeready.Leaf("local", "m", makeready.ModelFunc(func(context.Context, makeready.Request) (makeready.Response, error) {
		return makeready.Response{Text: "x"}, nil
	}))
	ctx, finish, err := makeready.Start(t.Context(), "test", makeready.Settings{})
	require.NoError(t, err)
	_, err = makeready.Wrap(silent, cost.Meter(makeready.Price{Input: 1})).Generate(ctx, makeready.Request{})
	require.NoError(t, err)
	rec, _, err := finish(nil)
	require.NoError(t, err)
	require.Equal(t, cost.ReasonUsageUnknown, rec.Ops[2].Reason)
}

func ExampleMeter() {
	small := makeready.Leaf("local", "small", makeready.ModelFunc(
		func(context.Context, makeready.Request) (makeready.Response, error) {
			return makeready.Response{Usage: makeready.Usage{Input: 1000, Output: 100, Source: makeready.UsageReported}}, nil
		}))
	// $0.15 and $0.60 per million tokens.
	model := makeready.Wrap(small, cost.Meter(makeready.Price{Input: 150_000, Output: 600_000}))
	ctx, finish, _ := makeready.Start(context.Background(), "example", makeready.Settings{}) // Execute does this
	_, err := model.Generate(ctx, makeready.Request{})
	rec, _, _ := finish(err)
	fmt.Println(rec.Cost())
	// Output: $0.00021
}
