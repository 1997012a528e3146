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

// llmFunc is somebody's llms.Model.
type llmFunc func(ctx context.Context, messages []llms.MessageContent, o llms.CallOptions) (*llms.ContentResponse, error)

func (f llmFunc) GenerateContent(ctx context.Context, messages []llms.MessageContent, options ...llms.CallOption) (*llms.ContentResponse, error) {
	var o llms.CallOptions
	for _, opt := range options {
		opt(&o)
	}
	return f(ctx, messages, o)
}

func (f llmFunc) Call(ctx context.Context, prompt string, options ...llms.CallOption) (string, error) {
	return llms.GenerateFromSinglePrompt(ctx, f, prompt, options...)
}

func foreign(tb testing.TB, f llmFunc) makeready.Model {
	tb.Helper()
	m, err := provider.New(f, provider.Config{Provider: "other", Model: "m-1"})
	require.NoError(tb, err)
	return m
}

func choices(cs ...*llms.ContentChoice) llmFunc {
	return func(context.Context, []llms.MessageContent, llms.CallOptions) (*llms.ContentResponse, error) {
		return &llms.ContentResponse{Choices: cs}, nil
	}
}

// The answer among langchaingo's choices: V09, and alternatives.
func TestChoices(t *testing.T) {
	t.Parallel()
	call := llms.ToolCall{ID: "c1", FunctionCall: &llms.FunctionCall{Name: "now", Arguments: "{}"}}
	for _, tt := range []struct {
		name    string
		choices []*llms.ContentChoice
		want    makeready.Response
	}{
		{
			"one",
			[]*llms.ContentChoice{{Content: "a", StopReason: "stop", ReasoningContent: "r"}},
			makeready.Response{Text: "a", Reasoning: "r", Stop: makeready.StopEnd},
		},
		{
			"the first with something in it",
			[]*llms.ContentChoice{nil, {}, {Content: "b"}, {Content: "c"}},
			makeready.Response{Text: "b"},
		},
		{"nothing at all", []*llms.ContentChoice{{StopReason: "length"}}, makeready.Response{Stop: makeready.StopLength}},
		{
			"tools",
			[]*llms.ContentChoice{{}, {ToolCalls: []llms.ToolCall{call, {}}, StopReason: "stop"}},
			makeready.Response{ToolCalls: []makeready.ToolCall{{ID: "c1", Name: "now", Arguments: "{}"}}, Stop: makeready.StopToolCalls},
		},
		{"Anthropic's blocks, thinking first", []*llms.ContentChoice{
			{GenerationInfo: map[string]any{"InputTokens": 10, "OutputTokens": 5, "ThinkingContent": "r", "ThinkingSignature": "s"}, StopReason: "tool_use"},
			{Content: "a", GenerationInfo: map[string]any{"InputTokens": 10, "OutputTokens": 5, "ThinkingContent": ""}, StopReason: "tool_use"},
			{Content: "b", GenerationInfo: map[string]any{"InputTokens": 10, "OutputTokens": 5, "ThinkingContent": ""}, StopReason: "tool_use"},
			{ToolCalls: []llms.ToolCall{call}, GenerationInfo: map[string]any{"InputTokens": 10, "OutputTokens": 5}, StopReason: "tool_use"},
		}, makeready.Response{
			Text: "ab", Reasoning: "r", Stop: makeready.StopToolCalls,
			ToolCalls: []makeready.ToolCall{{ID: "c1", Name: "now", Arguments: "{}"}},
			Usage:     makeready.Usage{Input: 10, Output: 5, Source: makeready.UsageReported},
		}},
		{"bytes that are no text", []*llms.ContentChoice{{Content: "a\xff"}}, makeready.Response{Text: "a\uFFFD"}},
		{"only nothing", []*llms.ContentChoice{nil}, makeready.Response{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, rec := range []*tape{nil, new(tape)} {
				resp, err := generate(t, foreign(t, choices(tt.choices...)), ask("Hello?"), rec)
				require.NoError(t, err)
				if tt.want.Usage == (makeready.Usage{}) {
					require.Equal(t, makeready.UsageEstimated, resp.Usage.Source)
					resp.Usage = makeready.Usage{}
				}
				require.Equal(t, tt.want, resp)
				if rec != nil { // a client that does not stream: all at once
					require.Equal(t, resp.Text, rec.text.String())
					require.Equal(t, resp.Reasoning, rec.reasoning.String())
				}
			}
		})
	}
}

func TestForeignFailures(t *testing.T) {
	t.Parallel()
	own := &makeready.ModelError{Kind: makeready.KindQuota, Provider: "p", Model: "m"}
	for _, tt := range []struct {
		name string
		err  error
		kind makeready.ErrorKind
	}{
		{"anything", errors.New("429: sk-secret-0123456789"), makeready.KindUnknown},
		{"its own", errors.Join(errors.New("x"), own), makeready.KindQuota},
		{"cut", io.ErrUnexpectedEOF, makeready.KindNetwork},
		{"langchaingo's rate limit", llms.NewError(llms.ErrCodeRateLimit, "x", "sk-secret-0123456789"), makeready.KindRateLimited},
		{"langchaingo's auth", llms.NewError(llms.ErrCodeAuthentication, "x", "y"), makeready.KindAuth},
		{"langchaingo's request", llms.NewError(llms.ErrCodeInvalidRequest, "x", "y"), makeready.KindInvalidRequest},
		{"langchaingo's gap", llms.NewError(llms.ErrCodeNotImplemented, "x", "y"), makeready.KindInvalidRequest},
		{"langchaingo's missing", llms.NewError(llms.ErrCodeResourceNotFound, "x", "y"), makeready.KindNotFound},
		{"langchaingo's length", llms.NewError(llms.ErrCodeTokenLimit, "x", "y"), makeready.KindContextLength},
		{"langchaingo's filter", llms.NewError(llms.ErrCodeContentFilter, "x", "y"), makeready.KindContentFilter},
		{"langchaingo's quota", llms.NewError(llms.ErrCodeQuotaExceeded, "x", "y"), makeready.KindQuota},
		{"langchaingo's timeout", llms.NewError(llms.ErrCodeTimeout, "x", "y"), makeready.KindTimeout},
		{"langchaingo's outage", llms.NewError(llms.ErrCodeProviderUnavailable, "x", "y"), makeready.KindOverloaded},
		{"langchaingo's other", llms.NewError(llms.ErrCodeUnknown, "x", "y"), makeready.KindUnknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := foreign(t, func(context.Context, []llms.MessageContent, llms.CallOptions) (*llms.ContentResponse, error) {
				return nil, tt.err
			})
			_, err := generate(t, m, ask("Hello?"), nil)
			requireKind(t, err, tt.kind)
			require.NotContains(t, chain(err), "sk-secret")
		})
	}
	t.Run("no answer", func(t *testing.T) {
		t.Parallel()
		for _, f := range []llmFunc{choices(), func(context.Context, []llms.MessageContent, llms.CallOptions) (*llms.ContentResponse, error) {
			return nil, nil //nolint:nilnil // what is tested
		}} {
			_, err := generate(t, foreign(t, f), ask("Hello?"), nil)
			requireKind(t, err, makeready.KindServer)
		}
	})
}

// streamed is a client that streams pieces and says how it ended, or not.
func streamed(stop string, info map[string]any, pieces ...string) llmFunc {
	return func(ctx context.Context, _ []llms.MessageContent, o llms.CallOptions) (*llms.ContentResponse, error) {
		text := strings.Join(pieces, "")
		if o.StreamingFunc != nil {
			if err := o.StreamingReasoningFunc(ctx, []byte("r"), nil); err != nil {
				return nil, err
			}
			for _, p := range pieces {
				if err := o.StreamingFunc(ctx, []byte(p)); err != nil {
					return nil, err
				}
			}
		}
		return &llms.ContentResponse{Choices: []*llms.ContentChoice{{
			Content: text, StopReason: stop, GenerationInfo: info, ReasoningContent: "r",
		}}}, nil
	}
}

// Without a Transport an end must show in some other way.
func TestForeignStreams(t *testing.T) {
	t.Parallel()
	counted := map[string]any{"PromptTokens": 10, "CompletionTokens": 5}
	for name, f := range map[string]llmFunc{
		"a reason to stop":     streamed("stop", nil, "gr", "\xc3", "\xbcn"),
		"a count of tokens":    streamed("", counted, "gr", "\xc3", "\xbcn"),
		"half a character":     streamed("stop", nil, "grün", "\xc3"),
		"all at once":          streamed("stop", nil, "grün"),
		"no pieces whatsoever": choices(&llms.ContentChoice{Content: "grün", ReasoningContent: "r"}),
	} {
		rec := new(tape)
		resp, err := generate(t, foreign(t, f), ask("Hello?"), rec)
		require.NoError(t, err, name)
		require.Equal(t, "grün", strings.TrimSuffix(resp.Text, "\uFFFD"), name)
		require.Equal(t, resp.Text, rec.text.String(), name)
		require.Equal(t, "r", rec.reasoning.String(), name)
	}

	rec := new(tape)
	resp, err := generate(t, foreign(t, streamed("", nil, "gr", "\xc3")), ask("Hello?"), rec)
	requireKind(t, err, makeready.KindNetwork)
	require.ErrorIs(t, err, makeready.ErrIncompleteStream)
	require.Empty(t, resp.Text)
	require.Equal(t, makeready.UsageEstimated, resp.Usage.Source)

	gone := errors.New("the client has gone")
	req := ask("Hello?")
	req.Stream = func(makeready.Chunk) error { return gone }
	for _, f := range []llmFunc{streamed("stop", nil, "a"), choices(&llms.ContentChoice{Content: "a"})} {
		_, err = foreign(t, f).Generate(t.Context(), req)
		require.ErrorIs(t, err, gone)
	}

	ctx, cancel := context.WithCancel(t.Context())
	req.Stream = func(makeready.Chunk) error {
		cancel()
		return nil
	}
	_, err = foreign(t, streamed("stop", nil, "a", "b")).Generate(ctx, req)
	require.Equal(t, context.Canceled, err, "langchaingo has returned no error")
}

// A client that goes on after its call is over is not listened to.
func TestForeignStreamAfterTheEnd(t *testing.T) {
	t.Parallel()
	var late func(context.Context, []byte) error
	m := foreign(t, func(_ context.Context, _ []llms.MessageContent, o llms.CallOptions) (*llms.ContentResponse, error) {
		late = o.StreamingFunc
		return nil, io.ErrUnexpectedEOF
	})
	rec := new(tape)
	_, err := generate(t, m, ask("Hello?"), rec)
	require.Error(t, err)
	require.Error(t, late(t.Context(), []byte("more")))
	require.Zero(t, rec.chunks)
}

// What a client that is not known is given.
func TestForeignRequest(t *testing.T) {
	t.Parallel()
	var messages []llms.MessageContent
	var options llms.CallOptions
	m := foreign(t, func(_ context.Context, ms []llms.MessageContent, o llms.CallOptions) (*llms.ContentResponse, error) {
		messages, options = ms, o
		return &llms.ContentResponse{Choices: []*llms.ContentChoice{{Content: "a"}}}, nil
	})
	req := conversation()
	req.Params = makeready.Params{Temperature: new(0.3), TopP: new(0.9), Seed: new(int64(7)), MaxTokens: 100, Stop: []string{"END"}}
	_, err := generate(t, m, req, nil)
	require.NoError(t, err)
	require.Equal(t, []llms.MessageContent{
		{Role: llms.ChatMessageTypeSystem, Parts: []llms.ContentPart{llms.TextContent{Text: "Be brief."}}},
		{Role: llms.ChatMessageTypeSystem, Parts: []llms.ContentPart{llms.TextContent{Text: "Be kind."}}},
		{Role: llms.ChatMessageTypeHuman, Parts: []llms.ContentPart{
			llms.TextContent{Text: "What is this, and how is it there?"}, llms.BinaryContent{MIMEType: "image/png", Data: []byte("PNG")},
		}},
		{Role: llms.ChatMessageTypeAI, Parts: []llms.ContentPart{
			llms.TextContent{Text: "Let me see."},
			llms.ToolCall{ID: "c1", Type: "function", FunctionCall: &llms.FunctionCall{Name: "weather", Arguments: `{"zone":"CET","id":12345678901234567}`}},
			llms.ToolCall{ID: "c2", Type: "function", FunctionCall: &llms.FunctionCall{Name: "now", Arguments: "{}"}},
		}},
		{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{llms.ToolCallResponse{ToolCallID: "c1", Name: "weather", Content: "sunny"}}},
		{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{llms.ToolCallResponse{ToolCallID: "c2", Name: "now", Content: "noon"}}},
		{Role: llms.ChatMessageTypeHuman, Parts: []llms.ContentPart{llms.TextContent{Text: "And?"}}},
	}, messages)
	require.Equal(t, "m-1", options.Model)
	equal(t, 0.3, options.Temperature)
	equal(t, 0.9, options.TopP)
	require.Equal(t, 7, options.Seed)
	require.Equal(t, 100, options.MaxTokens)
	require.Equal(t, []string{"END"}, options.StopWords)
	require.IsType(t, map[string]any{}, options.Tools[0].Function.Parameters, "googleai and bedrock want a map")
}

// langchaingo's own clients without a Transport: worse, and still honest.
func TestWithoutTransport(t *testing.T) {
	t.Parallel()
	for _, p := range []protocol{openaiProtocol, anthropicProtocol, ollamaProtocol} {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			model := func(handler http.HandlerFunc) makeready.Model {
				l := serve(t, handler)
				m, err := provider.New(bare(t, p.name, &http.Client{Transport: rewrite{l}}), provider.Config{Provider: p.name, Model: "m-1"})
				require.NoError(t, err)
				return m
			}
			for _, rec := range []*tape{nil, new(tape)} {
				resp, err := generate(t, model(p.reply), ask("Hello?"), rec)
				require.NoError(t, err)
				require.Equal(t, "Grüße, world", resp.Text)
				if p.name != "anthropic" || rec == nil { // whose stream loses the cache's share of the input
					require.Equal(t, p.usage, resp.Usage)
				}
				if rec != nil {
					require.Equal(t, resp.Text, rec.text.String())
				}
			}
			_, err := generate(t, model(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusTooManyRequests)
				_, _ = io.WriteString(w, `{"error":{"message":"sk-secret-0123456789"}}`)
			}), ask("Hello?"), nil)
			requireKind(t, err, makeready.KindUnknown)
			require.NotContains(t, chain(err), "sk-secret")

			at := strings.Index(p.stream, "Grüße")
			at += strings.Index(p.stream[at:], "\n") + 1
			_, err = generate(t, model(p.with(true, p.stream[:at])), ask("Hello?"), new(tape))
			require.Error(t, err)

			req := conversation()
			if p.name == "anthropic" {
				req.Messages[2].Parts = append(req.Messages[2].Parts, makeready.Part{URL: "https://images.example/cat.png"})
			}
			_, err = generate(t, model(p.reply), req, nil)
			if p.name == "openai" {
				require.NoError(t, err, "langchaingo can say it all")
			} else {
				requireKind(t, err, makeready.KindInvalidRequest)
				require.Contains(t, chain(err), "provider.Transport")
			}
		})
	}
}

// rewrite sends requests to a loopback server, whatever host they name.
type rewrite struct{ to *loopback }

func (r rewrite) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.URL.Scheme, req.URL.Host = "http", strings.TrimPrefix(r.to.URL, "http://")
	return r.to.Client.Transport.RoundTrip(req)
}
