package provider

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/makeready-go/makeready"
)

// googleWire is Google's own protocol, as langchaingo's googleai speaks it.
type googleWire struct{}

// patch removes the sampling parameters that langchaingo makes up (it sends
// top-k 3 and temperature 0.5 when nothing is said) and adds the schema. A
// stream is asked for as server-sent events, instead of as one long array.
func (googleWire) patch(w *writer, body []byte, c *call, r *http.Request) error {
	w.keep(body, func(key []byte) bool { return string(key) == "generationConfig" })
	schema := c.model.nativeSchema(c.req.Schema, "")
	w.key("generationConfig")
	w.keep(lookup(body, "generationConfig"), func(key []byte) bool {
		switch string(key) {
		case "temperature", "topP", "seed", "maxOutputTokens":
			return true
		case "topK":
			return c.model.options.TopK == 0
		case "responseMimeType":
			return len(c.req.Schema) > 0 && c.model.config.Schema != SchemaOff
		}
		return false
	})
	w.float("temperature", c.params.Temperature)
	w.float("topP", c.params.TopP)
	w.int("seed", c.params.Seed)
	if n := int64(c.params.MaxTokens); n > 0 {
		w.int("maxOutputTokens", &n)
	}
	if len(c.req.Schema) > 0 && c.model.config.Schema != SchemaOff {
		w.raw("responseMimeType", `"application/json"`)
	}
	if schema != "" {
		w.raw("responseJsonSchema", schema)
	}
	w.end()
	w.end()
	u, q := *r.URL, r.URL.Query()
	q.Del("$alt") // numbers for names
	base, streams := strings.CutSuffix(u.Path, ":streamGenerateContent")
	if !streams {
		base = strings.TrimSuffix(u.Path, ":generateContent")
	}
	u.Path, u.RawPath = base+":generateContent", ""
	if c.req.Stream != nil {
		u.Path = base + ":streamGenerateContent"
		q.Set("alt", "sse")
	}
	u.RawQuery = q.Encode()
	r.URL = new(url.URL)
	*r.URL = u
	return nil
}

func (googleWire) read(c *call, r *http.Request, resp *http.Response) error {
	if !c.streams(resp) {
		return c.readBody(resp.Body, googleAnswer, r)
	}
	return c.readStream(r, resp, new(sse), googleEvent, ended)
}

func googleAnswer(c *call, r *http.Request, body []byte) error {
	_, err := googleEvent(c, r, nil, body)
	if err == nil && !c.began && !c.hasStopped {
		err = c.failed(makeready.KindServer, codeNoAnswer, nil)
	}
	return err
}

func googleEvent(c *call, r *http.Request, _, data []byte) (bool, error) {
	if !isObject(data) {
		return false, errMalformed
	}
	for key, value := range members(data) {
		var err error
		switch string(key) {
		case "error":
			if present(value) {
				err = c.eventError(data)
			}
		case "responseId":
			c.identify(r, &c.resp.ID, value)
		case "modelVersion":
			c.identify(r, &c.resp.Model, value)
		case "promptFeedback":
			if present(lookup(value, "blockReason")) {
				err = c.failed(makeready.KindContentFilter, "content_filter", nil)
			}
		case "usageMetadata":
			c.googleUsage(value)
		case "candidates":
			for candidate := range elements(value) {
				if tokensOf(lookup(candidate, "index")) == 0 && err == nil {
					err = c.googleCandidate(candidate)
				}
			}
		}
		if err != nil {
			return false, err
		}
	}
	return false, nil
}

func (c *call) googleUsage(b []byte) {
	thoughts := tokensOf(lookup(b, "thoughtsTokenCount"))
	u := makeready.Usage{
		Input:     tokensOf(lookup(b, "promptTokenCount")),
		Output:    tokensOf(lookup(b, "candidatesTokenCount")) + thoughts,
		Reasoning: thoughts,
	}
	u.CacheRead = min(u.Input, tokensOf(lookup(b, "cachedContentTokenCount")))
	if u, ok := settled(u, tokensOf(lookup(b, "totalTokenCount"))); ok {
		c.usage, c.counted = u, true
	}
}

func (c *call) googleCandidate(b []byte) error {
	for p := range elements(lookup(lookup(b, "content"), "parts")) {
		said, thought := str(lookup(p, "text")), ""
		if string(lookup(p, "thought")) == "true" {
			said, thought = "", said
		}
		if err := c.say(said, thought); err != nil {
			return err
		}
		if f := lookup(p, "functionCall"); f != nil {
			if err := c.tool(-1, str(lookup(f, "id")), str(lookup(f, "name")), argumentsOf(lookup(f, "args"))); err != nil {
				return err
			}
		}
	}
	c.stopped(lookup(b, "finishReason"))
	return nil
}

func (googleWire) standIn(c *call, streams bool) string { return googleReplay(c, streams) }
