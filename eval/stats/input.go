package stats

import (
	"errors"
	"fmt"
	"math"
)

var (
	// ErrUndefined says that the input is valid and the figure does not exist
	// for it: an area under the curve without a single wrong answer, a
	// standard error of one case.
	ErrUndefined = errors.New("stats: undefined for this input")
	// ErrUnreachable says that no threshold reaches the accuracy asked for.
	ErrUnreachable = errors.New("stats: no threshold reaches the target; lower it or improve the classifier")
)

// checkOpen accepts fractions strictly between 0 and 1.
func checkOpen(name string, v float64) error {
	if !(v > 0 && v < 1) {
		return fmt.Errorf("stats: %s is %v; use a fraction above 0 and below 1", name, v)
	}
	return nil
}

// checkUnit accepts fractions from 0 to 1.
func checkUnit(name string, v float64) error {
	if !(v >= 0 && v <= 1) {
		return fmt.Errorf("stats: %s is %v; use a fraction from 0 to 1", name, v)
	}
	return nil
}

// checkFinite accepts a list of at least one finite number.
func checkFinite(name string, xs []float64) error {
	if len(xs) == 0 {
		return fmt.Errorf("stats: %s is empty; give at least one case", name)
	}
	for i, x := range xs {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("stats: %s[%d] is %v; leave cases without a score out", name, i, x)
		}
	}
	return nil
}

func checkSameLength(nameA string, a int, nameB string, b int) error {
	if a != b {
		return fmt.Errorf("stats: %d %s and %d %s; give one of each per case", a, nameA, b, nameB)
	}
	return nil
}

// orDefault stands in for a knob that was left at zero.
func orDefault(v, otherwise float64) float64 {
	if v == 0 {
		return otherwise
	}
	return v
}

// grouping numbers the clusters of cases in order of first appearance, so that
// sums over clusters have one order.
type grouping struct {
	of    []int // cluster of each case; nil when every case is its own
	count int
}

// group returns the clusters of n cases. Clusters of one case each count as
// none.
func group(n int, clusters []string) (grouping, error) {
	if clusters == nil {
		return grouping{count: n}, nil
	}
	if err := checkSameLength("scores", n, "cluster names", len(clusters)); err != nil {
		return grouping{}, err
	}
	g := grouping{of: make([]int, n)}
	seen := make(map[string]int)
	for i, name := range clusters {
		k, ok := seen[name]
		if !ok {
			k = len(seen)
			seen[name] = k
		}
		g.of[i] = k
	}
	g.count = len(seen)
	if g.count == n {
		g.of = nil
	}
	return g, nil
}

// sums adds f(i) over the cases of each cluster.
func (g grouping) sums(n int, f func(i int) float64) []float64 {
	out := make([]float64, g.count)
	for i := range n {
		if g.of == nil {
			out[i] = f(i)
		} else {
			out[g.of[i]] += f(i)
		}
	}
	return out
}
