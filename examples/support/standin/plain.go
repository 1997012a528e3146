package standin

import (
	"iter"
	"strings"
	"unicode"
)

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
