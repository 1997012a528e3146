package validate

import "strings"

// maxValueWords is how many words a value may have that is stated in a text.
const maxValueWords = 8

// stated says whether a text does no more than state the value that is
// recognizes: "Status: shipped", "the answer is Deny.", "SAFE (see policy 4)",
// "billing - they were charged twice". Sentences about a value are not taken
// for the value, because they may say its contrary in more ways than a list
// can hold: "unable to allow", "hardly spam", "shipped?".
func stated(text string, is func(words string) bool) bool {
	if strings.Contains(text, "?") {
		return false
	}
	words := strings.Fields(text)
	for i := range words {
		for j := i + 1; j <= min(len(words), i+maxValueWords); j++ {
			value := strings.Trim(strings.Join(words[i:j], " "), valueMarks)
			if is(value) {
				return introduces(words[:i]) && (explains(words[j-1], words[j:]) || introduces(words[j:]))
			}
		}
		if !introduces(words[i : i+1]) {
			return false
		}
	}
	return false
}

const valueMarks = ".,;:!\"'`*_()[]{}<>“”‘’=-–—"

// introduces says whether all words only say that a value is given.
func introduces(words []string) bool {
	for _, w := range words {
		w = strings.ToLower(strings.Trim(w, valueMarks))
		if w != "" && !strings.Contains(introductions, " "+w+" ") {
			return false
		}
	}
	return true
}

const introductions = " the a an is are it its it's this that my your our answer category class classification label type value " +
	"status state result choice option intent verdict sentiment kind i choose chose pick picked select selected classified as to be " +
	"final output response would will of for here below following enum "

// explains says whether the words after a value are set apart from it, as an
// explanation is.
func explains(value string, after []string) bool {
	if len(after) == 0 {
		return true
	}
	if strings.HasSuffix(value, ":") || strings.HasSuffix(value, ".") {
		return true
	}
	switch first := after[0]; first {
	case "-", "–", "—", ":", "//", "#":
		return true
	default:
		return first[0] == '(' || first[0] == '['
	}
}
