package standin_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/examples/support/standin"
	"github.com/makeready-go/makeready/template"
)

// shopFiles are the program's own: prompts, data and test messages.
func shopFiles() fs.FS { return os.DirFS("..") }

type intentRow struct {
	Name, Description string
	Fields            []fieldRow
}

type fieldRow struct {
	Name, Description, Ask string
	Required               bool
}

type passageRow struct {
	ID, Title, Text string
	Intents         []string
	NextStep        string `yaml:"next_step"`
}

func (p passageRow) String() string {
	return "[" + p.ID + "] " + p.Title + ": " + p.Text + " Next: " + p.NextStep
}

func readYAML[T any](tb testing.TB, name string) []T {
	tb.Helper()
	b, err := fs.ReadFile(shopFiles(), name)
	require.NoError(tb, err)
	var rows []T
	require.NoError(tb, yaml.Unmarshal(b, &rows))
	require.NotEmpty(tb, rows)
	return rows
}

func readJSONL[T any](tb testing.TB, path string) []T {
	tb.Helper()
	f, err := os.Open(path)
	require.NoError(tb, err)
	defer func() { _ = f.Close() }()
	var rows []T
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var row T
		require.NoError(tb, json.Unmarshal(lines.Bytes(), &row))
		rows = append(rows, row)
	}
	require.NoError(tb, lines.Err())
	return rows
}

func shopBank(tb testing.TB) []template.Example {
	tb.Helper()
	const name = "prompts/examples/classify.yaml"
	b, err := fs.ReadFile(shopFiles(), name)
	require.NoError(tb, err)
	bank, err := template.ParseExamples(name, b)
	require.NoError(tb, err)
	return bank
}

// intentOf is the label of a bank's example.
func intentOf(tb testing.TB, e template.Example) string {
	tb.Helper()
	var out struct{ Intent string }
	require.NoError(tb, json.Unmarshal([]byte(e.Output), &out))
	return out.Intent
}

func shopCategories(tb testing.TB) []string {
	tb.Helper()
	var lines []string
	for _, in := range readYAML[intentRow](tb, "data/intents.yaml") {
		lines = append(lines, in.Name+": "+in.Description)
	}
	return lines
}

func loadPrompt(tb testing.TB, name string, examples template.ExampleSelector) *template.File {
	tb.Helper()
	prompts, err := fs.Sub(shopFiles(), "prompts")
	require.NoError(tb, err)
	f, err := template.Load(prompts, name, template.Config{Examples: examples})
	require.NoError(tb, err)
	return f
}

// withoutItself selects examples for the messages of a bank: never the message
// itself.
func withoutItself(bank []template.Example) template.ExampleSelector {
	all := template.BM25(bank)
	return template.ExampleSelectorFunc(func(ctx context.Context, query string, k int) ([]template.Example, error) {
		found, err := all.Select(ctx, query, k+1)
		found = slices.DeleteFunc(found, func(e template.Example) bool { return e.Input == query })
		return found[:min(k, len(found))], err
	})
}

func render(tb testing.TB, f *template.File, vars map[string]any) []makeready.Message {
	tb.Helper()
	p, err := f.Render(tb.Context(), vars)
	require.NoError(tb, err)
	return p.Messages
}

func generate(tb testing.TB, m makeready.Model, messages []makeready.Message) string {
	tb.Helper()
	resp, err := m.Generate(tb.Context(), makeready.Request{Messages: messages})
	require.NoError(tb, err)
	return resp.Text
}

// classified is the answer to a classification prompt. Status is set when the
// stand-in is uncertain.
type classified struct {
	Intent     string
	Intents    []string
	Confidence float64
	Entities   map[string]string
	Status     string
}

// answers says whether the answer would be used: not uncertain, and confident
// enough for the band that a person verifies.
func (c classified) answers() bool { return c.Status == "" && c.Confidence >= verify }

const verify = 0.7

func classify(tb testing.TB, m makeready.Model, f *template.File, categories []string, message string) classified {
	tb.Helper()
	var out classified
	text := generate(tb, m, render(tb, f, map[string]any{"message": message, "categories": categories}))
	require.NoError(tb, json.Unmarshal([]byte(text), &out), text)
	return out
}

// dataFolder is where outside data is. Tests that need it skip without it.
func dataFolder(tb testing.TB) string {
	tb.Helper()
	dir := os.Getenv("MAKEREADY_DATA")
	if dir == "" {
		tb.Skip("MAKEREADY_DATA does not name a folder with outside data")
	}
	return dir
}

type labeled struct{ Input, Expected string }

func (l labeled) example() template.Example {
	return template.Example{Input: l.Input, Output: fmt.Sprintf(`{"intent": %q, "confidence": 0.95}`, l.Expected)}
}

const outOfScope = "oos"

// outside reads a set of messages by their labels; those out of scope apart.
func outside(tb testing.TB, name string) (byIntent map[string][]labeled, names []string, oos []labeled) {
	tb.Helper()
	byIntent = make(map[string][]labeled)
	for _, row := range readJSONL[labeled](tb, filepath.Join(dataFolder(tb), "intents", name+".dev.jsonl")) {
		if row.Expected == outOfScope {
			oos = append(oos, row)
			continue
		}
		if byIntent[row.Expected] == nil {
			names = append(names, row.Expected)
		}
		byIntent[row.Expected] = append(byIntent[row.Expected], row)
	}
	slices.Sort(names)
	return byIntent, names, oos
}

func newModel() makeready.Model { return standin.New(standin.Config{}) }
