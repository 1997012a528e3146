package provider_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/provider"
	"github.com/stretchr/testify/require"
)

// FuzzAnswers feeds anything to the parsers. They do not panic, and what they
// accept is UTF-8 and was streamed as it is.
func FuzzAnswers(f *testing.F) {
	for i, p := range protocols {
		f.Add(uint8(i), true, p.stream)
		f.Add(uint8(i), false, p.answer)
		f.Add(uint8(i), true, p.answer)
		f.Add(uint8(i), false, p.stream)
		f.Add(uint8(i), true, splice(p, delta(p, `\ud83d\u00e9\"`)))
		f.Add(uint8(i), true, splice(p, delta(p, "\xff\xf0\x9f")))
	}
	f.Add(uint8(0), true, "data: {\"choices\":[{\"delta\":\ndata: {}}]}\n\ndata: [DONE]")
	f.Add(uint8(1), false, `{"content":[]}`)
	f.Add(uint8(0), true, "event: error\ndata: x\n\n")
	f.Add(uint8(1), true, "data: {\"type\":\"content_block_delta\",\"index\":1e3}\n")
	f.Fuzz(func(t *testing.T, which uint8, stream bool, body string) {
		p := protocols[int(which)%len(protocols)]
		client := &http.Client{Transport: packets{body, p.contentType(stream), 512}}
		m := p.model(t, &loopback{URL: "http://llm.invalid", Client: client})
		for _, rec := range []*tape{nil, new(tape)} {
			resp, err := generate(t, m, ask("Hello?"), rec)
			if err != nil {
				requireAnyKind(t, err)
				require.Empty(t, resp.Text)
				continue
			}
			require.True(t, utf8.ValidString(resp.Text) && utf8.ValidString(resp.Reasoning))
			if rec != nil {
				require.Equal(t, resp.Text, rec.text.String())
				require.Equal(t, resp.Reasoning, rec.reasoning.String())
			}
			require.NotEqual(t, makeready.UsageUnknown, resp.Usage.Source)
			require.GreaterOrEqual(t, resp.Usage.Input, resp.Usage.CacheRead)
			require.GreaterOrEqual(t, resp.Usage.Output, resp.Usage.Reasoning)
			for _, c := range resp.ToolCalls {
				require.NotEmpty(t, c.ID)
				require.True(t, utf8.ValidString(c.Name) && utf8.ValidString(c.Arguments))
			}
		}
	})
}

func requireAnyKind(t *testing.T, err error) {
	t.Helper()
	_, ok := errors.AsType[*makeready.ModelError](err)
	require.True(t, ok, "%T", err)
}

// FuzzUnquote compares with encoding/json, which is right wherever nothing is
// cut.
func FuzzUnquote(f *testing.F) {
	for _, s := range []string{
		`""`, `"a"`, `"\"\\\/\b\f\n\r\t"`, `"\u00e9\ud83d\ude00"`, `"\ud83d"`, `"\ude00\ud83d"`, `"\ud83dx"`, `"\ud83d\u0041"`, "\"\xff\"", `"ü"`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		b = bytes.TrimSpace(b)
		got := provider.Unquote(b)
		if len(b) == 0 || b[0] != '"' || !json.Valid(b) {
			return
		}
		var want string
		require.NoError(t, json.Unmarshal(b, &want))
		if bytes.IndexByte(b, 0xED) >= 0 { // a surrogate in bytes is three wrong ones to encoding/json, and one to us
			want, got = strings.ReplaceAll(want, "\uFFFD", ""), strings.ReplaceAll(got, "\uFFFD", "")
			if !utf8.Valid(b) {
				return
			}
		}
		require.Equal(t, want, got)
	})
}

// FuzzMembers compares the cursor with encoding/json.
func FuzzMembers(f *testing.F) {
	for _, s := range []string{
		`{}`, `{"a":1,"b":[{"c":"}"}],"d":null}`, ` { "a" : "\"" , "b" : -1.5e3 } `, `{"a":{"b":{"c":[]}}}`, `[1,"]",[2]]`, `{`, `{"a"`, `{"a":`, `{"a":"\`, `]`, `"a`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		keys, values := provider.Members(b)
		elements := provider.Elements(b)
		if !json.Valid(b) {
			return
		}
		var list []json.RawMessage
		if json.Unmarshal(b, &list) == nil && bytes.TrimSpace(b)[0] == '[' {
			require.Len(t, elements, len(list))
			for i := range list {
				require.Equal(t, string(list[i]), elements[i])
			}
		} else {
			require.Empty(t, elements)
		}
		var object map[string]json.RawMessage
		if json.Unmarshal(b, &object) != nil || bytes.TrimSpace(b)[0] != '{' {
			require.Empty(t, keys)
			return
		}
		for i, k := range keys { // the last of equal keys wins in a map
			require.True(t, json.Valid([]byte(values[i])))
			if !strings.ContainsAny(k, "\\") && utf8.ValidString(k) && !slices.Contains(keys[i+1:], k) && plain(keys) {
				require.Equal(t, string(object[k]), values[i])
			}
		}
		require.GreaterOrEqual(t, len(keys), len(object))
	})
}

// plain says whether no key has an escape, by which two spellings are one key.
func plain(keys []string) bool {
	for _, k := range keys {
		if strings.Contains(k, `\`) || !utf8.ValidString(k) {
			return false
		}
	}
	return true
}

// FuzzJoin cuts a text at any bytes: what is shown is always whole, and all of
// it together is the text.
func FuzzJoin(f *testing.F) {
	f.Add("grün 😀", uint64(0b1011_0101))
	f.Add("a\xed\xa0\xbd\xed\xb8\x80b", uint64(0xFFFF))
	f.Add("\xf0\x9f\x98", uint64(3))
	f.Fuzz(func(t *testing.T, s string, cuts uint64) {
		var pieces []string
		last := 0
		for i := range s {
			if cuts>>(uint(i)%64)&1 == 1 && i > last {
				pieces = append(pieces, s[last:i])
				last = i
			}
		}
		for i := last; i < len(s); i += 2 { // and between the bytes of characters
			pieces = append(pieces, s[i:min(i+2, len(s))])
		}
		shown, text := provider.Join(pieces)
		require.Equal(t, text, strings.Join(shown, ""))
		for _, p := range shown {
			require.True(t, utf8.ValidString(p), "%q", p)
		}
		if utf8.ValidString(s) {
			require.Equal(t, s, text)
		}
	})
}

// FuzzReport reads any body of a failure.
func FuzzReport(f *testing.F) {
	f.Add(400, []byte(`{"error":{"type":"invalid_request_error","code":"context_length_exceeded"}}`))
	f.Add(429, []byte(`[{"error":{"code":429,"details":[{"reason":"API_KEY_INVALID","retryDelay":"3s"}]}}]`))
	f.Add(0, []byte(`{"error":"x","code":529}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		kind, code := provider.Report(status, body)
		require.LessOrEqual(t, kind, makeready.KindContentFilter)
		require.NotEmpty(t, code)
		if status == http.StatusTooManyRequests { // the status is not overruled
			require.Contains(t, []makeready.ErrorKind{makeready.KindRateLimited, makeready.KindQuota, makeready.KindOverloaded}, kind)
		}
	})
}
