// Package route is the room of choices: which model answers a request, and
// which version of a prompt a run gets.
//
// It holds the two contracts. A router names targets, best first, and says why;
// a canary router assigns runs to the arms of a rollout and learns from what
// became of them.
package route

import "github.com/makeready-go/makeready"

type (
	// ModelRouter chooses which targets may answer a request.
	ModelRouter = makeready.ModelRouter
	// CanaryRouter assigns runs to the arms of a rollout.
	CanaryRouter = makeready.CanaryRouter
)
