package provider_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/provider"
	"github.com/stretchr/testify/require"
	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/openai"
)

// field looks a parameter up where the protocol has it.
func field(p protocol, body map[string]any, name string) (any, bool) {
	if p.name == "ollama" {
		body, _ = body["options"].(map[string]any)
		if name == "max_tokens" {
			name = "num_predict"
		}
	}
	v, ok := body[name]
	return v, ok
}

// Mission row 95: parameters reach the provider; 0 is sent as 0, and what is
// unset is not sent (V05: langchaingo always sends temperature 0 and loses
// top-p).
func TestParameters(t *testing.T) {
	t.Parallel()
	for _, p := range protocols {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			l := serve(t, p.reply)
			m := p.model(t, l)
			send := func(params makeready.Params) map[string]any {
				req := ask("Hello?")
				req.Params = params
				_, err := generate(t, m, req, nil)
				require.NoError(t, err)
				return l.body(t)
			}

			body := send(makeready.Params{Temperature: new(0.3), TopP: new(0.9), Seed: new(int64(7)), MaxTokens: 100, Stop: []string{"END"}})
			for name, want := range map[string]any{"temperature": 0.3, "top_p": 0.9, "max_tokens": 100.0} {
				got, _ := field(p, body, name)
				require.Equal(t, want, got, name)
			}
			seed, sent := field(p, body, "seed")
			if p.name == "anthropic" {
				require.False(t, sent, "Anthropic has no seed")
				require.Equal(t, []any{"END"}, body["stop_sequences"])
			} else {
				equal(t, 7.0, seed)
				stop, _ := field(p, body, "stop")
				require.Equal(t, []any{"END"}, stop)
			}

			body = send(makeready.Params{Temperature: new(0.0), TopP: new(0.0), Seed: new(int64(0))})
			for _, name := range []string{"temperature", "top_p", "seed"} {
				if p.name == "anthropic" && name == "seed" {
					continue
				}
				got, sent := field(p, body, name)
				require.True(t, sent, name)
				equal(t, 0.0, got)
			}

			body = send(makeready.Params{})
			for _, name := range []string{"temperature", "top_p", "seed", "stop", "stop_sequences", "max_tokens", "max_completion_tokens"} {
				got, sent := field(p, body, name)
				if p.name == "anthropic" && name == "max_tokens" {
					equal(t, 4096.0, got) // the API insists on a limit
					continue
				}
				require.False(t, sent, name)
			}
			require.Equal(t, "m-1", body["model"])
		})
	}
}

func TestOptionsOfTheModel(t *testing.T) {
	t.Parallel()
	for _, p := range protocols {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			l := serve(t, p.reply)
			m := p.model(t, l, func(c *provider.Config) {
				c.Options = []llms.CallOption{
					llms.WithTemperature(0.4), llms.WithTopP(0.8), llms.WithSeed(3), llms.WithMaxTokens(50),
					llms.WithStopWords([]string{"STOP"}), llms.WithStreamingFunc(nil), nil,
				}
			})
			req := ask("Hello?")
			_, err := generate(t, m, req, nil)
			require.NoError(t, err)
			for name, want := range map[string]any{"temperature": 0.4, "top_p": 0.8, "max_tokens": 50.0} {
				got, _ := field(p, l.body(t), name)
				require.Equal(t, want, got, name)
			}

			req.Params = makeready.Params{Temperature: new(0.0), MaxTokens: 10}
			req.Model = "m-2"
			_, err = generate(t, m, req, nil)
			require.NoError(t, err)
			for name, want := range map[string]any{"temperature": 0.0, "top_p": 0.8, "max_tokens": 10.0} {
				got, _ := field(p, l.body(t), name)
				require.Equal(t, want, got, name)
			}
			require.Equal(t, "m-2", l.body(t)["model"])
		})
	}
}

// OpenAI has renamed the limit, and its reasoning models refuse the old name;
// some compatible servers refuse the new one.
func TestLimitField(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, host, model, want string }{
		{"a compatible server", "llm.example", "mistral-small", "max_tokens"},
		{"OpenAI", "api.openai.com", "gpt-4o", "max_completion_tokens"},
		{"Azure", "shop.openai.azure.com", "anything", "max_completion_tokens"},
		{"a reasoning model behind a proxy", "proxy.example", "gpt-5-mini", "max_completion_tokens"},
		{"o3 behind a proxy", "proxy.example", "o3", "max_completion_tokens"},
		{"a gateway that translates", "gateway.example", "openai/gpt-5", "max_tokens"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var sent keep
			m, err := provider.OpenAI(provider.Config{
				Model: tt.model, Key: "key-for-tests-only", BaseURL: "https://" + tt.host + "/v1",
				Client: &http.Client{Transport: &sent},
			})
			require.NoError(t, err)
			req := ask("Hello?")
			req.Params = makeready.Params{MaxTokens: 100, Temperature: new(0.3)}
			_, err = generate(t, m, req, nil)
			require.NoError(t, err)
			for _, name := range []string{"max_tokens", "max_completion_tokens"} {
				if name == tt.want {
					equal(t, 100.0, sent.body()[name])
				} else {
					require.NotContains(t, sent.body(), name)
				}
			}
			equal(t, 0.3, sent.body()["temperature"]) // also where langchaingo takes it away
		})
	}
}

func TestSamplingMustBeFinite(t *testing.T) {
	t.Parallel()
	for _, p := range protocols {
		l := serve(t, p.reply)
		req := ask("Hello?")
		zero := 0.0
		req.Params.Temperature = new(1 / zero)
		_, err := generate(t, p.model(t, l), req, nil)
		requireKind(t, err, makeready.KindInvalidRequest)
		require.Empty(t, l.bodies)
	}
}

// V05: langchaingo sends its own settings to OpenAI as the user's metadata.
func TestMetadataDoesNotLeak(t *testing.T) {
	t.Parallel()
	l := serve(t, openaiProtocol.reply)
	leaky := func(c *provider.Config) {
		c.Options = append(c.Options, llms.WithPromptCaching(true), llms.WithThinkingMode(llms.ThinkingModeLow))
	}
	_, err := generate(t, openaiProtocol.model(t, l, leaky), ask("Hello?"), nil)
	require.NoError(t, err)
	require.NotContains(t, l.body(t), "metadata")

	honest := func(c *provider.Config) {
		c.Options = []llms.CallOption{llms.WithMetadata(map[string]any{"team": "shop"})}
	}
	_, err = generate(t, openaiProtocol.model(t, l, honest, leaky), ask("Hello?"), nil)
	require.NoError(t, err)
	require.Equal(t, map[string]any{"team": "shop"}, l.body(t)["metadata"])

	plain, err := openai.New(openai.WithToken("key-for-tests-only"), openai.WithBaseURL(l.URL), openai.WithHTTPClient(l.Client))
	require.NoError(t, err)
	_, err = plain.GenerateContent(t.Context(), []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, "Hello?")},
		llms.WithPromptCaching(true))
	require.NoError(t, err)
	require.Contains(t, l.body(t), "metadata", "langchaingo has been repaired: this part of the Transport can go")
}

// V08: langchaingo's thinking options write into the configuration that they
// find. Calls in parallel must not share it.
func TestThinkingIsNotShared(t *testing.T) {
	t.Parallel()
	l := serve(t, anthropicProtocol.reply)
	config := &llms.ThinkingConfig{}
	m := anthropicProtocol.model(t, l, func(c *provider.Config) {
		c.Model = "claude-sonnet-4-5"
		c.Options = []llms.CallOption{
			llms.WithThinking(config), llms.WithThinkingBudget(2000), llms.WithMaxTokens(9000),
			llms.WithMetadata(map[string]any{"thinking_config": config}),
		}
	})
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			_, err := m.Generate(t.Context(), ask("Hello?"))
			require.NoError(t, err)
		})
	}
	wg.Wait()
	require.Equal(t, map[string]any{"type": "enabled", "budget_tokens": 2000.0}, l.body(t)["thinking"])
	require.NotContains(t, l.body(t), "temperature", "the API refuses one while thinking")
}

func TestOllamaThinkingIsInPlace(t *testing.T) {
	t.Parallel()
	l := serve(t, ollamaProtocol.reply)
	m := ollamaProtocol.model(t, l, func(c *provider.Config) {
		c.Model, c.Options = "deepseek-r1", []llms.CallOption{llms.WithThinkingMode(llms.ThinkingModeHigh)}
	})
	_, err := generate(t, m, ask("Hello?"), nil)
	require.NoError(t, err)
	require.Equal(t, true, l.body(t)["think"])
	require.NotContains(t, l.body(t)["options"], "think")
	require.Equal(t, false, l.body(t)["stream"])
}

func TestStreamIsAskedFor(t *testing.T) {
	t.Parallel()
	for _, p := range protocols {
		l := serve(t, p.reply)
		_, err := generate(t, p.model(t, l), ask("Hello?"), new(tape))
		require.NoError(t, err)
		require.Equal(t, true, l.body(t)["stream"], p.name)
		if p.name == "openai" {
			require.Equal(t, map[string]any{"include_usage": true}, l.body(t)["stream_options"])
		}
	}
}
