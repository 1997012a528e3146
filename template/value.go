package template

import (
	"encoding"
	"fmt"
	"reflect"
)

// Trusted is text of the program's author, like a constant of the program. It
// is rendered as it is. A plain string is untrusted: it is delimited and
// marked. Never convert to Trusted what a user, a document or a model wrote.
type Trusted string

// kind is what a Go value can be for a template. The order is that of varType.
type kind uint8

const (
	absent kind = iota
	textKind
	listKind
	numberKind
	boolKind
)

// A value is what a variable is given.
type value struct {
	kind    kind
	trusted bool
	text    string        // of textKind
	v       reflect.Value // of the other kinds
}

func (v *value) item(i int) string { return v.v.Index(i).String() }

// shape is what the type of a Go value says about it.
type shape struct {
	kind    kind
	trusted bool
	pointer bool // nil means not given
	dynamic bool // an interface: only the value can tell
}

// shapeOf returns the shape of values of type t, or what is wrong with it.
func shapeOf(t reflect.Type) (shape, string) {
	var s shape
	if t.Kind() == reflect.Interface {
		return shape{dynamic: true}, ""
	}
	if t.Kind() == reflect.Pointer {
		s.pointer = true
		t = t.Elem()
	}
	elem := t
	switch t.Kind() {
	case reflect.String:
		s.kind = textKind
	case reflect.Slice:
		s.kind = listKind
		if elem = t.Elem(); elem.Kind() != reflect.String {
			return s, "a list must hold strings"
		}
	case reflect.Bool:
		s.kind = boolKind
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64,
		reflect.Float32, reflect.Float64:
		s.kind = numberKind
	default:
		return s, "use a string, a list of strings, a number or a bool"
	}
	s.trusted = elem == reflect.TypeFor[Trusted]() || s.kind == numberKind || s.kind == boolKind
	if elem.PkgPath() != "" && !s.trusted || t.PkgPath() != "" {
		// A duration of one second is not the number 1000000000, and a type
		// that hides its text does so on purpose.
		if printsItself(t) || printsItself(elem) {
			return s, "it has a text form of its own: give that as a string"
		}
	}
	return s, ""
}

func printsItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(reflect.TypeFor[fmt.Stringer]()) || p.Implements(reflect.TypeFor[encoding.TextMarshaler]()) ||
		p.Implements(reflect.TypeFor[fmt.Formatter]())
}

// read is the value that v holds; its type has shape s.
func (s shape) read(v reflect.Value) value {
	if s.pointer {
		if v.IsNil() {
			return value{}
		}
		v = v.Elem()
	}
	switch {
	case s.kind == textKind:
		return value{kind: textKind, trusted: s.trusted, text: v.String()}
	case s.kind == listKind && v.IsNil():
		return value{}
	default:
		return value{kind: s.kind, trusted: s.trusted, v: v}
	}
}

// dynamic reads a value whose type only it can tell.
func dynamic(x any) (value, string) {
	switch x := x.(type) {
	case nil:
		return value{}, ""
	case string:
		return value{kind: textKind, text: x}, ""
	case Trusted:
		return value{kind: textKind, trusted: true, text: string(x)}, ""
	case []any: // of decoded JSON
		items := make([]string, len(x))
		for i := range x {
			s, ok := x[i].(string)
			if !ok {
				return value{}, "a list must hold strings"
			}
			items[i] = s
		}
		return value{kind: listKind, v: reflect.ValueOf(items)}, ""
	}
	v := reflect.ValueOf(x)
	s, wrong := shapeOf(v.Type())
	if wrong != "" {
		return value{}, wrong
	}
	return s.read(v), ""
}
