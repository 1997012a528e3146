package archtest_test

import (
	"go/ast"
	"go/token"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// Exported types and functions that a package may have. Methods, constants, variables and func adapters do not count.
const (
	rootBudget    = 80
	packageBudget = 40
)

type exportKind int

const (
	exportedType exportKind = iota + 1
	exportedFunc
	exportedMethod
	exportedValue
)

// export is one exported declaration of a package.
type export struct {
	kind  exportKind
	names []string // more than one only in "const A, B = 1, 2"
	node  ast.Node
	doc   *ast.CommentGroup
	group bool       // doc belongs to a group of constants or variables and need not begin with the name
	types []ast.Expr // what a reader of the documentation sees of its type
	spec  *ast.TypeSpec
}

// exports lists the exported declarations of a package in source order.
func (p *pkg) exports() []export {
	var list []export
	for _, file := range p.files {
		for _, decl := range file.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				list = appendFunc(list, decl)
			case *ast.GenDecl:
				for _, spec := range decl.Specs {
					switch spec := spec.(type) {
					case *ast.TypeSpec:
						list = appendType(list, decl, spec)
					case *ast.ValueSpec:
						list = appendValue(list, decl, spec)
					}
				}
			}
		}
	}
	return list
}

func appendFunc(list []export, decl *ast.FuncDecl) []export {
	kind := exportedFunc
	if decl.Recv != nil {
		kind = exportedMethod
		if !ast.IsExported(receiver(decl.Recv.List[0].Type)) {
			return list
		}
	}
	if !decl.Name.IsExported() {
		return list
	}
	return append(list, export{
		kind: kind, names: []string{decl.Name.Name}, node: decl, doc: decl.Doc, types: []ast.Expr{decl.Type},
	})
}

func appendType(list []export, decl *ast.GenDecl, spec *ast.TypeSpec) []export {
	if !spec.Name.IsExported() {
		return list
	}
	doc := spec.Doc
	if doc == nil && !decl.Lparen.IsValid() {
		doc = decl.Doc
	}
	e := export{kind: exportedType, names: []string{spec.Name.Name}, node: spec, doc: doc, spec: spec}
	switch typ := spec.Type.(type) {
	case *ast.StructType:
		e.types = visible(typ.Fields)
	case *ast.InterfaceType:
		e.types = visible(typ.Methods)
	default:
		e.types = []ast.Expr{typ}
	}
	if spec.TypeParams != nil {
		for _, f := range spec.TypeParams.List {
			e.types = append(e.types, f.Type)
		}
	}
	return append(list, e)
}

func appendValue(list []export, decl *ast.GenDecl, spec *ast.ValueSpec) []export {
	e := export{kind: exportedValue, node: spec, doc: spec.Doc}
	for _, name := range spec.Names {
		if name.IsExported() {
			e.names = append(e.names, name.Name)
		}
	}
	if len(e.names) == 0 {
		return list
	}
	if e.doc == nil {
		e.doc, e.group = decl.Doc, decl.Lparen.IsValid()
	}
	if e.doc == nil && e.group {
		e.doc = spec.Comment
	}
	if spec.Type != nil {
		e.types = append(e.types, spec.Type)
	}
	for _, value := range spec.Values {
		if lit, ok := value.(*ast.CompositeLit); ok && lit.Type != nil {
			e.types = append(e.types, lit.Type)
		}
	}
	return append(list, e)
}

// visible returns the types of exported and embedded fields or methods.
func visible(fields *ast.FieldList) []ast.Expr {
	var types []ast.Expr
	for _, f := range fields.List {
		shown := len(f.Names) == 0
		for _, name := range f.Names {
			shown = shown || name.IsExported()
		}
		if shown {
			types = append(types, f.Type)
		}
	}
	return types
}

// receiver returns the name of a receiver's type, without pointer and type parameters.
func receiver(expr ast.Expr) string {
	switch expr := expr.(type) {
	case *ast.StarExpr:
		return receiver(expr.X)
	case *ast.IndexExpr:
		return receiver(expr.X)
	case *ast.IndexListExpr:
		return receiver(expr.X)
	case *ast.Ident:
		return expr.Name
	}
	return ""
}

func TestDocumented(t *testing.T) {
	clean(t, docViolations(load(t)), `Every exported name has a doc comment that begins with the name (A, An or The may stand before it). A group of
constants or variables may share one comment. Say what a caller must know: units, ranges, errors, ownership.`)
}

func TestNoLooseMaps(t *testing.T) {
	clean(t, looseMapViolations(load(t)), `map[string]any hides what a caller must pass. Name the fields in a struct, or take an any that the function decodes.`)
}

func TestExportBudget(t *testing.T) {
	clean(t, budgetViolations(load(t)), `The package has outgrown one page of documentation. Unexport what users do not write, or split it by topic.`)
}

func docViolations(tr *tree) []string {
	var found []string
	for _, p := range tr.pkgs {
		if p.name == "main" {
			continue
		}
		for _, e := range p.exports() {
			switch text := e.doc.Text(); {
			case strings.TrimSpace(text) == "":
				found = append(found, tr.at(e.node, "%s has no doc comment", e.names[0]))
			case !e.group && !beginsWithName(text, e.names):
				found = append(found, tr.at(e.node, "the doc comment of %s does not begin with its name", e.names[0]))
			}
		}
	}
	return found
}

// beginsWithName reports whether a doc comment begins with one of the names, after an article if any.
func beginsWithName(text string, names []string) bool {
	for _, article := range []string{"A ", "An ", "The "} {
		if rest, ok := strings.CutPrefix(text, article); ok {
			text = rest
			break
		}
	}
	for _, name := range names {
		if rest, ok := strings.CutPrefix(text, name); ok {
			next, _ := utf8.DecodeRuneInString(rest)
			if !unicode.IsLetter(next) && !unicode.IsDigit(next) && next != '_' {
				return true
			}
		}
	}
	return false
}

func looseMapViolations(tr *tree) []string {
	var found []string
	for _, p := range tr.pkgs {
		if !p.importable() {
			continue
		}
		for _, e := range p.exports() {
			for _, typ := range e.types {
				if m := looseMap(typ); m != nil {
					found = append(found, tr.at(m, "%s shows map[string]any", e.names[0]))
				}
			}
		}
	}
	return found
}

// looseMap returns the first map[string]any inside a type expression, or nil.
func looseMap(expr ast.Expr) ast.Node {
	var found ast.Node
	ast.Inspect(expr, func(n ast.Node) bool {
		if m, ok := n.(*ast.MapType); ok && found == nil && isString(m.Key) && isAny(m.Value) {
			found = m
		}
		return found == nil
	})
	return found
}

func isString(expr ast.Expr) bool {
	name, ok := expr.(*ast.Ident)
	return ok && name.Name == "string"
}

func isAny(expr ast.Expr) bool {
	switch expr := expr.(type) {
	case *ast.Ident:
		return expr.Name == "any"
	case *ast.InterfaceType:
		return expr.Methods.NumFields() == 0
	}
	return false
}

func budgetViolations(tr *tree) []string {
	var found []string
	for _, p := range tr.pkgs {
		if !p.importable() {
			continue
		}
		limit := packageBudget
		if p.dir == "." {
			limit = rootBudget
		}
		count := 0
		for _, e := range p.exports() {
			if e.kind == exportedFunc || e.kind == exportedType && !adapter(e.spec) {
				count++
			}
		}
		if count > limit {
			found = append(found, tr.at(p.files[0].Name, "package %s exports %d types and functions, limit %d", p.dir, count, limit))
		}
	}
	return found
}

// adapter reports whether a type is a func adapter, such as ModelFunc, or an alias of one.
func adapter(spec *ast.TypeSpec) bool {
	_, isFunc := spec.Type.(*ast.FuncType)
	return strings.HasSuffix(spec.Name.Name, "Func") && (isFunc || spec.Assign != token.NoPos)
}

func TestDocRule(t *testing.T) {
	guard := func(text string) map[string]string { return map[string]string{"guard/a.go": "package guard\n" + text} }
	try(t, docViolations, []ruleCase{
		{"documented", guard("// Rail is.\ntype Rail struct{}\n// Run runs.\nfunc (*Rail) Run() {}\n// New makes.\nfunc New() {}"), nil},
		{"articles", guard("// A Rail is.\ntype Rail struct{}\n// An Act is.\ntype Act int\n// The End is.\ntype End int"), nil},
		{"bare type", guard("type Rail struct{}"), []string{"guard/a.go:2: Rail has no doc"}},
		{"bare function", guard("func New() {}"), []string{"New has no doc"}},
		{"bare method", guard("// Rail is.\ntype Rail[T any] struct{}\nfunc (*Rail[T]) Run() {}"), []string{"Run has no doc"}},
		{"method of an unexported type", guard("type rail struct{}\nfunc (rail) Run() {}"), nil},
		{"wrong name", guard("// Guards is.\ntype Guard struct{}"), []string{"Guard does not begin"}},
		{"generic name", guard("// Pair[K, V] is.\ntype Pair[K, V any] struct{}"), nil},
		{"directive only", guard("//go:noinline\nfunc New() {}"), []string{"New has no doc"}},
		{"group of types under one comment", guard("// The types.\ntype (\n\tA int\n\tB int\n)"), []string{"A", "B"}},
		{"group of constants under one comment", guard("// The actions.\nconst (\n\tAllow = 1\n\tBlock = 2\n)"), nil},
		{"line comments in a group", guard("const (\n\tAllow = 1 // lets it pass\n\tBlock = 2\n)"), []string{"Block"}},
		{"single constant", guard("// Limit is.\nconst Limit = 1\n// the other.\nconst Other = 2"), []string{"Other does not begin"}},
		{"own comment in a group", guard("// Errors.\nvar (\n\t// A failure.\n\tErrA error\n\t// ErrB is.\n\tErrB error\n)"), []string{"ErrA does not"}},
		{"main", map[string]string{"audit/auditverify/a.go": "package main\nfunc New() {}"}, nil},
		{"internal", map[string]string{"internal/fold/a.go": "package fold\nfunc New() {}"}, []string{"New"}},
	})
}

func TestLooseMapRule(t *testing.T) {
	guard := func(text string) map[string]string { return map[string]string{"guard/a.go": "package guard\n" + text} }
	try(t, looseMapViolations, []ruleCase{
		{"parameter", guard("func F(m map[string]any) {}"), []string{"guard/a.go:2: F shows"}},
		{"result", guard("func F() ([]map[string]interface{}, error) { return nil, nil }"), []string{"F shows"}},
		{"inside the function", guard("func F() { var m map[string]any; _ = m }"), nil},
		{"unexported function", guard("func f(m map[string]any) {}"), nil},
		{"field", guard("type T struct { M map[string]map[string]any; m map[string]any }"), []string{"T shows"}},
		{"unexported field", guard("type T struct { m map[string]any }"), nil},
		{"interface method", guard("type T interface { M(m map[string]any) }"), []string{"T shows"}},
		{"type", guard("type T map[string]any"), []string{"T shows"}},
		{"variable", guard("var V = map[string]any{}"), []string{"V shows"}},
		{"constraint", guard("func F[M ~map[string]any](m M) {}"), []string{"F shows"}},
		{"typed maps", guard("type T struct { A map[string]string; B map[int]any; C map[string]error }"), nil},
		{"internal", map[string]string{"internal/fold/a.go": "package fold\nfunc F(m map[string]any) {}"}, nil},
	})
}

func TestExportBudgetRule(t *testing.T) {
	names := func(format string, n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.ReplaceAll(format, "#", strings.Repeat("i", i)) + "\n")
		}
		return b.String()
	}
	file := func(path, name, text string) map[string]string {
		return map[string]string{path: "package " + name + "\n" + text}
	}
	full := names("type T# int", packageBudget)
	try(t, budgetViolations, []ruleCase{
		{"full", file("guard/a.go", "guard", full), nil},
		{"one type more", file("guard/a.go", "guard", full+"type More int"), []string{"package guard exports 41"}},
		{"one function more", file("guard/a.go", "guard", full+"func More() {}"), []string{"exports 41"}},
		{"what does not count", file("guard/a.go", "guard", full+`
			func (T) Run() {}
			const C = 1
			var ErrV error
			type RunFunc func()
			type StageFunc = T
			func unexported() {}
			type hidden int`), nil},
		{"a struct that only ends like an adapter", file("guard/a.go", "guard", full+"type BadFunc struct{}"), []string{"41"}},
		{"root has more room", file("a.go", "makeready", names("type T# int", rootBudget)), nil},
		{"root over", file("a.go", "makeready", names("type T# int", rootBudget+1)), []string{"exports 81"}},
		{"internal", file("internal/fold/a.go", "fold", full+"type More int"), nil},
	})
}
