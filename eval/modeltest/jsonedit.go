package modeltest

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// A member is one member of the outermost object of a JSON text, with the
// places of its parts, so that a fault changes nothing else in the text.
type member struct {
	name       string
	nameStart  int
	value      string // as it is written
	start, end int    // of the value
}

// members finds the members of the object that is the whole text.
func members(text string) ([]member, error) {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	if tok, err := dec.Token(); err != nil || tok != json.Delim('{') {
		return nil, errors.New("it does not begin with {")
	}
	var ms []member
	for dec.More() {
		var m member
		m.nameStart = int(dec.InputOffset())
		m.nameStart += strings.IndexByte(text[m.nameStart:], '"')
		tok, err := dec.Token()
		if err != nil {
			return nil, fmt.Errorf("after %d members: %w", len(ms), err)
		}
		m.name, _ = tok.(string)
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return nil, fmt.Errorf("after %d members: %w", len(ms), err)
		}
		m.end = int(dec.InputOffset())
		m.value = string(raw)
		m.start = m.end - len(raw)
		ms = append(ms, m)
	}
	if _, err := dec.Token(); err != nil {
		return nil, fmt.Errorf("at the end: %w", err)
	}
	if strings.TrimSpace(text[dec.InputOffset():]) != "" {
		return nil, errors.New("there is text after it")
	}
	return ms, nil
}

// without returns the text less its member i and one of the commas beside it.
func without(text string, ms []member, i int) string {
	from, to := ms[i].nameStart, ms[i].end
	switch {
	case i+1 < len(ms):
		to = ms[i+1].nameStart
	case i > 0:
		from = ms[i-1].end
	}
	return text[:from] + text[to:]
}

// singleQuoted writes the strings of a JSON text between single quotes.
func singleQuoted(text string) string {
	var b strings.Builder
	inside := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			inside = !inside
			b.WriteByte('\'')
		case inside && c == '\'':
			b.WriteString(`\'`)
		case inside && c == '\\' && i+1 < len(text):
			i++
			if text[i] != '"' {
				b.WriteByte(c)
			}
			b.WriteByte(text[i])
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func quoted(s string) string {
	b, _ := json.Marshal(s) //nolint:errchkjson // a string is always JSON
	return string(b)
}
