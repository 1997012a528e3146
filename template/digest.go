package template

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"slices"
	"strconv"
	"strings"
)

// canonical hashes a sequence of strings, each with its length before it, so
// that different sequences never hash the same bytes.
type canonical struct{ hash hash.Hash }

func (c canonical) add(fields ...string) {
	for _, s := range fields {
		_, _ = c.hash.Write([]byte(strconv.Itoa(len(s)) + ":" + s)) // never fails
	}
}

func (c canonical) count(n int) { c.add(strconv.Itoa(n)) }

// digest covers what the compiled file renders from given variables; bank is
// the content of its examples. It is part of lock files: any change of the
// canonical form needs a new first line.
func (f *File) digest(bank []string) string {
	c := canonical{sha256.New()}
	c.add("makeready prompt 1")
	c.count(len(f.messages))
	for _, m := range f.messages {
		c.add(m.role.String())
		c.count(len(m.text))
		for _, p := range m.text {
			switch p.slot {
			case slotNone:
				c.add("text", p.literal)
			case slotExamples:
				c.add("examples", "")
			default:
				c.add("slot", f.vars[p.slot].name)
			}
		}
	}
	f.digestVariables(c)
	p := f.params
	c.add(floatOrNone(p.Temperature), floatOrNone(p.TopP), strconv.Itoa(p.MaxTokens))
	if p.Seed == nil {
		c.add("")
	} else {
		c.add(strconv.FormatInt(*p.Seed, 10))
	}
	c.count(len(p.Stop))
	c.add(p.Stop...)
	if f.shots != nil {
		c.add(f.vars[f.shots.query].name)
		c.count(f.shots.k)
		c.count(len(bank))
		c.add(bank...)
	}
	return "sha256:" + hex.EncodeToString(c.hash.Sum(nil))
}

// digestVariables goes by name: the order of declarations changes nothing.
func (f *File) digestVariables(c canonical) {
	order := make([]*variable, len(f.vars))
	for i := range f.vars {
		order[i] = &f.vars[i]
	}
	slices.SortFunc(order, func(a, b *variable) int { return strings.Compare(a.name, b.name) })
	c.count(len(order))
	for _, v := range order {
		c.add(v.name, varTypeNames[v.typ], strconv.FormatBool(v.required), strconv.FormatBool(v.trusted),
			listFormatNames[v.format], v.origin.String(), kindNames[v.fallback.kind])
		switch v.fallback.kind {
		case textKind:
			c.add(v.fallback.text)
		case listKind:
			c.count(v.fallback.v.Len())
			for i := range v.fallback.v.Len() {
				c.add(v.fallback.item(i))
			}
		case numberKind, boolKind:
			var b strings.Builder
			writeScalar(&b, v.fallback.v)
			c.add(b.String())
		case absent:
		}
	}
}

func floatOrNone(f *float64) string {
	if f == nil {
		return ""
	}
	return strconv.FormatFloat(*f, 'g', -1, 64)
}
