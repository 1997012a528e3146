package standin

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A draft is a reply and what it rests on.
type draft struct {
	text    string
	sources []string
}

// How much of a message the passages must know for a reply, 0 to 1. Chosen by
// reading replies to the example bank: below it, what is copied no longer has
// to do with the message.
const (
	minSupport  = 0.3
	minSentence = 0.25
	keepSecond  = 0.6 // of the best sentence's score
)

const offerText = "Is there anything else I can help you with?"

// reply answers a message by copying: facts that name the same things first,
// then, for what they leave open, the sentences of the best passage that are
// nearest to the message; then the passage's next step and an offer, as the
// prompt wants. It returns false when nothing in the prompt supports an answer.
func (x *lexicon) reply(r *reading) (draft, bool) {
	message := subject(x.terms(r.message))
	facts := x.relevantFacts(r, message)
	open := message
	if len(facts) > 0 {
		open = x.leftOpen(message, facts)
	}
	measure := asksForMeasure(r.message)
	best, support := x.bestPassage(r.passages, open, measure)
	supported := support >= minSupport
	if !supported && len(facts) == 0 {
		return draft{}, false
	}
	room := r.sentences
	if r.next {
		room--
	}
	if r.offer {
		room--
	}
	var d draft
	var said []string
	most := max(room, 1)
	if supported { // the passage says something, too
		most = max(room-1, 0)
	}
	said = append(said, facts[:min(len(facts), most)]...)
	if supported {
		p := r.passages[best]
		d.sources = []string{p.id}
		said = append(said, x.bestSentences(p, open, max(room-len(said), 1), measure)...)
		if r.next && p.next != "" {
			said = append(said, p.next)
		}
	}
	if r.offer {
		said = append(said, offerText)
	}
	for i, s := range said {
		said[i] = ended(s)
	}
	d.text = strings.Join(said, " ")
	return d, true
}

// leftOpen returns the terms of a message that no fact knows, or nothing when
// none of them is a word of content.
func (x *lexicon) leftOpen(message []term, facts []string) []term {
	known := newBag(nil)
	for _, f := range facts {
		for _, t := range x.terms(f) {
			known.add(t)
		}
	}
	content := false
	open := slices.DeleteFunc(slices.Clone(message), func(t term) bool { return known.match(t) > 0 })
	for _, t := range open {
		content = content || t.weight >= weightContent
	}
	if !content {
		return nil
	}
	return open
}

// subject returns the terms that say what a message is about: without those
// that only ask, since a text need not hold "how long" to answer it, and with
// less weight on what a preposition introduces. "The price of a lid" is about a
// price first.
func subject(terms []term) []term {
	out := make([]term, 0, len(terms))
	near := 0 // words since a preposition, 0 for none
	for _, t := range terms {
		switch {
		case strings.HasPrefix(t.stem, "how ") || strings.HasPrefix(t.stem, "what "):
			continue
		case hasWord("on from of for in at with about", t.stem):
			near = 1
		case near > 0 && t.weight >= weightContent:
			t.weight *= secondary
			near = 0
		case near > 0:
			near = (near + 1) % 4
		}
		out = append(out, t)
	}
	return out
}

// secondary is what a word after a preposition weighs.
const secondary = 0.7

// relevantFacts returns the facts that share a number or enough words with the
// message; of several the order of the prompt is kept.
func (x *lexicon) relevantFacts(r *reading, message []term) []string {
	var out []string
	numbers := make(map[string]bool)
	for start, end := range digitRuns(r.message) {
		numbers[r.message[start:end]] = true
	}
	own := newBag(message)
	for _, f := range r.facts {
		shares := false
		for start, end := range digitRuns(f) {
			shares = shares || end-start >= minBareNumber && numbers[f[start:end]]
		}
		if !shares {
			in := newBag(x.terms(f))
			shares = own.norm > 0 && coverage(message, &in, nil)/own.norm >= minSupport
		}
		if shares {
			out = append(out, f)
		}
	}
	return out
}

// bestPassage returns the passage that knows most of the message, and how much
// that is. What counts most is that one sentence and the title speak of it;
// words that several passages know count less.
func (x *lexicon) bestPassage(passages []passage, message []term, measure bool) (best int, support float64) {
	own := newBag(message)
	if own.norm == 0 {
		return 0, 0
	}
	bags := make([]bag, len(passages))
	df := make(map[string]int)
	for i, p := range passages {
		bags[i] = newBag(x.terms(p.title + ". " + p.text))
		for s := range bags[i].stems {
			df[s]++
		}
	}
	score := 0.0
	for i, p := range passages {
		title := newBag(x.terms(p.title))
		scores := x.rateSentences(p, message, measure)
		s := coverage(message, &bags[i], df) + coverage(message, &title, nil) + slices.Max(scores)
		if s > score {
			best, score = i, s
			support = coverage(message, &bags[i], nil) / own.norm
		}
	}
	return best, support
}

// rateSentences says how near each sentence of a passage is to the message. A
// passage without text has one empty sentence.
func (x *lexicon) rateSentences(p passage, message []term, measure bool) []float64 {
	scores := []float64{}
	for _, s := range sentences(p.text) {
		in := newBag(x.terms(s))
		score := coverage(message, &in, nil)
		if measure && score >= weightContent && strings.ContainsAny(s, "0123456789") {
			score += weightContent / 2
		}
		scores = append(scores, score)
	}
	if len(scores) == 0 {
		return []float64{0}
	}
	return scores
}

// bestSentences returns at most n sentences of a passage, in its order: the
// nearest to the message, and others that are nearly as near.
func (x *lexicon) bestSentences(p passage, message []term, n int, measure bool) []string {
	all := sentences(p.text)
	scores := x.rateSentences(p, message, measure)
	best := 0
	for i, s := range scores {
		if s > scores[best] {
			best = i
		}
	}
	var out []string
	for i, s := range all {
		near := scores[i] >= minSentence && scores[i] >= keepSecond*scores[best]
		if i == best || near && len(out)+1 < n || near && i > best && len(out) < n {
			out = append(out, s)
		}
	}
	return out[:min(len(out), max(n, 1))]
}

// asksForMeasure says whether a message asks "how long", "how many", "when":
// then a sentence with a number is likely to answer it.
func asksForMeasure(message string) bool {
	last := ""
	for w := range plainWords(message) {
		if w == "when" || w == "hours" || last == "how" && !hasWord("do does can could to would is are i", w) {
			return true
		}
		last = w
	}
	return false
}

// coverage is the weight of a message's terms that a text knows. Without df it
// is the plain sum.
func coverage(message []term, in *bag, df map[string]int) float64 {
	var sum float64
	for _, t := range message {
		w := t.weight * in.match(t)
		if n := df[t.stem]; n > 1 {
			w /= float64(n)
		}
		sum += w
	}
	return sum
}

// sentences splits a text at full stops, question and exclamation marks that a
// space and no small letter follows.
func sentences(text string) []string {
	var out []string
	from := 0
	for i := 0; i+1 < len(text); i++ {
		if strings.IndexByte(".!?", text[i]) < 0 || text[i+1] != ' ' {
			continue
		}
		next, _ := utf8.DecodeRuneInString(strings.TrimLeft(text[i+1:], " "))
		if unicode.IsLower(next) {
			continue
		}
		out = append(out, strings.TrimSpace(text[from:i+1]))
		from = i + 1
	}
	if rest := strings.TrimSpace(text[from:]); rest != "" {
		out = append(out, rest)
	}
	return out
}

// ended gives a sentence its full stop.
func ended(s string) string {
	if s != "" && strings.IndexByte(".!?", s[len(s)-1]) < 0 {
		s += "."
	}
	return s
}
