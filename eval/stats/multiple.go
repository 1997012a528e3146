package stats

import (
	"errors"
	"fmt"
	"slices"
)

// Holm adjusts p-values of several tests so that the chance of even one false
// alarm stays at the level they are compared with (Holm 1979). The result is in
// the order of the input, never below it, and at most 1.
//
// Use it when several metrics can each fail a gate.
func Holm(p []float64) ([]float64, error) {
	order, err := ascending(p)
	if err != nil {
		return nil, err
	}
	out := make([]float64, len(p))
	running := 0.0
	for rank, i := range order {
		running = max(running, float64(len(p)-rank)*p[i])
		out[i] = min(1, running)
	}
	return out, nil
}

// BenjaminiHochberg adjusts p-values so that the expected share of false alarms
// among all alarms stays at the level they are compared with (Benjamini and
// Hochberg 1995), for independent or positively dependent tests. It finds more
// than [Holm] and promises less: use it to look through many categories.
func BenjaminiHochberg(p []float64) ([]float64, error) {
	order, err := ascending(p)
	if err != nil {
		return nil, err
	}
	out := make([]float64, len(p))
	running := 1.0
	for rank, i := range slices.Backward(order) {
		running = min(running, p[i]*(float64(len(p))/float64(rank+1)))
		out[i] = running
	}
	return out, nil
}

// ascending returns the indices of p by value.
func ascending(p []float64) ([]int, error) {
	if len(p) == 0 {
		return nil, errors.New("stats: no p-values; give at least one")
	}
	order := make([]int, len(p))
	for i, v := range p {
		if err := checkUnit(fmt.Sprintf("p[%d]", i), v); err != nil {
			return nil, err
		}
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case p[a] < p[b]:
			return -1
		case p[a] > p[b]:
			return 1
		default:
			return 0
		}
	})
	return order, nil
}
