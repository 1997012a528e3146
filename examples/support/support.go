package main

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/chain"
	"github.com/makeready-go/makeready/template"
	"github.com/makeready-go/makeready/validate"
)

// Enquiry is what comes in: a customer's message.
type Enquiry struct {
	Text string
	// Intent, when set, receives what the first stage found, so that a host
	// can report it however the run ends.
	Intent *Intent
}

// Intent is what the first stage finds out.
type Intent struct {
	Intent     string            `json:"intent"`
	Confidence float64           `json:"confidence"         jsonschema:"minimum=0,maximum=1"`
	Entities   map[string]string `json:"entities,omitempty"`
}

// Info is what the second stage gathers.
type Info struct {
	Fields    map[string]string    `json:"fields"`
	Missing   []string             `json:"missing"`
	Questions []makeready.Question `json:"questions"`
}

// Knowledge is what the third stage, which asks no model, looks up.
type Knowledge struct {
	Passages []string `json:"passages"`
	Facts    []string `json:"facts"`
}

// Reply is what comes out.
type Reply struct {
	Reply   string   `json:"reply"`
	Sources []string `json:"sources"`
}

const companyName = "Acme Corp"

// signIn is the question that stands for the host's own way of finding out who
// somebody is. No answer typed into a chat can answer it.
var signIn = makeready.Question{Field: "sign_in", Text: "Please sign in so that we can look at your order."}

// newSupport builds the chain from the files.
func newSupport(fsys fs.FS, m models) (*chain.Node[Enquiry, Reply], error) {
	shop, err := openShop(fsys)
	if err != nil {
		return nil, err
	}
	prompts, err := fs.Sub(fsys, "prompts")
	if err != nil {
		return nil, err
	}
	classify, err := newClassify(prompts, shop, m.small)
	if err != nil {
		return nil, err
	}
	gather, err := newGather(prompts, shop, m.small)
	if err != nil {
		return nil, err
	}
	respond, err := newRespond(prompts, m.large)
	if err != nil {
		return nil, err
	}
	lookup := chain.New("lookup", shop.lookup)

	return chain.New("support", func(ctx context.Context, in Enquiry) (Reply, error) {
		intent, err := classify.Run(ctx, in.Text)
		if err != nil {
			return Reply{}, err
		}
		if in.Intent != nil {
			*in.Intent = intent
		}
		if err := (chain.Bands{}).Check(ctx, intent.Confidence); err != nil {
			return Reply{}, err
		}
		sorted := enquiry{in.Text, intent, makeready.RunFrom(ctx).Facts.Answers}
		info, err := gather.Run(ctx, sorted)
		if err != nil {
			return Reply{}, err
		}
		if len(info.Missing) > 0 {
			answers, err := chain.Ask(ctx, info.Questions...)
			if err != nil {
				return Reply{}, err
			}
			info.fill(answers)
		}
		known, err := lookup.Run(ctx, gathered{sorted, info})
		if err != nil {
			return Reply{}, err
		}
		return respond.Run(ctx, draft{in.Text, intent, known})
	}), nil
}

// The inputs of the later stages.
type (
	enquiry struct {
		Text    string
		Intent  Intent
		Answers map[string]string // to the questions of an earlier run
	}
	gathered struct {
		enquiry

		Info Info
	}
	draft struct {
		Text   string
		Intent Intent
		Known  Knowledge
	}
)

func (i *Info) fill(answers map[string]string) {
	if i.Fields == nil {
		i.Fields = map[string]string{}
	}
	maps.Copy(i.Fields, answers)
	i.Missing, i.Questions = nil, nil
}

func newClassify(prompts fs.FS, s *shop, m makeready.Model) (*chain.Node[string, Intent], error) {
	tmpl, err := template.Load(prompts, "classify/v1.0.yaml", template.Config{})
	if err != nil {
		return nil, err
	}
	// The categories of the prompt are the values that the validator accepts.
	valid, err := validate.For[Intent](validate.Enum("/intent", s.intentNames()...))
	if err != nil {
		return nil, err
	}
	type vars struct {
		Message, CompanyName string
		Categories           []string
	}
	return chain.Prompt("classify", chain.PromptConfig[string, Intent]{
		Template: tmpl, Model: m, Validator: valid, Task: "classification", Complexity: "simple",
		Vars: func(text string) any {
			return vars{Message: text, CompanyName: companyName, Categories: s.categories()}
		},
	})
}

func newGather(prompts fs.FS, s *shop, m makeready.Model) (*chain.Node[enquiry, Info], error) {
	tmpl, err := template.Load(prompts, "gather/v1.0.yaml", template.Config{})
	if err != nil {
		return nil, err
	}
	type vars struct {
		Message, Intent         string
		Fields, Known, Entities []string
	}
	return chain.Prompt("gather", chain.PromptConfig[enquiry, Info]{
		Template: tmpl, Model: m, Task: "extraction", Complexity: "simple",
		Vars: func(in enquiry) any {
			var lines []string
			for _, f := range s.fields(in.Intent.Intent) {
				need := "optional"
				if f.Required {
					need = "required"
				}
				lines = append(lines, fmt.Sprintf("%s (%s): %s ask: %q", f.Name, need, f.Description, f.Ask))
			}
			if lines == nil {
				lines = []string{"none"}
			}
			return vars{
				Message: in.Text, Intent: in.Intent.Intent, Fields: lines,
				Known: namedLines(in.Answers), Entities: namedLines(in.Intent.Entities),
			}
		},
	})
}

// namedLines are "name: value" by name; nil, so that the prompt's default
// applies, if there are none.
func namedLines(values map[string]string) []string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		lines = append(lines, name+": "+values[name])
	}
	return lines
}

func newRespond(prompts fs.FS, m makeready.Model) (*chain.Node[draft, Reply], error) {
	tmpl, err := template.Load(prompts, "respond/v1.0.yaml", template.Config{})
	if err != nil {
		return nil, err
	}
	type vars struct {
		Message, Intent, CompanyName string
		Passages, Facts              []string
	}
	return chain.Prompt("respond", chain.PromptConfig[draft, Reply]{
		Template: tmpl, Model: m, Task: "generation", Complexity: "complex",
		Vars: func(in draft) any {
			return vars{
				Message: in.Text, Intent: in.Intent.Intent, CompanyName: companyName,
				Passages: in.Known.Passages, Facts: in.Known.Facts,
			}
		},
	})
}

// lookup is a stage without a model: it reads the shop's tables. What it finds
// about a person depends on who is signed in, whatever the message claims.
func (s *shop) lookup(ctx context.Context, in gathered) (Knowledge, error) {
	query := append([]string{in.Text}, slices.Sorted(maps.Values(in.Info.Fields))...)
	found, err := s.find(ctx, in.Intent.Intent, strings.Join(query, " "))
	if err != nil {
		return Knowledge{}, err
	}
	var k Knowledge
	for _, p := range found {
		k.Passages = append(k.Passages, p.String())
	}
	run := makeready.RunFrom(ctx)
	who, signedIn := s.customer(run.Subject)
	signedIn = signedIn && run.Facts.Verified

	if number := in.Info.Fields["order_number"]; number != "" {
		if !signedIn {
			return Knowledge{}, ask(signIn)
		}
		o, ok := s.order(number, who.ID)
		if !ok {
			return Knowledge{}, ask(makeready.Question{
				Field: "order_number", Text: "We cannot find this order in your account. Which order number is it?",
			})
		}
		k.Facts = append(k.Facts, o.facts()...)
	}
	if signedIn && in.Intent.Intent == "billing" {
		k.Facts = append(k.Facts, who.facts()...)
	}
	return k, nil
}

// ask asks although the run may hold an answer already: a wrong one.
func ask(q makeready.Question) error {
	return &makeready.Exit{
		Outcome: makeready.NeedsInput, Reason: chain.ReasonMissingInformation, Questions: []makeready.Question{q},
	}
}

// maxMessage is far above any message that a person types, in bytes.
const maxMessage = 8 << 10

// An inputError says what is wrong with a message, and what to do. It does not
// repeat the message.
type inputError struct{ field, problem, remedy string }

func (e *inputError) Error() string { return e.field + ": " + e.problem + ": " + e.remedy }

// checkMessage refuses what no stage could use.
func checkMessage(text string) error {
	switch {
	case len(text) > maxMessage:
		return &inputError{"message", fmt.Sprintf("%d bytes, the limit is %d", len(text), maxMessage), "send a shorter text"}
	case !utf8.ValidString(text):
		return &inputError{"message", "not valid UTF-8", "send text encoded as UTF-8"}
	case strings.TrimSpace(text) == "":
		return &inputError{"message", "empty", "say what the customer wrote"}
	}
	return nil
}
