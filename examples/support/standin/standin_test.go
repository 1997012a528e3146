package standin_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/examples/support/standin"
)

func ExampleNew() {
	model := standin.New(standin.Config{})
	resp, err := model.Generate(context.Background(), makeready.Request{Messages: []makeready.Message{
		{Role: makeready.RoleSystem, Text: `Classify the message into one of these categories:
- fruit: apples, pears, plums
- tools: hammers, saws, drills

Output format: {"category": "<category>", "confidence": 0.0-1.0}`},
		{Role: makeready.RoleUser, Text: "My saw is blunt. Do you sell hammers and drills?"},
	}})
	fmt.Println(resp.Text, err)
	// Output: {"category": "tools", "confidence": 0.99} <nil>
}

func system(text string) makeready.Message {
	return makeready.Message{Role: makeready.RoleSystem, Text: text}
}

func user(text string) makeready.Message {
	return makeready.Message{Role: makeready.RoleUser, Text: text}
}

func assistant(text string) makeready.Message {
	return makeready.Message{Role: makeready.RoleAssistant, Text: text}
}

const sorting = `Sort the message into one of these categories:
- fruit: apples, pears, plums
- tools: hammers, saws, drills

Output format:
{"category": "<category>", "confidence": 0.0-1.0}

If unsure, respond:
{"status": "uncertain", "reason": "<why>", "suggestion": "<next step>"}`

func TestResponse(t *testing.T) {
	messages := []makeready.Message{system(sorting), user(`Message: <message k="0a1b">Are the plums ripe, and the pears?</message>`)}
	m := standin.New(standin.Config{Name: "small"})
	resp, err := m.Generate(t.Context(), makeready.Request{Messages: messages})
	require.NoError(t, err)
	require.Contains(t, resp.Text, `"category": "fruit"`)
	require.Equal(t, "small", resp.Model)
	require.Equal(t, makeready.StopEnd, resp.Stop)
	size := len(messages[0].Text) + len(messages[1].Text)
	require.Equal(t, makeready.Usage{
		Input: int64((size + 3) / 4), Output: int64((len(resp.Text) + 3) / 4), Source: makeready.UsageEstimated,
	}, resp.Usage)

	again, err := standin.New(standin.Config{Name: "large"}).Generate(t.Context(), makeready.Request{Messages: messages, Schema: []byte("{}"), Task: "other"})
	require.NoError(t, err)
	require.Equal(t, "large", again.Model)
	again.Model = resp.Model
	require.Equal(t, resp, again, "only the messages count")

	messages[1].Text = strings.Replace(messages[1].Text, "plums", "plum", 1)
	other, err := m.Generate(t.Context(), makeready.Request{Messages: messages})
	require.NoError(t, err)
	require.NotEqual(t, resp.ID, other.ID)
}

func TestLimits(t *testing.T) {
	messages := []makeready.Message{system(sorting), user("Are the plums ripe, and the pears?")}
	m := newModel()
	whole := generate(t, m, messages)

	resp, err := m.Generate(t.Context(), makeready.Request{Messages: messages, Params: makeready.Params{MaxTokens: 3}})
	require.NoError(t, err)
	require.Equal(t, whole[:12], resp.Text)
	require.Equal(t, makeready.StopLength, resp.Stop)
	require.Equal(t, int64(3), resp.Usage.Output)

	resp, err = m.Generate(t.Context(), makeready.Request{Messages: messages, Params: makeready.Params{MaxTokens: 1 << 62, Stop: []string{"", ","}}})
	require.NoError(t, err)
	require.Equal(t, strings.Split(whole, ",")[0], resp.Text)
	require.Equal(t, makeready.StopEnd, resp.Stop)
}

func TestStream(t *testing.T) {
	messages := []makeready.Message{system(sorting), user("Are the plums ripe, and the pears?")}
	var got strings.Builder
	chunks := 0
	resp, err := newModel().Generate(t.Context(), makeready.Request{Messages: messages, Stream: func(c makeready.Chunk) error {
		chunks++
		got.WriteString(c.Text)
		return nil
	}})
	require.NoError(t, err)
	require.Equal(t, resp.Text, got.String())
	require.Greater(t, chunks, 1)

	stop := errors.New("enough")
	resp, err = newModel().Generate(t.Context(), makeready.Request{Messages: messages, Stream: func(makeready.Chunk) error { return stop }})
	require.ErrorIs(t, err, stop)
	require.Positive(t, resp.Usage.Input, "a call that was cut has been paid for")

	ctx, cancel := context.WithCancel(t.Context())
	_, err = newModel().Generate(ctx, makeready.Request{Messages: messages, Stream: func(makeready.Chunk) error { cancel(); return nil }})
	require.ErrorIs(t, err, context.Canceled)
	_, err = newModel().Generate(ctx, makeready.Request{Messages: messages})
	require.ErrorIs(t, err, context.Canceled)
}

func TestRefusals(t *testing.T) {
	long := user("secret " + strings.Repeat("x", standin.MaxPrompt))
	for kind, messages := range map[makeready.ErrorKind][]makeready.Message{
		makeready.KindInvalidRequest: nil,
		makeready.KindContextLength:  {long},
	} {
		_, err := newModel().Generate(t.Context(), makeready.Request{Messages: messages})
		me, ok := errors.AsType[*makeready.ModelError](err)
		require.True(t, ok)
		require.Equal(t, kind, me.Kind)
		require.False(t, me.Retryable())
		require.NotContains(t, err.Error()+me.Err.Error(), "secret")
	}
	_, err := newModel().Generate(t.Context(), makeready.Request{Messages: []makeready.Message{user("")}})
	require.Error(t, err)
}

func TestFaults(t *testing.T) {
	const n = 4
	m := standin.New(standin.Config{Faults: n})
	messages := []makeready.Message{system(sorting), user("Are the plums ripe, and the pears?")}
	good := generate(t, newModel(), messages)
	var bad []string
	for range n {
		bad = append(bad, generate(t, m, messages))
	}
	for i, text := range bad {
		require.NotEqual(t, good, text)
		require.Equal(t, i, slices.Index(bad, text), "each fault is another one")
	}
	var out map[string]any
	require.NoError(t, json.Unmarshal([]byte(bad[0]), &out))
	require.NotContains(t, out, "category")
	require.NoError(t, json.Unmarshal([]byte(bad[1]), &out))
	require.IsType(t, []any{}, out["category"])
	require.False(t, json.Valid([]byte(bad[2])))
	require.True(t, strings.HasPrefix(good, bad[2]))
	require.Contains(t, bad[3], ",}")
	require.False(t, strings.HasPrefix(bad[3], "{"))
	require.Equal(t, good, generate(t, m, messages))
	require.Equal(t, good, generate(t, m, messages))

	other := slices.Clone(messages)
	other[0].Text = strings.ReplaceAll(sorting, `"category"`, `"kind"`)
	require.NotEqual(t, generate(t, newModel(), other), generate(t, m, other), "another kind has faults of its own")

	single := []makeready.Message{system(`Answer so: {"category": "<category>"}` + "\nCategories: a|b"), user("a")}
	m = standin.New(standin.Config{Faults: 2})
	require.Equal(t, `{}`, generate(t, m, single))
	require.JSONEq(t, `{"category": [0]}`, generate(t, m, single))
	m = standin.New(standin.Config{Faults: 1})
	require.Empty(t, generate(t, m, []makeready.Message{user("Classify the ticket into: cats|dogs\nTicket: my dogs bark\nCategory:")}))
}

func TestAskedAgainItAnswersTheQuestion(t *testing.T) {
	first := []makeready.Message{system(sorting), user(`Message: <message k="0a1b">Are the plums ripe, and the pears?</message>`)}
	plain := []makeready.Message{system(sorting), user("Are the plums ripe, and the pears?")}
	for _, prompt := range [][]makeready.Message{first, plain} {
		want := generate(t, newModel(), prompt)
		again := append(slices.Clone(prompt),
			assistant(`{"category": "vegetables"}`),
			user("Your answer cannot be used. Answer again with one JSON value that matches the schema.\n<faults>\n/category: got \"vegetables\"; allowed: fruit | tools\n/confidence: missing\n</faults>"))
		require.Equal(t, want, generate(t, newModel(), again))
		again = append(again, assistant("?"), user("That is no valid JSON. Please correct your answer."))
		require.Equal(t, want, generate(t, newModel(), again))
	}
	turns := append(slices.Clone(first), assistant(`{"category": "fruit", "confidence": 0.99}`), user(`Message: <message k="0a1b">I need a hammer and a saw.</message>`))
	require.Contains(t, generate(t, newModel(), turns), `"tools"`, "the last question counts")
	plain = append(plain, assistant("They are."), user("And do you sell hammers?"))
	require.Contains(t, generate(t, newModel(), plain), `"tools"`)
}

func TestConcurrentUse(t *testing.T) {
	messages := []makeready.Message{system(sorting), user("Are the plums ripe, and the pears?")}
	m := standin.New(standin.Config{Faults: 40})
	good := generate(t, newModel(), messages)
	var mu sync.Mutex
	var wg sync.WaitGroup
	right := 0
	for range 8 {
		wg.Go(func() {
			for range 10 {
				resp, err := m.Generate(t.Context(), makeready.Request{Messages: messages})
				mu.Lock()
				if err == nil && resp.Text == good {
					right++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	require.Equal(t, 40, right, "80 replies, 40 of them faulty")
}
