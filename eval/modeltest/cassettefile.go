package modeltest

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/makeready-go/makeready"
)

// The file of a cassette. It is made to be read in a review: long texts are
// lists of lines, and each chunk of a stream is a line.
type (
	cassetteFile struct {
		Version int      `json:"version"`
		Entries []*entry `json:"entries"`
	}

	entry struct {
		// Key is that of the request and its trial; see [recordedRequest.key].
		Key      string           `json:"key"`
		Trial    string           `json:"trial,omitempty"`
		Repeat   int              `json:"repeat,omitempty"`
		Request  recordedRequest  `json:"request"`
		Response recordedResponse `json:"response"`
		Stream   []recordedChunk  `json:"stream,omitempty"`
		Error    *recordedError   `json:"error,omitempty"`
	}

	recordedRequest struct {
		Model    string            `json:"model,omitempty"`
		Params   makeready.Params  `json:"params,omitzero"`
		Schema   json.RawMessage   `json:"schema,omitempty"`
		Tools    []recordedTool    `json:"tools,omitempty"`
		Messages []recordedMessage `json:"messages"`
	}

	recordedTool struct {
		Name        string          `json:"name"`
		Description prose           `json:"description,omitempty"`
		Schema      json.RawMessage `json:"schema,omitempty"`
	}

	recordedMessage struct {
		Role   makeready.Role `json:"role"`
		Text   prose          `json:"text,omitempty"`
		Parts  []recordedPart `json:"parts,omitempty"`
		CallID string         `json:"call_id,omitempty"`
	}

	recordedPart struct {
		MIME string `json:"mime,omitempty"`
		// SHA256 and Size stand for the bytes.
		SHA256 string              `json:"sha256,omitempty"`
		Size   int                 `json:"size,omitempty"`
		URL    string              `json:"url,omitempty"`
		Call   *makeready.ToolCall `json:"call,omitempty"`
	}

	recordedResponse struct {
		Text      prose                `json:"text"`
		Reasoning prose                `json:"reasoning,omitempty"`
		ToolCalls []makeready.ToolCall `json:"tool_calls,omitempty"`
		ID        string               `json:"id,omitempty"`
		Model     string               `json:"model,omitempty"`
		Stop      makeready.StopReason `json:"stop,omitzero"`
		Usage     makeready.Usage      `json:"usage,omitzero"`
	}

	// recordedError has nothing that a provider wrote.
	recordedError struct {
		Kind       string `json:"kind"`
		Status     int    `json:"status,omitempty"`
		RetryAfter string `json:"retry_after,omitempty"`
		Incomplete bool   `json:"incomplete_stream,omitempty"`
	}
)

const cassetteVersion = 1

// Kinds of error that are no failure of the model: the caller ended the call,
// by an error of its Stream or by its context.
const (
	endedByStream  = "ended_by_stream"
	endedByContext = "ended_by_context"
)

func recordedRequestOf(req makeready.Request) recordedRequest {
	out := recordedRequest{Model: req.Model, Params: cloneParams(req.Params), Schema: compactJSON(req.Schema), Messages: []recordedMessage{}}
	for _, t := range req.Tools {
		out.Tools = append(out.Tools, recordedTool{t.Name, prose(t.Description), compactJSON(t.Schema)})
	}
	for _, m := range req.Messages {
		rm := recordedMessage{Role: m.Role, Text: prose(m.Text), CallID: m.CallID}
		for _, p := range m.Parts {
			rp := recordedPart{MIME: p.MIME, URL: p.URL, Size: len(p.Data)}
			if p.Call != nil {
				rp.Call = new(*p.Call)
			}
			if len(p.Data) > 0 {
				sum := sha256.Sum256(p.Data)
				rp.SHA256 = hex.EncodeToString(sum[:])
			}
			rm.Parts = append(rm.Parts, rp)
		}
		out.Messages = append(out.Messages, rm)
	}
	return out
}

// compactJSON is a schema without its white space, which no model reads. What
// is no JSON is kept as a string.
func compactJSON(b []byte) json.RawMessage {
	if len(b) == 0 {
		return nil
	}
	var out bytes.Buffer
	if json.Compact(&out, b) != nil {
		return encoded(prose(b))
	}
	return out.Bytes()
}

// request is for describe; it lacks the bytes of media.
func (r recordedRequest) request() makeready.Request {
	req := makeready.Request{Model: r.Model, Params: r.Params, Schema: r.Schema}
	for _, t := range r.Tools {
		req.Tools = append(req.Tools, makeready.Tool{Name: t.Name, Description: string(t.Description), Schema: t.Schema})
	}
	for _, m := range r.Messages {
		msg := makeready.Message{Role: m.Role, Text: string(m.Text), CallID: m.CallID}
		for _, p := range m.Parts {
			if p.SHA256 != "" {
				p.URL = fmt.Sprintf("%s, %d bytes, sha256 %s", p.MIME, p.Size, p.SHA256)
			}
			msg.Parts = append(msg.Parts, makeready.Part{MIME: p.MIME, URL: p.URL, Call: p.Call})
		}
		req.Messages = append(req.Messages, msg)
	}
	return req
}

// key names the request of one trial: the SHA-256 of its canonical JSON. The
// ordinal of a repetition is beside it, in the entry.
func (r recordedRequest) key(trial string) string {
	h := sha256.New()
	_, _ = h.Write(encoded(r))
	_, _ = h.Write([]byte("\n" + trial))
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

func recordedResponseOf(r makeready.Response) recordedResponse {
	return recordedResponse{prose(r.Text), prose(r.Reasoning), slices.Clone(r.ToolCalls), r.ID, r.Model, r.Stop, r.Usage}
}

func recordedErrorOf(err error) *recordedError {
	if err == nil {
		return nil
	}
	out := &recordedError{Kind: makeready.KindUnknown.String(), Incomplete: errors.Is(err, makeready.ErrIncompleteStream)}
	if me, ok := errors.AsType[*makeready.ModelError](err); ok {
		out.Kind, out.Status = me.Kind.String(), me.Status
		if me.RetryAfter > 0 {
			out.RetryAfter = me.RetryAfter.String()
		}
	}
	return out
}

var errRecorded = errors.New("modeltest: recorded failure")

// of is the failure of a request.
func (e *recordedError) of(req makeready.Request) error {
	me := &makeready.ModelError{Provider: req.Provider, Model: req.Model, Status: e.Status, Err: errRecorded}
	me.Kind, _ = kindOf(e.Kind)
	me.RetryAfter, _ = time.ParseDuration(e.RetryAfter)
	if e.Incomplete {
		me.Err = errors.Join(errRecorded, makeready.ErrIncompleteStream)
	}
	return me
}

func kindOf(name string) (makeready.ErrorKind, bool) {
	for k := makeready.KindUnknown; k <= makeready.KindContentFilter; k++ {
		if k.String() == name {
			return k, true
		}
	}
	return makeready.KindUnknown, false
}

// response is what was recorded, in a copy of its own.
func (r recordedResponse) response() makeready.Response {
	return makeready.Response{
		Text: string(r.Text), Reasoning: string(r.Reasoning), ToolCalls: slices.Clone(r.ToolCalls),
		ID: r.ID, Model: r.Model, Stop: r.Stop, Usage: r.Usage,
	}
}

// title is a line about an entry: the end of its prompt.
func (e *entry) title() string {
	last := ""
	if n := len(e.Request.Messages); n > 0 {
		last = string(e.Request.Messages[n-1].Text)
	}
	s := fmt.Sprintf("  %s %s", e.Key[:len("sha256:")+12], clip(last))
	if e.Trial != "" {
		s += fmt.Sprintf(", trial %q", e.Trial)
	}
	if e.Repeat > 0 {
		s += fmt.Sprintf(", time %d", e.Repeat+1)
	}
	return s
}

func sortEntries(all []*entry) {
	prompts := make(map[*entry]string, len(all))
	for _, e := range all {
		e.Key = e.Request.key(e.Trial)
		prompts[e] = describe(e.Request.request())
	}
	slices.SortFunc(all, func(a, b *entry) int {
		return cmp.Or(strings.Compare(prompts[a], prompts[b]), strings.Compare(a.Trial, b.Trial),
			strings.Compare(a.Key, b.Key), cmp.Compare(a.Repeat, b.Repeat))
	})
}

// load reads a file; one that does not exist is empty.
func load(path string) (map[string]*series, error) {
	out := map[string]*series{}
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return out, nil
	}
	if err != nil {
		return out, fmt.Errorf("modeltest: cassette: %w", err)
	}
	entries, err := parse(b)
	if err != nil {
		return out, fmt.Errorf("%w: %s: %w; mend it, or record it anew with -modeltest.record=all", errBadCassette, path, err)
	}
	for _, e := range entries {
		if out[e.Key] == nil {
			out[e.Key] = &series{}
		}
		out[e.Key].entries = append(out[e.Key].entries, e)
	}
	for _, s := range out {
		slices.SortStableFunc(s.entries, func(a, b *entry) int { return cmp.Compare(a.Repeat, b.Repeat) })
	}
	return out, nil
}

var errBadCassette = errors.New("modeltest: bad cassette")

func parse(b []byte) ([]*entry, error) {
	var f cassetteFile
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		return nil, err
	}
	if f.Version != cassetteVersion {
		return nil, fmt.Errorf("it has version %d, this package reads %d", f.Version, cassetteVersion)
	}
	for i, e := range f.Entries {
		if e == nil {
			return nil, fmt.Errorf("entry %d is null", i+1)
		}
		if err := e.check(); err != nil {
			return nil, fmt.Errorf("entry %d: %w", i+1, err)
		}
	}
	return f.Entries, nil
}

// check finds what a hand may have spoiled. Answers may be edited.
func (e *entry) check() error {
	e.Request.Schema = compactJSON(e.Request.Schema)
	for i := range e.Request.Tools {
		e.Request.Tools[i].Schema = compactJSON(e.Request.Tools[i].Schema)
	}
	if e.Request.Messages == nil {
		e.Request.Messages = []recordedMessage{}
	}
	if e.Request.key(e.Trial) != e.Key {
		return errors.New("the request was edited: its key does not fit")
	}
	if e.Error != nil {
		if _, ok := kindOf(e.Error.Kind); !ok && e.Error.Kind != endedByStream && e.Error.Kind != endedByContext {
			return fmt.Errorf("unknown kind of error %q", e.Error.Kind)
		}
		if e.Error.RetryAfter != "" {
			if _, err := time.ParseDuration(e.Error.RetryAfter); err != nil {
				return fmt.Errorf("retry_after: %w", err)
			}
		}
	}
	return nil
}

// save writes a file at once, and only if it changes.
func save(path string, entries []*entry) error {
	for i, e := range entries {
		if i == 0 || entries[i-1].Key != e.Key {
			e.Repeat = 0
			continue
		}
		e.Repeat = entries[i-1].Repeat + 1
	}
	var b bytes.Buffer
	if err := json.Indent(&b, encoded(cassetteFile{cassetteVersion, entries}), "", "  "); err != nil {
		return fmt.Errorf("modeltest: cassette: %w", err)
	}
	b.WriteByte('\n')
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, b.Bytes()) {
		return nil
	}
	err := os.MkdirAll(filepath.Dir(path), 0o755) //nolint:gosec // beside the sources, readable like them
	if err == nil {
		temp := path + ".new"
		err = os.WriteFile(temp, b.Bytes(), 0o644) //nolint:gosec // as above
		if err == nil {
			err = os.Rename(temp, path)
		}
	}
	if err != nil {
		return fmt.Errorf("modeltest: cassette: %w", err)
	}
	return nil
}
