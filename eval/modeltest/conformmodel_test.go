package modeltest_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/eval/modeltest"
)

// sound is a model that keeps the contract; the broken ones change one thing.
type sound struct {
	answer func() makeready.Response
	stream func(ctx context.Context, req makeready.Request, text string) error
	end    func(ctx context.Context, resp makeready.Response, err error) (makeready.Response, error)
	begin  func(ctx context.Context, req makeready.Request) error
}

func answer(text string) makeready.Response {
	return makeready.Response{
		Text: text, Reasoning: "think", Stop: makeready.StopEnd,
		Usage: makeready.Usage{Input: 10, CacheRead: 4, Output: 6, Reasoning: 1, Source: makeready.UsageReported},
	}
}

func words(ctx context.Context, req makeready.Request, text string) error {
	if req.Stream == nil {
		return nil
	}
	if err := req.Stream(makeready.Chunk{Reasoning: "think"}); err != nil {
		return err
	}
	for w := range strings.SplitAfterSeq(text, " ") {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := req.Stream(makeready.Chunk{Text: w}); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (m sound) Generate(ctx context.Context, req makeready.Request) (makeready.Response, error) {
	if m.begin == nil {
		m.begin = func(ctx context.Context, _ makeready.Request) error { return ctx.Err() }
	}
	if err := m.begin(ctx, req); err != nil {
		return makeready.Response{}, err
	}
	resp := answer("The sky is blue.")
	if m.answer != nil {
		resp = m.answer()
	}
	if m.stream == nil {
		m.stream = words
	}
	err := m.stream(ctx, req, resp.Text)
	if m.end != nil {
		return m.end(ctx, resp, err)
	}
	if err != nil {
		return makeready.Response{Usage: resp.Usage}, err
	}
	return resp, nil
}

func changed(f func(r *makeready.Response)) func() makeready.Response {
	return func() makeready.Response {
		r := answer("The sky is blue.")
		f(&r)
		return r
	}
}

func TestModelAccepts(t *testing.T) {
	require.NoError(t, modeltest.TestModel(sound{}))
	require.NoError(t, modeltest.TestModel(sound{}, ask("hi"), ask("there")))
	require.NoError(t, modeltest.TestModel(makeready.Leaf("p", "m", sound{})))

	script := modeltest.NewScript(t)
	script.When(nil).Always(modeltest.Reply{Text: "The sky is blue: ✓ naïve café", Reasoning: "hm"})
	require.NoError(t, modeltest.TestModel(script))

	tools := modeltest.NewScript(t)
	tools.When(nil).Always(modeltest.Reply{ToolCalls: []makeready.ToolCall{{Name: "look"}}})
	require.NoError(t, modeltest.TestModel(tools))

	split := modeltest.NewScript(t)
	split.When(nil).Always(modeltest.Reply{Text: "日本語", Fault: modeltest.SplitUTF8})
	require.NoError(t, modeltest.TestModel(split))

	// A model that held the whole answer back may give it although it was canceled.
	require.NoError(t, modeltest.TestModel(sound{stream: func(_ context.Context, req makeready.Request, text string) error {
		if req.Stream == nil {
			return nil
		}
		return req.Stream(makeready.Chunk{Text: text})
	}}))
}

// TestModelRejects has one broken model for each check.
func TestModelRejects(t *testing.T) {
	release := make(chan struct{})
	var shared atomic.Int64
	for _, c := range []struct {
		name, want string
		model      makeready.Model
	}{
		{"fails", "plain call: it fails: broken", sound{begin: func(context.Context, makeready.Request) error { return errors.New("broken") }}},
		{"panics", "Generate panics with a string", sound{begin: func(context.Context, makeready.Request) error { panic("secret") }}},
		{"hangs", "does not return within 12s", sound{begin: func(context.Context, makeready.Request) error {
			<-release
			return nil
		}}},
		{"nothing", "neither text nor tool calls", sound{answer: func() makeready.Response { return makeready.Response{Stop: makeready.StopEnd} }}},
		{"broken runes", "not valid UTF-8", sound{answer: changed(func(r *makeready.Response) { r.Text = "caf\xc3" })}},
		{"unknown stop", "none of the constants", sound{answer: changed(func(r *makeready.Response) { r.Stop = 99 })}},
		{"tool calls without tools", "stopped for tool calls", sound{answer: changed(func(r *makeready.Response) { r.Stop = makeready.StopToolCalls })}},
		{"nameless tool", "no name", sound{answer: changed(func(r *makeready.Response) { r.ToolCalls = []makeready.ToolCall{{}} })}},
		{"negative usage", "less than nothing", sound{answer: changed(func(r *makeready.Response) { r.Usage.Output = -1 })}},
		{"too much cached", "more cached tokens", sound{answer: changed(func(r *makeready.Response) { r.Usage.CacheRead = 11 })}},
		{"too much thought", "more reasoning tokens", sound{answer: changed(func(r *makeready.Response) { r.Usage.Reasoning = 7 })}},
		{"unknown source", "unknown source", sound{answer: changed(func(r *makeready.Response) { r.Usage.Source = 99 })}},
		{"no source", "figures of an unknown source", sound{answer: changed(func(r *makeready.Response) { r.Usage.Source = 0 })}},
		{"free of charge", "reported 10 input and 0 output", sound{answer: changed(func(r *makeready.Response) { r.Usage.Output, r.Usage.Reasoning = 0, 0 })}},

		{"edits messages", "slices of the request are changed", sound{begin: func(ctx context.Context, req makeready.Request) error {
			req.Messages[0].Text = "mine"
			return ctx.Err()
		}}},
		{"appends to messages", "slices of the request are changed", sound{begin: func(ctx context.Context, req makeready.Request) error {
			_ = append(req.Messages, makeready.Message{Text: "mine"})
			return ctx.Err()
		}}},
		{"edits parameters", "slices of the request are changed", sound{begin: func(ctx context.Context, req makeready.Request) error {
			*req.Params.Temperature = 1
			return ctx.Err()
		}}},

		{"does not stream", `make "", the response says "The sky is blue."`, sound{stream: func(context.Context, makeready.Request, string) error { return nil }}},
		{"streams something else", "a reader has seen one text", sound{end: func(_ context.Context, r makeready.Response, err error) (makeready.Response, error) {
			r.Text = strings.ToUpper(r.Text)
			return r, err
		}}},
		{"retries without Reset", `make "The The sky is blue."`, sound{stream: func(ctx context.Context, req makeready.Request, text string) error {
			if req.Stream != nil {
				if err := req.Stream(makeready.Chunk{Text: "The "}); err != nil {
					return err
				}
			}
			return words(ctx, req, text)
		}}},
		{"streams other thoughts", "streamed reasoning", sound{end: func(_ context.Context, r makeready.Response, err error) (makeready.Response, error) {
			r.Reasoning = ""
			return r, err
		}}},
		{"fails to stream", "answered without Stream", sound{begin: func(_ context.Context, req makeready.Request) error {
			if req.Stream != nil {
				return errors.New("cannot stream")
			}
			return nil
		}}},
		{"streams late", "after Generate has returned", sound{stream: func(ctx context.Context, req makeready.Request, text string) error {
			if req.Stream != nil {
				go func() {
					time.Sleep(10 * time.Millisecond)
					_ = req.Stream(makeready.Chunk{})
				}()
			}
			return words(ctx, req, text)
		}}},
		{"streams at once", "while a call of it is under way", sound{stream: func(_ context.Context, req makeready.Request, text string) error {
			if req.Stream == nil {
				return nil
			}
			return overlapping(req.Stream, text)
		}}},
		{"swallows the consumer's error", "Stream returned an error, and Generate returned <nil>", sound{end: func(ctx context.Context, r makeready.Response, err error) (makeready.Response, error) {
			return r, ctx.Err()
		}}},
		{"does not stop", "more chunks came after the error", sound{stream: func(ctx context.Context, req makeready.Request, text string) error {
			var first error
			req2 := req
			if req.Stream != nil {
				req2.Stream = func(c makeready.Chunk) error {
					if err := req.Stream(c); first == nil {
						first = err
					}
					return nil
				}
			}
			return errors.Join(words(ctx, req2, text), first)
		}}},
		{"loses count on error", "also after an error", sound{end: func(_ context.Context, r makeready.Response, err error) (makeready.Response, error) {
			if err != nil {
				return makeready.Response{Usage: makeready.Usage{Input: -1}}, err
			}
			return r, nil
		}}},

		{"ignores a done context", "canceled before the call: the error is <nil>", sound{
			begin: func(context.Context, makeready.Request) error { return nil },
			stream: func(ctx context.Context, req makeready.Request, text string) error {
				return words(context.WithoutCancel(ctx), req, text)
			},
		}},
		{"streams to nobody", "the caller is gone", sound{
			begin: func(context.Context, makeready.Request) error { return nil },
			stream: func(ctx context.Context, req makeready.Request, text string) error {
				return errors.Join(words(context.WithoutCancel(ctx), req, text), ctx.Err())
			},
		}},
		{"another name for cancellation", "does not match context canceled", sound{begin: func(ctx context.Context, _ makeready.Request) error {
			if ctx.Err() != nil {
				return errors.New("request ended")
			}
			return nil
		}}},
		{"hangs on a done context", "deadline before the call: Generate does not return within 2s", sound{begin: func(ctx context.Context, _ makeready.Request) error {
			if ctx.Err() != nil {
				<-release
			}
			return nil
		}}},
		{"half an answer", "is returned without an error", sound{end: func(ctx context.Context, r makeready.Response, err error) (makeready.Response, error) {
			if errors.Is(err, context.Canceled) && r.Text != "" {
				r.Text, r.Stop = "The ", makeready.StopUnknown
				return r, nil
			}
			return r, err
		}}},
		{"a provider's failure instead", "midway says network", sound{end: func(ctx context.Context, r makeready.Response, err error) (makeready.Response, error) {
			if errors.Is(err, context.Canceled) {
				return r, errors.New("midway says network")
			}
			return r, err
		}}},

		{"one at a time", "16 calls at once, and one fails", sound{begin: func(ctx context.Context, _ makeready.Request) error {
			if shared.Add(1) > 1 {
				shared.Add(-1)
				return errors.New("busy")
			}
			time.Sleep(time.Second)
			shared.Add(-1)
			return ctx.Err()
		}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				release = make(chan struct{})
				begin := time.Now()
				req := ask("What color is the sky?")
				req.Params.Temperature = new(0.5)
				err := modeltest.TestModel(c.model, req)
				close(release)
				require.ErrorContains(t, err, c.want)
				require.ErrorContains(t, err, "modeltest: model, request 1, ")
				require.NotContains(t, err.Error(), "secret", "the value of a panic may be anything")
				require.Less(t, time.Since(begin), 80*time.Second)
			})
		})
	}
}

// overlapping calls stream from two goroutines at once, the second inside of
// the first.
func overlapping(stream func(makeready.Chunk) error, text string) error {
	errs := make(chan error)
	go func() { errs <- stream(makeready.Chunk{Text: text}) }()
	go func() { errs <- stream(makeready.Chunk{}) }()
	return errors.Join(<-errs, <-errs)
}

func TestModelExplains(t *testing.T) {
	err := modeltest.TestModel(sound{stream: func(context.Context, makeready.Request, string) error { return nil }})
	for line := range strings.Lines(err.Error()) {
		require.True(t, strings.HasPrefix(line, "modeltest: model, request 1, "), line)
		require.True(t, strings.HasSuffix(strings.TrimSpace(line), ")"), "every finding says why it matters: %s", line)
	}
}
