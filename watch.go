package makeready

import (
	"context"
	"time"
)

// An Observer is told when each operation of a run begins and ends: for spans,
// metrics and logs.
//
// Begin may return a context that carries a value for the operation's inside;
// End gets that context. Between the two, op belongs to the operation; an
// observer may read it during the calls and must not keep it. Ops of one run
// begin and end on different goroutines, so both methods must be safe for
// concurrent use, and quick.
type Observer interface {
	Begin(ctx context.Context, op *Op) context.Context
	End(ctx context.Context, op *Op)
}

// A Sink receives the record of every run, finished, failed or canceled,
// before the caller sees the result. Sinks are called in order, with a context
// that outlives the run's cancellation by [CommitTimeout]. The record must not
// be changed; it may be kept.
//
// An error withholds the result: the run fails. Later sinks still get the
// record, with outcome Failed.
type Sink interface {
	Commit(ctx context.Context, r *Record) error
}

// SinkFunc is a Sink made of a function.
type SinkFunc func(ctx context.Context, r *Record) error

// Commit calls f.
func (f SinkFunc) Commit(ctx context.Context, r *Record) error { return f(ctx, r) }

// An Opener is a [Sink] that must know of a run before anything is paid for.
// An error stops the run before its first stage.
type Opener interface {
	Open(ctx context.Context, r Run) error
}

// An Alerter tells people. Budgets, rollbacks and alert rules share it. It must
// not block for long and has no way to fail: losing an alert is its own
// business to report.
type Alerter interface {
	Alert(ctx context.Context, a Alert)
}

// AlerterFunc is an Alerter made of a function.
type AlerterFunc func(ctx context.Context, a Alert)

// Alert calls f.
func (f AlerterFunc) Alert(ctx context.Context, a Alert) { f(ctx, a) }

// An Alert is something that a person should know now.
type Alert struct {
	// Name is stable, such as "budget_threshold"; Key tells apart alerts of one
	// name, such as the budget's id.
	Name, Key string
	// Severity is "info", "warning" or "critical".
	Severity string
	Time     time.Time
	// Summary is a sentence without text of users or models.
	Summary string
}

// An EventLog keeps what happens outside of runs: deployments, rollbacks,
// denials, changes of keys. When Append returns, the event is kept.
type EventLog interface {
	Append(ctx context.Context, e Event) error
}

// An Event is an entry of an [EventLog].
type Event struct {
	// Kind is a stable name, such as "deploy" or "rollback".
	Kind string
	Time time.Time
	// Actor is who did it, Object what it was done to, Reason why.
	Actor, Object, Reason string
	// Details are further facts by name, without text of users or models.
	Details map[string]string
}

// A ReviewQueue takes what a person should look at. Enqueue is idempotent per
// item ID.
type ReviewQueue interface {
	Enqueue(ctx context.Context, it ReviewItem) error
}

// A ReviewItem is one thing for a person to look at. Input and Output are what
// the enqueuer chose to show: redacted, or empty.
type ReviewItem struct {
	ID     string
	RunID  string
	Prompt Ref
	// Reason says why it is here: "escalated", "needs_review", "sampled".
	Reason        string
	Input, Output string
	Time          time.Time
}
