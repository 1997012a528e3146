package chain_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/chain"
)

// A chain is plain Go over stages. A stage that returns an exit ends the run
// without an error.
func ExampleNew() {
	classify := chain.New("classify", func(_ context.Context, text string) (string, error) {
		if strings.Contains(text, "bill") {
			return "billing", nil
		}
		return "", chain.Escalate("unable to determine intent")
	})
	respond := chain.New("respond", func(_ context.Context, intent string) (string, error) {
		return "We look into your " + intent + " question.", nil
	})
	support := chain.New("support", func(ctx context.Context, text string) (string, error) {
		intent, err := classify.Run(ctx, text)
		if err != nil {
			return "", err
		}
		return respond.Run(ctx, intent)
	})
	for _, text := range []string{"my bill is wrong", "qwerty"} {
		res, err := support.Execute(context.Background(), text)
		fmt.Println(res.Outcome, err)
		if res.Exit != nil {
			fmt.Println(res.Exit.Message)
		} else {
			fmt.Println(res.Value)
		}
	}
	// Output:
	// answered <nil>
	// We look into your billing question.
	// escalated <nil>
	// A colleague will take care of this.
}

type ticket struct{ Text string }

type label struct {
	Intent     string  `json:"intent"     jsonschema:"enum=billing,enum=returns"`
	Confidence float64 `json:"confidence" jsonschema:"minimum=0,maximum=1"`
}

// A prompt stage renders, asks and validates. The first answer here breaks the
// schema, so the model is asked again.
func ExamplePrompt() {
	answers := []string{`{"intent": "refunds", "confidence": 0.9}`, `{"intent": "returns", "confidence": 0.9}`}
	model := makeready.Leaf("local", "canned", makeready.ModelFunc(
		func(context.Context, makeready.Request) (makeready.Response, error) {
			text := answers[0]
			answers = answers[1:]
			return makeready.Response{Text: text}, nil
		}))
	tmpl := makeready.TemplateFunc(func(_ context.Context, vars any) (*makeready.Prompt, error) {
		return &makeready.Prompt{Messages: []makeready.Message{
			{Role: makeready.RoleUser, Text: fmt.Sprintf("Classify: %v", vars)},
		}}, nil
	})
	classify, err := chain.Prompt("classify", chain.PromptConfig[ticket, label]{Template: tmpl, Model: model})
	if err != nil {
		fmt.Println(err)
		return
	}
	res, err := chain.New("triage", classify.Run).Execute(context.Background(), ticket{"take it back"})
	fmt.Println(res.Value.Intent, res.Record.Calls(), err)
	// Output: returns 2 <nil>
}

// Then composes two stages; the compiler checks that they fit.
func ExampleThen() {
	words := makeready.Func(func(_ context.Context, s string) ([]string, error) { return strings.Fields(s), nil })
	count := makeready.Func(func(_ context.Context, w []string) (int, error) { return len(w), nil })
	n, err := chain.Then(words, count).Run(context.Background(), "three small words")
	fmt.Println(n, err)
	// Output: 3 <nil>
}

// Ask ends the run with a question, until a later run brings the answer.
func ExampleAsk() {
	track := chain.New("track", func(ctx context.Context, _ string) (string, error) {
		answers, err := chain.Ask(ctx, makeready.Question{Field: "order", Text: "What is the order number?"})
		if err != nil {
			return "", err
		}
		return "Order " + answers["order"] + " is on its way.", nil
	})
	res, _ := track.Execute(context.Background(), "where is it?")
	fmt.Println(res.Outcome, res.Exit.Questions[0].Text)

	ctx := makeready.WithRun(context.Background(), makeready.Run{
		Facts: makeready.Facts{Answers: map[string]string{"order": "4417"}},
	})
	res, _ = track.Execute(ctx, "where is it?")
	fmt.Println(res.Outcome, res.Value)
	// Output:
	// needs_input What is the order number?
	// answered Order 4417 is on its way.
}

// Bands turn a confidence into what happens next.
func ExampleBands() {
	check := chain.New("check", func(ctx context.Context, confidence float64) (string, error) {
		return "the answer", chain.Bands{Auto: 0.9, Verify: 0.7}.Check(ctx, confidence)
	})
	for _, c := range []float64{0.95, 0.75, 0.3} {
		res, _ := check.Execute(context.Background(), c)
		fmt.Printf("%.2f %v %q\n", c, res.Outcome, res.Value)
	}
	// Output:
	// 0.95 answered "the answer"
	// 0.75 needs_review "the answer"
	// 0.30 escalated ""
}

// Uncertain says that the system does not know, and what to do about it.
func ExampleUncertain() {
	res, err := chain.New("answer", func(context.Context, string) (string, error) {
		return "", chain.Uncertain("no_passage", "Ask the product team.")
	}).Execute(context.Background(), "does it float?")
	fmt.Println(res.Outcome, res.Exit.Suggestion, err)
	// Output: uncertain Ask the product team. <nil>
}

// Escalate hands the run to a person.
func ExampleEscalate() {
	res, err := chain.New("answer", func(context.Context, string) (string, error) {
		return "", chain.Escalate("legal_matter")
	}).Execute(context.Background(), "my lawyer says")
	fmt.Println(res.Outcome, res.Exit.Reason, err)
	// Output: escalated legal_matter <nil>
}
