package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func program(t *testing.T, stdin string, args ...string) (code int, out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), args, strings.NewReader(stdin), &o, &e)
	return code, o.String(), e.String()
}

func TestProgramAnswers(t *testing.T) {
	code, out, errOut := program(t, "", "I was overcharged on my last bill")
	require.Zero(t, code)
	require.Contains(t, errOut, "offline stand-in")
	answer, table, ok := strings.Cut(out, "\n\n")
	require.True(t, ok, "the answer first, then the run")
	require.NotEmpty(t, answer)
	require.Regexp(t, `(?m)^classify +classify@1\.0 +stand-in-small +\d+\+\d+ +\$0\.\d+ +[\d.]+ ms +answered$`, table)
	require.Regexp(t, `(?m)^respond +respond@1\.0 +stand-in-large `, table)
	require.Contains(t, table, "intent billing")
	require.NotContains(t, out, "\x1b[", "color only on a terminal")
	require.NotContains(t, errOut, "\x1b[")
}

func TestProgramColorsOnATerminal(t *testing.T) {
	a := newDesk(t, "", nil).mustAnswer(t, "I was overcharged on my last bill")
	var b bytes.Buffer
	printer(&b, true)(a)
	require.Contains(t, b.String(), "\x1b[")
	t.Setenv("NO_COLOR", "1")
	b.Reset()
	printer(&b, true)(a)
	require.NotContains(t, b.String(), "\x1b[")
}

func TestProgramJSON(t *testing.T) {
	code, out, _ := program(t, "", "-json", "I was overcharged on my last bill")
	require.Zero(t, code)
	var got struct {
		Outcome    string
		Intent     string
		Confidence float64
		Reply      string
		Questions  []struct{ Field, Text string }
		Stages     []struct {
			Name  string
			Value json.RawMessage
		}
		Record struct{ Ops []struct{ Kind string } }
	}
	dec := json.NewDecoder(strings.NewReader(out))
	require.NoError(t, dec.Decode(&got))
	require.False(t, dec.More(), "one object")
	require.Equal(t, "billing", got.Intent)
	require.GreaterOrEqual(t, got.Confidence, .8)
	require.Contains(t, []string{"answered", "needs_review"}, got.Outcome)
	require.NotEmpty(t, got.Reply)
	require.NotNil(t, got.Questions)
	require.Empty(t, got.Questions)
	var intent Intent
	require.NoError(t, json.Unmarshal(got.Stages[0].Value, &intent))
	require.Equal(t, "billing", intent.Intent)
	require.Equal(t, "run", got.Record.Ops[0].Kind)

	_, out, _ = program(t, "", "-json", "Where is my parcel?")
	require.NoError(t, json.Unmarshal([]byte(out), &got))
	require.Equal(t, "needs_input", got.Outcome)
	require.Equal(t, "order_number", got.Questions[0].Field)
}

func TestProgramRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		args []string
		code int
		want string
	}{
		"unknown flag":     {[]string{"-nope"}, exitUsage, "flag provided but not defined: -nope"},
		"flags behind":     {[]string{"where is order 4417?", "-as", "ada"}, exitUsage, "flags go before the message"},
		"unknown customer": {[]string{"-as", "PLANTED", "hi"}, exitUsage, "unknown customer, use one of ada, ben"},
		"empty message":    {[]string{""}, exitUsage, "message: empty"},
		"serve and text":   {[]string{"-serve", "localhost:0", "hi"}, exitUsage, "over HTTP"},
		"bad address":      {[]string{"-serve", "no-port"}, exitFailed, "no-port"},
		"help":             {[]string{"-help"}, exitOK, "usage: support"},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errOut := program(t, "", tt.args...)
			require.Equal(t, tt.code, code)
			require.Empty(t, out)
			require.Contains(t, errOut, tt.want)
			require.NotContains(t, errOut, "PLANTED")
		})
	}
}

func TestProgramReadsMessages(t *testing.T) {
	code, out, _ := program(t, "I was overcharged on my last bill\n\nWhere is my parcel?\n", "-json")
	require.Zero(t, code)
	dec := json.NewDecoder(strings.NewReader(out))
	var outcomes []string
	for dec.More() {
		var got struct{ Outcome string }
		require.NoError(t, dec.Decode(&got))
		outcomes = append(outcomes, got.Outcome)
	}
	require.Len(t, outcomes, 2)
	require.Equal(t, "needs_input", outcomes[1])

	require.Equal(t, 2, strings.Count(out, "\n"), "one line per message")

	code, out, errOut := program(t, strings.Repeat("x", 10<<20)+"\nWhere is my parcel?\n")
	require.Equal(t, exitFailed, code)
	require.Contains(t, errOut, "message: 10485760 bytes, the limit is 8192")
	require.Contains(t, out, "needs_input", "the next message is answered")
}

func TestConverseTakesTheNextLineAsAnswer(t *testing.T) {
	var out, errOut bytes.Buffer
	d := newDesk(t, "ada", nil)
	code := converse(t.Context(), d, strings.NewReader("Where is my parcel?\n4417\n"), &out, &errOut, printer(&out, false), true)
	require.Zero(t, code, errOut.String())
	asked, answered, ok := strings.Cut(out.String(), "needs_input")
	require.True(t, ok)
	require.True(t, strings.HasPrefix(asked, "> "))
	require.Contains(t, answered, "4417")
}

func TestServe(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	log, logWriter := io.Pipe()
	done := make(chan error, 1)
	d := newDesk(t, "", nil)
	go func() { done <- serveHTTP(ctx, "127.0.0.1:0", d, logWriter) }()
	line := make([]byte, 100)
	n, err := log.Read(line)
	require.NoError(t, err)
	url := regexp.MustCompile(`http://\S+`).FindString(string(line[:n]))
	client := &http.Client{Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()

	post := func(body string) (int, map[string]any) {
		resp, err := client.Post(url+"/", "application/json", strings.NewReader(body))
		require.NoError(t, err)
		defer resp.Body.Close()
		var got map[string]any
		require.NoError(t, json.NewDecoder(resp.Body).Decode(&got))
		return resp.StatusCode, got
	}
	status, got := post(`{"message":"I was overcharged on my last bill"}`)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "billing", got["intent"])
	for _, key := range []string{"outcome", "intent", "confidence", "reply", "questions", "record"} {
		require.Contains(t, got, key)
	}
	for name, tt := range map[string]struct {
		body   string
		status int
		want   string
	}{
		"empty message": {`{"message":""}`, http.StatusBadRequest, "message: empty"},
		"no JSON":       {`PLANTED`, http.StatusBadRequest, "not JSON at byte 1"},
		"wrong type":    {`{"message":1}`, http.StatusBadRequest, "message is not a string"},
		"unknown key":   {`{"message":"x","customer":"ada"}`, http.StatusBadRequest, "send one JSON object"},
		"not UTF-8":     {"{\"message\":\"PLANTED \xff\"}", http.StatusBadRequest, "not valid UTF-8"},
		"two values":    {`{"message":"x"} {"message":"PLANTED"}`, http.StatusBadRequest, "send one JSON object"},
		"too long":      {`{"message":"` + strings.Repeat("a", maxMessage+1) + `"}`, http.StatusBadRequest, "the limit is"},
		"10 MB":         {`{"message":"` + strings.Repeat("a", 10<<20) + `"}`, http.StatusRequestEntityTooLarge, "send a shorter message"},
	} {
		t.Run(name, func(t *testing.T) {
			status, got := post(tt.body)
			require.Equal(t, tt.status, status)
			require.Contains(t, got["error"], tt.want)
			require.NotContains(t, got["error"], "PLANTED")
		})
	}
	resp, err := client.Get(url + "/healthz")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusOK, resp.StatusCode)
	resp, err = client.Get(url + "/")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusMethodNotAllowed, resp.StatusCode)

	stop()
	select {
	case err := <-done:
		require.NoError(t, err)
	case <-time.After(15 * time.Second):
		t.Fatal("the server does not stop")
	}
}
