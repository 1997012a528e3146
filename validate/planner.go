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
)

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
