package provider

import (
	"encoding/json"
	"strings"

	"github.com/makeready-go/makeready"
)

// What follows makes a whole answer for langchaingo's client out of one that
// has been read: for clients with something around them that looks at it, such
// as langchaingo's own cache or callbacks. It is plain, and cut into lines that
// langchaingo can take.

const maxReplayLine = 16 << 10 // bytes of text in a line; langchaingo's limit is 64 KiB for the JSON

// slices of a text, cut between characters.
func lengths(s string) []string {
	var out []string
	for len(s) > maxReplayLine {
		n := maxReplayLine
		for n > 0 && s[n]&0xC0 == 0x80 {
			n--
		}
		out, s = append(out, s[:n]), s[n:]
	}
	return append(out, s)
}

type object map[string]any

// encode does not fail: objects hold strings, numbers and more objects.
func encode(o object) string {
	b, _ := json.Marshal(o) //nolint:errchkjson // see above
	return string(b)
}

func sseOf(events []object) string {
	var b strings.Builder
	for _, e := range events {
		b.WriteString("data: " + encode(e) + "\n\n")
	}
	return b.String()
}

func openaiReplay(c *call, streams bool) string {
	r := &c.resp
	var calls []object
	for i, t := range r.ToolCalls {
		calls = append(calls, object{
			"index": i, "id": t.ID, "type": "function",
			"function": object{"name": t.Name, "arguments": t.Arguments},
		})
	}
	finish := "stop"
	switch r.Stop {
	case makeready.StopLength:
		finish = "length"
	case makeready.StopToolCalls:
		finish = "tool_calls"
	case makeready.StopFilter:
		finish = "content_filter"
	default:
	}
	usage := object{
		"prompt_tokens": r.Usage.Input, "completion_tokens": r.Usage.Output, "total_tokens": r.Usage.Input + r.Usage.Output,
		"prompt_tokens_details":     object{"cached_tokens": r.Usage.CacheRead},
		"completion_tokens_details": object{"reasoning_tokens": r.Usage.Reasoning},
	}
	if !streams {
		message := object{"role": "assistant", "content": r.Text, "reasoning_content": r.Reasoning}
		if calls != nil {
			message["tool_calls"] = calls
		}
		return encode(object{
			"id": r.ID, "model": r.Model, "usage": usage,
			"choices": []object{{"index": 0, "message": message, "finish_reason": finish}},
		})
	}
	delta := func(d object) object { return object{"choices": []object{{"delta": d}}} }
	var events []object
	if r.Reasoning != "" {
		for _, s := range lengths(r.Reasoning) {
			events = append(events, delta(object{"reasoning_content": s}))
		}
	}
	for _, s := range lengths(r.Text) {
		events = append(events, delta(object{"content": s}))
	}
	for _, t := range calls {
		events = append(events, delta(object{"tool_calls": []object{t}}))
	}
	events = append(events, object{"choices": []object{{"delta": object{}, "finish_reason": finish}}, "usage": usage})
	return sseOf(events) + "data: [DONE]\n\n"
}

func anthropicReplay(c *call, streams bool) string {
	r := &c.resp
	stop := "end_turn"
	switch r.Stop {
	case makeready.StopLength:
		stop = "max_tokens"
	case makeready.StopToolCalls:
		stop = "tool_use"
	case makeready.StopRefusal:
		stop = "refusal"
	default:
	}
	usage := object{
		"input_tokens": r.Usage.Input - r.Usage.CacheRead - r.Usage.CacheWrite, "output_tokens": r.Usage.Output,
		"cache_read_input_tokens": r.Usage.CacheRead, "cache_creation_input_tokens": r.Usage.CacheWrite,
	}
	message := object{"type": "message", "role": "assistant", "id": r.ID, "model": r.Model, "usage": usage}
	if !streams {
		var blocks []object
		if r.Reasoning != "" {
			blocks = append(blocks, object{"type": "thinking", "thinking": r.Reasoning})
		}
		if r.Text != "" || len(r.ToolCalls) == 0 {
			blocks = append(blocks, object{"type": "text", "text": r.Text})
		}
		for _, t := range r.ToolCalls {
			blocks = append(blocks, object{"type": "tool_use", "id": t.ID, "name": t.Name, "input": decoded(t.Arguments)})
		}
		message["content"], message["stop_reason"] = blocks, stop
		return encode(message)
	}
	events := []object{{"type": "message_start", "message": message}}
	index := 0
	block := func(start object, deltas []object) {
		events = append(events, object{"type": "content_block_start", "index": index, "content_block": start})
		for _, d := range deltas {
			events = append(events, object{"type": "content_block_delta", "index": index, "delta": d})
		}
		events = append(events, object{"type": "content_block_stop", "index": index})
		index++
	}
	pieces := func(kind, field, s string) (out []object) {
		for _, p := range lengths(s) {
			out = append(out, object{"type": kind, field: p})
		}
		return out
	}
	if r.Reasoning != "" {
		block(object{"type": "thinking"}, pieces("thinking_delta", "thinking", r.Reasoning))
	}
	if r.Text != "" || len(r.ToolCalls) == 0 {
		block(object{"type": "text"}, pieces("text_delta", "text", r.Text))
	}
	for _, t := range r.ToolCalls {
		block(object{"type": "tool_use", "id": t.ID, "name": t.Name},
			pieces("input_json_delta", "partial_json", encode(decoded(t.Arguments))))
	}
	events = append(events,
		object{"type": "message_delta", "delta": object{"stop_reason": stop}, "usage": object{"output_tokens": r.Usage.Output}},
		object{"type": "message_stop"})
	return sseOf(events)
}

// decoded are arguments as an object; what is none becomes an empty one.
func decoded(args string) object {
	var o object
	if json.Unmarshal([]byte(args), &o) != nil || o == nil {
		return object{}
	}
	return o
}

func ollamaReplay(c *call, streams bool) string {
	r := &c.resp
	line := func(s string) object { return object{"message": object{"role": "assistant", "content": s}} }
	pieces := []string{r.Text}
	if streams {
		pieces = lengths(r.Text)
	}
	var b strings.Builder
	for i, p := range pieces {
		o := line(p)
		if o["done"] = i == len(pieces)-1; i == len(pieces)-1 {
			o["prompt_eval_count"], o["eval_count"] = r.Usage.Input, r.Usage.Output
		}
		b.WriteString(encode(o) + "\n")
	}
	return b.String()
}

func googleReplay(c *call, streams bool) string {
	r := &c.resp
	parts := []object{}
	if r.Text != "" || len(r.ToolCalls) == 0 {
		parts = append(parts, object{"text": r.Text})
	}
	for _, t := range r.ToolCalls {
		parts = append(parts, object{"functionCall": object{"name": t.Name, "args": decoded(t.Arguments)}})
	}
	finish := "STOP"
	switch r.Stop {
	case makeready.StopLength:
		finish = "MAX_TOKENS"
	case makeready.StopFilter:
		finish = "SAFETY"
	default:
	}
	answer := encode(object{
		"candidates": []object{{"content": object{"role": "model", "parts": parts}, "finishReason": finish}},
		"usageMetadata": object{
			"promptTokenCount": r.Usage.Input, "candidatesTokenCount": r.Usage.Output,
			"totalTokenCount": r.Usage.Input + r.Usage.Output, "cachedContentTokenCount": r.Usage.CacheRead,
		},
	})
	if streams {
		return "[" + answer + "]"
	}
	return answer
}
