package stats

import (
	"cmp"
	"errors"
	"slices"
	"sort"
)

// Threshold says what follows from acting only on answers of at least a
// confidence.
type Threshold struct {
	Value float64 `json:"value"`
	// Coverage counts the answers acted on, among all.
	Coverage Proportion `json:"coverage"`
	// Accuracy counts the right ones among those acted on. Its Trials are 0
	// when no answer is that sure.
	Accuracy Proportion `json:"accuracy"`
}

// ThresholdReport lists coverage and accuracy per threshold. The same
// confidence of 0.9 means 88 % of the traffic for one classifier and 0.5 % for
// another, so a threshold is chosen from such a report and not by its sound.
type ThresholdReport struct {
	// Rows are in ascending order, one per distinct confidence.
	Rows []Threshold `json:"rows"`
}

// Thresholds returns the report of the predictions.
func (ps Predictions) Thresholds() (ThresholdReport, error) {
	if err := ps.check(); err != nil {
		return ThresholdReport{}, err
	}
	sorted := slices.Clone(ps)
	slices.SortFunc(sorted, func(a, b Prediction) int { return cmp.Compare(b.Confidence, a.Confidence) })
	var rows []Threshold
	right := 0
	for i, p := range sorted {
		if p.Correct {
			right++
		}
		if i+1 < len(sorted) && sorted[i+1].Confidence == p.Confidence {
			continue
		}
		rows = append(rows, Threshold{
			Value:    p.Confidence,
			Coverage: Proportion{Successes: i + 1, Trials: len(sorted)},
			Accuracy: Proportion{Successes: right, Trials: i + 1},
		})
	}
	slices.Reverse(rows)
	return ThresholdReport{Rows: rows}, nil
}

// At returns what a threshold of value does. With a value above every
// confidence nothing is covered.
func (r ThresholdReport) At(value float64) (Threshold, error) {
	if err := checkUnit("threshold", value); err != nil {
		return Threshold{}, err
	}
	if len(r.Rows) == 0 {
		return Threshold{}, errors.New("stats: empty threshold report; use Predictions.Thresholds")
	}
	i := sort.Search(len(r.Rows), func(i int) bool { return r.Rows[i].Value >= value })
	if i == len(r.Rows) {
		return Threshold{Value: value, Coverage: Proportion{Trials: r.Rows[0].Coverage.Trials}}, nil
	}
	t := r.Rows[i]
	t.Value = value
	return t, nil
}

// Choose returns the lowest threshold, the one with the greatest coverage,
// whose accuracy reaches target on these predictions. With level 0 the observed
// accuracy must reach it, which flatters: the best of many rows is partly luck.
// With a level, such as 0.95, the exact lower bound of the accuracy must
// ([Proportion.LowerBound]). Either way check the choice on other data with
// [ThresholdReport.Verify]. ErrUnreachable says that no threshold will do.
func (r ThresholdReport) Choose(target, level float64) (Threshold, error) {
	if err := checkUnit("target accuracy", target); err != nil {
		return Threshold{}, err
	}
	if level != 0 {
		if err := checkOpen("level", level); err != nil {
			return Threshold{}, err
		}
	}
	for _, row := range r.Rows {
		reached, err := row.Accuracy.Rate()
		if err != nil {
			return Threshold{}, err
		}
		if level != 0 && reached >= target { // the bound lies below the rate, so most rows need none
			if reached, err = row.Accuracy.LowerBound(level); err != nil {
				return Threshold{}, err
			}
		}
		if reached >= target {
			return row, nil
		}
	}
	return Threshold{}, ErrUnreachable
}

// ThresholdCheck is a threshold on data that it was not chosen on.
type ThresholdCheck struct {
	Threshold

	// Interval is the Wilson interval of the accuracy, 0 to 1 when nothing is
	// covered.
	Interval Interval `json:"interval"`
	// Verdict is Pass when the whole interval is above the target, Regression
	// when it is below.
	Verdict Verdict `json:"verdict"`
}

// Verify looks at a threshold that was chosen elsewhere: r is the report of the
// held-out data.
func (r ThresholdReport) Verify(value, target, level float64) (ThresholdCheck, error) {
	if err := checkUnit("target accuracy", target); err != nil {
		return ThresholdCheck{}, err
	}
	if err := checkOpen("level", level); err != nil {
		return ThresholdCheck{}, err
	}
	t, err := r.At(value)
	if err != nil {
		return ThresholdCheck{}, err
	}
	c := ThresholdCheck{Threshold: t, Interval: Interval{Low: 0, High: 1, Level: level}, Verdict: Inconclusive}
	if t.Accuracy.Trials > 0 {
		if c.Interval, err = t.Accuracy.Wilson(level); err != nil {
			return ThresholdCheck{}, err
		}
		c.Verdict = c.Interval.Against(target)
	}
	return c, nil
}
