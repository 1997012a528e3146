package sdk_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/examples/sdk"
	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
)

const (
	answer = `{"id":"chatcmpl-1","object":"chat.completion","model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":"Refunds take five days."},"finish_reason":"stop"}],
"usage":{"prompt_tokens":20,"completion_tokens":6,"total_tokens":26}}`
	streamed = `data: {"id":"chatcmpl-1","object":"chat.completion.chunk","model":"m-1","choices":[{"index":0,"delta":{"role":"assistant","content":"Refunds take "}}]}

data: {"id":"chatcmpl-1","object":"chat.completion.chunk","model":"m-1","choices":[{"index":0,"delta":{"content":"five days."}}]}

data: {"id":"chatcmpl-1","object":"chat.completion.chunk","model":"m-1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

data: {"id":"chatcmpl-1","object":"chat.completion.chunk","model":"m-1","choices":[],"usage":{"prompt_tokens":20,"completion_tokens":6,"total_tokens":26}}

data: [DONE]

`
)

// serve answers every request with body, and hands the request's body to seen.
func serve(status int, body string, seen func(string)) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		if seen != nil {
			seen(string(raw))
		}
		ct := "application/json"
		if strings.HasPrefix(body, "data:") {
			ct = "text/event-stream"
		}
		w.Header().Set("Content-Type", ct)
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
}

func model(url string) makeready.Model {
	return sdk.OpenAI(openai.NewClient(
		option.WithBaseURL(url), option.WithAPIKey("key-for-tests-only"), option.WithMaxRetries(0),
	), "m-1")
}

func ask() makeready.Request {
	return makeready.Request{Messages: []makeready.Message{{Role: makeready.RoleUser, Text: "How long does a refund take?"}}}
}

// A server on this machine stands for OpenAI; the option of the base URL is
// what changes in production.
func Example() {
	server := serve(http.StatusOK, answer, nil)
	defer server.Close()

	client := openai.NewClient(option.WithBaseURL(server.URL), option.WithAPIKey("none"), option.WithMaxRetries(0))
	model := sdk.OpenAI(client, "m-1")

	// From here on it is a model like any other: guards, routes, budgets and
	// the record work with it.
	resp, err := model.Generate(context.Background(), makeready.Request{
		Messages: []makeready.Message{{Role: makeready.RoleUser, Text: "How long does a refund take?"}},
		Params:   makeready.Params{Temperature: new(0.0)},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(resp.Text)
	fmt.Println(resp.Usage.Input, resp.Usage.Output, resp.Usage.Source)
	// Output:
	// Refunds take five days.
	// 20 6 reported
}

func TestStream(t *testing.T) {
	t.Parallel()
	for at := range len(streamed) + 1 {
		if at%17 != 0 && at != len(streamed) {
			continue
		}
		server := serve(http.StatusOK, streamed[:at], nil)
		var shown strings.Builder
		req := ask()
		req.Stream = func(c makeready.Chunk) error {
			shown.WriteString(c.Text)
			return nil
		}
		resp, err := model(server.URL).Generate(t.Context(), req)
		server.Close()
		switch {
		case err == nil && (resp.Text != "Refunds take five days." || shown.String() != resp.Text):
			t.Errorf("cut at %d: %q without an error", at, resp.Text)
		case err != nil && !errors.Is(err, makeready.ErrIncompleteStream) && !strings.Contains(err.Error(), "network"):
			t.Errorf("cut at %d: %v", at, err)
		}
	}
}

func TestParameters(t *testing.T) {
	t.Parallel()
	var sent string
	server := serve(http.StatusOK, answer, func(s string) { sent = s })
	defer server.Close()
	req := ask()
	req.Params = makeready.Params{Temperature: new(0.0), TopP: new(0.5), Seed: new(int64(0)), MaxTokens: 100, Stop: []string{"END"}}
	req.Schema = []byte(`{"type":"object"}`)
	if _, err := model(server.URL).Generate(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"temperature":0`, `"top_p":0.5`, `"seed":0`, `"max_completion_tokens":100`, `"stop":["END"]`, `"schema":{"type":"object"}`} {
		if !strings.Contains(sent, want) {
			t.Errorf("%s is not in %s", want, sent)
		}
	}
	if _, err := model(server.URL).Generate(t.Context(), ask()); err != nil {
		t.Fatal(err)
	}
	for _, unwanted := range []string{"temperature", "top_p", "seed", "max", "stop", "response_format"} {
		if strings.Contains(sent, unwanted) {
			t.Errorf("%s is in %s", unwanted, sent)
		}
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	for status, kind := range map[int]makeready.ErrorKind{
		400: makeready.KindInvalidRequest, 401: makeready.KindAuth, 404: makeready.KindNotFound,
		429: makeready.KindRateLimited, 500: makeready.KindServer, 503: makeready.KindOverloaded,
	} {
		server := serve(status, `{"error":{"message":"no"}}`, nil)
		_, err := model(server.URL).Generate(t.Context(), ask())
		server.Close()
		me, ok := errors.AsType[*makeready.ModelError](err)
		if !ok || me.Kind != kind || me.Status != status || me.RetryAfter != 7*time.Second {
			t.Errorf("%d: %v", status, err)
		}
	}
	for code, kind := range map[string]makeready.ErrorKind{
		"context_length_exceeded": makeready.KindContextLength, "insufficient_quota": makeready.KindQuota,
	} {
		server := serve(http.StatusBadRequest, `{"error":{"message":"no","code":"`+code+`"}}`, nil)
		_, err := model(server.URL).Generate(t.Context(), ask())
		server.Close()
		if me, ok := errors.AsType[*makeready.ModelError](err); !ok || me.Kind != kind {
			t.Errorf("%s: %v", code, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := model("http://127.0.0.1:1").Generate(ctx, ask()); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := model("http://127.0.0.1:1").Generate(t.Context(), ask()); !strings.Contains(fmt.Sprint(err), "network") {
		t.Error(err)
	}
}
