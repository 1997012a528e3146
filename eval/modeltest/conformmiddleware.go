package modeltest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/makeready-go/makeready"
)

// TestMiddleware checks that a middleware keeps the contract of
// [makeready.Middleware]: it passes a request on or refuses it with an error;
// it hands through errors, usage, context and cancellation; what it lets be
// streamed is the text that it returns. It returns everything that it finds
// wrong, each with the reason why it matters, or nil.
//
// The suite puts models of its own inside, which answer with several texts,
// among them JSON and text with an e-mail address and numbers. Each request is
// used about thirty times, with a different mark in its last message; without
// one it is a simple question. A middleware that refuses every request cannot
// be tested, which is an error too. Every wait is bounded, but a middleware
// that waits between attempts is best tested inside testing/synctest. Run it
// with the race detector.
func TestMiddleware(mw makeready.Middleware, requests ...makeready.Request) error {
	if len(requests) == 0 {
		requests = []makeready.Request{suiteRequest()}
	}
	f := &findings{subject: "middleware"}
	for i, req := range requests {
		f.where = fmt.Sprintf("request %d", i+1)
		s := &mwSuite{findings: f, mw: mw, req: req}
		if !s.passesOn() {
			continue
		}
		s.resets()
		s.failures()
		s.incomplete()
		s.consumerStops()
		s.cancellation()
		if !f.mutates {
			s.crowded()
		}
	}
	return f.err()
}

type mwSuite struct {
	*findings

	mw    makeready.Middleware
	req   makeready.Request
	marks int
}

// next is the request with a new mark.
func (s *mwSuite) next() makeready.Request {
	s.marks++
	return numbered(s.req, fmt.Sprintf("check %d", s.marks))
}

type runKey struct{}

// run makes one call through the middleware, and says whether it got through
// to the inner model.
func (s *mwSuite) run(check string, in *inner, req makeready.Request) (r result, passed bool) {
	ctx, cancel := context.WithTimeout(context.WithValue(context.Background(), runKey{}, "run"), callTimeout)
	defer cancel()
	reply := in.reply
	lost := false
	in.reply = func(ctx context.Context, req makeready.Request) (makeready.Response, error) {
		if ctx.Value(runKey{}) != "run" {
			in.mu.Lock()
			lost = true
			in.mu.Unlock()
		}
		return reply(ctx, req)
	}
	g := guard(req)
	r = call(ctx, s.mw(in), g.Request, callTimeout+returnTimeout)
	if s.broken(check, r, callTimeout+returnTimeout) {
		return r, false
	}
	s.unchanged(check, g)
	in.mu.Lock()
	defer in.mu.Unlock()
	if lost {
		s.add(check, "the values of the context do not reach the inner model", "the run travels in the context: without it nothing is recorded, counted or capped")
	}
	return r, in.count > 0
}

// passesOn lets every text through, plain and streamed. It reports whether any
// of them came through.
func (s *mwSuite) passesOn() bool {
	through := false
	for _, text := range innerTexts {
		for _, streamed := range []bool{false, true} {
			check, t := "plain call", (*tape)(nil)
			req := s.next()
			if streamed {
				check, t = "streaming", &tape{slow: true}
				req.Stream = t.take
			}
			in := &inner{reply: func(ctx context.Context, req makeready.Request) (makeready.Response, error) {
				return innerResponse(text), stream(ctx, req, nil, pieces(text), 0)
			}}
			r, passed := s.run(check, in, req)
			switch {
			case r.late || r.panicked != nil || r.err != nil: // reported, or refused
			case !passed:
				s.add(check, "it answers by itself: the inner model is not asked, and there is no error",
					"a refusal is an error, such as an *Exit; an answer that no model gave looks like any other")
			default:
				through = true
				s.kept(check, r.resp, innerResponse(text))
				if streamed {
					settle(t)
					s.sameText(check, t, r.resp)
				}
			}
		}
	}
	if !through && len(s.errs) == 0 {
		s.add("plain call", "every request is refused", "the suite can see nothing; give it a request that the middleware lets through")
	}
	return through
}

// kept compares a response with what the inner model gave.
func (s *mwSuite) kept(check string, got, want makeready.Response) {
	s.keptUsage(check, got.Usage, want.Usage)
	if got.Text != want.Text { // it is edited; then more may be
		return
	}
	var lost []string
	if got.Stop != want.Stop {
		lost = append(lost, "the stop reason")
	}
	if !reflect.DeepEqual(got.ToolCalls, want.ToolCalls) {
		lost = append(lost, "the tool calls")
	}
	if got.ID != want.ID || got.Model != want.Model {
		lost = append(lost, "the names of the answer and its model")
	}
	if len(lost) > 0 {
		s.add(check, strings.Join(lost, " and ")+" are not those of the inner model", "a cut answer that says it is whole is parsed as if it was; copy the response and change what you mean to change")
	}
}

func (s *mwSuite) keptUsage(check string, got, want makeready.Usage) {
	if got.Input < want.Input || got.Output < want.Output {
		s.add(check, fmt.Sprintf("the inner model used %d input and %d output tokens, the response says %d and %d", want.Input, want.Output, got.Input, got.Output),
			"what was used is paid for, also when the call fails")
	}
}

// resets streams a draft and takes it back.
func (s *mwSuite) resets() {
	const check, text = "streaming with a Reset", "The parcel left the warehouse on Tuesday."
	t := &tape{}
	req := s.next()
	req.Stream = t.take
	in := &inner{reply: func(ctx context.Context, req makeready.Request) (makeready.Response, error) {
		resp := innerResponse(text)
		if err := stream(ctx, req, nil, []string{"A first ", "attempt"}, 0); err != nil {
			return resp, err
		}
		if req.Stream != nil {
			if err := req.Stream(makeready.Chunk{Reset: true}); err != nil {
				return resp, err
			}
		}
		return resp, stream(ctx, req, nil, pieces(text), 0)
	}}
	if r, passed := s.run(check, in, req); passed && r.err == nil {
		settle(t)
		s.sameText(check, t, r.resp)
	}
}

// failures has the inner model fail, and refuse.
func (s *mwSuite) failures() {
	cause := errors.New("modeltest: the inner model's cause")
	failure := &makeready.ModelError{Kind: makeready.KindInvalidRequest, Provider: "inner", Model: "inner", Status: 400, Err: cause}
	exit := &makeready.Exit{Outcome: makeready.Blocked, Reason: "inner"}
	for _, c := range []struct {
		check string
		err   error
		kept  func(err error) bool
	}{
		{"error of the inner model", failure, func(err error) bool {
			got, ok := errors.AsType[*makeready.ModelError](err)
			return ok && got.Kind == failure.Kind && errors.Is(err, cause)
		}},
		{"exit of the inner model", exit, func(err error) bool {
			got, ok := errors.AsType[*makeready.Exit](err)
			return ok && got.Outcome == exit.Outcome
		}},
	} {
		in := &inner{reply: func(context.Context, makeready.Request) (makeready.Response, error) {
			return makeready.Response{Usage: innerUsage}, c.err
		}}
		r, passed := s.run(c.check, in, s.next())
		switch {
		case !passed:
		case r.err == nil:
			s.add(c.check, "it is swallowed: Generate returns no error", "the caller would go on with an answer that does not exist")
		case !c.kept(r.err):
			s.add(c.check, fmt.Sprintf("it is hidden: errors.AsType does not find the %T in what is returned", c.err),
				"retries, failover and error rates decide by its kind; wrap errors with %w")
		}
		if passed && r.err != nil {
			s.keptUsage(c.check, r.resp.Usage, innerUsage)
		}
	}
}

// incomplete has the inner model break off in the stream, as often as it is
// asked.
func (s *mwSuite) incomplete() {
	const check = "broken stream of the inner model"
	t := &tape{}
	req := s.next()
	req.Stream = t.take
	in := &inner{reply: func(ctx context.Context, req makeready.Request) (makeready.Response, error) {
		if err := stream(ctx, req, nil, []string{"The parcel ", "left"}, 0); err != nil {
			return makeready.Response{Usage: innerUsage}, err
		}
		return makeready.Response{Text: "The parcel left", Usage: innerUsage},
			&makeready.ModelError{Kind: makeready.KindNetwork, Provider: "inner", Model: "inner", Err: makeready.ErrIncompleteStream}
	}}
	r, passed := s.run(check, in, req)
	switch {
	case !passed:
	case r.err == nil:
		s.add(check, "it is swallowed: a part of the answer is returned without an error", "half an answer that looks whole is worse than none")
	case !errors.Is(r.err, makeready.ErrIncompleteStream) && !errors.Is(r.err, context.DeadlineExceeded):
		s.add(check, "it is hidden: what is returned does not match makeready.ErrIncompleteStream", "the caller must know that what it has shown is no answer")
	}
}

func (s *mwSuite) consumerStops() {
	const check, text = "error of Stream", "The parcel left the warehouse on Tuesday."
	t := &tape{hook: func(int) error { return errConsumer }}
	req := s.next()
	req.Stream = t.take
	in := &inner{reply: func(ctx context.Context, req makeready.Request) (makeready.Response, error) {
		return innerResponse(text), stream(ctx, req, nil, pieces(text), 0)
	}}
	r, passed := s.run(check, in, req)
	settle(t)
	_, _, chunks := t.seen()
	if !passed || chunks == 0 {
		return
	}
	if !errors.Is(r.err, errConsumer) {
		s.add(check, fmt.Sprintf("Stream returned an error, and Generate returned %v", r.err), "the consumer's error ends the call and says why it ended")
	}
	if chunks > 1 {
		s.add(check, fmt.Sprintf("%d more chunks came after the error", chunks-1), "whoever stops a stream does not expect more of it, and pays for it")
	}
}

// cancellation cancels while the inner model works.
func (s *mwSuite) cancellation() {
	const check = "cancellation"
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	giveUp := make(chan struct{})
	reached := make(chan bool, 1)
	begun := make(chan struct{}, 1)
	in := &inner{reply: func(ctx context.Context, _ makeready.Request) (makeready.Response, error) {
		offer(begun, struct{}{})
		select {
		case <-ctx.Done():
		case <-giveUp:
		}
		offer(reached, ctx.Err() != nil)
		return makeready.Response{Usage: innerUsage}, context.Canceled
	}}
	req := s.next()
	done := make(chan result, 1)
	go func() { done <- call(ctx, s.mw(in), req, callTimeout+returnTimeout) }()
	select {
	case <-done:
		return // refused
	case <-begun:
	}
	cancel()
	r := wait(done, returnTimeout)
	close(giveUp)
	if !<-reached {
		s.add(check, "the context of the inner model is not done when the caller's is", "the call goes on, and is paid for, while nobody waits for it")
	}
	switch {
	case s.broken(check, r, returnTimeout):
	case r.err == nil:
		s.add(check, "Generate returns no error", "there is no answer")
	case !errors.Is(r.err, context.Canceled):
		s.add(check, fmt.Sprintf("the error is %v, and does not match context.Canceled", r.err), "the caller's own end must not look like a failing provider")
	}
}

// crowded makes calls at once whose answers tell whom they are for.
func (s *mwSuite) crowded() {
	const check = "concurrent calls"
	in := &inner{reply: func(ctx context.Context, req makeready.Request) (makeready.Response, error) {
		text := "This is for nobody."
		for _, m := range req.Messages {
			if i := slices.IndexFunc(birds, func(b string) bool { return strings.Contains(m.Text, b) }); i >= 0 {
				text = "This is for the " + birds[i] + "."
			}
		}
		return innerResponse(text), stream(ctx, req, nil, pieces(text), 0)
	}}
	m := s.mw(in)
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	tapes, results := newTapes(), make([]result, crowd)
	var wg sync.WaitGroup
	for i := range crowd {
		req := numbered(s.req, birds[i])
		if i%2 == 0 {
			req.Stream = tapes[i].take
		}
		wg.Go(func() { results[i] = call(ctx, m, req, callTimeout+returnTimeout) })
	}
	wg.Wait()
	settle(tapes...)
	before := len(s.errs)
	for i, r := range results {
		if len(s.errs) > before || s.broken(check, r, callTimeout+returnTimeout) {
			return // one of them is enough
		}
		if r.err != nil {
			continue // refused
		}
		for j, bird := range birds {
			if j != i && strings.Contains(r.resp.Text, bird) {
				s.add(check, fmt.Sprintf("one of %d calls gets the answer to another", crowd), "one customer reads what is meant for the other")
				return
			}
		}
		if i%2 == 0 {
			s.sameText(check, tapes[i], r.resp)
		}
	}
}
