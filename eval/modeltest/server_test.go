package modeltest_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/anthropic"
	"github.com/tmc/langchaingo/llms/ollama"
	"github.com/tmc/langchaingo/llms/openai"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/eval/modeltest"
)

const plantedKey = "sk-planted-0123456789"

// clients are langchaingo's own, each pointed at the server.
var clients = []struct {
	name string
	make func(t *testing.T, s *modeltest.Server) llms.Model
}{
	{"openai", func(t *testing.T, s *modeltest.Server) llms.Model {
		t.Helper()
		m, err := openai.New(openai.WithToken(plantedKey), openai.WithModel("gpt-test"), openai.WithBaseURL(s.URL+"/v1"),
			openai.WithHTTPClient(s.Client()))
		require.NoError(t, err)
		return m
	}},
	{"anthropic", func(t *testing.T, s *modeltest.Server) llms.Model {
		t.Helper()
		m, err := anthropic.New(anthropic.WithToken(plantedKey), anthropic.WithModel("claude-test"), anthropic.WithBaseURL(s.URL+"/v1"),
			anthropic.WithHTTPClient(s.Client()))
		require.NoError(t, err)
		return m
	}},
	{"ollama", func(t *testing.T, s *modeltest.Server) llms.Model {
		t.Helper()
		m, err := ollama.New(ollama.WithModel("llama-test"), ollama.WithServerURL(s.URL), ollama.WithHTTPClient(s.Client()))
		require.NoError(t, err)
		return m
	}},
}

func generate(m llms.Model, options ...llms.CallOption) (*llms.ContentResponse, error) {
	return m.GenerateContent(context.Background(), []llms.MessageContent{
		llms.TextParts(llms.ChatMessageTypeSystem, "You answer for a shop."),
		llms.TextParts(llms.ChatMessageTypeHuman, "Where is my order?"),
	}, options...)
}

// streamTo collects what is streamed.
func streamTo(b *strings.Builder) llms.CallOption {
	return llms.WithStreamingFunc(func(_ context.Context, chunk []byte) error {
		b.Write(chunk)
		return nil
	})
}

func choiceWithText(t *testing.T, resp *llms.ContentResponse) *llms.ContentChoice {
	t.Helper()
	for _, c := range resp.Choices {
		if c.Content != "" {
			return c
		}
	}
	require.Fail(t, "no choice has text")
	return nil
}

func TestServerPlain(t *testing.T) {
	usage := makeready.Usage{Input: 100, CacheRead: 60, CacheWrite: 10, Output: 25, Reasoning: 5, Source: makeready.UsageReported}
	figures := map[string]map[string]any{
		"openai":    {"PromptTokens": 100, "PromptCachedTokens": 60, "CompletionTokens": 25, "ReasoningTokens": 5, "TotalTokens": 125},
		"anthropic": {"InputTokens": 30, "CacheReadInputTokens": 60, "CacheCreationInputTokens": 10, "OutputTokens": 25},
		"ollama":    {"PromptTokens": 100, "CompletionTokens": 25, "TotalTokens": 125},
	}
	stops := map[string]string{"openai": "length", "anthropic": "max_tokens", "ollama": ""}
	for _, c := range clients {
		for _, streamed := range []bool{false, true} {
			name := c.name
			if streamed {
				name += " streamed"
			}
			t.Run(name, func(t *testing.T) {
				s := modeltest.NewServer(t, modeltest.NewScript(t, modeltest.Reply{
					Text: "Your order is on its way, 100 % sure: ✓ naïve café", Stop: makeready.StopLength, Usage: usage,
				}))
				var got strings.Builder
				var options []llms.CallOption
				if streamed {
					options = append(options, streamTo(&got))
				}
				resp, err := generate(c.make(t, s), options...)
				require.NoError(t, err)
				choice := choiceWithText(t, resp)
				require.Equal(t, "Your order is on its way, 100 % sure: ✓ naïve café", choice.Content)
				if streamed {
					require.Equal(t, choice.Content, got.String())
				}
				require.Equal(t, stops[c.name], choice.StopReason)
				for key, want := range figures[c.name] {
					require.Equal(t, want, choice.GenerationInfo[key], key)
				}
				require.Len(t, s.Requests(), 1)
				wire := s.Requests()[0]
				for name, values := range wire.Header {
					require.NotContains(t, strings.Join(values, " "), plantedKey, name)
				}
				require.Equal(t, "You answer for a shop.", wire.Request.Messages[0].Text)
				require.Equal(t, makeready.RoleSystem, wire.Request.Messages[0].Role)
				require.Equal(t, "Where is my order?", wire.Request.Messages[1].Text)
			})
		}
	}
}

func TestServerParameters(t *testing.T) {
	fields := map[string]struct{ temperature, topP, maxTokens, stop, seed string }{
		"openai":    {"temperature", "", "max_completion_tokens", "stop", "seed"}, // the client drops top_p
		"anthropic": {"temperature", "top_p", "max_tokens", "stop_sequences", ""},
		"ollama":    {"options.temperature", "options.top_p", "options.num_predict", "options.stop", "options.seed"},
	}
	for _, c := range clients {
		t.Run(c.name, func(t *testing.T) {
			s := modeltest.NewServer(t, modeltest.NewScript(t, modeltest.Text("a"), modeltest.Text("b")))
			m := c.make(t, s)
			_, err := generate(m, llms.WithTemperature(0.25), llms.WithMaxTokens(100), llms.WithTopP(0.5),
				llms.WithStopWords([]string{"END"}), llms.WithSeed(7))
			require.NoError(t, err)
			_, err = generate(m)
			require.NoError(t, err)

			f := fields[c.name]
			first, second := s.Requests()[0], s.Requests()[1]
			sent := func(r modeltest.WireRequest, field, want string) {
				t.Helper()
				got, ok := r.Field(field)
				require.True(t, ok, field)
				require.Equal(t, want, got, field)
			}
			sent(first, f.temperature, "0.25")
			sent(first, f.maxTokens, "100")
			sent(first, f.stop, `["END"]`)
			require.Equal(t, new(0.25), first.Request.Params.Temperature)
			require.Equal(t, 100, first.Request.Params.MaxTokens)
			require.Equal(t, []string{"END"}, first.Request.Params.Stop)
			if f.topP != "" {
				sent(first, f.topP, "0.5")
				require.Equal(t, new(0.5), first.Request.Params.TopP)
			}
			if f.seed != "" {
				sent(first, f.seed, "7")
				require.Equal(t, new(int64(7)), first.Request.Params.Seed)
			}
			// What langchaingo cannot keep apart: an unset temperature is sent as 0.
			sent(second, f.temperature, "0")
			_, ok := second.Field(f.stop)
			require.False(t, ok)
		})
	}
}

func post(t *testing.T, s *modeltest.Server, path, body string) (int, http.Header, string) {
	t.Helper()
	resp, err := s.Client().Post(s.URL+path, "application/json", strings.NewReader(body))
	require.NoError(t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, resp.Header, string(b)
}

func TestServerToolsAndReasoning(t *testing.T) {
	reply := modeltest.Reply{
		Text: "I look it up.", Reasoning: "The customer wants to know the status.",
		ToolCalls: []makeready.ToolCall{{ID: "call_1", Name: "order_status", Arguments: `{"order":"A-17","detail":true}`}},
	}
	tool := llms.Tool{Type: "function", Function: &llms.FunctionDefinition{
		Name: "order_status", Description: "looks up an order", Parameters: map[string]string{"type": "object"},
	}}
	for _, c := range clients[:2] { // langchaingo's Ollama client knows no tools
		for _, streamed := range []bool{false, true} {
			name := c.name
			if streamed {
				name += " streamed"
			}
			t.Run(name, func(t *testing.T) {
				s := modeltest.NewServer(t, modeltest.NewScript(t, reply))
				options := []llms.CallOption{llms.WithTools([]llms.Tool{tool})}
				if streamed {
					options = append(options, streamTo(new(strings.Builder)))
				}
				resp, err := generate(c.make(t, s), options...)
				require.NoError(t, err)
				var calls []llms.ToolCall
				var reasoning strings.Builder
				for _, ch := range resp.Choices {
					calls = append(calls, ch.ToolCalls...)
					reasoning.WriteString(ch.ReasoningContent)
					if text, ok := ch.GenerationInfo["ThinkingContent"].(string); ok && ch.ReasoningContent == "" {
						reasoning.WriteString(text)
					}
				}
				require.Len(t, calls, 1)
				require.Equal(t, "call_1", calls[0].ID)
				require.Equal(t, "order_status", calls[0].FunctionCall.Name)
				require.JSONEq(t, reply.ToolCalls[0].Arguments, calls[0].FunctionCall.Arguments)
				require.Equal(t, reply.Reasoning, reasoning.String())
				require.Equal(t, []makeready.Tool{{Name: "order_status", Description: "looks up an order", Schema: []byte(`{"type":"object"}`)}},
					s.Requests()[0].Request.Tools)
			})
		}
	}
	t.Run("ollama", func(t *testing.T) {
		s := modeltest.NewServer(t, modeltest.NewScript(t, reply, reply))
		_, _, body := post(t, s, "/api/chat", `{"model":"m","stream":false,"messages":[]}`)
		require.Contains(t, body, `"tool_calls":[{"function":{"name":"order_status","arguments":{"order":"A-17","detail":true}}}]`)
		require.Contains(t, body, `"thinking":"The customer wants to know the status."`)
		_, header, body := post(t, s, "/api/chat", `{"model":"m","messages":[]}`)
		require.Equal(t, "application/x-ndjson", header.Get("Content-Type"))
		require.Contains(t, body, `"tool_calls":[{"function":{"name":"order_status","arguments":{"order":"A-17","detail":true}}}]`)
	})
}

func TestServerReadsMessages(t *testing.T) {
	image := []byte("\x89PNG\r\n\x1a\n")
	want := []makeready.Message{
		{Role: makeready.RoleSystem, Text: "Be brief."},
		{Role: makeready.RoleUser, Text: "What is this?", Parts: []makeready.Part{{MIME: "image/png", Data: image}}},
		{Role: makeready.RoleAssistant, Parts: []makeready.Part{{Call: &makeready.ToolCall{ID: "c1", Name: "look", Arguments: `{"at":1}`}}}},
		{Role: makeready.RoleTool, Text: "a cat", CallID: "c1"},
	}
	schema := []byte(`{"type":"object"}`)
	for _, c := range []struct{ name, path, body string }{
		{"openai", "/v1/chat/completions", `{"model":"m","max_tokens":5,"stop":"END","response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}},
			"messages":[{"role":"developer","content":"Be brief."},
			{"role":"user","content":[{"type":"text","text":"What is this?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}]},
			{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"look","arguments":"{\"at\":1}"}}]},
			{"role":"tool","tool_call_id":"c1","content":"a cat"}]}`},
		{"anthropic", "/v1/messages", `{"model":"m","max_tokens":5,"stop_sequences":["END"],"output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}},
			"system":[{"type":"text","text":"Be brief."}],
			"messages":[{"role":"user","content":[{"type":"text","text":"What is this?"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}}]},
			{"role":"assistant","content":[{"type":"tool_use","id":"c1","name":"look","input":{"at":1}}]},
			{"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":"a cat"}]}]}`},
		{"anthropic, before", "/v1/messages", `{"model":"m","max_tokens":5,"stop_sequences":["END"],"output_format":{"type":"json_schema","schema":{"type":"object"}},
			"system":"Be brief.",
			"messages":[{"role":"user","content":[{"type":"text","text":"What is this?"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}}]},
			{"role":"assistant","content":[{"type":"thinking","thinking":"hm"},{"type":"tool_use","id":"c1","name":"look","input":{"at":1}}]},
			{"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":[{"type":"text","text":"a cat"}]}]}]}`},
		{"ollama", "/api/chat", `{"model":"m","format":{"type":"object"},"options":{"num_predict":5,"stop":["END"]},
			"messages":[{"role":"system","content":"Be brief."},
			{"role":"user","content":"What is this?","images":["iVBORw0KGgo="]},
			{"role":"assistant","content":"","tool_calls":[{"function":{"name":"look","arguments":{"at":1}}}]},
			{"role":"tool","content":"a cat"}]}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := modeltest.NewServer(t, modeltest.NewScript(t, modeltest.Text("ok")))
			status, _, _ := post(t, s, c.path, c.body)
			require.Equal(t, 200, status)
			got := s.Requests()[0].Request
			if c.name == "ollama" { // it numbers no calls
				got.Messages[2].Parts[0].Call.ID, got.Messages[3].CallID = "c1", "c1"
			}
			require.Empty(t, cmp.Diff(want, got.Messages))
			require.Equal(t, schema, got.Schema)
			require.Equal(t, makeready.Params{MaxTokens: 5, Stop: []string{"END"}}, got.Params)
		})
	}
}

func TestServerRefusal(t *testing.T) {
	reply := modeltest.Text("{}").With(modeltest.Refusal)
	s := modeltest.NewServer(t, modeltest.NewScript(t, reply, reply, reply, reply))
	const bound = `{"model":"m","response_format":{"type":"json_schema"},"messages":[]`
	_, _, body := post(t, s, "/v1/chat/completions", bound+`}`)
	require.Contains(t, body, `"refusal":"I'm sorry`)
	require.Contains(t, body, `"content":null`)
	_, _, body = post(t, s, "/v1/chat/completions", bound+`,"stream":true}`)
	require.Contains(t, body, `"delta":{"refusal":"`)
	_, _, body = post(t, s, "/v1/chat/completions", `{"model":"m","messages":[]}`)
	require.Contains(t, body, `"content":"I'm sorry`)
	_, _, body = post(t, s, "/v1/messages", `{"model":"m","max_tokens":9,"messages":[]}`)
	require.Contains(t, body, `"stop_reason":"refusal"`)
}

func TestServerStreamUsageOnlyOnDemand(t *testing.T) {
	s := modeltest.NewServer(t, modeltest.NewScript(t, modeltest.Text("a"), modeltest.Text("b")))
	_, header, body := post(t, s, "/v1/chat/completions", `{"model":"m","stream":true,"messages":[]}`)
	require.Equal(t, "text/event-stream; charset=utf-8", header.Get("Content-Type"))
	require.NotContains(t, body, "usage")
	require.True(t, strings.HasSuffix(body, "data: [DONE]\n\n"))
	_, _, body = post(t, s, "/v1/chat/completions", `{"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[]}`)
	require.Contains(t, body, `"usage":null`)
	require.Contains(t, body, `"choices":[],"usage":{"prompt_tokens":1,`)
}

func TestServerNoUsage(t *testing.T) {
	reply := modeltest.Reply{Text: "a", Fault: modeltest.NoUsage}
	s := modeltest.NewServer(t, modeltest.NewScript(t, reply, reply, reply))
	_, _, body := post(t, s, "/v1/chat/completions", `{"model":"m","messages":[]}`)
	require.NotContains(t, body, "usage")
	_, _, body = post(t, s, "/v1/messages", `{"model":"m","max_tokens":9,"messages":[]}`)
	require.NotContains(t, body, "usage")
	_, _, body = post(t, s, "/api/chat", `{"model":"m","stream":false,"messages":[]}`)
	require.NotContains(t, body, "eval_count")
}

func TestWireRequestField(t *testing.T) {
	r := modeltest.WireRequest{Body: []byte(`{"a":{"b":[1,{"c":null}]},"d":"x"}`)}
	for path, want := range map[string]string{"d": `"x"`, "a.b.0": "1", "a.b.1.c": "null", "a.b": `[1,{"c":null}]`} {
		got, sent := r.Field(path)
		require.True(t, sent, path)
		require.Equal(t, want, got, path)
	}
	for _, path := range []string{"e", "a.c", "a.b.2", "a.b.-1", "a.b.x", "d.e", ""} {
		_, sent := r.Field(path)
		require.False(t, sent, path)
	}
}
