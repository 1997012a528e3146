// Package googleai makes models of Google's that speak Google's own protocol,
// with langchaingo's googleai client.
//
// It is a module of its own because that client compiles some thirty more
// modules. [provider.Google] reaches the same models through Google's
// OpenAI-compatible endpoint and needs none of them: prefer it, unless you need
// what only Google's own protocol has, such as thoughts kept apart from the
// answer.
//
//	model, err := googleai.New(ctx, provider.Config{Model: "gemini-2.5-flash", Key: key})
//
// What the package provider repairs for other clients it repairs for this one:
// errors have a kind, unset parameters are not sent (langchaingo makes up a
// temperature of 0.5 and a top-k of 3), the schema goes out per call, tokens
// spent on thoughts are counted, and a stream without its end is an error.
//
// # Limits
//
// Google's client asks again by itself when the service is unavailable (503),
// up to a minute; bound that with [provider.Config].Timeout. Images can be sent
// as data only. Thought signatures are not sent back.
//
// Models are safe for concurrent use. Nothing is read from the environment,
// and nothing is dialed before the first call.
package googleai
