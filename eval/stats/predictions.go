package stats

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Prediction is one answer of a classifier: how sure it was, from 0 to 1, and
// whether it was right.
type Prediction struct {
	Confidence float64 `json:"confidence"`
	Correct    bool    `json:"correct"`
}

// Predictions are answers over a set of labeled cases. Methods do not change
// them.
type Predictions []Prediction

func (ps Predictions) check() error {
	if len(ps) == 0 {
		return errors.New("stats: no predictions; give at least one")
	}
	for i, p := range ps {
		if !(p.Confidence >= 0 && p.Confidence <= 1) {
			return fmt.Errorf("stats: confidence of prediction %d is %v; use a fraction from 0 to 1", i, p.Confidence)
		}
	}
	return nil
}

// truth is 1 for a right answer and 0 for a wrong one.
func (p Prediction) truth() float64 {
	if p.Correct {
		return 1
	}
	return 0
}

// Bin is a group of predictions of similar confidence.
type Bin struct {
	// Low and High are the bin's edges; of equal-mass bins, the smallest and
	// greatest confidence in it.
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	N    int     `json:"n"`
	// Confidence is the mean confidence, Accuracy the share of right answers.
	// Both are 0 in an empty bin.
	Confidence float64 `json:"confidence"`
	Accuracy   float64 `json:"accuracy"`
}

// Reliability compares confidence with accuracy, bin by bin.
type Reliability struct {
	Bins []Bin `json:"bins"`
	// ECE is the expected calibration error: the gap between confidence and
	// accuracy, averaged over predictions. MCE is the greatest gap of a bin.
	ECE float64 `json:"ece"`
	MCE float64 `json:"mce"`
}

// Reliability sorts predictions into bins of equal width, (0, 1/bins] and so on
// with 0 in the first, and returns the calibration error over them (Naeini,
// Cooper and Hauskrecht 2015; Guo et al. 2017, arXiv 1706.04599). Ten bins are
// usual. The error depends on the number of bins and is never negative, so a
// perfect classifier with few cases shows some.
func (ps Predictions) Reliability(bins int) (Reliability, error) {
	if err := ps.checkBins(bins); err != nil {
		return Reliability{}, err
	}
	r := Reliability{Bins: make([]Bin, bins)}
	edge := func(i int) float64 { return float64(i) / float64(bins) }
	for i := range r.Bins {
		r.Bins[i].Low, r.Bins[i].High = edge(i), edge(i+1)
	}
	for _, p := range ps {
		i := min(bins-1, max(0, int(math.Ceil(p.Confidence*float64(bins)))-1))
		switch { // the product was rounded across an edge
		case i > 0 && p.Confidence <= edge(i):
			i--
		case i+1 < bins && p.Confidence > edge(i+1):
			i++
		}
		r.Bins[i].add(p)
	}
	r.finish(len(ps))
	return r, nil
}

// AdaptiveReliability is Reliability over bins that hold equally many
// predictions, to within one (Nixon et al. 2019, arXiv 1904.01685). It does not
// leave most bins empty when nearly all confidences are high. Predictions of
// equal confidence keep their order and may fall into two bins.
func (ps Predictions) AdaptiveReliability(bins int) (Reliability, error) {
	if err := ps.checkBins(bins); err != nil {
		return Reliability{}, err
	}
	sorted := slices.Clone(ps)
	slices.SortStableFunc(sorted, func(a, b Prediction) int { return cmp.Compare(a.Confidence, b.Confidence) })
	r := Reliability{Bins: make([]Bin, min(bins, len(sorted)))}
	n := len(sorted)
	for i := range r.Bins {
		part := sorted[i*n/len(r.Bins) : (i+1)*n/len(r.Bins)]
		r.Bins[i].Low, r.Bins[i].High = part[0].Confidence, part[len(part)-1].Confidence
		for _, p := range part {
			r.Bins[i].add(p)
		}
	}
	r.finish(n)
	return r, nil
}

func (ps Predictions) checkBins(bins int) error {
	const most = 10_000
	if bins < 1 || bins > most {
		return fmt.Errorf("stats: %d bins; use 1 to %d, ten are usual", bins, most)
	}
	return ps.check()
}

// add sums; finish divides.
func (b *Bin) add(p Prediction) {
	b.N++
	b.Confidence += p.Confidence
	b.Accuracy += p.truth()
}

func (r *Reliability) finish(n int) {
	for i := range r.Bins {
		b := &r.Bins[i]
		if b.N == 0 {
			continue
		}
		size := float64(b.N)
		r.ECE += math.Abs(b.Confidence-b.Accuracy) / float64(n)
		b.Confidence /= size
		b.Accuracy /= size
		r.MCE = max(r.MCE, math.Abs(b.Confidence-b.Accuracy))
	}
}

// Brier returns the mean square of confidence minus truth (Brier 1950): 0 is
// perfect, 0.25 is what a constant confidence of one half gets. It rewards both
// calibration and telling right from wrong.
func (ps Predictions) Brier() (float64, error) {
	if err := ps.check(); err != nil {
		return 0, err
	}
	sum := 0.0
	for _, p := range ps {
		d := p.Confidence - p.truth()
		sum += d * d
	}
	return sum / float64(len(ps)), nil
}

// AUROC returns the chance that a right answer has a higher confidence than a
// wrong one, ties counting half: the area under the ROC curve as the
// Mann–Whitney statistic (Hanley and McNeil 1982). One half is no better than
// chance. It is ErrUndefined unless there are both right and wrong answers.
func (ps Predictions) AUROC() (float64, error) {
	if err := ps.check(); err != nil {
		return 0, err
	}
	sorted := slices.Clone(ps)
	slices.SortFunc(sorted, func(a, b Prediction) int { return cmp.Compare(a.Confidence, b.Confidence) })
	right, wrong := 0, 0
	twice := 0.0 // twice the number of ordered pairs; whole numbers, exact up to 2^53
	for i := 0; i < len(sorted); {
		tiedRight, tiedWrong := 0, 0
		c := sorted[i].Confidence
		for ; i < len(sorted) && sorted[i].Confidence == c; i++ {
			if sorted[i].Correct {
				tiedRight++
			} else {
				tiedWrong++
			}
		}
		twice += float64(tiedRight) * float64(2*wrong+tiedWrong)
		right += tiedRight
		wrong += tiedWrong
	}
	if right == 0 || wrong == 0 {
		return 0, fmt.Errorf("%w: %d right and %d wrong answers, both are needed", ErrUndefined, right, wrong)
	}
	return twice / (2 * float64(right) * float64(wrong)), nil
}

// AURC returns the area under the risk-coverage curve (Geifman and El-Yaniv
// 2017, arXiv 1705.08500): the error rate among the surest k answers, averaged
// over all k. Lower is better. Answers of equal confidence are taken in the
// order given, so shuffle before comparing classifiers with many ties.
func (ps Predictions) AURC() (float64, error) {
	if err := ps.check(); err != nil {
		return 0, err
	}
	sorted := slices.Clone(ps)
	slices.SortStableFunc(sorted, func(a, b Prediction) int { return cmp.Compare(b.Confidence, a.Confidence) })
	wrong, area := 0.0, 0.0
	for i, p := range sorted {
		wrong += 1 - p.truth()
		area += wrong / float64(i+1)
	}
	return area / float64(len(sorted)), nil
}
