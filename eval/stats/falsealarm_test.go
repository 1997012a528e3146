package stats_test

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready/eval/stats"
)

// runs is how many experiments a simulation makes: the full number only on demand.
func runs() int {
	if os.Getenv("MAKEREADY_LONG") != "" {
		return 10_000
	}
	return 2_000
}

// atMost fails when more than limit of the runs are hits, and logs the Clopper–Pearson interval of their rate.
func atMost(t *testing.T, what string, hits, n int, limit float64) {
	t.Helper()
	rate := alarmRate(t, what, hits, n)
	require.LessOrEqual(t, rate, limit, what)
}

// nominal is for tests whose true rate is the limit itself, so that half of all simulations exceed it by luck: it fails
// when the runs prove, at 99.9 %, a rate above the limit.
func nominal(t *testing.T, what string, hits, n int, limit float64) {
	t.Helper()
	alarmRate(t, what, hits, n)
	low, err := stats.Proportion{Successes: hits, Trials: n}.LowerBound(0.999)
	require.NoError(t, err)
	require.LessOrEqual(t, low, limit, what)
}

func alarmRate(t *testing.T, what string, hits, n int) float64 {
	t.Helper()
	p := stats.Proportion{Successes: hits, Trials: n}
	iv, err := p.ClopperPearson(0.95)
	require.NoError(t, err)
	rate, err := p.Rate()
	require.NoError(t, err)
	t.Logf("%-58s %5d of %5d = %.4f [%.4f, %.4f]", what, hits, n, rate, iv.Low, iv.High)
	return rate
}

// coin draws one paired outcome: the two sides differ with the given probability, evenly apart from a true drop.
func coin(r *rand.Rand, discordance, drop float64) (baseline, candidate float64) {
	switch u := r.Float64(); {
	case u < (discordance+drop)/2:
		return 1, 0
	case u < discordance:
		return 0, 1
	case u < discordance+(1-discordance)*0.8:
		return 1, 1
	default:
		return 0, 0
	}
}

func pairs(r *rand.Rand, n int, discordance, drop float64) (base, cand []float64) {
	base, cand = make([]float64, n), make([]float64, n)
	for i := range n {
		base[i], cand[i] = coin(r, discordance, drop)
	}
	return base, cand
}

// TestGateFalseAlarms compares a side with itself: a Regression is a false alarm, and without a margin so is a Pass.
func TestGateFalseAlarms(t *testing.T) {
	for _, tc := range []struct {
		name        string
		cases       int
		discordance float64
		margin      float64
	}{
		{"n=10, 50% differ", 10, 0.5, 0},
		{"n=50, 10% differ", 50, 0.1, 0},
		{"n=200, 10% differ", 200, 0.1, 0},
		{"n=200, 10% differ, margin 2 points", 200, 0.1, 0.02},
		{"n=1000, 10% differ", 1000, 0.1, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, uint64(tc.cases)))
			gate := stats.Gate{Margin: tc.margin}
			regressions, wrong, naive := 0, 0, 0
			for range runs() {
				base, cand := pairs(r, tc.cases, tc.discordance, 0)
				d, err := gate.Decide(base, cand, nil)
				require.NoError(t, err)
				if d.Verdict == stats.Regression {
					regressions++
				}
				if d.Verdict == stats.Regression || tc.margin == 0 && d.Verdict == stats.Pass {
					wrong++
				}
				if d.Difference.Value < 0 {
					naive++
				}
			}
			atMost(t, "gate: Regression of equal sides", regressions, runs(), 0.05)
			atMost(t, "gate: any wrong verdict", wrong, runs(), 0.05)
			atMost(t, "for comparison, candidate < baseline", naive, runs(), 0.6)
			require.Greater(t, naive, runs()/4, "the simulation must be able to raise alarms")
		})
	}
}

// TestGateFalsePass lets the candidate lose exactly the margin: a Pass is wrong.
func TestGateFalsePass(t *testing.T) {
	for _, tc := range []struct {
		cases               int
		discordance, margin float64
	}{{50, 0.2, 0.1}, {200, 0.1, 0.05}, {1000, 0.1, 0.02}} {
		r := rand.New(rand.NewPCG(2, uint64(tc.cases)))
		fixed, anytime := 0, 0
		for range runs() {
			base, cand := pairs(r, tc.cases, tc.discordance, tc.margin)
			tally := countPairs(base, cand)
			d, err := stats.Gate{Margin: tc.margin}.DecideTally(tally)
			require.NoError(t, err)
			if d.Verdict == stats.Pass {
				fixed++
			}
			e, err := tally.PassEValue(tc.margin)
			require.NoError(t, err)
			if e >= 40 {
				anytime++
			}
		}
		atMost(t, "fixed: Pass at a drop of the margin, n="+strconv.Itoa(tc.cases), fixed, runs(), 0.05)
		atMost(t, "anytime: Pass at a drop of the margin, n="+strconv.Itoa(tc.cases), anytime, runs(), 0.05)
	}
}

// TestGatePeeking asks after every single case, up to 500, and stops at the first wrong verdict.
func TestGatePeeking(t *testing.T) {
	const cases = 500
	every := 25 // with a margin, every tie is a look too; the short form leaves most of them out
	if os.Getenv("MAKEREADY_LONG") != "" {
		every = 1
	}
	for _, tc := range []struct {
		name         string
		margin, drop float64
	}{
		{"equal sides, no margin", 0, 0},
		{"equal sides, margin 2 points", 0.02, 0},
		{"drop of 2 points, margin 2 points", 0.02, 0.02},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(3, uint64(1000*tc.margin)))
			regressions, passes, two, fixed := 0, 0, 0, 0
			for range runs() {
				var tally stats.Tally
				var regressed, passed, either, peeked bool
				for i := range cases {
					b, c := coin(r, 0.1, tc.drop)
					changed := b != c || tc.margin != 0 // without a margin a tie leaves every e-value as it is
					switch {
					case c > b:
						tally.Wins++
					case c < b:
						tally.Losses++
					default:
						tally.Ties++
					}
					if i%10 == 9 {
						p, err := tally.McNemar()
						require.NoError(t, err)
						peeked = peeked || p < 0.05
					}
					if !changed || tc.margin != 0 && i%every != 0 {
						continue
					}
					worse, err := tally.RegressionEValue(tc.margin)
					require.NoError(t, err)
					better, err := tally.PassEValue(tc.margin)
					require.NoError(t, err)
					e, err := tally.EValue()
					require.NoError(t, err)
					regressed = regressed || worse >= 40
					passed = passed || better >= 40
					either = either || e >= 20
				}
				regressions += count(regressed)
				passes += count(passed)
				two += count(either)
				fixed += count(peeked)
			}
			atMost(t, "anytime gate: Regression at one of up to 500 looks", regressions, runs(), 0.05)
			if tc.margin == tc.drop {
				atMost(t, "anytime gate: Pass at one of up to 500 looks", passes, runs(), 0.05)
				atMost(t, "anytime gate: any wrong verdict, at most", regressions+passes, runs(), 0.05)
			}
			if tc.drop == 0 {
				atMost(t, "two-sided e-value of 20 at one of up to 500 looks", two, runs(), 0.05)
			}
			if tc.drop == 0 && tc.margin == 0 {
				atMost(t, "for comparison, McNemar p < .05 at one of 50 looks", fixed, runs(), 0.4)
				require.Greater(t, float64(fixed), 0.1*float64(runs()), "peeking at a fixed test must raise alarms here")
			}
		})
	}
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// TestGatePower has a true drop of 7.5 points when 15 % of cases differ: how often is it found, and when.
func TestGatePower(t *testing.T) {
	const cases = 500
	r := rand.New(rand.NewPCG(4, 4))
	once, ever, spent := 0, 0, 0
	for range runs() {
		var tally stats.Tally
		stopped := cases
		for i := range cases {
			b, c := coin(r, 0.15, 0.075)
			switch {
			case c > b:
				tally.Wins++
			case c < b:
				tally.Losses++
			default:
				tally.Ties++
				continue
			}
			if stopped == cases {
				e, err := tally.RegressionEValue(0)
				require.NoError(t, err)
				if e >= 40 {
					ever++
					stopped = i + 1
				}
			}
		}
		spent += stopped
		d, err := stats.Gate{}.DecideTally(tally)
		require.NoError(t, err)
		once += count(d.Verdict == stats.Regression)
	}
	n := float64(runs())
	t.Logf("drop of 7.5 points: looking once at 500 cases finds %.3f; anytime %.3f, after %.0f cases on average",
		float64(once)/n, float64(ever)/n, float64(spent)/n)
	require.Greater(t, float64(once)/n, 0.95)
	require.Greater(t, float64(ever)/n, 0.85)
	require.Less(t, float64(spent)/n, 350.0)
}

// TestGateFalseAlarmsClustered gives each cluster a shift of its own, so that its cases move together.
func TestGateFalseAlarmsClustered(t *testing.T) {
	for _, tc := range []struct{ clusters, size int }{{5, 20}, {10, 10}, {40, 5}} {
		r := rand.New(rand.NewPCG(5, uint64(tc.clusters)))
		clustered, regressions, blind := 0, 0, 0
		for range runs() {
			var base, cand []float64
			var names []string
			for k := range tc.clusters {
				shift := 0.15 * r.NormFloat64()
				for range tc.size {
					b := 0.5 + 0.1*r.NormFloat64()
					base = append(base, b)
					cand = append(cand, b+shift+0.1*r.NormFloat64())
					names = append(names, strconv.Itoa(k))
				}
			}
			gate := stats.Gate{Span: 4}
			d, err := gate.Decide(base, cand, names)
			require.NoError(t, err)
			clustered += count(d.Verdict != stats.Inconclusive)
			regressions += count(d.Verdict == stats.Regression)
			d, err = gate.Decide(base, cand, nil)
			require.NoError(t, err)
			blind += count(d.Verdict != stats.Inconclusive)
		}
		name := strconv.Itoa(tc.clusters) + " clusters of " + strconv.Itoa(tc.size)
		atMost(t, name+": Regression of equal sides", regressions, runs(), 0.05)
		nominal(t, name+": any wrong verdict", clustered, runs(), 0.05)
		require.Greater(t, blind, clustered, "without clusters there must be more false alarms")
		t.Logf("%s: without clusters %.3f", name, float64(blind)/float64(runs()))
	}
}

// TestGateFalseAlarmsScores has scores that mostly do not change, as graded answers do.
func TestGateFalseAlarmsScores(t *testing.T) {
	for _, n := range []int{5, 20, 100} {
		r := rand.New(rand.NewPCG(6, uint64(n)))
		wrong, regressions := 0, 0
		for range runs() {
			base, cand := make([]float64, n), make([]float64, n)
			for i := range n {
				base[i] = r.Float64()
				cand[i] = base[i]
				if r.Float64() < 0.2 {
					base[i], cand[i] = r.Float64(), r.Float64()
				}
			}
			d, err := stats.Gate{}.Decide(base, cand, nil)
			require.NoError(t, err)
			wrong += count(d.Verdict != stats.Inconclusive)
			regressions += count(d.Verdict == stats.Regression)
		}
		atMost(t, "scores, n="+strconv.Itoa(n)+": Regression of equal sides", regressions, runs(), 0.05)
		nominal(t, "scores, n="+strconv.Itoa(n)+": any wrong verdict", wrong, runs(), 0.05)
	}
}
