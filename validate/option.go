package validate

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// An Option changes what [For] and [FromSchema] make.
type Option interface{ apply(o *options) error }

// options is what options change.
type options struct {
	root   *shape // nil for a schema
	typ    reflect.Type
	level  Level
	checks []check
}

func (o *options) apply(opts []Option) error {
	for _, opt := range opts {
		if opt == nil {
			continue
		}
		if err := opt.apply(o); err != nil {
			return err
		}
	}
	return nil
}

// An option is an Option made of a function.
type option func(*options) error

func (f option) apply(o *options) error {
	if f == nil {
		return nil
	}
	return f(o)
}

func (l Level) apply(o *options) error {
	if l > Strict {
		return fmt.Errorf("validate: no such level: %d", l)
	}
	o.level = l
	return nil
}

// Enum limits a string to values that are known only at run time, such as the
// categories of a prompt file. They become part of the schema, so the model
// sees the list that the parser checks.
//
// The pointer names the string as a JSON Pointer does, with "*" for all items of
// an array or all values of a map: "/intent", "/entities/*/kind". If it names an
// array of strings, each item is limited. [For] returns an error if there is no
// such string, if it has a list already, or if values is empty, repeats itself
// or is not UTF-8.
func Enum(pointer string, values ...string) Option {
	values = slices.Clone(values)
	return option(func(o *options) error {
		if o.root == nil {
			return errors.New("validate: Enum needs a Go type; put the values into the schema")
		}
		s, err := o.root.at(pointer)
		if err != nil {
			return fmt.Errorf("validate: Enum %q: %w", pointer, err)
		}
		if err := s.limit(values); err != nil {
			return fmt.Errorf("validate: Enum %q: %w", pointer, err)
		}
		return nil
	})
}

// at finds the value that a pointer names.
func (s *shape) at(pointer string) (*shape, error) {
	if pointer == "" {
		return s, nil
	}
	if pointer[0] != '/' {
		return nil, errors.New(`a pointer begins with "/"`)
	}
	for token := range strings.SplitSeq(pointer[1:], "/") {
		token = unescape(token)
		next := s.prop(token)
		if next == nil && token == "*" {
			next = s.elem
		}
		if next == nil {
			return nil, fmt.Errorf("%v has no property %q", s.typ, token)
		}
		s = next
	}
	return s, nil
}

// limit gives s, or the items of s, a list of allowed values.
func (s *shape) limit(values []string) error {
	if s.kind == "array" {
		s = s.elem
	}
	switch {
	case s.kind != "string":
		return fmt.Errorf("%v is not a string or an array of strings", s.typ)
	case s.listed || s.allowed != nil:
		return errors.New("there is a list of values already; give it once")
	case len(values) == 0:
		return errors.New("no values; nothing could be answered")
	}
	seen := make(map[string]bool, len(values))
	for i, v := range values {
		if seen[v] || !utf8.ValidString(v) {
			return fmt.Errorf("value %d is a repetition or not UTF-8", i)
		}
		seen[v] = true
	}
	s.allowed = values
	return nil
}
