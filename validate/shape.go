package validate

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode"
)

// maxNodes bounds the values of a schema. Types are written out where they are
// used, so a type that is used in many places counts many times. Providers
// draw the line at the same order of magnitude.
const maxNodes = 5000

// A shape is what a Go type looks like in JSON: the type written out as a tree,
// without references. It is made once and tells what the schema library cannot:
// which values may be null, which are decoded from text, where a list of
// allowed values goes.
type shape struct {
	typ      reflect.Type
	kind     string // the type's name in JSON Schema
	nullable bool   // a pointer
	text     bool   // decoded by UnmarshalText
	listed   bool   // its tag holds allowed values
	allowed  []string
	props    []prop // of a struct
	elem     *shape // of a slice, an array or a map
}

// A prop is a property of a struct.
type prop struct {
	name  string
	shape *shape
}

func (s *shape) prop(name string) *shape {
	for i := range s.props {
		if s.props[i].name == name {
			return s.props[i].shape
		}
	}
	return nil
}

// shapeOf describes t, or says why t cannot be the type of a model's output. It
// must come before the schema library sees t, because a recursive type makes
// that library overflow the stack, which no one can recover from.
func shapeOf(t reflect.Type) (*shape, error) {
	switch {
	case t == reflect.TypeFor[string]():
		return nil, errors.New("validate: plain text needs no parser, use Text")
	case t.Kind() == reflect.Pointer:
		return nil, fmt.Errorf("validate: %v: use the type itself, not a pointer to it", t)
	}
	b := shaper{open: map[reflect.Type]bool{}}
	s, err := b.shape(t, t.String())
	if err != nil {
		return nil, fmt.Errorf("validate: %w", err)
	}
	return s, nil
}

// shaper is the state of one walk over a type.
type shaper struct {
	open  map[reflect.Type]bool // types that the walk is inside of
	nodes int
}

// shape describes t, which errors call at.
func (b *shaper) shape(t reflect.Type, at string) (*shape, error) {
	if b.open[t] {
		return nil, fmt.Errorf("%s: %v contains itself; JSON Schema for a model must be finite, so name the levels or use a flat list", at, t)
	}
	if b.nodes++; b.nodes > maxNodes {
		return nil, fmt.Errorf("%s: more than %d values; use a smaller type", at, maxNodes)
	}
	b.open[t] = true
	defer delete(b.open, t)

	switch {
	case t.Kind() == reflect.Interface:
		return nil, fmt.Errorf("%s: %v can be anything; use a struct, or map[string]string", at, t)
	case t.Kind() == reflect.Pointer:
		s, err := b.shape(t.Elem(), at)
		if err == nil {
			s.nullable = true
		}
		return s, err
	case t == reflect.TypeFor[time.Time]():
		return &shape{typ: t, kind: "string"}, nil
	case t == reflect.TypeFor[json.Number]():
		return &shape{typ: t, kind: "number"}, nil
	case t == reflect.TypeFor[time.Duration]():
		return nil, fmt.Errorf("%s: a time.Duration would be asked for in nanoseconds; use a number whose name holds the unit", at)
	case hooked(t):
		return nil, fmt.Errorf("%s: %v writes its own schema, which is not supported; use a type without such a method", at, t)
	case implements[json.Unmarshaler](t):
		return nil, fmt.Errorf("%s: %v decodes itself (UnmarshalJSON), so its schema is unknown; use a plain type, or UnmarshalText", at, t)
	case implements[encoding.TextUnmarshaler](t):
		return &shape{typ: t, kind: "string", text: true}, nil
	}
	return b.byKind(t, at)
}

func (b *shaper) byKind(t reflect.Type, at string) (*shape, error) {
	s := &shape{typ: t}
	var err error
	switch t.Kind() {
	case reflect.Bool:
		s.kind = "boolean"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		s.kind = "integer"
	case reflect.Float32, reflect.Float64:
		s.kind = "number"
	case reflect.String:
		s.kind = "string"
	case reflect.Struct:
		s.kind = "object"
		err = b.fields(s, t, at)
		if err == nil && len(s.props) == 0 {
			err = fmt.Errorf("%s: %v has no exported fields to ask for", at, t)
		}
	case reflect.Map:
		if t.Key().Kind() != reflect.String {
			return nil, fmt.Errorf("%s: keys of %v must be strings", at, t)
		}
		s.kind = "object"
		s.elem, err = b.shape(t.Elem(), at+"[]")
	case reflect.Slice, reflect.Array:
		if t.Kind() == reflect.Slice && t.Elem() == reflect.TypeFor[byte]() {
			s.kind = "string" // base64
			return s, nil
		}
		s.kind = "array"
		s.elem, err = b.shape(t.Elem(), at+"[]")
	default: // chan, func, complex, uintptr, unsafe.Pointer
		err = fmt.Errorf("%s: %v has no form in JSON", at, t)
	}
	return s, err
}

// fields adds the properties of struct type t to s, those of embedded structs
// included. Where encoding/json and the schema library would read a field
// differently, the field is refused.
func (b *shaper) fields(s *shape, t reflect.Type, at string) error {
	for f := range t.Fields() {
		at := at + "." + f.Name
		name, options, more := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" && !more || firstPiece(f.Tag.Get("jsonschema")) == "-" {
			continue
		}
		if f.Anonymous && name == "" && structBehind(f.Type) {
			if err := b.embedded(s, f, at); err != nil {
				return err
			}
			continue
		}
		if !f.IsExported() {
			if f.Anonymous {
				return fmt.Errorf("%s: embed an exported type, or a struct without a name in its tag", at)
			}
			continue
		}
		if err := readable(name, options); err != nil {
			return fmt.Errorf("%s: json tag: %w", at, err)
		}
		if name == "" {
			name = f.Name
		}
		if s.prop(name) != nil {
			return fmt.Errorf("%s: a second field is called %q in JSON; rename one", at, name)
		}
		child, err := b.shape(f.Type, at)
		if err != nil {
			return err
		}
		if err := readTags(f.Tag, child); err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
		s.props = append(s.props, prop{name: name, shape: child})
	}
	return nil
}

func (b *shaper) embedded(s *shape, f reflect.StructField, at string) error {
	t := f.Type
	if t.Kind() == reflect.Pointer {
		if !f.IsExported() {
			return fmt.Errorf("%s: encoding/json cannot fill an embedded pointer to an unexported struct; embed the struct", at)
		}
		t = t.Elem()
	}
	switch {
	case b.open[t]:
		return fmt.Errorf("%s: %v contains itself", at, t)
	case hooked(t):
		return fmt.Errorf("%s: %v writes its own schema, which is not supported", at, t)
	}
	b.open[t] = true
	defer delete(b.open, t)
	return b.fields(s, t, at)
}

func structBehind(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind() == reflect.Struct
}

// readable refuses what encoding/json and the schema library understand
// differently.
func readable(name, options string) error {
	for option := range strings.SplitSeq(options, ",") {
		switch option {
		case "inline":
			return errors.New("encoding/json has no option inline; embed the struct without a name")
		case "string":
			return errors.New("option string hides the value's type from the model; leave it out")
		}
	}
	if name == "-" {
		return errors.New(`a property cannot be called "-"`)
	}
	for _, r := range name {
		if !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return fmt.Errorf("encoding/json ignores the name %q; use letters, digits and punctuation without quotes", name)
		}
	}
	return nil
}

// implements says whether encoding/json finds the methods of I on a value of
// type t that can be addressed.
func implements[I any](t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[I]())
}
