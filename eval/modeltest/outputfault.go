package modeltest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/makeready-go/makeready"
)

// OutputFault is a way in which models spoil what they write. [Reply.With]
// applies it to a good reply.
type OutputFault uint8

// The output faults. Those from TrailingComma to ExtraField need a reply whose
// text is a JSON object.
const (
	// Truncated loses the last two fifths of the text; the reply stops with
	// StopLength.
	Truncated OutputFault = iota + 1
	// Fenced puts the text into a Markdown code fence.
	Fenced
	// ProseAround writes a sentence before and after the text.
	ProseAround
	// TrailingComma writes a comma after the last member.
	TrailingComma
	// SingleQuotes writes strings as Python does.
	SingleQuotes
	// MissingBrace loses the last closing brace, but stops as if all was well.
	MissingBrace
	// TwoObjects writes a draft without its last member before the object.
	TwoObjects
	// WrongType gives a member another type: a string for a number or a
	// boolean, a list for a string, null for anything else. It prefers a
	// number or a boolean.
	WrongType
	// EnumCase writes a string in capitals: the first, as far as there is one
	// with lower-case letters.
	EnumCase
	// MissingField loses a member, the first.
	MissingField
	// ExtraField adds a member: "comment", or the name given.
	ExtraField
	// Empty answers with nothing.
	Empty
	// Refusal declines, with StopRefusal.
	Refusal
	// PromptEcho repeats the last message of the user before the text.
	PromptEcho
	// CanaryLeak tells the system message, and whatever secret it holds, after
	// the text.
	CanaryLeak
)

//archtest:table names of constants
var outputFaultNames = [...]string{
	Truncated: "truncated", Fenced: "fenced", ProseAround: "prose_around", TrailingComma: "trailing_comma",
	SingleQuotes: "single_quotes", MissingBrace: "missing_brace", TwoObjects: "two_objects", WrongType: "wrong_type",
	EnumCase: "enum_case", MissingField: "missing_field", ExtraField: "extra_field", Empty: "empty",
	Refusal: "refusal", PromptEcho: "prompt_echo", CanaryLeak: "canary_leak",
}

// String returns the fault's name, or "output_fault(n)".
func (f OutputFault) String() string {
	if f > 0 && int(f) < len(outputFaultNames) {
		return outputFaultNames[f]
	}
	return fmt.Sprintf("output_fault(%d)", uint8(f))
}

// OutputFaults returns every output fault, for tests that go through all of
// them.
func OutputFaults() []OutputFault {
	all := make([]OutputFault, 0, len(outputFaultNames)-1)
	for f := range outputFaultNames {
		if f > 0 {
			all = append(all, OutputFault(f))
		}
	}
	return all
}

// With returns the reply with the fault in it. A field names the member that
// WrongType, EnumCase and MissingField change, or that ExtraField adds; without
// one the fault chooses. Chunks are dropped when the text changes. Faults add
// up:
//
//	modeltest.JSON(intent).With(modeltest.TrailingComma).With(modeltest.Fenced)
//
// A fault that does not fit, because the text is no JSON object or has no such
// field, makes a reply that fails the test that uses it.
func (r Reply) With(f OutputFault, field ...string) Reply {
	if r.err != nil {
		return r
	}
	if r.Text == "" {
		r.Text = strings.Join(r.Chunks, "")
	}
	r.Chunks = nil
	name := ""
	if len(field) > 0 {
		name = field[0]
	}
	switch f {
	case Truncated:
		r.Text, r.Stop = wholeRunes(r.Text, len(r.Text)*3/5), makeready.StopLength
	case Fenced:
		tag := ""
		if json.Valid([]byte(r.Text)) {
			tag = "json"
		}
		r.Text = "```" + tag + "\n" + r.Text + "\n```"
	case ProseAround:
		r.Text = "Sure, this is what I found:\n\n" + r.Text + "\n\nTell me if you need anything else."
	case SingleQuotes:
		r.Text = singleQuoted(r.Text)
	case Empty:
		r.Text = ""
	case Refusal:
		r.Text, r.ToolCalls, r.Stop = "I'm sorry, but I can't help with that.", nil, makeready.StopRefusal
	case PromptEcho, CanaryLeak:
		r.late = append(slices.Clone(r.late), f)
	case TrailingComma, MissingBrace, TwoObjects, WrongType, EnumCase, MissingField, ExtraField:
		r.Text, r.err = spoilObject(r.Text, f, name)
	default:
		r.err = fmt.Errorf("modeltest: unknown %v", f)
	}
	return r
}

// fromRequest applies a fault that repeats a part of the request.
func (f OutputFault) fromRequest(text string, req makeready.Request) string {
	var said []string
	for _, m := range req.Messages {
		switch {
		case f == PromptEcho && m.Role == makeready.RoleUser:
			said = []string{m.Text}
		case f == CanaryLeak && m.Role == makeready.RoleSystem:
			said = append(said, m.Text)
		}
	}
	if f == PromptEcho {
		return strings.Join(append(said, text), "\n\n")
	}
	return strings.Join(append([]string{text}, said...), "\n\n")
}

var errNoField = errors.New("no member that the fault fits")

// spoilObject applies the faults that look inside a JSON object.
func spoilObject(text string, f OutputFault, field string) (string, error) {
	ms, err := members(text)
	if err != nil {
		return "", fmt.Errorf("modeltest: %v needs a reply whose text is a JSON object: %w", f, err)
	}
	end := strings.LastIndexByte(text, '}')
	switch f { //nolint:exhaustive // the faults that change a member are below
	case TrailingComma:
		return text[:end] + "," + text[end:], nil
	case MissingBrace:
		return text[:end] + text[end+1:], nil
	case ExtraField:
		if field == "" {
			field = "comment"
		}
		sep := ","
		if len(ms) == 0 {
			sep = ""
		}
		return text[:end] + sep + quoted(field) + `:"added by the model"` + text[end:], nil
	}
	i := pick(ms, f, field)
	if i < 0 {
		return "", fmt.Errorf("modeltest: %v: %w", f, errNoField)
	}
	m := ms[i]
	switch f {
	case TwoObjects:
		return without(text, ms, len(ms)-1) + "\n" + text, nil
	case MissingField:
		return without(text, ms, i), nil
	case EnumCase:
		return text[:m.start] + strings.ToUpper(m.value) + text[m.end:], nil
	default: // WrongType
		return text[:m.start] + otherType(m.value) + text[m.end:], nil
	}
}

// pick chooses the member that a fault changes, -1 if none fits.
func pick(ms []member, f OutputFault, field string) int {
	fits := func(m member) bool {
		switch f {
		case EnumCase: // an escape such as \u00e9 would not survive capitals
			return m.value[0] == '"' && !strings.Contains(m.value, `\`) && strings.ToUpper(m.value) != m.value
		case WrongType:
			return m.value != "null"
		default:
			return true
		}
	}
	if field != "" {
		return slices.IndexFunc(ms, func(m member) bool { return m.name == field && fits(m) })
	}
	if f == WrongType {
		if i := slices.IndexFunc(ms, func(m member) bool { return strings.ContainsRune("-0123456789tf", rune(m.value[0])) }); i >= 0 {
			return i
		}
	}
	return slices.IndexFunc(ms, fits)
}

func otherType(value string) string {
	switch value[0] {
	case 't', 'f':
		return map[string]string{"true": `"yes"`, "false": `"no"`}[value]
	case '"':
		return "[" + value + "]"
	case '{', '[':
		return "null"
	default:
		return `"` + value + `"`
	}
}
