package provider_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/provider"
	"github.com/stretchr/testify/require"
)

func TestRequiredFields(t *testing.T) {
	t.Parallel()
	for _, p := range protocols {
		for _, tt := range []struct {
			name, want string
			c          provider.Config
		}{
			{"no model", "Config.Model", provider.Config{Key: "k"}},
			{"no key", "Config.Key", provider.Config{Model: "m"}},
			{"no URL", "Config.BaseURL", provider.Config{Model: "m", Key: "k", BaseURL: "sk-secret-0123456789"}},
			{"another scheme", "Config.BaseURL", provider.Config{Model: "m", Key: "k", BaseURL: "ftp://sk-secret-0123456789"}},
			{"no URL whatsoever", "Config.BaseURL", provider.Config{Model: "m", Key: "k", BaseURL: "http://sk-secret-0123456789:x"}},
			{"a negative timeout", "Config.Timeout", provider.Config{Model: "m", Key: "k", Timeout: -1}},
			{"no such mode", "schema mode", provider.Config{Model: "m", Key: "k", Schema: 99}},
		} {
			m, err := p.make(tt.c)
			if p.name == "ollama" && tt.name == "no key" {
				require.NoError(t, err)
				continue
			}
			require.ErrorContains(t, err, tt.want)
			require.NotContains(t, err.Error(), "sk-secret")
			require.Nil(t, m)
		}
	}
	ok := provider.Config{Provider: "p", Model: "m"}
	for name, edit := range map[string]func(*provider.Config){
		"Config.Provider": func(c *provider.Config) { c.Provider = "" },
		"Config.Model":    func(c *provider.Config) { c.Model = "" },
		"Key, BaseURL":    func(c *provider.Config) { c.Key = "k" },
		"no effect":       func(c *provider.Config) { c.BaseURL = "http://x" },
		"is built":        func(c *provider.Config) { c.Client = http.DefaultClient },
	} {
		c := ok
		edit(&c)
		_, err := provider.New(choices(), c)
		require.ErrorContains(t, err, name)
	}
	_, err := provider.New(nil, ok)
	require.ErrorContains(t, err, "without a model")
}

// Nothing comes from the environment, where langchaingo looks by itself.
func TestEnvironmentIsIgnored(t *testing.T) { //nolint:paralleltest // sets the environment
	for _, name := range []string{"OPENAI_API_KEY", "OPENAI_MODEL", "OPENAI_ORGANIZATION", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY"} {
		t.Setenv(name, "from-the-environment")
	}
	for _, name := range []string{"OPENAI_BASE_URL", "OPENAI_API_BASE", "OLLAMA_HOST"} {
		t.Setenv(name, "http://environment.invalid")
	}
	for _, p := range protocols {
		if p.name != "ollama" {
			_, err := p.make(provider.Config{Model: "m"})
			require.ErrorContains(t, err, "Config.Key")
		}
		l := serve(t, p.reply)
		_, err := generate(t, p.model(t, l), ask("Hello?"), nil)
		require.NoError(t, err)
		require.NotContains(t, l.requests[0].Header, "Openai-Organization")
		require.NotContains(t, strings.Join(append(l.requests[0].Header["Authorization"], l.requests[0].Header["X-Api-Key"]...), ""), "environment")
	}
	for _, tt := range []struct {
		p    protocol
		host string
	}{
		{openaiProtocol, "https://api.openai.com/v1/chat/completions"},
		{anthropicProtocol, "https://api.anthropic.com/v1/messages"},
		{googleProtocol, "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions"},
		{ollamaProtocol, "http://127.0.0.1:11434/api/chat"},
	} {
		var seen atomic.Value
		m, err := tt.p.make(provider.Config{Model: "m", Key: "key-for-tests-only", Client: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			seen.Store(r.URL.String())
			return memory{tt.p.answer, tt.p.contentType(false)}.RoundTrip(r)
		})}})
		require.NoError(t, err)
		_, err = generate(t, m, ask("Hello?"), nil)
		require.NoError(t, err)
		require.Equal(t, tt.host, seen.Load())
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestKeysAreSent(t *testing.T) {
	t.Parallel()
	for _, p := range protocols {
		l := serve(t, p.reply)
		_, err := generate(t, p.model(t, l, func(c *provider.Config) { c.BaseURL += "/" }), ask("Hello?"), nil)
		require.NoError(t, err)
		header, want := "Authorization", "Bearer key-for-tests-only"
		if p.name == "anthropic" {
			header, want = "X-Api-Key", "key-for-tests-only"
		}
		require.Equal(t, want, l.requests[0].Header.Get(header))
	}
	l := serve(t, ollamaProtocol.reply)
	_, err := generate(t, ollamaProtocol.model(t, l, func(c *provider.Config) { c.Key = "" }), ask("Hello?"), nil)
	require.NoError(t, err)
	require.Empty(t, l.requests[0].Header.Get("Authorization"))
}

func TestClientIsNotChanged(t *testing.T) {
	t.Parallel()
	client := &http.Client{Timeout: time.Minute}
	for _, p := range protocols {
		_, err := p.make(provider.Config{Model: "m", Key: "k", Client: client})
		require.NoError(t, err)
	}
	require.Equal(t, &http.Client{Timeout: time.Minute}, client)
}

func TestTransportDefaults(t *testing.T) {
	t.Parallel()
	var closed atomic.Bool
	tr := &provider.Transport{Base: closer{&closed}}
	(&http.Client{Transport: tr}).CloseIdleConnections()
	require.True(t, closed.Load())

	l := serve(t, openaiProtocol.reply)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, l.URL, nil)
	require.NoError(t, err)
	resp, err := new(provider.Transport).RoundTrip(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	http.DefaultTransport.(*http.Transport).CloseIdleConnections() //nolint:forcetypeassert // it is one
}

type closer struct{ closed *atomic.Bool }

func (c closer) RoundTrip(*http.Request) (*http.Response, error) { return nil, context.Canceled }
func (c closer) CloseIdleConnections()                           { c.closed.Store(true) }

// One model serves many goroutines, streaming and not, failing and not.
func TestConcurrentSafe(t *testing.T) {
	t.Parallel()
	for _, p := range protocols {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			var n atomic.Int64
			l := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if n.Add(1)%8 == 0 {
					w.Header().Set("Retry-After", "1")
					w.WriteHeader(http.StatusTooManyRequests)
					return
				}
				p.reply(w, r)
			})
			m := p.model(t, l)
			var wg sync.WaitGroup
			var failed atomic.Int64
			for i := range 64 {
				wg.Go(func() {
					for range 4 {
						var rec *tape
						if i%2 == 0 {
							rec = new(tape)
						}
						req := ask("Hello?")
						req.Params.Temperature = new(float64(i) / 64)
						req.Schema = []byte(closedSchema)
						resp, err := generate(t, m, req, rec)
						if err != nil {
							failed.Add(1)
							continue
						}
						if resp.Text != "Grüße, world" || rec != nil && rec.text.String() != resp.Text {
							t.Errorf("%q", resp.Text)
						}
					}
				})
			}
			wg.Wait()
			require.Equal(t, int64(32), failed.Load())
		})
	}
}

// The call is reported once, by the Leaf, with what the wire said.
func TestCallIsRecorded(t *testing.T) {
	t.Parallel()
	for _, p := range protocols {
		l := serve(t, p.reply)
		ctx, finish, err := makeready.Start(t.Context(), "chain", makeready.Settings{})
		require.NoError(t, err)
		_, err = p.model(t, l).Generate(ctx, ask("Hello?"))
		record, _, err := finish(err)
		require.NoError(t, err)
		require.Len(t, record.Ops, 2)
		op := record.Ops[1]
		require.Equal(t, makeready.OpCall, op.Kind)
		require.Equal(t, p.name, op.Provider)
		require.Equal(t, "m-1", op.Model)
		require.Equal(t, p.usage, op.Usage)
		require.Equal(t, makeready.StopEnd, op.Stop)
	}
}
