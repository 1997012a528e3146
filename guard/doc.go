// Package guard is the room of guardrails: what may go into a model, and what
// may come out of one.
//
// It holds the contract. A guardrail judges a [makeready.Content] and returns a
// [makeready.Verdict]; it is called through [makeready.Judge], which fails
// closed: an error, a panic, a done context and the zero verdict all block.
//
//	secrets := makeready.GuardrailFunc(func(ctx context.Context, c guard.Content) (guard.Verdict, error) {
//		if i := strings.Index(c.Text, "BEGIN PRIVATE KEY"); i >= 0 {
//			return guard.Verdict{Action: makeready.Block, Findings: []makeready.Finding{
//				{Rule: "private_key", Start: i, End: i + 17, Score: 1, Reason: "secret"},
//			}}, nil
//		}
//		return guard.Verdict{Action: makeready.Allow}, nil
//	})
//	text, err := makeready.Judge(ctx, secrets, guard.Content{Text: input})
package guard

import "github.com/makeready-go/makeready"

type (
	// Guardrail is the contract of the room.
	Guardrail = makeready.Guardrail
	// Content is what a guardrail judges.
	Content = makeready.Content
	// Verdict is its judgment.
	Verdict = makeready.Verdict
)
