package modeltest

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/makeready-go/makeready"
)

// TB is the part of [testing.TB] that this package reports to. Wherever a TB
// is asked for, nil is allowed: then nothing is reported, and errors are all
// that tells.
type TB interface { //nolint:interfacebloat // the three methods of testing.TB that are needed
	Helper()
	Errorf(format string, args ...any)
	Cleanup(f func())
}

// ErrUnscripted is returned for a request that no reply is left for. It is of
// no kind that anything retries, also inside of a [makeready.Leaf].
var ErrUnscripted = errors.New("modeltest: no reply is scripted for the request")

// A Match says whether a rule of a [Script] answers a request. It must not
// change the request, and must be safe for concurrent use.
type Match func(req makeready.Request) bool

// Contains matches requests with a message whose text holds every one of the
// texts.
func Contains(texts ...string) Match {
	return func(req makeready.Request) bool {
		return slices.ContainsFunc(req.Messages, func(m makeready.Message) bool {
			return !slices.ContainsFunc(texts, func(t string) bool { return !strings.Contains(m.Text, t) })
		})
	}
}

// Matches matches requests with a message whose text the regular expression
// matches.
func Matches(re *regexp.Regexp) Match {
	return func(req makeready.Request) bool {
		return slices.ContainsFunc(req.Messages, func(m makeready.Message) bool { return re.MatchString(m.Text) })
	}
}

// Prompt matches requests that were rendered from the prompt of this name. The
// name does not travel over the wire, so it matches nothing on a [Server].
func Prompt(name string) Match {
	return func(req makeready.Request) bool { return req.Prompt.Name == name }
}

// A Script is a model that answers as a test wrote it down. It implements
// [makeready.Model] and [makeready.Embedder], is the mind of a [Server], and
// has the face of a langchaingo model: [Script.LLM].
//
// A request goes to the first rule, in the order of [Script.When], that matches
// and has a reply left, and otherwise to the sequence given to [NewScript].
// Scripts are strict: a request that nothing answers fails the test and gets
// [ErrUnscripted]; a reply that nothing asked for fails the test at its end,
// unless it has failed already.
//
// A Script is safe for concurrent use. Concurrent requests get the replies of
// one sequence in the order in which they arrive.
type Script struct {
	t TB

	mu       sync.Mutex
	rules    []*Rule
	sequence *Rule
	requests []makeready.Request
	embedder makeready.Embedder
	ended    bool
}

// A Rule is a part of a [Script]: replies for the requests that match.
type Rule struct {
	script   *Script
	name     string
	match    Match
	steps    []step
	optional bool
}

// A step answers one request, or any number of them.
type step struct {
	reply  Reply
	make   func(makeready.Request) Reply // instead of reply
	always bool
	used   int
}

// NewScript returns a script that answers any requests with these replies, one
// after the other, unless a rule of [Script.When] has an answer.
func NewScript(t TB, replies ...Reply) *Script {
	s := &Script{t: t}
	if t != nil {
		t.Helper()
		t.Cleanup(s.end)
	}
	s.sequence = &Rule{script: s, name: "sequence", match: func(makeready.Request) bool { return true }}
	s.sequence.Reply(replies...)
	return s
}

// When adds a rule for the requests that match; nil matches all.
func (s *Script) When(match Match) *Rule {
	if match == nil {
		match = s.sequence.match
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &Rule{script: s, name: fmt.Sprintf("rule %d", len(s.rules)+1), match: match}
	s.rules = append(s.rules, r)
	return r
}

// Reply adds replies to the rule's sequence, each for one request.
func (r *Rule) Reply(replies ...Reply) *Rule {
	for _, reply := range replies {
		r.add(step{reply: reply})
	}
	return r
}

// Always adds a reply for any number of requests, at least one.
func (r *Rule) Always(reply Reply) *Rule { return r.add(step{reply: reply, always: true}) }

// ReplyFunc adds a function that makes a reply for any number of requests, at
// least one. It must be safe for concurrent use.
func (r *Rule) ReplyFunc(f func(req makeready.Request) Reply) *Rule {
	return r.add(step{make: f, always: true})
}

// Optional says that it is no fault if replies of the rule are not asked for.
func (r *Rule) Optional() *Rule {
	r.script.mu.Lock()
	defer r.script.mu.Unlock()
	r.optional = true
	return r
}

func (r *Rule) add(st step) *Rule {
	s := r.script
	if s.t != nil {
		s.t.Helper()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := st.reply.check(); err != nil {
		s.reportf("modeltest: %s, reply %d: %v", r.name, len(r.steps)+1, err)
	}
	r.steps = append(r.steps, st)
	return r
}

// report needs s.mu, which keeps the test from ending meanwhile.
func (s *Script) reportf(format string, args ...any) {
	if s.t != nil && !s.ended {
		s.t.Helper()
		s.t.Errorf(format, args...)
	}
}

// unfinished says that a test has failed or was skipped. What it did not get to
// is no fault of its own.
func unfinished(t TB) bool {
	if t, ok := t.(interface{ Failed() bool }); ok && t.Failed() {
		return true
	}
	t2, ok := t.(interface{ Skipped() bool })
	return ok && t2.Skipped()
}

// end reports what nobody asked for. It is the test's cleanup.
func (s *Script) end() {
	finished := !unfinished(s.t)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range append(slices.Clone(s.rules), s.sequence) {
		unused := 0
		for i := range r.steps {
			if r.steps[i].used == 0 {
				unused++
			}
		}
		if unused > 0 && finished && !r.optional {
			s.reportf("modeltest: %s: %d of %d replies were not asked for (%d requests in all)",
				r.name, unused, len(r.steps), len(s.requests))
		}
	}
	s.ended = true
}

// Requests returns the requests so far, in the order in which they arrived.
// Their Stream is nil; their slices are copies.
func (s *Script) Requests() []makeready.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]makeready.Request, len(s.requests))
	for i, req := range s.requests {
		out[i] = clone(req)
	}
	return out
}

// next logs the request and finds the reply to it.
func (s *Script) next(req makeready.Request) (Reply, answer, error) {
	req = clone(req)
	st, number, err := s.take(req)
	if err != nil {
		return Reply{}, answer{number: number}, err
	}
	reply := st.reply
	if st.make != nil {
		reply = st.make(req)
		if err := reply.check(); err != nil {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.reportf("modeltest: request %d: %v", number, err)
			return Reply{}, answer{number: number}, err
		}
	}
	if err := reply.check(); err != nil { // reported when it was added
		return Reply{}, answer{number: number}, err
	}
	return reply, reply.to(req, number), nil
}

// take logs the request and uses up a step. The matchers run outside of the
// lock: they are the test's code, which may ask the script something.
func (s *Script) take(req makeready.Request) (step, int, error) {
	s.mu.Lock()
	s.requests = append(s.requests, req)
	number := len(s.requests)
	rules := append(slices.Clone(s.rules), s.sequence)
	s.mu.Unlock()
	rules = slices.DeleteFunc(rules, func(r *Rule) bool { return !r.match(req) })

	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range rules {
		for i := range r.steps {
			if st := &r.steps[i]; st.used == 0 || st.always {
				st.used++
				return *st, number, nil
			}
		}
	}
	s.reportf("modeltest: request %d matches no scripted reply that is left:\n%s", number, describe(req))
	return step{}, number, fmt.Errorf("%w: request %d", ErrUnscripted, number)
}
