package template_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/template"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// vars saves the tests some typing.
type vars = map[string]any

// parse compiles a file that must be right.
func parse(tb testing.TB, src string) *template.File {
	tb.Helper()
	f, err := template.Parse("desk/v1.0.yaml", []byte(src), template.Config{})
	require.NoError(tb, err)
	return f
}

// render renders a file that must render.
func render(tb testing.TB, f *template.File, v any) *makeready.Prompt {
	tb.Helper()
	p, err := f.Render(tb.Context(), v)
	require.NoError(tb, err)
	return p
}

// text renders a prompt of one message.
func text(tb testing.TB, src string, v any) string {
	tb.Helper()
	p := render(tb, parse(tb, src), v)
	require.Len(tb, p.Messages, 1)
	return p.Messages[0].Text
}

// golden compares the messages with a file under testdata/golden.
func golden(t *testing.T, name string, p *makeready.Prompt) {
	t.Helper()
	var b strings.Builder
	for _, m := range p.Messages {
		fmt.Fprintf(&b, "== %v %v\n%s\n", m.Role, m.Spans, m.Text)
	}
	path := filepath.Join("testdata", "golden", name+".txt")
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), b.String())
}
