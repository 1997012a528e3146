package validate

import (
	"strings"
)

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
