package modeltest

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/tmc/langchaingo/llms"

	"github.com/makeready-go/makeready"
)

// LLM returns the script's face of a langchaingo model. Options that say
// nothing, and those that say zero, which is the same there, arrive as unset.
// Usage is in GenerationInfo under the names that OpenAI's client uses, and
// failures are those of [Script.Generate].
func (s *Script) LLM() llms.Model { return llmFace{s} }

type llmFace struct{ script *Script }

// Call answers a single text.
func (f llmFace) Call(ctx context.Context, prompt string, options ...llms.CallOption) (string, error) {
	return llms.GenerateFromSinglePrompt(ctx, f, prompt, options...)
}

// GenerateContent answers messages.
func (f llmFace) GenerateContent(ctx context.Context, messages []llms.MessageContent, options ...llms.CallOption) (*llms.ContentResponse, error) {
	var o llms.CallOptions
	for _, opt := range options {
		opt(&o)
	}
	req := makeready.Request{Model: o.Model, Params: paramsOf(o), Tools: toolsOfLLM(o)}
	for _, m := range messages {
		msg, err := messageOfLLM(m)
		if err != nil {
			return nil, err
		}
		req.Messages = append(req.Messages, msg)
	}
	if o.StreamingFunc != nil || o.StreamingReasoningFunc != nil {
		req.Stream = func(c makeready.Chunk) error {
			if o.StreamingReasoningFunc != nil {
				if err := o.StreamingReasoningFunc(ctx, []byte(c.Reasoning), []byte(c.Text)); err != nil {
					return err
				}
			}
			if o.StreamingFunc != nil && c.Text != "" {
				return o.StreamingFunc(ctx, []byte(c.Text))
			}
			return nil
		}
	}
	resp, err := f.script.Generate(ctx, req)
	if err != nil {
		return nil, err
	}
	choice := &llms.ContentChoice{
		Content: resp.Text, ReasoningContent: resp.Reasoning, StopReason: openAIStop(resp.Stop),
		GenerationInfo: map[string]any{
			"PromptTokens":       int(resp.Usage.Input),
			"CompletionTokens":   int(resp.Usage.Output),
			"TotalTokens":        int(resp.Usage.Input + resp.Usage.Output),
			"PromptCachedTokens": int(resp.Usage.CacheRead),
			"ReasoningTokens":    int(resp.Usage.Reasoning),
		},
	}
	for _, c := range resp.ToolCalls {
		choice.ToolCalls = append(choice.ToolCalls, llms.ToolCall{
			ID: c.ID, Type: "function", FunctionCall: &llms.FunctionCall{Name: c.Name, Arguments: c.Arguments},
		})
	}
	return &llms.ContentResponse{Choices: []*llms.ContentChoice{choice}}, nil
}

func paramsOf(o llms.CallOptions) makeready.Params {
	p := makeready.Params{MaxTokens: o.MaxTokens, Stop: o.StopWords}
	if o.Temperature != 0 {
		p.Temperature = &o.Temperature
	}
	if o.TopP != 0 {
		p.TopP = &o.TopP
	}
	if o.Seed != 0 {
		p.Seed = new(int64(o.Seed))
	}
	return p
}

func toolsOfLLM(o llms.CallOptions) []makeready.Tool {
	var out []makeready.Tool
	for _, t := range o.Tools {
		if t.Function == nil {
			continue
		}
		tool := makeready.Tool{Name: t.Function.Name, Description: t.Function.Description}
		if schema, err := json.Marshal(t.Function.Parameters); err == nil && t.Function.Parameters != nil {
			tool.Schema = schema
		}
		out = append(out, tool)
	}
	return out
}

func messageOfLLM(m llms.MessageContent) (makeready.Message, error) {
	msg := makeready.Message{Role: makeready.RoleUser}
	switch m.Role {
	case llms.ChatMessageTypeSystem:
		msg.Role = makeready.RoleSystem
	case llms.ChatMessageTypeAI:
		msg.Role = makeready.RoleAssistant
	case llms.ChatMessageTypeTool, llms.ChatMessageTypeFunction:
		msg.Role = makeready.RoleTool
	default: // human and generic
	}
	for _, p := range m.Parts {
		switch p := p.(type) {
		case llms.TextContent:
			msg.Text += p.Text
		case llms.ImageURLContent:
			msg.Parts = append(msg.Parts, makeready.Part{URL: p.URL})
		case llms.BinaryContent:
			msg.Parts = append(msg.Parts, makeready.Part{MIME: p.MIMEType, Data: p.Data})
		case llms.ToolCall:
			call := &makeready.ToolCall{ID: p.ID}
			if p.FunctionCall != nil {
				call.Name, call.Arguments = p.FunctionCall.Name, p.FunctionCall.Arguments
			}
			msg.Parts = append(msg.Parts, makeready.Part{Call: call})
		case llms.ToolCallResponse:
			msg.CallID = p.ToolCallID
			msg.Text += p.Content
		default:
			return msg, fmt.Errorf("modeltest: message part %T is not supported", p)
		}
	}
	return msg, nil
}
