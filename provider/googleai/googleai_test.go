package googleai_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/provider"
	"github.com/makeready-go/makeready/provider/googleai"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

const (
	whole = `{"candidates":[{"content":{"role":"model","parts":[{"text":"Think.","thought":true},{"text":"Grüße, "},{"text":"world"}]},"finishReason":"STOP"}],
"usageMetadata":{"promptTokenCount":1200,"candidatesTokenCount":200,"thoughtsTokenCount":100,"totalTokenCount":1500},"modelVersion":"m-1-001","responseId":"r1"}`
	stream = `data: {"candidates":[{"content":{"parts":[{"text":"Think.","thought":true}]}}]}

data: {"candidates":[{"content":{"parts":[{"text":"Grüße, "}]}}]}

data: {"candidates":[{"content":{"parts":[{"text":"world"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":1200,"candidatesTokenCount":200,"thoughtsTokenCount":100,"totalTokenCount":1500},"modelVersion":"m-1-001","responseId":"r1"}

`
	calls = `{"candidates":[{"content":{"role":"model","parts":[{"functionCall":{"name":"now","args":{"zone":"CET"}}}]},"finishReason":"STOP"}]}`
)

// google is a loopback server that answers with a text and keeps the requests.
type google struct {
	*httptest.Server

	mu       sync.Mutex
	requests []*http.Request
	bodies   []map[string]any
}

func serve(t *testing.T, status int, contentType, body string) *google {
	t.Helper()
	g := &google{}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var sent map[string]any
		raw, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(raw, &sent)
		g.mu.Lock()
		g.requests, g.bodies = append(g.requests, r), append(g.bodies, sent)
		g.mu.Unlock()
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(g.Close)
	return g
}

func (g *google) model(t *testing.T) makeready.Model {
	t.Helper()
	base := &http.Transport{}
	t.Cleanup(base.CloseIdleConnections)
	m, err := googleai.New(t.Context(), provider.Config{
		Model: "m-1", Key: "key-for-tests-only", BaseURL: g.URL + "/", Client: &http.Client{Transport: base},
	})
	require.NoError(t, err)
	return m
}

func ask() makeready.Request {
	return makeready.Request{Messages: []makeready.Message{
		{Role: makeready.RoleSystem, Text: "Be brief."},
		{Role: makeready.RoleSystem, Text: "Be kind."},
		{Role: makeready.RoleUser, Text: "Hello?"},
	}}
}

var want = makeready.Response{
	Text: "Grüße, world", Reasoning: "Think.", ID: "r1", Model: "m-1-001", Stop: makeready.StopEnd,
	Usage: makeready.Usage{Input: 1200, Output: 300, Reasoning: 100, Source: makeready.UsageReported},
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	g := serve(t, 200, "application/json", whole)
	m := g.model(t)
	resp, err := m.Generate(t.Context(), ask())
	require.NoError(t, err)
	require.Equal(t, want, resp)
	require.Equal(t, "/v1beta/models/m-1:generateContent", g.requests[0].URL.Path)
	require.Equal(t, "key-for-tests-only", g.requests[0].Header.Get("X-Goog-Api-Key"))
	require.Equal(t, map[string]any{"candidateCount": 1.0}, g.bodies[0]["generationConfig"], "what is unset is not sent")
	require.Equal(t, map[string]any{"role": "system", "parts": []any{
		map[string]any{"text": "Be brief."}, map[string]any{"text": "Be kind."},
	}}, g.bodies[0]["systemInstruction"])

	req := ask()
	req.Params = makeready.Params{Temperature: new(0.0), TopP: new(0.5), Seed: new(int64(0)), MaxTokens: 100, Stop: []string{"END"}}
	req.Schema = []byte(`{"type":"object"}`)
	_, err = m.Generate(t.Context(), req)
	require.NoError(t, err)
	require.Equal(t, map[string]any{
		"candidateCount": 1.0, "temperature": 0.0, "topP": 0.5, "seed": 0.0, "maxOutputTokens": 100.0, "stopSequences": []any{"END"},
		"responseMimeType": "application/json", "responseJsonSchema": map[string]any{"type": "object"},
	}, g.bodies[1]["generationConfig"])
}

func TestStreams(t *testing.T) {
	t.Parallel()
	g := serve(t, 200, "text/event-stream", stream)
	req := ask()
	var text, reasoning strings.Builder
	req.Stream = func(c makeready.Chunk) error {
		text.WriteString(c.Text)
		reasoning.WriteString(c.Reasoning)
		return nil
	}
	resp, err := g.model(t).Generate(t.Context(), req)
	require.NoError(t, err)
	require.Equal(t, want, resp)
	require.Equal(t, want.Text, text.String())
	require.Equal(t, want.Reasoning, reasoning.String())

	for at := range len(stream) - 150 { // the end is in the last value
		if at%7 != 0 {
			continue
		}
		cut := serve(t, 200, "text/event-stream", stream[:at])
		_, err = cut.model(t).Generate(t.Context(), req)
		require.ErrorIs(t, err, makeready.ErrIncompleteStream)
	}
}

func TestTools(t *testing.T) {
	t.Parallel()
	g := serve(t, 200, "application/json", calls)
	req := ask()
	req.Tools = []makeready.Tool{{Name: "now", Description: "The time.", Schema: []byte(`{"type":"object","properties":{"zone":{"type":"string"}},"required":["zone"]}`)}}
	req.Messages = append(req.Messages,
		makeready.Message{Role: makeready.RoleAssistant, Parts: []makeready.Part{{Call: &makeready.ToolCall{ID: "c1", Name: "now", Arguments: `{"zone":"UTC"}`}}}},
		makeready.Message{Role: makeready.RoleTool, CallID: "c1", Text: "noon"},
		makeready.Message{Role: makeready.RoleUser, Text: "And?", Parts: []makeready.Part{{MIME: "image/png", Data: []byte("PNG")}}})
	resp, err := g.model(t).Generate(t.Context(), req)
	require.NoError(t, err)
	require.Equal(t, []makeready.ToolCall{{ID: "call_0", Name: "now", Arguments: `{"zone":"CET"}`}}, resp.ToolCalls)
	require.Equal(t, makeready.StopToolCalls, resp.Stop)
	require.Len(t, g.bodies[0]["tools"], 1)
	require.Len(t, g.bodies[0]["contents"], 4)
	sent, err := json.Marshal(g.bodies[0]["contents"])
	require.NoError(t, err)
	require.Contains(t, string(sent), `"functionCall":{"args":{"zone":"UTC"},"name":"now"}`)
	require.Contains(t, string(sent), `"functionResponse":{"name":"now","response":{"response":"noon"}}`)
	require.Contains(t, string(sent), `"inlineData":{"data":"UE5H","mimeType":"image/png"}`)
}

func TestFails(t *testing.T) {
	t.Parallel()
	g := serve(t, 429, "application/json", `{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"slow down"}}`)
	_, err := g.model(t).Generate(t.Context(), ask())
	var me *makeready.ModelError
	require.ErrorAs(t, err, &me)
	require.Equal(t, makeready.KindRateLimited, me.Kind)
	require.Equal(t, 429, me.Status)
	require.Positive(t, me.RetryAfter)

	m := serve(t, 200, "application/json", whole).model(t)
	for name, edit := range map[string]func(*makeready.Request){
		"image_url": func(r *makeready.Request) {
			r.Messages[2].Parts = []makeready.Part{{URL: "https://images.example/cat.png"}}
		},
		"system_messages_only": func(r *makeready.Request) { r.Messages = r.Messages[:2] },
		"model_of_the_request": func(r *makeready.Request) { r.Model = "m-2" },
	} {
		req := ask()
		edit(&req)
		_, err := m.Generate(t.Context(), req)
		require.ErrorAs(t, err, &me)
		require.Equal(t, makeready.KindInvalidRequest, me.Kind)
		require.ErrorContains(t, me.Err, name)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = m.Generate(ctx, ask())
	require.ErrorIs(t, err, context.Canceled)
}

func TestRequiredFields(t *testing.T) {
	t.Parallel()
	for _, c := range []provider.Config{{Key: "k"}, {Model: "m"}, {Model: "m", Key: "k", BaseURL: "here"}, {Model: "m", Key: "k", Timeout: -1}} {
		_, err := googleai.New(t.Context(), c)
		require.Error(t, err)
	}
	_, err := googleai.New(t.Context(), provider.Config{Model: "m", Key: "key-for-tests-only"})
	require.NoError(t, err)
}

func TestConcurrentSafe(t *testing.T) {
	t.Parallel()
	m := serve(t, 200, "application/json", whole).model(t)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			resp, err := m.Generate(t.Context(), ask())
			if err != nil || resp.Text != want.Text {
				t.Errorf("%v %q", err, resp.Text)
			}
		})
	}
	wg.Wait()
}
