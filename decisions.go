package makeready

import "time"

// A Ref names one version of a prompt.
type Ref struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	// Digest is "sha256:" and 64 hexadecimal digits over what is rendered.
	Digest string `json:"digest,omitempty"`
}

// String returns "name@version", or the name alone.
func (r Ref) String() string {
	if r.Version == "" {
		return r.Name
	}
	return r.Name + "@" + r.Version
}

// A Prompt is what a [Template] renders.
type Prompt struct {
	Ref      Ref
	Messages []Message
	Params   Params
}

// A Route is a router's answer: names of targets, best first, and why.
type Route struct {
	Targets []string
	// Reason is a stable code or a sentence of the router's author.
	Reason string
}

// An Assignment places a run in an arm of a rollout.
type Assignment struct {
	// Rollout and Arm name the experiment and the side of it.
	Rollout string
	Arm     string
	// Prompt is the version that the arm uses.
	Prompt Ref
	// Reason is a stable code: "assigned", "no_unit", "stale_state" and so on.
	Reason string
}

// An Observation is what became of a run that was assigned.
type Observation struct {
	RunID    string
	Outcome  Outcome
	Duration time.Duration
	Cost     Money
	// Scores are results of evaluations by name, 0 to 1.
	Scores map[string]float64
}

// An Estimate is the most that a call may cost.
type Estimate struct {
	Provider, Model string
	// Usage is the worst case: the whole prompt, and the output limit.
	Usage Usage
	Cost  Money
}

// A Hold is reserved spending. Its ID is random and never reused.
type Hold struct {
	ID     string
	Amount Money
	// Expires is when the hold lapses if nobody settles it.
	Expires time.Time
}

// A Settlement ends a [Hold]. The source of its Usage says how sure its Cost
// is: what was cut, canceled or timed out is charged as estimated.
type Settlement struct {
	Usage Usage
	Cost  Money
	// Released says that nothing was billed; Usage and Cost do not count. The
	// zero value charges, so that forgetting it never frees money.
	Released bool
}
