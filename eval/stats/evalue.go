package stats

import (
	"fmt"
	"math"
)

// EValue returns the evidence that wins and losses are not equally likely:
// B(wins+1/2, losses+1/2)/B(1/2, 1/2)·2^(wins+losses), the Bayes factor of a
// Beta(1/2, 1/2) mixture against fair coins.
//
// Its expectation is at most 1 at every moment when nothing differs, so by
// Ville's inequality (1939) it ever reaches 20 in at most 5 % of experiments,
// however often one looks (Ramdas et al. 2023, arXiv 2210.01948). Compare it
// with 1/alpha after every case and stop when you like. It depends on totals
// only: replicas add their tallies. Values beyond the range of float64 are
// returned as its maximum.
func (t Tally) EValue() (float64, error) {
	if err := t.check(); err != nil {
		return 0, err
	}
	w, l := float64(t.Wins), float64(t.Losses)
	return bounded(logBeta(w+0.5, l+0.5) - math.Log(math.Pi) + (w+l)*math.Ln2), nil
}

// RegressionEValue returns the one-sided evidence that the candidate is worse
// than the baseline by more than margin, 0 <= margin < 1: against every truth
// in which the mean difference is -margin or above, its expectation is at most
// 1 at every moment. It adds up over replicas and is used like [Tally.EValue].
//
// It is the mean, over bets u on a fixed grid, of the products of
// 1 - u(d+margin)/(1+margin) over the differences d of -1, 0 and 1 (betting on
// a bounded mean, Waudby-Smith and Ramdas 2024, arXiv 2010.09686). The grid is
// spread by the arcsine law, which at margin 0 makes it very nearly the
// Beta(1/2, 1/2) mixture on the side where losses prevail; being a mean of fair
// bets, it holds its promise exactly.
func (t Tally) RegressionEValue(margin float64) (float64, error) {
	if err := t.checkMargin(margin); err != nil {
		return 0, err
	}
	return bounded(logAbove(t.weights(), -margin)), nil
}

// PassEValue returns the one-sided evidence that the candidate is not worse
// than the baseline by margin or more: the counterpart of
// [Tally.RegressionEValue] against truths of -margin or below.
func (t Tally) PassEValue(margin float64) (float64, error) {
	if err := t.checkMargin(margin); err != nil {
		return 0, err
	}
	return bounded(logBelow(t.weights(), -margin)), nil
}

func (t Tally) checkMargin(margin float64) error {
	if err := t.check(); err != nil {
		return err
	}
	if !(margin >= 0 && margin < 1) {
		return fmt.Errorf("stats: margin is %v; use a fraction from 0 to below 1", margin)
	}
	return nil
}

func bounded(logE float64) float64 { return math.Min(math.MaxFloat64, math.Exp(logE)) }

// weight is a difference from -1 to 1 and how many cases have it.
type weight struct{ value, count float64 }

func (t Tally) weights() []weight {
	return []weight{{1, float64(t.Wins)}, {0, float64(t.Ties)}, {-1, float64(t.Losses)}}
}

// bets is the size of the grid. At 64 the nearest bet costs less than half of
// the evidence up to about 10 000 differing cases.
const bets = 64

// logAbove returns the logarithm of the e-value against all truths with a mean
// of at least bound. It rises with bound.
func logAbove(ws []weight, bound float64) float64 {
	var logs [bets]float64
	greatest := math.Inf(-1)
	for j := range logs {
		// Nodes of the midpoint rule in the angle whose cosine is the bet.
		u := math.Cos((float64(j) + 0.5) * math.Pi / (2 * bets))
		for _, w := range ws {
			if w.count > 0 {
				// (d-bound)/(1-bound) is at most 1, so no bet loses everything.
				logs[j] += w.count * math.Log1p(-u*(w.value-bound)/(1-bound))
			}
		}
		greatest = math.Max(greatest, logs[j])
	}
	if math.IsInf(greatest, 0) {
		return greatest
	}
	sum := 0.0
	for _, l := range logs {
		sum += math.Exp(l - greatest)
	}
	return greatest + math.Log(sum/bets)
}

// logBelow is logAbove seen in a mirror.
func logBelow(ws []weight, bound float64) float64 {
	mirrored := make([]weight, len(ws))
	for i, w := range ws {
		mirrored[i] = weight{value: -w.value, count: w.count}
	}
	return logAbove(mirrored, -bound)
}

// sequenceHigh returns the least bound that the evidence excludes from below:
// the upper end of a confidence sequence, 1 when nothing is excluded.
func sequenceHigh(ws []weight, logThreshold float64) float64 {
	lo, hi := -1.0, 1.0
	for range 42 { // to 5e-13
		mid := (lo + hi) / 2
		if logAbove(ws, mid) >= logThreshold {
			hi = mid
		} else {
			lo = mid
		}
	}
	if hi > 1-1e-12 {
		return 1
	}
	return hi
}

// sequenceLow is the lower end.
func sequenceLow(ws []weight, logThreshold float64) float64 {
	mirrored := make([]weight, len(ws))
	for i, w := range ws {
		mirrored[i] = weight{value: -w.value, count: w.count}
	}
	return -sequenceHigh(mirrored, logThreshold)
}
