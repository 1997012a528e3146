package provider

import (
	"bytes"

	"github.com/makeready-go/makeready"
)

// stops are the words by which providers say why a model stopped, in lower
// case: OpenAI, Anthropic, Ollama, Google on the wire and as langchaingo's
// googleai prints it, Bedrock and Cohere.
//
//archtest:table documented stop reasons
var stops = map[string]makeready.StopReason{
	"stop": makeready.StopEnd, "end_turn": makeready.StopEnd, "stop_sequence": makeready.StopEnd,
	"eos": makeready.StopEnd, "complete": makeready.StopEnd, "finish": makeready.StopEnd,
	"finishreasonstop": makeready.StopEnd,
	"length":           makeready.StopLength, "max_tokens": makeready.StopLength,
	"model_length": makeready.StopLength, "model_context_window_exceeded": makeready.StopLength,
	"finishreasonmaxtokens": makeready.StopLength,
	"tool_calls":            makeready.StopToolCalls, "function_call": makeready.StopToolCalls,
	"tool_use":       makeready.StopToolCalls,
	"refusal":        makeready.StopRefusal,
	"content_filter": makeready.StopFilter, "content_filtered": makeready.StopFilter,
	"guardrail_intervened": makeready.StopFilter, "safety": makeready.StopFilter,
	"recitation": makeready.StopFilter, "blocklist": makeready.StopFilter,
	"prohibited_content": makeready.StopFilter, "spii": makeready.StopFilter,
	"image_safety": makeready.StopFilter, "finishreasonsafety": makeready.StopFilter,
	"finishreasonrecitation": makeready.StopFilter, "error_toxic": makeready.StopFilter,
}

// stopOf maps a provider's word.
func stopOf(word []byte) makeready.StopReason {
	s, ok := stops[string(word)]
	if !ok {
		s = stops[string(bytes.ToLower(word))]
	}
	return s
}
