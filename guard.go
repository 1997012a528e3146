package makeready

import (
	"context"
	"fmt"
)

// Content is what a [Guardrail] judges.
type Content struct {
	Text      string
	Direction Direction
	// Spans mark the untrusted parts of a rendered prompt. Without spans the
	// whole text is untrusted and comes from Origin.
	Spans  []Span
	Origin Origin
}

// Direction says which way a content goes.
type Direction uint8

// The directions. The zero Direction is Input.
const (
	Input  Direction = iota // towards a model
	Output                  // from a model
)

var directionNames = [...]string{"input", "output"} //archtest:table names of constants

// String returns the direction's name, or "direction(n)".
func (d Direction) String() string { return enumName("direction", directionNames[:], uint8(d)) }

// Action is what a verdict demands. Actions are ordered: of several, the
// greatest wins.
type Action uint8

// The actions. The zero Action is no decision, and [Judge] blocks on it: to
// forget to decide must not mean to allow.
const (
	Allow    Action = iota + 1 // pass
	Flag                       // pass, and report
	Redact                     // pass the verdict's Rewrite instead
	Escalate                   // end the run: a person must take over
	Block                      // end the run
)

var actionNames = [...]string{Allow: "allow", Flag: "flag", Redact: "redact", Escalate: "escalate", Block: "block"} //archtest:table names of constants

// String returns the action's name, or "action(n)".
func (a Action) String() string { return enumName("action", actionNames[:], uint8(a)) }

// MarshalText returns the action's name.
func (a Action) MarshalText() ([]byte, error) {
	return marshalEnum("action", actionNames[:], uint8(a))
}

// UnmarshalText accepts the names that MarshalText returns.
func (a *Action) UnmarshalText(b []byte) error {
	return unmarshalEnum("action", actionNames[:], b, (*uint8)(a))
}

// A Verdict is the judgment of a [Guardrail].
type Verdict struct {
	Action   Action
	Findings []Finding
	// Rewrite replaces the whole text when Action is Redact.
	Rewrite string
}

// A Finding is one thing that a rail found. It holds no text of the content.
type Finding struct {
	// Rule names the rail or its rule, Type what was found, such as "email".
	Rule string `json:"rule"`
	Type string `json:"type,omitempty"`
	// Start and End are byte offsets into the original text.
	Start int `json:"start"`
	End   int `json:"end"`
	// Score is the rail's confidence, 0 to 1.
	Score float64 `json:"score,omitempty"`
	// Validated says that a checksum or an equal proof confirms the finding.
	Validated bool `json:"validated,omitempty"`
	// Reason is a stable code, such as "injection" or "pii".
	Reason string `json:"reason,omitempty"`
}

// Reasons that [Judge] gives when a guardrail does not.
const (
	ReasonGuardFailed  = "guard_failed"  // it returned an error, panicked or was canceled
	ReasonNoVerdict    = "no_verdict"    // it returned the zero verdict
	ReasonBadVerdict   = "bad_verdict"   // its action is none of the constants
	ReasonNotSpecified = "not_specified" // it gave no finding
)

// Judge asks g about c, reports the answer ([OpGuard]) and returns the text to
// go on with: c.Text, or the verdict's Rewrite.
//
// It is the one place that decides to fail closed. Block and Escalate return
// an [*Exit]. An error of the guardrail, a panic, a context that is done, the
// zero verdict and an unknown action return a Blocked exit whose Cause is the
// malfunction, so that no fallback reaches an unguarded stage.
//
// The guardrail's name in the record is that of its Name method, if it has one
// of type func() string.
func Judge(ctx context.Context, g Guardrail, c Content) (string, error) {
	name := "guard"
	if n, ok := g.(interface{ Name() string }); ok {
		name = n.Name()
	}
	opCtx, op := Begin(ctx, Op{Kind: OpGuard, Name: name, Direction: c.Direction})
	v, err := check(opCtx, g, c)
	text, exit := decide(c.Text, v, err)
	if op != nil {
		op.Action, op.Findings, op.Outcome = v.Action, v.Findings, Answered
		if exit != nil {
			op.Outcome, op.Reason = exit.Outcome, exit.Reason
			if exit.Outcome == Blocked {
				op.Action = Block
			}
		}
	}
	op.End(opCtx, err)
	if exit != nil {
		return "", exit
	}
	return text, nil
}

// check runs the guardrail; a panic and a done context become errors.
func check(ctx context.Context, g Guardrail, c Content) (v Verdict, err error) {
	defer func() {
		if r := recover(); r != nil {
			v, err = Verdict{}, errPanicked
		}
	}()
	if err := ctx.Err(); err != nil {
		return Verdict{}, err
	}
	v, err = g.Check(ctx, c)
	if err == nil {
		err = ctx.Err() // a verdict given in a hurry is none
	}
	return v, err
}

func decide(text string, v Verdict, err error) (string, *Exit) {
	switch {
	case err != nil:
		return "", &Exit{Outcome: Blocked, Reason: ReasonGuardFailed, Cause: fmt.Errorf("guardrail: %w", err)}
	case v.Action == 0:
		return "", &Exit{Outcome: Blocked, Reason: ReasonNoVerdict}
	}
	switch v.Action {
	case Allow, Flag:
		return text, nil
	case Redact:
		return v.Rewrite, nil
	case Escalate:
		return "", &Exit{Outcome: Escalated, Reason: v.reason()}
	case Block:
		return "", &Exit{Outcome: Blocked, Reason: v.reason()}
	default:
		return "", &Exit{Outcome: Blocked, Reason: ReasonBadVerdict}
	}
}

// reason is that of the surest finding.
func (v Verdict) reason() string {
	best := -1
	for i, f := range v.Findings {
		if f.Reason != "" && (best < 0 || f.Score > v.Findings[best].Score) {
			best = i
		}
	}
	if best < 0 {
		return ReasonNotSpecified
	}
	return v.Findings[best].Reason
}
