package modeltest_test

import (
	"context"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tmc/langchaingo/llms/ollama"
	"github.com/tmc/langchaingo/llms/openai"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/eval/modeltest"
)

func TestServerEmbeddings(t *testing.T) {
	script := modeltest.NewScript(t)
	s := modeltest.NewServer(t, script)
	oa, err := openai.New(openai.WithToken(plantedKey), openai.WithEmbeddingModel("embed-test"), openai.WithBaseURL(s.URL+"/v1"),
		openai.WithHTTPClient(s.Client()))
	require.NoError(t, err)
	address, err := url.Parse(s.URL)
	require.NoError(t, err)
	ol, err := ollama.New(ollama.WithModel("embed-test"), ollama.WithServerURL(address.String()), ollama.WithHTTPClient(s.Client()))
	require.NoError(t, err)

	texts := []string{"Where is my order?", "where is my parcel", "…"}
	want, err := script.Embed(t.Context(), texts)
	require.NoError(t, err)
	for name, e := range map[string]interface {
		CreateEmbedding(ctx context.Context, texts []string) ([][]float32, error)
	}{"openai": oa, "ollama": ol} {
		got, err := e.CreateEmbedding(t.Context(), texts)
		require.NoError(t, err, name)
		require.Equal(t, want, got, name)
	}
	require.Equal(t, "embed-test", s.Requests()[0].Request.Model)
	_, _, body := post(t, s, "/api/embeddings", `{"model":"m","prompt":"hi"}`)
	require.True(t, strings.HasPrefix(body, `{"embedding":[`))
	require.Empty(t, script.Requests(), "embeddings use up no replies")

	script.EmbedWith(makeready.EmbedderFunc(func(context.Context, []string) ([][]float32, error) {
		return nil, &makeready.ModelError{Kind: makeready.KindRateLimited, Status: 429, RetryAfter: 3 * time.Second}
	}))
	status, header, body := post(t, s, "/v1/embeddings", `{"model":"m","input":"hi"}`)
	require.Equal(t, 429, status)
	require.Equal(t, "3", header.Get("Retry-After"))
	require.Contains(t, body, "rate_limit_exceeded")
	script.EmbedWith(makeready.EmbedderFunc(func(context.Context, []string) ([][]float32, error) { return nil, io.ErrClosedPipe }))
	status, _, _ = post(t, s, "/api/embed", `{"model":"m","input":["hi"]}`)
	require.Equal(t, 500, status)
	script.EmbedWith(makeready.EmbedderFunc(func(context.Context, []string) ([][]float32, error) {
		return nil, &makeready.ModelError{Kind: makeready.KindUnknown}
	}))
	status, _, _ = post(t, s, "/api/embed", `{"model":"m","input":["hi"]}`)
	require.Equal(t, 500, status)
}
