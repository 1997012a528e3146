package provider

import (
	"math"
	"reflect"
	"unicode/utf8"

	"github.com/makeready-go/makeready"
)

// usageOf reads the tokens out of langchaingo's GenerationInfo, whose keys and
// types differ from provider to provider (see the table in the package's
// documentation). It reports false when nothing was counted: langchaingo fills
// in zeros where the provider said nothing.
func usageOf(info map[string]any) (makeready.Usage, bool) {
	if v, ok := info["usage"]; ok { // mistral keeps the SDK's struct
		return usageOfStruct(v)
	}
	var u makeready.Usage
	total := first(info, "TotalTokens", "total_tokens")
	if _, ok := info["InputTokens"]; ok { // anthropic: the input without the cache
		u.CacheRead = first(info, "CacheReadInputTokens")
		u.CacheWrite = first(info, "CacheCreationInputTokens")
		u.Input = first(info, "InputTokens") + u.CacheRead + u.CacheWrite
		u.Output = first(info, "OutputTokens")
	} else {
		u.Input = first(info, "PromptTokens", "input_tokens")
		u.Output = first(info, "CompletionTokens", "output_tokens")
		u.CacheRead = min(u.Input, first(info, "PromptCachedTokens", "CachedTokens", "CacheReadInputTokens"))
		u.Reasoning = first(info, "ReasoningTokens", "CompletionReasoningTokens", "ThinkingTokens")
	}
	return settled(u, total)
}

// settled makes the output whole. Some servers leave the reasoning out of the
// output and only count it in the total.
func settled(u makeready.Usage, total int64) (makeready.Usage, bool) {
	if u.Output < total-u.Input {
		u.Output = total - u.Input
	}
	u.Reasoning = min(u.Reasoning, u.Output)
	if u.Input == 0 && u.Output == 0 {
		return makeready.Usage{}, false
	}
	u.Source = makeready.UsageReported
	return u, true
}

func usageOfStruct(v any) (makeready.Usage, bool) {
	rv := reflect.ValueOf(v)
	for rv.Kind() == reflect.Pointer && !rv.IsNil() {
		rv = rv.Elem()
	}
	if rv.Kind() != reflect.Struct {
		return makeready.Usage{}, false
	}
	field := func(name string) int64 {
		if f := rv.FieldByName(name); f.IsValid() && f.CanInterface() {
			return integer(f.Interface())
		}
		return 0
	}
	return settled(makeready.Usage{Input: field("PromptTokens"), Output: field("CompletionTokens")}, field("TotalTokens"))
}

// first is the value of the first key that is there and is not zero.
func first(info map[string]any, keys ...string) int64 {
	for _, k := range keys {
		if v, ok := info[k]; ok {
			if n := integer(v); n > 0 {
				return n
			}
		}
	}
	return 0
}

// integer accepts every kind of number, and 0 for what is none or negative.
func integer(v any) int64 {
	switch n := v.(type) {
	case int:
		return max(int64(n), 0)
	case int32:
		return max(int64(n), 0)
	}
	rv := reflect.ValueOf(v)
	for rv.Kind() == reflect.Pointer && !rv.IsNil() {
		rv = rv.Elem()
	}
	switch {
	case rv.CanInt():
		return max(rv.Int(), 0)
	case rv.CanUint():
		return int64(min(rv.Uint(), math.MaxInt64))
	case rv.CanFloat():
		if f := rv.Float(); f >= 0 && f < 1<<53 {
			return int64(f)
		}
	}
	return 0
}

// Figures of the estimate, in tokens.
const (
	asciiPerToken    = 4   // bytes of English text or JSON to a token
	tokensPerMessage = 4   // role and delimiters
	tokensPerImage   = 800 // about what a square of 1024 pixels costs
)

// estimate counts a token for every four bytes of ASCII and for every other
// character, which is within a third for English and errs upwards for most
// other scripts.
func estimate(s string) int64 {
	ascii, other := 0, 0
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			ascii++
			i++
			continue
		}
		_, n := utf8.DecodeRuneInString(s[i:])
		other++
		i += n
	}
	return int64((ascii+asciiPerToken-1)/asciiPerToken + other)
}

// estimateInput is the estimate of a whole request.
func estimateInput(req *makeready.Request) int64 {
	n := estimate(string(req.Schema))
	for i := range req.Messages {
		m := &req.Messages[i]
		n += tokensPerMessage + estimate(m.Text)
		for j := range m.Parts {
			if call := m.Parts[j].Call; call != nil {
				n += estimate(call.Name) + estimate(call.Arguments)
			} else {
				n += tokensPerImage
			}
		}
	}
	for i := range req.Tools {
		t := &req.Tools[i]
		n += estimate(t.Name) + estimate(t.Description) + estimate(string(t.Schema))
	}
	return n
}

// estimated fills in what the provider did not count. The output is never less
// than what has been seen of it.
func estimated(u makeready.Usage, req *makeready.Request, resp *makeready.Response) makeready.Usage {
	if u.Input == 0 {
		u.Input = estimateInput(req)
	}
	out := estimate(resp.Text) + estimate(resp.Reasoning)
	for i := range resp.ToolCalls {
		out += estimate(resp.ToolCalls[i].Name) + estimate(resp.ToolCalls[i].Arguments)
	}
	u.Output = max(u.Output, out)
	u.Source = makeready.UsageEstimated
	return u
}
