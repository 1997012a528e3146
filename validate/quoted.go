package validate

import (
	"bytes"
	"strings"
	"unicode"
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

// block reads a text between triple quotes, or in a fence of its own.
func (r *reader) block() (string, bool) {
	for _, mark := range [...]string{`"""`, "'''", "```"} {
		if !strings.HasPrefix(r.text[r.pos:], mark) {
			continue
		}
		from := r.pos + len(mark)
		end := r.blockEnd(from, mark)
		if end < 0 {
			return "", false
		}
		body := r.text[from:end]
		if mark == "```" {
			if line, rest, ok := strings.Cut(body, "\n"); ok && !strings.ContainsAny(strings.TrimSpace(line), " \t") {
				body = "\n" + rest
			}
		}
		r.fix("quotes", r.pos, mark, `"`)
		r.pos = end + len(mark)
		return dedent(body), true
	}
	return "", false
}

// blockEnd finds the closing marks: those that something of the document
// follows.
func (r *reader) blockEnd(from int, mark string) int {
	for i := from; ; {
		k := strings.Index(r.text[i:], mark)
		if k < 0 {
			return -1
		}
		i += k
		for strings.HasPrefix(r.text[i+1:], mark) { // the last three of a longer run
			i++
		}
		after := r.space(i + len(mark))
		if after >= len(r.text) || strings.IndexByte(",}]", r.text[after]) >= 0 || r.keyAt(after, r.outer()) {
			return i
		}
		i += len(mark)
	}
}

// dedent takes the line breaks at the ends of a block away, and the white space
// that all of its lines begin with.
func dedent(s string) string {
	body, ok := strings.CutPrefix(s, "\n")
	if !ok {
		return s
	}
	body = strings.TrimRight(body, " \t")
	body = strings.TrimSuffix(body, "\n")
	lines := strings.Split(body, "\n")
	indent := -1
	for _, line := range lines {
		if rest := strings.TrimLeft(line, " \t"); rest != "" && (indent < 0 || len(line)-len(rest) < indent) {
			indent = len(line) - len(rest)
		}
	}
	if indent > 0 {
		for i, line := range lines {
			lines[i] = line[min(indent, len(line)):]
		}
	}
	return strings.Join(lines, "\n")
}

// doubled reads a string whose quotes are written twice.
func (r *reader) doubled(from int, open string) (string, bool) {
	if !strings.HasPrefix(r.text[from:], open) {
		return "", false
	}
	at := from + len(open)
	if at >= len(r.text) || !isWord(r.text[at]) {
		return "", false
	}
	line := r.text[at:min(len(r.text), at+maxKey)]
	end := strings.Index(line, open+open)
	if end < 0 || strings.Contains(line[:end], open) || strings.Contains(line[:end], "\n") {
		return "", false
	}
	after := at + end + 2*len(open)
	k := r.space(after)
	if k < len(r.text) && !strings.ContainsRune(",:]}", rune(r.text[k])) {
		return "", false
	}
	r.fix("quotes", from-len(open), open+open, `"`)
	r.pos = after
	return line[:end], true
}
