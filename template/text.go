package template

import (
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

const maxNameLen = 64 // of a variable, in bytes

// A part is a piece of a compiled text: literal, or the place of a value.
type part struct {
	literal string
	slot    int // index into File.vars, or one of the constants
}

const (
	slotNone     = -1 // the part is literal
	slotExamples = -2 // the selected examples
)

// A text is compiled: no two literals follow each other, none is empty.
type text []part

// A textBuilder puts a text together.
type textBuilder struct {
	parts   text
	literal strings.Builder
}

// slot ends the literal before it.
func (b *textBuilder) slot(i int) {
	if i == slotNone {
		return
	}
	b.parts = append(b.text(), part{slot: i})
}

// text returns what was built so far.
func (b *textBuilder) text() text {
	if b.literal.Len() > 0 {
		b.parts = append(b.parts, part{b.literal.String(), slotNone})
		b.literal.Reset()
	}
	return b.parts
}

// formatSpec matches what Python's str.format accepts after a name and this
// package does not: attributes, items, conversions, format specifications.
// Without space and quotes, so that {status: "open"} stays literal.
var formatSpec = regexp.MustCompile(`^(?:\.[A-Za-z_][\w.]*|\[[^\[\]{}\s]*\])*(?:![rsa])?(?::[^{}\s"']*)?\}`) //archtest:table a constant pattern

// nearSlot matches what somebody may have meant to be a slot: a name with spaces
// around it, or names joined by spaces or dashes.
var nearSlot = regexp.MustCompile(`^ *[A-Za-z_]\w*(?:[ -]+[A-Za-z_]\w*){0,3} *\}`) //archtest:table a constant pattern

// suggestedName is the slot that a near one may stand for.
func suggestedName(near string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.Trim(near, " }"))
}

// maxFormatSpec is how much of a brace's inside is searched for one.
const maxFormatSpec = 128

// names is what a text's slots are resolved with.
type names interface {
	// slot returns the index of a name that stands in braces.
	slot(name string, at position) int
	// lookalike is told of literal text that a slot of this name may be meant by.
	lookalike(written, name string, at position)
}

// compile appends s to the text of b, split at its slots. s is the value of n,
// or what was made of it without touching braces.
//
// A doubled brace stands for one brace, and a brace that begins no slot for
// itself. Both kinds occur nested in JSON, so "}}" is one brace where it closes
// a doubled one, and two where it closes two single ones.
func (d *document) compile(b *textBuilder, n *yaml.Node, s string, resolve names) {
	places := d.braces(n)
	var open []bool // the literal braces not yet closed: whether doubled
	for i := 0; i < len(s); i++ {
		if s[i] != '{' {
			b.literal.WriteByte(s[i])
		}
		if s[i] == '}' {
			next := strings.HasPrefix(s[i+1:], "}")
			if last := len(open) - 1; last >= 0 {
				next = next && open[last]
				if next || !open[last] {
					open = open[:last]
				}
			}
			if next {
				i++
			}
		}
		if s[i] != '{' {
			continue
		}
		at, inside := places.next(), s[i+1:]
		if strings.HasPrefix(inside, "{") {
			places.next()
			if name := mustacheName(inside[1:]); name != "" {
				resolve.lookalike("{{"+name+"}}", name, at)
			}
			open = append(open, true)
			b.literal.WriteByte('{')
			i++
			continue
		}
		name := inside[:identLen(inside)]
		inside = inside[len(name):]
		if name != "" && strings.HasPrefix(inside, "}") {
			b.slot(resolve.slot(name, at))
			i += len(name) + 1
			continue
		}
		switch near := nearSlot.FindString(s[i+1:][:min(len(s)-i-1, maxFormatSpec)]); {
		case near != "":
			resolve.lookalike("{"+near, suggestedName(near), at)
		case name != "" && (inside == "" || inside[0] == '\n'):
			resolve.lookalike("{"+name, name, at)
		}
		if name != "" && formatSpec.MatchString(inside[:min(len(inside), maxFormatSpec)]) {
			d.reportf(at, "{%s…} asks for formatting, which slots do not have: write {%s}, or double the braces for literal text", clip(name), clip(name))
		}
		open = append(open, false)
		b.literal.WriteByte('{')
	}
}

// mustacheName is the name in s if s goes on like a slot of other template
// languages does after their opening braces.
func mustacheName(s string) string {
	s = strings.TrimLeft(s, " ")
	name := s[:identLen(s)]
	if strings.HasPrefix(strings.TrimLeft(s[len(name):], " "), "}}") {
		return name
	}
	return ""
}

// identLen is the length of the identifier that s begins with.
func identLen(s string) int {
	for i := range len(s) {
		c := s[i]
		letter := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return i
		}
	}
	return len(s)
}

func isName(s string) bool { return s != "" && len(s) <= maxNameLen && identLen(s) == len(s) }
