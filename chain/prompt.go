package chain

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/validate"
)

// PromptConfig says what a prompt stage is made of. Template and Model are
// required.
type PromptConfig[In, Out any] struct {
	Template makeready.Template
	// Model answers, with its middleware around it: guardrails, routing and
	// budgets act here. It should end in a [makeready.Leaf], which is what
	// records and bounds calls.
	Model makeready.Model
	// Validator turns the model's text into Out. Without one, Out's own schema
	// decides ([validate.For]); for a string it is any text ([validate.Text]).
	Validator makeready.Validator[Out]
	// Vars turns the input into the template's variables. Without it, the input
	// itself is given to the template.
	Vars func(in In) any
	// Task and Complexity are hints for a router, such as "classification" and
	// "simple".
	Task, Complexity string
	// Attempts is how often a valid output is asked for, the first time
	// included; 0 means 3.
	Attempts int
}

// Prompt makes a stage that renders a template, asks a model and validates
// what it says, asking again when that is not valid ([validate.Generate]).
//
// What can be checked is checked here: the schema of Out is compiled, and a
// template that can say which variables it accepts (a method
// Accepts(reflect.Type) error, as templates of package template have) is asked
// about In, unless Vars is set.
func Prompt[In, Out any](name string, c PromptConfig[In, Out]) (*Node[In, Out], error) {
	switch {
	case !validName(name):
		return nil, errors.New(`chain: a prompt stage needs a name without "/"`)
	case c.Attempts < 0:
		return nil, fmt.Errorf("chain: prompt stage %q: %d attempts; use 0 for the default or a positive number", name, c.Attempts)
	case c.Template == nil:
		return nil, fmt.Errorf("chain: prompt stage %q needs a Template", name)
	case c.Model == nil:
		return nil, fmt.Errorf("chain: prompt stage %q needs a Model", name)
	}
	if c.Validator == nil {
		v, err := defaultValidator[Out]()
		if err != nil {
			return nil, fmt.Errorf("chain: prompt stage %q: %w", name, err)
		}
		c.Validator = v
	}
	if t, ok := c.Template.(interface{ Accepts(t reflect.Type) error }); ok && c.Vars == nil {
		if err := t.Accepts(reflect.TypeFor[In]()); err != nil {
			return nil, fmt.Errorf("chain: prompt stage %q: %w", name, err)
		}
	}
	return &Node[In, Out]{name: name, run: c.run}, nil
}

func (c PromptConfig[In, Out]) run(ctx context.Context, op *makeready.Op, in In) (out Out, err error) {
	var vars any
	if c.Vars != nil {
		vars = c.Vars(in)
	} else {
		vars = in
	}
	p, err := c.Template.Render(ctx, vars)
	if err != nil {
		return out, err
	}
	if op != nil {
		op.Prompt, op.Task = p.Ref, c.Task
	}
	return validate.Generate(ctx, c.Model, makeready.Request{
		Task:       c.Task,
		Complexity: c.Complexity,
		Prompt:     p.Ref,
		Messages:   p.Messages,
		Params:     p.Params,
	}, c.Validator, validate.Config{Attempts: c.Attempts})
}

func defaultValidator[Out any]() (makeready.Validator[Out], error) {
	if text, ok := any(validate.Text()).(makeready.Validator[Out]); ok {
		return text, nil
	}
	return validate.For[Out]()
}
