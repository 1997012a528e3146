package modeltest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/makeready-go/makeready"
)

// A Server is a provider on this machine. It speaks the wire formats of three
// providers at once, each with its streams, failures, headers and usage
// fields, and answers what its [Script] says:
//
//	POST …/chat/completions, …/embeddings   OpenAI and compatible servers
//	POST …/messages                         Anthropic
//	POST …/api/chat, …/api/embed            Ollama, and its older …/api/embeddings
//
// What stands before these paths does not matter: [Server.URL] with or without
// "/v1" is a base URL for a client. Keys are neither asked for nor kept.
//
// A Server is safe for concurrent use.
type Server struct {
	// URL is the address, without a slash at the end.
	URL string

	t      TB
	script *Script
	http   *http.Server
	client *http.Client
	cancel context.CancelFunc
	served chan struct{}
	once   sync.Once

	inFlight sync.WaitGroup // added to under mu, and not once closing
	mu       sync.Mutex
	requests []WireRequest
	closing  bool
	closed   bool
}

// A WireRequest is what a [Server] received.
type WireRequest struct {
	Path string
	// Header is without everything that carries keys: Authorization, cookies
	// and the like.
	Header http.Header
	Body   []byte
	// Request is what the body means. For embeddings it has one message for
	// each text.
	Request makeready.Request
}

// Field returns the JSON text of a field of the body, and whether it was sent.
// The path has the names of members and the indexes of elements, joined with
// dots: "temperature", "messages.0.content".
func (r WireRequest) Field(path string) (value string, sent bool) {
	raw := json.RawMessage(r.Body)
	for name := range strings.SplitSeq(path, ".") {
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) == nil {
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(list) {
				return "", false
			}
			raw = list[i]
			continue
		}
		var object map[string]json.RawMessage
		if json.Unmarshal(raw, &object) != nil {
			return "", false
		}
		if raw, sent = object[name]; !sent {
			return "", false
		}
	}
	return string(raw), true
}

// NewServer starts a server on a free port of the loopback interface. It is
// closed when the test ends; without a test, call [Server.Close]. If no port
// can be had the test fails, and so does every request.
func NewServer(t TB, s *Script) *Server {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		dead := newPipeListener()
		_ = dead.Close()
		srv := start(t, s, dead, "http://127.0.0.1:0", func(context.Context, string, string) (net.Conn, error) { return nil, err })
		srv.reportf("modeltest: no server: %v", err)
		return srv
	}
	addr := l.Addr().String()
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", addr) // nothing leaves the machine
	}
	return start(t, s, l, "http://"+addr, dial)
}

// NewPipeServer starts a server without a socket, for bubbles of
// testing/synctest: made inside the bubble, its latencies pass in no time. Only
// [Server.Client] reaches it.
func NewPipeServer(t TB, s *Script) *Server {
	l := newPipeListener()
	return start(t, s, l, "http://modeltest.invalid", l.dial)
}

func start(t TB, s *Script, l net.Listener, url string, dial func(context.Context, string, string) (net.Conn, error)) *Server {
	ctx, cancel := context.WithCancel(context.Background())
	srv := &Server{
		URL: url, t: t, script: s, cancel: cancel, served: make(chan struct{}),
		client: &http.Client{Transport: &http.Transport{DialContext: dial, DisableCompression: true, MaxIdleConnsPerHost: 64}},
	}
	srv.http = &http.Server{
		Handler:           http.HandlerFunc(srv.serve),
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0), // clients of broken streams go away without a word
	}
	go func() {
		defer close(srv.served)
		_ = srv.http.Serve(l) // always ErrServerClosed or a closed listener
	}()
	if t != nil {
		t.Helper()
		t.Cleanup(srv.Close)
	}
	return srv
}

// Client returns a client that reaches this server and nothing else. Its
// connections end with the server.
func (s *Server) Client() *http.Client { return s.client }

// Requests returns what was received so far, in the order of arrival.
func (s *Server) Requests() []WireRequest {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// closeTimeout is how long Close waits for requests under way.
const closeTimeout = 5 * time.Second

// Close ends all connections, also those that hang, and waits for what the
// server runs. It may be called more than once.
func (s *Server) Close() {
	s.once.Do(func() {
		s.mu.Lock()
		s.closing = true
		s.mu.Unlock()
		s.cancel()
		_ = s.http.Close()
		s.client.CloseIdleConnections()
		<-s.served
		idle := make(chan struct{})
		go func() {
			defer close(idle)
			s.inFlight.Wait()
		}()
		timer := time.NewTimer(closeTimeout)
		defer timer.Stop()
		select {
		case <-idle:
		case <-timer.C:
			s.reportf("modeltest: a request is still being answered %v after the server was closed", closeTimeout)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.closed = true
	})
}

func (s *Server) reportf(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.t != nil && !s.closed {
		s.t.Helper()
		s.t.Errorf(format, args...)
	}
}

func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closing {
		s.inFlight.Add(1)
	}
	return !s.closing
}

// maxBody bounds what a request may hold: images, not videos.
const maxBody = 32 << 20

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if !s.enter() {
		return
	}
	defer s.inFlight.Done()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil { // it is too long, or the client went away and reads no answer
		http.Error(w, "the request is too large", http.StatusRequestEntityTooLarge)
		return
	}
	end := endpointOf(r.URL.Path)
	if end.protocol == nil || r.Method != http.MethodPost {
		s.reportf("modeltest: the server has no %s %s", r.Method, r.URL.Path)
		http.NotFound(w, r)
		return
	}
	in, err := end.decode(body)
	s.mu.Lock()
	s.requests = append(s.requests, WireRequest{
		Path: r.URL.Path, Header: publicHeader(r.Header), Body: bytes.Clone(body), Request: in.req,
	})
	number := len(s.requests)
	s.mu.Unlock()
	x := &exchange{w: w, rc: http.NewResponseController(w), ctx: r.Context(), endpoint: end, number: number}
	if err != nil {
		s.reportf("modeltest: request %d to %s cannot be read: %v", number, r.URL.Path, err)
		x.fail(InvalidRequest, 0, 0)
		return
	}
	if end.vectors != nil {
		x.embed(s.script, in)
		return
	}
	reply, a, err := s.script.next(in.req)
	if err != nil { // the script has reported it
		x.fail(InvalidRequest, 0, 0)
		return
	}
	x.answer(in, reply, a)
}

// secretHeaders carry keys in one client or another.
//
//archtest:table names of headers
var secretHeaders = []string{
	"Authorization", "Proxy-Authorization", "X-Api-Key", "Api-Key", "X-Goog-Api-Key", "Cookie", "X-Auth-Token",
}

func publicHeader(h http.Header) http.Header {
	h = h.Clone()
	for _, name := range secretHeaders {
		h.Del(name)
	}
	return h
}
