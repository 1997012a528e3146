package template_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/template"
)

func shopBank(tb testing.TB) []template.Example {
	tb.Helper()
	src, err := os.ReadFile("../examples/support/prompts/examples/classify.yaml")
	require.NoError(tb, err)
	bank, err := template.ParseExamples("classify.yaml", src)
	require.NoError(tb, err)
	require.Len(tb, bank, 160)
	return bank
}

// The same query gets the same examples in any order of the bank.
func TestBM25AnyOrder(t *testing.T) {
	bank := shopBank(t)
	queries := []string{"My package was supposed to come on Monday", "cancel", "order", "how do I", "zzz", ""}
	for _, e := range bank {
		queries = append(queries, e.Input)
	}
	reversed := slices.Clone(bank)
	slices.Reverse(reversed)
	rotated := append(slices.Clone(bank[50:]), bank[:50]...)
	want := template.BM25(bank)
	for _, other := range []template.ExampleSelector{template.BM25(reversed), template.BM25(rotated)} {
		for _, q := range queries {
			a, err := want.Select(t.Context(), q, 5)
			require.NoError(t, err)
			b, err := other.Select(t.Context(), q, 5)
			require.NoError(t, err)
			require.Equal(t, a, b, "%q", q)
			require.Len(t, a, 5)
		}
	}
	for _, e := range bank {
		got, err := want.Select(t.Context(), e.Input, 1)
		require.NoError(t, err)
		require.Equal(t, e, got[0], "the example itself is the nearest")
	}
}

func TestBM25Edges(t *testing.T) {
	a, b, c := template.Example{Input: "one apple"}, template.Example{Input: "two pears"}, template.Example{Input: "apples, three apples"}
	s := template.BM25([]template.Example{a, b, c})
	for _, tc := range []struct {
		query string
		k     int
		want  int
	}{{"apple", 0, 0}, {"apple", -1, 0}, {"apple", 1, 1}, {"pear", 3, 3}, {"apple", 9, 3}, {"", 2, 2}} {
		got, err := s.Select(t.Context(), tc.query, tc.k)
		require.NoError(t, err)
		require.Len(t, got, tc.want)
		inputs := map[string]bool{}
		for _, e := range got {
			inputs[e.Input] = true
		}
		require.Len(t, inputs, tc.want, "no example twice")
	}
	got, err := s.Select(t.Context(), "pears", 3)
	require.NoError(t, err)
	require.Equal(t, b, got[0], "what shares a word comes first")
	none, err := template.BM25(nil).Select(t.Context(), "x", 3)
	require.NoError(t, err)
	require.Empty(t, none)
}

func TestParseExamples(t *testing.T) {
	src, err := os.ReadFile("testdata/prompts/examples/library_desk.yaml")
	require.NoError(t, err)
	bank, err := template.ParseExamples("library_desk.yaml", src)
	require.NoError(t, err)
	require.Len(t, bank, 4)
	require.Equal(t, template.Example{
		Input: "This atlas has torn pages and I want another copy", Output: `{"intent": "damage", "confidence": 0.92}`, Notes: "An exchange is implied",
	}, bank[1])
	require.Empty(t, bank[3].Notes)

	for _, tc := range []struct{ source, want string }{
		{"", "template b.yaml:1:1: the file is empty"},
		{"{}", "template b.yaml:1:1: examples are missing"},
		{"examples:\n", "template b.yaml:1:1: examples are missing"},
		{"examples: []\n", "template b.yaml:1:11: the list of examples is empty"},
		{"examples: {input: i}\n", "template b.yaml:1:11: examples must be a list, not a mapping"},
		{"example: []\n", `template b.yaml:1:1: unknown key "example" in the example file, did you mean "examples"?`},
		{"- input: i\n", "template b.yaml:1:1: the example file must be a mapping of keys to values, not a list"},
		{"examples:\n  - input: i\n    outputs: o\n", "template b.yaml:2:5: output is missing\n" +
			`template b.yaml:3:5: unknown key "outputs" in an example, did you mean "output"?`},
		{"examples:\n  - input: i\n    output: {\"intent\": \"a\"}\n", "template b.yaml:3:13: output must be text, not a mapping; quote it if it begins with a brace or a bracket"},
	} {
		_, err := template.ParseExamples("b.yaml", []byte(tc.source))
		require.EqualError(t, err, tc.want)
	}
}

const few = `
role: "{message} {examples}"
examples: {items: [{input: i, output: o, notes: never shown}, {input: j, output: p}], query: message, k: 2}
`

func TestSelectorOfTheConfig(t *testing.T) {
	newFile := func(t *testing.T, src string, s template.ExampleSelectorFunc) *template.File {
		t.Helper()
		f, err := template.Parse("desk/v1.0.yaml", []byte(src), template.Config{Examples: s})
		require.NoError(t, err)
		return f
	}
	t.Run("gets the query and k, and is cut to k", func(t *testing.T) {
		f := newFile(t, few, func(_ context.Context, query string, k int) ([]template.Example, error) {
			return []template.Example{{Input: query, Output: strconv.Itoa(k)}, {Input: "a\n", Output: "b\n\n", Notes: "n"}, {Input: "x", Output: "x"}}, nil
		})
		p := render(t, f, vars{"message": template.Trusted("hello")})
		require.Equal(t, "[ROLE DEFINITION]\nhello Input: hello\nOutput: 2\n\nInput: a\nOutput: b", p.Messages[0].Text)
	})
	t.Run("may find nothing", func(t *testing.T) {
		f := newFile(t, few, func(context.Context, string, int) ([]template.Example, error) { return nil, nil })
		require.Equal(t, "[ROLE DEFINITION]\nhello ", render(t, f, vars{"message": template.Trusted("hello")}).Messages[0].Text)
	})
	t.Run("its errors fail the rendering", func(t *testing.T) {
		f := newFile(t, few, func(context.Context, string, int) ([]template.Example, error) { return nil, context.Canceled })
		_, err := f.Render(t.Context(), vars{"message": "hello"})
		require.ErrorIs(t, err, context.Canceled)
		require.EqualError(t, err, "template desk@1.0: select examples: context canceled")
	})
	t.Run("its text is checked", func(t *testing.T) {
		f := newFile(t, few, func(context.Context, string, int) ([]template.Example, error) {
			return []template.Example{{Output: "\xff"}}, nil
		})
		_, err := f.Render(t.Context(), vars{"message": "hello"})
		require.EqualError(t, err, "template desk@1.0: select examples: an example is not valid UTF-8")
	})
	t.Run("needs no source in the file", func(t *testing.T) {
		one := func(context.Context, string, int) ([]template.Example, error) {
			return []template.Example{{Input: "1", Output: "2"}}, nil
		}
		for _, source := range []string{"", "file: ../bank.yaml, "} {
			f := newFile(t, "role: \"{examples}\"\nexamples: {"+source+"query: message}\nvariables: {message: {required: false}}\n", one)
			require.Equal(t, "[ROLE DEFINITION]\nInput: 1\nOutput: 2", render(t, f, nil).Messages[0].Text)
		}
	})
	t.Run("is ignored without examples", func(t *testing.T) {
		f := newFile(t, "role: r\n", nil)
		require.NotEmpty(t, render(t, f, nil).Messages)
	})
}

// A watch records begins and ends.
type watch struct{ began, ended []makeready.Op }

func (w *watch) Begin(ctx context.Context, op *makeready.Op) context.Context {
	w.began = append(w.began, *op)
	return ctx
}

func (w *watch) End(_ context.Context, op *makeready.Op) { w.ended = append(w.ended, *op) }

func TestSelectionIsReported(t *testing.T) {
	run := func(t *testing.T, capture bool, s template.ExampleSelector) (*makeready.Record, error) {
		t.Helper()
		f, err := template.Parse("desk/v1.0.yaml", []byte(few), template.Config{Examples: s})
		require.NoError(t, err)
		w := &watch{}
		ctx, finish, err := makeready.Start(t.Context(), "chain", makeready.Settings{Observers: []makeready.Observer{w}, Capture: capture})
		require.NoError(t, err)
		_, err = f.Render(ctx, vars{"message": "planted"})
		rec, _, _ := finish(nil)
		require.Len(t, rec.Ops, 2)
		require.Len(t, w.ended, 2)
		op := rec.Ops[1]
		require.Equal(t, makeready.OpSelection, op.Kind)
		require.Equal(t, "chain/examples", rec.Path(1))
		require.Equal(t, f.Ref(), op.Prompt)
		return rec, err
	}
	t.Run("without text", func(t *testing.T) {
		rec, err := run(t, false, nil)
		require.NoError(t, err)
		require.Equal(t, makeready.Answered, rec.Ops[1].Outcome)
		require.Empty(t, rec.Ops[1].In)
		require.Empty(t, rec.Ops[1].Out)
	})
	t.Run("with text if the run captures", func(t *testing.T) {
		rec, err := run(t, true, nil)
		require.NoError(t, err)
		require.JSONEq(t, `"planted"`, string(rec.Ops[1].In))
		require.Contains(t, string(rec.Ops[1].Out), `"Input":"i"`)
	})
	t.Run("with its failure", func(t *testing.T) {
		boom := errors.New("boom")
		rec, err := run(t, false, template.ExampleSelectorFunc(func(context.Context, string, int) ([]template.Example, error) { return nil, boom }))
		require.ErrorIs(t, err, boom)
		require.Equal(t, makeready.Failed, rec.Ops[1].Outcome)
	})
	t.Run("once per rendering, and not without examples", func(t *testing.T) {
		ctx, finish, err := makeready.Start(t.Context(), "chain", makeready.Settings{})
		require.NoError(t, err)
		_, err = parse(t, "role: r\n").Render(ctx, nil)
		require.NoError(t, err)
		rec, _, _ := finish(nil)
		require.Len(t, rec.Ops, 1)
	})
}

// The prompts of the example program load, and their bank can be selected from.
func TestShopFiles(t *testing.T) {
	bank := shopBank(t)
	got, err := template.BM25(bank).Select(t.Context(), "I was charged twice for one lamp", 3)
	require.NoError(t, err)
	require.True(t, slices.ContainsFunc(got, func(e template.Example) bool { return strings.Contains(e.Output, "billing") }))
	for _, e := range bank {
		require.NotEmpty(t, e.Notes)
	}
	fsys := os.DirFS("../examples/support/prompts")
	for _, name := range []string{"classify", "gather", "respond"} {
		t.Run(name, func(t *testing.T) {
			path := name + "/v1.0.yaml"
			if _, err := os.Stat("../examples/support/prompts/" + path); err != nil {
				t.Skip("the example program does not have this prompt")
			}
			f, err := template.Load(fsys, path, template.Config{})
			require.NoError(t, err)
			require.Equal(t, name+"@1.0", f.Ref().String())
		})
	}
}
