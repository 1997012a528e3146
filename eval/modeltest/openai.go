package modeltest

import (
	"encoding/json"
	"net/http"

	"github.com/makeready-go/makeready"
)

// openAI is the format of OpenAI's Chat Completions and Embeddings, which
// compatible servers share. Reasoning is told in "reasoning_content", as
// DeepSeek and vLLM do.
type openAI struct{}

func (openAI) header(h http.Header, id string) {
	h.Set("X-Request-ID", id)
	h.Set("Openai-Version", "2020-10-01")
	h.Set("Openai-Processing-Ms", "1")
}

func (openAI) decode(body []byte) (wireCall, error) {
	var in struct {
		Model    string `json:"model"`
		Messages []struct {
			Role       string        `json:"role"`
			Content    contentBlocks `json:"content"`
			ToolCallID string        `json:"tool_call_id"`
			ToolCalls  []struct {
				ID       string `json:"id"`
				Function struct {
					Name      string `json:"name"`
					Arguments string `json:"arguments"`
				} `json:"function"`
			} `json:"tool_calls"`
		} `json:"messages"`
		Temperature         *float64          `json:"temperature"`
		TopP                *float64          `json:"top_p"`
		Seed                *int64            `json:"seed"`
		MaxTokens           int               `json:"max_tokens"`
		MaxCompletionTokens int               `json:"max_completion_tokens"`
		Stop                oneOrMany[string] `json:"stop"`
		Stream              bool              `json:"stream"`
		StreamOptions       struct {
			IncludeUsage bool `json:"include_usage"`
		} `json:"stream_options"`
		ResponseFormat struct {
			Type       string `json:"type"`
			JSONSchema struct {
				Schema json.RawMessage `json:"schema"`
			} `json:"json_schema"`
		} `json:"response_format"`
		Tools []functionTool `json:"tools"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return wireCall{}, err
	}
	out := wireCall{stream: in.Stream, usage: in.StreamOptions.IncludeUsage, structured: in.ResponseFormat.Type == "json_schema"}
	out.req = makeready.Request{
		Provider: "openai", Model: in.Model, Schema: in.ResponseFormat.JSONSchema.Schema, Tools: toolsOf(in.Tools),
		Params: makeready.Params{
			Temperature: in.Temperature, TopP: in.TopP, Seed: in.Seed, Stop: in.Stop,
			MaxTokens: max(in.MaxTokens, in.MaxCompletionTokens),
		},
	}
	for _, m := range in.Messages {
		role, err := roleOf(m.Role)
		if err != nil {
			return out, err
		}
		msg := makeready.Message{Role: role, CallID: m.ToolCallID}
		for _, b := range m.Content {
			if err := b.addTo(&msg); err != nil {
				return out, err
			}
		}
		for _, c := range m.ToolCalls {
			msg.Parts = append(msg.Parts, makeready.Part{
				Call: &makeready.ToolCall{ID: c.ID, Name: c.Function.Name, Arguments: c.Function.Arguments},
			})
		}
		out.req.Messages = append(out.req.Messages, msg)
	}
	return out, nil
}

func roleOf(name string) (makeready.Role, error) {
	switch name {
	case "developer":
		return makeready.RoleSystem, nil
	case "function":
		return makeready.RoleTool, nil
	}
	var role makeready.Role
	err := role.UnmarshalText([]byte(name))
	return role, err
}

func (openAI) decodeTexts(body []byte) (wireCall, error) {
	var in struct {
		Model string            `json:"model"`
		Input oneOrMany[string] `json:"input"`
	}
	err := json.Unmarshal(body, &in)
	return textCall(in.Model, in.Input), err
}

type openAIToolCall struct {
	Index    *int   `json:"index,omitempty"` // in streams
	ID       string `json:"id,omitempty"`
	Type     string `json:"type,omitempty"`
	Function struct {
		Name      string `json:"name,omitempty"`
		Arguments string `json:"arguments"`
	} `json:"function"`
}

// openAIDelta is a piece of a message.
type openAIDelta struct {
	Role      string           `json:"role,omitempty"`
	Content   *string          `json:"content,omitempty"`
	Refusal   *string          `json:"refusal,omitempty"`
	Reasoning string           `json:"reasoning_content,omitempty"`
	ToolCalls []openAIToolCall `json:"tool_calls,omitempty"`
}

type openAIUsage struct {
	PromptTokens     int64 `json:"prompt_tokens"`
	CompletionTokens int64 `json:"completion_tokens"`
	TotalTokens      int64 `json:"total_tokens"`
	PromptDetails    struct {
		CachedTokens int64 `json:"cached_tokens"`
		AudioTokens  int64 `json:"audio_tokens"`
	} `json:"prompt_tokens_details"`
	CompletionDetails struct {
		ReasoningTokens int64 `json:"reasoning_tokens"`
		AudioTokens     int64 `json:"audio_tokens"`
		Accepted        int64 `json:"accepted_prediction_tokens"`
		Rejected        int64 `json:"rejected_prediction_tokens"`
	} `json:"completion_tokens_details"`
}

// openAIUsageOf is nil for a reply without usage.
func openAIUsageOf(a answer) *openAIUsage {
	if a.Usage == (makeready.Usage{}) {
		return nil
	}
	u := &openAIUsage{PromptTokens: a.Usage.Input, CompletionTokens: a.Usage.Output, TotalTokens: a.Usage.Input + a.Usage.Output}
	u.PromptDetails.CachedTokens = a.Usage.CacheRead
	u.CompletionDetails.ReasoningTokens = a.Usage.Reasoning
	return u
}

func openAIStop(s makeready.StopReason) string {
	switch s {
	case makeready.StopLength:
		return "length"
	case makeready.StopToolCalls:
		return "tool_calls"
	case makeready.StopFilter:
		return "content_filter"
	default: // a refusal is a message, not a reason
		return "stop"
	}
}

// refuses says that a refusal has its own field: so it is with structured
// output; without it a refusal is ordinary text.
func (openAI) refuses(in wireCall, a answer) bool {
	return in.structured && a.Stop == makeready.StopRefusal
}

func (o openAI) encode(in wireCall, a answer) []byte {
	type message struct {
		Role      string           `json:"role"`
		Content   *string          `json:"content"`
		Refusal   *string          `json:"refusal"`
		Reasoning string           `json:"reasoning_content,omitempty"`
		ToolCalls []openAIToolCall `json:"tool_calls,omitempty"`
	}
	msg := message{Role: "assistant", Content: &a.Text, Reasoning: a.Reasoning}
	switch {
	case o.refuses(in, a):
		msg.Content, msg.Refusal = nil, &a.Text
	case a.Text == "" && len(a.ToolCalls) > 0:
		msg.Content = nil
	}
	for _, c := range a.ToolCalls {
		call := openAIToolCall{ID: c.ID, Type: "function"}
		call.Function.Name, call.Function.Arguments = c.Name, c.Arguments
		msg.ToolCalls = append(msg.ToolCalls, call)
	}
	type choice struct {
		Index        int       `json:"index"`
		Message      message   `json:"message"`
		Logprobs     *struct{} `json:"logprobs"`
		FinishReason string    `json:"finish_reason"`
	}
	return encoded(struct {
		ID                string       `json:"id"`
		Object            string       `json:"object"`
		Created           int64        `json:"created"`
		Model             string       `json:"model"`
		Choices           []choice     `json:"choices"`
		Usage             *openAIUsage `json:"usage,omitempty"`
		SystemFingerprint string       `json:"system_fingerprint"`
	}{a.ID, "chat.completion", wireTime, a.Model, []choice{{Message: msg, FinishReason: openAIStop(a.Stop)}}, openAIUsageOf(a), "fp_modeltest"})
}

func (o openAI) encodeStream(in wireCall, a answer) frames {
	type choice struct {
		Index        int         `json:"index"`
		Delta        openAIDelta `json:"delta"`
		Logprobs     *struct{}   `json:"logprobs"`
		FinishReason *string     `json:"finish_reason"`
	}
	type chunk struct {
		ID                string          `json:"id"`
		Object            string          `json:"object"`
		Created           int64           `json:"created"`
		Model             string          `json:"model"`
		SystemFingerprint string          `json:"system_fingerprint"`
		Choices           []choice        `json:"choices"`
		Usage             json.RawMessage `json:"usage,omitempty"`
	}
	usage := openAIUsageOf(a)
	frame := func(choices []choice, u json.RawMessage) []byte {
		if u == nil && in.usage && usage != nil {
			u = json.RawMessage("null") // every chunk has the field, only the last one figures
		}
		return sse("", encoded(chunk{a.ID, "chat.completion.chunk", wireTime, a.Model, "fp_modeltest", choices, u}))
	}
	delta := func(m openAIDelta) []byte { return frame([]choice{{Delta: m}}, nil) }
	f := frames{contentType: "text/event-stream; charset=utf-8"}
	f.head = append(f.head, delta(openAIDelta{Role: "assistant", Content: new("")}))
	for _, c := range a.thoughts {
		f.content = append(f.content, delta(openAIDelta{Reasoning: c}))
	}
	for _, c := range a.chunks {
		m := openAIDelta{Content: &c}
		if o.refuses(in, a) {
			m = openAIDelta{Refusal: &c}
		}
		f.content = append(f.content, delta(m))
	}
	for i, c := range a.ToolCalls {
		first := openAIToolCall{Index: &i, ID: c.ID, Type: "function"}
		first.Function.Name = c.Name
		f.content = append(f.content, delta(openAIDelta{ToolCalls: []openAIToolCall{first}}))
		for _, piece := range pieces(c.Arguments) {
			more := openAIToolCall{Index: &i}
			more.Function.Arguments = piece
			f.content = append(f.content, delta(openAIDelta{ToolCalls: []openAIToolCall{more}}))
		}
	}
	f.tail = append(f.tail, frame([]choice{{FinishReason: new(openAIStop(a.Stop))}}, nil))
	if in.usage && usage != nil {
		f.tail = append(f.tail, frame([]choice{}, encoded(usage)))
	}
	f.tail = append(f.tail, sse("", []byte("[DONE]")))
	return f
}

// sse is a server-sent event. Only Anthropic names its events.
func sse(event string, data []byte) []byte {
	if event != "" {
		event = "event: " + event + "\n"
	}
	return []byte(event + "data: " + string(data) + "\n\n")
}

type openAIError struct {
	Message    string      `json:"message"`
	Type       *string     `json:"type"`
	Param      *string     `json:"param"`
	Code       *string     `json:"code"`
	InnerError *innerError `json:"innererror,omitempty"`
}

type innerError struct {
	Code string `json:"code"`
}

func (openAI) failure(f TransportFault, _ string) []byte {
	const invalid = "invalid_request_error"
	e := openAIError{Message: "The server had an error.", Type: new("server_error")}
	switch f {
	case RateLimited:
		e = openAIError{Message: "Rate limit reached on requests per minute.", Type: new("requests"), Code: new("rate_limit_exceeded")}
	case QuotaExhausted:
		e = openAIError{Message: "The quota of this account is used up.", Type: new("insufficient_quota"), Code: new("insufficient_quota")}
	case Unavailable, Overloaded:
		e.Message = "The engine is overloaded."
	case Unauthorized:
		e = openAIError{Message: "The API key is not correct.", Type: new(invalid), Code: new("invalid_api_key")}
	case NotFound:
		e = openAIError{Message: "The model does not exist.", Type: new(invalid), Code: new("model_not_found")}
	case InvalidRequest:
		e = openAIError{Message: "The request has a value that is not supported.", Type: new(invalid), Code: new("unsupported_value")}
	case ContextLength:
		e = openAIError{
			Message: "The maximum context length is 8192 tokens; the messages have 9000.",
			Type:    new(invalid), Param: new("messages"), Code: new("context_length_exceeded"),
		}
	case ContentFilter: // as Azure words it; OpenAI itself ends the answer with the reason content_filter
		e = openAIError{
			Message: "The prompt was filtered.", Param: new("prompt"), Code: new("content_filter"),
			InnerError: &innerError{"ResponsibleAIPolicyViolation"},
		}
	default: // ServerError
	}
	return encoded(struct {
		Error openAIError `json:"error"`
	}{e})
}

func (o openAI) failureFrame(id string) []byte { return sse("", o.failure(ServerError, id)) }

func (openAI) encodeVectors(in wireCall, vectors [][]float32) []byte {
	type item struct {
		Object    string    `json:"object"`
		Index     int       `json:"index"`
		Embedding []float32 `json:"embedding"`
	}
	type usage struct {
		PromptTokens int64 `json:"prompt_tokens"`
		TotalTokens  int64 `json:"total_tokens"`
	}
	items := make([]item, len(vectors))
	for i, v := range vectors {
		items[i] = item{"embedding", i, v}
	}
	n := countUsage(in.req, makeready.Response{}).Input
	return encoded(struct {
		Object string `json:"object"`
		Data   []item `json:"data"`
		Model  string `json:"model"`
		Usage  usage  `json:"usage"`
	}{"list", items, in.req.Model, usage{n, n}})
}
