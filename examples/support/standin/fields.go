package standin

import (
	"slices"
	"strings"

	"github.com/makeready-go/makeready/internal/rank"
)

// A field is something that the prompt wants to know:
// "name (required): description ask: "question"".
type field struct {
	name     string
	required bool
	about    string
	ask      string
}

func parseField(s string) (field, bool) {
	name, rest, ok := strings.Cut(s, " (")
	if !ok || name == "" || strings.Contains(name, " ") {
		return field{}, false
	}
	need, about, ok := strings.Cut(rest, ")")
	required := strings.HasPrefix(need, "required")
	if !ok || !required && !strings.HasPrefix(need, "optional") {
		return field{}, false
	}
	f := field{name: name, required: required, about: strings.TrimLeft(about, ": ")}
	if i := strings.LastIndex(f.about, "ask: "); i >= 0 {
		f.about, f.ask = strings.TrimRight(f.about[:i], "; "), unquoteQuestion(f.about[i+len("ask: "):])
	}
	return f, true
}

func unquoteQuestion(s string) string { return strings.Trim(strings.TrimSpace(s), `"`) }

// question is what to ask when the field is missing.
func (f field) question() string {
	if f.ask != "" {
		return f.ask
	}
	return "What is the " + strings.ReplaceAll(f.name, "_", " ") + "?"
}

// find looks for the field's value in a message, by what its description says
// in words. It finds nothing when the description names no form that it knows.
func (f field) find(message string) string {
	about := strings.ToLower(f.about)
	if _, list, ok := strings.Cut(about, "one of:"); ok {
		return findOption(message, list)
	}
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(about, w) })
	}
	switch n := digitsIn(about); {
	case n > 0:
		return findNumber(message, n)
	case has("e-mail address", "email address"):
		return findEmail(message)
	case has("phone number"):
		return findPhone(message)
	case has("amount", "price", "sum of money"):
		v, _ := findAmount(message)
		return v
	case has("date"):
		return findDate(message)
	case has("number"):
		return findNumber(message, 0)
	}
	return ""
}

var digitWords = [...]string{"one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"} //archtest:table English numerals

// digitsIn reads "four digits" or "4 digits", and returns 0 for neither.
func digitsIn(about string) int {
	words := strings.FieldsFunc(about, func(r rune) bool { return strings.ContainsRune(" -,;.", r) })
	for i, w := range words {
		if i == 0 || !strings.HasPrefix(w, "digit") {
			continue
		}
		if n := slices.Index(digitWords[:], words[i-1]); n >= 0 {
			return n + 1
		}
		if len(words[i-1]) == 1 && digit(words[i-1][0]) {
			return int(words[i-1][0] - '0')
		}
	}
	return 0
}

// findOption returns the option that the message names first: by all of its
// words, or by one that no other option has.
func findOption(message, list string) string {
	var options []string
	count := make(map[string]int)
	for o := range strings.SplitSeq(strings.TrimRight(list, ". "), ",") {
		o = strings.TrimPrefix(strings.TrimSpace(o), "or ")
		if o == "" {
			continue
		}
		options = append(options, o)
		for w := range rank.Terms(o) {
			count[w]++
		}
	}
	places := make(map[string]int)
	n := 0
	for w := range rank.Terms(message) {
		if _, ok := places[w]; !ok {
			places[w] = n
		}
		n++
	}
	best, at, whole := "", n, false
	for _, o := range options {
		all, first := true, n
		for w := range rank.Terms(o) {
			place, ok := places[w]
			if !ok {
				all = false
				continue
			}
			if count[w] == 1 {
				first = min(first, place)
			}
		}
		if first < n && (all && !whole || all == whole && first < at) {
			best, at, whole = o, first, all
		}
	}
	return best
}

// findNumber returns the first run of n digits that stands alone, or of any
// digits if n is 0.
func findNumber(message string, n int) string {
	for start, end := range digitRuns(message) {
		alone := !joined(message, start-1, -1) && !joined(message, end, 1)
		if alone && (n == 0 || end-start == n) {
			return message[start:end]
		}
	}
	return ""
}

// joined says whether the byte at i belongs to the number next to it: a letter,
// a currency sign, or a separator before more digits.
func joined(s string, i, step int) bool {
	if i < 0 || i >= len(s) {
		return false
	}
	switch c := s[i]; {
	case letter(c), c == '$', c == '_', c == '@':
		return true
	case c == '.', c == ',', c == '-', c == '/', c == ':':
		j := i + step
		return j >= 0 && j < len(s) && digit(s[j])
	}
	return false
}

func letter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// digitRuns yields where each run of digits starts and ends.
func digitRuns(s string) func(yield func(start, end int) bool) {
	return func(yield func(start, end int) bool) {
		for i := 0; i < len(s); i++ {
			if !digit(s[i]) {
				continue
			}
			start := i
			for i < len(s) && digit(s[i]) {
				i++
			}
			if !yield(start, i) {
				return
			}
		}
	}
}

// findAmount returns the first amount of money: with a currency sign, with
// cents, or with the name of a currency after it.
func findAmount(message string) (string, bool) {
	for start, end := range digitRuns(message) {
		if start > 0 && (letter(message[start-1]) || message[start-1] == '.') {
			continue
		}
		from, to := start, end
		for to+3 < len(message) && message[to] == ',' && digit(message[to+1]) && digit(message[to+2]) && digit(message[to+3]) {
			to += 4
		}
		cents := to+2 < len(message) && (message[to] == '.' || message[to] == ',') && digit(message[to+1]) && digit(message[to+2]) &&
			(to+3 == len(message) || !digit(message[to+3]) && (message[to+3] != '.' || to+4 >= len(message) || !digit(message[to+4])))
		if cents {
			to += 3
		}
		sign := false
		for _, s := range []string{"$", "€", "£"} {
			if strings.HasSuffix(message[:from], s) {
				from, sign = from-len(s), true
			}
		}
		name := currency(message[to:])
		if sign || cents || name > 0 {
			return message[from : to+name], true
		}
	}
	return "", false
}

// currency returns how long the name of a currency is that s begins with,
// after a space.
func currency(s string) int {
	word, ok := strings.CutPrefix(s, " ")
	if !ok {
		return 0
	}
	for _, name := range []string{"dollars", "dollar", "bucks", "euros", "euro", "pounds", "usd", "eur"} {
		if len(word) >= len(name) && strings.EqualFold(word[:len(name)], name) && (len(word) == len(name) || !letter(word[len(name)])) {
			return 1 + len(name)
		}
	}
	return 0
}

// findEmail returns the first e-mail address.
func findEmail(message string) string {
	for w := range strings.FieldsSeq(message) {
		w = strings.Trim(w, ".,;:!?()<>[]\"'")
		local, domain, ok := strings.Cut(w, "@")
		if ok && local != "" && strings.Contains(strings.Trim(domain, "."), ".") && !strings.Contains(domain, "@") {
			return w
		}
	}
	return ""
}

// findPhone returns the first number of seven or more digits, written with
// spaces, dots, dashes, parentheses and a plus sign.
func findPhone(message string) string {
	for i := 0; i < len(message); i++ {
		if !digit(message[i]) && message[i] != '+' || i > 0 && (letter(message[i-1]) || digit(message[i-1])) {
			continue
		}
		start, digits, end := i, 0, i
		for i < len(message) && (digit(message[i]) || strings.IndexByte("+ .-()", message[i]) >= 0) {
			if digit(message[i]) {
				digits++
				end = i + 1
			}
			i++
		}
		if digits >= 7 && digits <= 15 {
			return message[start:end]
		}
	}
	return ""
}

// The names by which dates are recognized.
var (
	months   = [...]string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}                             //archtest:table English months
	dayWords = [...]string{"today", "yesterday", "tomorrow", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"} //archtest:table English days
)

// findDate returns the first date: 3 March, March 3rd, 2026-11-03, 11/3/2026,
// or a day by its name.
func findDate(message string) string {
	words := strings.Fields(message)
	for i, w := range words {
		words[i] = strings.Trim(w, ".,;:!?()\"'")
	}
	for i, w := range words {
		switch {
		case isNumericDate(w):
			return w
		case isMonth(w) && i > 0 && isDay(words[i-1]):
			return words[i-1] + " " + w
		case isMonth(w) && i+1 < len(words) && isDay(words[i+1]):
			return w + " " + words[i+1]
		}
	}
	for _, w := range words {
		if slices.Contains(dayWords[:], strings.ToLower(w)) {
			return w
		}
	}
	return ""
}

func isNumericDate(s string) bool {
	for _, sep := range []string{"-", "/", "."} {
		parts := strings.Split(s, sep)
		if len(s) >= 6 && len(s) <= 10 && len(parts) == 3 && !slices.ContainsFunc(parts, func(p string) bool {
			return p == "" || len(p) > 4 || strings.Trim(p, "0123456789") != ""
		}) {
			return true
		}
	}
	return false
}

// isMonth accepts a name of at least three letters; "may" only as a name.
func isMonth(s string) bool {
	lower := strings.ToLower(s)
	if len(s) < 3 || len(s) > 9 || s == "may" {
		return false
	}
	for _, m := range months {
		full, ok := strings.CutPrefix(lower, m)
		if ok && strings.Trim(full, "abcdefghijklmnopqrstuvwxyz") == "" && monthRest(m, full) {
			return true
		}
	}
	return false
}

// monthRest says whether rest ends the name that begins with m.
func monthRest(m, rest string) bool {
	const names = " january february march april may june july august september october november december "
	return rest == "" || m == "sep" && rest == "t" || strings.Contains(names, " "+m+rest+" ")
}

// isDay accepts 1 to 31, with an ordinal ending.
func isDay(s string) bool {
	n := 0
	for n < len(s) && digit(s[n]) {
		n++
	}
	if n == 0 || n > 2 || n == 2 && (s[0] > '3' || s[0] == '3' && s[1] > '1') {
		return false
	}
	switch s[n:] {
	case "", "st", "nd", "rd", "th":
		return true
	}
	return false
}

// entities finds what has a common form in a message, by name.
func (x *lexicon) entities(message string) []pair {
	var out []pair
	add := func(name, value string) {
		if value != "" {
			out = append(out, pair{name, value})
		}
	}
	number := findNumber(message, 0)
	if noun := x.nounBefore(message, number); noun != "" || len(number) >= minBareNumber {
		add(noun+"number", number)
	}
	v, _ := findAmount(message)
	add("amount", v)
	add("date", findDate(message))
	add("email", findEmail(message))
	return out
}

// minBareNumber is how many digits a number has that is worth mentioning
// without knowing what it counts.
const minBareNumber = 4

type pair struct{ name, value string }

// nounBefore returns what kind of number it is: "order_" in "order 4417" and in
// "order number 4417", "" when the word before it says nothing.
func (x *lexicon) nounBefore(message, number string) string {
	before, _, _ := strings.Cut(message, number)
	if at := len(before) - maxNounDistance; at > 0 {
		before = before[at:]
	}
	words := strings.Fields(strings.ToLower(before))
	for _, w := range slices.Backward(words) {
		switch w = strings.Trim(w, "#:.,()"); w {
		case "", "number", "no", "nr", "id":
			continue
		}
		for stem := range rank.Terms(w) {
			if len(stem) > 1 && strings.Trim(w, "abcdefghijklmnopqrstuvwxyz") == "" && x.word(stem).weight == weightContent {
				return w + "_"
			}
		}
		return ""
	}
	return ""
}

const maxNounDistance = 40 // bytes
