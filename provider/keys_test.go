package provider_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/provider"
	"github.com/stretchr/testify/require"
)

// echo is a network and a server that tell all they know: the key, the URL and
// the request come back in headers, bodies and errors.
type echo struct {
	shape  int
	status int
	key    string
}

func (e echo) RoundTrip(req *http.Request) (*http.Response, error) {
	raw, _ := io.ReadAll(req.Body)
	told := fmt.Sprintf("%s %v %s %s", req.URL, req.Header, raw, e.key)
	if e.shape%7 == 0 {
		return nil, fmt.Errorf("cannot reach %s with %s", told, e.key)
	}
	quoted, key := strconv.Quote(told), strconv.Quote(e.key) // close enough to JSON for a key
	bodies := []string{
		told,
		fmt.Sprintf(`{"error":{"message":%s,"type":%s,"code":%s,"status":%s,"details":[{"reason":%s,"retryDelay":%s}]},"request_id":%s}`,
			quoted, key, key, key, key, key, key),
		fmt.Sprintf(`{"error":%s,"id":%s,"model":%s}`, quoted, key, key),
		fmt.Sprintf(`{"id":%s,"model":%s,"choices":[{"message":{"content":"a"},"finish_reason":%s}],"message":{"content":"a"},"done":true,"done_reason":%s,"content":[{"type":"text","text":"a"}],"stop_reason":%s}`,
			key, key, key, key, key),
		fmt.Sprintf("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":%s,\"message\":%s}}\n\n", key, quoted),
		fmt.Sprintf("data: {\"id\":%s,\"model\":%s,\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"type\":\"message_start\",\"message\":{\"id\":%s,\"model\":%s}}\n\ndata: %s", key, key, key, key, told),
	}
	h := http.Header{}
	for _, name := range []string{"X-Request-Id", "Request-Id", "Retry-After", "Retry-After-Ms", "X-Ratelimit-Reset", "X-Custom"} {
		h.Set(name, e.key)
	}
	return &http.Response{
		StatusCode: e.status, Status: fmt.Sprintf("%d %s", e.status, e.key), Header: h, Request: req,
		Body: io.NopCloser(strings.NewReader(bodies[e.shape%len(bodies)])),
	}, nil
}

// FuzzKeys plants a key in the configuration, the URL and all that comes back,
// and looks for it in errors, records and what is known of the answer.
func FuzzKeys(f *testing.F) {
	for shape := range 14 {
		for _, status := range []int{200, 400, 401, 429, 500, 307} {
			f.Add("sk-live-0123456789abcdef", shape, status)
		}
	}
	f.Add("rate_limit_error_but_longer", 1, 400)
	f.Add("a.b:c/d@e+f=g~h-i_j", 3, 200)
	f.Add("ünïcode-key-\"quoted\"", 4, 500)
	f.Fuzz(func(t *testing.T, key string, shape, status int) {
		if len(key) < 16 || strings.ContainsAny(key, "\r\n\x00") || strings.Contains(okText, key) || shape < 0 {
			t.Skip("no key")
		}
		if status < 200 || status > 599 {
			status = 429
		}
		for _, p := range protocols {
			client := &http.Client{Transport: echo{shape, status, key}}
			base := "https://user:" + url.QueryEscape(key) + "@llm.example" + p.base
			m, err := p.make(provider.Config{Model: "m-1", Key: key, BaseURL: base, Client: client})
			if err != nil {
				requireNoKey(t, key, chain(err))
				continue
			}
			for _, rec := range []*tape{nil, new(tape)} {
				ctx, finish, err := makeready.Start(t.Context(), "chain", makeready.Settings{Capture: true})
				require.NoError(t, err)
				req := ask("Hello?")
				if rec != nil {
					req.Stream = rec.record
				}
				resp, err := m.Generate(ctx, req)
				record, _, ferr := finish(err)
				requireNoKey(t, key, chain(err))
				requireNoKey(t, key, chain(ferr))
				raw, err := json.Marshal(record)
				require.NoError(t, err)
				requireNoKey(t, key, string(raw))
				resp.Text, resp.Reasoning = "", "" // the model's own words
				requireNoKey(t, key, fmt.Sprintf("%+v", resp))
			}
		}
	})
}

// okText are words that errors may hold whatever the key is.
const okText = "provider model openai anthropic google ollama makeready"

func requireNoKey(t *testing.T, key, text string) {
	t.Helper()
	if strings.Contains(text, key) || strings.Contains(text, url.QueryEscape(key)) {
		t.Fatalf("the key is in %q", text)
	}
}

// Names that a provider gives end up in records, so they must look like names.
func TestNames(t *testing.T) {
	t.Parallel()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://name:password-1@llm.example/?key=query-key-1", nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer sk-0123456789")
	for _, tt := range []struct{ in, want string }{
		{"req_011CSHoEeqs5C35K2UUqR7Fy", "req_011CSHoEeqs5C35K2UUqR7Fy"},
		{"models/gemini-2.5:latest@v1", "models/gemini-2.5:latest@v1"},
		{"", ""},
		{"two words", ""},
		{"line\nfeed", ""},
		{"ünï", ""},
		{strings.Repeat("a", 129), ""},
		{"sk-0123456789", ""},
		{"id-sk-0123456789-1", ""},
		{"sk-01234", ""},
		{"password-1", ""},
		{"query-key-1", ""},
		{"sk", "sk"},
	} {
		require.Equal(t, tt.want, provider.Named(tt.in, req), tt.in)
	}
}
