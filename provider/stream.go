package provider

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"time"
)

// lines reads lines of any length up to the limit of an answer. bufio.Scanner,
// which langchaingo uses, gives up at 64 KiB.
type lines struct {
	r          io.Reader
	buf        []byte
	start, end int // what of buf is unread
	seen       int // bytes of it that hold no line feed
	total      int
	err        error
}

// next returns a line without its end. With the error that ended the stream,
// io.EOF included, it returns what came after the last line feed.
func (l *lines) next() ([]byte, error) {
	for {
		if i := bytes.IndexByte(l.buf[l.start+l.seen:l.end], '\n'); i >= 0 {
			line := l.buf[l.start : l.start+l.seen+i]
			l.start += l.seen + i + 1
			l.seen = 0
			return bytes.TrimSuffix(line, []byte{'\r'}), nil
		}
		l.seen = l.end - l.start
		if l.err != nil {
			rest := l.buf[l.start:l.end]
			l.start, l.seen = l.end, 0
			return rest, l.err
		}
		l.fill()
	}
}

func (l *lines) fill() {
	switch {
	case l.start > 0:
		l.end = copy(l.buf, l.buf[l.start:l.end])
		l.start = 0
	case l.end == len(l.buf):
		l.buf = append(l.buf, make([]byte, max(len(l.buf), 4<<10))...)
	}
	n, err := l.r.Read(l.buf[l.end:])
	l.end += n
	l.total += n
	if l.err = err; l.total > maxAnswer {
		l.err = errTooLarge
	}
}

// event handles one JSON value of a stream, and says whether it is the last.
// Name is that of the SSE event, and empty for most.
type event func(c *call, r *http.Request, name, data []byte) (done bool, err error)

// A framing turns lines into values.
type framing interface {
	// line takes a line; the value, if it completes one, is valid until the
	// next call.
	line(line []byte) (name, data []byte)
	// rest returns a value that the stream's end completes.
	rest() (name, data []byte)
}

// readStream reads a stream to its end: the event that says so, or the
// connection's end if over says that the answer was whole.
func (c *call) readStream(req *http.Request, resp *http.Response, f framing, handle event, over func(c *call) bool) error {
	c.pieces = true
	buf := getBuffer()
	l := lines{r: resp.Body, buf: (*buf)[:cap(*buf)]}
	defer func() {
		*buf = l.buf[:0]
		putBuffer(buf)
	}()
	for {
		line, err := l.next()
		name, data := f.line(line)
		done, herr := c.handle(req, handle, name, data)
		if err != nil && herr == nil && !done {
			name, data = f.rest()
			done, herr = c.handle(req, handle, name, data)
		}
		switch {
		case done:
			if l.err == nil && int64(l.total) != resp.ContentLength {
				drain(resp.Body)
			}
			return nil
		case herr == nil && err == nil:
			if c.over() { // a body need not know of the context
				return c.broken(context.DeadlineExceeded)
			}
		case err == nil:
			return herr
		case herr != nil && !errors.Is(herr, errMalformed): // a line that was cut is no more than that
			return herr
		default:
			return c.cut(err, over != nil && over(c))
		}
	}
}

// drain reads what follows the end, which is nothing but the end of the
// connection's message: without it the HTTP client could not use the
// connection again. A server that keeps the connection open is not waited for.
func drain(body io.ReadCloser) {
	late := time.AfterFunc(drainTime, func() { _ = body.Close() })
	defer late.Stop()
	_, _ = io.CopyN(io.Discard, body, drainBytes)
}

const (
	drainTime  = 50 * time.Millisecond
	drainBytes = 4 << 10
)

func (c *call) handle(req *http.Request, handle event, name, data []byte) (bool, error) {
	if len(data) == 0 {
		return false, nil
	}
	return handle(c, req, name, data)
}

// ended says whether the reason to stop has come, after which no text does.
func ended(c *call) bool { return c.hasStopped }

// cut says what it means that the connection is over.
func (c *call) cut(err error, whole bool) error {
	switch {
	case errors.Is(err, errTooLarge):
		return errTooLarge
	case whole:
		return nil
	case c.over():
		return c.broken(err)
	}
	if ne, ok := errors.AsType[net.Error](err); ok && ne.Timeout() {
		return c.broken(err)
	}
	return c.incomplete()
}

// sse is the framing of server-sent events, read with some tolerance: a line
// of data that is a JSON value by itself need not be followed by an empty
// line, and an object without "data:" before it counts as data, because
// servers that fail in the middle send such.
type sse struct {
	event, data []byte
}

func (s *sse) line(line []byte) (name, data []byte) {
	if len(line) == 0 {
		return s.rest()
	}
	if line[0] == '{' {
		return s.event, line
	}
	field, value, _ := bytes.Cut(line, []byte{':'})
	value = bytes.TrimPrefix(value, []byte{' '})
	switch string(field) {
	case "event":
		s.event = append(s.event[:0], value...)
	case "data":
		value = bytes.TrimSpace(value)
		if len(s.data) == 0 && closes(value) {
			return s.event, value
		}
		if len(s.data) > 0 {
			s.data = append(s.data, '\n')
		}
		s.data = append(s.data, value...)
	}
	return nil, nil
}

// closes says whether a value may be complete.
func closes(v []byte) bool {
	n := len(v)
	return n > 1 && (v[0] == '{' && v[n-1] == '}' || v[0] == '[' && v[n-1] == ']')
}

func (s *sse) rest() (name, data []byte) {
	name, data = s.event, s.data
	s.event, s.data = s.event[:0], s.data[:0]
	return name, data
}

// ndjson is the framing of a JSON value per line.
type ndjson struct{}

func (ndjson) line(line []byte) (name, data []byte) { return nil, bytes.TrimSpace(line) }

func (ndjson) rest() (name, data []byte) { return nil, nil }

var doneSignal = []byte("[DONE]") //archtest:table the end of an OpenAI stream
