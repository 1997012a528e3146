package provider

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// str is the text of a JSON string, and "" for any other value: compatible
// servers send null, and other shapes, where a field means nothing to them.
//
// The text keeps the bytes that it was sent with. encoding/json replaces bytes
// that are not UTF-8, and half of a surrogate pair, by U+FFFD; but a stream may
// cut a character at any byte, and the halves must survive until a [joiner] has
// put them together.
func str(value []byte) string {
	if len(value) < 2 || value[0] != '"' {
		return ""
	}
	return unquote(value[1 : len(value)-1])
}

// unquote resolves the escapes of a well-formed JSON string without its quotes.
// A surrogate without its partner becomes the three bytes that the generalized
// UTF-8 form gives it, which no valid text contains.
func unquote(b []byte) string {
	i := indexEscape(b)
	if i < 0 {
		return string(b)
	}
	out := make([]byte, 0, len(b))
	for ; i >= 0; i = indexEscape(b) {
		out = append(out, b[:i]...)
		if i+1 >= len(b) {
			return string(out)
		}
		c := b[i+1]
		b = b[i+2:]
		switch c {
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r, rest := hex4(b)
			b = rest
			if utf16.IsSurrogate(r) {
				if low, rest, ok := escapedLow(b); ok && r < 0xDC00 {
					r, b = utf16.DecodeRune(r, low), rest
				}
			}
			out = appendRune(out, r)
		default: // quote, backslash, slash
			out = append(out, c)
		}
	}
	return string(append(out, b...))
}

func indexEscape(b []byte) int {
	for i, c := range b {
		if c == '\\' {
			return i
		}
	}
	return -1
}

// hex4 reads four hexadecimal digits; the JSON scanner has seen that they are
// there.
func hex4(b []byte) (rune, []byte) {
	var r rune
	n := min(4, len(b))
	for _, c := range b[:n] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		}
		r = r<<4 | rune(c)
	}
	return r, b[n:]
}

func escapedLow(b []byte) (rune, []byte, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, b, false
	}
	r, rest := hex4(b[2:])
	return r, rest, r >= 0xDC00 && r <= 0xDFFF
}

// appendRune is utf8.AppendRune that also encodes surrogates.
func appendRune(b []byte, r rune) []byte {
	if !utf16.IsSurrogate(r) {
		return utf8.AppendRune(b, r)
	}
	return append(b, 0xE0|byte(r>>12), 0x80|byte(r>>6)&0xBF, 0x80|byte(r)&0xBF) //nolint:gosec // the bits of a surrogate
}

// surrogateAt returns the surrogate that s begins with, in the form that
// appendRune gives it.
func surrogateAt(s string) (rune, bool) {
	if len(s) < 3 || s[0] != 0xED || s[1] < 0xA0 || s[1] > 0xBF || s[2]&0xC0 != 0x80 {
		return 0, false
	}
	return 0xD000 | rune(s[1]&0x3F)<<6 | rune(s[2]&0x3F), true
}

// whole replaces what is not UTF-8 in a finished text, and joins surrogates.
func whole(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for s != "" {
		if hi, ok := surrogateAt(s); ok {
			s = s[3:]
			if lo, ok := surrogateAt(s); ok && hi < 0xDC00 && lo >= 0xDC00 {
				hi, s = utf16.DecodeRune(hi, lo), s[3:]
				b.WriteRune(hi)
				continue
			}
			b.WriteRune(utf8.RuneError)
			continue
		}
		r, n := utf8.DecodeRuneInString(s)
		b.WriteRune(r) // RuneError for a byte that is not UTF-8
		s = s[n:]
	}
	return b.String()
}

// A joiner puts a text together from pieces that may end inside a character.
type joiner struct {
	one  string          // the text while it is one piece
	b    strings.Builder // the text from the second piece on
	tail string          // a character that has only begun
}

// add takes the next piece and returns what can be shown of it now: whole
// characters only.
func (j *joiner) add(s string) string {
	if s == "" {
		return ""
	}
	if j.tail != "" {
		s, j.tail = j.tail+s, ""
	}
	if n := wholeLen(s); n < len(s) {
		s, j.tail = s[:n], s[n:]
	}
	return j.write(whole(s))
}

func (j *joiner) write(s string) string {
	switch {
	case j.len() == 0:
		j.one = s
		return s
	case j.b.Len() == 0:
		j.b.WriteString(j.one)
	}
	j.b.WriteString(s)
	return s
}

// flush ends the text and returns what was held back; it is not whole.
func (j *joiner) flush() string {
	s := whole(j.tail)
	j.tail = ""
	if s == "" {
		return ""
	}
	return j.write(s)
}

func (j *joiner) len() int { return max(len(j.one), j.b.Len()) }

func (j *joiner) String() string {
	if j.b.Len() == 0 {
		return j.one
	}
	return j.b.String()
}

// wholeLen is the length of s without a character that has only begun.
func wholeLen(s string) int {
	if n := len(s) - 3; n >= 0 {
		if hi, ok := surrogateAt(s[n:]); ok && hi < 0xDC00 {
			return n
		}
	}
	for i := len(s) - 1; i >= 0 && i >= len(s)-utf8.UTFMax+1; i-- {
		if utf8.RuneStart(s[i]) {
			if !utf8.FullRuneInString(s[i:]) {
				return i
			}
			break
		}
	}
	return len(s)
}

// contentOf is the content of an OpenAI message: a string, or a list of parts in
// which some servers keep the reasoning apart.
func contentOf(value []byte) (said, reasoning string) {
	if len(value) == 0 || value[0] != '[' {
		return str(value), ""
	}
	var text, thought strings.Builder
	for part := range elements(value) {
		if str(lookup(part, "type")) == "thinking" {
			thought.WriteString(textsOf(lookup(part, "thinking")))
		} else {
			text.WriteString(str(lookup(part, "text")))
		}
	}
	return text.String(), thought.String()
}

// textsOf is a string, or the texts of a list of parts, joined.
func textsOf(value []byte) string {
	if len(value) == 0 || value[0] != '[' {
		return str(value)
	}
	var s strings.Builder
	for part := range elements(value) {
		s.WriteString(str(lookup(part, "text")))
	}
	return s.String()
}

// argumentsOf are those of a tool call: JSON text in a string, or the object
// itself.
func argumentsOf(value []byte) string {
	if len(value) == 0 || value[0] != '{' {
		return str(value)
	}
	return string(value)
}

// countOf is a number of tokens, and whether there is one. Servers written in
// languages with one kind of number send 12.0.
func countOf(value []byte) (n int64, known bool) {
	if len(value) == 0 || value[0] < '0' || value[0] > '9' {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(value), 64)
	if err != nil || f >= 1<<53 {
		return 0, false
	}
	return int64(f), true
}

// tokensOf is countOf where absence means zero.
func tokensOf(value []byte) int64 {
	n, _ := countOf(value)
	return n
}

// present says whether a member is there and is not null.
func present(value []byte) bool { return len(value) > 0 && string(value) != "null" }
