package validate_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/validate"
)

type period struct {
	From int `json:"from"`
	To   int `json:"to"`
}

func (p *period) Validate(context.Context) error {
	if p.To < p.From {
		return errors.New("to must not be before from")
	}
	return nil
}

type booking struct {
	Email   string            `json:"email"`
	Stays   []period          `json:"stays"`
	Rooms   map[string]period `json:"rooms,omitempty"`
	Comment *string           `json:"comment,omitempty"`
}

func TestChecksCollectAllIssues(t *testing.T) {
	p := parserFor[booking](t,
		validate.Check("one_stay", func(_ context.Context, b *booking) error {
			if len(b.Stays) == 0 {
				return errors.New("at least one stay")
			}
			return nil
		}),
		validate.Field("/email", func(_ context.Context, s string) error {
			if s == "" {
				return errors.New("an address")
			}
			return nil
		}),
		validate.Field("/stays/*/from", func(_ context.Context, n int) error {
			if n < 0 {
				return &makeready.InvalidError{Issues: []makeready.Issue{{Code: "past", Want: "a day to come"}}}
			}
			return nil
		}),
		validate.Field("/comment", func(context.Context, string) error { return errors.New("never called for null") }),
	)
	_, err := p.Validate(t.Context(), `{"email":"","stays":[{"from":1,"to":2},{"from":-3,"to":-4}],"rooms":{"b":{"from":2,"to":1},"a":{"from":2,"to":1}}}`)
	require.Equal(t, []makeready.Issue{
		{Path: "/stays/1", Code: "check", Rule: "validate_test.period", Want: "to must not be before from"},
		{Path: "/rooms/a", Code: "check", Rule: "validate_test.period", Want: "to must not be before from"},
		{Path: "/rooms/b", Code: "check", Rule: "validate_test.period", Want: "to must not be before from"},
		{Path: "/email", Code: "check", Rule: "/email", Want: "an address"},
		{Path: "/stays/1/from", Code: "past", Want: "a day to come"},
	}, issuesOf(t, err))

	_, err = p.Validate(t.Context(), `{"email":"a@b","stays":[]}`)
	require.Equal(t, "one_stay", issuesOf(t, err)[0].Rule)
}

func TestChecksMayEndTheRun(t *testing.T) {
	exit := &makeready.Exit{Outcome: makeready.Escalated, Reason: "too_many"}
	p := parserFor[period](t, validate.Check("exit", func(context.Context, *period) error { return exit }))
	v, err := p.Validate(t.Context(), `{"from":1,"to":2}`)
	require.Equal(t, exit, err)
	require.Zero(t, v)
}

func TestChecksThatAreRefused(t *testing.T) {
	for _, o := range []validate.Option{
		validate.Check[period]("x", nil),
		validate.Check("", func(context.Context, *booking) error { return nil }),
		validate.Check("x", func(context.Context, *period) error { return nil }),
		validate.Field[string]("/email", nil),
		validate.Field("/email", func(context.Context, int) error { return nil }),
		validate.Field("/nothing", func(context.Context, int) error { return nil }),
	} {
		_, err := validate.For[booking](o)
		require.Error(t, err)
	}
	_, err := validate.FromSchema([]byte(`{}`), validate.Field("/a", func(context.Context, int) error { return nil }))
	require.Error(t, err)
}
