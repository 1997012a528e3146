package stats

import (
	"errors"
	"fmt"
	"math"
	"strconv"
)

// Scaling corrects confidences: σ(Slope·logit(c) + Intercept). Fit it on a
// development set with [Predictions.Temperature] or [Predictions.Platt], and
// measure it on another one. It keeps the order of confidences when Slope is
// positive, so AUROC does not change and thresholds gain a meaning.
type Scaling struct {
	Slope     float64 `json:"slope"`
	Intercept float64 `json:"intercept"`
}

// clipConfidence keeps the logit of a confidence of 0 or 1 finite; confidences
// are rarely known to more than six digits.
const clipConfidence = 1e-6

func logit(c float64) float64 {
	c = min(1-clipConfidence, max(clipConfidence, c))
	return math.Log(c) - math.Log1p(-c)
}

func sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

// Apply returns the corrected confidence.
func (s Scaling) Apply(confidence float64) (float64, error) {
	if err := checkUnit("confidence", confidence); err != nil {
		return 0, err
	}
	v := sigmoid(s.Slope*logit(confidence) + s.Intercept)
	if math.IsNaN(v) {
		return 0, fmt.Errorf("stats: scaling with slope %v and intercept %v; use what a fit returns", s.Slope, s.Intercept)
	}
	return v, nil
}

// ApplyAll returns the predictions with corrected confidences.
func (s Scaling) ApplyAll(ps Predictions) (Predictions, error) {
	if err := ps.check(); err != nil {
		return nil, err
	}
	out := make(Predictions, len(ps))
	for i, p := range ps {
		c, err := s.Apply(p.Confidence)
		if err != nil {
			return nil, err
		}
		out[i] = Prediction{Confidence: c, Correct: p.Correct}
	}
	return out, nil
}

// The range of temperatures that a fit looks at. At its ends the data ask for
// certainty, or for none at all.
const (
	minTemperature = 0.01
	maxTemperature = 100
)

// Temperature fits one number to confidences: Slope is 1/T, Intercept 0, and
// the log loss is least (temperature scaling, Guo et al. 2017, arXiv
// 1706.04599, on the single confidence that is known). T is kept between 0.01
// and 100.
//
// It cannot move a confidence across one half. For a classifier that is right
// 80 % of the time at confidences around 0.3, use [Predictions.Platt].
func (ps Predictions) Temperature() (Scaling, error) {
	if err := ps.check(); err != nil {
		return Scaling{}, err
	}
	slope := rootOfRising(1.0/maxTemperature, 1.0/minTemperature, func(slope float64) float64 {
		gradient := 0.0
		for _, p := range ps {
			z := logit(p.Confidence)
			gradient += (sigmoid(slope*z) - p.truth()) * z
		}
		return gradient
	})
	return Scaling{Slope: slope}, nil
}

// Platt fits slope and intercept to the least log loss (Platt 1999) by Newton's
// method. As there, right and wrong answers aim at (n+1)/(n+2) and 1/(n+2)
// instead of 1 and 0, which keeps the fit finite when confidence separates
// them. A Slope below 0 says that the classifier is surer when it is wrong.
func (ps Predictions) Platt() (Scaling, error) {
	if err := ps.check(); err != nil {
		return Scaling{}, err
	}
	right := 0.0
	for _, p := range ps {
		right += p.truth()
	}
	high, low := (right+1)/(right+2), 1/(float64(len(ps))-right+2)
	target := func(p Prediction) float64 {
		if p.Correct {
			return high
		}
		return low
	}
	loss := func(s Scaling) float64 {
		sum := 0.0
		for _, p := range ps {
			v := s.Slope*logit(p.Confidence) + s.Intercept
			// log(1+e^v) - target·v, without overflow
			sum += math.Max(v, 0) + math.Log1p(math.Exp(-math.Abs(v))) - target(p)*v
		}
		return sum
	}
	s := Scaling{Slope: 1}
	current := loss(s)
	for range 100 {
		var gs, gi, hss, hsi, hii float64
		for _, p := range ps {
			z := logit(p.Confidence)
			v := sigmoid(s.Slope*z + s.Intercept)
			d, w := v-target(p), v*(1-v)
			gs += d * z
			gi += d
			hss += w * z * z
			hsi += w * z
			hii += w
		}
		const ridge = 1e-9 // one confidence for all leaves a direction without curvature
		hss += ridge * (1 + hss)
		hii += ridge * (1 + hii)
		det := hss*hii - hsi*hsi
		step := Scaling{Slope: (hii*gs - hsi*gi) / det, Intercept: (hss*gi - hsi*gs) / det}
		next, size := s, 1.0
		for ; size > 1e-10; size /= 2 {
			next = Scaling{Slope: s.Slope - size*step.Slope, Intercept: s.Intercept - size*step.Intercept}
			if l := loss(next); l < current {
				current = l
				break
			}
		}
		if size <= 1e-10 {
			break // no step lowers the loss by a digit that can be kept
		}
		s = next
	}
	return s, nil
}

// FitTemperature returns the temperature T at which p^(1/T), normalized, gives
// the least log loss: temperature scaling over whole distributions (Guo et al.
// 2017, arXiv 1706.04599). probs[i] are the class probabilities of case i, or
// weights in proportion to them; labels[i] is the index of its true class. T is
// kept between 0.01 and 100; above 1 the classifier was too sure.
func FitTemperature(probs [][]float64, labels []int) (float64, error) {
	if err := checkSameLength("distributions", len(probs), "labels", len(labels)); err != nil {
		return 0, err
	}
	if len(probs) == 0 {
		return 0, errors.New("stats: no distributions; give at least one")
	}
	logs := make([][]float64, len(probs))
	for i, row := range probs {
		l, err := logWeights("case "+strconv.Itoa(i), row)
		if err != nil {
			return 0, err
		}
		if labels[i] < 0 || labels[i] >= len(row) {
			return 0, fmt.Errorf("stats: label %d of case %d is none of its %d classes", labels[i], i, len(row))
		}
		logs[i] = l
	}
	inverse := rootOfRising(1.0/maxTemperature, 1.0/minTemperature, func(inverse float64) float64 {
		gradient := 0.0
		for i, row := range logs {
			sum, weighted := 0.0, 0.0
			for _, l := range row { // the greatest log is 0, so no term overflows
				w := math.Exp(inverse * l)
				sum += w
				weighted += w * l
			}
			gradient += weighted/sum - row[labels[i]]
		}
		return gradient
	})
	return 1 / inverse, nil
}

// Soften applies a temperature to a distribution and normalizes it.
func Soften(probs []float64, temperature float64) ([]float64, error) {
	if !(temperature > 0) || math.IsInf(temperature, 0) {
		return nil, fmt.Errorf("stats: temperature is %v; use a finite number above 0", temperature)
	}
	out, err := logWeights("the distribution", probs)
	if err != nil {
		return nil, err
	}
	sum := 0.0
	for i, l := range out {
		out[i] = math.Exp(l / temperature)
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
	return out, nil
}

// logWeights returns logarithms relative to the greatest weight; those of
// weights 1e-12 times as great or less are cut off.
func logWeights(of string, weights []float64) ([]float64, error) {
	greatest := 0.0
	for j, w := range weights {
		if !(w >= 0) || math.IsInf(w, 0) {
			return nil, fmt.Errorf("stats: weight of class %d of %s is %v; use a finite number, 0 or above", j, of, w)
		}
		greatest = max(greatest, w)
	}
	if greatest == 0 {
		return nil, fmt.Errorf("stats: no class of %s has a weight above 0; leave the case out", of)
	}
	const cut = 1e-12
	out := make([]float64, len(weights))
	for j, w := range weights {
		out[j] = math.Log(max(cut, w/greatest))
	}
	return out, nil
}

// rootOfRising finds where a rising function crosses 0 between lo and hi, both
// positive, by bisection of the logarithm; beyond an end it returns that end.
func rootOfRising(lo, hi float64, f func(float64) float64) float64 {
	switch {
	case f(hi) <= 0 && f(lo) >= 0:
		return 1 // flat: nothing to learn, so nothing to change
	case f(hi) <= 0:
		return hi
	case f(lo) >= 0:
		return lo
	}
	for range 60 {
		mid := math.Sqrt(lo * hi)
		if f(mid) < 0 {
			lo = mid
		} else {
			hi = mid
		}
	}
	return math.Sqrt(lo * hi)
}
