package validate_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/validate"
)

// FuzzValidate checks, for any text: no panic; an accepted text that is JSON
// decodes to what encoding/json makes of it; an error is one of the kinds that
// the documentation names, in a stable order, and its string says nothing but
// codes and places of the schema.
func FuzzValidate(f *testing.F) {
	const marker = "PLANTED"
	seeds := []string{
		good, bad, unsure, "", "```json\n" + good + "\n```", "Here: " + good, "~~~\n" + good,
		`{"intent":"PLANTED","PLANTED":"PLANTED"}`, `{"PLANTED":1,"PLANTED":`, "PLANTED",
		`{"intent":"billing","confidence":1e-2,"entities":[{"kind":"product","value":"\u00e9\ud83d\ude00"}],"note":null}`,
		`{"intent":"billing","confidence":1.0,"count":3.0e1,"list":[1,-2.50e2,1e400],"at":"2026-11-22T10:00:00Z"}`,
		`{"confidence":1e999999999}`, `{"count":9223372036854775808}`, `{"count":-0.0}`, `[[[[`, `{"a":"\ud800"}`, "\uFEFF{}",
		`{"by":{"a":1,"b/~":-128,"":7},"raw":0.10}`, `{"at":"2026-11-22T9:00:00,5Z"}`,
	}
	for _, s := range seeds {
		f.Add(s)
	}
	type target struct {
		Intent     string          `json:"intent" jsonschema:"enum=billing,enum=returns"`
		Confidence float64         `json:"confidence" jsonschema:"minimum=0,maximum=1"`
		Entities   []thing         `json:"entities,omitempty" jsonschema:"maxItems=3"`
		Note       *string         `json:"note,omitempty"`
		Count      int64           `json:"count,omitempty"`
		List       []float32       `json:"list,omitempty" jsonschema:"uniqueItems=true"`
		By         map[string]int8 `json:"by,omitempty"`
		Raw        json.Number     `json:"raw,omitempty"`
	}
	p, err := validate.For[target]()
	require.NoError(f, err)
	codes := []string{
		"empty", "utf8", "size", "depth", "syntax", "duplicate_key", "number_range",
		"type", "enum", "required", "additionalProperties", "minimum", "maximum", "maxItems", "uniqueItems", "minLength", "maxLength",
	}
	var schema any
	require.NoError(f, json.Unmarshal(p.Schema(), &schema))

	f.Fuzz(func(t *testing.T, text string) {
		got, err := p.Validate(t.Context(), text)
		again, errAgain := p.Validate(t.Context(), text)
		require.Empty(t, cmp.Diff(got, again))
		require.Empty(t, cmp.Diff(err, errAgain))
		if err == nil {
			var want target
			if d := json.Unmarshal([]byte(text), &want); d == nil {
				want.Raw, got.Raw = "", "" // 3.0 may have become 3
				require.Empty(t, cmp.Diff(want, got))
			}
			return
		}
		require.Zero(t, got)
		if exit, ok := errors.AsType[*makeready.Exit](err); ok {
			require.Equal(t, makeready.Uncertain, exit.Outcome)
			return
		}
		issues := issuesOf(t, err)
		require.LessOrEqual(t, len(issues), 101)
		for _, is := range issues {
			require.True(t, slices.Contains(codes, is.Code), is.Code)
			require.LessOrEqual(t, len(is.Got), 120)
			if is.Rule != "" {
				requirePlace(t, schema, is.Rule)
			}
			require.NotContains(t, is.Want, marker)
		}
		require.NotContains(t, err.Error(), marker)
	})
}

// requirePlace checks that the pointer names something in the schema.
func requirePlace(t *testing.T, schema any, pointer string) {
	t.Helper()
	for token := range strings.SplitSeq(pointer[1:], "/") {
		object, ok := schema.(map[string]any)
		require.True(t, ok, pointer)
		schema, ok = object[token]
		require.True(t, ok, pointer)
	}
}

// FuzzScan checks the strict reader against encoding/json: what it accepts is
// valid and means the same, what it refuses is invalid, has a key twice, or is
// beyond a limit.
func FuzzScan(f *testing.F) {
	for _, s := range []string{
		`{"a":[1,2.5e-3,"x\n\u00E9\u20ac",true,false,null,{}]}`, `[]`, ` "\ud83d\ude00\ud800\udc0" `, `-0`, `1e5`, `01`, `[1,]`,
		`{"a":1,"a":2}`, "\"\x7f\"", `"\ud800\ud800\udc00"`, `1E+2`, `123456789012345678901234567890`, `tru`, `nul`, `"a`, `{"":0}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			t.Skip("refused before it is read")
		}
		v, issues := validate.Scan(text)
		if len(issues) == 0 {
			var want any
			d := json.NewDecoder(strings.NewReader(text))
			d.UseNumber()
			require.NoError(t, d.Decode(&want))
			require.True(t, json.Valid([]byte(text)))
			require.Empty(t, cmp.Diff(want, asNumbers(v)))
			return
		}
		if issues[0].Code == "syntax" {
			require.False(t, json.Valid([]byte(text)), text)
		}
	})
}

// asNumbers undoes what distinguishes the scanner's numbers from the decoder's.
func asNumbers(v any) any {
	switch v := v.(type) {
	case int64:
		return json.Number(strconv.FormatInt(v, 10))
	case []any:
		for i := range v {
			v[i] = asNumbers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = asNumbers(v[k])
		}
	}
	return v
}
