package validate_test

import (
	"encoding/json"
	"math/big"
	"net/url"
	"reflect"
	"sync"
	"testing"
	"time"
	"unsafe"

	"github.com/invopop/jsonschema"
	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready/validate"
)

// Types that refer to themselves in every way that Go allows.
type (
	chainLink  struct{ Next *chainLink }
	treeNode   struct{ Children []treeNode }
	nestedList []nestedList
	nestedMap  map[string]nestedMap
	pointerTo  *pointerTo
	ping       struct{ Pong map[string]*pong }
	pong       struct{ Pings [2][]ping }
	selfEmbed  struct {
		*SelfEmbed

		Name string
	}
	SelfEmbed struct{ selfEmbed }
)

type (
	pair[T any]     struct{ A, B T }
	manyValues      = pair[pair[pair[pair[pair[pair[pair[pair[pair[pair[pair[pair[int]]]]]]]]]]]]
	extended        struct{ A int }
	aliased         struct{ A int }
	propertyAliased struct{ A int }
	custom          struct{ A int }
	documented      struct{ A int }
	protobufEnum    int32
	lowerText       string
	embeddable      struct{ A int }
)

func (extended) JSONSchemaExtend(*jsonschema.Schema)  {}
func (aliased) JSONSchemaAlias() any                  { return chainLink{} }
func (propertyAliased) JSONSchemaProperty(string) any { return nil }
func (custom) JSONSchema() *jsonschema.Schema         { return nil }
func (documented) GetFieldDocString(string) string    { return "" }
func (protobufEnum) EnumDescriptor() ([]byte, []int)  { return nil, nil }

func refused[T any]() error {
	_, err := validate.For[T]()
	return err
}

func TestTypesThatAreRefused(t *testing.T) {
	tests := []struct {
		err  error
		want string
	}{
		{refused[string](), "validate: plain text needs no parser, use Text"},
		{refused[*extended](), "not a pointer"},
		{refused[any](), "can be anything"},
		{refused[error](), "can be anything"},
		{refused[map[string]any](), "map[string]interface {}[]: interface {} can be anything"},
		{refused[struct{ A struct{ B []any } }](), ".A.B[]: interface {} can be anything"},
		{refused[json.RawMessage](), "decodes itself (UnmarshalJSON)"},
		{refused[struct{ A *big.Int }](), ".A: big.Int decodes itself"},
		{refused[struct{ time.Time }](), "decodes itself"},

		{refused[chainLink](), "chainLink.Next: validate_test.chainLink contains itself"},
		{refused[treeNode](), "contains itself"},
		{refused[nestedList](), "contains itself"},
		{refused[nestedMap](), "contains itself"},
		{refused[[]pointerTo](), "contains itself"},
		{refused[ping](), "ping.Pong[].Pings[][]: validate_test.ping contains itself"},
		{refused[selfEmbed](), "contains itself"},
		{refused[manyValues](), "more than 5000 values"},

		{refused[chan int](), "chan int has no form in JSON"},
		{refused[struct{ F func() }](), "func() has no form in JSON"},
		{refused[[]complex128](), "complex128 has no form in JSON"},
		{refused[uintptr](), "uintptr has no form in JSON"},
		{refused[unsafe.Pointer](), "has no form in JSON"},
		{refused[struct{}](), "has no exported fields"},
		{refused[sync.Mutex](), "has no exported fields"},
		{refused[struct{ a, b int }](), "has no exported fields"},
		{refused[struct {
			A int `json:"-"`
		}](), "has no exported fields"},
		{refused[struct{ L url.URL }](), ".L.User: url.Userinfo has no exported fields"},
		{refused[map[int]string](), "keys of map[int]string must be strings"},
		{refused[struct{ D time.Duration }](), ".D: a time.Duration would be asked for in nanoseconds"},

		{refused[extended](), "writes its own schema"},
		{refused[[]aliased](), "writes its own schema"},
		{refused[propertyAliased](), "writes its own schema"},
		{refused[struct{ C *custom }](), "writes its own schema"},
		{refused[documented](), "writes its own schema"},
		{refused[protobufEnum](), "writes its own schema"},
		{refused[struct {
			extended
			custom2
		}](), "writes its own schema"},

		{refused[struct{ *embeddable }](), "cannot fill an embedded pointer to an unexported struct"},
		{refused[struct {
			lowerText

			A int
		}](), "embed an exported type"},
		{refused[struct {
			embeddable `json:"e"`
		}](), "embed an exported type"},
		{refused[struct {
			A int
			B int `json:"A"`
		}](), `a second field is called "A"`},
		{refused[struct {
			embeddable

			A int
		}](), `a second field is called "A"`},
		{refused[struct {
			A int `json:"a,string"`
		}](), "json tag: option string"},
		{refused[struct {
			A embeddable `json:"a,inline"`
		}](), "json tag: encoding/json has no option inline"},
		{refused[struct {
			A int `json:"-,"` //nolint:staticcheck // what is refused here
		}](), `json tag: a property cannot be called "-"`},
		{refused[struct {
			A int `json:"it's"` //nolint:staticcheck // what is refused here
		}](), `json tag: encoding/json ignores the name "it's"`},
	}
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) {
			require.ErrorContains(t, tt.err, tt.want)
			require.ErrorContains(t, tt.err, "validate: ")
		})
	}
}

type custom2 struct{ C int }

func (custom2) JSONSchemaExtend(*jsonschema.Schema) {} // ambiguous beside another, so not promoted

func TestTagsThatAreRefused(t *testing.T) {
	tests := []struct {
		err  error
		want string
	}{
		{refused[struct {
			A string `jsonschema:"description=Level, with comma"`
		}](), `.A: jsonschema tag: " with comma" is not key=value`},
		{refused[struct {
			A string `jsonschema:"description=a,b=c"`
		}](), "b has no effect on a string; keys that have: title, description, minLength"},
		{refused[struct {
			A string `jsonschema:",enum=a"`
		}](), `"" is not key=value`},
		{refused[struct {
			A int `jsonschema:"minLength=1"`
		}](), "minLength has no effect on an integer"},
		{refused[struct {
			A float64 `jsonschema:"minimum=low"`
		}](), "minimum=low: want a number"},
		{refused[struct {
			A float64 `jsonschema:"maximum=1e999"`
		}](), "maximum=1e999: want a number"},
		{refused[struct {
			A float64 `jsonschema:"enum=[1]"`
		}](), "enum=[1]: want a number"},
		{refused[struct {
			A string `jsonschema:"minLength=-1"`
		}](), "minLength=-1: want a whole number"},
		{refused[struct {
			A string `jsonschema:"pattern=("`
		}](), "pattern=(: error parsing regexp"},
		{refused[struct {
			A bool `jsonschema:"default=yes"`
		}](), "default=yes: want true or false"},
		{refused[struct {
			A []int `jsonschema:"uniqueItems=yes"`
		}](), "uniqueItems=yes: want true"},
		{refused[struct {
			A [][]int `jsonschema:"uniqueItems=true"`
		}](), "uniqueItems needs items that are strings, numbers or booleans"},
		{refused[struct {
			A string `jsonschema:"format=phone"`
		}](), "format=phone: nothing checks this format"},
		{refused[struct {
			A []string `jsonschema:"format=phone"`
		}](), "format=phone: nothing checks this format"},
		{refused[struct {
			A []int `jsonschema:"default=1"`
		}](), "default=1 has no effect on an array"},
		{refused[struct {
			A [][]string `jsonschema:"enum=a"`
		}](), "enum=a has no effect on an array"},
		{refused[struct {
			A []string `jsonschema:"pattern=a=b"`
		}](), "pattern=a=b has no effect on an array"},
		{refused[struct {
			A []embeddable `jsonschema:"enum=a"`
		}](), "enum has no effect on an object"},
		{refused[struct {
			A embeddable `jsonschema:"minProperties=1"`
		}](), "minProperties has no effect on an object"},
		{refused[struct {
			A string `jsonschema:"anyof_type=string;integer"`
		}](), "anyof_type has no effect on a string"},
		{refused[struct {
			A string `jsonschema_extras:"x=y"`
		}](), "jsonschema_extras is not supported"},
	}
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) { require.ErrorContains(t, tt.err, tt.want) })
	}
}

// A schema must describe exactly what encoding/json will decode.
func TestSchemas(t *testing.T) {
	type Shared struct {
		Kind string `json:"kind"`
	}
	type Base struct {
		ID int32 `json:"id"`
	}
	type tags []string
	tests := []struct {
		name string
		got  []byte
		want string
	}{
		{"scalar", schema[uint8](t), `{"type":"integer","minimum":0,"maximum":255}`},
		{"wide integers", schema[[]int](t), `{"type":"array","items":{"type":"integer"}}`},
		{"array", schema[[2]bool](t), `{"type":"array","items":{"type":"boolean"},"minItems":2,"maxItems":2}`},
		{"map", schema[map[string]map[string]string](t), `{"type":"object","additionalProperties":{"type":"object","additionalProperties":{"type":"string"}}}`},
		{"names and omissions", schema[struct {
			A string  `json:"a"`
			B string  `json:"b,omitempty"`
			C float32 `json:",omitzero"`
			D string  `json:"-"`
			E string  `jsonschema:"-"`
			F string  `json:"f,omitempty" jsonschema:"required"`
			g string
		}](t), `{"type":"object","additionalProperties":false,"required":["a","f"],
			"properties":{"a":{"type":"string"},"b":{"type":"string"},"C":{"type":"number"},"f":{"type":"string"}}}`},
		{"null", schema[struct {
			A *string            `json:"a" jsonschema:"enum=x"`
			B []*uint16          `json:"b"`
			C map[string]*Shared `json:"c"`
			D int8               `json:"d" jsonschema:"nullable,minimum=1,maximum=5"`
			E **time.Time        `json:"e"`
		}](t), `{"type":"object","additionalProperties":false,"required":["a","b","c","d","e"],"properties":{
			"a":{"type":["string","null"],"enum":["x",null]},
			"b":{"type":"array","items":{"type":["integer","null"],"minimum":0,"maximum":65535}},
			"c":{"type":"object","additionalProperties":{"type":["object","null"],"additionalProperties":false,"required":["kind"],"properties":{"kind":{"type":"string"}}}},
			"d":{"type":["integer","null"],"minimum":1,"maximum":5},
			"e":{"type":["string","null"],"format":"date-time"}}}`},
		{"embedded", schema[struct {
			Base
			*Shared
		}](t), `{"type":"object","additionalProperties":false,"required":["id","kind"],"properties":{
			"id":{"type":"integer","minimum":-2147483648,"maximum":2147483647},"kind":{"type":"string"}}}`},
		{"words", schema[struct {
			A string `json:"a" jsonschema:"title=T,description=one\\, two" `
			B string `json:"b" jsonschema_description:"three, four"`
		}](t), `{"type":"object","additionalProperties":false,"required":["a","b"],"properties":{
			"a":{"type":"string","title":"T","description":"one, two"},"b":{"type":"string","description":"three, four"}}}`},
		{"rules", schema[struct {
			A string   `json:"a" jsonschema:"minLength=1,maxLength=3,pattern=^[a-z]{1\\,3}$,format=email,default=a,example=b"`
			B int64    `json:"b" jsonschema:"exclusiveMinimum=0,exclusiveMaximum=10,multipleOf=2,enum=2,enum=4"`
			C tags     `json:"c" jsonschema:"minItems=1,maxItems=3,uniqueItems=true,enum=x,enum=y"`
			D []uint8  `json:"d"`
			E []uint16 `json:"e" jsonschema:"minimum=5"`
			F bool     `json:"f" jsonschema:"default=true"`
		}](t), `{"type":"object","additionalProperties":false,"required":["a","b","c","d","e","f"],"properties":{
			"a":{"type":"string","minLength":1,"maxLength":3,"pattern":"^[a-z]{1,3}$","format":"email","default":"a","examples":["b"]},
			"b":{"type":"integer","exclusiveMinimum":0,"exclusiveMaximum":10,"multipleOf":2,"enum":[2,4]},
			"c":{"type":"array","minItems":1,"maxItems":3,"uniqueItems":true,"items":{"type":"string","enum":["x","y"]}},
			"d":{"type":"string","contentEncoding":"base64"},
			"e":{"type":"array","items":{"type":"integer","minimum":5,"maximum":65535}},
			"f":{"type":"boolean","default":true}}}`},
		{"generics", schema[pair[pair[int]]](t), `{"type":"object","additionalProperties":false,"required":["A","B"],"properties":{
			"A":{"type":"object","additionalProperties":false,"required":["A","B"],"properties":{"A":{"type":"integer"},"B":{"type":"integer"}}},
			"B":{"type":"object","additionalProperties":false,"required":["A","B"],"properties":{"A":{"type":"integer"},"B":{"type":"integer"}}}}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.JSONEq(t, tt.want, string(tt.got)) })
	}
}

func schema[T any](t *testing.T) []byte {
	t.Helper()
	return parserFor[T](t).Schema()
}

// Two types share the name that the schema library would file them under.
func TestTypesOfOneNameStayApart(t *testing.T) {
	type item struct {
		X int `json:"x"`
	}
	type first struct{ Item item }
	{
		type item struct {
			Y string `json:"y"`
		}
		type both struct {
			A first
			B item
		}
		require.Equal(t, reflect.TypeFor[item]().Name(), reflect.TypeFor[first]().Field(0).Type.Name())
		v, err := parserFor[both](t).Validate(t.Context(), `{"A":{"Item":{"x":1}},"B":{"y":"z"}}`)
		require.NoError(t, err)
		require.Equal(t, 1, v.A.Item.X)
		require.Equal(t, "z", v.B.Y)
	}
}

func TestPropertiesKeepTheirOrder(t *testing.T) {
	require.Regexp(t, `"z":.*"a":.*"m":`, string(schema[struct {
		Z int `json:"z"`
		A int `json:"a"`
		M int `json:"m"`
	}](t)))
}
