package makeready_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/makeready-go/makeready"
)

// Any client becomes a model: here, one that answers with the last message.
func ExampleModelFunc() {
	parrot := makeready.Leaf("local", "parrot", makeready.ModelFunc(
		func(_ context.Context, req makeready.Request) (makeready.Response, error) {
			last := req.Messages[len(req.Messages)-1]
			return makeready.Response{Text: last.Text, Stop: makeready.StopEnd}, nil
		}))
	resp, err := parrot.Generate(context.Background(), makeready.Request{
		Messages: []makeready.Message{{Role: makeready.RoleUser, Text: "hello"}},
	})
	fmt.Println(resp.Text, err)
	// Output: hello <nil>
}

// Middleware changes what happens around a call. The first one is outermost.
func ExampleWrap() {
	shout := func(next makeready.Model) makeready.Model {
		return makeready.ModelFunc(func(ctx context.Context, req makeready.Request) (makeready.Response, error) {
			resp, err := next.Generate(ctx, req)
			resp.Text = strings.ToUpper(resp.Text)
			return resp, err
		})
	}
	quote := func(next makeready.Model) makeready.Model {
		return makeready.ModelFunc(func(ctx context.Context, req makeready.Request) (makeready.Response, error) {
			resp, err := next.Generate(ctx, req)
			resp.Text = "he said " + resp.Text
			return resp, err
		})
	}
	hello := makeready.ModelFunc(func(context.Context, makeready.Request) (makeready.Response, error) {
		return makeready.Response{Text: "hello"}, nil
	})
	resp, _ := makeready.Wrap(hello, shout, quote).Generate(context.Background(), makeready.Request{})
	fmt.Println(resp.Text)
	// Output: HE SAID HELLO
}

// A guardrail that cannot decide blocks.
func ExampleJudge() {
	broken := makeready.GuardrailFunc(func(context.Context, makeready.Content) (makeready.Verdict, error) {
		return makeready.Verdict{}, errors.New("the list of names is not loaded")
	})
	_, err := makeready.Judge(context.Background(), broken, makeready.Content{Text: "some text"})
	fmt.Println(errors.Is(err, makeready.ErrBlocked), err)
	// Output: true exit blocked: guard_failed
}

// A guardrail judges; what it returns decides what goes on.
func ExampleGuardrailFunc() {
	noNames := makeready.GuardrailFunc(func(_ context.Context, c makeready.Content) (makeready.Verdict, error) {
		if !strings.Contains(c.Text, "Ada") {
			return makeready.Verdict{Action: makeready.Allow}, nil
		}
		return makeready.Verdict{Action: makeready.Redact, Rewrite: strings.ReplaceAll(c.Text, "Ada", "[NAME]")}, nil
	})
	text, err := makeready.Judge(context.Background(), noNames, makeready.Content{Text: "Ada called"})
	fmt.Println(text, err)
	// Output: [NAME] called <nil>
}

// Prices are integers, and a cost is rounded once, upwards.
func ExamplePrice_Cost() {
	p := makeready.Price{Input: 150_000, Output: 600_000} // $0.15 and $0.60 per million tokens
	fmt.Println(p.Cost(makeready.Usage{Input: 1_000_000}))
	fmt.Println(p.Cost(makeready.Usage{Input: 412, Output: 31}))
	// Output:
	// $0.15
	// $0.0000804
}

// Errors carry what a caller decides by, and no text of users or models.
func ExampleModelError() {
	var err error = &makeready.ModelError{
		Kind: makeready.KindRateLimited, Provider: "openai", Model: "small", Status: 429,
		Err: errors.New(`{"message": "you said: my secret"}`),
	}
	if me, ok := errors.AsType[*makeready.ModelError](err); ok {
		fmt.Println(me.Retryable(), makeready.ErrorClass(err))
	}
	fmt.Println(err)
	// Output:
	// true model_rate_limited
	// model openai/small: rate_limited, status 429
}

// Facts reach stages and guardrails and are withheld from everything else.
func ExampleWithRun() {
	ctx := makeready.WithRun(context.Background(), makeready.Run{
		ID:    "run-1",
		Facts: makeready.Facts{Verified: true, Sensitive: map[string]string{"ssn": "078-05-1120"}},
	})
	run := makeready.RunFrom(ctx)
	fmt.Println(run.ID, run.Facts.Verified, run.Facts)
	// Output: run-1 true facts(withheld)
}
