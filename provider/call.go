package provider

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/makeready-go/makeready"
	"github.com/tmc/langchaingo/llms"
)

type callKey struct{}

// A call is one Generate: the context that a [Transport] finds it by, what is
// asked, and what the wire answers. Being the context itself saves an
// allocation.
type call struct {
	context.Context //nolint:containedctx // it is a context

	parent context.Context //nolint:containedctx // the caller's, without our own time limit
	model  *model
	req    makeready.Request
	params makeready.Params // the request's, completed by the model's options
	// lost says that the request holds what langchaingo's client cannot be
	// told, so that only the Transport can send it.
	lost bool
	opts [1]llms.CallOption
	// Room for what most calls need, so that it costs no allocation: the first
	// request on the wire, and the messages of a short prompt.
	sent     outgoing
	someMsgs [fewMessages]llms.MessageContent
	someText [fewMessages]llms.ContentPart

	mu     sync.Mutex // RoundTrips and stream functions of one call come one after another
	closed bool       // the call is over: a stream function that still runs is ignored
	// engaged says that a Transport has taken over and that resp or err is
	// the outcome.
	engaged   bool
	err       error
	resp      makeready.Response
	wired     context.Context //nolint:containedctx // the request's, which the HTTP client may bound
	requestID string

	// While an answer arrives:
	text, reasoning joiner
	stop            makeready.StopReason
	hasStopped      bool
	usage           makeready.Usage
	counted         bool // usage is what the provider reported in the end
	refused         bool
	began           bool // something of an answer was received
	pieces          bool // the answer comes in pieces
	toolIndex       []int
	toolArgs        [][]byte
	streamErr       error // what the caller's Stream returned

	embed *embedding
}

const fewMessages = 4

// room returns empty slices for n messages and their parts.
func (c *call) room(n, parts int) ([]llms.MessageContent, []llms.ContentPart) {
	messages, content := c.someMsgs[:0], c.someText[:0]
	if n > fewMessages {
		messages = make([]llms.MessageContent, 0, n)
	}
	if parts > fewMessages {
		content = make([]llms.ContentPart, 0, parts)
	}
	return messages, content
}

// Value makes the call its own context value.
func (c *call) Value(key any) any {
	if key == (callKey{}) {
		return c
	}
	return c.Context.Value(key)
}

func callOf(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	return c
}

// restart forgets an earlier RoundTrip of the same call, such as one that was
// redirected.
func (c *call) restart() {
	c.engaged, c.err, c.resp, c.requestID = false, nil, makeready.Response{}, ""
	c.text, c.reasoning, c.stop, c.hasStopped = joiner{}, joiner{}, makeready.StopUnknown, false
	c.usage, c.counted, c.refused = makeready.Usage{}, false, false
	c.began, c.pieces = false, false
	c.toolIndex, c.toolArgs = nil, nil
}

// option sets everything that langchaingo can be told. It starts from a copy
// of the model's options whose maps are its own: langchaingo's options write
// into the maps that they find, so sharing them between calls is a data race.
func (c *call) option(o *llms.CallOptions) {
	*o = c.model.options
	if o.Metadata != nil {
		o.Metadata = maps.Clone(o.Metadata)
		if t, ok := o.Metadata[thinkingKey].(*llms.ThinkingConfig); ok && t != nil {
			o.Metadata[thinkingKey] = new(*t)
		}
	}
	o.Model = c.req.Model
	p := &c.params
	if p.Temperature != nil {
		o.Temperature = *p.Temperature
	}
	if p.TopP != nil {
		o.TopP = *p.TopP
	}
	if p.Seed != nil {
		o.Seed = int(*p.Seed)
	}
	o.MaxTokens, o.StopWords = p.MaxTokens, p.Stop
	for _, t := range c.req.Tools {
		o.Tools = append(o.Tools, c.model.tool(t))
	}
	o.StreamingFunc, o.StreamingReasoningFunc = nil, nil
	if c.req.Stream != nil && !c.model.mixesTools(len(o.Tools)) {
		o.StreamingFunc = c.streamText
		o.StreamingReasoningFunc = c.streamReasoning
	}
}

const thinkingKey = "thinking_config" // where langchaingo hides WithThinking

// streamText receives text from a client without a Transport.
func (c *call) streamText(_ context.Context, chunk []byte) error {
	return c.streamed(string(chunk), "")
}

func (c *call) streamReasoning(_ context.Context, reasoning, _ []byte) error {
	return c.streamed("", string(reasoning))
}

func (c *call) streamed(text, reasoning string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return errCallOver
	case c.engaged:
		return nil // this is the stand-in: the answer has been streamed
	default:
		return c.emit(text, reasoning)
	}
}

var errCallOver = errors.New("provider: the call is over")

// emit takes the next piece of the answer and passes on what is whole of it.
func (c *call) emit(text, reasoning string) error {
	c.began = true
	return c.send(c.text.add(text), c.reasoning.add(reasoning))
}

// flush ends the answer's text.
func (c *call) flush() error { return c.send(c.text.flush(), c.reasoning.flush()) }

func (c *call) send(text, reasoning string) error {
	if c.req.Stream == nil || text == "" && reasoning == "" {
		return nil
	}
	if c.streamErr == nil {
		c.streamErr = c.req.Stream(makeready.Chunk{Text: text, Reasoning: reasoning})
	}
	return c.streamErr
}

// tool takes a piece of a tool call. Index is the provider's, or -1 when it
// gives none: then a piece with a name begins another call.
func (c *call) tool(index int, id, name, args string) error {
	c.began = true
	at := len(c.toolIndex) - 1
	if index >= 0 {
		for at >= 0 && c.toolIndex[at] != index {
			at--
		}
		// Some servers number parallel calls 0, 0, 0.
		if at >= 0 && name != "" && id != "" && c.resp.ToolCalls[at].ID != id {
			at = -1
		}
	} else if name != "" {
		at = -1
	}
	if at < 0 {
		if len(c.toolIndex) == maxToolCalls {
			return errMalformed
		}
		at = len(c.toolIndex)
		c.toolIndex = append(c.toolIndex, index)
		c.toolArgs = append(c.toolArgs, nil)
		c.resp.ToolCalls = append(c.resp.ToolCalls, makeready.ToolCall{})
	}
	t := &c.resp.ToolCalls[at]
	if t.ID == "" {
		t.ID = whole(id)
	}
	if t.Name == "" {
		t.Name = whole(name)
	}
	c.toolArgs[at] = append(c.toolArgs[at], args...)
	return nil
}

const maxToolCalls = 256 // more than any model asks for at once

// finish makes the response of what has arrived. With an error only the usage
// counts.
func (c *call) finish() {
	if c.resp.Text == "" {
		c.resp.Text = c.text.String()
	}
	if c.resp.Reasoning == "" {
		c.resp.Reasoning = c.reasoning.String()
	}
	for i := range c.toolArgs {
		if c.resp.ToolCalls[i].ID == "" { // some servers give none, and results need one
			c.resp.ToolCalls[i].ID = "call_" + strconv.Itoa(i)
		}
		if args := whole(string(c.toolArgs[i])); args != "" {
			c.resp.ToolCalls[i].Arguments = args
		} else {
			c.resp.ToolCalls[i].Arguments = "{}" // a tool without parameters
		}
	}
	c.resp.Stop = c.stop
	switch {
	case c.refused:
		c.resp.Stop = makeready.StopRefusal
	case len(c.resp.ToolCalls) > 0 && c.stop <= makeready.StopEnd:
		c.resp.Stop = makeready.StopToolCalls // whatever word the server uses
	}
	switch {
	case c.counted:
		c.resp.Usage = c.usage
	case c.began:
		c.resp.Usage = estimated(c.usage, &c.req, &c.resp)
	}
}

// identify keeps the provider's name for the answer or for the model.
func (c *call) identify(req *http.Request, field *string, value []byte) {
	if *field != "" || len(value) <= 2 || value[0] != '"' {
		return
	}
	if string(value[1:len(value)-1]) == c.req.Model {
		*field = c.req.Model
	} else {
		*field = named(str(value), req)
	}
}

// stopped takes the provider's word for why the model stopped, if there is one.
func (c *call) stopped(value []byte) {
	if len(value) > 2 && value[0] == '"' {
		c.hasStopped, c.stop = true, stopOf(value[1:len(value)-1])
	}
}

// conclude is the outcome of a call: the Transport's word if there was one,
// else the best that can be made of langchaingo's.
func (c *call) conclude(lr *llms.ContentResponse, err error) (makeready.Response, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	switch {
	case c.streamErr != nil:
		c.finish()
		return onlyUsage(c.resp), c.streamErr
	case c.engaged && c.err != nil:
		return onlyUsage(c.resp), c.err
	case c.engaged:
		return c.resp, nil
	case err != nil:
		if c.err != nil { // a Transport saw the failure and did not take over
			return makeready.Response{}, c.err
		}
		c.finish()
		return onlyUsage(c.resp), c.foreign(err)
	case c.lost:
		return makeready.Response{}, c.failed(makeready.KindInvalidRequest, codeUnsupported, errNeedsTransport)
	}
	return c.accept(lr)
}

var errNeedsTransport = errors.New("build the client with provider.Transport to send tools or image URLs through it")

func onlyUsage(r makeready.Response) makeready.Response {
	return makeready.Response{ID: r.ID, Model: r.Model, Usage: r.Usage}
}

// accept takes langchaingo's own answer, for clients without a Transport. An
// answer that streamed must show a sign of its end, because langchaingo
// returns no error for a stream that was cut.
func (c *call) accept(lr *llms.ContentResponse) (makeready.Response, error) {
	if lr == nil || len(lr.Choices) == 0 {
		return makeready.Response{}, c.failed(makeready.KindServer, codeNoAnswer, nil)
	}
	streamed := c.text.len() > 0 || c.text.tail != ""
	c.pick(lr.Choices)
	if c.req.Stream != nil {
		if err := c.parent.Err(); err != nil {
			c.finish()
			return onlyUsage(c.resp), err
		}
		if streamed && !c.hasStopped && !c.counted {
			c.finish()
			return onlyUsage(c.resp), c.incomplete()
		}
		if err := c.rest(streamed); err != nil {
			c.finish()
			return onlyUsage(c.resp), err
		}
	}
	c.began = true
	c.finish()
	return c.resp, nil
}

// rest streams what of the answer has not been streamed: all of it when the
// client does not stream, the end of it when a character was held back.
func (c *call) rest(streamed bool) error {
	if !streamed {
		return c.send(c.resp.Text, strings.TrimPrefix(c.resp.Reasoning, c.reasoning.String()))
	}
	if err := c.flush(); err != nil {
		return err
	}
	if more, ok := strings.CutPrefix(c.resp.Text, c.text.String()); ok {
		return c.send(more, "")
	}
	return nil
}

// pick takes the answer out of langchaingo's choices. They are alternatives,
// and the first with anything in it counts; but Anthropic's are the blocks of
// one answer, and the first may be nothing but thinking.
func (c *call) pick(choices []*llms.ContentChoice) {
	best := -1
	var blocks bool
	for i, ch := range choices {
		if ch == nil {
			continue
		}
		if best < 0 || empty(choices[best]) && !empty(ch) {
			best = i
		}
		_, anthropic := ch.GenerationInfo["InputTokens"]
		blocks = blocks || anthropic
	}
	if best < 0 {
		return
	}
	if !blocks {
		choices = choices[best : best+1]
	}
	c.resp.Text, c.resp.Reasoning, c.resp.ToolCalls = "", "", nil
	for _, ch := range choices {
		if ch == nil {
			continue
		}
		c.resp.Text += ch.Content
		c.resp.Reasoning += ch.ReasoningContent
		if thought, ok := ch.GenerationInfo["ThinkingContent"].(string); ok && ch.ReasoningContent == "" && ch.Content == "" {
			c.resp.Reasoning += thought
		}
		for _, t := range ch.ToolCalls {
			if t.FunctionCall != nil {
				c.resp.ToolCalls = append(c.resp.ToolCalls, makeready.ToolCall{
					ID: t.ID, Name: t.FunctionCall.Name, Arguments: t.FunctionCall.Arguments,
				})
			}
		}
		if ch.StopReason != "" {
			c.hasStopped, c.stop = true, stopOf([]byte(ch.StopReason))
		}
		if u, ok := usageOf(ch.GenerationInfo); ok && !c.counted {
			c.usage, c.counted = u, true
		}
	}
	if !utf8.ValidString(c.resp.Text) {
		c.resp.Text = whole(c.resp.Text)
	}
}

func empty(ch *llms.ContentChoice) bool { return ch.Content == "" && len(ch.ToolCalls) == 0 }

var errMalformed = errors.New("provider: malformed answer")
