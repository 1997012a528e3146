package stats_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready/eval/stats"
)

func supportPredictions() stats.Predictions {
	correct, _ := support20()
	confidence := []float64{0.95, 0.9, 0.85, 0.6, 0.55, 0.99, 0.4, 0.8, 0.9, 0.7, 0.65, 0.75, 0.9, 0.95, 0.3, 0.5, 0.85, 0.45, 0.35, 0.2}
	var ps stats.Predictions
	for i, c := range confidence {
		ps = append(ps, stats.Prediction{Confidence: c, Correct: correct[i] == 1})
	}
	return ps
}

func TestPredictionAnchors(t *testing.T) {
	ps := supportPredictions()
	r, err := ps.Reliability(10)
	require.NoError(t, err)
	near(t, 0.213, r.ECE, exact, "ECE")
	near(t, 0.7, r.MCE, exact, "MCE")
	require.Len(t, r.Bins, 10)
	a, err := ps.AdaptiveReliability(10)
	require.NoError(t, err)
	near(t, 0.193, a.ECE, exact, "adaptive ECE")
	brier, err := ps.Brier()
	require.NoError(t, err)
	near(t, 0.12113, brier, exact, "Brier")
	auroc, err := ps.AUROC()
	require.NoError(t, err)
	near(t, 12.0/13, auroc, exact, "AUROC")
	aurc, err := ps.AURC()
	require.NoError(t, err)
	near(t, 0.10231770035949603, aurc, exact, "AURC")
}

// A confidence on an edge belongs to the bin below it, also where the product with the number of bins is rounded.
func TestReliabilityEdges(t *testing.T) {
	for bins := 1; bins <= 100; bins++ {
		for i := 0; i <= bins; i++ {
			c := float64(i) / float64(bins)
			r, err := stats.Predictions{{Confidence: c, Correct: true}}.Reliability(bins)
			require.NoError(t, err)
			require.Equal(t, 1, r.Bins[max(0, i-1)].N, "%d of %d", i, bins)
			if i > 0 && i < bins {
				r, err = stats.Predictions{{Confidence: math.Nextafter(c, 1)}}.Reliability(bins)
				require.NoError(t, err)
				require.Equal(t, 1, r.Bins[i].N, "just above %d of %d", i, bins)
			}
		}
	}
}

func TestAdaptiveReliabilityFewCases(t *testing.T) {
	r, err := stats.Predictions{{0.9, true}, {0.2, false}, {0.4, true}}.AdaptiveReliability(10)
	require.NoError(t, err)
	require.Len(t, r.Bins, 3)
	require.Equal(t, stats.Bin{Low: 0.2, High: 0.2, N: 1, Confidence: 0.2}, r.Bins[0])
	near(t, (0.2+0.6+0.1)/3, r.ECE, exact, "ECE")
}

// AUROC against its definition over all pairs.
func TestAUROCByPairs(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 11))
	for range 100 {
		ps := randomPredictions(r, 2+r.IntN(40), 10)
		sum, count := 0.0, 0.0
		for _, p := range ps {
			for _, q := range ps {
				if p.Correct && !q.Correct {
					count++
					if p.Confidence > q.Confidence {
						sum++
					} else if p.Confidence == q.Confidence {
						sum += 0.5
					}
				}
			}
		}
		got, err := ps.AUROC()
		if count == 0 {
			require.ErrorIs(t, err, stats.ErrUndefined)
			continue
		}
		require.NoError(t, err)
		near(t, sum/count, got, exact, "AUROC")
	}
}

// randomPredictions are right about as often as they claim, on a grid of confidences.
func randomPredictions(r *rand.Rand, n, grid int) stats.Predictions {
	ps := make(stats.Predictions, n)
	for i := range ps {
		c := float64(r.IntN(grid+1)) / float64(grid)
		ps[i] = stats.Prediction{Confidence: c, Correct: r.Float64() < c}
	}
	return ps
}

// Confidences that are honest, then made too sure by temperature 1/3: the fit finds the way back.
func TestTemperatureRecovers(t *testing.T) {
	r := rand.New(rand.NewPCG(12, 12))
	honest := make(stats.Predictions, 20_000)
	sharpen := stats.Scaling{Slope: 3}
	for i := range honest {
		c := 0.05 + 0.9*r.Float64()
		honest[i] = stats.Prediction{Confidence: c, Correct: r.Float64() < c}
	}
	tooSure, err := sharpen.ApplyAll(honest)
	require.NoError(t, err)
	fit, err := tooSure.Temperature()
	require.NoError(t, err)
	near(t, 1.0/3, fit.Slope, 0.02, "slope")
	require.Zero(t, fit.Intercept)
	platt, err := tooSure.Platt()
	require.NoError(t, err)
	near(t, 1.0/3, platt.Slope, 0.02, "slope")
	near(t, 0, platt.Intercept, 0.06, "intercept")
	before, err := tooSure.Reliability(10)
	require.NoError(t, err)
	corrected, err := fit.ApplyAll(tooSure)
	require.NoError(t, err)
	after, err := corrected.Reliability(10)
	require.NoError(t, err)
	require.Greater(t, before.ECE, 0.1)
	require.Less(t, after.ECE, 0.02)
	was, err := tooSure.AUROC()
	require.NoError(t, err)
	is, err := corrected.AUROC()
	require.NoError(t, err)
	near(t, was, is, 1e-9, "order is kept")
}

func TestFitsAtTheirLimits(t *testing.T) {
	separated := stats.Predictions{{0.9, true}, {0.8, true}, {0.2, false}, {0.1, false}}
	fit, err := separated.Temperature()
	require.NoError(t, err)
	near(t, 100, fit.Slope, exact, "certainty is bounded")
	reversed := stats.Predictions{{0.9, false}, {0.8, false}, {0.2, true}, {0.1, true}}
	fit, err = reversed.Temperature()
	require.NoError(t, err)
	near(t, 0.01, fit.Slope, exact, "doubt is bounded")
	half := stats.Predictions{{0.5, true}, {0.5, false}}
	fit, err = half.Temperature()
	require.NoError(t, err)
	require.Equal(t, stats.Scaling{Slope: 1}, fit, "nothing to learn")

	for _, ps := range []stats.Predictions{separated, reversed, half, {{1, true}}, {{0, true}, {1, false}}} {
		platt, err := ps.Platt()
		require.NoError(t, err)
		for _, p := range ps {
			c, err := platt.Apply(p.Confidence)
			require.NoError(t, err)
			require.True(t, c > 0 && c < 1)
		}
	}
	platt, err := separated.Platt()
	require.NoError(t, err)
	require.Positive(t, platt.Slope)
	platt, err = reversed.Platt()
	require.NoError(t, err)
	require.Negative(t, platt.Slope)
	// Two of three right at one confidence: Platt's targets are (2+1)/(2+2) twice and 1/(1+2).
	platt, err = stats.Predictions{{0.3, true}, {0.3, true}, {0.3, false}}.Platt()
	require.NoError(t, err)
	c, err := platt.Apply(0.3)
	require.NoError(t, err)
	near(t, (0.75+0.75+1.0/3)/3, c, 1e-6, "mean of the targets")
}

func TestSoftmaxTemperature(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 13))
	var sharp [][]float64
	var labels []int
	for range 5000 {
		p := []float64{r.ExpFloat64(), r.ExpFloat64(), r.ExpFloat64()}
		p, err := stats.Soften(p, 1)
		require.NoError(t, err)
		u, label := r.Float64(), 0
		for u > p[label] && label < 2 {
			u -= p[label]
			label++
		}
		labels = append(labels, label)
		p, err = stats.Soften(p, 0.5)
		require.NoError(t, err)
		sharp = append(sharp, p)
	}
	temperature, err := stats.FitTemperature(sharp, labels)
	require.NoError(t, err)
	near(t, 2, temperature, 0.1, "temperature")

	soft, err := stats.Soften([]float64{0.8, 0.2, 0}, 2)
	require.NoError(t, err)
	near(t, 2.0/3, soft[0], 1e-6, "square roots are 2 to 1")
	near(t, 1, soft[0]+soft[1]+soft[2], exact, "sum")

	temperature, err = stats.FitTemperature([][]float64{{0.9, 0.1}}, []int{0})
	require.NoError(t, err)
	near(t, 0.01, temperature, exact, "certainty is bounded")
	temperature, err = stats.FitTemperature([][]float64{{1, 1}}, []int{1})
	require.NoError(t, err)
	near(t, 1, temperature, exact, "nothing to learn")
}

func TestThresholds(t *testing.T) {
	ps := stats.Predictions{{0.9, true}, {0.5, false}, {0.9, true}, {0.7, true}, {0.5, true}, {0.2, false}}
	report, err := ps.Thresholds()
	require.NoError(t, err)
	require.Equal(t, []stats.Threshold{
		{0.2, stats.Proportion{Successes: 6, Trials: 6}, stats.Proportion{Successes: 4, Trials: 6}},
		{0.5, stats.Proportion{Successes: 5, Trials: 6}, stats.Proportion{Successes: 4, Trials: 5}},
		{0.7, stats.Proportion{Successes: 3, Trials: 6}, stats.Proportion{Successes: 3, Trials: 3}},
		{0.9, stats.Proportion{Successes: 2, Trials: 6}, stats.Proportion{Successes: 2, Trials: 2}},
	}, report.Rows)

	row, err := report.At(0.6)
	require.NoError(t, err)
	require.Equal(t, stats.Threshold{Value: 0.6, Coverage: report.Rows[2].Coverage, Accuracy: report.Rows[2].Accuracy}, row)
	row, err = report.At(0.95)
	require.NoError(t, err)
	require.Equal(t, stats.Threshold{Value: 0.95, Coverage: stats.Proportion{Trials: 6}}, row)

	row, err = report.Choose(0.8, 0)
	require.NoError(t, err)
	require.InDelta(t, 0.5, row.Value, 0)
	row, err = report.Choose(0.3, 0.95)
	require.NoError(t, err)
	require.InDelta(t, 0.5, row.Value, 0, "4 of 6 has a lower bound of 0.27, 4 of 5 one of 0.34")
	_, err = report.Choose(0.99, 0.95)
	require.ErrorIs(t, err, stats.ErrUnreachable)

	check, err := report.Verify(0.7, 0.4, 0.95)
	require.NoError(t, err)
	require.Equal(t, stats.Pass, check.Verdict)
	check, err = report.Verify(0.99, 0.4, 0.95)
	require.NoError(t, err)
	require.Equal(t, stats.Inconclusive, check.Verdict)
	require.Equal(t, stats.Interval{Low: 0, High: 1, Level: 0.95}, check.Interval)
}

// Two real classifiers: thresholds and scaling are fitted on the development part and measured on the held-out one.
func TestCalibrationOnRealPredictions(t *testing.T) {
	banks := loadBanks(t, dataFolder(t))
	dev, held := banks["banking77_test_dev"], banks["banking77_test_holdout"]
	for _, tc := range []struct {
		name          string
		dev, held     stats.Predictions
		eceAfterPlatt float64
	}{{"naive Bayes", dev.bayes, held.bayes, 0.06}, {"centroid", dev.other, held.other, 0.06}} {
		before, err := tc.held.Reliability(10)
		require.NoError(t, err)
		measure := func(s stats.Scaling) float64 {
			scaled, err := s.ApplyAll(tc.held)
			require.NoError(t, err)
			r, err := scaled.Reliability(10)
			require.NoError(t, err)
			return r.ECE
		}
		temperature, err := tc.dev.Temperature()
		require.NoError(t, err)
		platt, err := tc.dev.Platt()
		require.NoError(t, err)
		after := measure(platt)
		require.Less(t, after, before.ECE)
		require.Less(t, after, tc.eceAfterPlatt)
		t.Logf("%s: ECE %.3f raw, %.3f at temperature %.2f, %.3f after Platt", tc.name, before.ECE, measure(temperature), 1/temperature.Slope, after)

		report, err := tc.dev.Thresholds()
		require.NoError(t, err)
		other, err := tc.held.Thresholds()
		require.NoError(t, err)
		for _, level := range []float64{0, 0.95} {
			chosen, err := report.Choose(0.95, level)
			require.NoError(t, err)
			check, err := other.Verify(chosen.Value, 0.95, 0.95)
			require.NoError(t, err)
			coverage, err := check.Coverage.Rate()
			require.NoError(t, err)
			accuracy, err := check.Accuracy.Rate()
			require.NoError(t, err)
			t.Logf("%s: for 95 %% at level %v threshold %.4f; held out covers %.3f at accuracy %.3f [%.3f, %.3f] %v",
				tc.name, level, chosen.Value, coverage, accuracy, check.Interval.Low, check.Interval.High, check.Verdict)
			require.NotEqual(t, stats.Regression, check.Verdict)
		}
	}
}
