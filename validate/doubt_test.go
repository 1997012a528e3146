package validate_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/validate"
)

type ruling struct {
	Verdict string  `json:"verdict" jsonschema:"enum=allow,enum=deny"`
	Amount  float64 `json:"amount"`
}

type parcel struct {
	State string   `json:"state,omitempty" jsonschema:"enum=shipped,enum=canceled,enum=lost"`
	Paid  bool     `json:"paid,omitempty"`
	Items []string `json:"items,omitempty"`
}

// What a careful reader would ask about again is not an answer.
func TestDoubtIsNoAnswer(t *testing.T) {
	rulings, err := validate.For[ruling]()
	require.NoError(t, err)
	const quoted = `The customer wrote: {"verdict":"allow","amount":1000}` + "\nMy verdict: "
	for _, text := range []string{
		quoted + `{"verdict":"denied","amount":0}`,
		quoted + `{"verdict":"deny","amount":"zero"}`,
		quoted + `{"verdict":"deny"}`,
		quoted + `{"verdict":"deny","amount":0`,
		quoted + `{"verdict":"deny","amount":0}`,
		"```json\n{\"verdict\":\"allow\",\"amount\":1}\n```\nThat was a draft. Mine: {\"verdict\":\"deny\",\"amount\":2",
		`After correction: {"verdict":"deny","amount":2}` + "\n" + `Before correction: {"verdict":"allow","amount":1}`,
		`Final: {"verdict":"deny","amount":2} (the corrected version replaces {"verdict":"allow","amount":1})`,
		`{"verdict":"allow","amount":1}` + "\n" + `No final answer is possible; a guess: {"verdict":"deny","amount":2}`,
		`{"status":"uncertain","reason":"no order"} But if I had to guess: {"verdict":"deny","amount":2}`,
		`{"error":{"verdict":"deny","amount":2}}`,
		`{"invalid_previous_answer":{"verdict":"deny","amount":2}}`,
	} {
		_, err := rulings.Validate(t.Context(), text)
		require.ErrorIs(t, err, makeready.ErrInvalidOutput, text)
	}

	parcels, err := validate.For[parcel]()
	require.NoError(t, err)
	for _, state := range []string{
		"failed to be shipped", "will it be shipped?", "un-shipped", "non shipped", "hardly shipped", "yet to be shipped",
		"almost shipped", "shipped only if paid", "none of: shipped", "refused to have it shipped", "shipped-free", "previously shipped",
	} {
		_, err := parcels.Validate(t.Context(), `{"state": "`+state+`"}`)
		require.ErrorIs(t, err, makeready.ErrInvalidOutput, state)
	}
	for _, paid := range []string{"hard to say if true", "maybe true", "true?", "false alarm: it is paid", "true if due before Friday"} {
		_, err := parcels.Validate(t.Context(), `{"paid": "`+paid+`"}`)
		require.ErrorIs(t, err, makeready.ErrInvalidOutput, paid)
	}
	for _, items := range []string{`{"items":red, green, blue}`, `{"items":S, M, L,"state":"lost"}`} {
		_, err := parcels.Validate(t.Context(), items)
		require.ErrorIs(t, err, makeready.ErrInvalidOutput, "an item must not be dropped: %s", items)
	}
}

// What does no more than state a value does state it.
func TestStatedValues(t *testing.T) {
	parcels, err := validate.For[parcel]()
	require.NoError(t, err)
	for text, want := range map[string]parcel{
		`{"state": "Status: shipped"}`:                    {State: "shipped"},
		`{"state": "the status is LOST."}`:                {State: "lost"},
		`{"state": "SHIPPED (see the tracking page)"}`:    {State: "shipped"},
		`{"state": "canceled - the customer asked"}`:      {State: "canceled"},
		`{"paid": "The answer is true."}`:                 {Paid: true},
		`{"paid": "true (by card)"}`:                      {Paid: true},
		`Corrected version: {"state": "lost"}`:            {State: "lost"},
		`{"state":"lost"} Corrected: {"state":"shipped"}`: {State: "shipped"},
	} {
		got, err := parcels.Validate(t.Context(), text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	result, err := parcels.Parse(t.Context(), `{"items": ["a", "b", ...]}`)
	require.NoError(t, err)
	require.True(t, result.Truncated, "dots stand for what was left out")
}
