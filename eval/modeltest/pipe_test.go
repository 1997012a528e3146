package modeltest_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tmc/langchaingo/llms"

	"github.com/makeready-go/makeready/eval/modeltest"
)

// TestPipeServerPassesTime lets replies take their time in a bubble, through
// langchaingo's clients.
func TestPipeServerPassesTime(t *testing.T) {
	for _, c := range clients {
		synctest.Test(t, func(t *testing.T) {
			s := modeltest.NewPipeServer(t, modeltest.NewScript(t,
				modeltest.Reply{Text: "slow and steady", Pace: 5 * time.Second},
				modeltest.Reply{Fault: modeltest.Hang},
			))
			m := c.make(t, s)
			begin := time.Now()
			_, err := generate(m, streamTo(new(strings.Builder)))
			require.NoError(t, err)
			require.GreaterOrEqual(t, time.Since(begin), 10*time.Second)

			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			begin = time.Now()
			_, err = m.GenerateContent(ctx, []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, "hi")})
			require.Error(t, err)
			require.Equal(t, time.Hour, time.Since(begin))
		})
	}
}

// TestPipeServerLatency is the promise: 20 seconds pass in less than 50 ms. The
// best of five counts, because the machine may be busy.
func TestPipeServerLatency(t *testing.T) {
	best := time.Hour
	for range 5 {
		begin := time.Now()
		synctest.Test(t, func(t *testing.T) {
			s := modeltest.NewPipeServer(t, modeltest.NewScript(t, modeltest.Reply{Text: "late", Latency: 20 * time.Second}))
			m := clients[0].make(t, s)
			begin := time.Now()
			resp, err := generate(m)
			require.NoError(t, err)
			require.Equal(t, "late", resp.Choices[0].Content)
			require.Equal(t, 20*time.Second, time.Since(begin))
		})
		best = min(best, time.Since(begin))
	}
	t.Logf("20 s of latency took %v", best)
	require.Less(t, best, 50*time.Millisecond)
}
