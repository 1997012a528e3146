package validate

import (
	"math"
	"regexp"
	"strconv"
	"unicode/utf8"
)

// A typeSet is a set of JSON types.
type typeSet uint8

const (
	typeNull typeSet = 1 << iota
	typeBool
	typeInteger
	typeNumber
	typeString
	typeArray
	typeObject
	typeAny = 1<<iota - 1
)

//archtest:table types by name, only read
var typeNames = map[string]typeSet{
	"null": typeNull, "boolean": typeBool, "integer": typeInteger, "number": typeNumber,
	"string": typeString, "array": typeArray, "object": typeObject,
}

// A plan is a schema compiled for fitting values to it. It knows the keywords
// that tell what a value should look like; the gate knows all of them and has
// the last word. Plans of recursive schemas refer to themselves.
type plan struct {
	types    typeSet
	union    []*plan // alternatives
	allowed  []choice
	props    []property
	byName   map[string]int
	byFold   map[string]int // -1 where two properties fold to the same
	required int
	missing  []string // required and not a property
	patterns []patternPlan
	orNull   bool  // one of the alternatives is null
	closed   bool  // no other properties
	others   *plan // of other properties, nil for any
	keys     *plan // of property names
	prefix   []*plan
	items    *plan
	min, max float64
	minLen   int
	maxLen   int
	minItems int
	maxItems int
	pattern  *regexp.Regexp

	// known are the folded names of all properties that an object here may
	// have, in whatever alternative: they tell structure from text.
	known map[string]bool
}

type property struct {
	name     string
	plan     *plan
	required bool
}

type patternPlan struct {
	re   *regexp.Regexp
	plan *plan
}

// A choice is one of the values of an enum, or a const.
type choice struct {
	kind   kind
	text   string
	folded string // of a string
	tight  string // folded, without spaces
}

// split makes alternatives of a plan that allows composed values of several
// types, and takes null out of the alternatives.
func (p *plan) split() {
	if p.union == nil {
		composed := p.types & (typeArray | typeObject)
		rest := p.types &^ (composed | typeNull)
		if p.types == typeAny || composed == 0 || composed&(composed-1) == 0 && rest == 0 {
			return
		}
		for _, t := range [...]typeSet{typeObject, typeArray, rest} {
			if p.types&t == 0 {
				continue
			}
			q := *p
			q.types = p.types & t
			p.union = append(p.union, &q)
		}
		return
	}
	kept := p.union[:0:0]
	for _, q := range p.union {
		if q.types == typeNull {
			p.orNull = true
			continue
		}
		kept = append(kept, q)
	}
	p.union = kept
}

// settle computes the types of alternatives, which may have been incomplete
// when their parent was compiled.
func (p *plan) settle(open map[*plan]bool) typeSet {
	if open[p] || len(p.union) == 0 {
		return p.types
	}
	open[p] = true
	var types typeSet
	if p.orNull {
		types = typeNull
	}
	for _, q := range p.union {
		types |= q.settle(open)
	}
	p.types &= types
	return p.types
}

// learn collects the known names of a plan and of all plans inside.
func (p *plan) learn(open map[*plan]bool) {
	if p == nil || open[p] {
		return
	}
	open[p] = true
	p.settle(map[*plan]bool{})
	if p.known == nil && (len(p.props) > 0 || len(p.union) > 0) {
		p.known = map[string]bool{}
		p.names(p.known, map[*plan]bool{})
	}
	for _, q := range p.union {
		q.learn(open)
	}
	for _, pr := range p.props {
		pr.plan.learn(open)
	}
	for _, pp := range p.patterns {
		pp.plan.learn(open)
	}
	for _, q := range p.prefix {
		q.learn(open)
	}
	p.items.learn(open)
	p.others.learn(open)
}

func (p *plan) names(known map[string]bool, open map[*plan]bool) {
	if open[p] {
		return
	}
	open[p] = true
	for folded := range p.byFold {
		known[folded] = true
	}
	for _, q := range p.union {
		q.names(known, open)
	}
}

// inside is the plan of a property as far as the reader needs one: nil if
// alternatives disagree.
func (p *plan) inside(key string) *plan {
	if p == nil {
		return nil
	}
	if i, ok := p.byName[key]; ok {
		return p.props[i].plan
	}
	if i, ok := p.byFold[tight(fold(key))]; ok && i >= 0 {
		return p.props[i].plan
	}
	var found *plan
	for _, q := range p.union {
		r := q.inside(key)
		switch {
		case r == nil:
		case found == nil:
			found = r
		case found.types != r.types:
			return nil
		}
	}
	if found == nil {
		return p.others
	}
	return found
}

// element is the plan of an item as far as the reader needs one.
func (p *plan) element() *plan {
	if p == nil || p.items != nil {
		if p != nil {
			return p.items
		}
		return nil
	}
	for _, q := range p.union {
		if q.items != nil {
			return q.items
		}
	}
	return nil
}

// textOnly says whether nothing but a string will do.
func (p *plan) textOnly() bool {
	return p != nil && p.types&^typeNull == typeString && p.types != 0
}

// listOnly says whether nothing but an array will do.
func (p *plan) listOnly() bool {
	return p != nil && p.types&^typeNull == typeArray && p.types != 0
}

// knows says whether a key is one of the properties.
func (p *plan) knows(key string) bool {
	return p != nil && p.known[tight(fold(key))]
}

// nameless says that no property is known.
func (p *plan) nameless() bool { return p == nil || len(p.known) == 0 }

// fits checks the bounds of a string.
func (p *plan) fitsText(s string) bool {
	if p.minLen > 0 || p.maxLen < math.MaxInt {
		if n := utf8.RuneCountInString(s); n < p.minLen || n > p.maxLen {
			return false
		}
	}
	return p.pattern == nil || p.pattern.MatchString(s)
}

// fitsNumber checks the bounds of a number.
func (p *plan) fitsNumber(s string) bool {
	if math.IsInf(p.min, -1) && math.IsInf(p.max, 1) {
		return true
	}
	f, err := strconv.ParseFloat(s, 64)
	return err == nil && f >= p.min && f <= p.max
}
