// Package eval is the room of evaluation: whether prompts do what they should,
// in go test and in production.
//
// It holds the contract of the queue for people who look at runs. Package
// eval/modeltest, the scripted models and loopback servers for tests, is part
// of the room.
package eval

import "github.com/makeready-go/makeready"

// ReviewQueue takes what a person should look at.
type ReviewQueue = makeready.ReviewQueue
