package standin

import "strings"

// A shape is what a prompt shows of the answer it wants: JSON with
// placeholders where values belong.
type shape struct {
	kind shapeKind
	// text is a string's content, or a bare word such as 0.0-1.0 or true.
	text    string
	members []member // of an object, in order
	items   []shape  // of an array
}

type member struct {
	key   string
	value shape
}

type shapeKind uint8

const (
	shapeBare shapeKind = iota
	shapeString
	shapeObject
	shapeArray
)

// The bounds of a shape. A prompt that exceeds them has no shape: it is prose
// with braces.
const (
	maxDepth  = 12
	maxNodes  = 256
	maxString = 400 // bytes
	maxBare   = 60  // bytes
	maxTries  = 200 // braces of a text that are looked at
)

// findShapes returns the shapes in a text that are objects with a quoted key,
// in order.
func findShapes(text string) []shape {
	var found []shape
	for i, tries := 0, 0; tries < maxTries; tries++ {
		at := strings.IndexByte(text[i:], '{')
		if at < 0 {
			break
		}
		i += at
		p := shapeParser{text: text, at: i}
		if s, ok := p.value(0); ok && len(s.members) > 0 && s.members[0].key != "" {
			found = append(found, s)
			i = p.at
		} else {
			i++
		}
	}
	return found
}

// member returns what an object has under a key.
func (s *shape) member(key string) (shape, bool) {
	for _, m := range s.members {
		if strings.EqualFold(m.key, key) {
			return m.value, true
		}
	}
	return shape{}, false
}

// A shapeParser reads JSON as people write it in prompts.
type shapeParser struct {
	text  string
	at    int
	nodes int
}

func (p *shapeParser) value(depth int) (shape, bool) {
	p.nodes++
	if depth > maxDepth || p.nodes > maxNodes {
		return shape{}, false
	}
	switch p.space(); p.peek() {
	case 0:
		return shape{}, false
	case '{':
		return p.object(depth)
	case '[':
		return p.array(depth)
	case '"':
		s, ok := p.quoted()
		return shape{kind: shapeString, text: s}, ok
	default:
		return p.bare()
	}
}

func (p *shapeParser) object(depth int) (shape, bool) {
	p.at++
	s := shape{kind: shapeObject}
	for {
		switch p.space(); p.peek() {
		case 0:
			return s, false
		case '}':
			p.at++
			return s, true
		case ',':
			p.at++
			continue
		}
		m, ok := p.member(depth)
		if !ok {
			return s, false
		}
		s.members = append(s.members, m)
	}
}

// member reads "key": value, or something like <entities> that stands for some
// members.
func (p *shapeParser) member(depth int) (m member, ok bool) {
	if p.peek() != '"' {
		m.value, ok = p.bare()
		return m, ok
	}
	if m.key, ok = p.quoted(); !ok {
		return m, false
	}
	if p.space(); p.peek() != ':' {
		return m, false
	}
	p.at++
	m.value, ok = p.value(depth + 1)
	return m, ok
}

func (p *shapeParser) array(depth int) (shape, bool) {
	p.at++
	s := shape{kind: shapeArray}
	for {
		switch p.space(); p.peek() {
		case 0:
			return s, false
		case ']':
			p.at++
			return s, true
		case ',':
			p.at++
			continue
		}
		item, ok := p.value(depth + 1)
		if !ok {
			return s, false
		}
		s.items = append(s.items, item)
	}
}

func (p *shapeParser) quoted() (string, bool) {
	p.at++
	from := p.at
	for p.at < len(p.text) && p.at-from <= maxString {
		switch p.text[p.at] {
		case '\\':
			p.at++
		case '"':
			p.at++
			return p.text[from : p.at-1], true
		case '\n':
			return "", false
		}
		p.at++
	}
	return "", false
}

// bare reads up to what ends a value.
func (p *shapeParser) bare() (shape, bool) {
	from := p.at
	for p.at < len(p.text) && !strings.ContainsRune(",}]{[\"\n", rune(p.text[p.at])) {
		p.at++
		if p.at-from > maxBare {
			return shape{}, false
		}
	}
	s := strings.TrimSpace(p.text[from:p.at])
	return shape{text: s}, s != ""
}

func (p *shapeParser) peek() byte {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

func (p *shapeParser) space() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}
