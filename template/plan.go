package template

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// maxEmbedding bounds how deep structs are embedded in structs, because types
// can embed pointers to themselves.
const maxEmbedding = 8

// A plan is how variables are read from the fields of one struct type.
type plan struct {
	fields []planField
	err    error
}

type planField struct {
	index []int // as of reflect.Value.FieldByIndex
	slot  int   // index into File.vars
	shape shape
}

// Accepts says whether values of type t can be given to Render, so that a
// mistake shows when a program starts and not with its first request.
//
// A struct, or a pointer to one, must have a field for every variable that is
// required, and every exported field must be a variable of a fitting type. A
// field is the variable of its name in snake case (OrderID is order_id) or of
// its tag: `prompt:"name"`; the tag `prompt:"-"` leaves it out. The fields of
// embedded structs count as those of the outer one. A nil pointer and a nil
// list are variables not given, which a zero value is not.
//
// Maps and interface types are accepted: what they hold is checked by Render.
func (f *File) Accepts(t reflect.Type) error {
	switch {
	case t == nil:
		return f.missing(func(int) bool { return false })
	case t.Kind() == reflect.Interface || mapType(t) != nil:
		return nil
	case structType(t) != nil:
		return f.planOf(structType(t)).err
	default:
		return f.errVars(t)
	}
}

func (f *File) errVars(t reflect.Type) error {
	return fmt.Errorf("template %v: variables cannot come from %v: use a struct, map[string]any or map[string]string", f.ref, t)
}

func structType(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	return t
}

// mapType returns which of the two map types t is, under whatever name.
func mapType(t reflect.Type) reflect.Type {
	for _, m := range [...]reflect.Type{reflect.TypeFor[map[string]any](), reflect.TypeFor[map[string]string]()} {
		if t.Kind() == reflect.Map && t.ConvertibleTo(m) {
			return m
		}
	}
	return nil
}

// planOf makes the plan of a struct type once.
func (f *File) planOf(t reflect.Type) *plan {
	if p, ok := f.plans.Load(t); ok {
		return p.(*plan) //nolint:forcetypeassert // nothing else is stored
	}
	b := planner{file: f, root: t, owners: make(map[int]string)}
	b.add(t, nil, 0)
	if err := f.missing(func(slot int) bool { return b.owners[slot] != "" }); err != nil {
		b.errs = append(b.errs, fmt.Errorf("%w in %v", err, t))
	}
	p, _ := f.plans.LoadOrStore(t, &plan{b.fields, errors.Join(b.errs...)})
	return p.(*plan) //nolint:forcetypeassert // nothing else is stored
}

// missing reports the required variables that are not there.
func (f *File) missing(there func(slot int) bool) error {
	var names []string
	for i, v := range f.vars {
		if v.required && !there(i) {
			names = append(names, v.name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return fmt.Errorf("template %v: no value for %s", f.ref, strings.Join(names, ", "))
}

type planner struct {
	file   *File
	root   reflect.Type
	fields []planField
	owners map[int]string // field by slot
	errs   []error
}

func (b *planner) reportf(field, format string, args ...any) {
	b.errs = append(b.errs, fmt.Errorf("template %v: field %s of %v: %s", b.file.ref, field, b.root, fmt.Sprintf(format, args...)))
}

func (b *planner) add(t reflect.Type, index []int, depth int) {
	for i := range t.NumField() {
		sf := t.Field(i)
		at := append(slices.Clip(index), i)
		tag, tagged := sf.Tag.Lookup("prompt")
		if tag == "-" {
			continue
		}
		if inner := structType(sf.Type); sf.Anonymous && !tagged && inner != nil {
			if depth == maxEmbedding {
				b.reportf(sf.Name, "embedded deeper than %d", maxEmbedding)
				continue
			}
			b.add(inner, at, depth+1)
			continue
		}
		if sf.IsExported() {
			b.addField(sf, tag, at)
		}
	}
}

func (b *planner) addField(sf reflect.StructField, name string, at []int) {
	if name == "" {
		name = snakeCase(sf.Name)
	}
	slot, ok := b.file.index[name]
	if !ok {
		b.reportf(sf.Name, "no slot {%s} in %s%s (the tag `prompt:\"-\"` leaves a field out)", name, b.file.filename, didYouMean(name, b.file.names()))
		return
	}
	s, wrong := shapeOf(sf.Type)
	v := &b.file.vars[slot]
	switch {
	case wrong != "":
		b.reportf(sf.Name, "variable %q cannot be of type %v: %s", name, sf.Type, wrong)
	case !s.dynamic && !v.typ.accepts(s.kind):
		b.reportf(sf.Name, "variable %q is declared as %s, the field is of type %v", name, varTypeNames[v.typ], sf.Type)
	case b.owners[slot] != "":
		b.reportf(sf.Name, "variable %q is already that of field %s", name, b.owners[slot])
	default:
		b.fields = append(b.fields, planField{at, slot, s})
	}
	b.owners[slot] = sf.Name
}

// field returns the field of v at index, invalid if a pointer on the way is nil.
func field(v reflect.Value, index []int) reflect.Value {
	for i, x := range index {
		if i > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return reflect.Value{}
			}
			v = v.Elem()
		}
		v = v.Field(x)
	}
	return v
}

// snakeCase turns OrderID into order_id and HTMLBody into html_body.
func snakeCase(s string) string {
	var b strings.Builder
	runes := []rune(s)
	for i, r := range runes {
		if unicode.IsUpper(r) && i > 0 && runes[i-1] != '_' {
			next := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if next || !unicode.IsUpper(runes[i-1]) {
				b.WriteByte('_')
			}
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
