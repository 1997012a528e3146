package standin

import "strings"

// A piece of a message is the author's text, or an element: a value that the
// prompt delimits, <name k="…">text</name>. What is in an element was written
// by somebody else than the prompt's author.
type piece struct {
	text    string
	element string // its name, "" for the author's text
}

// maxElements bounds how many elements of one message are told apart.
const maxElements = 64

// pieces splits a message at its elements.
func pieces(text string) []piece {
	var out []piece
	from, elements := 0, 0
	for i := 0; i < len(text) && elements < maxElements; {
		at := strings.IndexByte(text[i:], '<')
		if at < 0 {
			break
		}
		i += at
		name, opening := openingTag(text[i:])
		if name == "" {
			i++
			continue
		}
		elements++
		start := i + len(opening)
		end := closing(text[start:], name, opening)
		if end < 0 {
			i = start
			continue
		}
		if i > from {
			out = append(out, piece{text: text[from:i]})
		}
		out = append(out, piece{text[start : start+end], name})
		i = start + end + len("</>") + len(name)
		from = i
	}
	if from < len(text) {
		out = append(out, piece{text: text[from:]})
	}
	return out
}

// closing finds the end of an element: its last closing tag before the same
// opening one comes again, so that a closing tag which a customer typed ends
// nothing.
func closing(text, name, opening string) int {
	if next := strings.Index(text, opening); next >= 0 {
		text = text[:next]
	}
	return strings.LastIndex(text, "</"+name+">")
}

// openingTag returns the name of the element that text begins with, and the
// tag.
func openingTag(text string) (name, tag string) {
	const maxTag = 100
	rest := text[1:min(len(text), maxTag)]
	n := 0
	for n < len(rest) && (rest[n] == '_' || 'a' <= rest[n] && rest[n] <= 'z' || n > 0 && digit(rest[n])) {
		n++
	}
	key, ok := strings.CutPrefix(rest[n:], ` k="`)
	if n == 0 || !ok {
		return "", ""
	}
	end := strings.Index(key, `">`)
	if end <= 0 || strings.Trim(key[:end], "0123456789abcdef") != "" {
		return "", ""
	}
	return rest[:n], text[:1+n+len(` k="`)+end+len(`">`)]
}
