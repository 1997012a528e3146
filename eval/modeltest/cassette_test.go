package modeltest_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/eval/modeltest"
)

// noModel is what is behind a replaying cassette: nobody.
var noModel = makeready.ModelFunc(func(context.Context, makeready.Request) (makeready.Response, error) {
	return makeready.Response{}, errors.New("the model was asked")
})

func tempCassette(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "testdata", "model.json")
}

// replaying is a model that is nothing but a cassette. All of it must be used.
func replaying(t *testing.T, path string) makeready.Model {
	t.Helper()
	c := modeltest.OpenCassette(nil, path, modeltest.CassetteConfig{})
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c.Middleware(noModel)
}

// record records what a script answers to a function.
func record(t *testing.T, path string, mode modeltest.Mode, use func(m makeready.Model), replies ...modeltest.Reply) {
	t.Helper()
	c := modeltest.OpenCassette(nil, path, modeltest.CassetteConfig{Mode: mode})
	use(c.Middleware(modeltest.NewScript(t, replies...)))
	require.NoError(t, c.Close())
}

// told is all that a caller sees of a call.
type told struct {
	Response makeready.Response
	Chunks   []makeready.Chunk
	Err      string
}

func tell(ctx context.Context, m makeready.Model, req makeready.Request, streamed bool) told {
	var out told
	if streamed {
		req.Stream = func(c makeready.Chunk) error {
			out.Chunks = append(out.Chunks, c)
			return nil
		}
	}
	resp, err := m.Generate(ctx, req)
	out.Response = resp
	if err != nil {
		out.Err = fmt.Sprintf("%v %t", err, errors.Is(err, makeready.ErrIncompleteStream))
	}
	return out
}

func TestCassetteReplays(t *testing.T) {
	path := tempCassette(t)
	rich := ask("Where is\nmy order?")
	rich.Provider = "openai"
	rich.Params = makeready.Params{Temperature: new(0.0), TopP: new(0.5), Seed: new(int64(1)), MaxTokens: 9, Stop: []string{"END"}}
	rich.Schema = []byte(`{ "type": "object" }`)
	rich.Tools = []makeready.Tool{{Name: "look", Description: "looks\nup", Schema: []byte(`{"type":"object"}`)}}
	rich.Messages[1].Parts = []makeready.Part{
		{MIME: "image/png", Data: []byte("png")}, {URL: "https://example.com/x.png"}, {Call: &makeready.ToolCall{Name: "look", Arguments: "{}"}},
	}
	use := func(m makeready.Model) []told {
		return []told{
			tell(t.Context(), m, rich, true),
			tell(t.Context(), m, ask("hi"), false),
			tell(t.Context(), m, ask("hi"), true),
			tell(t.Context(), m, ask("limit"), false),
			tell(t.Context(), m, ask("cut"), true),
			tell(t.Context(), m, ask("halves"), true),
		}
	}
	var recorded []told
	record(t, path, modeltest.Record, func(m makeready.Model) { recorded = use(m) },
		modeltest.Reply{
			Text: "It is\non its way.", Reasoning: "let me see", ID: "id-1", Model: "m-2", Stop: makeready.StopLength,
			ToolCalls: []makeready.ToolCall{{ID: "c", Name: "look", Arguments: `{"a":1}`}},
			Usage:     makeready.Usage{Input: 9, CacheRead: 1, CacheWrite: 2, Output: 5, Reasoning: 3, Source: makeready.UsageReported},
		},
		modeltest.Text("Hello <once> & again."), modeltest.Text("Hello twice."),
		modeltest.Reply{Fault: modeltest.RateLimited, RetryAfter: 1500 * time.Millisecond},
		modeltest.Reply{Text: "one two three four", Fault: modeltest.CutStream},
		modeltest.Reply{Text: "日本 語", Fault: modeltest.SplitUTF8},
	)
	replayed := use(replaying(t, path))
	for i := range recorded { // the provider's name for a failed request is not kept
		recorded[i].Err = strings.ReplaceAll(strings.ReplaceAll(recorded[i].Err, `, request "req-000004"`, ""), `, request "req-000005"`, "")
		recorded[i].Err = strings.ReplaceAll(recorded[i].Err, "modeltest/", "")
	}
	require.Empty(t, cmp.Diff(recorded, replayed))

	text, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, want := range []string{
		`"It is\n",` + "\n", `"Hello <once> & again."`, `"retry_after": "1.5s"`, `"incomplete_stream": true`, `"sha256": "`, `"repeat": 1`,
		`"base64": "`, `"temperature": 0,`,
	} {
		require.Contains(t, string(text), want)
	}
}

func TestCassetteReplaysInOtherForm(t *testing.T) {
	path := tempCassette(t)
	record(t, path, modeltest.Record, func(m makeready.Model) {
		_ = tell(t.Context(), m, ask("plain"), false)
		_ = tell(t.Context(), m, ask("streamed"), true)
	}, modeltest.Reply{Text: "one two", Reasoning: "hm"}, modeltest.Text("three four"))
	m := replaying(t, path)
	got := tell(t.Context(), m, ask("plain"), true)
	require.Equal(t, []makeready.Chunk{{Text: "one two", Reasoning: "hm"}}, got.Chunks)
	got = tell(t.Context(), m, ask("streamed"), false)
	require.Equal(t, "three four", got.Response.Text)
	require.Empty(t, got.Err)
}

// TestCassetteKey says what makes another request, and what does not.
func TestCassetteKey(t *testing.T) {
	base := func() makeready.Request {
		r := ask("hi")
		r.Schema, r.Tools = []byte(`{"a":1}`), []makeready.Tool{{Name: "look", Schema: []byte(`{"b":1}`)}}
		return r
	}
	path := tempCassette(t)
	record(t, path, modeltest.Record, func(m makeready.Model) { _ = tell(t.Context(), m, base(), false) }, modeltest.Text("ok"))
	for name, c := range map[string]struct {
		change func(r *makeready.Request)
		same   bool
	}{
		"nothing":         {func(*makeready.Request) {}, true},
		"task":            {func(r *makeready.Request) { r.Task, r.Complexity, r.Target = "a", "b", "c" }, true},
		"prompt version":  {func(r *makeready.Request) { r.Prompt = makeready.Ref{Name: "x"} }, true},
		"provider":        {func(r *makeready.Request) { r.Provider = "x" }, true},
		"spans":           {func(r *makeready.Request) { r.Messages[1].Spans = []makeready.Span{{End: 1}} }, true},
		"schema's spaces": {func(r *makeready.Request) { r.Schema, r.Tools[0].Schema = []byte(`{ "a" : 1 }`), []byte(` {"b":1}`) }, true},
		"model":           {func(r *makeready.Request) { r.Model = "x" }, false},
		"text":            {func(r *makeready.Request) { r.Messages[1].Text = "x" }, false},
		"role":            {func(r *makeready.Request) { r.Messages[1].Role = makeready.RoleAssistant }, false},
		"part":            {func(r *makeready.Request) { r.Messages[1].Parts = []makeready.Part{{Data: []byte("x")}} }, false},
		"call id":         {func(r *makeready.Request) { r.Messages[1].CallID = "x" }, false},
		"zero for unset":  {func(r *makeready.Request) { r.Params.Temperature = new(0.0) }, false},
		"stop":            {func(r *makeready.Request) { r.Params.Stop = []string{"x"} }, false},
		"schema":          {func(r *makeready.Request) { r.Schema = []byte(`{"a":2}`) }, false},
		"bad schema":      {func(r *makeready.Request) { r.Schema = []byte(`{`) }, false},
		"tool":            {func(r *makeready.Request) { r.Tools[0].Schema = []byte(`{"b":2}`) }, false},
		"no tools":        {func(r *makeready.Request) { r.Tools = nil }, false},
	} {
		t.Run(name, func(t *testing.T) {
			tb := &recorder{}
			cassette := modeltest.OpenCassette(tb, path, modeltest.CassetteConfig{AllowUnused: true})
			req := base()
			c.change(&req)
			got := tell(t.Context(), cassette.Middleware(noModel), req, false)
			if c.same {
				require.Equal(t, "ok", got.Response.Text)
				require.Empty(t, tb.end())
				return
			}
			require.Contains(t, got.Err, "not in the cassette")
			require.NotEmpty(t, tb.end())
		})
	}
}

func TestCassetteMiss(t *testing.T) {
	path := tempCassette(t)
	long := strings.Repeat("The shop sells lamps, chairs and tables. ", 20)
	shop := func(color string) makeready.Request {
		r := ask("You classify messages.\nAnswer in JSON.\n" + long + "The color is " + color + ".\nBe brief.\nBe kind.\nBe quick.")
		r.Params.Temperature = new(0.3)
		return r
	}
	record(t, path, modeltest.Record, func(m makeready.Model) {
		_ = tell(t.Context(), m, shop("red"), false)
		_ = tell(t.Context(), m, ask("something else entirely"), false)
		_ = tell(modeltest.WithTrial(t.Context(), "case-1"), m, ask("in a trial"), false)
	}, modeltest.Text("a"), modeltest.Text("b"), modeltest.Text("c"))

	miss := func(ctx context.Context, req makeready.Request, times int) string {
		tb := &recorder{}
		c := modeltest.OpenCassette(tb, path, modeltest.CassetteConfig{AllowUnused: true})
		m := c.Middleware(noModel)
		var err error
		for range times {
			_, err = m.Generate(ctx, req)
		}
		require.ErrorIs(t, err, modeltest.ErrNotRecorded)
		require.NotContains(t, err.Error(), "classify", "an error holds no text of users")
		return tb.end()
	}
	text := miss(t.Context(), shop("blue"), 1)
	require.Contains(t, text, path)
	require.Contains(t, text, "The color is red.\n")
	require.Contains(t, text, "The color is blue.\n")
	require.NotContains(t, text, "something else")
	require.NotContains(t, text, long, "what is equal is left out")
	require.Contains(t, text, "\n-… ")
	require.Contains(t, text, "\n+… ")
	require.Contains(t, text, "\n Be brief.\n")
	require.NotContains(t, text, "Be quick")

	hotter := shop("red")
	hotter.Params.Temperature = new(0.4)
	text = miss(t.Context(), hotter, 1)
	require.Contains(t, text, "-temperature: 0.3\n+temperature: 0.4\n")

	// The messages say what is near: a parameter more is no reason to show another prompt.
	plain := ask("something else altogether")
	plain.Schema = []byte(`{"type":"object","properties":{"lamps":{},"chairs":{},"tables":{}}}`)
	text = miss(t.Context(), plain, 1)
	require.Contains(t, text, "-something else entirely\n")
	require.Contains(t, text, "+schema: ")

	require.Contains(t, miss(t.Context(), shop("red"), 2), "recorded 1 times, and this is time 2")
	require.Contains(t, miss(t.Context(), ask("in a trial"), 1), `recorded for trial "case-1", and not for trial ""`)
	path = tempCassette(t)
	require.Contains(t, miss(t.Context(), ask("hi"), 1), "the cassette is empty; this was asked:\nmodel: test-1")
}

func TestCassetteUnused(t *testing.T) {
	path := tempCassette(t)
	two := func(m makeready.Model) {
		_ = tell(t.Context(), m, ask("first"), false)
		_ = tell(modeltest.WithTrial(t.Context(), "t-1"), m, ask("second"), false)
		_ = tell(modeltest.WithTrial(t.Context(), "t-1"), m, ask("second"), false)
		_ = tell(t.Context(), m, makeready.Request{}, false)
	}
	replies := []modeltest.Reply{modeltest.Text("1"), modeltest.Text("2"), modeltest.Text("3"), modeltest.Text("4")}
	record(t, path, modeltest.RecordMissing, two, replies...)
	full, err := os.ReadFile(path)
	require.NoError(t, err)

	replayFirst := func(tb *recorder, cfg modeltest.CassetteConfig) string {
		m := modeltest.OpenCassette(tb, path, cfg).Middleware(modeltest.NewScript(nil))
		require.Equal(t, "1", tell(t.Context(), m, ask("first"), false).Response.Text)
		return tb.end()
	}
	text := replayFirst(&recorder{}, modeltest.CassetteConfig{})
	require.Contains(t, text, "3 recorded requests were not asked for; -modeltest.record drops them:")
	require.Contains(t, text, `"second", trial "t-1"`)
	require.Contains(t, text, `"second", trial "t-1", time 2`)
	require.Empty(t, replayFirst(&recorder{}, modeltest.CassetteConfig{AllowUnused: true}))
	require.Empty(t, replayFirst(&recorder{failed: true}, modeltest.CassetteConfig{}), "a failed test has enough to say")
	require.Contains(t, (&recorderOnly{}).run(path), "were not asked for")

	// A test that failed or was skipped drops nothing.
	require.Empty(t, replayFirst(&recorder{failed: true}, modeltest.CassetteConfig{Mode: modeltest.RecordMissing}))
	now, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(full), string(now))
	tb := &recorder{}
	modeltest.OpenCassette(tb, path, modeltest.CassetteConfig{Mode: modeltest.Record})
	require.Empty(t, tb.end(), "who asked for nothing drops nothing")
	now, err = os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(full), string(now))

	// One that passed does.
	require.Empty(t, replayFirst(&recorder{}, modeltest.CassetteConfig{Mode: modeltest.RecordMissing}))
	require.Empty(t, replayFirst(&recorder{}, modeltest.CassetteConfig{}))
	now, err = os.ReadFile(path)
	require.NoError(t, err)
	require.NotContains(t, string(now), "second")
}

// recorderOnly is a TB that cannot say whether the test has failed.
type recorderOnly struct{ inner recorder }

func (r *recorderOnly) Helper()                   {}
func (r *recorderOnly) Errorf(f string, a ...any) { r.inner.Errorf(f, a...) }
func (r *recorderOnly) Cleanup(f func())          { r.inner.Cleanup(f) }
func (r *recorderOnly) run(path string) (found string) {
	modeltest.OpenCassette(r, path, modeltest.CassetteConfig{})
	return r.inner.end()
}

func TestCassetteModes(t *testing.T) {
	path := tempCassette(t)
	record(t, path, modeltest.Record, func(m makeready.Model) {
		_ = tell(t.Context(), m, ask("a"), false)
		_ = tell(t.Context(), m, ask("b"), false)
	}, modeltest.Text("a1"), modeltest.Text("b1"))

	record(t, path, modeltest.RecordMissing, func(m makeready.Model) {
		require.Equal(t, "a1", tell(t.Context(), m, ask("a"), false).Response.Text)
		require.Equal(t, "a2", tell(t.Context(), m, ask("a"), false).Response.Text, "the second time is missing")
		require.Equal(t, "c1", tell(t.Context(), m, ask("c"), false).Response.Text)
		require.Equal(t, "b1", tell(t.Context(), m, ask("b"), false).Response.Text)
	}, modeltest.Text("a2"), modeltest.Text("c1"))

	record(t, path, modeltest.Passthrough, func(m makeready.Model) {
		require.Equal(t, "live", tell(t.Context(), m, ask("a"), false).Response.Text)
	}, modeltest.Text("live"))

	m := replaying(t, path)
	for _, want := range []string{"a1", "a2", "c1", "b1"} {
		require.Equal(t, want, tell(t.Context(), m, ask(want[:1]), false).Response.Text)
	}
	record(t, path, modeltest.Record, func(m makeready.Model) {
		require.Equal(t, "a9", tell(t.Context(), m, ask("a"), false).Response.Text)
	}, modeltest.Text("a9"))
	m = replaying(t, path)
	require.Equal(t, "a9", tell(t.Context(), m, ask("a"), false).Response.Text)

	require.Equal(t, "replay missing all passthrough mode(9)",
		fmt.Sprint(modeltest.Replay, modeltest.RecordMissing, modeltest.Record, modeltest.Passthrough, modeltest.Mode(9)))
}

// TestCassetteRecordKeepsWhatFailed fails in the middle of recording anew.
func TestCassetteRecordKeepsWhatFailed(t *testing.T) {
	path := tempCassette(t)
	record(t, path, modeltest.Record, func(m makeready.Model) {
		_ = tell(t.Context(), m, ask("a"), false)
		_ = tell(t.Context(), m, ask("b"), false)
	}, modeltest.Text("a1"), modeltest.Text("b1"))
	tb := &recorder{failed: true}
	m := modeltest.OpenCassette(tb, path, modeltest.CassetteConfig{Mode: modeltest.Record}).Middleware(modeltest.NewScript(t, modeltest.Text("a2")))
	_ = tell(t.Context(), m, ask("a"), false)
	require.Empty(t, tb.end())
	m = replaying(t, path)
	require.Equal(t, "a2", tell(t.Context(), m, ask("a"), false).Response.Text)
	require.Equal(t, "b1", tell(t.Context(), m, ask("b"), false).Response.Text)
}
