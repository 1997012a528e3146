package modeltest

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/makeready-go/makeready"
)

// ollama is the format of Ollama's own API. It streams unless the request says
// that it must not.
type ollama struct{}

func (ollama) header(http.Header, string) {} // it numbers no requests

func (ollama) decode(body []byte) (wireCall, error) {
	var in struct {
		Model    string `json:"model"`
		Messages []struct {
			Role      string   `json:"role"`
			Content   string   `json:"content"`
			Images    [][]byte `json:"images"`
			ToolCalls []struct {
				Function struct {
					Name      string          `json:"name"`
					Arguments json.RawMessage `json:"arguments"`
				} `json:"function"`
			} `json:"tool_calls"`
		} `json:"messages"`
		Stream  *bool           `json:"stream"`
		Format  json.RawMessage `json:"format"`
		Tools   []functionTool  `json:"tools"`
		Options struct {
			Temperature *float64          `json:"temperature"`
			TopP        *float64          `json:"top_p"`
			Seed        *int64            `json:"seed"`
			NumPredict  int               `json:"num_predict"`
			Stop        oneOrMany[string] `json:"stop"`
		} `json:"options"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return wireCall{}, err
	}
	out := wireCall{stream: in.Stream == nil || *in.Stream, usage: true}
	o := in.Options
	out.req = makeready.Request{
		Provider: "ollama", Model: in.Model, Tools: toolsOf(in.Tools),
		Params: makeready.Params{Temperature: o.Temperature, TopP: o.TopP, Seed: o.Seed, MaxTokens: o.NumPredict, Stop: o.Stop},
	}
	if len(in.Format) > 0 && in.Format[0] == '{' { // or "json", or ""
		out.req.Schema, out.structured = in.Format, true
	}
	for _, m := range in.Messages {
		role, err := roleOf(m.Role)
		if err != nil {
			return out, err
		}
		msg := makeready.Message{Role: role, Text: m.Content}
		for _, data := range m.Images {
			msg.Parts = append(msg.Parts, makeready.Part{MIME: http.DetectContentType(data), Data: data})
		}
		for _, c := range m.ToolCalls {
			msg.Parts = append(msg.Parts, makeready.Part{
				Call: &makeready.ToolCall{Name: c.Function.Name, Arguments: string(c.Function.Arguments)},
			})
		}
		out.req.Messages = append(out.req.Messages, msg)
	}
	return out, nil
}

func (ollama) decodeTexts(body []byte) (wireCall, error) {
	var in struct {
		Model  string            `json:"model"`
		Input  oneOrMany[string] `json:"input"`
		Prompt *string           `json:"prompt"` // of the older path
	}
	err := json.Unmarshal(body, &in)
	texts := []string(in.Input)
	if in.Prompt != nil {
		texts = []string{*in.Prompt}
	}
	out := textCall(in.Model, texts)
	out.legacy = in.Prompt != nil
	return out, err
}

type ollamaToolCall struct {
	Function struct {
		Name      string          `json:"name"`
		Arguments json.RawMessage `json:"arguments"`
	} `json:"function"`
}

type ollamaMessage struct {
	Role      string           `json:"role"`
	Content   string           `json:"content"`
	Thinking  string           `json:"thinking,omitempty"`
	ToolCalls []ollamaToolCall `json:"tool_calls,omitempty"`
}

// ollamaChunk is a line of a stream, or the whole answer. Durations are in
// nanoseconds.
type ollamaChunk struct {
	Model              string        `json:"model"`
	CreatedAt          string        `json:"created_at"`
	Message            ollamaMessage `json:"message"`
	DoneReason         string        `json:"done_reason,omitempty"`
	Done               bool          `json:"done"`
	TotalDuration      int64         `json:"total_duration,omitempty"`
	LoadDuration       int64         `json:"load_duration,omitempty"`
	PromptEvalCount    int64         `json:"prompt_eval_count,omitempty"`
	PromptEvalDuration int64         `json:"prompt_eval_duration,omitempty"`
	EvalCount          int64         `json:"eval_count,omitempty"`
	EvalDuration       int64         `json:"eval_duration,omitempty"`
}

func ollamaChunkOf(a answer, m ollamaMessage) ollamaChunk {
	m.Role = "assistant"
	return ollamaChunk{Model: a.Model, CreatedAt: time.Unix(wireTime, 0).UTC().Format(time.RFC3339Nano), Message: m}
}

// finish makes the chunk the last one.
func (c ollamaChunk) finish(a answer) ollamaChunk {
	const perToken = int64(time.Millisecond)
	c.Done, c.DoneReason = true, "stop"
	if a.Stop == makeready.StopLength {
		c.DoneReason = "length"
	}
	c.LoadDuration = perToken
	c.PromptEvalCount, c.PromptEvalDuration = a.Usage.Input, a.Usage.Input*perToken
	c.EvalCount, c.EvalDuration = a.Usage.Output, a.Usage.Output*perToken
	c.TotalDuration = c.LoadDuration + c.PromptEvalDuration + c.EvalDuration
	return c
}

func ollamaToolCalls(calls []makeready.ToolCall) []ollamaToolCall {
	var out []ollamaToolCall
	for _, c := range calls {
		var o ollamaToolCall
		o.Function.Name, o.Function.Arguments = c.Name, objectOf(c.Arguments)
		out = append(out, o)
	}
	return out
}

func (ollama) encode(_ wireCall, a answer) []byte {
	m := ollamaMessage{Content: a.Text, Thinking: a.Reasoning, ToolCalls: ollamaToolCalls(a.ToolCalls)}
	return encoded(ollamaChunkOf(a, m).finish(a))
}

func (ollama) encodeStream(_ wireCall, a answer) frames {
	f := frames{contentType: "application/x-ndjson"}
	line := func(c ollamaChunk) []byte { return append(encoded(c), '\n') }
	add := func(m ollamaMessage) { f.content = append(f.content, line(ollamaChunkOf(a, m))) }
	for _, c := range a.thoughts {
		add(ollamaMessage{Thinking: c})
	}
	for _, c := range a.chunks {
		add(ollamaMessage{Content: c})
	}
	if len(a.ToolCalls) > 0 {
		add(ollamaMessage{ToolCalls: ollamaToolCalls(a.ToolCalls)})
	}
	f.tail = append(f.tail, line(ollamaChunkOf(a, ollamaMessage{}).finish(a)))
	return f
}

func (ollama) failure(f TransportFault, _ string) []byte {
	message := "llama runner process has terminated"
	switch f {
	case RateLimited, QuotaExhausted:
		message = "usage limit reached"
	case Unavailable, Overloaded:
		message = "server busy, please try again: maximum pending requests exceeded"
	case Unauthorized:
		message = "unauthorized"
	case NotFound:
		message = "model not found, try pulling it first"
	case InvalidRequest:
		message = "invalid options"
	case ContextLength:
		message = "the input length exceeds the context length"
	case ContentFilter:
		message = "the content is not allowed"
	default: // ServerError
	}
	return encoded(struct {
		Error string `json:"error"`
	}{message})
}

func (o ollama) failureFrame(id string) []byte { return append(o.failure(ServerError, id), '\n') }

func (ollama) encodeVectors(in wireCall, vectors [][]float32) []byte {
	if in.legacy {
		return encoded(struct {
			Embedding []float32 `json:"embedding"`
		}{vectors[0]})
	}
	return encoded(struct {
		Model           string      `json:"model"`
		Embeddings      [][]float32 `json:"embeddings"`
		TotalDuration   int64       `json:"total_duration"`
		LoadDuration    int64       `json:"load_duration"`
		PromptEvalCount int64       `json:"prompt_eval_count"`
	}{in.req.Model, vectors, int64(time.Millisecond), int64(time.Millisecond), countUsage(in.req, makeready.Response{}).Input})
}
