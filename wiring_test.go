package makeready_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
)

// The types below are the smallest honest implementations of the contracts:
// what somebody would write who replaces every room.

type question struct{ Text string }

type shout struct{}

func (shout) Run(_ context.Context, in string) (string, error) { return strings.ToUpper(in), nil }

type oneLine struct{}

func (oneLine) Render(_ context.Context, vars any) (*makeready.Prompt, error) {
	q, ok := vars.(question)
	if !ok {
		return nil, fmt.Errorf("oneLine: want a question, got %T", vars)
	}
	return &makeready.Prompt{
		Ref:      makeready.Ref{Name: "one-line", Version: "1.0"},
		Messages: []makeready.Message{{Role: makeready.RoleUser, Text: q.Text}},
		Params:   makeready.Params{Temperature: new(0.0)},
	}, nil
}

type noDigits struct{}

func (noDigits) Name() string { return "no_digits" }

func (noDigits) Check(_ context.Context, c makeready.Content) (makeready.Verdict, error) {
	if i := strings.IndexAny(c.Text, "0123456789"); i >= 0 {
		return makeready.Verdict{Action: makeready.Block, Findings: []makeready.Finding{
			{Rule: "no_digits", Start: i, End: i + 1, Score: 1, Reason: "digits"},
		}}, nil
	}
	return makeready.Verdict{Action: makeready.Allow}, nil
}

type notEmpty struct{}

func (notEmpty) Validate(_ context.Context, output string) (string, error) {
	if output == "" {
		return "", &makeready.InvalidError{Issues: []makeready.Issue{{Code: "empty"}}}
	}
	return output, nil
}

type firstTarget []string

func (f firstTarget) Route(context.Context, makeready.Request) (makeready.Route, error) {
	return makeready.Route{Targets: f, Reason: "listed"}, nil
}

type alwaysStable struct{ observed []makeready.Observation }

func (*alwaysStable) Assign(context.Context, makeready.Run) makeready.Assignment {
	return makeready.Assignment{Rollout: "r", Arm: "stable", Reason: "assigned"}
}

func (a *alwaysStable) Observe(_ context.Context, _ makeready.Assignment, o makeready.Observation) error {
	a.observed = append(a.observed, o)
	return nil
}

type purse struct{ left, held, spent makeready.Money }

func (p *purse) Reserve(_ context.Context, e makeready.Estimate) (makeready.Hold, error) {
	if p.spent+p.held+e.Cost > p.left {
		return makeready.Hold{}, &makeready.BudgetError{
			Budget: "purse", Unit: "nano-USD", Limit: int64(p.left), Spent: int64(p.spent), Need: int64(e.Cost),
		}
	}
	p.held += e.Cost
	return makeready.Hold{ID: "h", Amount: e.Cost}, nil
}

func (p *purse) Settle(_ context.Context, h makeready.Hold, s makeready.Settlement) (makeready.Money, error) {
	p.held -= h.Amount
	if s.Released {
		return 0, nil
	}
	p.spent += s.Cost
	return s.Cost, nil
}

// pipeline is a Chain made of the other seven contracts and nothing else.
type pipeline struct {
	stage     makeready.Stage[string, string]
	template  makeready.Template
	guard     makeready.Guardrail
	validator makeready.Validator[string]
	router    makeready.ModelRouter
	canary    makeready.CanaryRouter
	cost      makeready.CostController
	models    map[string]makeready.Model
	settings  makeready.Settings
}

var _ makeready.Chain[string, string] = pipeline{}

func (p pipeline) Run(ctx context.Context, in string) (string, error) {
	assigned := p.canary.Assign(ctx, makeready.RunFrom(ctx))
	in, err := makeready.Judge(ctx, p.guard, makeready.Content{Text: in})
	if err != nil {
		return "", err
	}
	prompt, err := p.template.Render(ctx, question{in})
	if err != nil {
		return "", err
	}
	req := makeready.Request{Prompt: prompt.Ref, Messages: prompt.Messages, Params: prompt.Params}
	route, err := p.router.Route(ctx, req)
	if err != nil {
		return "", err
	}
	hold, err := p.cost.Reserve(ctx, makeready.Estimate{Cost: 10})
	if err != nil {
		return "", err
	}
	resp, err := p.models[route.Targets[0]].Generate(ctx, req)
	if err != nil {
		return "", err
	}
	if _, err := p.cost.Settle(ctx, hold, makeready.Settlement{Usage: resp.Usage, Cost: 7}); err != nil {
		return "", err
	}
	text, err := p.validator.Validate(ctx, resp.Text)
	if err != nil {
		return "", err
	}
	out, err := p.stage.Run(ctx, text)
	if err != nil {
		return "", err
	}
	return out, p.canary.Observe(ctx, assigned, makeready.Observation{RunID: makeready.RunFrom(ctx).ID, Outcome: makeready.Answered})
}

func (p pipeline) Execute(ctx context.Context, in string) (*makeready.Result[string], error) {
	ctx, finish, err := makeready.Start(ctx, "pipeline", p.settings)
	var out string
	if err == nil {
		out, err = p.Run(ctx, in)
	}
	rec, exit, err := finish(err)
	res := &makeready.Result[string]{Outcome: rec.Outcome, Value: out, Exit: exit, Record: rec}
	return res, err
}

func newPipeline() (pipeline, *alwaysStable, *purse) {
	canary, budget := &alwaysStable{}, &purse{left: 20}
	echo := makeready.ModelFunc(func(_ context.Context, req makeready.Request) (makeready.Response, error) {
		return makeready.Response{
			Text: req.Messages[0].Text, Stop: makeready.StopEnd,
			Usage: makeready.Usage{Input: 3, Output: 2, Source: makeready.UsageReported},
		}, nil
	})
	return pipeline{
		stage: shout{}, template: oneLine{}, guard: noDigits{}, validator: notEmpty{},
		router: firstTarget{"small"}, canary: canary, cost: budget,
		models: map[string]makeready.Model{"small": makeready.Leaf("local", "echo", echo)},
	}, canary, budget
}

func TestEightContractsInOneRun(t *testing.T) {
	p, canary, budget := newPipeline()
	var committed []*makeready.Record
	p.settings.Sinks = []makeready.Sink{makeready.SinkFunc(func(_ context.Context, r *makeready.Record) error {
		committed = append(committed, r)
		return nil
	})}
	ctx := makeready.WithRun(t.Context(), makeready.Run{ID: "run-1", Tenant: "acme", Labels: map[string]string{"feature": "echo"}})

	res, err := p.Execute(ctx, "hello")

	require.NoError(t, err)
	require.Equal(t, makeready.Answered, res.Outcome)
	require.Equal(t, "HELLO", res.Value)
	require.Nil(t, res.Exit)
	require.Equal(t, []*makeready.Record{res.Record}, committed)
	require.Equal(t, []makeready.Observation{{RunID: "run-1", Outcome: makeready.Answered}}, canary.observed)
	require.Equal(t, makeready.Money(7), budget.spent)
	require.Zero(t, budget.held)

	var kinds []string
	for _, op := range res.Record.Ops {
		kinds = append(kinds, op.Kind.String()+" "+op.Name)
	}
	require.Equal(t, []string{"run pipeline", "guard no_digits", "call echo"}, kinds)
	require.Equal(t, makeready.Usage{Input: 3, Output: 2, Source: makeready.UsageReported}, res.Record.Usage())
	require.Equal(t, 1, res.Record.Calls())
	require.Equal(t, "run-1", res.Record.Run.ID)
	require.WithinDuration(t, time.Now(), res.Record.Start, time.Minute)
}

func TestEveryContractCanStopTheRun(t *testing.T) {
	boom := errors.New("boom")
	tests := []struct {
		name    string
		input   string
		change  func(p *pipeline, budget *purse)
		outcome makeready.Outcome
		err     error
		reason  string
	}{
		{name: "guardrail blocks", input: "call 555", outcome: makeready.Blocked, reason: "digits"},
		{name: "template fails", input: "hello", outcome: makeready.Failed, err: boom, change: func(p *pipeline, _ *purse) {
			p.template = makeready.TemplateFunc(func(context.Context, any) (*makeready.Prompt, error) { return nil, boom })
		}},
		{name: "router fails", input: "hello", outcome: makeready.Failed, err: boom, change: func(p *pipeline, _ *purse) {
			p.router = makeready.ModelRouterFunc(func(context.Context, makeready.Request) (makeready.Route, error) {
				return makeready.Route{}, boom
			})
		}},
		{name: "budget refuses", input: "hello", outcome: makeready.Failed, err: makeready.ErrBudget, change: func(_ *pipeline, b *purse) {
			b.left = 9
		}},
		{name: "validator rejects", input: "hello", outcome: makeready.Failed, err: makeready.ErrInvalidOutput, change: func(p *pipeline, _ *purse) {
			p.validator = makeready.ValidatorFunc[string](func(context.Context, string) (string, error) {
				return "", &makeready.InvalidError{Issues: []makeready.Issue{{Code: "empty"}}}
			})
		}},
		{name: "stage exits", input: "hello", outcome: makeready.Escalated, reason: "angry", change: func(p *pipeline, _ *purse) {
			p.stage = makeready.Func(func(context.Context, string) (string, error) {
				return "", &makeready.Exit{Outcome: makeready.Escalated, Reason: "angry"}
			})
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, _, budget := newPipeline()
			if tt.change != nil {
				tt.change(&p, budget)
			}
			res, err := p.Execute(t.Context(), tt.input)
			require.ErrorIs(t, err, tt.err)
			require.Equal(t, tt.outcome, res.Outcome)
			require.Equal(t, tt.reason, res.Record.Reason)
			require.NotEmpty(t, res.Exit.Message)
			b, err := json.Marshal(res.Exit)
			require.NoError(t, err)
			require.NotContains(t, string(b), "boom")
		})
	}
}
