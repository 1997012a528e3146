package archtest_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// thirdParty lists, by folder, the packages from other modules that library code may import; each covers the packages
// below it. OpenTelemetry's root package is missing on purpose: it holds the global providers.
var thirdParty = map[string][]string{
	"validate":       {"github.com/invopop/jsonschema", "github.com/santhosh-tekuri/jsonschema/v5"},
	"template":       {"go.yaml.in/yaml/v3"},
	"provider":       {"github.com/tmc/langchaingo/llms", "github.com/tmc/langchaingo/embeddings"},
	"eval/modeltest": {"github.com/tmc/langchaingo/llms", "github.com/tmc/langchaingo/embeddings"},
	"audit":          {"golang.org/x/mod/sumdb"},
	"monitor": {
		"go.opentelemetry.io/otel/attribute", "go.opentelemetry.io/otel/codes", "go.opentelemetry.io/otel/metric",
		"go.opentelemetry.io/otel/propagation", "go.opentelemetry.io/otel/trace",
	},
}

// crossRoom lists the rooms that a room may import besides itself.
var crossRoom = map[string][]string{"chain": {"validate"}}

// groundedInternals are the internal packages that may import the root package.
var groundedInternals = []string{"internal/archtest", "internal/bench", "internal/quality"}

// testOnly are the modules that no file but a _test file may import.
var testOnly = []string{"github.com/stretchr/testify", "github.com/google/go-cmp", "go.uber.org/goleak"}

func TestImports(t *testing.T) {
	clean(t, importViolations(load(t)), `The rooms know the root package and internal/ only. Take what you need as a contract of the root package and let
the caller wire it, or move shared code to internal/. Wiring belongs in examples, mains, *test packages and tests.
A new third-party package is a decision: add it to the table thirdParty and to .golangci.yml.`)
}

func importViolations(tr *tree) []string {
	var found []string
	for _, p := range tr.pkgs {
		for _, file := range p.files {
			for _, spec := range file.Imports {
				imp, err := strconv.Unquote(spec.Path.Value)
				if err != nil {
					imp = spec.Path.Value
				}
				if why := refuseImport(p, imp); why != "" {
					found = append(found, tr.at(spec, "%s imports %s: %s", p.dir, imp, why))
				}
			}
		}
	}
	return found
}

// refuseImport returns why a package may not import another, or "".
func refuseImport(p *pkg, imp string) string {
	if covered(testOnly, imp) {
		return "only _test files may"
	}
	target, ours := strings.CutPrefix(imp, module)
	target = strings.TrimPrefix(target, "/")
	first, _, _ := strings.Cut(imp, "/")
	std := !ours && !strings.Contains(first, ".")
	switch {
	case std || p.name == "main" || p.top() == "examples":
		return ""
	case p.dir == ".":
		return "the root package imports the standard library only"
	case !ours && (p.room() || p.top() == "internal"):
		for dir, allowed := range thirdParty {
			if within(p.dir, dir) && covered(allowed, imp) {
				return ""
			}
		}
		return "not in the table of third-party packages for this folder"
	case p.room():
		return refuseFromRoom(p, target)
	case p.top() == "internal":
		grounded := target == "" && slices.ContainsFunc(groundedInternals, func(d string) bool { return within(p.dir, d) })
		if within(target, "internal") || grounded {
			return ""
		}
		return "internal packages serve the rooms and know none of them"
	}
	return fmt.Sprintf("folder %s has no place in the import map", p.top())
}

// refuseFromRoom judges an import of this module's folder target by a room.
func refuseFromRoom(p *pkg, target string) string {
	to := &pkg{dir: target}
	switch {
	case target == "" || within(target, "internal") || p.testing():
		return ""
	case to.testing():
		return "*test packages are for tests"
	case to.top() == p.top() || slices.Contains(crossRoom[p.top()], to.top()):
		return ""
	}
	return "a room never imports another room"
}

// covered reports whether imp is one of the listed packages or lies below one.
func covered(list []string, imp string) bool {
	return slices.ContainsFunc(list, func(l string) bool { return within(imp, l) })
}

func TestImportRule(t *testing.T) {
	src := func(name, imp string) string { return fmt.Sprintf("package %s\nimport _ %q\n", name, imp) }
	one := func(file, name, imp string) map[string]string { return map[string]string{file: src(name, imp)} }
	try(t, importViolations, []ruleCase{
		{"root imports std", one("a.go", "makeready", "encoding/json"), nil},
		{"root imports a room", one("a.go", "makeready", module+"/guard"), []string{"a.go:2: . imports"}},
		{"root imports internal", one("a.go", "makeready", module+"/internal/fold"), []string{"standard library only"}},
		{"root imports third party", one("a.go", "makeready", "go.yaml.in/yaml/v3"), []string{"standard library only"}},
		{"room imports root", one("cost/a.go", "cost", module), nil},
		{"room imports internal", one("cost/a.go", "cost", module+"/internal/seglog"), nil},
		{"room imports own folder", one("route/a.go", "route", module+"/route/rollout"), nil},
		{"folder imports own room", one("route/rollout/a.go", "rollout", module+"/route"), nil},
		{"room imports room", one("cost/a.go", "cost", module+"/guard"), []string{"never imports another room"}},
		{"room imports a folder with a longer name", one("cost/a.go", "cost", module+"/costs"), []string{"another room"}},
		{"chain imports validate", one("chain/a.go", "chain", module+"/validate"), nil},
		{"chain imports guard", one("chain/a.go", "chain", module+"/guard"), []string{"another room"}},
		{"validate imports chain", one("validate/a.go", "validate", module+"/chain"), []string{"another room"}},
		{"room imports examples", one("cost/a.go", "cost", module+"/examples/support"), []string{"another room"}},
		{"room imports own test package", one("cost/a.go", "cost", module+"/cost/costtest"), []string{"for tests"}},
		{"test package wires", one("cost/costtest/a.go", "costtest", module+"/guard"), nil},
		{"main wires", one("audit/auditverify/a.go", "main", module+"/cost"), nil},
		{"examples wire", one("examples/support/a.go", "support", module+"/cost"), nil},
		{"allowed third party", one("validate/a.go", "validate", "github.com/invopop/jsonschema"), nil},
		{"third party of another room", one("guard/a.go", "guard", "github.com/invopop/jsonschema"), []string{"table"}},
		{"langchaingo provider package", one("provider/a.go", "provider", "github.com/tmc/langchaingo/llms/openai"), nil},
		{"langchaingo chains", one("provider/a.go", "provider", "github.com/tmc/langchaingo/chains"), []string{"table"}},
		{"langchaingo in eval", one("eval/a.go", "eval", "github.com/tmc/langchaingo/llms"), []string{"table"}},
		{"otel API", one("monitor/a.go", "monitor", "go.opentelemetry.io/otel/trace"), nil},
		{"otel globals", one("monitor/a.go", "monitor", "go.opentelemetry.io/otel"), []string{"table"}},
		{"otel SDK", one("monitor/a.go", "monitor", "go.opentelemetry.io/otel/sdk/trace"), []string{"table"}},
		{"testify in a test package", one("cost/costtest/a.go", "costtest", "github.com/stretchr/testify/require"), []string{"_test"}},
		{"testify in an example", one("examples/x/a.go", "main", "github.com/stretchr/testify/require"), []string{"_test"}},
		{"internal imports internal", one("internal/rank/a.go", "rank", module+"/internal/fold"), nil},
		{"internal imports root", one("internal/rank/a.go", "rank", module), []string{"know none"}},
		{"internal imports room", one("internal/bench/a.go", "bench", module+"/cost"), []string{"know none"}},
		{"grounded internal imports root", one("internal/bench/a.go", "bench", module), nil},
		{"unknown folder", one("util/a.go", "util", module), []string{"no place"}},
	})
}
