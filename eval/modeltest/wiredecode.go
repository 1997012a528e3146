package modeltest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/makeready-go/makeready"
)

// oneOrMany decodes what a format allows to be a single value or a list.
type oneOrMany[T any] []T

// UnmarshalJSON accepts a value, a list of them, and null for none.
func (l *oneOrMany[T]) UnmarshalJSON(b []byte) error {
	if b = bytes.TrimSpace(b); len(b) > 0 && b[0] == '[' {
		return json.Unmarshal(b, (*[]T)(l))
	}
	if string(b) == "null" {
		*l = nil
		return nil
	}
	var one T
	if err := json.Unmarshal(b, &one); err != nil {
		return err
	}
	*l = oneOrMany[T]{one}
	return nil
}

// contentBlocks decodes the content of a message: a text, null or a list of
// blocks.
type contentBlocks []contentBlock

// UnmarshalJSON makes a block of a text.
func (c *contentBlocks) UnmarshalJSON(b []byte) error {
	var text string
	if b = bytes.TrimSpace(b); len(b) > 0 && b[0] != '[' {
		if err := json.Unmarshal(b, &text); err != nil {
			return err
		}
		if text != "" {
			*c = contentBlocks{{Type: "text", Text: text}}
		}
		return nil
	}
	return json.Unmarshal(b, (*[]contentBlock)(c))
}

// A contentBlock is a block of a message in any of the formats; their types
// have different names.
type contentBlock struct {
	Type string `json:"type"`
	Text string `json:"text"`
	// OpenAI; binary is langchaingo's own.
	ImageURL struct {
		URL string `json:"url"`
	} `json:"image_url"`
	Binary struct {
		MIME string `json:"mime_type"`
		Data []byte `json:"data"`
	} `json:"binary"`
	// Anthropic.
	Source struct {
		Type      string `json:"type"`
		MediaType string `json:"media_type"`
		Data      []byte `json:"data"`
		URL       string `json:"url"`
	} `json:"source"`
	ID        string          `json:"id"`
	Name      string          `json:"name"`
	Input     json.RawMessage `json:"input"`
	ToolUseID string          `json:"tool_use_id"`
	Content   contentBlocks   `json:"content"`
}

// addTo adds the block to a message.
func (b contentBlock) addTo(m *makeready.Message) error {
	switch b.Type {
	case "text":
		m.Text += b.Text
	case "image_url":
		m.Parts = append(m.Parts, imagePart(b.ImageURL.URL))
	case "binary":
		m.Parts = append(m.Parts, makeready.Part{MIME: b.Binary.MIME, Data: b.Binary.Data})
	case "image":
		m.Parts = append(m.Parts, makeready.Part{MIME: b.Source.MediaType, Data: b.Source.Data, URL: b.Source.URL})
	case "tool_use":
		m.Parts = append(m.Parts, makeready.Part{Call: &makeready.ToolCall{ID: b.ID, Name: b.Name, Arguments: string(b.Input)}})
	case "thinking", "redacted_thinking": // of an earlier turn
	default:
		return fmt.Errorf("content of type %q is not supported", b.Type)
	}
	return nil
}

// imagePart is an image by its address, or by the bytes that a data URL holds.
func imagePart(url string) makeready.Part {
	if rest, ok := strings.CutPrefix(url, "data:"); ok {
		if mime, data, ok := strings.Cut(rest, ";base64,"); ok {
			if b, err := base64.StdEncoding.DecodeString(data); err == nil {
				return makeready.Part{MIME: mime, Data: b}
			}
		}
	}
	return makeready.Part{URL: url}
}

// functionTool is a tool as OpenAI and Ollama describe it.
type functionTool struct {
	Function struct {
		Name        string          `json:"name"`
		Description string          `json:"description"`
		Parameters  json.RawMessage `json:"parameters"`
	} `json:"function"`
}

func toolsOf(list []functionTool) []makeready.Tool {
	var out []makeready.Tool
	for _, t := range list {
		out = append(out, makeready.Tool{Name: t.Function.Name, Description: t.Function.Description, Schema: t.Function.Parameters})
	}
	return out
}

// textCall is a request for embeddings: one message for each text.
func textCall(model string, texts []string) wireCall {
	in := wireCall{req: makeready.Request{Model: model, Task: "embedding"}}
	for _, t := range texts {
		in.req.Messages = append(in.req.Messages, makeready.Message{Role: makeready.RoleUser, Text: t})
	}
	return in
}

// encoded is v in JSON as servers write it, without escaping of HTML.
func encoded(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) //nolint:errchkjson // only types of this package, and raw JSON that was checked
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// wireTime is when every answer was made: figures that change from run to run
// are of no use to a test.
const wireTime = 1_767_225_600 // 2026-01-01T00:00:00Z
