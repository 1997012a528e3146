package provider_test

import (
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/makeready-go/makeready"
	"github.com/stretchr/testify/require"
)

// A line of a streamed answer with a text in it, per protocol.
func delta(p protocol, text string) string {
	switch p.name {
	case "anthropic":
		return `data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"` + text + "\"}}\n\n"
	case "ollama":
		return `{"message":{"role":"assistant","content":"` + text + "\"},\"done\":false}\n"
	default:
		return `data: {"choices":[{"index":0,"delta":{"content":"` + text + "\"}}]}\n\n"
	}
}

// splice puts something into the middle of a stream, behind its first text.
func splice(p protocol, insert string) string {
	at := strings.Index(p.stream, "Grüße")
	at += strings.Index(p.stream[at:], "\n") + 1
	if p.name != "ollama" {
		at++ // the empty line
	}
	return p.stream[:at] + insert + p.stream[at:]
}

// V06: langchaingo returns partial text without an error when a stream reports
// a failure, is cut, or has a malformed chunk.
func TestBrokenStreams(t *testing.T) {
	t.Parallel()
	type want struct {
		kind makeready.ErrorKind
		code string
		is   error
	}
	for _, tt := range []struct {
		name   string
		stream func(p protocol) string
		want   want
	}{
		{"an error event", func(p protocol) string {
			switch p.name {
			case "anthropic":
				return splice(p, "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"busy\"}}\n\n")
			case "ollama":
				return splice(p, `{"error":{"type":"overloaded_error"}}`+"\n")
			default:
				return splice(p, `data: {"error":{"type":"overloaded_error","message":"busy","code":503}}`+"\n\n")
			}
		}, want{makeready.KindOverloaded, "overloaded_error", nil}},
		{"an error without a word that is known", func(p protocol) string {
			if p.name == "ollama" {
				return splice(p, `{"error":"llama runner crashed"}`+"\n")
			}
			return splice(p, "event: error\ndata: upstream went away\n\n")
		}, want{makeready.KindServer, "error_event", nil}},
		{"an error that is not even an event", func(p protocol) string {
			return splice(p, `{"error":{"type":"overloaded_error"}}`+"\n\n")
		}, want{makeready.KindOverloaded, "overloaded_error", nil}},
		{"a malformed chunk", func(p protocol) string {
			if p.name == "ollama" {
				return splice(p, "{\"message\":{\"content\"\n")
			}
			return splice(p, "data: {\"choices\":[{\"delta\"\n\n")
		}, want{makeready.KindServer, "malformed", nil}},
		{"a chunk of another kind", func(p protocol) string {
			if p.name == "ollama" {
				return splice(p, "42\n")
			}
			return splice(p, "data: 42\n\n")
		}, want{makeready.KindServer, "malformed", nil}},
		{"no end", func(p protocol) string {
			at := strings.Index(p.stream, "world")
			at += strings.Index(p.stream[at:], "\n")
			return p.stream[:at+1]
		}, want{makeready.KindNetwork, "cut", makeready.ErrIncompleteStream}},
		{"nothing", func(protocol) string { return "" }, want{makeready.KindNetwork, "cut", makeready.ErrIncompleteStream}},
	} {
		for _, p := range protocols {
			t.Run(tt.name+" "+p.name, func(t *testing.T) {
				t.Parallel()
				l := serve(t, p.with(true, tt.stream(p)))
				rec := new(tape)
				resp, err := generate(t, p.model(t, l), ask("Hello?"), rec)
				requireKind(t, err, tt.want.kind)
				require.Contains(t, chain(err), "provider: "+tt.want.code)
				if tt.want.is != nil {
					require.ErrorIs(t, err, tt.want.is)
				}
				require.Empty(t, resp.Text)
				if tt.name != "nothing" {
					require.Contains(t, rec.text.String(), "Grüße")
					require.Equal(t, makeready.UsageEstimated, resp.Usage.Source)
					require.Positive(t, resp.Usage.Input)
					require.Positive(t, resp.Usage.Output)
				}
			})
		}
	}
}

// A connection that is cut is told from one that ends.
func TestCutConnections(t *testing.T) {
	t.Parallel()
	for _, p := range protocols {
		l := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", p.contentType(true))
			_, _ = io.WriteString(w, p.stream[:len(p.stream)/2])
			flush(w)
			panic(http.ErrAbortHandler)
		})
		_, err := generate(t, p.model(t, l), ask("Hello?"), new(tape))
		requireKind(t, err, makeready.KindNetwork)
		require.ErrorIs(t, err, makeready.ErrIncompleteStream)
	}
}

// Wherever a stream is cut, with or without a sign of it on the connection,
// the answer is whole or there is an error.
func TestRandomCuts(t *testing.T) {
	t.Parallel()
	cuts := 1000
	for _, p := range []protocol{openaiProtocol, anthropicProtocol, ollamaProtocol} {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			l := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", p.contentType(true))
				at, _ := strconv.Atoi(r.Header.Get("Cut"))
				_, _ = io.WriteString(w, p.stream[:at])
				if r.Header.Get("Abort") == "true" {
					flush(w)
					panic(http.ErrAbortHandler)
				}
			})
			base := l.Client.Transport
			rng := rand.New(rand.NewPCG(1, uint64(len(p.name))))
			complete := 0
			for i := range cuts {
				at, abort := rng.IntN(len(p.stream)+1), rng.IntN(2) == 0
				l.Client = &http.Client{Transport: header{base, map[string]string{
					"Cut": strconv.Itoa(at), "Abort": strconv.FormatBool(abort),
				}}}
				rec := new(tape)
				resp, err := generate(t, p.model(t, l), ask("Hello?"), rec)
				if err == nil {
					complete++
					require.Equal(t, "Grüße, world", resp.Text, "cut %d at %d", i, at)
					require.Equal(t, "Grüße, world", rec.text.String())
					continue
				}
				me := requireKind(t, err, makeready.KindNetwork)
				require.True(t, me.Retryable())
				require.ErrorIs(t, err, makeready.ErrIncompleteStream, "cut %d at %d", i, at)
				require.Empty(t, resp.Text)
				require.Contains(t, []string{"", "Grüße", "Grüße, world"}, rec.text.String())
				require.True(t, utf8.ValidString(rec.text.String()))
			}
			require.Positive(t, complete)
			require.Less(t, complete, cuts/2)
		})
	}
}

// header adds headers to requests.
type header struct {
	base http.RoundTripper
	set  map[string]string
}

func (h header) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	for k, v := range h.set {
		req.Header.Set(k, v)
	}
	return h.base.RoundTrip(req)
}

func (h header) CloseIdleConnections() {}

// V06: langchaingo fails on a line of more than 64 KiB, Ollama's on 512 KiB.
func TestLongLines(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789abcdef", 1<<16) // 1 MiB
	for _, p := range protocols {
		l := serve(t, p.with(true, splice(p, delta(p, long))))
		rec := new(tape)
		resp, err := generate(t, p.model(t, l), ask("Hello?"), rec)
		require.NoError(t, err)
		require.Equal(t, "Grüße"+long+", world", resp.Text)
		require.Equal(t, resp.Text, rec.text.String())
	}
}

// Characters that arrive in halves are shown when they are whole: cut between
// packets, between chunks, or between the halves of a surrogate pair.
func TestSplitCharacters(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		pieces []string
		want   string
	}{
		{"bytes", []string{"gr\xc3", "\xbcn"}, "grün"},
		{"four bytes in four pieces", []string{"\xf0", "\x9f", "\x98", "\x80!"}, "😀!"},
		{"surrogates", []string{`a\ud83d`, `\ude00b`}, "a😀b"},
		{"surrogates in one piece", []string{`\ud83d\ude00`}, "😀"},
		{"a half that stays alone", []string{`a\ud83d`, `b`}, "a\uFFFDb"},
		{"a half at the end", []string{"a\xc3"}, "a\uFFFD"},
		{"a byte that is none", []string{"a\xffb"}, "a\uFFFDb"},
		{"escapes", []string{`\"\\\/\b\f\n\r\t\u00e9`}, "\"\\/\b\f\n\r\té"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, p := range protocols {
				var b strings.Builder
				for _, piece := range tt.pieces {
					b.WriteString(delta(p, piece))
				}
				stream := splice(p, b.String())
				stream = strings.Replace(stream, "Grüße", "", 1)
				stream = strings.Replace(stream, ", world", "", 1)
				l := serve(t, p.with(true, stream))
				req := ask("Hello?")
				var shown strings.Builder
				req.Stream = func(c makeready.Chunk) error {
					require.True(t, utf8.ValidString(c.Text), "%q", c.Text)
					shown.WriteString(c.Text)
					return nil
				}
				resp, err := p.model(t, l).Generate(t.Context(), req)
				require.NoError(t, err)
				require.Equal(t, tt.want, resp.Text)
				require.Equal(t, tt.want, shown.String())
			}
		})
	}
}

// One byte per read is as good as any other packet size.
func TestPackets(t *testing.T) {
	t.Parallel()
	for _, p := range protocols {
		for _, size := range []int{1, 3, 7} {
			m := p.model(t, &loopback{URL: "http://llm.invalid", Client: &http.Client{Transport: packets{p.stream, p.contentType(true), size}}})
			rec := new(tape)
			resp, err := generate(t, m, ask("Hello?"), rec)
			require.NoError(t, err)
			require.Equal(t, "Grüße, world", resp.Text)
			require.Equal(t, resp.Text, rec.text.String())
		}
	}
}

type packets struct {
	stream, contentType string
	size                int
}

func (p packets) RoundTrip(req *http.Request) (*http.Response, error) {
	r := io.Reader(strings.NewReader(p.stream))
	if p.size == 1 {
		r = iotest.OneByteReader(r)
	} else {
		r = &small{r, p.size}
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {p.contentType}}, Body: io.NopCloser(r), Request: req,
	}, nil
}

type small struct {
	r io.Reader
	n int
}

func (s *small) Read(p []byte) (int, error) { return s.r.Read(p[:min(len(p), s.n)]) }

// What servers do that the specification of server-sent events does not say,
// or says and few do.
func TestTolerance(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, stream string }{
		{"carriage returns", strings.ReplaceAll(openaiStream, "\n", "\r\n")},
		{"no empty lines", strings.ReplaceAll(openaiStream, "\n\n", "\n")},
		{"no space", strings.ReplaceAll(openaiStream, "data: ", "data:")},
		{"ids and retries", "id: 1\nretry: 5\n\n" + openaiStream},
		{"a value over several lines", "data: {\"choices\":[{\"delta\":\ndata: {\"content\":\"Grüße, world\"},\ndata: \"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"},
		{"no [DONE]", strings.ReplaceAll(openaiStream, "data: [DONE]\n\n", "")},
		{"no line feed at the end", strings.TrimSpace(openaiStream)},
		{"empty data", "data:\n\n" + openaiStream},
		{"chunks without choices", "data: {\"prompt_filter_results\":[]}\n\n" + openaiStream},
		{"an error that is null", strings.ReplaceAll(openaiStream, `"choices"`, `"error":null,"choices"`)},
		{"figures with a point", strings.ReplaceAll(openaiStream, `:1200,`, `:1200.0,`)},
		{"a second candidate", strings.ReplaceAll(openaiStream, `data: [DONE]`, `data: {"choices":[{"index":1,"delta":{"content":"no"}}]}`+"\n\ndata: [DONE]")},
		{"whole, although a stream was asked for", strings.ReplaceAll(openaiAnswer, "\n", "")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := serve(t, openaiProtocol.with(!strings.HasPrefix(tt.stream, "{"), tt.stream))
			rec := new(tape)
			resp, err := generate(t, openaiProtocol.model(t, l), ask("Hello?"), rec)
			require.NoError(t, err)
			require.Equal(t, "Grüße, world", resp.Text)
			require.Equal(t, resp.Text, rec.text.String())
			require.Equal(t, makeready.StopEnd, resp.Stop)
		})
	}
	t.Run("a stream that was not asked for", func(t *testing.T) {
		t.Parallel()
		l := serve(t, openaiProtocol.with(true, openaiStream))
		resp, err := generate(t, openaiProtocol.model(t, l), ask("Hello?"), nil)
		require.NoError(t, err)
		require.Equal(t, "Grüße, world", resp.Text)
	})
}
