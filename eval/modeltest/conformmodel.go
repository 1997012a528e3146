package modeltest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/makeready-go/makeready"
)

// TestModel checks that a model keeps the contract of [makeready.Model]: that
// its answers, usage and streams are sound, that it leaves requests alone, ends
// with its context, passes on the errors of Stream, and may be used
// concurrently. It returns everything that it finds wrong, each with the
// reason why it matters, or nil.
//
// Each request is asked about twenty times; without one it is a question with
// a short answer. The model must be able to answer. Every wait is bounded: the
// whole takes about a minute per request at most, however the model behaves.
// Run it with the race detector.
func TestModel(m makeready.Model, requests ...makeready.Request) error {
	if len(requests) == 0 {
		requests = []makeready.Request{suiteRequest()}
	}
	f := &findings{subject: "model"}
	for i, req := range requests {
		f.where = fmt.Sprintf("request %d", i+1)
		if !f.plain(m, req) {
			continue // the other checks would say the same
		}
		f.streamed(m, req)
		f.consumerStops(m, req)
		f.doneBefore(m, req)
		f.canceledMidway(m, req)
		if !f.mutates {
			f.crowded(m, req)
		}
	}
	return f.err()
}

func (f *findings) plain(m makeready.Model, req makeready.Request) bool {
	const check = "plain call"
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	req.Stream = nil
	g := guard(req)
	r := call(ctx, m, g.Request, callTimeout+returnTimeout)
	if f.broken(check, r, callTimeout+returnTimeout) {
		return false
	}
	if r.err != nil {
		f.add(check, fmt.Sprintf("it fails: %v", r.err), "the suite needs a model that can answer the request")
		return false
	}
	f.unchanged(check, g)
	f.valid(check, r.resp)
	return true
}

// valid checks a response by itself.
func (f *findings) valid(check string, resp makeready.Response) {
	if resp.Text == "" && len(resp.ToolCalls) == 0 && (resp.Stop == makeready.StopUnknown || resp.Stop == makeready.StopEnd) {
		f.add(check, "the response has neither text nor tool calls, and its stop reason does not say why", "nothing and no error is what a lost answer looks like")
	}
	if !utf8.ValidString(resp.Text) {
		f.add(check, "the text is not valid UTF-8", "parsers and logs replace the broken runes, each in its own way")
	}
	if resp.Stop > makeready.StopFilter {
		f.add(check, fmt.Sprintf("the stop reason %v is none of the constants", resp.Stop), "it cannot be recorded")
	}
	if resp.Stop == makeready.StopToolCalls && len(resp.ToolCalls) == 0 {
		f.add(check, "it stopped for tool calls, and there are none", "the host would wait for tools that nobody asked for")
	}
	for _, c := range resp.ToolCalls {
		if c.Name == "" {
			f.add(check, "a tool call has no name", "the host cannot tell which tool is meant")
		}
	}
	f.usage(check, resp)
}

func (f *findings) usage(check string, resp makeready.Response) {
	u := resp.Usage
	if wrong := sane(u); wrong != "" {
		f.add(check, "the usage "+wrong, "budgets and bills are made of it")
	}
	if u.Source == makeready.UsageReported && resp.Text != "" && (u.Input == 0 || u.Output == 0) {
		f.add(check, fmt.Sprintf("the provider is said to have reported %d input and %d output tokens for an answer with text", u.Input, u.Output),
			"a figure that is missing must be estimated, or it is charged as nothing")
	}
}

func (f *findings) streamed(m makeready.Model, req makeready.Request) {
	const check = "streaming"
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	t := &tape{slow: true}
	req.Stream = t.take
	g := guard(req)
	r := call(ctx, m, g.Request, callTimeout+returnTimeout)
	if f.broken(check, r, callTimeout+returnTimeout) {
		return
	}
	if r.err != nil {
		f.add(check, fmt.Sprintf("it fails: %v", r.err), "the same request is answered without Stream")
		return
	}
	f.unchanged(check, g)
	f.valid(check, r.resp)
	settle(t)
	f.sameText(check, t, r.resp)
}

var errConsumer = errors.New("modeltest: the consumer of the stream has had enough")

func (f *findings) consumerStops(m makeready.Model, req makeready.Request) {
	const check = "error of Stream"
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	t := &tape{hook: func(int) error { return errConsumer }}
	req.Stream = t.take
	r := call(ctx, m, req, callTimeout+returnTimeout)
	if f.broken(check, r, callTimeout+returnTimeout) {
		return
	}
	settle(t)
	_, _, chunks := t.seen()
	if chunks == 0 {
		return // "streaming" has reported it, or there is no text to stream
	}
	if !errors.Is(r.err, errConsumer) {
		f.add(check, fmt.Sprintf("Stream returned an error, and Generate returned %v", r.err), "the consumer's error ends the call and says why it ended")
	}
	if chunks > 1 {
		f.add(check, fmt.Sprintf("%d more chunks came after the error", chunks-1), "whoever stops a stream does not expect more of it, and pays for it")
	}
	if wrong := sane(r.resp.Usage); wrong != "" {
		f.add(check, "the usage "+wrong, "budgets and bills are made of it, also after an error")
	}
}

func (f *findings) doneBefore(m makeready.Model, req makeready.Request) {
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	expired, cancel := context.WithDeadline(context.Background(), time.Now().Add(-time.Second))
	defer cancel()
	for _, c := range []struct {
		check string
		ctx   context.Context //nolint:containedctx // a table of contexts
		want  error
	}{
		{"canceled before the call", canceled, context.Canceled},
		{"deadline before the call", expired, context.DeadlineExceeded},
	} {
		t := &tape{}
		req.Stream = t.take
		r := call(c.ctx, m, req, returnTimeout)
		if f.broken(c.check, r, returnTimeout) {
			continue
		}
		if !errors.Is(r.err, c.want) {
			f.add(c.check, fmt.Sprintf("the error is %v, and does not match %v", r.err, c.want),
				"breakers and error rates must tell the caller's own end from a failing provider")
		}
		settle(t)
		if _, _, chunks := t.seen(); chunks > 0 {
			f.add(c.check, "chunks are streamed", "the caller is gone")
		}
	}
}

// canceledMidway cancels at the first chunk. Only a model that has the rest
// already may still answer.
func (f *findings) canceledMidway(m makeready.Model, req makeready.Request) {
	const check = "canceled in the stream"
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	t := &tape{hook: func(int) error {
		cancel()
		return nil
	}}
	req.Stream = t.take
	r := call(ctx, m, req, callTimeout+returnTimeout)
	if f.broken(check, r, callTimeout+returnTimeout) {
		return
	}
	settle(t)
	text, _, chunks := t.seen()
	switch {
	case chunks == 0 || errors.Is(r.err, context.Canceled):
	case r.err != nil:
		f.add(check, fmt.Sprintf("the error is %v, and does not match context.Canceled", r.err), "the caller's own end must not look like a failing provider")
	case r.resp.Stop == makeready.StopUnknown || text != r.resp.Text:
		f.add(check, fmt.Sprintf("a part of the answer, %s, is returned without an error", clip(r.resp.Text)), "half an answer that looks whole is worse than none")
	}
}

// crowded asks many times at once, every second time with a stream.
func (f *findings) crowded(m makeready.Model, req makeready.Request) {
	const check = "concurrent calls"
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	g := guard(req)
	tapes, results := newTapes(), make([]result, crowd)
	var wg sync.WaitGroup
	for i := range crowd {
		mine := g.Request
		mine.Stream = nil
		if i%2 == 0 {
			mine.Stream = tapes[i].take
		}
		wg.Go(func() { results[i] = call(ctx, m, mine, callTimeout+returnTimeout) })
	}
	wg.Wait()
	settle(tapes...)
	f.unchanged(check, g)
	before := len(f.errs)
	for i, r := range results {
		if len(f.errs) > before {
			return // one of them is enough
		}
		if f.broken(check, r, callTimeout+returnTimeout) {
			return
		}
		if r.err != nil {
			f.add(check, fmt.Sprintf("%d calls at once, and one fails: %v", crowd, r.err), "a model must be safe for concurrent use")
			return
		}
		if i%2 == 0 {
			f.sameText(check, tapes[i], r.resp)
		}
	}
}
