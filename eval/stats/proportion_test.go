package stats_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready/eval/stats"
)

// Anchors: 17/20 and 5/5 are printed as 64.0–94.8 % and 56.6–100 % in promptfoo PR #10325, in parity with statsmodels;
// 0 of 59 and 0 of 299 are the known sizes for 5 % and 1 %.
func TestProportionAnchors(t *testing.T) {
	for _, tc := range []struct {
		k, n                   int
		wilsonLow, wilsonHigh  float64
		exactLow, exactHigh    float64
		upper                  float64
		jeffreysLow, jeffreysH float64
	}{
		{k: 17, n: 20, wilsonLow: 0.6395811352592431, wilsonHigh: 0.9476312541037835, exactLow: 0.6210731734546859, exactHigh: 0.9679290628145363},
		{k: 5, n: 5, wilsonLow: 0.5655175352168254, wilsonHigh: 1, exactLow: 0.4781762498950183, exactHigh: 1, upper: 1},
		{k: 0, n: 5, wilsonLow: 0, wilsonHigh: 0.43448246478317465, exactLow: 0, exactHigh: 0.5218237501049814},
		{k: 13, n: 20, wilsonLow: 0.4328542766852363, wilsonHigh: 0.8188081758989179, exactLow: 0.40781146546717184, exactHigh: 0.8460907952154588, jeffreysLow: 0.43223390615850377, jeffreysH: 0.827723786368088},
		{k: 0, n: 59, wilsonLow: 0, wilsonHigh: 0.06112986, exactLow: 0, exactHigh: 0.06061041, upper: 0.049507609888227},
		{k: 0, n: 299, exactLow: 0, upper: 0.009969146792899286},
	} {
		p := stats.Proportion{Successes: tc.k, Trials: tc.n}
		wilson, err := p.Wilson(0.95)
		require.NoError(t, err)
		exactIv, err := p.ClopperPearson(0.95)
		require.NoError(t, err)
		upper, err := p.UpperBound(0.95)
		require.NoError(t, err)
		jeffreys, err := p.Jeffreys(0.95)
		require.NoError(t, err)
		require.InEpsilon(t, 0.95, wilson.Level, 0)
		if tc.wilsonHigh != 0 {
			tolerance := loose
			if tc.n == 59 {
				tolerance = 1e-4 // to the digits at hand
			}
			near(t, tc.wilsonLow, wilson.Low, tolerance, "Wilson low")
			near(t, tc.wilsonHigh, wilson.High, tolerance, "Wilson high")
			near(t, tc.exactLow, exactIv.Low, tolerance, "exact low")
			near(t, tc.exactHigh, exactIv.High, tolerance, "exact high")
		}
		if tc.upper != 0 {
			near(t, tc.upper, upper, loose, "upper bound")
		}
		if tc.jeffreysH != 0 {
			near(t, tc.jeffreysLow, jeffreys.Low, loose, "Jeffreys low")
			near(t, tc.jeffreysH, jeffreys.High, loose, "Jeffreys high")
		}
	}
}

func TestProportionIntervalsAreSane(t *testing.T) {
	for _, n := range []int{1, 2, 3, 7, 20, 111, 1000} {
		for k := 0; k <= n; k += max(1, n/50) {
			p := stats.Proportion{Successes: k, Trials: n}
			rate, err := p.Rate()
			require.NoError(t, err)
			for _, level := range []float64{0.5, 0.9, 0.95, 0.999} {
				wilson, err := p.Wilson(level)
				require.NoError(t, err)
				exactIv, err := p.ClopperPearson(level)
				require.NoError(t, err)
				jeffreys, err := p.Jeffreys(level)
				require.NoError(t, err)
				lower, err := p.LowerBound(level)
				require.NoError(t, err)
				upper, err := p.UpperBound(level)
				require.NoError(t, err)
				for _, iv := range []stats.Interval{wilson, exactIv} {
					require.GreaterOrEqual(t, iv.Low, 0.0)
					require.LessOrEqual(t, iv.High, 1.0)
					require.Less(t, iv.Low, iv.High)
					require.True(t, iv.Contains(rate), "%d/%d at %v: %v", k, n, level, iv)
				}
				require.True(t, exactIv.Low <= jeffreys.Low && jeffreys.High <= exactIv.High, "exact is widest")
				require.GreaterOrEqual(t, lower, exactIv.Low, "one-sided bounds are tighter")
				require.LessOrEqual(t, upper, exactIv.High)

				mirror, err := stats.Proportion{Successes: n - k, Trials: n}.ClopperPearson(level)
				require.NoError(t, err)
				near(t, 1-exactIv.High, mirror.Low, exact, "symmetry")
			}
		}
	}
}

// binomial returns the probability of k successes.
func binomial(n, k int, p float64) float64 {
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(k + 1))
	c, _ := math.Lgamma(float64(n - k + 1))
	return math.Exp(a - b - c + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
}

// TestCoverage enumerates every outcome: exact intervals cover at least their level at each true rate.
func TestCoverage(t *testing.T) {
	for _, level := range []float64{0.8, 0.95} {
		leastExact, sumWilson, count := 1.0, 0.0, 0.0
		for n := 1; n <= 30; n++ {
			ivs, wilson := make([]stats.Interval, n+1), make([]stats.Interval, n+1)
			var err error
			for k := range ivs {
				ivs[k], err = stats.Proportion{Successes: k, Trials: n}.ClopperPearson(level)
				require.NoError(t, err)
				wilson[k], err = stats.Proportion{Successes: k, Trials: n}.Wilson(level)
				require.NoError(t, err)
			}
			for p := 0.005; p < 1; p += 0.005 {
				covered, coveredWilson := 0.0, 0.0
				for k, iv := range ivs {
					if iv.Contains(p) {
						covered += binomial(n, k, p)
					}
					if wilson[k].Contains(p) {
						coveredWilson += binomial(n, k, p)
					}
				}
				require.GreaterOrEqual(t, covered, level-1e-9, "n=%d p=%v", n, p)
				leastExact = min(leastExact, covered)
				sumWilson += coveredWilson
				count++
			}
		}
		t.Logf("level %v: Clopper–Pearson covers at least %.4f, Wilson %.4f on average", level, leastExact, sumWilson/count)
		near(t, level, sumWilson/count, 0.02, "average coverage of Wilson")
	}
}

// The comparison in the documentation of Wilson: 20 cases, a true rate of 0.95.
func TestWilsonAgainstNormal(t *testing.T) {
	const n, p = 20, 0.95
	normal, wilson := 0.0, 0.0
	for k := range n + 1 {
		prop := stats.Proportion{Successes: k, Trials: n}
		rate, err := prop.Rate()
		require.NoError(t, err)
		se, err := prop.StdErr()
		require.NoError(t, err)
		if math.Abs(rate-p) <= 1.96*se {
			normal += binomial(n, k, p)
		}
		iv, err := prop.Wilson(0.95)
		require.NoError(t, err)
		if iv.Contains(p) {
			wilson += binomial(n, k, p)
		}
	}
	near(t, 0.64, normal, 0.005, "mean plus or minus 1.96 standard errors")
	near(t, 0.92, wilson, 0.005, "Wilson")
}

func TestIntervalAgainst(t *testing.T) {
	iv := stats.Interval{Low: -0.02, High: 0.03}
	for _, tc := range []struct {
		bound float64
		want  stats.Verdict
	}{{-0.03, stats.Pass}, {-0.02, stats.Inconclusive}, {0, stats.Inconclusive}, {0.03, stats.Inconclusive}, {0.04, stats.Regression}} {
		require.Equal(t, tc.want, iv.Against(tc.bound), "%v", tc.bound)
	}
}

func TestVerdictText(t *testing.T) {
	for _, v := range []stats.Verdict{stats.Pass, stats.Regression, stats.Inconclusive} {
		text, err := v.MarshalText()
		require.NoError(t, err)
		require.Equal(t, v.String(), string(text))
		var back stats.Verdict
		require.NoError(t, back.UnmarshalText(text))
		require.Equal(t, v, back)
	}
	require.Equal(t, "verdict(0)", stats.Verdict(0).String())
	require.Equal(t, "verdict(9)", stats.Verdict(9).String())
	_, err := stats.Verdict(0).MarshalText()
	require.Error(t, err)
	var v stats.Verdict
	require.ErrorContains(t, v.UnmarshalText([]byte("maybe")), `"pass"`)
	require.Error(t, v.UnmarshalText(nil))
}
