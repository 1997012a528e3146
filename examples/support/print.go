package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/makeready-go/makeready"
)

// report is the JSON form of an answer.
type report struct {
	Outcome    makeready.Outcome    `json:"outcome"`
	Reason     string               `json:"reason,omitempty"`
	Intent     string               `json:"intent"`
	Confidence float64              `json:"confidence"`
	Reply      string               `json:"reply"`
	Sources    []string             `json:"sources"`
	Questions  []makeready.Question `json:"questions"`
	Suggestion string               `json:"suggestion,omitempty"`
	Stages     []stageReport        `json:"stages"`
	Record     *makeready.Record    `json:"record"`
}

type stageReport struct {
	Name    string            `json:"name"`
	Prompt  string            `json:"prompt,omitempty"`
	Model   string            `json:"model,omitempty"`
	Price   makeready.Price   `json:"price,omitzero"`
	Usage   makeready.Usage   `json:"usage,omitzero"`
	Cost    makeready.Money   `json:"cost_nano_usd"`
	Millis  float64           `json:"ms"`
	Outcome makeready.Outcome `json:"outcome"`
	Value   json.RawMessage   `json:"value,omitempty"`
}

func newReport(a answer) report {
	r := report{
		Outcome: a.Result.Outcome, Intent: a.Intent.Intent, Confidence: a.Intent.Confidence,
		Reply: text(a), Sources: a.Result.Value.Sources, Record: a.Result.Record,
	}
	if exit := a.Result.Exit; exit != nil {
		r.Reason, r.Questions, r.Suggestion = exit.Reason, exit.Questions, exit.Suggestion
	}
	for s := range a.Result.Record.Stages() {
		r.Stages = append(r.Stages, stageReport{
			Name: s.Name, Prompt: s.Prompt.String(), Model: s.Model, Price: s.Price, Usage: s.Usage,
			Cost: s.Cost, Millis: millis(s.Duration), Outcome: s.Outcome, Value: s.Out,
		})
	}
	// Lists are lists in JSON also when they are empty.
	if r.Sources == nil {
		r.Sources = []string{}
	}
	if r.Questions == nil {
		r.Questions = []makeready.Question{}
	}
	if r.Stages == nil {
		r.Stages = []stageReport{}
	}
	return r
}

// text is what the customer reads.
func text(a answer) string {
	switch a.Result.Outcome {
	case makeready.Answered, makeready.NeedsReview:
		return a.Result.Value.Reply
	default:
		return a.Result.Exit.Message
	}
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func printJSON(out io.Writer, indent bool) func(answer) {
	enc := json.NewEncoder(out)
	if indent {
		enc.SetIndent("", "  ")
	}
	return func(a answer) { _ = enc.Encode(newReport(a)) }
}

// printer shows the answer first and then the run as a table.
func printer(out io.Writer, terminal bool) func(answer) {
	paint := func(code, s string) string { return s }
	if terminal && os.Getenv("NO_COLOR") == "" {
		paint = func(code, s string) string { return "\x1b[" + code + "m" + s + "\x1b[0m" }
	}
	return func(a answer) {
		fmt.Fprintln(out, paint("1", text(a)))
		if exit := a.Result.Exit; exit != nil {
			for _, q := range exit.Questions {
				fmt.Fprintln(out, "-", q.Text+hint(q))
			}
			if exit.Suggestion != "" {
				fmt.Fprintln(out, "For the operator:", exit.Suggestion)
			}
		}
		fmt.Fprintln(out)
		fmt.Fprint(out, paint("2", table(a)))
		var color string
		switch a.Result.Outcome {
		case makeready.Answered:
			color = "32" // green
		case makeready.Failed, makeready.Blocked:
			color = "31" // red
		default:
			color = "33" // yellow: a person has to do something
		}
		line := a.Result.Outcome.String()
		if exit := a.Result.Exit; exit != nil && exit.Reason != "" {
			line += " (" + exit.Reason + ")"
		}
		switch {
		case a.Intent.Intent == "":
		case a.Result.Outcome == makeready.Escalated:
			line += fmt.Sprintf(", best guess %s with confidence %.2f", a.Intent.Intent, a.Intent.Confidence)
		default:
			line += fmt.Sprintf(", intent %s with confidence %.2f", a.Intent.Intent, a.Intent.Confidence)
		}
		fmt.Fprintln(out, paint(color, line))
	}
}

// hint says how a question is answered that no text can answer.
func hint(q makeready.Question) string {
	if q.Field == signIn.Field {
		return " (start the program with -as CUSTOMER)"
	}
	return ""
}

// table lists the stages and the sum of the run.
func table(a answer) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	row := func(name, prompt, model string, u makeready.Usage, cost makeready.Money, d time.Duration, o makeready.Outcome) {
		tokens, price := "-", "-"
		if u.Input+u.Output > 0 {
			tokens, price = fmt.Sprintf("%d+%d", u.Input, u.Output), cost.String()
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%.1f ms\t%s\n", name, dash(prompt), dash(model), tokens, price, millis(d), o)
	}
	fmt.Fprintln(w, "STAGE\tPROMPT\tMODEL\tTOKENS IN+OUT\tCOST\tTIME\tOUTCOME")
	rec := a.Result.Record
	for s := range rec.Stages() {
		row(s.Name, s.Prompt.String(), s.Model, s.Usage, s.Cost, s.Duration, s.Outcome)
	}
	row("total", "", "", rec.Usage(), rec.Cost(), rec.Duration, rec.Outcome)
	_ = w.Flush()
	return b.String()
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
