package modeltest_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tmc/langchaingo/llms"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/eval/modeltest"
)

func TestServerFailures(t *testing.T) {
	for _, c := range clients {
		for _, f := range modeltest.TransportFaults()[:10] {
			t.Run(c.name+" "+f.String(), func(t *testing.T) {
				s := modeltest.NewServer(t, modeltest.NewScript(t, modeltest.Reply{Fault: f}))
				_, err := generate(c.make(t, s))
				require.Error(t, err)
			})
		}
	}
}

// TestServerFailureWire looks at the raw answers: langchaingo keeps too little
// of them.
func TestServerFailureWire(t *testing.T) {
	paths := map[string]string{"openai": "/v1/chat/completions", "anthropic": "/v1/messages", "ollama": "/api/chat"}
	for _, c := range []struct {
		provider string
		fault    modeltest.TransportFault
		status   int
		want     string
	}{
		{"openai", modeltest.RateLimited, 429, `"code":"rate_limit_exceeded"`},
		{"openai", modeltest.QuotaExhausted, 429, `"code":"insufficient_quota"`},
		{"openai", modeltest.ServerError, 500, `"type":"server_error"`},
		{"openai", modeltest.Unavailable, 503, `"type":"server_error"`},
		{"openai", modeltest.Overloaded, 529, `"type":"server_error"`},
		{"openai", modeltest.Unauthorized, 401, `"code":"invalid_api_key"`},
		{"openai", modeltest.NotFound, 404, `"code":"model_not_found"`},
		{"openai", modeltest.InvalidRequest, 400, `"type":"invalid_request_error"`},
		{"openai", modeltest.ContextLength, 400, `"code":"context_length_exceeded"`},
		{"openai", modeltest.ContentFilter, 400, `"code":"content_filter"`},
		{"anthropic", modeltest.RateLimited, 429, `"type":"rate_limit_error"`},
		{"anthropic", modeltest.QuotaExhausted, 400, `credit balance is too low`},
		{"anthropic", modeltest.ServerError, 500, `"type":"api_error"`},
		{"anthropic", modeltest.Unavailable, 503, `"type":"overloaded_error"`},
		{"anthropic", modeltest.Overloaded, 529, `"type":"overloaded_error"`},
		{"anthropic", modeltest.Unauthorized, 401, `"type":"authentication_error"`},
		{"anthropic", modeltest.NotFound, 404, `"type":"not_found_error"`},
		{"anthropic", modeltest.InvalidRequest, 400, `"type":"invalid_request_error"`},
		{"anthropic", modeltest.ContextLength, 400, `prompt is too long`},
		{"anthropic", modeltest.ContentFilter, 400, `content filtering`},
		{"ollama", modeltest.RateLimited, 429, `{"error":"`},
		{"ollama", modeltest.QuotaExhausted, 429, `limit`},
		{"ollama", modeltest.ServerError, 500, `{"error":"`},
		{"ollama", modeltest.Unavailable, 503, `server busy`},
		{"ollama", modeltest.Overloaded, 529, `server busy`},
		{"ollama", modeltest.Unauthorized, 401, `unauthorized`},
		{"ollama", modeltest.NotFound, 404, `not found`},
		{"ollama", modeltest.InvalidRequest, 400, `invalid`},
		{"ollama", modeltest.ContextLength, 400, `context length`},
		{"ollama", modeltest.ContentFilter, 400, `not allowed`},
	} {
		t.Run(c.provider+" "+c.fault.String(), func(t *testing.T) {
			s := modeltest.NewServer(t, modeltest.NewScript(t, modeltest.Reply{Fault: c.fault, RetryAfter: 6200 * time.Millisecond}))
			status, header, body := post(t, s, paths[c.provider], `{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}`)
			require.Equal(t, c.status, status)
			require.Contains(t, body, c.want)
			require.Equal(t, "7", header.Get("Retry-After"))
			switch c.provider {
			case "openai":
				require.Equal(t, "req-000001", header.Get("X-Request-ID"))
			case "anthropic":
				require.Equal(t, "req-000001", header.Get("Request-Id"))
				require.Contains(t, body, `"request_id":"req-000001"`)
			}
		})
	}
}

// TestServerBrokenStreams pins down what langchaingo v0.1.14 makes of each
// fault: where it says nothing, the provider package must.
func TestServerBrokenStreams(t *testing.T) {
	const text = "one two three four five six seven eight nine ten"
	type outcome struct {
		errs bool
		text string // what arrived, if there is no error
	}
	partial := outcome{text: "partial"}
	failed := outcome{errs: true}
	whole := outcome{text: text}
	for fault, want := range map[modeltest.TransportFault]map[string]outcome{
		modeltest.CutStream:      {"openai": failed, "anthropic": failed, "ollama": failed}, // by the half of a line
		modeltest.EndStream:      {"openai": partial, "anthropic": failed, "ollama": partial},
		modeltest.ErrorEvent:     {"openai": partial, "anthropic": failed, "ollama": failed},
		modeltest.MalformedChunk: {"openai": partial, "anthropic": failed, "ollama": failed},
		modeltest.SplitUTF8:      {"openai": whole, "anthropic": whole, "ollama": whole},
		modeltest.NoUsage:        {"openai": whole, "anthropic": whole, "ollama": whole},
	} {
		for _, c := range clients {
			t.Run(c.name+" "+fault.String(), func(t *testing.T) {
				s := modeltest.NewServer(t, modeltest.NewScript(t, modeltest.Reply{Text: text, Fault: fault, CutAt: 0.6}))
				var got strings.Builder
				resp, err := generate(c.make(t, s), streamTo(&got))
				if want[c.name].errs {
					require.Error(t, err)
					require.NotEmpty(t, got.String())
					require.NotEqual(t, text, got.String())
					return
				}
				require.NoError(t, err)
				if want[c.name] == partial {
					require.NotEmpty(t, got.String())
					require.NotEqual(t, text, got.String())
					return
				}
				require.Equal(t, text, resp.Choices[0].Content)
			})
		}
	}
}

func TestServerBrokenBodies(t *testing.T) {
	const body = `{"model":"m","max_tokens":9,"stream":false,"messages":[{"role":"user","content":"hi"}]}`
	for _, path := range []string{"/v1/chat/completions", "/v1/messages", "/api/chat"} {
		for _, c := range []struct {
			fault modeltest.TransportFault
			check func(t *testing.T, status int, body string, err error)
		}{
			{modeltest.CutStream, func(t *testing.T, _ int, _ string, err error) {
				t.Helper()
				require.ErrorIs(t, err, io.ErrUnexpectedEOF)
			}},
			{modeltest.EndStream, func(t *testing.T, _ int, body string, err error) {
				t.Helper()
				require.NoError(t, err)
				require.NotEmpty(t, body)
				require.False(t, json.Valid([]byte(body)))
			}},
			{modeltest.MalformedChunk, func(t *testing.T, _ int, body string, err error) {
				t.Helper()
				require.NoError(t, err)
				require.Contains(t, body, "\x00")
			}},
			{modeltest.ErrorEvent, func(t *testing.T, status int, _ string, err error) {
				t.Helper()
				require.NoError(t, err)
				require.Equal(t, 500, status)
			}},
			{modeltest.SplitUTF8, func(t *testing.T, status int, body string, err error) {
				t.Helper()
				require.NoError(t, err)
				require.Equal(t, 200, status)
				require.Contains(t, body, "café ✓")
			}},
		} {
			t.Run(path+" "+c.fault.String(), func(t *testing.T) {
				s := modeltest.NewServer(t, modeltest.NewScript(t, modeltest.Reply{Text: "café ✓", Fault: c.fault}))
				resp, err := s.Client().Post(s.URL+path, "application/json", strings.NewReader(body))
				require.NoError(t, err)
				defer resp.Body.Close()
				b, err := io.ReadAll(resp.Body)
				c.check(t, resp.StatusCode, string(b), err)
			})
		}
	}
}

// TestServerCutAnywhere cuts a stream at many places; whatever arrives is a
// beginning of the text.
func TestServerCutAnywhere(t *testing.T) {
	const text = "one two three four five six seven eight nine ten"
	for _, c := range clients {
		t.Run(c.name, func(t *testing.T) {
			script := modeltest.NewScript(t)
			s := modeltest.NewServer(t, script)
			m := c.make(t, s)
			for i := range 40 {
				script.When(nil).Reply(modeltest.Reply{Text: text, Fault: modeltest.CutStream, CutAt: float64(i) / 40})
				var got strings.Builder
				_, _ = generate(m, streamTo(&got))
				require.True(t, strings.HasPrefix(text, got.String()), got.String())
			}
		})
	}
}

func TestServerHangEndsWithContext(t *testing.T) {
	for _, fault := range []modeltest.TransportFault{modeltest.Hang, modeltest.Stall} {
		for _, c := range clients {
			t.Run(c.name+" "+fault.String(), func(t *testing.T) {
				s := modeltest.NewServer(t, modeltest.NewScript(t, modeltest.Reply{Text: "one two three", Fault: fault}))
				m := c.make(t, s)
				begin := time.Now()
				const patience = 300 * time.Millisecond // time to reach the server on a busy machine
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				_, _ = m.GenerateContent(ctx, []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, "hi")},
					llms.WithStreamingFunc(func(context.Context, []byte) error { return nil }))
				require.GreaterOrEqual(t, time.Since(begin), patience)
				require.Less(t, time.Since(begin), 5*time.Second)
			})
		}
	}
}

// TestServerCloseEndsHangs leaves a request hanging without a deadline.
func TestServerCloseEndsHangs(t *testing.T) {
	s := modeltest.NewServer(nil, modeltest.NewScript(nil, modeltest.Reply{Fault: modeltest.Hang}))
	done := make(chan error, 1)
	go func() {
		resp, err := s.Client().Post(s.URL+"/v1/chat/completions", "application/json", strings.NewReader(`{"model":"m"}`))
		if err == nil {
			_ = resp.Body.Close()
		}
		done <- err
	}()
	require.Eventually(t, func() bool { return len(s.Requests()) == 1 }, 5*time.Second, time.Millisecond)
	s.Close()
	s.Close()
	select {
	case err := <-done:
		require.Error(t, err)
	case <-time.After(5 * time.Second):
		require.Fail(t, "the request outlived the server")
	}
	resp, err := s.Client().Post(s.URL+"/v1/chat/completions", "application/json", strings.NewReader(`{}`))
	if err == nil {
		_ = resp.Body.Close()
	}
	require.Error(t, err)
}

func TestServerStrict(t *testing.T) {
	for _, c := range []struct {
		name, path, body, want string
		status                 int
	}{
		{"no such path", "/v1/models", `{}`, "no POST /v1/models", 404},
		{"not JSON", "/v1/chat/completions", `{`, "cannot be read", 400},
		{"unknown role", "/v1/chat/completions", `{"messages":[{"role":"owl"}]}`, "cannot be read", 400},
		{"unknown content", "/v1/chat/completions", `{"messages":[{"role":"user","content":[{"type":"smell"}]}]}`, "smell", 400},
		{"unscripted", "/v1/chat/completions", `{"messages":[{"role":"user","content":"hi"}]}`, "matches no scripted reply", 400},
		{"max_tokens", "/v1/messages", `{"messages":[{"role":"user","content":"hi"}]}`, "max_tokens is required", 400},
		{"unknown role, anthropic", "/v1/messages", `{"max_tokens":1,"messages":[{"role":"owl"}]}`, "cannot be read", 400},
		{"unknown content, anthropic", "/v1/messages", `{"max_tokens":1,"messages":[{"role":"user","content":[{"type":"smell"}]}]}`, "smell", 400},
		{"unknown system, anthropic", "/v1/messages", `{"max_tokens":1,"system":[{"type":"smell"}]}`, "smell", 400},
		{"unknown result, anthropic", "/v1/messages", `{"max_tokens":1,"messages":[{"role":"user","content":[{"type":"tool_result","content":[{"type":"smell"}]}]}]}`, "smell", 400},
		{"not JSON, anthropic", "/v1/messages", `{"system":7}`, "cannot be read", 400},
		{"not JSON, ollama", "/api/chat", `[]`, "cannot be read", 400},
		{"unknown role, ollama", "/api/chat", `{"messages":[{"role":"owl"}]}`, "cannot be read", 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			tb := &recorder{}
			s := modeltest.NewServer(tb, modeltest.NewScript(tb))
			status, _, _ := post(t, s, c.path, c.body)
			require.Equal(t, c.status, status)
			require.Contains(t, tb.end(), c.want)
		})
	}
}

// TestServerLongLine pins down that langchaingo reads no line over 64 KiB.
func TestServerLongLine(t *testing.T) {
	long := strings.Repeat("x", 70_000)
	for _, c := range clients {
		s := modeltest.NewServer(t, modeltest.NewScript(t, modeltest.Reply{Chunks: []string{long}}))
		resp, err := generate(c.make(t, s), streamTo(new(strings.Builder)))
		if c.name == "ollama" {
			require.NoError(t, err)
			require.Equal(t, long, resp.Choices[0].Content)
			continue
		}
		require.ErrorContains(t, err, "token too long", c.name)
	}
}

func TestServerTooLarge(t *testing.T) {
	s := modeltest.NewServer(t, modeltest.NewScript(t))
	status, _, _ := post(t, s, "/v1/chat/completions", `"`+strings.Repeat("x", 33<<20)+`"`)
	require.Equal(t, http.StatusRequestEntityTooLarge, status)
	require.Empty(t, s.Requests())
}

// FuzzServerReads sends anything; there is always an answer.
func FuzzServerReads(f *testing.F) {
	paths := []string{"/v1/chat/completions", "/v1/messages", "/api/chat", "/v1/embeddings", "/api/embed", "/api/embeddings"}
	f.Add(uint8(0), `{"model":"m","stream":true,"stop":["a"],"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:x;base64,!"}}]}]}`)
	f.Add(uint8(1), `{"max_tokens":1,"system":null,"messages":[{"role":"user","content":[{"type":"tool_result","content":null}]}]}`)
	f.Add(uint8(2), `{"format":{"a":1},"options":{"stop":"a"},"messages":[{"role":"tool","images":["eA=="],"tool_calls":[{"function":{"arguments":1}}]}]}`)
	f.Add(uint8(4), `{"input":null}`)
	f.Add(uint8(5), `{"input":["a","b"]}`)
	f.Fuzz(func(t *testing.T, n uint8, body string) {
		script := modeltest.NewScript(nil)
		script.When(nil).Always(modeltest.Reply{Text: "ok", ToolCalls: []makeready.ToolCall{{Name: "look", Arguments: body}}})
		s := modeltest.NewPipeServer(nil, script)
		defer s.Close()
		status, _, answer := post(t, s, paths[int(n)%len(paths)], body)
		require.Contains(t, []int{200, 400, 500}, status)
		require.NotEmpty(t, answer)
		_, _ = s.Requests()[0].Field(body)
	})
}
