package stats

import (
	"fmt"
	"math"
)

// Estimate is a mean with its standard error.
type Estimate struct {
	Value float64 `json:"value"`
	// StdErr is 0 when Clusters is 1: one case, or one cluster, has no spread.
	StdErr float64 `json:"std_err"`
	// N is the number of cases.
	N int `json:"n"`
	// Clusters is the number of independent units: N without clusters. The
	// degrees of freedom are Clusters-1.
	Clusters int `json:"clusters"`
}

// Mean returns the mean of scores and its standard error. clusters names the
// cluster of each case; nil means that cases are independent.
//
// Without clusters the standard error is s/√n, s² with n-1. With clusters it is
// the square root of G/(G-1)·Σ_g(Σ_i(x_gi - mean))²/n², the cluster-robust
// variance of a mean with the correction for G clusters (Liang and Zeger 1986;
// Miller 2024, arXiv 2411.00640, leaves the correction out: see
// [Estimate.Uncorrected]). With fewer than about ten clusters it is still
// somewhat small.
func Mean(scores []float64, clusters []string) (Estimate, error) {
	if err := checkFinite("scores", scores); err != nil {
		return Estimate{}, err
	}
	g, err := group(len(scores), clusters)
	if err != nil {
		return Estimate{}, err
	}
	return mean(scores, g), nil
}

func mean(xs []float64, g grouping) Estimate {
	n := float64(len(xs))
	total := 0.0
	for _, x := range xs {
		total += x / n // the sum of large scores could overflow, their mean cannot
	}
	e := Estimate{Value: total, N: len(xs), Clusters: g.count}
	if g.count < 2 {
		return e
	}
	squares := 0.0
	for _, s := range g.sums(len(xs), func(i int) float64 { return (xs[i] - total) / n }) {
		squares += s * s
	}
	count := float64(g.count)
	e.StdErr = math.Sqrt(count / (count - 1) * squares)
	return e
}

// PairedDifference returns the mean of candidate minus baseline over the same
// cases in the same order. Pairing removes what makes cases hard for both, so
// its standard error is smaller than that of two separate runs.
func PairedDifference(baseline, candidate []float64, clusters []string) (Estimate, error) {
	diffs, err := differences(baseline, candidate)
	if err != nil {
		return Estimate{}, err
	}
	return Mean(diffs, clusters)
}

func differences(baseline, candidate []float64) ([]float64, error) {
	if err := checkSameLength("baseline scores", len(baseline), "candidate scores", len(candidate)); err != nil {
		return nil, err
	}
	if err := checkFinite("baseline", baseline); err != nil {
		return nil, err
	}
	if err := checkFinite("candidate", candidate); err != nil {
		return nil, err
	}
	diffs := make([]float64, len(baseline))
	for i := range diffs {
		diffs[i] = candidate[i] - baseline[i]
	}
	return diffs, nil
}

// Uncorrected returns the standard error without the factor G/(G-1), as Miller
// (2024) writes it.
func (e Estimate) Uncorrected() float64 {
	if e.Clusters < 1 {
		return 0
	}
	return e.StdErr * math.Sqrt(float64(e.Clusters-1)/float64(e.Clusters))
}

// Interval returns the mean plus or minus Student's t times the standard error
// (Student 1908), with Clusters-1 degrees of freedom. It is exact for normal
// scores and good for many others from about 30 clusters on. Scores that are
// all equal give an interval without width, which says that nothing was
// learned about the spread and not that there is none. One case, or one
// cluster, is ErrUndefined.
func (e Estimate) Interval(level float64) (Interval, error) {
	if err := checkOpen("level", level); err != nil {
		return Interval{}, err
	}
	if err := e.check(); err != nil {
		return Interval{}, err
	}
	half := studentQuantile((1+level)/2, float64(e.Clusters-1)) * e.StdErr
	return Interval{Low: e.Value - half, High: e.Value + half, Level: level}, nil
}

// PValue returns the two-sided p-value of Student's t test of the hypothesis
// that the true mean is null. It is ErrUndefined when the standard error is 0.
func (e Estimate) PValue(null float64) (float64, error) {
	if math.IsNaN(null) || math.IsInf(null, 0) {
		return 0, fmt.Errorf("stats: null hypothesis is %v; use a finite number", null)
	}
	if err := e.check(); err != nil {
		return 0, err
	}
	if e.StdErr == 0 {
		return 0, fmt.Errorf("%w: the standard error is 0", ErrUndefined)
	}
	return studentTwoSided((e.Value-null)/e.StdErr, float64(e.Clusters-1)), nil
}

func (e Estimate) check() error {
	if !(e.StdErr >= 0) || math.IsInf(e.StdErr, 0) || math.IsNaN(e.Value) || math.IsInf(e.Value, 0) {
		return fmt.Errorf("stats: mean %v with standard error %v; use what Mean returns", e.Value, e.StdErr)
	}
	if e.Clusters < 2 {
		return fmt.Errorf("%w: %d independent units, two are needed", ErrUndefined, e.Clusters)
	}
	return nil
}
