package modeltest_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/eval/modeltest"
)

// suite asks 64 questions, each in two trials, all at the same time.
func suite(ctx context.Context, m makeready.Model) []byte {
	const cases, trials = 64, 2
	out := make([]told, cases*trials)
	var wg sync.WaitGroup
	for i := range cases {
		wg.Go(func() {
			for k := range trials {
				trial := modeltest.WithTrial(ctx, fmt.Sprintf("case-%d/%d", i, k))
				out[i*trials+k] = tell(trial, m, ask(fmt.Sprintf("question %d", i/2)), k%2 == 0) // two cases share a question
			}
		})
	}
	wg.Wait()
	return fmt.Appendf(nil, "%#v", out)
}

// TestCassetteThousandReplays is the promise: a suite of 64 goroutines, with
// trials that ask the same, is answered alike a thousand times.
func TestCassetteThousandReplays(t *testing.T) {
	n := 1000
	if testing.Short() || raceEnabled {
		n = 30
	}
	path := tempCassette(t)
	var want []byte
	script := modeltest.NewScript(t)
	var mu sync.Mutex
	count := 0
	script.When(nil).ReplyFunc(func(makeready.Request) modeltest.Reply {
		mu.Lock()
		defer mu.Unlock()
		count++
		return modeltest.Text(fmt.Sprintf("answer number %d", count)) // as a model at temperature 1
	})
	c := modeltest.OpenCassette(t, path, modeltest.CassetteConfig{Mode: modeltest.Record})
	want = suite(t.Context(), c.Middleware(script))
	require.NoError(t, c.Close())
	require.Equal(t, 128, count)
	file, err := os.ReadFile(path)
	require.NoError(t, err)
	for i := range n {
		c := modeltest.OpenCassette(t, path, modeltest.CassetteConfig{})
		got := suite(t.Context(), c.Middleware(noModel))
		require.True(t, bytes.Equal(want, got), "replay %d differs", i)
		require.NoError(t, c.Close())
	}
	now, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, file, now)

	// Recorded again from the replay, the file is the same, whatever the order.
	again := tempCassette(t)
	replay := modeltest.OpenCassette(t, path, modeltest.CassetteConfig{})
	c = modeltest.OpenCassette(t, again, modeltest.CassetteConfig{Mode: modeltest.Record})
	suite(t.Context(), c.Middleware(replay.Middleware(noModel)))
	require.NoError(t, c.Close())
	now, err = os.ReadFile(again)
	require.NoError(t, err)
	require.Equal(t, string(file), string(now))
}

// TestCassetteWithoutTrials keeps identical requests apart by their order: all
// answers come back, each once.
func TestCassetteWithoutTrials(t *testing.T) {
	path := tempCassette(t)
	use := func(m makeready.Model) map[string]int {
		seen := map[string]int{}
		var mu sync.Mutex
		var wg sync.WaitGroup
		for range 64 {
			wg.Go(func() {
				resp, err := m.Generate(t.Context(), ask("hi"))
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					seen[resp.Text]++
				}
			})
		}
		wg.Wait()
		return seen
	}
	replies := make([]modeltest.Reply, 64)
	for i := range replies {
		replies[i] = modeltest.Text(strconv.Itoa(i))
	}
	record(t, path, modeltest.RecordMissing, func(m makeready.Model) { require.Len(t, use(m), 64) }, replies...)
	require.Len(t, use(replaying(t, path)), 64)
}

// TestCassetteConforms holds the cassette to the contract of middleware, in
// all modes in which it can be asked something new, and a replay to that of a
// model.
func TestCassetteConforms(t *testing.T) {
	for _, mode := range []modeltest.Mode{modeltest.RecordMissing, modeltest.Record, modeltest.Passthrough} {
		c := modeltest.OpenCassette(nil, tempCassette(t), modeltest.CassetteConfig{Mode: mode})
		require.NoError(t, modeltest.TestMiddleware(c.Middleware), mode)
		require.NoError(t, c.Close())
	}
	path := tempCassette(t)
	script := modeltest.NewScript(t)
	script.When(nil).Always(modeltest.Text("The sky is blue."))
	c := modeltest.OpenCassette(nil, path, modeltest.CassetteConfig{Mode: modeltest.Record})
	require.NoError(t, modeltest.TestModel(c.Middleware(script)))
	require.NoError(t, c.Close())
	require.NoError(t, modeltest.TestModel(replaying(t, path)))
}

// FuzzCassetteHoldsNoKeys plants a key wherever a real client has one, and
// looks for it in the file.
func FuzzCassetteHoldsNoKeys(f *testing.F) {
	f.Add("7Hq0Zx", "text", uint8(1), true)
	f.Add("Bearer", "two\nlines", uint8(0), false)
	f.Fuzz(func(t *testing.T, noise, text string, kind uint8, fails bool) {
		key := "sk-planted-" + noise
		type ctxKey struct{}
		path := tempCassette(t)
		c := modeltest.OpenCassette(nil, path, modeltest.CassetteConfig{Mode: modeltest.Record})
		m := c.Middleware(makeready.ModelFunc(func(ctx context.Context, req makeready.Request) (makeready.Response, error) {
			resp := makeready.Response{Text: text, Usage: makeready.Usage{Input: 1}}
			if !fails {
				return resp, nil
			}
			header := "Authorization: Bearer " + fmt.Sprint(ctx.Value(ctxKey{}))
			return resp, &makeready.ModelError{
				Kind: makeready.ErrorKind(kind), Provider: key, Model: key, RequestID: key, Status: 401,
				Err: fmt.Errorf("request with %s to https://example.com/?key=%s: %w", header, key, makeready.ErrIncompleteStream),
			}
		}))
		ctx := context.WithValue(t.Context(), ctxKey{}, key)
		ctx = makeready.WithRun(ctx, makeready.Run{ID: key, Facts: makeready.Facts{Sensitive: map[string]string{"key": key}}})
		req := ask(text)
		req.Provider, req.Target, req.Task, req.Complexity, req.Prompt.Name = key, key, key, key, key
		req.Messages[1].Spans = []makeready.Span{{Name: key}}
		_, _ = m.Generate(ctx, req)
		require.NoError(t, c.Close())
		file, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NotContains(t, string(file), "sk-planted-")
		require.Contains(t, string(file), `"entries"`)
		if kind > uint8(makeready.KindContentFilter) {
			return // a kind that does not exist
		}
		resp, err := replaying(t, path).Generate(ctx, req)
		require.Equal(t, fails, err != nil)
		require.Equal(t, text, resp.Text)
	})
}

func FuzzCassetteText(f *testing.F) {
	f.Add("a\nb\n", "x\xc3", true)
	f.Add("", "\n", false)
	f.Fuzz(func(t *testing.T, text, chunk string, reset bool) {
		path := tempCassette(t)
		want := []makeready.Chunk{{Text: chunk}, {Reasoning: chunk, Reset: reset}, {Text: text}}
		c := modeltest.OpenCassette(nil, path, modeltest.CassetteConfig{Mode: modeltest.Record})
		m := c.Middleware(makeready.ModelFunc(func(_ context.Context, req makeready.Request) (makeready.Response, error) {
			for _, ch := range want {
				if err := req.Stream(ch); err != nil {
					return makeready.Response{}, err
				}
			}
			return makeready.Response{Text: text, Reasoning: chunk}, nil
		}))
		recorded := tell(t.Context(), m, ask(text), true)
		require.NoError(t, c.Close())
		replayed := tell(t.Context(), replaying(t, path), ask(text), true)
		require.Equal(t, recorded, replayed)
		require.Equal(t, want, replayed.Chunks)
	})
}
