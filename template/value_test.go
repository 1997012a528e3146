package template_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/template"
)

const typed = `
system_prompt: |-
  {s}|{t}|{l}|{n}|{b}|{o}
variables:
  s: {}
  t: {trust: trusted, default: "Acme Corp"}
  l: {type: list, format: comma, trust: trusted, default: [x, y]}
  n: {type: number, default: 7}
  b: {type: bool, default: true}
  o: {required: false, trust: trusted}
`

type named string

func (named) Other() {}

type secret string

func (secret) String() string { return "hidden" }

func TestValues(t *testing.T) {
	type stringMap map[string]string
	type anyMap map[string]any
	s := template.Trusted("S")
	for _, tc := range []struct {
		name string
		vars any
		want string
	}{
		{"defaults", vars{"s": s}, "S|Acme Corp|x, y|7|true|"},
		{"nil is not given", vars{"s": s, "t": nil, "l": []string(nil), "o": (*string)(nil)}, "S|Acme Corp|x, y|7|true|"},
		{"an explicit empty string is kept", vars{"s": s, "t": "", "o": ""}, "S||x, y|7|true|"},
		{"an explicit empty list is kept", vars{"s": s, "l": []string{}}, "S|Acme Corp||7|true|"},
		{"everything given", vars{"s": s, "t": "T", "l": []string{"a"}, "n": 1.5, "b": false, "o": "O"}, "S|T|a|1.5|false|O"},
		{"pointers", vars{"s": new(template.Trusted("S")), "t": new("T"), "n": new(3), "b": new(false)}, "S|T|x, y|3|false|"},
		{"lists of decoded JSON", vars{"s": s, "l": []any{"a", "b"}, "n": 1.0}, "S|Acme Corp|a, b|1|true|"},
		{"a list of trusted", vars{"s": s, "l": []template.Trusted{"a", "b"}}, "S|Acme Corp|a, b|7|true|"},
		{"lists of named types", vars{"s": s, "l": []named{"a"}}, "S|Acme Corp|a|7|true|"},
		{"a map of a named type", anyMap{"s": s, "n": int8(-3)}, "S|Acme Corp|x, y|-3|true|"},
		{"a struct", struct {
			S       template.Trusted
			T       *string
			L       []string
			N       uint16
			B       bool
			Ignored string `prompt:"-"`
			hidden  int
		}{S: "S", N: 9}, "S|Acme Corp|x, y|9|false|"},
		{"a pointer to a struct", &struct {
			S template.Trusted
			T string
			N any
		}{S: "S", T: "T", N: 4}, "S|T|x, y|4|true|"},
		{"a nil interface in a struct", struct{ S, N any }{S: s}, "S|Acme Corp|x, y|7|true|"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.Equal(t, tc.want, text(t, typed, tc.vars))
		})
	}
	t.Run("strings of a map are untrusted", func(t *testing.T) {
		for _, v := range []any{map[string]string{"s": "S"}, stringMap{"s": "S"}, vars{"s": named("S")}, struct{ S named }{"S"}} {
			p := render(t, parse(t, typed), v)
			require.Len(t, p.Messages[0].Spans, 1)
			require.Contains(t, p.Messages[0].Text, ">S</s>|Acme Corp|x, y|7|true|")
		}
	})
	t.Run("no variables, no values", func(t *testing.T) {
		for _, v := range []any{nil, vars{}, vars(nil), map[string]string{}, struct{}{}, &struct{}{}} {
			require.Equal(t, "[ROLE DEFINITION]\nr", text(t, "role: r\n", v))
		}
	})
}

func TestNumbers(t *testing.T) {
	f := parse(t, "system_prompt: \"{n}\"\nvariables: {n: {type: number}}\n")
	for _, tc := range []struct {
		n    any
		want string
	}{
		{0, "0"},
		{int64(math.MinInt64), "-9223372036854775808"},
		{uint64(math.MaxUint64), "18446744073709551615"},
		{0.1, "0.1"},
		{float32(0.1), "0.1"},
		{-1e20, "-100000000000000000000"},
		{1e21, "1e+21"},
		{1e-6, "0.000001"},
		{1e-7, "1e-07"},
		{math.MaxFloat64, "1.7976931348623157e+308"},
		{-1.2345678901234567e-6, "-0.0000012345678901234567"},
		{3.0, "3"},
		{math.Copysign(0, -1), "-0"},
	} {
		require.Equal(t, tc.want, render(t, f, vars{"n": tc.n}).Messages[0].Text)
	}
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		_, err := f.Render(t.Context(), vars{"n": bad})
		require.EqualError(t, err, `template desk@1.0: variable "n" at desk/v1.0.yaml:1:17 is not a finite number`)
	}
	for _, tc := range []struct{ source, want string }{
		{"7", "7"}, {"7.0", "7"}, {"-0x10", "-16"}, {"1e3", "1000"}, {"9223372036854775807", "9223372036854775807"},
	} {
		require.Equal(t, tc.want, text(t, "system_prompt: \"{n}\"\nvariables: {n: {type: number, default: "+tc.source+"}}\n", nil))
	}
}

func TestRenderErrors(t *testing.T) {
	const (
		canary = "canary-4711"
		at     = `template desk@1.0: variable "s" at desk/v1.0.yaml:3:3 `
	)
	for _, tc := range []struct {
		name string
		vars any
		want string
	}{
		{"missing", vars{}, at + "is required and not given"},
		{"missing, no variables at all", nil, at + "is required and not given"},
		{"missing, a nil map", vars(nil), at + "is required and not given"},
		{"missing, a nil pointer", struct{ S *string }{}, at + "is required and not given"},
		{"missing, a nil pointer to embedded", struct{ *embedded }{}, at + "is required and not given"},
		{"empty", vars{"s": ""}, at + "is required and empty"},
		{"white space", vars{"s": " \t\n\u00a0\u200b"}, at + "is required and empty"},
		{"what cleaning leaves empty", vars{"s": "\x00\x1b\U000e0041"}, at + "is required and empty"},
		{"trusted and empty", vars{"s": template.Trusted("\n")}, at + "is required and empty"},
		{"invalid UTF-8", vars{"s": canary + "\xff"}, at + "is not valid UTF-8"},
		{"cut UTF-8", vars{"s": template.Trusted(canary + "\xe2\x82")}, at + "is not valid UTF-8"},
		{"invalid UTF-8 in a list", vars{"s": "x", "l": []string{"a", canary + "\xff"}}, `template desk@1.0: variable "l" at desk/v1.0.yaml:3:11 is not valid UTF-8`},
		{"too large", vars{"s": strings.Repeat("x", template.MaxValueBytes+1)}, at + "is larger than MaxValueBytes"},
		{"10 MB", vars{"s": strings.Repeat(canary, 1<<20)}, at + "is larger than MaxValueBytes"},
		{"a list that is too large", vars{"s": "x", "l": []string{strings.Repeat("x", 1<<20), "x"}}, `template desk@1.0: variable "l" at desk/v1.0.yaml:3:11 is larger than MaxValueBytes`},
		{"unknown", vars{"s": "x", "st": canary}, `template desk@1.0: no variable "st", did you mean "s"?`},
		{"unknown in strings", map[string]string{"s": "x", "zzz": canary, "yyy": ""}, `template desk@1.0: no variable "yyy"`},
		{"unknown, not a name", vars{"s": "x", canary: 1}, "template desk@1.0: a key of the variables is no name"},
		{"another type", vars{"s": 7}, at + "is declared as string and given as a number"},
		{"a list for a string", vars{"s": []string{canary}}, at + "is declared as string and given as a list"},
		{"a string for a list", vars{"s": "x", "l": canary}, `template desk@1.0: variable "l" at desk/v1.0.yaml:3:11 is declared as list and given as a string`},
		{"a string for a number", vars{"s": "x", "n": canary}, `template desk@1.0: variable "n" at desk/v1.0.yaml:3:15 is declared as number and given as a string`},
		{"a number for a bool", vars{"s": "x", "b": 1}, `template desk@1.0: variable "b" at desk/v1.0.yaml:3:19 is declared as bool and given as a number`},
		{"bytes", vars{"s": []byte(canary)}, at + "cannot be of type []uint8: a list must hold strings"},
		{"a mixed list", vars{"s": "x", "l": []any{"a", 1}}, `template desk@1.0: variable "l" at desk/v1.0.yaml:3:11 cannot be of type []interface {}: a list must hold strings`},
		{"a struct as value", vars{"s": struct{ X string }{canary}}, at + "cannot be of type struct { X string }: use a string, a list of strings, a number or a bool"},
		{"a map as value", vars{"s": map[string]string{}}, at + "cannot be of type map[string]string: use a string, a list of strings, a number or a bool"},
		{"a text that hides itself", vars{"s": secret(canary)}, at + "cannot be of type template_test.secret: it has a text form of its own: give that as a string"},
		{"a list that hides itself", vars{"s": "x", "l": []secret{canary}}, `template desk@1.0: variable "l" at desk/v1.0.yaml:3:11 cannot be of type []template_test.secret: it has a text form of its own: give that as a string`},
		{"a duration as number", vars{"s": "x", "n": time.Second}, `template desk@1.0: variable "n" at desk/v1.0.yaml:3:15 cannot be of type time.Duration: it has a text form of its own: give that as a string`},
		{"a pointer to a pointer", vars{"s": new(new(canary))}, at + "cannot be of type **string: use a string, a list of strings, a number or a bool"},
		{"an interface in a struct", struct{ S any }{[]byte(canary)}, at + "cannot be of type []uint8: a list must hold strings"},
		{"a string as variables", canary, "template desk@1.0: variables cannot come from string: use a struct, map[string]any or map[string]string"},
		{"another map", map[string]int{"s": 1}, "template desk@1.0: variables cannot come from map[string]int: use a struct, map[string]any or map[string]string"},
		{"a nil struct", (*embedded)(nil), "template desk@1.0: variables come from a nil *template_test.embedded"},
		{"a struct that lacks one", struct{ N int }{}, "template desk@1.0: no value for s in struct { N int }"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p, err := parse(t, typed).Render(t.Context(), tc.vars)
			require.Nil(t, p)
			require.EqualError(t, err, tc.want)
			require.NotContains(t, err.Error(), canary)
		})
	}
	t.Run("a required list", func(t *testing.T) {
		f := parse(t, "system_prompt: \"{l}\"\nvariables: {l: {type: list}}\n")
		for _, v := range []any{vars{"l": []string{}}, vars{"l": []string{"", " "}}, struct{ L []string }{[]string{}}} {
			_, err := f.Render(t.Context(), v)
			require.EqualError(t, err, `template desk@1.0: variable "l" at desk/v1.0.yaml:1:17 is required and empty`)
		}
	})
	t.Run("a message that is empty", func(t *testing.T) {
		f := parse(t, "role: r\nmessages: [{role: user, content: \"{o} \"}]\nvariables: {o: {required: false}}\n")
		_, err := f.Render(t.Context(), nil)
		require.EqualError(t, err, "template desk@1.0: the user message is empty: all of its variables are")
	})
	t.Run("a prompt that is too large", func(t *testing.T) {
		f := parse(t, "system_prompt: \""+strings.Repeat("{s}", 17)+"\"\n")
		_, err := f.Render(t.Context(), vars{"s": strings.Repeat("x", template.MaxValueBytes)})
		require.EqualError(t, err, "template desk@1.0: the prompt would be larger than 16777216 bytes")
	})
	t.Run("the largest value", func(t *testing.T) {
		s := strings.Repeat("x", template.MaxValueBytes)
		require.Equal(t, s+"|Acme Corp|x, y|7|true|", text(t, typed, vars{"s": template.Trusted(s)}))
	})
}

// Inferred variables take any type, as the values of str.format do.
func TestInferredVariables(t *testing.T) {
	f := parse(t, "system_prompt: \"{a} {b} {c}\"\n")
	p := render(t, f, vars{"a": 1, "b": []template.Trusted{"x", "y"}, "c": true})
	require.Equal(t, "1 - x\n- y true", p.Messages[0].Text)
	require.Empty(t, p.Messages[0].Spans)
	_, err := f.Render(t.Context(), vars{"a": 1, "b": "x"})
	require.EqualError(t, err, `template desk@1.0: variable "c" at desk/v1.0.yaml:1:25 is required and not given`)
}

// More variables than fit on the stack, and more messages than one allocation
// holds.
func TestManyVariables(t *testing.T) {
	const names = "abcdefghijklmnopqrst"
	var src strings.Builder
	src.WriteString("messages:\n")
	v := vars{}
	for _, r := range names {
		src.WriteString("  - {role: user, content: \"{" + string(r) + "}\"}\n")
		v[string(r)] = template.Trusted(string(r))
	}
	p := render(t, parse(t, src.String()), v)
	require.Len(t, p.Messages, len(names))
	for i, m := range p.Messages {
		require.Equal(t, makeready.RoleUser, m.Role)
		require.Equal(t, names[i:i+1], m.Text)
	}
}

func TestJSONListsDecode(t *testing.T) {
	items := []string{"", "a\"b", "\\", "\x00\x1f", "\u2028", "<>&", "😀"}
	var trusted []template.Trusted
	for _, s := range items {
		trusted = append(trusted, template.Trusted(s))
	}
	got := text(t, "system_prompt: \"{l}\"\nvariables: {l: {type: list, format: json}}\n", vars{"l": trusted})
	var back []string
	require.NoError(t, json.Unmarshal([]byte(got), &back))
	require.Equal(t, items, back)
}
