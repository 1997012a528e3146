package stats

import "fmt"

// PassAtK estimates the chance that at least one of k tries passes, from
// passed of trials: 1 - C(trials-passed, k)/C(trials, k), unbiased (Chen et al.
// 2021, arXiv 2107.03374). It suits work where a checker picks the good try.
func PassAtK(trials, passed, k int) (float64, error) {
	if err := checkTries(trials, passed, k); err != nil {
		return 0, err
	}
	return 1 - chooseRatio(trials-passed, trials, k), nil
}

// PassHatK estimates the chance that all of k tries pass, from passed of
// trials: C(passed, k)/C(trials, k), unbiased (Yao et al. 2024, arXiv
// 2406.12045). It is what a user meets who comes k times.
func PassHatK(trials, passed, k int) (float64, error) {
	if err := checkTries(trials, passed, k); err != nil {
		return 0, err
	}
	return chooseRatio(passed, trials, k), nil
}

func checkTries(trials, passed, k int) error {
	if err := (Proportion{Successes: passed, Trials: trials}).check(); err != nil {
		return err
	}
	if k < 1 || k > trials {
		return fmt.Errorf("stats: k is %d with %d trials; use 1 to the number of trials", k, trials)
	}
	return nil
}

// chooseRatio returns C(a, k)/C(b, k) for a <= b, without large numbers.
func chooseRatio(a, b, k int) float64 {
	if k > a {
		return 0
	}
	ratio := 1.0
	for i := range k {
		ratio *= float64(a-i) / float64(b-i)
	}
	return ratio
}
