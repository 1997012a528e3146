package standin_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/template"
)

func TestIntentsOfUnseenMessages(t *testing.T) {
	m, prompt, categories := newModel(), loadPrompt(t, "classify/v1.0.yaml", nil), shopCategories(t)
	var c tally
	for _, row := range readJSONL[struct{ Text, Intent string }](t, "../testdata/messages.jsonl") {
		got := classify(t, m, prompt, categories, row.Text)
		c.note(got, row.Intent)
		if got.Intent != row.Intent {
			t.Logf("%q: %s %.2f, want %s", row.Text, got.Intent, got.Confidence, row.Intent)
		}
	}
	c.log(t, "messages.jsonl")
	require.Equal(t, 60, c.n)
	require.GreaterOrEqual(t, c.right, 54)
}

func TestUnclearMessagesAreNotGuessed(t *testing.T) {
	m, prompt, categories := newModel(), loadPrompt(t, "classify/v1.0.yaml", nil), shopCategories(t)
	var c tally
	for _, row := range readJSONL[struct{ Text string }](t, "../testdata/unclear.jsonl") {
		got := classify(t, m, prompt, categories, row.Text)
		c.note(got, outOfScope)
		if got.answers() {
			t.Logf("%q: %s %.2f", row.Text, got.Intent, got.Confidence)
		}
	}
	t.Logf("unclear.jsonl: answered %s", rate(c.oosAnswered, c.oos))
	require.Equal(t, 20, c.oos)
	require.LessOrEqual(t, c.oosAnswered, 2)
}

// gathered is the answer to a gathering prompt.
type gathered struct {
	Fields    map[string]string
	Missing   []string
	Questions []makeready.Question
}

func gather(tb testing.TB, prompt *template.File, intent intentRow, message string, known ...string) gathered {
	tb.Helper()
	var lines []string
	for _, f := range intent.Fields {
		need := "optional"
		if f.Required {
			need = "required"
		}
		lines = append(lines, f.Name+" ("+need+"): "+f.Description+` ask: "`+f.Ask+`"`)
	}
	vars := map[string]any{"message": message, "intent": intent.Name, "fields": lines}
	if known != nil {
		vars["known"] = known
	}
	var out gathered
	text := generate(tb, newModel(), render(tb, prompt, vars))
	require.NoError(tb, json.Unmarshal([]byte(text), &out), text)
	return out
}

func TestVagueMessagesAreAskedAbout(t *testing.T) {
	m, sort, ask := newModel(), loadPrompt(t, "classify/v1.0.yaml", nil), loadPrompt(t, "gather/v1.0.yaml", nil)
	intents, categories := readYAML[intentRow](t, "data/intents.yaml"), shopCategories(t)
	for _, row := range readJSONL[struct{ Text, Intent, Missing string }](t, "../testdata/vague.jsonl") {
		require.Equal(t, row.Intent, classify(t, m, sort, categories, row.Text).Intent, row.Text)
		i := slices.IndexFunc(intents, func(in intentRow) bool { return in.Name == row.Intent })
		got := gather(t, ask, intents[i], row.Text)
		require.Equal(t, []string{row.Missing}, got.Missing, row.Text)
		require.Len(t, got.Questions, 1)
		f := slices.IndexFunc(intents[i].Fields, func(f fieldRow) bool { return f.Name == row.Missing })
		require.Equal(t, makeready.Question{Field: row.Missing, Text: intents[i].Fields[f].Ask}, got.Questions[0])

		known := gather(t, ask, intents[i], row.Text, row.Missing+": something")
		require.Equal(t, "something", known.Fields[row.Missing], "an answer that is known already is used")
		require.Empty(t, known.Missing)
		require.Empty(t, known.Questions)
	}
}

func TestRenamingACategoryChangesTheAnswer(t *testing.T) {
	const message = "I was overcharged on my last bill"
	m, bank, categories := newModel(), shopBank(t), shopCategories(t)
	before := classify(t, m, loadPrompt(t, "classify/v1.0.yaml", template.BM25(bank)), categories, message)
	require.Equal(t, "billing", before.Intent)
	require.GreaterOrEqual(t, before.Confidence, 0.8)

	for i, c := range categories {
		categories[i] = strings.Replace(c, "billing:", "money_matters:", 1)
	}
	after := classify(t, m, loadPrompt(t, "classify/v1.0.yaml", template.BM25(bank)), categories, message)
	require.Equal(t, "money_matters", after.Intent, "also where the examples keep the old name")
	for i := range bank {
		bank[i].Output = strings.Replace(bank[i].Output, "billing", "money_matters", 1)
	}
	after = classify(t, m, loadPrompt(t, "classify/v1.0.yaml", template.BM25(bank)), categories, message)
	require.Equal(t, "money_matters", after.Intent)
	require.InDelta(t, before.Confidence, after.Confidence, 0.02)
}

// Each message of the bank is judged with the examples of the others: with
// those of all intents, and without those of its own.
func TestRemovingExamplesLowersRecall(t *testing.T) {
	m, bank, categories := newModel(), shopBank(t), shopCategories(t)
	complete := loadPrompt(t, "classify/v1.0.yaml", withoutItself(bank))
	var with, less int
	for _, in := range readYAML[intentRow](t, "data/intents.yaml") {
		others := slices.DeleteFunc(slices.Clone(bank), func(e template.Example) bool { return intentOf(t, e) == in.Name })
		reduced := loadPrompt(t, "classify/v1.0.yaml", template.BM25(others))
		var n, before, after int
		for _, e := range bank {
			if intentOf(t, e) != in.Name {
				continue
			}
			n++
			before += count(classify(t, m, complete, categories, e.Input).Intent == in.Name)
			after += count(classify(t, m, reduced, categories, e.Input).Intent == in.Name)
		}
		t.Logf("%s: recall %d of %d with its examples, %d without", in.Name, before, n, after)
		require.LessOrEqual(t, after, before, in.Name)
		with, less = with+before, less+after
	}
	t.Logf("all: %s with examples, %s without", rate(with, len(bank)), rate(less, len(bank)))
	require.LessOrEqual(t, less+10, with)
}

// replied is the answer to a replying prompt.
type replied struct {
	Reply              string
	Sources            []string
	Status, Suggestion string
}

func reply(tb testing.TB, message string, passages []passageRow, facts ...string) replied {
	tb.Helper()
	vars := map[string]any{"message": message, "intent": "anything"}
	if passages != nil {
		var lines []string
		for _, p := range passages {
			lines = append(lines, p.String())
		}
		vars["passages"] = lines
	}
	if facts != nil {
		vars["facts"] = facts
	}
	var out replied
	text := generate(tb, newModel(), render(tb, loadPrompt(tb, "respond/v1.0.yaml", nil), vars))
	require.NoError(tb, json.Unmarshal([]byte(text), &out), text)
	return out
}

func TestRemovingThePassageMakesItUncertain(t *testing.T) {
	passages := readYAML[passageRow](t, "data/passages.yaml")
	for message, want := range map[string]string{
		"How long is the warranty on your speakers?":  "24 months",
		"My kettle switches off before boiling":       "limescale",
		"What are your opening hours on weekdays?":    "8 am",
		"How many days do I have to return my order?": "30 days",
	} {
		got := reply(t, message, passages)
		require.Empty(t, got.Status, message)
		require.Contains(t, got.Reply, want, message)
		require.Len(t, got.Sources, 1, message)
		source := slices.IndexFunc(passages, func(p passageRow) bool { return p.ID == got.Sources[0] })
		require.Contains(t, passages[source].Text, want, "what it names is where it comes from")

		for _, none := range [][]passageRow{nil, {{ID: "P99", Title: "Music", Text: "Our band plays jazz.", NextStep: "Listen."}}} {
			got = reply(t, message, none)
			require.Equal(t, "uncertain", got.Status, message)
			require.NotEmpty(t, got.Suggestion)
			require.Empty(t, got.Reply)
		}
	}
}

func TestRepliesUseFactsFirst(t *testing.T) {
	passages := []passageRow{
		{ID: "A1", Title: "Following a parcel", Text: "A tracking number is sent within 24 hours.", NextStep: "Give us the order number."},
		{ID: "A2", Title: "The return window", Text: "Items can be returned within 30 days.", NextStep: "Choose the item."},
	}
	facts := []string{"Order 4417 is on its way.", "Order 4417 is expected on Friday", "Order 9999 was lost.", "The weather is fine."}
	got := reply(t, "Where is order 4417?", passages, facts...)
	require.Equal(t, "Order 4417 is on its way. Order 4417 is expected on Friday. Is there anything else I can help you with?", got.Reply)
	require.Empty(t, got.Sources)

	got = reply(t, "How many days do I have to return the lamp from order 4417?", passages, facts...)
	require.Equal(t, "Order 4417 is on its way. Items can be returned within 30 days. Choose the item. Is there anything else I can help you with?", got.Reply)
	require.Equal(t, []string{"A2"}, got.Sources)
}

func TestSeveralIntents(t *testing.T) {
	categories := shopCategories(t)
	b, err := os.ReadFile("../prompts/classify/v1.0.yaml")
	require.NoError(t, err)
	several := strings.Replace(string(b), `"intent": "<category>"`, `"intents": ["<category>"]`, 1)
	require.NotEqual(t, string(b), several)
	prompt, err := template.Parse("classify/v1.0.yaml", []byte(several), template.Config{Examples: template.BM25(shopBank(t))})
	require.NoError(t, err)
	for message, want := range map[string][]string{
		"Where is my parcel? I also want to cancel my subscription.":           {"order_tracking", "cancellation"},
		"I forgot my password, and I was charged twice for the same purchase.": {"account", "billing"},
		"Where is my parcel?": {"order_tracking"},
		"I want to cancel my subscription and I want to cancel my membership.": {"cancellation"},
	} {
		got := classify(t, newModel(), prompt, categories, message)
		require.Equal(t, want, got.Intents, message)
		require.Empty(t, got.Intent)
		one := classify(t, newModel(), loadPrompt(t, "classify/v1.0.yaml", nil), categories, message)
		require.NotEmpty(t, one.Intent, "the prompt with one category gets one")
		require.Empty(t, one.Intents)
	}
}

// The source of the stand-in holds neither the shop's categories, as strings
// of their own, nor its products, nor anything of its passages.
func TestSourceKnowsNothingOfTheShop(t *testing.T) {
	var source strings.Builder
	names, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		b, err := os.ReadFile(name)
		require.NoError(t, err)
		source.Write(b)
	}
	text := strings.ToLower(source.String())
	absent := func(s string) {
		t.Helper()
		if strings.Contains(text, strings.ToLower(s)) {
			t.Errorf("the source holds %q", s)
		}
	}
	for _, in := range readYAML[intentRow](t, "data/intents.yaml") {
		absent("\"" + in.Name + "\"")
		absent("`" + in.Name + "`")
		for _, f := range in.Fields {
			_, options, ok := strings.Cut(f.Description, "one of: ")
			if !ok || f.Name != "product" {
				continue
			}
			for product := range strings.SplitSeq(options, ", ") {
				absent(product)
			}
		}
	}
	for _, p := range readYAML[passageRow](t, "data/passages.yaml") {
		absent(`"` + p.ID + `"`)
		for sentence := range strings.SplitSeq(p.Text, ". ") {
			absent(sentence)
		}
	}
	for _, e := range shopBank(t) {
		absent(e.Input)
	}
}
