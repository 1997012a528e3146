package validate

import (
	"strings"
)

// A candidate is a part of the text that may be the answer.
type candidate struct {
	root       int32
	start, end int
	fixes      []Fix
	fenced     bool
	cut        bool // the text ended before it did
	junk       int
	deep       bool
}

// maxTags bounds how many passages of thinking are looked for.
const maxTags = 64

// A span is a part of the text.
type span struct{ start, end int }

// thinking splits a text into what the model says and what it thinks aloud
// before, between tags such as <think>. The first opening tag may be missing.
func thinking(text string) (said, thought []span) {
	at := 0
	for range maxTags {
		open, openEnd := tag(text, at, false)
		closed, closedEnd := tag(text, at, true)
		switch {
		case open < 0 && closed < 0:
			return append(said, span{at, len(text)}), thought
		case closed >= 0 && (open < 0 || closed < open):
			thought = append(thought, span{at, closed})
			at = closedEnd
			continue
		}
		said = append(said, span{at, open})
		closed, closedEnd = tag(text, openEnd, true)
		if closed < 0 {
			return said, append(thought, span{openEnd, len(text)})
		}
		thought = append(thought, span{openEnd, closed})
		at = closedEnd
	}
	return append(said, span{at, len(text)}), thought
}

// tag finds the next tag of thinking at the beginning of a line, or, for a
// closing one, of a passage without quotes.
func tag(text string, from int, closing bool) (start, end int) {
	for at := from; ; {
		i := strings.IndexByte(text[at:], '<')
		if i < 0 {
			return -1, -1
		}
		at += i
		rest := text[at+1:]
		slash := strings.HasPrefix(rest, "/")
		if slash {
			rest = rest[1:]
		}
		if slash == closing {
			for _, name := range [...]string{"thinking", "think", "thought", "reasoning", "reflection", "scratchpad"} {
				if len(rest) > len(name) && strings.EqualFold(rest[:len(name)], name) && rest[len(name)] == '>' && (closing || lineStart(text, at)) {
					return at, len(text) - len(rest) + len(name) + 1
				}
			}
		}
		at++
	}
}

func lineStart(text string, at int) bool {
	before := strings.TrimRight(text[:at], " \t")
	return before == "" || strings.HasSuffix(before, "\n") || strings.HasSuffix(before, ">")
}

// A finder looks for candidates.
type finder struct {
	text string
	plan *plan
	tree *tree
	all  []candidate
}

// look finds the candidates in a part of the text.
func (f *finder) look(in span) {
	text := f.text[:in.end]
	if c, ok := f.implied(text, in.start); ok {
		f.all = append(f.all, c)
		return
	}
	run, opened, limit := "", 0, 0 // of the fence that is open; its limit is found when it is needed
	for at := in.start; at < len(text); {
		i := strings.IndexAny(text[at:], "{[`~")
		if i < 0 {
			return
		}
		at += i
		if mark := fence(text[at:]); mark != "" {
			at += len(mark)
			if run == "" || limit > 0 && at > limit {
				run, opened, limit = mark, at, 0
			} else {
				run = ""
			}
			continue
		}
		if text[at] == '`' || text[at] == '~' {
			at++
			continue
		}
		if run != "" && limit == 0 {
			limit = fenceEnd(text, opened, run)
		}
		if run == "" || at >= limit {
			run, limit = "", len(text)
		}
		c := f.candidate(text[:limit], at)
		if c.cut && limit < len(text) {
			if whole := f.candidate(text, at); !whole.cut {
				c = whole
			}
		}
		c.fenced = run != ""
		if c.root != 0 || c.deep {
			f.all = append(f.all, c)
		}
		if c.deep {
			return
		}
		if f.prose(text, at, c) {
			at++
			continue
		}
		at = max(c.end, at+1)
	}
}

// implied reads an object without its opening brace: a text that begins with
// one of the properties.
func (f *finder) implied(text string, at int) (candidate, bool) {
	if f.plan.types&typeObject == 0 || f.plan.nameless() {
		return candidate{}, false
	}
	r := reader{text: text, tree: f.tree}
	r.pos = r.space(at)
	if !r.keyAt(r.pos, f.plan) {
		return candidate{}, false
	}
	at = r.pos
	root := r.object(f.plan, true)
	ok := !r.deep && !r.lost && r.junk == 0 && (*f.tree)[root].size > 1
	return candidate{root: root, start: at, end: r.pos, fixes: r.fixes, cut: r.cut}, ok
}

// maxUnread bounds how many brackets of prose are looked behind.
const maxUnread = 16

// prose says whether what was read at a bracket is a remark rather than JSON,
// and hides other brackets.
func (f *finder) prose(text string, at int, c candidate) bool {
	if len(f.all) > maxUnread || !strings.ContainsAny(text[at+1:max(c.end, at+1)], "{[") {
		return false
	}
	rest := strings.TrimLeft(text[at+1:], " \t\r\n")
	if rest == "" || strings.IndexByte("\"'{[}]-/#`\\", rest[0]) >= 0 || rest[0] >= '0' && rest[0] <= '9' || rest[0] >= 0x80 {
		return false
	}
	return c.junk > 0 || c.cut || text[at] == '['
}

// fenceEnd is where the line begins that closes a fence.
func fenceEnd(text string, from int, run string) int {
	for at := from; ; {
		i := strings.IndexByte(text[at:], '\n')
		if i < 0 {
			return len(text)
		}
		at += i + 1
		line := text[at:]
		if end := strings.IndexByte(line, '\n'); end >= 0 {
			line = line[:end]
		}
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, run) && strings.Trim(line, run[:1]) == "" {
			return at
		}
	}
}

// candidate reads what begins with the bracket at a place.
func (f *finder) candidate(text string, at int) candidate {
	r := reader{text: text, pos: at, tree: f.tree}
	if r.escapedQuotes() {
		return f.escaped(text, at)
	}
	root, ok := r.read(f.plan)
	if !ok {
		root = 0
	}
	return candidate{root: root, start: at, end: r.pos, fixes: r.fixes, cut: r.cut, junk: r.junk, deep: r.deep}
}

// escapedQuotes says whether the first quote behind the bracket is escaped, as
// in the inside of an encoded text.
func (r *reader) escapedQuotes() bool {
	k := r.pos
	for k < len(r.text) && k-r.pos < lookWord && strings.IndexByte("{[ \t\r\n", r.text[k]) >= 0 {
		k++
	}
	return strings.HasPrefix(r.text[k:], `\"`)
}

// escaped reads JSON whose quotes are all escaped.
func (f *finder) escaped(text string, at int) candidate {
	plain := strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(text[at:])
	r := reader{text: plain, tree: f.tree, base: at}
	root, ok := r.read(f.plan)
	if !ok {
		root = 0
	}
	fixes := append([]Fix{{Kind: "escaped_quotes", Offset: at, From: `\"`, To: `"`}}, r.fixes...)
	return candidate{root: root, start: at, end: len(text), fixes: fixes, cut: r.cut, junk: r.junk, deep: r.deep}
}

// lines joins objects that stand one behind the other, where a list is wanted.
func (f *finder) lines() {
	if len(f.all) < 2 || f.plan.types&typeArray == 0 || f.plan.types&typeObject != 0 {
		return
	}
	for i, c := range f.all {
		r := reader{text: f.text}
		for i > 0 && f.all[i-1].end < c.start {
			k := r.space(f.all[i-1].end)
			if k < c.start && f.text[k] == ',' {
				k = r.space(k + 1)
			}
			if k < c.start {
				return
			}
			break
		}
		if (*f.tree)[c.root].kind != kindObject {
			return
		}
	}
	first, last := f.all[0], f.all[len(f.all)-1]
	self := f.tree.add(node{kind: kindArray, off: int32(first.start), end: int32(last.end)}) //nolint:gosec // at most 1 MiB
	list := chainer{parent: self}
	joined := candidate{root: self, start: first.start, end: last.end, fixes: []Fix{{Kind: "values_to_list", Offset: first.start}}}
	for _, c := range f.all {
		list.link(*f.tree, c.root)
		joined.fixes = append(joined.fixes, c.fixes...)
		joined.cut, joined.junk = joined.cut || c.cut, joined.junk+c.junk
	}
	f.all = []candidate{joined}
}

// whole makes a candidate of a text without brackets, where a word, a number or
// a plain text is wanted.
func (f *finder) whole(in span) {
	if !f.plan.speaks() {
		return
	}
	text := strings.TrimSpace(f.text[in.start:in.end])
	if run := fence(text); run != "" {
		text = strings.TrimPrefix(text, run)
		if line, rest, ok := strings.Cut(text, "\n"); ok && len(line) < lookWord {
			text = rest
		}
		text = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), run))
	}
	if text == "" {
		return
	}
	at := in.start + strings.Index(f.text[in.start:in.end], text)
	if quoteLen(text, 0) > 0 || strings.HasPrefix(text, `\"`) {
		from := strings.TrimPrefix(text, `\`)
		if strings.HasPrefix(text, `\"`) {
			from = strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(text)
		}
		r := reader{text: strings.TrimRight(from, ";, \n"), tree: f.tree, base: at}
		n := r.joined(inArray)
		if r.pos >= len(r.text) {
			f.all = append(f.all, candidate{root: n, start: at, end: at + len(text), fixes: r.fixes, cut: r.cut})
			return
		}
	}
	n := node{kind: kindBare, text: text, off: int32(at), end: int32(at + len(text))} //nolint:gosec // at most 1 MiB
	f.all = append(f.all, candidate{
		root: f.tree.add(n), start: at, end: at + len(text),
		fixes: []Fix{{Kind: "unquoted_text", Offset: at, From: clip(text, maxGot), To: clip(text, maxGot)}},
	})
}

// speaks says whether a plan can be answered in words: a scalar, or a list of
// scalars that are not free text.
func (p *plan) speaks() bool {
	if p == nil {
		return false
	}
	if p.types&(typeObject|typeArray) == 0 {
		return true
	}
	return p.types&typeObject == 0 && p.types&typeArray != 0 && p.items != nil && p.items.types != typeAny &&
		p.items.types&(typeObject|typeArray) == 0 && (p.items.types&typeString == 0 || len(p.items.allowed) > 0)
}
