package validate

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/makeready-go/makeready"
)

// The limits of what is read. They are checked before anything else sees the
// text: the schema library computes with exact fractions, so one number with a
// large exponent would cost it milliseconds or, beyond its range, a panic.
const (
	maxSize     = 1 << 20 // bytes of text
	maxDepth    = 200     // levels of nesting
	maxKey      = 1024    // bytes of a key; paths of errors repeat keys
	maxDigits   = 400     // of a number
	maxExponent = 400     // of a number, either way
	maxIssues   = 100     // reported at once
)

// A scanner reads one JSON value (RFC 8259) into the form that the schema
// library checks: map[string]any, []any, string, int64 or json.Number, bool and
// nil. It is strict, takes time linear in the text, and notes all that
// encoding/json would let pass in silence: keys given twice, and numbers that
// no Go type holds.
type scanner struct {
	text string
	pos  int
	path []step // of the value being read

	fault *makeready.Issue  // why reading stopped
	soft  []makeready.Issue // what is wrong although reading goes on

	// integers are the places of numbers such as 3.0 that mean an integer.
	integers []rewrite

	// find asks for the number that ends at this offset, or after it: its path
	// and text are in found.
	find  int
	found *makeready.Issue
}

// A step is one token of a path: the key of an object, or else the index in an
// array.
type step struct {
	key   string
	index int // -1 with a key
}

// A rewrite replaces text[start:end].
type rewrite struct {
	start, end int
	with       string
}

// document reads the whole text as one value. It is false if there is a fault.
func (s *scanner) document() (any, bool) {
	s.space()
	v, ok := s.value(0)
	if !ok {
		return nil, false
	}
	if s.space(); s.pos < len(s.text) {
		return nil, s.fail("nothing after the JSON value")
	}
	return v, true
}

func (s *scanner) value(depth int) (any, bool) {
	if s.pos == len(s.text) {
		return nil, s.fail("a value")
	}
	switch c := s.text[s.pos]; {
	case c == '{' || c == '[':
		if depth == maxDepth {
			s.fault = &makeready.Issue{Path: s.pointer(), Code: "depth", Want: "at most " + strconv.Itoa(maxDepth) + " levels of nesting"}
			return nil, false
		}
		if c == '{' {
			return s.object(depth)
		}
		return s.array(depth)
	case c == '"':
		return s.str("a value")
	case c == '-' || '0' <= c && c <= '9':
		return s.number()
	}
	for _, word := range [...]struct {
		text  string
		value any
	}{{"true", true}, {"false", false}, {"null", nil}} {
		if strings.HasPrefix(s.text[s.pos:], word.text) {
			s.pos += len(word.text)
			return word.value, true
		}
	}
	return nil, s.fail("a value")
}

func (s *scanner) object(depth int) (any, bool) {
	object := map[string]any{}
	s.pos++
	for s.space(); !s.take('}'); s.space() {
		if len(object) > 0 {
			if !s.take(',') {
				return nil, s.fail("a comma or }")
			}
			s.space()
		}
		key, ok := s.str("a key in double quotes")
		if !ok {
			return nil, false
		}
		if s.space(); !s.take(':') {
			return nil, s.fail("a colon after the key")
		}
		if len(key) > maxKey {
			s.note("size", "", "keys of at most "+strconv.Itoa(maxKey)+" bytes")
			key = clip(key, maxKey) // keeps paths short; the text is refused anyway
		}
		s.path = append(s.path, step{key, -1})
		if _, twice := object[key]; twice {
			s.note("duplicate_key", "", "each key once")
		}
		s.space()
		v, ok := s.value(depth + 1)
		if !ok {
			return nil, false
		}
		object[key] = v
		s.path = s.path[:len(s.path)-1]
	}
	return object, true
}

func (s *scanner) array(depth int) (any, bool) {
	array := []any{}
	s.pos++
	s.path = append(s.path, step{"", 0})
	for s.space(); !s.take(']'); s.space() {
		if len(array) > 0 {
			if !s.take(',') {
				return nil, s.fail("a comma or ]")
			}
			s.space()
		}
		s.path[len(s.path)-1].index = len(array)
		v, ok := s.value(depth + 1)
		if !ok {
			return nil, false
		}
		array = append(array, v)
	}
	s.path = s.path[:len(s.path)-1]
	return array, true
}

// str reads a string. What is missing if there is none is the caller's to say.
func (s *scanner) str(want string) (string, bool) {
	if !s.take('"') {
		return "", s.fail(want)
	}
	start := s.pos
	for s.pos < len(s.text) {
		switch c := s.text[s.pos]; {
		case c == '"':
			s.pos++
			return s.text[start : s.pos-1], true
		case c == '\\':
			return s.escaped(start)
		case c < ' ':
			return "", s.fail("control characters such as a line break written as escapes")
		}
		s.pos++
	}
	return "", s.fail("the closing quote of a string")
}

// escaped goes on with a string in which an escape has been met.
func (s *scanner) escaped(start int) (string, bool) {
	b := []byte(s.text[start:s.pos])
	for s.pos < len(s.text) {
		c := s.text[s.pos]
		switch {
		case c == '"':
			s.pos++
			return string(b), true
		case c < ' ':
			return "", s.fail("control characters such as a line break written as escapes")
		case c != '\\':
			b = append(b, c)
			s.pos++
			continue
		}
		var ok bool
		if b, ok = s.escape(b); !ok {
			return "", s.fail(`one of \" \\ \/ \b \f \n \r \t \u0000`)
		}
	}
	return "", s.fail("the closing quote of a string")
}

func (s *scanner) escape(b []byte) ([]byte, bool) {
	if s.pos+1 == len(s.text) {
		return b, false
	}
	c := s.text[s.pos+1]
	if c == 'u' {
		return s.escapedRune(b)
	}
	i := strings.IndexByte(`"\/bfnrt`, c)
	if i < 0 {
		return b, false
	}
	s.pos += 2
	return append(b, "\"\\/\b\f\n\r\t"[i]), true
}

// escapedRune reads \u and four digits, and its second half if it is a
// surrogate. A surrogate alone becomes U+FFFD, as in encoding/json.
func (s *scanner) escapedRune(b []byte) ([]byte, bool) {
	r, ok := s.hex(s.pos)
	if !ok {
		return b, false
	}
	s.pos += 6
	if low, ok := s.hex(s.pos); ok && 0xD800 <= r && r < 0xDC00 && 0xDC00 <= low && low < 0xE000 {
		s.pos += 6
		r = (r-0xD800)<<10 + (low - 0xDC00) + 0x10000
	}
	return utf8.AppendRune(b, r), true
}

func (s *scanner) hex(at int) (rune, bool) {
	if at+6 > len(s.text) || s.text[at] != '\\' || s.text[at+1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range []byte(s.text[at+2 : at+6]) {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// number reads a number. An integer becomes an int64 if it fits; all else stays
// text, which the schema library turns into an exact fraction.
func (s *scanner) number() (any, bool) {
	start := s.pos
	s.take('-')
	whole := s.digits()
	if whole == 0 || whole > 1 && s.text[s.pos-whole] == '0' {
		return nil, s.fail("a number without leading zeros")
	}
	digits, exponent := whole, 0
	integer := true
	if s.take('.') {
		integer = false
		fraction := s.digits()
		if fraction == 0 {
			return nil, s.fail("digits after the decimal point")
		}
		digits += fraction
	}
	if s.take('e') || s.take('E') {
		integer = false
		negative := s.take('-')
		if !negative {
			s.take('+')
		}
		n := s.digits()
		if n == 0 {
			return nil, s.fail("digits of the exponent")
		}
		exponent = bounded(s.text[s.pos-n : s.pos])
		if negative {
			exponent = -exponent
		}
	}
	text := s.text[start:s.pos]
	if s.find > 0 && s.pos >= s.find && s.found == nil {
		s.found = &makeready.Issue{Path: s.pointer(), Got: clip(text, maxGot)}
	}
	switch {
	case digits > maxDigits || max(exponent, -exponent) > maxExponent:
		s.note("number_range", clip(text, maxGot), "at most "+strconv.Itoa(maxDigits)+" digits and an exponent within ±"+strconv.Itoa(maxExponent))
		return nil, true
	case integer:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil && text != "-0" {
			return n, true
		}
	default:
		if plain, ok := asInteger(text, exponent); ok {
			s.integers = append(s.integers, rewrite{start, s.pos, plain})
		}
	}
	return json.Number(text), true
}

func (s *scanner) digits() int {
	start := s.pos
	for s.pos < len(s.text) && '0' <= s.text[s.pos] && s.text[s.pos] <= '9' {
		s.pos++
	}
	return s.pos - start
}

// bounded is the value of decimal digits, at most just beyond maxExponent.
func bounded(digits string) int {
	n := 0
	for _, c := range []byte(digits) {
		n = min(n*10+int(c-'0'), maxExponent+1)
	}
	return n
}

// asInteger writes a number with a fraction or an exponent as an integer, if it
// is one that a Go integer may hold: "3.0" and "0.3e1" are "3".
func asInteger(number string, exponent int) (string, bool) {
	mantissa := number
	if i := strings.IndexAny(number, "eE"); i >= 0 {
		mantissa = number[:i]
	}
	mantissa, negative := strings.CutPrefix(mantissa, "-")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	fraction = strings.TrimRight(fraction, "0")
	exponent -= len(fraction)
	digits := strings.TrimLeft(whole+fraction, "0")
	if digits == "" {
		digits, exponent = "0", 0
	}
	trimmed := strings.TrimRight(digits, "0")
	if exponent < 0 && len(digits)-len(trimmed) >= -exponent {
		digits, exponent = digits[:len(digits)+exponent], 0
	}
	if exponent < 0 || len(digits)+exponent > 20 {
		return "", false
	}
	digits += strings.Repeat("0", exponent)
	if negative {
		digits = "-" + digits
	}
	return digits, true
}

func (s *scanner) space() {
	for s.pos < len(s.text) {
		switch s.text[s.pos] {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return
		}
	}
}

func (s *scanner) take(c byte) bool {
	if s.pos == len(s.text) || s.text[s.pos] != c {
		return false
	}
	s.pos++
	return true
}

// fail stops reading and returns false.
func (s *scanner) fail(want string) bool {
	got := ""
	if s.pos < len(s.text) {
		got = compact(clip(s.text[s.pos:], 40))
	}
	s.fault = &makeready.Issue{Path: s.pointer(), Code: "syntax", Got: got, Want: want}
	return false
}

// note keeps an issue at the current path.
func (s *scanner) note(code, got, want string) {
	if len(s.soft) < maxIssues {
		s.soft = append(s.soft, makeready.Issue{Path: s.pointer(), Code: code, Got: got, Want: want})
	}
}

// pointer is the path as a JSON Pointer.
func (s *scanner) pointer() string {
	var b strings.Builder
	for _, st := range s.path {
		b.WriteByte('/')
		if st.index < 0 {
			b.WriteString(escape(st.key))
		} else {
			b.WriteString(strconv.Itoa(st.index))
		}
	}
	return b.String()
}

// rewritten is the text with its integers written plainly.
func (s *scanner) rewritten() []byte {
	b := make([]byte, 0, len(s.text)+20*len(s.integers))
	at := 0
	for _, r := range s.integers {
		b = append(append(b, s.text[at:r.start]...), r.with...)
		at = r.end
	}
	return append(b, s.text[at:]...)
}

// escape and unescape translate a key to and from a token of a JSON Pointer
// (RFC 6901).
func escape(key string) string {
	if !strings.ContainsAny(key, "~/") {
		return key
	}
	return strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1")
}

func unescape(token string) string {
	if !strings.Contains(token, "~") {
		return token
	}
	return strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
}
