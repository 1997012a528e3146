package validate

import (
	"encoding/json"
	"strconv"
)

// A kind is what a node is before anyone knows what the schema wants.
type kind uint8

const (
	kindNull kind = iota
	kindBool
	kindNumber
	kindString
	kindBare // text without quotes: the schema decides what it is
	kindArray
	kindObject
)

// A node is one value. Nodes lie in a slice and refer to each other by index,
// so that a document costs a handful of allocations; index 0 is no node.
type node struct {
	kind  kind
	cut   bool   // the text ended inside of it
	huge  bool   // a number beyond the limits
	text  string // of a string (decoded), a number, a literal or a bare text
	key   string // in its object
	off   int32  // where it begins and ends in the text
	end   int32
	child int32 // the first value inside
	next  int32 // the next value beside
	size  int32 // how many are inside
}

// A tree holds nodes.
type tree []node //nolint:recvcheck // only add changes its length

func (t *tree) add(n node) int32 {
	*t = append(*t, n)
	return int32(len(*t) - 1) //nolint:gosec // the text is at most 1 MiB
}

// A chainer links nodes to a list.
type chainer struct {
	parent, last int32
}

func (c *chainer) link(t tree, n int32) {
	if c.last == 0 {
		t[c.parent].child = n
	} else {
		t[c.last].next = n
	}
	t[c.parent].size++
	c.last = n
}

// appendJSON writes a node as compact JSON.
func (t tree) appendJSON(b []byte, n int32) []byte {
	v := &t[n]
	switch v.kind {
	case kindNull:
		return append(b, "null"...)
	case kindBool, kindNumber:
		return append(b, v.text...)
	case kindArray:
		b = append(b, '[')
		for i := v.child; i != 0; i = t[i].next {
			if i != v.child {
				b = append(b, ',')
			}
			b = t.appendJSON(b, i)
		}
		return append(b, ']')
	case kindObject:
		b = append(b, '{')
		for i := v.child; i != 0; i = t[i].next {
			if i != v.child {
				b = append(b, ',')
			}
			b = append(appendString(b, t[i].key), ':')
			b = t.appendJSON(b, i)
		}
		return append(b, '}')
	default:
		return appendString(b, v.text)
	}
}

// appendString writes s as a JSON string. Only what must be escaped is.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	start := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\t':
			b = append(b, '\\', 't')
		case '\r':
			b = append(b, '\\', 'r')
		default:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	return append(append(b, s[start:]...), '"')
}

// value is the node in the form that the schema library checks. With exact,
// every number is a json.Number.
func (t tree) value(n int32, exact bool) any {
	v := &t[n]
	switch v.kind {
	case kindNull:
		return nil
	case kindBool:
		return v.text == "true"
	case kindNumber:
		if !exact && len(v.text) < 19 {
			if i, err := strconv.ParseInt(v.text, 10, 64); err == nil && v.text != "-0" {
				return i
			}
		}
		return json.Number(v.text)
	case kindArray:
		list := make([]any, 0, v.size)
		for i := v.child; i != 0; i = t[i].next {
			list = append(list, t.value(i, exact))
		}
		return list
	case kindObject:
		object := make(map[string]any, v.size)
		for i := v.child; i != 0; i = t[i].next {
			object[t[i].key] = t.value(i, exact)
		}
		return object
	default:
		return v.text
	}
}
