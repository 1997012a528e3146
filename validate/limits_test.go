package validate_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready/validate"
)

// Inputs on which parsers are known to crash, to hang or to eat memory.
func pathological() map[string]string {
	r := strings.Repeat
	return map[string]string{
		"10 000 brackets":        r("[", 10_000),
		"100 000 brackets":       r("[", 100_000),
		"10 000 objects":         r(`{"a":`, 10_000),
		"20 000 quotes":          r(`"`, 20_000),
		"bare words":             "{a: " + r("word ", 20_000) + "}",
		"quotes in a string":     `{"a": "` + r(`x "y" `, 4_000) + `"}`,
		"5 000 missing commas":   "[" + r("\"a\"\n", 5_000) + "]",
		"20 000 missing commas":  "[" + r("\"a\"\n", 20_000) + "]",
		"5 000 trailing commas":  "[" + r("[1,],\n", 5_000) + "]",
		"20 000 trailing commas": "[" + r("[1,],\n", 20_000) + "]",
		"unclosed string":        `{"a": "` + r("x, y: z ", 12_500),
		"backslashes":            `{"a": "` + r(`\`, 50_000),
		"prose":                  r("lorem ipsum dolor, ", 5_000),
	}
}

// extreme are valid JSON, or nearly, and expensive for their size.
func extreme() map[string]string {
	r := strings.Repeat
	list := func(item string, n int) string { return strings.TrimSuffix(r(item+",", n), ",") }
	return map[string]string{
		"fences":                  r("```\n", 25_000),
		"closing brackets":        r("]", 100_000),
		"pairs":                   r("{}", 50_000),
		"one key, over and over":  "{" + list(`"a":1`, 20_000) + "}",
		"one huge number":         r("9", 100_000),
		"numbers beyond all":      "[" + list("1e999999999", 8_000) + "]",
		"numbers at the edge":     "[" + list("1e400", 16_000) + "]",
		"escapes":                 `"` + r(`\ud800`, 16_000) + `"`,
		"wrong items":             "[" + list("1", 16_000) + "]",
		"keys that are too long":  `{"` + r("k", 90_000) + `":1}`,
		"nesting beyond a closer": r("[", 300) + r("]", 300),
	}
}

func TestPathologicalInputs(t *testing.T) {
	p := parserFor[order](t)
	start := time.Now()
	for name, text := range pathological() {
		_, err := p.Validate(t.Context(), text)
		require.NotEmpty(t, issuesOf(t, err), name)
	}
	// It takes some milliseconds, a second with the race detector; what is
	// quadratic in one of them takes minutes.
	require.Less(t, time.Since(start), 30*time.Second)

	list := parserFor[[]string](t)
	for _, inputs := range []map[string]string{pathological(), extreme()} {
		for name, text := range inputs {
			t.Run(name, func(t *testing.T) {
				for _, wrapped := range []string{text, "```json\n" + text + "\n```", "Here: " + text} {
					_, err := p.Validate(t.Context(), wrapped)
					require.LessOrEqual(t, len(issuesOf(t, err)), 100)
					if _, err = list.Validate(t.Context(), wrapped); err != nil { // some can be repaired
						require.LessOrEqual(t, len(issuesOf(t, err)), 100)
					}
					_, err = validate.Text().Validate(t.Context(), wrapped)
					require.NoError(t, err)
				}
			})
		}
	}
}

func TestNestingHasALimit(t *testing.T) {
	type deep struct {
		A []string `json:"a"`
	}
	p := parserFor[deep](t)
	for depth, code := range map[int]string{100: "type", 200: "type", 201: "depth", 5000: "depth"} {
		inner := depth - 2 // the object and its array are two levels
		_, err := p.Validate(t.Context(), `{"a":[`+strings.Repeat("[", inner)+strings.Repeat("]", inner)+`]}`)
		require.Equal(t, code, issuesOf(t, err)[0].Code, depth)
	}
	_, err := p.Validate(t.Context(), "Look: "+strings.Repeat("[", 201)+strings.Repeat("]", 201))
	require.Equal(t, "depth", issuesOf(t, err)[0].Code)
}

func TestSizeHasALimit(t *testing.T) {
	p := parserFor[[]string](t)
	text := `["` + strings.Repeat("a", 1<<20-4) + `"]`
	require.Len(t, text, 1<<20)
	_, err := p.Validate(t.Context(), text)
	require.NoError(t, err)
	_, err = p.Validate(t.Context(), text+" ")
	is := issuesOf(t, err)
	require.Equal(t, "size", is[0].Code)

	maps := parserFor[map[string]int](t)
	_, err = maps.Validate(t.Context(), `{"`+strings.Repeat("k", 1024)+`":1}`)
	require.NoError(t, err)
	_, err = maps.Validate(t.Context(), `{"`+strings.Repeat("k", 1025)+`":1}`)
	require.Equal(t, "size", issuesOf(t, err)[0].Code)
}

// Ten times the text may take thirty times the time, not a hundred.
func TestTimeIsLinear(t *testing.T) {
	type lists struct {
		Items []thing          `json:"items"`
		Sums  map[string][]int `json:"sums,omitempty"`
	}
	p := parserFor[lists](t)
	repeat := func(item string, size int) string {
		return strings.TrimSuffix(strings.Repeat(item+",", size/(len(item)+1)), ",")
	}
	tests := map[string]struct {
		size int // of the smaller text
		text func(size int) string
	}{
		"valid":        {100_000, func(n int) string { return `{"items":[` + repeat(`{"kind":"product","value":"abc"}`, n) + `]}` }},
		"wrong values": {10_000, func(n int) string { return `{"items":[` + repeat(`{"kind":"sale","value":""}`, n) + `]}` }},
		"wrong types":  {10_000, func(n int) string { return `{"items":[` + repeat(`0`, n) + `]}` }},
		"long key": {10_000, func(n int) string {
			return `{"items":[],"sums":{"` + strings.Repeat("k", 1000) + `":[` + repeat("1", n) + `]}}`
		}},
		"unclosed":      {100_000, func(n int) string { return `{"items":[` + repeat(`{"kind":"product","value":"abc"}`, n) }},
		"unclosed text": {100_000, func(n int) string { return `{"items":"` + strings.Repeat(`x, y: \"z `, n/10) }},
		"prose":         {100_000, func(n int) string { return strings.Repeat("a word or two. ", n/15) }},
		"many values":   {100_000, func(n int) string { return strings.Repeat(`{"a":"b"}`, n/9) }},
		"fences":        {100_000, func(n int) string { return strings.Repeat("~~~ x\n", n/6) }},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			small, large := tt.text(tt.size), tt.text(10*tt.size)
			var a, b time.Duration
			for range 5 { // other work on the machine may spoil a round; a quadratic parser spoils them all
				a, b = timed(p, small), timed(p, large)
				if b < 30*max(a, 200*time.Microsecond) {
					return
				}
			}
			t.Fatalf("%v for %d bytes, %v for %d", a, len(small), b, len(large))
		})
	}
}

func timed[T any](p *validate.Parser[T], text string) time.Duration {
	start := time.Now()
	_, _ = p.Validate(context.Background(), text)
	return time.Since(start)
}

func TestIssuesHaveALimit(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"confidence":1`)
	for i := range 500 {
		fmt.Fprintf(&b, `,"k%03d":1`, 499-i)
	}
	_, err := parserFor[order](t, validate.Strict).Validate(t.Context(), b.String()+"}")
	is := issuesOf(t, err)
	require.Len(t, is, 100)
	require.Equal(t, "/intent", is[0].Path)
	require.Equal(t, "/k000", is[1].Path)
	require.Equal(t, "/k098", is[99].Path)

	_, err = parserFor[[]int](t).Validate(t.Context(), "["+strings.TrimSuffix(strings.Repeat(`"x",`, 500), ",")+"]")
	is = issuesOf(t, err)
	require.Equal(t, "/2", is[2].Path)
	require.Equal(t, "/99", is[99].Path)

	_, err = parserFor[map[string]int](t).Validate(t.Context(), "{"+strings.Repeat(`"x":0,"x":1,`, 500)+`"y":0}`)
	require.Len(t, issuesOf(t, err), 100)
}
