package provider_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/makeready-go/makeready"
	"github.com/stretchr/testify/require"
)

var weather = makeready.Tool{ //nolint:gochecknoglobals // read only
	Name: "weather", Description: "The weather of a place.",
	Schema: []byte(`{"type":"object","properties":{"zone":{"type":"string"},"area":{"type":"string"}},"required":["zone"]}`),
}

// conversation has everything in it that a message can hold.
func conversation() makeready.Request {
	return makeready.Request{
		Tools: []makeready.Tool{weather, {Name: "now"}},
		Messages: []makeready.Message{
			{Role: makeready.RoleSystem, Text: "Be brief."},
			{Role: makeready.RoleSystem, Text: "Be kind."},
			{Role: makeready.RoleUser, Text: "What is this, and how is it there?", Parts: []makeready.Part{
				{MIME: "image/png", Data: []byte("PNG")},
			}},
			{Role: makeready.RoleAssistant, Text: "Let me see.", Parts: []makeready.Part{
				{Call: &makeready.ToolCall{ID: "c1", Name: "weather", Arguments: `{"zone":"CET","id":12345678901234567}`}},
				{Call: &makeready.ToolCall{ID: "c2", Name: "now"}},
			}},
			{Role: makeready.RoleTool, CallID: "c1", Text: "sunny"},
			{Role: makeready.RoleTool, CallID: "c2", Text: "noon"},
			{Role: makeready.RoleUser, Text: "And?"},
		},
	}
}

// tree decodes JSON for comparison; numbers keep their digits.
func tree(tb testing.TB, s string) any {
	tb.Helper()
	var v any
	require.NoError(tb, json.Unmarshal([]byte(s), &v), s)
	return v
}

// Tool calls, their results and images go out as each API wants them, although
// langchaingo has no tools for Ollama and sends only the first part of an
// assistant's turn to Anthropic.
func TestConversationGoesOut(t *testing.T) {
	t.Parallel()
	png := base64.StdEncoding.EncodeToString([]byte("PNG"))
	openaiMessages := `[
		{"role":"system","content":"Be brief."},
		{"role":"system","content":"Be kind."},
		{"role":"user","content":[{"type":"text","text":"What is this, and how is it there?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,` + png + `"}}]},
		{"role":"assistant","content":"Let me see.","tool_calls":[
			{"id":"c1","type":"function","function":{"name":"weather","arguments":"{\"zone\":\"CET\",\"id\":12345678901234567}"}},
			{"id":"c2","type":"function","function":{"name":"now","arguments":"{}"}}]},
		{"role":"tool","content":"sunny","tool_call_id":"c1"},
		{"role":"tool","content":"noon","tool_call_id":"c2"},
		{"role":"user","content":"And?"}]`
	openaiTools := `[
		{"type":"function","function":{"name":"weather","description":"The weather of a place.","parameters":` + string(weather.Schema) + `}},
		{"type":"function","function":{"name":"now","parameters":{"type":"object","properties":{}}}}]`
	for _, tt := range []struct {
		p               protocol
		messages, tools string
		system          any
	}{
		{openaiProtocol, openaiMessages, openaiTools, nil},
		{googleProtocol, openaiMessages, openaiTools, nil},
		{anthropicProtocol, `[
			{"role":"user","content":[{"type":"text","text":"What is this, and how is it there?"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"` + png + `"}}]},
			{"role":"assistant","content":[{"type":"text","text":"Let me see."},
				{"type":"tool_use","id":"c1","name":"weather","input":{"zone":"CET","id":12345678901234567}},
				{"type":"tool_use","id":"c2","name":"now","input":{}}]},
			{"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":"sunny"},{"type":"tool_result","tool_use_id":"c2","content":"noon"}]},
			{"role":"user","content":[{"type":"text","text":"And?"}]}]`, `[
			{"name":"weather","description":"The weather of a place.","input_schema":` + string(weather.Schema) + `},
			{"name":"now","input_schema":{"type":"object","properties":{}}}]`, "Be brief.\n\nBe kind."},
		{ollamaProtocol, `[
			{"role":"system","content":"Be brief."},
			{"role":"system","content":"Be kind."},
			{"role":"user","content":"What is this, and how is it there?","images":["` + png + `"]},
			{"role":"assistant","content":"Let me see.","tool_calls":[
				{"id":"c1","function":{"name":"weather","arguments":{"zone":"CET","id":12345678901234567}}},
				{"id":"c2","function":{"name":"now","arguments":{}}}]},
			{"role":"tool","content":"sunny","tool_name":"weather"},
			{"role":"tool","content":"noon","tool_name":"now"},
			{"role":"user","content":"And?"}]`, openaiTools, nil},
	} {
		t.Run(tt.p.name, func(t *testing.T) {
			t.Parallel()
			l := serve(t, tt.p.reply)
			_, err := generate(t, tt.p.model(t, l), conversation(), nil)
			require.NoError(t, err)
			body := l.body(t)
			require.Empty(t, cmp.Diff(tree(t, tt.messages), body["messages"]))
			require.Empty(t, cmp.Diff(tree(t, tt.tools), body["tools"]))
			require.Equal(t, tt.system, body["system"])
		})
	}
}

func TestImagesByURL(t *testing.T) {
	t.Parallel()
	req := makeready.Request{Messages: []makeready.Message{
		{Role: makeready.RoleUser, Parts: []makeready.Part{{URL: "https://images.example/cat.png"}}},
	}}
	for _, tt := range []struct {
		p       protocol
		content string
	}{
		{openaiProtocol, `[{"type":"image_url","image_url":{"url":"https://images.example/cat.png"}}]`},
		{anthropicProtocol, `[{"type":"image","source":{"type":"url","url":"https://images.example/cat.png"}}]`},
	} {
		l := serve(t, tt.p.reply)
		_, err := generate(t, tt.p.model(t, l), req, nil)
		require.NoError(t, err)
		message := l.body(t)["messages"].([]any)[0].(map[string]any) //nolint:forcetypeassert // a panic fails the test
		require.Empty(t, cmp.Diff(tree(t, tt.content), message["content"]))
	}
	l := serve(t, ollamaProtocol.reply)
	_, err := generate(t, ollamaProtocol.model(t, l), req, nil)
	requireKind(t, err, makeready.KindInvalidRequest)
	require.Empty(t, l.bodies, "nothing was sent")
}

// Tool calls come in alike, whole and streamed.
func TestToolCallsComeIn(t *testing.T) {
	t.Parallel()
	both := []makeready.ToolCall{
		{ID: "c1", Name: "weather", Arguments: `{"zone":"CET"}`},
		{ID: "c2", Name: "now", Arguments: `{}`},
	}
	for _, tt := range []struct {
		name   string
		p      protocol
		stream bool
		body   string
		want   []makeready.ToolCall
	}{
		{"openai", openaiProtocol, false, `{"choices":[{"message":{"content":null,"tool_calls":[
			{"id":"c1","type":"function","function":{"name":"weather","arguments":"{\"zone\":\"CET\"}"}},
			{"id":"c2","type":"function","function":{"name":"now","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}`, both},
		{"arguments as an object, and the wrong reason", openaiProtocol, false, `{"choices":[{"message":{"content":null,"tool_calls":[
			{"id":"c1","type":"function","function":{"name":"weather","arguments":{"zone":"CET"}}},
			{"id":"c2","type":"function","function":{"name":"now","arguments":""}}]},"finish_reason":"stop"}]}`, both},
		{
			"a function call of old", openaiProtocol, false, `{"choices":[{"message":{"content":null,
			"function_call":{"name":"weather","arguments":"{\"zone\":\"CET\"}"}},"finish_reason":"function_call"}]}`,
			[]makeready.ToolCall{{ID: "call_0", Name: "weather", Arguments: `{"zone":"CET"}`}},
		},
		{"openai streamed, interleaved", openaiProtocol, true, `data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"weather","arguments":""}}]}}]}

data: {"choices":[{"delta":{"tool_calls":[{"index":1,"id":"c2","type":"function","function":{"name":"now","arguments":""}}]}}]}

data: {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"zone\":"}}]}}]}

data: {"choices":[{"delta":{"tool_calls":[{"index":1,"function":{"arguments":"{}"}},{"index":0,"function":{"arguments":"\"CET\"}"}}]}}]}

data: {"choices":[{"delta":{},"finish_reason":"tool_calls"}]}

data: [DONE]

`, both},
		{"all numbered 0", openaiProtocol, true, `data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"c1","function":{"name":"weather","arguments":"{\"zone\":\"CET\"}"}}]}}]}

data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"c2","function":{"name":"now","arguments":"{}"}}]}}]}

data: {"choices":[{"delta":{},"finish_reason":"stop"}]}

`, both},
		{"anthropic", anthropicProtocol, false, `{"type":"message","content":[{"type":"tool_use","id":"c1","name":"weather","input":{"zone":"CET"}},
			{"type":"server_tool_use","id":"s1","name":"web_search","input":{}},
			{"type":"tool_use","id":"c2","name":"now","input":{}}],"stop_reason":"tool_use","usage":{}}`, both},
		{"anthropic streamed", anthropicProtocol, true, `event: message_start
data: {"type":"message_start","message":{"usage":{"input_tokens":10}}}

data: {"type":"content_block_start","index":0,"content_block":{"type":"server_tool_use","id":"s1","name":"web_search","input":{}}}

data: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{}"}}

data: {"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"c1","name":"weather","input":{}}}

data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"zone\":"}}

data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"\"CET\"}"}}

data: {"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"c2","name":"now","input":{}}}

data: {"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":5}}

data: {"type":"message_stop"}

`, both},
		{"ollama", ollamaProtocol, false, `{"message":{"role":"assistant","content":"","tool_calls":[{"id":"c1","function":{"name":"weather","arguments":{"zone":"CET"}}},{"id":"c2","function":{"name":"now","arguments":{}}}]},"done":true,"done_reason":"stop"}
`, both},
		{"ollama streamed, without ids", ollamaProtocol, true, `{"message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"weather","arguments":{"zone":"CET"}}}]},"done":false}
{"message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"now","arguments":{}}}]},"done":false}
{"message":{"role":"assistant","content":""},"done":true,"done_reason":"stop"}
`, []makeready.ToolCall{
			{ID: "call_0", Name: "weather", Arguments: `{"zone":"CET"}`}, {ID: "call_1", Name: "now", Arguments: `{}`},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := serve(t, tt.p.with(tt.stream, tt.body))
			req := ask("How is it there?")
			req.Tools = []makeready.Tool{weather, {Name: "now"}}
			var rec *tape
			if tt.stream {
				rec = new(tape)
			}
			resp, err := generate(t, tt.p.model(t, l), req, rec)
			require.NoError(t, err)
			require.Equal(t, tt.want, resp.ToolCalls)
			require.Equal(t, makeready.StopToolCalls, resp.Stop)
			require.Empty(t, resp.Text)
			if rec != nil {
				require.Empty(t, rec.text.String(), "langchaingo streams tool calls as text")
			}
		})
	}
}

func TestTooManyToolCalls(t *testing.T) {
	t.Parallel()
	line := `{"message":{"tool_calls":[{"function":{"name":"now","arguments":{}}}]},"done":false}` + "\n"
	l := serve(t, ollamaProtocol.with(true, strings.Repeat(line, 300)))
	_, err := generate(t, ollamaProtocol.model(t, l), ask("How is it there?"), nil)
	requireKind(t, err, makeready.KindServer)
}

func TestReasonsToStop(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		p    protocol
		body string
		stop makeready.StopReason
		text string
	}{
		{openaiProtocol, `{"choices":[{"message":{"content":"a"},"finish_reason":"length"}]}`, makeready.StopLength, "a"},
		{openaiProtocol, `{"choices":[{"message":{"content":""},"finish_reason":"content_filter"}]}`, makeready.StopFilter, ""},
		{openaiProtocol, `{"choices":[{"message":{"content":null,"refusal":"I won't."},"finish_reason":"stop"}]}`, makeready.StopRefusal, "I won't."},
		{openaiProtocol, `{"choices":[{"message":{"content":"a"},"finish_reason":null}]}`, makeready.StopUnknown, "a"},
		{openaiProtocol, `{"choices":[{"message":{"content":"a"},"finish_reason":"MAX_TOKENS"}]}`, makeready.StopLength, "a"},
		{anthropicProtocol, `{"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}],"stop_reason":"max_tokens"}`, makeready.StopLength, "ab"},
		{anthropicProtocol, `{"content":[],"stop_reason":"end_turn"}`, makeready.StopEnd, ""},
		{anthropicProtocol, `{"content":[{"type":"text","text":"No."}],"stop_reason":"refusal"}`, makeready.StopRefusal, "No."},
		{anthropicProtocol, `{"content":[],"stop_reason":"stop_sequence"}`, makeready.StopEnd, ""},
		{ollamaProtocol, `{"message":{"content":"a"},"done":true,"done_reason":"length"}`, makeready.StopLength, "a"},
		{ollamaProtocol, `{"message":{"content":"a"},"done":true}`, makeready.StopUnknown, "a"},
	} {
		l := serve(t, tt.p.with(false, tt.body+"\n"))
		resp, err := generate(t, tt.p.model(t, l), ask("Hello?"), nil)
		require.NoError(t, err)
		require.Equal(t, tt.stop, resp.Stop, tt.body)
		require.Equal(t, tt.text, resp.Text)
	}
}

func TestReasoningIsApart(t *testing.T) {
	t.Parallel()
	for name, message := range map[string]string{
		"reasoning_content": `{"content":"a","reasoning_content":"because"}`,
		"reasoning":         `{"content":"a","reasoning":"because"}`,
		"both":              `{"content":"a","reasoning":"because","reasoning_content":"because"}`,
		"parts":             `{"content":[{"type":"thinking","thinking":[{"type":"text","text":"because"}]},{"type":"text","text":"a"}]}`,
		"parts, plain":      `{"content":[{"type":"thinking","thinking":"because"},{"type":"text","text":"a"}]}`,
	} {
		l := serve(t, openaiProtocol.with(false, `{"choices":[{"message":`+message+`,"finish_reason":"stop"}]}`))
		resp, err := generate(t, openaiProtocol.model(t, l), ask("Hello?"), nil)
		require.NoError(t, err)
		require.Equal(t, "a", resp.Text, name)
		require.Equal(t, "because", resp.Reasoning, name)
	}
}

func TestUnusableRequests(t *testing.T) {
	t.Parallel()
	for name, req := range map[string]makeready.Request{
		"no messages":    {},
		"no role":        {Messages: []makeready.Message{{Text: "Hello?"}}},
		"no such role":   {Messages: []makeready.Message{{Role: 99, Text: "Hello?"}}},
		"a broken tool":  {Messages: []makeready.Message{{Role: makeready.RoleUser, Text: "a"}}, Tools: []makeready.Tool{{Name: "t", Schema: []byte("{")}}},
		"no arguments":   {Messages: []makeready.Message{{Role: makeready.RoleAssistant, Parts: []makeready.Part{{Call: &makeready.ToolCall{Name: "t", Arguments: "[1"}}}}}},
		"not an object":  {Messages: []makeready.Message{{Role: makeready.RoleAssistant, Parts: []makeready.Part{{Call: &makeready.ToolCall{Name: "t", Arguments: "7"}}}}}},
		"blank argument": {Messages: []makeready.Message{{Role: makeready.RoleAssistant, Parts: []makeready.Part{{Call: &makeready.ToolCall{Name: "t", Arguments: "  "}}}}}},
	} {
		for _, p := range protocols {
			l := serve(t, p.reply)
			_, err := generate(t, p.model(t, l), req, nil)
			switch {
			case name == "blank argument",
				(name == "no arguments" || name == "not an object") && (p.name == "openai" || p.name == "google"): // a string to these
				require.NoError(t, err, name)
			default:
				requireKind(t, err, makeready.KindInvalidRequest)
				require.Empty(t, l.bodies)
			}
		}
	}
}
