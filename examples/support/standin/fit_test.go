package standin_test

import (
	"flag"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready/examples/support/standin"
	"github.com/makeready-go/makeready/template"
)

var fit = flag.Bool("fit", false, "fit the weights of evidence again and print them")

// An observation is the evidence for each category of one message, and which
// one is right: the number of categories when none is.
type observation struct {
	evidence [][standin.Kinds]float64
	right    int
	weight   float64
}

// Each set of development data weighs the same whatever its size, but for the
// example bank: its messages are judged without themselves, which leaves them
// without a near example more often than real ones.
const (
	bankWeight = 0.5
	oosWeight  = 0.1 // about one message in eleven is out of scope
	penalty    = 1e-4
	fitDraws   = 16
)

// TestFit fits the weights in classify.go: a conditional logit with the option
// "none", by gradient ascent. Only development data is used.
func TestFit(t *testing.T) {
	if !*fit {
		t.Skip("fitting takes a while: go test -run TestFit -fit -v")
	}
	var all []observation
	for _, name := range []string{"clinc150", "banking77"} {
		byIntent, names, oos := outside(t, name)
		var in, out []observation
		for i := range uint64(fitDraws) {
			d := newDraw(byIntent, names, oos, rand.New(rand.NewPCG(77, i)))
			prompt := loadPrompt(t, "classify/v1.0.yaml", template.BM25(d.bank))
			in = append(in, observe(t, prompt, d.categories, d.tests)...)
			out = append(out, observe(t, prompt, d.categories, d.oos)...)
		}
		all = append(append(all, weighed(in, 1)...), weighed(out, oosWeight)...)
	}
	categories, bank := shopCategories(t), shopBank(t)
	var in []observation
	prompt := loadPrompt(t, "classify/v1.0.yaml", withoutItself(bank))
	for _, e := range bank {
		in = append(in, observe(t, prompt, categories, []labeled{{e.Input, intentOf(t, e)}})...)
	}
	_, _, oos := outside(t, "clinc150")
	out := observe(t, loadPrompt(t, "classify/v1.0.yaml", nil), categories, oos[:300])
	all = append(append(all, weighed(in, bankWeight)...), weighed(out, oosWeight)...)

	w, none := fitWeights(all)
	t.Logf("weights %.2f, none %.2f", w, none)
	was, wasNone := standin.Weights()
	for k := range w {
		require.InDelta(t, was[k], w[k], 0.25, "the weights in classify.go are out of date")
	}
	require.InDelta(t, wasNone, none, 0.25)
}

func observe(tb testing.TB, prompt *template.File, categories []string, rows []labeled) []observation {
	tb.Helper()
	var out []observation
	m := newModel()
	for _, row := range rows {
		names, evidence := standin.Evidence(m, render(tb, prompt, map[string]any{"message": row.Input, "categories": categories}))
		right := slices.Index(names, row.Expected)
		if right < 0 {
			require.Equal(tb, outOfScope, row.Expected)
			right = len(names)
		}
		out = append(out, observation{evidence: evidence, right: right})
	}
	return out
}

// weighed gives observations a weight together.
func weighed(all []observation, weight float64) []observation {
	for i := range all {
		all[i].weight = weight / float64(len(all))
	}
	return all
}

func fitWeights(all []observation) (w [standin.Kinds]float64, none float64) {
	const steps, rate = 1500, 8.0
	var total float64
	for _, o := range all {
		total += o.weight
	}
	for range steps {
		var up [standin.Kinds]float64
		var upNone float64
		for _, o := range all {
			p := probabilities(o.evidence, w, none)
			for i, e := range o.evidence {
				d := -p[i]
				if i == o.right {
					d++
				}
				for k := range up {
					up[k] += o.weight * d * e[k]
				}
				upNone -= o.weight * d
			}
		}
		for k := range w {
			w[k] += rate * (up[k]/total - penalty*w[k])
		}
		none += rate * upNone / total
	}
	return w, none
}

// probabilities of the categories; what is left is that of none.
func probabilities(evidence [][standin.Kinds]float64, w [standin.Kinds]float64, none float64) []float64 {
	p := make([]float64, len(evidence))
	all := math.Exp(none)
	for i, e := range evidence {
		var sum float64
		for k := range w {
			sum += w[k] * e[k]
		}
		p[i] = math.Exp(sum)
		all += p[i]
	}
	for i := range p {
		p[i] /= all
	}
	return p
}
