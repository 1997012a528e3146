package modeltest

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/makeready-go/makeready"
)

// A protocol is the wire format of one provider.
type protocol interface { //nolint:interfacebloat // the sides of one format; nobody implements it from outside
	// decode reads a request. What is not fit to be answered is still returned
	// with the error, as far as it goes.
	decode(body []byte) (wireCall, error)
	// header sets what the provider sends with every answer.
	header(h http.Header, id string)
	// encode and encodeStream are the two forms of an answer.
	encode(in wireCall, a answer) []byte
	encodeStream(in wireCall, a answer) frames
	// failure is the body that goes with a status; failureFrame reports a
	// failure inside a stream.
	failure(f TransportFault, id string) []byte
	failureFrame(id string) []byte
}

// A vectorFormat is how a provider speaks about embeddings.
type vectorFormat interface {
	decodeTexts(body []byte) (wireCall, error)
	encodeVectors(in wireCall, v [][]float32) []byte
}

// A wireCall is a request as the wire says it.
type wireCall struct {
	req        makeready.Request
	stream     bool
	usage      bool // usage is asked for in the stream
	structured bool // the output is bound to a schema
	legacy     bool // of two forms of the endpoint, the older one
}

// frames are the parts of a streamed body, in order. Without the tail the
// stream is not complete.
type frames struct {
	contentType         string
	head, content, tail [][]byte
}

// An endpoint is what is at a path.
type endpoint struct {
	protocol

	vectors vectorFormat // nil: it is a chat
}

// endpointOf looks at the end of the path only; Ollama's older path for
// embeddings ends like OpenAI's.
func endpointOf(path string) endpoint {
	switch {
	case strings.HasSuffix(path, "/api/chat"):
		return endpoint{protocol: ollama{}}
	case strings.HasSuffix(path, "/api/embed"), strings.HasSuffix(path, "/api/embeddings"):
		return endpoint{ollama{}, ollama{}}
	case strings.HasSuffix(path, "/chat/completions"):
		return endpoint{protocol: openAI{}}
	case strings.HasSuffix(path, "/embeddings"):
		return endpoint{openAI{}, openAI{}}
	case strings.HasSuffix(path, "/messages"):
		return endpoint{protocol: anthropic{}}
	default:
		return endpoint{}
	}
}

func (e endpoint) decode(body []byte) (wireCall, error) {
	if e.vectors != nil {
		return e.vectors.decodeTexts(body)
	}
	return e.protocol.decode(body)
}

// An exchange is one request being answered.
type exchange struct {
	endpoint

	w      http.ResponseWriter
	rc     *http.ResponseController
	ctx    context.Context //nolint:containedctx // it is the request's, and lives as long
	number int
}

func (x *exchange) answer(in wireCall, r Reply, a answer) {
	defer func() {
		if x.ctx.Err() != nil { // to return would complete the answer
			x.cut()
		}
	}()
	if sleep(x.ctx, r.Latency) != nil {
		return
	}
	switch f := r.Fault; {
	case f == Hang:
		<-x.ctx.Done()
	case f.status() != 0:
		x.fail(f, 0, r.wait())
	case in.stream:
		x.stream(x.encodeStream(in, a), r)
	case f == ErrorEvent: // there is no stream to report it in
		x.fail(ServerError, 0, 0)
	default:
		x.whole(x.encode(in, a), r)
	}
}

// fail answers with a failure, with its own status unless one is given.
func (x *exchange) fail(f TransportFault, status int, wait time.Duration) {
	if status == 0 {
		status = f.status()
	}
	if _, ok := x.protocol.(anthropic); ok && f == QuotaExhausted {
		status = http.StatusBadRequest
	}
	h := x.w.Header()
	id := requestID(x.number)
	x.header(h, id)
	if wait > 0 {
		h.Set("Retry-After", strconv.FormatInt(int64((wait+time.Second-1)/time.Second), 10))
	}
	x.json(status, x.failure(f, id))
}

func (x *exchange) json(status int, body []byte) {
	h := x.w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	x.w.WriteHeader(status)
	_, _ = x.w.Write(body)
}

// whole sends an answer that is not streamed.
func (x *exchange) whole(body []byte, r Reply) {
	h := x.w.Header()
	x.header(h, requestID(x.number))
	h.Set("Content-Type", "application/json")
	at := r.cutOffset(len(body))
	switch r.Fault {
	case CutStream:
		h.Set("Content-Length", strconv.Itoa(len(body)))
		_ = x.send(body[:at])
		x.cut()
	case EndStream:
		_ = x.send(body[:at])
	case Stall:
		_ = x.send(body[:at])
		<-x.ctx.Done()
	case MalformedChunk:
		_ = x.send(body[:at], []byte{0}, body[at:]) // NUL is nowhere allowed in JSON
	case SplitUTF8:
		_ = x.send(insideRunes(body)...)
	default:
		x.json(http.StatusOK, body)
	}
}

// stream sends an answer in frames.
func (x *exchange) stream(f frames, r Reply) {
	h := x.w.Header()
	x.header(h, requestID(x.number))
	h.Set("Content-Type", f.contentType)
	h.Set("Cache-Control", "no-cache")
	if len(f.content) == 0 {
		f.content = [][]byte{{}} // something must be there to break
	}
	at := r.cutOffset(len(f.content))
	all := bytes.Join([][]byte{bytes.Join(f.head, nil), bytes.Join(f.content, nil), bytes.Join(f.tail, nil)}, nil)
	switch r.Fault {
	case CutStream:
		if x.paced(f, r, r.cutOffset(len(all))) == nil {
			x.cut()
		}
	case Stall:
		if x.paced(f, r, r.cutOffset(len(all))) == nil {
			<-x.ctx.Done()
		}
	case EndStream:
		f.content, f.tail = f.content[:at], nil
		_ = x.paced(f, r, len(all))
	case ErrorEvent:
		f.content, f.tail = f.content[:at], [][]byte{x.failureFrame(requestID(x.number))}
		_ = x.paced(f, r, 2*len(all)+1024) // the failure may be longer than what it replaces
	case MalformedChunk:
		f.content[at] = halved(f.content[at])
		_ = x.paced(f, r, len(all))
	case SplitUTF8:
		_ = x.send(insideRunes(all)...)
	default:
		_ = x.paced(f, r, len(all))
	}
}

var errCut = errors.New("modeltest: cut")

// paced sends frames, each in a write of its own, until limit bytes are sent.
func (x *exchange) paced(f frames, r Reply, limit int) error {
	send := func(frame []byte) error {
		n := min(len(frame), limit)
		limit -= n
		if err := x.send(frame[:n]); err != nil {
			return err
		}
		if limit == 0 {
			return errCut
		}
		return nil
	}
	err := func() error {
		for _, frame := range f.head {
			if err := send(frame); err != nil {
				return err
			}
		}
		for i, frame := range f.content {
			if i > 0 {
				if err := sleep(x.ctx, r.Pace); err != nil {
					return err
				}
			}
			if err := send(frame); err != nil {
				return err
			}
		}
		for _, frame := range f.tail {
			if err := send(frame); err != nil {
				return err
			}
		}
		return nil
	}()
	if errors.Is(err, errCut) {
		return nil
	}
	return err
}

// send writes each part and flushes it, so that the client can read it alone.
func (x *exchange) send(parts ...[]byte) error {
	for _, p := range parts {
		if err := x.ctx.Err(); err != nil {
			return err
		}
		if _, err := x.w.Write(p); err != nil {
			return err
		}
		if err := x.rc.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// cut ends the connection in the middle of the answer.
func (x *exchange) cut() {
	if conn, _, err := x.rc.Hijack(); err == nil {
		_ = conn.Close()
	}
}

// halved loses the second half of the JSON in a frame and keeps what ends it.
func halved(frame []byte) []byte {
	from := max(bytes.IndexByte(frame, '{'), 0)
	line := bytes.TrimRight(frame, "\n")
	return append(bytes.Clone(line[:from+(len(line)-from)/2]), frame[len(line):]...)
}

// insideRunes cuts after the first byte of every rune that has several, and
// every 7 bytes where there are none.
func insideRunes(body []byte) [][]byte {
	const without = 7
	var out [][]byte
	start := 0
	for i, c := range body {
		if c >= 0xc0 || i+1-start == without {
			out = append(out, body[start:i+1])
			start = i + 1
		}
	}
	return append(out, body[start:])
}

// embed answers with the script's vectors.
func (x *exchange) embed(s *Script, in wireCall) {
	texts := make([]string, len(in.req.Messages))
	for i, m := range in.req.Messages {
		texts[i] = m.Text
	}
	v, err := s.Embed(x.ctx, texts)
	if err != nil {
		f, status, wait := ServerError, 0, time.Duration(0)
		if me, ok := errors.AsType[*makeready.ModelError](err); ok {
			f, status, wait = faultOf(me.Kind), me.Status, me.RetryAfter
		}
		x.fail(f, status, wait)
		return
	}
	x.header(x.w.Header(), requestID(x.number))
	x.json(http.StatusOK, x.vectors.encodeVectors(in, v))
}

// faultOf is the failure of a kind that has an error status.
func faultOf(kind makeready.ErrorKind) TransportFault {
	for f, row := range transportFaults {
		if row.kind == kind && row.status != 0 {
			return TransportFault(f)
		}
	}
	return ServerError
}
