package validatetest_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/validate"
	"github.com/makeready-go/makeready/validate/validatetest"
)

func ExampleTest() {
	type point struct {
		X int `json:"x"`
	}
	p, err := validate.For[point]()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(validatetest.Test(p, validatetest.Config{
		Valid:   []string{`{"x":1}`, `{x: "2"`},
		Invalid: []string{`{"x":"many"}`, "I would rather not."},
		Exits:   []string{`{"status":"uncertain","reason":"no picture"}`},
	}))
	// Output: <nil>
}

func TestFaultyValidatorsAreFound(t *testing.T) {
	var calls atomic.Int64
	bad := &makeready.InvalidError{Issues: []makeready.Issue{{Code: "x"}}}
	for name, f := range map[string]makeready.ValidatorFunc[int]{
		"accepts all": func(context.Context, string) (int, error) { return 1, nil },
		"refuses all": func(context.Context, string) (int, error) { return 0, bad },
		"other error": func(_ context.Context, s string) (int, error) { return pick(s, errors.New("no")) },
		"no issue":    func(_ context.Context, s string) (int, error) { return pick(s, &makeready.InvalidError{}) },
		"no code": func(_ context.Context, s string) (int, error) {
			return pick(s, &makeready.InvalidError{Issues: []makeready.Issue{{}}})
		},
		"repeats":       func(_ context.Context, s string) (int, error) { return pick(s, fmt.Errorf("%s: %w", s, bad)) },
		"a value":       func(_ context.Context, s string) (int, error) { _, err := pick(s, bad); return 7, err },
		"panics":        func(context.Context, string) (int, error) { panic("oh") },
		"changes":       func(context.Context, string) (int, error) { return int(calls.Add(1)), nil },
		"misses an end": func(_ context.Context, s string) (int, error) { return pick(s, bad) },
	} {
		c := validatetest.Config{Valid: []string{"good"}, Invalid: []string{"this one is bad"}}
		if name == "misses an end" {
			c.Exits = []string{"good"}
		}
		require.Error(t, validatetest.Test(f, c), name)
	}
	require.Error(t, validatetest.Test[int](nil, validatetest.Config{}))
}

func pick(text string, err error) (int, error) {
	if text == "good" {
		return 1, nil
	}
	return 0, err
}
