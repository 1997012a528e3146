package provider_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/provider"
	"github.com/stretchr/testify/require"
	"github.com/tmc/langchaingo/callbacks"
	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/openai"
)

// witness stands between the wrapper and a client, as langchaingo's cache
// does, and keeps what it sees.
type witness struct {
	llms.Model

	resp     *llms.ContentResponse
	err      error
	streamed strings.Builder
}

func (w *witness) GenerateContent(ctx context.Context, messages []llms.MessageContent, options ...llms.CallOption) (*llms.ContentResponse, error) {
	options = append(options, func(o *llms.CallOptions) {
		if next := o.StreamingFunc; next != nil {
			o.StreamingFunc = func(ctx context.Context, chunk []byte) error {
				w.streamed.Write(chunk)
				return next(ctx, chunk)
			}
		}
	})
	w.resp, w.err = w.Model.GenerateContent(ctx, messages, options...)
	return w.resp, w.err
}

// Whoever looks at a client's answers sees the whole answer, although the
// Transport has read it: a cache would otherwise keep an empty one.
func TestReplay(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ü=\\n", 40<<10) // several of langchaingo's 64 KiB lines
	for _, p := range []protocol{openaiProtocol, anthropicProtocol, ollamaProtocol} {
		for _, rec := range []*tape{nil, new(tape)} {
			name := p.name
			if rec != nil {
				name += " streamed"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				text := strings.ReplaceAll(p.answer, ", world", long)
				if rec != nil {
					text = strings.ReplaceAll(p.stream, ", world", long)
				}
				l := serve(t, p.with(rec != nil, text))
				client := &http.Client{Transport: &provider.Transport{Base: rewrite{l}}}
				w := &witness{Model: bare(t, p.name, client)}
				m, err := provider.New(w, provider.Config{Provider: p.name, Model: "m-1"})
				require.NoError(t, err)
				resp, err := generate(t, m, ask("Hello?"), rec)
				require.NoError(t, err)
				want := "Grüße" + strings.ReplaceAll(long, `\n`, "\n")
				require.Equal(t, want, resp.Text)
				require.Equal(t, p.usage, resp.Usage)
				require.NoError(t, w.err)
				if rec != nil {
					require.Equal(t, want, rec.text.String())
					require.Equal(t, want, w.streamed.String())
				}
				// What the witness keeps is as good as what langchaingo makes
				// of the provider's own answer.
				again, err := generate(t, foreign(t, choices(w.resp.Choices...)), ask("Hello?"), nil)
				require.NoError(t, err)
				require.Equal(t, want, again.Text)
				if p.name != "anthropic" || rec == nil {
					require.Equal(t, p.usage, again.Usage)
				}
			})
		}
	}
}

func TestReplayOfTools(t *testing.T) {
	t.Parallel()
	for _, p := range []protocol{openaiProtocol, anthropicProtocol} {
		answers := map[string]string{
			"openai":    `{"choices":[{"message":{"content":"","tool_calls":[{"id":"c1","function":{"name":"now","arguments":"{\"zone\":\"CET\"}"}}]},"finish_reason":"tool_calls"}]}`,
			"anthropic": `{"content":[{"type":"tool_use","id":"c1","name":"now","input":{"zone":"CET"}}],"stop_reason":"tool_use"}`,
		}
		for _, rec := range []*tape{nil, new(tape)} {
			l := serve(t, p.with(false, answers[p.name]))
			w := &witness{Model: bare(t, p.name, &http.Client{Transport: &provider.Transport{Base: rewrite{l}}})}
			m, err := provider.New(w, provider.Config{Provider: p.name, Model: "m-1"})
			require.NoError(t, err)
			resp, err := generate(t, m, ask("Hello?"), rec)
			require.NoError(t, err)
			want := []makeready.ToolCall{{ID: "c1", Name: "now", Arguments: `{"zone":"CET"}`}}
			require.Equal(t, want, resp.ToolCalls)
			again, err := generate(t, foreign(t, choices(w.resp.Choices...)), ask("Hello?"), nil)
			require.NoError(t, err)
			require.Equal(t, want, again.ToolCalls)
			require.Equal(t, makeready.StopToolCalls, again.Stop)
		}
	}
}

func TestReplayOfReasons(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		p    protocol
		body string
		want makeready.StopReason
	}{
		{openaiProtocol, `{"choices":[{"message":{"content":"a"},"finish_reason":"length"}]}`, makeready.StopLength},
		{openaiProtocol, `{"choices":[{"message":{"content":"a"},"finish_reason":"content_filter"}]}`, makeready.StopFilter},
		{anthropicProtocol, `{"content":[{"type":"text","text":"a"}],"stop_reason":"max_tokens"}`, makeready.StopLength},
		{anthropicProtocol, `{"content":[{"type":"text","text":"a"}],"stop_reason":"refusal"}`, makeready.StopRefusal},
	} {
		l := serve(t, tt.p.with(false, tt.body))
		w := &witness{Model: bare(t, tt.p.name, &http.Client{Transport: &provider.Transport{Base: rewrite{l}}})}
		m, err := provider.New(w, provider.Config{Provider: tt.p.name, Model: "m-1"})
		require.NoError(t, err)
		_, err = generate(t, m, ask("Hello?"), nil)
		require.NoError(t, err)
		again, err := generate(t, foreign(t, choices(w.resp.Choices...)), ask("Hello?"), nil)
		require.NoError(t, err)
		require.Equal(t, tt.want, again.Stop)
	}
}

// listener is a langchaingo callback handler.
type listener struct {
	callbacks.SimpleHandler

	resp *llms.ContentResponse
}

func (l *listener) HandleLLMGenerateContentEnd(_ context.Context, r *llms.ContentResponse) {
	l.resp = r
}

func TestReplayToCallbacks(t *testing.T) {
	t.Parallel()
	l := serve(t, openaiProtocol.reply)
	heard := new(listener)
	llm, err := openai.New(openai.WithToken("key-for-tests-only"), openai.WithModel("m-1"), openai.WithCallback(heard),
		openai.WithHTTPClient(&http.Client{Transport: &provider.Transport{Base: rewrite{l}}}))
	require.NoError(t, err)
	m, err := provider.New(llm, provider.Config{Provider: "openai", Model: "m-1"})
	require.NoError(t, err)
	_, err = generate(t, m, ask("Hello?"), nil)
	require.NoError(t, err)
	require.Equal(t, "Grüße, world", heard.resp.Choices[0].Content)
}

// A Transport leaves alone what is not a call of a model of this package.
func TestPlainRequestsPass(t *testing.T) {
	t.Parallel()
	for _, p := range []protocol{openaiProtocol, anthropicProtocol, ollamaProtocol} {
		l := serve(t, p.reply)
		llm := bare(t, p.name, &http.Client{Transport: &provider.Transport{Base: rewrite{l}}})
		resp, err := llm.GenerateContent(t.Context(), []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, "Hello?")})
		require.NoError(t, err)
		require.Equal(t, "Grüße, world", resp.Choices[len(resp.Choices)-1].Content)
		require.Equal(t, "Hello?", strings.Trim(l.bodyText(t), "\n"))
	}
}

// bodyText is the text of the only message.
func (l *loopback) bodyText(tb testing.TB) string {
	tb.Helper()
	messages, _ := l.body(tb)["messages"].([]any)
	require.Len(tb, messages, 1)
	message, _ := messages[0].(map[string]any)
	if parts, ok := message["content"].([]any); ok {
		message, _ = parts[0].(map[string]any)
		return message["text"].(string) //nolint:forcetypeassert // a panic fails the test
	}
	return message["content"].(string) //nolint:forcetypeassert // a panic fails the test
}
