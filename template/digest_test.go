package template_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready/template"
)

const whole = `# A comment.
name: desk
version: "1.0"
created: "2026-11-20"
description: One of everything
system_prompt: |
  You serve {company}. {{"a": 1}}
  {examples}
messages:
  - {role: user, content: "{message} {tags} {n}"}
variables:
  message: {type: string, required: true, description: d}
  company: {type: string, default: "Acme Corp", trust: trusted}
  tags: {type: list, format: pipe, default: [a, b]}
  n: {type: number, default: 1}
parameters: {temperature: 0.3, top_p: 1, max_tokens: 100, seed: 7, stop: ["END"]}
examples:
  query: message
  k: 2
  items:
    - {input: one, output: eins, notes: n}
    - {input: two, output: zwei}
changelog: [{version: "1.0", date: "2026-11-20", changes: first}]
`

func digest(t *testing.T, path, src string) string {
	t.Helper()
	f, err := template.Parse(path, []byte(src), template.Config{})
	require.NoError(t, err)
	return f.Ref().Digest
}

// Lock files hold digests: this one changes only with a new canonical form.
func TestDigestIsPinned(t *testing.T) {
	require.Equal(t, "sha256:8bbb644d194f9e3422d0e2d154fd97159f4f002b975f206d6f88604a29efb3d8", digest(t, "desk/v1.0.yaml", whole))
}

func TestDigestIgnores(t *testing.T) {
	want := digest(t, "desk/v1.0.yaml", whole)
	for _, tc := range []struct{ name, from, to string }{
		{"line ends", "\n", "\r\n"},
		{"a comment", "# A comment.", "# Another.\n\n"},
		{"the date", "2026-11-20", "2026-11-21"},
		{"the description", "One of everything", "Another"},
		{"a variable's description", "description: d", "description: e"},
		{"notes", "notes: n", "notes: other"},
		{"the change log", "changes: first", "changes: the first"},
		{"quotes", `"Acme Corp"`, "Acme Corp"},
		{"the notation of a number", "temperature: 0.3", "temperature: 3.0e-1"},
		{"the notation of braces", `{{"a": 1}}`, `{"a": 1}`},
		{"the order of examples", "    - {input: one, output: eins, notes: n}\n    - {input: two, output: zwei}\n", "    - {input: two, output: zwei}\n    - {input: one, output: eins}\n"},
		{"the order of variables", "  n: {type: number, default: 1}\n", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.Contains(t, whole, tc.from)
			src := strings.ReplaceAll(whole, tc.from, tc.to)
			if tc.to == "" {
				src = strings.Replace(src, "variables:\n", "variables:\n"+tc.from, 1)
			}
			require.Equal(t, want, digest(t, "desk/v1.0.yaml", src))
		})
	}
	t.Run("name and version", func(t *testing.T) {
		src := strings.NewReplacer("name: desk\n", "", "version: \"1.0\"\nc", "c").Replace(whole)
		require.Equal(t, want, digest(t, "door/v2.yaml", src))
	})
	t.Run("sections written as one text", func(t *testing.T) {
		require.Equal(t, digest(t, "d/v1.yaml", "role: r\n"), digest(t, "d/v1.yaml", "system_prompt: \"[ROLE DEFINITION]\\nr\"\n"))
	})
	t.Run("the config", func(t *testing.T) {
		f, err := template.Parse("desk/v1.0.yaml", []byte(whole), template.Config{Key: []byte("k"), Examples: template.BM25(nil)})
		require.NoError(t, err)
		require.Equal(t, want, f.Ref().Digest)
	})
	t.Run("where the examples are", func(t *testing.T) {
		i := strings.Index(whole, "  items:\n")
		j := strings.Index(whole, "changelog")
		fsys := fstest.MapFS{
			"desk/v1.0.yaml": {Data: []byte(whole[:i] + "  file: bank.yaml\n" + whole[j:])},
			"desk/bank.yaml": {Data: []byte("examples:\n" + whole[i+len("  items:\n"):j])},
		}
		for _, c := range []template.Config{{}, {Examples: template.BM25(nil)}} {
			f, err := template.Load(fsys, "desk/v1.0.yaml", c)
			require.NoError(t, err)
			require.Equal(t, want, f.Ref().Digest)
		}
	})
}

func TestDigestCovers(t *testing.T) {
	seen := map[string]string{digest(t, "desk/v1.0.yaml", whole): "the file itself"}
	for _, tc := range []struct{ name, from, to string }{
		{"text", "You serve", "You help"},
		{"a role", "role: user", "role: assistant"},
		{"a space", "{message} {tags}", "{message}  {tags}"},
		{"the place of a slot", "{message} {tags}", "{tags} {message}"},
		{"a name", "company", "firm"},
		{"a default", "Acme Corp", "Acme Ltd"},
		{"no default", `default: "Acme Corp", `, ""},
		{"a list's default", "[a, b]", "[a, c]"},
		{"a list's length", "[a, b]", "[\"a, b\"]"},
		{"a number's default", "default: 1}", "default: 2}"},
		{"a format", "format: pipe", "format: comma"},
		{"trust", ", trust: trusted", ""},
		{"origin", "type: list, format", "type: list, origin: tool, format"},
		{"type", "{type: string, required: true, description: d}", "{type: string, required: false, description: d}"},
		{"temperature", "temperature: 0.3", "temperature: 0.31"},
		{"temperature unset", "temperature: 0.3, ", ""},
		{"temperature zero", "temperature: 0.3", "temperature: 0"},
		{"top_p", "top_p: 1", "top_p: 0.9"},
		{"max_tokens", "max_tokens: 100", "max_tokens: 101"},
		{"seed", "seed: 7", "seed: 8"},
		{"seed unset", ", seed: 7", ""},
		{"stop", `["END"]`, `["END", "STOP"]`},
		{"k", "k: 2", "k: 1"},
		{"query", "query: message", "query: company"},
		{"an example's input", "input: two", "input: three"},
		{"an example's output", "output: zwei", "output: drei"},
		{"one example less", "    - {input: two, output: zwei}\n", ""},
		{"the place of the examples", "{examples}\n", "x {examples}\n"},
		{"a message more", "messages:\n", "messages:\n  - {role: system, content: x}\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.Contains(t, whole, tc.from)
			d := digest(t, "desk/v1.0.yaml", strings.ReplaceAll(whole, tc.from, tc.to))
			require.Empty(t, seen[d], "same digest as another file")
			seen[d] = tc.name
		})
	}
	t.Run("a bank that cannot be read counts by its name", func(t *testing.T) {
		src := func(name string) string { return "role: \"{examples}\"\nexamples: {query: q, file: " + name + "}\n" }
		one, err := template.Parse("d/v1.yaml", []byte(src("a.yaml")), template.Config{Examples: template.BM25(nil)})
		require.NoError(t, err)
		two, err := template.Parse("d/v1.yaml", []byte(src("b.yaml")), template.Config{Examples: template.BM25(nil)})
		require.NoError(t, err)
		require.NotEqual(t, one.Ref().Digest, two.Ref().Digest)
	})
}
