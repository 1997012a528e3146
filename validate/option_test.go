package validate_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/validate"
)

type enquiry struct {
	Intent   string            `json:"intent"`
	Second   *string           `json:"second"`
	Tags     []string          `json:"tags"`
	Entities []thing2          `json:"entities"`
	Labels   map[string]string `json:"labels"`
	Odd      string            `json:"a/b~c"`
	Star     string            `json:"*"`
	Fixed    string            `json:"fixed" jsonschema:"enum=x"`
	List     []string          `json:"list" jsonschema:"enum=x"`
	Count    int               `json:"count"`
}

type thing2 struct {
	Kind string   `json:"kind"`
	More []string `json:"more"`
}

func TestEnumReachesTheSchema(t *testing.T) {
	const head = `{"intent":"billing","second":null,"tags":[],"entities":[],"labels":{},"a/b~c":"","*":"","fixed":"x","list":[],"count":1,`
	tests := []struct{ pointer, good, bad, path, rule string }{
		{"/intent", `"intent":"billing"`, `"intent":"sales"`, "/intent", "/properties/intent/enum"},
		{"/second", `"second":"billing"`, `"second":"sales"`, "/second", "/properties/second/enum"},
		{"/tags", `"tags":["returns"]`, `"tags":["billing","sales"]`, "/tags/1", "/properties/tags/items/enum"},
		{"/tags/*", `"tags":["returns"]`, `"tags":["billing","sales"]`, "/tags/1", "/properties/tags/items/enum"},
		{"/entities/*/kind", `"entities":[{"kind":"billing","more":["x"]}]`, `"entities":[{"kind":"sales","more":[]}]`, "/entities/0/kind", "/properties/entities/items/properties/kind/enum"},
		{"/entities/*/more", `"entities":[{"kind":"x","more":["billing"]}]`, `"entities":[{"kind":"x","more":["sales"]}]`, "/entities/0/more/0", "/properties/entities/items/properties/more/items/enum"},
		{"/labels/*", `"labels":{"x":"billing"}`, `"labels":{"x":"sales"}`, "/labels/x", "/properties/labels/additionalProperties/enum"},
		{"/a~1b~0c", `"a/b~c":"billing"`, `"a/b~c":"sales"`, "/a~1b~0c", "/properties/a~1b~0c/enum"},
		{"/*", `"*":"billing"`, `"*":"sales"`, "/*", "/properties/*/enum"},
	}
	for _, tt := range tests {
		t.Run(tt.pointer, func(t *testing.T) {
			p := parserFor[enquiry](t, validate.Enum(tt.pointer, "billing", "returns"))
			// Only the changed property matters, so the others come from a
			// document that both parsers accept.
			_, err := p.Validate(t.Context(), merge(t, head, tt.good))
			require.NoError(t, err)
			_, err = p.Validate(t.Context(), merge(t, head, tt.bad))
			is := issuesOf(t, err)
			require.Len(t, is, 1)
			want := "billing | returns"
			if tt.pointer == "/second" {
				want += " | null"
			}
			require.Equal(t, makeready.Issue{Path: tt.path, Code: "enum", Rule: tt.rule, Got: `"sales"`, Want: want}, is[0])
		})
	}
	p := parserFor[enquiry](t, validate.Enum("/second", "billing"))
	v, err := p.Validate(t.Context(), merge(t, head, `"count":1`))
	require.NoError(t, err)
	require.Nil(t, v.Second)
}

func TestEnumOfARoot(t *testing.T) {
	type intent string
	p := parserFor[intent](t, validate.Enum("", "billing"))
	require.JSONEq(t, `{"type":"string","enum":["billing"]}`, string(p.Schema()))
	list := parserFor[[]string](t, validate.Enum("", "billing"), nil)
	require.JSONEq(t, `{"type":"array","items":{"type":"string","enum":["billing"]}}`, string(list.Schema()))
}

func TestEnumAppliesToOnePlace(t *testing.T) {
	type both struct{ A, B thing2 }
	p := parserFor[both](t, validate.Enum("/A/kind", "x"), validate.Enum("/B/kind", "y"))
	_, err := p.Validate(t.Context(), `{"A":{"kind":"x","more":[]},"B":{"kind":"y","more":[]}}`)
	require.NoError(t, err)
	_, err = p.Validate(t.Context(), `{"A":{"kind":"y","more":[]},"B":{"kind":"y","more":[]}}`)
	require.Equal(t, "/A/kind", issuesOf(t, err)[0].Path)
}

func TestEnumKeepsItsOwnCopy(t *testing.T) {
	values := []string{"billing"}
	o := validate.Enum("/intent", values...)
	values[0] = "sales"
	require.Contains(t, string(parserFor[enquiry](t, o).Schema()), "billing")
	require.NotContains(t, string(parserFor[enquiry](t, o).Schema()), "sales")
}

func TestEnumsThatAreRefused(t *testing.T) {
	tests := []struct {
		pointer string
		values  []string
		want    string
	}{
		{"intent", []string{"a"}, `validate: Enum "intent": a pointer begins with "/"`},
		{"/none", []string{"a"}, `validate: Enum "/none": validate_test.enquiry has no property "none"`},
		{"/intent/*", []string{"a"}, `string has no property "*"`},
		{"/entities/0/kind", []string{"a"}, `[]validate_test.thing2 has no property "0"`},
		{"/count", []string{"a"}, "int is not a string or an array of strings"},
		{"/entities", []string{"a"}, "validate_test.thing2 is not a string"},
		{"", []string{"a"}, "validate_test.enquiry is not a string"},
		{"/fixed", []string{"a"}, "there is a list of values already"},
		{"/list", []string{"a"}, "there is a list of values already"},
		{"/intent", nil, "no values"},
		{"/intent", []string{"a", "b", "a"}, "value 2 is a repetition or not UTF-8"},
		{"/intent", []string{"a", "\xff"}, "value 1 is a repetition or not UTF-8"},
	}
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) {
			_, err := validate.For[enquiry](validate.Enum(tt.pointer, tt.values...))
			require.ErrorContains(t, err, tt.want)
		})
	}
	_, err := validate.For[enquiry](validate.Enum("/intent", "a"), validate.Enum("/intent", "b"))
	require.ErrorContains(t, err, "there is a list of values already")
}

// merge completes head, which ends with a comma, by one property in place of
// its own.
func merge(t *testing.T, head, property string) string {
	t.Helper()
	var all map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(strings.TrimSuffix(head, ",")+"}"), &all))
	require.NoError(t, json.Unmarshal([]byte("{"+property+"}"), &all))
	b, err := json.Marshal(all)
	require.NoError(t, err)
	return string(b)
}
