package validate_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready/validate"
)

func ExampleParser_Parse() {
	type reply struct {
		Color string  `json:"color" jsonschema:"enum=light_blue,enum=red"`
		Sure  float64 `json:"sure" jsonschema:"minimum=0,maximum=1"`
	}
	p, err := validate.For[reply]()
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := p.Parse(nil, "Sure:\n```json\n{Color: 'Light Blue', \"sure\": \"92%\",}\n```") //nolint:staticcheck // no check needs it
	fmt.Println(r.JSON, err)
	for _, f := range r.Fixes {
		fmt.Printf("%s %s %q\n", f.Kind, f.Path, f.To)
	}
	// Output:
	// {"color":"light_blue","sure":0.92} <nil>
	// surrounding_text  ""
	// unquoted_key  "Color"
	// quotes /Color "\""
	// trailing_comma  ""
	// enum /Color "light_blue"
	// key /Color "color"
	// text_to_number /sure "0.92"
}

func ExampleFromSchema() {
	p, err := validate.FromSchema([]byte(`{"type":"array","items":{"type":"integer"}}`), validate.Coerce)
	if err != nil {
		fmt.Println(err)
		return
	}
	v, err := p.Validate(nil, `["1_000", 2.0, 3`) //nolint:staticcheck // no check needs it
	fmt.Println(v, err)
	// Output: [1000 2 3] <nil>
}

func TestLevels(t *testing.T) {
	const schema = `{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}`
	for _, tt := range []struct {
		text   string
		accept [3]bool // Coerce, Syntax, Strict
	}{
		{`{"n":1}`, [3]bool{true, true, true}},
		{`{n:1,}`, [3]bool{true, true, false}},
		{`{"n":"1"}`, [3]bool{true, false, false}},
		{`{"N":1}`, [3]bool{true, false, false}},
		{`{"n":1.5}`, [3]bool{}},
		{`{"n":1,"n":2}`, [3]bool{}},
		{`{"n":}`, [3]bool{}},
		{`{"n":1} or {"n":2}`, [3]bool{}},
	} {
		for level, accept := range tt.accept {
			p, err := validate.FromSchema([]byte(schema), validate.Level(level))
			require.NoError(t, err)
			got, err := p.Parse(t.Context(), tt.text)
			require.Equal(t, accept, err == nil, "%s %d %v", tt.text, level, err)
			require.Equal(t, tt.text, got.Raw)
		}
	}
	_, err := validate.FromSchema([]byte(schema), validate.Level(9))
	require.Error(t, err)
	_, err = validate.FromSchema([]byte(schema), validate.Enum("/n", "x"))
	require.Error(t, err)
	_, err = validate.FromSchema([]byte(`{"type":7}`))
	require.Error(t, err)
}

// The examples of docs/parsing.md, and more of their kind.
func TestRules(t *testing.T) {
	const free, object = `{}`, `{"type":"object","properties":{"a":{"type":"string"},"b":{"type":["integer","string"]}},"additionalProperties":false}`
	for _, tt := range []struct{ schema, text, want string }{
		{object, `<think>{"a":"x"}?</think>{"a":"y"}`, `{"a":"y"}`},
		{free, `[1 2,,3,]`, `[1,2,3]`},
		{free, `{"a" 1, "b":: 2, c => 3}`, `{"a":1,"b":2,"c":3}`},
		{free, `{'a': “b”, "c": ""d""}`, `{"a":"b","c":"d"}`},
		{object, `{a: one, two, b: f(x, y)}`, `{"a":"one, two","b":"f(x, y)"}`},
		{object, `{"a": "one, "b": 2}`, `{"a":"one","b":2}`},
		{object, `{"a": "she said "no", and left"}`, `{"a":"she said \"no\", and left"}`},
		{free, `{"a": [1, 2}`, `{"a":[1,2]}`},
		{free, `["a" + "b"]`, `["ab"]`},
		{free, `[1, 2, ...]`, `[1,2]`},
		{free, `{"a": 1 // one`, `{"a":1}`},
		{`{"type":"string","enum":["not_found","ok"]}`, `"Not Found!"`, `"not_found"`},
		{`{"type":"string","enum":["not_found","ok"]}`, "It is not ok.", ""},
		{`{"type":"boolean"}`, "It is not true.", ""},
		{`{"type":"number"}`, `"1,5"`, ""},
		{`{"type":"number"}`, `"92%"`, ""},
		{`{"type":"integer"}`, `"2.5"`, ""},
		{`{"type":"array","items":{"type":"string"}}`, "I cannot help with that.", ""},
		{`{"type":"array","items":{"type":"string"}}`, `{"error":"no access"}`, ""},
		{`{"type":"array","items":{"type":"object","properties":{"a":{"type":"integer"}}}}`, "{\"a\":1}\n{\"a\":2}", `[{"a":1},{"a":2}]`},
		{`{"anyOf":[{"type":"integer"},{"type":"boolean"}]}`, `"1"`, ""},
		{free, `{"red", "green"}`, ""},
	} {
		p, err := validate.FromSchema([]byte(tt.schema))
		require.NoError(t, err)
		got, err := p.Parse(t.Context(), tt.text)
		require.Equal(t, tt.want, got.JSON, "%s: %v", tt.text, err)
	}
}
