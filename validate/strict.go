package validate

import (
	"strings"
	"unicode/utf8"
)

// readStrict reads text as exactly one JSON value (RFC 8259), and is false if it
// is none or nested too deeply. This is the way of almost all answers, so it
// does nothing else: strings without escapes are not copied.
func readStrict(text string, t *tree) (root int32, ok bool) {
	s := strictReader{scanner: scanner{text: text}, t: t}
	return s.whole()
}

func (s *strictReader) whole() (root int32, ok bool) {
	s.space()
	root, ok = s.value(0, "")
	if !ok {
		return 0, false
	}
	s.space()
	return root, s.pos == len(s.text)
}

type strictReader struct {
	scanner

	t    *tree
	deep bool // it is nested too deeply
}

func (s *strictReader) value(depth int, key string) (int32, bool) {
	if s.pos == len(s.text) {
		return 0, false
	}
	start := s.pos
	switch c := s.text[start]; c {
	case '{', '[':
		if depth == maxDepth {
			s.deep = true
			return 0, false
		}
		return s.composed(depth, key, c)
	case '"':
		text, ok := s.quick()
		return s.leaf(kindString, key, text, start), ok
	case 't':
		return s.word(key, "true", kindBool)
	case 'f':
		return s.word(key, "false", kindBool)
	case 'n':
		return s.word(key, "null", kindNull)
	}
	end, huge := numberEnd(s.text, start)
	if end < 0 {
		return 0, false
	}
	s.pos = end
	n := s.leaf(kindNumber, key, s.text[start:end], start)
	(*s.t)[n].huge = huge
	return n, true
}

func (s *strictReader) leaf(k kind, key, text string, start int) int32 {
	return s.t.add(node{kind: k, key: key, text: text, off: int32(start), end: int32(s.pos)}) //nolint:gosec // at most 1 MiB
}

func (s *strictReader) word(key, word string, k kind) (int32, bool) {
	if !strings.HasPrefix(s.text[s.pos:], word) {
		return 0, false
	}
	start := s.pos
	s.pos += len(word)
	return s.leaf(k, key, word, start), true
}

func (s *strictReader) composed(depth int, key string, open byte) (int32, bool) {
	k, closer := kindArray, byte(']')
	if open == '{' {
		k, closer = kindObject, '}'
	}
	self := s.leaf(k, key, "", s.pos)
	s.pos++
	list := chainer{parent: self}
	for s.space(); !s.take(closer); s.space() {
		if list.last != 0 {
			if !s.take(',') {
				return 0, false
			}
			s.space()
		}
		name := ""
		if k == kindObject {
			var ok bool
			if name, ok = s.quick(); !ok {
				return 0, false
			}
			if s.space(); !s.take(':') {
				return 0, false
			}
			s.space()
		}
		n, ok := s.value(depth+1, name)
		if !ok {
			return 0, false
		}
		list.link(*s.t, n)
	}
	(*s.t)[self].end = int32(s.pos) //nolint:gosec // at most 1 MiB
	return self, true
}

// quick reads a string.
func (s *strictReader) quick() (string, bool) {
	if s.pos == len(s.text) || s.text[s.pos] != '"' {
		return "", false
	}
	for i := s.pos + 1; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case c == '"':
			text := s.text[s.pos+1 : i]
			s.pos = i + 1
			return text, true
		case c == '\\':
			return s.str("")
		case c < ' ':
			return "", false
		}
	}
	return "", false
}

// numberEnd is where the JSON number that begins at start ends, -1 if there is
// none. A huge one is beyond the limits.
func numberEnd(text string, start int) (end int, huge bool) {
	i := start
	digits := func() int {
		from := i
		for i < len(text) && '0' <= text[i] && text[i] <= '9' {
			i++
		}
		return i - from
	}
	if i < len(text) && text[i] == '-' {
		i++
	}
	whole := digits()
	if whole == 0 || whole > 1 && text[i-whole] == '0' {
		return -1, false
	}
	total := whole
	if i+1 < len(text) && text[i] == '.' && '0' <= text[i+1] && text[i+1] <= '9' {
		i++
		total += digits()
	}
	if i < len(text) && (text[i] == 'e' || text[i] == 'E') {
		at := i
		i++
		if i < len(text) && (text[i] == '-' || text[i] == '+') {
			i++
		}
		n := digits()
		if n == 0 {
			return at, total > maxDigits
		}
		huge = bounded(text[i-n:i]) > maxExponent
	}
	return i, huge || total > maxDigits
}

// runeBefore is the rune before a place, 0 where there is none.
func runeBefore(text string, at int) rune {
	r, n := utf8.DecodeLastRuneInString(text[:at])
	if n == 0 {
		return 0
	}
	return r
}
