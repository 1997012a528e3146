package stats

import (
	"errors"
	"fmt"
	"math"
)

// Tally counts paired outcomes that are right or wrong. Tallies of replicas
// add up, so a gate over many machines needs three counters.
type Tally struct {
	// Wins are cases that only the candidate gets right, Losses those that only
	// the baseline gets right, Ties all others.
	Wins   int `json:"wins"`
	Losses int `json:"losses"`
	Ties   int `json:"ties"`
}

// CountPairs compares right and wrong answers of two sides over the same cases
// in the same order.
func CountPairs(baseline, candidate []bool) (Tally, error) {
	if err := checkSameLength("baseline outcomes", len(baseline), "candidate outcomes", len(candidate)); err != nil {
		return Tally{}, err
	}
	if len(baseline) == 0 {
		return Tally{}, errNoPairs()
	}
	var t Tally
	for i, right := range candidate {
		switch {
		case right == baseline[i]:
			t.Ties++
		case right:
			t.Wins++
		default:
			t.Losses++
		}
	}
	return t, nil
}

func errNoPairs() error { return errors.New("stats: no pairs to compare; give at least one case") }

// Add returns the sum of two tallies over different cases.
func (t Tally) Add(u Tally) Tally {
	return Tally{Wins: t.Wins + u.Wins, Losses: t.Losses + u.Losses, Ties: t.Ties + u.Ties}
}

// N returns the number of cases.
func (t Tally) N() int { return t.Wins + t.Losses + t.Ties }

func (t Tally) check() error {
	if t.Wins < 0 || t.Losses < 0 || t.Ties < 0 {
		return fmt.Errorf("stats: %d wins, %d losses, %d ties; counts cannot be negative", t.Wins, t.Losses, t.Ties)
	}
	return nil
}

// Difference returns the mean of candidate minus baseline, as
// [PairedDifference] does for the single cases.
func (t Tally) Difference() (Estimate, error) {
	if err := t.check(); err != nil {
		return Estimate{}, err
	}
	if t.N() == 0 {
		return Estimate{}, errNoPairs()
	}
	n := float64(t.N())
	e := Estimate{Value: float64(t.Wins-t.Losses) / n, N: t.N(), Clusters: t.N()}
	if t.N() > 1 {
		wins, losses, ties := 1-e.Value, 1+e.Value, e.Value // distances from the mean
		squares := float64(t.Wins)*wins*wins + float64(t.Losses)*losses*losses + float64(t.Ties)*ties*ties
		e.StdErr = math.Sqrt(squares / (n - 1) / n)
	}
	return e, nil
}

// McNemar returns the exact two-sided p-value of the hypothesis that wins and
// losses are equally likely (McNemar 1947, in its binomial form): twice the
// smaller tail, at most 1. Ties do not count; without wins and losses it is 1.
// Look once, at a number of cases fixed before; otherwise use an e-value.
func (t Tally) McNemar() (float64, error) {
	if err := t.check(); err != nil {
		return 0, err
	}
	return t.mcNemar(), nil
}

func (t Tally) mcNemar() float64 {
	if t.Wins == t.Losses {
		return 1
	}
	fewer, more := float64(min(t.Wins, t.Losses)), float64(max(t.Wins, t.Losses))
	tail, _ := incBeta(more, fewer+1, 0.5, 0.5) // P(X <= fewer) of fair coins
	return math.Min(1, 2*tail)
}
