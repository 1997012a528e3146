package stats

import (
	"fmt"
	"math"
)

// Design answers how many cases a paired comparison takes, and what a given
// number can see (Miller 2024, arXiv 2411.00640, section on power).
//
// For outcomes that are right or wrong and one trial per case, set Between to
// the share of cases on which the two sides differ, about 0.1 for a small change
// of a prompt, and leave the rest. That takes the square of the true difference,
// which is to be subtracted, as small.
type Design struct {
	// Between is the variance, from case to case, of the difference of the two
	// sides' expected scores.
	Between float64
	// WithinBaseline and WithinCandidate are the variances of one trial about
	// its case's expected score. More trials reduce them.
	WithinBaseline, WithinCandidate float64
	// TrialsBaseline and TrialsCandidate are trials per case. 0 means 1.
	TrialsBaseline, TrialsCandidate int
	// Alpha is the two-sided level of the test. 0 means 0.05.
	Alpha float64
	// Power is the chance to see a difference that is there. 0 means 0.8.
	Power float64
}

// Cases returns the number of cases at which a true difference of delta is
// seen with the design's power: (z_{1-α/2} + z_power)²·variance/delta². It is
// not rounded; round up.
func (d Design) Cases(delta float64) (float64, error) {
	if !(math.Abs(delta) > 0) || math.IsInf(delta, 0) {
		return 0, fmt.Errorf("stats: difference to detect is %v; use a finite number other than 0", delta)
	}
	v, z, err := d.parts()
	if err != nil {
		return 0, err
	}
	return z * z * v / (delta * delta), nil
}

// Detectable returns the smallest true difference that n cases see with the
// design's power.
func (d Design) Detectable(n int) (float64, error) {
	if n < 1 {
		return 0, fmt.Errorf("stats: %d cases; use at least one", n)
	}
	v, z, err := d.parts()
	if err != nil {
		return 0, err
	}
	return z * math.Sqrt(v/float64(n)), nil
}

func (d Design) parts() (variance, z float64, err error) {
	for _, v := range [...]float64{d.Between, d.WithinBaseline, d.WithinCandidate} {
		if !(v >= 0) || math.IsInf(v, 0) {
			return 0, 0, fmt.Errorf("stats: variance is %v; use a finite number, 0 or above", v)
		}
	}
	if d.TrialsBaseline < 0 || d.TrialsCandidate < 0 {
		return 0, 0, fmt.Errorf("stats: %d and %d trials per case; use at least one, or 0 for one",
			d.TrialsBaseline, d.TrialsCandidate)
	}
	alpha, power := orDefault(d.Alpha, 0.05), orDefault(d.Power, 0.8)
	if err := checkOpen("alpha", alpha); err != nil {
		return 0, 0, err
	}
	if err := checkOpen("power", power); err != nil {
		return 0, 0, err
	}
	variance = d.Between + d.WithinBaseline/float64(max(1, d.TrialsBaseline)) +
		d.WithinCandidate/float64(max(1, d.TrialsCandidate))
	return variance, powerZ(alpha, power), nil
}

// powerZ is how many standard errors a difference must measure to be seen at
// level alpha with the given power.
func powerZ(alpha, power float64) float64 {
	return normalQuantile(1-alpha/2) + normalQuantile(power)
}
