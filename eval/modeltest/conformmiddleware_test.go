package modeltest_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/eval/modeltest"
)

type (
	request  = makeready.Request
	response = makeready.Response
	model    = makeready.Model
)

// around makes a middleware of a function.
func around(f func(ctx context.Context, req request, next model) (response, error)) makeready.Middleware {
	return func(next model) model {
		return makeready.ModelFunc(func(ctx context.Context, req request) (response, error) { return f(ctx, req, next) })
	}
}

var email = regexp.MustCompile(`\S+@\S+`)

// heldBack redacts the way that the contract asks for: it edits before it
// streams.
func heldBack(ctx context.Context, req request, next model) (response, error) {
	out := req.Stream
	if out != nil {
		req.Stream = func(makeready.Chunk) error { return ctx.Err() }
	}
	resp, err := next.Generate(ctx, req)
	resp.Text = email.ReplaceAllString(resp.Text, "[email]")
	if err != nil || out == nil {
		return resp, err
	}
	if err := ctx.Err(); err != nil {
		return response{Usage: resp.Usage}, err
	}
	return resp, out(makeready.Chunk{Text: resp.Text})
}

// retried asks up to three times, with a Reset before each new attempt.
func retried(ctx context.Context, req request, next model) (response, error) {
	var used makeready.Usage
	for attempt := 1; ; attempt++ {
		resp, err := next.Generate(ctx, req)
		used = used.Add(resp.Usage)
		resp.Usage = used
		me, ok := errors.AsType[*makeready.ModelError](err)
		if err == nil || !ok || !me.Retryable() || attempt == 3 {
			return resp, err
		}
		select {
		case <-ctx.Done():
			return resp, ctx.Err()
		case <-time.After(time.Second):
		}
		if req.Stream != nil {
			if err := req.Stream(makeready.Chunk{Reset: true}); err != nil {
				return resp, err
			}
		}
	}
}

// cached answers a question that it has heard before.
func cached() makeready.Middleware {
	var known sync.Map
	return around(func(ctx context.Context, req request, next model) (response, error) {
		key := req.Messages[len(req.Messages)-1].Text
		if resp, ok := known.Load(key); ok {
			r, _ := resp.(response)
			if req.Stream != nil {
				return r, req.Stream(makeready.Chunk{Text: r.Text})
			}
			return r, nil
		}
		resp, err := next.Generate(ctx, req)
		if err == nil {
			known.Store(key, resp)
		}
		return resp, err
	})
}

func TestMiddlewareAccepts(t *testing.T) {
	for name, mw := range map[string]makeready.Middleware{
		"nothing":   func(next model) model { return next },
		"pass":      around(func(ctx context.Context, req request, next model) (response, error) { return next.Generate(ctx, req) }),
		"held back": around(heldBack),
		"retried":   around(retried),
		"cached":    cached(),
		"stack": func(next model) model {
			return makeready.Wrap(next, around(retried), around(heldBack), cached())
		},
		"refuses some": around(func(ctx context.Context, req request, next model) (response, error) {
			resp, err := next.Generate(ctx, request{Messages: req.Messages})
			if err == nil && strings.Contains(resp.Text, "@") {
				return response{Usage: resp.Usage}, &makeready.Exit{Outcome: makeready.Blocked, Reason: "pii"}
			}
			if err == nil && req.Stream != nil {
				err = req.Stream(makeready.Chunk{Text: resp.Text})
			}
			return resp, err
		}),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				require.NoError(t, modeltest.TestMiddleware(mw))
				require.NoError(t, modeltest.TestMiddleware(mw, ask("Where is my order?"), request{}))
			})
		})
	}
}

// TestMiddlewareRejects has one broken middleware for each check.
func TestMiddlewareRejects(t *testing.T) {
	var release chan struct{}
	var mu sync.Mutex
	var last response
	for _, c := range []struct {
		name, want string
		mw         func(ctx context.Context, req request, next model) (response, error)
	}{
		{"answers by itself", "plain call: it answers by itself", func(context.Context, request, model) (response, error) {
			return response{Text: "no", Usage: makeready.Usage{Input: 7, Output: 3}}, nil
		}},
		{"refuses all", "every request is refused", func(context.Context, request, model) (response, error) {
			return response{}, &makeready.Exit{Outcome: makeready.Blocked}
		}},
		{"panics", "Generate panics with a string", func(context.Context, request, model) (response, error) { panic("secret") }},
		{"hangs", "does not return within 12s", func(context.Context, request, model) (response, error) {
			<-release
			return response{}, errors.New("late")
		}},
		{"edits what was streamed", "a reader has seen one text", func(ctx context.Context, req request, next model) (response, error) {
			resp, err := next.Generate(ctx, req)
			resp.Text = email.ReplaceAllString(resp.Text, "[email]")
			return resp, err
		}},
		{"forgets the stream", `make "", the response says`, func(ctx context.Context, req request, next model) (response, error) {
			req.Stream = nil
			return next.Generate(ctx, req)
		}},
		{"edits the stream only", "a reader has seen one text", func(ctx context.Context, req request, next model) (response, error) {
			if out := req.Stream; out != nil {
				req.Stream = func(c makeready.Chunk) error {
					c.Text = strings.ToUpper(c.Text)
					return out(c)
				}
			}
			return next.Generate(ctx, req)
		}},
		{"swallows Reset", "streaming with a Reset: the chunks since the last Reset make", func(ctx context.Context, req request, next model) (response, error) {
			if out := req.Stream; out != nil {
				req.Stream = func(c makeready.Chunk) error {
					c.Reset = false
					return out(c)
				}
			}
			return next.Generate(ctx, req)
		}},
		{"loses usage", "used 7 input and 3 output tokens, the response says 0 and 0", func(ctx context.Context, req request, next model) (response, error) {
			resp, err := next.Generate(ctx, req)
			resp.Usage = makeready.Usage{}
			return resp, err
		}},
		{"loses usage with errors", "error of the inner model: the inner model used 7 input", func(ctx context.Context, req request, next model) (response, error) {
			resp, err := next.Generate(ctx, req)
			if err != nil {
				return response{}, err
			}
			return resp, nil
		}},
		{"builds its own response", "the stop reason and the tool calls and the names", func(ctx context.Context, req request, next model) (response, error) {
			resp, err := next.Generate(ctx, req)
			return response{Text: resp.Text, Usage: resp.Usage}, err
		}},
		{"another context", "the values of the context do not reach", func(_ context.Context, req request, next model) (response, error) {
			return next.Generate(ctx, req) //nolint:contextcheck // that of the package: this is what is broken
		}},
		{"edits messages", "the slices of the request are changed", func(ctx context.Context, req request, next model) (response, error) {
			req.Messages[0].Text = "mine"
			return next.Generate(ctx, req)
		}},
		{"appends to messages", "the slices of the request are changed", func(ctx context.Context, req request, next model) (response, error) {
			req.Messages = append(req.Messages, makeready.Message{Role: makeready.RoleUser, Text: "and be polite"})
			return next.Generate(ctx, req)
		}},
		{"swallows errors", "error of the inner model: it is swallowed", func(ctx context.Context, req request, next model) (response, error) {
			resp, err := next.Generate(ctx, req)
			if me, ok := errors.AsType[*makeready.ModelError](err); ok && me.Kind == makeready.KindInvalidRequest {
				return response{Text: "Sorry.", Usage: resp.Usage}, nil
			}
			return resp, err
		}},
		{"swallows exits", "exit of the inner model: it is swallowed", func(ctx context.Context, req request, next model) (response, error) {
			resp, err := next.Generate(ctx, req)
			if exit, ok := errors.AsType[*makeready.Exit](err); ok {
				return response{Text: exit.Reason, Usage: resp.Usage}, nil
			}
			return resp, err
		}},
		{"hides errors", "error of the inner model: it is hidden", func(ctx context.Context, req request, next model) (response, error) {
			resp, err := next.Generate(ctx, req)
			if err != nil && !errors.Is(err, context.Canceled) {
				return resp, errors.New("something went wrong")
			}
			return resp, err
		}},
		{"swallows broken streams", "broken stream of the inner model: it is swallowed", func(ctx context.Context, req request, next model) (response, error) {
			resp, err := next.Generate(ctx, req)
			if errors.Is(err, makeready.ErrIncompleteStream) {
				return resp, nil
			}
			return resp, err
		}},
		{"hides broken streams", "broken stream of the inner model: it is hidden", func(ctx context.Context, req request, next model) (response, error) {
			resp, err := next.Generate(ctx, req)
			if errors.Is(err, makeready.ErrIncompleteStream) {
				return resp, errors.New("network")
			}
			return resp, err
		}},
		{"swallows the consumer's error", "Stream returned an error, and Generate returned <nil>", func(ctx context.Context, req request, next model) (response, error) {
			if out := req.Stream; out != nil {
				req.Stream = func(c makeready.Chunk) error {
					_ = out(c)
					return nil
				}
			}
			return next.Generate(ctx, req)
		}},
		{"does not stop", "more chunks came after the error", func(ctx context.Context, req request, next model) (response, error) {
			var first error
			if out := req.Stream; out != nil {
				req.Stream = func(c makeready.Chunk) error {
					if err := out(c); first == nil {
						first = err
					}
					return nil
				}
			}
			resp, err := next.Generate(ctx, req)
			return resp, errors.Join(err, first)
		}},
		{"works on without the caller", "the context of the inner model is not done", func(ctx context.Context, req request, next model) (response, error) {
			resp, err := next.Generate(context.WithoutCancel(ctx), req)
			return resp, err
		}},
		{"leaves the model behind", "the context of the inner model is not done", func(ctx context.Context, req request, next model) (response, error) {
			type result struct {
				resp response
				err  error
			}
			done := make(chan result, 1)
			go func() {
				resp, err := next.Generate(context.WithoutCancel(ctx), req)
				done <- result{resp, err}
			}()
			select {
			case r := <-done:
				return r.resp, r.err
			case <-ctx.Done():
				return response{}, ctx.Err()
			}
		}},
		{"swallows cancellation", "cancellation: Generate returns no error", func(ctx context.Context, req request, next model) (response, error) {
			resp, err := next.Generate(ctx, req)
			if errors.Is(err, context.Canceled) {
				return resp, nil
			}
			return resp, err
		}},
		{"another name for cancellation", "does not match context.Canceled", func(ctx context.Context, req request, next model) (response, error) {
			resp, err := next.Generate(ctx, req)
			if errors.Is(err, context.Canceled) {
				return resp, errors.New("stopped")
			}
			return resp, err
		}},
		{"mixes up callers", "gets the answer to another", func(ctx context.Context, req request, next model) (response, error) {
			resp, err := next.Generate(ctx, req)
			if err != nil || req.Stream != nil {
				return resp, err
			}
			mu.Lock()
			last = resp
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			defer mu.Unlock()
			return last, nil
		}},
		{"mixes up streams", "concurrent calls: the chunks since the last Reset", func(ctx context.Context, req request, next model) (response, error) {
			if strings.Contains(req.Messages[len(req.Messages)-1].Text, "bird egret") && req.Stream != nil {
				if err := req.Stream(makeready.Chunk{Text: "This "}); err != nil {
					return response{}, err
				}
			}
			return next.Generate(ctx, req)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				release = make(chan struct{})
				err := modeltest.TestMiddleware(around(c.mw), ask("What color is the sky?"))
				close(release)
				require.ErrorContains(t, err, c.want)
				require.NotContains(t, err.Error(), "secret")
				for line := range strings.Lines(err.Error()) {
					require.True(t, strings.HasPrefix(line, "modeltest: middleware, request 1, "), line)
				}
			})
		})
	}
}
