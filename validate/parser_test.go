package validate_test

import (
	"encoding/json"
	"errors"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/validate"
)

// order is what a model is asked for in most tests of this package.
type order struct {
	Intent     string  `json:"intent" jsonschema:"enum=billing,enum=returns"`
	Confidence float64 `json:"confidence" jsonschema:"minimum=0,maximum=1"`
	Entities   []thing `json:"entities,omitempty" jsonschema:"maxItems=3"`
	Note       *string `json:"note,omitempty"`
}

type thing struct {
	Kind  string `json:"kind" jsonschema:"enum=order_id,enum=product"`
	Value string `json:"value" jsonschema:"minLength=1,maxLength=8"`
}

func parserFor[T any](tb testing.TB, opts ...validate.Option) *validate.Parser[T] {
	tb.Helper()
	p, err := validate.For[T](opts...)
	require.NoError(tb, err)
	return p
}

// issuesOf returns the issues of the error, which must be an InvalidError.
func issuesOf(tb testing.TB, err error) []makeready.Issue {
	tb.Helper()
	require.ErrorIs(tb, err, makeready.ErrInvalidOutput)
	invalid, ok := errors.AsType[*makeready.InvalidError](err)
	require.True(tb, ok)
	require.NotEmpty(tb, invalid.Issues)
	return invalid.Issues
}

func TestValidateFindsTheValue(t *testing.T) {
	const value = `{"intent":"billing","confidence":0.5}`
	tests := map[string]string{
		"plain":                     value,
		"white space":               " \n\t" + value + "\r\n ",
		"byte order mark":           "\uFEFF" + value,
		"fence":                     "```\n" + value + "\n```",
		"fence with language":       "```json\n" + value + "\n```",
		"fence of tildes":           "~~~ json title=\"x\"\n" + value + "\n~~~",
		"long fence":                "````json\n" + value + "\n````",
		"indented fence":            "  ```json\n  " + value + "\n  ```",
		"fence in prose":            "Sure, here you are:\n\n```json\n" + value + "\n```\nAnything else?",
		"fence beside brackets":     "I read [1] and {this}:\n```json\n" + value + "\n```",
		"fence not closed":          "```json\n" + value,
		"fence closed on last line": "```json\n" + value + "```",
		"fence on one line":         "```json " + value + "```",
		"prose before":              "The answer is " + value,
		"prose after":               value + "\nI hope this helps.",
		"prose around":              "The customer's request: " + value + " (quite sure).",
		"windows lines":             "```json\r\n" + value + "\r\n```\r\n",
		"escapes":                   `{"\u0069ntent":"b\u0069lling","confidence":5E-1}`,
	}
	p := parserFor[order](t)
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := p.Validate(t.Context(), text)
			require.NoError(t, err)
			require.Equal(t, order{Intent: "billing", Confidence: 0.5}, got)
		})
	}
}

func TestValidateRefuses(t *testing.T) {
	type issue = makeready.Issue
	tests := []struct {
		name, text string
		want       []issue
	}{
		{"nothing", " \n ", []issue{{Code: "empty", Want: "one JSON value"}}},
		{"only a mark", "\uFEFF", []issue{{Code: "empty", Want: "one JSON value"}}},
		{"not UTF-8", "{\"intent\":\"\xff\"}", []issue{{Code: "utf8", Want: "valid UTF-8"}}},
		{"prose", "I am sure it is billing.", []issue{{Code: "syntax", Got: `"I am sure it is billing."`, Want: "a value"}}},
		{"two values", `{"intent":"billing"} {"intent":"returns"}`, []issue{{Code: "syntax", Got: `"{\"intent\":\"returns\"}"`, Want: "nothing after the JSON value"}}},
		{"two fences", "```\n{}\n```\n```\n{}\n```", []issue{{Code: "syntax", Got: "\"```\\n{}\\n```\\n```\\n{}\\n```\"", Want: "a value"}}},
		{"a bracket outside", `See [1]: {"intent":"billing","confidence":1}`, []issue{{Code: "syntax", Got: `"See [1]: {\"intent\":\"billing\",\"confide…"`, Want: "a value"}}},
		{"a bracket too many", `{"intent":"billing","confidence":1}}`, []issue{{Code: "syntax", Got: `"}"`, Want: "nothing after the JSON value"}}},
		{"trailing comma", `{"intent":"billing",}`, []issue{{Code: "syntax", Got: `"}"`, Want: "a key in double quotes"}}},
		{"single quotes", `{"entities":[{"kind":'x'}]}`, []issue{{Path: "/entities/0/kind", Code: "syntax", Got: `"'x'}]}"`, Want: "a value"}}},
		{"no comma", `{"intent":"billing" "confidence":1}`, []issue{{Code: "syntax", Got: `"\"confidence\":1}"`, Want: "a comma or }"}}},
		{"no comma in an array", `{"entities":[1 2]}`, []issue{{Path: "/entities/0", Code: "syntax", Got: `"2]}"`, Want: "a comma or ]"}}},
		{"no colon", `{"intent" "billing"}`, []issue{{Code: "syntax", Got: `"\"billing\"}"`, Want: "a colon after the key"}}},
		{"cut in a string", `{"intent":"bil`, []issue{{Path: "/intent", Code: "syntax", Want: "the closing quote of a string"}}},
		{"cut in an escape", `{"intent":"bil\`, []issue{{Path: "/intent", Code: "syntax", Got: `"\\"`, Want: `one of \" \\ \/ \b \f \n \r \t \u0000`}}},
		{"cut after a colon", `{"intent":`, []issue{{Path: "/intent", Code: "syntax", Want: "a value"}}},
		{"unknown escape", `{"intent":"\x"}`, []issue{{Path: "/intent", Code: "syntax", Got: `"\\x\"}"`, Want: `one of \" \\ \/ \b \f \n \r \t \u0000`}}},
		{"bad digits in an escape", `{"intent":"\u00zz"}`, []issue{{Path: "/intent", Code: "syntax", Got: `"\\u00zz\"}"`, Want: `one of \" \\ \/ \b \f \n \r \t \u0000`}}},
		{"raw line break", "{\"intent\":\"a\nb\"}", []issue{{Path: "/intent", Code: "syntax", Got: `"\nb\"}"`, Want: "control characters such as a line break written as escapes"}}},
		{"raw line break after an escape", "{\"intent\":\"\\t\nb\"}", []issue{{Path: "/intent", Code: "syntax", Got: `"\nb\"}"`, Want: "control characters such as a line break written as escapes"}}},
		{"leading zero", `{"confidence":01}`, []issue{{Path: "/confidence", Code: "syntax", Got: `"}"`, Want: "a number without leading zeros"}}},
		{"point without digits", `{"confidence":1.}`, []issue{{Path: "/confidence", Code: "syntax", Got: `"}"`, Want: "digits after the decimal point"}}},
		{"exponent without digits", `{"confidence":1e+}`, []issue{{Path: "/confidence", Code: "syntax", Got: `"}"`, Want: "digits of the exponent"}}},
		{"python", `{"confidence":None}`, []issue{{Path: "/confidence", Code: "syntax", Got: `"None}"`, Want: "a value"}}},
		{
			"keys given twice", `{"intent":"billing","intent":"returns","entities":[{"kind":"product","kind":"product"}]}`,
			[]issue{{Path: "/intent", Code: "duplicate_key", Want: "each key once"}, {Path: "/entities/0/kind", Code: "duplicate_key", Want: "each key once"}},
		},
		{"a key twice and a fault", `{"a":1,"a":2,`, []issue{{Path: "/a", Code: "duplicate_key", Want: "each key once"}, {Code: "syntax", Want: "a key in double quotes"}}},
		{
			"enum", `{"intent":"color","confidence":1}`,
			[]issue{{Path: "/intent", Code: "enum", Rule: "/properties/intent/enum", Got: `"color"`, Want: "billing | returns"}},
		},
		{
			"range", `{"intent":"billing","confidence":1.2}`,
			[]issue{{Path: "/confidence", Code: "maximum", Rule: "/properties/confidence/maximum", Got: "1.2", Want: "0 to 1"}},
		},
		{
			"types", `{"intent":7,"confidence":"high","note":{"b":[1,true,null],"a":"x"}}`,
			[]issue{
				{Path: "/confidence", Code: "type", Rule: "/properties/confidence/type", Got: `"high"`, Want: "number 0 to 1"},
				{Path: "/intent", Code: "type", Rule: "/properties/intent/type", Got: "7", Want: "billing | returns"},
				{Path: "/note", Code: "type", Rule: "/properties/note/type", Got: `{"a":"x","b":[1,true,null]}`, Want: "string or null"},
			},
		},
		{"root", `[]`, []issue{{Code: "type", Rule: "/type", Got: "[]", Want: "object"}}},
		{
			"missing", `{"entities":[{"kind":"product"}]}`,
			[]issue{
				{Path: "/confidence", Code: "required", Rule: "/required", Want: "number 0 to 1"},
				{Path: "/entities/0/value", Code: "required", Rule: "/properties/entities/items/required", Want: "string"},
				{Path: "/intent", Code: "required", Rule: "/required", Want: "billing | returns"},
			},
		},
		{
			"unexpected", `{"intent":"billing","confidence":1,"why/not":"x","~":2}`,
			[]issue{
				{Path: "/why~1not", Code: "additionalProperties", Rule: "/additionalProperties", Got: `"x"`, Want: "confidence | entities | intent | note"},
				{Path: "/~0", Code: "additionalProperties", Rule: "/additionalProperties", Got: "2", Want: "confidence | entities | intent | note"},
			},
		},
		{
			"lengths", `{"intent":"billing","confidence":0,"entities":[{"kind":"product","value":""},{"kind":"product","value":"far too long"}]}`,
			[]issue{
				{Path: "/entities/0/value", Code: "minLength", Rule: "/properties/entities/items/properties/value/minLength", Got: `""`, Want: "characters: 1 to 8"},
				{Path: "/entities/1/value", Code: "maxLength", Rule: "/properties/entities/items/properties/value/maxLength", Got: `"far too long"`, Want: "characters: 1 to 8"},
			},
		},
		{
			"items", `{"intent":"billing","confidence":0,"entities":[1,1,1,1]}`,
			[]issue{
				{Path: "/entities", Code: "maxItems", Rule: "/properties/entities/maxItems", Got: "[1,1,1,1]", Want: "items: at most 3"},
				{Path: "/entities/0", Code: "type", Rule: "/properties/entities/items/type", Got: "1", Want: "object"},
				{Path: "/entities/1", Code: "type", Rule: "/properties/entities/items/type", Got: "1", Want: "object"},
				{Path: "/entities/2", Code: "type", Rule: "/properties/entities/items/type", Got: "1", Want: "object"},
				{Path: "/entities/3", Code: "type", Rule: "/properties/entities/items/type", Got: "1", Want: "object"},
			},
		},
	}
	p := parserFor[order](t, validate.Strict)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for range 5 { // the order must not depend on maps
				v, err := p.Validate(t.Context(), tt.text)
				require.Zero(t, v)
				require.Empty(t, cmp.Diff(tt.want, issuesOf(t, err)))
			}
		})
	}
}

func TestGotIsClippedBetweenRunes(t *testing.T) {
	p := parserFor[order](t)
	for _, value := range []string{
		`"` + strings.Repeat("é", 300) + `"`,
		`"` + strings.Repeat("a", 119) + `"`,
		`["` + strings.Repeat("日本", 50) + `","x"]`,
		`{"` + strings.Repeat("日本", 50) + `":["x"],"y":1}`,
	} {
		_, err := p.Validate(t.Context(), `{"confidence":1,"intent":`+value+`}`)
		got := issuesOf(t, err)[0].Got
		require.LessOrEqual(t, len(got), 120)
		require.Greater(t, len(got), 110)
		require.True(t, strings.HasSuffix(got, "…"), got)
		require.NotContains(t, got, "\uFFFD")
	}
}

func TestNumbers(t *testing.T) {
	type numbers struct {
		I64 int64       `json:"i64,omitempty"`
		U64 uint64      `json:"u64,omitempty"`
		I8  int8        `json:"i8,omitempty"`
		U16 uint16      `json:"u16,omitempty"`
		F32 float32     `json:"f32,omitempty"`
		F64 float64     `json:"f64,omitempty"`
		Raw json.Number `json:"raw,omitempty"`
		All []int       `json:"all,omitempty"`
	}
	p := parserFor[numbers](t)
	digits := func(n int) string { return strings.Repeat("7", n) }
	good := map[string]numbers{
		`{"i64":9007199254740993}`:                {I64: 9007199254740993}, // beyond what a float64 tells apart
		`{"i64":-9223372036854775808}`:            {I64: -9223372036854775808},
		`{"u64":18446744073709551615}`:            {U64: 18446744073709551615},
		`{"i64":3.0}`:                             {I64: 3},
		`{"i64":-3.00e2}`:                         {I64: -300},
		`{"i64":0.25e2}`:                          {I64: 25},
		`{"i64":2500e-2}`:                         {I64: 25},
		`{"i64":0.0e9}`:                           {},
		`{"i64":1e18}`:                            {I64: 1e18},
		`{"all":[1.0,2,3e0],"f64":2.0,"u16":1E1}`: {All: []int{1, 2, 3}, F64: 2, U16: 10},
		`{"f64":0.1}`:                             {F64: 0.1},
		`{"f64":1e300}`:                           {F64: 1e300},
		`{"f64":1e-400}`:                          {},
		`{"raw":0.30000000000000000000000000001}`: {Raw: "0.30000000000000000000000000001"},
	}
	for text, want := range good {
		got, err := p.Validate(t.Context(), text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	bad := map[string]makeready.Issue{
		`{"i64":2.5}`:                 {Path: "/i64", Code: "type", Got: "2.5", Want: "integer"},
		`{"i64":9223372036854775808}`: {Path: "/i64", Code: "number_range", Got: "9223372036854775808", Want: "a value that fits int64"},
		`{"all":[1.0,1e30]}`:          {Path: "/all/1", Code: "number_range", Got: "1e30", Want: "a value that fits int"},
		`{"u64":-1}`:                  {Path: "/u64", Code: "minimum", Got: "-1", Want: "at least 0"},
		`{"i8":128}`:                  {Path: "/i8", Code: "maximum", Got: "128", Want: "-128 to 127"},
		`{"u16":65536}`:               {Path: "/u16", Code: "maximum", Got: "65536", Want: "0 to 65535"},
		`{"f32":1e39}`:                {Path: "/f32", Code: "number_range", Got: "1e39", Want: "a value that fits float32"},
		`{"f64":1e309}`:               {Path: "/f64", Code: "number_range", Got: "1e309", Want: "a value that fits float64"},
	}
	for _, text := range []string{"1e999999999", "-1e-999999999", "1e1000000", "1e401", digits(401), "0." + digits(400), "1e99999999999999999999999999"} {
		bad[`{"f64":`+text+`}`] = makeready.Issue{Path: "/f64", Code: "number_range", Want: "at most 400 digits and an exponent within ±400"}
	}
	for text, want := range bad {
		_, err := p.Validate(t.Context(), text)
		got := issuesOf(t, err)
		require.Len(t, got, 1, text)
		got[0].Rule = ""
		if want.Got == "" {
			got[0].Got = ""
		}
		require.Equal(t, want, got[0], text)
	}
	_, err := p.Validate(t.Context(), `{"f64":`+digits(400)+`e-400}`)
	require.NoError(t, err)
}

func TestRoots(t *testing.T) {
	validateAs(t, `[{"kind":"product","value":"x"}]`, []thing{{"product", "x"}})
	validateAs(t, "Here: [1, 2.0]", [2]int{1, 2})
	validateAs(t, `{"a":{"kind":"product","value":"x"}}`, map[string]thing{"a": {"product", "x"}})
	validateAs(t, "```\n0.75\n```", 0.75)
	validateAs(t, "true", true)
	type intent string
	validateAs(t, `"billing"`, intent("billing"))
	validateAs(t, `"aGVsbG8="`, []byte("hello"))
	validateAs(t, `"2026-11-22T10:00:00Z"`, time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC))
}

func validateAs[T any](t *testing.T, text string, want T) {
	t.Helper()
	got, err := parserFor[T](t).Validate(t.Context(), text)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func TestTextTypes(t *testing.T) {
	type inner struct {
		Outcomes []makeready.Outcome `json:"outcomes,omitempty"`
	}
	type texts struct {
		At   time.Time             `json:"at"`
		Addr netip.Addr            `json:"addr"`
		By   map[string]netip.Addr `json:"by,omitempty"`
		In   inner                 `json:"in"`
	}
	p := parserFor[texts](t)
	got, err := p.Validate(t.Context(), `{"at":"2026-11-22T10:00:00Z","addr":"::1","by":{"x":"10.0.0.1"},"in":{"outcomes":["answered"]}}`)
	require.NoError(t, err)
	require.Equal(t, time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC), got.At)
	require.Equal(t, makeready.Answered, got.In.Outcomes[0])

	_, err = p.Validate(t.Context(), `{"at":"2026-11-22T10:00:00Z","addr":"nowhere","by":{"x":"10.0.0.1","a/b":"10"},"in":{"outcomes":["answered","maybe"]}}`)
	require.Equal(t, []makeready.Issue{
		{Path: "/addr", Code: "type", Got: `"nowhere"`, Want: "a text that netip.Addr accepts"},
		{Path: "/by/a~1b", Code: "type", Got: `"10"`, Want: "a text that netip.Addr accepts"},
		{Path: "/in/outcomes/1", Code: "type", Got: `"maybe"`, Want: "a text that makeready.Outcome accepts"},
	}, issuesOf(t, err))

	for _, at := range []string{"yesterday", "2026-11-22", "2026-11-22t10:00:00z", "2026-11-22T23:59:60Z"} {
		_, err = p.Validate(t.Context(), `{"at":"`+at+`","addr":"::1","in":{}}`)
		is := issuesOf(t, err)[0]
		require.Equal(t, "/at", is.Path, at)
		require.Equal(t, "format", is.Code, at)
	}
}

// onceText refuses by chance: what it said cannot be asked of it again.
type onceText struct{}

var refusedOnce atomic.Bool

func (o *onceText) UnmarshalText(b []byte) error {
	if string(b) == "refuse once" && !refusedOnce.Swap(true) {
		return errors.New("no")
	}
	return nil
}

func TestRefusalThatCannotBeLocated(t *testing.T) {
	refusedOnce.Store(false)
	_, err := parserFor[struct{ A onceText }](t).Validate(t.Context(), `{"A":"refuse once"}`)
	is := issuesOf(t, err)
	require.Len(t, is, 1)
	require.Equal(t, "type", is[0].Code)
	require.Empty(t, is[0].Path)
}

// Planted text in values and in keys must not reach the error's string.
func TestErrorHoldsNoModelText(t *testing.T) {
	const marker = "PLANTED"
	p := parserFor[order](t, validate.Strict)
	for _, text := range []string{
		marker,
		`"` + marker + `"`,
		`{"` + marker + `":1}`,
		`{"intent":"` + marker + `"}`,
		`{"intent":"billing","confidence":1,"` + marker + `":{"` + marker + `":"` + marker + `"}}`,
		`{"` + marker + `":1,"` + marker + `":1}`,
		`{"` + marker + `":1e999,"` + marker + `2":"` + marker,
		`{"entities":[{"kind":"` + marker + `","` + marker + `":0}],"note":["` + marker + `"]}`,
		"```" + marker + "\n" + marker + "\n```",
		strings.Repeat(`{"`+marker+`":`, 300),
		`{"` + marker + strings.Repeat("x", 2000) + `":1}`,
	} {
		_, err := p.Validate(t.Context(), text)
		issuesOf(t, err)
		require.NotContains(t, err.Error(), marker, text)
		require.NotContains(t, err.Error(), "xxx", text)
	}
	_, err := parserFor[map[string]map[string]int8](t).Validate(t.Context(), `{"`+marker+`":{"`+marker+`":1000}}`)
	is := issuesOf(t, err)[0]
	require.Equal(t, "/"+marker+"/"+marker, is.Path)
	require.Equal(t, "/additionalProperties/additionalProperties/maximum", is.Rule)
	require.NotContains(t, err.Error(), marker)
}

func TestParserIsSafeForConcurrentUse(t *testing.T) {
	p := parserFor[order](t)
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			for range 20 {
				if i%2 == 0 {
					v, err := p.Validate(t.Context(), `{"intent":"billing","confidence":0.5,"note":null}`)
					if err != nil || v.Intent != "billing" {
						t.Error(v, err)
					}
					continue
				}
				_, err := p.Validate(t.Context(), `{"intent":"x","confidence":2,"y":1}`)
				if err == nil || len(p.Schema()) == 0 {
					t.Error("accepted")
				}
			}
		})
	}
	wg.Wait()
}

func TestSchemaIsACopy(t *testing.T) {
	p := parserFor[order](t)
	clear(p.Schema())
	require.True(t, json.Valid(p.Schema()))
}

func TestParserNotMadeByFor(t *testing.T) {
	var zero validate.Parser[order]
	_, err := zero.Validate(t.Context(), `{}`)
	require.EqualError(t, err, "validate: the parser was not made by For")
	var missing *validate.Parser[order]
	_, err = missing.Validate(t.Context(), `{}`)
	require.EqualError(t, err, "validate: the parser was not made by For")
	require.Empty(t, missing.Schema())
}
