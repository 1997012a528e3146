package template

import (
	"strings"
)

// listFormat says how the items of a list become text.
type listFormat uint8

const (
	bullets     listFormat = iota // "- " before each, one per line
	lines                         // one per line
	commas                        // "a, b"
	pipes                         // "a|b"
	jsonStrings                   // ["a","b"], unambiguous for any items
)

var listFormatNames = []string{"bullets", "lines", "comma", "pipe", "json"} //archtest:table names of constants

var listSeparators = [...]string{"\n", "\n", ", ", "|", ","} //archtest:table by listFormat

// size is about how many bytes write needs.
func (f listFormat) size(v *value) int {
	n := 2
	for i := range v.v.Len() {
		n += len(v.item(i)) + 4
	}
	return n
}

// write writes the items. An item of several lines stays one bullet.
func (f listFormat) write(b *strings.Builder, v *value) {
	if f == jsonStrings {
		b.WriteByte('[')
	}
	for i := range v.v.Len() {
		if i > 0 {
			b.WriteString(listSeparators[f])
		}
		item := v.item(i)
		switch f {
		case bullets:
			writeBullet(b, item)
		case jsonStrings:
			writeJSONString(b, item)
		case lines, commas, pipes:
			b.WriteString(item)
		}
	}
	if f == jsonStrings {
		b.WriteByte(']')
	}
}

const (
	bullet         = "- "
	bulletNextLine = "\n  "
)

func writeBullet(b *strings.Builder, item string) {
	b.WriteString(bullet)
	for {
		line, rest, more := strings.Cut(item, "\n")
		b.WriteString(line)
		if !more {
			return
		}
		b.WriteString(bulletNextLine)
		item = rest
	}
}

// writeJSONString quotes valid UTF-8 and leaves "<" and ">" as they are, which
// encoding/json does not.
func writeJSONString(b *strings.Builder, s string) {
	const digits = "0123456789abcdef"
	b.WriteByte('"')
	from := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b.WriteString(s[from:i])
		from = i + 1
		switch c {
		case '"', '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case '\n':
			b.WriteString(`\n`)
		case '\t':
			b.WriteString(`\t`)
		case '\r':
			b.WriteString(`\r`)
		default:
			b.WriteString(`\u00`)
			b.WriteByte(digits[c>>4])
			b.WriteByte(digits[c&15])
		}
	}
	b.WriteString(s[from:])
	b.WriteByte('"')
}
