package modeltest_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/eval/modeltest"
)

func TestCassetteBadFiles(t *testing.T) {
	path := tempCassette(t)
	record(t, path, modeltest.Record, func(m makeready.Model) {
		r := ask("hi")
		r.Schema = []byte(`{"a":1}`)
		r.Tools = []makeready.Tool{{Name: "x", Schema: []byte(`{"a":1}`)}}
		_ = tell(t.Context(), m, r, true)
		_ = tell(t.Context(), m, ask("limit"), true)
		_ = tell(t.Context(), m, makeready.Request{}, true)
	}, modeltest.Text("ok"), modeltest.Reply{Fault: modeltest.RateLimited}, modeltest.Text("fine"))
	good, err := os.ReadFile(path)
	require.NoError(t, err)
	for name, c := range map[string]struct{ old, new, want string }{
		"no JSON":       {"{", "<", "bad cassette"},
		"version":       {`"version": 1`, `"version": 2`, "has version 2"},
		"unknown field": {`"version": 1`, `"version": 1, "verson": 1`, "verson"},
		"edited":        {`"hi"`, `"ho"`, "the request was edited"},
		"kind":          {`"rate_limited"`, `"rat_limited"`, `unknown kind of error "rat_limited"`},
		"wait":          {`"1s"`, `"1x"`, "retry_after"},
		"null":          {`"entries": [`, `"entries": [ null,`, "entry 1 is null"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, string(good), c.old)
			require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(good), c.old, c.new, 1)), 0o600))
			tb := &recorder{}
			m := modeltest.OpenCassette(tb, path, modeltest.CassetteConfig{Mode: modeltest.RecordMissing}).Middleware(noModel)
			require.Contains(t, tell(t.Context(), m, ask("hi"), false).Err, c.want)
			require.Contains(t, tb.end(), c.want)
			bad, err := os.ReadFile(path)
			require.NoError(t, err)
			require.NotEqual(t, good, bad, "what cannot be read is not overwritten")
			record(t, path, modeltest.Record, func(m makeready.Model) {
				require.Equal(t, "anew", tell(t.Context(), m, ask("hi"), false).Response.Text)
			}, modeltest.Text("anew"))
		})
	}
	t.Run("edited answer", func(t *testing.T) {
		require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(good), `"text": "ok"`, `"text": ["o", "k!"]`, 1)), 0o600))
		m := modeltest.OpenCassette(t, path, modeltest.CassetteConfig{AllowUnused: true}).Middleware(noModel)
		r := ask("hi")
		r.Schema = []byte(`{"a":1}`)
		r.Tools = []makeready.Tool{{Name: "x", Schema: []byte(`{"a":1}`)}}
		require.Equal(t, "ok!", tell(t.Context(), m, r, false).Response.Text)
	})
	t.Run("a folder", func(t *testing.T) {
		tb := &recorder{}
		modeltest.OpenCassette(tb, filepath.Dir(path), modeltest.CassetteConfig{})
		require.Contains(t, tb.end(), "cassette")
	})
	t.Run("cannot be written", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "file")
		require.NoError(t, os.WriteFile(file, nil, 0o600))
		tb := &recorder{}
		c := modeltest.OpenCassette(tb, filepath.Join(file+"s", "x.json"), modeltest.CassetteConfig{Mode: modeltest.Record})
		require.NoError(t, os.WriteFile(file+"s", nil, 0o600))
		_ = tell(t.Context(), c.Middleware(modeltest.NewScript(t, modeltest.Text("x"))), ask("hi"), false)
		require.Contains(t, tb.end(), "cassette")
	})
}

// TestCassetteFlag runs this test binary again, with and without the flag.
func TestCassetteFlag(t *testing.T) {
	if path := os.Getenv("MODELTEST_CHILD"); path != "" {
		m := modeltest.OpenCassette(t, path, modeltest.CassetteConfig{}).Middleware(modeltest.NewScript(nil, modeltest.Text("live")))
		fmt.Println("child says", tell(t.Context(), m, ask("hi"), false).Response.Text)
		return
	}
	path := tempCassette(t)
	child := func(args ...string) (string, error) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		cmd := exec.CommandContext(ctx, os.Args[0], append([]string{"-test.run=^TestCassetteFlag$", "-test.v"}, args...)...)
		cmd.Env = append(os.Environ(), "MODELTEST_CHILD="+path, "GORACE=atexit_sleep_ms=0")
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	out, err := child()
	require.Error(t, err)
	require.Contains(t, out, "the cassette is empty")
	require.NoFileExists(t, path)
	for _, arg := range []string{"-modeltest.record", "-modeltest.record=all", "-modeltest.record=passthrough", "-modeltest.record=replay"} {
		out, err = child(arg)
		require.NoError(t, err, out)
		require.Contains(t, out, "child says live")
	}
	_, err = child("-modeltest.record=sometimes")
	require.Error(t, err)
}

func TestCassetteEndedCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := tempCassette(t)
		stop := errors.New("stop")
		use := func(m makeready.Model) {
			req := ask("stops")
			req.Stream = func(makeready.Chunk) error { return stop }
			_, err := m.Generate(t.Context(), req)
			require.ErrorIs(t, err, stop)

			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			begin := time.Now()
			require.Contains(t, tell(ctx, m, ask("hangs"), false).Err, "deadline")
			require.Equal(t, 30*time.Second, time.Since(begin))
			require.Equal(t, "after", tell(t.Context(), m, ask("hangs"), false).Response.Text)

			canceled, cancel := context.WithCancel(t.Context())
			cancel()
			require.Contains(t, tell(canceled, m, ask("never begins"), false).Err, "canceled")

			canceled, cancel = context.WithCancel(t.Context())
			req = ask("cancels in the stream")
			req.Stream = func(makeready.Chunk) error {
				cancel()
				return nil
			}
			_, err = m.Generate(canceled, req)
			require.ErrorIs(t, err, context.Canceled)
		}
		record(t, path, modeltest.Record, use, modeltest.Text("one two"), modeltest.Reply{Fault: modeltest.Hang}, modeltest.Text("after"), modeltest.Text("one two"))
		use(replaying(t, path))

		// A caller that does not end its call any more is told so.
		tb := &recorder{}
		m := modeltest.OpenCassette(tb, path, modeltest.CassetteConfig{AllowUnused: true}).Middleware(noModel)
		require.Contains(t, tell(t.Context(), m, ask("stops"), true).Err, "not in the cassette")
		require.Contains(t, tell(t.Context(), m, ask("hangs"), true).Err, "not in the cassette")
		require.Equal(t, 2, strings.Count(tb.end(), "the caller ended this call when it was recorded"))
	})
}

// TestCassetteRefusals does not take a decision not to ask for an answer.
func TestCassetteRefusals(t *testing.T) {
	path := tempCassette(t)
	for _, refusal := range []error{
		&makeready.Exit{Outcome: makeready.Blocked}, &makeready.BudgetError{}, makeready.ErrCallLimit, modeltest.ErrUnscripted,
	} {
		c := modeltest.OpenCassette(nil, path, modeltest.CassetteConfig{Mode: modeltest.Record})
		_, err := c.Middleware(makeready.ModelFunc(func(context.Context, makeready.Request) (makeready.Response, error) {
			return makeready.Response{}, refusal
		})).Generate(t.Context(), ask("hi"))
		require.ErrorIs(t, err, refusal)
		require.NoError(t, c.Close())
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.JSONEq(t, `{"version":1,"entries":[]}`, strings.Replace(string(text), "null", "[]", 1))
	}
	c := modeltest.OpenCassette(nil, path, modeltest.CassetteConfig{Mode: modeltest.Record})
	m := c.Middleware(makeready.ModelFunc(func(context.Context, makeready.Request) (makeready.Response, error) {
		return makeready.Response{Usage: makeready.Usage{Input: 3}}, errors.New("not classified")
	}))
	_, err := m.Generate(t.Context(), ask("hi"))
	require.Error(t, err)
	require.NoError(t, c.Close())
	resp, err := replaying(t, path).Generate(t.Context(), ask("hi"))
	me, ok := errors.AsType[*makeready.ModelError](err)
	require.True(t, ok)
	require.Equal(t, makeready.KindUnknown, me.Kind)
	require.Equal(t, int64(3), resp.Usage.Input)
}

// TestCassetteEveryFailure replays each kind of failure as it was.
func TestCassetteEveryFailure(t *testing.T) {
	path := tempCassette(t)
	var replies []modeltest.Reply
	for _, f := range modeltest.TransportFaults() {
		if f != modeltest.Hang && f != modeltest.Stall {
			replies = append(replies, modeltest.Reply{Text: "one two three", Fault: f})
		}
	}
	use := func(m makeready.Model) (kinds []string) {
		for i := range replies {
			_, err := m.Generate(t.Context(), ask(strconv.Itoa(i)))
			kinds = append(kinds, makeready.ErrorClass(err))
		}
		return kinds
	}
	var recorded []string
	record(t, path, modeltest.Record, func(m makeready.Model) { recorded = use(m) }, replies...)
	require.Equal(t, recorded, use(replaying(t, path)))
	require.Greater(t, len(slices.Compact(slices.Sorted(slices.Values(recorded)))), 8)
}

// FuzzCassetteMiss compares any two prompts.
func FuzzCassetteMiss(f *testing.F) {
	f.Add("a\nb\nc", "a\nx\nc")
	f.Add(strings.Repeat("equal é ", 30)+"end", strings.Repeat("equal é ", 30)+"other")
	f.Add(strings.Repeat("a\n", 1100), strings.Repeat("b\n", 1100))
	f.Fuzz(func(t *testing.T, recorded, asked string) {
		if recorded == asked {
			return
		}
		path := tempCassette(t)
		record(t, path, modeltest.Record, func(m makeready.Model) { _ = tell(t.Context(), m, ask(recorded), false) }, modeltest.Text("ok"))
		tb := &recorder{}
		c := modeltest.OpenCassette(tb, path, modeltest.CassetteConfig{AllowUnused: true})
		_, err := c.Middleware(noModel).Generate(t.Context(), ask(asked))
		require.ErrorIs(t, err, modeltest.ErrNotRecorded)
		require.Contains(t, tb.end(), "no such request; the nearest")
	})
}
