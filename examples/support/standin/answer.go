package standin

import (
	"bytes"
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
