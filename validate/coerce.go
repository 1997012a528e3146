package validate

import (
	"bytes"
	"strings"

	"github.com/makeready-go/makeready"
)

// The costs by which alternatives are compared: what changes the spelling is
// cheap, what changes the form is dearer, what leaves words out is dearest.
const (
	costSpelling = 1
	costForm     = 3
	costDrop     = 5
	costWords    = 8
)

// A coercer fits one tree to a plan and writes the result behind another. It
// never changes what it reads, so alternatives can be tried and forgotten.
type coercer struct {
	in, out tree
	level   Level
	fixes   []Fix
	issues  []makeready.Issue // what the gate could not find out
	path    []step
	steps   int  // left
	mixed   bool // the value stands beside lists
	nested  int  // how often text was found to be encoded JSON
}

// A fit is how well a value fits its plan.
type fit struct {
	out  int32 // 0 if nothing was made of the value
	cost int
	bad  int // rules that are broken as far as the plan knows
}

// fixing is a state to return to.
type fixing struct{ fixes, issues, path int }

func (c *coercer) mark() fixing { return fixing{len(c.fixes), len(c.issues), len(c.path)} }

func (c *coercer) back(m fixing) {
	c.fixes, c.issues, c.path = c.fixes[:m.fixes], c.issues[:m.issues], c.path[:m.path]
}

func (c *coercer) pointer() string { return pointerTo(c.path) }

func (c *coercer) fix(kind string, n int32, from, to string) {
	if len(c.fixes) < maxFixes {
		c.fixes = append(c.fixes, Fix{Kind: kind, Path: c.pointer(), Offset: int(c.in[n].off), From: clip(from, maxGot), To: clip(to, maxGot)})
	}
}

func (c *coercer) issue(code string, n int32, want string) {
	is := makeready.Issue{Path: c.pointer(), Code: code, Got: c.short(n), Want: want}
	if last := len(c.issues) - 1; last < 0 || last+1 < maxIssues && c.issues[last] != is { // what is tried twice is found twice
		c.issues = append(c.issues, is)
	}
}

// short is a node in an error: few bytes of it.
func (c *coercer) short(n int32) string {
	switch v := &c.in[n]; v.kind {
	case kindArray, kindObject:
		return ""
	case kindString, kindBare:
		return compact(v.text)
	default:
		return clip(v.text, maxGot)
	}
}

// fit fits node n to plan p.
func (c *coercer) fit(n int32, p *plan) fit {
	if c.steps--; c.steps < 0 {
		return fit{bad: 1}
	}
	if p == nil {
		return c.copy(n)
	}
	if len(p.union) > 0 {
		return c.choose(n, p)
	}
	m := c.mark()
	mixed := c.mixed
	c.mixed = false
	f := c.direct(n, p)
	if f.bad == 0 || c.level != Coerce {
		return f
	}
	issues := append([]makeready.Issue(nil), c.issues[m.issues:]...)
	fixes := append([]Fix(nil), c.fixes[m.fixes:]...)
	c.mixed = mixed
	g, ok := c.reshaped(n, p, m)
	c.mixed = false
	if ok {
		return g
	}
	c.back(m)
	c.issues, c.fixes = append(c.issues, issues...), append(c.fixes, fixes...)
	return f
}

// kept is the node of a fit: the value as it is, if nothing was made of it.
func (c *coercer) kept(n int32, f fit) int32 {
	if f.out == 0 && f.bad > 0 {
		return c.copy(n).out
	}
	return f.out
}

// direct fits a value without changing its form.
func (c *coercer) direct(n int32, p *plan) fit {
	switch c.in[n].kind {
	case kindObject:
		if p.types&typeObject == 0 {
			return fit{bad: 1}
		}
		return c.object(n, p)
	case kindArray:
		if p.types&typeArray == 0 {
			return fit{bad: 1}
		}
		return c.array(n, p)
	default:
		return c.scalar(n, p)
	}
}

// reshaped tries other forms: the only item of a list, JSON encoded in a text,
// the only value of a wrapper, a list of one.
func (c *coercer) reshaped(n int32, p *plan, m fixing) (fit, bool) { //nolint:gocyclo // one form after the other
	v := &c.in[n]
	mixed := c.mixed
	c.mixed = false
	try := func(kind string, inner int32, q *plan, list bool) (fit, bool) {
		c.back(m)
		c.fix(kind, n, "", "")
		self := int32(0)
		if list {
			self = c.out.add(node{kind: kindArray, off: c.in[n].off, end: c.in[n].end})
			c.path = append(c.path, step{"", 0})
		}
		f := c.fit(inner, q)
		c.path = c.path[:m.path]
		if list {
			link := chainer{parent: self}
			link.link(c.out, f.out)
			f.out = self
		}
		f.cost += costForm
		return f, f.bad == 0
	}
	switch {
	case v.kind == kindArray && v.size == 1 && p.types&typeArray == 0:
		if f, ok := try("list_of_one", v.child, p, false); ok {
			return f, true
		}
	case v.kind == kindString && p.types&(typeObject|typeArray) != 0 && p.types&typeString == 0:
		if inner, ok := c.decode(n); ok {
			if f, ok := try("encoded_json", inner, p, false); ok {
				return f, true
			}
		}
	}
	if !mixed && p.types&typeArray != 0 && v.kind != kindArray && v.kind != kindNull && p.prefix == nil && p.minItems <= 1 {
		if f, ok := try("value_to_list", n, p.items, true); ok && (p.items != nil || v.kind != kindObject) {
			return f, true
		}
	}
	v = &c.in[n]
	if v.kind == kindObject && v.size == 1 && len(c.path) < maxDepth {
		inner := c.in[v.child].kind // of a word or a number in a wrapper nobody knows what it says
		_, own := c.lookup(p, c.in[v.child].key)
		if !own && !disowns(c.in[v.child].key) && (inner == kindObject && p.types&typeObject != 0 || inner == kindArray && p.types&typeArray != 0) {
			if f, ok := try("wrapper", v.child, p, false); ok {
				return f, true
			}
		}
	}
	return fit{}, false
}

// disowns says whether the key of a wrapper says that what it holds is no
// answer.
func disowns(key string) bool {
	for word := range strings.FieldsSeq(fold(key)) {
		switch word {
		case "error", "errors", "example", "examples", "invalid", "previous", "draft", "input", "request", "schema", "wrong", "not", "if", "old", "bad":
			return true
		}
	}
	return false
}

// decode reads a text that holds JSON.
func (c *coercer) decode(n int32) (int32, bool) {
	text := strings.TrimSpace(c.in[n].text)
	at := strings.IndexAny(text, "{[")
	if at < 0 || at > 20 || at > 0 && !strings.HasPrefix(text, "```") || c.nested >= 3 {
		return 0, false
	}
	c.nested++
	defer func() { c.nested-- }()
	c.steps -= len(text) / 8
	m := len(c.in)
	if root, ok := readStrict(text[at:], &c.in); ok {
		c.move(m, int(c.in[n].off))
		return root, true
	}
	c.in = c.in[:m]
	return 0, false // two layers of damage leave too much to guess
}

// move gives nodes that were read from a text inside of the text its offset.
func (c *coercer) move(from, offset int) {
	for i := from; i < len(c.in); i++ {
		c.in[i].off, c.in[i].end = int32(offset), int32(offset) //nolint:gosec // at most 1 MiB
	}
}

// copy takes a value over as it is. Text without quotes becomes what it looks
// like.
func (c *coercer) copy(n int32) fit {
	v := c.in[n]
	c.steps--
	self := c.out.add(node{kind: v.kind, text: v.text, off: v.off, end: v.end})
	f := fit{out: self}
	switch v.kind {
	case kindNumber:
		if v.huge {
			c.issue("number_range", n, hugeWant)
			f.bad++
		}
	case kindBare:
		c.out[self].kind, c.out[self].text = literal(v.text)
	case kindArray, kindObject:
		list := chainer{parent: self}
		seen := keySet{}
		for i := v.child; i != 0; i = c.in[i].next {
			c.push(i, v.kind, list)
			if v.kind == kindObject {
				if before, twice := seen.add(c.in[i].key, i, int(v.size)); twice {
					f.bad += c.twice(before, i)
					c.path = c.path[:len(c.path)-1]
					continue
				}
			}
			g := c.copy(i)
			f.bad += g.bad
			c.out[g.out].key = c.in[i].key
			list.link(c.out, g.out)
			c.path = c.path[:len(c.path)-1]
		}
	default: // it is whole
	}
	return f
}

func (c *coercer) push(i int32, in kind, list chainer) {
	if in == kindObject {
		key := c.in[i].key
		if len(key) > maxKey {
			key = clip(key, maxKey)
		}
		c.path = append(c.path, step{key, -1})
		return
	}
	c.path = append(c.path, step{"", int(c.out[list.parent].size)})
}

// twice handles a key that is given again: equal values are one value.
func (c *coercer) twice(before, again int32) int {
	if c.level != Strict && bytes.Equal(c.in.appendJSON(nil, before), c.in.appendJSON(nil, again)) {
		c.fix("repeated_key", again, c.in[again].key, "")
		return 0
	}
	if len(c.issues) < maxIssues {
		c.issues = append(c.issues, makeready.Issue{Path: c.pointer(), Code: "duplicate_key", Want: "each key once"})
	}
	return 1
}

// A keySet finds keys that are given twice, without a map for small objects.
type keySet struct {
	few [12]struct {
		key string
		n   int32
	}
	used int
	many map[string]int32
}

func (s *keySet) add(key string, n int32, size int) (before int32, twice bool) {
	if size > len(s.few) {
		if s.many == nil {
			s.many = make(map[string]int32, size)
		}
		before, twice = s.many[key]
		if !twice {
			s.many[key] = n
		}
		return before, twice
	}
	for i := range s.used {
		if s.few[i].key == key {
			return s.few[i].n, true
		}
	}
	s.few[s.used].key, s.few[s.used].n = key, n
	s.used++
	return 0, false
}

func (c *coercer) array(n int32, p *plan) fit {
	v := c.in[n]
	self := c.out.add(node{kind: kindArray, off: v.off, end: v.end})
	f := fit{out: self}
	list := chainer{parent: self}
	mixed := false // lists and others: a value beside lists is the rest of a list rather than one
	for i := v.child; i != 0; i = c.in[i].next {
		mixed = mixed || c.in[i].kind == kindArray
	}
	for i, at := v.child, 0; i != 0; i, at = c.in[i].next, at+1 {
		c.path = append(c.path, step{"", at})
		c.mixed = mixed
		item := p.items
		if at < len(p.prefix) {
			item = p.prefix[at]
		}
		g := c.fit(i, item)
		f.cost += g.cost
		f.bad += g.bad
		list.link(c.out, c.kept(i, g))
		c.path = c.path[:len(c.path)-1]
	}
	if int(v.size) < p.minItems || int(v.size) > p.maxItems {
		f.bad++
	}
	return f
}
