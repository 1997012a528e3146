// Package makeready is the ground of a library that runs prompts as production
// code: the contracts that its rooms meet in, the nouns that they pass to each
// other, and the machinery that lets each of them report what it did.
//
// # Contracts
//
// Eight interfaces describe a prompt pipeline. Any of them can be replaced by
// the user's own type without compiling the room that usually provides it:
//
//	Stage, Chain      chain      typed steps and their composition
//	Template          template   versioned prompt files
//	Validator         validate   model text to a checked Go value
//	Guardrail         guard      what may go in and what may come out
//	ModelRouter       route      which model answers
//	CanaryRouter      route      which version answers
//	CostController    cost       what a call may spend
//
// A [Model] answers one [Request]. What changes a call is a [Middleware] around
// a Model, or a Stage around a Stage: first listed is outermost.
//
// # Runs
//
// A host describes the request it serves with [WithRun] and executes a chain.
// While the run lasts, each room reports an [Op] through [Begin] and [Op.End];
// the ops end up in the run's [Record], which every [Sink] receives before the
// caller sees the result. Outside a run, Begin and End cost nothing.
//
// # Refusals and malfunctions
//
// A refusal is a value: a [Verdict], or an [Exit] with an [Outcome]. A
// malfunction is an error: a [StageError], a [ModelError], a [BudgetError], an
// [InvalidError], or one of the sentinels. Text of users and models, and keys,
// are in neither error strings nor, by default, records.
//
// # Concurrency
//
// Values of this package are immutable after construction unless their
// documentation says otherwise. Implementations of the contracts must be safe
// for concurrent use.
//
// This package imports the standard library only.
package makeready
