package validate

import (
	"strings"
	"unicode/utf8"
)

// A verdict says what a quote inside of a string is.
type verdict uint8

const (
	inside  verdict = iota // part of the string
	closing                // its end
	maybe                  // its end if there is no better one
	missed                 // the end was forgotten before: this quote begins something new
)

// quoteLen is the length of the quote at i, 0 if there is none.
func quoteLen(text string, i int) int {
	if i >= len(text) {
		return 0
	}
	switch c := text[i]; {
	case c == '"' || c == '\'':
		return 1
	case c == '`':
		if strings.HasPrefix(text[i:], "```") {
			return 0
		}
		return 1
	case c < utf8.RuneSelf:
		return 0
	}
	switch ch, n := utf8.DecodeRuneInString(text[i:]); ch {
	case '“', '”', '„', '‟', '″', '«', '»', '‘', '’', '‚', '‛', '´':
		return n
	}
	return 0
}

// closes says whether a quote can end a string that begins with open.
func closes(open, quote string) bool {
	switch open {
	case `"`, "'":
		return quote == open
	case "`":
		return quote == "`" || quote == "'" || quote == "´"
	case "‘", "’", "‚", "‛", "´":
		return strings.Contains("‘’‚‛´'", quote) //nolint:gocritic // one of these
	}
	return strings.Contains(`“”„‟″«»"`, quote) //nolint:gocritic // one of these
}

// joined reads strings that are joined by plus signs.
func (r *reader) joined(in place) int32 {
	start := r.pos
	text, cut := r.quoted(in)
	for !cut {
		k := r.space(r.pos)
		if k >= len(r.text) || r.text[k] != '+' {
			break
		}
		k = r.space(k + 1)
		if quoteLen(r.text, k) == 0 {
			break
		}
		r.fix("joined_text", r.pos, "+", "")
		r.pos = k
		var more string
		more, cut = r.quoted(in)
		text += more
	}
	n := r.leaf(kindString, text, start)
	(*r.tree)[n].cut = cut
	return n
}

// quoted reads a string. It is cut if the text ends inside of it.
func (r *reader) quoted(in place) (text string, cut bool) {
	start := r.pos
	if block, ok := r.block(); ok {
		return block, false
	}
	n := quoteLen(r.text, start)
	open := r.text[start : start+n]
	if open != `"` {
		r.fix("quotes", start, open, `"`)
	}
	from := start + n
	if doubled, ok := r.doubled(from, open); ok {
		return doubled, false
	}
	if strings.HasPrefix(r.text[from:], open) && from+n < len(r.text) && isWord(r.text[from+n]) {
		if _, ok := r.quotedKey(from, true); !ok {
			r.fix("quotes", start, open+open, `"`)
			from += n
		}
	}
	end, after, how := r.stringEnd(in, from, open)
	raw := r.text[from:end]
	switch how {
	case missed:
		raw = strings.TrimRight(raw, " \t\r\n")
		r.fix("missing_quote", from+len(raw), "", `"`)
		if k := tailBrackets(raw); k >= 0 && in != inKey {
			raw, after = strings.TrimRight(raw[:k], " \t\r\n"), from+k
		}
		raw = wrongQuote(raw, open)
	case inside: // the text ends
		raw, after, cut = r.runOn(raw, from)
		if !cut {
			raw = wrongQuote(raw, open)
		}
	default: // its own quote ends it
	}
	r.pos = after
	return r.decoded(raw, from), cut
}

// wrongQuote takes a closing quote of another kind, or one that is escaped by
// mistake, away from the end of a string that was not closed. It is one if the
// string does not open what it would close.
func wrongQuote(raw, open string) string {
	if head, ok := strings.CutSuffix(raw, `\"`); ok && strings.Count(head, `\"`)%2 == 0 && !strings.HasSuffix(head, `\`) {
		return head
	}
	for _, quote := range [...]string{"'", `"`, "’", "”", "`"} {
		head, ok := strings.CutSuffix(raw, quote)
		if !ok || quote == open || strings.HasSuffix(head, " ") || head == "" {
			continue
		}
		if !strings.HasPrefix(head, quote) && !strings.Contains(head, " "+quote) && !strings.ContainsAny(head, "“‘") {
			return head
		}
	}
	return raw
}

// tailBrackets is where the closing brackets begin at the end of a string that
// was not closed, if the string opens none of them; -1 if there are none.
func tailBrackets(raw string) int {
	if !strings.HasSuffix(raw, "}") && !strings.HasSuffix(raw, "]") {
		return -1
	}
	balance, first := 0, -1
	for i := range len(raw) {
		switch raw[i] {
		case '{', '[':
			balance++
			first = -1
		case '}', ']':
			if balance > 0 {
				balance--
			} else if first < 0 {
				first = i
			}
		case ' ', '\t', '\r', '\n', ',':
		default:
			first = -1
		}
	}
	return first
}

// runOn ends a string that nothing ends.
func (r *reader) runOn(raw string, from int) (text string, after int, cut bool) {
	if i := strings.IndexAny(raw, ", \n"); i > 0 && strings.Contains(raw[:i], "://") { // an address has no comma
		r.fix("missing_quote", from+i, "", `"`)
		return raw[:i], from + i, false
	}
	if at, ok := r.forgotten(raw, from); ok {
		text = strings.TrimRight(raw[:at], " \t\r\n")
		r.fix("missing_quote", from+len(text), "", `"`)
		return text, from + at, false
	}
	end := len(raw)
	depth := 0
	closer := false
	for {
		trimmed := strings.TrimRight(raw[:end], " \t\r\n")
		if strings.HasSuffix(trimmed, "```") {
			end = len(trimmed) - 3
			continue
		}
		if trimmed == "" {
			break
		}
		k := depth
		for k < len(r.stack) && r.stack[k] != trimmed[len(trimmed)-1] {
			k++
		}
		if k == len(r.stack) {
			break
		}
		depth, end, closer = k+1, len(trimmed)-1, true
	}
	if closer {
		text = strings.TrimRight(raw[:end], " \t\r\n")
		r.fix("missing_quote", from+len(text), "", `"`)
		return text, from + end, false
	}
	r.cut = true
	r.fix("truncated", len(r.text), "", `"`)
	return raw[:end], from + len(raw), true
}

// forgotten finds the comma or line break before the next property that is
// known, in a string that nothing ends.
func (r *reader) forgotten(raw string, from int) (int, bool) {
	p := r.outer()
	if p.nameless() {
		return 0, false
	}
	for at := 0; ; at++ {
		i := strings.IndexAny(raw[at:], ",\n")
		if i < 0 {
			return 0, false
		}
		at += i
		if k := r.space(from + at + 1); k < len(r.text) && r.bareKey(k, p) {
			return at, true
		}
	}
}

// decoded resolves the escapes of a string.
func (r *reader) decoded(raw string, from int) string {
	if strings.IndexByte(raw, '\\') < 0 {
		if strings.ContainsAny(raw, "\"\n\t\r") {
			r.fix("unescaped", from, raw, "")
		}
		return raw
	}
	b := make([]byte, 0, len(raw))
	s := scanner{text: raw}
	for s.pos < len(raw) {
		c := raw[s.pos]
		if c != '\\' {
			b = append(b, c)
			s.pos++
			continue
		}
		var ok bool
		if b, ok = s.escape(b); ok {
			continue
		}
		if s.pos+1 == len(raw) || raw[s.pos+1] == 'u' && len(raw)-s.pos < 6 && from+len(raw) >= len(r.text) {
			r.fix("escape", from+s.pos, raw[s.pos:], "") // cut off
			break
		}
		next := raw[s.pos+1]
		if next < utf8.RuneSelf && next != '\'' && next != '`' && next != '\n' {
			b = append(b, '\\') // of a path or an expression
		}
		r.fix("escape", from+s.pos, raw[s.pos:s.pos+2], "")
		s.pos++
		if next < utf8.RuneSelf {
			b = append(b, next)
			s.pos++
		}
	}
	return string(b)
}
