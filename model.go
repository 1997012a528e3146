package makeready

import (
	"context"
	"slices"
)

// A Model answers one request.
//
// Generate must be safe for concurrent use and must return soon after ctx is
// done. Requests are passed by value; the slices inside belong to the caller
// and must not be changed. The response's Usage is valid also with an error:
// a call that was cut has been paid for. Failures of the provider are
// [*ModelError].
type Model interface {
	Generate(ctx context.Context, req Request) (Response, error)
}

// ModelFunc is a Model made of a function.
type ModelFunc func(ctx context.Context, req Request) (Response, error)

// Generate calls f.
func (f ModelFunc) Generate(ctx context.Context, req Request) (Response, error) { return f(ctx, req) }

// A Middleware changes what happens around a model: guardrails, routing,
// caching and budgets are middleware.
type Middleware func(next Model) Model

// Wrap puts middleware around m. The first one listed is outermost: it sees
// the request first and the response last. Nil entries are skipped.
func Wrap(m Model, mw ...Middleware) Model {
	for _, w := range slices.Backward(mw) {
		if w != nil {
			m = w(m)
		}
	}
	return m
}

// A Request is one call of a model.
type Request struct {
	// Task and Complexity are hints for a [ModelRouter], such as
	// "classification" and "simple".
	Task       string `json:"task,omitempty"`
	Complexity string `json:"complexity,omitempty"`
	// Prompt is the version of the prompt that Messages were rendered from.
	Prompt Ref `json:"prompt,omitzero"`
	// Target is the router's name of the model to use. Provider and Model are
	// filled in by the [Leaf] when they are empty.
	Target   string `json:"target,omitempty"`
	Provider string `json:"provider,omitempty"`
	Model    string `json:"model,omitempty"`

	Messages []Message `json:"messages"`
	Params   Params    `json:"params,omitzero"`
	// Schema is the JSON Schema that the output should follow, where the
	// provider can enforce one. The output is validated either way.
	Schema []byte `json:"schema,omitempty"`
	Tools  []Tool `json:"tools,omitempty"`

	// Stream, when set, receives the text as it is made. An error that it
	// returns stops the call, whose error wraps it. The response holds the
	// whole text all the same.
	Stream func(c Chunk) error `json:"-"`
}

// Params are the sampling parameters of a call. A nil pointer, a zero
// MaxTokens and an empty Stop are not sent, so that the provider's own default
// applies; a pointer to zero is sent as zero.
type Params struct {
	Temperature *float64 `json:"temperature,omitempty"`
	TopP        *float64 `json:"top_p,omitempty"`
	Seed        *int64   `json:"seed,omitempty"`
	// MaxTokens bounds the output, in tokens.
	MaxTokens int      `json:"max_tokens,omitempty"`
	Stop      []string `json:"stop,omitempty"`
}

// A Chunk is a piece of a streamed answer.
type Chunk struct {
	Text      string `json:"text,omitempty"`
	Reasoning string `json:"reasoning,omitempty"`
	// Reset says that everything streamed so far is void: another attempt
	// begins.
	Reset bool `json:"reset,omitempty"`
}

// A Response is the answer to a request.
type Response struct {
	Text string `json:"text"`
	// Reasoning is what the model thought aloud; it is never part of Text.
	Reasoning string     `json:"reasoning,omitempty"`
	ToolCalls []ToolCall `json:"tool_calls,omitempty"`
	// ID and Model are the provider's own names for this answer and for the
	// model that gave it.
	ID    string     `json:"id,omitempty"`
	Model string     `json:"model,omitempty"`
	Stop  StopReason `json:"stop,omitzero"`
	Usage Usage      `json:"usage,omitzero"`
}

// StopReason says why a model stopped.
type StopReason uint8

// The reasons to stop.
const (
	StopUnknown   StopReason = iota // the provider did not say
	StopEnd                         // the model was done, or a stop text was met
	StopLength                      // the output limit was reached: the text is cut
	StopToolCalls                   // the model waits for tool results
	StopRefusal                     // the model declined
	StopFilter                      // the provider withheld the answer
)

var stopNames = [...]string{"unknown", "end", "length", "tool_calls", "refusal", "filter"} //archtest:table names of constants

// String returns the reason's name, or "stop(n)".
func (s StopReason) String() string { return enumName("stop", stopNames[:], uint8(s)) }

// MarshalText returns the reason's name.
func (s StopReason) MarshalText() ([]byte, error) {
	return marshalEnum("stop", stopNames[:], uint8(s))
}

// UnmarshalText accepts the names that MarshalText returns.
func (s *StopReason) UnmarshalText(b []byte) error {
	return unmarshalEnum("stop", stopNames[:], b, (*uint8)(s))
}

// Usage counts the tokens of one or more calls, in the meaning that
// OpenTelemetry gives them: Input includes what was read from and written to a
// cache, Output includes Reasoning.
type Usage struct {
	Input      int64       `json:"input"`
	CacheRead  int64       `json:"cache_read,omitempty"`
	CacheWrite int64       `json:"cache_write,omitempty"`
	Output     int64       `json:"output"`
	Reasoning  int64       `json:"reasoning,omitempty"`
	Source     UsageSource `json:"source,omitzero"`
}

// Add returns the sum of two usages. It is reported only if both are, where an
// empty usage does not count.
func (u Usage) Add(v Usage) Usage {
	switch {
	case u == Usage{}:
		return v
	case v == Usage{}:
		return u
	}
	return Usage{
		Input:      u.Input + v.Input,
		CacheRead:  u.CacheRead + v.CacheRead,
		CacheWrite: u.CacheWrite + v.CacheWrite,
		Output:     u.Output + v.Output,
		Reasoning:  u.Reasoning + v.Reasoning,
		Source:     min(u.Source, v.Source),
	}
}

// UsageSource says how far a [Usage] can be trusted.
type UsageSource uint8

// The sources, the better one being the greater.
const (
	UsageUnknown   UsageSource = iota // nobody counted
	UsageEstimated                    // counted here, from the text
	UsageReported                     // counted by the provider
)

var usageSourceNames = [...]string{"unknown", "estimated", "reported"} //archtest:table names of constants

// String returns the source's name, or "source(n)".
func (s UsageSource) String() string { return enumName("source", usageSourceNames[:], uint8(s)) }

// MarshalText returns the source's name.
func (s UsageSource) MarshalText() ([]byte, error) {
	return marshalEnum("source", usageSourceNames[:], uint8(s))
}

// UnmarshalText accepts the names that MarshalText returns.
func (s *UsageSource) UnmarshalText(b []byte) error {
	return unmarshalEnum("source", usageSourceNames[:], b, (*uint8)(s))
}

// Leaf names m as the model of a provider and makes it the end of a stack of
// middleware: the one place that reports a call ([OpCall]), that counts it
// against the run's cap, and that refuses to start it once ctx is done.
// Everything that talks to a provider belongs inside a Leaf. A Leaf inside a
// Leaf reports nothing, so nothing is counted twice.
//
// Leaf fills in the request's Provider and Model where they are empty. Beyond
// the cap the error is [ErrCallLimit]. An error that is none of this package's
// and not the context's becomes the cause of a [*ModelError]: what a client
// writes into its errors may hold keys or text.
func Leaf(provider, model string, m Model) Model {
	return &leaf{provider: provider, model: model, next: m}
}

type leaf struct {
	provider, model string
	next            Model
}

func (l *leaf) Generate(ctx context.Context, req Request) (resp Response, err error) {
	if err := ctx.Err(); err != nil {
		return Response{}, err
	}
	if req.Provider == "" {
		req.Provider = l.provider
	}
	if req.Model == "" {
		req.Model = l.model
	}
	var op *Op
	if scope := scopeOf(ctx); scope != nil && scope.op.Kind != OpCall {
		if err := scope.run.countCall(); err != nil {
			return Response{}, err
		}
		ctx, op = Begin(ctx, Op{Kind: OpCall, Name: req.Model, Provider: req.Provider, Model: req.Model, Task: req.Task, Prompt: req.Prompt})
	}
	if op == nil { // nobody watches, an outer leaf does, or the run is over
		resp, err = l.next.Generate(ctx, req)
		return resp, l.locate(req, err)
	}
	ended := false
	defer func() {
		op.Usage, op.Stop, op.ResponseID = resp.Usage, resp.Stop, resp.ID
		if !ended && err == nil {
			err = errPanicked // for the record; the panic itself goes on
		}
		op.End(ctx, err)
	}()
	resp, err = l.next.Generate(ctx, req)
	ended = true
	return resp, l.locate(req, err)
}

// locate wraps what nobody has classified.
func (l *leaf) locate(req Request, err error) error {
	if ErrorClass(err) != classUnknown {
		return err
	}
	return &ModelError{Provider: req.Provider, Model: req.Model, Err: err}
}
