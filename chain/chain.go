package chain

import (
	"context"
	"errors"
	"runtime/debug"
	"strings"

	"github.com/makeready-go/makeready"
)

// Stage is the contract of one step.
type Stage[In, Out any] = makeready.Stage[In, Out]

// Config says how the runs of a chain are watched and bounded.
type Config = makeready.Settings

// A Node is a named stage. It can be run inside another chain, and executed as
// a run of its own.
type Node[In, Out any] struct {
	name   string
	run    func(ctx context.Context, op *makeready.Op, in In) (Out, error)
	config Config
}

var _ makeready.Chain[int, int] = (*Node[int, int])(nil)

var errNode = errors.New(`chain: a stage needs a function and a name without "/"`)

func validName(name string) bool { return name != "" && !strings.Contains(name, "/") }

// New names a function. The name is that of the stage in records and errors:
// short, stable, without "/". A node without a function or with another name
// fails when it is run.
func New[In, Out any](name string, f func(ctx context.Context, in In) (Out, error)) *Node[In, Out] {
	n := &Node[In, Out]{name: name}
	if f != nil && validName(name) {
		n.run = func(ctx context.Context, _ *makeready.Op, in In) (Out, error) { return f(ctx, in) }
	}
	return n
}

// With returns a copy of the node whose runs are watched and bounded by c. It
// matters to Execute only.
func (n *Node[In, Out]) With(c Config) *Node[In, Out] {
	configured := *n
	configured.config = c
	return &configured
}

// Name returns the node's name.
func (n *Node[In, Out]) Name() string { return n.name }

// Run runs the node as a stage of the run that ctx belongs to, or outside of
// any run.
func (n *Node[In, Out]) Run(ctx context.Context, in In) (Out, error) {
	ctx, op := makeready.Begin(ctx, makeready.Op{Kind: makeready.OpStage, Name: n.name})
	if op.Captures() {
		op.CaptureIn(in)
	}
	out, err := n.call(ctx, op, in)
	if op.Captures() && err == nil {
		op.CaptureOut(out)
	}
	op.End(ctx, err)
	return out, err
}

// Execute runs the node as a run of its own: see [makeready.Chain]. The run is
// described by [makeready.WithRun].
func (n *Node[In, Out]) Execute(ctx context.Context, in In) (*makeready.Result[Out], error) {
	ctx, finish, err := makeready.Start(ctx, n.name, n.config)
	var out Out
	if err == nil {
		out, err = n.call(ctx, nil, in)
	}
	rec, exit, err := finish(err)
	res := &makeready.Result[Out]{Outcome: makeready.Answered, Exit: exit, Record: rec}
	if exit != nil {
		res.Outcome = exit.Outcome
	}
	if res.Outcome == makeready.Answered || res.Outcome == makeready.NeedsReview {
		res.Value = out
	}
	return res, err
}

// call runs the function. What goes wrong in it comes back as a StageError
// that names the innermost named stage.
func (n *Node[In, Out]) call(ctx context.Context, op *makeready.Op, in In) (out Out, err error) {
	if n.run == nil {
		return out, errNode
	}
	if err := ctx.Err(); err != nil {
		return out, &makeready.StageError{Stage: n.name, Err: err}
	}
	defer func() {
		if r := recover(); r != nil {
			var zero Out
			out, err = zero, &makeready.StageError{Stage: n.name, Panic: r, Stack: debug.Stack()}
		}
	}()
	out, err = n.run(ctx, op, in)
	if err != nil {
		err = located(n.name, err)
	}
	return out, err
}

// located adds the stage's name to a malfunction that has none yet.
func located(stage string, err error) error {
	if makeready.ErrorClass(err) == "" { // an exit, and nothing else
		return err
	}
	if _, ok := errors.AsType[*makeready.StageError](err); ok {
		return err
	}
	return &makeready.StageError{Stage: stage, Err: err}
}

// Then runs next on what first returns.
func Then[A, B, C any](first Stage[A, B], next Stage[B, C]) Stage[A, C] {
	return &then[A, B, C]{first, next}
}

type then[A, B, C any] struct {
	first Stage[A, B]
	next  Stage[B, C]
}

func (t *then[A, B, C]) Run(ctx context.Context, in A) (C, error) {
	var zero C
	mid, err := t.first.Run(ctx, in)
	if err != nil {
		return zero, err
	}
	if err := ctx.Err(); err != nil {
		return zero, err
	}
	return t.next.Run(ctx, mid)
}
