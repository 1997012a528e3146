package template

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"
)

// keyBytes of the MAC are in a delimiter: twelve digits, some six tokens. A
// forger has one guess per request and needs 2⁴⁷ of them on average.
const keyBytes = 6

// A delimiter is what surrounds the untrusted values of one variable.
type delimiter struct {
	opening, closing string
}

// newDelimiter derives the key from the secret, the file and the variable:
// nobody can guess it who lacks the secret, and it stays the same from request
// to request, so that providers can cache the prompt.
func newDelimiter(secret []byte, digest, name string) delimiter {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(digest + name))
	return delimiter{
		opening: "<" + name + ` k="` + hex.EncodeToString(mac.Sum(nil)[:keyBytes]) + `">`,
		closing: "</" + name + ">",
	}
}

func (d *delimiter) len() int { return len(d.opening) + len(d.closing) }

// clean writes s without what could end the element that it is put in, and
// without characters that nobody sees: controls other than white space, and
// the tag characters of Unicode, which can hide a whole instruction. It takes
// time linear in s, because a closing tag holds only one "<".
func (d *delimiter) clean(b *strings.Builder, s string) {
	name := d.closing[2 : len(d.closing)-1]
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < 0x7f {
			if c == '<' && closes(s[i+1:], name) {
				b.WriteString(s[from:i])
				b.WriteString("&lt;")
				from = i + 1
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if isDropped(r) {
			b.WriteString(s[from:i])
			from = i + size
		}
		i += size
	}
	b.WriteString(s[from:])
}

// closes says whether a "<" that is followed by s may be read as the beginning
// of the closing tag of name, by a reader who does not care about case, about
// spaces and what looks like none, or about the backslash that JSON allows
// before a slash.
func closes(s, name string) bool {
	want := 0 // 0: the slash; then the bytes of name
	for _, r := range s {
		switch {
		case want == 0 && r == '/', want > 0 && sameLetter(r, name[want-1]):
			if want++; want > len(name) {
				return true
			}
		case !isSkipped(r) && r != '\\':
			return false
		}
	}
	return false
}

// sameLetter compares without case; the long s and the Kelvin sign are s and k.
func sameLetter(r rune, c byte) bool {
	for f := rune(c); ; {
		if f == r {
			return true
		}
		if f = unicode.SimpleFold(f); f == rune(c) {
			return false
		}
	}
}

// isDropped tells the characters that clean leaves out.
func isDropped(r rune) bool {
	return unicode.IsControl(r) && !unicode.IsSpace(r) || r >= 0xe0000 && r <= 0xe007f
}

// isSkipped tells the characters that show nothing.
func isSkipped(r rune) bool {
	if r > ' ' && r < 0x7f {
		return false
	}
	return unicode.IsSpace(r) || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Variation_Selector)
}
