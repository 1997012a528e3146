package guard_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/guard"
)

// noKeys is a guardrail. Its name is what the record shows.
type noKeys struct{}

func (noKeys) Name() string { return "no_keys" }

func (noKeys) Check(_ context.Context, c guard.Content) (guard.Verdict, error) {
	i := strings.Index(c.Text, "sk-")
	if i < 0 {
		return guard.Verdict{Action: makeready.Allow}, nil
	}
	return guard.Verdict{Action: makeready.Block, Findings: []makeready.Finding{
		{Rule: "no_keys", Type: "api_key", Start: i, End: i + 3, Score: 1, Reason: "secret"},
	}}, nil
}

// around makes middleware of a guardrail: it judges the newest user message on
// its way in, and the answer on its way out. A refusal is the call's error. The
// spans of a message that was rewritten no longer fit and are dropped.
func around(g makeready.Guardrail) makeready.Middleware {
	return func(next makeready.Model) makeready.Model {
		return makeready.ModelFunc(func(ctx context.Context, req makeready.Request) (makeready.Response, error) {
			messages := append([]makeready.Message(nil), req.Messages...) // the caller's stay as they are
			last := &messages[len(messages)-1]
			text, err := makeready.Judge(ctx, g, guard.Content{Text: last.Text, Spans: last.Spans})
			if err != nil {
				return makeready.Response{}, err
			}
			if text != last.Text {
				last.Text, last.Spans = text, nil
			}
			req.Messages, req.Stream = messages, nil // what streams cannot be judged as a whole
			resp, err := next.Generate(ctx, req)
			if err != nil {
				return resp, err
			}
			resp.Text, err = makeready.Judge(ctx, g, guard.Content{Text: resp.Text, Direction: makeready.Output, Origin: makeready.OriginModel})
			return resp, err
		})
	}
}

func ExampleGuardrail_middleware() {
	careless := makeready.Leaf("local", "careless", makeready.ModelFunc(
		func(context.Context, makeready.Request) (makeready.Response, error) {
			return makeready.Response{Text: "Sure, the key is sk-12345."}, nil
		}))
	model := makeready.Wrap(careless, around(noKeys{}))
	_, err := model.Generate(context.Background(), makeready.Request{
		Messages: []makeready.Message{{Role: makeready.RoleUser, Text: "What is the key?"}},
	})
	fmt.Println(err)
	// Output: exit blocked: secret
}
