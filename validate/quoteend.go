package validate

import (
	"bytes"
	"strings"
	"unicode"
)

// stringEnd finds where a string ends that begins at from, and where reading
// goes on. How is inside if the text ends first.
func (r *reader) stringEnd(in place, from int, open string) (end, after int, how verdict) { //nolint:gocyclo // one decision, case by case
	dead := &r.dead[in]
	if open != `"` && in == inObject {
		dead = &r.dead[3]
	} else if open != `"` {
		dead = &r.dead[4]
	}
	hopeless := *dead > 0 && from >= *dead
	s := scan{in: in, from: from, open: open}
	weak, weakEnd, other := -1, 0, -1
	for i := from; i < len(r.text); i++ {
		switch c := r.text[i]; c {
		case '\\':
			i++
			continue
		case '{', '[':
			s.balance++
			continue
		case '}', ']':
			s.balance = max(0, s.balance-1)
			if in == inKey && weak >= 0 {
				return weak, weakEnd, closing
			}
			continue
		case ',', '\n':
			if in == inKey && weak >= 0 {
				return weak, weakEnd, closing
			}
			continue
		}
		n := quoteLen(r.text, i)
		if n == 0 {
			continue
		}
		if !closes(open, r.text[i:i+n]) {
			if other < 0 && in != inKey && open == "'" && r.text[i] == '"' && r.delimited(i+n) {
				other = i
			}
			continue
		}
		if s.pending == 0 && in != inKey && strings.HasPrefix(r.text[i+n:], open) && i > from && r.delimited(i+2*n) {
			r.fix("quotes", i, open+open, `"`)
			return i, i + 2*n, closing
		}
		switch v, at := r.judge(&s, i, n); v {
		case closing:
			return i, i + n, closing
		case missed:
			return at, at, missed
		case maybe:
			if weak < 0 {
				weak, weakEnd = i, i+n
			}
			if hopeless {
				return weak, weakEnd, closing
			}
		case inside:
		}
		i += n - 1
	}
	*dead = max(*dead, from)
	if other >= 0 {
		return other, other + 1, closing
	}
	if weak >= 0 {
		return weak, weakEnd, closing
	}
	return len(r.text), len(r.text), inside
}

// delimited says whether a comma, a bracket or the end stands at i.
func (r *reader) delimited(i int) bool {
	k := r.space(i)
	return k >= len(r.text) || strings.IndexByte(",}]", r.text[k]) >= 0
}

// A scan is the state of looking for the end of a string.
type scan struct {
	in      place
	from    int
	open    string
	balance int // brackets that are open inside of the string
	pending int // quotes that are
}

// judge says what the quote at i, n bytes long, is. For missed, at is where the
// string ended.
func (r *reader) judge(s *scan, i, n int) (v verdict, at int) {
	if s.in == inKey {
		return r.judgeKey(s, i, n)
	}
	if at, ok := r.missedBefore(s, i); ok {
		return missed, at
	}
	next := i + n
	k := r.space(next)
	if k >= len(r.text) {
		return closing, 0
	}
	if s.in == inObject {
		v = r.judgeMember(s, next, k)
	} else {
		v = r.judgeItem(s, next, k)
	}
	if v == closing {
		return v, 0
	}
	before := runeBefore(r.text, i)
	opens := k == next && (i == s.from || unicode.IsSpace(before) || strings.ContainsRune("([{=:>,;", before))
	switch {
	case opens:
		s.pending++
		return inside, 0
	case s.pending > 0:
		s.pending--
		return inside, 0
	case k == next && (unicode.IsLetter(before) || unicode.IsDigit(before)) && isWord(r.text[k]):
		return inside, 0 // an apostrophe
	}
	return v, 0
}

func (r *reader) judgeKey(s *scan, i, n int) (verdict, int) {
	k := r.space(i + n)
	if k >= len(r.text) || r.text[k] == ':' {
		return closing, 0
	}
	head := strings.TrimRight(r.text[s.from:i], " \t")
	if strings.HasSuffix(head, ":") && len(head) > 1 {
		return missed, s.from + len(head) - 1
	}
	if k > i+n || quoteLen(r.text, k) > 0 || r.text[k] == '{' || r.text[k] == '[' || r.text[k] == '=' {
		return maybe, 0
	}
	return inside, 0
}

// missedBefore recognizes a quote that begins a key, or an item on a line of
// its own: the string before it was not closed.
func (r *reader) missedBefore(s *scan, i int) (at int, ok bool) {
	head := r.text[s.from:i]
	trimmed := strings.TrimRight(head, " \t\r\n")
	if trimmed == "" {
		return 0, false
	}
	comma := strings.HasSuffix(trimmed, ",")
	line := r.newline(s.from+len(trimmed), i)
	end := s.from + len(strings.TrimSuffix(trimmed, ","))
	if s.in == inArray {
		if n := len(r.stack); comma && n > 1 && r.stack[n-2] == '}' {
			if _, ok := r.quotedKey(i, true); ok && r.keyAt(i, r.plans[n-2]) && tailBrackets(strings.TrimSuffix(trimmed, ",")) >= 0 {
				return end, true
			}
		}
		if !line {
			return end, comma && s.balance == 0 && s.pending == 0 && r.itemAt(i)
		}
		k := r.space(i + len(s.open))
		return end, k < len(r.text) && !strings.ContainsRune(",]}", rune(r.text[k]))
	}
	if comma && s.balance == 0 || line {
		if _, ok := r.quotedKey(i, true); ok {
			return end, true
		}
	}
	if strings.HasSuffix(trimmed, ":") { // a key without quotes
		name := strings.TrimRight(trimmed[:len(trimmed)-1], " \t")
		word := len(name)
		for word > 0 && len(name)-word < lookWord && isWord(name[word-1]) {
			word--
		}
		rest := strings.TrimRight(name[:word], " \t\r\n")
		if word == len(name) || !strings.HasSuffix(rest, ",") && !strings.Contains(name[len(rest):word], "\n") {
			return 0, false
		}
		if p := r.outer(); p.nameless() || p.knows(name[word:]) {
			return s.from + len(strings.TrimSuffix(rest, ",")), true
		}
	}
	return 0, false
}

// itemAt says whether a whole quoted item of an array stands at i.
func (r *reader) itemAt(i int) bool {
	end, ok := r.quotedKey(i, false)
	return ok && r.delimited(end)
}

// judgeMember judges a quote in the value of a property, by what follows at k.
func (r *reader) judgeMember(s *scan, next, k int) verdict { //nolint:gocyclo // one decision, case by case
	switch c := r.text[k]; c {
	case ',':
		m := r.space(k + 1)
		for m < len(r.text) && r.text[m] == ',' {
			m = r.space(m + 1)
		}
		if m >= len(r.text) || r.keyAt(m, r.outer()) || strings.HasPrefix(r.text[m:], "...") {
			return closing
		}
		if s.balance == 0 && (r.text[m] == '}' || r.text[m] == ']' || r.text[m] == '{' && r.open(']')) {
			return closing
		}
		if s.balance == 0 && s.pending == 0 && r.newline(k, m) {
			return maybe
		}
		return inside
	case '}', ']':
		if r.plausible(k, s) {
			return closing
		}
		return inside
	case '+':
		if quoteLen(r.text, r.space(k+1)) > 0 {
			return closing
		}
		return inside
	case ':':
		return inside
	case '`':
		if strings.HasPrefix(r.text[k:], "```") {
			return closing
		}
	case '{':
		if k > next && r.open(']') {
			return maybe
		}
	case ')', ';':
		if strings.Trim(r.text[k:], ");\n ") == "" {
			return closing
		}
	}
	if _, ok := r.quotedKey(k, true); ok && (k > next || s.pending == 0) {
		return closing
	}
	if k > next && r.newline(next, k) && r.bareKey(k, r.outer()) {
		return closing
	}
	if k > next {
		return maybe
	}
	return inside
}

// judgeItem judges a quote in an item of an array.
func (r *reader) judgeItem(s *scan, next, k int) verdict {
	switch c := r.text[k]; c {
	case ',':
		if s.pending > 0 {
			return inside
		}
		return closing
	case '}', ']':
		if len(r.stack) == 0 || r.plausible(k, s) {
			return closing
		}
		return inside
	case ':':
		return closing
	case '+':
		if quoteLen(r.text, r.space(k+1)) > 0 {
			return closing
		}
	case '`':
		if strings.HasPrefix(r.text[k:], "```") {
			return closing
		}
	}
	if s.pending > 0 || k == next {
		return inside
	}
	if c := r.text[k]; c == '{' || c == '[' || quoteLen(r.text, k) > 0 {
		return closing
	}
	if end, _ := numberEnd(r.text, k); end > 0 && r.endsNumber(end, inArray) {
		return closing
	}
	word := k
	for word < len(r.text) && word-k < lookWord && isWord(r.text[word]) {
		word++
	}
	if strings.HasPrefix(r.text[word:], s.open) && s.open == `"` { // an item without its first quote
		if m := r.space(word + 1); m < len(r.text) && (r.text[m] == ',' || r.text[m] == ']') {
			return closing
		}
	}
	return maybe
}

// plausible says whether the bracket at k can be one of the document's rather
// than of the string's: what follows it must make sense.
func (r *reader) plausible(k int, s *scan) bool {
	depth := len(r.stack)
	for k < len(r.text) && (r.text[k] == '}' || r.text[k] == ']') {
		c := r.text[k]
		for depth > 0 && r.stack[depth-1] != c {
			depth--
		}
		if depth == 0 {
			break
		}
		depth--
		k = r.space(k + 1)
	}
	if k >= len(r.text) || strings.HasPrefix(r.text[k:], "```") {
		return depth < len(r.stack)
	}
	if depth == len(r.stack) || s.balance > 0 {
		return false
	}
	if depth == 0 {
		return true
	}
	switch c := r.text[k]; {
	case c == '{' || c == '[' || c == '"' || c == '}' || c == ']':
		return true
	case c != ',':
		return r.newlineBefore(k) && r.bareKey(k, nil)
	}
	for k < len(r.text) && r.text[k] == ',' {
		k = r.space(k + 1)
	}
	if k >= len(r.text) {
		return true
	}
	if r.stack[depth-1] == '}' {
		return r.text[k] == '}' || r.text[k] == ']' || r.text[k] == '{' || r.keyAt(k, nil) || quoteLen(r.text, k) > 0
	}
	return true
}

func (r *reader) newlineBefore(k int) bool {
	return strings.HasSuffix(strings.TrimRight(r.text[:k], " \t\r"), "\n")
}

// open says whether a bracket with this closer encloses what is being read.
func (r *reader) open(closer byte) bool {
	return len(r.stack) > 1 && bytes.IndexByte(r.stack[:len(r.stack)-1], closer) >= 0
}
