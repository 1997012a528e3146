package validate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Dialect is the part of JSON Schema that a provider understands.
type Dialect uint8

// The dialects.
const (
	// Plain is the schema as it is.
	Plain Dialect = iota
	// OpenAIStrict is for structured outputs of OpenAI with strict: true. All
	// properties are required, those that were optional may be null, and no
	// others are allowed.
	OpenAIStrict
	// Anthropic is for strict tools of Anthropic, which know no bounds of
	// numbers and lengths.
	Anthropic
)

// A Loss is a rule of the schema that a dialect cannot say. The parser checks
// it all the same; the model is not held to it while it writes.
type Loss struct {
	// Path is the JSON Pointer of the keyword in the schema.
	Path string
	// Keyword is its name.
	Keyword string
}

// SchemaFor returns the schema of the parser in the dialect of a provider, and
// what was lost, sorted by path. The error says which part no rewriting can
// save, such as a root that is not an object for OpenAI.
func (p *Parser[T]) SchemaFor(d Dialect) (schema []byte, lost []Loss, err error) {
	if d == Plain {
		return p.Schema(), nil, nil
	}
	if d > Anthropic {
		return nil, nil, fmt.Errorf("validate: no such dialect: %d", d)
	}
	dec := json.NewDecoder(bytes.NewReader(p.schema))
	dec.UseNumber()
	var root any
	if err := dec.Decode(&root); err != nil {
		return nil, nil, fmt.Errorf("validate: schema: %w", err)
	}
	w := rewriter{dialect: d}
	object, ok := root.(map[string]any)
	if d == OpenAIStrict && (!ok || object["anyOf"] != nil || object["type"] != "object" && object["$ref"] == nil) {
		return nil, nil, errors.New("validate: OpenAI wants an object at the root of a schema; put the value into a struct")
	}
	root = w.schema(root, "")
	slices.SortFunc(w.lost, func(a, b Loss) int { return strings.Compare(a.Path, b.Path) })
	schema, err = json.Marshal(root)
	return schema, w.lost, err
}

// rewriter writes a schema in a dialect.
type rewriter struct {
	dialect Dialect
	lost    []Loss
}

// unsaid are the keywords that a dialect does not know.
func (w *rewriter) unsaid(key string, value any) bool {
	switch key {
	case "minLength", "maxLength", "uniqueItems", "contains", "minContains", "maxContains", "minProperties", "maxProperties",
		"patternProperties", "propertyNames", "unevaluatedProperties", "unevaluatedItems", "prefixItems", "if", "then", "else", "not",
		"dependentRequired", "dependentSchemas", "contentEncoding":
		return true
	case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "maxItems":
		return w.dialect == Anthropic
	case "minItems":
		n, _ := value.(json.Number)
		return w.dialect == Anthropic && n != "0" && n != "1"
	case "default", "examples", "title":
		return true
	}
	return false
}

func (w *rewriter) schema(v any, path string) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	for key, value := range m {
		if w.unsaid(key, value) {
			delete(m, key)
			if key != "default" && key != "examples" && key != "title" { // no rules
				w.lost = append(w.lost, Loss{path + "/" + escape(key), key})
			}
		}
	}
	if all, ok := m["oneOf"].([]any); ok && m["anyOf"] == nil {
		m["anyOf"] = all
		delete(m, "oneOf")
		w.lost = append(w.lost, Loss{path + "/oneOf", "oneOf"})
	}
	for _, key := range [...]string{"properties", "$defs", "definitions"} {
		children, _ := m[key].(map[string]any)
		for name, child := range children {
			children[name] = w.schema(child, path+"/"+key+"/"+escape(name))
		}
	}
	for _, key := range [...]string{"anyOf", "allOf"} {
		children, _ := m[key].([]any)
		for i, child := range children {
			children[i] = w.schema(child, fmt.Sprintf("%s/%s/%d", path, key, i))
		}
	}
	if items, ok := m["items"]; ok {
		m["items"] = w.schema(items, path+"/items")
	}
	w.object(m, path)
	return m
}

// object closes an object. A map from free keys cannot be closed without losing
// all that it may hold.
func (w *rewriter) object(m map[string]any, path string) {
	properties, _ := m["properties"].(map[string]any)
	if properties == nil && !isObject(m["type"]) {
		return
	}
	if others, ok := m["additionalProperties"]; ok && others != false || !ok {
		w.lost = append(w.lost, Loss{path + "/additionalProperties", "additionalProperties"})
	}
	m["additionalProperties"] = false
	if properties == nil {
		m["properties"] = map[string]any{}
	}
	if w.dialect != OpenAIStrict {
		return
	}
	required, _ := m["required"].([]any)
	names := make([]string, 0, len(properties))
	for name, child := range properties {
		names = append(names, name)
		if !slices.Contains(required, any(name)) {
			properties[name] = nullable(child)
		}
	}
	slices.Sort(names)
	m["required"] = names
}

func isObject(t any) bool {
	if list, ok := t.([]any); ok {
		return slices.Contains(list, any("object"))
	}
	return t == "object"
}

// nullable lets null stand for a property that is left out.
func nullable(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	name, plain := m["type"].(string)
	list, isList := m["type"].([]any)
	switch {
	case name == "null" || isList && slices.Contains(list, any("null")):
		return m
	case plain && m["const"] == nil:
		m["type"] = []any{name, "null"}
		if allowed, ok := m["enum"].([]any); ok && !slices.Contains(allowed, nil) {
			m["enum"] = append(allowed, nil)
		}
		return m
	}
	return map[string]any{"anyOf": []any{m, map[string]any{"type": "null"}}}
}
