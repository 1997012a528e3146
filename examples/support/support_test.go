package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/chain"
	"github.com/makeready-go/makeready/examples/support/standin"
)

// newDesk builds the program's own chain over its own files, changed where a
// test changes them.
func newDesk(t *testing.T, customer string, changes map[string]func(string) string) desk {
	t.Helper()
	support, err := newSupport(overlay(t, changes), offline())
	require.NoError(t, err)
	return desk{support: support.With(chain.Config{Capture: true}), customer: customer}
}

// overlay is the embedded file system with some files edited. An edit that
// changes nothing is a broken test.
func overlay(t *testing.T, changes map[string]func(string) string) fs.FS {
	t.Helper()
	out := fstest.MapFS{}
	require.NoError(t, fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := files.ReadFile(path)
		if change, ok := changes[path]; ok {
			edited := change(string(b))
			require.NotEqual(t, string(b), edited, "the edit of %s changes nothing", path)
			b = []byte(edited)
		}
		out[path] = &fstest.MapFile{Data: b}
		return err
	}))
	for path := range changes {
		require.Contains(t, out, path)
	}
	return out
}

func (d desk) mustAnswer(t *testing.T, text string) answer {
	t.Helper()
	a, err := d.answer(t.Context(), text, nil)
	require.NoError(t, err)
	return a
}

func readJSONL[T any](t *testing.T, path string) []T {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	var rows []T
	for line := range strings.Lines(string(b)) {
		var row T
		require.NoError(t, json.Unmarshal([]byte(line), &row))
		rows = append(rows, row)
	}
	return rows
}

func stageNames(r *makeready.Record) []string {
	var names []string
	for s := range r.Stages() {
		names = append(names, s.Name)
	}
	return names
}

func TestIntentsOfUnseenMessages(t *testing.T) {
	d := newDesk(t, "", nil)
	rows := readJSONL[struct{ Text, Intent string }](t, "testdata/messages.jsonl")
	require.Len(t, rows, 60)
	right := 0
	for _, row := range rows {
		if a := d.mustAnswer(t, row.Text); a.Intent.Intent == row.Intent {
			right++
		} else {
			t.Logf("%q: %s (%.2f), want %s", row.Text, a.Intent.Intent, a.Intent.Confidence, row.Intent)
		}
	}
	t.Logf("intent right: %d of %d", right, len(rows))
	require.GreaterOrEqual(t, right, 54)
}

func TestUnclearMessagesAreNeverGuessed(t *testing.T) {
	d := newDesk(t, "", nil)
	rows := readJSONL[struct{ Text, Kind string }](t, "testdata/unclear.jsonl")
	require.Len(t, rows, 20)
	admitted := 0
	for _, row := range rows {
		a := d.mustAnswer(t, row.Text)
		if o := a.Result.Outcome; o == makeready.Uncertain || o == makeready.Escalated {
			admitted++
			require.NotEmpty(t, a.Result.Exit.Reason)
			require.NotEmpty(t, a.Result.Exit.Message)
			require.Equal(t, []string{"classify"}, stageNames(a.Result.Record), "%q: later stages must not run", row.Text)
			require.Equal(t, 1, a.Result.Record.Calls())
		} else {
			t.Logf("%q: %s", row.Text, o)
		}
	}
	t.Logf("uncertain or escalated: %d of %d", admitted, len(rows))
	require.GreaterOrEqual(t, admitted, 18)
}

func TestVagueMessagesAreAskedAbout(t *testing.T) {
	d := newDesk(t, "", nil)
	for _, row := range readJSONL[struct{ Text, Intent, Missing string }](t, "testdata/vague.jsonl") {
		a := d.mustAnswer(t, row.Text)
		require.Equal(t, row.Intent, a.Intent.Intent, row.Text)
		require.Equal(t, makeready.NeedsInput, a.Result.Outcome, row.Text)
		require.NotEmpty(t, a.Result.Exit.Questions, row.Text)
		q := a.Result.Exit.Questions[0]
		require.Equal(t, row.Missing, q.Field, row.Text)
		require.True(t, strings.HasSuffix(q.Text, "?"), q.Text)
	}
}

func TestConversations(t *testing.T) {
	type row struct {
		Text, Customer string
		Outcome        []makeready.Outcome
		MustContain    []string `json:"must_contain"`
	}
	for _, row := range readJSONL[row](t, "testdata/conversations.jsonl") {
		t.Run(row.Text+" as "+row.Customer, func(t *testing.T) {
			a := newDesk(t, row.Customer, nil).mustAnswer(t, row.Text)
			require.Contains(t, row.Outcome, a.Result.Outcome, "%s %.2f %s", a.Intent.Intent, a.Intent.Confidence, text(a))
			for _, want := range row.MustContain {
				require.Contains(t, text(a), want)
			}
		})
	}
}

func TestAnswersComeFromThePrompt(t *testing.T) {
	const message = "I was overcharged on my last bill"
	t.Run("renaming a category renames the intent", func(t *testing.T) {
		rename := func(s string) string { return strings.ReplaceAll(s, "billing", "money_matters") }
		d := newDesk(t, "", map[string]func(string) string{
			"data/intents.yaml":              rename,
			"prompts/examples/classify.yaml": rename,
			"data/passages.yaml":             rename,
		})
		require.Equal(t, "billing", newDesk(t, "", nil).mustAnswer(t, message).Intent.Intent)
		require.Equal(t, "money_matters", d.mustAnswer(t, message).Intent.Intent)
	})
	t.Run("without its passage a question is not answered", func(t *testing.T) {
		const question = "How long is the warranty on your speakers?"
		a := newDesk(t, "", nil).mustAnswer(t, question)
		require.Equal(t, makeready.Answered, a.Result.Outcome)
		require.NotEmpty(t, a.Result.Value.Sources)
		source := a.Result.Value.Sources[0]
		a = newDesk(t, "", map[string]func(string) string{"data/passages.yaml": func(string) string { return "[]\n" }}).mustAnswer(t, question)
		require.Equal(t, makeready.Uncertain, a.Result.Outcome, "%s from %s", a.Result.Value.Reply, source)
		require.Empty(t, a.Result.Value)
	})
	t.Run("the company's name comes from a variable", func(t *testing.T) {
		var prompts []string
		spy := func(m makeready.Model) makeready.Model {
			return makeready.ModelFunc(func(ctx context.Context, req makeready.Request) (makeready.Response, error) {
				prompts = append(prompts, req.Messages[0].Text)
				return m.Generate(ctx, req)
			})
		}
		m := offline()
		support, err := newSupport(files, models{small: spy(m.small), large: spy(m.large)})
		require.NoError(t, err)
		_, err = support.Execute(t.Context(), Enquiry{Text: message})
		require.NoError(t, err)
		for _, p := range prompts {
			require.NotContains(t, p, "{company_name}")
		}
		require.Contains(t, prompts[0], companyName)
	})
}

func TestRecordShowsEachStage(t *testing.T) {
	a := newDesk(t, "", nil).mustAnswer(t, "I was overcharged on my last bill")
	stages := slices.Collect(a.Result.Record.Stages())
	require.Equal(t, []string{"classify", "gather", "lookup", "respond"}, stageNames(a.Result.Record))
	classify, respond := stages[0], stages[3]
	require.NotEqual(t, classify.Model, respond.Model)
	require.Less(t, classify.Price.Input, respond.Price.Input)
	require.Less(t, classify.Price.Output, respond.Price.Output)
	require.Equal(t, "classify@1.0", classify.Prompt.String())
	require.Contains(t, classify.Prompt.Digest, "sha256:")
	require.Positive(t, classify.Cost)
	require.Equal(t, makeready.UsageEstimated, classify.Usage.Source)
	require.Zero(t, stages[2].Usage.Input, "lookup asks no model")
	var intent Intent
	require.NoError(t, json.Unmarshal(classify.Out, &intent))
	require.Equal(t, "billing", intent.Intent)
}

func TestCaptureIsOffByDefault(t *testing.T) {
	support, err := newSupport(files, offline())
	require.NoError(t, err)
	res, err := support.Execute(t.Context(), Enquiry{Text: "I was overcharged on my last bill by ZANZIBAR Ltd"})
	require.NoError(t, err)
	b, err := json.Marshal(res.Record)
	require.NoError(t, err)
	require.NotContains(t, string(b), "ZANZIBAR")
	require.NotContains(t, string(b), "overcharged")
}

func TestProviderDownIsSaidSafely(t *testing.T) {
	down := makeready.Leaf("offline", "down", makeready.ModelFunc(func(context.Context, makeready.Request) (makeready.Response, error) {
		return makeready.Response{}, &makeready.ModelError{Kind: makeready.KindServer, Status: 503, Err: errors.New("secret backend detail")}
	}))
	support, err := newSupport(files, models{small: down, large: down})
	require.NoError(t, err)
	a, err := desk{support: support}.answer(t.Context(), "hello", nil)
	require.Error(t, err)
	require.Equal(t, makeready.Failed, a.Result.Outcome)
	var out bytes.Buffer
	printer(&out, false)(a)
	require.NotContains(t, out.String(), "secret")
	require.NotContains(t, out.String(), "503")
	require.Contains(t, out.String(), "went wrong on our side")
}

func TestFaultyRepliesAreAskedForAgain(t *testing.T) {
	faulty := models{
		small: makeready.Leaf("offline", "faulty", standin.New(standin.Config{Faults: 1})),
		large: makeready.Leaf("offline", "faulty", standin.New(standin.Config{Faults: 1})),
	}
	support, err := newSupport(files, faulty)
	require.NoError(t, err)
	a, err := desk{support: support}.answer(t.Context(), "I was overcharged on my last bill", nil)
	require.NoError(t, err)
	want := newDesk(t, "", nil).mustAnswer(t, "I was overcharged on my last bill")
	require.Equal(t, want.Result.Outcome, a.Result.Outcome)
	require.Equal(t, want.Result.Value, a.Result.Value)
	require.Greater(t, a.Result.Record.Calls(), want.Result.Record.Calls())
}

func TestAccountFactsStayClosed(t *testing.T) {
	const question = "Where is order 4417?"
	for _, customer := range []string{"", "ben"} {
		a := newDesk(t, customer, nil).mustAnswer(t, question)
		require.Equal(t, makeready.NeedsInput, a.Result.Outcome)
		b, err := json.Marshal(newReport(a))
		require.NoError(t, err)
		shop, err := openShop(files)
		require.NoError(t, err)
		o, ok := shop.order("4417", "ada")
		require.True(t, ok)
		for _, secret := range []string{o.Carrier, o.Expected, "status is " + o.Status} {
			require.NotContains(t, string(b), secret)
		}
	}
	t.Run("no answer signs in", func(t *testing.T) {
		a, err := newDesk(t, "", nil).answer(t.Context(), question, map[string]string{"sign_in": "ada", "order_number": "4417"})
		require.NoError(t, err)
		require.Equal(t, makeready.NeedsInput, a.Result.Outcome)
		require.Equal(t, signIn, a.Result.Exit.Questions[0])
	})
	t.Run("an answered question goes on", func(t *testing.T) {
		a, err := newDesk(t, "ada", nil).answer(t.Context(), "Where is my parcel?", map[string]string{"order_number": "4417"})
		require.NoError(t, err)
		require.Contains(t, []makeready.Outcome{makeready.Answered, makeready.NeedsReview}, a.Result.Outcome)
		require.Contains(t, a.Result.Value.Reply, "4417")
	})
}

func TestBadInput(t *testing.T) {
	d := newDesk(t, "", nil)
	for name, tt := range map[string]struct{ text, want string }{
		"empty":         {"", "message: empty: say what the customer wrote"},
		"blank":         {" \n\t", "message: empty"},
		"10 MB":         {strings.Repeat("PLANTED ", 10<<20/8), "message: 10485760 bytes, the limit is 8192: send a shorter text"},
		"invalid UTF-8": {"PLANTED \xff\xfe", "message: not valid UTF-8: send text encoded as UTF-8"},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := d.answer(t.Context(), tt.text, nil)
			require.ErrorContains(t, err, tt.want)
			require.NotContains(t, err.Error(), "PLANTED")
			require.Nil(t, a.Result)
		})
	}
	t.Run("a broken prompt file names the place", func(t *testing.T) {
		_, err := newSupport(overlay(t, map[string]func(string) string{
			"prompts/classify/v1.0.yaml": func(s string) string { return strings.Replace(s, "parameters:", "parametres:", 1) },
		}), offline())
		require.ErrorContains(t, err, "classify/v1.0.yaml:")
		require.ErrorContains(t, err, `"parameters"`)
	})
	t.Run("a broken data file names the place", func(t *testing.T) {
		for path := range maps.Keys(map[string]bool{"data/intents.yaml": true, "data/orders.yaml": true}) {
			_, err := newSupport(overlay(t, map[string]func(string) string{
				path: func(s string) string { return s + "\n- surprise: 1\n" },
			}), offline())
			require.ErrorContains(t, err, path)
			require.ErrorContains(t, err, "surprise")
		}
	})
}
