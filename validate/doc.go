// Package validate turns the text of a model into a checked Go value, and asks
// the model again when the text will not do.
//
// It is useful alone, on any text:
//
//	type Ticket struct {
//		Intent     string  `json:"intent" jsonschema:"enum=billing,enum=returns"`
//		Confidence float64 `json:"confidence" jsonschema:"minimum=0,maximum=1"`
//	}
//	tickets, err := validate.For[Ticket]() // once, at start-up
//	…
//	ticket, err := tickets.Validate(ctx, text) // or Parse, which tells what was repaired
//	if bad, ok := errors.AsType[*makeready.InvalidError](err); ok {
//		fmt.Println(bad.Issues) // which paths, what was found, what is allowed
//	}
//
// [Generate] puts a model in front of it: a bad answer is followed by a request
// that names the failing paths, up to [Config].Attempts times.
//
// # How text becomes a value
//
// Valid JSON is read at once. Otherwise the JSON is looked for: behind what the
// model thinks aloud, in fences, in prose. It is read as it was meant, guided
// by the names that the schema expects, and fitted to the schema: numbers in
// text, allowed values and keys spelled differently, a value for a list. Each
// change is a [Fix]. No item is dropped, nothing required is made up, no number
// is rounded, and where two readings are equally good the text is refused.
// The library that knows all of JSON Schema checks the result in any case.
// docs/parsing.md lists the rules; a [Level] turns them off.
//
// What exceeds a limit is refused before anything else looks at it: 1 MiB of
// text, 200 levels of nesting, keys of 1024 bytes, numbers of 400 digits or
// with an exponent beyond ±400. The time is linear in the length of the text.
//
// # Failure
//
// Text that will not do is a [*makeready.InvalidError]. It holds up to 100
// issues in a stable order. Its string names codes and places of the schema and
// nothing that the model wrote; Path and Got of an issue do. Codes are the
// keywords of JSON Schema ("enum", "required", "minimum" and so on) and
//
//	empty          there is no text
//	utf8           the text is not valid UTF-8
//	size, depth    a limit is exceeded
//	syntax         there is no JSON value, or one that cannot be repaired
//	duplicate_key  an object has a key twice
//	number_range   a number is beyond the limits or does not fit its type in Go
//	type           besides JSON Schema's: a Go type refuses its text
//	truncated      the output limit cut the answer (Generate)
//	refusal        the model declined, or the provider withheld (Generate)
//	panic          the schema library panicked on the value
//	ambiguous      there are several readings, and none is better
//	check          a check of the program failed ([Check], [Field])
//
// A model that says that it does not know is understood: the object
//
//	{"status": "uncertain", "reason": "…", "suggestion": "…"}
//
// is a [*makeready.Exit] with outcome Uncertain and reason [ReasonUncertain],
// unless T is a struct with a property "status" of its own. It is never asked
// again.
//
// # Concurrency
//
// A [Parser] is immutable and safe for concurrent use. All reflection and
// compilation happens in [For] and [FromSchema]; per call there is only
// encoding/json's, and that of checks.
package validate
