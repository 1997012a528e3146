package validate

import (
	"strings"
)

const (
	lookKey  = 128 // bytes within which a key ends, when looking for one
	lookWord = 64  // the same for a key without quotes
)

// key reads a key. It is false if there is none; then words that belong to
// nothing have been skipped.
func (r *reader) key(p *plan) (string, bool) {
	r.unescape()
	start := r.pos
	if _, plain := r.quotedKey(start, true); !plain {
		if name, end, ok := r.roughKey(start, p); ok {
			r.fix("quotes", start, r.text[start:end], name)
			r.pos = end
			return name, true
		}
	}
	if n := quoteLen(r.text, start); n > 0 {
		key, _ := r.quoted(inKey)
		if r.pos >= len(r.text) { // the text ends in the key
			r.cut = true
			r.fix("missing_value", start, key, "")
			return "", false
		}
		return key, true
	}
	end, quote := start, 0
	for end < len(r.text) && end-start < lookKey {
		c := r.text[end]
		if c == ':' || strings.IndexByte("=\n,{}[]", c) >= 0 {
			break
		}
		if quote = quoteLen(r.text, end); quote > 0 {
			break
		}
		end++
	}
	name := strings.TrimSpace(r.text[start:end])
	switch {
	case end >= len(r.text):
	case quote > 0 && r.text[end-1] != ' ' && name != "": // the first quote is missing
		k := r.space(end + quote)
		if k < len(r.text) && r.text[k] == ':' {
			r.fix("missing_quote", start, "", `"`)
			r.pos = end + quote
			return name, true
		}
	case quote > 0 && name != "" && !strings.ContainsAny(name, " \t"): // the colon is missing, or the word belongs to nothing
		if _, ok := r.quotedKey(end, true); !ok {
			r.fix("unquoted_key", start, name, name)
			r.pos = end
			return name, true
		}
	case (r.text[end] == ':' || r.text[end] == '=') && name != "":
		r.fix("unquoted_key", start, name, name)
		r.pos = end
		return name, true
	case name != "" && (r.text[end] == '{' || r.text[end] == '[') && p.knows(name):
		r.fix("unquoted_key", start, name, name)
		r.pos = end
		return name, true
	}
	if end == start {
		end++
	}
	junk := r.text[start:min(end, len(r.text))]
	r.fix("junk", start, junk, "")
	r.junk++
	r.lost = r.lost || r.isData(junk, start)
	r.pos = min(end, len(r.text))
	return "", false
}

// unescape skips a backslash before the quote that begins a text.
func (r *reader) unescape() {
	if r.text[r.pos] == '\\' && quoteLen(r.text, r.pos+1) > 0 {
		r.fix("escaped_quotes", r.pos, `\`, "")
		r.pos++
	}
}

// quotedKey says whether a quoted key begins at i, and where it ends: behind
// its closing quote. With colon, a colon must follow.
func (r *reader) quotedKey(i int, colon bool) (end int, ok bool) {
	if i < len(r.text) && r.text[i] == '\\' {
		i++
	}
	n := quoteLen(r.text, i)
	if n == 0 {
		return 0, false
	}
	if at := i + n; strings.HasPrefix(r.text[at:], r.text[i:at]) && at+n < len(r.text) && isWord(r.text[at+n]) {
		i = at // the quote is doubled
	}
	for k := i + n; k < len(r.text) && k-i < lookKey; k++ {
		c := r.text[k]
		if c == '\n' {
			return 0, false
		}
		if c == '\\' {
			k++
			continue
		}
		if m := quoteLen(r.text, k); m > 0 && closes(r.text[i:i+n], r.text[k:k+m]) {
			k += m
			if !colon {
				return k, true
			}
			after := r.space(k)
			return k, after < len(r.text) && r.text[after] == ':'
		}
	}
	return 0, false
}

// bareKey says whether a key without quotes, and its colon, begin at i. Where
// the properties are known, it must be one of them.
func (r *reader) bareKey(i int, p *plan) bool {
	end := i
	for end < len(r.text) && end-i < lookWord && (isWord(r.text[end]) || r.text[end] == '.') {
		end++
	}
	word := r.text[i:end]
	if end == i {
		return false
	}
	k := end
	if k < len(r.text) && quoteLen(r.text, k) > 0 { // the opening quote is missing
		k += quoteLen(r.text, k)
	}
	if k = r.space(k); k >= len(r.text) || r.text[k] != ':' || strings.HasPrefix(r.text[k:], "://") {
		return false
	}
	return p.nameless() || p.knows(word)
}

// roughKey recognizes a known property whatever is wrong with its quotes and
// its colon, and says where the colon or the value begins.
func (r *reader) roughKey(i int, p *plan) (name string, end int, ok bool) {
	if p.nameless() {
		return "", 0, false
	}
	k, before := r.marks(i)
	end = k
	for end < len(r.text) && end-k < lookWord && (isWord(r.text[end]) && r.text[end] < 0x80 || r.text[end] == '.') {
		end++
	}
	name = r.text[k:end]
	if name == "" || !p.knows(name) {
		return "", 0, false
	}
	end, after := r.marks(end)
	at := r.space(end)
	switch {
	case before+after == 0 || at >= len(r.text):
		return "", 0, false
	case r.text[at] == ':':
		return name, end, true
	}
	value := r.text[at]
	return name, end, before > 0 && after > 0 && at > end && (value == '{' || value == '[' || value == '"' || value == '-' || value >= '0' && value <= '9' || value == 't' || value == 'f' || value == 'n')
}

// marks skips a few quotes and backslashes, and counts them.
func (r *reader) marks(i int) (end, n int) {
	for n < 3 && i < len(r.text) {
		size := quoteLen(r.text, i)
		if size == 0 && r.text[i] == '\\' {
			size = 1
		}
		if size == 0 {
			break
		}
		i += size
		n++
	}
	return i, n
}

// keyAt says whether a key and a colon begin at i.
func (r *reader) keyAt(i int, p *plan) bool {
	if i >= len(r.text) {
		return false
	}
	if _, ok := r.quotedKey(i, true); ok {
		return true
	}
	if r.bareKey(i, p) {
		return true
	}
	_, _, ok := r.roughKey(i, p)
	return ok
}

// isData says whether what belongs to no key is data rather than noise: a
// number, an assignment, a single word behind a comma.
func (r *reader) isData(junk string, start int) bool {
	if junk == ":" || strings.ContainsAny(junk, "0123456789=") {
		return true
	}
	word := strings.TrimSpace(junk)
	if word == "" || strings.ContainsAny(word, " \t") {
		return false
	}
	i := start - 1
	for i >= 0 && (r.text[i] == ' ' || r.text[i] == '\t') {
		i--
	}
	return i >= 0 && r.text[i] == ','
}
