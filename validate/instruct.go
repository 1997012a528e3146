package validate

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// maxInstruct bounds how deep instructions describe a value: schemas may refer
// to themselves.
const maxInstruct = 8

// Instructions describes the schema in few tokens, for the prompt of a model
// that takes no schema: the shape of the JSON as in TypeScript, with the rules
// and descriptions as comments. It is a constant of the parser.
func (p *Parser[T]) Instructions() string {
	d := json.NewDecoder(bytes.NewReader(p.schema))
	d.UseNumber()
	var root any
	if d.Decode(&root) != nil {
		return "" // the gate has read it
	}
	w := instructor{root: root, order: propertyOrder(p.schema)}
	w.b.WriteString("Answer with one JSON value of this shape, and nothing else:\n")
	w.value(root, "", "", 0)
	return w.b.String()
}

type instructor struct {
	b     strings.Builder
	root  any
	order map[string]int
}

// value writes the shape of a schema. The path is its place, for the order of
// properties.
func (w *instructor) value(schema any, path, indent string, depth int) {
	m, _ := schema.(map[string]any)
	for range maxInstruct {
		ref, ok := m["$ref"].(string)
		if !ok {
			break
		}
		path = unquote(strings.TrimPrefix(ref, "#"))
		m, _ = lookup(w.root, path).(map[string]any)
	}
	if depth > maxInstruct {
		w.b.WriteString("…")
		return
	}
	alternatives, _ := m["anyOf"].([]any)
	if alternatives == nil {
		alternatives, _ = m["oneOf"].([]any)
	}
	properties, _ := m["properties"].(map[string]any)
	switch {
	case m["enum"] != nil:
		w.literals(m["enum"])
	case m["const"] != nil:
		w.literals([]any{m["const"]})
	case properties != nil:
		w.object(m, properties, path, indent, depth)
	case m["items"] != nil:
		w.value(m["items"], path+"/items", indent, depth+1)
		w.b.WriteString("[]")
	case isObject(m["type"]):
		w.b.WriteString("{ [key: string]: ")
		w.value(m["additionalProperties"], path+"/additionalProperties", indent, depth+1)
		w.b.WriteString(" }")
	case alternatives != nil:
		for i, a := range alternatives {
			if i > 0 {
				w.b.WriteString(" | ")
			}
			w.value(a, path, indent, depth+1)
		}
		return
	default:
		if t := list(m["type"], " | "); m["type"] != nil {
			w.b.WriteString(t)
		} else {
			w.b.WriteString("any")
		}
		return
	}
	if types, ok := m["type"].([]any); ok && m["enum"] == nil && slices.Contains(types, any("null")) {
		w.b.WriteString(" | null")
	}
}

func (w *instructor) literals(v any) {
	values, _ := v.([]any)
	for i, value := range values {
		if i > 0 {
			w.b.WriteString(" | ")
		}
		b, err := json.Marshal(value)
		if err == nil {
			w.b.Write(b)
		}
	}
}

func (w *instructor) object(m, properties map[string]any, path, indent string, depth int) {
	required, _ := m["required"].([]any)
	names := make([]string, 0, len(properties))
	for name := range properties {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		prefix := path + "/properties/"
		if x, y := w.order[prefix+escape(a)], w.order[prefix+escape(b)]; x != y {
			return x - y
		}
		return strings.Compare(a, b)
	})
	w.b.WriteString("{\n")
	for _, name := range names {
		w.b.WriteString(indent + "  " + string(appendString(nil, name)))
		if !slices.Contains(required, any(name)) {
			w.b.WriteString("?")
		}
		w.b.WriteString(": ")
		w.value(properties[name], path+"/properties/"+escape(name), indent+"  ", depth+1)
		w.b.WriteString(",")
		if note := remark(properties[name]); note != "" {
			w.b.WriteString(" // " + note)
		}
		w.b.WriteString("\n")
	}
	w.b.WriteString(indent + "}")
}

// remark says what a type does not: bounds, and the description.
func remark(schema any) string {
	m, _ := schema.(map[string]any)
	var parts []string
	for _, key := range [...]string{"minimum", "minLength", "minItems", "pattern", "format"} {
		if key == "minimum" {
			if s := numbers(m); s != "" {
				parts = append(parts, s)
			}
			continue
		}
		if m[key] != nil || m[strings.Replace(key, "min", "max", 1)] != nil {
			parts = append(parts, want(m, key))
		}
	}
	if s, ok := m["description"].(string); ok {
		parts = append(parts, strings.Join(strings.Fields(s), " "))
	}
	return strings.Join(parts, "; ")
}

// propertyOrder is the place of each property in the text of a schema: maps
// forget it, and models follow it.
func propertyOrder(schema []byte) map[string]int {
	t := make(tree, 1, 64)
	root, ok := readStrict(string(schema), &t)
	order := map[string]int{}
	if ok {
		t.places(root, "", order)
	}
	return order
}

func (t tree) places(n int32, path string, order map[string]int) {
	for i, at := t[n].child, 0; i != 0; i, at = t[i].next, at+1 {
		token := escape(t[i].key)
		if t[n].kind == kindArray {
			continue
		}
		order[path+"/"+token] = at
		t.places(i, path+"/"+token, order)
	}
}
