package provider_test

import (
	"testing"

	"github.com/makeready-go/makeready"
	"github.com/stretchr/testify/require"
)

func TestAnswers(t *testing.T) {
	t.Parallel()
	for _, p := range protocols {
		for _, streaming := range []bool{false, true} {
			name := p.name
			if streaming {
				name += " streamed"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				l := serve(t, p.reply)
				var rec *tape
				if streaming {
					rec = new(tape)
				}
				resp, err := generate(t, p.model(t, l), ask("Hello?"), rec)
				require.NoError(t, err)
				require.Equal(t, "Grüße, world", resp.Text)
				require.Equal(t, makeready.StopEnd, resp.Stop)
				require.Equal(t, p.usage, resp.Usage)
				require.Equal(t, "m-1-2026", resp.Model)
				if p.name == "anthropic" || p.name == "ollama" { // V09: thinking comes first
					require.Equal(t, "Say hello.", resp.Reasoning)
				}
				if p.name != "ollama" {
					require.NotEmpty(t, resp.ID)
				}
				if streaming {
					require.Equal(t, resp.Text, rec.text.String())
					require.Equal(t, resp.Reasoning, rec.reasoning.String())
					require.Greater(t, rec.chunks, 1)
				}
			})
		}
	}
}
