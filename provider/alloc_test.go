package provider_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/provider"
	"github.com/stretchr/testify/require"
	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/anthropic"
	"github.com/tmc/langchaingo/llms/ollama"
	"github.com/tmc/langchaingo/llms/openai"
)

// memory is a RoundTripper without a network: it reads the request, as one with
// a network would, and gives always the same answer.
type memory struct{ answer, contentType string }

func (m memory) RoundTrip(req *http.Request) (*http.Response, error) {
	_, _ = io.Copy(io.Discard, req.Body)
	_ = req.Body.Close()
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {m.contentType}},
		Body: io.NopCloser(strings.NewReader(m.answer)), ContentLength: int64(len(m.answer)), Request: req,
	}, nil
}

// bare is langchaingo's own client, built as anybody would build it.
func bare(tb testing.TB, name string, client *http.Client) llms.Model {
	tb.Helper()
	var llm llms.Model
	var err error
	switch name {
	case "anthropic":
		llm, err = anthropic.New(anthropic.WithToken("key-for-tests-only"), anthropic.WithModel("m-1"), anthropic.WithHTTPClient(client))
	case "ollama":
		llm, err = ollama.New(ollama.WithModel("m-1"), ollama.WithServerURL("http://ollama.invalid"), ollama.WithHTTPClient(client))
	default:
		llm, err = openai.New(openai.WithToken("key-for-tests-only"), openai.WithModel("m-1"), openai.WithHTTPClient(client))
	}
	require.NoError(tb, err)
	return llm
}

// overhead measures the allocations of a call of langchaingo's bare client,
// whose messages and options are there already, and of the same call through
// the wrapper, which converts them.
func overhead(tb testing.TB, p protocol) (plain, wrapped float64) {
	tb.Helper()
	base := memory{p.answer, p.contentType(false)}
	llm := bare(tb, p.name, &http.Client{Transport: base})
	messages := []llms.MessageContent{
		llms.TextParts(llms.ChatMessageTypeSystem, "Be brief."),
		llms.TextParts(llms.ChatMessageTypeHuman, "Hello?"),
	}
	options := []llms.CallOption{llms.WithTemperature(0.3), llms.WithMaxTokens(100)}
	ctx := tb.Context()
	plain = testing.AllocsPerRun(200, func() {
		if _, err := llm.GenerateContent(ctx, messages, options...); err != nil {
			tb.Fatal(err)
		}
	})
	m, err := provider.New(bare(tb, p.name, &http.Client{Transport: &provider.Transport{Base: base}}),
		provider.Config{Provider: p.name, Model: "m-1"})
	require.NoError(tb, err)
	req := ask("Hello?")
	req.Params = makeready.Params{Temperature: new(0.3), MaxTokens: 100}
	wrapped = testing.AllocsPerRun(200, func() {
		if _, err := m.Generate(ctx, req); err != nil {
			tb.Fatal(err)
		}
	})
	return plain, wrapped
}

// TestAllocations is the gate: what the wrapper adds to a call that does not
// stream is at most six allocations, although it converts the messages,
// completes the request and reads the answer.
func TestAllocations(t *testing.T) { //nolint:paralleltest // counts allocations
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	for _, p := range protocols {
		if p.name == "google" {
			continue // the same client as openai
		}
		t.Run(p.name, func(t *testing.T) {
			plain, wrapped := overhead(t, p)
			t.Logf("%s: langchaingo %.0f, wrapped %.0f, added %.0f", p.name, plain, wrapped, wrapped-plain)
			require.LessOrEqual(t, wrapped-plain, 6.0)
		})
	}
}

// sink takes a stream and counts its bytes.
type sink struct{ n int }

func (s *sink) write(_ context.Context, chunk []byte) error {
	s.n += len(chunk)
	return nil
}

func (s *sink) chunk(c makeready.Chunk) error {
	s.n += len(c.Text)
	return nil
}
