package validate_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/validate"
)

const unsure = `{"status": "uncertain", "reason": "two invoices match", "suggestion": "ask for the invoice number"}`

func TestUncertainIsAnExit(t *testing.T) {
	tests := map[string]string{
		"plain":    unsure,
		"fenced":   "```json\n" + unsure + "\n```",
		"unclosed": "```\n" + unsure,
		"in prose": "I cannot tell. " + unsure + "\nSorry.",
		"case":     strings.Replace(unsure, "uncertain", " UnCertain ", 1),
		"more":     strings.Replace(unsure, "{", `{"confidence": 0.2, `, 1),
	}
	want := &makeready.Exit{
		Outcome:    makeready.Uncertain,
		Reason:     "model_uncertain",
		Detail:     "two invoices match",
		Suggestion: "ask for the invoice number",
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := parserFor[order](t).Validate(t.Context(), text)
			require.Equal(t, want, err)
			_, err = parserFor[[]string](t).Validate(t.Context(), text)
			require.Equal(t, want, err)
			_, err = parserFor[map[string]string](t).Validate(t.Context(), text)
			require.Equal(t, want, err)
			_, err = validate.Text().Validate(t.Context(), text)
			require.Equal(t, want, err)
		})
	}
}

func TestUncertainIsData(t *testing.T) {
	type shipment struct {
		Status string `json:"status"`
	}
	v, err := parserFor[shipment](t).Validate(t.Context(), `{"status":"uncertain"}`)
	require.NoError(t, err)
	require.Equal(t, "uncertain", v.Status)

	for _, text := range []string{`{"status":"certain"}`, `{"status":["uncertain"]}`, `{"Status":"uncertain"}`, `[{"status":"uncertain"}]`, `{"status":"uncertain","status":"uncertain"}`} {
		_, err := parserFor[order](t).Validate(t.Context(), text)
		issuesOf(t, err)
	}
}

func TestUncertainIsClipped(t *testing.T) {
	long := strings.Repeat("é", 5000)
	_, err := validate.Text().Validate(t.Context(), `{"status":"uncertain","reason":"`+long+`","suggestion":7}`)
	exit, ok := errors.AsType[*makeready.Exit](err)
	require.True(t, ok)
	require.LessOrEqual(t, len(exit.Detail), 1000)
	require.Greater(t, len(exit.Detail), 990)
	require.True(t, utf8.ValidString(exit.Detail))
	require.Empty(t, exit.Suggestion)
	require.NotContains(t, err.Error(), "é")
}

func TestText(t *testing.T) {
	for text, want := range map[string]string{
		" Hello,\n\nyour order is on its way. \n": "Hello,\n\nyour order is on its way.",
		`{"status":"shipped"}`:                    `{"status":"shipped"}`,
		`The field "status" says {x} and {y}.`:    `The field "status" says {x} and {y}.`,
		"{":                                       "{",
	} {
		got, err := validate.Text().Validate(t.Context(), text)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, tt := range []struct{ text, code string }{{"", "empty"}, {" \t\n\u00a0", "empty"}, {"caf\xe9", "utf8"}} {
		got, err := validate.Text().Validate(t.Context(), tt.text)
		require.Empty(t, got)
		require.Equal(t, tt.code, issuesOf(t, err)[0].Code)
	}
}
