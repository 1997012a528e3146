package stats_test

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready/eval/stats"
)

func meanOf(xs []float64) func([]int) float64 {
	return func(index []int) float64 {
		sum := 0.0
		for _, i := range index {
			sum += xs[i]
		}
		return sum / float64(len(index))
	}
}

func TestBootstrapReproducible(t *testing.T) {
	xs, clusters := support20()
	for i := range xs {
		xs[i] += float64(i) / 100
	}
	for _, names := range [][]string{nil, clusters} {
		a, err := stats.Bootstrap{Seed: 1, Resamples: 500}.Mean(xs, names)
		require.NoError(t, err)
		b, err := stats.Bootstrap{Seed: 1, Resamples: 500}.Mean(xs, names)
		require.NoError(t, err)
		require.Equal(t, a, b)
		c, err := stats.Bootstrap{Seed: 2, Resamples: 499}.Mean(xs, names)
		require.NoError(t, err)
		require.NotEqual(t, a, c)
		d, err := stats.Bootstrap{Seed: 1, Resamples: 500}.Interval(len(xs), names, meanOf(xs))
		require.NoError(t, err)
		near(t, a.Low, d.Low, 1e-9, "both forms draw alike")
		near(t, a.High, d.High, 1e-9, "both forms draw alike")
	}
	// The draws are part of the contract: reports of one seed stay the same from release to release.
	xs, _ = support20()
	iv, err := stats.Bootstrap{}.Mean(xs, nil)
	require.NoError(t, err)
	require.Equal(t, stats.Interval{Low: 0.45, High: 0.85, Level: 0.95}, roundEnds(iv))
}

func roundEnds(iv stats.Interval) stats.Interval {
	iv.Low, iv.High = math.Round(iv.Low*1e9)/1e9, math.Round(iv.High*1e9)/1e9
	return iv
}

// Many cases: the bootstrap agrees with the t interval, and clusters widen both.
func TestBootstrapAgreesWithT(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	var xs []float64
	var names []string
	for k := range 60 {
		shift := r.NormFloat64()
		for range 5 + r.IntN(5) {
			xs = append(xs, shift+r.NormFloat64())
			names = append(names, strconv.Itoa(k))
		}
	}
	widths := make([]float64, 0, 2)
	for _, clusters := range [][]string{nil, names} {
		e, err := stats.Mean(xs, clusters)
		require.NoError(t, err)
		want, err := e.Interval(0.95)
		require.NoError(t, err)
		got, err := stats.Bootstrap{Resamples: 4000}.Mean(xs, clusters)
		require.NoError(t, err)
		width := want.High - want.Low
		near(t, want.Low, got.Low, 0.08*width, "low")
		near(t, want.High, got.High, 0.08*width, "high")
		widths = append(widths, got.High-got.Low)
	}
	require.Greater(t, widths[1], 1.5*widths[0])
}

func TestBootstrapStatistic(t *testing.T) {
	// The median of resamples of 1..9 lies inside the range; whole clusters are drawn together.
	clusters := []string{"x", "y", "x", "y", "z"}
	_, err := stats.Bootstrap{Resamples: 50}.Interval(5, clusters, func(index []int) float64 {
		counts := [5]int{}
		for _, i := range index {
			counts[i]++
		}
		require.Equal(t, counts[0], counts[2])
		require.Equal(t, counts[1], counts[3])
		return float64(len(index))
	})
	require.NoError(t, err)

	_, err = stats.Bootstrap{}.Interval(5, nil, func([]int) float64 { return math.NaN() })
	require.ErrorIs(t, err, stats.ErrUndefined)
	_, err = stats.Bootstrap{}.Interval(1, nil, func([]int) float64 { return 0 })
	require.ErrorIs(t, err, stats.ErrUndefined)

	iv, err := stats.Bootstrap{Resamples: 1, Level: 0.5}.Mean([]float64{3, 3}, nil)
	require.NoError(t, err)
	require.Equal(t, stats.Interval{Low: 3, High: 3, Level: 0.5}, iv)
}

func BenchmarkBootstrapMean(b *testing.B) {
	r := rand.New(rand.NewPCG(9, 9))
	xs := make([]float64, 10_000)
	for i := range xs {
		xs[i] = r.Float64()
	}
	for b.Loop() {
		if _, err := (stats.Bootstrap{Resamples: 1000}).Mean(xs, nil); err != nil {
			b.Fatal(err)
		}
	}
}
