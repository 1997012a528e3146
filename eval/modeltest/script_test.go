package modeltest_test

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/eval/modeltest"
)

func TestScriptSequenceAndRules(t *testing.T) {
	s := modeltest.NewScript(t, modeltest.Text("first"), modeltest.Text("second"))
	s.When(modeltest.Contains("refund", "card")).Reply(modeltest.Text("refund"))
	s.When(modeltest.Matches(regexp.MustCompile(`order\s+[A-Z]-\d+`))).Always(modeltest.Text("order"))
	s.When(modeltest.Prompt("gather")).ReplyFunc(func(req makeready.Request) modeltest.Reply {
		return modeltest.Text("gathered " + strconv.Itoa(len(req.Messages)))
	})
	s.When(modeltest.Contains("never")).Reply(modeltest.Text("x")).Optional()

	gather := ask("anything")
	gather.Prompt.Name = "gather"
	for _, c := range []struct {
		req  makeready.Request
		want string
	}{
		{ask("hello"), "first"},
		{ask("I want a refund to my card"), "refund"},
		{ask("where is order A-17"), "order"},
		{ask("where is order B-18"), "order"},
		{gather, "gathered 2"},
		{ask("I want a refund to my card"), "second"}, // the rule is used up
	} {
		resp, err := s.Generate(t.Context(), c.req)
		require.NoError(t, err)
		require.Equal(t, c.want, resp.Text)
	}
	require.Len(t, s.Requests(), 6)
	require.Equal(t, "hello", s.Requests()[0].Messages[1].Text)
}

func TestScriptStrict(t *testing.T) {
	t.Run("unmatched", func(t *testing.T) {
		tb := &recorder{}
		s := modeltest.NewScript(tb)
		s.When(modeltest.Contains("refund")).Always(modeltest.Text("x")).Optional()
		req := ask("hello")
		req.Params = makeready.Params{Temperature: new(0.0), TopP: new(0.5), Seed: new(int64(3)), MaxTokens: 9, Stop: []string{"END"}}
		req.Schema = []byte(`{}`)
		req.Tools = []makeready.Tool{{Name: "look", Description: "looks", Schema: []byte(`{}`)}}
		req.Messages = append(req.Messages, makeready.Message{Role: makeready.RoleTool, CallID: "c1", Text: "a cat", Parts: []makeready.Part{
			{Call: &makeready.ToolCall{ID: "c2", Name: "look"}}, {URL: "https://example.com/cat.png"}, {MIME: "image/png", Data: []byte("123")},
		}})
		_, err := s.Generate(t.Context(), req)
		require.ErrorIs(t, err, modeltest.ErrUnscripted)
		require.NotContains(t, err.Error(), "hello", "an error holds no text of users")
		text := tb.end()
		for _, want := range []string{
			"request 1 matches no scripted reply", "hello", "model: test-1", "temperature: 0\n", "top_p: 0.5", "seed: 3", "max_tokens: 9",
			`stop: ["END"]`, "schema: {}", "tool look: looks {}", "--- tool (answers call c1)", "[call c2 look ]", "[https://example.com/cat.png]",
			"[image/png, 3 bytes]",
		} {
			require.Contains(t, text, want)
		}
	})
	t.Run("unused", func(t *testing.T) {
		tb := &recorder{}
		s := modeltest.NewScript(tb, modeltest.Text("a"), modeltest.Text("b"))
		s.When(modeltest.Contains("refund")).Always(modeltest.Text("x"))
		_, err := s.Generate(t.Context(), ask("hello"))
		require.NoError(t, err)
		text := tb.end()
		require.Contains(t, text, "sequence: 1 of 2 replies were not asked for (1 requests in all)")
		require.Contains(t, text, "rule 1: 1 of 1 replies")
	})
	t.Run("after the end", func(t *testing.T) {
		tb := &recorder{}
		s := modeltest.NewScript(tb)
		require.Empty(t, tb.end())
		_, err := s.Generate(t.Context(), ask("hello"))
		require.ErrorIs(t, err, modeltest.ErrUnscripted)
		require.Empty(t, tb.text(), "a finished test must not be reported to")
	})
	t.Run("a function's bad reply", func(t *testing.T) {
		tb := &recorder{}
		s := modeltest.NewScript(tb)
		s.When(nil).ReplyFunc(func(makeready.Request) modeltest.Reply { return modeltest.Text("a").With(modeltest.MissingBrace) })
		_, err := s.Generate(t.Context(), ask("hello"))
		require.Error(t, err)
		require.Contains(t, tb.end(), "request 1")
	})
	t.Run("hang without end", func(t *testing.T) {
		tb := &recorder{}
		_, err := modeltest.NewScript(tb, modeltest.Reply{Fault: modeltest.Hang}).Generate(context.WithoutCancel(t.Context()), ask("hello"))
		require.Error(t, err)
		require.Contains(t, tb.end(), "can never be done")
	})
}

func TestScriptFillsIn(t *testing.T) {
	s := modeltest.NewScript(t, modeltest.Text("four"), modeltest.Reply{
		ID: "x-1", Model: "m-2", Reasoning: "let me see", Text: "ok", Usage: makeready.Usage{Input: 9, Output: 4, Source: makeready.UsageEstimated},
		ToolCalls: []makeready.ToolCall{{Name: "look", Arguments: "{}"}},
	}, modeltest.Reply{Text: "a", Fault: modeltest.NoUsage}, modeltest.Reply{ToolCalls: []makeready.ToolCall{{Name: "abcd", Arguments: "{}{}"}}, Reasoning: "eight by"})
	resp, err := s.Generate(t.Context(), ask("Where is it?"))
	require.NoError(t, err)
	require.Equal(t, makeready.Response{
		Text: "four", ID: "reply-000001", Model: "test-1", Stop: makeready.StopEnd,
		Usage: makeready.Usage{Input: 17, Output: 1, Source: makeready.UsageReported},
	}, resp)
	resp, err = s.Generate(t.Context(), ask("x"))
	require.NoError(t, err)
	require.Equal(t, "x-1", resp.ID)
	require.Equal(t, "m-2", resp.Model)
	require.Equal(t, makeready.StopToolCalls, resp.Stop)
	require.Equal(t, makeready.Usage{Input: 9, Output: 4, Source: makeready.UsageEstimated}, resp.Usage)
	resp, err = s.Generate(t.Context(), ask("x"))
	require.NoError(t, err)
	require.Zero(t, resp.Usage)
	resp, err = s.Generate(t.Context(), makeready.Request{})
	require.NoError(t, err)
	require.Equal(t, makeready.Usage{Input: 1, Output: 4, Reasoning: 2, Source: makeready.UsageReported}, resp.Usage)
}

// collect returns a request that streams into the two builders.
func collect(req makeready.Request, text, reasoning *strings.Builder) makeready.Request {
	req.Stream = func(c makeready.Chunk) error {
		if c.Reset {
			text.Reset()
			reasoning.Reset()
		}
		text.WriteString(c.Text)
		reasoning.WriteString(c.Reasoning)
		return nil
	}
	return req
}

func TestScriptStreams(t *testing.T) {
	s := modeltest.NewScript(t,
		modeltest.Reply{Text: "Where words are cut, and averyveryverylongword too: 日本語日本語日本語", Reasoning: "think first"},
		modeltest.Reply{Chunks: []string{"a", "", "b"}})
	var text, reasoning strings.Builder
	var chunks []makeready.Chunk
	req := collect(ask("x"), &text, &reasoning)
	inner := req.Stream
	req.Stream = func(c makeready.Chunk) error {
		chunks = append(chunks, c)
		require.True(t, utf8.ValidString(c.Text))
		return inner(c)
	}
	resp, err := s.Generate(t.Context(), req)
	require.NoError(t, err)
	require.Equal(t, resp.Text, text.String())
	require.Equal(t, resp.Reasoning, reasoning.String())
	require.Equal(t, makeready.Chunk{Reasoning: "think "}, chunks[0])
	require.Greater(t, len(chunks), 10)
	chunks = nil
	resp, err = s.Generate(t.Context(), req)
	require.NoError(t, err)
	require.Equal(t, "ab", resp.Text)
	require.Equal(t, []makeready.Chunk{{Text: "a"}, {}, {Text: "b"}}, chunks)
}

func TestScriptStreamErrorStops(t *testing.T) {
	stop := errors.New("stop")
	s := modeltest.NewScript(t, modeltest.Text("one two three"), modeltest.Reply{Text: "one two three", Fault: modeltest.CutStream})
	for range 2 {
		req := ask("x")
		n := 0
		req.Stream = func(makeready.Chunk) error {
			n++
			return stop
		}
		_, err := s.Generate(t.Context(), req)
		require.ErrorIs(t, err, stop)
		require.Equal(t, 1, n)
	}
}

// TestScriptConcurrent hands out every reply of a sequence once, to 64
// goroutines.
func TestScriptConcurrent(t *testing.T) {
	const n = 64
	replies := make([]modeltest.Reply, n)
	for i := range replies {
		replies[i] = modeltest.Text(strconv.Itoa(i))
	}
	s := modeltest.NewScript(t, replies...)
	s.When(modeltest.Contains("twice")).Always(modeltest.Text("again"))
	var mu sync.Mutex
	seen := map[string]int{}
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			var text, reasoning strings.Builder
			resp, err := s.Generate(t.Context(), collect(ask("x"), &text, &reasoning))
			again, err2 := s.Generate(t.Context(), ask("twice"))
			mu.Lock()
			defer mu.Unlock()
			if err == nil && err2 == nil && text.String() == resp.Text && again.Text == "again" {
				seen[resp.Text]++
			}
		})
	}
	wg.Wait()
	require.Len(t, seen, n)
	require.Len(t, s.Requests(), 2*n)
}

// TestScriptKeepsCopies changes a request after it was answered.
func TestScriptKeepsCopies(t *testing.T) {
	s := modeltest.NewScript(t, modeltest.Text("a"))
	req := ask("before")
	req.Params = makeready.Params{Temperature: new(0.5), TopP: new(0.5), Seed: new(int64(1)), Stop: []string{"before"}}
	req.Schema = []byte("before")
	req.Tools = []makeready.Tool{{Schema: []byte("before")}}
	req.Messages[1].Spans = []makeready.Span{{Name: "before"}}
	req.Messages[1].Parts = []makeready.Part{{Data: []byte("before"), Call: &makeready.ToolCall{Name: "before"}}}
	_, err := s.Generate(t.Context(), req)
	require.NoError(t, err)
	want := s.Requests()[0]
	req.Messages[1].Text = "after"
	req.Messages[1].Spans[0].Name = "after"
	req.Messages[1].Parts[0].Data[0] = 'x'
	req.Messages[1].Parts[0].Call.Name = "after"
	*req.Params.Temperature, *req.Params.TopP, *req.Params.Seed = 1, 1, 2
	req.Params.Stop[0] = "after"
	req.Schema[0], req.Tools[0].Schema[0] = 'x', 'x'
	s.Requests()[0].Messages[1].Text = "after"
	require.Equal(t, want, s.Requests()[0])
	require.Equal(t, "before", want.Messages[1].Text)
}

func TestScriptEmbed(t *testing.T) {
	s := modeltest.NewScript(t)
	v, err := s.Embed(t.Context(), []string{"Where is my parcel?", "where IS my parcel", "refund to my card please", ""})
	require.NoError(t, err)
	dot := func(a, b []float32) (sum float32) {
		for i := range a {
			sum += a[i] * b[i]
		}
		return sum
	}
	require.Equal(t, v[0], v[1])
	require.InDelta(t, 1, dot(v[0], v[0]), 1e-6)
	require.Less(t, dot(v[0], v[2]), float32(0.7))
	require.InDelta(t, 1, dot(v[3], v[3]), 1e-6)
}
