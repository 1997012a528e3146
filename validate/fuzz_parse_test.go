package validate_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/validate"
)

// FuzzParse checks, for any text and several schemas: no panic; the same answer
// twice; the JSON of a result is valid, is accepted without a fix that changes
// it, and, if the text was valid JSON and nothing was fixed, is what the text
// says.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		good, bad, unsure, `{intent: billing, confidence: 92%, entities: [{kind: 'product', value: mug`, "<think>{}</think>" + good,
		`{"a": "say "hi", ok", "b": [1,,2,...], }`, "```json\n[1 2 3]\n```", `{"intent":["billing"],"confidence":"0.5"}`, `{"x":{"x":{"x":1}}}`,
		`{"a":1}}, "b":2}`, `{'a' 'b'}`, `["a": 1]`, `{"k"e"y": """x"""}`, `{"note": "{\"a\": [1]}"}`, "# a\n{“a”: ‘b’}", `{\"a\": \"b\"}`,
	} {
		f.Add(s)
	}
	var parsers []*validate.Parser[any]
	for _, schema := range []string{
		`{}`, `{"type":"array","items":{"type":"string"}}`, `{"type":"boolean"}`,
		`{"type":"object","properties":{"intent":{"enum":["billing","returns"]},"confidence":{"type":"number","minimum":0,"maximum":1},"note":{"type":["object","null"]}},"required":["intent"],"additionalProperties":false}`,
		`{"$ref":"#/$defs/x","$defs":{"x":{"type":"object","properties":{"x":{"anyOf":[{"$ref":"#/$defs/x"},{"type":"integer"},{"type":"array","items":{"$ref":"#/$defs/x"}}]},"a":{"type":"string"}}}}}`,
		`{"anyOf":[{"const":"a"},{"type":"integer"},{"type":"object","properties":{"k":{"const":"v"}},"required":["k"]},{"type":"array","items":{"enum":[1,"x",null,true]}}]}`,
	} {
		p, err := validate.FromSchema([]byte(schema))
		require.NoError(f, err)
		parsers = append(parsers, p)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, p := range parsers {
			got, err := p.Parse(t.Context(), text)
			again, errAgain := p.Parse(t.Context(), text)
			require.Empty(t, cmp.Diff(got, again))
			require.Empty(t, cmp.Diff(err, errAgain))
			if err != nil {
				if _, isExit := err.(*makeready.Exit); !isExit { //nolint:errorlint // it is never wrapped
					issuesOf(t, err)
				}
				continue
			}
			require.True(t, json.Valid([]byte(got.JSON)), got.JSON)
			second, err := p.Parse(t.Context(), got.JSON)
			require.NoError(t, err, got.JSON)
			require.Equal(t, got.JSON, second.JSON)
			require.Empty(t, second.Fixes)
			if len(got.Fixes) == 0 && json.Valid([]byte(text)) {
				require.Empty(t, cmp.Diff(decoded(t, text), decoded(t, got.JSON)))
			}
		}
	})
}

func decoded(tb testing.TB, text string) any {
	tb.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	require.NoError(tb, d.Decode(&v))
	return v
}
