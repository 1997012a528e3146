package standin

import (
	"encoding/json"
	"iter"
	"slices"
	"strings"
	"unicode"

	"github.com/makeready-go/makeready"
)

// A reading is what the stand-in understands of a prompt.
type reading struct {
	categories []category
	examples   []example
	fields     []field
	passages   []passage
	facts      []string
	// known are values that the prompt gives by name, such as answers.
	known map[string]string
	// shape is the answer that the prompt wants, uncertain what it wants
	// instead when the answer is not known. Either may be absent.
	shape, uncertain *shape
	// message is the customer's text.
	message string
	// author is everything that the prompt's author wrote.
	author string
	// next and offer say that a reply ends with a next step, and with an offer
	// to help further. sentences is how many it may have.
	next, offer bool
	sentences   int
}

// A passage is a text that a reply may rest on: "[P07] Title: text Next: …".
type passage struct{ id, title, text, next string }

// defaultSentences is how long a reply is in a prompt that does not say.
const defaultSentences = 4

// read reads the messages of a request. It takes the customer's text for
// nothing but the customer's text.
func read(messages []makeready.Message) *reading {
	r := &reading{known: make(map[string]string), sentences: defaultSentences}
	asking := lastQuestion(messages)
	var lines []line
	var author strings.Builder
	for i, m := range messages[:asking+1] {
		if m.Role != makeready.RoleSystem && i != asking {
			continue // earlier turns of a conversation
		}
		parts := pieces(m.Text)
		if i == asking {
			parts = r.takeMessage(parts, asking > 0)
		}
		for _, p := range parts {
			lines = appendLines(lines, p)
			if p.element == "" {
				author.WriteString(p.text)
				author.WriteByte('\n')
			}
		}
	}
	r.author = author.String()
	r.readLines(lines)
	r.readShapes(lines)
	r.readManner()
	return r
}

// lastQuestion returns the place of the message that asks: the last one of the
// user, or the one before when the last only complains about an answer.
func lastQuestion(messages []makeready.Message) int {
	last := -1
	for i, m := range slices.Backward(messages) {
		if m.Role != makeready.RoleUser {
			continue
		}
		if last < 0 {
			last = i
		}
		complains := i > 0 && messages[i-1].Role == makeready.RoleAssistant && isComplaint(m.Text)
		if !complains {
			return i
		}
	}
	return max(last, len(messages)-1)
}

// isComplaint says whether a message asks for the same answer in a better
// form: it holds no element, and speaks of answers and their faults.
func isComplaint(text string) bool {
	if slices.ContainsFunc(pieces(text), func(p piece) bool { return p.element != "" }) {
		return false
	}
	var answer, form bool
	for w := range plainWords(text) {
		answer = answer || hasWord("answer output response reply json", w)
		form = form || hasWord("fault faults valid invalid schema correct issue issues format match", w)
	}
	return answer && form
}

// messageNames are names of elements and labels of lines that hold what the
// prompt is about.
var messageNames = [...]string{"message", "text", "question", "query", "ticket", "input", "request", "email", "review", "comment"} //archtest:table English nouns

// takeMessage takes the customer's text out of the message that asks, and
// returns what is left: an element with a fitting name, else what follows a
// fitting label, else an element of any name, else, when there is a system
// message, everything.
func (r *reading) takeMessage(parts []piece, system bool) []piece {
	fits := func(p piece) bool { return p.element != "" && isMessageName(p.element) }
	if i := lastIndex(parts, fits); i >= 0 {
		r.message = parts[i].text
		return slices.Delete(parts, i, i+1)
	}
	elements := slices.ContainsFunc(parts, func(p piece) bool { return p.element != "" })
	for i, p := range slices.Backward(parts) {
		if p.element != "" {
			continue
		}
		if before, text, after, ok := labeled(p.text); ok {
			r.message = text
			return slices.Replace(parts, i, i+1, piece{text: before}, piece{text: after})
		}
	}
	switch {
	case elements:
		i := lastIndex(parts, func(p piece) bool { return p.element != "" })
		r.message = parts[i].text
		return slices.Delete(parts, i, i+1)
	case len(parts) > 0:
		r.message = parts[0].text
		if system {
			return nil
		}
	}
	return parts
}

func lastIndex[T any](s []T, f func(T) bool) int {
	for i, v := range slices.Backward(s) {
		if f(v) {
			return i
		}
	}
	return -1
}

// isMessageName accepts the names, also as the last part of a longer one:
// customer_message.
func isMessageName(name string) bool {
	if i := strings.LastIndexAny(name, "_ "); i >= 0 {
		name = name[i+1:]
	}
	return slices.Contains(messageNames[:], name)
}

// labeled finds the last line "Customer message: text" and what belongs to it:
// the lines up to one that is empty or that begins something else.
func labeled(s string) (before, text, after string, ok bool) {
	at := -1
	offset := 0
	for l := range strings.Lines(s) {
		if label, _, found := strings.Cut(l, ":"); found && len(label) < 40 && isMessageName(strings.ToLower(strings.TrimSpace(label))) {
			at = offset
		}
		offset += len(l)
	}
	if at < 0 {
		return "", "", "", false
	}
	label, rest, _ := strings.Cut(s[at:], ":")
	end := 0
	for l := range strings.Lines(rest) {
		if end > 0 && beginsAnother(strings.TrimSpace(l)) {
			break
		}
		end += len(l)
	}
	return s[:at] + label + ":\n", strings.TrimSpace(rest[:end]), rest[end:], true
}

// beginsAnother says whether a line after a message is the author's again:
// empty, a heading, JSON, or the place of the answer.
func beginsAnother(l string) bool {
	if l == "" || strings.HasSuffix(l, ":") || l[0] == '{' {
		return true
	}
	before, _, found := strings.Cut(l, ":")
	return found && hasWord("answer output response reply category intent label format result", strings.ToLower(before))
}

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

// plainWords yields the words of a text in lower case.
func plainWords(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for w := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) }) {
			if !yield(strings.ToLower(w)) {
				return
			}
		}
	}
}

// hasWord says whether w is one of the words of list.
func hasWord(list, w string) bool {
	for l := range strings.FieldsSeq(list) {
		if l == w {
			return true
		}
	}
	return false
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

// readManner finds how the author wants replies to be written.
func (r *reading) readManner() {
	text := strings.ToLower(r.author)
	r.next = strings.Contains(text, "next step")
	r.offer = strings.Contains(text, "offer") || strings.Contains(text, "further help") || strings.Contains(text, "further assistance")
	words := strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(" \n-–,.()", c) })
	for i, w := range words {
		if i > 0 && strings.HasPrefix(w, "sentence") && len(words[i-1]) == 1 && digit(words[i-1][0]) && words[i-1] != "0" {
			r.sentences = int(words[i-1][0] - '0')
		}
	}
}
