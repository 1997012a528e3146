package standin

import (
	"slices"
	"strings"

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
