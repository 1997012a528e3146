package provider

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"time"

	"github.com/makeready-go/makeready"
	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/anthropic"
	"github.com/tmc/langchaingo/llms/ollama"
	"github.com/tmc/langchaingo/llms/openai"
)

// A Config describes a model. Nothing is ever read from the environment.
type Config struct {
	// Provider is the name of the provider in records, prices and errors. [New]
	// requires it; [OpenAI], [Anthropic], [Ollama] and [Google] have their own.
	Provider string
	// Model is the provider's name of the model. Required.
	Model string

	// Key is the provider's API key. [OpenAI], [Anthropic] and [Google] require
	// it; for a compatible server that checks none, any word will do.
	Key string
	// BaseURL is where the API begins, such as "http://localhost:8000/v1".
	// The default is the provider's own.
	BaseURL string
	// Client is the HTTP client to use: its transport, its time limit, its
	// redirect policy. It is copied and not changed. The default has no time
	// limit.
	Client *http.Client

	// Timeout bounds each call, streams included; 0 means no limit but the
	// context's. Beyond it the error is a [makeready.ModelError] of
	// [makeready.KindTimeout].
	Timeout time.Duration
	// Schema says what becomes of a request's schema.
	Schema SchemaMode
	// Options are langchaingo's own, applied to every call, for what a
	// [makeready.Request] cannot say: thinking budgets, top-k, penalties, tool
	// choice. What the request sets wins, and streaming options are ignored.
	Options []llms.CallOption
}

// New makes a model of langchaingo's. It is a [makeready.Leaf] and safe for
// concurrent use if llm is.
//
// Build the client of llm with a [Transport]. Without one the model works as
// well as langchaingo lets it: errors have no status and mostly no kind, there
// is no schema, and a stream that does not show how it ended is an error. See
// the package's documentation for what each provider gains.
//
// Key, BaseURL and Client of c are the business of whoever built llm, and
// setting them is an error.
func New(llm llms.Model, c Config) (makeready.Model, error) {
	switch {
	case llm == nil:
		return nil, errors.New("provider: New without a model")
	case c.Provider == "":
		return nil, errors.New("provider: Config.Provider is empty; name the provider as prices and records should")
	case c.Model == "":
		return nil, errors.New("provider: Config.Model is empty; name the provider's model")
	case c.Key != "" || c.BaseURL != "" || c.Client != nil:
		return nil, errors.New("provider: Key, BaseURL and Client have no effect on a client that is built; leave them empty with New")
	case c.Timeout < 0:
		return nil, errors.New("provider: Config.Timeout is negative; 0 means no limit")
	case c.Schema > SchemaOff:
		return nil, fmt.Errorf("provider: unknown schema mode %d", c.Schema)
	}
	m := &model{llm: llm, config: c}
	m.face, m.direct = faceOf(llm)
	for _, o := range c.Options {
		if o != nil {
			o(&m.options)
		}
	}
	m.options.Tools = slices.Clip(m.options.Tools)
	return makeready.Leaf(c.Provider, c.Model, m), nil
}

// face says which of langchaingo's clients a model is, because each has its own
// idea of messages.
type face uint8

const (
	faceOther face = iota
	faceOpenAI
	faceAnthropic
	faceOllama
)

// faceOf also says whether nothing looks at the answers of llm but this
// package: then they need not be made for langchaingo's sake.
func faceOf(llm llms.Model) (face, bool) {
	switch m := llm.(type) {
	case *openai.LLM:
		return faceOpenAI, m.CallbacksHandler == nil
	case *anthropic.LLM:
		return faceAnthropic, m.CallbacksHandler == nil
	case *ollama.LLM:
		return faceOllama, m.CallbacksHandler == nil
	default:
		return faceOther, false
	}
}

type model struct {
	llm     llms.Model
	config  Config
	face    face
	direct  bool
	options llms.CallOptions
	schemas schemaCache
}

// Generate implements [makeready.Model].
func (m *model) Generate(ctx context.Context, req makeready.Request) (makeready.Response, error) {
	c := &call{Context: ctx, parent: ctx, model: m, req: req}
	if err := c.check(); err != nil {
		return makeready.Response{}, err
	}
	if m.config.Timeout > 0 {
		var cancel context.CancelFunc
		c.Context, cancel = context.WithTimeout(ctx, m.config.Timeout)
		defer cancel()
	}
	messages, err := c.messages()
	if err != nil {
		return makeready.Response{}, err
	}
	c.opts[0] = c.option
	resp, err := m.llm.GenerateContent(c, messages, c.opts[:]...) //nolint:contextcheck // c is ctx, and more
	return c.conclude(resp, err)
}

// check refuses what no provider can be sent, and completes the parameters:
// the request's own, else what the model's options set to anything but zero,
// which langchaingo cannot tell from nothing.
func (c *call) check() error {
	if len(c.req.Messages) == 0 {
		return c.failed(makeready.KindInvalidRequest, codeBadRequest, errors.New("a request without messages"))
	}
	for i := range c.req.Tools {
		if s := c.req.Tools[i].Schema; len(s) > 0 && !isObject(s) {
			return c.failed(makeready.KindInvalidRequest, codeBadRequest, errors.New("the schema of a tool is no JSON object"))
		}
	}
	p, o := c.req.Params, &c.model.options
	if p.Temperature == nil && o.Temperature != 0 {
		p.Temperature = &o.Temperature
	}
	if p.TopP == nil && o.TopP != 0 {
		p.TopP = &o.TopP
	}
	if p.Seed == nil && o.Seed != 0 {
		p.Seed = new(int64(o.Seed))
	}
	if p.MaxTokens <= 0 {
		p.MaxTokens = max(0, o.MaxTokens)
	}
	if p.MaxTokens == 0 && c.model.face == faceAnthropic {
		p.MaxTokens = anthropicMaxTokens
	}
	if len(p.Stop) == 0 {
		p.Stop = o.StopWords
	}
	for _, f := range [...]*float64{p.Temperature, p.TopP} {
		if f != nil && (math.IsNaN(*f) || math.IsInf(*f, 0)) {
			return c.failed(makeready.KindInvalidRequest, codeBadRequest, errors.New("a sampling parameter is not a finite number"))
		}
	}
	c.params = p
	return nil
}

// anthropicMaxTokens is sent where a request sets no limit, because the API
// insists on one. It is the most that every model takes.
const anthropicMaxTokens = 4096
