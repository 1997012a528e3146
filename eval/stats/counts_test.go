package stats_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready/eval/stats"
)

func TestHolmAnchor(t *testing.T) {
	p := []float64{0.01, 0.04, 0.03, 0.005}
	holm, err := stats.Holm(p)
	require.NoError(t, err)
	require.InDeltaSlice(t, []float64{0.03, 0.06, 0.06, 0.02}, holm, exact)
	bh, err := stats.BenjaminiHochberg(p)
	require.NoError(t, err)
	require.InDeltaSlice(t, []float64{0.02, 0.04, 0.04, 0.02}, bh, exact)
	require.Equal(t, []float64{0.01, 0.04, 0.03, 0.005}, p, "input is left alone")
}

func TestAdjustedPValues(t *testing.T) {
	r := rand.New(rand.NewPCG(10, 10))
	for range 300 {
		p := make([]float64, 1+r.IntN(12))
		for i := range p {
			p[i] = math.Round(r.Float64()*r.Float64()*20) / 20 // with ties, zeros and ones
		}
		holm, err := stats.Holm(p)
		require.NoError(t, err)
		bh, err := stats.BenjaminiHochberg(p)
		require.NoError(t, err)
		for i := range p {
			require.GreaterOrEqual(t, holm[i], bh[i]-exact)
			require.GreaterOrEqual(t, holm[i], p[i])
			require.GreaterOrEqual(t, bh[i], p[i])
			require.LessOrEqual(t, holm[i], 1.0)
			require.LessOrEqual(t, holm[i], float64(len(p))*p[i]+exact, "never worse than Bonferroni")
			for j := range p {
				if p[i] <= p[j] {
					require.LessOrEqual(t, holm[i], holm[j], "Holm keeps the order")
					require.LessOrEqual(t, bh[i], bh[j], "Benjamini and Hochberg keep the order")
				}
			}
		}
		// Raising one p-value lowers no adjusted one.
		i := r.IntN(len(p))
		q := slices.Clone(p)
		q[i] = min(1, q[i]+0.1)
		raised, err := stats.Holm(q)
		require.NoError(t, err)
		for j := range p {
			require.GreaterOrEqual(t, raised[j], holm[j]-exact)
		}
	}
}

// choose is exact.
func choose(n, k int) *big.Rat {
	return new(big.Rat).SetInt(new(big.Int).Binomial(int64(n), int64(k)))
}

func TestPassKAgainstExactFractions(t *testing.T) {
	for n := 1; n <= 12; n++ {
		for c := 0; c <= n; c++ {
			for k := 1; k <= n; k++ {
				all := new(big.Rat).Quo(choose(c, k), choose(n, k))
				none := new(big.Rat).Quo(choose(n-c, k), choose(n, k))
				wantAll, _ := all.Float64()
				wantAny, _ := new(big.Rat).Sub(big.NewRat(1, 1), none).Float64()
				got, err := stats.PassAtK(n, c, k)
				require.NoError(t, err)
				near(t, wantAny, got, exact, "pass@k")
				got, err = stats.PassHatK(n, c, k)
				require.NoError(t, err)
				near(t, wantAll, got, exact, "pass^k")
			}
		}
	}
	got, err := stats.PassAtK(1_000_000, 10, 100_000)
	require.NoError(t, err)
	near(t, 0.6513, got, 1e-3, "large counts") // about 1 - 0.9^10
}

// Anchors: the worked sizes for omega²=1/9, sigma²=1/6 (Miller 2024) and the detectable drops at 10 % discordance.
func TestDesignAnchors(t *testing.T) {
	d := stats.Design{Between: 1.0 / 9, WithinBaseline: 1.0 / 6, WithinCandidate: 1.0 / 6}
	n, err := d.Cases(0.03)
	require.NoError(t, err)
	near(t, 3875.9899922711534, n, loose, "cases")
	minus, err := d.Cases(-0.03)
	require.NoError(t, err)
	require.InDelta(t, n, minus, 0)
	d.TrialsBaseline, d.TrialsCandidate = 10, 10
	n, err = d.Cases(0.03)
	require.NoError(t, err)
	near(t, 1259.6967474881249, n, loose, "cases with ten trials")
	delta, err := d.Detectable(1260)
	require.NoError(t, err)
	near(t, 0.03, delta, 1e-3, "the two are inverse")

	for cases, points := range map[int]float64{100: 8.859390348296595, 200: 6.264534992459171, 500: 3.962039811599345, 1000: 2.801585218112968} {
		delta, err := stats.Design{Between: 0.1}.Detectable(cases)
		require.NoError(t, err)
		near(t, points, 100*delta, loose, "detectable")
	}
	strict, err := stats.Design{Between: 0.1, Alpha: 0.01, Power: 0.9}.Detectable(100)
	require.NoError(t, err)
	require.Greater(t, strict, 0.0886)
}

func TestCohenKappa(t *testing.T) {
	a := []string{"billing", "billing", "billing", "billing", "billing", "billing", "billing", "technical", "technical", "technical", "technical", "technical", "returns", "returns", "returns", "returns", "returns", "general", "general", "general"}
	b := []string{"billing", "billing", "billing", "billing", "technical", "billing", "returns", "technical", "technical", "technical", "billing", "technical", "returns", "returns", "returns", "billing", "returns", "billing", "technical", "escalate"}
	k, err := stats.CohenKappa(a, b)
	require.NoError(t, err)
	near(t, 149.0/289, k, exact, "kappa")
	k, err = stats.CohenKappa([]int{1, 2, 1, 2}, []int{1, 2, 1, 2})
	require.NoError(t, err)
	require.InDelta(t, 1, k, 0)
	k, err = stats.CohenKappa([]bool{true, false}, []bool{false, true})
	require.NoError(t, err)
	require.InDelta(t, -1, k, 0)
	_, err = stats.CohenKappa([]string{"a", "a"}, []string{"a", "a"})
	require.ErrorIs(t, err, stats.ErrUndefined)
}
