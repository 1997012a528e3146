package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/makeready-go/makeready"
)

// maxBody leaves room for a message with every byte escaped, and for answers.
const maxBody = 8 * maxMessage

// shutdownTime is how long requests under way may still take.
const shutdownTime = 10 * time.Second

// serveHTTP serves until ctx is done, then lets requests under way finish.
func serveHTTP(ctx context.Context, addr string, d desk, log io.Writer) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: handler(d), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: time.Minute}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	fmt.Fprintf(log, "Serving on http://%s\n", l.Addr())
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	if err := srv.Shutdown(ctx); err != nil {
		return errors.Join(err, srv.Close())
	}
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// handler answers POST / with a body {"message": "…", "answers": {"field":
// "…"}}. Who is signed in is the host's business, not the body's: here, the
// -as flag.
func handler(d desk) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /{$}", func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Message string            `json:"message"`
			Answers map[string]string `json:"answers"`
		}
		if err := decode(http.MaxBytesReader(w, r.Body, maxBody), &body); err != nil {
			status, problem := badBody(err)
			reply(w, status, map[string]string{"error": problem})
			return
		}
		a, err := d.answer(r.Context(), body.Message, body.Answers)
		if bad, ok := errors.AsType[*inputError](err); ok {
			reply(w, http.StatusBadRequest, map[string]string{"error": bad.Error()})
			return
		}
		status := http.StatusOK
		if a.Result.Outcome == makeready.Failed {
			status = http.StatusInternalServerError // the body holds a safe message
		}
		reply(w, status, newReport(a))
	})
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "ok\n")
	})
	return mux
}

var (
	errNotUTF8 = errors.New("not UTF-8")
	errTwo     = errors.New("more than one value")
)

// decode reads one JSON value. The decoder would replace what is not UTF-8
// without a word.
func decode(r io.Reader, into any) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if !utf8.Valid(b) {
		return errNotUTF8
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if dec.More() {
		return errTwo
	}
	return nil
}

// badBody says what is wrong with a body without repeating any of it.
func badBody(err error) (int, string) {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return http.StatusRequestEntityTooLarge, fmt.Sprintf("body: more than %d bytes: send a shorter message", maxBody)
	}
	if te, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && te.Field != "" {
		return http.StatusBadRequest, fmt.Sprintf("body: %s is not a %s", te.Field, te.Type)
	}
	if se, ok := errors.AsType[*json.SyntaxError](err); ok {
		return http.StatusBadRequest, fmt.Sprintf("body: not JSON at byte %d", se.Offset)
	}
	if errors.Is(err, errNotUTF8) {
		return http.StatusBadRequest, "body: not valid UTF-8: send text encoded as UTF-8"
	}
	return http.StatusBadRequest, `body: send one JSON object with "message" and, if asked, "answers": {"message": "…", "answers": {"order_number": "4417"}}`
}

func reply(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		http.Error(w, `{"error":"the answer has no JSON form"}`, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n'))
}
