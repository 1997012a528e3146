package provider

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/makeready-go/makeready"
)

// anthropicWire is the messages protocol of Anthropic.
type anthropicWire struct{}

// patch removes the temperature that langchaingo always sends, and writes the
// messages anew when there is more than text in them: langchaingo sends only
// the first part of an assistant's turn and takes no images by URL. There is no
// seed in this API.
func (anthropicWire) patch(w *writer, body []byte, c *call, _ *http.Request) error {
	rich := c.rich()
	w.keep(body, func(key []byte) bool {
		switch string(key) {
		case "temperature", "top_p", "stream":
			return true
		case "messages":
			return rich
		}
		return false
	})
	if rich {
		if err := w.value("messages", c.anthropicTurns()); err != nil {
			return c.failed(makeready.KindInvalidRequest, codeBadRequest, nil)
		}
	}
	w.float("temperature", c.params.Temperature)
	w.float("top_p", c.params.TopP)
	if f := c.model.anthropicFormat(c.req.Schema); f != "" {
		w.raw("output_config", f)
	}
	if c.req.Stream != nil {
		w.raw("stream", "true")
	}
	w.end()
	return nil
}

// rich says whether there is more than text in the messages.
func (c *call) rich() bool {
	for i := range c.req.Messages {
		if m := &c.req.Messages[i]; len(m.Parts) > 0 || m.Role == makeready.RoleTool {
			return true
		}
	}
	return false
}

type (
	anthropicTurn struct {
		Role    string `json:"role"`
		Content []any  `json:"content"`
	}
	anthropicText struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}
	anthropicImage struct {
		Type   string          `json:"type"`
		Source anthropicSource `json:"source"`
	}
	anthropicSource struct {
		Type      string `json:"type"`
		MediaType string `json:"media_type,omitempty"`
		Data      []byte `json:"data,omitempty"`
		URL       string `json:"url,omitempty"`
	}
	anthropicToolUse struct {
		Type  string          `json:"type"`
		ID    string          `json:"id"`
		Name  string          `json:"name"`
		Input json.RawMessage `json:"input"`
	}
	anthropicToolResult struct {
		Type    string `json:"type"`
		ID      string `json:"tool_use_id"`
		Content string `json:"content"`
	}
)

// anthropicTurns are the messages but for the system's. Results of tools that
// follow each other are one turn: so the API wants those of parallel calls.
func (c *call) anthropicTurns() []anthropicTurn {
	var turns []anthropicTurn
	tools := false // whether the last turn is of tool results
	for i := range c.req.Messages {
		m := &c.req.Messages[i]
		turn := anthropicTurn{Role: "user"}
		switch m.Role {
		case makeready.RoleSystem:
			continue
		case makeready.RoleTool:
			result := anthropicToolResult{"tool_result", m.CallID, m.Text}
			if tools {
				last := &turns[len(turns)-1]
				last.Content = append(last.Content, result)
			} else {
				turns = append(turns, anthropicTurn{"user", []any{result}})
			}
			tools = true
			continue
		case makeready.RoleAssistant:
			turn.Role = "assistant"
		case makeready.RoleUser:
		}
		tools = false
		if m.Text != "" || len(m.Parts) == 0 {
			turn.Content = append(turn.Content, anthropicText{"text", m.Text})
		}
		for j := range m.Parts {
			turn.Content = append(turn.Content, anthropicBlock(&m.Parts[j]))
		}
		turns = append(turns, turn)
	}
	return turns
}

func anthropicBlock(p *makeready.Part) any {
	switch {
	case p.Call != nil:
		input := p.Call.Arguments
		if strings.TrimSpace(input) == "" {
			input = "{}"
		}
		return anthropicToolUse{"tool_use", p.Call.ID, p.Call.Name, json.RawMessage(input)}
	case len(p.Data) > 0:
		return anthropicImage{"image", anthropicSource{Type: "base64", MediaType: p.MIME, Data: p.Data}}
	default:
		return anthropicImage{"image", anthropicSource{Type: "url", URL: p.URL}}
	}
}

func (anthropicWire) read(c *call, r *http.Request, resp *http.Response) error {
	if !c.streams(resp) {
		return c.readBody(resp.Body, anthropicAnswer, r)
	}
	return c.readStream(r, resp, new(sse), anthropicEvent, nil)
}

func anthropicAnswer(c *call, r *http.Request, body []byte) error {
	if !isObject(body) {
		return errMalformed
	}
	switch str(lookup(body, "type")) {
	case "message", "":
	case "error":
		return c.eventError(body)
	default:
		return errMalformed
	}
	if present(lookup(body, "error")) {
		return c.eventError(body)
	}
	blocks := lookup(body, "content")
	if len(blocks) == 0 || blocks[0] != '[' {
		return c.failed(makeready.KindServer, codeNoAnswer, nil)
	}
	c.anthropicHead(r, body)
	c.stopped(lookup(body, "stop_reason"))
	c.anthropicUsage(lookup(body, "usage"), true)
	index := 0
	for b := range elements(blocks) {
		if err := c.anthropicBlock(index, b); err != nil {
			return err
		}
		index++
	}
	return nil
}

func (c *call) anthropicHead(r *http.Request, message []byte) {
	c.identify(r, &c.resp.ID, lookup(message, "id"))
	c.identify(r, &c.resp.Model, lookup(message, "model"))
}

// anthropicUsage merges what has been counted so far: a stream reports the
// input at its beginning and the output at its end.
func (c *call) anthropicUsage(b []byte, final bool) {
	u := &c.usage
	plain := u.Input - u.CacheRead - u.CacheWrite
	counted := false
	for key, value := range members(b) {
		n, known := countOf(value)
		if !known {
			continue
		}
		switch string(key) {
		case "input_tokens":
			plain = n
		case "output_tokens":
			u.Output, counted = n, true
		case "cache_read_input_tokens":
			u.CacheRead = n
		case "cache_creation_input_tokens":
			u.CacheWrite = n
		}
	}
	u.Input = plain + u.CacheRead + u.CacheWrite
	if c.counted = final && counted && u.Input > 0; c.counted {
		u.Source = makeready.UsageReported
	}
}

// anthropicBlock takes a block of content, or the beginning of one. Those that
// are not text, thinking or tool_use are steps of the server's own.
func (c *call) anthropicBlock(index int, b []byte) error {
	switch str(lookup(b, "type")) {
	case "text":
		return c.say(str(lookup(b, "text")), "")
	case "thinking":
		return c.say("", str(lookup(b, "thinking")))
	case "tool_use":
		args := ""
		if !c.pieces { // in a stream the input is empty here, and follows
			args = argumentsOf(lookup(b, "input"))
		}
		return c.tool(index, str(lookup(b, "id")), str(lookup(b, "name")), args)
	}
	return nil
}

func (c *call) anthropicDelta(index int, d []byte) error {
	switch str(lookup(d, "type")) {
	case "text_delta":
		return c.say(str(lookup(d, "text")), "")
	case "thinking_delta":
		return c.say("", str(lookup(d, "thinking")))
	case "input_json_delta":
		if slices.Contains(c.toolIndex, index) { // else a tool of the server's own
			return c.tool(index, "", "", str(lookup(d, "partial_json")))
		}
	}
	return nil
}

func anthropicEvent(c *call, r *http.Request, name, data []byte) (bool, error) {
	if string(name) == "error" {
		return false, c.eventError(data)
	}
	if !isObject(data) {
		return false, errMalformed
	}
	index := int(tokensOf(lookup(data, "index")))
	switch str(lookup(data, "type")) {
	case "message_start":
		c.began = true
		message := lookup(data, "message")
		c.anthropicHead(r, message)
		c.anthropicUsage(lookup(message, "usage"), false)
	case "content_block_start":
		return false, c.anthropicBlock(index, lookup(data, "content_block"))
	case "content_block_delta":
		return false, c.anthropicDelta(index, lookup(data, "delta"))
	case "message_delta":
		c.stopped(lookup(lookup(data, "delta"), "stop_reason"))
		c.anthropicUsage(lookup(data, "usage"), true)
	case "message_stop":
		return true, nil
	case "error":
		return false, c.eventError(data)
	case "":
		if present(lookup(data, "error")) {
			return false, c.eventError(data)
		}
		return false, errMalformed
	}
	return false, nil // ping, content_block_stop, and what will be invented
}

func (anthropicWire) standIn(c *call, streams bool) string {
	if !c.model.direct {
		return anthropicReplay(c, streams)
	}
	if streams {
		return "data: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":0}}}\n\n" +
			"data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\"}}\n\n" +
			"data: {\"type\":\"message_stop\"}\n\n"
	}
	return `{"content":[{"type":"text","text":""}]}`
}
