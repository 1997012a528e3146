package provider

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/makeready-go/makeready"
)

// openaiWire is the chat completions protocol of OpenAI and of the many servers
// that speak it.
type openaiWire struct{}

// patch sets what langchaingo cannot: it always sends a temperature, drops
// top-p and a seed of 0, knows no schema per call, and leaks its own settings
// as metadata.
func (openaiWire) patch(w *writer, body []byte, c *call, r *http.Request) error {
	format := c.model.openaiFormat(c.req.Schema)
	w.keep(body, func(key []byte) bool {
		switch string(key) {
		case "temperature", "top_p", "seed", "max_tokens", "max_completion_tokens", "metadata", "stream", "stream_options":
			return true
		case "response_format":
			return format != ""
		}
		return false
	})
	w.float("temperature", c.params.Temperature)
	w.float("top_p", c.params.TopP)
	w.int("seed", c.params.Seed)
	if n := int64(c.params.MaxTokens); n > 0 {
		w.int(limitField(r.URL.Hostname(), c.req.Model), &n)
	}
	if format != "" {
		w.raw("response_format", format)
	}
	if c.req.Stream != nil {
		w.raw("stream", "true")
		w.raw("stream_options", `{"include_usage":true}`)
	}
	w.metadata(lookup(body, "metadata"))
	w.end()
	return nil
}

// limitField is the name of the output limit. OpenAI has renamed it and its
// reasoning models refuse the old name; of the compatible servers some, such as
// Mistral's, refuse the new one, and all take the old.
func limitField(host, model string) string {
	if host == "api.openai.com" || strings.HasSuffix(host, ".openai.azure.com") {
		return "max_completion_tokens"
	}
	for _, prefix := range [...]string{"o1", "o3", "o4", "gpt-5"} {
		if strings.HasPrefix(model, prefix) {
			return "max_completion_tokens"
		}
	}
	return "max_tokens"
}

// metadata keeps what OpenAI defines, pairs of strings, and drops langchaingo's
// own settings, which it sends along.
func (w *writer) metadata(obj []byte) {
	if len(obj) == 0 {
		return
	}
	n := len(w.b)
	w.object("metadata")
	start := len(w.b)
	for key, value := range members(obj) {
		if value[0] == '"' && !bytes.ContainsRune(key, ':') && string(key) != "CachedContentName" {
			w.comma()
			w.b = append(append(append(append(w.b, '"'), key...), '"', ':'), value...)
		}
	}
	if len(w.b) == start {
		w.b = w.b[:n]
		return
	}
	w.end()
}

func (openaiWire) read(c *call, r *http.Request, resp *http.Response) error {
	if !c.streams(resp) {
		return c.readBody(resp.Body, openaiAnswer, r)
	}
	return c.readStream(r, resp, new(sse), openaiEvent, ended)
}

func openaiAnswer(c *call, r *http.Request, body []byte) error {
	choices, err := c.openai(r, body)
	if err == nil && choices == 0 {
		err = c.failed(makeready.KindServer, codeNoAnswer, nil)
	}
	return err
}

func openaiEvent(c *call, r *http.Request, name, data []byte) (bool, error) {
	switch {
	case bytes.Equal(data, doneSignal):
		return true, nil
	case string(name) == "error":
		return false, c.eventError(data)
	}
	_, err := c.openai(r, data)
	return false, err
}

// openai reads an answer, or a piece of one, and returns how many choices are
// in it.
func (c *call) openai(r *http.Request, b []byte) (choices int, err error) {
	if !isObject(b) {
		return 0, errMalformed
	}
	for key, value := range members(b) {
		switch string(key) {
		case "error":
			if present(value) {
				return 0, c.eventError(b)
			}
		case "object":
			if str(value) == "error" {
				return 0, c.eventError(b)
			}
		case "id":
			c.identify(r, &c.resp.ID, value)
		case "model":
			c.identify(r, &c.resp.Model, value)
		case "usage":
			c.openaiUsage(value)
		case "choices":
			for choice := range elements(value) {
				choices++
				if err := c.openaiChoice(choice); err != nil {
					return choices, err
				}
			}
		}
	}
	return choices, nil
}

func (c *call) openaiUsage(b []byte) {
	var u makeready.Usage
	var total int64
	for key, value := range members(b) {
		switch string(key) {
		case "prompt_tokens":
			u.Input = tokensOf(value)
		case "completion_tokens":
			u.Output = tokensOf(value)
		case "total_tokens":
			total = tokensOf(value)
		case "prompt_cache_hit_tokens": // DeepSeek's
			u.CacheRead = max(u.CacheRead, tokensOf(value))
		case "prompt_tokens_details":
			u.CacheRead = max(u.CacheRead, tokensOf(lookup(value, "cached_tokens")))
		case "completion_tokens_details":
			u.Reasoning = tokensOf(lookup(value, "reasoning_tokens"))
		}
	}
	u.CacheRead = min(u.CacheRead, u.Input)
	if u, ok := settled(u, total); ok {
		c.usage, c.counted = u, true
	}
}

func (c *call) openaiChoice(b []byte) error {
	if tokensOf(lookup(b, "index")) != 0 {
		return nil // another candidate: paid for, and not the answer
	}
	for key, value := range members(b) {
		var err error
		switch string(key) {
		case "message", "delta":
			err = c.openaiMessage(value)
		case "finish_reason":
			c.stopped(value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *call) openaiMessage(b []byte) error {
	var said, reasoning, apart string
	for key, value := range members(b) {
		switch string(key) {
		case "content":
			said, apart = contentOf(value)
		case "reasoning_content":
			reasoning = str(value)
		case "reasoning":
			if reasoning == "" { // some send both, with the same text
				reasoning = str(value)
			}
		case "refusal":
			if refusal := str(value); refusal != "" {
				c.refused = true
				said += refusal
			}
		case "tool_calls":
			for t := range elements(value) {
				index := -1
				if n, ok := countOf(lookup(t, "index")); ok {
					index = int(n)
				}
				if err := c.openaiCall(index, str(lookup(t, "id")), lookup(t, "function")); err != nil {
					return err
				}
			}
		case "function_call": // before there were tools
			if present(value) {
				if err := c.openaiCall(0, "", value); err != nil {
					return err
				}
			}
		}
	}
	return c.say(said, reasoning+apart)
}

func (c *call) openaiCall(index int, id string, function []byte) error {
	return c.tool(index, id, str(lookup(function, "name")), argumentsOf(lookup(function, "arguments")))
}

func (openaiWire) standIn(c *call, streams bool) string {
	if !c.model.direct {
		return openaiReplay(c, streams)
	}
	if streams {
		return "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"
	}
	return `{"choices":[{"message":{},"finish_reason":"stop"}]}`
}
