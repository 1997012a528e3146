package googleai

import (
	"context"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/provider"
	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/googleai"
)

// door stands before langchaingo's client and turns away what that does not
// survive or should not do.
type door struct {
	llm   *googleai.GoogleAI
	model string
}

// Call implements [llms.Model].
func (d *door) Call(ctx context.Context, prompt string, options ...llms.CallOption) (string, error) {
	return llms.GenerateFromSinglePrompt(ctx, d, prompt, options...)
}

// GenerateContent implements [llms.Model]. Langchaingo's client panics without
// a message that is not the system's, fetches images from any URL with no
// limit and no context, drops all system messages but the last, and writes the
// name of the model that a call asks for into itself, which is a data race.
func (d *door) GenerateContent(ctx context.Context, messages []llms.MessageContent, options ...llms.CallOption) (*llms.ContentResponse, error) {
	var o llms.CallOptions
	for _, opt := range options {
		opt(&o)
	}
	if o.Model != "" && o.Model != d.model {
		return nil, unsupported(d.model, "model_of_the_request")
	}
	joined := make([]llms.MessageContent, 0, len(messages))
	var system []llms.ContentPart
	for _, m := range messages {
		for _, p := range m.Parts {
			if _, ok := p.(llms.ImageURLContent); ok {
				return nil, unsupported(d.model, "image_url")
			}
		}
		if m.Role == llms.ChatMessageTypeSystem {
			system = append(system, m.Parts...)
			continue
		}
		joined = append(joined, m)
	}
	if len(joined) == 0 {
		return nil, unsupported(d.model, "system_messages_only")
	}
	if len(system) > 0 {
		joined = append([]llms.MessageContent{{Role: llms.ChatMessageTypeSystem, Parts: system}}, joined...)
	}
	return d.llm.GenerateContent(ctx, joined, options...)
}

func unsupported(model, code string) error {
	return &makeready.ModelError{
		Kind: makeready.KindInvalidRequest, Provider: "google", Model: model, Err: &provider.FaultError{Code: code},
	}
}
