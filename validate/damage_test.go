package validate_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready/validate"
)

const damageSchema = `{"type":"object","properties":{
	"intent":{"type":"string","enum":["billing","returns","shipping"]},
	"confidence":{"type":"number","minimum":0,"maximum":1},
	"summary":{"type":"string"},"urgent":{"type":"boolean"},
	"entities":{"type":"array","items":{"type":"object","properties":{"kind":{"type":"string"},"value":{"type":"string"},"count":{"type":"integer"}},"required":["kind","value"],"additionalProperties":false}},
	"tags":{"type":"array","items":{"type":"string"}},"note":{"type":["string","null"]}},
	"required":["intent","confidence","summary","urgent","entities","tags"],"additionalProperties":false}`

const undamaged = `{
  "intent": "returns",
  "confidence": 0.75,
  "summary": "The kettle leaks, she says; she wants a new one: the blue one (if there is one).",
  "urgent": true,
  "entities": [
    {"kind": "product", "value": "kettle, blue", "count": 2},
    {"kind": "order", "value": "K-77 [web]"}
  ],
  "tags": ["leak", "exchange", "blue kettle"],
  "note": "Call back after 5 pm."
}`

// Taking one character of the structure away, or doubling it, never turns into
// another answer in silence: it is repaired, or refused.
func TestSingleDamage(t *testing.T) {
	p, err := validate.FromSchema([]byte(damageSchema))
	require.NoError(t, err)
	for _, text := range []string{undamaged, strings.Join(strings.Fields(undamaged), " ")} {
		want, err := p.Parse(t.Context(), text)
		require.NoError(t, err)
		n, solved, wrong := 0, 0, 0
		try := func(what string, i int, damaged string) {
			n++
			got, err := p.Parse(t.Context(), damaged)
			switch {
			case err != nil:
				if testing.Verbose() {
					t.Logf("refused: %s at %d: …%q %v", what, i, damaged[max(0, i-25):min(len(damaged), i+25)], err)
				}
			case sameJSON(t, want.JSON, got.JSON, true):
				solved++
			default:
				wrong++
				t.Logf("%s at %d: …%q\n%s", what, i, damaged[max(0, i-25):min(len(damaged), i+25)], got.JSON)
			}
		}
		inString := false
		for i := range len(text) {
			c := text[i]
			if c == '"' {
				inString = !inString
			} else if inString || c == ' ' || c == '\n' || c == '.' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' {
				continue
			}
			try("without", i, text[:i]+text[i+1:])
			try("doubled", i, text[:i+1]+text[i:])
			if c == '"' {
				try("single", i, text[:i]+"'"+text[i+1:])
				try("escaped", i, text[:i]+`\`+text[i:])
			}
		}
		t.Logf("%d texts, %.1f %% repaired, %d wrong", n, 100*float64(solved)/float64(n), wrong)
		require.LessOrEqual(t, wrong, n/100)
		require.GreaterOrEqual(t, float64(solved)/float64(n), .9)
	}
}
