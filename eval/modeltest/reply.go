package modeltest

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/makeready-go/makeready"
)

// A Reply is what a scripted model answers to one request. The zero value of
// every field but Text means something sensible, so that most replies are made
// by [Text] or [JSON].
type Reply struct {
	// Text is the answer; Reasoning is thought aloud before it.
	Text      string
	Reasoning string
	ToolCalls []makeready.ToolCall
	// Stop is, when it is StopUnknown, StopToolCalls for a reply with tool
	// calls and StopEnd for any other.
	Stop makeready.StopReason
	// Usage is, when it is zero, one token for every four bytes of the request
	// and of the reply, reported by the provider. See [NoUsage].
	Usage makeready.Usage
	// ID and Model are, when they are empty, a number and the model that the
	// request names.
	ID    string
	Model string

	// Chunks are the pieces in which Text is streamed. Joined they must be
	// Text, which may be left empty. Without Chunks the text is cut at spaces
	// and after 16 bytes. JSON cannot say half a rune, so a [Server] sends a
	// replacement character for one.
	Chunks []string
	// Latency passes before anything is answered, and Pace before every chunk
	// but the first. Both end early with the request's context.
	Latency time.Duration
	Pace    time.Duration

	// Fault is what goes wrong between the model and its caller.
	Fault TransportFault
	// RetryAfter is what a failure asks the caller to wait: one second with
	// [RateLimited] unless it is set. Servers send whole seconds, rounded up.
	RetryAfter time.Duration
	// CutAt says where a stream breaks, as a fraction of the whole: of the
	// text's bytes in a [Script], of the body's bytes on a [Server]. 0 means
	// the middle.
	CutAt float64

	late []OutputFault // faults that need the request
	err  error         // why the reply cannot be used
}

// Text returns a reply with this text.
func Text(text string) Reply { return Reply{Text: text} }

// JSON returns a reply whose text is v in JSON, on one line and without
// escaping of HTML. A value that JSON cannot hold makes a reply that fails the
// test that uses it.
func JSON(v any) Reply {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return Reply{err: fmt.Errorf("modeltest: reply is not JSON: %w", err)}
	}
	return Text(strings.TrimSuffix(b.String(), "\n"))
}

// check finds what makes a reply unusable, when it is put into a script.
func (r Reply) check() error {
	switch {
	case r.err != nil:
		return r.err
	case len(r.Chunks) > 0 && r.Text != "" && strings.Join(r.Chunks, "") != r.Text:
		return errors.New("modeltest: the chunks of a reply do not join to its text")
	case r.CutAt < 0 || r.CutAt > 1:
		return fmt.Errorf("modeltest: CutAt is %v, want 0 to 1", r.CutAt)
	case int(r.Fault) >= len(transportFaults):
		return fmt.Errorf("modeltest: unknown %v", r.Fault)
	}
	return nil
}

// An answer is a reply to a certain request, with everything filled in.
type answer struct {
	makeready.Response

	thoughts []string // the chunks of Reasoning
	chunks   []string // the chunks of Text
	number   int      // of the request, from 1
}

// to answers the request that has this number.
func (r Reply) to(req makeready.Request, number int) answer {
	a := answer{number: number}
	a.Text, a.Reasoning, a.ToolCalls, a.Stop = r.Text, r.Reasoning, r.ToolCalls, r.Stop
	a.chunks = r.Chunks
	if a.Text == "" {
		a.Text = strings.Join(r.Chunks, "")
	}
	for _, f := range r.late {
		a.Text, a.chunks = f.fromRequest(a.Text, req), nil
	}
	if a.Stop == makeready.StopUnknown {
		a.Stop = makeready.StopEnd
		if len(a.ToolCalls) > 0 {
			a.Stop = makeready.StopToolCalls
		}
	}
	if a.chunks == nil {
		a.chunks = pieces(a.Text)
	}
	a.thoughts = pieces(a.Reasoning)
	a.ID, a.Model = r.ID, r.Model
	if a.ID == "" {
		a.ID = fmt.Sprintf("reply-%06d", number)
	}
	if a.Model == "" {
		a.Model = req.Model
	}
	a.Usage = r.Usage
	if a.Usage == (makeready.Usage{}) {
		a.Usage = countUsage(req, a.Response)
	}
	if r.Fault == NoUsage {
		a.Usage = makeready.Usage{}
	}
	return a
}

// cutOffset is where n bytes break: at least one of them is lost, and one is
// kept if there are two.
func (r Reply) cutOffset(n int) int {
	at := r.CutAt
	if at == 0 {
		at = 0.5
	}
	return max(min(int(at*float64(n)), n-1), min(1, n-1), 0)
}

const (
	pieceBytes    = 16
	bytesPerToken = 4
)

// pieces cuts a text as a model would stream it: after spaces, and after 16
// bytes. No piece ends inside a rune.
func pieces(text string) []string {
	var out []string
	for text != "" {
		n := min(len(text), pieceBytes)
		if i := strings.IndexByte(text[:n], ' '); i >= 0 {
			n = i + 1
		}
		n = len(wholeRunes(text, n))
		out = append(out, text[:n])
		text = text[n:]
	}
	return out
}

// wholeRunes is the longest beginning of text of at most n bytes that ends
// with a rune, and the first rune if that alone is longer.
func wholeRunes(text string, n int) string {
	if n >= len(text) {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	if n == 0 {
		_, n = utf8.DecodeRuneInString(text)
	}
	return text[:n]
}

// splitRunes cuts a text after the first byte of every rune that has several.
func splitRunes(text string) []string {
	var out []string
	start := 0
	for i, r := range text {
		if utf8.RuneLen(r) > 1 && i+1 < len(text) && text[i] >= utf8.RuneSelf {
			out = append(out, text[start:i+1])
			start = i + 1
		}
	}
	if len(out) == 0 {
		return pieces(text)
	}
	return append(out, text[start:])
}

func countUsage(req makeready.Request, resp makeready.Response) makeready.Usage {
	in := 0
	for _, m := range req.Messages {
		in += len(m.Text)
	}
	out := len(resp.Text)
	for _, c := range resp.ToolCalls {
		out += len(c.Name) + len(c.Arguments)
	}
	thought := tokens(len(resp.Reasoning))
	return makeready.Usage{
		Input: max(tokens(in), 1), Output: tokens(out) + thought, Reasoning: thought, Source: makeready.UsageReported,
	}
}

func tokens(bytes int) int64 { return int64((bytes + bytesPerToken - 1) / bytesPerToken) }
