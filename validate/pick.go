package validate

import (
	"strings"
	"unicode/utf8"
)

// pick finds the allowed value that a scalar means.
func (c *coercer) pick(n int32, v *node, p *plan) (kind, string, int, bool) {
	text := v.text
	k := v.kind
	if k == kindBare {
		k = kindString
		if l, to := literal(text); l != kindString {
			for i := range p.allowed {
				if p.allowed[i].kind == l && p.allowed[i].text == to {
					return l, to, 0, true
				}
			}
			if l == kindNull && p.types&typeNull != 0 {
				return l, to, 0, true
			}
		}
	}
	for i := range p.allowed {
		a := &p.allowed[i]
		if a.kind == k && (a.text == text || k == kindNull || k == kindNumber && sameNumber(a.text, text)) {
			return a.kind, a.text, 0, true
		}
	}
	if c.level != Coerce || k == kindNull || v.cut && k == kindString && v.kind != kindBare {
		return k, text, 0, false // the beginning of a value is not the value
	}
	if to, cost, ok := p.pick(text, c.level); ok {
		c.fix("enum", n, text, to.text)
		return to.kind, to.text, cost, true
	}
	return k, text, 0, false
}

// pick finds the allowed value that a text means: the same in other case, then
// spelled alike, then the only one that the text mentions.
func (p *plan) pick(text string, level Level) (*choice, int, bool) {
	for i := range p.allowed {
		if p.allowed[i].text == text {
			return &p.allowed[i], 0, true
		}
	}
	if level != Coerce || len(text) > maxSize/16 {
		return nil, 0, false
	}
	trimmed := strings.TrimSpace(text)
	for _, same := range [...]func(a *choice) bool{
		func(a *choice) bool { return a.text == trimmed },
		func(a *choice) bool { return strings.EqualFold(a.text, trimmed) },
	} {
		if a, n := p.only(same); n > 0 {
			return a, costSpelling, n == 1
		}
	}
	folded := fold(trimmed)
	squeezed := tight(folded)
	if squeezed != "" {
		if a, n := p.only(func(a *choice) bool { return a.kind == kindString && a.tight == squeezed }); n > 0 {
			return a, costSpelling, n == 1
		}
	}
	return p.mentioned(trimmed)
}

// only is the first allowed value for which f holds, and how many there are.
func (p *plan) only(f func(*choice) bool) (first *choice, n int) {
	for i := range p.allowed {
		if f(&p.allowed[i]) {
			if n == 0 {
				first = &p.allowed[i]
			}
			n++
		}
	}
	return first, n
}

// mentioned finds the only allowed value that is mentioned in a text: the
// longest at each place, as whole words, and stated rather than talked about.
func (p *plan) mentioned(text string) (*choice, int, bool) {
	for word := range strings.FieldsSeq(text) {
		if negates(strings.ToLower(strings.Trim(word, ".,;:!?\"'()"))) {
			return nil, 0, false
		}
	}
	folded := " " + fold(text) + " "
	var found *choice
	for at := 0; at < len(folded); {
		if at > 0 && !edge(folded, at) {
			at++
			continue
		}
		var best *choice
		for i := range p.allowed {
			a := &p.allowed[i]
			if a.kind == kindString && a.folded != "" && strings.HasPrefix(folded[at:], a.folded) && edge(folded, at+len(a.folded)) &&
				(best == nil || len(a.folded) > len(best.folded)) {
				best = a
			}
		}
		if best == nil {
			at++
			continue
		}
		if found != nil && found != best {
			return nil, 0, false
		}
		found = best
		at += len(best.folded)
	}
	if found == nil || !stated(text, func(word string) bool { return fold(word) == found.folded }) {
		return nil, 0, false
	}
	return found, costWords, true
}

// edge says whether a word can begin or end at a place. Scripts that do not
// part words have edges everywhere.
func edge(s string, at int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:at])
	after, _ := utf8.DecodeRuneInString(s[at:])
	const parted = 0x2E80
	return utf8.RuneStart(s[min(at, len(s)-1)]) && (before == ' ' || after == ' ' || before >= parted || after >= parted || at == 0 || at == len(s))
}

func sameNumber(a, b string) bool {
	if a == b {
		return true
	}
	x, okX := integral(a)
	y, okY := integral(b)
	if okX && okY {
		return x == y
	}
	return false
}
