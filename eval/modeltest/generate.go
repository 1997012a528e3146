package modeltest

import (
	"context"
	"time"

	"github.com/makeready-go/makeready"
)

// Generate answers as scripted. A request whose context is done is not
// counted.
func (s *Script) Generate(ctx context.Context, req makeready.Request) (makeready.Response, error) {
	if err := ctx.Err(); err != nil {
		return makeready.Response{}, err
	}
	r, a, err := s.next(req)
	if err != nil {
		return makeready.Response{}, err
	}
	if err := sleep(ctx, r.Latency); err != nil {
		return makeready.Response{}, err
	}
	switch f := r.Fault; {
	case f == Hang:
		return makeready.Response{}, s.hang(ctx)
	case f.status() != 0:
		return makeready.Response{}, r.modelError(req, a)
	case f == Stall || f.breaks():
		return s.breakOff(ctx, req, r, a)
	case f == SplitUTF8:
		a.chunks, a.thoughts = splitRunes(a.Text), splitRunes(a.Reasoning)
	}
	if err := stream(ctx, req, a.thoughts, a.chunks, r.Pace); err != nil {
		return makeready.Response{Usage: a.Usage}, err
	}
	return a.Response, nil
}

// breakOff delivers the reply up to where it breaks.
func (s *Script) breakOff(ctx context.Context, req makeready.Request, r Reply, a answer) (makeready.Response, error) {
	text := a.Text
	if text != "" {
		text = wholeRunes(text, r.cutOffset(len(text)))
	}
	if len(text) == len(a.Text) {
		text = ""
	}
	paid := a.Usage
	paid.Output, paid.Source = tokens(len(text)), makeready.UsageEstimated
	paid.Reasoning = 0
	partial := makeready.Response{Usage: paid}
	if req.Stream == nil {
		if r.Fault == Stall {
			return partial, s.hang(ctx)
		}
		return partial, r.modelError(req, a)
	}
	if err := stream(ctx, req, a.thoughts, within(a.chunks, len(text)), r.Pace); err != nil {
		return partial, err
	}
	if r.Fault == Stall {
		return partial, s.hang(ctx)
	}
	return partial, r.modelError(req, a)
}

// within are the chunks, the last one cut, that make the first n bytes.
func within(chunks []string, n int) []string {
	var out []string
	for _, c := range chunks {
		if n <= 0 {
			break
		}
		out = append(out, c[:min(len(c), n)])
		n -= len(c)
	}
	return out
}

// hang waits for the context, if it can be done at all.
func (s *Script) hang(ctx context.Context) error {
	if ctx.Done() == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.reportf("modeltest: a reply hangs, and the request's context can never be done")
		return errScripted
	}
	<-ctx.Done()
	return ctx.Err()
}

// stream hands the chunks to the request's Stream, if there is one. Without
// one only the time passes.
func stream(ctx context.Context, req makeready.Request, thoughts, chunks []string, pace time.Duration) error {
	for i := range len(thoughts) + len(chunks) {
		if i > 0 {
			if err := sleep(ctx, pace); err != nil {
				return err
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if req.Stream == nil {
			continue
		}
		var c makeready.Chunk
		if i < len(thoughts) {
			c.Reasoning = thoughts[i]
		} else {
			c.Text = chunks[i-len(thoughts)]
		}
		if err := req.Stream(c); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
