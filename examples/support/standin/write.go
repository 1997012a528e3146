package standin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// write writes a shape with values in the place of its placeholders.
func (a *author) write(b *bytes.Buffer, key string, s *shape) {
	switch s.kind {
	case shapeObject:
		a.writeObject(b, key, s)
	case shapeArray:
		a.writeArray(b, key, s)
	case shapeString:
		a.writeString(b, key, s.text)
	case shapeBare:
		a.writeBare(b, key, s.text)
	}
}

func (a *author) writeObject(b *bytes.Buffer, key string, s *shape) {
	if open := len(s.members) > 0 && (s.members[0].key == "" || strings.HasPrefix(s.members[0].key, "<")); open || len(s.members) == 0 {
		writePairs(b, a.pairs(roleOf(key, "")))
		return
	}
	b.WriteByte('{')
	for i, m := range s.members {
		if i > 0 {
			b.WriteString(", ")
		}
		writeString(b, m.key)
		b.WriteString(": ")
		a.write(b, m.key, &m.value)
	}
	b.WriteByte('}')
}

// pairs are the members of an object whose keys the prompt leaves open.
func (a *author) pairs(r role) []pair {
	if r == roleFields {
		return a.values
	}
	if r == roleEntities {
		return a.entities(a.message)
	}
	return nil
}

func writePairs(b *bytes.Buffer, pairs []pair) {
	b.WriteByte('{')
	for i, p := range pairs {
		if i > 0 {
			b.WriteString(", ")
		}
		writeString(b, p.name)
		b.WriteString(": ")
		writeString(b, p.value)
	}
	b.WriteByte('}')
}

func (a *author) writeArray(b *bytes.Buffer, key string, s *shape) {
	b.WriteByte('[')
	for i, item := range a.items(key, s) {
		if i > 0 {
			b.WriteString(", ")
		}
		item(b)
	}
	b.WriteByte(']')
}

// items are what a list holds, as functions that write one each.
func (a *author) items(key string, s *shape) []func(b *bytes.Buffer) {
	if len(s.items) == 0 {
		return nil
	}
	first := s.items[0]
	found := make(map[role]bool)
	first.roles(key, found)
	text := func(t string) func(b *bytes.Buffer) { return func(b *bytes.Buffer) { writeString(b, t) } }
	var out []func(b *bytes.Buffer)
	switch {
	case found[roleCategory]:
		for _, v := range a.intents {
			one := *a
			one.intent = v
			out = append(out, func(b *bytes.Buffer) { one.write(b, key, &first) })
		}
	case found[roleQuestion], found[roleFieldName]:
		for _, f := range a.missing {
			one := *a
			one.missing = []field{f}
			out = append(out, func(b *bytes.Buffer) { one.write(b, key, &first) })
		}
	case found[roleSource]:
		for _, id := range a.draft.sources {
			out = append(out, text(id))
		}
	case found[roleEntities]:
		for _, e := range a.entities(a.message) {
			out = append(out, text(e.value))
		}
	}
	return out
}

func (a *author) writeString(b *bytes.Buffer, key, placeholder string) {
	switch roleOf(key, placeholder) {
	case roleCategory:
		writeString(b, a.intent.category)
	case roleConfidence:
		writeString(b, a.confidence())
	case roleFieldName:
		if len(a.missing) > 0 {
			writeString(b, a.missing[0].name)
			return
		}
		writeString(b, "")
	case roleQuestion:
		if len(a.missing) > 0 {
			writeString(b, a.missing[0].question())
			return
		}
		writeString(b, "")
	case roleReply:
		writeString(b, a.draft.text)
	case roleSource:
		writeString(b, strings.Join(a.draft.sources, ", "))
	case roleReason:
		writeString(b, a.reason())
	case roleSuggestion:
		writeString(b, suggestion)
	default:
		if strings.Contains(placeholder, "<") || strings.Contains(placeholder, "|") {
			writeString(b, "")
			return
		}
		writeString(b, placeholder) // a constant, such as "uncertain"
	}
}

func (a *author) reason() string {
	switch {
	case a.doubt != "":
		return a.doubt
	case a.intent.category != "":
		return "The message is like the examples and the description of " + a.intent.category + "."
	}
	return ""
}

// confidence is rounded down: it never claims more than was worked out.
func (a *author) confidence() string {
	return fmt.Sprintf("%.2f", float64(int(a.intent.confidence*100))/100)
}

func (a *author) writeBare(b *bytes.Buffer, key, placeholder string) {
	switch {
	case roleOf(key, placeholder) == roleConfidence, isRange(placeholder):
		b.WriteString(a.confidence())
	case strings.HasPrefix(placeholder, "true"), strings.HasPrefix(placeholder, "false"):
		fmt.Fprint(b, strings.Contains(key, "escalat") && a.complains())
	case placeholder == "null":
		b.WriteString("null")
	case placeholder != "" && (digit(placeholder[0]) || placeholder[0] == '-') && json.Valid([]byte(placeholder)):
		b.WriteString(placeholder)
	default:
		a.writeString(b, key, placeholder)
	}
}

// isRange accepts "0.0-1.0", "0 to 1" and "<0-1>".
func isRange(s string) bool {
	s = strings.Trim(s, "<> ")
	return s != "" && digit(s[0]) && !json.Valid([]byte(s)) && strings.ContainsAny(s, "-–t.")
}

// writeString writes a JSON string. It escapes what JSON minds, and not what
// HTML would.
func writeString(b *bytes.Buffer, s string) {
	b.WriteByte('"')
	for _, r := range s { // what is no UTF-8 becomes the replacement character
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r < ' ':
			fmt.Fprintf(b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
}
