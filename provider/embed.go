package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"github.com/makeready-go/makeready"
	"github.com/tmc/langchaingo/embeddings"
)

// EmbedderConfig describes an embedder.
type EmbedderConfig struct {
	// Provider and Model are the names in errors. Required.
	Provider, Model string
	// Batch is how many texts are sent in one call; 0 means 256. OpenAI takes
	// up to 2048, others fewer.
	Batch int
}

const defaultBatch = 256

// NewEmbedder makes an embedder of langchaingo's: of an *openai.LLM or an
// *ollama.LLM, which are clients for embeddings too, or of an
// embeddings.Embedder e by way of
// embeddings.EmbedderClientFunc(e.EmbedDocuments).
//
// Vectors come back in the order of the texts, one for each and all of one
// length, or there is an error. The texts are sent as they are, line feeds
// included, and batches one after another. Errors are
// [makeready.ModelError]; built with a [Transport], the client gives them kind
// and status, and an OpenAI-compatible server may answer in any order. It is
// safe for concurrent use if client is.
func NewEmbedder(client embeddings.EmbedderClient, c EmbedderConfig) (makeready.Embedder, error) {
	switch {
	case client == nil:
		return nil, errors.New("provider: NewEmbedder without a client")
	case c.Provider == "" || c.Model == "":
		return nil, errors.New("provider: EmbedderConfig.Provider and Model are required; they name the embedder in errors")
	case c.Batch < 0:
		return nil, errors.New("provider: EmbedderConfig.Batch is negative; 0 means the default")
	case c.Batch == 0:
		c.Batch = defaultBatch
	}
	return &embedder{client: client, config: c, model: &model{}}, nil
}

type embedder struct {
	client embeddings.EmbedderClient
	config EmbedderConfig
	model  *model // has no settings
}

// embedding is a call that wants vectors.
type embedding struct {
	body string // the answer, in order
}

// Embed implements [makeready.Embedder].
func (e *embedder) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	out := make([][]float32, 0, len(texts))
	for start := 0; start < len(texts); start += e.config.Batch {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		batch := texts[start:min(start+e.config.Batch, len(texts))]
		vectors, err := e.embed(ctx, batch)
		if err != nil {
			return nil, err
		}
		out = append(out, vectors...)
	}
	return out, nil
}

func (e *embedder) embed(ctx context.Context, batch []string) ([][]float32, error) {
	c := &call{
		Context: ctx, parent: ctx, model: e.model, embed: new(embedding),
		req: makeready.Request{Provider: e.config.Provider, Model: e.config.Model},
	}
	// A copy: langchaingo's own embedder changes the texts that it is given.
	vectors, err := e.client.CreateEmbedding(c, slices.Clone(batch)) //nolint:contextcheck // c is ctx, and more
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	switch {
	case c.err != nil && (c.engaged || err != nil):
		return nil, c.err
	case err != nil && c.engaged: // the answer was well-formed, and is not what was asked for
		return nil, c.failed(makeready.KindServer, codeBadVectors, nil)
	case err != nil:
		return nil, c.foreign(err)
	}
	if len(vectors) != len(batch) {
		return nil, c.failed(makeready.KindServer, codeBadVectors, nil)
	}
	for _, v := range vectors {
		if len(v) == 0 || len(v) != len(vectors[0]) {
			return nil, c.failed(makeready.KindServer, codeBadVectors, nil)
		}
	}
	return vectors, nil
}

// embeddingWire is the embeddings endpoint of OpenAI and compatible servers.
type embeddingWire struct{}

func (embeddingWire) patch(w *writer, body []byte, _ *call, _ *http.Request) error {
	w.b = append(w.b, body...)
	return nil
}

func (embeddingWire) read(c *call, r *http.Request, resp *http.Response) error {
	return c.readBody(resp.Body, embeddingAnswer, r)
}

// embeddingAnswer puts the vectors into the order of their index, which
// langchaingo does not look at. The rest is langchaingo's to read.
func embeddingAnswer(c *call, _ *http.Request, body []byte) error {
	if !json.Valid(body) {
		return errMalformed
	}
	if present(lookup(body, "error")) {
		return c.eventError(body)
	}
	var items [][]byte
	for item := range elements(lookup(body, "data")) {
		items = append(items, item)
	}
	ordered := make([][]byte, len(items))
	for i, item := range items {
		if index := lookup(item, "index"); index != nil {
			n, ok := countOf(index)
			if !ok || n >= int64(len(items)) {
				return c.failed(makeready.KindServer, codeBadVectors, nil)
			}
			i = int(n)
		}
		if ordered[i] != nil {
			return c.failed(makeready.KindServer, codeBadVectors, nil)
		}
		ordered[i] = item
	}
	c.embed.body = `{"data":[` + string(bytes.Join(ordered, []byte{','})) + "]}"
	return nil
}

func (embeddingWire) standIn(c *call, _ bool) string { return c.embed.body }
