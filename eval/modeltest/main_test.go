package modeltest_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/makeready-go/makeready"
)

// TestMain fails on goroutines that are left over, but for one of langchaingo's:
// after an error event its Anthropic client has stopped to receive, and what
// reads the stream waits for ever to send the read error that follows.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction(
		"github.com/tmc/langchaingo/llms/anthropic/internal/anthropicclient.parseStreamingMessageResponse.func1"))
}

// recorder is a TB that keeps what is reported to it.
type recorder struct {
	mu       sync.Mutex
	reports  []string
	cleanups []func()
	failed   bool
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reports = append(r.reports, fmt.Sprintf(format, args...))
}

func (r *recorder) Cleanup(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cleanups = append(r.cleanups, f)
}

func (r *recorder) Failed() bool { return r.failed }

// end runs the cleanups as the end of a test does, and returns the reports.
func (r *recorder) end() string {
	for _, f := range slices.Backward(r.cleanups) {
		f()
	}
	r.cleanups = nil
	return r.text()
}

func (r *recorder) text() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.reports, "\n")
}

func ask(text string) makeready.Request {
	return makeready.Request{Model: "test-1", Messages: []makeready.Message{
		{Role: makeready.RoleSystem, Text: "You answer for a shop. The word of the day is pelican."},
		{Role: makeready.RoleUser, Text: text},
	}}
}
