package stats_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready/eval/stats"
)

// TestGateScoreInterval checks the interval against the polynomial of fourth degree whose roots its ends are (Yang,
// Sun and Hardin 2013, a closed form of Tango's interval), which is another way to the same numbers.
func TestGateScoreInterval(t *testing.T) {
	z := 1.9599639845400542
	for _, tc := range []stats.Tally{
		{Wins: 40, Losses: 20, Ties: 100},
		{Wins: 1, Losses: 7, Ties: 13},
		{Wins: 30, Losses: 18, Ties: 452},
		{Wins: 3, Losses: 12, Ties: 5},
		{Wins: 2, Losses: 1, Ties: 3},
		{Wins: 166, Losses: 297, Ties: 2609},
	} {
		d, err := stats.Gate{}.DecideTally(tc)
		require.NoError(t, err)
		require.Equal(t, "score", d.Method)
		n, b, c, g := float64(tc.N()), float64(tc.Wins), float64(tc.Losses), z*z
		polynomial := func(x float64) float64 {
			m0 := n * n * (n/g + 1) * (n/g + 1)
			m1 := -n * (b - c) * (n/g + 1) * (4*n/g + 1)
			m2 := 2*n*(b-c)*(b-c)*(3*n/g+2)/g - n*n*((b+c)/g+1)
			m3 := n*(b-c)*(2*(b+c)/g+1) - (b-c)*(b-c)*(b-c)*(4*n/g+1)/g
			m4 := (b - c) * (b - c) * ((b-c)*(b-c)/g - (b + c)) / g
			return ((((m0*x+m1)*x+m2)*x+m3)*x + m4) / m0
		}
		p, err := tc.McNemar()
		require.NoError(t, err)
		for _, end := range []float64{d.Interval.Low, d.Interval.High} {
			if end == 0 && p > 0.05 {
				continue // widened to hold 0
			}
			// A simple root: the polynomial changes its sign within 1e-9 of the end.
			require.Less(t, polynomial(end-1e-9)*polynomial(end+1e-9), 0.0, "%+v %v", tc, end)
		}
	}
}

func TestGateScoreIntervalLimits(t *testing.T) {
	z := 1.9599639845400542
	d, err := stats.Gate{}.DecideTally(stats.Tally{Ties: 100})
	require.NoError(t, err)
	near(t, z*z/(100+z*z), d.Interval.High, loose, "no case differs") // the limit of Tango's interval
	near(t, -z*z/(100+z*z), d.Interval.Low, loose, "no case differs")
	d, err = stats.Gate{}.DecideTally(stats.Tally{Wins: 30})
	require.NoError(t, err)
	require.InDelta(t, 1, d.Interval.High, 0)
	require.Greater(t, d.Interval.Low, 0.7)
	d, err = stats.Gate{}.DecideTally(stats.Tally{Losses: 1})
	require.NoError(t, err)
	require.InDelta(t, -1, d.Interval.Low, 0)
	require.GreaterOrEqual(t, d.Interval.High, 0.0, "one case decides nothing")
}

// The mean covers about its level: exact enumeration of all outcomes of 15 cases.
func TestGateScoreCoverage(t *testing.T) {
	const n = 15
	least, sum, count := 1.0, 0.0, 0.0
	for _, discordance := range []float64{0.1, 0.3, 0.6} {
		for _, share := range []float64{0.1, 0.3, 0.5, 0.8} {
			win := discordance * share
			loss := discordance - win
			covered := 0.0
			for w := 0; w <= n; w++ {
				for l := 0; w+l <= n; l++ {
					d, err := stats.Gate{}.DecideTally(stats.Tally{Wins: w, Losses: l, Ties: n - w - l})
					require.NoError(t, err)
					if d.Interval.Contains(win - loss) {
						covered += multinomial(n, w, l, win, loss)
					}
				}
			}
			least, sum, count = min(least, covered), sum+covered, count+1
		}
	}
	t.Logf("15 cases: covers %.3f on average, at least %.3f", sum/count, least)
	require.Greater(t, sum/count, 0.945)
	require.Greater(t, least, 0.92)
}

// TestGateNeverAlarmsOnEqualSides is the promise for outcomes that are right or wrong, exactly and for every number of
// cases that differ: of equal sides at most Alpha/2 are called a Regression.
func TestGateNeverAlarmsOnEqualSides(t *testing.T) {
	for _, alpha := range []float64{0.05, 0.2} {
		for differing := range 26 {
			for _, ties := range []int{0, 5, 200} {
				alarm := 0.0
				for w := 0; w <= differing; w++ {
					if differing+ties == 0 {
						continue
					}
					d, err := stats.Gate{Alpha: alpha}.DecideTally(stats.Tally{Wins: w, Losses: differing - w, Ties: ties})
					require.NoError(t, err)
					if d.Verdict == stats.Regression {
						alarm += binomial(differing, w, 0.5)
					}
				}
				require.LessOrEqual(t, alarm, alpha/2+1e-12)
			}
		}
	}
}

func TestGateVerdicts(t *testing.T) {
	for _, tc := range []struct {
		name  string
		gate  stats.Gate
		tally stats.Tally
		want  stats.Verdict
	}{
		{"clear regression", stats.Gate{Margin: 0.02}, stats.Tally{Wins: 10, Losses: 60, Ties: 430}, stats.Regression},
		{"clearly no worse", stats.Gate{Margin: 0.02}, stats.Tally{Wins: 20, Losses: 20, Ties: 2960}, stats.Pass},
		{"identical, too few", stats.Gate{Margin: 0.02}, stats.Tally{Ties: 50}, stats.Inconclusive},
		{"identical, enough", stats.Gate{Margin: 0.02}, stats.Tally{Ties: 200}, stats.Pass},
		{"identical, no margin", stats.Gate{}, stats.Tally{Ties: 10_000}, stats.Inconclusive},
		{"better", stats.Gate{}, stats.Tally{Wins: 20, Losses: 5, Ties: 75}, stats.Pass},
		{"five losses are too few", stats.Gate{}, stats.Tally{Losses: 5, Ties: 45}, stats.Inconclusive},
		{"six losses", stats.Gate{}, stats.Tally{Losses: 6, Ties: 44}, stats.Regression},
		{"anytime regression", stats.Gate{Anytime: true}, stats.Tally{Wins: 10, Losses: 60, Ties: 430}, stats.Regression},
		{"anytime pass", stats.Gate{Anytime: true, Margin: 0.05}, stats.Tally{Wins: 20, Losses: 20, Ties: 1460}, stats.Pass},
		{"anytime start", stats.Gate{Anytime: true}, stats.Tally{Losses: 1}, stats.Inconclusive},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d, err := tc.gate.DecideTally(tc.tally)
			require.NoError(t, err)
			require.Equal(t, tc.want, d.Verdict, "%+v", d)
			require.Equal(t, tc.want == stats.Inconclusive, d.Needed > 0)
			require.True(t, d.Interval.Contains(d.Difference.Value))
			require.Equal(t, d.Verdict, d.Interval.Against(-d.Margin))

			// Single cases give the same decision.
			var base, cand []float64
			add := func(n int, b, c float64) {
				for range n {
					base, cand = append(base, b), append(cand, c)
				}
			}
			add(tc.tally.Wins, 0, 1)
			add(tc.tally.Losses, 1, 0)
			add(tc.tally.Ties, 1, 1)
			single, err := tc.gate.Decide(base, cand, nil)
			require.NoError(t, err)
			require.Equal(t, d, single)
		})
	}
}

// The gate looks at intervals, replicas at e-values: both say the same.
func TestGateAnytimeAgreesWithEValues(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 15))
	seen := map[stats.Verdict]int{}
	for range 150 {
		tally := stats.Tally{Wins: r.IntN(40), Losses: r.IntN(40), Ties: r.IntN(400)}
		if tally.N() == 0 {
			continue
		}
		gate := stats.Gate{Anytime: true, Margin: float64(r.IntN(4)) * 0.03}
		d, err := gate.DecideTally(tally)
		require.NoError(t, err)
		worse, err := tally.RegressionEValue(gate.Margin)
		require.NoError(t, err)
		better, err := tally.PassEValue(gate.Margin)
		require.NoError(t, err)
		require.Equal(t, worse >= 40, d.Verdict == stats.Regression, "%+v %v", tally, worse)
		require.Equal(t, better >= 40, d.Verdict == stats.Pass, "%+v %v", tally, better)
		seen[d.Verdict]++

		fixed, err := stats.Gate{Margin: gate.Margin}.DecideTally(tally)
		require.NoError(t, err)
		if tally.N() > 50 {
			require.Less(t, fixed.Interval.High-fixed.Interval.Low, d.Interval.High-d.Interval.Low, "looking once is sharper")
		}
	}
	require.Len(t, seen, 3)
}

func TestGateScores(t *testing.T) {
	r := rand.New(rand.NewPCG(16, 16))
	n := 400
	base, cand, names := make([]float64, n), make([]float64, n), make([]string, n)
	for i := range base {
		base[i] = 0.4 + 0.2*r.Float64()
		cand[i] = base[i] - 0.05 + 0.1*(r.Float64()-0.5)
		names[i] = strconv.Itoa(i / 10)
	}
	for _, tc := range []struct {
		name     string
		gate     stats.Gate
		clusters []string
		method   string
		want     stats.Verdict
	}{
		{"drop beyond the margin", stats.Gate{Margin: 0.02}, nil, "t", stats.Regression},
		{"drop within the margin", stats.Gate{Margin: 0.1}, nil, "t", stats.Pass},
		{"clustered", stats.Gate{Margin: 0.02}, names, "clustered t", stats.Regression},
		{"anytime", stats.Gate{Margin: 0.02, Anytime: true, Span: 0.2}, nil, "anytime", stats.Regression},
		{"anytime, wide span", stats.Gate{Margin: 0.04, Anytime: true}, nil, "anytime", stats.Inconclusive},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d, err := tc.gate.Decide(base, cand, tc.clusters)
			require.NoError(t, err)
			require.Equal(t, tc.method, d.Method)
			require.Equal(t, tc.want, d.Verdict, "%+v", d)
		})
	}

	// Scores in percent with the margin in points give the same verdict as fractions.
	times := func(xs []float64) []float64 {
		out := make([]float64, len(xs))
		for i, x := range xs {
			out[i] = 100 * x
		}
		return out
	}
	for _, anytime := range []bool{false, true} {
		small, err := stats.Gate{Margin: 0.02, Anytime: anytime}.Decide(base, cand, nil)
		require.NoError(t, err)
		large, err := stats.Gate{Margin: 2, Span: 100, Anytime: anytime}.Decide(times(base), times(cand), nil)
		require.NoError(t, err)
		require.Equal(t, small.Verdict, large.Verdict)
		near(t, 100*small.Interval.Low, large.Interval.Low, 1e-6, "low")
		near(t, 100*small.Interval.High, large.Interval.High, 1e-6, "high")
	}
}

// Few or equal differences are no evidence of a narrow interval.
func TestGateScoresWithoutSpread(t *testing.T) {
	same := []float64{0.3, 0.4, 0.5, 0.6}
	d, err := stats.Gate{Margin: 0.05}.Decide(same, same, nil)
	require.NoError(t, err)
	require.Equal(t, stats.Inconclusive, d.Verdict)
	near(t, 1-math.Pow(0.025, 0.25), d.Interval.High, loose, "as after none of four") // Clopper–Pearson for 0 of 4

	d, err = stats.Gate{}.Decide([]float64{0.5, 0.6}, []float64{0.1, 0.2}, nil)
	require.NoError(t, err)
	require.Equal(t, stats.Inconclusive, d.Verdict, "two equal drops")

	d, err = stats.Gate{}.Decide([]float64{0.5}, []float64{0.1}, nil)
	require.NoError(t, err)
	require.Equal(t, stats.Inconclusive, d.Verdict)
	require.Equal(t, stats.Interval{Low: -1, High: 1, Level: 0.95}, d.Interval)

	d, err = stats.Gate{}.Decide([]float64{0.5, 0.6, 0.7}, []float64{0.1, 0.2, 0.3}, []string{"a", "a", "a"})
	require.NoError(t, err)
	require.Equal(t, stats.Inconclusive, d.Verdict, "one cluster")
}

// Five drops can all be chance at 0.05, whatever their size: 2/2^5 is above it. Six cannot.
func TestGateFewScoresDiffer(t *testing.T) {
	base, cand := []float64{0.95, 0.96, 0.97, 0.98, 0.99}, []float64{0.01, 0.02, 0.01, 0.03, 0.02}
	d, err := stats.Gate{}.Decide(base, cand, nil)
	require.NoError(t, err)
	require.Equal(t, stats.Inconclusive, d.Verdict)
	require.InDelta(t, 0, d.Interval.High, 0)
	d, err = stats.Gate{}.Decide(append(base, 0.95), append(cand, 0.02), nil)
	require.NoError(t, err)
	require.Equal(t, stats.Regression, d.Verdict)
}

// Differences that cancel inside each cluster make the clustered standard error tiny by luck; the plain one stands.
func TestGateKeepsPlainError(t *testing.T) {
	var base, cand []float64
	var pairsOf, own []string
	for i := range 20 {
		base = append(base, 0.5)
		cand = append(cand, 0.5+0.2*float64(i%2*2-1)+0.001*float64(i))
		pairsOf = append(pairsOf, strconv.Itoa(i/2))
		own = append(own, strconv.Itoa(i))
	}
	plain, err := stats.Gate{}.Decide(base, cand, nil)
	require.NoError(t, err)
	clustered, err := stats.Gate{}.Decide(base, cand, pairsOf)
	require.NoError(t, err)
	require.Equal(t, "clustered t", clustered.Method)
	near(t, plain.Difference.StdErr, clustered.Difference.StdErr, exact, "standard error")
	alone, err := stats.Gate{}.Decide(base, cand, own)
	require.NoError(t, err)
	require.Equal(t, plain, alone, "clusters of one case are no clusters")
}

// Needed is honest: with that many cases, equal sides pass with about the gate's power.
func TestGateNeeded(t *testing.T) {
	gate := stats.Gate{Margin: 0.05}
	d, err := gate.DecideTally(stats.Tally{Wins: 5, Losses: 5, Ties: 90})
	require.NoError(t, err)
	require.Equal(t, stats.Inconclusive, d.Verdict)
	r := rand.New(rand.NewPCG(17, 17))
	for _, anytime := range []bool{false, true} {
		gate.Anytime = anytime
		d, err := gate.DecideTally(stats.Tally{Wins: 5, Losses: 5, Ties: 90})
		require.NoError(t, err)
		passed := 0
		for range 400 {
			base, cand := pairs(r, 100+d.Needed, 0.1, 0)
			again, err := gate.DecideTally(countPairs(base, cand))
			require.NoError(t, err)
			passed += count(again.Verdict == stats.Pass)
		}
		t.Logf("anytime %v: %d more cases needed, then %.3f pass", anytime, d.Needed, float64(passed)/400)
		require.GreaterOrEqual(t, float64(passed)/400, 0.7)
		require.LessOrEqual(t, float64(passed)/400, 0.9)
	}
	d, err = stats.Gate{}.DecideTally(stats.Tally{Wins: 5, Losses: 5, Ties: 90})
	require.NoError(t, err)
	require.Equal(t, stats.MaxCases, d.Needed, "no number of cases proves that nothing changed at all")
	near(t, 0.0886, d.Detectable, 0.001, "about 8.9 points at 10 % discordance")
}

func TestDecisionJSON(t *testing.T) {
	d, err := stats.Gate{Margin: 0.02}.DecideTally(stats.Tally{Wins: 1, Losses: 2, Ties: 97})
	require.NoError(t, err)
	text, err := json.Marshal(d)
	require.NoError(t, err)
	require.Contains(t, string(text), `"verdict":"inconclusive"`)
	var back stats.Decision
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, d, back)
}

func BenchmarkGateDecide(b *testing.B) {
	r := rand.New(rand.NewPCG(18, 18))
	base, cand := pairs(r, 1000, 0.1, 0)
	for _, gate := range []stats.Gate{{Margin: 0.02}, {Margin: 0.02, Anytime: true}} {
		b.Run("anytime="+strconv.FormatBool(gate.Anytime), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := gate.Decide(base, cand, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
