package stats_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready/eval/stats"
)

// bankRules cover two real classifiers over thousands of cases.
func bankRules() []rule {
	side := func(f func(b bank, ps stats.Predictions, predicted []string) []float64) func(*testing.T, *reference, []string) []float64 {
		return func(t *testing.T, r *reference, at []string) []float64 {
			t.Helper()
			b, ok := r.banks[at[0]]
			require.True(t, ok, "no split %s", at[0])
			switch at[1] {
			case "naive_bayes":
				return f(b, b.bayes, b.first)
			case "centroid":
				return f(b, b.other, b.second)
			}
			t.Fatalf("unknown classifier %s", at[1])
			return nil
		}
	}
	passes := func(b bank, predicted []string) stats.Proportion {
		k := 0.0
		for _, s := range scores(b.labels, predicted) {
			k += s
		}
		return stats.Proportion{Successes: int(k), Trials: len(predicted)}
	}
	paired := func(f func(b bank, base, cand []float64) []float64) func(*testing.T, *reference, []string) []float64 {
		return func(_ *testing.T, r *reference, at []string) []float64 {
			b := r.banks[at[0]]
			return f(b, scores(b.labels, b.first), scores(b.labels, b.second))
		}
	}
	at := func(name string) string { return "banking77_test_*/*/" + name }
	pairedAt := func(name string) string { return "banking77_test_*/paired_centroid_minus_naive_bayes/" + name }
	return []rule{
		{pattern: at("n"), within: exact, compute: side(func(b bank, _ stats.Predictions, _ []string) []float64 { return []float64{float64(len(b.labels))} })},
		{pattern: at("accuracy"), within: exact, compute: side(func(b bank, _ stats.Predictions, p []string) []float64 { return one(passes(b, p).Rate()) })},
		{pattern: at("correct"), within: exact, compute: side(func(b bank, _ stats.Predictions, p []string) []float64 {
			return []float64{float64(passes(b, p).Successes)}
		})},
		{pattern: at("cohen_kappa"), within: exact, compute: side(func(b bank, _ stats.Predictions, p []string) []float64 { return one(stats.CohenKappa(b.labels, p)) })},
		{pattern: at("stderr"), within: exact, compute: side(func(b bank, _ stats.Predictions, p []string) []float64 {
			e, err := stats.Mean(scores(b.labels, p), nil)
			return one(e.StdErr, err)
		})},
		{pattern: at("clustered_stderr_by_label_G"), within: exact, compute: side(func(b bank, _ stats.Predictions, p []string) []float64 {
			e, err := stats.Mean(scores(b.labels, p), b.labels)
			return one(e.StdErr, err)
		})},
		{pattern: at("ci95_wilson"), within: loose, compute: side(func(b bank, _ stats.Predictions, p []string) []float64 { return ends(passes(b, p).Wilson(0.95)) })},
		{pattern: at("ece10"), within: exact, compute: side(func(_ bank, ps stats.Predictions, _ []string) []float64 {
			c, err := ps.Reliability(10)
			return one(c.ECE, err)
		})},
		{pattern: at("mce10"), within: exact, compute: side(func(_ bank, ps stats.Predictions, _ []string) []float64 {
			c, err := ps.Reliability(10)
			return one(c.MCE, err)
		})},
		{pattern: at("ece10_adaptive"), within: exact, compute: side(func(_ bank, ps stats.Predictions, _ []string) []float64 {
			c, err := ps.AdaptiveReliability(10)
			return one(c.ECE, err)
		})},
		{pattern: at("brier"), within: exact, compute: side(func(_ bank, ps stats.Predictions, _ []string) []float64 { return one(ps.Brier()) })},
		{pattern: at("auroc"), within: exact, compute: side(func(_ bank, ps stats.Predictions, _ []string) []float64 { return one(ps.AUROC()) })},
		{pattern: at("aurc"), within: exact, compute: side(func(_ bank, ps stats.Predictions, _ []string) []float64 { return one(ps.AURC()) })},
		{pattern: at("coverage_at_0_9"), within: exact, compute: side(func(_ bank, ps stats.Predictions, _ []string) []float64 {
			return one(threshold(ps, 0.9).Coverage.Rate())
		})},
		{pattern: at("accuracy_at_0_9"), within: exact, compute: side(func(_ bank, ps stats.Predictions, _ []string) []float64 {
			return one(threshold(ps, 0.9).Accuracy.Rate())
		})},
		{pattern: pairedAt("mean_diff"), within: exact, compute: paired(func(_ bank, x, y []float64) []float64 {
			e, err := stats.PairedDifference(x, y, nil)
			return one(e.Value, err)
		})},
		{pattern: pairedAt("stderr_diff"), within: exact, compute: paired(func(_ bank, x, y []float64) []float64 {
			e, err := stats.PairedDifference(x, y, nil)
			return one(e.StdErr, err)
		})},
		{pattern: pairedAt("stderr_if_unpaired"), within: exact, compute: paired(func(_ bank, x, y []float64) []float64 { return unpaired(x, y) })},
		{pattern: pairedAt("clustered_stderr_by_label_G"), within: exact, compute: paired(func(b bank, x, y []float64) []float64 {
			e, err := stats.PairedDifference(x, y, b.labels)
			return one(e.StdErr, err)
		})},
		{pattern: pairedAt("wins"), within: exact, compute: paired(func(_ bank, x, y []float64) []float64 { return []float64{float64(countPairs(x, y).Wins)} })},
		{pattern: pairedAt("losses"), within: exact, compute: paired(func(_ bank, x, y []float64) []float64 { return []float64{float64(countPairs(x, y).Losses)} })},
		{pattern: pairedAt("mcnemar_exact_p"), within: exact, compute: paired(func(_ bank, x, y []float64) []float64 { return one(countPairs(x, y).McNemar()) })},
		{pattern: pairedAt("evalue_beta_half"), within: exact, compute: paired(func(_ bank, x, y []float64) []float64 { return one(countPairs(x, y).EValue()) })},
	}
}
