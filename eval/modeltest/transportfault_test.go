package modeltest_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/eval/modeltest"
)

func TestScriptTransportFaults(t *testing.T) {
	const text = "one two three four five"
	kinds := map[modeltest.TransportFault]makeready.ModelError{
		modeltest.RateLimited:    {Kind: makeready.KindRateLimited, Status: 429, RetryAfter: time.Second},
		modeltest.QuotaExhausted: {Kind: makeready.KindQuota, Status: 429},
		modeltest.ServerError:    {Kind: makeready.KindServer, Status: 500},
		modeltest.Unavailable:    {Kind: makeready.KindOverloaded, Status: 503},
		modeltest.Overloaded:     {Kind: makeready.KindOverloaded, Status: 529},
		modeltest.Unauthorized:   {Kind: makeready.KindAuth, Status: 401},
		modeltest.NotFound:       {Kind: makeready.KindNotFound, Status: 404},
		modeltest.InvalidRequest: {Kind: makeready.KindInvalidRequest, Status: 400},
		modeltest.ContextLength:  {Kind: makeready.KindContextLength, Status: 400},
		modeltest.ContentFilter:  {Kind: makeready.KindContentFilter, Status: 400},
		modeltest.CutStream:      {Kind: makeready.KindNetwork},
		modeltest.EndStream:      {Kind: makeready.KindNetwork},
		modeltest.ErrorEvent:     {Kind: makeready.KindServer},
		modeltest.MalformedChunk: {Kind: makeready.KindServer},
	}
	names := map[string]bool{}
	for _, f := range modeltest.TransportFaults() {
		names[f.String()] = true
		want, ok := kinds[f]
		if !ok {
			continue
		}
		for _, streamed := range []bool{false, true} {
			t.Run(f.String(), func(t *testing.T) {
				s := modeltest.NewScript(t, modeltest.Reply{Text: text, Fault: f})
				req := ask("x")
				req.Provider = "openai"
				var got, reasoning strings.Builder
				if streamed {
					req = collect(req, &got, &reasoning)
				}
				resp, err := s.Generate(t.Context(), req)
				me, ok := errors.AsType[*makeready.ModelError](err)
				require.True(t, ok)
				want := want
				switch {
				case !streamed && f == modeltest.EndStream:
					want.Kind = makeready.KindServer
				case !streamed && f == modeltest.ErrorEvent:
					want.Status = 500
				}
				require.Equal(t, want.Kind, me.Kind)
				require.Equal(t, want.Status, me.Status)
				require.Equal(t, want.RetryAfter, me.RetryAfter)
				require.Equal(t, "openai", me.Provider)
				require.Equal(t, "test-1", me.Model)
				require.Equal(t, "req-000001", me.RequestID)
				require.Empty(t, resp.Text)
				incomplete := streamed && (f == modeltest.CutStream || f == modeltest.EndStream)
				require.Equal(t, incomplete, errors.Is(err, makeready.ErrIncompleteStream))
				require.Equal(t, !streamed && f == modeltest.CutStream, errors.Is(err, io.ErrUnexpectedEOF))
				switch {
				case f < modeltest.Hang:
					require.Empty(t, got.String())
					require.Zero(t, resp.Usage)
				case streamed:
					require.Equal(t, "one two thr", got.String())
					require.Equal(t, int64(3), resp.Usage.Output)
					require.Equal(t, makeready.UsageEstimated, resp.Usage.Source)
				}
			})
		}
	}
	require.Len(t, names, 18)
	require.Equal(t, "none", modeltest.TransportFault(0).String())
	require.Equal(t, "transport_fault(99)", modeltest.TransportFault(99).String())
}

func TestScriptCutAt(t *testing.T) {
	for _, c := range []struct {
		text string
		at   float64
		want string
	}{
		{"abcdefgh", 0, "abcd"},
		{"abcdefgh", 0.99, "abcdefg"},
		{"abcdefgh", 1, "abcdefg"},
		{"abcdefgh", 0.001, "a"},
		{"日本語", 0.5, "日"},
		{"日", 0.9, ""},
		{"a", 0.9, ""},
		{"", 0.5, ""},
	} {
		s := modeltest.NewScript(t, modeltest.Reply{Text: c.text, Fault: modeltest.CutStream, CutAt: c.at})
		var text, reasoning strings.Builder
		_, err := s.Generate(t.Context(), collect(ask("x"), &text, &reasoning))
		require.ErrorIs(t, err, makeready.ErrIncompleteStream)
		require.Equal(t, c.want, text.String(), "%q at %v", c.text, c.at)
	}
}

func TestScriptSplitUTF8(t *testing.T) {
	s := modeltest.NewScript(t, modeltest.Reply{Text: "né 日 x", Reasoning: "plain text", Fault: modeltest.SplitUTF8})
	var chunks []string
	req := ask("x")
	req.Stream = func(c makeready.Chunk) error {
		if c.Text != "" {
			chunks = append(chunks, c.Text)
		}
		return nil
	}
	resp, err := s.Generate(t.Context(), req)
	require.NoError(t, err)
	require.Equal(t, resp.Text, strings.Join(chunks, ""))
	require.Equal(t, []string{"n\xc3", "\xa9 \xe6", "\x97\xa5 x"}, chunks)
}

func TestScriptTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := modeltest.NewScript(t,
			modeltest.Reply{Text: "a b", Latency: 3 * time.Second, Pace: 2 * time.Second},
			modeltest.Reply{Text: "a", Latency: time.Hour},
			modeltest.Reply{Text: "a b", Pace: time.Hour},
			modeltest.Reply{Fault: modeltest.Hang},
			modeltest.Reply{Text: "abcd", Fault: modeltest.Stall},
			modeltest.Reply{Text: "abcd", Fault: modeltest.Stall},
			modeltest.Reply{Text: "a b c d", Pace: time.Hour, Fault: modeltest.CutStream},
		)
		begin := time.Now()
		_, err := s.Generate(t.Context(), ask("x"))
		require.NoError(t, err)
		require.Equal(t, 5*time.Second, time.Since(begin))
		for i := range 6 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			begin := time.Now()
			req := ask("x")
			if i >= 4 {
				req.Stream = func(makeready.Chunk) error { return nil }
			}
			_, err := s.Generate(ctx, req)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.Equal(t, time.Minute, time.Since(begin))
			cancel()
		}
		canceled, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = s.Generate(canceled, ask("x"))
		require.ErrorIs(t, err, context.Canceled)
		_, err = s.Embed(canceled, []string{"x"})
		require.ErrorIs(t, err, context.Canceled)
		require.Len(t, s.Requests(), 7, "a request that was done before it began is not counted")
	})
}

// TestScriptStreamCanceled cancels from inside the stream.
func TestScriptStreamCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := modeltest.NewScript(t, modeltest.Text("one two three"))
	req := ask("x")
	n := 0
	req.Stream = func(makeready.Chunk) error {
		n++
		cancel()
		return nil
	}
	_, err := s.Generate(ctx, req)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 1, n)
}
