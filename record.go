package makeready

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
)

// OpKind says what an [Op] is. Each kind has one emitter, so that nothing is
// counted twice: tokens are summed from calls only, money from charges only.
type OpKind uint8

// The kinds of operation and their emitters.
const (
	OpRun       OpKind = iota + 1 // the run as a whole: Start
	OpStage                       // a named stage: chain
	OpBranch                      // one of several parallel branches: Branch
	OpAttempt                     // one asking for a valid output: validate
	OpGuard                       // a judgment: Judge
	OpRoute                       // a choice of model: route
	OpCharge                      // money spent: cost
	OpCall                        // a model call: Leaf
	OpSelection                   // a choice of examples: template
	OpScore                       // an evaluation: eval
)

//archtest:table names of constants
var opKindNames = [...]string{
	OpRun: "run", OpStage: "stage", OpBranch: "branch", OpAttempt: "attempt", OpGuard: "guard",
	OpRoute: "route", OpCharge: "charge", OpCall: "call", OpSelection: "selection", OpScore: "score",
}

// String returns the kind's name, or "op(n)".
func (k OpKind) String() string { return enumName("op", opKindNames[:], uint8(k)) }

// MarshalText returns the kind's name.
func (k OpKind) MarshalText() ([]byte, error) { return marshalEnum("op", opKindNames[:], uint8(k)) }

// UnmarshalText accepts the names that MarshalText returns.
func (k *OpKind) UnmarshalText(b []byte) error {
	return unmarshalEnum("op", opKindNames[:], b, (*uint8)(k))
}

// An Op is one operation of a run. Its emitter sets the fields that its kind
// has between [Begin] and [Op.End]; the others stay zero. By default an Op holds
// no text of users or models.
type Op struct {
	// ID is the op's index in [Record.Ops], Parent that of the op around it
	// (-1 for the run). Ordinal counts ops of the same name under one parent,
	// from 0. They, Start and Duration are set by Begin and End.
	ID       int           `json:"id"`
	Parent   int           `json:"parent"`
	Kind     OpKind        `json:"kind"`
	Name     string        `json:"name"`
	Ordinal  int           `json:"ordinal,omitempty"`
	Start    time.Time     `json:"start"`
	Duration time.Duration `json:"duration_ns"`

	// Outcome and Reason tell how the op ended: an exit that left it, or the
	// code of a decision.
	Outcome Outcome `json:"outcome"`
	Reason  string  `json:"reason,omitempty"`
	// Error is the [ErrorClass] of Err; Err itself is for observers only.
	Error string `json:"error,omitempty"`
	Err   error  `json:"-"`

	// Attempt counts from 1.
	Attempt int `json:"attempt,omitempty"`
	// Prompt is the version that was rendered for the op.
	Prompt     Ref        `json:"prompt,omitzero"`
	Task       string     `json:"task,omitempty"`
	Provider   string     `json:"provider,omitempty"`
	Model      string     `json:"model,omitempty"`
	ResponseID string     `json:"response_id,omitempty"`
	Stop       StopReason `json:"stop,omitzero"`
	Usage      Usage      `json:"usage,omitzero"`
	Price      Price      `json:"price_pico_usd,omitzero"`
	Cost       Money      `json:"cost_nano_usd,omitempty"`
	// Direction, Action and Findings are a guard's.
	Direction Direction `json:"-"`
	Action    Action    `json:"action,omitzero"`
	Findings  []Finding `json:"findings,omitempty"`
	// Score is an evaluation's, or a confidence.
	Score float64 `json:"score,omitempty"`

	// In and Out are what went in and came out, as JSON, if the run captures.
	In  json.RawMessage `json:"in,omitempty"`
	Out json.RawMessage `json:"out,omitempty"`

	capture bool
}

// Captures says whether the run wants the op's In and Out.
func (o *Op) Captures() bool { return o != nil && o.capture }

// CaptureIn keeps v as JSON in In. Call it only if Captures.
func (o *Op) CaptureIn(v any) { o.In = captured(v) }

// CaptureOut keeps v as JSON in Out. Call it only if Captures.
func (o *Op) CaptureOut(v any) { o.Out = captured(v) }

// captured encodes at once, because v may change afterwards.
func captured(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		b, err = json.Marshal(fmt.Sprintf("unencodable %T", v))
	}
	if err != nil {
		return nil
	}
	return b
}

// A Record is what a run did: ops in the order in which they began. It is not
// changed once sinks have seen it.
type Record struct {
	Run      Run           `json:"run"`
	Chain    string        `json:"chain"`
	Start    time.Time     `json:"start"`
	Duration time.Duration `json:"duration_ns"`
	Outcome  Outcome       `json:"outcome"`
	// Reason is the exit's; Error is the [ErrorClass] of a malfunction.
	Reason string `json:"reason,omitempty"`
	Error  string `json:"error,omitempty"`
	Ops    []Op   `json:"ops"`
}

// Usage is the sum over the calls of the run.
func (r *Record) Usage() Usage {
	var sum Usage
	for i := range r.Ops {
		if r.Ops[i].Kind == OpCall {
			sum = sum.Add(r.Ops[i].Usage)
		}
	}
	return sum
}

// Cost is the sum over the charges of the run.
func (r *Record) Cost() Money {
	var sum Money
	for i := range r.Ops {
		if r.Ops[i].Kind == OpCharge {
			sum += r.Ops[i].Cost
		}
	}
	return sum
}

// Calls is the number of model calls.
func (r *Record) Calls() int {
	n := 0
	for i := range r.Ops {
		if r.Ops[i].Kind == OpCall {
			n++
		}
	}
	return n
}

// Path returns the names from the run to the op with this ID, joined with "/".
// A name that repeats under its parent carries its ordinal: "support/gather#1".
func (r *Record) Path(id int) string {
	var names []string
	for id >= 0 && id < len(r.Ops) {
		op := &r.Ops[id]
		name := op.Name
		if op.Ordinal > 0 || op.Kind == OpBranch {
			name = fmt.Sprintf("%s#%d", name, op.Ordinal)
		}
		names = append(names, name)
		id = op.Parent
	}
	slices.Reverse(names)
	return strings.Join(names, "/")
}

// Stages yields each named stage, in the order in which they began, with what
// happened inside it rolled up: the sum of its calls' Usage and of its charges'
// Cost, the number of attempts, the first Prompt rendered, the Provider and
// Model that answered last, and the last Price.
func (r *Record) Stages() iter.Seq[Op] {
	return func(yield func(Op) bool) {
		for _, op := range r.rollUp() {
			if op.Kind == OpStage && !yield(op) {
				return
			}
		}
	}
}

// rollUp returns the ops with what happened inside each of them added to it.
// Ops follow their parents, so one pass from the end is enough.
func (r *Record) rollUp() []Op {
	ops := slices.Clone(r.Ops)
	for i := range ops {
		if ops[i].Kind != OpCall {
			ops[i].Usage = Usage{}
		}
		if ops[i].Kind != OpCharge {
			ops[i].Cost = 0
		}
	}
	for i := range slices.Backward(ops) {
		op := &ops[i]
		if op.Kind == OpAttempt {
			op.Attempt = 1 // was its number; from here on, how many
		}
		if op.Parent < 0 || op.Parent >= i {
			continue
		}
		up := &ops[op.Parent]
		up.Usage = up.Usage.Add(op.Usage)
		up.Cost += op.Cost
		up.Attempt += op.Attempt
		if op.Prompt != (Ref{}) {
			up.Prompt = op.Prompt // an earlier one comes later, and wins
		}
		if up.Provider == "" {
			up.Provider, up.Model = op.Provider, op.Model
		}
		if up.Price == (Price{}) {
			up.Price = op.Price
		}
	}
	return ops
}
