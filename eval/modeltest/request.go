package modeltest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/makeready-go/makeready"
)

// clone copies what a caller may change after its call, and drops Stream: a
// request in a log is data.
func clone(req makeready.Request) makeready.Request {
	req.Stream = nil
	req.Messages = slices.Clone(req.Messages)
	for i, m := range req.Messages {
		req.Messages[i].Parts = slices.Clone(m.Parts)
		for j, p := range m.Parts {
			req.Messages[i].Parts[j].Data = slices.Clone(p.Data)
			if p.Call != nil {
				req.Messages[i].Parts[j].Call = new(*p.Call)
			}
		}
		req.Messages[i].Spans = slices.Clone(m.Spans)
	}
	req.Params = cloneParams(req.Params)
	req.Schema = slices.Clone(req.Schema)
	req.Tools = slices.Clone(req.Tools)
	for i, t := range req.Tools {
		req.Tools[i].Schema = slices.Clone(t.Schema)
	}
	return req
}

func cloneParams(p makeready.Params) makeready.Params {
	if p.Temperature != nil {
		p.Temperature = new(*p.Temperature)
	}
	if p.TopP != nil {
		p.TopP = new(*p.TopP)
	}
	if p.Seed != nil {
		p.Seed = new(*p.Seed)
	}
	p.Stop = slices.Clone(p.Stop)
	return p
}

// describe shows a request as a person reads it: it is what failures print,
// and what the misses of a cassette are compared by.
func describe(req makeready.Request) string {
	var b strings.Builder
	line := func(name string, v any) { fmt.Fprintf(&b, "%s: %v\n", name, v) }
	if req.Model != "" {
		line("model", req.Model)
	}
	p := req.Params
	if p.Temperature != nil {
		line("temperature", *p.Temperature)
	}
	if p.TopP != nil {
		line("top_p", *p.TopP)
	}
	if p.Seed != nil {
		line("seed", *p.Seed)
	}
	if p.MaxTokens != 0 {
		line("max_tokens", p.MaxTokens)
	}
	if len(p.Stop) > 0 {
		fmt.Fprintf(&b, "stop: %q\n", p.Stop)
	}
	if len(req.Schema) > 0 {
		line("schema", string(req.Schema))
	}
	for _, t := range req.Tools {
		fmt.Fprintf(&b, "tool %s: %s %s\n", t.Name, t.Description, t.Schema)
	}
	for _, m := range req.Messages {
		fmt.Fprintf(&b, "--- %v", m.Role)
		if m.CallID != "" {
			fmt.Fprintf(&b, " (answers call %s)", m.CallID)
		}
		b.WriteString("\n")
		if m.Text != "" {
			b.WriteString(m.Text + "\n")
		}
		for _, part := range m.Parts {
			switch {
			case part.Call != nil:
				fmt.Fprintf(&b, "[call %s %s %s]\n", part.Call.ID, part.Call.Name, part.Call.Arguments)
			case part.URL != "":
				fmt.Fprintf(&b, "[%s]\n", part.URL)
			default:
				fmt.Fprintf(&b, "[%s, %d bytes]\n", part.MIME, len(part.Data))
			}
		}
	}
	return b.String()
}
