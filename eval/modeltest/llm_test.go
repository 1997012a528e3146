package modeltest_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tmc/langchaingo/llms"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/eval/modeltest"
)

func TestScriptLLM(t *testing.T) {
	s := modeltest.NewScript(t,
		modeltest.Reply{
			Text: "answer", Reasoning: "thought", Stop: makeready.StopToolCalls, ToolCalls: []makeready.ToolCall{{ID: "c", Name: "look", Arguments: "{}"}},
			Usage: makeready.Usage{Input: 10, CacheRead: 4, Output: 5, Reasoning: 2},
		},
		modeltest.Text("plain"),
		modeltest.Reply{Fault: modeltest.RateLimited},
		modeltest.Text("one two"), modeltest.Text("one two"), modeltest.Reply{Text: "x", Reasoning: "y"},
	)
	m := s.LLM()
	var streamed, thought strings.Builder
	resp, err := m.GenerateContent(t.Context(), []llms.MessageContent{
		llms.TextParts(llms.ChatMessageTypeSystem, "Be brief."),
		{Role: llms.ChatMessageTypeHuman, Parts: []llms.ContentPart{
			llms.TextPart("hi"), llms.ImageURLPart("https://example.com/x.png"), llms.BinaryPart("image/png", []byte("1")),
		}},
		{Role: llms.ChatMessageTypeAI, Parts: []llms.ContentPart{
			llms.ToolCall{ID: "c", FunctionCall: &llms.FunctionCall{Name: "look", Arguments: "{}"}}, llms.ToolCall{ID: "d"},
		}},
		{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{llms.ToolCallResponse{ToolCallID: "c", Content: "a cat"}}},
	}, llms.WithModel("m-1"), llms.WithTemperature(0.25), llms.WithTopP(0.5), llms.WithSeed(7), llms.WithMaxTokens(100), llms.WithStopWords([]string{"END"}),
		llms.WithTools([]llms.Tool{{Type: "function"}, {Type: "function", Function: &llms.FunctionDefinition{Name: "look", Parameters: map[string]string{"type": "object"}}}}),
		streamTo(&streamed), llms.WithStreamingReasoningFunc(func(_ context.Context, r, _ []byte) error {
			thought.Write(r)
			return nil
		}))
	require.NoError(t, err)
	require.Equal(t, "answer", streamed.String())
	require.Equal(t, "thought", thought.String())
	choice := resp.Choices[0]
	require.Equal(t, "answer", choice.Content)
	require.Equal(t, "thought", choice.ReasoningContent)
	require.Equal(t, "tool_calls", choice.StopReason)
	require.Equal(t, "look", choice.ToolCalls[0].FunctionCall.Name)
	require.Equal(t, map[string]any{"PromptTokens": 10, "CompletionTokens": 5, "TotalTokens": 15, "PromptCachedTokens": 4, "ReasoningTokens": 2}, choice.GenerationInfo)
	require.Equal(t, makeready.Request{
		Model: "m-1", Params: makeready.Params{Temperature: new(0.25), TopP: new(0.5), Seed: new(int64(7)), MaxTokens: 100, Stop: []string{"END"}},
		Tools: []makeready.Tool{{Name: "look", Schema: []byte(`{"type":"object"}`)}},
		Messages: []makeready.Message{
			{Role: makeready.RoleSystem, Text: "Be brief."},
			{Role: makeready.RoleUser, Text: "hi", Parts: []makeready.Part{{URL: "https://example.com/x.png"}, {MIME: "image/png", Data: []byte("1")}}},
			{Role: makeready.RoleAssistant, Parts: []makeready.Part{{Call: &makeready.ToolCall{ID: "c", Name: "look", Arguments: "{}"}}, {Call: &makeready.ToolCall{ID: "d"}}}},
			{Role: makeready.RoleTool, Text: "a cat", CallID: "c"},
		},
	}, s.Requests()[0])

	text, err := llms.GenerateFromSinglePrompt(t.Context(), m, "hi")
	require.NoError(t, err)
	require.Equal(t, "plain", text)
	require.Zero(t, s.Requests()[1].Params)
	_, err = m.Call(t.Context(), "hi") //nolint:staticcheck // the interface has it
	require.Error(t, err)
	stop := errors.New("stop")
	_, err = llms.GenerateFromSinglePrompt(t.Context(), m, "hi", llms.WithStreamingFunc(func(context.Context, []byte) error { return stop }))
	require.ErrorIs(t, err, stop)
	_, err = llms.GenerateFromSinglePrompt(t.Context(), m, "hi", llms.WithStreamingReasoningFunc(func(context.Context, []byte, []byte) error { return stop }))
	require.ErrorIs(t, err, stop)
	_, err = m.GenerateContent(t.Context(), []llms.MessageContent{{Role: llms.ChatMessageTypeHuman, Parts: []llms.ContentPart{llms.CachedContent{}}}})
	require.ErrorContains(t, err, "CachedContent")
	_, err = m.Call(t.Context(), "hi") //nolint:staticcheck // the interface has it
	require.NoError(t, err)
}
