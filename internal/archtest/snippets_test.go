package archtest_test

import (
	"encoding/json"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// snippet is a Go code block of a Markdown page.
type snippet struct {
	page string
	line int // of its first line
	code string
}

func (s snippet) whole() bool { return packageClause.MatchString(s.code) }

var packageClause = regexp.MustCompile(`(?m)\A(\s*//.*\n)*\s*package \w+`)

// snippets returns the ```go blocks of a page.
func snippets(page, text string) []snippet {
	var list []snippet
	var code strings.Builder
	block, start, n := "", 0, 0 // block is the opening fence of the current block
	for line := range strings.Lines(text) {
		n++
		fence := strings.TrimSpace(line)
		switch {
		case block == "" && strings.HasPrefix(fence, "```"):
			block, start = fence, n+1
		case block != "" && fence == "```":
			if block == "```go" {
				list = append(list, snippet{page: page, line: start, code: code.String()})
			}
			block = ""
			code.Reset()
		case block != "":
			code.WriteString(line)
		}
	}
	return list
}

func TestSnippets(t *testing.T) {
	pages, err := filepath.Glob(filepath.Join(rootDir, "docs", "*.md"))
	require.NoError(t, err)
	var whole []snippet
	var found []string
	for _, page := range append(pages, filepath.Join(rootDir, "README.md")) {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		name, err := filepath.Rel(rootDir, page)
		require.NoError(t, err)
		for _, s := range snippets(filepath.ToSlash(name), string(text)) {
			if strings.Contains(s.code, module+"/internal/") {
				found = append(found, fmt.Sprintf("%s:%d: imports an internal package", s.page, s.line))
			}
			if s.whole() {
				whole = append(whole, s)
			} else if err := parseFragment(s.code); err != nil {
				found = append(found, fmt.Sprintf("%s:%d: %v", s.page, s.line, err))
			}
		}
	}
	found = append(found, compile(t, whole)...)
	clean(t, found, "Code in README.md and docs/ is checked: a block with a package clause compiles in this module,\n"+
		"a block without one is a list of declarations or of statements. Mark prose as ```text.")
}

// parseFragment parses code that is a list of declarations or of statements.
func parseFragment(code string) error {
	if _, err := parser.ParseFile(token.NewFileSet(), "", "package p\n"+code, parser.SkipObjectResolution); err == nil {
		return nil
	}
	_, err := parser.ParseFile(token.NewFileSet(), "", "package p\nfunc _() {\n"+code+"\n}", parser.SkipObjectResolution)
	return err
}

// compile builds each snippet as a package of this module, without writing into it: an overlay shows the go command
// files that are not there. Package main is renamed, because linking would cost a second per snippet and find nothing.
func compile(t *testing.T, list []snippet) []string {
	t.Helper()
	if len(list) == 0 {
		return nil
	}
	root, err := filepath.Abs(rootDir)
	require.NoError(t, err)
	tmp := t.TempDir()
	overlay := map[string]string{}
	args := []string{"build", "-overlay", filepath.Join(tmp, "overlay.json")}
	for i, s := range list {
		dir := fmt.Sprintf("snippet%d", i)
		code := regexp.MustCompile(`(?m)^package main\b`).ReplaceAllString(s.code, "package snippet")
		file := filepath.Join(tmp, dir+".go")
		require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, "//line %s:%d\n%s", s.page, s.line, code), 0o600))
		overlay[filepath.Join(root, "docs", dir, "snippet.go")] = file
		args = append(args, "./docs/"+dir)
	}
	spec, err := json.Marshal(map[string]map[string]string{"Replace": overlay})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(tmp, "overlay.json"), spec, 0o600))
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return []string{fmt.Sprintf("%v\n%s", err, out)}
	}
	return nil
}

func TestSnippetRule(t *testing.T) {
	page := "# A\n\n```go\npackage main\n\nfunc main() {}\n```\n\n```sh\n```go\n```\n\n   ```go\nx := 1\n```\n"
	got := snippets("a.md", page)
	require.Equal(t, []snippet{
		{"a.md", 4, "package main\n\nfunc main() {}\n"},
		{"a.md", 14, "x := 1\n"},
	}, got)
	require.True(t, got[0].whole())
	require.False(t, got[1].whole())
	require.True(t, snippet{code: "// Command x does.\npackage main\n"}.whole())

	require.NoError(t, parseFragment("type A struct{}\nfunc (A) B() {}"))
	require.NoError(t, parseFragment("a, err := f()\nif err != nil { return err }"))
	require.NoError(t, parseFragment("import \"fmt\"\n\nvar _ = fmt.Sprint()"))
	require.Error(t, parseFragment("a := f(…)"))

	require.Empty(t, compile(t, []snippet{
		{"good.md", 1, "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println() }\n"},
		{"test.md", 1, "package x_test\n\nimport \"testing\"\n\nfunc TestX(t *testing.T) {}\n"},
	}))
	bad := compile(t, []snippet{
		{"bad.md", 7, "package main\n\nfunc main() {\n\tmissing()\n}\n"},
	})
	require.Len(t, bad, 1)
	require.Contains(t, bad[0], "bad.md:10")
}
