package template

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// mapping returns the values of a mapping by key, without those that are null.
// Unknown keys are reported.
func (d *document) mapping(n *yaml.Node, what string, known []string) map[string]*yaml.Node {
	if n.Kind != yaml.MappingNode {
		d.reportAtf(n, "%s must be a mapping of keys to values, not %s", what, kindName(n))
		return nil
	}
	values := make(map[string]*yaml.Node, len(n.Content)/2)
	for i := 0; i < len(n.Content) && len(d.problems) <= maxProblems; i += 2 {
		key, v := n.Content[i], n.Content[i+1]
		switch {
		case !slices.Contains(known, key.Value):
			d.reportAtf(key, "unknown key %s in %s%s", quote(key.Value), what, didYouMean(key.Value, known))
		case v.ShortTag() != "!!null":
			values[key.Value] = v
		}
	}
	return values
}

// list returns the items of a list.
func (d *document) list(n *yaml.Node, what string) []*yaml.Node {
	if n.Kind != yaml.SequenceNode {
		d.reportAtf(n, "%s must be a list, not %s", what, kindName(n))
		return nil
	}
	return n.Content
}

// scalar returns the text of a value exactly as it is written: an unquoted
// 2.10 stays "2.10". It returns "" for a missing node and after a report.
func (d *document) scalar(n *yaml.Node, what string) string {
	switch {
	case n == nil:
		return ""
	case n.Kind != yaml.ScalarNode:
		d.reportAtf(n, "%s must be text, not %s; quote it if it begins with a brace or a bracket", what, kindName(n))
		return ""
	case n.ShortTag() == "!!null":
		d.reportAtf(n, "%s is empty", what)
		return ""
	}
	return n.Value
}

// required is scalar for a value inside of owner that must say something.
func (d *document) required(n, owner *yaml.Node, what string) string {
	switch s := d.scalar(n, what); {
	case n == nil:
		d.reportAtf(owner, "%s is missing", what)
	case n.Kind == yaml.ScalarNode && n.ShortTag() != "!!null" && strings.TrimSpace(s) == "":
		d.reportAtf(n, "%s is empty", what)
	default:
		return s
	}
	return ""
}

// oneOf returns the index in allowed of a value's text, or -1 after a report.
func (d *document) oneOf(n *yaml.Node, what string, allowed []string) int {
	i := slices.Index(allowed, d.scalar(n, what))
	if i < 0 && n.Kind == yaml.ScalarNode {
		d.reportAtf(n, "%s must be one of %s, not %s", what, strings.Join(allowed, ", "), quote(n.Value))
	}
	return i
}

// boolean returns a value that is written as true or false.
func (d *document) boolean(n *yaml.Node, what string) bool {
	if n.ShortTag() != "!!bool" {
		d.reportAtf(n, "%s must be true or false", what)
		return false
	}
	return strings.EqualFold(n.Value, "true")
}

// number reads a number within a closed range. A missing node is no number.
func (d *document) number(n *yaml.Node, what string, low, high float64) (float64, bool) {
	if n == nil {
		return 0, false
	}
	var f float64
	tag := n.ShortTag()
	switch {
	case tag != "!!int" && tag != "!!float" || n.Decode(&f) != nil:
		d.reportAtf(n, "%s must be a number, without quotes", what)
	case !(f >= low && f <= high): // also if it is not a number
		if high == math.MaxFloat64 {
			d.reportAtf(n, "%s must be a finite number", what)
		} else {
			d.reportAtf(n, "%s must be between %v and %v", what, low, high)
		}
	default:
		return f, true
	}
	return 0, false
}

// integer is number for whole numbers.
func (d *document) integer(n *yaml.Node, what string, low, high int64) (int64, bool) {
	if n == nil {
		return 0, false
	}
	var i int64
	switch {
	case n.ShortTag() != "!!int" || n.Decode(&i) != nil:
		d.reportAtf(n, "%s must be a whole number, without quotes", what)
	case i < low || i > high:
		d.reportAtf(n, "%s must be between %d and %d", what, low, high)
	default:
		return i, true
	}
	return 0, false
}

func kindName(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.ShortTag() == "!!null":
		return "nothing"
	default:
		return "text"
	}
}

// clip shortens what an error repeats of a file.
func clip(s string) string {
	for i := range s {
		if i >= maxQuoted*2 {
			return s[:i] + "…"
		}
	}
	return s
}

func quote(s string) string {
	if r := []rune(s[:min(len(s), 4*maxQuoted+4)]); len(r) > maxQuoted {
		return strconv.Quote(string(r[:maxQuoted])) + "…"
	}
	return strconv.Quote(s)
}
