package chain_test

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/chain"
)

type message struct{ Text string }

type intent struct {
	Intent     string  `json:"intent"     jsonschema:"enum=billing,enum=returns"`
	Confidence float64 `json:"confidence" jsonschema:"minimum=0,maximum=1"`
}

// inline is a template without a file: one user message.
func inline(version string) makeready.Template {
	return makeready.TemplateFunc(func(_ context.Context, vars any) (*makeready.Prompt, error) {
		m, ok := vars.(message)
		if !ok {
			return nil, errors.New("inline: want a message")
		}
		return &makeready.Prompt{
			Ref:      makeready.Ref{Name: "inline", Version: version},
			Messages: []makeready.Message{{Role: makeready.RoleUser, Text: "Classify: " + m.Text}},
			Params:   makeready.Params{Temperature: new(0.3), MaxTokens: 100},
		}, nil
	})
}

func replies(log *[]makeready.Request, texts ...string) makeready.Model {
	i := 0
	return makeready.Leaf("local", "scripted", makeready.ModelFunc(func(_ context.Context, req makeready.Request) (makeready.Response, error) {
		if log != nil {
			*log = append(*log, req)
		}
		text := texts[min(i, len(texts)-1)]
		i++
		return makeready.Response{Text: text, Stop: makeready.StopEnd, Usage: makeready.Usage{Input: 10, Output: 5, Source: makeready.UsageReported}}, nil
	}))
}

func TestPromptStage(t *testing.T) {
	var log []makeready.Request
	classify, err := chain.Prompt("classify", chain.PromptConfig[message, intent]{
		Template: inline("1.0"), Model: replies(&log, `{"intent":"billing","confidence":0.93}`),
		Task: "classification", Complexity: "simple",
	})
	require.NoError(t, err)

	t.Run("alone", func(t *testing.T) {
		out, err := classify.Run(t.Context(), message{"I paid twice"})
		require.NoError(t, err)
		require.Equal(t, intent{"billing", .93}, out)
	})
	t.Run("in a run", func(t *testing.T) {
		res, err := chain.New("c", classify.Run).With(chain.Config{Capture: true}).Execute(t.Context(), message{"I paid twice"})
		require.NoError(t, err)
		require.Len(t, res.Record.Ops, 4) // run, stage, attempt, call
		for s := range res.Record.Stages() {
			require.Equal(t, "inline@1.0", s.Prompt.String())
			require.Equal(t, "scripted", s.Model)
			require.Equal(t, "classification", s.Task)
			require.Equal(t, 1, s.Attempt)
			require.Equal(t, int64(10), s.Usage.Input)
			require.JSONEq(t, `{"intent":"billing","confidence":0.93}`, string(s.Out))
		}
	})
	req := log[0]
	require.Equal(t, "classification", req.Task)
	require.Equal(t, "simple", req.Complexity)
	require.Equal(t, "inline@1.0", req.Prompt.String())
	require.Equal(t, new(0.3), req.Params.Temperature)
	require.Equal(t, 100, req.Params.MaxTokens)
	require.True(t, json.Valid(req.Schema))
}

func TestPromptStageAsksAgain(t *testing.T) {
	var log []makeready.Request
	stage, err := chain.Prompt("classify", chain.PromptConfig[message, intent]{
		Template: inline("1.0"),
		Model:    replies(&log, `nonsense`, `{"intent":"PLANTED","confidence":2}`, `{"intent":"returns","confidence":0.8}`),
	})
	require.NoError(t, err)
	res, err := chain.New("c", stage.Run).Execute(t.Context(), message{"send it back"})
	require.NoError(t, err)
	require.Equal(t, "returns", res.Value.Intent)
	require.Equal(t, 3, res.Record.Calls())
	require.Len(t, log[2].Messages, len(log[1].Messages), "the context does not grow")

	log = nil
	stage, err = chain.Prompt("classify", chain.PromptConfig[message, intent]{
		Template: inline("1.0"), Model: replies(&log, `{"intent":"PLANTED","confidence":2}`), Attempts: 2,
	})
	require.NoError(t, err)
	res, err = chain.New("c", stage.Run).Execute(t.Context(), message{"send it back"})
	require.ErrorIs(t, err, makeready.ErrInvalidOutput)
	require.NotContains(t, err.Error(), "PLANTED")
	require.Contains(t, err.Error(), "stage classify")
	require.Len(t, log, 2)
	require.Equal(t, "invalid_output", res.Record.Error)
}

func TestPromptStageText(t *testing.T) {
	stage, err := chain.Prompt("write", chain.PromptConfig[string, string]{
		Template: inline("1.0"), Model: replies(nil, "A fine day."),
		Vars: func(in string) any { return message{in} },
	})
	require.NoError(t, err)
	out, err := stage.Run(t.Context(), "weather")
	require.NoError(t, err)
	require.Equal(t, "A fine day.", out)
}

func TestPromptStageSaysItDoesNotKnow(t *testing.T) {
	stage, err := chain.Prompt("classify", chain.PromptConfig[message, intent]{
		Template: inline("1.0"),
		Model:    replies(nil, "```json\n{\"status\":\"uncertain\",\"reason\":\"PLANTED\",\"suggestion\":\"ask\"}\n```"),
	})
	require.NoError(t, err)
	res, err := chain.New("c", stage.Run).Execute(t.Context(), message{"hm"})
	require.NoError(t, err)
	require.Equal(t, makeready.Uncertain, res.Outcome)
	require.Equal(t, "PLANTED", res.Exit.Detail)
	require.Equal(t, "ask", res.Exit.Suggestion)
	require.Equal(t, 1, res.Record.Calls())
	b, err := json.Marshal(res.Record)
	require.NoError(t, err)
	require.NotContains(t, string(b), "PLANTED")
}

func TestPromptStageFailures(t *testing.T) {
	down := &makeready.ModelError{Kind: makeready.KindServer, Status: 503, Err: errors.New("PLANTED")}
	stage, err := chain.Prompt("classify", chain.PromptConfig[message, intent]{
		Template: inline("1.0"),
		Model: makeready.Leaf("p", "m", makeready.ModelFunc(func(context.Context, makeready.Request) (makeready.Response, error) {
			return makeready.Response{}, down
		})),
	})
	require.NoError(t, err)
	res, err := chain.New("c", stage.Run).Execute(t.Context(), message{"hm"})
	require.ErrorIs(t, err, down)
	require.Equal(t, makeready.Failed, res.Outcome)
	require.Equal(t, "model_server", res.Record.Error)
	require.NotContains(t, res.Exit.Message+err.Error(), "PLANTED")

	stage, err = chain.Prompt("classify", chain.PromptConfig[message, intent]{
		Template: inline("1.0"), Model: replies(nil, "x"), Vars: func(message) any { return 1 },
	})
	require.NoError(t, err)
	_, err = stage.Run(t.Context(), message{})
	require.EqualError(t, err, "stage classify: inline: want a message")
}

type picky struct{ makeready.TemplateFunc }

func (picky) Accepts(t reflect.Type) error {
	if t.Kind() != reflect.Struct || t.NumField() != 1 {
		return errors.New("picky: want one field")
	}
	return nil
}

type loop struct {
	Next *loop `json:"next"`
}

func TestPromptChecksAtConstruction(t *testing.T) {
	model := replies(nil, "x")
	build := func(name string, c chain.PromptConfig[message, intent]) error {
		_, err := chain.Prompt(name, c)
		return err
	}
	require.ErrorContains(t, build("", chain.PromptConfig[message, intent]{}), "needs a name")
	require.ErrorContains(t, build("a/b", chain.PromptConfig[message, intent]{}), "needs a name")
	require.ErrorContains(t, build("s", chain.PromptConfig[message, intent]{Attempts: -1}), "-1 attempts")
	require.ErrorContains(t, build("s", chain.PromptConfig[message, intent]{Model: model}), `"s" needs a Template`)
	require.ErrorContains(t, build("s", chain.PromptConfig[message, intent]{Template: inline("1")}), `"s" needs a Model`)
	require.NoError(t, build("s", chain.PromptConfig[message, intent]{Template: picky{}, Model: model}))
	_, err := chain.Prompt("s", chain.PromptConfig[string, intent]{Template: picky{}, Model: model})
	require.EqualError(t, err, `chain: prompt stage "s": picky: want one field`)
	_, err = chain.Prompt("s", chain.PromptConfig[string, intent]{Template: picky{}, Model: model, Vars: func(s string) any { return message{s} }})
	require.NoError(t, err)
	_, err = chain.Prompt("s", chain.PromptConfig[message, loop]{Template: inline("1"), Model: model})
	require.ErrorContains(t, err, "contains itself")
	require.True(t, strings.HasPrefix(err.Error(), `chain: prompt stage "s"`))
}
