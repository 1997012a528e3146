package provider

import (
	"net/http"
	"time"

	"github.com/makeready-go/makeready"
)

// What follows is for tests of this package's parts.

// UsageOf is usageOf.
func UsageOf(info map[string]any) (makeready.Usage, bool) { return usageOf(info) }

// Estimate is estimate.
func Estimate(s string) int64 { return estimate(s) }

// RetryAfter is retryAfter.
func RetryAfter(status int, h http.Header, now time.Time) time.Duration {
	return retryAfter(status, h, now)
}

// Unquote is str.
func Unquote(value []byte) string { return whole(str(value)) }

// Join puts pieces together as a stream does.
func Join(pieces []string) (shown []string, text string) {
	var j joiner
	for _, p := range pieces {
		shown = append(shown, j.add(p))
	}
	shown = append(shown, j.flush())
	return shown, j.String()
}

// Members are the members of an object, as patch.go sees them.
func Members(obj []byte) (keys, values []string) {
	for k, v := range members(obj) {
		keys, values = append(keys, string(k)), append(values, string(v))
	}
	return keys, values
}

// Elements are the elements of an array, as patch.go sees them.
func Elements(list []byte) (values []string) {
	for v := range elements(list) {
		values = append(values, string(v))
	}
	return values
}

// Reduce is what becomes of a schema for Anthropic, and whether it is closed.
func Reduce(schema []byte) (string, bool) {
	r := reduce(schema, anthropicKeywords)
	return string(r.out), r.closed
}

// Report is the kind that a body and a status make.
func Report(status int, body []byte) (makeready.ErrorKind, string) {
	r := readReport(body)
	return r.kindOf(status), r.fault().Code
}

// Named is named.
func Named(s string, req *http.Request) string { return named(s, req) }
