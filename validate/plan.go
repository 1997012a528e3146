package validate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
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

// planner compiles plans.
type planner struct {
	root  any
	plans map[string]*plan // by reference
	count int
}

// newPlan compiles a schema that the gate has accepted.
func newPlan(schema []byte) (*plan, error) {
	d := json.NewDecoder(bytes.NewReader(schema))
	d.UseNumber()
	var root any
	if err := d.Decode(&root); err != nil {
		return nil, fmt.Errorf("validate: schema: %w", err)
	}
	b := planner{root: root, plans: map[string]*plan{}}
	p := b.compile(root, 0)
	for _, q := range b.plans {
		q.learn(map[*plan]bool{})
	}
	p.learn(map[*plan]bool{})
	return p, nil
}

func anything() *plan {
	return &plan{types: typeAny, min: math.Inf(-1), max: math.Inf(1), maxLen: math.MaxInt, maxItems: math.MaxInt}
}

func (b *planner) compile(schema any, depth int) *plan {
	p := anything()
	if b.count++; b.count > 100*maxNodes || depth > 500 {
		return p // the gate checks alone
	}
	if m, ok := schema.(map[string]any); ok {
		for _, key := range [...]string{"$ref", "$dynamicRef"} {
			if ref, ok := m[key].(string); ok {
				return b.ref(ref, depth)
			}
		}
	}
	b.fill(p, schema, depth)
	return p
}

func (b *planner) fill(p *plan, schema any, depth int) {
	m, ok := schema.(map[string]any)
	if !ok {
		return
	}
	if ref, ok := m["$ref"].(string); ok { // of a reference to a reference
		p.union = []*plan{b.ref(ref, depth+1)}
		return
	}
	if all, ok := m["allOf"].([]any); ok && len(all) == 1 && m["type"] == nil && m["properties"] == nil {
		b.fill(p, all[0], depth+1)
		return
	}
	b.types(p, m)
	for _, key := range [...]string{"anyOf", "oneOf"} {
		alternatives, _ := m[key].([]any)
		if m["properties"] != nil {
			break
		}
		for _, s := range alternatives {
			p.union = append(p.union, b.compile(s, depth+1))
		}
	}
	b.values(p, m)
	b.object(p, m, depth)
	b.array(p, m, depth)
	bounds(p, m)
	p.split()
}

func (b *planner) types(p *plan, m map[string]any) {
	switch t := m["type"].(type) {
	case string:
		p.types = typeNames[t]
	case []any:
		p.types = 0
		for _, name := range t {
			if name, ok := name.(string); ok {
				p.types |= typeNames[name]
			}
		}
	default:
		switch {
		case m["properties"] != nil || m["required"] != nil:
			p.types = typeObject
		case m["items"] != nil || m["prefixItems"] != nil:
			p.types = typeArray
		}
	}
	if p.types&typeNumber != 0 {
		p.types |= typeInteger
	}
}

// ref finds what a reference names, once.
func (b *planner) ref(ref string, depth int) *plan {
	if p, ok := b.plans[ref]; ok {
		return p
	}
	p := anything()
	b.plans[ref] = p
	fragment, ok := strings.CutPrefix(ref, "#")
	if !ok {
		return p
	}
	target := lookup(b.root, unquote(fragment))
	if fragment != "" && target == nil {
		return p
	}
	b.fill(p, target, depth+1)
	return p
}

func (b *planner) values(p *plan, m map[string]any) {
	list, ok := m["enum"].([]any)
	if c, has := m["const"]; has {
		list, ok = []any{c}, true
	}
	if !ok {
		return
	}
	var types typeSet
	for _, v := range list {
		c := choice{}
		switch v := v.(type) {
		case nil:
			c.kind, types = kindNull, types|typeNull
		case bool:
			c.kind, c.text, types = kindBool, strconv.FormatBool(v), types|typeBool
		case json.Number:
			c.kind, c.text, types = kindNumber, v.String(), types|typeNumber|typeInteger
		case string:
			c.kind, c.text, types = kindString, v, types|typeString
			c.folded = fold(v)
			c.tight = tight(c.folded)
		default:
			return // composed values: the gate compares
		}
		p.allowed = append(p.allowed, c)
	}
	p.types &= types
}

func (b *planner) object(p *plan, m map[string]any, depth int) {
	properties, _ := m["properties"].(map[string]any)
	required, _ := m["required"].([]any)
	p.byName, p.byFold = map[string]int{}, map[string]int{}
	names := make([]string, 0, len(properties))
	for name := range properties {
		names = append(names, name)
	}
	slices.Sort(names)
	for i, name := range names {
		p.props = append(p.props, property{name: name, plan: b.compile(properties[name], depth+1)})
		p.byName[name] = i
		folded := tight(fold(name))
		if _, twice := p.byFold[folded]; twice {
			i = -1
		}
		p.byFold[folded] = i
	}
	for _, r := range required {
		name, _ := r.(string)
		if i, ok := p.byName[name]; ok {
			p.props[i].required = true
			p.required++
		} else {
			p.missing = append(p.missing, name)
		}
	}
	for _, key := range [...]string{"additionalProperties", "unevaluatedProperties"} {
		switch s := m[key].(type) {
		case bool:
			p.closed = p.closed || !s
		case map[string]any:
			p.others = b.compile(s, depth+1)
		}
	}
	if s, ok := m["propertyNames"].(map[string]any); ok {
		p.keys = b.compile(s, depth+1)
	}
	patterns, _ := m["patternProperties"].(map[string]any)
	for text, s := range patterns {
		if re, err := regexp.Compile(text); err == nil {
			p.patterns = append(p.patterns, patternPlan{re, b.compile(s, depth+1)})
		}
	}
	slices.SortFunc(p.patterns, func(a, b patternPlan) int { return strings.Compare(a.re.String(), b.re.String()) })
}

func (b *planner) array(p *plan, m map[string]any, depth int) {
	prefix, _ := m["prefixItems"].([]any)
	for _, s := range prefix {
		p.prefix = append(p.prefix, b.compile(s, depth+1))
	}
	if s, ok := m["items"].(map[string]any); ok {
		p.items = b.compile(s, depth+1)
	}
}

func bounds(p *plan, m map[string]any) {
	number := func(key string) (float64, bool) {
		n, ok := m[key].(json.Number)
		f, err := n.Float64()
		return f, ok && err == nil
	}
	if f, ok := number("minimum"); ok {
		p.min = f
	}
	if f, ok := number("exclusiveMinimum"); ok {
		p.min = max(p.min, math.Nextafter(f, math.Inf(1)))
	}
	if f, ok := number("maximum"); ok {
		p.max = f
	}
	if f, ok := number("exclusiveMaximum"); ok {
		p.max = min(p.max, math.Nextafter(f, math.Inf(-1)))
	}
	for key, to := range map[string]*int{"minLength": &p.minLen, "maxLength": &p.maxLen, "minItems": &p.minItems, "maxItems": &p.maxItems} {
		if f, ok := number(key); ok && f < math.MaxInt32 {
			*to = int(f)
		}
	}
	if s, ok := m["pattern"].(string); ok {
		p.pattern, _ = regexp.Compile(s)
	}
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
