package stats

import "math"

// NormalQuantile returns the z below which a standard normal variable falls
// with probability p, 0 < p < 1. It is algorithm AS 241, PPND16 (Wichura 1988,
// Applied Statistics 37): three rational approximations, relative error about
// 1e-16.
func NormalQuantile(p float64) (float64, error) {
	if err := checkOpen("p", p); err != nil {
		return 0, err
	}
	return normalQuantile(p), nil
}

// The coefficients of AS 241, constant term first.
//
//archtest:table published coefficients of AS 241, never written to
var (
	as241Center = rational{
		num: [8]float64{
			3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
			4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3,
		},
		den: [8]float64{
			1, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
			2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3,
		},
	}
	as241Middle = rational{
		num: [8]float64{
			1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
			1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4,
		},
		den: [8]float64{
			1, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
			1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9,
		},
	}
	as241Tail = rational{
		num: [8]float64{
			6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
			2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
		},
		den: [8]float64{
			1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
			7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15,
		},
	}
)

// rational is a quotient of two polynomials of degree 7.
type rational struct{ num, den [8]float64 }

func (r *rational) at(x float64) float64 {
	num, den := 0.0, 0.0
	for i := len(r.num) - 1; i >= 0; i-- {
		num = num*x + r.num[i]
		den = den*x + r.den[i]
	}
	return num / den
}

func normalQuantile(p float64) float64 {
	q := p - 0.5
	if math.Abs(q) <= 0.425 {
		return q * as241Center.at(0.180625-q*q)
	}
	tail := p
	if q > 0 {
		tail = 1 - p
	}
	r := math.Sqrt(-math.Log(tail))
	var z float64
	if r <= 5 {
		z = as241Middle.at(r - 1.6)
	} else {
		z = as241Tail.at(r - 5)
	}
	return math.Copysign(z, q)
}
