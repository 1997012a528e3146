package chain

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/makeready-go/makeready"
)

// Reasons of the exits that this package makes.
const (
	ReasonMissingInformation = "missing_information" // Ask
	ReasonLowConfidence      = "low_confidence"      // Bands: below Verify
	ReasonVerify             = "verify_confidence"   // Bands: between Verify and Auto
)

// Ask returns the answers to the questions, by field, if the run has them all
// ([makeready.Facts] Answers; blank ones do not count). Otherwise it returns an
// exit with outcome NeedsInput and the questions that are still open. A host
// puts the answers into the facts of the next run.
func Ask(ctx context.Context, questions ...makeready.Question) (map[string]string, error) {
	given := makeready.RunFrom(ctx).Facts.Answers
	answers := make(map[string]string, len(questions))
	var open []makeready.Question
	for _, q := range questions {
		if a := given[q.Field]; strings.TrimSpace(a) != "" {
			answers[q.Field] = a
		} else {
			open = append(open, q)
		}
	}
	if len(open) > 0 {
		return nil, &makeready.Exit{Outcome: makeready.NeedsInput, Reason: ReasonMissingInformation, Questions: open}
	}
	return answers, nil
}

// Escalate returns an exit that hands the run to a person. The reason is the
// program's own word for why: it becomes part of the record and of the error's
// text. An exit with a message of its own is a [makeready.Exit] literal.
func Escalate(reason string) error {
	return &makeready.Exit{Outcome: makeready.Escalated, Reason: reason}
}

// Uncertain returns an exit that says that the system does not know, and what
// to do next. Unlike the reason, the suggestion stays out of records.
func Uncertain(reason, suggestion string) error {
	return &makeready.Exit{Outcome: makeready.Uncertain, Reason: reason, Suggestion: suggestion}
}

// Bands say what a confidence is good for: from Auto upwards the run proceeds,
// from Verify upwards it proceeds and a person must confirm the result, below
// it is handed to a person. A field that is zero has its default, so the zero
// Bands are {0.9, 0.7}, and no Bands let everything pass.
//
// The numbers mean something only for confidences that were calibrated on the
// model at hand.
type Bands struct {
	Auto, Verify float64
}

// The defaults of [Bands]: the thresholds that the pattern is usually described
// with.
const (
	DefaultAuto   = 0.9
	DefaultVerify = 0.7
)

// Check returns nil from Auto upwards; nil from Verify upwards, having marked
// the run of ctx as [makeready.NeedsReview]; and otherwise, also for NaN and
// for what is not within 0 and 1, an exit with outcome Escalated. Bands that
// are not 0 < Verify ≤ Auto ≤ 1, defaults filled in, are a malfunction.
func (b Bands) Check(ctx context.Context, confidence float64) error {
	b = Bands{Auto: cmp.Or(b.Auto, DefaultAuto), Verify: cmp.Or(b.Verify, DefaultVerify)}
	if !(0 < b.Verify && b.Verify <= b.Auto && b.Auto <= 1) {
		return fmt.Errorf("chain: bands %+v (defaults %v and %v): need 0 < Verify <= Auto <= 1", b, DefaultAuto, DefaultVerify)
	}
	switch {
	case confidence > 1: // a percentage, or nonsense
		return Escalate(ReasonLowConfidence)
	case confidence >= b.Auto:
		return nil
	case confidence >= b.Verify:
		makeready.Review(ctx, ReasonVerify)
		return nil
	default:
		return Escalate(ReasonLowConfidence)
	}
}
