// Package monitor is the room of telemetry: spans, metrics, logs and alerts
// made from what runs report.
//
// It holds the two contracts. An observer is told when each operation of a run
// begins and ends; an alerter tells people.
package monitor

import "github.com/makeready-go/makeready"

type (
	// Observer watches the operations of runs.
	Observer = makeready.Observer
	// Alerter tells people.
	Alerter = makeready.Alerter
)
