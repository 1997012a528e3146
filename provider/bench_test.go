package provider_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/makeready-go/makeready/provider"
	"github.com/stretchr/testify/require"
	"github.com/tmc/langchaingo/llms"
)

// BenchmarkGenerate compares langchaingo's bare client with the wrapped one,
// over a network that takes no time: what remains is the work.
func BenchmarkGenerate(b *testing.B) {
	for _, p := range []protocol{openaiProtocol, anthropicProtocol, ollamaProtocol} {
		for _, streaming := range []bool{false, true} {
			name, answer := p.name+"/whole", p.answer
			if streaming {
				name = p.name + "/stream of 200 chunks"
				answer = splice(p, strings.Repeat(delta(p, "words and "), 200))
			}
			base := memory{answer, p.contentType(streaming)}
			b.Run(name+"/langchaingo", func(b *testing.B) {
				llm := bare(b, p.name, &http.Client{Transport: base})
				messages := []llms.MessageContent{
					llms.TextParts(llms.ChatMessageTypeSystem, "Be brief."), llms.TextParts(llms.ChatMessageTypeHuman, "Hello?"),
				}
				var options []llms.CallOption
				if streaming {
					options = append(options, llms.WithStreamingFunc(new(sink).write))
				}
				b.ReportAllocs()
				for b.Loop() {
					if _, err := llm.GenerateContent(b.Context(), messages, options...); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run(name+"/makeready", func(b *testing.B) {
				m, err := provider.New(bare(b, p.name, &http.Client{Transport: &provider.Transport{Base: base}}),
					provider.Config{Provider: p.name, Model: "m-1"})
				require.NoError(b, err)
				req := ask("Hello?")
				if streaming {
					req.Stream = new(sink).chunk
				}
				b.ReportAllocs()
				for b.Loop() {
					if _, err := m.Generate(b.Context(), req); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
