package makeready

import "context"

// A Stage is one step of a pipeline: a value in, a value out.
//
// Run must be safe for concurrent use and must return soon after ctx is done.
// An error is either an [*Exit], by which the stage ends the run deliberately
// (it asks, escalates, is uncertain), or a malfunction. With an error the
// value means nothing.
type Stage[In, Out any] interface {
	Run(ctx context.Context, in In) (out Out, err error)
}

// StageFunc is a Stage made of a function.
type StageFunc[In, Out any] func(ctx context.Context, in In) (Out, error)

// Run calls f.
func (f StageFunc[In, Out]) Run(ctx context.Context, in In) (Out, error) { return f(ctx, in) }

// Func makes a Stage of a function and infers both types. It adds nothing to
// the function: no name, no record. chain.New names a stage.
func Func[In, Out any](f func(ctx context.Context, in In) (Out, error)) StageFunc[In, Out] {
	return f
}

// A Chain is a Stage that can also be executed as a run of its own: watched,
// recorded, bounded.
//
// Execute never returns a nil Result. Its error is non-nil only for
// malfunctions; then the outcome is [Failed] and the result still holds a
// record and a message that is safe to show. Executing a chain inside another
// run is an error: inner chains are run with Run.
type Chain[In, Out any] interface {
	Stage[In, Out]
	Execute(ctx context.Context, in In) (*Result[Out], error)
}

// A Template turns variables into the messages of a prompt.
//
// vars is a struct or a map from names to values, as the implementation
// documents. The returned prompt belongs to the caller. A missing, unknown or
// unusable variable is an error that names the variable and not its value.
type Template interface {
	Render(ctx context.Context, vars any) (*Prompt, error)
}

// TemplateFunc is a Template made of a function.
type TemplateFunc func(ctx context.Context, vars any) (*Prompt, error)

// Render calls f.
func (f TemplateFunc) Render(ctx context.Context, vars any) (*Prompt, error) { return f(ctx, vars) }

// A Guardrail judges one content, going in or coming out.
//
// Guardrails are called through [Judge], which blocks when Check returns an
// error, panics, is canceled or returns the zero Verdict. Check must not
// change the content's spans.
type Guardrail interface {
	Check(ctx context.Context, c Content) (Verdict, error)
}

// GuardrailFunc is a Guardrail made of a function.
type GuardrailFunc func(ctx context.Context, c Content) (Verdict, error)

// Check calls f.
func (f GuardrailFunc) Check(ctx context.Context, c Content) (Verdict, error) { return f(ctx, c) }

// A Validator turns the text of a model into a checked value.
//
// An [*InvalidError] means that the output is wrong and that asking again may
// help; an [*Exit] means that the output is understood and ends the run (the
// model said that it does not know). Any other error is a malfunction of the
// validator and is not retried.
type Validator[T any] interface {
	Validate(ctx context.Context, output string) (T, error)
}

// ValidatorFunc is a Validator made of a function.
type ValidatorFunc[T any] func(ctx context.Context, output string) (T, error)

// Validate calls f.
func (f ValidatorFunc[T]) Validate(ctx context.Context, output string) (T, error) {
	return f(ctx, output)
}

// A ModelRouter chooses which targets may answer a request.
//
// A Route without targets is an error of the router, not an answer.
type ModelRouter interface {
	Route(ctx context.Context, req Request) (Route, error)
}

// ModelRouterFunc is a ModelRouter made of a function.
type ModelRouterFunc func(ctx context.Context, req Request) (Route, error)

// Route calls f.
func (f ModelRouterFunc) Route(ctx context.Context, req Request) (Route, error) { return f(ctx, req) }

// A CanaryRouter assigns runs to the arms of a rollout and learns from what
// happened to them.
//
// Assign never fails: when it cannot know better it answers with the stable
// arm and the reason. The same unit gets the same arm on every replica.
// Observe is idempotent per run.
type CanaryRouter interface {
	Assign(ctx context.Context, r Run) Assignment
	Observe(ctx context.Context, a Assignment, o Observation) error
}

// A CostController admits spending before it happens.
//
// Reserve returns a [*BudgetError] when a budget forbids the estimate; any
// other error means that the controller could not decide, and the call must
// not be made. Every Hold is settled once: Settle is idempotent per hold, is
// called with a context that outlives the call's cancellation, and returns
// what was charged.
type CostController interface {
	Reserve(ctx context.Context, e Estimate) (Hold, error)
	Settle(ctx context.Context, h Hold, s Settlement) (Money, error)
}

// A TokenCounter counts the tokens of a text for a model.
type TokenCounter interface {
	CountTokens(model, text string) int
}

// TokenCounterFunc is a TokenCounter made of a function.
type TokenCounterFunc func(model, text string) int

// CountTokens calls f.
func (f TokenCounterFunc) CountTokens(model, text string) int { return f(model, text) }

// An Embedder turns texts into vectors of one common dimension, in the order
// of the texts.
type Embedder interface {
	Embed(ctx context.Context, texts []string) ([][]float32, error)
}

// EmbedderFunc is an Embedder made of a function.
type EmbedderFunc func(ctx context.Context, texts []string) ([][]float32, error)

// Embed calls f.
func (f EmbedderFunc) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	return f(ctx, texts)
}

// Must returns v, and panics when err is not nil. It is for values that are
// built once, at start-up, from constants of the program.
func Must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
