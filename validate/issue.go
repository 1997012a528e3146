package validate

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/makeready-go/makeready"
)

// maxGot is how many bytes of a model's value an issue repeats.
const maxGot = 120

// maxWant bounds what an issue says about a schema: a list of allowed values
// may be long, and the model has the schema anyway.
const maxWant = 600

// issues describes the rules that v breaks, sorted by path.
func (g *gate) issues(v any, broken []violation) []makeready.Issue {
	var all []violation
	for _, b := range broken {
		all = append(all, g.expand(v, b)...)
	}
	slices.SortFunc(all, func(a, b violation) int {
		return cmp.Or(comparePointers(a.path, b.path), cmp.Compare(a.rule, b.rule))
	})
	all = slices.Compact(all)
	issues := make([]makeready.Issue, 0, min(len(all), maxIssues))
	for _, b := range all[:min(len(all), maxIssues)] {
		issues = append(issues, g.issue(v, b))
	}
	return issues
}

// expand makes one violation for each property that is missing or not allowed;
// the library reports them together.
func (g *gate) expand(v any, b violation) []violation {
	object, ok := lookup(v, b.path).(map[string]any)
	rule := lookup(g.schema, b.rule)
	var keys []string
	switch {
	case !ok:
	case keyword(b.rule) == "required":
		names, _ := rule.([]any)
		for _, name := range names {
			name, _ := name.(string)
			if _, has := object[name]; !has {
				keys = append(keys, name)
			}
		}
	case keyword(b.rule) == "additionalProperties" && rule == false:
		parent, _ := lookup(g.schema, parentOf(b.rule)).(map[string]any)
		properties, _ := parent["properties"].(map[string]any)
		for key := range object {
			if _, has := properties[key]; !has {
				keys = append(keys, key)
			}
		}
	}
	if len(keys) == 0 {
		return []violation{b}
	}
	each := make([]violation, len(keys))
	for i, key := range keys {
		each[i] = violation{path: b.path + "/" + escape(key), rule: b.rule}
	}
	return each
}

func (g *gate) issue(v any, b violation) makeready.Issue {
	code := keyword(b.rule)
	is := makeready.Issue{Path: b.path, Code: code, Rule: b.rule}
	if code != "required" {
		is.Got = compact(lookup(v, b.path))
	}
	parent, _ := lookup(g.schema, parentOf(b.rule)).(map[string]any)
	if code == "required" {
		properties, _ := parent["properties"].(map[string]any)
		parent, _ = properties[unescape(b.path[strings.LastIndexByte(b.path, '/')+1:])].(map[string]any)
		code = "type"
	}
	is.Want = clip(want(parent, code), maxWant)
	return is
}

// want says what the keyword of a schema allows.
func want(schema map[string]any, keyword string) string {
	switch keyword {
	case "enum", "const", "type":
		switch {
		case schema["enum"] != nil:
			return list(schema["enum"], " | ")
		case schema["const"] != nil:
			return word(schema["const"])
		case schema["type"] == nil:
			return numbers(schema)
		}
		return strings.TrimSpace(list(schema["type"], " or ") + " " + numbers(schema))
	case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum":
		return numbers(schema)
	case "multipleOf":
		return "a multiple of " + word(schema[keyword])
	case "minLength", "maxLength":
		return "characters: " + between(schema["minLength"], schema["maxLength"])
	case "minItems", "maxItems":
		return "items: " + between(schema["minItems"], schema["maxItems"])
	case "minProperties", "maxProperties":
		return "properties: " + between(schema["minProperties"], schema["maxProperties"])
	case "uniqueItems":
		return "no equal items"
	case "pattern":
		return "text that matches " + word(schema[keyword])
	case "format", "contentEncoding":
		return word(schema[keyword])
	case "additionalProperties":
		properties, _ := schema["properties"].(map[string]any)
		return strings.Join(slices.Sorted(maps.Keys(properties)), " | ")
	}
	if schema[keyword] == nil {
		return ""
	}
	return word(schema[keyword])
}

// numbers says which numbers a schema allows, or nothing.
func numbers(schema map[string]any) string {
	low, high := schema["minimum"], schema["maximum"]
	var parts []string
	if s := between(low, high); s != "" {
		parts = append(parts, s)
	}
	if x := schema["exclusiveMinimum"]; x != nil {
		parts = append(parts, "more than "+word(x))
	}
	if x := schema["exclusiveMaximum"]; x != nil {
		parts = append(parts, "less than "+word(x))
	}
	return strings.Join(parts, ", ")
}

func between(low, high any) string {
	switch {
	case low != nil && high != nil:
		return word(low) + " to " + word(high)
	case low != nil:
		return "at least " + word(low)
	case high != nil:
		return "at most " + word(high)
	}
	return ""
}

// list joins the words of an array, or is the word of anything else.
func list(v any, separator string) string {
	items, ok := v.([]any)
	if !ok {
		return word(v)
	}
	words := make([]string, len(items))
	for i, item := range items {
		words[i] = word(item)
	}
	return strings.Join(words, separator)
}

// word is a value of the schema as a reader wants to see it: strings bare.
func word(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case nil:
		return "null"
	}
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}

// keyword is the last name in a rule's place: "enum" in "/properties/a/enum".
func keyword(rule string) string {
	for {
		name := rule[strings.LastIndexByte(rule, '/')+1:]
		if _, err := strconv.Atoi(name); err != nil || name == rule {
			return name
		}
		rule = parentOf(rule)
	}
}

func parentOf(pointer string) string {
	return pointer[:max(0, strings.LastIndexByte(pointer, '/'))]
}

// lookup returns the value that a JSON Pointer names, nil if there is none.
func lookup(v any, pointer string) any {
	if pointer == "" {
		return v
	}
	for token := range strings.SplitSeq(pointer[1:], "/") {
		switch in := v.(type) {
		case map[string]any:
			v = in[unescape(token)]
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(in) {
				return nil
			}
			v = in[i]
		default:
			return nil
		}
	}
	return v
}

// comparePointers orders pointers by their tokens, and indexes by value.
func comparePointers(a, b string) int {
	for a != "" && b != "" {
		var x, y string
		x, a = firstToken(a)
		y, b = firstToken(b)
		if x == y {
			continue
		}
		i, errI := strconv.Atoi(x)
		j, errJ := strconv.Atoi(y)
		if errI == nil && errJ == nil && i != j {
			return cmp.Compare(i, j)
		}
		return strings.Compare(x, y)
	}
	return cmp.Compare(len(a), len(b))
}

// firstToken splits "/a/b" into "a" and "/b".
func firstToken(pointer string) (token, rest string) {
	if i := strings.IndexByte(pointer[1:], '/'); i >= 0 {
		return pointer[1 : i+1], pointer[i+1:]
	}
	return pointer[1:], ""
}

// compact writes a model's value as JSON on one line, clipped, with keys in
// order. It looks at no more of the value than it writes.
func compact(v any) string {
	return clip(string(appendCompact(nil, v)), maxGot)
}

func appendCompact(b []byte, v any) []byte {
	if len(b) > maxGot {
		return b
	}
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, v)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case json.Number:
		return append(b, v...)
	case string:
		return appendQuoted(b, clip(v, maxGot))
	case []any:
		b = append(b, '[')
		for i, item := range v {
			if i > 0 {
				b = append(b, ',')
			}
			if b = appendCompact(b, item); len(b) > maxGot {
				return b
			}
		}
		return append(b, ']')
	case map[string]any:
		b = append(b, '{')
		for i, key := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendCompact(b, key), ':')
			if b = appendCompact(b, v[key]); len(b) > maxGot {
				return b
			}
		}
		return append(b, '}')
	}
	return fmt.Append(b, v)
}

// appendQuoted writes s as a JSON string.
func appendQuoted(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		if r == '"' || r == '\\' {
			b = append(b, '\\')
		}
		b = appendInert(b, r)
	}
	return append(b, '"')
}

// appendInert writes a rune of foreign text so that it can neither end the line
// nor the block it is quoted in, nor hide: what cannot be seen and the angle
// brackets of the block's marks become escapes of JSON.
func appendInert(b []byte, r rune) []byte {
	switch {
	case r == '\n':
		return append(b, `\n`...)
	case r == '\t':
		return append(b, `\t`...)
	case r == '<' || r == '>' || !unicode.IsPrint(r):
		if r > 0xFFFF {
			r -= 0x10000
			return fmt.Appendf(b, `\u%04x\u%04x`, 0xD800+r>>10, 0xDC00+r&0x3FF)
		}
		return fmt.Appendf(b, `\u%04x`, r)
	}
	return utf8.AppendRune(b, r)
}

// clip cuts s to at most n bytes, between runes, and marks the cut.
func clip(s string, n int) string {
	const mark = "…"
	if len(s) <= n {
		return s
	}
	end := n - len(mark)
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + mark
}
