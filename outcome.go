package makeready

import (
	"errors"
	"fmt"
)

// Outcome says how a run ended.
type Outcome uint8

// The outcomes. The zero Outcome is Failed, so that a forgotten outcome is not
// taken for an answer.
const (
	Failed      Outcome = iota // a malfunction: the error says what
	Answered                   // the value may be used
	NeedsReview                // the value is there, a person must confirm it
	NeedsInput                 // questions must be answered first
	Escalated                  // a person must take over
	Uncertain                  // the system does not know, and says so
	Blocked                    // a guardrail forbids it
)

//archtest:table names and default messages of constants
var outcomes = [...]struct{ name, message string }{
	Failed:      {"failed", "Something went wrong on our side. Please try again later."},
	Answered:    {"answered", ""},
	NeedsReview: {"needs_review", "A colleague will confirm this answer."},
	NeedsInput:  {"needs_input", "We need a little more information to help you."},
	Escalated:   {"escalated", "A colleague will take care of this."},
	Uncertain:   {"uncertain", "We are not sure about this and would rather not guess."},
	Blocked:     {"blocked", "We cannot help with this request."},
}

// String returns the outcome's name, or "outcome(n)".
func (o Outcome) String() string {
	if int(o) < len(outcomes) {
		return outcomes[o].name
	}
	return fmt.Sprintf("outcome(%d)", uint8(o))
}

// MarshalText returns the outcome's name.
func (o Outcome) MarshalText() ([]byte, error) {
	if int(o) < len(outcomes) {
		return []byte(outcomes[o].name), nil
	}
	return nil, fmt.Errorf("makeready: no text for outcome(%d)", uint8(o))
}

// UnmarshalText accepts the names that MarshalText returns.
func (o *Outcome) UnmarshalText(b []byte) error {
	for i, oc := range outcomes {
		if oc.name == string(b) {
			*o = Outcome(i)
			return nil
		}
	}
	return errors.New("makeready: unknown outcome")
}

// An Exit is a deliberate end of a run, and an error only in the sense that it
// stops what follows: combinators pass it on, retries and error rates ignore it.
type Exit struct {
	Outcome Outcome `json:"outcome"`
	// Reason is a stable code or a sentence of the program's author. It is
	// part of records and of Error, so it must not hold text of users or
	// models.
	Reason string `json:"reason,omitempty"`
	// Detail is a longer explanation. It may be a model's own words.
	Detail string `json:"detail,omitempty"`
	// Questions are what must be answered first, with outcome NeedsInput. Their
	// text may be a model's own words.
	Questions []Question `json:"questions,omitempty"`
	// Suggestion is a recommended next step. It may be a model's own words.
	Suggestion string `json:"suggestion,omitempty"`
	// Message is always safe to show a user. When it is empty, the result of
	// the run carries the outcome's default.
	Message string `json:"message,omitempty"`
	// Cause is the malfunction behind a refusal, such as the error of a
	// guardrail that could not decide.
	Cause error `json:"-"`
}

// Error gives the outcome and the reason.
func (e *Exit) Error() string {
	switch {
	case e == nil:
		return "exit without a value"
	case e.Reason == "":
		return "exit " + e.Outcome.String()
	default:
		return "exit " + e.Outcome.String() + ": " + e.Reason
	}
}

// Is makes a blocked exit match [ErrBlocked].
func (e *Exit) Is(target error) bool { return e != nil && target == ErrBlocked && e.Outcome == Blocked }

// exitOf returns the exit that err is or wraps, the first of several that are
// joined. An exit that is joined with any other error is none: a malfunction
// ranks above a refusal, and must not be lost behind it.
func exitOf(err error) *Exit {
	switch e := err.(type) { //nolint:errorlint // it walks the tree itself
	case *Exit:
		return e
	case interface{ Unwrap() []error }:
		var first *Exit
		for _, inner := range e.Unwrap() {
			exit := exitOf(inner)
			if exit == nil {
				return nil
			}
			if first == nil {
				first = exit
			}
		}
		return first
	case interface{ Unwrap() error }:
		return exitOf(e.Unwrap())
	default:
		return nil
	}
}

// ends says whether a run can end with this exit: it has no value to answer
// with, and a malfunction is an error.
func (e *Exit) ends() bool {
	if e == nil { // returned through a variable of type *Exit
		return false
	}
	switch e.Outcome {
	case NeedsInput, Escalated, Uncertain, Blocked:
		return true
	default:
		return false
	}
}

var errBadExit = errors.New("makeready: an exit must be NeedsInput, Escalated, Uncertain or Blocked")

// Unwrap returns the cause.
func (e *Exit) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Cause
}

// A Question asks for one piece of information.
type Question struct {
	// Field is the name that the answer is filed under.
	Field string `json:"field"`
	// Text is the question to a person.
	Text string `json:"text"`
}

// A Result is what a run came to.
type Result[Out any] struct {
	Outcome Outcome `json:"outcome"`
	// Value is set when the outcome is Answered or NeedsReview.
	Value Out `json:"value,omitzero"`
	// Exit says why, and holds a message that is safe to show, for every
	// outcome but Answered; then it is nil.
	Exit   *Exit   `json:"exit,omitempty"`
	Record *Record `json:"record"`
}
