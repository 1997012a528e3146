package provider

import (
	"errors"
	"io"
	"net/http"
	"strings"
)

// A wire is a protocol as a provider speaks it. Its values have no state.
type wire interface { //nolint:interfacebloat // out, in, and onwards: what a round trip is
	// patch writes the completed body of a request to w, and may change the
	// rest of r, which is a copy.
	patch(w *writer, body []byte, c *call, r *http.Request) error
	// read reads the whole answer, or the stream to its end, into c. The
	// errors are errMalformed, errTooLarge, what Stream returned, or ready
	// for the caller.
	read(c *call, r *http.Request, resp *http.Response) error
	// standIn is the answer for langchaingo's client.
	standIn(c *call, streams bool) string
}

// wireOf knows a protocol by its endpoint.
func wireOf(req *http.Request, c *call) wire {
	path := req.URL.Path
	switch {
	case req.Method != http.MethodPost:
		return nil
	case c.embed != nil:
		if strings.HasSuffix(path, "/embeddings") {
			return embeddingWire{}
		}
		return nil
	case strings.HasSuffix(path, "/chat/completions") && !strings.Contains(path, "/wenxinworkshop/"): // Ernie's own protocol
		return openaiWire{}
	case strings.HasSuffix(path, "/messages") && req.Header.Get("Anthropic-Version") != "":
		return anthropicWire{}
	case strings.HasSuffix(path, "/api/chat"):
		return ollamaWire{}
	case strings.HasSuffix(path, ":generateContent"), strings.HasSuffix(path, ":streamGenerateContent"):
		return googleWire{}
	default:
		return nil
	}
}

// streams says whether an answer is to be read as a stream: its type decides,
// and where that says nothing, what was asked for.
func (c *call) streams(resp *http.Response) bool {
	ct := resp.Header.Get("Content-Type")
	switch {
	case strings.HasPrefix(ct, "text/event-stream"), strings.HasPrefix(ct, "application/x-ndjson"):
		return true
	case strings.HasPrefix(ct, "application/json"):
		return false
	default:
		return c.req.Stream != nil
	}
}

// readBody reads an answer that is no stream and hands it to parse. The bytes
// belong to the pool again when parse has returned.
func (c *call) readBody(r io.Reader, parse func(c *call, r *http.Request, body []byte) error, req *http.Request) error {
	buf := getBuffer()
	defer putBuffer(buf)
	body, err := readAll((*buf)[:0], r, maxAnswer)
	*buf = body
	switch {
	case err == nil:
		return parse(c, req, body)
	case errors.Is(err, errTooLarge):
		return err
	default:
		return c.broken(err)
	}
}

// say takes text of an answer.
func (c *call) say(text, reasoning string) error {
	if c.pieces || c.req.Stream != nil {
		return c.emit(text, reasoning)
	}
	c.began = true
	c.resp.Text += whole(text)
	c.resp.Reasoning += whole(reasoning)
	return nil
}
