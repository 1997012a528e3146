package validate

import (
	"bytes"
	"context"
	"errors"
	"reflect"

	"github.com/makeready-go/makeready"
)

// Validator turns the text of a model into a checked value.
type Validator[T any] = makeready.Validator[T]

// A Parser is a [Validator] for one Go type. Make it with [For], once, and share
// it: it is immutable and safe for concurrent use.
type Parser[T any] struct {
	schema []byte
	gate   *gate
	shape  *shape
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
	for _, o := range opts {
		if o == nil {
			continue
		}
		if err := o(&options{root: root}); err != nil {
			return nil, err
		}
	}
	schema, err := schemaOf(t, root)
	if err != nil {
		return nil, err
	}
	g, err := newGate(schema)
	if err != nil {
		return nil, err
	}
	return &Parser[T]{schema: schema, gate: g, shape: root}, nil
}

// Schema returns a copy of the JSON Schema (draft 2020-12) that outputs must
// match. [Generate] sends it to the model.
func (p *Parser[T]) Schema() []byte {
	if p == nil {
		return nil
	}
	return bytes.Clone(p.schema)
}

// Validate reads the one JSON value in output, checks it against the schema and
// decodes it. The error is an [*makeready.InvalidError] if the output will not
// do, an [*makeready.Exit] if the model says that it does not know; with an
// error the value is zero. The package documentation has the rules.
//
// The context is for checks that take time; reading is not interrupted.
func (p *Parser[T]) Validate(_ context.Context, output string) (T, error) {
	var v T
	if p == nil || p.gate == nil {
		return v, errors.New("validate: the parser was not made by For")
	}
	s, value, err := p.read(output)
	if err != nil {
		return v, err
	}
	if err := decode(s, value, p.shape, &v); err != nil {
		var zero T
		return zero, err
	}
	return v, nil
}

// read returns the JSON value in output once it has passed the gate.
func (p *Parser[T]) read(output string) (*scanner, any, error) {
	s, value, issues := extract(output)
	if issues != nil {
		return nil, nil, &makeready.InvalidError{Issues: issues}
	}
	if p.shape.prop("status") == nil {
		if exit := uncertain(value); exit != nil {
			return nil, nil, exit
		}
	}
	broken, panicked, err := p.gate.check(value)
	switch {
	case err != nil:
		return nil, nil, err
	case panicked:
		return nil, nil, &makeready.InvalidError{Issues: issue("panic", "a value that can be checked")}
	case len(broken) > 0:
		return nil, nil, &makeready.InvalidError{Issues: p.gate.issues(value, broken)}
	}
	return s, value, nil
}
