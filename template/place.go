package template

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// A position is a place in a file. Lines and columns count from 1, columns in
// characters.
type position struct{ line, column int }

func (p position) String() string { return strconv.Itoa(p.line) + ":" + strconv.Itoa(p.column) }

// lineStarts splits where YAML does, so that its line numbers can be used.
func lineStarts(s string) []int {
	starts := []int{0}
	for i := range len(s) {
		switch {
		case s[i] == '\n', s[i] == '\r' && !strings.HasPrefix(s[i+1:], "\n"):
			starts = append(starts, i+1)
		case strings.HasPrefix(s[i:], "\u0085"):
			starts = append(starts, i+2)
		case strings.HasPrefix(s[i:], "\u2028"), strings.HasPrefix(s[i:], "\u2029"):
			starts = append(starts, i+3)
		}
	}
	return starts
}

// at is the position of the byte at offset.
func (d *document) at(offset int) position {
	line, found := slices.BinarySearch(d.lines, offset)
	if !found {
		line--
	}
	return position{line + 1, utf8.RuneCountInString(d.text[d.lines[line]:offset]) + 1}
}

// offset is the byte at p. It remembers the last one, because texts are asked
// for in the order of the file, and one line may hold very many.
func (d *document) offset(p position) int {
	if d.last.line != p.line || d.last.column > p.column {
		d.last, d.lastOffset = position{p.line, 1}, d.lines[p.line-1]
	}
	for d.last.column < p.column {
		_, size := utf8.DecodeRuneInString(d.text[d.lastOffset:])
		d.lastOffset += size
		d.last.column++
	}
	return d.lastOffset
}

// braces finds the places of the opening braces of a scalar in its file. The
// file holds them in the same order as the value, so counting is enough; only
// escapes in double quotes can hide one, and then every brace is said to be
// where the scalar begins.
type braces struct {
	doc    *document
	start  position
	from   int // where to look for the next brace
	to     int
	line   int // index of the line that column counts in
	column int // characters between the line's start and from
}

func (d *document) braces(n *yaml.Node) *braces {
	b := &braces{doc: d, start: position{n.Line, n.Column}, line: n.Line - 1, column: n.Column - 1, to: len(d.text)}
	switch n.Style {
	case yaml.LiteralStyle, yaml.FoldedStyle: // the text begins on the next line
		if n.Line < len(d.lines) {
			b.line, b.column = n.Line, 0
		}
		b.from = d.lines[b.line]
	default:
		b.from = d.offset(b.start)
	}
	if n.Style == yaml.DoubleQuotedStyle {
		b.to = b.from + quotedLen(d.text[b.from:])
		if strings.Count(d.text[b.from:b.to], "{") != strings.Count(n.Value, "{") {
			b.from = b.to
		}
	}
	return b
}

// next is the place of the next brace.
func (b *braces) next() position {
	i := strings.IndexByte(b.doc.text[b.from:b.to], '{')
	if i < 0 {
		return b.start
	}
	passed, lines := b.from, b.doc.lines
	b.from += i + 1
	for b.line+1 < len(lines) && lines[b.line+1] < b.from {
		b.line++
		passed, b.column = lines[b.line], 0
	}
	b.column += utf8.RuneCountInString(b.doc.text[passed:b.from])
	return position{b.line + 1, b.column}
}

// quotedLen is the length of the double-quoted scalar at the start of s.
func quotedLen(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(s)
}
