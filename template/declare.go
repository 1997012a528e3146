package template

import (
	"math"
	"reflect"

	"go.yaml.in/yaml/v3"

	"github.com/makeready-go/makeready"
)

var (
	variableKeys  = []string{"type", "required", "default", "trust", "format", "origin", "description"} //archtest:table keys of the file format
	parameterKeys = []string{"temperature", "top_p", "max_tokens", "seed", "stop"}                      //archtest:table keys of the file format
	trustNames    = []string{"untrusted", "trusted"}                                                    //archtest:table words of the file format
	originNames   = []string{"user", "retrieved", "tool", "model"}                                      //archtest:table words of the file format
)

// The ranges of parameters. They are the widest that a provider documents; a
// provider may allow less.
const (
	maxTemperature = 2
	maxOutput      = 10_000_000 // tokens
)

// variables reads the declarations. Without the key, variables are inferred.
func (c *compiler) variables() {
	var n *yaml.Node
	for i := 0; i < len(c.root.Content); i += 2 {
		if c.root.Content[i].Value == "variables" {
			n = c.root.Content[i+1]
		}
	}
	if n == nil {
		return
	}
	c.declared = true
	if c.nodes["variables"] == nil { // the key alone
		return
	}
	if n.Kind != yaml.MappingNode {
		c.reportAtf(n, "variables must be a mapping of names to declarations, not %s", kindName(n))
		return
	}
	for i := 0; i < len(n.Content); i += 2 {
		c.declare(n.Content[i], n.Content[i+1])
	}
}

func (c *compiler) declare(key, n *yaml.Node) {
	v := variable{name: key.Value, typ: stringType, at: position{key.Line, key.Column}}
	switch {
	case !isName(v.name):
		c.reportAtf(key, "%s is no name of a variable: use letters, digits and underscores", quote(v.name))
		return
	case v.name == slotNameExamples && c.nodes["examples"] != nil:
		c.reportAtf(key, "{examples} is the place of the file's examples: a variable needs another name")
		return
	}
	var m map[string]*yaml.Node
	if n.ShortTag() != "!!null" { // a name alone is a required untrusted string
		m = c.mapping(n, "a variable", variableKeys)
	}
	if t := m["type"]; t != nil {
		if i := c.oneOf(t, "type", varTypeNames[1:]); i >= 0 {
			v.typ = varType(i + 1) //nolint:gosec // five names
		}
	}
	plain := v.typ == numberType || v.typ == boolType
	if t := m["trust"]; t != nil {
		v.trusted = c.oneOf(t, "trust", trustNames) == 1
		if plain {
			c.reportAtf(t, "trust is for strings and lists: a %s cannot carry text", varTypeNames[v.typ])
		}
	}
	if t := m["origin"]; t != nil {
		if i := c.oneOf(t, "origin", originNames); i >= 0 {
			v.origin = makeready.Origin(i) //nolint:gosec // four names
		}
		if plain || v.trusted {
			c.reportAtf(t, "origin is for untrusted text")
		}
	}
	if t := m["format"]; t != nil {
		if i := c.oneOf(t, "format", listFormatNames); i >= 0 {
			v.format = listFormat(i) //nolint:gosec // five names
		}
		if v.typ != listType {
			c.reportAtf(t, "format is for variables of type list")
		}
	}
	c.scalar(m["description"], "description")
	v.required = m["default"] == nil
	if t := m["required"]; t != nil {
		v.required = c.boolean(t, "required")
		if v.required && m["default"] != nil {
			c.reportAtf(t, "a required variable cannot have a default")
		}
	}
	if t := m["default"]; t != nil {
		v.fallback = c.fallback(t, v.typ)
	}
	c.addVariable(v)
}

// fallback reads a default. It is text of the file's author: trusted.
func (c *compiler) fallback(n *yaml.Node, t varType) value {
	v := value{trusted: true}
	switch t {
	case anyType, stringType:
		v.kind, v.text = textKind, c.scalar(n, "default")
	case listType:
		items := []string{}
		for _, item := range c.list(n, "default") {
			items = append(items, c.scalar(item, "an item of default"))
		}
		v.kind, v.v = listKind, reflect.ValueOf(items)
	case numberType:
		f, ok := c.number(n, "default", -math.MaxFloat64, math.MaxFloat64)
		if !ok {
			return value{}
		}
		v.kind, v.v = numberKind, reflect.ValueOf(f)
		var i int64
		if n.ShortTag() == "!!int" && n.Decode(&i) == nil {
			v.v = reflect.ValueOf(i)
		}
	case boolType:
		v.kind, v.v = boolKind, reflect.ValueOf(c.boolean(n, "default"))
	}
	return v
}

// parameters reads the sampling parameters. What is not given stays unset; a
// zero is a value.
func (c *compiler) parameters(n *yaml.Node) makeready.Params {
	var p makeready.Params
	if n == nil {
		return p
	}
	m := c.mapping(n, "parameters", parameterKeys)
	if f, ok := c.number(m["temperature"], "temperature", 0, maxTemperature); ok {
		p.Temperature = &f
	}
	if f, ok := c.number(m["top_p"], "top_p", 0, 1); ok {
		p.TopP = &f
	}
	if i, ok := c.integer(m["max_tokens"], "max_tokens", 1, maxOutput); ok {
		p.MaxTokens = int(i)
	}
	if i, ok := c.integer(m["seed"], "seed", math.MinInt64, math.MaxInt64); ok {
		p.Seed = &i
	}
	if stop := m["stop"]; stop != nil && stop.Kind == yaml.ScalarNode {
		p.Stop = []string{c.stop(stop)}
	} else if stop != nil {
		for _, item := range c.list(stop, "stop") {
			p.Stop = append(p.Stop, c.stop(item))
		}
	}
	return p
}

// stop reads one stop text; "\n\n" is a useful one.
func (c *compiler) stop(n *yaml.Node) string {
	s := c.scalar(n, "a stop text")
	if s == "" && n.Kind == yaml.ScalarNode {
		c.reportAtf(n, "a stop text cannot be empty")
	}
	return s
}
