package template_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/template"
)

var headings = []template.Trusted{"lost", "late", "damaged"}

func TestGoldenFiles(t *testing.T) {
	fsys := os.DirFS("testdata/prompts")
	for _, tc := range []struct {
		file, golden string
		vars         any
	}{
		{"parcel_intent/v2.3.yaml", "parcel_intent", vars{
			"company_name": template.Trusted("Swift & Co"), "categories": headings, "message": "Where is it?",
		}},
		{"parcel_intent_bare/v2.10.yaml", "parcel_intent_bare", vars{
			"company_name": template.Trusted("Swift & Co"), "categories": headings, "message": "Where is it?",
		}},
		{"parcel_intent/v2.3.yaml", "parcel_intent_untrusted", vars{
			"company_name": "Swift & Co", "categories": []string{"lost", "late"}, "message": "Where is it?",
		}},
		{"hotel_desk/v1.0.yaml", "hotel_desk", vars{"question": "When is breakfast?"}},
		{"short_labels/v1.0.yaml", "short_labels", vars{"ticket": "It beeps."}},
		{"library_desk/v1.0.yaml", "library_desk", vars{"message": "how are the fines worked out"}},
		{"library_desk/v1.0.yaml", "library_desk_nothing_in_common", vars{"message": "zzz"}},
	} {
		t.Run(tc.golden, func(t *testing.T) {
			f, err := template.Load(fsys, tc.file, template.Config{Key: []byte("secret of the test")})
			require.NoError(t, err)
			golden(t, tc.golden, render(t, f, tc.vars))
		})
	}
}

// A text with Python's doubled braces and its twin with bare JSON are the same
// prompt: they render the same bytes and have the same digest.
func TestDoubledAndBareBracesAreTwins(t *testing.T) {
	fsys := os.DirFS("testdata/prompts")
	doubled, err := template.Load(fsys, "parcel_intent/v2.3.yaml", template.Config{})
	require.NoError(t, err)
	bare, err := template.Load(fsys, "parcel_intent_bare/v2.10.yaml", template.Config{})
	require.NoError(t, err)
	v := vars{"company_name": "Swift", "categories": headings, "message": "Where is it?"}
	require.Empty(t, cmp.Diff(render(t, doubled, v).Messages, render(t, bare, v).Messages))
	require.Equal(t, doubled.Ref().Digest, bare.Ref().Digest)
	require.Equal(t, "parcel_intent@2.3", doubled.Ref().String())
	require.Equal(t, "parcel_intent_bare@2.10", bare.Ref().String())
}

func TestSections(t *testing.T) {
	t.Run("an empty section renders nothing", func(t *testing.T) {
		got := text(t, `
role: "You sort mail."
capabilities: []
constraints:
guidelines: "  "
output_format: ~
escalation: ["there is a fire"]
`, nil)
		require.Equal(t, "[ROLE DEFINITION]\nYou sort mail.\n\n"+
			"[ESCALATION CRITERIA]\nHand the conversation over to a person when:\n- there is a fire", got)
	})
	t.Run("order is that of the format", func(t *testing.T) {
		got := text(t, `
escalation: e
output_format: [o]
guidelines: g
constraints: [no]
capabilities: can
role: [r]
`, nil)
		require.Equal(t, "[ROLE DEFINITION]\n- r\n\n[CAPABILITIES]\ncan\n\n[CONSTRAINTS]\nYou cannot:\n- no\n\n"+
			"[BEHAVIOURAL GUIDELINES]\ng\n\n[OUTPUT FORMAT]\n- o\n\n[ESCALATION CRITERIA]\ne", got) //nolint:misspell // as the format has it
	})
	t.Run("slots in sections", func(t *testing.T) {
		got := text(t, "role: [\"{a}{b}\", \"x {{y}} {a}\"]\n", vars{"a": template.Trusted("1"), "b": 2})
		require.Equal(t, "[ROLE DEFINITION]\n- 12\n- x {y} 1", got)
	})
}

func TestBraces(t *testing.T) {
	for _, tc := range []struct{ name, source, want string }{
		{"a slot", `{x}`, `X`},
		{"two slots", `{x}{x}`, `XX`},
		{"doubled", `{{ "a": 1 }}`, `{ "a": 1 }`},
		{"doubled nested", `{{"a": {{"b": {{}}}}}}`, `{"a": {"b": {}}}`},
		{"bare JSON", `{"a": 1}`, `{"a": 1}`},
		{"bare JSON nested", `{"a": {"b": {"c": []}}}`, `{"a": {"b": {"c": []}}}`},
		{"bare JSON with a slot", `{"a": {"b": {x}}}`, `{"a": {"b": X}}`},
		{"doubled JSON with a slot", `{{"a": {{"b": {x}}}}}`, `{"a": {"b": X}}`},
		{"bare inside of doubled", `{{"a": {"b": 1}}}`, `{"a": {"b": 1}}`},
		{"doubled inside of bare", `{"a": {{"b": 1}}}`, `{"a": {"b": 1}}`},
		{"a slot in doubled braces of its own", `{{{x}}}`, `{X}`},
		{"an empty pair", `{} {x}`, `{} X`},
		{"an empty doubled pair", `{{}} {x}`, `{} X`},
		{"words", `{<heading>} { z } {x y} {1} {-}`, `{<heading>} { z } {x y} {1} {-}`},
		{"a bare object without quotes", `{status: "open", at: {y: 1}}`, `{status: "open", at: {y: 1}}`},
		{"an open brace", `{`, `{`},
		{"an open name", `{z`, `{z`},
		{"a closing brace", `a } b`, `a } b`},
		{"two closing braces", `a }} b`, `a } b`},
		{"a closing brace inside of doubled ones", `{{ a } b }}`, `{ a } b }`},
		{"an open brace before doubled ones", `a { b {{"c": 1}}`, `a { b {"c": 1}`},
		{"a regular expression", `[0-9]{3} [a-z]{2,}`, `[0-9]{3} [a-z]{2,}`},
		{"a price", `${x}`, `$X`},
		{"another language's slot that is no variable", `{{other}} {x}`, `{other} X`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			src, v := "system_prompt: |-\n  "+tc.source+"\n", vars{"x": template.Trusted("X")}
			if !strings.Contains(tc.source, "{x}") {
				src, v = src+"variables: {}\n", nil
			}
			require.Equal(t, tc.want, text(t, src, v))
		})
	}
}

func TestListFormats(t *testing.T) {
	items := []template.Trusted{"red", "two\nlines", `a "quoted" \ <b>`, "tab\tend\r\x01", "é|,"}
	for _, tc := range []struct{ format, want string }{
		{"bullets", "- red\n- two\n  lines\n- a \"quoted\" \\ <b>\n- tab\tend\r\x01\n- é|,"},
		{"lines", "red\ntwo\nlines\na \"quoted\" \\ <b>\ntab\tend\r\x01\né|,"},
		{"comma", "red, two\nlines, a \"quoted\" \\ <b>, tab\tend\r\x01, é|,"},
		{"pipe", "red|two\nlines|a \"quoted\" \\ <b>|tab\tend\r\x01|é|,"},
		{"json", `["red","two\nlines","a \"quoted\" \\ <b>","tab\tend\r\u0001","é|,"]`},
	} {
		t.Run(tc.format, func(t *testing.T) {
			src := "system_prompt: \"{l}\"\nvariables: {l: {type: list, format: " + tc.format + "}}\n"
			require.Equal(t, tc.want, text(t, src, vars{"l": items}))
			require.Equal(t, map[bool]string{true: `["red"]`, false: map[bool]string{true: "- red", false: "red"}[tc.format == "bullets"]}[tc.format == "json"],
				text(t, src, vars{"l": items[:1]}))
		})
	}
}

func TestParameters(t *testing.T) {
	require.Equal(t, makeready.Params{}, render(t, parse(t, "role: r\n"), nil).Params)

	f := parse(t, "role: r\nparameters: {temperature: 0, top_p: 0, seed: 0, max_tokens: 1, stop: [END, \"\\n\"]}\n")
	want := makeready.Params{
		Temperature: new(0.0), TopP: new(0.0), Seed: new(int64(0)), MaxTokens: 1, Stop: []string{"END", "\n"},
	}
	p := render(t, f, nil)
	require.Empty(t, cmp.Diff(want, p.Params))

	// The prompt is the caller's: changing it changes nothing else.
	*p.Params.Temperature, *p.Params.TopP, *p.Params.Seed, p.Params.Stop[0] = 2, 1, 9, "x"
	p.Messages[0].Text = "x"
	again := render(t, f, nil)
	require.Empty(t, cmp.Diff(want, again.Params))
	require.Equal(t, "[ROLE DEFINITION]\nr", again.Messages[0].Text)

	half := render(t, parse(t, "role: r\nparameters: {temperature: 2, top_p: .5, max_tokens: 10000000, seed: -3, stop: END}\n"), nil)
	require.Empty(t, cmp.Diff(makeready.Params{
		Temperature: new(2.0), TopP: new(0.5), Seed: new(int64(-3)), MaxTokens: 10_000_000, Stop: []string{"END"},
	}, half.Params))
}
