package rank

import (
	"bytes"
	"slices"
)

// Stem returns an English word in lower case without its endings, so that
// "charges", "charged" and "charging" are one term. The result need not be a
// word.
//
// It is a small suffix stripper in the family of Porter's (An Algorithm for
// Suffix Stripping, 1980): plural, then past and participle, then one ending
// that makes a noun, adverb or adjective of a verb, then a silent e or a
// doubled consonant. Each step happens at most once and leaves at least three
// letters. It knows no irregular words, only a few plurals that mean something
// else than their singular.
func Stem(word string) string { return string(stem([]byte(word))) }

// stem shortens w in place.
func stem(w []byte) []byte {
	if len(w) < 4 || w[0] < 'a' { // short words and numbers stay
		return w
	}
	w = plural(w)
	w = participle(w)
	w = derived(w)
	switch n := len(w); {
	case n < 4:
	case w[n-1] == 'e' && w[n-2] != 'e', w[n-1] == w[n-2] && !vowel(w[n-1]):
		w = w[:n-1]
	}
	return w
}

var kept = [...]string{"goods", "news", "customs", "glasses", "clothes"} //archtest:table plurals with a meaning of their own

func plural(w []byte) []byte {
	n := len(w)
	switch {
	case n < 4 || w[n-1] != 's' || slices.Contains(kept[:], string(w)) || ends(w, "ss") || ends(w, "us") || ends(w, "is"):
	case ends(w, "ies"):
		if n > 4 {
			w = append(w[:n-3], 'y')
		}
	case ends(w, "sses"), ends(w, "shes"), ends(w, "ches"), ends(w, "xes"):
		w = w[:n-2]
	default:
		w = w[:n-1]
	}
	return w
}

func participle(w []byte) []byte {
	n := len(w)
	switch {
	case ends(w, "ied") && n > 4:
		return append(w[:n-3], 'y')
	case ends(w, "eed"):
		return w
	case ends(w, "ed"):
		n -= 2
	case ends(w, "ing"):
		n -= 3
	default:
		return w
	}
	if n < 3 || !bytes.ContainsAny(w[:n], "aeiouy") {
		return w
	}
	if w = w[:n]; n > 3 && ends(w, "at") && !vowel(w[n-3]) {
		w = append(w, 'e') // "activated" is "activate" again, whose ending goes next
	}
	return w
}

// endings are tried in order; keep is the least number of letters before one.
//
//archtest:table endings of English nouns, adverbs and adjectives
var endings = [...]struct {
	suffix, with string
	keep         int
}{
	{"ication", "y", 3}, // verification
	{"ation", "", 4},    // installation
	{"tion", "t", 3},    // collection
	{"sion", "s", 3},    // extension
	{"ment", "", 3},     // payment
	{"ably", "", 4},     // reliably
	{"able", "", 4},     // refundable
	{"ible", "", 4},     // accessible
	{"ness", "", 4},     // freshness
	{"ery", "er", 4},    // delivery
	{"ate", "", 4},      // activate
	{"al", "", 5},       // renewal
	{"ly", "", 4},       // monthly
}

// derived cuts one of the endings. An installment is no installation, so
// "-lment" stays.
func derived(w []byte) []byte {
	for _, e := range &endings {
		if n := len(w) - len(e.suffix); n >= e.keep && ends(w, e.suffix) && !ends(w, "lment") {
			return append(w[:n], e.with...)
		}
	}
	return w
}

func ends(w []byte, suffix string) bool {
	return len(w) >= len(suffix) && string(w[len(w)-len(suffix):]) == suffix
}

func vowel(c byte) bool { return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' }
