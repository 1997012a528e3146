package validate

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"

	"github.com/makeready-go/makeready"
)

// Validator turns the text of a model into a checked value.
type Validator[T any] = makeready.Validator[T]

// A Parser is a [Validator] for one Go type or one schema. Make it with [For] or
// [FromSchema], once, and share it: it is immutable and safe for concurrent use.
type Parser[T any] struct {
	core
}

// For makes the parser of T: a struct, a slice, an array, a map with string
// keys, a number, a boolean or a named string type.
//
// The schema of T follows what encoding/json decodes. Fields have the names of
// their json tags. A field is required unless its json tag says omitempty or
// omitzero; then it may be left out. A pointer may be null. Structs allow no
// other properties. time.Time is a date-time, a type with UnmarshalText a
// string, []byte is base64; small and unsigned integers are bounded. The tags
//
//	jsonschema:"enum=a,enum=b,minimum=0,maximum=1,minLength=1,pattern=…"
//	jsonschema_description:"for the model, commas included"
//
// add rules and words for the model. See [Enum] for lists known at run time.
//
// The error says which field of T cannot be described, and what to use instead:
// recursive types, interfaces, types with an UnmarshalJSON or a schema of their
// own, and tags that would have no effect. For plain text there is [Text].
func For[T any](opts ...Option) (*Parser[T], error) {
	t := reflect.TypeFor[T]()
	root, err := shapeOf(t)
	if err != nil {
		return nil, err
	}
	o := options{root: root, typ: t}
	if err := o.apply(opts); err != nil {
		return nil, err
	}
	schema, err := schemaOf(t, root)
	if err != nil {
		return nil, err
	}
	c, err := newCore(schema, &o)
	if err != nil {
		return nil, err
	}
	return &Parser[T]{core: c}, nil
}

// FromSchema makes a parser of a JSON Schema (draft 2020-12) that is known only
// at run time. Objects become map[string]any, lists []any, and numbers
// json.Number as the model wrote them. References to anything outside of the
// schema are errors: nothing is loaded. [Enum] does not apply; change the
// schema.
func FromSchema(schema []byte, opts ...Option) (*Parser[any], error) {
	o := options{typ: reflect.TypeFor[any]()}
	if err := o.apply(opts); err != nil {
		return nil, err
	}
	c, err := newCore(bytes.Clone(schema), &o)
	if err != nil {
		return nil, err
	}
	return &Parser[any]{core: c}, nil
}

func newCore(schema []byte, o *options) (core, error) {
	g, err := newGate(schema)
	if err != nil {
		return core{}, err
	}
	p, err := newPlan(schema)
	if err != nil {
		return core{}, err
	}
	return core{
		schema: schema, gate: g, shape: o.root, plan: p, level: o.level,
		checks: o.checks, selves: o.root != nil && o.root.hasSelves(),
	}, nil
}

// Schema returns a copy of the JSON Schema (draft 2020-12) that outputs must
// match. [Generate] sends it to the model.
func (p *Parser[T]) Schema() []byte {
	if p == nil {
		return nil
	}
	return bytes.Clone(p.schema)
}

// Validate returns the Value of [Parser.Parse]. With an error it is zero.
func (p *Parser[T]) Validate(ctx context.Context, output string) (T, error) {
	result, err := p.Parse(ctx, output)
	return result.Value, err
}

// decode fills v with an answer.
func (p *Parser[T]) decode(a *answer, v *T) error {
	if p.shape != nil {
		return decode(a.json, a.value, p.shape, v)
	}
	if target, ok := any(v).(*any); ok {
		d := json.NewDecoder(bytes.NewReader(a.json))
		d.UseNumber()
		return d.Decode(target)
	}
	return json.Unmarshal(a.json, v)
}
