package validate

// A Result is what a text was understood to be.
type Result[T any] struct {
	Value T
	// JSON is the value as compact JSON that matches the schema.
	JSON string
	// Raw is the text as it came.
	Raw string
	// Fixes are the repairs that turned Raw into JSON, in the order of the
	// text as far as they have a place in it. There are none if Raw holds
	// nothing but JSON that matches.
	Fixes []Fix
	// Truncated says that the text ended inside of the value. All that the
	// schema requires is there; the last text may be short.
	Truncated bool
}

// A Fix is one repair. From and To are clipped to 120 bytes; they, and Path,
// hold what the model wrote.
type Fix struct {
	// Kind is a stable name for the rule, such as "trailing_comma" or
	// "text_to_number". The documentation on parsing lists all of them.
	Kind string
	// Path is the JSON Pointer of the repaired value, or of what holds it.
	Path string
	// Offset is the place in the text in bytes. Inside of text that is itself
	// encoded JSON, it is the place of that text.
	Offset   int
	From, To string
}

// A Level says how much of a model's text may be repaired. A Level is an
// [Option].
type Level uint8

// The levels, the most forgiving being the default.
const (
	// Coerce repairs JSON and fits values to the schema: keys and listed values
	// spelled differently, numbers and booleans in text, one value for a list.
	// It loses no item of a list, invents nothing and rounds nothing.
	Coerce Level = iota
	// Syntax repairs JSON and leaves the values as they are.
	Syntax
	// Strict repairs nothing. It looks for the JSON in the only fence, or for
	// the only object or array, if there is text around it.
	Strict
)
