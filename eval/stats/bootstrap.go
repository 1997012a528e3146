package stats

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// Bootstrap makes intervals for figures without a formula by drawing cases
// again from the cases at hand (Efron 1979). The zero value is ready to use.
//
// It takes percentiles, which are a little too narrow below about 50 units; a
// rate has better intervals ([Proportion.Wilson]), and so has a mean
// ([Estimate.Interval]).
type Bootstrap struct {
	// Resamples is how often cases are drawn again. 0 means 2000.
	Resamples int
	// Level of the interval. 0 means 0.95.
	Level float64
	// Seed makes the draws: equal seeds, equal intervals. Zero is a seed too.
	Seed uint64
}

// Interval returns the bootstrap interval of a figure over n cases.
//
// statistic computes the figure from the cases with the given indices, which
// repeat; it must not keep or change the slice, and must not return NaN or an
// infinity, also when, say, a class is missing from the draw. With clusters,
// whole clusters are drawn, and the number of cases in a draw varies. It takes
// at least two cases and two clusters.
func (b Bootstrap) Interval(n int, clusters []string, statistic func(index []int) float64) (Interval, error) {
	if statistic == nil {
		return Interval{}, errors.New("stats: no statistic to bootstrap")
	}
	g, err := b.plan(n, clusters)
	if err != nil {
		return Interval{}, err
	}
	var members [][]int
	if g.of != nil {
		members = make([][]int, g.count)
		for i, k := range g.of {
			members[k] = append(members[k], i)
		}
	}
	index := make([]int, 0, n)
	return b.percentiles(func(r *rand.PCG) float64 {
		index = index[:0]
		for range g.count {
			k := pick(r, g.count)
			if members == nil {
				index = append(index, k)
			} else {
				index = append(index, members[k]...)
			}
		}
		return statistic(index)
	})
}

// Mean returns the bootstrap interval of a mean, or of a paired difference when
// scores are differences. It is Interval with the mean as statistic, without
// building lists of indices.
func (b Bootstrap) Mean(scores []float64, clusters []string) (Interval, error) {
	if err := checkFinite("scores", scores); err != nil {
		return Interval{}, err
	}
	g, err := b.plan(len(scores), clusters)
	if err != nil {
		return Interval{}, err
	}
	if g.of == nil {
		return b.percentiles(func(r *rand.PCG) float64 {
			sum := 0.0
			for range scores {
				sum += scores[pick(r, len(scores))]
			}
			return sum / float64(len(scores))
		})
	}
	sums := g.sums(len(scores), func(i int) float64 { return scores[i] })
	sizes := g.sums(len(scores), func(int) float64 { return 1 })
	return b.percentiles(func(r *rand.PCG) float64 {
		sum, size := 0.0, 0.0
		for range sums {
			k := pick(r, len(sums))
			sum += sums[k]
			size += sizes[k]
		}
		return sum / size
	})
}

// maxResamples bounds memory at 80 MB.
const maxResamples = 10_000_000

func (b Bootstrap) plan(n int, clusters []string) (grouping, error) {
	if n < 1 {
		return grouping{}, fmt.Errorf("stats: bootstrap of %d cases; give at least two", n)
	}
	if b.Resamples < 0 || b.Resamples > maxResamples {
		return grouping{}, fmt.Errorf("stats: %d resamples; use 1 to %d, or 0 for 2000", b.Resamples, maxResamples)
	}
	if b.Level != 0 {
		if err := checkOpen("level", b.Level); err != nil {
			return grouping{}, err
		}
	}
	g, err := group(n, clusters)
	if err == nil && g.count < 2 {
		err = fmt.Errorf("%w: %d independent units to resample, two are needed", ErrUndefined, g.count)
	}
	return g, err
}

// pick returns a number below n, each as likely as the others to within n/2^64.
func pick(r *rand.PCG, n int) int {
	high, _ := bits.Mul64(r.Uint64(), uint64(n)) //nolint:gosec // n counts cases, at least two
	return int(high)                             //nolint:gosec // below n
}

// percentiles draws and sorts; a percentile between two draws is interpolated
// (Hyndman and Fan 1996, type 7).
func (b Bootstrap) percentiles(draw func(*rand.PCG) float64) (Interval, error) {
	level := orDefault(b.Level, 0.95)
	draws := make([]float64, b.Resamples)
	if b.Resamples == 0 {
		draws = make([]float64, 2000)
	}
	r := rand.NewPCG(b.Seed, 0x9e3779b97f4a7c15)
	for i := range draws {
		v := draw(r)
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return Interval{}, fmt.Errorf("%w: the statistic is %v on a resample; return a number for every draw", ErrUndefined, v)
		}
		draws[i] = v
	}
	slices.Sort(draws)
	at := func(p float64) float64 {
		pos := p * float64(len(draws)-1)
		i := int(pos)
		if i+1 >= len(draws) {
			return draws[len(draws)-1]
		}
		return draws[i] + (pos-float64(i))*(draws[i+1]-draws[i])
	}
	return Interval{Low: at((1 - level) / 2), High: at((1 + level) / 2), Level: level}, nil
}
