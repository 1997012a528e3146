package modeltest

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/makeready-go/makeready"
)

// prose is a text that is a list of its lines in the file, if it has several,
// and an object with base64 if JSON cannot hold it.
type prose string

type base64Text struct {
	Base64 []byte `json:"base64"`
}

// MarshalJSON writes the shortest form that keeps the text.
func (p prose) MarshalJSON() ([]byte, error) {
	s := string(p)
	switch {
	case !utf8.ValidString(s):
		return encoded(base64Text{[]byte(s)}), nil
	case strings.Contains(strings.TrimSuffix(s, "\n"), "\n"):
		return encoded(slices.Collect(strings.Lines(s))), nil
	default:
		return encoded(s), nil
	}
}

// UnmarshalJSON reads all three forms.
func (p *prose) UnmarshalJSON(b []byte) error {
	var lines oneOrMany[string]
	if len(b) > 0 && b[0] == '{' {
		var t base64Text
		err := json.Unmarshal(b, &t)
		*p = prose(t.Base64)
		return err
	}
	err := json.Unmarshal(b, &lines)
	*p = prose(strings.Join(lines, ""))
	return err
}

// recordedChunk is its text alone, if it has nothing else.
type recordedChunk makeready.Chunk

type chunkFields struct {
	Text      prose `json:"text,omitempty"`
	Reasoning prose `json:"reasoning,omitempty"`
	Reset     bool  `json:"reset,omitempty"`
}

// MarshalJSON writes a string where it can.
func (c recordedChunk) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(c.Text) && c.Text != "" && c.Reasoning == "" && !c.Reset {
		return encoded(c.Text), nil
	}
	return encoded(chunkFields{prose(c.Text), prose(c.Reasoning), c.Reset}), nil
}

// UnmarshalJSON reads both forms.
func (c *recordedChunk) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &c.Text)
	}
	var f chunkFields
	err := json.Unmarshal(b, &f)
	*c = recordedChunk{Text: string(f.Text), Reasoning: string(f.Reasoning), Reset: f.Reset}
	return err
}
