package archtest_test

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// moduleBudget is how many modules a program that imports every room may compile, this one included.
const moduleBudget = 20

func TestModuleBudget(t *testing.T) {
	var dirs []string
	for _, p := range load(t).pkgs {
		if p.room() && p.importable() {
			dirs = append(dirs, "./"+p.dir)
		}
	}
	require.NotEmpty(t, dirs, "no room has a package yet")
	args := append([]string{"list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}"}, dirs...)
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = rootDir
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	clean(t, overBudget(string(out), moduleBudget), `Users pay for every module we compile: in downloads, in version conflicts, in audits. Drop a dependency, copy the
few lines that are needed, or move what needs it to a nested module.`)
}

// overBudget judges a list of module paths, one per line; empty lines stand for the standard library.
func overBudget(list string, limit int) []string {
	set := map[string]bool{}
	for line := range strings.Lines(list) {
		if line = strings.TrimSpace(line); line != "" {
			set[line] = true
		}
	}
	if len(set) <= limit {
		return nil
	}
	return []string{fmt.Sprintf("%d modules, limit %d:\n\t%s", len(set), limit, strings.Join(slices.Sorted(maps.Keys(set)), "\n\t"))}
}

func TestModuleBudgetRule(t *testing.T) {
	require.Empty(t, overBudget("\n\na\nb\na\n", 2))
	require.Equal(t, []string{"3 modules, limit 2:\n\ta\n\tb\n\tc"}, overBudget("c\na\n\nb\na", 2))
}

func TestWorkspace(t *testing.T) {
	names, err := repositoryFiles()
	require.NoError(t, err)
	work, err := os.ReadFile(filepath.Join(rootDir, "go.work"))
	require.NoError(t, err)
	clean(t, workspaceViolations(string(work), nestedModules(names)), `go.work names the root and every nested module but tools, whose versions would otherwise become those of the library's
own tests.`)
}

// workspaceViolations compares the use lines of a go.work with the nested modules of the tree.
func workspaceViolations(work string, nested []string) []string {
	used := map[string]bool{}
	for line := range strings.Lines(work) {
		line, _, _ = strings.Cut(line, "//")
		line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "use"))
		if line == "." || strings.HasPrefix(line, "./") {
			used[strings.TrimPrefix(line, "./")] = true
		}
	}
	var found []string
	for _, dir := range append([]string{"."}, nested...) {
		if used[dir] == (dir == "tools") {
			found = append(found, fmt.Sprintf("go.work: %s, used: %t", dir, used[dir]))
		}
	}
	return found
}

func TestWorkspaceRule(t *testing.T) {
	nested := []string{"tools", "cost/redis"}
	require.Empty(t, workspaceViolations("go 1.26\n\nuse (\n\t.\n\t./cost/redis // store\n)\n", nested))
	require.Empty(t, workspaceViolations("go 1.26\nuse .\nuse ./cost/redis\n", nested))
	require.Equal(t, []string{"go.work: cost/redis, used: false"}, workspaceViolations("use .\n// use ./cost/redis\n", nested))
	require.Equal(t, []string{"go.work: tools, used: true"}, workspaceViolations("use .\nuse ./cost/redis\nuse ./tools\n", nested))
	require.Equal(t, []string{"go.work: ., used: false"}, workspaceViolations("", nil))
}
