package modeltest

import (
	"context"
	"hash/fnv"
	"math"
	"strings"
	"unicode"

	"github.com/makeready-go/makeready"
)

// embeddingSize is the dimension of the vectors that a Script makes.
const embeddingSize = 64

// Embed turns texts into vectors of length 1 and 64 dimensions that depend on
// the words in them, in lower case: equal texts have equal vectors, and texts
// that share words are near to each other. [Script.EmbedWith] replaces it.
func (s *Script) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	s.mu.Lock()
	e := s.embedder
	s.mu.Unlock()
	if e != nil {
		return e.Embed(ctx, texts)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	vectors := make([][]float32, len(texts))
	for i, text := range texts {
		vectors[i] = embedding(text)
	}
	return vectors, nil
}

// EmbedWith lets another embedder answer, also on a [Server]: a
// [*makeready.ModelError] that it returns becomes a failure with its Status
// and RetryAfter on the wire.
func (s *Script) EmbedWith(e makeready.Embedder) *Script {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.embedder = e
	return s
}

// embedding counts each word in a place that its hash chooses.
func embedding(text string) []float32 {
	v := make([]float64, embeddingSize)
	for word := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}) {
		h := fnv.New32a()
		_, _ = h.Write([]byte(word))
		v[h.Sum32()%embeddingSize]++
	}
	sum := 0.0
	for _, x := range v {
		sum += x * x
	}
	if sum == 0 { // no words; a vector without direction would divide by zero in a cosine
		v[0], sum = 1, 1
	}
	out := make([]float32, len(v))
	for i, x := range v {
		out[i] = float32(x / math.Sqrt(sum))
	}
	return out
}
