package validate_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready/validate"
)

type claim struct {
	Kind   string            `json:"kind" jsonschema:"enum=theft,enum=fire"`
	Amount float64           `json:"amount" jsonschema:"minimum=0" jsonschema_description:"in euros, without tax"`
	Note   string            `json:"note,omitempty" jsonschema:"maxLength=80"`
	Extra  map[string]string `json:"extra,omitempty"`
	Items  []thing           `json:"items"`
}

func ExampleParser_Instructions() {
	p, err := validate.For[claim]()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Instructions())
	// Output:
	// Answer with one JSON value of this shape, and nothing else:
	// {
	//   "kind": "theft" | "fire",
	//   "amount": number, // at least 0; in euros, without tax
	//   "note"?: string, // characters: at most 80
	//   "extra"?: { [key: string]: string },
	//   "items": {
	//     "kind": "order_id" | "product",
	//     "value": string, // characters: 1 to 8
	//   }[],
	// }
}

func ExampleParser_SchemaFor() {
	p, err := validate.FromSchema([]byte(`{"type":"object","properties":{"a":{"type":"number","minimum":0},"b":{"type":"string"}},"required":["a"],"additionalProperties":false}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	schema, lost, err := p.SchemaFor(validate.Anthropic)
	fmt.Println(string(schema), lost, err)
	schema, lost, err = p.SchemaFor(validate.OpenAIStrict)
	fmt.Println(string(schema), lost, err)
	// Output:
	// {"additionalProperties":false,"properties":{"a":{"type":"number"},"b":{"type":"string"}},"required":["a"],"type":"object"} [{/properties/a/minimum minimum}] <nil>
	// {"additionalProperties":false,"properties":{"a":{"minimum":0,"type":"number"},"b":{"type":["string","null"]}},"required":["a","b"],"type":"object"} [] <nil>
}

func TestSchemaForNamesWhatIsLost(t *testing.T) {
	p := parserFor[claim](t)
	schema, lost, err := p.SchemaFor(validate.OpenAIStrict)
	require.NoError(t, err)
	require.True(t, json.Valid(schema))
	var keywords []string
	for _, l := range lost {
		keywords = append(keywords, l.Path)
	}
	require.Equal(t, []string{
		"/properties/extra/additionalProperties", "/properties/items/items/properties/value/maxLength",
		"/properties/items/items/properties/value/minLength", "/properties/note/maxLength",
	}, keywords)
	got, err := p.Validate(t.Context(), `{"kind":"fire","amount":3,"note":null,"extra":null,"items":[]}`)
	require.NoError(t, err, "null is how a strict model leaves a property out")
	require.Empty(t, got.Note)

	plain, lost, err := p.SchemaFor(validate.Plain)
	require.NoError(t, err)
	require.Empty(t, lost)
	require.Equal(t, p.Schema(), plain)

	_, _, err = parserFor[[]int](t).SchemaFor(validate.OpenAIStrict)
	require.Error(t, err)
	_, _, err = p.SchemaFor(99)
	require.Error(t, err)
}
