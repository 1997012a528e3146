package provider

import (
	"bytes"
	"encoding/json"
	"slices"
	"sync"
)

// SchemaMode says what a model does with a request's schema. The output is
// validated in any case.
type SchemaMode uint8

// The modes.
const (
	// SchemaAuto sends the schema to those whose API takes any: OpenAI and
	// compatible servers, Google and Ollama. OpenAI is asked to enforce it
	// strictly where it has the form that OpenAI demands for that. Anthropic
	// is not sent it, because older models refuse the whole request.
	SchemaAuto SchemaMode = iota
	// SchemaAlways sends it to Anthropic too, as output_config.format, without
	// the keywords that its API refuses, and only if every object in it is
	// closed with "additionalProperties": false.
	SchemaAlways
	// SchemaJSON asks for any JSON instead, for servers that know no more: it
	// has no effect on Anthropic.
	SchemaJSON
	// SchemaOff sends nothing.
	SchemaOff
)

// A schemaCache keeps what is made of a schema for the wire, so that it is made
// once and not per call.
type schemaCache struct {
	mu     sync.Mutex
	openai map[string]string
	anthro map[string]string
}

const maxSchemas = 64 // beyond it, schemas are taken to be made per call

func (s *schemaCache) get(m *map[string]string, schema []byte, build func([]byte) string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v, ok := (*m)[string(schema)]; ok {
		return v
	}
	if len(*m) >= maxSchemas || *m == nil {
		*m = make(map[string]string)
	}
	v := build(schema)
	(*m)[string(schema)] = v
	return v
}

// openaiFormat is the response_format of a schema, or "".
func (m *model) openaiFormat(schema []byte) string {
	switch {
	case len(schema) == 0 || m.config.Schema == SchemaOff:
		return ""
	case m.config.Schema == SchemaJSON:
		return `{"type":"json_object"}`
	}
	return m.schemas.get(&m.schemas.openai, schema, func(schema []byte) string {
		if !json.Valid(schema) {
			return `{"type":"json_object"}`
		}
		f := `{"type":"json_schema","json_schema":{"name":"output","schema":` + string(schema)
		if r := reduce(schema, openaiKeywords); r.closed && r.all && len(r.dropped) == 0 {
			f += `,"strict":true`
		}
		return f + "}}"
	})
}

// anthropicFormat is the output_config of a schema, or "".
func (m *model) anthropicFormat(schema []byte) string {
	if len(schema) == 0 || m.config.Schema != SchemaAlways {
		return ""
	}
	return m.schemas.get(&m.schemas.anthro, schema, func(schema []byte) string {
		if !json.Valid(schema) {
			return ""
		}
		r := reduce(schema, anthropicKeywords)
		if !r.closed {
			return ""
		}
		return `{"format":{"type":"json_schema","schema":` + string(r.out) + `}}`
	})
}

// nativeSchema is the schema as it is, for APIs with a field for it, or the
// fallback word for any JSON, or "".
func (m *model) nativeSchema(schema []byte, anyJSON string) string {
	switch {
	case len(schema) == 0 || m.config.Schema == SchemaOff:
		return ""
	case m.config.Schema == SchemaJSON || !json.Valid(schema):
		return anyJSON
	default:
		return string(schema)
	}
}

// What constrained decoding takes, by the providers' documentation: the rest
// makes OpenAI refuse strict mode, and Anthropic the request.
var (
	//archtest:table keywords of strict mode
	openaiKeywords = []string{
		"$schema", "$id", "$ref", "$defs", "definitions", "type", "title", "description", "properties", "required",
		"additionalProperties", "items", "enum", "const", "anyOf", "pattern", "format", "multipleOf", "minimum",
		"maximum", "exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems",
	}
	//archtest:table keywords of structured outputs
	anthropicKeywords = []string{
		"$ref", "$defs", "definitions", "type", "title", "description", "properties", "required",
		"additionalProperties", "items", "enum", "const", "anyOf", "allOf", "default",
	}
)

// A reduction is a schema without the keywords that are not allowed.
type reduction struct {
	allowed []string
	out     []byte
	dropped []string
	closed  bool // every object forbids what it does not name
	all     bool // every object requires all that it names
	deep    bool // nested beyond maxSchemaDepth
}

const maxSchemaDepth = 64

// reduce walks a well-formed schema. The order of properties is kept, because
// models write in that order.
func reduce(schema []byte, allowed []string) *reduction {
	r := &reduction{allowed: allowed, closed: true, all: true}
	schema = bytes.TrimSpace(schema)
	r.schema(schema, 0)
	if r.deep {
		r.closed, r.all = false, false
	}
	if !isType(schema, "object") {
		r.all = false // strict mode wants an object on top
	}
	return r
}

func isType(schema []byte, name string) bool {
	return len(schema) > 0 && schema[0] == '{' && str(lookup(schema, "type")) == name
}

func (r *reduction) schema(b []byte, depth int) {
	if depth > maxSchemaDepth {
		r.deep = true
		return
	}
	if len(b) == 0 || b[0] != '{' { // true or false
		r.closed = false
		r.out = append(r.out, b...)
		return
	}
	if props := lookup(b, "properties"); props != nil || isType(b, "object") {
		r.object(b, props)
	}
	w := writer{append(r.out, '{')}
	for key, value := range members(b) {
		name := string(key)
		if !slices.Contains(r.allowed, name) {
			r.dropped = append(r.dropped, name)
			continue
		}
		w.key(name)
		r.out = w.b
		switch name {
		case "properties", "$defs", "definitions":
			r.named(value, depth)
		case "items", "anyOf", "allOf":
			r.oneOrMany(value, depth)
		default:
			r.out = append(r.out, value...)
		}
		w.b = r.out
	}
	w.end()
	r.out = w.b
}

// object notes whether an object is closed and complete.
func (r *reduction) object(b, props []byte) {
	if string(lookup(b, "additionalProperties")) != "false" {
		r.closed = false
	}
	var required []string
	_ = json.Unmarshal(lookup(b, "required"), &required)
	for key := range members(props) {
		if !slices.Contains(required, string(key)) {
			r.all = false
		}
	}
}

// named walks over schemas by name.
func (r *reduction) named(b []byte, depth int) {
	w := writer{append(r.out, '{')}
	for key, value := range members(b) {
		w.key(string(key))
		r.out = w.b
		r.schema(value, depth+1)
		w.b = r.out
	}
	w.end()
	r.out = w.b
}

// oneOrMany walks over a schema or a list of them.
func (r *reduction) oneOrMany(b []byte, depth int) {
	if len(b) == 0 || b[0] != '[' {
		r.schema(b, depth+1)
		return
	}
	w := writer{append(r.out, '[')}
	for value := range elements(b) {
		w.comma()
		r.out = w.b
		r.schema(value, depth+1)
		w.b = r.out
	}
	w.b = append(w.b, ']')
	r.out = w.b
}
