package provider_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/provider"
	"github.com/stretchr/testify/require"
)

// V04: langchaingo's errors have no type, and Retry-After is lost.
func TestRejections(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		status int
		body   string
		kind   makeready.ErrorKind
		code   string
	}{
		{"rate limit", 429, `{"error":{"type":"rate_limit_error","message":"slow down"}}`, makeready.KindRateLimited, "rate_limit_error"},
		{"quota, which waiting does not help", 429, `{"error":{"type":"insufficient_quota","code":"insufficient_quota"}}`, makeready.KindQuota, "insufficient_quota"},
		{"rate limit without a body", 429, ``, makeready.KindRateLimited, "unspecified"},
		{"a 429 that calls itself invalid", 429, `{"error":{"type":"invalid_request_error"}}`, makeready.KindRateLimited, "invalid_request_error"},
		{"no key", 401, `{"error":{"code":"invalid_api_key"}}`, makeready.KindAuth, "invalid_api_key"},
		{"not allowed", 403, `not JSON`, makeready.KindAuth, "unspecified"},
		{"no credit", 402, `{"error":{"type":"billing_error"}}`, makeready.KindQuota, "billing_error"},
		{"no such model", 404, `{"error":"model \"x\" not found"}`, makeready.KindNotFound, "unspecified"},
		{"no such model, said as 400", 400, `{"error":{"type":"invalid_request_error","code":"model_not_found"}}`, makeready.KindNotFound, "model_not_found"},
		{"a figure in the message is no status", 400, `{"error":{"message":"max_tokens must be <= 4290"}}`, makeready.KindInvalidRequest, "unspecified"},
		{"a word in the message is no code", 503, `{"error":{"message":"blocked upstream by content_filter"}}`, makeready.KindOverloaded, "unspecified"},
		{"too long, with a code", 400, `{"error":{"type":"invalid_request_error","code":"context_length_exceeded"}}`, makeready.KindContextLength, "context_length_exceeded"},
		{"too long at Anthropic", 400, `{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 9 tokens > 8 maximum"}}`, makeready.KindContextLength, "invalid_request_error"},
		{"too long at vLLM", 400, `{"object":"error","message":"This model's maximum context length is 8 tokens.","type":"BadRequestError","code":400}`, makeready.KindContextLength, "badrequesterror"},
		{"too long at Ollama", 400, `{"error":"the input length exceeds the context length"}`, makeready.KindContextLength, "message"},
		{"no credit at Anthropic", 400, `{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to go on."}}`, makeready.KindQuota, "invalid_request_error"},
		{"filtered by Anthropic", 400, `{"type":"error","error":{"type":"invalid_request_error","message":"Output blocked by content filtering policy"}}`, makeready.KindContentFilter, "invalid_request_error"},
		{"a message of a failure that is not the request's", 500, `{"error":{"message":"prompt is too long"}}`, makeready.KindServer, "message"},
		{"quoted and not said", 400, `{"error":{"message":"you wrote: prompt is too long"}}`, makeready.KindInvalidRequest, "unspecified"},
		{"too large", 413, `{"error":{"type":"request_too_large"}}`, makeready.KindContextLength, "request_too_large"},
		{"filtered by Azure", 400, `{"error":{"code":"content_filter","innererror":{"code":"ResponsibleAIPolicyViolation"}}}`, makeready.KindContentFilter, "content_filter"},
		{"Google's key, in an array", 400, `[{"error":{"code":400,"status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}]`, makeready.KindAuth, "api_key_invalid"},
		{"failed", 500, `{"error":{"type":"api_error"}}`, makeready.KindServer, "api_error"},
		{"failed with a code for clients", 500, `{"error":{"code":"invalid_api_key"}}`, makeready.KindServer, "invalid_api_key"},
		{"bad gateway", 502, `<html>`, makeready.KindServer, "unspecified"},
		{"overloaded", 503, `{}`, makeready.KindOverloaded, "unspecified"},
		{"overloaded, Anthropic's way", 529, `{"error":{"type":"overloaded_error"}}`, makeready.KindOverloaded, "overloaded_error"},
		{"no answer in time", 504, ``, makeready.KindTimeout, "unspecified"},
		{"unknown code", 422, `{"error":{"code":"sk-1234567890"}}`, makeready.KindInvalidRequest, "unspecified"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, p := range protocols {
				l := serve(t, func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Type", "application/json")
					w.Header().Set("Retry-After", "7")
					w.Header().Set("X-Request-ID", "req-9")
					w.WriteHeader(tt.status)
					_, _ = io.WriteString(w, tt.body)
				})
				m := p.model(t, l)
				for _, rec := range []*tape{nil, new(tape)} {
					resp, err := generate(t, m, ask("Hello?"), rec)
					me := requireKind(t, err, tt.kind)
					require.Equal(t, &makeready.ModelError{
						Kind: tt.kind, Provider: p.name, Model: "m-1", Status: tt.status,
						RetryAfter: 7 * time.Second, RequestID: "req-9", Err: &provider.FaultError{Code: tt.code},
					}, me)
					require.Zero(t, resp, "nothing was paid for")
				}
			}
		})
	}
}

func TestRequestIDInTheBody(t *testing.T) {
	t.Parallel()
	l := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, `{"type":"error","error":{"type":"api_error"},"request_id":"req_011"}`)
	})
	_, err := generate(t, anthropicProtocol.model(t, l), ask("Hello?"), nil)
	require.Equal(t, "req_011", requireKind(t, err, makeready.KindServer).RequestID)
}

// Google says in the body how long to wait.
func TestRetryDelay(t *testing.T) {
	t.Parallel()
	l := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = io.WriteString(w, `[{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[{"@type":"RetryInfo","retryDelay":"34s"}]}}]`)
	})
	_, err := generate(t, googleProtocol.model(t, l), ask("Hello?"), nil)
	require.Equal(t, 34*time.Second, requireKind(t, err, makeready.KindRateLimited).RetryAfter)
}

func TestFailuresWithStatus200(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, body string
		kind       makeready.ErrorKind
	}{
		{"an error for an answer", `{"error":{"code":429,"message":"upstream"}}`, makeready.KindRateLimited},
		{"an error with a type", `{"error":{"type":"overloaded_error"}}`, makeready.KindOverloaded},
		{"an error that says nothing", `{"error":"oops"}`, makeready.KindServer},
		{"no JSON", `<html>Sign in</html>`, makeready.KindServer},
		{"half of it", `{"choices":[{"message":{"content":"Hel`, makeready.KindServer},
		{"another kind of JSON", `[1,2]`, makeready.KindServer},
		{"nothing in it", `{"choices":[],"content":null}`, makeready.KindServer},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, p := range protocols {
				l := serve(t, p.with(false, tt.body+"\n"))
				_, err := generate(t, p.model(t, l), ask("Hello?"), nil)
				if p.name == "ollama" && tt.name == "nothing in it" || p.name == "ollama" && tt.name == "half of it" {
					require.Error(t, err) // a line without its end: told apart below
					continue
				}
				requireKind(t, err, tt.kind)
			}
		})
	}
}

func TestNetworkFailures(t *testing.T) {
	t.Parallel()
	secret := errors.New("dial https://user:sk-secret-0123456789@host: refused")
	for _, tt := range []struct {
		name string
		err  error
		kind makeready.ErrorKind
		code string
		is   error
	}{
		{"refused", &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, makeready.KindNetwork, "network", syscall.ECONNREFUSED},
		{"no such host", &net.DNSError{Err: "no such host", Name: "sk-secret-0123456789"}, makeready.KindNetwork, "dns", nil},
		{"cut", io.ErrUnexpectedEOF, makeready.KindNetwork, "cut", io.ErrUnexpectedEOF},
		{"closed", io.EOF, makeready.KindNetwork, "cut", io.ErrUnexpectedEOF},
		{"too late", &net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, makeready.KindTimeout, "timeout", os.ErrDeadlineExceeded},
		{"anything", secret, makeready.KindNetwork, "network", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, p := range protocols {
				m := p.model(t, &loopback{URL: "http://llm.invalid", Client: &http.Client{Transport: broken{tt.err}}})
				_, err := generate(t, m, ask("Hello?"), nil)
				me := requireKind(t, err, tt.kind)
				fault, ok := errors.AsType[*provider.FaultError](err)
				require.True(t, ok)
				require.Equal(t, tt.code, fault.Code)
				if tt.is != nil {
					require.ErrorIs(t, err, tt.is)
				}
				require.NotContains(t, chain(me), "sk-secret")
			}
		})
	}
}

// broken is a network that fails.
type broken struct{ err error }

func (b broken) RoundTrip(*http.Request) (*http.Response, error) { return nil, b.err }

// chain is the text of an error and of all that it wraps.
func chain(err error) string {
	if err == nil {
		return ""
	}
	var b strings.Builder
	_, _ = fmt.Fprintf(&b, "%v\n%+v\n%#v\n", err, err, err)
	switch u := err.(type) { //nolint:errorlint // walks the chain itself
	case interface{ Unwrap() error }:
		b.WriteString(chain(u.Unwrap()))
	case interface{ Unwrap() []error }:
		for _, e := range u.Unwrap() {
			b.WriteString(chain(e))
		}
	}
	return b.String()
}

func TestNoTLS(t *testing.T) {
	t.Parallel()
	l := serve(t, openaiProtocol.reply)
	m := openaiProtocol.model(t, l, func(c *provider.Config) { c.BaseURL = strings.Replace(c.BaseURL, "http:", "https:", 1) })
	_, err := generate(t, m, ask("Hello?"), nil)
	requireKind(t, err, makeready.KindNetwork)
}

func TestTimeouts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		edit func(*provider.Config)
	}{
		{"of the model", func(c *provider.Config) { c.Timeout = 2 * time.Second }},
		{"of the client", func(c *provider.Config) {
			client := *c.Client
			client.Timeout = 2 * time.Second
			c.Client = &client
		}},
	} {
		for _, p := range protocols {
			t.Run(tt.name+" "+p.name, func(t *testing.T) {
				t.Parallel()
				first, _, _ := strings.Cut(p.stream, "world")
				l := serve(t, func(w http.ResponseWriter, r *http.Request) {
					raw, _ := io.ReadAll(r.Body)
					if strings.Contains(string(raw), `"stream":true`) {
						w.Header().Set("Content-Type", p.contentType(true))
						_, _ = io.WriteString(w, first)
						flush(w)
					}
					<-r.Context().Done()
				})
				m := p.model(t, l, tt.edit)
				resp, err := generate(t, m, ask("Hello?"), nil)
				requireKind(t, err, makeready.KindTimeout)
				require.ErrorIs(t, err, os.ErrDeadlineExceeded)
				require.NotErrorIs(t, err, context.DeadlineExceeded, "the caller's own time is not over")
				require.Zero(t, resp)

				rec := new(tape)
				resp, err = generate(t, m, ask("Hello?"), rec)
				requireKind(t, err, makeready.KindTimeout)
				require.Empty(t, resp.Text)
				require.Equal(t, makeready.UsageEstimated, resp.Usage.Source, "what was streamed was paid for")
				require.NotEmpty(t, rec.text.String())
			})
		}
	}
}

func TestCancellation(t *testing.T) {
	t.Parallel()
	for _, p := range protocols {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			first, _, _ := strings.Cut(p.stream, "world")
			l := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", p.contentType(true))
				_, _ = io.WriteString(w, first)
				flush(w)
				<-r.Context().Done()
			})
			m := p.model(t, l)
			for range 20 { // V06: langchaingo returned no error in 12 of 20
				ctx, cancel := context.WithCancel(t.Context())
				req := ask("Hello?")
				req.Stream = func(c makeready.Chunk) error {
					if c.Text != "" {
						cancel()
					}
					return nil
				}
				resp, err := m.Generate(ctx, req)
				require.Equal(t, context.Canceled, err)
				require.Empty(t, resp.Text)
				require.Equal(t, makeready.UsageEstimated, resp.Usage.Source)
				cancel()
			}

			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			defer cancel()
			req := ask("Hello?")
			req.Stream = func(makeready.Chunk) error { return nil }
			_, err := m.Generate(ctx, req)
			require.Equal(t, context.DeadlineExceeded, err)
		})
	}
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	for _, p := range protocols {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			l := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Query().Has("again") {
					p.reply(w, r)
					return
				}
				http.Redirect(w, r, r.URL.Path+"?again", http.StatusTemporaryRedirect)
			})
			req := ask("Hello?")
			req.Params.Temperature = new(0.3)
			resp, err := generate(t, p.model(t, l), req, nil)
			require.NoError(t, err)
			require.Equal(t, "Grüße, world", resp.Text)
			got, _ := field(p, l.body(t), "temperature")
			equal(t, 0.3, got)
			require.Len(t, l.bodies, 2)

			_, err = generate(t, p.model(t, l, func(c *provider.Config) {
				client := *c.Client
				client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
				c.Client = &client
			}), req, nil)
			requireKind(t, err, makeready.KindInvalidRequest)
			require.Contains(t, chain(err), "provider: redirect")

			other := serve(t, p.reply)
			l = serve(t, func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, other.URL+r.URL.Path, http.StatusTemporaryRedirect)
			})
			_, err = generate(t, p.model(t, l), req, nil)
			requireKind(t, err, makeready.KindInvalidRequest)
			require.Contains(t, chain(err), "provider: redirect")
			require.Empty(t, other.bodies, "neither the key nor the prompt is for another host")
		})
	}
}

// endless is a network on which a server never stops answering.
type endless struct{ status int }

func (e endless) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: e.status, Header: http.Header{}, Request: req, ContentLength: -1,
		Body: io.NopCloser(e),
	}, nil
}

func (endless) Read(p []byte) (int, error) { return copy(p, page), nil }

var page = strings.Repeat("x", 1<<16)

func TestTooLarge(t *testing.T) {
	t.Parallel()
	for _, p := range protocols {
		m := p.model(t, &loopback{URL: "http://llm.invalid", Client: &http.Client{Transport: endless{http.StatusOK}}})
		for _, rec := range []*tape{nil, new(tape)} {
			_, err := generate(t, m, ask("Hello?"), rec)
			requireKind(t, err, makeready.KindServer)
			require.Contains(t, chain(err), "too_large")
		}
		m = p.model(t, &loopback{URL: "http://llm.invalid", Client: &http.Client{Transport: endless{http.StatusBadGateway}}})
		_, err := generate(t, m, ask("Hello?"), nil)
		requireKind(t, err, makeready.KindServer)
	}
}

func TestFault(t *testing.T) {
	t.Parallel()
	require.Equal(t, "provider: cut", (&provider.FaultError{Code: "cut"}).Error())
	f := &provider.FaultError{Code: "cut", Err: makeready.ErrIncompleteStream}
	require.ErrorIs(t, f, makeready.ErrIncompleteStream)
	require.Equal(t, "provider: cut: "+makeready.ErrIncompleteStream.Error(), f.Error())
}
