package modeltest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/makeready-go/makeready"
)

const (
	// callTimeout bounds every call of a conformance suite.
	callTimeout = 10 * time.Second
	// returnTimeout is "soon after ctx is done": enough for a busy machine,
	// and far less than a user waits.
	returnTimeout = 2 * time.Second
	// lateness is how long a suite waits for what must not come any more.
	lateness = 20 * time.Millisecond
	// crowd is how many calls are made at once.
	crowd = 16
	// slowness is how long the first chunks of a stream take to be read.
	slowness   = 100 * time.Microsecond
	slowChunks = 8
)

// findings collects what a suite finds.
type findings struct {
	subject string // "model" or "middleware"
	where   string // which request
	errs    []error
	mutates bool // requests are changed; to share them would only be a race
}

// add reports that a check failed: what happened, and why it matters.
func (f *findings) add(check, what, why string) {
	f.errs = append(f.errs, fmt.Errorf("modeltest: %s, %s, %s: %s (%s)", f.subject, f.where, check, what, why))
}

func (f *findings) err() error { return errors.Join(f.errs...) }

// suiteRequest is asked when a suite is given no request.
func suiteRequest() makeready.Request {
	return makeready.Request{Messages: []makeready.Message{
		{Role: makeready.RoleSystem, Text: "You answer in one short sentence."},
		{Role: makeready.RoleUser, Text: "What color is the sky on a clear day?"},
	}}
}

// A result is how a call ended.
type result struct {
	resp     makeready.Response
	err      error
	panicked any
	late     bool // it did not end in time; nothing else is known
}

// call runs one call and gives up on it after the limit. A call that never
// returns keeps its goroutine.
func call(ctx context.Context, m makeready.Model, req makeready.Request, limit time.Duration) result {
	done := make(chan result, 1)
	go func() {
		var r result
		defer func() {
			r.panicked = recover()
			done <- r
		}()
		r.resp, r.err = m.Generate(ctx, req)
	}()
	return wait(done, limit)
}

// broken reports calls that panicked or did not return.
func (f *findings) broken(check string, r result, limit time.Duration) bool {
	switch {
	case r.late:
		f.add(check, fmt.Sprintf("Generate does not return within %v", limit), "a caller that waits forever cannot be saved by its own deadline")
	case r.panicked != nil:
		f.add(check, fmt.Sprintf("Generate panics with a %T", r.panicked), "a provider's bad day must be an error")
	default:
		return false
	}
	return true
}

// A tape is what a caller sees of a stream.
type tape struct {
	mu              sync.Mutex
	text, reasoning strings.Builder
	chunks          int
	inside          bool // a call of take is under way
	overlap         bool // chunks came at the same time
	ended           bool
	late            bool                  // a chunk came after the end
	hook            func(chunk int) error // called for each chunk, counted from 1
	slow            bool
}

func newTapes() []*tape {
	all := make([]*tape, crowd)
	for i := range all {
		all[i] = &tape{}
	}
	return all
}

func (t *tape) take(c makeready.Chunk) error {
	t.mu.Lock()
	t.overlap = t.overlap || t.inside
	t.late = t.late || t.ended
	t.inside = true
	t.chunks++
	n := t.chunks
	if c.Reset {
		t.text.Reset()
		t.reasoning.Reset()
	}
	t.text.WriteString(c.Text)
	t.reasoning.WriteString(c.Reasoning)
	t.mu.Unlock()
	var err error
	if t.hook != nil {
		err = t.hook(n)
	}
	if t.slow && n <= slowChunks {
		time.Sleep(slowness) // so that chunks that come at the same time are noticed
	}
	t.mu.Lock()
	t.inside = false
	t.mu.Unlock()
	return err
}

// settle marks the end of calls, and waits for chunks that come too late.
func settle(tapes ...*tape) {
	for _, t := range tapes {
		t.mu.Lock()
		t.ended = true
		t.mu.Unlock()
	}
	time.Sleep(lateness)
}

// seen returns what was streamed.
func (t *tape) seen() (text, reasoning string, chunks int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String(), t.reasoning.String(), t.chunks
}

// order reports chunks out of order.
func (f *findings) order(check string, t *tape) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.overlap {
		f.add(check, "Stream is called while a call of it is under way", "chunks that overlap have no order, and callers need not be safe for concurrent use")
	}
	if t.late {
		f.add(check, "Stream is called after Generate has returned", "the caller has gone on, and the reader is gone")
	}
}

// sameText compares what was streamed with what was answered. The tape must be
// settled.
func (f *findings) sameText(check string, t *tape, resp makeready.Response) {
	text, reasoning, _ := t.seen()
	f.order(check, t)
	if text != resp.Text {
		f.add(check, fmt.Sprintf("the chunks since the last Reset make %s, the response says %s", clip(text), clip(resp.Text)),
			"a reader has seen one text, and everything after the call works with another; what must be checked or edited first has to be held back")
	}
	if reasoning != "" && reasoning != resp.Reasoning {
		f.add(check, fmt.Sprintf("the streamed reasoning is %s, the response's %s", clip(reasoning), clip(resp.Reasoning)),
			"a record of the response would not be what was seen")
	}
}

func clip(s string) string {
	const most = 60
	if len(s) > most {
		return fmt.Sprintf("%q…", wholeRunes(s, most))
	}
	return fmt.Sprintf("%q", s)
}

// sane says what is wrong with a usage.
func sane(u makeready.Usage) string {
	switch {
	case min(u.Input, u.CacheRead, u.CacheWrite, u.Output, u.Reasoning) < 0:
		return "counts less than nothing"
	case u.CacheRead+u.CacheWrite > u.Input:
		return "counts more cached tokens than input tokens"
	case u.Reasoning > u.Output:
		return "counts more reasoning tokens than output tokens"
	case u.Source > makeready.UsageReported:
		return "has an unknown source"
	case u.Source == makeready.UsageUnknown && u != makeready.Usage{}:
		return "has figures of an unknown source"
	}
	return ""
}

// A guarded request notices when its slices are changed, also behind their
// end: a model that appends to them would write there.
type guarded struct {
	makeready.Request

	before makeready.Request
}

func guard(req makeready.Request) guarded {
	stream := req.Stream
	req = clone(req)
	req.Messages = spare(req.Messages, makeready.Message{Text: "beyond"})
	for i := range req.Messages {
		m := &req.Messages[i]
		m.Parts = spare(m.Parts, makeready.Part{URL: "beyond"})
		m.Spans = spare(m.Spans, makeready.Span{Name: "beyond"})
	}
	req.Params.Stop = spare(req.Params.Stop, "beyond")
	req.Schema = spare(req.Schema, 'b')
	req.Tools = spare(req.Tools, makeready.Tool{Name: "beyond"})
	g := guarded{Request: req, before: clone(revealed(req))}
	g.Stream = stream
	return g
}

func (g guarded) changed() bool {
	after := revealed(g.Request)
	after.Stream = nil
	return !reflect.DeepEqual(after, g.before)
}

// spare returns a copy with one more element behind its end.
func spare[T any](s []T, behind T) []T {
	if s == nil {
		return nil
	}
	return append(slices.Clone(s), behind)[:len(s)]
}

// revealed is the request with its slices up to their capacity.
func revealed(req makeready.Request) makeready.Request {
	req.Messages = slices.Clone(full(req.Messages))
	for i := range req.Messages {
		req.Messages[i].Parts = full(req.Messages[i].Parts)
		req.Messages[i].Spans = full(req.Messages[i].Spans)
	}
	req.Params.Stop, req.Schema, req.Tools = full(req.Params.Stop), full(req.Schema), full(req.Tools)
	return req
}

func full[T any](s []T) []T { return s[:cap(s)] }

func (f *findings) unchanged(check string, g guarded) {
	if g.changed() {
		f.mutates = true
		f.add(check, "the slices of the request are changed", "they belong to the caller, who sends them again on a retry and to other models at the same time")
	}
}

// numbered is the request with another last message of the user, so that no
// cache takes it for one that was made before.
func numbered(req makeready.Request, mark string) makeready.Request {
	req = clone(req)
	for i := range slices.Backward(req.Messages) {
		if m := &req.Messages[i]; m.Role == makeready.RoleUser {
			m.Text += " (" + mark + ")"
			return req
		}
	}
	req.Messages = append(req.Messages, makeready.Message{Role: makeready.RoleUser, Text: "(" + mark + ")"})
	return req
}

// wait takes a result that arrives in time.
func wait(done <-chan result, limit time.Duration) result {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case r := <-done:
		return r
	case <-timer.C:
		return result{late: true}
	}
}
