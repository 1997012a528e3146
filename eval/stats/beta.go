package stats

import (
	"fmt"
	"math"
)

// BetaInc returns the regularized incomplete beta function I_x(a, b): the
// probability that a Beta(a, b) variable is at most x. a and b are positive, x
// is from 0 to 1.
//
// It is what exact intervals and exact tests on counts are made of. The
// continued fraction is DLMF 8.17.22, evaluated by the modified Lentz method
// (Lentz 1976, Thompson and Barnett 1986); the factor before it is written
// around the mode, as Loader does for the binomial (2000), so that large counts
// cost no digits. The relative error is below 1e-12 for a and b up to 1e4 and below
// 1e-11 up to 1e6; the work grows with the square root of a+b.
func BetaInc(x, a, b float64) (float64, error) {
	if err := checkUnit("x", x); err != nil {
		return 0, err
	}
	if err := checkShape(a, b); err != nil {
		return 0, err
	}
	lower, _ := incBeta(a, b, x, 1-x)
	return lower, nil
}

// BetaQuantile returns the x at which [BetaInc] is p. It is solved by Newton's
// method on the logarithm of the smaller tail, inside a shrinking bracket; the
// relative error of x is below 1e-11, also in the far lower tail.
func BetaQuantile(p, a, b float64) (float64, error) {
	if err := checkUnit("p", p); err != nil {
		return 0, err
	}
	if err := checkShape(a, b); err != nil {
		return 0, err
	}
	x, _ := betaQuantile(p, 1-p, a, b)
	return x, nil
}

func checkShape(a, b float64) error {
	if !(a > 0 && b > 0) || math.IsInf(a, 0) || math.IsInf(b, 0) {
		return fmt.Errorf("stats: beta parameters are %v and %v; use finite numbers above 0", a, b)
	}
	return nil
}

// incBeta returns I_x(a, b) and 1 - I_x(a, b). y is 1 - x, given apart so that
// neither end of the unit interval loses digits.
func incBeta(a, b, x, y float64) (lower, upper float64) {
	switch {
	case x <= 0:
		return 0, 1
	case y <= 0:
		return 1, 0
	case x <= (a+1)/(a+b+2): // the fraction converges fast on this side of the mode
		lower = math.Min(1, betaPower(a, b, x, y)*betaFraction(a, b, x)/a)
		return lower, 1 - lower
	default:
		upper = math.Min(1, betaPower(b, a, y, x)*betaFraction(b, a, y)/b)
		return 1 - upper, upper
	}
}

// betaFraction evaluates 1/(1 + d1/(1 + d2/(1 + …))) of DLMF 8.17.22.
func betaFraction(a, b, x float64) float64 {
	const (
		tiny     = 1e-300 // keeps a vanishing denominator from dividing by zero
		epsilon  = 1e-16
		maxTerms = 200_000 // enough for a+b of 1e9; 50 are usual
	)
	f, c, d := 1.0, 1.0, 0.0
	for i := 1; i <= maxTerms; i++ {
		m := float64(i / 2)
		var term float64
		if i%2 == 0 {
			term = m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		} else {
			term = -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		}
		d = 1 + term*d
		if math.Abs(d) < tiny {
			d = tiny
		}
		d = 1 / d
		c = 1 + term/c
		if math.Abs(c) < tiny {
			c = tiny
		}
		f *= c * d
		if math.Abs(c*d-1) < epsilon {
			break
		}
	}
	return 1 / f
}

// betaPower returns x^a·y^b/B(a, b), y being 1 - x.
//
// With u = x(a+b)/a - 1 and v = y(a+b)/b - 1, a·u + b·v is 0, so the logarithm
// is that of the value at the mode plus a(log(1+u) - u) + b(log(1+v) - v):
// terms that are small where the answer matters, instead of differences of
// huge log-gammas.
func betaPower(a, b, x, y float64) float64 {
	d := x*b - y*a
	log := a*logMinus(x*(a+b)/a, d/a) + b*logMinus(y*(a+b)/b, -d/b)
	return math.Sqrt(a/(a+b)*b/(2*math.Pi)) * math.Exp(log+stirling(a+b)-stirling(a)-stirling(b))
}

// logMinus returns log(r) - u for r = 1+u.
func logMinus(r, u float64) float64 {
	if math.Abs(u) > 0.05 {
		return math.Log(r) - u
	}
	sum, power := 0.0, -u
	for k := 2; k <= 16; k++ { // 0.05^15/15 is below 1e-20
		power *= -u
		sum -= power / float64(k)
	}
	return sum
}

// stirling returns log Γ(a) - ((a-1/2)·log a - a + log(2π)/2), the error of
// Stirling's formula (DLMF 5.11.1).
func stirling(a float64) float64 {
	if a < 10 {
		lg, _ := math.Lgamma(a)
		return lg - ((a-0.5)*math.Log(a) - a + 0.5*math.Log(2*math.Pi))
	}
	s := 1 / (a * a)
	return (1.0/12 - s*(1.0/360-s*(1.0/1260-s*(1.0/1680-s*(1.0/1188-s*(691.0/360360-s/156)))))) / a
}

// logBeta returns log B(a, b).
func logBeta(a, b float64) float64 {
	s := a + b
	return a*math.Log(a/s) + b*math.Log(b/s) + 0.5*math.Log(2*math.Pi*s/(a*b)) +
		stirling(a) + stirling(b) - stirling(s)
}

// betaQuantile returns the x with I_x(a, b) = p, and 1 - x; q is 1 - p.
func betaQuantile(p, q, a, b float64) (x, y float64) {
	switch {
	case p <= 0:
		return 0, 1
	case q <= 0:
		return 1, 0
	}
	if half, _ := incBeta(a, b, 0.5, 0.5); half < p {
		y = solveBeta(q, p, b, a)
		return 1 - y, y
	}
	x = solveBeta(p, q, a, b)
	return x, 1 - x
}

// solveBeta finds the quantile when it is at most 1/2.
func solveBeta(p, q, a, b float64) float64 {
	lo, hi := 0.0, 0.5
	x := math.Min(0.5, a/(a+b))
	for range 1100 { // a bracket that only shrinks by 16 passes the smallest float64 in 270 steps
		lower, upper := incBeta(a, b, x, 1-x)
		if lower < p || lower == p && upper > q {
			lo = x
		} else {
			hi = x
		}
		density := betaPower(a, b, x, 1-x) / (x * (1 - x))
		var next float64
		if p <= q {
			next = x * math.Exp(-math.Log(lower/p)*lower/(x*density))
		} else {
			next = x + math.Log(upper/q)*upper/density
		}
		if math.Abs(next-x) <= 1e-16*x {
			return x
		}
		if !(next > lo && next < hi) { // also when next is NaN
			next = inside(lo, hi)
			if next <= lo || next >= hi {
				return x
			}
		}
		x = next
	}
	return x
}

// inside halves a bracket, on the logarithmic scale while it is wide.
func inside(lo, hi float64) float64 {
	switch {
	case lo == 0:
		return hi / 16
	case hi > 4*lo:
		return math.Sqrt(lo) * math.Sqrt(hi)
	default:
		return lo + (hi-lo)/2
	}
}
