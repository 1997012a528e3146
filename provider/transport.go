package provider

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/makeready-go/makeready"
)

// Transport is the [http.RoundTripper] that the HTTP client of a langchaingo
// model should be built with:
//
//	client := &http.Client{Transport: &provider.Transport{}}
//	llm, err := openai.New(openai.WithHTTPClient(client), …)
//	model, err := provider.New(llm, provider.Config{…})
//
// For the calls of a model that [New] made, which it knows by their context, it
// completes the request on the way out, reads the answer itself, whole or as a
// stream, and leaves to langchaingo only what that cannot get wrong. It knows
// the chat endpoints of OpenAI and compatible servers, Anthropic, Ollama and
// Google; of any other request it classifies the failures. Requests of anybody
// else pass untouched.
//
// Redirects to another host are not followed: the prompt and the key are not
// for it.
//
// A RoundTrip of such a call lasts until the answer is there: the request's
// Stream function is called from inside it, on the goroutine of Generate, as
// the answer arrives. Nothing of a stream is held back but the beginning of a
// character. Of a failed answer at most 1 MiB is read, of any other at most
// 64 MiB.
//
// A Transport is safe for concurrent use. What it returns when it fails is
// safe to print.
type Transport struct {
	// Base makes the requests; nil means [http.DefaultTransport].
	Base http.RoundTripper
}

const (
	maxErrorBody = 1 << 20  // bytes of a failed answer
	maxAnswer    = 64 << 20 // bytes of an answer, stream or not
)

// RoundTrip implements [http.RoundTripper].
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	c := callOf(req.Context())
	if c == nil {
		return t.base().RoundTrip(req)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		closeBody(req.Body)
		return nil, errCallOver
	}
	c.restart()
	c.wired = req.Context()
	if elsewhere(req) {
		closeBody(req.Body)
		c.engaged, c.err = true, c.failed(makeready.KindInvalidRequest, codeRedirect, nil)
		return nil, c.err
	}
	w := wireOf(req, c)
	if w == nil {
		return t.observe(c, req)
	}
	out, err := c.outgoing(req, w)
	if err != nil {
		c.engaged, c.err = true, err
		return nil, err
	}
	resp, err := t.base().RoundTrip(&out.Request)
	if err != nil {
		c.engaged, c.err = true, c.broken(err)
		return nil, c.err
	}
	c.requestID = named(requestID(resp.Header), req)
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return c.rejected(req, resp), nil
	}
	c.engaged = true
	if c.err = c.receive(w, out, resp); c.err != nil {
		return nil, c.err
	}
	stand := w.standIn(c, out.streams)
	out.stand.Reset(stand)
	resp.Body, resp.ContentLength = &out.stand, int64(len(stand))
	return resp, nil
}

// elsewhere says whether a redirect leads to another host, or away from TLS.
// The HTTP client would send the key along in any header but Authorization.
func elsewhere(req *http.Request) bool {
	if req.Response == nil || req.Response.Request == nil {
		return false
	}
	from := req.Response.Request.URL
	return from.Host != req.URL.Host || from.Scheme != req.URL.Scheme
}

// CloseIdleConnections closes those of Base, if it can.
func (t *Transport) CloseIdleConnections() {
	if b, ok := t.base().(interface{ CloseIdleConnections() }); ok {
		b.CloseIdleConnections()
	}
}

func (t *Transport) base() http.RoundTripper {
	if t.Base != nil {
		return t.Base
	}
	return http.DefaultTransport
}

// observe sends a request whose answer is not understood, and classifies its
// failure.
func (t *Transport) observe(c *call, req *http.Request) (*http.Response, error) {
	resp, err := t.base().RoundTrip(req)
	if err != nil {
		c.err = c.broken(err)
		return nil, c.err
	}
	c.requestID = named(requestID(resp.Header), req)
	if resp.StatusCode >= 400 {
		c.rejected(req, resp)
		c.engaged = false // langchaingo may go on, and succeed
	}
	return resp, nil
}

// rejected reads an answer that is a failure. What is passed on has the status
// and the headers but no word of the body.
func (c *call) rejected(req *http.Request, resp *http.Response) *http.Response {
	if resp.StatusCode < 400 { // the client follows, or gives up
		c.engaged, c.err = true, c.failed(makeready.KindInvalidRequest, codeRedirect, nil)
		return resp
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	closeBody(resp.Body)
	c.engaged = true
	c.err = c.rejection(req, resp, body)
	if err != nil && c.parent.Err() != nil {
		c.err = c.parent.Err()
	}
	resp.Body, resp.ContentLength = io.NopCloser(strings.NewReader("{}")), 2
	return resp
}

func (c *call) rejection(req *http.Request, resp *http.Response, body []byte) error {
	r := readReport(body)
	e := c.failed(r.kindOf(resp.StatusCode), "", nil)
	e.Err = r.fault()
	e.Status = resp.StatusCode
	e.RetryAfter = retryAfter(resp.StatusCode, resp.Header, time.Now())
	if e.RetryAfter == 0 {
		e.RetryAfter = reset(r.retry, time.Time{})
	}
	if e.RequestID == "" {
		e.RequestID = named(r.id, req)
	}
	return e
}

// eventError is the failure that an answer with status 200 reports.
func (c *call) eventError(body []byte) error {
	r := readReport(body)
	kind := r.kindOf(0)
	e := c.failed(kind, "", nil)
	if e.Err = r.fault(); r.code == "" {
		e.Err = &FaultError{Code: codeErrorEvent}
	}
	if kind == makeready.KindUnknown {
		e.Kind = makeready.KindServer
	}
	e.Status, e.RetryAfter = r.status, reset(r.retry, time.Time{})
	return e
}

// outgoing is a request that has been completed.
type outgoing struct {
	http.Request

	writer  writer // its bytes are the body
	first   bodyReader
	stand   standReader
	streams bool // langchaingo expects a stream
}

// These are in outgoing so that they cost no allocation of their own.
type (
	bodyReader  struct{ bytes.Reader }
	standReader struct{ strings.Reader }
)

// Close does nothing: there is only memory.
func (*bodyReader) Close() error { return nil }

// Close does nothing: there is only memory.
func (*standReader) Close() error { return nil }

// getBody lets the HTTP client send the request again on another connection.
func (o *outgoing) getBody() (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(o.writer.b)), nil
}

// outgoing completes a request. The one given is not changed, as the contract
// of RoundTrip demands, but for its body, which is read and closed.
func (c *call) outgoing(req *http.Request, w wire) (*outgoing, error) {
	buf := getBuffer()
	defer putBuffer(buf)
	given, err := readAll((*buf)[:0], req.Body, maxAnswer)
	closeBody(req.Body)
	*buf = given
	if err != nil {
		return nil, c.failed(makeready.KindInvalidRequest, codeBadRequest, nil)
	}
	o := &c.sent
	if o.Method != "" { // the first request may still be on its way
		o = new(outgoing)
	}
	o.Request = *req
	o.streams = string(lookup(given, "stream")) == "true" || strings.HasSuffix(req.URL.Path, ":streamGenerateContent")
	o.writer.b = make([]byte, 0, len(given)+len(c.req.Schema)+patchRoom)
	if err := w.patch(&o.writer, given, c, &o.Request); err != nil {
		return nil, err
	}
	o.first.Reset(o.writer.b)
	o.Body, o.GetBody, o.ContentLength = &o.first, o.getBody, int64(len(o.writer.b))
	return o, nil
}

const patchRoom = 256 // bytes that completing a request usually adds

// receive reads an answer into c.
func (c *call) receive(w wire, o *outgoing, resp *http.Response) error {
	defer closeBody(resp.Body)
	err := w.read(c, &o.Request, resp)
	if err == nil {
		err = c.flush()
	}
	switch {
	case c.streamErr != nil:
		err = c.streamErr
	case errors.Is(err, errMalformed):
		err = c.failed(makeready.KindServer, codeMalformed, nil)
	case errors.Is(err, errTooLarge):
		err = c.failed(makeready.KindServer, codeTooLarge, nil)
	}
	if err != nil {
		_ = c.text.flush() // for the estimate
	} else {
		c.began = true // be it empty
	}
	c.finish()
	return err
}

var errTooLarge = errors.New("provider: answer too large")

var buffers = sync.Pool{New: func() any { return new(make([]byte, 0, 8<<10)) }} //archtest:table scratch memory

func getBuffer() *[]byte {
	b, ok := buffers.Get().(*[]byte)
	if !ok {
		b = new([]byte)
	}
	return b
}

const maxPooled = 256 << 10 // bytes; greater buffers are left to the collector

func putBuffer(b *[]byte) {
	if cap(*b) <= maxPooled {
		buffers.Put(b)
	}
}

// readAll appends everything to buf; beyond limit bytes it is an error.
func readAll(buf []byte, r io.Reader, limit int) ([]byte, error) {
	if r == nil {
		return buf, nil
	}
	for {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case len(buf) > limit:
			return buf, errTooLarge
		case errors.Is(err, io.EOF):
			return buf, nil
		case err != nil:
			return buf, err
		}
	}
}

func closeBody(b io.ReadCloser) {
	if b != nil {
		_ = b.Close()
	}
}
