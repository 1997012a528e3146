package validate

import (
	"bytes"
	"strconv"
	"strings"
)

// maxFixes bounds the repairs of one text. What needs more is no JSON.
const maxFixes = 100_000

// A place says what a text that is being read belongs to.
type place uint8

const (
	inObject place = iota // the value of a property
	inArray
	inKey
)

// A reader reads what was meant to be JSON. It never goes back further than to
// the beginning of the string that it is in, and at most once for each kind of
// string, so its time is linear in the text. The plan tells it which keys to
// expect, which settles most questions about quotes that were not escaped.
type reader struct {
	text  string
	pos   int
	base  int // offset of text in what the caller sees
	tree  *tree
	fixes []Fix
	path  []step
	stack []byte  // the closers of what is open
	plans []*plan // and its plans
	cut   bool    // the text ended before the value did
	junk  int     // words that had to be left out
	lost  bool    // a value that had to be left out
	deep  bool    // too deep
	dead  [6]int  // where looking for the end of a string is known to be in vain
}

// read reads the value that begins at pos, and is false if there is none.
func (r *reader) read(p *plan) (int32, bool) {
	n, ok := r.value(inArray, p)
	return n, ok && !r.deep && !r.lost && len(r.fixes) < maxFixes
}

func (r *reader) fix(kind string, at int, from, to string) {
	if len(r.fixes) < maxFixes {
		r.fixes = append(r.fixes, Fix{Kind: kind, Path: r.pointer(), Offset: r.base + at, From: clip(from, maxGot), To: clip(to, maxGot)})
	}
}

func (r *reader) pointer() string { return pointerTo(r.path) }

// pointerTo is a path as a JSON Pointer, clipped: there may be many.
func pointerTo(path []step) string {
	var space [128]byte
	b := space[:0]
	for _, st := range path {
		if len(b) > 2*maxKey {
			break
		}
		b = append(b, '/')
		if st.index < 0 {
			b = append(b, escape(st.key)...)
		} else {
			b = strconv.AppendInt(b, int64(st.index), 10)
		}
	}
	return clip(string(b), 2*maxKey)
}

func (r *reader) leaf(k kind, text string, start int) int32 {
	return r.tree.add(node{kind: k, text: text, off: int32(r.base + start), end: int32(r.base + r.pos)}) //nolint:gosec // at most 1 MiB
}

// value reads one value. It is false if there is none before the next comma or
// bracket.
func (r *reader) value(in place, p *plan) (int32, bool) {
	r.pos = r.space(r.pos)
	if r.pos >= len(r.text) {
		r.cut = true
		return 0, false
	}
	if r.fenceAhead() && !p.textOnly() {
		r.skipFence(false)
	}
	if r.pos >= len(r.text) {
		return 0, false
	}
	r.unescape()
	if in == inObject && p.listOnly() && r.text[r.pos] != '[' && r.listAhead() {
		return r.array(p, true), true
	}
	switch c := r.text[r.pos]; c {
	case '{', '[':
		if p.textOnly() && in == inObject && r.unlikeJSON() {
			return r.bare(in, p), true
		}
		if len(r.stack) >= maxDepth || r.deep {
			r.deep = true
			return 0, false
		}
		if c == '{' {
			return r.object(p, false), true
		}
		return r.array(p, false), true
	case ',', '}', ']', ':':
		return 0, false
	}
	if n := quoteLen(r.text, r.pos); n > 0 || r.fenceAhead() {
		return r.joined(in), true
	}
	if end, huge := numberEnd(r.text, r.pos); end > 0 && r.endsNumber(end, in) {
		start := r.pos
		r.pos = end
		n := r.leaf(kindNumber, r.text[start:end], start)
		(*r.tree)[n].huge = huge
		return n, true
	}
	return r.bare(in, p), true
}

// unlikeJSON says whether braces hold something else than an object, such as
// the signature of a function.
func (r *reader) unlikeJSON() bool {
	k := r.space(r.pos + 1)
	return k < len(r.text) && quoteLen(r.text, k) == 0 && !strings.ContainsRune("{}[]", rune(r.text[k]))
}

// object reads an object. With implied, its opening brace is missing.
func (r *reader) object(p *plan, implied bool) int32 {
	start := r.pos
	self := r.leaf(kindObject, "", start)
	list := chainer{parent: self}
	r.stack, r.plans = append(r.stack, '}'), append(r.plans, p)
	if implied {
		r.fix("missing_bracket", start, "", "{")
	} else {
		r.pos++
	}
	comma := true // one was read, or none is needed
	for {
		at := r.pos
		r.pos = r.space(r.pos)
		if r.pos >= len(r.text) {
			r.unclosed("}")
			break
		}
		c := r.text[r.pos]
		if c == ',' {
			if comma {
				r.fix("extra_comma", r.pos, ",", "")
			}
			comma = true
			r.pos++
			continue
		}
		if c == '}' || c == ']' || c == '{' && list.last != 0 && len(r.stack) > 1 && r.stack[len(r.stack)-2] == ']' {
			if r.close('}', comma && list.last != 0, at) {
				if !r.goesOn() {
					break
				}
				comma = true
			}
			continue
		}
		if c == '{' && list.last == 0 {
			r.fix("doubled_bracket", r.pos, "{", "")
			r.pos++
			continue
		}
		if r.filler() {
			continue
		}
		key, ok := r.key(p)
		if !ok {
			comma = true
			continue
		}
		if !comma {
			r.fix("missing_comma", at, "", ",")
		}
		comma = false
		r.member(&list, p, key)
		if r.deep {
			break
		}
	}
	r.stack, r.plans = r.stack[:len(r.stack)-1], r.plans[:len(r.plans)-1]
	(*r.tree)[self].end = int32(r.base + r.pos) //nolint:gosec // at most 1 MiB
	return self
}

// member reads the value of a key and adds it.
func (r *reader) member(list *chainer, p *plan, key string) {
	r.path = append(r.path, step{clip(key, maxKey), -1})
	defer func() { r.path = r.path[:len(r.path)-1] }()
	r.pos = r.space(r.pos)
	at := r.pos
	if r.pos < len(r.text) && (r.text[r.pos] == ':' || r.text[r.pos] == '=') {
		if r.text[r.pos] == '=' {
			r.fix("colon", r.pos, "=", ":")
			if strings.HasPrefix(r.text[r.pos:], "=>") {
				r.pos++
			}
		}
		r.pos++
		for r.pos < len(r.text) && r.text[r.pos] == ':' {
			r.fix("extra_colon", r.pos, ":", "")
			r.pos++
		}
	} else if r.pos < len(r.text) {
		r.fix("missing_colon", at, "", ":")
		r.lost = r.lost || strings.IndexByte(",}]", r.text[r.pos]) >= 0 // a value, but no object
	}
	n, ok := r.value(inObject, p.inside(key))
	if !ok {
		r.fix("missing_value", at, key, "")
		return
	}
	(*r.tree)[n].key = key
	list.link(*r.tree, n)
}

// close handles a closing bracket, or an opening one where none can be, inside
// of an object or array; at is where the last value ended. It is true if that
// ends here.
func (r *reader) close(own byte, comma bool, at int) bool {
	c := r.text[r.pos]
	if c == own {
		if comma {
			r.fix("trailing_comma", at, ",", "")
		}
		r.pos++
		return true
	}
	if r.extra(c, own, at) {
		r.fix("extra_bracket", r.pos, string(c), "")
		r.pos++
		return false
	}
	if c == '{' || bytes.IndexByte(r.stack[:len(r.stack)-1], c) >= 0 {
		r.fix("missing_bracket", r.pos, "", string(own))
		return true
	}
	r.fix("extra_bracket", r.pos, string(c), "")
	r.pos++
	return false
}

// extra says whether a closing bracket only repeats the one before it, because
// what follows belongs to what is open.
func (r *reader) extra(c, own byte, at int) bool {
	if c == '{' || at == 0 || r.text[at-1] != c {
		return false
	}
	k := r.space(r.pos + 1)
	if k < len(r.text) && r.text[k] == own {
		return true
	}
	if own != ']' || k >= len(r.text) || r.text[k] != ',' {
		return false
	}
	k = r.space(k + 1)
	return k < len(r.text) && (r.text[k] == '{' || r.text[k] == '[')
}

func (r *reader) unclosed(closer string) {
	r.cut = true
	r.fix("missing_bracket", len(r.text), "", closer)
}

// goesOn says whether the outermost object, which has been closed, has more
// properties after all.
func (r *reader) goesOn() bool {
	if len(r.stack) != 1 || r.pos >= len(r.text) {
		return false
	}
	k := r.space(r.pos)
	if k >= len(r.text) || r.text[k] != ',' {
		return false
	}
	k = r.space(k + 1)
	end, ok := r.quotedKey(k, false)
	if !ok {
		return false
	}
	if end = r.space(end); end >= len(r.text) || r.text[end] != ':' && quoteLen(r.text, end) == 0 {
		return false
	}
	r.fix("extra_bracket", r.pos-1, "}", "")
	r.pos = k
	return true
}

// outer is the plan of the object that is being read, if that is the innermost
// of what is open.
func (r *reader) outer() *plan {
	if n := len(r.stack); n > 0 && r.stack[n-1] == '}' {
		return r.plans[n-1]
	}
	return nil
}
