package standin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// An author fills the shape that a prompt shows.
type author struct {
	*lexicon
	*reading

	intent  verdict
	intents []verdict // of the requests in the message, one per category
	values  []pair    // of the fields
	missing []field
	draft   draft
	// order is what the customer orders the model to do, nil unless it obeys.
	order *order
	// doubt says why nothing can be answered, "" if something can.
	doubt string
}

// A role is what a placeholder stands for.
type role uint8

const (
	roleOther role = iota
	roleCategory
	roleConfidence
	roleEntities
	roleFields
	roleFieldName
	roleQuestion
	roleReply
	roleSource
	roleReason
	roleSuggestion
)

// roleOf reads the words of a placeholder, or of its key if they say nothing.
func roleOf(key, placeholder string) role {
	if r := roleOfWords(placeholder); r != roleOther {
		return r
	}
	return roleOfWords(key)
}

var roleWords = [...]struct { //archtest:table English words by what they name in an answer
	role  role
	words string
}{
	{roleCategory, "category categories intent intents class classes label labels topic topics"},
	{roleConfidence, "confidence probability certainty score"},
	{roleEntities, "entity entities"},
	{roleFields, "fields values"},
	{roleFieldName, "field missing"},
	{roleQuestion, "question questions"},
	{roleReply, "reply answer response message"},
	{roleSource, "source sources passage passages citation citations document documents"},
	{roleReason, "reason why explanation explain rationale"},
	{roleSuggestion, "suggestion suggested next recommended"},
}

func roleOfWords(text string) role {
	for w := range plainWords(text) {
		for _, r := range roleWords {
			if hasWord(r.words, w) {
				return r.role
			}
		}
	}
	return roleOther
}

// roles collects what a shape asks for.
func (s *shape) roles(key string, found map[role]bool) {
	switch s.kind {
	case shapeObject:
		found[roleOf(key, "")] = true
		for _, m := range s.members {
			m.value.roles(m.key, found)
		}
	case shapeArray:
		found[roleOf(key, "")] = true
		for _, item := range s.items {
			item.roles(key, found)
		}
	default:
		found[roleOf(key, s.text)] = true
	}
}

// newAuthor works out what the prompt asks for.
func newAuthor(x *lexicon, r *reading, obedient bool) *author {
	a := &author{lexicon: x, reading: r}
	if obedient {
		a.order = findOrder(r.message)
	}
	asked := map[role]bool{roleCategory: r.shape == nil && len(r.categories) > 0, roleReply: r.shape == nil && len(r.categories) == 0}
	if r.shape != nil {
		r.shape.roles("", asked)
	}
	if asked[roleCategory] {
		a.classify()
	}
	if asked[roleFieldName] || asked[roleFields] || asked[roleQuestion] {
		a.gather()
	}
	if asked[roleReply] {
		a.respond()
	}
	return a
}

// unlikely is how probable a category is at most that is not worth a guess.
const unlikely = 0.15

func (a *author) classify() {
	j := a.newJudge(a.categories, a.examples)
	a.intent = j.judge(a.message)
	if a.order != nil {
		a.intent.confidence = max(a.intent.confidence, obedience)
	}
	if a.intent.confidence < unlikely && !a.complains() {
		a.doubt = "No listed category fits the message."
	}
	a.intents = j.judgeEach(a.message, a.intent)
}

// complains says whether the customer is upset. Whatever the message is about,
// it is about something, and a person should see it: then a low confidence says
// more than the statement that nothing is known.
func (a *author) complains() bool {
	return slices.ContainsFunc(a.terms(a.message), func(t term) bool { return t.marks&markUpset != 0 })
}

// judgeEach judges each request in a message by itself, and returns the
// categories that are likely, in the order of the requests. It is the whole
// message's alone if the message has one request.
func (j *judge) judgeEach(message string, whole verdict) []verdict {
	parts := requests(message)
	if len(parts) < 2 {
		return []verdict{whole}
	}
	var out []verdict
	for _, part := range parts {
		v := j.judge(part)
		if v.confidence < likely || slices.ContainsFunc(out, func(o verdict) bool { return o.category == v.category }) {
			continue
		}
		out = append(out, v)
	}
	if len(out) < 2 {
		return []verdict{whole}
	}
	return out
}

// likely is how probable the category of one request among several must be.
const likely = 0.5

// The bounds of what is judged request by request.
const (
	maxRequests    = 6
	maxRequestText = 4096 // bytes of the message
)

// requests splits a message at the ends of sentences, at semicolons, and at
// "and" or "also".
func requests(message string) []string {
	var out []string
	for _, s := range sentences(message[:min(len(message), maxRequestText)]) {
		for part := range strings.SplitSeq(s, ";") {
			for more := true; more && len(out) < maxRequests; {
				var first string
				first, part, more = cutAnd(part)
				out = append(out, first)
			}
		}
	}
	return out
}

// cutAnd splits at the first " and " or " also " with at least three words on
// both sides.
func cutAnd(s string) (before, after string, ok bool) {
	for i := range len(s) {
		for _, word := range []string{" and ", " also ", " plus "} {
			if strings.HasPrefix(s[i:], word) && strings.Count(s[:i], " ") >= 2 && strings.Count(s[i+len(word):], " ") >= 2 {
				return s[:i], s[i+len(word):], true
			}
		}
	}
	return s, "", false
}

func (a *author) gather() {
	found := a.entities(a.message)
	for _, f := range a.fields {
		value := a.known[f.name]
		if value == "" {
			value = f.find(a.message)
		}
		for _, e := range found {
			if value == "" && e.name == f.name {
				value = e.value
			}
		}
		switch {
		case value != "":
			a.values = append(a.values, pair{f.name, value})
		case f.required && a.order == nil:
			a.missing = append(a.missing, f)
		}
	}
}

func (a *author) respond() {
	var ok bool
	if a.draft, ok = a.reply(a.reading); !ok {
		a.doubt = "Nothing that I was given answers the message."
	}
	if a.order != nil {
		a.doubt = ""
		a.draft.text = a.order.obey(a.draft.text, a.author)
	}
}

const suggestion = "Ask the customer to say it in other words, or hand over to a colleague."

// text writes the answer.
func (a *author) text() string {
	var b bytes.Buffer
	switch {
	case a.doubt != "" && a.uncertain != nil:
		a.write(&b, "", a.uncertain)
	case a.shape != nil:
		a.write(&b, "", a.shape)
	case len(a.categories) > 0:
		return a.intent.category
	case a.doubt != "":
		return a.doubt
	default:
		return a.draft.text
	}
	return b.String()
}

// write writes a shape with values in the place of its placeholders.
func (a *author) write(b *bytes.Buffer, key string, s *shape) {
	switch s.kind {
	case shapeObject:
		a.writeObject(b, key, s)
	case shapeArray:
		a.writeArray(b, key, s)
	case shapeString:
		a.writeString(b, key, s.text)
	case shapeBare:
		a.writeBare(b, key, s.text)
	}
}

func (a *author) writeObject(b *bytes.Buffer, key string, s *shape) {
	if open := len(s.members) > 0 && (s.members[0].key == "" || strings.HasPrefix(s.members[0].key, "<")); open || len(s.members) == 0 {
		writePairs(b, a.pairs(roleOf(key, "")))
		return
	}
	b.WriteByte('{')
	for i, m := range s.members {
		if i > 0 {
			b.WriteString(", ")
		}
		writeString(b, m.key)
		b.WriteString(": ")
		a.write(b, m.key, &m.value)
	}
	b.WriteByte('}')
}

// pairs are the members of an object whose keys the prompt leaves open.
func (a *author) pairs(r role) []pair {
	switch {
	case r == roleFields:
		return a.values
	case r == roleEntities:
		return a.entities(a.message)
	}
	return nil
}

func writePairs(b *bytes.Buffer, pairs []pair) {
	b.WriteByte('{')
	for i, p := range pairs {
		if i > 0 {
			b.WriteString(", ")
		}
		writeString(b, p.name)
		b.WriteString(": ")
		writeString(b, p.value)
	}
	b.WriteByte('}')
}

func (a *author) writeArray(b *bytes.Buffer, key string, s *shape) {
	b.WriteByte('[')
	for i, item := range a.items(key, s) {
		if i > 0 {
			b.WriteString(", ")
		}
		item(b)
	}
	b.WriteByte(']')
}

// items are what a list holds, as functions that write one each.
func (a *author) items(key string, s *shape) []func(b *bytes.Buffer) {
	if len(s.items) == 0 {
		return nil
	}
	first := s.items[0]
	found := make(map[role]bool)
	first.roles(key, found)
	text := func(t string) func(b *bytes.Buffer) { return func(b *bytes.Buffer) { writeString(b, t) } }
	var out []func(b *bytes.Buffer)
	switch {
	case found[roleCategory]:
		for _, v := range a.intents {
			one := *a
			one.intent = v
			out = append(out, func(b *bytes.Buffer) { one.write(b, key, &first) })
		}
	case found[roleQuestion], found[roleFieldName]:
		for _, f := range a.missing {
			one := *a
			one.missing = []field{f}
			out = append(out, func(b *bytes.Buffer) { one.write(b, key, &first) })
		}
	case found[roleSource]:
		for _, id := range a.draft.sources {
			out = append(out, text(id))
		}
	case found[roleEntities]:
		for _, e := range a.entities(a.message) {
			out = append(out, text(e.value))
		}
	}
	return out
}

func (a *author) writeString(b *bytes.Buffer, key, placeholder string) {
	switch roleOf(key, placeholder) {
	case roleCategory:
		writeString(b, a.intent.category)
	case roleConfidence:
		writeString(b, a.confidence())
	case roleFieldName:
		if len(a.missing) > 0 {
			writeString(b, a.missing[0].name)
			return
		}
		writeString(b, "")
	case roleQuestion:
		if len(a.missing) > 0 {
			writeString(b, a.missing[0].question())
			return
		}
		writeString(b, "")
	case roleReply:
		writeString(b, a.draft.text)
	case roleSource:
		writeString(b, strings.Join(a.draft.sources, ", "))
	case roleReason:
		writeString(b, a.reason())
	case roleSuggestion:
		writeString(b, suggestion)
	default:
		if strings.Contains(placeholder, "<") || strings.Contains(placeholder, "|") {
			writeString(b, "")
			return
		}
		writeString(b, placeholder) // a constant, such as "uncertain"
	}
}

func (a *author) reason() string {
	switch {
	case a.doubt != "":
		return a.doubt
	case a.intent.category != "":
		return "The message is like the examples and the description of " + a.intent.category + "."
	}
	return ""
}

// confidence is rounded down: it never claims more than was worked out.
func (a *author) confidence() string {
	return fmt.Sprintf("%.2f", float64(int(a.intent.confidence*100))/100)
}

func (a *author) writeBare(b *bytes.Buffer, key, placeholder string) {
	switch {
	case roleOf(key, placeholder) == roleConfidence, isRange(placeholder):
		b.WriteString(a.confidence())
	case strings.HasPrefix(placeholder, "true"), strings.HasPrefix(placeholder, "false"):
		b.WriteString("false")
	case placeholder == "null":
		b.WriteString("null")
	case placeholder != "" && (digit(placeholder[0]) || placeholder[0] == '-') && json.Valid([]byte(placeholder)):
		b.WriteString(placeholder)
	default:
		a.writeString(b, key, placeholder)
	}
}

// isRange accepts "0.0-1.0", "0 to 1" and "<0-1>".
func isRange(s string) bool {
	s = strings.Trim(s, "<> ")
	return s != "" && digit(s[0]) && !json.Valid([]byte(s)) && strings.ContainsAny(s, "-–t.")
}

// writeString writes a JSON string without escaping what HTML would mind.
func writeString(b *bytes.Buffer, s string) {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	if enc.Encode(s) != nil { // no string fails
		return
	}
	b.Truncate(b.Len() - 1)
}
