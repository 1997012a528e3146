package modeltest_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/eval/modeltest"
	"github.com/makeready-go/makeready/provider"
)

// TestScriptAgreesWithProvider holds a Script to its promise: its faults are
// those that the provider package makes of the wire. A test with a Script is
// then worth as much as one with a server.
func TestScriptAgreesWithProvider(t *testing.T) {
	type seen struct {
		kind       makeready.ErrorKind
		status     int
		wait       string
		incomplete bool
		failed     bool
	}
	look := func(m makeready.Model, streamed bool) seen {
		req := ask("hi")
		if streamed {
			req.Stream = func(makeready.Chunk) error { return nil }
		}
		_, err := m.Generate(t.Context(), req)
		me, ok := errors.AsType[*makeready.ModelError](err)
		if !ok {
			return seen{failed: err != nil}
		}
		return seen{me.Kind, me.Status, me.RetryAfter.String(), errors.Is(err, makeready.ErrIncompleteStream), true}
	}
	for _, f := range modeltest.TransportFaults() {
		if f == modeltest.Hang || f == modeltest.Stall {
			continue // TestScriptTime has these
		}
		for _, streamed := range []bool{false, true} {
			name := f.String()
			if streamed {
				name += " streamed"
			}
			t.Run(name, func(t *testing.T) {
				reply := modeltest.Reply{Text: strings.Repeat("one two three ", 5), Fault: f}
				server := modeltest.NewServer(t, modeltest.NewScript(t, reply))
				m, err := provider.OpenAI(provider.Config{Model: "test-1", Key: plantedKey, BaseURL: server.URL + "/v1", Client: server.Client()})
				require.NoError(t, err)
				require.Equal(t, look(m, streamed), look(modeltest.NewScript(t, reply), streamed))
			})
		}
	}
}

// TestModelAcceptsProvider runs the suite against real clients.
func TestModelAcceptsProvider(t *testing.T) {
	script := modeltest.NewScript(t)
	script.When(nil).Always(modeltest.Reply{Text: "The sky is blue, naïve café ✓.", Reasoning: "hm"})
	server := modeltest.NewServer(t, script)
	for name, c := range map[string]struct {
		make func(provider.Config) (makeready.Model, error)
		path string
	}{"openai": {provider.OpenAI, "/v1"}, "anthropic": {provider.Anthropic, "/v1"}, "ollama": {provider.Ollama, ""}} {
		m, err := c.make(provider.Config{Model: "test-1", Key: plantedKey, BaseURL: server.URL + c.path, Client: server.Client()})
		require.NoError(t, err)
		require.NoError(t, modeltest.TestModel(m), name)
	}
}
