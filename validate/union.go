package validate

import (
	"bytes"
)

// choose fits a value to the alternative that it means: the one whose constant
// properties it has, or else the one that changes it least. If two change it
// equally and differently, that is for the model to decide, not for us.
func (c *coercer) choose(n int32, p *plan) fit {
	if c.in[n].kind == kindNull && p.types&typeNull != 0 {
		return fit{out: c.out.add(node{kind: kindNull, text: "null", off: c.in[n].off, end: c.in[n].end})}
	}
	if c.in[n].kind == kindBare && p.types&typeNull != 0 {
		if k, _ := literal(c.in[n].text); k == kindNull {
			return fit{out: c.out.add(node{kind: kindNull, text: "null", off: c.in[n].off, end: c.in[n].end})}
		}
	}
	m := c.mark()
	var best struct {
		fit

		fixes  []Fix
		tie    bool
		exists bool
	}
	try := func(q *plan) {
		f := c.fit(n, q)
		switch {
		case f.bad > 0:
		case !best.exists || f.cost < best.cost:
			best.fit, best.exists, best.tie = f, true, false
			best.fixes = append(best.fixes[:0], c.fixes[m.fixes:]...)
		case f.cost == best.cost && !bytes.Equal(c.out.appendJSON(nil, f.out), c.out.appendJSON(nil, best.out)):
			best.tie = true
		}
	}
	marked := c.discriminated(n, p)
	natural := c.naturals(n)
	for _, pass := range [...]bool{true, false} {
		for _, q := range p.union {
			if marked != nil && q != marked || q.types&natural != 0 != pass {
				continue
			}
			try(q)
			c.back(m)
			if best.exists && best.cost == 0 {
				break // as it is
			}
		}
		if best.exists {
			break
		}
	}
	switch {
	case !best.exists:
		return fit{bad: 1}
	case best.tie:
		c.issue("ambiguous", n, "a value that fits only one of the alternatives")
		best.bad = 1
		return best.fit
	}
	c.fixes = append(c.fixes, best.fixes...)
	return best.fit
}

// naturals are the types that a value has without any change.
func (c *coercer) naturals(n int32) typeSet {
	k, text := c.in[n].kind, c.in[n].text
	if k == kindBare {
		k, text = literal(text)
		if k == kindString {
			return typeString
		}
	}
	switch k {
	case kindNull:
		return typeNull
	case kindBool:
		return typeBool
	case kindNumber:
		if _, whole := integral(text); whole {
			return typeNumber | typeInteger
		}
		return typeNumber
	case kindArray:
		return typeArray
	case kindObject:
		return typeObject
	default:
		return typeString
	}
}

// discriminated finds the only alternative whose constant properties, of which
// it has at least one, the object has.
func (c *coercer) discriminated(n int32, p *plan) *plan {
	if c.in[n].kind != kindObject {
		return nil
	}
	var found *plan
	for _, q := range p.union {
		constants, hits := 0, 0
		for i := range q.props {
			if len(q.props[i].plan.allowed) != 1 || len(q.props[i].plan.union) > 0 {
				continue
			}
			constants++
			for m := c.in[n].child; m != 0; m = c.in[m].next {
				if at, ok := c.lookup(q, c.in[m].key); ok && at == i && c.means(m, q.props[i].plan) {
					hits++
				}
			}
		}
		if constants == 0 || hits < constants {
			continue
		}
		if found != nil {
			return nil
		}
		found = q
	}
	return found
}

// means says whether a value is the constant of a plan.
func (c *coercer) means(m int32, p *plan) bool {
	mark := c.mark()
	v := c.in[m]
	_, _, _, ok := c.pick(m, &v, p) //nolint:dogsled // only whether it is one
	c.back(mark)
	return ok && (v.kind != kindArray && v.kind != kindObject)
}
