package provider

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/makeready-go/makeready"
)

// ollamaWire is the chat protocol of Ollama: one JSON value per line.
type ollamaWire struct{}

// patch moves what langchaingo puts in the wrong place and adds what it does
// not know: a schema, tools, the messages that belong to them.
func (ollamaWire) patch(w *writer, body []byte, c *call, _ *http.Request) error {
	format := c.model.nativeSchema(c.req.Schema, `"json"`)
	rich := c.rich()
	w.keep(body, func(key []byte) bool {
		switch string(key) {
		case "options", "stream":
			return true
		case "format":
			return format != ""
		case "messages":
			return rich
		}
		return false
	})
	if format != "" {
		w.raw("format", format)
	}
	if rich {
		messages, err := c.ollamaMessages()
		if err != nil {
			return err
		}
		if w.value("messages", messages) != nil {
			return c.failed(makeready.KindInvalidRequest, codeBadRequest, nil)
		}
	}
	if len(c.req.Tools) > 0 {
		tools := make([]ollamaTool, len(c.req.Tools))
		for i, t := range c.req.Tools {
			tools[i].Type = "function"
			tools[i].Function.Name, tools[i].Function.Description = t.Name, t.Description
			tools[i].Function.Parameters, _ = c.model.tool(t).Function.Parameters.(json.RawMessage)
		}
		if w.value("tools", tools) != nil {
			return c.failed(makeready.KindInvalidRequest, codeBadRequest, nil)
		}
	}
	if c.req.Stream != nil {
		w.raw("stream", "true")
	} else {
		w.raw("stream", "false") // left out, it means true
	}
	w.ollamaOptions(lookup(body, "options"), &c.params)
	w.end()
	return nil
}

func (w *writer) ollamaOptions(options []byte, p *makeready.Params) {
	if string(lookup(options, "think")) == "true" {
		w.raw("think", "true") // it is a member of the request, not an option
	}
	w.key("options")
	w.keep(options, func(key []byte) bool {
		switch string(key) {
		case "temperature", "top_p", "seed", "think":
			return true
		}
		return false
	})
	w.float("temperature", p.Temperature)
	w.float("top_p", p.TopP)
	w.int("seed", p.Seed)
	w.end()
}

type (
	ollamaMessage struct {
		Role      string           `json:"role"`
		Content   string           `json:"content"`
		Images    [][]byte         `json:"images,omitempty"`
		ToolCalls []ollamaToolCall `json:"tool_calls,omitempty"`
		ToolName  string           `json:"tool_name,omitempty"`
	}
	ollamaToolCall struct {
		ID       string `json:"id,omitempty"`
		Function struct {
			Name      string          `json:"name"`
			Arguments json.RawMessage `json:"arguments"`
		} `json:"function"`
	}
	ollamaTool struct {
		Type     string `json:"type"`
		Function struct {
			Name        string          `json:"name"`
			Description string          `json:"description,omitempty"`
			Parameters  json.RawMessage `json:"parameters"`
		} `json:"function"`
	}
)

func (c *call) ollamaMessages() ([]ollamaMessage, error) {
	out := make([]ollamaMessage, len(c.req.Messages))
	for i := range c.req.Messages {
		m := &c.req.Messages[i]
		o := &out[i]
		o.Role, o.Content = m.Role.String(), m.Text
		if m.Role == makeready.RoleTool {
			o.ToolName = c.toolName(i)
		}
		for j := range m.Parts {
			p := &m.Parts[j]
			switch {
			case p.Call != nil && !argumentsValid(p.Call.Arguments):
				return nil, c.failed(makeready.KindInvalidRequest, codeBadRequest, errBadArguments)
			case p.Call != nil:
				t := ollamaToolCall{ID: p.Call.ID}
				t.Function.Name, t.Function.Arguments = p.Call.Name, json.RawMessage(p.Call.Arguments)
				if strings.TrimSpace(p.Call.Arguments) == "" {
					t.Function.Arguments = json.RawMessage("{}")
				}
				o.ToolCalls = append(o.ToolCalls, t)
			case len(p.Data) > 0:
				o.Images = append(o.Images, p.Data)
			default:
				return nil, c.failed(makeready.KindInvalidRequest, codeUnsupported, errImageURL)
			}
		}
	}
	return out, nil
}

var (
	errBadArguments = errors.New("the arguments of an earlier tool call are no JSON object")
	errImageURL     = errors.New("Ollama takes no images by URL; give the data")
)

// read reads a stream in any case: the end is signaled also in the answer that
// is only one line.
func (ollamaWire) read(c *call, r *http.Request, resp *http.Response) error {
	return c.readStream(r, resp, ndjson{}, ollamaEvent, nil)
}

func ollamaEvent(c *call, r *http.Request, _, data []byte) (bool, error) {
	if !isObject(data) {
		return false, errMalformed
	}
	var input, output int64
	var counted, done bool
	for key, value := range members(data) {
		var err error
		switch string(key) {
		case "error":
			if present(value) {
				err = c.eventError(data)
			}
		case "model":
			c.identify(r, &c.resp.Model, value)
		case "message":
			err = c.ollamaMessage(value)
		case "done":
			done = string(value) == "true"
		case "done_reason":
			c.stopped(value)
		case "prompt_eval_count":
			input = tokensOf(value)
		case "eval_count":
			output, counted = countOf(value)
		}
		if err != nil {
			return false, err
		}
	}
	if done {
		// A prompt that was cached whole may go uncounted.
		c.began, c.usage = true, makeready.Usage{Input: input, Output: output}
		if c.counted = counted && input > 0; c.counted {
			c.usage.Source = makeready.UsageReported
		}
	}
	return done, nil
}

func (c *call) ollamaMessage(b []byte) error {
	for t := range elements(lookup(b, "tool_calls")) {
		f := lookup(t, "function")
		if err := c.tool(-1, str(lookup(t, "id")), str(lookup(f, "name")), argumentsOf(lookup(f, "arguments"))); err != nil {
			return err
		}
	}
	return c.emit(str(lookup(b, "content")), str(lookup(b, "thinking")))
}

func (ollamaWire) standIn(c *call, streams bool) string {
	if !c.model.direct {
		return ollamaReplay(c, streams)
	}
	return `{"message":{"role":"assistant","content":""},"done":true}`
}
