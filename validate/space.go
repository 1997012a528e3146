package validate

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// space skips white space of any kind, and comments.
func (r *reader) space(i int) int {
	for i < len(r.text) {
		switch c := r.text[i]; {
		case c == ' ' || c == '\n' || c == '\t' || c == '\r':
			i++
		case c == '/' || c == '#':
			end := r.comment(i)
			if end < 0 {
				return i
			}
			i = end
		case c < utf8.RuneSelf:
			return i
		default:
			ch, n := utf8.DecodeRuneInString(r.text[i:])
			if !unicode.IsSpace(ch) && ch != '\uFEFF' && ch != '\u200B' && ch != '\u180E' && ch != '\u2060' {
				return i
			}
			i += n
		}
	}
	return i
}

// comment is where the comment at i ends, -1 if there is none.
func (r *reader) comment(i int) int {
	rest := r.text[i:]
	switch {
	case strings.HasPrefix(rest, "/*"):
		if r.dead[5] > 0 && i >= r.dead[5] {
			return -1
		}
		if end := strings.Index(rest[2:], "*/"); end >= 0 {
			return i + end + 4
		}
		r.dead[5] = i
		return -1
	case strings.HasPrefix(rest, "//"), rest[0] == '#' && (len(rest) == 1 || rest[1] == ' ' || rest[1] == '#' || rest[1] == '\n'):
		if end := strings.IndexByte(rest, '\n'); end >= 0 {
			return i + end
		}
		return len(r.text)
	}
	return -1
}

func (r *reader) newline(from, to int) bool {
	return strings.IndexByte(r.text[from:to], '\n') >= 0
}

// endsNumber says whether a number that ends here is one and not the beginning
// of a text such as "10-20" or "2 cups".
func (r *reader) endsNumber(end int, in place) bool {
	k := end
	for k < len(r.text) && (r.text[k] == ' ' || r.text[k] == '\t') {
		k++
	}
	if k >= len(r.text) {
		return true
	}
	switch c := r.text[k]; {
	case c == ',':
		return in == inArray || k+1 >= len(r.text) || k != end || !digits3(r.text[k+1:])
	case c == '\n' || c == '\r' || c == '}' || c == ']' || c == '{' || c == '[' && k > end:
		return true
	case c == '"':
		return true
	case c == '/' || c == '#':
		return r.comment(k) >= 0
	case k > end && in == inArray:
		n, _ := numberEnd(r.text, k)
		return n > 0
	case k > end:
		_, ok := r.quotedKey(k, true)
		return ok
	case c >= utf8.RuneSelf:
		return r.space(k) > k
	}
	return false
}

// digits3 says whether a group of thousands begins here.
func digits3(s string) bool {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n == 3
}

func isWord(c byte) bool {
	return c == '_' || c == '-' || c == '$' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= utf8.RuneSelf
}
