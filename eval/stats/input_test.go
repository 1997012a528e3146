package stats_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready/eval/stats"
)

// TestImpossibleInput calls every function with what cannot be: an error that says so, and no panic.
func TestImpossibleInput(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	ok := stats.Proportion{Successes: 1, Trials: 2}
	one := stats.Predictions{{Confidence: 0.5, Correct: true}}
	report, err := one.Thresholds()
	require.NoError(t, err)
	estimate := stats.Estimate{Value: 1, StdErr: 1, N: 5, Clusters: 5}
	first := func(_ any, err error) error { return err }
	gate := func(g stats.Gate) error { return first(g.Decide([]float64{0.5, 0.5}, []float64{0.6, 0.4}, nil)) }
	cases := func(d stats.Design) error { return first(d.Cases(0.1)) }

	for name, err := range map[string]error{
		"x above 1":                 first(stats.BetaInc(1.1, 1, 1)),
		"x NaN":                     first(stats.BetaInc(nan, 1, 1)),
		"a zero":                    first(stats.BetaInc(0.5, 0, 1)),
		"b infinite":                first(stats.BetaInc(0.5, 1, inf)),
		"p below 0":                 first(stats.BetaQuantile(-0.1, 1, 1)),
		"a NaN":                     first(stats.BetaQuantile(0.1, nan, 1)),
		"normal p 0":                first(stats.NormalQuantile(0)),
		"normal p NaN":              first(stats.NormalQuantile(nan)),
		"student p 1":               first(stats.StudentQuantile(1, 3)),
		"student df 0":              first(stats.StudentQuantile(0.9, 0)),
		"student df NaN":            first(stats.StudentQuantile(0.9, nan)),
		"no trials":                 first(stats.Proportion{}.Wilson(0.95)),
		"more than trials":          first(stats.Proportion{Successes: 3, Trials: 2}.ClopperPearson(0.95)),
		"negative successes":        first(stats.Proportion{Successes: -1, Trials: 2}.Jeffreys(0.95)),
		"rate of nothing":           first(stats.Proportion{}.Rate()),
		"standard error of nothing": first(stats.Proportion{}.StdErr()),
		"level 0":                   first(ok.Wilson(0)),
		"level 1":                   first(ok.ClopperPearson(1)),
		"level 95":                  first(ok.UpperBound(95)),
		"level NaN":                 first(ok.LowerBound(nan)),
		"mean of nothing":           first(stats.Mean(nil, nil)),
		"mean of NaN":               first(stats.Mean([]float64{1, nan}, nil)),
		"mean of infinity":          first(stats.Mean([]float64{inf}, nil)),
		"missing clusters":          first(stats.Mean([]float64{1, 2}, []string{"a"})),
		"unequal pairs":             first(stats.PairedDifference([]float64{1}, []float64{1, 2}, nil)),
		"pairs of nothing":          first(stats.PairedDifference(nil, nil, nil)),
		"candidate NaN":             first(stats.PairedDifference([]float64{1}, []float64{nan}, nil)),
		"interval level":            first(estimate.Interval(2)),
		"estimate NaN":              first(stats.Estimate{Value: nan, StdErr: 1, Clusters: 5}.Interval(0.95)),
		"negative standard error":   first(stats.Estimate{StdErr: -1, Clusters: 5}.PValue(0)),
		"null NaN":                  first(estimate.PValue(nan)),
		"bootstrap of nothing":      first(stats.Bootstrap{}.Interval(0, nil, func([]int) float64 { return 0 })),
		"no statistic":              first(stats.Bootstrap{}.Interval(3, nil, nil)),
		"negative resamples":        first(stats.Bootstrap{Resamples: -1}.Mean([]float64{1, 2}, nil)),
		"a billion resamples":       first(stats.Bootstrap{Resamples: 1e9}.Mean([]float64{1, 2}, nil)),
		"bootstrap level":           first(stats.Bootstrap{Level: 1}.Mean([]float64{1, 2}, nil)),
		"bootstrap NaN":             first(stats.Bootstrap{}.Mean([]float64{nan}, nil)),
		"bootstrap clusters":        first(stats.Bootstrap{}.Mean([]float64{1, 2}, []string{"a", "b", "c"})),
		"no p-values":               first(stats.Holm(nil)),
		"p above 1":                 first(stats.Holm([]float64{1.5})),
		"p NaN":                     first(stats.BenjaminiHochberg([]float64{nan})),
		"k zero":                    first(stats.PassAtK(5, 2, 0)),
		"k above trials":            first(stats.PassHatK(5, 2, 6)),
		"passed above trials":       first(stats.PassAtK(5, 6, 1)),
		"negative variance":         cases(stats.Design{Between: -1}),
		"infinite variance":         cases(stats.Design{WithinBaseline: inf}),
		"negative trials":           cases(stats.Design{TrialsCandidate: -1}),
		"alpha 1":                   cases(stats.Design{Alpha: 1}),
		"power NaN":                 cases(stats.Design{Power: nan}),
		"difference 0":              first(stats.Design{}.Cases(0)),
		"difference NaN":            first(stats.Design{}.Cases(nan)),
		"no cases":                  first(stats.Design{}.Detectable(0)),
		"detectable alpha":          first(stats.Design{Alpha: -1}.Detectable(5)),
		"no labels":                 first(stats.CohenKappa[string](nil, nil)),
		"unequal labels":            first(stats.CohenKappa([]int{1}, nil)),
		"no predictions":            first(stats.Predictions{}.Brier()),
		"confidence 2":              first(stats.Predictions{{Confidence: 2}}.AUROC()),
		"confidence NaN":            first(stats.Predictions{{Confidence: nan}}.AURC()),
		"no bins":                   first(one.Reliability(0)),
		"a million bins":            first(one.AdaptiveReliability(1e6)),
		"temperature of nothing":    first(stats.Predictions{}.Temperature()),
		"Platt of nothing":          first(stats.Predictions{}.Platt()),
		"scaling NaN":               first(stats.Scaling{Slope: nan}.Apply(0.5)),
		"scaling confidence":        first(stats.Scaling{Slope: 1}.Apply(-1)),
		"scaling all":               first(stats.Scaling{Slope: 1}.ApplyAll(stats.Predictions{{Confidence: nan}})),
		"scaling all NaN":           first(stats.Scaling{Slope: nan}.ApplyAll(one)),
		"no distributions":          first(stats.FitTemperature(nil, nil)),
		"unequal distributions":     first(stats.FitTemperature([][]float64{{1}}, nil)),
		"label out of range":        first(stats.FitTemperature([][]float64{{1, 0}}, []int{2})),
		"weight NaN":                first(stats.FitTemperature([][]float64{{1, nan}}, []int{0})),
		"no weight":                 first(stats.Soften([]float64{0, 0}, 1)),
		"temperature 0":             first(stats.Soften([]float64{1}, 0)),
		"thresholds of nothing":     first(stats.Predictions{}.Thresholds()),
		"threshold 2":               first(report.At(2)),
		"empty report":              first(stats.ThresholdReport{}.At(0.5)),
		"target 2":                  first(report.Choose(2, 0)),
		"choose level":              first(report.Choose(0.5, 2)),
		"damaged report":            first(stats.ThresholdReport{Rows: make([]stats.Threshold, 1)}.Choose(0.5, 0)),
		"verify target":             first(report.Verify(0.5, nan, 0.95)),
		"verify level":              first(report.Verify(0.5, 0.5, 0)),
		"verify threshold":          first(report.Verify(nan, 0.5, 0.95)),
		"damaged report, verified": first(stats.ThresholdReport{Rows: []stats.Threshold{
			{Value: 1, Accuracy: stats.Proportion{Successes: 5, Trials: 1}},
		}}.Verify(0.5, 0.5, 0.95)),
		"negative wins":       first(stats.Tally{Wins: -1}.McNemar()),
		"negative losses":     first(stats.Tally{Losses: -1}.EValue()),
		"negative ties":       first(stats.Tally{Ties: -1}.Difference()),
		"difference of none":  first(stats.Tally{}.Difference()),
		"margin 1":            first(stats.Tally{}.RegressionEValue(1)),
		"margin NaN":          first(stats.Tally{}.PassEValue(nan)),
		"negative in e-value": first(stats.Tally{Wins: -1}.PassEValue(0)),
		"count of nothing":    first(stats.CountPairs(nil, nil)),
		"unequal counts":      first(stats.CountPairs([]bool{true}, nil)),
		"negative margin":     gate(stats.Gate{Margin: -0.1}),
		"margin beyond span":  gate(stats.Gate{Margin: 1}),
		"gate alpha":          gate(stats.Gate{Alpha: 2}),
		"gate power":          gate(stats.Gate{Power: nan}),
		"gate span":           gate(stats.Gate{Span: -1}),
		"infinite span":       gate(stats.Gate{Span: inf}),
		"difference > span":   gate(stats.Gate{Span: 0.01}),
		"gate of nothing":     first(stats.Gate{}.Decide(nil, nil, nil)),
		"gate clusters":       first(stats.Gate{}.Decide([]float64{1}, []float64{1}, []string{})),
		"tally of nothing":    first(stats.Gate{}.DecideTally(stats.Tally{})),
		"tally alpha":         first(stats.Gate{Alpha: nan}.DecideTally(stats.Tally{Ties: 1})),
		"tally span":          first(stats.Gate{Span: 2}.DecideTally(stats.Tally{Ties: 1})),
		"anytime clusters":    first(stats.Gate{Anytime: true}.Decide([]float64{1, 0, 1}, []float64{1, 0, 1}, []string{"a", "a", "b"})),
	} {
		require.Error(t, err, name)
		require.Contains(t, err.Error(), "stats: ", name)
		require.NotErrorIs(t, err, stats.ErrUndefined, name)
		require.NotErrorIs(t, err, stats.ErrUnreachable, name)
	}
}
