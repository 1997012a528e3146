package validate

import (
	"strconv"

	"github.com/makeready-go/makeready"
)

// lookup finds the property that a key means: the one of this name, or else the
// only one whose name is spelled alike.
func (c *coercer) lookup(p *plan, key string) (index int, ok bool) {
	if i, ok := p.byName[key]; ok {
		return i, true
	}
	if c.level != Coerce || len(key) > maxKey {
		return 0, false
	}
	i, ok := p.byFold[tight(fold(key))]
	return i, ok && i >= 0
}

// object fits the properties of an object.
func (c *coercer) object(n int32, p *plan) fit {
	v := c.in[n]
	self := c.out.add(node{kind: kindObject, off: v.off, end: v.end})
	f := fit{out: self}
	list := chainer{parent: self}
	var few [24]int32
	slots := few[:]
	if len(p.props) > len(few) {
		slots = make([]int32, len(p.props))
	}
	// A key that is spelled as the schema does wins over one that is not.
	for i := v.child; i != 0; i = c.in[i].next {
		if at, ok := p.byName[c.in[i].key]; ok && slots[at] == 0 {
			slots[at] = i
		}
	}
	seen := keySet{}
	found := 0
	for i := v.child; i != 0; i = c.in[i].next {
		c.push(i, kindObject, list)
		at, ok := c.lookup(p, c.in[i].key)
		g := fit{}
		switch {
		case !ok:
			g = c.other(n, i, p, &seen)
		case slots[at] != 0 && slots[at] != i:
			f.bad += c.twice(slots[at], i)
		default:
			slots[at] = i
			g = c.property(i, &p.props[at])
			if g.out != 0 && p.props[at].required {
				found++
			}
		}
		f.cost += g.cost
		f.bad += g.bad
		if g.out != 0 {
			list.link(c.out, g.out)
		}
		c.path = c.path[:len(c.path)-1]
	}
	f.bad += p.required - found
	for _, name := range p.missing {
		has := false
		for i := c.out[self].child; i != 0; i = c.out[i].next {
			has = has || c.out[i].key == name
		}
		if !has {
			f.bad++
		}
	}
	return f
}

// property fits the value of a property. There is no value if it is left out.
func (c *coercer) property(i int32, pr *property) fit {
	key := c.in[i].key
	m := c.mark()
	g := c.fit(i, pr.plan)
	if g.bad > 0 && !pr.required && c.level == Coerce && c.absent(i) && pr.plan.types&typeNull == 0 {
		c.back(m)
		c.fix("null_optional", i, "null", "")
		return fit{cost: costSpelling}
	}
	g.out = c.kept(i, g)
	if key != pr.name {
		c.fix("key", i, key, pr.name)
		g.cost += costSpelling
	}
	c.out[g.out].key = pr.name
	return g
}

// absent says whether a value stands for no value.
func (c *coercer) absent(i int32) bool {
	v := &c.in[i]
	if v.kind == kindBare {
		k, _ := literal(v.text)
		return k == kindNull
	}
	return v.kind == kindNull
}

// other fits a property that the schema does not name.
func (c *coercer) other(n, i int32, p *plan, seen *keySet) fit {
	key := c.in[i].key
	if before, twice := seen.add(key, i, int(c.in[n].size)); twice {
		return fit{bad: c.twice(before, i)}
	}
	if len(key) > maxKey {
		c.issues = append(c.issues, keyIssue(c.pointer()))
		return fit{bad: 1}
	}
	name := key
	g := fit{}
	matched := false
	for _, pp := range p.patterns {
		if pp.re.MatchString(key) {
			g, matched = c.fit(i, pp.plan), true
			break
		}
	}
	switch {
	case matched:
	case p.closed && c.level == Coerce:
		c.fix("extra_property", i, key, "")
		return fit{cost: costDrop}
	case p.closed:
		g = c.copy(i)
		g.bad++
	default:
		g = c.fit(i, p.others)
	}
	g.out = c.kept(i, g)
	if p.keys != nil && len(p.keys.allowed) > 0 {
		if to, cost, ok := p.keys.pick(key, c.level); ok {
			if cost > 0 {
				c.fix("key", i, key, to.text)
			}
			name, g.cost = to.text, g.cost+cost
		} else {
			g.bad++
		}
	}
	c.out[g.out].key = name
	return g
}

// keyIssue refuses a key that is too long to be repeated in paths.
func keyIssue(path string) makeready.Issue {
	return makeready.Issue{Path: path, Code: "size", Want: "keys of at most " + strconv.Itoa(maxKey) + " bytes"}
}
