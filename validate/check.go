package validate

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/makeready-go/makeready"
)

// A check is a rule that a schema cannot say.
type check struct {
	name   string
	tokens []string // of the pointer, nil for the whole value
	whole  bool
	run    func(ctx context.Context, v any) error // v is a pointer to the value
	typ    reflect.Type
}

// Check adds a rule about the whole value, such as two fields that must agree.
// f runs after the schema has been checked, must be safe for concurrent use,
// and must not keep the pointer. Its error becomes an issue with code "check"
// and the name as its rule; Want is the text of the error, which the model
// sees, so it should say what is allowed. An [*makeready.InvalidError] instead
// adds its own issues, an [*makeready.Exit] ends the run, and a done context is
// passed on as it is.
//
// T must be the type of the parser, or any for a parser made by [FromSchema].
func Check[T any](name string, f func(ctx context.Context, v *T) error) Option {
	return option(func(o *options) error {
		t := reflect.TypeFor[T]()
		if f == nil || name == "" {
			return errors.New("validate: Check needs a name and a function")
		}
		if o.typ != t {
			return fmt.Errorf("validate: Check %q is about %v; the parser is of %v", name, t, o.typ)
		}
		o.checks = append(o.checks, check{name: name, whole: true, typ: t, run: func(ctx context.Context, v any) error {
			p, ok := v.(*T)
			if !ok {
				return fmt.Errorf("validate: Check %q: not a %v", name, t)
			}
			return f(ctx, p)
		}})
		return nil
	})
}

// Field adds a rule about one value, as [Check] does about all. The pointer
// names it as for [Enum]: "/email", or "/entities/*/value" for each of a list.
// A pointer that is nil is not checked; V is the Go type that it points to. A field
// that is absent and no pointer has its zero value.
func Field[V any](pointer string, f func(ctx context.Context, v V) error) Option {
	return option(func(o *options) error {
		t := reflect.TypeFor[V]()
		switch {
		case f == nil:
			return fmt.Errorf("validate: Field %q needs a function", pointer)
		case o.root == nil:
			return fmt.Errorf("validate: Field %q needs a Go type; use Check", pointer)
		}
		s, err := o.root.at(pointer)
		if err != nil {
			return fmt.Errorf("validate: Field %q: %w", pointer, err)
		}
		if s.typ != t {
			return fmt.Errorf("validate: Field %q is a %v, not a %v", pointer, s.typ, t)
		}
		var tokens []string
		if pointer != "" {
			tokens = strings.Split(pointer[1:], "/")
		}
		o.checks = append(o.checks, check{name: pointer, tokens: tokens, typ: t, run: func(ctx context.Context, v any) error {
			p, ok := v.(*V)
			if !ok {
				return fmt.Errorf("validate: Field %q: not a %v", pointer, t)
			}
			return f(ctx, *p)
		}})
		return nil
	})
}

// selfCheck is the method by which a type checks itself.
type selfCheck interface {
	Validate(ctx context.Context) error
}

// checker runs checks over one value and collects what they find.
type checker struct {
	ctx    context.Context //nolint:containedctx // it lasts for one call of Parse
	issues []makeready.Issue
	stop   error // ends all checking
}

// checked runs the checks of the parser, and the Validate methods of v and the
// values inside.
func (p *core) checked(ctx context.Context, v reflect.Value) error {
	c := checker{ctx: ctx}
	if p.selves {
		c.selves(v, p.shape, "")
	}
	for _, k := range p.checks {
		if k.whole {
			c.note("", k.name, k.run(ctx, v.Addr().Interface()))
		} else {
			c.field(v, p.shape, k, k.tokens, "")
		}
	}
	switch {
	case c.stop != nil:
		return c.stop
	case len(c.issues) > 0:
		return &makeready.InvalidError{Issues: c.issues[:min(len(c.issues), maxIssues)]}
	}
	return nil
}

// note keeps what a check found at a path.
func (c *checker) note(path, name string, err error) {
	if err == nil || c.stop != nil {
		return
	}
	if invalid, ok := errors.AsType[*makeready.InvalidError](err); ok {
		for _, is := range invalid.Issues {
			is.Path = path + is.Path
			c.issues = append(c.issues, is)
		}
		return
	}
	if _, ok := errors.AsType[*makeready.Exit](err); ok || c.ctx.Err() != nil {
		c.stop = err
		return
	}
	c.issues = append(c.issues, makeready.Issue{Path: path, Code: "check", Rule: name, Want: clip(err.Error(), maxWant)})
}

// selves calls the Validate methods, innermost first.
func (c *checker) selves(v reflect.Value, s *shape, path string) {
	v, ok := behind(v)
	if !ok || c.stop != nil || s == nil {
		return
	}
	switch {
	case len(s.props) > 0:
		for _, p := range s.props {
			if f, ok := fieldOf(v, p.name); ok {
				c.selves(f, p.shape, path+"/"+escape(p.name))
			}
		}
	case s.elem != nil:
		each(v, func(token string, e reflect.Value) { c.selves(e, s.elem, path+"/"+escape(token)) })
	}
	if self, ok := reflect.TypeAssert[selfCheck](v.Addr()); ok {
		c.note(path, v.Type().String(), self.Validate(c.ctx))
	}
}

// field runs a check on what the tokens name.
func (c *checker) field(v reflect.Value, s *shape, k check, tokens []string, path string) {
	if len(tokens) == 0 && v.Type() != k.typ || len(tokens) > 0 {
		var ok bool
		if v, ok = behind(v); !ok {
			return
		}
	}
	if len(tokens) == 0 {
		c.note(path, k.name, k.run(c.ctx, v.Addr().Interface()))
		return
	}
	token := unescape(tokens[0])
	if next := s.prop(token); next != nil {
		if f, ok := fieldOf(v, token); ok {
			c.field(f, next, k, tokens[1:], path+"/"+escape(token))
		}
		return
	}
	each(v, func(token string, e reflect.Value) { c.field(e, s.elem, k, tokens[1:], path+"/"+escape(token)) })
}

// behind follows pointers. It is false for nil.
func behind(v reflect.Value) (reflect.Value, bool) {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return v, false
		}
		v = v.Elem()
	}
	return v, v.CanAddr()
}

// each calls f for the items of a list or map; those of a map are copies.
func each(v reflect.Value, f func(token string, e reflect.Value)) {
	switch v.Kind() {
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			f(strconv.Itoa(i), v.Index(i))
		}
	case reflect.Map:
		for _, key := range sortedKeys(v) {
			e := reflect.New(v.Type().Elem()).Elem()
			e.Set(v.MapIndex(key))
			f(key.String(), e)
		}
	default: // nothing is inside of it
	}
}

func sortedKeys(v reflect.Value) []reflect.Value {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	return keys
}

// fieldOf finds the field of a struct that has a name in JSON, those of embedded
// structs included.
func fieldOf(v reflect.Value, name string) (reflect.Value, bool) {
	t := v.Type()
	for i := range t.NumField() {
		f := t.Field(i)
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && tag == "" && structBehind(f.Type):
			if in, ok := behind(v.Field(i)); ok {
				if found, ok := fieldOf(in, name); ok {
					return found, true
				}
			}
		case !f.IsExported() || tag == "-":
		case tag == name || tag == "" && f.Name == name:
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}

// hasSelves says whether a type or one inside of it checks itself.
func (s *shape) hasSelves() bool {
	if reflect.PointerTo(s.typ).Implements(reflect.TypeFor[selfCheck]()) || s.typ.Implements(reflect.TypeFor[selfCheck]()) {
		return true
	}
	for _, p := range s.props {
		if p.shape.hasSelves() {
			return true
		}
	}
	return s.elem != nil && s.elem.hasSelves()
}
