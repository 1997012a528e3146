package modeltest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/makeready-go/makeready"
)

// Mode says what a [Cassette] does with a request.
type Mode uint8

// The modes. The zero Mode is Replay.
const (
	// Replay answers from the file and calls no model. A request that is not
	// in the file fails the test.
	Replay Mode = iota
	// RecordMissing answers from the file, and records what is not in it.
	RecordMissing
	// Record calls the model for every request and writes the file anew.
	Record
	// Passthrough calls the model and neither reads nor writes.
	Passthrough
)

//archtest:table names of constants
var modeNames = [...]string{"replay", "missing", "all", "passthrough"}

// String returns the mode's name, which is also its value for the flag: replay,
// missing, all or passthrough.
func (m Mode) String() string {
	if int(m) < len(modeNames) {
		return modeNames[m]
	}
	return fmt.Sprintf("mode(%d)", uint8(m))
}

// CassetteConfig says how a [Cassette] is used. The zero value replays and is
// strict.
type CassetteConfig struct {
	// Mode is, when it is Replay, what the flag -modeltest.record says.
	Mode Mode
	// AllowUnused says that it is no fault if replaying leaves recorded
	// requests unused.
	AllowUnused bool
}

// ErrNotRecorded is returned for a request that the cassette does not have. It
// is of no kind that anything retries, also inside of a [makeready.Leaf].
var ErrNotRecorded = errors.New("modeltest: the request is not in the cassette; record it with -modeltest.record")

// A Cassette records what a model answers, and answers in its stead: a test
// against a real model runs without network, at no cost, and the same each
// time.
//
// What is recorded is a request's model, messages, params, schema and tools,
// and the response, with the chunks of its stream, or the kind of its failure:
// no headers, no error texts, no context, and so no keys. Texts are kept as
// they are; do not record what is private. Refusals, such as a
// [*makeready.Exit], are not recorded. A call that its caller ended is: a
// replay goes as far, and waits for the caller to end it again.
//
// Requests that are recorded several times are answered in that order, each
// answer once. Where identical requests run at the same time, [WithTrial] says
// which is which.
//
// A Cassette is safe for concurrent use, but a file belongs to one Cassette at
// a time. It is JSON, in an order that does not depend on that of the requests,
// and is written when the test ends.
type Cassette struct {
	t    TB
	path string
	mode Mode
	cfg  CassetteConfig

	mu     sync.Mutex
	series map[string]*series
	err    error // why the file cannot be used
	asked  bool
	closed bool
}

// series are the answers to identical requests.
type series struct {
	entries []*entry
	next    int
	fresh   bool // recorded anew: what the file had is void
}

// OpenCassette opens the cassette in the file of this name, usually in
// testdata. A file that does not exist is an empty one. The test's end closes
// it; without a test, call [Cassette.Close].
func OpenCassette(t TB, path string, cfg CassetteConfig) *Cassette {
	c := &Cassette{t: t, path: path, mode: cfg.Mode, cfg: cfg}
	if c.mode == Replay {
		c.mode = recordFlag.mode
	}
	if c.mode != Passthrough {
		c.series, c.err = load(path)
	}
	if c.mode == Record && errors.Is(c.err, errBadCassette) {
		c.series, c.err = map[string]*series{}, nil // it is written anew
	}
	if t != nil {
		t.Helper()
		if c.err != nil {
			t.Errorf("%v", c.err)
		}
		t.Cleanup(func() {
			if err := c.Close(); err != nil {
				t.Errorf("%v", err)
			}
		})
	}
	return c
}

type trialKey struct{}

// WithTrial returns a context whose requests are recorded under a name of its
// own, such as "case-17/trial-2": identical requests of trials that run at the
// same time then keep their own answers.
func WithTrial(ctx context.Context, trial string) context.Context {
	return context.WithValue(ctx, trialKey{}, trial)
}

// Middleware puts the cassette around a model. It is meant to be innermost,
// and inside of a [makeready.Leaf], which names the model that a request is
// for: what is around it runs as in production.
func (c *Cassette) Middleware(next makeready.Model) makeready.Model {
	return makeready.ModelFunc(func(ctx context.Context, req makeready.Request) (makeready.Response, error) {
		if c.mode == Passthrough {
			return next.Generate(ctx, req)
		}
		if err := ctx.Err(); err != nil {
			return makeready.Response{}, err
		}
		trial, _ := ctx.Value(trialKey{}).(string)
		asked := recordedRequestOf(req)
		id := asked.key(trial)
		e, err := c.take(id, trial, req)
		switch {
		case err != nil:
			return makeready.Response{}, err
		case e != nil:
			return c.replay(ctx, req, e)
		}
		return c.record(ctx, req, next, &entry{Trial: trial, Request: asked})
	})
}

// take returns the next recorded answer; nil means that the model is to be
// asked.
func (c *Cassette) take(id, trial string, req makeready.Request) (*entry, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = true
	if c.err != nil {
		return nil, c.err
	}
	if c.mode == Record {
		return nil, nil //nolint:nilnil // no entry and no error: record
	}
	if s := c.series[id]; s != nil && s.next < len(s.entries) {
		s.next++
		return s.entries[s.next-1], nil
	}
	if c.mode == RecordMissing {
		return nil, nil //nolint:nilnil // as above
	}
	c.reportf("%s", c.miss(id, trial, req))
	return nil, ErrNotRecorded
}

// report needs c.mu, which keeps the test from ending meanwhile.
func (c *Cassette) reportf(format string, args ...any) {
	if c.t != nil && !c.closed {
		c.t.Helper()
		c.t.Errorf("modeltest: %s: "+format, append([]any{c.path}, args...)...)
	}
}

// miss explains why there is no answer.
func (c *Cassette) miss(id, trial string, req makeready.Request) string {
	if s := c.series[id]; s != nil {
		return fmt.Sprintf("the request is recorded %d times, and this is time %d:\n%s", len(s.entries), s.next+1, describe(req))
	}
	asked := recordedRequestOf(req).request()
	text := describe(asked)
	messages := describe(makeready.Request{Messages: asked.Messages})
	nearest, best := (*entry)(nil), -1.0
	for _, e := range c.entries() {
		have := e.Request.request()
		// The messages decide; of those that are alike the parameters.
		s := similarity(messages, describe(makeready.Request{Messages: have.Messages})) + similarity(text, describe(have))/1000
		if s > best {
			nearest, best = e, s
		}
	}
	if nearest == nil {
		return "the cassette is empty; this was asked:\n" + text
	}
	recorded := describe(nearest.Request.request())
	if recorded == text && nearest.Trial != trial {
		return fmt.Sprintf("the request is recorded for trial %q, and not for trial %q:\n%s", nearest.Trial, trial, text)
	}
	return "no such request; the nearest that is recorded (-) differs from what was asked (+):\n" + diff(recorded, text)
}

// record asks the model and keeps what it answers.
func (c *Cassette) record(ctx context.Context, req makeready.Request, next makeready.Model, e *entry) (makeready.Response, error) {
	consumed := false
	if out := req.Stream; out != nil {
		req.Stream = func(ch makeready.Chunk) error {
			e.Stream = append(e.Stream, recordedChunk(ch))
			err := out(ch)
			consumed = consumed || err != nil
			return err
		}
	}
	resp, err := next.Generate(ctx, req)
	e.Response = recordedResponseOf(resp)
	switch {
	case err == nil:
	case consumed:
		e.Error = &recordedError{Kind: endedByStream}
	case ctx.Err() != nil:
		e.Error = &recordedError{Kind: endedByContext}
	case ofModel(err):
		e.Error = recordedErrorOf(err)
	default:
		return resp, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	id := e.Request.key(e.Trial)
	s := c.series[id]
	if s == nil || c.mode == Record && !s.fresh {
		s = &series{fresh: true}
		c.series[id] = s
	}
	e.Repeat = len(s.entries)
	s.entries = append(s.entries, e)
	s.next = len(s.entries)
	return resp, err
}

// endedTimeout is how long a replay waits for a caller to end its call, as it
// did when it was recorded.
const endedTimeout = time.Minute

// replay answers as was recorded. An answer that was not streamed then is one
// chunk now.
func (c *Cassette) replay(ctx context.Context, req makeready.Request, e *entry) (makeready.Response, error) {
	resp, chunks := e.Response.response(), e.Stream
	if len(chunks) == 0 && (resp.Text != "" || resp.Reasoning != "") && e.Error == nil {
		chunks = []recordedChunk{{Text: resp.Text, Reasoning: resp.Reasoning}}
	}
	if req.Stream != nil {
		for _, ch := range chunks {
			if err := ctx.Err(); err != nil {
				return makeready.Response{Usage: resp.Usage}, err
			}
			if err := req.Stream(makeready.Chunk(ch)); err != nil {
				return makeready.Response{Usage: resp.Usage}, err
			}
		}
	}
	if e.Error != nil && e.Error.Kind == endedByContext {
		_ = sleep(ctx, endedTimeout)
	}
	switch err := ctx.Err(); {
	case err != nil:
		return makeready.Response{Usage: resp.Usage}, err
	case e.Error == nil:
		return resp, nil
	case e.Error.Kind == endedByContext, e.Error.Kind == endedByStream:
		c.mu.Lock()
		defer c.mu.Unlock()
		c.reportf("the caller ended this call when it was recorded, and does not now:\n%s", describe(req))
		return makeready.Response{Usage: resp.Usage}, ErrNotRecorded
	default:
		return resp, e.Error.of(req)
	}
}

// ofModel says that an error tells how the model failed, and not that somebody
// decided against asking it.
func ofModel(err error) bool {
	if _, ok := errors.AsType[*makeready.Exit](err); ok {
		return false
	}
	return !errors.Is(err, makeready.ErrBudget) && !errors.Is(err, makeready.ErrCallLimit) &&
		!errors.Is(err, context.Canceled) && !errors.Is(err, ErrUnscripted)
}

// entries are all there are, in the order of the file.
func (c *Cassette) entries() []*entry {
	var all []*entry
	for _, s := range c.series {
		all = append(all, s.entries...)
	}
	sortEntries(all)
	return all
}

// Close reports recorded requests that a replay left unused, and writes what
// was recorded. Then those are dropped instead, unless the test has failed or
// was skipped: what it did not get to is not stale. After the first call it
// does nothing.
func (c *Cassette) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	done := c.closed || c.err != nil || c.mode == Passthrough
	c.closed = true
	if done {
		if c.t == nil { // nobody has been told
			return c.err
		}
		return nil
	}
	keep := unfinished(c.t)
	if c.mode == Replay {
		if keep || c.cfg.AllowUnused {
			return nil
		}
		return c.unused()
	}
	if !c.asked {
		return nil
	}
	if !keep {
		for id, s := range c.series {
			if s.entries = s.entries[:s.next]; s.next == 0 {
				delete(c.series, id)
			}
		}
	}
	return save(c.path, c.entries())
}

// unused names what was not asked for.
func (c *Cassette) unused() error {
	var left []*entry
	for _, s := range c.series {
		left = append(left, s.entries[s.next:]...)
	}
	if len(left) == 0 {
		return nil
	}
	sortEntries(left)
	list := make([]string, len(left))
	for i, e := range left {
		list[i] = e.title()
	}
	return fmt.Errorf("modeltest: %s: %d recorded requests were not asked for; -modeltest.record drops them:\n%s",
		c.path, len(left), strings.Join(list, "\n"))
}
