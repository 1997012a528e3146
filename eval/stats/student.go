package stats

import (
	"fmt"
	"math"
)

// StudentQuantile returns the t below which a Student variable with df degrees
// of freedom falls with probability p, 0 < p < 1, df > 0. It inverts
// P(|T| > t) = I_x(df/2, 1/2) with x = df/(df+t²) (DLMF 8.17, Abramowitz and
// Stegun 26.7.1) through [BetaQuantile]; relative error below 1e-11.
func StudentQuantile(p, df float64) (float64, error) {
	if err := checkOpen("p", p); err != nil {
		return 0, err
	}
	if !(df > 0) {
		return 0, fmt.Errorf("stats: %v degrees of freedom; use a number above 0", df)
	}
	return studentQuantile(p, df), nil
}

// normalDF is where the t distribution is the normal one to all digits kept.
const normalDF = 1e12

func studentQuantile(p, df float64) float64 {
	if df > normalDF {
		return normalQuantile(p)
	}
	if p == 0.5 {
		return 0
	}
	tail := math.Min(p, 1-p)
	x, y := betaQuantile(2*tail, 1-2*tail, df/2, 0.5)
	return math.Copysign(math.Sqrt(df*(y/x)), p-0.5)
}

// studentTwoSided returns P(|T| > |t|).
func studentTwoSided(t, df float64) float64 {
	if df > normalDF {
		return math.Erfc(math.Abs(t) / math.Sqrt2)
	}
	p, _ := incBeta(df/2, 0.5, df/(df+t*t), t*t/(df+t*t))
	return p
}
