// Package audit is the room of the trail: what was decided, by which version,
// for whom, kept so that a change can be seen.
//
// It holds the two contracts. A sink commits the record of every run before the
// caller sees the result and can withhold it; an event log keeps what happens
// outside of runs.
package audit

import "github.com/makeready-go/makeready"

type (
	// Sink receives the record of every run.
	Sink = makeready.Sink
	// EventLog keeps deployments, denials and changes of keys.
	EventLog = makeready.EventLog
)
