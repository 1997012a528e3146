package stats_test

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready/eval/stats"
)

// support20 is a set of 20 cases in 8 clusters; the figures are those of the reference file.
func support20() (correct []float64, clusters []string) {
	correct = []float64{1, 1, 1, 1, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1, 0, 1, 0, 0, 0}
	for _, c := range "aabbbccddeeeffggghhh" {
		clusters = append(clusters, string(c))
	}
	return correct, clusters
}

func TestMeanAnchors(t *testing.T) {
	xs, clusters := support20()
	plain, err := stats.Mean(xs, nil)
	require.NoError(t, err)
	near(t, 13.0/20, plain.Value, exact, "mean")
	near(t, 0.10942433098048313, plain.StdErr, exact, "standard error")
	iv, err := plain.Interval(0.95)
	require.NoError(t, err)
	near(t, 0.42097224312031273, iv.Low, loose, "low")
	near(t, 0.8790277568796874, iv.High, loose, "high")

	clustered, err := stats.Mean(xs, clusters)
	require.NoError(t, err)
	require.Equal(t, 8, clustered.Clusters)
	near(t, 0.12386628735397354, clustered.StdErr, exact, "clustered, G/(G-1)")
	near(t, 0.11586630226256468, clustered.Uncorrected(), exact, "clustered, uncorrected")
}

func TestMeanOfOneCase(t *testing.T) {
	e, err := stats.Mean([]float64{0.7}, nil)
	require.NoError(t, err)
	require.Equal(t, stats.Estimate{Value: 0.7, N: 1, Clusters: 1}, e)
	_, err = e.Interval(0.95)
	require.ErrorIs(t, err, stats.ErrUndefined)
	_, err = e.PValue(0)
	require.ErrorIs(t, err, stats.ErrUndefined)

	e, err = stats.Mean([]float64{1, 0}, []string{"a", "a"})
	require.NoError(t, err)
	_, err = e.Interval(0.95)
	require.ErrorIs(t, err, stats.ErrUndefined)
	require.Zero(t, e.Uncorrected())
	require.Zero(t, stats.Estimate{}.Uncorrected())
}

func TestEqualScores(t *testing.T) {
	e, err := stats.Mean([]float64{0.5, 0.5, 0.5}, nil)
	require.NoError(t, err)
	iv, err := e.Interval(0.95)
	require.NoError(t, err)
	require.Equal(t, stats.Interval{Low: 0.5, High: 0.5, Level: 0.95}, iv)
	_, err = e.PValue(0.4)
	require.ErrorIs(t, err, stats.ErrUndefined)
}

// Clusters of one case each are no clusters, and the order of cases does not matter.
func TestMeanProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for range 50 {
		n := 2 + r.IntN(60)
		xs, names, own := make([]float64, n), make([]string, n), make([]string, n)
		for i := range xs {
			xs[i], names[i], own[i] = r.NormFloat64(), strconv.Itoa(r.IntN(5)), strconv.Itoa(i)
		}
		plain, err := stats.Mean(xs, nil)
		require.NoError(t, err)
		alone, err := stats.Mean(xs, own)
		require.NoError(t, err)
		require.Equal(t, plain, alone)
		before, err := stats.Mean(xs, names)
		require.NoError(t, err)
		r.Shuffle(n, func(i, j int) {
			xs[i], xs[j] = xs[j], xs[i]
			names[i], names[j] = names[j], names[i]
		})
		after, err := stats.Mean(xs, names)
		require.NoError(t, err)
		near(t, before.StdErr, after.StdErr, exact, "standard error after shuffling")
		doubled, err := stats.PairedDifference(xs, xs, names)
		require.NoError(t, err)
		require.Zero(t, doubled.Value)
		require.Zero(t, doubled.StdErr)
	}
}

func TestMeanOfHugeScores(t *testing.T) {
	e, err := stats.Mean([]float64{math.MaxFloat64, math.MaxFloat64}, nil)
	require.NoError(t, err)
	within(t, math.MaxFloat64, e.Value, 1e-15, "mean")
}

// A large sample: the t test becomes the normal one.
func TestPValue(t *testing.T) {
	e := stats.Estimate{Value: 1.959963984540054, StdErr: 1, N: 10, Clusters: 1e13}
	p, err := e.PValue(0)
	require.NoError(t, err)
	near(t, 0.05, p, 1e-12, "p")
	e = stats.Estimate{Value: 2.0930240544083093, StdErr: 1, N: 20, Clusters: 20}
	p, err = e.PValue(0)
	require.NoError(t, err)
	near(t, 0.05, p, 1e-12, "p")
}
