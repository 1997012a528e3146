package provider_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/provider"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A loopback is a server that answers as its handler says and keeps what it
// was sent.
type loopback struct {
	URL    string
	Client *http.Client

	mu       sync.Mutex
	bodies   []map[string]any
	requests []*http.Request
}

func serve(tb testing.TB, handler http.HandlerFunc) *loopback {
	tb.Helper()
	l := &loopback{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		var body map[string]any
		_ = json.Unmarshal(raw, &body)
		l.mu.Lock()
		l.bodies, l.requests = append(l.bodies, body), append(l.requests, r)
		l.mu.Unlock()
		r.Body = io.NopCloser(strings.NewReader(string(raw)))
		handler(w, r)
	}))
	base := &http.Transport{}
	l.URL, l.Client = srv.URL, &http.Client{Transport: base}
	tb.Cleanup(func() {
		base.CloseIdleConnections()
		srv.CloseClientConnections()
		srv.Close()
	})
	return l
}

// body is the last one that was sent.
func (l *loopback) body(tb testing.TB) map[string]any {
	tb.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	require.NotEmpty(tb, l.bodies)
	return l.bodies[len(l.bodies)-1]
}

// A protocol is one of those that a constructor speaks, with answers in it.
type protocol struct {
	name   string
	make   func(c provider.Config) (makeready.Model, error)
	base   string // what a server's URL is followed by
	answer string
	stream string
	usage  makeready.Usage
}

func (p protocol) model(tb testing.TB, l *loopback, edit ...func(*provider.Config)) makeready.Model {
	tb.Helper()
	c := provider.Config{Model: "m-1", Key: "key-for-tests-only", BaseURL: l.URL + p.base, Client: l.Client}
	for _, e := range edit {
		e(&c)
	}
	m, err := p.make(c)
	require.NoError(tb, err)
	return m
}

const openaiAnswer = `{"id":"chatcmpl-1","object":"chat.completion","model":"m-1-2026","choices":[{"index":0,"message":{"role":"assistant","content":"Grüße, world"},"finish_reason":"stop"}],
"usage":{"prompt_tokens":1200,"completion_tokens":300,"total_tokens":1500,"prompt_tokens_details":{"cached_tokens":1000},"completion_tokens_details":{"reasoning_tokens":256}}}`

const openaiStream = `data: {"id":"chatcmpl-1","model":"m-1-2026","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}

: a comment that keeps the connection alive

data: {"id":"chatcmpl-1","model":"m-1-2026","choices":[{"index":0,"delta":{"content":"Grüße"}}]}

data: {"id":"chatcmpl-1","model":"m-1-2026","choices":[{"index":0,"delta":{"content":", world"}}]}

data: {"id":"chatcmpl-1","model":"m-1-2026","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

data: {"id":"chatcmpl-1","model":"m-1-2026","choices":[],"usage":{"prompt_tokens":1200,"completion_tokens":300,"total_tokens":1500,"prompt_tokens_details":{"cached_tokens":1000},"completion_tokens_details":{"reasoning_tokens":256}}}

data: [DONE]

`

const anthropicAnswer = `{"id":"msg_1","type":"message","role":"assistant","model":"m-1-2026","content":[{"type":"thinking","thinking":"Say hello.","signature":"s"},{"type":"text","text":"Grüße, world"}],
"stop_reason":"end_turn","usage":{"input_tokens":150,"output_tokens":300,"cache_read_input_tokens":1000,"cache_creation_input_tokens":50}}`

const anthropicStream = `event: message_start
data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m-1-2026","content":[],"usage":{"input_tokens":150,"output_tokens":1,"cache_read_input_tokens":1000,"cache_creation_input_tokens":50}}}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}

event: ping
data: {"type":"ping"}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Say hello."}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"s"}}

event: content_block_stop
data: {"type":"content_block_stop","index":0}

event: content_block_start
data: {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Grüße"}}

event: content_block_delta
data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":", world"}}

event: content_block_stop
data: {"type":"content_block_stop","index":1}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":300}}

event: message_stop
data: {"type":"message_stop"}

`

const ollamaAnswer = `{"model":"m-1-2026","message":{"role":"assistant","content":"Grüße, world","thinking":"Say hello."},"done":true,"done_reason":"stop","prompt_eval_count":1200,"eval_count":300}
`

const ollamaStream = `{"model":"m-1-2026","message":{"role":"assistant","thinking":"Say hello."},"done":false}
{"model":"m-1-2026","message":{"role":"assistant","content":"Grüße"},"done":false}
{"model":"m-1-2026","message":{"role":"assistant","content":", world"},"done":false}
{"model":"m-1-2026","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","prompt_eval_count":1200,"eval_count":300}
`

var (
	openaiProtocol = protocol{"openai", provider.OpenAI, "/v1", openaiAnswer, openaiStream, makeready.Usage{
		Input: 1200, CacheRead: 1000, Output: 300, Reasoning: 256, Source: makeready.UsageReported,
	}}
	anthropicProtocol = protocol{"anthropic", provider.Anthropic, "/v1", anthropicAnswer, anthropicStream, makeready.Usage{
		Input: 1200, CacheRead: 1000, CacheWrite: 50, Output: 300, Source: makeready.UsageReported,
	}}
	ollamaProtocol = protocol{"ollama", provider.Ollama, "", ollamaAnswer, ollamaStream, makeready.Usage{
		Input: 1200, Output: 300, Source: makeready.UsageReported,
	}}
	googleProtocol = protocol{"google", provider.Google, "/v1beta/openai", openaiAnswer, openaiStream, openaiProtocol.usage}

	protocols = []protocol{openaiProtocol, anthropicProtocol, ollamaProtocol, googleProtocol}
)

// contentType is what a provider sends for an answer or a stream.
func (p protocol) contentType(stream bool) string {
	switch {
	case p.name == "ollama":
		return "application/x-ndjson"
	case stream:
		return "text/event-stream; charset=utf-8"
	default:
		return "application/json"
	}
}

// reply answers every request with the protocol's answer, or its stream if
// that was asked for.
func (p protocol) reply(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	stream := strings.Contains(string(raw), `"stream":true`)
	w.Header().Set("Content-Type", p.contentType(stream))
	w.Header().Set("X-Request-ID", "req-1")
	if stream {
		_, _ = io.WriteString(w, p.stream)
	} else {
		_, _ = io.WriteString(w, p.answer)
	}
}

// with answers every request with one text.
func (p protocol) with(stream bool, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", p.contentType(stream))
		_, _ = io.WriteString(w, text)
	}
}

func ask(text string) makeready.Request {
	return makeready.Request{Messages: []makeready.Message{
		{Role: makeready.RoleSystem, Text: "Be brief."},
		{Role: makeready.RoleUser, Text: text},
	}}
}

// A tape keeps what was streamed.
type tape struct {
	text, reasoning strings.Builder
	chunks          int
}

func (p *tape) record(c makeready.Chunk) error {
	p.chunks++
	p.text.WriteString(c.Text)
	p.reasoning.WriteString(c.Reasoning)
	return nil
}

// generate asks m, streaming if a tape is given.
func generate(tb testing.TB, m makeready.Model, req makeready.Request, p *tape) (makeready.Response, error) {
	tb.Helper()
	if p != nil {
		req.Stream = p.record
	}
	return m.Generate(tb.Context(), req)
}

// keep is a RoundTripper that keeps the last body and answers as OpenAI.
type keep struct {
	mu   sync.Mutex
	last map[string]any
}

func (k *keep) RoundTrip(req *http.Request) (*http.Response, error) {
	raw, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.last = nil
	if err := json.Unmarshal(raw, &k.last); err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(openaiAnswer)), Request: req,
	}, nil
}

func (k *keep) body() map[string]any {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.last
}

// requireKind demands a ModelError of a kind, and returns it.
func requireKind(tb testing.TB, err error, kind makeready.ErrorKind) *makeready.ModelError {
	tb.Helper()
	require.Error(tb, err)
	me, ok := errors.AsType[*makeready.ModelError](err)
	require.True(tb, ok, "%T: %v", err, err)
	require.Equal(tb, kind.String(), me.Kind.String(), "%v: %v", me, me.Err)
	return me
}

// flush sends what has been written.
func flush(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() }

// equal is require.Equal for values out of JSON, whose numbers have any type.
func equal(tb testing.TB, want, got any) {
	tb.Helper()
	require.Equal(tb, want, got)
}
