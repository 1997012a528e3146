package validate

import (
	"strings"
)

// listAhead says whether a text or an object begins here that another of its
// kind follows, rather than the next property: a list without its opening
// bracket.
func (r *reader) listAhead() bool {
	var end int
	switch {
	case quoteLen(r.text, r.pos) > 0:
		k, ok := r.quotedKey(r.pos, false)
		if !ok {
			return false
		}
		end = r.space(k)
	case r.text[r.pos] == '{': // no bracket inside, or else it is too far to look
		k := strings.IndexAny(r.text[r.pos+1:min(len(r.text), r.pos+maxKey)], "{}")
		if k < 0 {
			return false
		}
		if r.text[r.pos+1+k] != '}' {
			return false
		}
		end = r.space(r.pos + 1 + k + 1)
	default:
		return false
	}
	if end >= len(r.text) {
		return false
	}
	if r.text[end] == ']' {
		return true
	}
	if r.text[end] != ',' {
		return false
	}
	k := r.space(end + 1)
	return k < len(r.text) && (r.text[k] == '{' || quoteLen(r.text, k) > 0 && !r.keyAt(k, r.outer()))
}

// array reads an array. With implied, its opening bracket is missing.
func (r *reader) array(p *plan, implied bool) int32 {
	start := r.pos
	self := r.leaf(kindArray, "", start)
	list := chainer{parent: self}
	r.stack, r.plans = append(r.stack, ']'), append(r.plans, p)
	r.path = append(r.path, step{"", 0})
	if implied {
		r.fix("missing_bracket", start, "", "[")
	} else {
		r.pos++
	}
	comma := true
	for {
		at := r.pos
		r.pos = r.space(r.pos)
		if r.pos >= len(r.text) {
			r.unclosed("]")
			break
		}
		switch c := r.text[r.pos]; {
		case c == ',' && implied && r.memberAhead():
			r.fix("missing_bracket", r.pos, "", "]")
			goto done
		case c == ',':
			if comma {
				r.fix("extra_comma", r.pos, ",", "")
			}
			comma = true
			r.pos++
			continue
		case c == ']' || c == '}':
			if r.close(']', comma && list.last != 0, at) {
				goto done
			}
			continue
		case c == ':':
			r.fix("extra_colon", r.pos, ":", "")
			r.pos++
			continue
		}
		if r.filler() {
			continue
		}
		if e := p.element(); r.text[r.pos] == '[' && list.last == 0 && e != nil && e.types&typeArray == 0 && r.pos == r.space(start+1) {
			r.fix("doubled_bracket", r.pos, "[", "")
			r.pos++
			continue
		}
		if list.last != 0 && r.belongsOutside(p) {
			r.fix("missing_bracket", r.pos, "", "]")
			goto done
		}
		if !comma {
			r.fix("missing_comma", at, "", ",")
		}
		comma = false
		r.path[len(r.path)-1].index = int((*r.tree)[self].size)
		n, ok := r.item(p.element())
		if r.deep {
			break
		}
		if ok {
			list.link(*r.tree, n)
		}
	}
done:
	r.stack, r.plans = r.stack[:len(r.stack)-1], r.plans[:len(r.plans)-1]
	r.path = r.path[:len(r.path)-1]
	(*r.tree)[self].end = int32(r.base + r.pos) //nolint:gosec // at most 1 MiB
	return self
}

// belongsOutside says whether a property of the object around an array stands
// where an item should be: the array was not closed.
func (r *reader) belongsOutside(p *plan) bool {
	if len(r.plans) < 2 || r.stack[len(r.stack)-2] != '}' {
		return false
	}
	name, _, ok := r.roughKey(r.pos, r.plans[len(r.plans)-2])
	if !ok {
		return false
	}
	e := p.element()
	return e.nameless() || !e.knows(name)
}

// memberAhead says whether a property follows the comma here.
func (r *reader) memberAhead() bool {
	k := r.space(r.pos + 1)
	return r.keyAt(k, r.plans[len(r.plans)-2])
}

// item reads an item of an array. A property where an item should be is the
// first of an object without its opening brace.
func (r *reader) item(p *plan) (int32, bool) {
	start, fixes := r.pos, len(r.fixes)
	if end, ok := r.quotedKey(start, true); ok && end > 0 {
		return r.object(p, true), true
	}
	n, ok := r.value(inArray, p)
	if !ok && r.pos == start { // nothing can be read here
		r.fixes = r.fixes[:fixes]
		r.pos++
	}
	return n, ok
}

// filler skips an ellipsis, or the marks of a fence, where a key or an item
// should be.
func (r *reader) filler() bool {
	for _, dots := range [...]string{"...", "…"} {
		if strings.HasPrefix(r.text[r.pos:], dots) {
			end := r.pos + len(dots)
			k := r.space(end)
			if k >= len(r.text) || strings.IndexByte(",]}", r.text[k]) >= 0 || r.newline(end, k) {
				r.fix("ellipsis", r.pos, dots, "")
				r.pos = end
				return true
			}
		}
	}
	if len(r.stack) > 0 && r.stack[len(r.stack)-1] == '}' && r.fenceAhead() {
		r.skipFence(true)
		return true
	}
	return false
}

func (r *reader) fenceAhead() bool {
	return strings.HasPrefix(r.text[r.pos:], "```")
}

// skipFence skips the opening of a fence that stands before a bracket, or any
// other run of backticks if it must.
func (r *reader) skipFence(must bool) {
	end := r.pos + 3
	for end < len(r.text) && (isWord(r.text[end]) || r.text[end] == '`') {
		end++
	}
	k := r.space(end)
	if k >= len(r.text) || r.text[k] == '{' || r.text[k] == '[' || r.stack != nil && (r.text[k] == '}' || r.text[k] == ']') {
		r.fix("fence", r.pos, r.text[r.pos:end], "")
		r.pos = k
	} else if must {
		r.fix("fence", r.pos, r.text[r.pos:end], "")
		r.pos = end
	}
}
