package provider

import (
	"encoding/json"
	"iter"
	"strconv"
)

// A cursor walks over the members of a JSON object, or the elements of an
// array, without decoding them. What it walks over must be well-formed: it is
// langchaingo's own output, or has passed json.Valid. On anything else it ends
// early and never panics.
type cursor struct {
	b []byte
	i int
}

// walk begins behind an opening bracket. Of a value of another kind there is
// nothing to walk over.
func walk(b []byte, bracket byte) cursor {
	c := cursor{b: b}
	c.space()
	if c.i >= len(b) || b[c.i] != bracket {
		return cursor{}
	}
	c.i++
	return c
}

// members are those of an object, in order.
func members(obj []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(key, value []byte) bool) {
		c := walk(obj, '{')
		for {
			key, value, ok := c.member()
			if !ok || !yield(key, value) {
				return
			}
		}
	}
}

// elements are those of an array, in order.
func elements(list []byte) iter.Seq[[]byte] {
	return func(yield func(value []byte) bool) {
		c := walk(list, '[')
		for {
			value, ok := c.element()
			if !ok || !yield(value) {
				return
			}
		}
	}
}

// member returns the next member of an object. The key is without its quotes
// and with its escapes: the keys looked for have none.
func (c *cursor) member() (key, value []byte, ok bool) {
	c.space()
	if c.i >= len(c.b) || c.b[c.i] != '"' {
		return nil, nil, false
	}
	start := c.i + 1
	c.skip()
	if c.i-1 < start {
		return nil, nil, false
	}
	key = c.b[start : c.i-1]
	c.space()
	if c.i >= len(c.b) || c.b[c.i] != ':' {
		return nil, nil, false
	}
	c.i++
	value, ok = c.element()
	return key, value, ok
}

// element returns the next element of an array.
func (c *cursor) element() ([]byte, bool) {
	c.space()
	start := c.i
	c.skip()
	if c.i == start {
		return nil, false
	}
	value := c.b[start:c.i]
	c.space()
	if c.i < len(c.b) && c.b[c.i] == ',' {
		c.i++
	}
	return value, true
}

func (c *cursor) space() {
	for c.i < len(c.b) {
		switch c.b[c.i] {
		case ' ', '\t', '\n', '\r':
			c.i++
		default:
			return
		}
	}
}

// skip moves behind the value that begins here.
func (c *cursor) skip() {
	depth := 0
	for c.i < len(c.b) {
		switch c.b[c.i] {
		case '"':
			c.skipString()
		case '{', '[':
			depth++
			c.i++
			continue
		case '}', ']':
			if depth == 0 {
				return
			}
			depth--
			c.i++
		case ',', ':', ' ', '\t', '\n', '\r':
			if depth == 0 {
				return
			}
			c.i++
			continue
		default:
			c.i++
			if depth == 0 {
				continue // a number, true, false, null
			}
		}
		if depth == 0 {
			return
		}
	}
}

func (c *cursor) skipString() {
	for c.i++; c.i < len(c.b); c.i++ {
		switch c.b[c.i] {
		case '\\':
			c.i++
		case '"':
			c.i++
			return
		}
	}
	c.i = len(c.b)
}

// isObject says whether b is a well-formed JSON object.
func isObject(b []byte) bool {
	c := cursor{b: b}
	c.space()
	return c.i < len(b) && b[c.i] == '{' && json.Valid(b)
}

// lookup returns the value of a member, or nil.
func lookup(obj []byte, name string) []byte {
	for key, value := range members(obj) {
		if string(key) == name {
			return value
		}
	}
	return nil
}

// A writer writes a JSON object, member by member.
type writer struct{ b []byte }

// keep begins the object with the members of obj that drop does not name.
func (w *writer) keep(obj []byte, drop func(key []byte) bool) {
	w.b = append(w.b, '{')
	for key, value := range members(obj) {
		if !drop(key) {
			w.comma()
			w.b = append(append(append(w.b, '"'), key...), '"', ':')
			w.b = append(w.b, value...)
		}
	}
}

func (w *writer) comma() {
	if n := len(w.b); n > 0 && w.b[n-1] != '{' && w.b[n-1] != '[' {
		w.b = append(w.b, ',')
	}
}

func (w *writer) key(name string) {
	w.comma()
	w.b = append(append(append(w.b, '"'), name...), '"', ':')
}

func (w *writer) raw(name, value string) {
	w.key(name)
	w.b = append(w.b, value...)
}

func (w *writer) float(name string, f *float64) {
	if f != nil {
		w.key(name)
		w.b = strconv.AppendFloat(w.b, *f, 'g', -1, 64)
	}
}

func (w *writer) int(name string, n *int64) {
	if n != nil {
		w.key(name)
		w.b = strconv.AppendInt(w.b, *n, 10)
	}
}

func (w *writer) object(name string) {
	w.key(name)
	w.b = append(w.b, '{')
}

func (w *writer) end() { w.b = append(w.b, '}') }

// value writes anything that has no reason to fail.
func (w *writer) value(name string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.key(name)
	w.b = append(w.b, b...)
	return nil
}
