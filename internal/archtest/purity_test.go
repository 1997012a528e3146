package archtest_test

import (
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const tableMarker = "//archtest:table "

var errorName = regexp.MustCompile(`^(err|Err)([A-Z]\w*)?$`)

// hostOnly lists, by import path, the names that belong to the host program.
var hostOnly = map[string]*regexp.Regexp{
	"fmt":       regexp.MustCompile(`^Print`),
	"log":       regexp.MustCompile(`^(Print|Fatal|Panic|Default|Set)`),
	"log/slog":  regexp.MustCompile(`^(Debug|Info|Warn|Error|Log|LogAttrs|Default|SetDefault)(Context)?$`),
	"os":        regexp.MustCompile(`^(Getenv|LookupEnv|Environ|ExpandEnv|Setenv|Unsetenv|Clearenv|Exit)$`),
	"os/signal": regexp.MustCompile(`^(Notify|NotifyContext|Ignore|Reset)$`),
}

func TestGlobals(t *testing.T) {
	clean(t, globalViolations(load(t)), `Library code keeps no state of its own. Put it in a value that the caller makes. An error is named Err… or err…;
a table that nothing writes to carries a comment "`+tableMarker+`<why it is safe>" above it or behind it.
Work that init would do belongs in a constructor.`)
}

func TestHostOnly(t *testing.T) {
	clean(t, hostViolations(load(t)), `Output, logging, environment, exit and signals belong to the host program: take an io.Writer, a Config or a
*slog.Logger, report an Op, or return an error. Only functions named Must… panic, for mistakes made while a program is put together.`)
}

func globalViolations(tr *tree) []string {
	var found []string
	for _, p := range tr.pkgs {
		if !p.library() {
			continue
		}
		for _, file := range p.files {
			for _, decl := range file.Decls {
				switch decl := decl.(type) {
				case *ast.FuncDecl:
					if decl.Name.Name == "init" && decl.Recv == nil {
						found = append(found, tr.at(decl, "func init"))
					}
				case *ast.GenDecl:
					if decl.Tok == token.VAR && !marked(decl.Doc) {
						found = append(found, stateIn(tr, decl)...)
					}
				}
			}
		}
	}
	return found
}

// stateIn returns a violation for each variable of a declaration that is neither an error nor a marked table.
func stateIn(tr *tree, decl *ast.GenDecl) []string {
	var found []string
	for _, spec := range decl.Specs {
		spec, ok := spec.(*ast.ValueSpec)
		if !ok || marked(spec.Doc) || marked(spec.Comment) {
			continue
		}
		for _, name := range spec.Names {
			if name.Name != "_" && !errorName.MatchString(name.Name) {
				found = append(found, tr.at(name, "package variable %s", name.Name))
			}
		}
	}
	return found
}

// marked reports whether a comment marks a read-only table and says why.
func marked(doc *ast.CommentGroup) bool {
	if doc == nil {
		return false
	}
	for _, c := range doc.List {
		if why, ok := strings.CutPrefix(c.Text, tableMarker); ok && strings.TrimSpace(why) != "" {
			return true
		}
	}
	return false
}

func hostViolations(tr *tree) []string {
	var found []string
	for _, p := range tr.pkgs {
		if !p.library() {
			continue
		}
		for _, file := range p.files {
			imports := importNames(file)
			for _, decl := range file.Decls {
				fn, _ := decl.(*ast.FuncDecl)
				mayPanic := fn != nil && (strings.HasPrefix(fn.Name.Name, "Must") || strings.HasPrefix(fn.Name.Name, "must"))
				ast.Inspect(decl, func(n ast.Node) bool {
					if name := hostName(n, imports); name != "" && (name != "panic" || !mayPanic) {
						found = append(found, tr.at(n, "%s", name))
					}
					return true
				})
			}
		}
	}
	return found
}

// hostName returns the name that a node uses if it belongs to the host program, or "".
func hostName(n ast.Node, imports map[string]string) string {
	switch n := n.(type) {
	case *ast.SelectorExpr:
		x, ok := n.X.(*ast.Ident)
		if !ok || x.Obj != nil { // a local variable that hides the import
			return ""
		}
		if names := hostOnly[imports[x.Name]]; names != nil && names.MatchString(n.Sel.Name) {
			return imports[x.Name] + "." + n.Sel.Name
		}
	case *ast.CallExpr:
		if f, ok := n.Fun.(*ast.Ident); ok && f.Obj == nil {
			switch f.Name {
			case "print", "println", "panic":
				return f.Name
			}
		}
	}
	return ""
}

// importNames maps the name by which a file knows an import to its path.
func importNames(file *ast.File) map[string]string {
	names := map[string]string{}
	for _, spec := range file.Imports {
		imp, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		name := path.Base(imp)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = imp
	}
	return names
}

func TestGlobalRule(t *testing.T) {
	guard := func(text string) map[string]string { return map[string]string{"guard/a.go": "package guard\n" + text} }
	try(t, globalViolations, []ruleCase{
		{"constants and functions", guard("const a = 1\nfunc b() {}"), nil},
		{"errors", guard("var ErrShut, errOpen = error(nil), error(nil)"), nil},
		{"a name that only begins like an error", guard("var errand int"), []string{"errand"}},
		{"interface assertion", guard("type a struct{}\nvar _ any = a{}"), nil},
		{"state", guard("var count int"), []string{"guard/a.go:2: package variable count"}},
		{"several in a group", guard("var (\n\ta int\n\tb, c int\n)"), []string{"a", "b", "c"}},
		{"marked declaration", guard("//archtest:table rows of the standard\nvar a = []int{1}"), nil},
		{"marked group", guard("// The tables.\n//\n//archtest:table rows\nvar (\n\ta int\n\tb int\n)"), nil},
		{"marked line", guard("var (\n\ta int //archtest:table rows\n\tb int\n)"), []string{"b"}},
		{"marker without a reason", guard("//archtest:table\nvar a = []int{1}"), []string{"a"}},
		{"init", guard("func init() {}"), []string{"func init"}},
		{"method named init", guard("type a struct{}\nfunc (a) init() {}"), nil},
		{"local variable", guard("func f() { var a int; _ = a }"), nil},
		{"main", map[string]string{"audit/auditverify/a.go": "package main\nvar a int"}, nil},
		{"example", map[string]string{"examples/support/a.go": "package support\nvar a int"}, nil},
	})
}

func TestHostRule(t *testing.T) {
	guard := func(text string) map[string]string { return map[string]string{"guard/a.go": "package guard\n" + text} }
	try(t, hostViolations, []ruleCase{
		{"formatting", guard("import \"fmt\"\nfunc f() string { return fmt.Sprint(1) }"), nil},
		{"printing", guard("import \"fmt\"\nfunc f() { fmt.Println(1) }"), []string{"guard/a.go:3: fmt.Println"}},
		{"printing under another name", guard("import f \"fmt\"\nfunc g() { f.Printf(``) }"), []string{"fmt.Printf"}},
		{"printing as a value", guard("import \"fmt\"\nvar p = fmt.Print"), []string{"fmt.Print"}},
		{"own fmt", guard("func f(fmt interface{ Print() }) { fmt.Print() }"), nil},
		{"logging", guard("import \"log\"\nfunc f() { log.Fatalf(``) }"), []string{"log.Fatalf"}},
		{"default logger", guard("import \"log/slog\"\nfunc f() { slog.InfoContext(nil, ``) }"), []string{"log/slog.InfoContext"}},
		{"passed logger", guard("import \"log/slog\"\nfunc f(l *slog.Logger) { l.Info(``) }"), nil},
		{"environment", guard("import \"os\"\nfunc f() { os.Getenv(``) }"), []string{"os.Getenv"}},
		{"file", guard("import \"os\"\nfunc f() { os.Open(``) }"), nil},
		{"signals", guard("import \"os/signal\"\nfunc f() { signal.Notify(nil) }"), []string{"os/signal.Notify"}},
		{"panic", guard("func f() { panic(1) }"), []string{"panic"}},
		{"panic in Must", guard("func MustParse() { panic(1) }"), nil},
		{"panic in a closure in Must", guard("func Must() { func() { panic(1) }() }"), nil},
		{"println", guard("func f() { println(1) }"), []string{"println"}},
		{"main", map[string]string{"audit/auditverify/a.go": "package main\nimport \"os\"\nfunc main() { os.Exit(1) }"}, nil},
	})
}
