package archtest_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	module  = "github.com/makeready-go/makeready"
	rootDir = "../.."
)

// rooms are the folders that every user of the library sees.
var rooms = []string{
	"chain", "template", "guard", "validate", "route", "cost", "provider", "audit", "monitor", "eval",
}

// tree is the module's Go source, package by package.
type tree struct {
	fset *token.FileSet
	pkgs []*pkg // sorted by dir
}

// pkg is the Go files of one package in one folder. Test files are left out: they may do what library code may not.
type pkg struct {
	dir   string // slash-separated, relative to the module root, which is "."
	name  string
	files []*ast.File
}

// top returns the first element of the folder's path.
func (p *pkg) top() string {
	first, _, _ := strings.Cut(p.dir, "/")
	return first
}

// room reports whether the package is a room or lies in one.
func (p *pkg) room() bool { return slices.Contains(rooms, p.top()) }

// testing reports whether the package is a *test package, such as guard/guardtest, or lies in one.
func (p *pkg) testing() bool {
	return slices.ContainsFunc(strings.Split(p.dir, "/"), func(s string) bool { return strings.HasSuffix(s, "test") })
}

// library reports whether programs other than our own run the package's code.
func (p *pkg) library() bool {
	return p.name != "main" && p.top() != "examples" && p.dir != "internal/archtest"
}

// importable reports whether other modules can import the package.
func (p *pkg) importable() bool {
	return p.name != "main" && !slices.Contains(strings.Split(p.dir, "/"), "internal")
}

// at formats a violation with the place it was found.
func (tr *tree) at(n ast.Node, format string, args ...any) string {
	pos := tr.fset.Position(n.Pos())
	return fmt.Sprintf("%s:%d: %s", pos.Filename, pos.Line, fmt.Sprintf(format, args...))
}

// load parses the module once for all tests of this package.
func load(t *testing.T) *tree {
	t.Helper()
	tr, err := loadOnce()
	require.NoError(t, err)
	require.NotEmpty(t, tr.pkgs)
	return tr
}

var loadOnce = sync.OnceValues(func() (*tree, error) {
	names, err := repositoryFiles()
	if err != nil {
		return nil, err
	}
	sources := map[string]string{}
	for _, name := range moduleGoFiles(names) {
		text, err := os.ReadFile(filepath.Join(rootDir, name))
		if err != nil {
			return nil, err
		}
		sources[name] = string(text)
	}
	return parseTree(sources)
})

// repositoryFiles lists every regular file of the repository, slash-separated and relative to its root. It walks, and
// does not ask git, because go test reruns a cached test only when a file or folder that the test itself opened changes.
func repositoryFiles() ([]string, error) {
	var names []string
	err := filepath.WalkDir(rootDir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == ".cache") {
			return fs.SkipDir
		}
		if !d.Type().IsRegular() {
			return nil
		}
		rel, err := filepath.Rel(rootDir, p)
		names = append(names, filepath.ToSlash(rel))
		return err
	})
	return names, err
}

// moduleGoFiles keeps the non-test Go files of the root module: no nested modules, and no folder that go list skips.
func moduleGoFiles(names []string) []string {
	nested := nestedModules(names)
	var kept []string
	for _, name := range names {
		dir := path.Dir(name)
		skipped := slices.ContainsFunc(strings.Split(dir, "/"), func(s string) bool {
			return s == "testdata" || s != "." && strings.HasPrefix(s, ".") || strings.HasPrefix(s, "_")
		})
		foreign := slices.ContainsFunc(nested, func(m string) bool { return within(dir, m) })
		if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && !skipped && !foreign {
			kept = append(kept, name)
		}
	}
	return kept
}

// nestedModules lists the folders below the root that hold a go.mod of their own.
func nestedModules(names []string) []string {
	var dirs []string
	for _, name := range names {
		if path.Base(name) == "go.mod" && name != "go.mod" && !strings.Contains(name, "testdata/") {
			dirs = append(dirs, path.Dir(name))
		}
	}
	return dirs
}

// within reports whether a slash-separated path is dir or lies below it.
func within(p, dir string) bool { return p == dir || strings.HasPrefix(p, dir+"/") }

// parseTree builds a tree from file names and their text.
func parseTree(sources map[string]string) (*tree, error) {
	tr := &tree{fset: token.NewFileSet()}
	known := map[string]*pkg{} // a file that go build ignores may name another package than its folder
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		file, err := parser.ParseFile(tr.fset, name, sources[name], parser.ParseComments)
		if err != nil {
			return nil, err
		}
		dir := path.Dir(name)
		key := dir + " " + file.Name.Name
		p := known[key]
		if p == nil {
			p = &pkg{dir: dir, name: file.Name.Name}
			known[key] = p
			tr.pkgs = append(tr.pkgs, p)
		}
		p.files = append(p.files, file)
	}
	slices.SortFunc(tr.pkgs, func(a, b *pkg) int { return strings.Compare(a.dir, b.dir) })
	return tr, nil
}

// clean fails the test with every violation and the advice.
func clean(t *testing.T, violations []string, advice string) {
	t.Helper()
	if len(violations) > 0 {
		t.Errorf("%s\n%s", strings.Join(violations, "\n"), advice)
	}
}

// ruleCase is a source text and what a rule must say about it: a part of each violation, in order.
type ruleCase struct {
	name    string
	sources map[string]string
	want    []string
}

// try runs a rule over cases.
func try(t *testing.T, rule func(*tree) []string, cases []ruleCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			tr, err := parseTree(c.sources)
			require.NoError(t, err)
			got := rule(tr)
			require.Len(t, got, len(c.want), "%q", got)
			for i, want := range c.want {
				require.Contains(t, got[i], want)
			}
		})
	}
}

func TestModuleGoFiles(t *testing.T) {
	got := moduleGoFiles([]string{
		"go.mod", "run.go", "run_test.go", "README.md", "guard/rail.go", ".hidden/x.go", "_old/x.go",
		"guard/testdata/x.go", "guard/testdata/go.mod", "cost/redis/go.mod", "cost/redis/store.go", "cost/redistant/x.go",
	})
	require.Equal(t, []string{"run.go", "guard/rail.go", "cost/redistant/x.go"}, got)
}
