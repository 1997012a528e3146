package stats

import "math"

// tango returns the score interval of a paired difference of proportions
// (Tango 1998, Statistics in Medicine 17, 891): the differences delta for which
// the score statistic with the variance restricted to delta lies within ±z.
// Unlike the mean plus or minus standard errors it has a width when no case
// differs, and covers about its level from ten cases on.
func (t Tally) tango(level float64) Interval {
	z := normalQuantile((1 + level) / 2)
	// The statistic falls as delta rises.
	cross := func(at float64) float64 {
		lo, hi := -1.0, 1.0
		for range 60 {
			mid := (lo + hi) / 2
			if t.score(mid) > at {
				lo = mid
			} else {
				hi = mid
			}
		}
		return (lo + hi) / 2
	}
	iv := Interval{Low: cross(z), High: cross(-z), Level: level}
	if t.Losses == t.N() {
		iv.Low = -1
	}
	if t.Wins == t.N() {
		iv.High = 1
	}
	return iv
}

// score is the statistic at a difference strictly between -1 and 1.
func (t Tally) score(delta float64) float64 {
	n, w, l := float64(t.N()), float64(t.Wins), float64(t.Losses)
	// The probability of a loss that is likeliest given delta: the greater root
	// of 2n·q² + linear·q - l·delta(1-delta).
	linear := (2*n-w+l)*delta - w - l
	root := math.Sqrt(math.Max(0, linear*linear+8*n*l*delta*(1-delta)))
	var q float64
	if linear <= 0 {
		q = (root - linear) / (4 * n)
	} else { // the same root without canceling digits
		q = 2 * l * delta * (1 - delta) / (root + linear)
	}
	variance := n * (2*q + delta*(1-delta))
	over := w - l - n*delta
	switch {
	case over == 0: // also when no case differs and delta is 0, which leaves no variance
		return 0
	case variance <= 0:
		return math.Copysign(math.Inf(1), over)
	default:
		return over / math.Sqrt(variance)
	}
}
