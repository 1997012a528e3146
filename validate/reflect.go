package validate

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/invopop/jsonschema"
)

// This file is the only one that knows the library that reflects schemas.

// schemaOf returns the JSON Schema (draft 2020-12) of t, whose shape is s.
//
// Types are written out where they are used instead of being referred to: two
// types of the same name in different packages stay apart, a tag on a field of
// a named type is not lost, a list of allowed values applies to one place, and
// every rule has one path.
func schemaOf(t reflect.Type, s *shape) (schema []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			schema, err = nil, fmt.Errorf("validate: no schema for %v: %v", t, r)
		}
	}()
	r := jsonschema.Reflector{Anonymous: true, DoNotReference: true, Mapper: mapped}
	sch := r.ReflectFromType(t)
	sch.Version = "" // the same for all, and models pay for it by the token
	if err := refine(sch, s); err != nil {
		return nil, fmt.Errorf("validate: schema of %v: %w", t, err)
	}
	return json.Marshal(sch)
}

// mapped gives the schemas of types that do not look in JSON as they do in Go.
func mapped(t reflect.Type) *jsonschema.Schema {
	switch {
	case t == reflect.TypeFor[json.Number]():
		return &jsonschema.Schema{Type: "number"}
	case t != reflect.TypeFor[time.Time]() && implements[encoding.TextUnmarshaler](t):
		return &jsonschema.Schema{Type: "string"}
	}
	return nil
}

// hooked says whether t has one of the methods by which a type changes its
// schema. They could bring in types that were not checked, and they would tie
// users to this library.
func hooked(t reflect.Type) bool {
	return slices.ContainsFunc([]reflect.Type{
		reflect.TypeFor[interface{ JSONSchema() *jsonschema.Schema }](),
		reflect.TypeFor[interface{ JSONSchemaExtend(s *jsonschema.Schema) }](),
		reflect.TypeFor[interface{ JSONSchemaAlias() any }](),
		reflect.TypeFor[interface{ JSONSchemaProperty(name string) any }](),
		reflect.TypeFor[interface{ GetFieldDocString(name string) string }](),
		reflect.TypeFor[interface{ EnumDescriptor() ([]byte, []int) }](), // of protobuf
	}, t.Implements)
}

// refine adds to sch what the library leaves out: null for pointers, the bounds
// of small integers, the lists of allowed values. It fails if sch has not the
// form of s, because then the schema does not describe what will be decoded.
func refine(sch *jsonschema.Schema, s *shape) error {
	if sch == nil {
		return errors.New("a value has none")
	}
	if sch.Type == "" && len(sch.OneOf) == 2 { // the library's form of nullable
		*sch = *sch.OneOf[0]
	}
	if sch.Type != s.kind {
		return fmt.Errorf("%v has type %q instead of %q", s.typ, sch.Type, s.kind)
	}
	for _, v := range s.allowed {
		sch.Enum = append(sch.Enum, v)
	}
	if s.kind == "integer" {
		bound(sch, s.typ.Kind())
	}
	if err := refineInside(sch, s); err != nil {
		return err
	}
	if s.nullable {
		// All other keywords let null pass, so widening the type is enough and
		// spares the reader an anyOf.
		sch.Extras, sch.Type = map[string]any{"type": []string{s.kind, "null"}}, ""
		if len(sch.Enum) > 0 {
			sch.Enum = append(sch.Enum, nil)
		}
	}
	return nil
}

func refineInside(sch *jsonschema.Schema, s *shape) error {
	switch {
	case s.elem != nil && s.kind == "array":
		return refine(sch.Items, s.elem)
	case s.elem != nil:
		return refine(sch.AdditionalProperties, s.elem)
	}
	if len(s.props) > 0 && sch.Properties.Len() != len(s.props) {
		return fmt.Errorf("%v has %d properties instead of %d", s.typ, sch.Properties.Len(), len(s.props))
	}
	for _, p := range s.props {
		property, ok := sch.Properties.Get(p.name)
		if !ok {
			return fmt.Errorf("%v has no property %q", s.typ, p.name)
		}
		if err := refine(property, p.shape); err != nil {
			return err
		}
	}
	return nil
}

// bound limits an integer to what its Go type holds. For 64 bits the figures
// would cost tokens and help no one: the decoder finds what is beyond them.
func bound(sch *jsonschema.Schema, kind reflect.Kind) {
	var least, most string
	switch kind {
	case reflect.Int8, reflect.Int16, reflect.Int32:
		bits := 8 << (kind - reflect.Int8)
		least = strconv.FormatInt(-1<<(bits-1), 10)
		most = strconv.FormatInt(1<<(bits-1)-1, 10)
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		least = "0"
		most = strconv.FormatInt(1<<(8<<(kind-reflect.Uint8))-1, 10)
	case reflect.Uint, reflect.Uint64:
		least = "0"
	default:
		return
	}
	if sch.Minimum == "" && sch.ExclusiveMinimum == "" && len(sch.Enum) == 0 {
		sch.Minimum = json.Number(least)
	}
	if sch.Maximum == "" && sch.ExclusiveMaximum == "" && len(sch.Enum) == 0 {
		sch.Maximum = json.Number(most)
	}
}
