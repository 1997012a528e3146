package provider

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/makeready-go/makeready"
	"github.com/tmc/langchaingo/llms"
)

// A FaultError is the cause of a [makeready.ModelError] of this package. Its text is
// made of words of this package alone: what a provider, a proxy or the network
// stack said may repeat keys and prompts, and is dropped.
type FaultError struct {
	// Code is the provider's own code where it is one of those that the
	// providers document, such as "context_length_exceeded", or a word of this
	// package: "cut", "malformed", "too_large", "dns", "tls" and so on.
	Code string
	// Err is a sentinel that says more, or nil: [makeready.ErrIncompleteStream],
	// [io.ErrUnexpectedEOF], [os.ErrDeadlineExceeded], a [syscall.Errno].
	Err error
}

// Error returns the code and the sentinel's text.
func (f *FaultError) Error() string {
	if f.Err == nil {
		return "provider: " + f.Code
	}
	return "provider: " + f.Code + ": " + f.Err.Error()
}

// Unwrap returns the sentinel.
func (f *FaultError) Unwrap() error { return f.Err }

// Words of FaultError.Code that are this package's own.
const (
	codeCut          = "cut"          // the connection ended before the answer
	codeMalformed    = "malformed"    // the answer is not what the protocol says
	codeTooLarge     = "too_large"    // the answer is longer than maxAnswer
	codeNoAnswer     = "no_answer"    // there is no candidate in the answer
	codeTimeout      = "timeout"      // a limit of this side was reached
	codeNetwork      = "network"      // any other failure of the connection
	codeDNS          = "dns"          // the host has no address
	codeTLS          = "tls"          // no secure connection
	codeRedirect     = "redirect"     // the endpoint is elsewhere
	codeUnclassified = "unclassified" // the client has no Transport to say more
	codeUnsupported  = "unsupported"  // the request has what this provider cannot take
	codeBadRequest   = "bad_request"  // the request cannot be sent as it is
	codeUnspecified  = "unspecified"  // the provider gave no code that is known
	codeBadVectors   = "bad_vectors"  // an embedding is missing or of another length
	codeErrorEvent   = "error_event"  // a stream reported a failure of no known kind
	codeMessage      = "message"      // told by the beginning of the provider's message
)

// codes are the words by which providers name a failure, in lower case. What
// comes over the wire is only ever compared with them, never kept.
//
//archtest:table documented error types and codes
var codes = map[string]makeready.ErrorKind{
	// OpenAI and compatible servers
	"rate_limit_exceeded": makeready.KindRateLimited, "tokens": makeready.KindRateLimited,
	"requests": makeready.KindRateLimited, "too_many_requests": makeready.KindRateLimited,
	"insufficient_quota": makeready.KindQuota, "billing_hard_limit_reached": makeready.KindQuota,
	"billing_not_active": makeready.KindQuota, "insufficient_balance": makeready.KindQuota,
	"exceeded_current_quota_error": makeready.KindQuota,
	"server_error":                 makeready.KindServer, "internal_error": makeready.KindServer,
	"internal_server_error": makeready.KindServer, "internalservererror": makeready.KindServer,
	"engine_overloaded": makeready.KindOverloaded, "server_overloaded": makeready.KindOverloaded,
	"engine_overloaded_error": makeready.KindOverloaded, "service_unavailable": makeready.KindOverloaded,
	"overloaded": makeready.KindOverloaded, "capacity_exceeded": makeready.KindOverloaded,
	"timeout": makeready.KindTimeout, "request_timeout": makeready.KindTimeout,
	"invalid_api_key": makeready.KindAuth, "invalid_authentication": makeready.KindAuth,
	"incorrect_api_key_error": makeready.KindAuth, "account_deactivated": makeready.KindAuth,
	"unsupported_country_region_territory": makeready.KindAuth, "unauthorized": makeready.KindAuth,
	"model_not_found": makeready.KindNotFound, "not_found": makeready.KindNotFound,
	"notfounderror": makeready.KindNotFound, "deploymentnotfound": makeready.KindNotFound,
	"invalid_request": makeready.KindInvalidRequest, "invalid_value": makeready.KindInvalidRequest,
	"unsupported_parameter": makeready.KindInvalidRequest, "unsupported_value": makeready.KindInvalidRequest,
	"badrequesterror": makeready.KindInvalidRequest, "invalid_json_schema": makeready.KindInvalidRequest,
	"context_length_exceeded":      makeready.KindContextLength,
	"string_above_max_length":      makeready.KindContextLength,
	"exceed_context_size_error":    makeready.KindContextLength,
	"context_window_exceeded":      makeready.KindContextLength,
	"content_filter":               makeready.KindContentFilter,
	"content_policy_violation":     makeready.KindContentFilter,
	"responsibleaipolicyviolation": makeready.KindContentFilter,
	"moderation_blocked":           makeready.KindContentFilter,
	"data_inspection_failed":       makeready.KindContentFilter,
	// Anthropic
	"invalid_request_error": makeready.KindInvalidRequest, "authentication_error": makeready.KindAuth,
	"permission_error": makeready.KindAuth, "billing_error": makeready.KindQuota,
	"not_found_error": makeready.KindNotFound, "request_too_large": makeready.KindContextLength,
	"rate_limit_error": makeready.KindRateLimited, "api_error": makeready.KindServer,
	"overloaded_error": makeready.KindOverloaded, "timeout_error": makeready.KindTimeout,
	// Google
	"resource_exhausted": makeready.KindRateLimited, "unavailable": makeready.KindOverloaded,
	"internal": makeready.KindServer, "deadline_exceeded": makeready.KindTimeout,
	"unauthenticated": makeready.KindAuth, "permission_denied": makeready.KindAuth,
	"api_key_invalid": makeready.KindAuth, "invalid_argument": makeready.KindInvalidRequest,
	"failed_precondition": makeready.KindInvalidRequest,
}

// messages are how messages about a rejected request begin, for failures that
// providers give no code of its own: Anthropic, vLLM, Google, Ollama. They are
// compared with the beginning of the message of a request that was rejected as
// invalid, and with nothing else.
//
//archtest:table documented beginnings
var messages = [...]struct {
	prefix string
	kind   makeready.ErrorKind
}{
	{"prompt is too long", makeready.KindContextLength},
	{"input is too long", makeready.KindContextLength},
	{"This model's maximum context length is", makeready.KindContextLength},
	{"The input token count", makeready.KindContextLength},
	{"the input length exceeds the context length", makeready.KindContextLength},
	{"Your credit balance is too low", makeready.KindQuota},
	{"Output blocked by content filtering policy", makeready.KindContentFilter},
}

// refines says which kinds a code may turn the kind of a status into: a
// code makes it more exact and never changes what a status means.
func refines(status int, kind makeready.ErrorKind) bool {
	switch kind {
	case makeready.KindUnknown:
		return false
	case makeready.KindQuota, makeready.KindContentFilter, makeready.KindContextLength,
		makeready.KindAuth, makeready.KindNotFound:
		return status < 500 && (status != http.StatusTooManyRequests || kind == makeready.KindQuota)
	case makeready.KindOverloaded:
		return status >= 500 || status == http.StatusTooManyRequests
	case makeready.KindTimeout:
		return status >= 500
	default:
		return false
	}
}

// kindOfStatus is what an HTTP status means before anything else is known.
func kindOfStatus(status int) makeready.ErrorKind {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return makeready.KindAuth
	case http.StatusPaymentRequired:
		return makeready.KindQuota
	case http.StatusNotFound:
		return makeready.KindNotFound
	case http.StatusRequestTimeout, http.StatusGatewayTimeout:
		return makeready.KindTimeout
	case http.StatusRequestEntityTooLarge:
		return makeready.KindContextLength
	case http.StatusTooManyRequests:
		return makeready.KindRateLimited
	case http.StatusServiceUnavailable, 529: // 529 is Anthropic's
		return makeready.KindOverloaded
	}
	switch {
	case status >= 500:
		return makeready.KindServer
	case status >= 400:
		return makeready.KindInvalidRequest
	default:
		return makeready.KindUnknown
	}
}

// A report is what the body of an error says, as far as it can be trusted.
type report struct {
	code   string // a key of codes, or ""
	kind   makeready.ErrorKind
	said   makeready.ErrorKind // what the message begins like, by the table
	status int                 // some gateways put one into the body
	retry  string
	id     string // the provider's name for the request, unchecked
}

// readReport reads the shapes that providers use: an object or a string under
// "error", the same one level up, and Google's, which may be in an array.
func readReport(body []byte) report {
	var r report
	if !json.Valid(body) {
		return r
	}
	for first := range elements(body) {
		body = first
		break
	}
	r.read(body)
	r.id = str(lookup(body, "request_id"))
	inner := lookup(body, "error")
	r.read(inner)
	r.message(str(inner))
	return r
}

func (r *report) read(obj []byte) {
	for key, value := range members(obj) {
		switch string(key) {
		case "type", "code", "status", "reason":
			r.word(value)
		case "message":
			r.message(str(value))
		case "details":
			r.details(value)
		}
	}
}

// word takes a type or a code. The more telling of two wins: one that a status
// can be refined by, over one that repeats the status.
func (r *report) word(value []byte) {
	if n, ok := countOf(value); ok {
		if n >= 400 && n < 600 {
			r.status = int(n)
		}
		return
	}
	if len(value) > maxCode {
		return
	}
	word := strings.ToLower(str(value))
	kind, ok := codes[word]
	if ok && (r.code == "" || refines(http.StatusBadRequest, kind)) {
		r.code, r.kind = word, kind
	}
}

const maxCode = 64 // bytes; no key of codes is longer

func (r *report) message(s string) {
	for _, m := range messages {
		if strings.HasPrefix(s, m.prefix) {
			r.said = m.kind
		}
	}
}

// details are Google's: a reason that is more exact, and how long to wait.
func (r *report) details(list []byte) {
	for d := range elements(list) {
		r.word(lookup(d, "reason"))
		if v := lookup(d, "retryDelay"); v != nil {
			r.retry = str(v)
		}
	}
}

// kindOf joins what the status and the body say, the status first.
func (r *report) kindOf(status int) makeready.ErrorKind {
	if status == 0 {
		status = r.status
	}
	kind := kindOfStatus(status)
	switch {
	case status == 0:
		kind = r.kind
	case refines(status, r.kind):
		kind = r.kind
	}
	if r.said != makeready.KindUnknown && (kind == makeready.KindInvalidRequest || kind == makeready.KindUnknown) {
		kind = r.said
	}
	return kind
}

func (r *report) fault() *FaultError {
	switch {
	case r.code != "":
		return &FaultError{Code: r.code}
	case r.said != makeready.KindUnknown:
		return &FaultError{Code: codeMessage}
	default:
		return &FaultError{Code: codeUnspecified}
	}
}

// failed is the error of a call that has no status.
func (c *call) failed(kind makeready.ErrorKind, code string, err error) *makeready.ModelError {
	return &makeready.ModelError{
		Kind: kind, Provider: c.req.Provider, Model: c.req.Model, RequestID: c.requestID,
		Err: &FaultError{Code: code, Err: err},
	}
}

// broken says why the connection failed. When the caller's context is done,
// that is the reason and is returned as it is.
func (c *call) broken(err error) error {
	if e := c.parent.Err(); e != nil {
		return e
	}
	var ne net.Error
	timeout := errors.As(err, &ne) && ne.Timeout()
	switch {
	case timeout, errors.Is(err, context.DeadlineExceeded), c.over():
		return c.failed(makeready.KindTimeout, codeTimeout, os.ErrDeadlineExceeded)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return c.failed(makeready.KindNetwork, codeCut, io.ErrUnexpectedEOF)
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return c.failed(makeready.KindNetwork, codeNetwork, errno)
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return c.failed(makeready.KindNetwork, codeDNS, nil)
	}
	if isTLS(err) {
		return c.failed(makeready.KindNetwork, codeTLS, nil)
	}
	return c.failed(makeready.KindNetwork, codeNetwork, nil)
}

// over says whether a limit of this side has been reached: the model's or the
// HTTP client's. That cancels by two timers, so its context may not know yet.
func (c *call) over() bool {
	ctx := c.Context
	if c.wired != nil {
		ctx = c.wired
	}
	if ctx.Err() != nil {
		return true
	}
	deadline, ok := ctx.Deadline()
	return ok && !time.Now().Before(deadline)
}

func isTLS(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return true
	}
	_, ok := errors.AsType[tls.AlertError](err)
	return ok
}

// incomplete is the error of a stream without its end.
func (c *call) incomplete() error {
	return c.failed(makeready.KindNetwork, codeCut, makeready.ErrIncompleteStream)
}

// foreign classifies an error of a client that has no Transport, or that never
// came as far as it. Only types are looked at: the text may hold anything.
func (c *call) foreign(err error) error {
	if e := c.parent.Err(); e != nil {
		return e
	}
	if me, ok := errors.AsType[*makeready.ModelError](err); ok {
		return me
	}
	if _, ok := errors.AsType[net.Error](err); ok || errors.Is(err, io.ErrUnexpectedEOF) || c.over() {
		return c.broken(err)
	}
	if le, ok := errors.AsType[*llms.Error](err); ok {
		return c.failed(kindOfLangchain(le.Code), codeUnclassified, nil)
	}
	return c.failed(makeready.KindUnknown, codeUnclassified, nil)
}

func kindOfLangchain(code llms.ErrorCode) makeready.ErrorKind {
	switch code {
	case llms.ErrCodeAuthentication:
		return makeready.KindAuth
	case llms.ErrCodeRateLimit:
		return makeready.KindRateLimited
	case llms.ErrCodeInvalidRequest, llms.ErrCodeNotImplemented:
		return makeready.KindInvalidRequest
	case llms.ErrCodeResourceNotFound:
		return makeready.KindNotFound
	case llms.ErrCodeTokenLimit:
		return makeready.KindContextLength
	case llms.ErrCodeContentFilter:
		return makeready.KindContentFilter
	case llms.ErrCodeQuotaExceeded:
		return makeready.KindQuota
	case llms.ErrCodeTimeout:
		return makeready.KindTimeout
	case llms.ErrCodeProviderUnavailable:
		return makeready.KindOverloaded
	default:
		return makeready.KindUnknown
	}
}
