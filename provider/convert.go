package provider

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"

	"github.com/makeready-go/makeready"
	"github.com/tmc/langchaingo/llms"
)

// messages are the request's as langchaingo's client takes them. Each client
// loses or refuses something else; what it cannot take is left out, marked as
// lost, and put in by the Transport.
func (c *call) messages() ([]llms.MessageContent, error) {
	in := c.req.Messages
	if c.model.face == faceAnthropic {
		return c.anthropicMessages()
	}
	out, parts := c.room(len(in), len(in)+c.partCount())
	for i := range in {
		m := &in[i]
		role, ok := roleOf(m.Role)
		if !ok {
			return nil, c.failed(makeready.KindInvalidRequest, codeBadRequest, errors.New("a message without a role"))
		}
		start := len(parts)
		switch {
		case c.model.face == faceOllama:
			parts = append(parts, llms.TextContent{Text: m.Text})
			c.lost = c.lost || len(m.Parts) > 0 || m.Role == makeready.RoleTool
		case m.Role == makeready.RoleTool:
			parts = append(parts, c.toolResult(i))
		case m.Text != "" || len(m.Parts) == 0:
			parts = append(parts, llms.TextContent{Text: m.Text})
		}
		if c.model.face != faceOllama && m.Role != makeready.RoleTool {
			for j := range m.Parts {
				parts = append(parts, c.part(&m.Parts[j]))
			}
		}
		out = append(out, llms.MessageContent{Role: role, Parts: parts[start:len(parts):len(parts)]})
	}
	if c.model.face == faceOllama && len(c.req.Tools) > 0 {
		c.lost = true
	}
	return out, nil
}

func (c *call) partCount() (n int) {
	for i := range c.req.Messages {
		n += len(c.req.Messages[i].Parts)
	}
	return n
}

func roleOf(r makeready.Role) (llms.ChatMessageType, bool) {
	switch r {
	case makeready.RoleSystem:
		return llms.ChatMessageTypeSystem, true
	case makeready.RoleUser:
		return llms.ChatMessageTypeHuman, true
	case makeready.RoleAssistant:
		return llms.ChatMessageTypeAI, true
	case makeready.RoleTool:
		return llms.ChatMessageTypeTool, true
	default:
		return "", false
	}
}

// part converts a part that is not text. OpenAI knows images by URL only, and
// langchaingo does not make a URL of the bytes.
func (c *call) part(p *makeready.Part) llms.ContentPart {
	switch {
	case p.Call != nil:
		return toolCall(p.Call)
	case len(p.Data) > 0 && c.model.face == faceOpenAI:
		return llms.ImageURLContent{URL: "data:" + p.MIME + ";base64," + base64.StdEncoding.EncodeToString(p.Data)}
	case len(p.Data) > 0:
		return llms.BinaryContent{MIMEType: p.MIME, Data: p.Data}
	default:
		return llms.ImageURLContent{URL: p.URL}
	}
}

func toolCall(t *makeready.ToolCall) llms.ToolCall {
	args := t.Arguments
	if strings.TrimSpace(args) == "" {
		args = "{}"
	}
	return llms.ToolCall{ID: t.ID, Type: "function", FunctionCall: &llms.FunctionCall{Name: t.Name, Arguments: args}}
}

// toolResult is message i as the answer to a tool call.
func (c *call) toolResult(i int) llms.ToolCallResponse {
	m := &c.req.Messages[i]
	return llms.ToolCallResponse{ToolCallID: m.CallID, Name: c.toolName(i), Content: m.Text}
}

// toolName is the name of the tool that message i answers for: some providers
// want it, and the message knows only the call.
func (c *call) toolName(i int) string {
	id := c.req.Messages[i].CallID
	for j := i - 1; j >= 0; j-- {
		for _, p := range c.req.Messages[j].Parts {
			if p.Call != nil && p.Call.ID == id {
				return p.Call.Name
			}
		}
	}
	return ""
}

// tool converts a tool. The schema stays as it was written, so that its
// properties keep their order; clients that are not known need it as a map.
func (m *model) tool(t makeready.Tool) llms.Tool {
	schema := t.Schema
	if len(schema) == 0 {
		schema = []byte(`{"type":"object","properties":{}}`)
	}
	var params any = json.RawMessage(schema)
	if m.face == faceOther {
		var decoded map[string]any
		if json.Unmarshal(schema, &decoded) == nil {
			params = decoded
		}
	}
	return llms.Tool{Type: "function", Function: &llms.FunctionDefinition{
		Name: t.Name, Description: t.Description, Parameters: params,
	}}
}

// mixesTools says whether the client would stream tool calls as if they were
// text. Then it is not asked to stream; a Transport streams all the same.
func (m *model) mixesTools(tools int) bool { return m.face == faceOpenAI && tools > 0 }

// anthropicMessages makes up for what langchaingo does to messages on the way
// to Anthropic: system messages run into each other, only the first part of an
// assistant's turn is sent, and images by URL are refused. Turns of one role
// that follow each other are one turn to the API.
func (c *call) anthropicMessages() ([]llms.MessageContent, error) {
	in := c.req.Messages
	out, parts := c.room(len(in)+c.partCount(), len(in)+c.partCount()) // each part may become a turn
	add := func(role llms.ChatMessageType, part llms.ContentPart) {
		parts = append(parts, part)
		n := len(parts)
		out = append(out, llms.MessageContent{Role: role, Parts: parts[n-1 : n : n]})
	}
	if system, ok := c.system(); ok {
		add(llms.ChatMessageTypeSystem, llms.TextContent{Text: system})
	}
	for i := range in {
		m := &in[i]
		role, ok := roleOf(m.Role)
		switch {
		case !ok:
			return nil, c.failed(makeready.KindInvalidRequest, codeBadRequest, errors.New("a message without a role"))
		case m.Role == makeready.RoleSystem:
			continue
		case m.Role == makeready.RoleTool:
			add(role, c.toolResult(i))
			continue
		case m.Text != "" || len(m.Parts) == 0:
			add(role, llms.TextContent{Text: m.Text})
		}
		for j := range m.Parts {
			p := &m.Parts[j]
			if p.Call == nil && len(p.Data) == 0 {
				c.lost = true
				if m.Text == "" { // keep the turn
					add(role, llms.TextContent{})
				}
				continue
			}
			if p.Call != nil && !argumentsValid(p.Call.Arguments) {
				return nil, c.failed(makeready.KindInvalidRequest, codeBadRequest, errors.New("the arguments of an earlier tool call are no JSON object"))
			}
			add(role, c.part(p))
		}
	}
	return out, nil
}

// system is the text of all system messages, as paragraphs.
func (c *call) system() (system string, found bool) {
	var all joiner
	for i := range c.req.Messages {
		if m := &c.req.Messages[i]; m.Role == makeready.RoleSystem {
			if found {
				all.write("\n\n")
			}
			all.write(m.Text)
			found = true
		}
	}
	return all.String(), found
}

// argumentsValid says whether the arguments of an earlier call can be sent as an
// object.
func argumentsValid(args string) bool { return strings.TrimSpace(args) == "" || isObject([]byte(args)) }
