package provider_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/eval/modeltest"
	"github.com/makeready-go/makeready/provider"
	"github.com/stretchr/testify/require"
)

// The protocols of modeltest's server, which was written without a look at this
// package's tests.
func TestAgainstModeltest(t *testing.T) {
	t.Parallel()
	kinds := map[modeltest.TransportFault]makeready.ErrorKind{
		modeltest.RateLimited: makeready.KindRateLimited, modeltest.QuotaExhausted: makeready.KindQuota,
		modeltest.ServerError: makeready.KindServer, modeltest.Unavailable: makeready.KindOverloaded,
		modeltest.Overloaded: makeready.KindOverloaded, modeltest.Unauthorized: makeready.KindAuth,
		modeltest.NotFound: makeready.KindNotFound, modeltest.InvalidRequest: makeready.KindInvalidRequest,
		modeltest.ContextLength: makeready.KindContextLength, modeltest.ContentFilter: makeready.KindContentFilter,
		modeltest.CutStream: makeready.KindNetwork, modeltest.EndStream: makeready.KindNetwork,
		modeltest.MalformedChunk: makeready.KindServer,
	}
	for _, p := range protocols {
		for fault, kind := range kinds {
			if p.name == "ollama" && (fault == modeltest.QuotaExhausted || fault == modeltest.ContentFilter) {
				continue // it has no words for these
			}
			t.Run(p.name+" "+fault.String(), func(t *testing.T) {
				t.Parallel()
				script := modeltest.NewScript(t)
				script.When(nil).Always(modeltest.Reply{Text: strings.Repeat("grün ", 20), Fault: fault, RetryAfter: 3 * time.Second})
				server := modeltest.NewServer(t, script)
				m := p.model(t, &loopback{URL: server.URL, Client: server.Client()})
				resp, err := generate(t, m, ask("Hello?"), new(tape))
				me := requireKind(t, err, kind)
				require.Empty(t, resp.Text)
				if fault == modeltest.RateLimited {
					require.Equal(t, 3*time.Second, me.RetryAfter)
				}
				if fault == modeltest.CutStream || fault == modeltest.EndStream {
					require.ErrorIs(t, err, makeready.ErrIncompleteStream)
					require.Equal(t, makeready.UsageEstimated, resp.Usage.Source)
				}
			})
		}
		for _, fault := range []modeltest.TransportFault{modeltest.SplitUTF8, modeltest.NoUsage} {
			t.Run(p.name+" "+fault.String(), func(t *testing.T) {
				t.Parallel()
				server := modeltest.NewServer(t, modeltest.NewScript(t, modeltest.Reply{Text: "naïve ✓ 😀", Fault: fault}))
				rec := new(tape)
				resp, err := generate(t, p.model(t, &loopback{URL: server.URL, Client: server.Client()}), ask("Hello?"), rec)
				require.NoError(t, err)
				require.Equal(t, "naïve ✓ 😀", resp.Text)
				require.Equal(t, resp.Text, rec.text.String())
				require.Equal(t, fault == modeltest.NoUsage, resp.Usage.Source == makeready.UsageEstimated)
			})
		}
	}
}

// Limits of time, on a clock that takes none.
func TestTimeLimits(t *testing.T) {
	t.Parallel()
	for _, p := range protocols {
		synctest.Test(t, func(t *testing.T) {
			for _, fault := range []modeltest.TransportFault{modeltest.Hang, modeltest.Stall} {
				server := modeltest.NewPipeServer(t, modeltest.NewScript(t, modeltest.Reply{Text: "one two three", Fault: fault}, modeltest.Reply{Text: "one two three", Fault: fault}))
				l := &loopback{URL: server.URL, Client: server.Client()}

				start := time.Now()
				_, err := generate(t, p.model(t, l, limit), ask("Hello?"), new(tape))
				requireKind(t, err, makeready.KindTimeout)
				require.ErrorIs(t, err, os.ErrDeadlineExceeded)
				require.Equal(t, time.Minute, time.Since(start))

				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				req := ask("Hello?")
				req.Stream = func(makeready.Chunk) error { return nil }
				_, err = p.model(t, l, limit).Generate(ctx, req)
				cancel()
				require.Equal(t, context.DeadlineExceeded, err)
				server.Close()
			}
		})
	}
}

func limit(c *provider.Config) { c.Timeout = time.Minute }
