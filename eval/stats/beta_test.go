package stats_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready/eval/stats"
)

// within compares relative to want, so that far tails count.
func within(t *testing.T, want, got, tolerance float64, what string) {
	t.Helper()
	if off := math.Abs(got/want - 1); math.IsNaN(off) || off > tolerance {
		t.Fatalf("%s: got %.17g, want %.17g, relative error %.2g", what, got, want, off)
	}
}

// Values with 17 digits were computed with 40 or more (mpmath; binomial sums where its series does not converge).
func TestBetaInc(t *testing.T) {
	for _, tc := range []struct{ x, a, b, want float64 }{
		{0.3, 2, 5, 0.57982499999999998},
		{0.5, 0.5, 0.5, 0.5},
		{0.01, 0.5, 9.5, 0.33373586230134159},
		{0.999, 20, 0.5, 0.84241618601636144},
		{0.85, 850, 151, 0.52176887479014936},
		{0.2, 1000, 4100, 0.76083008617280288},
		{1e-6, 3, 1000, 1.6704180011115578e-10},
		{0.8, 7, 2, 0.50331648000000013},
		{0.05, 1, 59, 0.95150547475057677},
		{0.5, 5000, 5100, 0.84015287081213787},
		{0.5, 100000, 100300, 0.74867288685218245},
		{0.001, 1000, 1000000, 0.51681145503117342},
		{0.5, 1000000, 1001000, 0.7601950824663917},
		{0.25, 1, 1, 0.25},
	} {
		got, err := stats.BetaInc(tc.x, tc.a, tc.b)
		require.NoError(t, err)
		within(t, tc.want, got, 1e-12*math.Max(1, tc.b/1e5), "I")
		mirror, err := stats.BetaInc(1-tc.x, tc.b, tc.a)
		require.NoError(t, err)
		near(t, 1-tc.want, mirror, 1e-10, "mirrored I") // 1-x is rounded
	}
	for _, x := range []float64{0, 1} {
		got, err := stats.BetaInc(x, 3, 4)
		require.NoError(t, err)
		require.InDelta(t, x, got, 0)
	}
}

func TestBetaQuantile(t *testing.T) {
	for _, tc := range []struct{ p, a, b, want float64 }{
		{0.025, 13, 8, 0.40781146546717188},
		{0.975, 14, 7, 0.84609079521545881},
		{0.025, 850, 151, 0.82634187143296403},
		{1e-10, 2, 30, 4.6374097462639025e-7},
		{0.5, 0.5, 0.5, 0.5},
		{0.999, 0.5, 20, 0.2396789916047422},
		{1e-6, 0.5, 3, 2.844444444445523e-13},
		{0.025, 1, 1000, 2.5317487491294045e-5},
		{0.025, 5000, 5001, 0.49015138058998049},
	} {
		got, err := stats.BetaQuantile(tc.p, tc.a, tc.b)
		require.NoError(t, err)
		within(t, tc.want, got, 1e-11, "quantile")
	}
}

func TestBetaQuantileInverts(t *testing.T) {
	for _, a := range []float64{0.5, 1, 3, 40, 1000, 1e5} {
		for _, b := range []float64{0.5, 1, 7, 300, 1e5} {
			previous := 0.0
			for _, p := range []float64{0, 1e-12, 1e-3, 0.025, 0.3, 0.5, 0.7, 0.975, 1 - 1e-9, 1} {
				x, err := stats.BetaQuantile(p, a, b)
				require.NoError(t, err)
				require.GreaterOrEqual(t, x, previous, "quantiles rise")
				require.LessOrEqual(t, x, 1.0)
				previous = x
				back, err := stats.BetaInc(x, a, b)
				require.NoError(t, err)
				if x < 0.999999 { // nearer to 1, neighboring float64s lie far apart in p
					near(t, p, back, 1e-9, "p")
				}
			}
		}
	}
}

// The far tail of p = 1e-300 underflows for a = 1/2; the search still ends.
func TestBetaQuantileUnderflow(t *testing.T) {
	x, err := stats.BetaQuantile(1e-300, 0.5, 2)
	require.NoError(t, err)
	require.GreaterOrEqual(t, x, 0.0)
	require.Less(t, x, 1e-300)
}

func TestNormalQuantile(t *testing.T) {
	for _, tc := range []struct{ p, want float64 }{
		{1e-300, -37.047096299361199},
		{1e-20, -9.2623400897984076},
		{1e-10, -6.3613409024040562},
		{0.0001, -3.7190164854556806},
		{0.025, -1.9599639845400542},
		{0.3, -0.52440051270804082},
		{0.5001, 0.00025066283008800749},
		{0.8, 0.84162123357291436},
		{0.975, 1.9599639845400539},
		{0.9999, 3.7190164854557084},
	} {
		got, err := stats.NormalQuantile(tc.p)
		require.NoError(t, err)
		within(t, tc.want, got, 2e-15, "z")
	}
	for p := 1e-6; p < 1; p += 0.0137 {
		z, err := stats.NormalQuantile(p)
		require.NoError(t, err)
		within(t, p, math.Erfc(-z/math.Sqrt2)/2, 1e-13, "p")
	}
}

func TestStudentQuantile(t *testing.T) {
	for _, tc := range []struct{ p, df, want float64 }{
		{0.975, 1, 12.706204736174693},
		{0.975, 2.5, 3.5746548420036818},
		{0.975, 19, 2.0930240544083093}, // tables print 2.093
		{0.9, 4, 1.5332062740589441},
		{0.6, 7, 0.26316686135202275},
		{1e-8, 30, -7.5565346518854014},
		{0.501, 12, 0.0025593392850968693},
		{0.975, 1000, 1.9623390808264081},
		{0.975, 1e6, 1.9599663568141067},
		{0.9999, 3, 22.203742273205002},
		{0.975, 1e15, 1.9599639845400539},
		{0.975, math.Inf(1), 1.9599639845400539},
	} {
		got, err := stats.StudentQuantile(tc.p, tc.df)
		require.NoError(t, err)
		within(t, tc.want, got, 1e-11, "t")
	}
	zero, err := stats.StudentQuantile(0.5, 5)
	require.NoError(t, err)
	require.Zero(t, zero)
}
