package standin

import (
	"slices"
	"strconv"
	"strings"

	"github.com/makeready-go/makeready/internal/rank"
)

// A word is what the lexicon knows of a term.
type word struct {
	weight float64
	marks  mark
	groups []uint16 // places in synonyms
}

// A lexicon knows English words: what they weigh, what they tell and which
// others mean about the same. It is built once per model and only read
// afterwards.
type lexicon struct {
	words   map[string]word
	phrases map[[2]string][]phrase // by their first two words
}

// A phrase is a term of several words.
type phrase struct {
	key    string
	rest   []string // after the first two words
	groups []uint16
}

func newLexicon() *lexicon {
	x := &lexicon{make(map[string]word, 4096), make(map[[2]string][]phrase, 512)}
	x.weigh(everydayWords[:], weightEveryday)
	x.weigh(functionWords[:], weightFunction)
	for _, m := range marked {
		for w := range rank.Terms(m.words) {
			known := x.word(w)
			known.marks |= m.mark
			x.words[w] = known
		}
	}
	for g, line := range synonyms {
		for member := range strings.SplitSeq(line, ",") {
			x.join(slices.Collect(rank.Terms(member)), uint16(g)) //nolint:gosec // a few hundred groups
		}
	}
	return x
}

func (x *lexicon) weigh(lines []string, weight float64) {
	for _, line := range lines {
		for w := range rank.Terms(line) {
			x.words[w] = word{weight: weight}
		}
	}
}

// word returns what is known of a term; what is not known is content.
func (x *lexicon) word(stem string) word {
	if w, ok := x.words[stem]; ok {
		return w
	}
	return word{weight: weightContent}
}

// join puts a word or a phrase into a group of synonyms.
func (x *lexicon) join(words []string, group uint16) {
	switch len(words) {
	case 0:
	case 1:
		w := x.word(words[0])
		if !slices.Contains(w.groups, group) {
			w.groups = append(w.groups, group)
		}
		x.words[words[0]] = w
	default:
		first := [2]string{words[0], words[1]}
		list := x.phrases[first]
		i := slices.IndexFunc(list, func(p phrase) bool { return slices.Equal(p.rest, words[2:]) })
		if i < 0 {
			i = len(list)
			list = append(list, phrase{key: strings.Join(words, " "), rest: words[2:]})
		}
		list[i].groups = append(list[i].groups, group)
		x.phrases[first] = list
	}
}

// A term is a word or phrase of a text.
type term struct {
	stem   string
	weight float64
	marks  mark
	groups []uint16
}

// maxTerms bounds how many words of one text are read for their meaning.
const maxTerms = 512

// terms lists the words of a text, and after the words of a phrase the phrase.
func (x *lexicon) terms(text string) []term {
	words := make([]term, 0, 32)
	for stem := range rank.Terms(text) {
		if len(words) == maxTerms {
			break
		}
		if digit(stem[0]) { // of a number only the length is compared
			words = append(words, term{stem: "#" + strconv.Itoa(len(stem)), weight: weightNumber})
			continue
		}
		w := x.word(stem)
		words = append(words, term{stem, w.weight, w.marks, w.groups})
	}
	raiseRequests(words)
	out := x.findPhrases(words)
	if _, ok := findAmount(text); ok {
		out = append(out, term{stem: "#amount", weight: weightAmount, groups: x.words["amount"].groups})
	}
	return out
}

// raiseRequests weighs up what a sentence asks for: "I want to X", "could you
// X", "please X", "X would be good".
func raiseRequests(words []term) {
	for i := range words {
		w := &words[i]
		var next *term
		if i+1 < len(words) {
			next = &words[i+1]
		}
		switch {
		case w.stem == "pleas", w.stem == "pls", w.stem == "kind" && next != nil:
			raise(words[i+1:])
		case next == nil:
		case w.marks&markWish != 0 && next.stem == "to",
			w.marks&markModal != 0 && (next.marks&markSelf != 0 || next.stem == "you" || next.stem == "one"):
			raise(words[i+2:])
		case (w.stem == "that" || w.stem == "which") && next.marks&markSelf != 0 && i+2 < len(words):
			words[i+2].weight *= consumed // "the shirt that I bought" is about a shirt
		case i > 0 && w.stem == "would" && next.stem == "be":
			raise(words[i-1 : i])
		}
	}
}

// raise finds the first word of content, not far away.
func raise(words []term) {
	for i := range words[:min(3, len(words))] {
		if words[i].weight == weightContent {
			words[i].weight *= requested
			return
		}
	}
}

func (x *lexicon) findPhrases(words []term) []term {
	out := make([]term, 0, len(words)+8)
	for i := 0; i < len(words); {
		p, n := x.phrase(words[i:], 0)
		if n == 0 && i+1 < len(words) && words[i+1].marks&markInside != 0 {
			p, n = x.phrase(words[i:], 1)
		}
		if n == 0 && i+1 < len(words) && words[i+1].marks&markDeterminer != 0 {
			p, n = x.phrase(words[i:], 2)
		}
		if n == 0 {
			out = append(out, words[i])
			i++
			continue
		}
		whole := term{stem: p.key, weight: weightContent, groups: p.groups}
		rest := n - len(p.rest) - 1
		for k, w := range words[i : i+n] {
			if k == 0 || k >= rest { // what stands inside keeps its weight
				whole.weight = max(whole.weight, w.weight)
				w.weight, w.groups = w.weight*consumed, nil
			}
			out = append(out, w)
		}
		out = append(out, whole)
		i += n
	}
	return out
}

// phrase finds the longest phrase that words begin with, after whose first
// word skip words stand in between. It returns how many words that is in all.
func (x *lexicon) phrase(words []term, skip int) (best phrase, n int) {
	if len(words) < 2+skip {
		return phrase{}, 0
	}
	for _, p := range x.phrases[[2]string{words[0].stem, words[1+skip].stem}] {
		if m := 2 + skip + len(p.rest); m > n && begins(words[2+skip:], p.rest) {
			best, n = p, m
		}
	}
	return best, n
}

func begins(words []term, with []string) bool {
	if len(words) < len(with) {
		return false
	}
	for i, w := range with {
		if words[i].stem != w {
			return false
		}
	}
	return true
}

func digit(c byte) bool { return '0' <= c && c <= '9' }
