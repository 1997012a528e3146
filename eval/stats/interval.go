package stats

import "fmt"

// Interval is a range for a figure, ends included.
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	// Level is how often such intervals hold the true figure, for example 0.95.
	Level float64 `json:"level"`
}

// Contains reports whether v lies in the interval.
func (iv Interval) Contains(v float64) bool { return iv.Low <= v && v <= iv.High }

// Against compares the interval with a bound that the figure should exceed:
// Pass when all of it is above, Regression when all of it is below,
// Inconclusive when it holds the bound.
func (iv Interval) Against(bound float64) Verdict {
	switch {
	case iv.Low > bound:
		return Pass
	case iv.High < bound:
		return Regression
	default:
		return Inconclusive
	}
}

// Verdict is what an interval says about a bound.
type Verdict uint8

// The verdicts. The zero Verdict is invalid: a comparison that was not made
// has not passed.
const (
	Pass         Verdict = iota + 1 // surely above the bound
	Regression                      // surely below
	Inconclusive                    // too few cases to say
)

var verdictNames = [...]string{Pass: "pass", Regression: "regression", Inconclusive: "inconclusive"} //archtest:table names of constants

// String returns the verdict's name, or "verdict(n)".
func (v Verdict) String() string {
	if v != 0 && int(v) < len(verdictNames) {
		return verdictNames[v]
	}
	return fmt.Sprintf("verdict(%d)", uint8(v))
}

// MarshalText returns the verdict's name. The zero Verdict has none.
func (v Verdict) MarshalText() ([]byte, error) {
	if v == 0 || int(v) >= len(verdictNames) {
		return nil, fmt.Errorf("stats: no text for verdict(%d)", uint8(v))
	}
	return []byte(verdictNames[v]), nil
}

// UnmarshalText accepts the names that MarshalText returns.
func (v *Verdict) UnmarshalText(text []byte) error {
	for i, name := range verdictNames {
		if i > 0 && name == string(text) {
			*v = Verdict(i)
			return nil
		}
	}
	return fmt.Errorf("stats: unknown verdict, use one of %q", verdictNames[1:])
}
