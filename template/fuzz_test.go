package template_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/template"
)

// FuzzParse proves that no file makes Parse panic, that errors have a place,
// and that what parses can be rendered: there are values for which Render does
// not fail, found by following its errors alone.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/prompts/*/*.yaml")
	require.NoError(f, err)
	for _, name := range files {
		src, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(src)
	}
	for _, src := range []string{whole, few, typed, classification, "role: \"{a.b} {a!r} {{a}} {a}\"\n", "role: &a r\nguidelines: *a\n", "? - a\n: b\n", "role: >+2\n\n  a\n"} {
		f.Add([]byte(src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		file, err := template.Parse("desk/v1.0.yaml", src, template.Config{})
		if err != nil {
			require.Nil(t, file)
			for line := range strings.Lines(err.Error()) {
				require.True(t, strings.HasPrefix(line, "template desk/v1.0.yaml:"), "%q", line)
			}
			return
		}
		again, err := template.Parse("desk/v1.0.yaml", src, template.Config{})
		require.NoError(t, err)
		require.Equal(t, file.Ref(), again.Ref())
		v := vars{}
		for range 1000 {
			p, err := file.Render(t.Context(), v)
			if err == nil {
				require.NotEmpty(t, p.Messages)
				for _, m := range p.Messages {
					require.NotEmpty(t, strings.TrimSpace(m.Text))
					require.True(t, utf8.ValidString(m.Text))
				}
				return
			}
			if strings.Contains(err.Error(), "message is empty") || strings.Contains(err.Error(), "would be larger") {
				return
			}
			_, rest, found := strings.Cut(err.Error(), `variable "`)
			require.True(t, found, "%v", err)
			name, what, _ := strings.Cut(rest, `"`)
			switch {
			case strings.Contains(what, "declared as list"):
				v[name] = []string{"x"}
			case strings.Contains(what, "declared as number"):
				v[name] = 1
			case strings.Contains(what, "declared as bool"):
				v[name] = true
			default:
				require.Contains(t, what, "required and not given")
				v[name] = "x"
			}
		}
	})
}

// FuzzRender proves that no value adds a message, changes a role or a byte
// outside of its element, or leaves its span.
func FuzzRender(f *testing.F) {
	for _, s := range forgeries {
		f.Add(s, "a", s)
		f.Add("a", s, s)
	}
	file := parse(f, `
system_prompt: "S {message} {sex} S"
messages:
  - {role: user, content: "U {list} U"}
  - {role: assistant, content: "A {message}"}
variables:
  message: {required: false}
  sex: {required: false} # its letters have other cases beyond ASCII
  list: {type: list, format: lines, required: false}
`)
	frame := render(f, file, vars{"message": template.Trusted("\x00"), "sex": template.Trusted("\x00"), "list": []template.Trusted{"\x00"}})
	f.Fuzz(func(t *testing.T, a, b, c string) {
		p, err := file.Render(t.Context(), vars{"message": a, "sex": b, "list": []string{c, b}})
		if err != nil {
			require.Regexp(t, "is not valid UTF-8$|is larger than MaxValueBytes$", err.Error())
			return
		}
		require.Len(t, p.Messages, len(frame.Messages))
		for i, m := range p.Messages {
			require.Equal(t, frame.Messages[i].Role, m.Role)
			checkSpans(t, m, map[string]string{"message": a, "sex": b, "list": c + "\n" + b})
			require.Equal(t, frame.Messages[i].Text, withoutElements(m))
		}
	})
}

// withoutElements replaces each element, delimiters included, by a NUL.
func withoutElements(m makeready.Message) string {
	text := m.Text
	for _, s := range slices.Backward(m.Spans) {
		from := strings.LastIndex(text[:s.Start], "<"+s.Name+" k=")
		text = text[:from] + "\x00" + text[s.End+len("</"+s.Name+">"):]
	}
	return emptyElement.ReplaceAllString(text, "\x00")
}

var emptyElement = regexp.MustCompile(`<(message|sex|list) k="[0-9a-f]{12}"></(message|sex|list)>`) //archtest:table a constant pattern
