package provider_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/provider"
	"github.com/stretchr/testify/require"
	"github.com/tmc/langchaingo/llms"
)

// post is a client of langchaingo's kind that posts a body to a path and hands
// back what the server says.
func post(l *loopback, base http.RoundTripper, path, body string) llmFunc {
	client := &http.Client{Transport: &provider.Transport{Base: base}}
	return func(ctx context.Context, _ []llms.MessageContent, _ llms.CallOptions) (*llms.ContentResponse, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.URL+path, strings.NewReader(body))
		if err != nil {
			return nil, err
		}
		req.Header.Set("X-Goog-Api-Key", "key-for-tests-only")
		resp, err := client.Do(req)
		if err != nil {
			return nil, err
		}
		defer func() { _ = resp.Body.Close() }()
		answer, err := io.ReadAll(resp.Body)
		if err == nil && resp.StatusCode != http.StatusOK {
			err = errors.New("status " + resp.Status)
		}
		return &llms.ContentResponse{Choices: []*llms.ContentChoice{{Content: string(answer), StopReason: "stop"}}}, err
	}
}

const (
	googlePath = "/v1beta/models/m-1:generateContent?$alt=json%3Benum-encoding=int"
	googleBody = `{"contents":[{"role":"user","parts":[{"text":"Hello?"}]}],"generationConfig":{"candidateCount":1,"maxOutputTokens":2048,"temperature":0.5,"topP":0.95,"topK":3,"responseMimeType":""}}`

	googleAnswer = `{"candidates":[{"content":{"role":"model","parts":[{"text":"Say hello.","thought":true},{"text":"Grüße, "},{"text":"world"},{"functionCall":{"name":"now","args":{"zone":"CET"}}}]},"finishReason":"STOP"},{"index":1,"content":{"parts":[{"text":"no"}]}}],
"usageMetadata":{"promptTokenCount":1200,"candidatesTokenCount":200,"thoughtsTokenCount":100,"cachedContentTokenCount":1000,"totalTokenCount":1500},"modelVersion":"m-1-001","responseId":"r1"}`
	googleStream = `data: {"candidates":[{"content":{"parts":[{"text":"Say hello.","thought":true}]}}],"usageMetadata":{"promptTokenCount":1200,"totalTokenCount":1200},"modelVersion":"m-1-001","responseId":"r1"}

data: {"candidates":[{"content":{"parts":[{"text":"Grüße, "}]}}]}

data: {"candidates":[{"content":{"parts":[{"text":"world"},{"functionCall":{"name":"now","args":{"zone":"CET"}}}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":1200,"candidatesTokenCount":200,"thoughtsTokenCount":100,"cachedContentTokenCount":1000,"totalTokenCount":1500}}

`
)

// Google's own protocol, as the module provider/googleai speaks it.
func TestGoogleWire(t *testing.T) {
	t.Parallel()
	for _, rec := range []*tape{nil, new(tape)} {
		answer, suffix := googleAnswer, ":generateContent"
		if rec != nil {
			answer, suffix = googleStream, ":streamGenerateContent"
		}
		l := serve(t, openaiProtocol.with(rec != nil, answer))
		m := foreign(t, post(l, l.Client.Transport, googlePath, googleBody))
		req := ask("Hello?")
		req.Params = makeready.Params{Temperature: new(0.0), Seed: new(int64(0)), MaxTokens: 100}
		req.Schema = []byte(closedSchema)
		resp, err := generate(t, m, req, rec)
		require.NoError(t, err)
		require.Equal(t, makeready.Response{
			Text: "Grüße, world", Reasoning: "Say hello.", ID: "r1", Model: "m-1-001", Stop: makeready.StopToolCalls,
			ToolCalls: []makeready.ToolCall{{ID: "call_0", Name: "now", Arguments: `{"zone":"CET"}`}},
			Usage:     makeready.Usage{Input: 1200, CacheRead: 1000, Output: 300, Reasoning: 100, Source: makeready.UsageReported},
		}, resp)
		if rec != nil {
			require.Equal(t, resp.Text, rec.text.String())
			require.Equal(t, "sse", l.requests[0].URL.Query().Get("alt"))
		}
		require.True(t, strings.HasSuffix(l.requests[0].URL.Path, suffix))
		require.False(t, l.requests[0].URL.Query().Has("$alt"))
		require.Equal(t, map[string]any{
			"candidateCount": 1.0, "temperature": 0.0, "seed": 0.0, "maxOutputTokens": 100.0,
			"responseMimeType": "application/json", "responseJsonSchema": tree(t, closedSchema),
		}, l.body(t)["generationConfig"])

		_, err = generate(t, m, ask("Hello?"), rec)
		require.NoError(t, err)
		require.Equal(t, map[string]any{"candidateCount": 1.0, "responseMimeType": ""}, l.body(t)["generationConfig"], "what is unset is not sent")
	}
}

func TestGoogleWireFails(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		stream bool
		body   string
		kind   makeready.ErrorKind
	}{
		{"a prompt that is refused", false, `{"promptFeedback":{"blockReason":"SAFETY"}}`, makeready.KindContentFilter},
		{"an error", false, `{"error":{"status":"UNAVAILABLE"}}`, makeready.KindOverloaded},
		{"nothing", false, `{}`, makeready.KindServer},
		{"no JSON", false, `<html>`, makeready.KindServer},
		{"no end", true, `data: {"candidates":[{"content":{"parts":[{"text":"a"}]}}]}` + "\n\n", makeready.KindNetwork},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := serve(t, openaiProtocol.with(tt.stream, tt.body))
			_, err := generate(t, foreign(t, post(l, l.Client.Transport, googlePath, googleBody)), ask("Hello?"), new(tape))
			requireKind(t, err, tt.kind)
		})
	}
	refused := serve(t, openaiProtocol.with(false, `{"candidates":[{"content":{"parts":[]},"finishReason":"SAFETY"}]}`))
	resp, err := generate(t, foreign(t, post(refused, refused.Client.Transport, googlePath, googleBody)), ask("Hello?"), nil)
	require.NoError(t, err)
	require.Equal(t, makeready.StopFilter, resp.Stop)
}

// Of an endpoint that is not known, failures get their kind and answers stay
// as they are.
func TestUnknownEndpoints(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/run/m-1", "/wenxinworkshop/chat/completions", "/v1/messages"} {
		l := serve(t, openaiProtocol.with(false, "an answer"))
		resp, err := generate(t, foreign(t, post(l, l.Client.Transport, path, `{"temperature":0}`)), ask("Hello?"), nil)
		require.NoError(t, err)
		require.Equal(t, "an answer", resp.Text)
		require.Contains(t, l.body(t), "temperature")

		l = serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(http.StatusTooManyRequests)
		})
		_, err = generate(t, foreign(t, post(l, l.Client.Transport, path, "{}")), ask("Hello?"), nil)
		require.Positive(t, requireKind(t, err, makeready.KindRateLimited).RetryAfter)

		_, err = generate(t, foreign(t, post(l, broken{io.ErrUnexpectedEOF}, path, "{}")), ask("Hello?"), nil)
		requireKind(t, err, makeready.KindNetwork)
	}
}

// An answer that is cut is told from one that is malformed.
func TestCutAnswers(t *testing.T) {
	t.Parallel()
	for _, p := range protocols {
		l := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", p.contentType(false))
			w.Header().Set("Content-Length", "5000")
			_, _ = io.WriteString(w, p.answer[:40])
			flush(w)
			panic(http.ErrAbortHandler)
		})
		_, err := generate(t, p.model(t, l), ask("Hello?"), nil)
		requireKind(t, err, makeready.KindNetwork)
		require.Contains(t, chain(err), "provider: cut")
	}
}

// The HTTP client can send a completed request again.
func TestRequestCanBeSentAgain(t *testing.T) {
	t.Parallel()
	for _, p := range protocols {
		client := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			first, err := io.ReadAll(r.Body)
			require.NoError(t, err)
			require.NoError(t, r.Body.Close())
			again, err := r.GetBody()
			require.NoError(t, err)
			second, err := io.ReadAll(again)
			require.NoError(t, err)
			require.Equal(t, first, second)
			require.Equal(t, int64(len(first)), r.ContentLength)
			return memory{p.answer, p.contentType(false)}.RoundTrip(r)
		})}
		_, err := generate(t, p.model(t, &loopback{URL: "http://llm.invalid", Client: client}), ask("Hello?"), nil)
		require.NoError(t, err)
	}
}

// A request that comes after its call is over is not sent.
func TestRequestAfterTheEnd(t *testing.T) {
	t.Parallel()
	l := serve(t, openaiProtocol.reply)
	tr := &provider.Transport{Base: l.Client.Transport}
	var late context.Context
	m := foreign(t, func(ctx context.Context, _ []llms.MessageContent, _ llms.CallOptions) (*llms.ContentResponse, error) {
		late = ctx //nolint:fatcontext // what is tested
		return &llms.ContentResponse{Choices: []*llms.ContentChoice{{Content: "a"}}}, nil
	})
	_, err := generate(t, m, ask("Hello?"), nil)
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(late, http.MethodPost, l.URL+"/chat/completions", strings.NewReader("{}"))
	require.NoError(t, err)
	_, err = tr.RoundTrip(req) //nolint:bodyclose // there is none
	require.Error(t, err)
	require.Empty(t, l.bodies)
}
