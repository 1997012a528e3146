package standin

import (
	"encoding/json"
	"strings"
)

// A line is one of the prompt without the customer's text.
type line struct {
	text    string // without surrounding space
	element string
	// bullet says that it began with one.
	bullet bool
}

func appendLines(lines []line, p piece) []line {
	for l := range strings.Lines(p.text) {
		text := strings.TrimSpace(l)
		item, bullet := cutBullet(text)
		if n := len(lines); strings.HasPrefix(l, "  ") && !bullet && n > 0 && lines[n-1].bullet && text != "" && len(lines[n-1].text) < maxItem {
			lines[n-1].text += " " + text // an item of several lines
			continue
		}
		lines = append(lines, line{item, p.element, bullet})
	}
	return lines
}

// The bounds of what belongs together, which keep reading linear.
const (
	maxItem         = 4096 // bytes of an item of several lines
	maxExampleLines = 50
)

// cutBullet removes "- ", "* ", "• " or "1. ".
func cutBullet(s string) (string, bool) {
	for _, b := range []string{"- ", "* ", "• "} {
		if item, ok := strings.CutPrefix(s, b); ok {
			return strings.TrimSpace(item), true
		}
	}
	n := 0
	for n < len(s) && n < 3 && digit(s[n]) {
		n++
	}
	if n > 0 && len(s) > n+1 && (s[n] == '.' || s[n] == ')') && s[n+1] == ' ' {
		return strings.TrimSpace(s[n+2:]), true
	}
	return s, false
}

// readLines finds categories, examples, fields, passages, facts and known
// values among the lines.
func (r *reading) readLines(lines []line) {
	var in list
	for i := 0; i < len(lines); i++ {
		l := lines[i]
		if l.element == "" && !l.bullet {
			if n := r.readExample(lines[i:]); n > 0 {
				i += n - 1
				continue
			}
			if isCode(l.text) {
				in = list{}
				continue
			}
			if t, inline := heading(l.text); t != "" {
				in = list{topic: t}
				if t == topicCategories {
					r.categories = appendInline(r.categories, inline)
					in.begun = inline != ""
				}
				continue
			}
		}
		if p, ok := parsePassage(l.text); ok {
			r.passages = append(r.passages, p)
			continue
		}
		if f, ok := parseField(l.text); ok && l.element == "" {
			r.fields = append(r.fields, f)
			continue
		}
		if l.element != "" {
			r.readItem(topicOf(l.element), l)
			continue
		}
		if in.holds(l) {
			r.readItem(in.topic, l)
		}
	}
}

// A list is the one that a line may be in: bullets, or else lines, up to an
// empty one.
type list struct {
	topic          string
	begun, bullets bool
}

// holds says whether the next line is an item, and goes on to the line after.
func (in *list) holds(l line) bool {
	switch {
	case in.topic == "":
	case l.text == "":
		if in.begun && !in.bullets {
			*in = list{}
		}
	case in.begun && in.bullets != l.bullet:
		*in = list{}
	default:
		in.begun, in.bullets = true, l.bullet
		return true
	}
	return false
}

// isCode says whether a line belongs to JSON or to a fence around it.
func isCode(s string) bool {
	return s != "" && strings.IndexByte("{}\"`", s[0]) >= 0 || strings.HasPrefix(s, "],") || s == "]"
}

// readItem files an item of a list.
func (r *reading) readItem(topic string, l line) {
	switch topic {
	case topicCategories:
		switch {
		case l.element != "": // what others wrote is no category
		case !l.bullet && strings.ContainsAny(l.text, "|,") && !strings.Contains(l.text, ": "):
			r.categories = appendInline(r.categories, l.text)
		default:
			r.categories = append(r.categories, parseCategory(l.text))
		}
	case topicFacts:
		if !isNone(l.text) {
			r.facts = append(r.facts, l.text)
		}
	case topicKnown:
		if name, value, ok := strings.Cut(l.text, ":"); ok {
			r.known[strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
	}
}

// The topics of lists.
const (
	topicCategories = "categories"
	topicFacts      = "facts"
	topicKnown      = "known"
	topicOther      = "other"
)

// heading says which kind of list a line introduces, and what it lists itself:
// "Categories: a | b". It returns "" for a line that is no heading.
func heading(text string) (topic, inline string) {
	i := strings.IndexByte(text, ':')
	if i < 0 {
		if strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") || strings.HasPrefix(text, "#") {
			return topicOther, ""
		}
		return "", ""
	}
	if j := strings.LastIndexByte(text, ':'); j == len(text)-1 {
		i = j
	}
	topic, inline = topicOf(text[:i]), strings.TrimSpace(text[i+1:])
	if inline == "" || topic == topicCategories && strings.ContainsAny(inline, "|,") {
		return topic, inline
	}
	return "", ""
}

// topicOf says what a heading or the name of an element speaks of.
func topicOf(text string) string {
	topic := topicOther
	for w := range plainWords(text) {
		switch {
		case hasWord("fact facts record records", w):
			return topicFacts
		case hasWord("known answers entities", w):
			return topicKnown
		case hasWord("category categories class classes label labels intent intents into", w):
			topic = topicCategories
		}
	}
	return topic
}

func parseCategory(text string) category {
	for _, sep := range []string{": ", " - ", " – ", " — "} {
		if name, about, ok := strings.Cut(text, sep); ok {
			return category{unquote(name), strings.TrimSpace(about)}
		}
	}
	return category{name: unquote(text)}
}

// appendInline reads "a | b", "a, b" or ["a", "b"].
func appendInline(cats []category, text string) []category {
	var names []string
	if strings.HasPrefix(text, "[") && json.Unmarshal([]byte(text), &names) == nil {
		for _, n := range names {
			cats = append(cats, parseCategory(n))
		}
		return cats
	}
	sep := ","
	if strings.Contains(text, "|") {
		sep = "|"
	}
	if !strings.Contains(text, sep) {
		return cats
	}
	for name := range strings.SplitSeq(text, sep) {
		if name = unquote(name); name != "" {
			cats = append(cats, parseCategory(name))
		}
	}
	return cats
}

func unquote(s string) string { return strings.Trim(strings.TrimSpace(s), "\"'`.") }

func isNone(s string) bool {
	switch strings.ToLower(strings.Trim(s, "().- ")) {
	case "", "none", "nothing", "n/a", "no facts", "no records", "no facts known", "none known":
		return true
	}
	return false
}

// readExample reads "Input: …", "Output: …" and returns how many lines that
// were.
func (r *reading) readExample(lines []line) int {
	input, ok := cutLabel(lines[0].text, "input:")
	if !ok {
		return 0
	}
	for i, l := range lines[1:min(len(lines), maxExampleLines)] {
		if _, again := cutLabel(l.text, "input:"); again || l.text == "" || l.element != "" {
			return 0
		}
		if output, ok := cutLabel(l.text, "output:"); ok {
			r.examples = append(r.examples, example{input, label(output)})
			return i + 2
		}
		input += "\n" + l.text
	}
	return 0
}

func cutLabel(s, label string) (string, bool) {
	if len(s) < len(label) || !strings.EqualFold(s[:len(label)], label) {
		return "", false
	}
	return strings.TrimSpace(s[len(label):]), true
}

// label is what an example's output says: the first string in its JSON, or all
// of it.
func label(output string) string {
	for _, s := range findShapes(output) {
		for _, m := range s.members {
			if m.value.kind == shapeString {
				return m.value.text
			}
			if m.value.kind == shapeArray && len(m.value.items) > 0 {
				return m.value.items[0].text
			}
		}
	}
	return unquote(output)
}

// parsePassage reads "[P07] Title: text Next: next step".
func parsePassage(s string) (passage, bool) {
	id, text, ok := strings.Cut(s, "] ")
	id, bracket := strings.CutPrefix(id, "[")
	if !ok || !bracket || len(id) > 16 || !strings.ContainsAny(id, "0123456789") || strings.ContainsAny(id, "[ \"<") {
		return passage{}, false
	}
	p := passage{id: id, text: text}
	if title, rest, ok := strings.Cut(text, ": "); ok && len(title) < 100 && !strings.Contains(title, ". ") {
		p.title, p.text = title, rest
	}
	if body, next, ok := strings.Cut(p.text, " Next: "); ok {
		p.text, p.next = body, next
	}
	return p, true
}

// readShapes finds the answer that the author wants, outside of the examples:
// the last one shown, and the one that says "uncertain".
func (r *reading) readShapes(lines []line) {
	var b strings.Builder
	for _, l := range lines {
		if _, in := cutLabel(l.text, "output:"); in || l.element != "" {
			continue
		}
		b.WriteString(l.text)
		b.WriteByte('\n')
	}
	for _, s := range findShapes(b.String()) {
		if status, ok := s.member("status"); ok && strings.EqualFold(status.text, "uncertain") {
			r.uncertain = &s
		} else {
			r.shape = &s
		}
	}
	if r.shape != nil && len(r.categories) == 0 {
		r.categoriesOfShape(r.shape)
	}
}

// categoriesOfShape reads a placeholder that lists them: "a|b|c".
func (r *reading) categoriesOfShape(s *shape) {
	for _, m := range s.members {
		if m.value.kind == shapeString && strings.Count(m.value.text, "|") > 0 {
			r.categories = appendInline(nil, m.value.text)
			return
		}
	}
}
