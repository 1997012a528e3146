package validate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// This file is the only one that knows the library that checks schemas.

// A gate checks values against one JSON Schema of draft 2020-12. It is
// immutable and safe for concurrent use.
type gate struct {
	compiled *jsonschema.Schema
	schema   any // the schema as JSON, for words about its rules
}

// A violation is a rule that a value breaks.
type violation struct {
	path string // JSON Pointer in the value
	rule string // JSON Pointer of the keyword in the schema
}

// resource names the schema. An absolute name keeps the working directory out
// of the library's messages.
const resource = "mem:///schema.json"

// newGate compiles a schema. References to anything outside of it are errors:
// nothing is loaded, neither from files nor from the network.
func newGate(schema []byte) (g *gate, err error) {
	defer func() {
		if r := recover(); r != nil {
			g, err = nil, fmt.Errorf("validate: schema: %v", r)
		}
	}()
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft2020
	c.LoadURL = func(string) (io.ReadCloser, error) {
		return nil, errors.New("references outside of the schema are not loaded")
	}
	c.AssertFormat, c.AssertContent = true, true
	c.Formats["date-time"] = isTime
	if err := c.AddResource(resource, bytes.NewReader(schema)); err != nil {
		return nil, fmt.Errorf("validate: schema: %w", err)
	}
	g = &gate{}
	if g.compiled, err = c.Compile(resource); err != nil {
		return nil, fmt.Errorf("validate: schema: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(schema))
	d.UseNumber()
	if err := d.Decode(&g.schema); err != nil {
		return nil, fmt.Errorf("validate: schema: %w", err)
	}
	return g, nil
}

// isTime replaces the library's date-time: what it accepts, time.Time decodes.
func isTime(v any) bool {
	s, ok := v.(string)
	return !ok || new(time.Time).UnmarshalText([]byte(s)) == nil
}

// knownFormat says whether the gate checks a format. The library lets unknown
// ones pass.
func knownFormat(name string) bool {
	_, ok := jsonschema.Formats[name]
	return ok
}

// check returns the rules that v breaks, in no order. An error means that the
// library could not tell, a panicked result that it gave up on the value.
func (g *gate) check(v any) (broken []violation, panicked bool, err error) {
	defer func() {
		if r := recover(); r != nil {
			broken, panicked, err = nil, true, nil
		}
	}()
	err = g.compiled.Validate(v)
	if err == nil {
		return nil, false, nil
	}
	invalid, ok := errors.AsType[*jsonschema.ValidationError](err)
	if !ok {
		return nil, false, fmt.Errorf("validate: schema: %w", err)
	}
	return appendBroken(nil, invalid), false, nil
}

// appendBroken collects the innermost errors, except for alternatives: which of
// them was meant is not known, so they are broken as a whole.
func appendBroken(broken []violation, e *jsonschema.ValidationError) []violation {
	_, rule, _ := strings.Cut(e.AbsoluteKeywordLocation, "#")
	alternatives := strings.HasSuffix(rule, "/anyOf") || strings.HasSuffix(rule, "/oneOf")
	if len(e.Causes) == 0 || alternatives {
		return append(broken, violation{path: unquote(e.InstanceLocation), rule: unquote(rule)})
	}
	for _, cause := range e.Causes {
		broken = appendBroken(broken, cause)
	}
	return broken
}

// unquote undoes the quoting that the library puts around its pointers to make
// URLs of them.
func unquote(pointer string) string {
	if s, err := url.PathUnescape(pointer); err == nil {
		return s
	}
	return pointer
}
