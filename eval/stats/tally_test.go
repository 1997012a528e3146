package stats_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready/eval/stats"
)

func TestTally(t *testing.T) {
	a, err := stats.CountPairs([]bool{true, true, false, false}, []bool{true, false, true, false})
	require.NoError(t, err)
	require.Equal(t, stats.Tally{Wins: 1, Losses: 1, Ties: 2}, a)
	require.Equal(t, stats.Tally{Wins: 2, Losses: 2, Ties: 4}, a.Add(a))
	require.Equal(t, 4, a.N())

	// The same figures as from single cases.
	r := rand.New(rand.NewPCG(14, 14))
	for range 30 {
		base, cand := pairs(r, 1+r.IntN(50), 0.4, 0.1)
		want, err := stats.PairedDifference(base, cand, nil)
		require.NoError(t, err)
		got, err := countPairs(base, cand).Difference()
		require.NoError(t, err)
		near(t, want.Value, got.Value, exact, "difference")
		near(t, want.StdErr, got.StdErr, exact, "standard error")
		require.Equal(t, want.Clusters, got.Clusters)
	}
}

// Exact p-values are fractions with a power of two below.
func TestMcNemarExact(t *testing.T) {
	for n := range 40 {
		for wins := 0; wins <= n; wins++ {
			tail := new(big.Int)
			for k := 0; k <= min(wins, n-wins); k++ {
				tail.Add(tail, new(big.Int).Binomial(int64(n), int64(k)))
			}
			p := new(big.Rat).SetFrac(tail.Lsh(tail, 1), new(big.Int).Lsh(big.NewInt(1), uint(n)))
			want, _ := p.Float64()
			got, err := stats.Tally{Wins: wins, Losses: n - wins, Ties: 3}.McNemar()
			require.NoError(t, err)
			near(t, math.Min(1, want), got, exact, "p")
		}
	}
	p, err := stats.Tally{Wins: 6, Losses: 1}.McNemar()
	require.NoError(t, err)
	near(t, 1.0/8, p, exact, "6 to 1")
	p, err = stats.Tally{Wins: 166, Losses: 297}.McNemar()
	require.NoError(t, err)
	within(t, 1.1916665642586102e-09, p, 1e-10, "166 to 297")
}

func TestEValueAnchors(t *testing.T) {
	for _, tc := range []struct {
		wins, losses int
		want         float64
	}{{0, 0, 1}, {1, 0, 1}, {6, 0, 14.4375}, {6, 1, 2.0625}, {10, 2, 4.1005859375}, {40, 10, 1717.3925818880623}} {
		e, err := stats.Tally{Wins: tc.wins, Losses: tc.losses}.EValue()
		require.NoError(t, err)
		near(t, tc.want, e, exact, "e-value")
	}
	e, err := stats.Tally{Wins: 5000}.EValue()
	require.NoError(t, err)
	require.InDelta(t, math.MaxFloat64, e, 0, "kept finite for reports")
	e, err = stats.Tally{Losses: 5000}.RegressionEValue(0.1)
	require.NoError(t, err)
	require.InDelta(t, math.MaxFloat64, e, 0)
}

// Without a margin the one-sided value is that of a Beta(1/2, 1/2) mixture cut to the side where losses prevail:
// 2·I_{1/2}(wins+1/2, losses+1/2) times the two-sided one.
func TestOneSidedEValue(t *testing.T) {
	for _, wins := range []int{0, 1, 5, 20, 100} {
		for _, losses := range []int{0, 1, 4, 30, 120} {
			tally := stats.Tally{Wins: wins, Losses: losses, Ties: 50}
			two, err := tally.EValue()
			require.NoError(t, err)
			half, err := stats.BetaInc(0.5, float64(wins)+0.5, float64(losses)+0.5)
			require.NoError(t, err)
			worse, err := tally.RegressionEValue(0)
			require.NoError(t, err)
			agree(t, 2*half*two, worse)
			better, err := tally.PassEValue(0)
			require.NoError(t, err)
			half, err = stats.BetaInc(0.5, float64(losses)+0.5, float64(wins)+0.5)
			require.NoError(t, err)
			agree(t, 2*half*two, better)
			near(t, two, (worse+better)/2, 2e-3, "the two sides make the whole")
			mirror, err := stats.Tally{Wins: losses, Losses: wins}.RegressionEValue(0)
			require.NoError(t, err)
			within(t, better, mirror, exact, "mirror")
		}
	}
}

// agree compares where there is evidence; far on the other side the grid of bets is coarse, and nothing depends on it.
func agree(t *testing.T, want, got float64) {
	t.Helper()
	if want > 0.1 {
		within(t, want, got, 0.01, "e-value")
	} else {
		require.Less(t, got, 0.11)
	}
}

// TestEValueExpectation is the defining property, checked by enumeration: under every truth of the null hypothesis the
// expected value after n cases is at most 1.
func TestEValueExpectation(t *testing.T) {
	const n = 12
	greatest := 0.0
	for _, margin := range []float64{0, 0.05, 0.3} {
		for _, discordance := range []float64{0.05, 0.4, 1} {
			for _, above := range []float64{0, 0.02, 0.2} { // the true difference is -margin+above
				win := (discordance - margin + above) / 2
				loss := discordance - win
				if win < 0 || loss < 0 {
					continue
				}
				worse, better := 0.0, 0.0
				for w := 0; w <= n; w++ {
					for l := 0; w+l <= n; l++ {
						p := multinomial(n, w, l, win, loss)
						e, err := stats.Tally{Wins: w, Losses: l, Ties: n - w - l}.RegressionEValue(margin)
						require.NoError(t, err)
						worse += p * e
						e, err = stats.Tally{Wins: l, Losses: w, Ties: n - w - l}.PassEValue(margin)
						require.NoError(t, err)
						better += p * e
					}
				}
				require.LessOrEqual(t, worse, 1+1e-9, "margin %v, discordance %v, above %v", margin, discordance, above)
				greatest = max(greatest, worse)
				if margin == 0 { // mirrored, the truth is -above: below 0, so inside the other null hypothesis
					require.LessOrEqual(t, better, 1+1e-9)
				}
			}
		}
	}
	near(t, 1, greatest, 1e-9, "at the boundary nothing is given away")
}

func multinomial(n, w, l int, win, loss float64) float64 {
	p, _ := new(big.Rat).Mul(choose(n, w), choose(n-w, l)).Float64()
	return p * math.Pow(win, float64(w)) * math.Pow(loss, float64(l)) * math.Pow(math.Max(0, 1-win-loss), float64(n-w-l))
}

func BenchmarkRegressionEValue(b *testing.B) {
	b.ReportAllocs()
	tally := stats.Tally{Wins: 20, Losses: 30, Ties: 450}
	for b.Loop() {
		if _, err := tally.RegressionEValue(0.02); err != nil {
			b.Fatal(err)
		}
	}
}
