package stats

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Gate decides whether a candidate may replace a baseline: by an interval for
// the paired difference, against the drop that is accepted.
//
//	whole interval above -Margin   Pass
//	whole interval below -Margin   Regression
//	otherwise                      Inconclusive, with the cases still needed
//
// A gate that compares two means goes red in more than 40 % of runs when
// nothing changed. This one calls a Regression in at most Alpha/2 of them, and
// passes a true drop of Margin in about Alpha/2. The zero Gate accepts no drop:
// it passes only a candidate that is surely better, so most gates want a
// Margin.
type Gate struct {
	// Margin is the drop that is accepted, 0 or above, in units of the score.
	Margin float64
	// Alpha is the chance of both wrong verdicts together. 0 means 0.05.
	Alpha float64
	// Power is the chance of a verdict that the numbers of cases aim at. 0
	// means 0.8.
	Power float64
	// Span is the greatest difference two scores of one case can have. 0 means
	// 1, for scores from 0 to 1.
	Span float64
	// Anytime keeps Alpha when the gate is asked again and again as cases come
	// in. Clear differences are seen early; to be as sure of a verdict at the
	// end takes about twice the cases. Without it, ask once, at a number of
	// cases fixed before.
	Anytime bool
}

// Decision is the answer of a [Gate], with all its figures.
type Decision struct {
	Verdict Verdict `json:"verdict"`
	// Difference is candidate minus baseline.
	Difference Estimate `json:"difference"`
	// Interval of the difference, at level 1-Alpha.
	Interval Interval `json:"interval"`
	// Margin is the gate's.
	Margin float64 `json:"margin"`
	// Method names the interval: "score", "t", "clustered t" or "anytime".
	Method string `json:"method"`
	// Needed is about how many more cases give a verdict with the gate's
	// power, if the truth is what was seen or no change at all, whichever is
	// easier to tell. It is 0 when there is a verdict, and stops at MaxCases.
	Needed int `json:"needed"`
	// Detectable is the smallest true difference that this number of cases
	// sees with the gate's power, looking once.
	Detectable float64 `json:"detectable"`
}

// MaxCases is where numbers of cases stop: no practical number would do.
const MaxCases = 10_000_000

// Decide compares scores of the same cases in the same order. clusters names
// the cluster of each case; nil means that cases are independent.
//
// Scores of 0 and 1 without clusters go to [Gate.DecideTally]. Others get
// Student's t interval; with clusters the standard error is the greater of the
// clustered and the plain one, since few clusters can make it too small. When
// so few units differ that flipping their signs alone could not reach Alpha
// (fewer than six at 0.05), the interval holds 0 and is no narrower than after
// as many units without any difference. The anytime form takes no clusters.
func (g Gate) Decide(baseline, candidate []float64, clusters []string) (Decision, error) {
	g, err := g.normal()
	if err != nil {
		return Decision{}, err
	}
	diffs, err := differences(baseline, candidate)
	if err != nil {
		return Decision{}, err
	}
	groups, err := group(len(diffs), clusters)
	if err != nil {
		return Decision{}, err
	}
	if groups.of != nil && g.Anytime {
		return Decision{}, errors.New("stats: the anytime form needs independent cases; " +
			"leave clusters out and give one score per cluster, or look once")
	}
	if t, ok := tally(baseline, candidate); ok && groups.of == nil && g.Span == 1 {
		return g.decideTally(t)
	}
	for i, d := range diffs {
		if math.Abs(d) > g.Span {
			return Decision{}, fmt.Errorf("stats: scores of case %d differ by %v, more than the span %v; set Gate.Span to the range of the score",
				i, math.Abs(d), g.Span)
		}
	}
	e := mean(diffs, groups)
	if g.Anytime {
		return g.conclude(e, g.sequence(compress(diffs, g.Span)), "anytime"), nil
	}
	method := "t"
	if groups.of != nil {
		method = "clustered t"
		e.StdErr = math.Max(e.StdErr, mean(diffs, grouping{count: len(diffs)}).StdErr)
	}
	differing := 0
	for _, s := range groups.sums(len(diffs), func(i int) float64 { return diffs[i] }) {
		if s != 0 {
			differing++
		}
	}
	return g.conclude(e, g.studentInterval(e, differing), method), nil
}

// DecideTally is Decide for outcomes that are right or wrong, from their
// counts, which replicas can add up.
//
// The interval is Tango's score interval (1998), and holds 0 whenever the exact
// McNemar test does not reject: so two equal sides are called a Regression in
// at most Alpha/2 of runs, for every number of cases.
func (g Gate) DecideTally(t Tally) (Decision, error) {
	g, err := g.normal()
	if err != nil {
		return Decision{}, err
	}
	if g.Span != 1 {
		return Decision{}, fmt.Errorf("stats: span is %v; outcomes that are right or wrong have a span of 1", g.Span)
	}
	return g.decideTally(t)
}

func (g Gate) decideTally(t Tally) (Decision, error) {
	e, err := t.Difference()
	if err != nil {
		return Decision{}, err
	}
	if g.Anytime {
		return g.conclude(e, g.sequence(t.weights()), "anytime"), nil
	}
	iv := t.tango(1 - g.Alpha)
	if t.mcNemar() > g.Alpha {
		iv = iv.including(0)
	}
	return g.conclude(e, iv, "score"), nil
}

// normal checks the gate and fills in its defaults.
func (g Gate) normal() (Gate, error) {
	g.Alpha, g.Power, g.Span = orDefault(g.Alpha, 0.05), orDefault(g.Power, 0.8), orDefault(g.Span, 1)
	if err := checkOpen("alpha", g.Alpha); err != nil {
		return g, err
	}
	if err := checkOpen("power", g.Power); err != nil {
		return g, err
	}
	if !(g.Span > 0) || math.IsInf(g.Span, 0) {
		return g, fmt.Errorf("stats: span is %v; use a finite number above 0", g.Span)
	}
	if !(g.Margin >= 0 && g.Margin < g.Span) {
		return g, fmt.Errorf("stats: margin is %v; use 0 to below the span %v", g.Margin, g.Span)
	}
	return g, nil
}

// tally counts scores that are all 0 or 1.
func tally(baseline, candidate []float64) (Tally, bool) {
	var t Tally
	for i, c := range candidate {
		b := baseline[i]
		if b != 0 && b != 1 || c != 0 && c != 1 {
			return Tally{}, false
		}
		switch {
		case c > b:
			t.Wins++
		case c < b:
			t.Losses++
		default:
			t.Ties++
		}
	}
	return t, true
}

// compress counts equal differences, scaled to -1 … 1.
func compress(diffs []float64, span float64) []weight {
	sorted := slices.Clone(diffs)
	slices.SortFunc(sorted, cmp.Compare)
	var ws []weight
	for _, d := range sorted {
		v := d / span
		if len(ws) > 0 && ws[len(ws)-1].value == v {
			ws[len(ws)-1].count++
		} else {
			ws = append(ws, weight{value: v, count: 1})
		}
	}
	return ws
}

// sequence is the confidence sequence of the mean: each end errs, at any time,
// with a chance of at most Alpha/2.
func (g Gate) sequence(ws []weight) Interval {
	threshold := math.Log(2 / g.Alpha)
	return Interval{
		Low:   g.Span * sequenceLow(ws, threshold),
		High:  g.Span * sequenceHigh(ws, threshold),
		Level: 1 - g.Alpha,
	}
}

func (g Gate) studentInterval(e Estimate, differing int) Interval {
	iv := Interval{Low: -g.Span, High: g.Span, Level: 1 - g.Alpha}
	if e.Clusters < 2 {
		return iv
	}
	half := studentQuantile(1-g.Alpha/2, float64(e.Clusters-1)) * e.StdErr
	// If k units differ, all to one side, chance alone does that with 2·2^-k.
	few := math.Ldexp(2, -differing) > g.Alpha
	if few {
		// None of n units differs with probability Alpha/2 when this share of
		// all does (the exact upper bound for 0 of n).
		share := -math.Expm1(math.Log(g.Alpha/2) / float64(e.Clusters))
		half = math.Max(half, g.Span*share)
	}
	iv.Low, iv.High = math.Max(-g.Span, e.Value-half), math.Min(g.Span, e.Value+half)
	if few {
		iv = iv.including(0)
	}
	return iv
}

// including widens the interval to hold v.
func (iv Interval) including(v float64) Interval {
	iv.Low, iv.High = math.Min(iv.Low, v), math.Max(iv.High, v)
	return iv
}

// conclude compares the interval with the margin and adds the numbers of cases.
func (g Gate) conclude(e Estimate, iv Interval, method string) Decision {
	d := Decision{
		Verdict: iv.Against(-g.Margin), Difference: e, Interval: iv, Margin: g.Margin, Method: method,
	}
	// One case that differs, spread over all and two more, keeps a lucky start
	// from promising certainty.
	n := float64(e.N)
	variance := math.Max(n*e.StdErr*e.StdErr, g.Span*g.Span/(n+2))
	z := powerZ(g.Alpha, g.Power)
	d.Detectable = z * math.Sqrt(variance/n)
	if d.Verdict == Inconclusive {
		distance := math.Max(math.Abs(e.Value+g.Margin), g.Margin)
		d.Needed = MaxCases
		if total := g.casesFor(variance, distance, z); total < MaxCases {
			d.Needed = max(1, total-e.N)
		}
	}
	return d
}

// casesFor returns about how many cases tell a distance of that size from 0.
func (g Gate) casesFor(variance, distance, z float64) int {
	if distance == 0 {
		return MaxCases
	}
	n := z * z * variance / (distance * distance)
	if g.Anytime {
		// With x = distance/√variance, the logarithm of the e-value is after n
		// cases about n·x²/2, give or take √n·x. It has to pay for the
		// threshold and for not knowing the best bet: the density of the bets
		// is 2/π where they matter, and n cases tell them apart to 1/√(n·variance).
		zp := normalQuantile(g.Power)
		for range 20 {
			mixture := math.Max(0, 0.5*math.Log(math.Pi/8*n*variance/(g.Span*g.Span)))
			root := zp + math.Sqrt(zp*zp+2*(math.Log(2/g.Alpha)+mixture))
			n = root * root * variance / (distance * distance)
		}
	}
	if !(n < MaxCases) {
		return MaxCases
	}
	return int(math.Ceil(n))
}
