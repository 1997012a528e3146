package validate

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
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

// outer is the plan of the object that is being read, if that is the innermost
// of what is open.
func (r *reader) outer() *plan {
	if n := len(r.stack); n > 0 && r.stack[n-1] == '}' {
		return r.plans[n-1]
	}
	return nil
}

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
