package modeltest

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/makeready-go/makeready"
)

// anthropic is the format of Anthropic's Messages.
type anthropic struct{}

func (anthropic) header(h http.Header, id string) { h.Set("Request-Id", id) }

// anthropicFormat binds the output to a schema.
type anthropicFormat struct {
	Schema json.RawMessage `json:"schema"`
}

func (anthropic) decode(body []byte) (wireCall, error) {
	var in struct {
		Model    string        `json:"model"`
		System   contentBlocks `json:"system"`
		Messages []struct {
			Role    string        `json:"role"`
			Content contentBlocks `json:"content"`
		} `json:"messages"`
		Temperature  *float64        `json:"temperature"`
		TopP         *float64        `json:"top_p"`
		MaxTokens    int             `json:"max_tokens"`
		Stop         []string        `json:"stop_sequences"`
		Stream       bool            `json:"stream"`
		OutputFormat anthropicFormat `json:"output_format"` // before it moved
		OutputConfig struct {
			Format anthropicFormat `json:"format"`
		} `json:"output_config"`
		Tools []struct {
			Name        string          `json:"name"`
			Description string          `json:"description"`
			InputSchema json.RawMessage `json:"input_schema"`
		} `json:"tools"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return wireCall{}, err
	}
	out := wireCall{stream: in.Stream, usage: true}
	out.req = makeready.Request{
		Provider: "anthropic", Model: in.Model, Schema: in.OutputConfig.Format.Schema,
		Params: makeready.Params{Temperature: in.Temperature, TopP: in.TopP, MaxTokens: in.MaxTokens, Stop: in.Stop},
	}
	if out.req.Schema == nil {
		out.req.Schema = in.OutputFormat.Schema
	}
	for _, t := range in.Tools {
		out.req.Tools = append(out.req.Tools, makeready.Tool{Name: t.Name, Description: t.Description, Schema: t.InputSchema})
	}
	if len(in.System) > 0 {
		msg := makeready.Message{Role: makeready.RoleSystem}
		for _, b := range in.System {
			if err := b.addTo(&msg); err != nil {
				return out, err
			}
		}
		out.req.Messages = append(out.req.Messages, msg)
	}
	for _, m := range in.Messages {
		msgs, err := anthropicMessages(m.Role, m.Content)
		if err != nil {
			return out, err
		}
		out.req.Messages = append(out.req.Messages, msgs...)
	}
	if in.MaxTokens <= 0 {
		return out, errors.New("max_tokens is required")
	}
	return out, nil
}

// anthropicMessages takes the tool results out of a user's message: here they
// are messages of their own.
func anthropicMessages(name string, content contentBlocks) ([]makeready.Message, error) {
	role, err := roleOf(name)
	if err != nil {
		return nil, err
	}
	var out []makeready.Message
	msg := makeready.Message{Role: role}
	for _, b := range content {
		if b.Type != "tool_result" {
			if err := b.addTo(&msg); err != nil {
				return nil, err
			}
			continue
		}
		result := makeready.Message{Role: makeready.RoleTool, CallID: b.ToolUseID}
		for _, inner := range b.Content {
			if err := inner.addTo(&result); err != nil {
				return nil, err
			}
		}
		out = append(out, result)
	}
	if len(out) == 0 || msg.Text != "" || len(msg.Parts) > 0 {
		out = append(out, msg)
	}
	return out, nil
}

// anthropicUsage counts Input without what the cache had.
type anthropicUsage struct {
	InputTokens   int64  `json:"input_tokens"`
	CacheCreation int64  `json:"cache_creation_input_tokens"`
	CacheRead     int64  `json:"cache_read_input_tokens"`
	OutputTokens  int64  `json:"output_tokens"`
	ServiceTier   string `json:"service_tier,omitempty"`
}

func anthropicUsageOf(u makeready.Usage) anthropicUsage {
	return anthropicUsage{u.Input - u.CacheRead - u.CacheWrite, u.CacheWrite, u.CacheRead, u.Output, "standard"}
}

func anthropicStop(s makeready.StopReason) string {
	switch s {
	case makeready.StopLength:
		return "max_tokens"
	case makeready.StopToolCalls:
		return "tool_use"
	case makeready.StopRefusal, makeready.StopFilter:
		return "refusal"
	default:
		return "end_turn"
	}
}

// anthropicBlock is a block of content; its pointers tell "" from absent.
type anthropicBlock struct {
	Type      string          `json:"type"`
	Text      *string         `json:"text,omitempty"`
	Thinking  *string         `json:"thinking,omitempty"`
	Signature *string         `json:"signature,omitempty"`
	ID        string          `json:"id,omitempty"`
	Name      string          `json:"name,omitempty"`
	Input     json.RawMessage `json:"input,omitempty"`
}

const anthropicSignature = "c2lnbmVk"

type anthropicMessage struct {
	ID           string           `json:"id"`
	Type         string           `json:"type"`
	Role         string           `json:"role"`
	Model        string           `json:"model"`
	Content      []anthropicBlock `json:"content"`
	StopReason   *string          `json:"stop_reason"`
	StopSequence *string          `json:"stop_sequence"`
	Usage        *anthropicUsage  `json:"usage,omitempty"`
}

func (anthropic) encode(_ wireCall, a answer) []byte {
	msg := anthropicMessage{
		ID: a.ID, Type: "message", Role: "assistant", Model: a.Model, Content: []anthropicBlock{},
		StopReason: new(anthropicStop(a.Stop)),
	}
	if a.Reasoning != "" {
		msg.Content = append(msg.Content, anthropicBlock{Type: "thinking", Thinking: &a.Reasoning, Signature: new(anthropicSignature)})
	}
	if a.Text != "" {
		msg.Content = append(msg.Content, anthropicBlock{Type: "text", Text: &a.Text})
	}
	for _, c := range a.ToolCalls {
		msg.Content = append(msg.Content, anthropicBlock{Type: "tool_use", ID: c.ID, Name: c.Name, Input: objectOf(c.Arguments)})
	}
	if a.Usage != (makeready.Usage{}) {
		msg.Usage = new(anthropicUsageOf(a.Usage))
	}
	return encoded(msg)
}

// objectOf is the arguments of a call where the format has no way to say them
// badly.
func objectOf(arguments string) json.RawMessage {
	var object map[string]json.RawMessage
	if json.Unmarshal([]byte(arguments), &object) != nil || object == nil {
		return json.RawMessage("{}")
	}
	return json.RawMessage(arguments)
}

// anthropicEvent is any of the events of a stream.
type anthropicEvent struct {
	Type    string            `json:"type"`
	Message *anthropicMessage `json:"message,omitempty"`
	Index   *int              `json:"index,omitempty"`
	Block   *anthropicBlock   `json:"content_block,omitempty"`
	Delta   *anthropicDelta   `json:"delta,omitempty"`
	Usage   json.RawMessage   `json:"usage,omitempty"`
}

type anthropicDelta struct {
	Type        string  `json:"type,omitempty"`
	Text        *string `json:"text,omitempty"`
	Thinking    *string `json:"thinking,omitempty"`
	Signature   *string `json:"signature,omitempty"`
	PartialJSON *string `json:"partial_json,omitempty"`
	StopReason  *string `json:"stop_reason,omitempty"`
}

func (anthropic) encodeStream(_ wireCall, a answer) frames {
	f := frames{contentType: "text/event-stream; charset=utf-8"}
	event := func(e anthropicEvent) []byte { return sse(e.Type, encoded(e)) }
	begun := anthropicUsageOf(a.Usage)
	begun.OutputTokens = min(begun.OutputTokens, 1) // the figure at the beginning is not the final one
	f.head = append(f.head, event(anthropicEvent{Type: "message_start", Message: &anthropicMessage{
		ID: a.ID, Type: "message", Role: "assistant", Model: a.Model, Content: []anthropicBlock{}, Usage: &begun,
	}}))
	index := 0
	block := func(start anthropicBlock, deltas []anthropicDelta) {
		i := index
		index++
		f.content = append(f.content, event(anthropicEvent{Type: "content_block_start", Index: &i, Block: &start}))
		if i == 0 {
			f.content = append(f.content, sse("ping", []byte(`{"type":"ping"}`)))
		}
		for _, d := range deltas {
			f.content = append(f.content, event(anthropicEvent{Type: "content_block_delta", Index: &i, Delta: &d}))
		}
		f.content = append(f.content, event(anthropicEvent{Type: "content_block_stop", Index: &i}))
	}
	if len(a.thoughts) > 0 {
		var deltas []anthropicDelta
		for _, c := range a.thoughts {
			deltas = append(deltas, anthropicDelta{Type: "thinking_delta", Thinking: &c})
		}
		deltas = append(deltas, anthropicDelta{Type: "signature_delta", Signature: new(anthropicSignature)})
		block(anthropicBlock{Type: "thinking", Thinking: new(""), Signature: new("")}, deltas)
	}
	if len(a.chunks) > 0 {
		var deltas []anthropicDelta
		for _, c := range a.chunks {
			deltas = append(deltas, anthropicDelta{Type: "text_delta", Text: &c})
		}
		block(anthropicBlock{Type: "text", Text: new("")}, deltas)
	}
	for _, c := range a.ToolCalls {
		deltas := []anthropicDelta{{Type: "input_json_delta", PartialJSON: new("")}}
		for _, piece := range pieces(c.Arguments) {
			deltas = append(deltas, anthropicDelta{Type: "input_json_delta", PartialJSON: &piece})
		}
		block(anthropicBlock{Type: "tool_use", ID: c.ID, Name: c.Name, Input: json.RawMessage("{}")}, deltas)
	}
	f.tail = append(f.tail, event(anthropicEvent{
		Type: "message_delta", Delta: &anthropicDelta{StopReason: new(anthropicStop(a.Stop))},
		Usage: encoded(struct {
			OutputTokens int64 `json:"output_tokens"`
		}{a.Usage.Output}),
	}))
	f.tail = append(f.tail, event(anthropicEvent{Type: "message_stop"}))
	return f
}

func (anthropic) failure(f TransportFault, id string) []byte {
	kind, message := "api_error", "Internal server error"
	switch f {
	case RateLimited:
		kind, message = "rate_limit_error", "This request would exceed the rate limit of your organization."
	case QuotaExhausted: // told by the message alone
		kind, message = "invalid_request_error", "Your credit balance is too low."
	case Unavailable, Overloaded:
		kind, message = "overloaded_error", "Overloaded"
	case Unauthorized:
		kind, message = "authentication_error", "invalid x-api-key"
	case NotFound:
		kind, message = "not_found_error", "model: not found"
	case InvalidRequest:
		kind, message = "invalid_request_error", "temperature: out of range"
	case ContextLength: // told by the message alone
		kind, message = "invalid_request_error", "prompt is too long: 200100 tokens > 200000 maximum"
	case ContentFilter:
		kind, message = "invalid_request_error", "Output blocked by content filtering policy"
	default: // ServerError
	}
	type detail struct {
		Type    string `json:"type"`
		Message string `json:"message"`
	}
	return encoded(struct {
		Type      string `json:"type"`
		Error     detail `json:"error"`
		RequestID string `json:"request_id"`
	}{"error", detail{kind, message}, id})
}

func (x anthropic) failureFrame(id string) []byte { return sse("error", x.failure(Overloaded, id)) }
