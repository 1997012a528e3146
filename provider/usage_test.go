package provider_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/provider"
	"github.com/stretchr/testify/require"
)

// mistralUsage has the fields of the SDK that langchaingo's mistral puts into
// its GenerationInfo.
type mistralUsage struct {
	PromptTokens, TotalTokens, CompletionTokens int
	hidden                                      int
}

// The usage of every provider of langchaingo, as it stands in GenerationInfo.
func TestUsageOfGenerationInfo(t *testing.T) {
	t.Parallel()
	reported := func(u makeready.Usage) makeready.Usage {
		u.Source = makeready.UsageReported
		return u
	}
	for _, tt := range []struct {
		name string
		info map[string]any
		want makeready.Usage
	}{
		{"openai", map[string]any{
			"PromptTokens": 1200, "CompletionTokens": 300, "TotalTokens": 1500, "PromptCachedTokens": 1000,
			"ReasoningTokens": 256, "ThinkingTokens": 256, "CompletionReasoningTokens": 256,
		}, reported(makeready.Usage{Input: 1200, CacheRead: 1000, Output: 300, Reasoning: 256})},
		{"anthropic", map[string]any{
			"InputTokens": 150, "OutputTokens": 300, "CacheReadInputTokens": 1000, "CacheCreationInputTokens": 50,
		}, reported(makeready.Usage{Input: 1200, CacheRead: 1000, CacheWrite: 50, Output: 300})},
		{"googleai", map[string]any{
			"input_tokens": int32(1200), "output_tokens": int32(200), "total_tokens": int32(1500),
			"PromptTokens": int32(1200), "CompletionTokens": int32(200), "TotalTokens": int32(1500),
			"CachedTokens": int32(1000), "CacheReadInputTokens": int32(1000), "NonCachedInputTokens": int32(200), "ThinkingTokens": 0,
		}, reported(makeready.Usage{Input: 1200, CacheRead: 1000, Output: 300})},
		{"vertex", map[string]any{
			"input_tokens": int32(10), "output_tokens": int32(5), "total_tokens": int32(15),
		}, reported(makeready.Usage{Input: 10, Output: 5})},
		{"bedrock", map[string]any{"input_tokens": 10, "output_tokens": 5}, reported(makeready.Usage{Input: 10, Output: 5})},
		{"ollama", map[string]any{
			"PromptTokens": 10, "CompletionTokens": 5, "TotalTokens": 15, "ThinkingContent": "", "ThinkingTokens": 0,
		}, reported(makeready.Usage{Input: 10, Output: 5})},
		{"ollama with its cache", map[string]any{
			"PromptTokens": 10, "CompletionTokens": 5, "TotalTokens": 15, "CachedTokens": 8, "CacheHit": true,
		}, reported(makeready.Usage{Input: 10, CacheRead: 8, Output: 5})},
		{"mistral", map[string]any{"created": 1, "model": "m", "usage": mistralUsage{10, 15, 5, 99}}, reported(makeready.Usage{Input: 10, Output: 5})},
		{"mistral by pointer", map[string]any{"usage": &mistralUsage{10, 15, 5, 99}}, reported(makeready.Usage{Input: 10, Output: 5})},
		{"maritaca", map[string]any{"PromptTokens": 10, "CompletionTokens": 5, "TotalTokens": 15}, reported(makeready.Usage{Input: 10, Output: 5})},
		{"other numbers", map[string]any{"PromptTokens": uint8(10), "CompletionTokens": 5.0, "TotalTokens": new(int64(15))}, reported(makeready.Usage{Input: 10, Output: 5})},
		{"the cache is a part of the input", map[string]any{"PromptTokens": 10, "CompletionTokens": 5, "PromptCachedTokens": 99}, reported(makeready.Usage{Input: 10, CacheRead: 10, Output: 5})},

		{"cohere, watsonx, cloudflare, huggingface and others", nil, makeready.Usage{}},
		{"nothing counted", map[string]any{"PromptTokens": 0, "CompletionTokens": 0, "TotalTokens": 0}, makeready.Usage{}},
		{"no numbers", map[string]any{"PromptTokens": "10", "CompletionTokens": nil, "TotalTokens": -1, "usage_": []int{1}}, makeready.Usage{}},
		{"a usage that is no struct", map[string]any{"usage": "none"}, makeready.Usage{}},
		{"a usage that is nil", map[string]any{"usage": (*mistralUsage)(nil)}, makeready.Usage{}},
		{"numbers that are none", map[string]any{"PromptTokens": -1.5, "CompletionTokens": 1e300}, makeready.Usage{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := provider.UsageOf(tt.info)
			require.Equal(t, tt.want, got)
			require.Equal(t, tt.want != makeready.Usage{}, ok)
		})
	}
}

// What compatible servers count, on the wire.
func TestUsageOnTheWire(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, usage string
		want        makeready.Usage
	}{
		{"reasoning that is only in the total", `{"prompt_tokens":10,"completion_tokens":5,"total_tokens":45}`, makeready.Usage{Input: 10, Output: 35}},
		{"reasoning beside the output", `{"prompt_tokens":10,"completion_tokens":5,"total_tokens":45,"completion_tokens_details":{"reasoning_tokens":30}}`, makeready.Usage{Input: 10, Output: 35, Reasoning: 30}},
		{"DeepSeek's cache", `{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"prompt_cache_hit_tokens":8}`, makeready.Usage{Input: 10, CacheRead: 8, Output: 5}},
		{"null details", `{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"prompt_tokens_details":null}`, makeready.Usage{Input: 10, Output: 5}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := serve(t, openaiProtocol.with(false, `{"choices":[{"message":{"content":"x"}}],"usage":`+tt.usage+`}`))
			resp, err := generate(t, openaiProtocol.model(t, l), ask("Hello?"), nil)
			require.NoError(t, err)
			tt.want.Source = makeready.UsageReported
			require.Equal(t, tt.want, resp.Usage)
		})
	}
}

func TestUsageIsEstimated(t *testing.T) {
	t.Parallel()
	cutUsage := map[string]func(string) string{
		"openai":    func(s string) string { return strings.ReplaceAll(s, `"usage"`, `"unused"`) },
		"anthropic": func(s string) string { return strings.ReplaceAll(s, `"usage"`, `"unused"`) },
		"ollama": func(s string) string {
			return strings.ReplaceAll(strings.ReplaceAll(s, `"prompt_eval_count"`, `"x"`), `"eval_count"`, `"y"`)
		},
	}
	for _, p := range []protocol{openaiProtocol, anthropicProtocol, ollamaProtocol} {
		for _, rec := range []*tape{nil, new(tape)} {
			text := p.answer
			if rec != nil {
				text = p.stream
			}
			l := serve(t, p.with(rec != nil, cutUsage[p.name](text)))
			req := ask("Hello?") // 9 bytes and 6, and 4 for each message
			resp, err := generate(t, p.model(t, l), req, rec)
			require.NoError(t, err)
			want := makeready.Usage{Input: 3 + 2 + 8, Output: 5, Source: makeready.UsageEstimated}
			if resp.Reasoning != "" {
				want.Output += 3
			}
			require.Equal(t, want, resp.Usage, p.name)
		}
	}
	t.Run("zeros", func(t *testing.T) {
		t.Parallel()
		l := serve(t, openaiProtocol.with(false, `{"choices":[{"message":{"content":"x"}}],"usage":{"prompt_tokens":0,"completion_tokens":0}}`))
		resp, err := generate(t, openaiProtocol.model(t, l), ask("Hello?"), nil)
		require.NoError(t, err)
		require.Equal(t, makeready.UsageEstimated, resp.Usage.Source)
	})
	t.Run("a prompt that Ollama has cached", func(t *testing.T) {
		t.Parallel()
		l := serve(t, ollamaProtocol.with(false, strings.Replace(ollamaAnswer, `"prompt_eval_count":1200,`, "", 1)))
		resp, err := generate(t, ollamaProtocol.model(t, l), ask("Hello?"), nil)
		require.NoError(t, err)
		require.Equal(t, makeready.Usage{Input: 13, Output: 300, Source: makeready.UsageEstimated}, resp.Usage)
	})
}

func TestEstimate(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text string
		want int64
	}{
		{"", 0}, {"a", 1}, {"four", 1}, {"fifth", 2}, {"naïve", 2}, {"日本語", 3}, {"\xff", 1},
	} {
		require.Equal(t, tt.want, provider.Estimate(tt.text), tt.text)
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name   string
		status int
		header map[string]string
		want   time.Duration
	}{
		{"seconds", 429, map[string]string{"Retry-After": "7"}, 7 * time.Second},
		{"parts of seconds", 503, map[string]string{"Retry-After": "0.5"}, 500 * time.Millisecond},
		{"milliseconds", 429, map[string]string{"Retry-After-Ms": "1500", "Retry-After": "2"}, 1500 * time.Millisecond},
		{"a date", 429, map[string]string{"Retry-After": "Sun, 01 Mar 2026 12:00:30 GMT"}, 30 * time.Second},
		{"a date by the server's clock", 429, map[string]string{
			"Retry-After": "Sun, 01 Mar 2026 11:00:30 GMT", "Date": "Sun, 01 Mar 2026 11:00:00 GMT",
		}, 30 * time.Second},
		{"a date that is over", 429, map[string]string{"Retry-After": "Sun, 01 Mar 2026 11:00:00 GMT"}, 0},
		{"nonsense", 429, map[string]string{"Retry-After": "soon"}, 0},
		{"not a number", 429, map[string]string{"Retry-After": "NaN"}, 0},
		{"too long", 429, map[string]string{"Retry-After": "1e9"}, 24 * time.Hour},
		{"negative", 429, map[string]string{"Retry-After": "-5"}, 0},
		{"nothing", 429, nil, 0},
		{"OpenAI's used-up limit", 429, map[string]string{
			"X-Ratelimit-Remaining-Requests": "10", "X-Ratelimit-Reset-Requests": "1s",
			"X-Ratelimit-Remaining-Tokens": "0", "X-Ratelimit-Reset-Tokens": "6m0s",
		}, 6 * time.Minute},
		{"Anthropic's used-up limit", 429, map[string]string{
			"Anthropic-Ratelimit-Requests-Remaining": "0", "Anthropic-Ratelimit-Requests-Reset": "2026-03-01T12:00:20Z",
		}, 20 * time.Second},
		{"a Unix time in milliseconds", 429, map[string]string{"X-Ratelimit-Reset": "1772366430000"}, 30 * time.Second},
		{"a Unix time", 429, map[string]string{"X-Ratelimit-Reset": "1772366430"}, 30 * time.Second},
		{"seconds until the reset", 429, map[string]string{"X-Ratelimit-Reset": "12"}, 12 * time.Second},
		{"a reset without a 429", 500, map[string]string{"X-Ratelimit-Reset": "12"}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := http.Header{}
			for k, v := range tt.header {
				h.Set(k, v)
			}
			require.Equal(t, tt.want, provider.RetryAfter(tt.status, h, now))
		})
	}
}
