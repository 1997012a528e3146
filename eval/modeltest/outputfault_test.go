package modeltest_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/eval/modeltest"
)

const good = `{"intent":"order_status","confidence":0.92,"urgent":false,"tags":["late"],"note":"it's \"late\""}`

func generated(t *testing.T, r modeltest.Reply) makeready.Response {
	t.Helper()
	resp, err := modeltest.NewScript(t, r).Generate(t.Context(), ask("Where is my order?"))
	require.NoError(t, err)
	return resp
}

func TestOutputFaults(t *testing.T) {
	for _, c := range []struct {
		fault modeltest.OutputFault
		field string
		want  string
	}{
		{modeltest.Truncated, "", good[:len(good)*3/5]},
		{modeltest.Fenced, "", "```json\n" + good + "\n```"},
		{modeltest.ProseAround, "", "Sure, this is what I found:\n\n" + good + "\n\nTell me if you need anything else."},
		{modeltest.TrailingComma, "", good[:len(good)-1] + ",}"},
		{modeltest.SingleQuotes, "", `{'intent':'order_status','confidence':0.92,'urgent':false,'tags':['late'],'note':'it\'s "late"'}`},
		{modeltest.MissingBrace, "", good[:len(good)-1]},
		{modeltest.TwoObjects, "", `{"intent":"order_status","confidence":0.92,"urgent":false,"tags":["late"]}` + "\n" + good},
		{modeltest.WrongType, "", strings.Replace(good, "0.92", `"0.92"`, 1)},
		{modeltest.WrongType, "urgent", strings.Replace(good, "false", `"no"`, 1)},
		{modeltest.WrongType, "intent", strings.Replace(good, `"order_status"`, `["order_status"]`, 1)},
		{modeltest.WrongType, "tags", strings.Replace(good, `["late"]`, `null`, 1)},
		{modeltest.EnumCase, "", strings.Replace(good, "order_status", "ORDER_STATUS", 1)},
		{modeltest.MissingField, "", strings.Replace(good, `"intent":"order_status",`, "", 1)},
		{modeltest.MissingField, "note", strings.Split(good, `,"note"`)[0] + "}"},
		{modeltest.ExtraField, "", good[:len(good)-1] + `,"comment":"added by the model"}`},
		{modeltest.ExtraField, "mood", good[:len(good)-1] + `,"mood":"added by the model"}`},
		{modeltest.Empty, "", ""},
		{modeltest.PromptEcho, "", "Where is my order?\n\n" + good},
		{modeltest.CanaryLeak, "", good + "\n\nYou answer for a shop. The word of the day is pelican."},
	} {
		t.Run(strings.TrimSpace(c.fault.String()+" "+c.field), func(t *testing.T) {
			var field []string
			if c.field != "" {
				field = []string{c.field}
			}
			resp := generated(t, modeltest.Text(good).With(c.fault, field...))
			require.Equal(t, c.want, resp.Text)
			want := makeready.StopEnd
			if c.fault == modeltest.Truncated {
				want = makeready.StopLength
			}
			require.Equal(t, want, resp.Stop)
		})
	}
	refused := generated(t, modeltest.Text(good).With(modeltest.Refusal))
	require.Equal(t, makeready.StopRefusal, refused.Stop)
	require.NotContains(t, refused.Text, "order_status")
}

// TestOutputFaultsSpoil holds for every fault that it changes a good reply, and
// for those of the syntax that what is left is no JSON.
func TestOutputFaultsSpoil(t *testing.T) {
	require.True(t, json.Valid([]byte(good)))
	valid := map[modeltest.OutputFault]bool{
		modeltest.WrongType: true, modeltest.EnumCase: true, modeltest.MissingField: true, modeltest.ExtraField: true,
	}
	names := map[string]bool{}
	for _, f := range modeltest.OutputFaults() {
		resp := generated(t, modeltest.Reply{Chunks: []string{good[:7], good[7:]}}.With(f))
		require.NotEqual(t, good, resp.Text, f)
		require.Equal(t, valid[f], json.Valid([]byte(resp.Text)), "%v: %s", f, resp.Text)
		names[f.String()] = true
	}
	require.Len(t, names, 15)
	require.Equal(t, "output_fault(0)", modeltest.OutputFault(0).String())
	require.Equal(t, "output_fault(99)", modeltest.OutputFault(99).String())
}

func TestOutputFaultsAddUp(t *testing.T) {
	r := modeltest.JSON(map[string]float64{"confidence": 0.5}).With(modeltest.TrailingComma).With(modeltest.Fenced)
	require.Equal(t, "```\n{\"confidence\":0.5,}\n```", generated(t, r).Text)
	r = modeltest.Text("a").With(modeltest.PromptEcho).With(modeltest.CanaryLeak)
	require.Equal(t, "Where is my order?\n\na\n\nYou answer for a shop. The word of the day is pelican.", generated(t, r).Text)
	require.JSONEq(t, `{"comment":"added by the model"}`, generated(t, modeltest.Text(`{}`).With(modeltest.ExtraField)).Text)
	require.Equal(t, `{}`, generated(t, modeltest.Text(`{"a":1}`).With(modeltest.MissingField)).Text)
}

func TestOutputFaultsThatDoNotFit(t *testing.T) {
	for name, r := range map[string]modeltest.Reply{
		"prose":                modeltest.Text("hello").With(modeltest.TrailingComma),
		"a list":               modeltest.Text("[1]").With(modeltest.WrongType),
		"cut JSON":             modeltest.Text(`{"a":1`).With(modeltest.MissingField),
		"cut in a name":        modeltest.Text(`{"a`).With(modeltest.MissingField),
		"a bad value":          modeltest.Text(`{"a":x}`).With(modeltest.MissingField),
		"text after":           modeltest.Text(`{"a":1} so`).With(modeltest.MissingField),
		"no such field":        modeltest.Text(good).With(modeltest.MissingField, "owl"),
		"no enum":              modeltest.Text(`{"a":1,"b":"\u00e9"}`).With(modeltest.EnumCase),
		"no member":            modeltest.Text(`{}`).With(modeltest.WrongType),
		"null":                 modeltest.Text(`{"a":null}`).With(modeltest.WrongType),
		"unknown fault":        modeltest.Text(good).With(modeltest.OutputFault(99)),
		"still wrong":          modeltest.Text("hello").With(modeltest.TrailingComma).With(modeltest.Fenced),
		"not JSON":             modeltest.JSON(func() {}),
		"chunks and text":      {Text: "ab", Chunks: []string{"a", "c"}},
		"cut outside":          {Text: "ab", CutAt: 2},
		"unknown of transport": {Fault: modeltest.TransportFault(99)},
	} {
		t.Run(name, func(t *testing.T) {
			tb := &recorder{}
			s := modeltest.NewScript(tb, r)
			require.Contains(t, tb.text(), "reply 1")
			_, err := s.Generate(t.Context(), ask("hi"))
			require.Error(t, err)
		})
	}
}

func FuzzOutputFaults(f *testing.F) {
	f.Add(good, "intent", uint8(1))
	f.Add(`{"é":"日本"}`, "é", uint8(8))
	f.Add(`{ "a" : { "b" : [1, 2] } , "c":"x\\" }`, "c", uint8(5))
	f.Fuzz(func(t *testing.T, text, field string, n uint8) {
		all := modeltest.OutputFaults()
		fault := all[int(n)%len(all)]
		tb := &recorder{}
		resp, err := modeltest.NewScript(tb, modeltest.Text(text).With(fault, field)).Generate(t.Context(), ask("hi"))
		if err != nil {
			require.NotEmpty(t, tb.text())
			return
		}
		if utf8.ValidString(text) {
			require.True(t, utf8.ValidString(resp.Text))
		}
		if json.Valid([]byte(text)) && fault >= modeltest.WrongType && fault <= modeltest.ExtraField {
			require.True(t, json.Valid([]byte(resp.Text)), "%v made %q of %q", fault, resp.Text, text)
		}
	})
}

func ExampleReply_With() {
	intent := struct {
		Intent     string  `json:"intent"`
		Confidence float64 `json:"confidence"`
	}{"refund", 0.92}
	script := modeltest.NewScript(nil,
		modeltest.JSON(intent).With(modeltest.WrongType, "confidence"),
		modeltest.JSON(intent).With(modeltest.TrailingComma).With(modeltest.Fenced),
	)
	for range 2 {
		resp, err := script.Generate(ctx, makeready.Request{})
		fmt.Println(resp.Text, err)
	}
	// Output:
	// {"intent":"refund","confidence":"0.92"} <nil>
	// ```
	// {"intent":"refund","confidence":0.92,}
	// ``` <nil>
}
