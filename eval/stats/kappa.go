package stats

import (
	"errors"
	"fmt"
)

// CohenKappa returns the agreement of two raters beyond chance (Cohen 1960):
// (p_o - p_e)/(1 - p_e), 1 for full agreement, 0 for what chance gives, negative
// below. a[i] and b[i] are the labels of item i.
//
// Use it for a judge against people, or people against each other; a common
// rule of thumb asks for 0.6. It is ErrUndefined when both raters use one and
// the same label throughout.
func CohenKappa[T comparable](a, b []T) (float64, error) {
	if err := checkSameLength("labels of the first rater", len(a), "labels of the second", len(b)); err != nil {
		return 0, err
	}
	if len(a) == 0 {
		return 0, errors.New("stats: no labels to compare; give at least one item")
	}
	type marginals struct{ a, b int }
	counts := make(map[T]marginals)
	agreed := 0
	for i, label := range a {
		m := counts[label]
		m.a++
		counts[label] = m
		m = counts[b[i]]
		m.b++
		counts[b[i]] = m
		if label == b[i] {
			agreed++
		}
	}
	chance := 0 // n² times p_e; integers, so the order of the map does not matter
	for _, m := range counts {
		chance += m.a * m.b
	}
	n := len(a)
	if chance == n*n {
		return 0, fmt.Errorf("%w: both raters use one label throughout", ErrUndefined)
	}
	return float64(agreed*n-chance) / float64(n*n-chance), nil
}
