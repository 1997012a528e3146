package provider

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxRetryAfter bounds what a provider may ask for; beyond it a header is more
// likely to be wrong than right.
const maxRetryAfter = 24 * time.Hour

// retryAfter is how long the headers of a failed call ask to wait, or 0. In
// order: retry-after-ms (OpenAI, Azure), Retry-After in seconds or as a date,
// and after a 429 the time at which the limit that is used up begins anew.
func retryAfter(status int, h http.Header, now time.Time) time.Duration {
	if ms, err := strconv.ParseFloat(h.Get("Retry-After-Ms"), 64); err == nil {
		return bounded(ms, time.Millisecond)
	}
	if v := h.Get("Retry-After"); v != "" {
		if s, err := strconv.ParseFloat(v, 64); err == nil {
			return bounded(s, time.Second)
		}
		if at, err := http.ParseTime(v); err == nil {
			if date, err := http.ParseTime(h.Get("Date")); err == nil {
				now = date // the provider's clock, not ours
			}
			return bounded(float64(at.Sub(now)), time.Nanosecond)
		}
	}
	if status != http.StatusTooManyRequests {
		return 0
	}
	var longest time.Duration
	for _, l := range limitHeaders {
		if remaining := h.Get(l.remaining); remaining == "0" {
			longest = max(longest, reset(h.Get(l.reset), now))
		}
	}
	if longest == 0 {
		longest = reset(h.Get("X-Ratelimit-Reset"), now)
	}
	return longest
}

//archtest:table headers of rate limits
var limitHeaders = [...]struct{ remaining, reset string }{
	{"X-Ratelimit-Remaining-Requests", "X-Ratelimit-Reset-Requests"},
	{"X-Ratelimit-Remaining-Tokens", "X-Ratelimit-Reset-Tokens"},
	{"Anthropic-Ratelimit-Requests-Remaining", "Anthropic-Ratelimit-Requests-Reset"},
	{"Anthropic-Ratelimit-Tokens-Remaining", "Anthropic-Ratelimit-Tokens-Reset"},
	{"Anthropic-Ratelimit-Input-Tokens-Remaining", "Anthropic-Ratelimit-Input-Tokens-Reset"},
	{"Anthropic-Ratelimit-Output-Tokens-Remaining", "Anthropic-Ratelimit-Output-Tokens-Reset"},
}

// reset reads the moment of a reset: a duration ("6m0s", OpenAI), a date
// (RFC 3339, Anthropic), seconds from now, or a Unix time in seconds or, as
// OpenRouter gives it, in milliseconds.
func reset(v string, now time.Time) time.Duration {
	v = strings.TrimSpace(v)
	if v == "" {
		return 0
	}
	if at, err := time.Parse(time.RFC3339, v); err == nil {
		return bounded(float64(at.Sub(now)), time.Nanosecond)
	}
	n, err := strconv.ParseFloat(v, 64)
	const year2001 = 1e9 // as a Unix time; no limit lasts for thirty years
	switch {
	case err != nil:
		d, _ := time.ParseDuration(v)
		return bounded(float64(d), time.Nanosecond)
	case n < year2001:
		return bounded(n, time.Second)
	case n < year2001*1000:
		return bounded(n-float64(now.Unix()), time.Second)
	default:
		return bounded(n-float64(now.UnixMilli()), time.Millisecond)
	}
}

// bounded is n units, at least 0 and at most maxRetryAfter.
func bounded(n float64, unit time.Duration) time.Duration {
	switch d := n * float64(unit); {
	case !(d > 0): // also for what is not a number
		return 0
	case d > float64(maxRetryAfter):
		return maxRetryAfter
	default:
		return time.Duration(d)
	}
}

// requestIDHeaders are where providers name a request, in order.
//
//archtest:table headers of request ids
var requestIDHeaders = [...]string{
	"X-Request-Id", "Request-Id", "Apim-Request-Id", "X-Amzn-Requestid", "X-Goog-Request-Id",
}

func requestID(h http.Header) string {
	for _, name := range requestIDHeaders {
		if id := h.Get(name); id != "" {
			return id
		}
	}
	return ""
}

const maxName = 128 // bytes of an id or a model's name that are kept

// named returns s if it can be the name of a request, an answer or a model, and
// "" if not: names end up in records and errors, so nothing else may pass for
// one, least of all the key that the request was sent with.
func named(s string, req *http.Request) string {
	if len(s) > maxName {
		return ""
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case strings.IndexByte("-_.:/@+=~", c) >= 0:
		default:
			return ""
		}
	}
	if s == "" || repeatsSecret(s, req) {
		return ""
	}
	return s
}

const minSecret = 8 // bytes from which on a value is a secret and no placeholder

func repeatsSecret(s string, req *http.Request) bool {
	for _, name := range secretHeaders {
		v := strings.TrimPrefix(req.Header.Get(name), "Bearer ")
		if overlaps(s, v) {
			return true
		}
	}
	if req.URL.User != nil {
		if p, _ := req.URL.User.Password(); overlaps(s, p) || overlaps(s, req.URL.User.Username()) {
			return true
		}
	}
	if req.URL.RawQuery != "" {
		for _, values := range req.URL.Query() {
			for _, v := range values {
				if overlaps(s, v) {
					return true
				}
			}
		}
	}
	return false
}

//archtest:table headers that carry keys
var secretHeaders = [...]string{
	"Authorization", "X-Api-Key", "Api-Key", "X-Goog-Api-Key",
}

func overlaps(s, secret string) bool {
	return len(secret) >= minSecret && (strings.Contains(s, secret) || len(s) >= minSecret && strings.Contains(secret, s))
}
