package makeready

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A Run describes the request that a host serves.
type Run struct {
	// ID identifies the run in records, audit and resumption. When it is empty
	// a random one is made.
	ID string `json:"id"`
	// Tenant and Subject say for whom: an organization and a person or account.
	Tenant  string `json:"tenant,omitempty"`
	Subject string `json:"subject,omitempty"`
	// Conversation groups runs, and Turn counts them from 1.
	Conversation string `json:"conversation,omitempty"`
	Turn         int    `json:"turn,omitempty"`
	// Labels are for reports and budgets: few, short, without personal data.
	Labels map[string]string `json:"labels,omitempty"`
	// Facts are what the host knows. They are never part of a span, a log or a
	// record's JSON.
	Facts Facts `json:"-"`
}

// Facts are what a host knows about a run and stages and guardrails may rely
// on. Printing Facts shows nothing of them.
type Facts struct {
	// Verified says that the host has verified the subject's identity.
	Verified bool
	// Attributes are conditions of policies, such as "region": "EU".
	Attributes map[string]string
	// Authorized are the commitments that this run may make.
	Authorized []Authorization
	// Sensitive are values by name that must not leave in an answer.
	Sensitive map[string]string
	// Answers are what was answered to the questions of an earlier run, by
	// [Question] field.
	Answers map[string]string
}

// Format prints a placeholder, whatever the verb.
func (Facts) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("facts(withheld)")) }

// An Authorization allows one kind of commitment, such as "refund", up to an
// amount.
type Authorization struct {
	Kind string
	UpTo Money
}

// WithRun returns a context for a run that is about to be executed. Inside a
// run that has started it has no effect on that run.
func WithRun(ctx context.Context, r Run) context.Context {
	return context.WithValue(ctx, runKey{}, &r)
}

// RunFrom returns the run that ctx belongs to: the one that is executing, or
// else the one given to WithRun, or else a zero Run.
func RunFrom(ctx context.Context) Run {
	if s := scopeOf(ctx); s != nil {
		return s.run.record.Run
	}
	if r, ok := ctx.Value(runKey{}).(*Run); ok {
		return *r
	}
	return Run{}
}

const (
	// DefaultMaxCalls is the cap of model calls of a run that sets none: three
	// stages of three attempts each with two fallbacks stay below it.
	DefaultMaxCalls = 32
	// CommitTimeout is how long the sinks of a run may take together after the
	// run is over.
	CommitTimeout = 10 * time.Second
)

// Settings say how a run is watched and bounded. The zero Settings watch with
// nothing but the record, keep no text in it, and cap calls at [DefaultMaxCalls].
type Settings struct {
	Observers []Observer
	Sinks     []Sink
	// Capture keeps what goes into and comes out of each named stage in the
	// record: text of users and models, so it is off by default.
	Capture bool
	// MaxCalls caps the model calls of the run, over all stages, attempts and
	// fallbacks; 0 means DefaultMaxCalls.
	MaxCalls int
}

type (
	runKey   struct{}
	scopeKey struct{}
)

// scope is an operation and the context of what happens inside it. Being both
// costs one allocation per operation.
type scope struct {
	context.Context //nolint:containedctx // it is a context

	run *running
	op  Op
}

// Value finds the innermost scope; everything else is the parent's business.
func (s *scope) Value(key any) any {
	if key == (scopeKey{}) {
		return s
	}
	return s.Context.Value(key)
}

func scopeOf(ctx context.Context) *scope {
	s, _ := ctx.Value(scopeKey{}).(*scope)
	return s
}

// running is a run between Start and its end.
type running struct {
	settings Settings
	maxCalls int64
	calls    atomic.Int64
	locals   sync.Map // localKey[T] → func() T

	mu     sync.Mutex
	record *Record // Ops are guarded by mu until sealed
	review string  // why a person must confirm the value
	sealed bool
}

func (r *running) countCall() error {
	if r.calls.Add(1) > r.maxCalls {
		return fmt.Errorf("%w (%d)", ErrCallLimit, r.maxCalls)
	}
	return nil
}

// Start begins a run of the named chain, with the [Run] of ctx. It returns the
// context for the stages and a function that must be called once with what
// they returned: it ends the run, gives the record to the sinks, and returns
// the record, the exit (nil only for an answer) and the malfunction, if any.
//
// When Start itself fails, because ctx is already inside a run or a sink could
// not be opened, no stage may be run, and finish must still be called, with
// that error.
//
// Start is for packages that execute chains; users call Execute.
func Start(ctx context.Context, chain string, s Settings) (
	runCtx context.Context, finish func(error) (*Record, *Exit, error), err error,
) {
	now := time.Now()
	r := &running{settings: s, maxCalls: int64(s.MaxCalls), record: &Record{
		Run: Run{}, Chain: chain, Start: now, Ops: make([]Op, 0, 8),
	}}
	if r.maxCalls <= 0 {
		r.maxCalls = DefaultMaxCalls
	}
	if given, ok := ctx.Value(runKey{}).(*Run); ok {
		r.record.Run = *given
	}
	if r.record.Run.ID == "" {
		r.record.Run.ID = rand.Text()
	}
	opened := 0
	if scopeOf(ctx) != nil {
		err = ErrNestedRun
	} else {
		opened, err = open(ctx, s.Sinks, r.record.Run)
	}
	sinks := s.Sinks[:opened]
	root := &scope{Context: ctx, run: r, op: Op{Kind: OpRun, Name: chain}}
	runCtx = r.begin(root)
	return runCtx, func(err error) (*Record, *Exit, error) { return r.finish(runCtx, &root.op, sinks, err) }, err
}

// open calls the openers among sinks and returns how many sinks know the run.
func open(ctx context.Context, sinks []Sink, run Run) (int, error) {
	for i, s := range sinks {
		if o, ok := s.(Opener); ok {
			if err := guarded(func() error { return o.Open(ctx, run) }); err != nil {
				return i, fmt.Errorf("makeready: sink %d could not open the run: %w", i, err)
			}
		}
	}
	return len(sinks), nil
}

// guarded calls into a sink: its panic is an error, whose value is not printed.
func guarded(f func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = errPanicked
		}
	}()
	return f()
}

// begin gives the scope's op its place in the record, and tells the observers.
func (r *running) begin(s *scope) context.Context {
	op := &s.op
	op.Start = time.Now()
	op.capture = r.settings.Capture
	parent := scopeOf(s.Context)
	op.Parent = -1
	if parent != nil && parent.run == r {
		op.Parent = parent.op.ID
	}
	r.mu.Lock()
	if r.sealed {
		r.mu.Unlock()
		return nil
	}
	op.ID = len(r.record.Ops)
	if op.Kind != OpBranch {
		op.Ordinal = r.ordinal(op)
	}
	r.record.Ops = append(r.record.Ops, *op)
	r.mu.Unlock()
	ctx := context.Context(s)
	for _, o := range r.settings.Observers {
		ctx = o.Begin(ctx, op) //nolint:fatcontext // each observer adds its own value, once
	}
	return ctx
}

// ordinal looks backwards for the last op of the same name under the same
// parent; ops follow their parents, so the search ends there.
func (r *running) ordinal(op *Op) int {
	for i := len(r.record.Ops) - 1; i > op.Parent && i >= 0; i-- {
		if o := &r.record.Ops[i]; o.Parent == op.Parent && o.Name == op.Name {
			return o.Ordinal + 1
		}
	}
	return 0
}

func (r *running) end(ctx context.Context, op *Op, err error) {
	op.Duration = time.Since(op.Start)
	if op.Kind != OpGuard { // a guard's error is its verdict
		op.Outcome, op.Reason = outcomeOf(err, op.Outcome, op.Reason)
	}
	op.Err, op.Error = err, ErrorClass(err)
	for _, o := range slices.Backward(r.settings.Observers) {
		o.End(ctx, op)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.sealed {
		r.record.Ops[op.ID] = *op
		r.record.Ops[op.ID].Err = nil // a record outlives the values that errors hold
	}
}

// outcomeOf is how an op ended that returned err. What the emitter said
// already stands unless an exit says otherwise.
func outcomeOf(err error, said Outcome, reason string) (Outcome, string) {
	if err == nil {
		if said == Failed {
			said = Answered
		}
		return said, reason
	}
	if exit := exitOf(err); exit.ends() {
		return exit.Outcome, exit.Reason
	}
	return Failed, reason
}

func (r *running) finish(ctx context.Context, root *Op, sinks []Sink, err error) (*Record, *Exit, error) {
	exit, err := r.conclude(err)
	root.Outcome, root.Reason = exit.Outcome, exit.Reason
	r.end(ctx, root, err)

	r.mu.Lock()
	r.sealed = true
	rec := r.record
	r.mu.Unlock()
	rec.Duration, rec.Outcome, rec.Reason, rec.Error = root.Duration, exit.Outcome, exit.Reason, root.Error

	rec, serr := commit(ctx, sinks, rec)
	if serr != nil {
		err = errors.Join(err, serr)
		exit = &Exit{Outcome: Failed, Message: outcomes[Failed].message}
	}
	if exit.Outcome == Answered {
		exit = nil
	}
	return rec, exit, err
}

// conclude sorts what the stages returned into an exit and a malfunction.
func (r *running) conclude(err error) (*Exit, error) {
	r.mu.Lock()
	review := r.review
	r.mu.Unlock()
	var exit Exit
	given := exitOf(err)
	switch {
	case given.ends():
		exit, err = *given, nil
	case given != nil:
		err = errBadExit
	case err != nil:
		exit.Outcome = Failed
	case review != "":
		exit.Outcome, exit.Reason = NeedsReview, review
	default:
		exit.Outcome = Answered
	}
	if exit.Message == "" {
		exit.Message = outcomes[exit.Outcome].message
	}
	return &exit, err
}

// commit gives the record to every sink, in order, and returns it. After the
// first error it goes on with a copy that says that the run failed, because
// its result is withheld.
func commit(ctx context.Context, sinks []Sink, rec *Record) (*Record, error) {
	if len(sinks) == 0 {
		return rec, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), CommitTimeout)
	defer cancel()
	var errs []error
	for i, s := range sinks {
		err := guarded(func() error { return s.Commit(ctx, rec) })
		if err == nil {
			continue
		}
		errs = append(errs, fmt.Errorf("makeready: sink %d withholds the result: %w", i, err))
		if len(errs) == 1 {
			failed := *rec
			failed.Outcome, failed.Reason = Failed, ""
			if failed.Error == "" {
				failed.Error = "sink"
			}
			rec = &failed
		}
	}
	return rec, errors.Join(errs...)
}

// Begin reports that an operation begins inside the run of ctx. It returns the
// context for the operation's inside and the op to fill in until [Op.End].
// Outside a run it returns ctx and nil, and costs nothing.
//
// Only the emitter of a kind may begin ops of it; see [OpKind].
func Begin(ctx context.Context, op Op) (context.Context, *Op) {
	outer := scopeOf(ctx)
	if outer == nil {
		return ctx, nil
	}
	s := &scope{Context: ctx, run: outer.run, op: op}
	inner := outer.run.begin(s)
	if inner == nil {
		return ctx, nil
	}
	return inner, &s.op
}

// End reports that the operation has ended with err, which may be nil or an
// [*Exit]. The context must be the one that [Begin] returned. On a nil op End
// does nothing, and once the run is over it has no effect on the record.
func (o *Op) End(ctx context.Context, err error) {
	if o == nil {
		return
	}
	if s := scopeOf(ctx); s != nil {
		s.run.end(ctx, o, err)
	}
}

// Branch returns the context for one of several goroutines that work inside
// the same operation. Label and i name the branch, so that what happens inside
// has the same path in every execution, whatever order the goroutines run in.
// Outside a run it returns ctx.
func Branch(ctx context.Context, label string, i int) context.Context {
	ctx, _ = Begin(ctx, Op{Kind: OpBranch, Name: label, Ordinal: i, Outcome: Answered})
	return ctx
}

// Review marks the run of ctx: it still answers, but a person must confirm the
// value ([NeedsReview]). The first reason is kept. Outside a run it does
// nothing.
func Review(ctx context.Context, reason string) {
	s := scopeOf(ctx)
	if s == nil {
		return
	}
	s.run.mu.Lock()
	defer s.run.mu.Unlock()
	if s.run.review == "" {
		s.run.review = reason
	}
}

// Local returns the value that the run of ctx keeps under key, made by init on
// first use: the canary it is pinned to, the vault of its conversation. Keys
// compare with ==; use an unexported type. Values of different T are different
// values. Outside a run, init is called every time.
func Local[T any](ctx context.Context, key any, init func() T) T {
	s := scopeOf(ctx)
	if s == nil {
		return init()
	}
	k := localKey[T]{key}
	made, ok := s.run.locals.Load(k)
	if !ok {
		made, _ = s.run.locals.LoadOrStore(k, sync.OnceValue(init))
	}
	get, _ := made.(func() T)
	return get()
}

type localKey[T any] struct{ key any }
