package standin

import (
	"context"
	"errors"
	"hash/fnv"
	"io"
	"strconv"
	"strings"

	"github.com/makeready-go/makeready"
)

// Config says how a stand-in behaves. The zero Config reads prompts as well as
// it can, obeys nobody but their authors and makes no mistakes of form.
type Config struct {
	// Name is what responses name as the model; "" means "stand-in". It has no
	// effect on the answers.
	Name string
	// Obedient makes the stand-in follow instructions that it finds in the
	// customer's text, as a model does that cannot tell data from instructions.
	Obedient bool
	// Faults is how many replies to each kind of request are malformed before
	// the first good one; kinds are told apart by the keys of the answer that
	// the prompt wants. In turn: the first member is missing, its value has the
	// wrong type, the reply is cut off in the middle, it stands in prose and has
	// a trailing comma.
	Faults int
}

// New returns a stand-in. It is safe for concurrent use and, but for the count
// of its faults, has no memory: equal requests get equal answers.
//
// Generate reads the texts and roles of the request's messages and nothing
// else; of the parameters it honors MaxTokens and Stop. Usage is estimated at
// four bytes per token. It fails with a *makeready.ModelError when a request
// has no message or more than MaxPrompt bytes, and with the context's error.
func New(c Config) makeready.Model {
	if c.Name == "" {
		c.Name = "stand-in"
	}
	m := &model{name: c.Name, obedient: c.Obedient, lexicon: newLexicon()}
	m.faults.replies, m.faults.seen = c.Faults, make(map[string]int)
	return m
}

// MaxPrompt is how many bytes of messages a stand-in reads: its context.
const MaxPrompt = 512 << 10

type model struct {
	name     string
	obedient bool
	lexicon  *lexicon
	faults   faults
}

// Generate answers a request.
func (m *model) Generate(ctx context.Context, req makeready.Request) (makeready.Response, error) {
	if err := ctx.Err(); err != nil {
		return makeready.Response{}, err
	}
	size := 0
	for i := range req.Messages {
		size += len(req.Messages[i].Text)
	}
	switch {
	case size == 0:
		return makeready.Response{}, m.refuse(makeready.KindInvalidRequest, errEmpty)
	case size > MaxPrompt:
		return makeready.Response{}, m.refuse(makeready.KindContextLength, errLong)
	}
	r := read(req.Messages)
	text := newAuthor(m.lexicon, r, m.obedient).text()
	text = m.faults.apply(r.shape, text)
	text, stop := limit(text, req.Params)
	resp := makeready.Response{
		Text: text, ID: identify(req.Messages, text), Model: m.name, Stop: stop,
		Usage: makeready.Usage{Input: tokens(size), Output: tokens(len(text)), Source: makeready.UsageEstimated},
	}
	return resp, stream(ctx, req.Stream, text)
}

var (
	errEmpty = errors.New("the request has no text")
	errLong  = errors.New("the messages are longer than MaxPrompt")
)

func (m *model) refuse(kind makeready.ErrorKind, err error) error {
	return &makeready.ModelError{Kind: kind, Provider: "offline", Model: m.name, Err: err}
}

// bytesPerToken is a usual figure for English text.
const bytesPerToken = 4

func tokens(size int) int64 { return int64((size + bytesPerToken - 1) / bytesPerToken) }

// limit cuts a text at a stop text and at the output limit.
func limit(text string, p makeready.Params) (string, makeready.StopReason) {
	for _, s := range p.Stop {
		if s != "" {
			text, _, _ = strings.Cut(text, s)
		}
	}
	if most := p.MaxTokens * bytesPerToken; p.MaxTokens > 0 && len(text)/bytesPerToken >= p.MaxTokens && len(text) > most {
		return strings.ToValidUTF8(text[:most], ""), makeready.StopLength
	}
	return text, makeready.StopEnd
}

// identify makes an answer's name from the question and the answer.
func identify(messages []makeready.Message, text string) string {
	h := fnv.New64a()
	for i := range messages {
		_, _ = io.WriteString(h, messages[i].Text)
		_, _ = h.Write([]byte{0, byte(messages[i].Role)})
	}
	_, _ = io.WriteString(h, text)
	return "standin-" + strconv.FormatUint(h.Sum64(), 36)
}

// stream sends a text word by word.
func stream(ctx context.Context, send func(makeready.Chunk) error, text string) error {
	if send == nil {
		return nil
	}
	for word := range strings.SplitAfterSeq(text, " ") {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := send(makeready.Chunk{Text: word}); err != nil {
			return err
		}
	}
	return nil
}
