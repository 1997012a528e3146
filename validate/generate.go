package validate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/makeready-go/makeready"
)

// defaultAttempts is how often a model is asked when the Config does not say.
const defaultAttempts = 3

// Config says how [Generate] asks. The zero Config asks up to three times.
type Config struct {
	// Attempts is how many calls of models may be made in all; 0 means 3.
	Attempts int
	// Stronger, if there is one, is asked instead of the model from the first
	// answer on that repeats the faults of the one before.
	Stronger makeready.Model
}

// Generate asks m until v accepts the answer, and returns the value.
//
// An answer that v refuses with an [*makeready.InvalidError] is followed by
// another request: the messages of req, the last bad answer (its first and last
// 4096 bytes, if it is longer), and a message that lists the faults by path, 20
// lines at most. The conversation never grows beyond that. What the model wrote
// is marked with spans in both; in the list it is also quoted so that it can end
// neither its line nor the list. After the last attempt the error is the
// InvalidError of the last answer, with Attempts set.
//
// All else ends the loop at once: an [*makeready.Exit], a failed call, any other
// error of v. So does a context that is done before an attempt. A model that
// declined ([makeready.StopRefusal]) is not asked again, nor is a provider that
// withheld the answer ([makeready.StopFilter]); the issue's code is "refusal".
// An answer that the output limit cut ([makeready.StopLength]) has an issue
// "truncated"; if req sets MaxTokens, the next attempt repeats the request with
// twice as many, once. Text that v accepts is an answer whatever the reason for
// which the model stopped, except StopFilter; but if a [Parser] finds that the
// text ends inside of the value, and the output limit was reached, it is cut.
// If an answer has the same faults as the one before, a stronger model takes
// over, if there is one; if it repeats its own, there is no further attempt.
//
// If req has no schema and v has a method Schema() []byte, as a [Parser] has,
// that schema is sent. Before each attempt after the first, req.Stream receives
// a Reset. Each attempt is an operation of the run ([makeready.OpAttempt]) whose
// reason is the code of its first issue. Nothing that req refers to is changed.
func Generate[T any](ctx context.Context, m makeready.Model, req makeready.Request, v makeready.Validator[T], c Config) (T, error) {
	var zero T
	switch {
	case m == nil:
		return zero, errors.New("validate: Generate needs a model")
	case v == nil:
		return zero, errors.New("validate: Generate needs a validator")
	case c.Attempts < 0:
		return zero, fmt.Errorf("validate: %d attempts; use 0 for the default or a positive number", c.Attempts)
	case c.Attempts == 0:
		c.Attempts = defaultAttempts
	}
	if s, ok := v.(interface{ Schema() []byte }); ok && len(req.Schema) == 0 {
		req.Schema = s.Schema()
	}
	messages := req.Messages
	raised, escalated := false, false
	faults := ""
	for n := 1; ; n++ {
		if err := ready(ctx, req, n); err != nil {
			return zero, err
		}
		value, resp, retry, err := attempt(ctx, m, req, v, n)
		if err == nil {
			return value, nil
		}
		if retry == nil || n >= c.Attempts {
			return zero, err
		}
		if limit := req.Params.MaxTokens; resp.Stop == makeready.StopLength && limit > 0 && limit <= math.MaxInt/2 && !raised {
			req.Params.MaxTokens, raised = 2*limit, true
			req.Messages = messages
			continue
		}
		if again := fingerprint(retry.Issues); again != faults {
			faults = again
		} else if escalated {
			return zero, err // another attempt would be the same
		} else if c.Stronger != nil {
			m, escalated, faults = c.Stronger, true, ""
		}
		req.Messages = reask(messages, resp.Text, retry.Issues, len(req.Schema) > 0)
	}
}

// fingerprint is what is wrong with an answer, and not what the answer says.
func fingerprint(issues []makeready.Issue) string {
	var b strings.Builder
	for _, is := range issues {
		b.WriteString(is.Path + "\x00" + is.Code + "\x00" + is.Rule + "\n")
	}
	return b.String()
}

// ready says whether attempt n may begin, and tells the stream that it does.
func ready(ctx context.Context, req makeready.Request, n int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if n > 1 && req.Stream != nil {
		return req.Stream(makeready.Chunk{Reset: true})
	}
	return nil
}

// attempt asks once. If asking again may help, retry is the error.
func attempt[T any](ctx context.Context, m makeready.Model, req makeready.Request, v makeready.Validator[T], n int) (
	value T, resp makeready.Response, retry *makeready.InvalidError, err error,
) {
	ctx, op := makeready.Begin(ctx, makeready.Op{Kind: makeready.OpAttempt, Name: "attempt", Attempt: n, Prompt: req.Prompt, Task: req.Task})
	returned := false
	defer func() {
		if !returned { // a panic goes on; the record says that there was one
			op.End(ctx, &makeready.StageError{Stage: "attempt"})
		}
	}()
	resp, err = m.Generate(ctx, req)
	if err == nil {
		value, retry, err = judge(ctx, resp, v, n)
	}
	if op != nil {
		op.Stop = resp.Stop
		if invalid, ok := errors.AsType[*makeready.InvalidError](err); ok && len(invalid.Issues) > 0 {
			op.Reason = invalid.Issues[0].Code
		}
	}
	returned = true
	op.End(ctx, err)
	return value, resp, retry, err
}

// judge validates the response to attempt n.
func judge[T any](ctx context.Context, resp makeready.Response, v makeready.Validator[T], n int) (
	value T, retry *makeready.InvalidError, err error,
) {
	if resp.Stop == makeready.StopFilter {
		return value, nil, &makeready.InvalidError{Attempts: n, Issues: issue("refusal", "")}
	}
	cut := false
	if p, ok := v.(interface {
		Parse(ctx context.Context, text string) (Result[T], error)
	}); ok {
		result, failed := p.Parse(ctx, resp.Text)
		value, err, cut = result.Value, failed, result.Truncated
	} else {
		value, err = v.Validate(ctx, resp.Text)
	}
	switch {
	case err == nil && cut && resp.Stop == makeready.StopLength: // it is known that there was more
		err = &makeready.InvalidError{}
	case err == nil:
		return value, nil, nil
	}
	var zero T
	invalid, ok := errors.AsType[*makeready.InvalidError](err)
	if _, isExit := errors.AsType[*makeready.Exit](err); !ok || isExit {
		return zero, nil, err
	}
	if resp.Stop == makeready.StopRefusal {
		return zero, nil, &makeready.InvalidError{Attempts: n, Issues: issue("refusal", "")}
	}
	var issues []makeready.Issue
	if resp.Stop == makeready.StopLength {
		issues = issue("truncated", "a shorter answer, whole")
	}
	issues = append(issues, invalid.Issues...)
	if len(issues) == 0 {
		issues = issue("check", "an answer that the validator accepts")
	}
	retry = &makeready.InvalidError{Attempts: n, Issues: issues}
	return zero, retry, retry
}
