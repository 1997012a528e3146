package modeltest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/makeready-go/makeready"
)

// TransportFault is what goes wrong between a model and its caller. A [Server]
// puts it on the wire as the provider would. A [Script] turns it into what the
// provider package makes of it: a [*makeready.ModelError] with kind, status and
// RetryAfter, which wraps [makeready.ErrIncompleteStream] when a stream ends
// without its terminal signal.
type TransportFault uint8

// The transport faults.
const (
	// RateLimited answers 429 with Retry-After.
	RateLimited TransportFault = iota + 1
	// QuotaExhausted says that the account has no credit left: 429 with
	// OpenAI's code, 400 from Anthropic.
	QuotaExhausted
	// ServerError answers 500.
	ServerError
	// Unavailable answers 503, with Retry-After if it is set.
	Unavailable
	// Overloaded answers 529, Anthropic's own status for no capacity.
	Overloaded
	// Unauthorized answers 401.
	Unauthorized
	// NotFound answers 404: no such model.
	NotFound
	// InvalidRequest answers 400: a parameter is not accepted.
	InvalidRequest
	// ContextLength answers 400: the prompt is too long.
	ContextLength
	// ContentFilter answers 400: the provider refuses the content.
	ContentFilter

	// Hang answers nothing until the request's context is done.
	Hang
	// Stall streams up to CutAt and then hangs.
	Stall
	// CutStream breaks the connection at CutAt.
	CutStream
	// EndStream ends the stream at CutAt in good order, but without its
	// terminal signal: what a proxy makes of a cut connection.
	EndStream
	// ErrorEvent reports a failure in the stream, at CutAt.
	ErrorEvent
	// MalformedChunk breaks the JSON of the chunk at CutAt; the others follow.
	MalformedChunk

	// SplitUTF8 delivers all, but cuts inside of runes: the text of chunks in a
	// Script, the writes to the connection on a Server.
	SplitUTF8
	// NoUsage counts no tokens: the figures are missing, or zero where the
	// format demands some.
	NoUsage
)

// transportFaults says what a client makes of each fault.
//
//archtest:table names, statuses and kinds of constants
var transportFaults = [...]struct {
	name   string
	status int // 0: not an answer with an error status
	kind   makeready.ErrorKind
}{
	0:              {"none", 0, makeready.KindUnknown},
	RateLimited:    {"rate_limited", http.StatusTooManyRequests, makeready.KindRateLimited},
	QuotaExhausted: {"quota_exhausted", http.StatusTooManyRequests, makeready.KindQuota},
	ServerError:    {"server_error", http.StatusInternalServerError, makeready.KindServer},
	Unavailable:    {"unavailable", http.StatusServiceUnavailable, makeready.KindOverloaded},
	Overloaded:     {"overloaded", statusOverloaded, makeready.KindOverloaded},
	Unauthorized:   {"unauthorized", http.StatusUnauthorized, makeready.KindAuth},
	NotFound:       {"not_found", http.StatusNotFound, makeready.KindNotFound},
	InvalidRequest: {"invalid_request", http.StatusBadRequest, makeready.KindInvalidRequest},
	ContextLength:  {"context_length", http.StatusBadRequest, makeready.KindContextLength},
	ContentFilter:  {"content_filter", http.StatusBadRequest, makeready.KindContentFilter},
	Hang:           {"hang", 0, makeready.KindTimeout},
	Stall:          {"stall", 0, makeready.KindTimeout},
	CutStream:      {"cut_stream", 0, makeready.KindNetwork},
	EndStream:      {"end_stream", 0, makeready.KindNetwork},
	ErrorEvent:     {"error_event", 0, makeready.KindServer},
	MalformedChunk: {"malformed_chunk", 0, makeready.KindServer},
	SplitUTF8:      {"split_utf8", 0, makeready.KindUnknown},
	NoUsage:        {"no_usage", 0, makeready.KindUnknown},
}

// statusOverloaded is not in the registry of statuses; Anthropic made it up.
const statusOverloaded = 529

// String returns the fault's name, or "transport_fault(n)". That of no fault
// is "none".
func (f TransportFault) String() string {
	if int(f) < len(transportFaults) {
		return transportFaults[f].name
	}
	return fmt.Sprintf("transport_fault(%d)", uint8(f))
}

// TransportFaults returns every transport fault, for tests that go through all
// of them.
func TransportFaults() []TransportFault {
	all := make([]TransportFault, 0, len(transportFaults)-1)
	for f := range transportFaults {
		if f > 0 {
			all = append(all, TransportFault(f))
		}
	}
	return all
}

// status is the HTTP status of an answer that is nothing but an error, 0 for
// any other.
func (f TransportFault) status() int { return transportFaults[f].status }

// breaks says that the answer breaks off, or is garbled, on its way.
func (f TransportFault) breaks() bool { return f >= CutStream && f <= MalformedChunk }

// wait is what a failure asks the caller to wait.
func (r Reply) wait() time.Duration {
	if r.Fault == RateLimited && r.RetryAfter == 0 {
		return time.Second
	}
	return r.RetryAfter
}

var errScripted = errors.New("modeltest: scripted fault")

// modelError is what a Script returns for the reply's fault.
func (r Reply) modelError(req makeready.Request, a answer) *makeready.ModelError {
	row := transportFaults[r.Fault]
	e := &makeready.ModelError{
		Kind: row.kind, Provider: req.Provider, Model: a.Model, Status: row.status, RequestID: requestID(a.number), Err: errScripted,
	}
	if e.Provider == "" {
		e.Provider = "modeltest"
	}
	if row.status != 0 {
		e.RetryAfter = r.wait()
	}
	switch streamed := req.Stream != nil; r.Fault {
	case CutStream, EndStream:
		switch {
		case streamed:
			e.Err = errors.Join(errScripted, makeready.ErrIncompleteStream)
		case r.Fault == CutStream:
			e.Err = errors.Join(errScripted, io.ErrUnexpectedEOF)
		default: // a body that ends too soon is a bad body: nobody can tell
			e.Kind = makeready.KindServer
		}
	case ErrorEvent:
		if !streamed { // there is no stream to report it in
			e.Status = http.StatusInternalServerError
		}
	default:
	}
	return e
}

func requestID(number int) string { return fmt.Sprintf("req-%06d", number) }
