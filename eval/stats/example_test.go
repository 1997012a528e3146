package stats_test

import (
	"fmt"

	"github.com/makeready-go/makeready/eval/stats"
)

func ExampleProportion() {
	passed := stats.Proportion{Successes: 17, Trials: 20}
	rate, _ := passed.Rate()
	iv, err := passed.Wilson(0.95)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%.0f %% of %d, 95 %% interval %.1f to %.1f %%\n", 100*rate, passed.Trials, 100*iv.Low, 100*iv.High)
	// Output: 85 % of 20, 95 % interval 64.0 to 94.8 %
}

func ExampleProportion_UpperBound() {
	for _, trials := range []int{59, 299} {
		upper, err := stats.Proportion{Successes: 0, Trials: trials}.UpperBound(0.95)
		if err != nil {
			panic(err)
		}
		fmt.Printf("no leak in %d attacks: at most %.2f %% leak\n", trials, 100*upper)
	}
	// Output:
	// no leak in 59 attacks: at most 4.95 % leak
	// no leak in 299 attacks: at most 1.00 % leak
}

func ExampleMean() {
	helpfulness := []float64{0.8, 0.9, 0.85, 0.3, 0.4, 0.2}
	conversation := []string{"a", "a", "a", "b", "b", "b"}
	plain, _ := stats.Mean(helpfulness, nil)
	clustered, _ := stats.Mean(helpfulness, conversation)
	fmt.Printf("%.3f ± %.3f as six cases, ± %.3f as two conversations\n", plain.Value, plain.StdErr, clustered.StdErr)
	// Output: 0.575 ± 0.126 as six cases, ± 0.275 as two conversations
}

func ExampleEstimate_Interval() {
	e, _ := stats.Mean([]float64{0.61, 0.74, 0.58, 0.69, 0.80}, nil)
	iv, err := e.Interval(0.95)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%.3f, 95 %% interval %.3f to %.3f\n", e.Value, iv.Low, iv.High)
	// Output: 0.684, 95 % interval 0.571 to 0.797
}

func ExamplePairedDifference() {
	baseline := []float64{0.9, 0.4, 0.7, 0.2}
	candidate := []float64{0.9, 0.5, 0.8, 0.3}
	d, _ := stats.PairedDifference(baseline, candidate, nil)
	fmt.Printf("%+.3f ± %.3f\n", d.Value, d.StdErr)
	// Output: +0.075 ± 0.025
}

func ExampleBootstrap_Interval() {
	// An interval for the median, which has no simple formula.
	latency := []float64{0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 2.0, 3.5}
	median := func(index []int) float64 {
		counts := make([]int, len(latency)) // the scores are sorted, so a walk finds the middle
		for _, i := range index {
			counts[i]++
		}
		seen := 0
		for i, c := range counts {
			if seen += c; 2*seen >= len(index) {
				return latency[i]
			}
		}
		return latency[len(latency)-1]
	}
	iv, err := stats.Bootstrap{Seed: 1}.Interval(len(latency), nil, median)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%.1f to %.1f s\n", iv.Low, iv.High)
	// Output: 1.0 to 2.0 s
}

func ExampleGate() {
	gate := stats.Gate{Margin: 0.02} // a drop of two points is accepted
	d, err := gate.DecideTally(stats.Tally{Wins: 9, Losses: 11, Ties: 180})
	if err != nil {
		panic(err)
	}
	fmt.Printf("%v: %+.1f points, interval %+.1f to %+.1f\n",
		d.Verdict, 100*d.Difference.Value, 100*d.Interval.Low, 100*d.Interval.High)
	fmt.Println("more cases needed, about:", d.Needed)
	// Output:
	// inconclusive: -1.0 points, interval -5.7 to +3.6
	// more cases needed, about: 1771
}

func ExampleGate_Decide() {
	var baseline, candidate []float64
	for i := range 300 {
		score := float64(i%10) / 10
		baseline = append(baseline, score)
		candidate = append(candidate, score*0.9) // every answer is a tenth worse
	}
	d, err := stats.Gate{Margin: 0.02}.Decide(baseline, candidate, nil)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%v by the %s interval\n", d.Verdict, d.Method)
	// Output: regression by the t interval
}

func ExampleTally_RegressionEValue() {
	// Two replicas count on their own. A gate looks at the sum after every case.
	one := stats.Tally{Wins: 2, Losses: 9, Ties: 90}
	two := stats.Tally{Wins: 1, Losses: 8, Ties: 85}
	for _, t := range []stats.Tally{one, two, one.Add(two)} {
		e, err := t.RegressionEValue(0)
		if err != nil {
			panic(err)
		}
		fmt.Printf("%.1f stop: %v\n", e, e >= 40) // 40 is 2/alpha for alpha 0.05
	}
	// Output:
	// 5.1 stop: false
	// 11.1 stop: false
	// 78.0 stop: true
}

func ExampleTally_McNemar() {
	t, _ := stats.CountPairs(
		[]bool{true, false, false, true, false, false, false, false},
		[]bool{true, true, true, true, true, true, true, true},
	)
	p, _ := t.McNemar()
	fmt.Printf("%d wins, %d losses: p = %.3f\n", t.Wins, t.Losses, p)
	// Output: 6 wins, 0 losses: p = 0.031
}

func ExampleHolm() {
	adjusted, _ := stats.Holm([]float64{0.010, 0.040, 0.030, 0.005})
	fmt.Printf("%.3f\n", adjusted)
	// Output: [0.030 0.060 0.060 0.020]
}

func ExamplePassAtK() {
	any3, _ := stats.PassAtK(10, 8, 3)
	all3, _ := stats.PassHatK(10, 8, 3)
	fmt.Printf("one of three passes: %.2f; all three pass: %.2f\n", any3, all3)
	// Output: one of three passes: 1.00; all three pass: 0.47
}

func ExampleDesign() {
	d := stats.Design{Between: 0.1} // one case in ten changes
	cases, _ := d.Cases(0.03)
	drop, _ := d.Detectable(200)
	fmt.Printf("3 points take %.0f cases; 200 cases see %.1f points\n", cases, 100*drop)
	// Output: 3 points take 872 cases; 200 cases see 6.3 points
}

func ExampleCohenKappa() {
	judge := []string{"good", "good", "bad", "good", "bad", "bad"}
	person := []string{"good", "good", "bad", "bad", "bad", "bad"}
	k, _ := stats.CohenKappa(judge, person)
	fmt.Printf("%.2f\n", k)
	// Output: 0.67
}

// examplePredictions is a classifier that is too sure of itself.
func examplePredictions() stats.Predictions {
	var ps stats.Predictions
	for i := range 100 {
		ps = append(ps,
			stats.Prediction{Confidence: 0.99, Correct: i%10 != 0}, // right 90 % of the time
			stats.Prediction{Confidence: 0.90, Correct: i%10 < 7},  // 70 %
			stats.Prediction{Confidence: 0.60, Correct: i%10 < 5})  // 50 %
	}
	return ps
}

func ExamplePredictions_Temperature() {
	ps := examplePredictions()
	fit, err := ps.Temperature()
	if err != nil {
		panic(err)
	}
	scaled, _ := fit.ApplyAll(ps)
	before, _ := ps.Reliability(10)
	after, _ := scaled.Reliability(10)
	fmt.Printf("temperature %.2f: calibration error %.3f before, %.3f after\n", 1/fit.Slope, before.ECE, after.ECE)
	// Output: temperature 2.26: calibration error 0.130 before, 0.029 after
}

func ExamplePredictions_Thresholds() {
	report, err := examplePredictions().Thresholds()
	if err != nil {
		panic(err)
	}
	for _, row := range report.Rows {
		coverage, _ := row.Coverage.Rate()
		accuracy, _ := row.Accuracy.Rate()
		fmt.Printf("%.2f covers %.2f at accuracy %.2f\n", row.Value, coverage, accuracy)
	}
	chosen, _ := report.Choose(0.8, 0)
	fmt.Println("for 0.8 use", chosen.Value)
	// Output:
	// 0.60 covers 1.00 at accuracy 0.70
	// 0.90 covers 0.67 at accuracy 0.80
	// 0.99 covers 0.33 at accuracy 0.90
	// for 0.8 use 0.9
}

func ExampleSoften() {
	p, _ := stats.Soften([]float64{0.8, 0.2}, 2)
	fmt.Printf("%.2f\n", p)
	// Output: [0.67 0.33]
}
