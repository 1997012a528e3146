package provider_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/makeready-go/makeready"
	"github.com/stretchr/testify/require"
)

// What the caller's Stream returns stops the call and is its error.
func TestStreamRefuses(t *testing.T) {
	t.Parallel()
	full := errors.New("the client has gone")
	for _, p := range protocols {
		for name, stream := range map[string]string{"stream": p.stream, "whole": p.answer} {
			l := serve(t, p.with(name == "stream", stream))
			req := ask("Hello?")
			calls := 0
			req.Stream = func(makeready.Chunk) error {
				calls++
				return full
			}
			resp, err := p.model(t, l).Generate(t.Context(), req)
			require.ErrorIs(t, err, full, p.name)
			require.Equal(t, 1, calls)
			require.Empty(t, resp.Text)
			require.NotZero(t, resp.Usage)
		}
	}
}

// Nothing is held back: each chunk is seen before the server makes the next.
func TestStreamIsNotBuffered(t *testing.T) {
	t.Parallel()
	for _, p := range protocols {
		seen := make(chan struct{})
		first, rest, _ := strings.Cut(p.stream, ", world")
		cut := strings.LastIndex(first, "\n") + 1
		first, rest = first[:cut], first[cut:]+", world"+rest
		l := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", p.contentType(true))
			_, _ = io.WriteString(w, first)
			flush(w)
			select {
			case <-seen:
				_, _ = io.WriteString(w, rest)
			case <-r.Context().Done():
			}
		})
		req := ask("Hello?")
		req.Stream = func(c makeready.Chunk) error {
			if c.Text == "Grüße" {
				close(seen)
			}
			return nil
		}
		resp, err := p.model(t, l).Generate(t.Context(), req)
		require.NoError(t, err)
		require.Equal(t, "Grüße, world", resp.Text)
	}
}

// A connection is used again after a stream, and a server that leaves it open
// is not waited for.
func TestConnectionIsReused(t *testing.T) {
	t.Parallel()
	for _, p := range protocols {
		var mu sync.Mutex
		addresses := map[string]bool{}
		var hold atomic.Bool
		l := serve(t, func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			addresses[r.RemoteAddr] = true
			mu.Unlock()
			p.reply(w, r)
			if hold.Load() {
				flush(w)
				<-r.Context().Done()
			}
		})
		m := p.model(t, l)
		for range 10 {
			_, err := generate(t, m, ask("Hello?"), new(tape))
			require.NoError(t, err)
		}
		mu.Lock()
		require.Len(t, addresses, 1, p.name)
		mu.Unlock()
		hold.Store(true)
		start := time.Now()
		resp, err := generate(t, m, ask("Hello?"), new(tape))
		require.NoError(t, err)
		require.Equal(t, "Grüße, world", resp.Text)
		require.Less(t, time.Since(start), 10*time.Second)
	}
}

// A panic of Stream goes where Generate was called, and leaves nothing behind.
func TestStreamPanics(t *testing.T) {
	t.Parallel()
	for _, p := range protocols {
		l := serve(t, p.reply)
		req := ask("Hello?")
		req.Stream = func(makeready.Chunk) error { panic("stop") }
		m := p.model(t, l)
		require.PanicsWithValue(t, "stop", func() { _, _ = m.Generate(t.Context(), req) })
		resp, err := generate(t, m, ask("Hello?"), new(tape))
		require.NoError(t, err)
		require.Equal(t, "Grüße, world", resp.Text)
	}
}
