package provider_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/provider"
	"github.com/stretchr/testify/require"
	"github.com/tmc/langchaingo/embeddings"
	"github.com/tmc/langchaingo/llms/ollama"
	"github.com/tmc/langchaingo/llms/openai"
)

// embeds is an OpenAI-compatible server whose vector of a text is its length,
// and which answers from the last text to the first.
func embeds(tb testing.TB) *loopback {
	tb.Helper()
	var l *loopback
	l = serve(tb, func(w http.ResponseWriter, _ *http.Request) {
		input, _ := l.body(tb)["input"].([]any)
		var items []string
		for i, text := range input {
			items = append(items, fmt.Sprintf(`{"index":%d,"embedding":[%d,1]}`, i, len(text.(string)))) //nolint:forcetypeassert // a panic fails the test
		}
		slices.Reverse(items)
		_, _ = fmt.Fprintf(w, `{"data":[%s],"model":"e-1","usage":{"prompt_tokens":1}}`, strings.Join(items, ","))
	})
	return l
}

func embedder(tb testing.TB, l *loopback, batch int) makeready.Embedder {
	tb.Helper()
	llm, err := openai.New(openai.WithToken("key-for-tests-only"), openai.WithBaseURL(l.URL), openai.WithEmbeddingModel("e-1"),
		openai.WithHTTPClient(&http.Client{Transport: &provider.Transport{Base: l.Client.Transport}}))
	require.NoError(tb, err)
	e, err := provider.NewEmbedder(llm, provider.EmbedderConfig{Provider: "openai", Model: "e-1", Batch: batch})
	require.NoError(tb, err)
	return e
}

func TestEmbedder(t *testing.T) {
	t.Parallel()
	for _, batch := range []int{0, 1, 2, 3, 7} {
		l := embeds(t)
		texts := []string{"a", "bb\nb", "cc", "dddddd", "e f g"}
		given := slices.Clone(texts)
		vectors, err := embedder(t, l, batch).Embed(t.Context(), texts)
		require.NoError(t, err)
		require.Equal(t, [][]float32{{1, 1}, {4, 1}, {2, 1}, {6, 1}, {5, 1}}, vectors)
		require.Equal(t, given, texts, "langchaingo's own embedder replaces line feeds in place")
		if batch > 0 {
			require.Len(t, l.bodies, (len(texts)+batch-1)/batch)
		}
	}
	vectors, err := embedder(t, embeds(t), 0).Embed(t.Context(), nil)
	require.NoError(t, err)
	require.Empty(t, vectors)
}

// A client that splits its batches further works too.
func TestEmbedderOfAnEmbedder(t *testing.T) {
	t.Parallel()
	l := embeds(t)
	llm, err := openai.New(openai.WithToken("key-for-tests-only"), openai.WithBaseURL(l.URL), openai.WithEmbeddingModel("e-1"),
		openai.WithHTTPClient(&http.Client{Transport: &provider.Transport{Base: l.Client.Transport}}))
	require.NoError(t, err)
	theirs, err := embeddings.NewEmbedder(llm, embeddings.WithBatchSize(2))
	require.NoError(t, err)
	e, err := provider.NewEmbedder(embeddings.EmbedderClientFunc(theirs.EmbedDocuments), provider.EmbedderConfig{Provider: "openai", Model: "e-1"})
	require.NoError(t, err)
	texts := []string{"a\n", "bb", "ccc"}
	vectors, err := e.Embed(t.Context(), texts)
	require.NoError(t, err)
	require.Equal(t, [][]float32{{2, 1}, {2, 1}, {3, 1}}, vectors)
	require.Equal(t, []string{"a\n", "bb", "ccc"}, texts)
	require.Len(t, l.bodies, 2)
}

func TestEmbedderOfOllama(t *testing.T) {
	t.Parallel()
	l := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"embeddings":[[1,2]]}`) })
	llm, err := ollama.New(ollama.WithModel("e-1"), ollama.WithServerURL(l.URL),
		ollama.WithHTTPClient(&http.Client{Transport: &provider.Transport{Base: l.Client.Transport}}))
	require.NoError(t, err)
	e, err := provider.NewEmbedder(llm, provider.EmbedderConfig{Provider: "ollama", Model: "e-1"})
	require.NoError(t, err)
	vectors, err := e.Embed(t.Context(), []string{"a", "b"})
	require.NoError(t, err)
	require.Equal(t, [][]float32{{1, 2}, {1, 2}}, vectors)
}

func TestEmbedderFails(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		status int
		body   string
		kind   makeready.ErrorKind
	}{
		{"rate limit", 429, `{"error":{"type":"rate_limit_error"}}`, makeready.KindRateLimited},
		{"no JSON", 200, `<html>`, makeready.KindServer},
		{"an error", 200, `{"error":{"type":"overloaded_error"}}`, makeready.KindOverloaded},
		{"one missing", 200, `{"data":[{"index":0,"embedding":[1]}]}`, makeready.KindServer},
		{"one twice", 200, `{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}`, makeready.KindServer},
		{"one too far", 200, `{"data":[{"index":0,"embedding":[1]},{"index":2,"embedding":[1]}]}`, makeready.KindServer},
		{"an index below", 200, `{"data":[{"index":-1,"embedding":[1]},{"index":0,"embedding":[1]}]}`, makeready.KindServer},
		{"lengths", 200, `{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1,2]}]}`, makeready.KindServer},
		{"empty", 200, `{"data":[{"index":0,"embedding":[]},{"index":1,"embedding":[]}]}`, makeready.KindServer},
		{"none", 200, `{"data":[]}`, makeready.KindServer},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", "7")
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			})
			_, err := embedder(t, l, 0).Embed(t.Context(), []string{"a", "b"})
			me := requireKind(t, err, tt.kind)
			require.Equal(t, "e-1", me.Model)
			if tt.status == 429 {
				require.Equal(t, 7*time.Second, me.RetryAfter)
			}
		})
	}
	t.Run("canceled", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		l := embeds(t)
		n := 0
		e, err := provider.NewEmbedder(embeddings.EmbedderClientFunc(func(context.Context, []string) ([][]float32, error) {
			if n++; n == 2 {
				cancel()
			}
			return [][]float32{{1}}, nil
		}), provider.EmbedderConfig{Provider: "p", Model: "m", Batch: 1})
		require.NoError(t, err)
		_, err = e.Embed(ctx, []string{"a", "b", "c"})
		require.Equal(t, context.Canceled, err)
		_, err = embedder(t, l, 0).Embed(ctx, []string{"a"})
		require.Equal(t, context.Canceled, err)
		require.Empty(t, l.bodies)
	})
	t.Run("without a Transport", func(t *testing.T) {
		t.Parallel()
		e, err := provider.NewEmbedder(embeddings.EmbedderClientFunc(func(context.Context, []string) ([][]float32, error) {
			return nil, errors.New("sk-secret-0123456789")
		}), provider.EmbedderConfig{Provider: "p", Model: "m"})
		require.NoError(t, err)
		_, err = e.Embed(t.Context(), []string{"a"})
		requireKind(t, err, makeready.KindUnknown)
		require.NotContains(t, chain(err), "sk-secret")
	})
}

func TestEmbedderConfig(t *testing.T) {
	t.Parallel()
	client := embeddings.EmbedderClientFunc(func(context.Context, []string) ([][]float32, error) { return nil, nil })
	for _, c := range []provider.EmbedderConfig{{Provider: "p"}, {Model: "m"}, {Provider: "p", Model: "m", Batch: -1}} {
		_, err := provider.NewEmbedder(client, c)
		require.Error(t, err)
	}
	_, err := provider.NewEmbedder(nil, provider.EmbedderConfig{Provider: "p", Model: "m"})
	require.Error(t, err)
}
