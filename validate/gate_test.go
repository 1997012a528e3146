package validate_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready/validate"
)

func TestGateLoadsNothing(t *testing.T) {
	for _, ref := range []string{"file:///etc/hostname", "http://127.0.0.1:1/schema", "https://json-schema.org/nothing", "other.json", "mem:///other.json"} {
		_, _, err := validate.CompileAndCheck(`{"$ref":"`+ref+`"}`, nil)
		require.ErrorContains(t, err, "references outside of the schema are not loaded", ref)
	}
}

func TestGateRefusesBrokenSchemas(t *testing.T) {
	for _, schema := range []string{``, `{`, `{"type":"text"}`, `{"pattern":"("}`, `{"$ref":"#/$defs/none"}`, `{"$ref":"#"}`} {
		_, _, err := validate.CompileAndCheck(schema, map[string]any{})
		require.ErrorContains(t, err, "validate: schema", schema)
	}
}

// The scanner keeps such values away from the library; if one slips through,
// the library's panic must not end the process.
func TestGateSurvivesPanics(t *testing.T) {
	_, panicked, err := validate.CompileAndCheck(`{"maximum":1}`, json.Number("1e999999999"))
	require.NoError(t, err)
	require.True(t, panicked)
	_, panicked, err = validate.CompileAndCheck(`{"type":"object"}`, struct{}{})
	require.False(t, panicked)
	require.ErrorContains(t, err, "invalid jsonType")
}

func TestGateFollowsReferences(t *testing.T) {
	rules, _, err := validate.CompileAndCheck(`{
		"properties": {"a b": {"$ref": "#/$defs/x%25y"}, "c": {"anyOf": [{"type":"string"},{"type":"null"}]}, "d": {"const": {"k":1}},
			"e": {"not": {}}, "f": false, "g": {"multipleOf": 5}, "h": {"pattern": "^x$"}, "i": {"exclusiveMinimum": 0, "exclusiveMaximum": 1},
			"j": {"uniqueItems": true}, "k": {"minProperties": 2}, "l": {"allOf": [{"enum": [1, "a", null, [1]]}]}, "m": {"minimum": 3},
			"n": {"minItems": 1}, "o": {"required": ["p"]}, "q": {"const": "x", "type": "string"}},
		"$defs": {"x%y": {"enum": ["v", "w"]}}
	}`, map[string]any{
		"a b": "u", "c": true, "d": "x", "e": true, "f": true, "g": int64(3), "h": "y", "i": int64(1),
		"j": []any{int64(1), int64(1)}, "k": map[string]any{}, "l": "b", "m": int64(1), "n": []any{}, "o": map[string]any{}, "q": int64(1),
	})
	require.NoError(t, err)
	require.Equal(t, []string{
		"/a b /$defs/x%y/enum v | w",
		"/c /properties/c/anyOf " + `[{"type":"string"},{"type":"null"}]`,
		`/d /properties/d/const {"k":1}`,
		"/e /properties/e/not {}",
		"/f /properties/f false",
		"/g /properties/g/multipleOf a multiple of 5",
		"/h /properties/h/pattern text that matches ^x$",
		"/i /properties/i/exclusiveMaximum more than 0, less than 1",
		"/j /properties/j/uniqueItems no equal items",
		"/k /properties/k/minProperties properties: at least 2",
		"/l /properties/l/allOf/0/enum 1 | a | null | [1]",
		"/m /properties/m/minimum at least 3",
		"/n /properties/n/minItems items: at least 1",
		"/o/p /properties/o/required ",
		"/q /properties/q/type x",
	}, rules)
}

func TestGateAssertsFormatsAndContent(t *testing.T) {
	rules, _, err := validate.CompileAndCheck(`{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"properties": {"a": {"format": "email"}, "b": {"contentEncoding": "base64"}, "c": {"format": "date-time"}, "d": {"format": "date-time"}}
	}`, map[string]any{"a": "nobody", "b": "?", "c": "2026-11-22T23:59:60Z", "d": "2026-11-22T10:00:00Z"})
	require.NoError(t, err)
	require.Equal(t, []string{"/a /properties/a/format email", "/b /properties/b/contentEncoding base64", "/c /properties/c/format date-time"}, rules)
}
