// Support is the customer-service chain: it classifies a message, gathers what
// must be known, looks up the shop's tables and writes a reply.
//
//	go run ./examples/support "I was overcharged on my last bill"
//
// It needs no key and no network: its model is an offline stand-in that reads
// the prompts (package standin). Everything else is what a service would run.
// With -provider it asks a real model.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/chain"
	"github.com/makeready-go/makeready/provider"
)

const usage = `usage: support [flags] [message]

Answers a customer's message. Without a message, it reads one per line; on a
terminal, the line after a question is its answer.

`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// The exit codes of the program.
const (
	exitOK = iota
	exitFailed
	exitUsage
)

func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	flags := flag.NewFlagSet("support", flag.ContinueOnError)
	flags.SetOutput(errOut)
	flags.Usage = func() {
		fmt.Fprint(errOut, usage)
		flags.PrintDefaults()
	}
	as := flags.String("as", "", "sign in as this `customer`; without it account facts stay closed")
	asJSON := flags.Bool("json", false, "print a JSON object, or one per line for messages that are read; it holds what the stages saw")
	serve := flags.String("serve", "", "serve JSON over HTTP on this `address`, such as localhost:8080")
	from := flags.String("provider", "", "ask a model of this `provider`: openai, anthropic, google or ollama; the key is read from OPENAI_API_KEY, ANTHROPIC_API_KEY or GEMINI_API_KEY")
	model := flags.String("model", "", "the provider's `name` of the model")
	baseURL := flags.String("base-url", "", "`URL` of the provider's API, for compatible servers")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return exitOK
		}
		return exitUsage
	}
	fail := func(code int, err error) int {
		fmt.Fprintln(errOut, "support:", explain(err))
		return code
	}

	if i := slices.IndexFunc(flags.Args(), func(s string) bool { return strings.HasPrefix(s, "-") }); i >= 0 {
		return fail(exitUsage, errors.New("flags go before the message; quote a message that begins with a dash together with its next word"))
	}
	if *as != "" {
		shop, err := openShop(files)
		if err != nil {
			return fail(exitFailed, err)
		}
		if _, ok := shop.customer(*as); !ok {
			return fail(exitUsage, fmt.Errorf("-as: unknown customer, use one of %s", strings.Join(shop.customerIDs(), ", ")))
		}
	}
	m, notice := offline(), "The model is an offline stand-in: it reads the prompts and is no language model. Its prices are invented."
	switch {
	case *from != "":
		var err error
		if m, err = online(*from, *model, *baseURL, os.Getenv); err != nil {
			return fail(exitUsage, err)
		}
		notice = "The model is " + *model + " of " + *from + "."
	case *model != "" || *baseURL != "":
		return fail(exitUsage, errors.New("-model and -base-url go with -provider"))
	}
	support, err := newSupport(files, m)
	if err != nil {
		return fail(exitFailed, err)
	}
	fmt.Fprintln(errOut, notice)

	d := desk{support: support.With(chain.Config{Capture: *asJSON}), customer: *as}
	show := printer(out, isTerminal(out))
	if *asJSON {
		show = printJSON(out, flags.NArg() > 0)
	}
	switch {
	case *serve != "":
		if flags.NArg() > 0 {
			return fail(exitUsage, errors.New("-serve takes messages over HTTP, not as arguments"))
		}
		if err := serveHTTP(ctx, *serve, d, errOut); err != nil {
			return fail(exitFailed, err)
		}
		return exitOK
	case flags.NArg() > 0:
		a, err := d.answer(ctx, strings.Join(flags.Args(), " "), nil)
		if err != nil {
			if _, bad := errors.AsType[*inputError](err); bad {
				return fail(exitUsage, err)
			}
		}
		show(a)
		if err != nil {
			return fail(exitFailed, err)
		}
		return exitOK
	default:
		return converse(ctx, d, in, out, errOut, show, isTerminal(in) && isTerminal(out))
	}
}

// desk answers messages on behalf of one signed-in customer, or of nobody.
type desk struct {
	support  *chain.Node[Enquiry, Reply]
	customer string
}

// answer is what came of one message.
type answer struct {
	Intent Intent
	Result *makeready.Result[Reply]
}

// answer executes the chain. The error is the chain's malfunction, or an
// *inputError, with which there is no result.
func (d desk) answer(ctx context.Context, text string, answers map[string]string) (answer, error) {
	if err := checkMessage(text); err != nil {
		return answer{}, err
	}
	ctx = makeready.WithRun(ctx, makeready.Run{
		Subject: d.customer,
		Facts:   makeready.Facts{Verified: d.customer != "", Answers: answers},
	})
	var a answer
	var err error
	a.Result, err = d.support.Execute(ctx, Enquiry{Text: text, Intent: &a.Intent})
	return a, err
}

// maxLine bounds what is read to be refused, in bytes: checkMessage refuses a
// message long before, and the next line is answered all the same.
const maxLine = 64 << 20

// converse reads one message per line. When the chain asks something, the next
// line is the answer.
func converse(ctx context.Context, d desk, in io.Reader, out, errOut io.Writer, show func(answer), prompt bool) int {
	ask := func(text string) {
		if prompt {
			fmt.Fprint(out, text)
		}
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	code := exitOK
	for ask("> "); ctx.Err() == nil && lines.Scan(); ask("> ") {
		text := lines.Text()
		if strings.TrimSpace(text) == "" {
			continue
		}
		answers := map[string]string{}
		for {
			a, err := d.answer(ctx, text, answers)
			if err != nil {
				fmt.Fprintln(errOut, "support:", explain(err))
				code = exitFailed
			}
			if a.Result == nil {
				break
			}
			show(a)
			question, ok := nextQuestion(a, answers)
			if !ok {
				break
			}
			ask(question.Text + " ")
			if !prompt || !lines.Scan() || strings.TrimSpace(lines.Text()) == "" {
				break
			}
			answers[question.Field] = lines.Text()
		}
	}
	if err := lines.Err(); err != nil {
		fmt.Fprintln(errOut, "support: reading messages:", err)
		code = exitFailed
	}
	return code
}

// nextQuestion is the first one that a line of text can answer and that has
// not been answered in this exchange.
func nextQuestion(a answer, answers map[string]string) (makeready.Question, bool) {
	if a.Result.Exit == nil {
		return makeready.Question{}, false
	}
	open := slices.IndexFunc(a.Result.Exit.Questions, func(q makeready.Question) bool {
		return q.Field != signIn.Field && answers[q.Field] == ""
	})
	if open < 0 {
		return makeready.Question{}, false
	}
	return a.Result.Exit.Questions[open], true
}

// explain adds the provider's code for what went wrong, which is safe to print.
func explain(err error) string {
	if fault, ok := errors.AsType[*provider.FaultError](err); ok {
		return fmt.Sprintf("%v (%v)", err, fault)
	}
	return err.Error()
}

func isTerminal(v any) bool {
	f, ok := v.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
