package validate

import (
	"bytes"
	"strings"
)

// bare reads a text without quotes: a number, a literal or words.
func (r *reader) bare(in place, p *plan) int32 {
	start := r.pos
	end, after := r.bareEnd(in, p)
	text := strings.TrimRight(r.text[start:end], " \t\r\n")
	r.pos = after
	if end > len(r.text)-1 && after >= len(r.text) {
		r.cut = true
	}
	switch text {
	case "true", "false":
		return r.leaf(kindBool, text, start)
	case "null":
		return r.leaf(kindNull, text, start)
	}
	if n, huge := numberEnd(text, 0); n == len(text) {
		m := r.leaf(kindNumber, text, start)
		(*r.tree)[m].huge = huge
		return m
	}
	r.fix("unquoted_text", start, text, text)
	n := r.leaf(kindBare, text, start)
	(*r.tree)[n].cut = after >= len(r.text)
	return n
}

// bareEnd finds where a text without quotes ends, and where reading goes on.
func (r *reader) bareEnd(in place, p *plan) (end, after int) { //nolint:gocyclo // one decision, case by case
	balance, pending := 0, 0
	outer := r.outer()
	for i := r.pos; i < len(r.text); i++ {
		switch c := r.text[i]; c {
		case '(', '{', '[':
			balance++
		case ')':
			balance = max(0, balance-1)
		case '}', ']':
			if balance > 0 {
				balance--
				continue
			}
			if len(r.stack) == 0 || bytes.IndexByte(r.stack, c) >= 0 {
				return i, i
			}
		case ',':
			if balance == 0 && (in == inArray || r.endsMember(i, p, outer)) {
				return i, i
			}
		case '\n':
			k := r.space(i)
			if k >= len(r.text) || in == inArray && balance == 0 || !p.textOnly() && p != nil && p.types&typeString == 0 {
				return i, i
			}
			if ch := r.text[k]; (ch == '}' || ch == ']') && balance == 0 || r.keyAt(k, outer) {
				return i, i
			}
			i = k - 1
		case '/', '#':
			if i > r.pos && (r.text[i-1] == ' ' || r.text[i-1] == '\t' || r.text[i+1:] != "" && r.text[i+1] == '*') && r.comment(i) >= 0 {
				return i, i
			}
		default:
			n := quoteLen(r.text, i)
			if n == 0 {
				continue
			}
			switch r.bareQuote(i, n, in, &pending, outer) {
			case closing:
				r.fix("missing_quote", r.pos, "", `"`)
				return i, i + n
			case missed:
				return i, i
			default:
				i += n - 1
			}
		}
	}
	return len(r.text), len(r.text)
}

// bareQuote judges a quote in a text without quotes.
func (r *reader) bareQuote(i, n int, in place, pending *int, outer *plan) verdict {
	gap := i > r.pos && strings.IndexByte(" \t\n", r.text[i-1]) >= 0
	if gap && in != inArray {
		if _, ok := r.quotedKey(i, true); ok {
			return missed
		}
	}
	if r.text[i] == '\'' {
		return inside
	}
	k := r.space(i + n)
	ends := k >= len(r.text) || r.text[k] == '}' || r.text[k] == ']' || r.text[k] == ',' && (in == inArray || r.keyAt(r.space(k+1), outer))
	switch {
	case *pending > 0:
		*pending--
		return inside
	case ends && !gap:
		return closing
	case gap || k == i+n:
		*pending++
	}
	return inside
}

// endsMember says whether the comma at i ends the value of a property.
func (r *reader) endsMember(i int, p, outer *plan) bool {
	k := r.space(i + 1)
	if k >= len(r.text) || r.text[k] == '}' || r.text[k] == ']' || strings.HasPrefix(r.text[k:], "...") || r.keyAt(k, outer) {
		return true
	}
	if p == nil || p.types&typeString != 0 {
		return false
	}
	return k > i+1 || !digits3(r.text[k:])
}
