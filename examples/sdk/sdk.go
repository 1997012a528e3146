// Package sdk shows how a client that is not langchaingo's becomes a model of
// this library: one function from a request to a response, made a
// [makeready.ModelFunc] and put inside a [makeready.Leaf]. Here it is OpenAI's
// own SDK; the same hundred lines serve any other.
//
// What such a function owes its callers:
//
//   - what the request does not set is not sent, and zero is sent as zero;
//   - failures are a [makeready.ModelError] with kind, status and Retry-After,
//     and the caller's own context error stays what it is;
//   - a stream without its end is [makeready.ErrIncompleteStream];
//   - usage means what OpenTelemetry means by it, with an error too.
//
// The conformance suite modeltest.TestModel checks most of this.
package sdk

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/makeready-go/makeready"
	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/shared"
)

// OpenAI makes a model of a client of OpenAI's SDK. Build the client with
// option.WithMaxRetries(0): retrying is the business of whoever knows the
// budget. It is safe for concurrent use.
func OpenAI(client openai.Client, model string) makeready.Model {
	return makeready.Leaf("openai", model, makeready.ModelFunc(
		func(ctx context.Context, req makeready.Request) (makeready.Response, error) {
			params, err := paramsOf(req)
			if err != nil {
				return makeready.Response{}, err
			}
			if req.Stream != nil {
				return stream(ctx, client, params, req)
			}
			answer, err := client.Chat.Completions.New(ctx, params)
			if err != nil {
				return makeready.Response{}, failure(ctx, req, err)
			}
			return responseOf(answer), nil
		}))
}

// paramsOf is the request in the SDK's words. Tools and images would follow the
// same pattern; until they do they are refused, and not left out.
func paramsOf(req makeready.Request) (openai.ChatCompletionNewParams, error) {
	p := openai.ChatCompletionNewParams{Model: req.Model}
	for _, m := range req.Messages {
		if len(m.Parts) > 0 || len(req.Tools) > 0 {
			return p, &makeready.ModelError{Kind: makeready.KindInvalidRequest, Provider: req.Provider, Model: req.Model}
		}
		switch m.Role {
		case makeready.RoleSystem:
			p.Messages = append(p.Messages, openai.SystemMessage(m.Text))
		case makeready.RoleUser:
			p.Messages = append(p.Messages, openai.UserMessage(m.Text))
		case makeready.RoleAssistant:
			p.Messages = append(p.Messages, openai.AssistantMessage(m.Text))
		case makeready.RoleTool:
			p.Messages = append(p.Messages, openai.ToolMessage(m.Text, m.CallID))
		}
	}
	if t := req.Params.Temperature; t != nil {
		p.Temperature = openai.Float(*t)
	}
	if t := req.Params.TopP; t != nil {
		p.TopP = openai.Float(*t)
	}
	if s := req.Params.Seed; s != nil {
		p.Seed = openai.Int(*s)
	}
	if n := req.Params.MaxTokens; n > 0 {
		p.MaxCompletionTokens = openai.Int(int64(n))
	}
	if len(req.Params.Stop) > 0 {
		p.Stop = openai.ChatCompletionNewParamsStopUnion{OfStringArray: req.Params.Stop}
	}
	if len(req.Schema) > 0 {
		p.ResponseFormat.OfJSONSchema = &shared.ResponseFormatJSONSchemaParam{
			JSONSchema: shared.ResponseFormatJSONSchemaJSONSchemaParam{Name: "output", Schema: rawJSON(req.Schema)},
		}
	}
	return p, nil
}

// rawJSON goes out as it is.
type rawJSON []byte

// MarshalJSON implements [encoding/json.Marshaler].
func (r rawJSON) MarshalJSON() ([]byte, error) { return r, nil }

func responseOf(a *openai.ChatCompletion) makeready.Response {
	r := makeready.Response{ID: a.ID, Model: a.Model, Usage: usageOf(a.Usage)}
	if len(a.Choices) == 0 {
		return r
	}
	c := a.Choices[0]
	r.Text, r.Stop = c.Message.Content, stopOf(c.FinishReason)
	for _, t := range c.Message.ToolCalls {
		r.ToolCalls = append(r.ToolCalls, makeready.ToolCall{ID: t.ID, Name: t.Function.Name, Arguments: t.Function.Arguments})
	}
	return r
}

func usageOf(u openai.CompletionUsage) makeready.Usage {
	if u.TotalTokens == 0 {
		return makeready.Usage{} // nobody counted
	}
	return makeready.Usage{
		Input: u.PromptTokens, CacheRead: u.PromptTokensDetails.CachedTokens,
		Output: u.CompletionTokens, Reasoning: u.CompletionTokensDetails.ReasoningTokens,
		Source: makeready.UsageReported,
	}
}

func stopOf(reason string) makeready.StopReason {
	switch reason {
	case "stop":
		return makeready.StopEnd
	case "length":
		return makeready.StopLength
	case "tool_calls":
		return makeready.StopToolCalls
	case "content_filter":
		return makeready.StopFilter
	default:
		return makeready.StopUnknown
	}
}

func stream(ctx context.Context, client openai.Client, params openai.ChatCompletionNewParams, req makeready.Request) (makeready.Response, error) {
	params.StreamOptions.IncludeUsage = openai.Bool(true)
	s := client.Chat.Completions.NewStreaming(ctx, params)
	defer func() { _ = s.Close() }()
	var all openai.ChatCompletionAccumulator
	for s.Next() {
		chunk := s.Current()
		all.AddChunk(chunk)
		if len(chunk.Choices) > 0 && chunk.Choices[0].Delta.Content != "" {
			if err := req.Stream(makeready.Chunk{Text: chunk.Choices[0].Delta.Content}); err != nil {
				return makeready.Response{Usage: usageOf(all.Usage)}, err
			}
		}
	}
	r := responseOf(&all.ChatCompletion)
	switch err := s.Err(); {
	case err != nil:
		return makeready.Response{Usage: r.Usage}, failure(ctx, req, err)
	case r.Stop == makeready.StopUnknown: // the SDK takes any end of the connection for the end of the answer
		return makeready.Response{Usage: r.Usage}, &makeready.ModelError{
			Kind: makeready.KindNetwork, Provider: req.Provider, Model: req.Model, Err: makeready.ErrIncompleteStream,
		}
	}
	return r, nil
}

// failure gives an error its kind, by the status first.
func failure(ctx context.Context, req makeready.Request, err error) error {
	if e := ctx.Err(); e != nil {
		return e
	}
	me := &makeready.ModelError{Kind: makeready.KindNetwork, Provider: req.Provider, Model: req.Model}
	api, ok := errors.AsType[*openai.Error](err)
	if !ok {
		return me
	}
	me.Status = api.StatusCode
	switch code := api.StatusCode; {
	case api.Code == "context_length_exceeded":
		me.Kind = makeready.KindContextLength
	case api.Code == "insufficient_quota":
		me.Kind = makeready.KindQuota
	case code == http.StatusTooManyRequests:
		me.Kind = makeready.KindRateLimited
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		me.Kind = makeready.KindAuth
	case code == http.StatusNotFound:
		me.Kind = makeready.KindNotFound
	case code == http.StatusServiceUnavailable:
		me.Kind = makeready.KindOverloaded
	case code >= http.StatusInternalServerError:
		me.Kind = makeready.KindServer
	default:
		me.Kind = makeready.KindInvalidRequest
	}
	if api.Response != nil {
		me.RequestID = api.Response.Header.Get("X-Request-Id")
		if s, err := strconv.Atoi(api.Response.Header.Get("Retry-After")); err == nil {
			me.RetryAfter = time.Duration(s) * time.Second
		}
	}
	return me
}
