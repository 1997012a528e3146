package template_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready/template"
)

// Each broken file gives exactly these problems, at these places.
func TestBrokenFiles(t *testing.T) {
	for _, tc := range []struct {
		name, source string
		want         []string // without the file's name
	}{
		// YAML as such.
		{"empty", "", []string{"1:1: the file is empty"}},
		{"only comments", "# a\n# b\n", []string{"1:1: the file is empty"}},
		{"a list at the top", "- role: r\n", []string{"1:1: the prompt file must be a mapping of keys to values, not a list"}},
		{"text at the top", "hello\n", []string{"1:1: the prompt file must be a mapping of keys to values, not text"}},
		{"nothing at the top", "---\n", []string{"2:1: the prompt file must be a mapping of keys to values, not nothing"}},
		{"two colons", "role: a: b\n", []string{"1:1: not valid YAML: mapping values are not allowed in this context; quote a text that holds \": \", and check the indentation"}},
		{"two colons further down", "role: r\n\nguidelines: a: b\n", []string{"3:1: not valid YAML: mapping values are not allowed in this context; quote a text that holds \": \", and check the indentation"}},
		{"an open bracket", "role: r\nguidelines: [a\nescalation: b\n", []string{"2:1: not valid YAML: did not find expected ',' or ']'; a bracket or brace is not closed"}},
		{"an open brace", "role: r\nparameters: {seed: 1\nescalation: b\n", []string{"2:1: not valid YAML: did not find expected ',' or '}'; a bracket or brace is not closed"}},
		{"an open quote", "role: r\nguidelines: \"a\nescalation: b\n", []string{"2:1: not valid YAML: found unexpected end of stream; a quote or bracket is not closed"}},
		{"a tab", "role: r\nguidelines:\n\t- a\n", []string{"3:2: not valid YAML: found character that cannot start any token; indent with spaces, not tabs, and quote texts that begin with a special character"}},
		{"bad indentation of a text", "role: |\n  a\n b\n", []string{"3:2: not valid YAML: did not find expected key; check the indentation of this line"}},
		{"bad indentation in a block", "role: r\nvariables:\n  a: {}\n b: {}\n", []string{"4:2: not valid YAML: did not find expected key; check the indentation of this line"}},
		{"a list inside of a mapping", "role: r\n- a\n", []string{"2:1: not valid YAML: did not find expected key; check the indentation of this line"}},
		{"an unknown escape", "role: \"a\\q\"\n", []string{"1:1: not valid YAML: found unknown escape character"}},
		{"an unquoted at sign", "role: r\nguidelines: @x\n", []string{"2:1: not valid YAML: found character that cannot start any token; indent with spaces, not tabs, and quote texts that begin with a special character"}},
		{"an unknown alias", "role: r\nguidelines: *x\n", []string{"2:13: aliases are not supported; quote the text if the asterisk is meant"}},
		{"an alias", "role: &a r\nguidelines: *a\n", []string{
			"1:7: anchors are not supported; quote the text if the ampersand is meant",
			"2:13: aliases are not supported; quote the text if the asterisk is meant",
		}},
		{"a tag", "role: !!str r\n", []string{"1:7: tags are not supported; quote the text if the exclamation mark is meant"}},
		{"a key twice", "role: r\nguidelines: g\nrole: s\n", []string{`3:1: "role" is given twice, first in line 1`}},
		{"a nested key twice", "role: r\nparameters: {seed: 1, seed: 2}\n", []string{`2:23: "seed" is given twice, first in line 2`}},
		{"a mapping as key", "role: {{x}}\n", []string{"1:8: a key must be text; literal braces at the start of a value need quotes"}},
		{"merge keys", "role: r\nparameters: {<<: {seed: 1}}\n", []string{`2:14: unknown key "<<" in parameters`}},
		{"two documents", "role: r\n---\nrole: s\n", []string{"2:1: a second document begins here; a file holds one"}},
		{"a second document that is broken", "role: r\n---\nrole: a: b\n", []string{"3:1: not valid YAML: mapping values are not allowed in this context; quote a text that holds \": \", and check the indentation"}},
		{"deep nesting", "role: " + strings.Repeat("[", 30) + strings.Repeat("]", 30) + "\n", []string{"1:23: nested deeper than 16"}},
		{"nesting without end", "role: " + strings.Repeat("[", 20_000), []string{"1:1: not valid YAML: exceeded max depth of 10000"}},
		{"invalid UTF-8", "role: r\nguidelines: \"é\xff\"\n", []string{"2:15: not valid UTF-8"}},
		{"a control character", "role: a\x01b\n", []string{"1:8: character U+0001 is not allowed in a file; write it as an escape in double quotes"}},
		{"UTF-16", "\xff\xfer\x00", []string{"1:1: not valid UTF-8"}},
		{"too large", "role: |\n  " + strings.Repeat("x", 1<<20), []string{"1:1: the file is larger than 1048576 bytes"}},

		// Keys and their values.
		{"an unknown key", "role: r\nvariabels: {}\n", []string{`2:1: unknown key "variabels" in the prompt file, did you mean "variables"?`}},
		{"a key with a capital", "Role: r\n", []string{
			`1:1: unknown key "Role" in the prompt file, did you mean "role"?`,
		}},
		{"a key far from all", "role: r\ntopology: x\n", []string{`2:1: unknown key "topology" in the prompt file`}},
		{"a long key", "role: r\n" + strings.Repeat("k", 100) + ": x\n", []string{`2:1: unknown key "` + strings.Repeat("k", 40) + `"… in the prompt file`}},
		{"nothing to render", "description: d\n", []string{"1:1: nothing to render: write system_prompt, sections or messages"}},
		{"empty sections", "role:\nmessages: []\n", []string{"1:1: nothing to render: write system_prompt, sections or messages"}},
		{"both kinds of system prompt", "system_prompt: a\nrole: r\nescalation: e\n", []string{
			"2:7: role and system_prompt exclude each other: a system prompt is one text or sections",
			"3:13: escalation and system_prompt exclude each other: a system prompt is one text or sections",
		}},
		{"an empty system prompt", "system_prompt: \"  \"\n", []string{"1:16: system_prompt is empty"}},
		{"a mapping for a text", "system_prompt: {a: b}\n", []string{"1:16: system_prompt must be text, not a mapping; quote it if it begins with a brace or a bracket"}},
		{"a list for a text", "system_prompt: [a]\n", []string{"1:16: system_prompt must be text, not a list; quote it if it begins with a brace or a bracket"}},
		{"an empty item", "role: r\nguidelines:\n  - a\n  -\n", []string{"4:4: an item of guidelines is empty"}},
		{"a mapping as item", "role: r\nguidelines:\n  - a: b\n", []string{"3:5: an item of guidelines must be text, not a mapping; quote it if it begins with a brace or a bracket"}},
		{"another name than the directory", "name: door\nrole: r\n", []string{`1:7: name is "door" here and "desk" in the file's path`}},
		{"another version than the file", "version: \"1.1\"\nrole: r\n", []string{`1:10: version is "1.1" here and "1.0" in the file's path`}},
		{"a version that is not the file's text", "version: 1.00\nrole: r\n", []string{`1:10: version is "1.00" here and "1.0" in the file's path`}},
		{"a version that is none", "version: a/b\nrole: r\n", []string{`1:10: version must be letters, digits, dots, dashes or underscores, not "a/b"`}},
		{"a name that is none", "name: my desk\nrole: r\n", []string{`1:7: name must be letters, digits, dots, dashes or underscores, not "my desk"`}},
		{"a bad date", "role: r\ncreated: \"2026-02-30\"\n", []string{`2:10: created must be a date like 2026-11-20, not "2026-02-30"`}},
		{"an American date", "role: r\ncreated: 02/17/2026\n", []string{`2:10: created must be a date like 2026-11-20, not "02/17/2026"`}},
		{"a description that is a list", "role: r\ndescription: [a]\n", []string{"2:14: description must be text, not a list; quote it if it begins with a brace or a bracket"}},

		// Messages.
		{"messages that are no list", "messages: {role: user}\n", []string{"1:11: messages must be a list, not a mapping"}},
		{"a message that is text", "messages: [hello]\n", []string{"1:12: a message must be a mapping of keys to values, not text"}},
		{"a message without parts", "messages: [{}]\n", []string{"1:12: role is missing", "1:12: content is missing"}},
		{"an unknown role", "messages: [{role: robot, content: c}]\n", []string{`1:19: role must be one of system, user, assistant, not "robot"`}},
		{"the role of tools", "messages: [{role: tool, content: c}]\n", []string{`1:19: role must be one of system, user, assistant, not "tool"`}},
		{"empty content", "messages: [{role: user, content: \"\"}]\n", []string{"1:34: content is empty"}},
		{"an unknown key of a message", "messages: [{role: user, contents: c}]\n", []string{
			"1:12: content is missing",
			`1:25: unknown key "contents" in a message, did you mean "content"?`,
		}},

		// Slots.
		{"a format", "system_prompt: |\n  Hello,\n    {name:.2f}\n", []string{
			"3:5: {name…} asks for formatting, which slots do not have: write {name}, or double the braces for literal text",
		}},
		{"a conversion", "role: \"ä {x!r}\"\n", []string{"1:10: {x…} asks for formatting, which slots do not have: write {x}, or double the braces for literal text"}},
		{"an item", "role: '{x[0]}'\n", []string{"1:8: {x…} asks for formatting, which slots do not have: write {x}, or double the braces for literal text"}},
		{"an attribute", "role: a {x.y.z}\n", []string{"1:9: {x…} asks for formatting, which slots do not have: write {x}, or double the braces for literal text"}},
		{"everything", "role: a {x.y[0]!s:>10}\n", []string{"1:9: {x…} asks for formatting, which slots do not have: write {x}, or double the braces for literal text"}},
		{"an undeclared slot", "role: |\n  a {nome}\nvariables:\n  name: {}\n", []string{
			`2:5: {nome} is not declared in variables, did you mean "name"?`,
			`4:3: variable "name" is declared and not used`,
		}},
		{"an undeclared slot without near name", "role: \"{x}\"\nvariables:\n", []string{"1:8: {x} is not declared in variables"}},
		{"in a folded text", "role: >-\n  one {a}\n  two {b}\n\n  three {c}\nvariables: {a: {}, b: {}}\n", []string{"5:9: {c} is not declared in variables"}},
		{"in quotes over lines", "role: 'one {a}\n  two {b}'\nvariables: {a: {}}\n", []string{"2:7: {b} is not declared in variables"}},
		{"after escapes", "role: \"\\\"\\t{a} {b}\"\nvariables: {a: {}}\n", []string{"1:16: {b} is not declared in variables"}},
		{"with a brace that is an escape", "role: \"\\x7b {b}\"\nvariables: {}\n", []string{"1:7: {b} is not declared in variables"}},
		{"with line ends of Windows", "role: |\r\n  a\r\n  {b}\r\nvariables: {}\r\n", []string{"3:3: {b} is not declared in variables"}},
		{"after a byte order mark", "\ufeffrole: \"{b}\"\nvariables: {}\n", []string{"1:8: {b} is not declared in variables"}},
		{"after other line ends", "role: \"a\u2028b\u0085c\rd {b}\"\nvariables: {}\n", []string{"4:3: {b} is not declared in variables"}},
		{"a long name", "role: \"{" + strings.Repeat("n", 65) + "}\"\n", []string{
			`1:8: "` + strings.Repeat("n", 40) + `"… is no name of a variable: use letters, digits and underscores`,
		}},
		{"mustache of a declared variable", "role: \"{{ name }} {name}\"\nvariables: {name: {}}\n", []string{
			"1:8: {{name}} is literal text here, not a slot: write {name} for the value",
		}},
		{"mustache of an inferred variable", "role: \"{{name}}\"\nguidelines: \"{name}\"\n", []string{
			"1:8: {{name}} is literal text here, not a slot: write {name} for the value",
		}},
		{"mustache and nothing else", "role: \"Hello {{name}}\"\n", []string{
			"1:14: {{name}} is literal text here, not a slot: write {name} for the value",
		}},
		{"spaces around a slot and nothing else", "role: \"Hello { name }\"\n", []string{
			"1:14: { name } is literal text here, not a slot: write {name} for the value",
		}},
		{"a dash in a slot of a declared variable", "role: \"{order-id} {order_id}\"\nvariables: {order_id: {}}\n", []string{
			"1:8: {order-id} is literal text here, not a slot: write {order_id} for the value",
		}},
		{"a slot that does not end", "role: \"Hello {name\"\n", []string{
			"1:14: {name is literal text here, not a slot: write {name} for the value",
		}},
		{"mustache of the examples", "role: \"{{examples}}\"\nexamples: {items: [{input: i, output: o}], query: q}\n", []string{
			"1:8: {{examples}} is literal text here, not a slot: write {examples} for the value",
			"2:11: the slot {examples} is missing: nothing says where the examples go",
		}},

		// Variables.
		{"variables that are a list", "role: r\nvariables: [a]\n", []string{"2:12: variables must be a mapping of names to declarations, not a list"}},
		{"a declaration that is text", "role: \"{a}\"\nvariables: {a: string}\n", []string{"2:16: a variable must be a mapping of keys to values, not text"}},
		{"a name that cannot be a slot", "role: r\nvariables: {a-b: {}}\n", []string{`2:13: "a-b" is no name of a variable: use letters, digits and underscores`}},
		{"an unknown type", "role: \"{a}\"\nvariables: {a: {type: text}}\n", []string{`2:23: type must be one of string, list, number, bool, not "text"`}},
		{"an unknown key of a variable", "role: \"{a}\"\nvariables: {a: {require: true}}\n", []string{`2:17: unknown key "require" in a variable, did you mean "required"?`}},
		{"trust of a number", "role: \"{a}\"\nvariables: {a: {type: number, trust: trusted}}\n", []string{"2:38: trust is for strings and lists: a number cannot carry text"}},
		{"an unknown trust", "role: \"{a}\"\nvariables: {a: {trust: yes}}\n", []string{`2:24: trust must be one of untrusted, trusted, not "yes"`}},
		{"an unknown format", "role: \"{a}\"\nvariables: {a: {type: list, format: bullet}}\n", []string{`2:37: format must be one of bullets, lines, comma, pipe, json, not "bullet"`}},
		{"a format of a string", "role: \"{a}\"\nvariables: {a: {format: comma}}\n", []string{"2:25: format is for variables of type list"}},
		{"an unknown origin", "role: \"{a}\"\nvariables: {a: {origin: web}}\n", []string{`2:25: origin must be one of user, retrieved, tool, model, not "web"`}},
		{"an origin of trusted text", "role: \"{a}\"\nvariables: {a: {origin: tool, trust: trusted}}\n", []string{"2:25: origin is for untrusted text"}},
		{"required and a default", "role: \"{a}\"\nvariables: {a: {required: true, default: x}}\n", []string{"2:27: a required variable cannot have a default"}},
		{"required is text", "role: \"{a}\"\nvariables: {a: {required: \"true\"}}\n", []string{"2:27: required must be true or false"}},
		{"a default of another type", "role: \"{a}{b}{c}{d}\"\nvariables:\n  a: {default: [x]}\n  b: {type: list, default: x}\n  c: {type: number, default: x}\n  d: {type: bool, default: 1}\n", []string{
			"3:16: default must be text, not a list; quote it if it begins with a brace or a bracket",
			"4:28: default must be a list, not text",
			"5:30: default must be a number, without quotes",
			"6:28: default must be true or false",
		}},
		{"a default that is not finite", "role: \"{a}\"\nvariables: {a: {type: number, default: .nan}}\n", []string{"2:40: default must be a finite number"}},
		{"a variable in the place of the examples", "role: \"{examples}{q}\"\nvariables: {examples: {}, q: {}}\nexamples: {items: [{input: i, output: o}], query: q}\n", []string{
			"2:13: {examples} is the place of the file's examples: a variable needs another name",
		}},

		// Parameters.
		{"parameters out of range", "role: r\nparameters:\n  temperature: 2.1\n  top_p: -0.1\n  max_tokens: 0\n  seed: 1.5\n  stop: \"\"\n", []string{
			"3:16: temperature must be between 0 and 2",
			"4:10: top_p must be between 0 and 1",
			"5:15: max_tokens must be between 1 and 10000000",
			"6:9: seed must be a whole number, without quotes",
			"7:9: a stop text cannot be empty",
		}},
		{"parameters of another type", "role: r\nparameters: {temperature: \"0.3\", top_p: .inf, max_tokens: 99999999999999999999, stop: [a, [b]]}\n", []string{
			"2:27: temperature must be a number, without quotes",
			"2:41: top_p must be between 0 and 1",
			"2:59: max_tokens must be a whole number, without quotes",
			"2:91: a stop text must be text, not a list; quote it if it begins with a brace or a bracket",
		}},
		{"an unknown parameter", "role: r\nparameters: {temprature: 1}\n", []string{`2:14: unknown key "temprature" in parameters, did you mean "temperature"?`}},

		// Examples and change log.
		{"examples that are a list", "role: \"{examples}\"\nexamples: [a]\n", []string{"2:11: examples must be a mapping of keys to values, not a list"}},
		{"examples without anything", "role: \"{examples}\"\nexamples: {}\n", []string{
			"2:11: query is missing", "2:11: examples need a file or items",
		}},
		{"examples without place", "role: \"{q}\"\nexamples: {items: [{input: i, output: o}], query: q}\n", []string{
			"2:11: the slot {examples} is missing: nothing says where the examples go",
		}},
		{"both sources", "role: \"{q}{examples}\"\nexamples: {items: [{input: i, output: o}], file: f, query: q}\n", []string{"2:50: file and items exclude each other"}},
		{"a file without file system", "role: \"{q}{examples}\"\nexamples: {file: f.yaml, query: q}\n", []string{
			"2:18: examples.file needs a file system: use Load, or give a selector in the Config",
		}},
		{"k out of range", "role: \"{q}{examples}\"\nexamples: {items: [{input: i, output: o}], query: q, k: 101}\n", []string{"2:57: k must be between 1 and 100"}},
		{"a query that is no variable", "role: \"{q}{examples}\"\nvariables: {q: {}}\nexamples: {items: [{input: i, output: o}], query: w}\n", []string{"3:51: {w} is not declared in variables"}},
		{"a query that is no string", "role: \"{q}{examples}\"\nvariables: {q: {type: list}}\nexamples: {items: [{input: i, output: o}], query: q}\n", []string{"3:51: query must name a variable of type string"}},
		{"a query that is the place", "role: \"{examples}\"\nexamples: {items: [{input: i, output: o}], query: examples}\n", []string{"2:51: query must name a variable"}},
		{"a query that is no name", "role: \"{examples}\"\nexamples: {items: [{input: i, output: o}], query: a b}\n", []string{
			`2:51: "a b" is no name of a variable: use letters, digits and underscores`,
		}},
		{"bad items", "role: \"{q}{examples}\"\nexamples: {items: [{input: i}, x, {input: \" \", output: {a: b}}], query: q}\n", []string{
			"2:20: output is missing",
			"2:32: an example must be a mapping of keys to values, not text",
			"2:43: input is empty",
			"2:56: output must be text, not a mapping; quote it if it begins with a brace or a bracket",
		}},
		{"no items", "role: \"{q}{examples}\"\nexamples: {items: [], query: q}\n", []string{"2:19: the list of examples is empty"}},
		{"a bad change log", "role: r\nchangelog:\n  - {version: \"1.0\", date: soon, changes: a}\n  - {version: \"/\"}\n  - x\n", []string{
			`3:28: date must be a date like 2026-11-20, not "soon"`,
			"4:5: changes is missing",
			`4:15: version must be letters, digits, dots or dashes, not "/"`,
			"5:5: an entry of changelog must be a mapping of keys to values, not text",
		}},
		{"a change log that is text", "role: r\nchangelog: none\n", []string{"2:12: changelog must be a list, not text"}},

		{"more problems than are listed", "role: \"{a:d}\"\nguidelines: [" + strings.Repeat("\"{a:d}\", ", 10) + "x]\n", manyFormats()},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f, err := template.Parse("desk/v1.0.yaml", []byte(tc.source), template.Config{})
			require.Nil(t, f)
			require.Error(t, err)
			var want []string
			for _, w := range tc.want {
				want = append(want, "template desk/v1.0.yaml:"+w)
			}
			require.Equal(t, want, strings.Split(err.Error(), "\n"))
		})
	}
}

func manyFormats() []string {
	const what = "{a…} asks for formatting, which slots do not have: write {a}, or double the braces for literal text"
	list := []string{"1:8: " + what}
	for i := range 9 {
		list = append(list, fmt.Sprintf("2:%d: %s", 15+9*i, what))
	}
	return append(list, " and 1 more")
}

func TestNameAndVersion(t *testing.T) {
	for _, tc := range []struct{ name, path, source, want string }{
		{"of the path", "prompts/desk/v1.0.yaml", "role: r\n", "desk@1.0"},
		{"of the path, other ending", "desk/v2.yml", "role: r\n", "desk@2"},
		{"of the file", "prompts/desk.yaml", "name: door\nversion: 3\nrole: r\n", "door@3"},
		{"agreeing", "desk/v1.0.yaml", "name: desk\nversion: 1.0\nrole: r\n", "desk@1.0"},
		{"two digits", "desk/v2.10.yaml", "version: 2.10\nrole: r\n", "desk@2.10"},
		{"two digits in quotes", "desk/v2.10.yaml", "version: \"2.10\"\nrole: r\n", "desk@2.10"},
		{"a version that YAML takes for a number", "desk/v1e3.yaml", "version: 1e3\nrole: r\n", "desk@1e3"},
		{"a version that YAML takes for a date", "desk/v2026-02-17.yaml", "version: 2026-02-17\nrole: r\n", "desk@2026-02-17"},
		{"a file that only begins with v", "desk/voice.yaml", "name: voice\nversion: a1\nrole: r\n", "voice@a1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f, err := template.Parse(tc.path, []byte(tc.source), template.Config{})
			require.NoError(t, err)
			require.Equal(t, tc.want, f.Ref().String())
		})
	}
	for _, tc := range []struct{ name, path, source, want string }{
		{"2.1 is not 2.10", "desk/v2.10.yaml", "version: 2.1\nrole: r\n", `2.10.yaml:1:10: version is "2.1" here and "2.10" in the file's path`},
		{"no directory", "v1.yaml", "role: r\n", "v1.yaml:1:1: name is missing, and the path is not <name>/v<version>.yaml"},
		{"no version", "desk/first.yaml", "name: desk\nrole: r\n", "1:1: version is missing, and the path is not <name>/v<version>.yaml"},
		{"a directory that is no name", "my desk/v1.yaml", "role: r\n", `1:1: name is missing, and that of the path, "my desk", cannot be used`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := template.Parse(tc.path, []byte(tc.source), template.Config{})
			require.ErrorContains(t, err, tc.want)
		})
	}
}

func TestLoadErrors(t *testing.T) {
	const head = "role: \"{q}{examples}\"\nexamples: {query: q, file: "
	fsys := fstest.MapFS{
		"p/ok/v1.yaml":       {Data: []byte(head + "../bank.yaml}\n")},
		"p/missing/v1.yaml":  {Data: []byte(head + "none.yaml}\n")},
		"p/outside/v1.yaml":  {Data: []byte(head + "../../../bank.yaml}\n")},
		"p/absolute/v1.yaml": {Data: []byte(head + "/p/bank.yaml}\n")},
		"p/windows/v1.yaml":  {Data: []byte(head + "'..\\bank.yaml'}\n")},
		"p/empty/v1.yaml":    {Data: []byte(head + "''}\n")},
		"p/broken/v1.yaml":   {Data: []byte(head + "../broken.yaml}\n")},
		"p/large/v1.yaml":    {Data: []byte(head + "../large.yaml}\n")},
		"p/bank.yaml":        {Data: []byte("examples: [{input: i, output: o}]\n")},
		"p/broken.yaml":      {Data: []byte("examples:\n  - {input: i}\n")},
		"p/large.yaml":       {Data: make([]byte, 2<<20)},
	}
	_, err := template.Load(fsys, "p/ok/v1.yaml", template.Config{})
	require.NoError(t, err)
	for _, tc := range []struct{ path, want string }{
		{"p/nowhere/v1.yaml", "template: open p/nowhere/v1.yaml: file does not exist"},
		{"p", "template: read p: read p: invalid argument"},
		{"p/missing/v1.yaml", "template p/missing/v1.yaml:2:28: open p/missing/none.yaml: file does not exist"},
		{"p/outside/v1.yaml", "template p/outside/v1.yaml:2:28: the file lies outside of the file system that the prompt was loaded from"},
		{"p/absolute/v1.yaml", "template p/absolute/v1.yaml:2:28: file must be relative to the prompt file, with forward slashes"},
		{"p/windows/v1.yaml", "template p/windows/v1.yaml:2:28: file must be relative to the prompt file, with forward slashes"},
		{"p/empty/v1.yaml", "template p/empty/v1.yaml:2:28: file is empty"},
		{"p/broken/v1.yaml", "template p/broken.yaml:2:5: output is missing"},
		{"p/large/v1.yaml", "template p/large.yaml:1:1: the file is larger than 1048576 bytes"},
		{"p/large.yaml", "template p/large.yaml:1:1: the file is larger than 1048576 bytes"},
	} {
		t.Run(tc.path, func(t *testing.T) {
			_, err := template.Load(fsys, tc.path, template.Config{})
			require.EqualError(t, err, tc.want)
		})
	}
}
