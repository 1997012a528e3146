// Package provider is the door to real models: langchaingo's clients, made
// honest.
//
//	model, err := provider.Anthropic(provider.Config{Model: "claude-sonnet-4-5", Key: key})
//	if err != nil {
//		return err
//	}
//	resp, err := model.Generate(ctx, makeready.Request{
//		Messages: []makeready.Message{{Role: makeready.RoleUser, Text: "Where is my parcel?"}},
//		Params:   makeready.Params{Temperature: new(0.0), MaxTokens: 300},
//	})
//
// [OpenAI], [Anthropic], [Ollama] and [Google] take everything they need in a
// [Config]; nothing is read from the environment. [New] takes any model of
// langchaingo's. Each returns a [makeready.Model] inside a [makeready.Leaf].
//
// # What is repaired
//
// langchaingo v0.1.14 returns errors without a type, loses Retry-After and
// much of the usage, and takes a stream that was cut for an answer. A
// [Transport] inside the client's HTTP client makes up for it. It finds the call
// that a request belongs to by the request's context, completes the request on
// the way out, and reads the answer itself; langchaingo's client gets a
// stand-in that it cannot misread. So it does not matter that its readers give
// up on lines of 64 KiB, skip chunks that are malformed, stream tool calls as
// if they were text, or leave goroutines behind.
//
//	failures       a *makeready.ModelError with Kind, Status, RetryAfter and
//	               RequestID: the status first, made more exact by the type and
//	               code in the body, never by words in a message (but for a few
//	               beginnings of messages where a provider has no code)
//	streams        end with their signal ([DONE] or a finish_reason,
//	               message_stop, done), or the error is
//	               makeready.ErrIncompleteStream; error events, malformed
//	               chunks and cut connections are errors; the caller's own
//	               context error is returned as it is
//	text           chunks hold whole characters, wherever the stream was cut;
//	               reasoning is kept apart, also when it comes first
//	parameters     what is unset is not sent, zero is sent as zero; top-p and
//	               seed are sent
//	schema         per call, see SchemaMode
//	messages       images, tool calls and tool results, in the form that each
//	               API wants
//	usage          in OpenTelemetry's meaning, with its source
//	metadata       langchaingo's own settings are not sent to OpenAI
//	options        langchaingo's options are applied to a copy for each call
//
// # Providers
//
//	                   | OpenAI¹   | Google²   | Anthropic  | Ollama   | other³
//	kind, Retry-After  | yes       | yes       | yes        | yes      | with HTTP client
//	schema             | enforced⁴ | enforced⁴ | opt-in⁵    | enforced | no
//	temperature, top-p | yes       | yes       | yes        | yes      | zero is unset
//	seed               | yes       | yes       | not in API | yes      | zero is unset
//	output limit       | yes⁶      | yes       | yes⁷       | yes      | yes
//	stop texts         | yes       | yes       | yes        | yes      | yes
//	images             | data, URL | data, URL | data, URL  | data     | langchaingo's
//	tools              | yes       | yes       | yes        | yes      | langchaingo's
//	reasoning          | yes⁸      | yes⁸      | yes        | yes      | langchaingo's
//	stream integrity   | yes       | yes       | yes        | yes      | a reason or usage
//	usage: cache read  | yes       | yes       | yes        | –        | where counted
//	usage: cache write | –         | –         | yes        | –        | –
//	usage: reasoning   | yes       | yes⁹      | –          | –        | where counted
//
// ¹ And servers that speak its chat completions protocol. ² By its
// OpenAI-compatible endpoint; the module provider/googleai speaks Google's own
// protocol. ³ Any other llms.Model, and the ones named here when their client
// has no Transport. ⁴ Strictly where the schema has the form that OpenAI asks
// for, else as a hint. ⁵ [SchemaAlways]. ⁶ As max_completion_tokens at
// api.openai.com, at Azure and for models named o1, o3, o4 or gpt-5, and as
// max_tokens everywhere else: OpenAI's reasoning models refuse the old name,
// Mistral and others the new one. ⁷ The API insists on a limit; without one,
// 4096 is sent. ⁸ Where the server gives it, as reasoning_content, reasoning
// or a part of the content. ⁹ As part of the output when it is only in the
// total.
//
// # Usage
//
// Input includes what was read from and written to a cache, Output includes
// reasoning, whatever the provider's own figures include. The source is
// reported if the provider counted, which langchaingo's zeros do not prove, and
// else estimated: a token for every four bytes of ASCII and for every other
// character, four for each message and 800 for each image. A call that was cut
// returns with its error the usage up to there, estimated. A call that was
// refused with a status returns none.
//
// For models without a Transport the usage is read from GenerationInfo, whose
// keys and types differ for each of langchaingo's providers: openai,
// anthropic, googleai, vertex, bedrock, ollama, mistral and maritaca are
// known; the others count nothing, and are estimated.
//
// # Keys and texts
//
// No error of this package holds a key, a URL, or a word that the provider, the
// user or the model wrote: codes are compared with a table, and ids and model
// names must look like such and differ from the key. What a langchaingo client
// without a Transport says in its errors is dropped.
//
// # Limits
//
// Callbacks and wrappers of a langchaingo model see whole answers, but streamed
// ones all at once, at the end. Thinking blocks of Anthropic are not sent back,
// so thinking together with tools needs a client of its own; nor is text
// between think tags told from the answer. Only the first candidate counts.
// Nothing here retries: that is for packages that know the budget.
//
// A model is safe for concurrent use and starts no goroutines.
package provider
