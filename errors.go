package makeready

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// The sentinels: one for each decision that a caller makes.
var (
	// ErrBlocked matches an [*Exit] with outcome Blocked.
	ErrBlocked = errors.New("makeready: blocked by a guardrail")
	// ErrInvalidOutput matches an [*InvalidError].
	ErrInvalidOutput = errors.New("makeready: invalid model output")
	// ErrBudget matches a [*BudgetError].
	ErrBudget = errors.New("makeready: budget exceeded")
	// ErrIncompleteStream says that a stream ended without its terminal
	// signal: the text so far is not an answer.
	ErrIncompleteStream = errors.New("makeready: stream ended before its end was signaled")
	// ErrCallLimit says that the run has made as many model calls as its cap
	// allows.
	ErrCallLimit = errors.New("makeready: model call limit of the run reached")
	// ErrNestedRun says that a chain was executed inside a run.
	ErrNestedRun = errors.New("makeready: Execute inside a run; call Run instead")

	errPanicked = errors.New("makeready: panic")
)

// A StageError says which named stage malfunctioned. The innermost named stage
// wins: outer stages pass it on as it is.
type StageError struct {
	// Stage is the stage's name.
	Stage string
	// Err is what the stage returned, nil after a panic.
	Err error
	// Panic is the value that the stage panicked with and Stack the stack at
	// that point; both may hold user text and are never printed.
	Panic any
	Stack []byte
}

// Error names the stage and what happened. The value of a panic is left out.
func (e *StageError) Error() string {
	if e.Err == nil {
		return "stage " + e.Stage + ": panic"
	}
	return "stage " + e.Stage + ": " + e.Err.Error()
}

// Unwrap returns what the stage returned.
func (e *StageError) Unwrap() error { return e.Err }

// ErrorKind classifies the failure of a model call.
type ErrorKind uint8

// The kinds of failure.
const (
	KindUnknown        ErrorKind = iota // not classified
	KindRateLimited                     // too many requests or tokens; see RetryAfter
	KindOverloaded                      // the provider has no capacity now
	KindServer                          // the provider failed
	KindNetwork                         // the connection failed or was cut
	KindTimeout                         // no answer in time
	KindAuth                            // the key is missing, wrong or not allowed
	KindQuota                           // the account has no credit left
	KindNotFound                        // no such model or endpoint
	KindInvalidRequest                  // the provider rejects the request as it is
	KindContextLength                   // the prompt is too long for the model
	KindContentFilter                   // the provider refuses the content
)

//archtest:table names of constants
var errorKindNames = [...]string{
	"unknown", "rate_limited", "overloaded", "server", "network", "timeout", "auth", "quota",
	"not_found", "invalid_request", "context_length", "content_filter",
}

// String returns the kind's name, or "kind(n)".
func (k ErrorKind) String() string { return enumName("kind", errorKindNames[:], uint8(k)) }

// A ModelError is the failure of a model call. Its text holds nothing that the
// provider, the user or the model wrote.
type ModelError struct {
	Kind     ErrorKind
	Provider string
	Model    string
	// Status is the HTTP status, 0 when there was none.
	Status int
	// RetryAfter is how long the provider asks to wait, 0 when it does not say.
	RetryAfter time.Duration
	// RequestID is the provider's name for the failed request.
	RequestID string
	// Err is the cause. Its text may repeat what the provider sent and is not
	// part of Error.
	Err error
}

// Error describes the failure by kind, status and request id.
func (e *ModelError) Error() string {
	var b strings.Builder
	b.WriteString("model")
	switch {
	case e.Provider != "" && e.Model != "":
		b.WriteString(" " + e.Provider + "/" + e.Model)
	case e.Provider != "" || e.Model != "":
		b.WriteString(" " + e.Provider + e.Model)
	}
	b.WriteString(": ")
	if e.Kind == KindUnknown {
		b.WriteString("failed")
	} else {
		b.WriteString(e.Kind.String())
	}
	if e.Status != 0 {
		fmt.Fprintf(&b, ", status %d", e.Status)
	}
	if e.RetryAfter > 0 {
		fmt.Fprintf(&b, ", retry after %v", e.RetryAfter)
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, ", request %q", e.RequestID)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *ModelError) Unwrap() error { return e.Err }

// Retryable says whether the same request may succeed later, or elsewhere
// without change.
func (e *ModelError) Retryable() bool {
	switch e.Kind {
	case KindRateLimited, KindOverloaded, KindServer, KindNetwork, KindTimeout:
		return true
	default:
		return false
	}
}

// A BudgetError says which budget forbids a call. Amounts are in the budget's
// unit: nano-USD, tokens or requests.
type BudgetError struct {
	// Budget is the id of the budget.
	Budget string
	// Unit is "nano-USD", "tokens" or "requests".
	Unit string
	// Limit is the budget's, Spent what is settled, Reserved what calls under
	// way hold, Need what this call asked for.
	Limit, Spent, Reserved, Need int64
	// ResetAt is when the window ends, zero for a budget without window.
	ResetAt time.Time
}

// Error names the budget and its figures.
func (e *BudgetError) Error() string {
	s := fmt.Sprintf("budget %q: %d needed, %d spent and %d reserved of %d %s",
		e.Budget, e.Need, e.Spent, e.Reserved, e.Limit, e.Unit)
	if !e.ResetAt.IsZero() {
		s += ", resets at " + e.ResetAt.UTC().Format(time.RFC3339)
	}
	return s
}

// Is makes a BudgetError match [ErrBudget].
func (e *BudgetError) Is(target error) bool { return target == ErrBudget }

// An InvalidError says what is wrong with a model's output.
type InvalidError struct {
	// Issues are in a stable order. There is at least one.
	Issues []Issue
	// Attempts is the number of times that the model was asked.
	Attempts int
}

// maxIssuesPrinted keeps one bad answer from filling a log.
const maxIssuesPrinted = 5

// Error lists the rules that the output breaks: text of the schema's author,
// none of the model's.
func (e *InvalidError) Error() string {
	var b strings.Builder
	b.WriteString("invalid model output")
	if e.Attempts > 0 {
		fmt.Fprintf(&b, " after %d attempts", e.Attempts)
	}
	for i, is := range e.Issues {
		switch i {
		case 0:
			b.WriteString(": ")
		case maxIssuesPrinted:
			fmt.Fprintf(&b, " and %d more", len(e.Issues)-i)
			return b.String()
		default:
			b.WriteString(", ")
		}
		b.WriteString(is.Code)
		if is.Rule != "" {
			b.WriteString(" at " + is.Rule)
		}
	}
	return b.String()
}

// Is makes an InvalidError match [ErrInvalidOutput].
func (e *InvalidError) Is(target error) bool { return target == ErrInvalidOutput }

// An Issue is one thing wrong with a model's output.
type Issue struct {
	// Path is the JSON Pointer of the value in the output. Its segments may be
	// the model's own words.
	Path string `json:"path"`
	// Code is a stable name for the kind of fault: the schema keyword, such as
	// "enum" or "required", or one of the validator, such as "syntax",
	// "empty", "truncated" or "refusal".
	Code string `json:"code"`
	// Rule is the place in the schema that is broken, or the name of a check:
	// safe to print.
	Rule string `json:"rule,omitempty"`
	// Got is what the model wrote, clipped; Want is what is allowed.
	Got  string `json:"got,omitempty"`
	Want string `json:"want,omitempty"`
}

// ErrorClass names the class of an error for records, metrics and logs: one of
// a small set of words, safe to print and of low cardinality. It returns "" for
// nil and for an [*Exit], which is no malfunction.
func ErrorClass(err error) string {
	if err == nil {
		return ""
	}
	if exitOf(err) != nil {
		return ""
	}
	if se, ok := errors.AsType[*StageError](err); (ok && se.Err == nil) || errors.Is(err, errPanicked) {
		return "panic"
	}
	if me, ok := errors.AsType[*ModelError](err); ok {
		return "model_" + me.Kind.String()
	}
	for _, c := range errorClasses {
		if errors.Is(err, c.err) {
			return c.class
		}
	}
	return classUnknown
}

// classUnknown is the class of errors that are none of this package's.
const classUnknown = "error"

//archtest:table classes by sentinel
var errorClasses = [...]struct {
	err   error
	class string
}{
	{ErrInvalidOutput, "invalid_output"},
	{ErrBudget, "budget"},
	{ErrIncompleteStream, "incomplete_stream"},
	{ErrCallLimit, "call_limit"},
	{ErrNestedRun, "nested_run"},
	{context.DeadlineExceeded, "timeout"},
	{context.Canceled, "canceled"},
}
