package archtest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	testDecl = regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	testName = regexp.MustCompile(`\bTest[A-Z]\w*`)
)

func TestSemanticsAreTested(t *testing.T) {
	names, err := repositoryFiles()
	require.NoError(t, err)
	tests := map[string]bool{}
	for _, name := range names {
		if !strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(rootDir, name))
		require.NoError(t, err)
		for _, m := range testDecl.FindAllSubmatch(text, -1) {
			tests[string(m[1])] = true
		}
	}
	page, err := os.ReadFile(filepath.Join(rootDir, "docs", "semantics.md"))
	require.NoError(t, err)
	clean(t, semanticsViolations(string(page), tests), `Each line of docs/semantics.md names the tests that hold it. Write the test, or correct its name.`)
}

// semanticsViolations finds rows of tables without a test, and names of tests that do not exist.
func semanticsViolations(page string, tests map[string]bool) []string {
	var found []string
	n := 0
	for line := range strings.Lines(page) {
		n++
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| behavior ") {
			continue
		}
		named := testName.FindAllString(line, -1)
		if len(named) == 0 {
			found = append(found, fmt.Sprintf("docs/semantics.md:%d: names no test", n))
		}
		for _, name := range named {
			if !tests[name] {
				found = append(found, fmt.Sprintf("docs/semantics.md:%d: no test is called %s", n, name))
			}
		}
	}
	return found
}

func TestSemanticsRule(t *testing.T) {
	tests := map[string]bool{"TestA": true}
	require.Empty(t, semanticsViolations("# x\n| behavior | test |\n|---|---|\n| It works. | root TestA |\n", tests))
	require.Equal(t, []string{"docs/semantics.md:1: names no test"}, semanticsViolations("| It works. | |\n", tests))
	require.Equal(t, []string{"docs/semantics.md:1: no test is called TestB"}, semanticsViolations("| It works. | TestA, TestB |\n", tests))
}
