package stats_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready/eval/stats"
)

// rule says what to do with the values whose path matches the pattern: compare them with compute, or skip them as
// input of others or as figures of another package.
type rule struct {
	pattern string
	compute func(t *testing.T, r *reference, at []string) []float64
	within  float64
	reason  string // of a skip
}

// reference is the file with the fixtures that several rules need.
type reference struct {
	root  map[string]any
	banks map[string]bank
	used  map[string]bool
}

// bank is one split of the predictions of two real classifiers.
type bank struct {
	labels       []string
	bayes, other stats.Predictions
	first        []string // labels of the first classifier
	second       []string
}

// as is a type assertion for a file whose shape the test depends on.
func as[T any](v any) T {
	out, ok := v.(T)
	if !ok {
		panic(fmt.Sprintf("the reference file holds a %T, want a %T", v, out))
	}
	return out
}

func (r *reference) strings(keys ...string) []string {
	var out []string
	for _, v := range as[[]any](r.at(keys...)) {
		out = append(out, as[string](v))
	}
	return out
}

func (r *reference) floats(keys ...string) []float64 {
	var out []float64
	for _, v := range as[[]any](r.at(keys...)) {
		out = append(out, as[float64](v))
	}
	return out
}

func (r *reference) at(keys ...string) any {
	var v any = r.root
	for _, k := range keys {
		v = as[map[string]any](v)[k]
	}
	return v
}

func (r *reference) predictions() stats.Predictions {
	var ps stats.Predictions
	for i, c := range r.floats("support20", "confidence") {
		ps = append(ps, stats.Prediction{Confidence: c, Correct: r.floats("support20", "correct")[i] == 1})
	}
	return ps
}

// scores are 1 where the label is right.
func scores(want, got []string) []float64 {
	out := make([]float64, len(want))
	for i := range want {
		if want[i] == got[i] {
			out[i] = 1
		}
	}
	return out
}

func one(v float64, err error) []float64 {
	if err != nil {
		return []float64{math.NaN()}
	}
	return []float64{v}
}

func ends(iv stats.Interval, err error) []float64 {
	if err != nil {
		return []float64{math.NaN(), math.NaN()}
	}
	return []float64{iv.Low, iv.High}
}

func rules() []rule {
	support := func(f func(r *reference) []float64) func(*testing.T, *reference, []string) []float64 {
		return func(_ *testing.T, r *reference, _ []string) []float64 { return f(r) }
	}
	correct := func(r *reference, clustered bool) stats.Estimate {
		var clusters []string
		if clustered {
			clusters = r.strings("support20", "cluster")
		}
		e, err := stats.Mean(r.floats("support20", "correct"), clusters)
		if err != nil {
			panic(err)
		}
		return e
	}
	pair := func(r *reference, clustered bool) stats.Estimate {
		var clusters []string
		if clustered {
			clusters = r.strings("support20", "cluster")
		}
		y := r.strings("support20", "y_true")
		e, err := stats.PairedDifference(scores(y, r.strings("support20", "y_pred")), scores(y, r.strings("support20", "y_pred_candidate")), clusters)
		if err != nil {
			panic(err)
		}
		return e
	}
	supportTally := func(r *reference) stats.Tally {
		y := r.strings("support20", "y_true")
		return countPairs(scores(y, r.strings("support20", "y_pred")), scores(y, r.strings("support20", "y_pred_candidate")))
	}
	thirteen := stats.Proportion{Successes: 13, Trials: 20}

	list := []rule{
		// Input of the figures below.
		{pattern: "*/y_true", reason: "input"},
		{pattern: "*/y_pred", reason: "input"},
		{pattern: "*/labels", reason: "input"},
		{pattern: "support20/confidence", reason: "input"},
		{pattern: "support20/cluster", reason: "input"},
		{pattern: "support20/y_pred_candidate", reason: "input"},
		{pattern: "multiple_comparison/p", reason: "input"},
		{pattern: "sample_size_Miller_eq/note", reason: "input"},

		// Figures of other packages.
		{pattern: "*/confusion_rows_true_cols_pred", reason: "eval/score: confusion matrix"},
		{pattern: "*/per_class/*/*", reason: "eval/score: classification report"},
		{pattern: "*/summary/*", reason: "eval/score: classification report"},
		{pattern: "support20/exact_fractions/*", reason: "eval/score: classification report"},
		{pattern: "banking77_test_*/*/macro_*", reason: "eval/score: classification report"},
		{pattern: "banking77_test_*/*/micro_*", reason: "eval/score: classification report"},
		{pattern: "banking77_test_*/*/weighted_*", reason: "eval/score: classification report"},
		{pattern: "banking77_test_*/*/balanced_accuracy", reason: "eval/score: classification report"},
		{pattern: "banking77_test_*/*/mcc", reason: "eval/score: classification report"},
		{pattern: "krippendorff_alpha_nominal/*", reason: "eval/review: agreement of several reviewers"},
		{pattern: "drift/*", reason: "eval/online: drift of production traffic"},
		{pattern: "ppi_mean/*", reason: "eval/online: correction of a judge"},
		{pattern: "rogan_gladen/*", reason: "eval/online: correction of a judge"},
		{pattern: "hajek_mean/*", reason: "eval/online: unequal sampling"},

		{pattern: "*/summary/cohen_kappa", within: exact, compute: func(_ *testing.T, r *reference, at []string) []float64 {
			return one(stats.CohenKappa(r.strings(at[0], "y_true"), r.strings(at[0], "y_pred")))
		}},
		{pattern: "support20/exact_fractions/cohen_kappa", within: exact, compute: support(func(r *reference) []float64 {
			return one(stats.CohenKappa(r.strings("support20", "y_true"), r.strings("support20", "y_pred")))
		})},
		{pattern: "support20/exact_fractions/accuracy", within: exact, compute: support(func(r *reference) []float64 { return []float64{correct(r, false).Value} })},
		{pattern: "*/summary/accuracy", within: exact, compute: func(_ *testing.T, r *reference, at []string) []float64 {
			s := scores(r.strings(at[0], "y_true"), r.strings(at[0], "y_pred"))
			e, err := stats.Mean(s, nil)
			return one(e.Value, err)
		}},
		{pattern: "support20/correct", within: exact, compute: support(func(r *reference) []float64 {
			return scores(r.strings("support20", "y_true"), r.strings("support20", "y_pred"))
		})},
		{pattern: "support20/mean", within: exact, compute: support(func(r *reference) []float64 { return []float64{correct(r, false).Value} })},
		{pattern: "support20/stderr_sample_n_minus_1", within: exact, compute: support(func(r *reference) []float64 { return []float64{correct(r, false).StdErr} })},
		{pattern: "support20/stderr_bernoulli", within: exact, compute: support(func(*reference) []float64 { return one(thirteen.StdErr()) })},
		{pattern: "support20/ci95_t", within: loose, compute: support(func(r *reference) []float64 { return ends(correct(r, false).Interval(0.95)) })},
		{pattern: "support20/ci95_wilson", within: loose, compute: support(func(*reference) []float64 { return ends(thirteen.Wilson(0.95)) })},
		{pattern: "support20/ci95_clopper_pearson", within: loose, compute: support(func(*reference) []float64 { return ends(thirteen.ClopperPearson(0.95)) })},
		{pattern: "support20/ci95_jeffreys", within: loose, compute: support(func(*reference) []float64 { return ends(thirteen.Jeffreys(0.95)) })},
		{pattern: "support20/clustered_stderr_uncorrected_Miller2024", within: exact, compute: support(func(r *reference) []float64 { return []float64{correct(r, true).Uncorrected()} })},
		{pattern: "support20/clustered_stderr_finite_G_over_Gminus1_inspect_ai", within: exact, compute: support(func(r *reference) []float64 { return []float64{correct(r, true).StdErr} })},
		{pattern: "support20/clusters", within: exact, compute: support(func(r *reference) []float64 { return []float64{float64(correct(r, true).Clusters)} })},
		{pattern: "support20/ece10", within: exact, compute: support(func(r *reference) []float64 {
			c, err := r.predictions().Reliability(10)
			return one(c.ECE, err)
		})},
		{pattern: "support20/mce10", within: exact, compute: support(func(r *reference) []float64 {
			c, err := r.predictions().Reliability(10)
			return one(c.MCE, err)
		})},
		{pattern: "support20/ece10_adaptive_equal_mass", within: exact, compute: support(func(r *reference) []float64 {
			c, err := r.predictions().AdaptiveReliability(10)
			return one(c.ECE, err)
		})},
		{pattern: "support20/brier_of_correctness", within: exact, compute: support(func(r *reference) []float64 { return one(r.predictions().Brier()) })},
		{pattern: "support20/auroc_confidence_vs_correct", within: exact, compute: support(func(r *reference) []float64 { return one(r.predictions().AUROC()) })},
		{pattern: "support20/aurc", within: exact, compute: support(func(r *reference) []float64 { return one(r.predictions().AURC()) })},
		{pattern: "support20/paired/mean_diff", within: exact, compute: support(func(r *reference) []float64 { return []float64{pair(r, false).Value} })},
		{pattern: "support20/paired/stderr_diff", within: exact, compute: support(func(r *reference) []float64 { return []float64{pair(r, false).StdErr} })},
		{pattern: "support20/paired/clustered_stderr_diff_G_corrected", within: exact, compute: support(func(r *reference) []float64 { return []float64{pair(r, true).StdErr} })},
		{pattern: "support20/paired/stderr_if_unpaired", within: exact, compute: support(func(r *reference) []float64 {
			y := r.strings("support20", "y_true")
			return unpaired(scores(y, r.strings("support20", "y_pred")), scores(y, r.strings("support20", "y_pred_candidate")))
		})},
		{pattern: "support20/paired/t_df", within: exact, compute: support(func(r *reference) []float64 { return []float64{float64(pair(r, false).Clusters - 1)} })},
		{pattern: "support20/paired/t_p_two_sided", within: loose, compute: support(func(r *reference) []float64 { return one(pair(r, false).PValue(0)) })},
		{pattern: "support20/paired/wins_b", within: exact, compute: support(func(r *reference) []float64 { return []float64{float64(supportTally(r).Wins)} })},
		{pattern: "support20/paired/losses_c", within: exact, compute: support(func(r *reference) []float64 { return []float64{float64(supportTally(r).Losses)} })},
		{pattern: "support20/paired/mcnemar_exact_two_sided_p", within: exact, compute: support(func(r *reference) []float64 { return one(supportTally(r).McNemar()) })},
		{pattern: "support20/paired/evalue_beta_half", within: exact, compute: support(func(r *reference) []float64 { return one(supportTally(r).EValue()) })},

		{pattern: "quantiles/z_0.975", within: exact, compute: support(func(*reference) []float64 { return one(stats.NormalQuantile(0.975)) })},
		{pattern: "quantiles/t_0.975/*", within: exact, compute: func(t *testing.T, _ *reference, at []string) []float64 {
			t.Helper()
			return one(stats.StudentQuantile(0.975, float64(ints(t, "%d", at[2])[0])))
		}},
		{pattern: "wilson/*", within: loose, compute: func(t *testing.T, _ *reference, at []string) []float64 {
			t.Helper()
			k := ints(t, "%d/%d", at[1])
			return ends(stats.Proportion{Successes: k[0], Trials: k[1]}.Wilson(0.95))
		}},
		{pattern: "clopper_pearson/*", within: loose, compute: func(t *testing.T, _ *reference, at []string) []float64 {
			t.Helper()
			k := ints(t, "%d/%d", at[1])
			return ends(stats.Proportion{Successes: k[0], Trials: k[1]}.ClopperPearson(0.95))
		}},
		{pattern: "rule_of_three_upper95_exact_zero_failures/*", within: loose, compute: func(t *testing.T, _ *reference, at []string) []float64 {
			t.Helper()
			return one(stats.Proportion{Trials: ints(t, "%d", at[1])[0]}.UpperBound(0.95))
		}},
		{pattern: "mcnemar_exact/*", within: exact, compute: func(t *testing.T, _ *reference, at []string) []float64 {
			t.Helper()
			k := ints(t, "%d,%d", at[1])
			return one(stats.Tally{Wins: k[0], Losses: k[1]}.McNemar())
		}},
		{pattern: "evalue_beta_half/*", within: exact, compute: func(t *testing.T, _ *reference, at []string) []float64 {
			t.Helper()
			k := ints(t, "%d,%d", at[1])
			return one(stats.Tally{Wins: k[0], Losses: k[1]}.EValue())
		}},
		{pattern: "pass_at_k/*", within: exact, compute: func(t *testing.T, _ *reference, at []string) []float64 {
			t.Helper()
			k := ints(t, "n=%d,c=%d,k=%d", at[1])
			return one(stats.PassAtK(k[0], k[1], k[2]))
		}},
		{pattern: "pass_hat_k/*", within: exact, compute: func(t *testing.T, _ *reference, at []string) []float64 {
			t.Helper()
			k := ints(t, "n=%d,c=%d,k=%d", at[1])
			return one(stats.PassHatK(k[0], k[1], k[2]))
		}},
		{pattern: "multiple_comparison/holm", within: exact, compute: support(func(r *reference) []float64 {
			p, _ := stats.Holm(r.floats("multiple_comparison", "p"))
			return p
		})},
		{pattern: "multiple_comparison/benjamini_hochberg", within: exact, compute: support(func(r *reference) []float64 {
			p, _ := stats.BenjaminiHochberg(r.floats("multiple_comparison", "p"))
			return p
		})},
		{pattern: "sample_size_Miller_eq/n", within: loose, compute: support(func(*reference) []float64 {
			return one(stats.Design{Between: 1.0 / 9, WithinBaseline: 1.0 / 6, WithinCandidate: 1.0 / 6}.Cases(0.03))
		})},
		{pattern: "sample_size_Miller_eq/n_K10", within: loose, compute: support(func(*reference) []float64 {
			return one(stats.Design{
				Between: 1.0 / 9, WithinBaseline: 1.0 / 6, WithinCandidate: 1.0 / 6, TrialsBaseline: 10, TrialsCandidate: 10,
			}.Cases(0.03))
		})},
		{pattern: "paired_binary_min_detectable_points_power80/*", within: loose, compute: func(t *testing.T, _ *reference, at []string) []float64 {
			t.Helper()
			var n int
			var discordant float64
			_, err := fmt.Sscanf(at[1], "n=%d,discordant=%g", &n, &discordant)
			require.NoError(t, err)
			d, err := stats.Design{Between: discordant}.Detectable(n)
			return one(100*d, err)
		}},
	}
	return append(list, bankRules()...)
}

func unpaired(x, y []float64) []float64 {
	a, errA := stats.Mean(x, nil)
	b, errB := stats.Mean(y, nil)
	if errA != nil || errB != nil {
		return nil
	}
	return []float64{math.Hypot(a.StdErr, b.StdErr)}
}

func countPairs(x, y []float64) stats.Tally {
	base, cand := make([]bool, len(x)), make([]bool, len(y))
	for i := range x {
		base[i], cand[i] = x[i] == 1, y[i] == 1
	}
	t, err := stats.CountPairs(base, cand)
	if err != nil {
		panic(err)
	}
	return t
}

func threshold(ps stats.Predictions, value float64) stats.Threshold {
	r, err := ps.Thresholds()
	if err != nil {
		panic(err)
	}
	row, err := r.At(value)
	if err != nil {
		panic(err)
	}
	return row
}

func ints(t *testing.T, format, text string) []int {
	t.Helper()
	out := make([]int, strings.Count(format, "%d"))
	into := make([]any, len(out))
	for i := range out {
		into[i] = &out[i]
	}
	_, err := fmt.Sscanf(text, format, into...)
	require.NoError(t, err, "key %q", text)
	return out
}
