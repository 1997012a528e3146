package standin_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready/template"
)

// The set-up of the measurement on outside data: eight intents with twenty
// examples each, drawn again and again.
const (
	drawIntents  = 8
	drawExamples = 20
	drawTests    = 50  // messages per intent at most
	drawOOS      = 100 // messages out of scope
)

// A draw is one classification task: categories, a bank and messages.
type draw struct {
	categories []string
	bank       []template.Example
	tests      []labeled
	oos        []labeled
}

func newDraw(byIntent map[string][]labeled, names []string, oos []labeled, r *rand.Rand) draw {
	var d draw
	for _, i := range r.Perm(len(names))[:drawIntents] {
		d.categories = append(d.categories, names[i])
		rows := byIntent[names[i]]
		for n, k := range r.Perm(len(rows)) {
			switch {
			case n < drawExamples:
				d.bank = append(d.bank, rows[k].example())
			case n < drawExamples+drawTests:
				d.tests = append(d.tests, rows[k])
			}
		}
	}
	if len(oos) > 0 {
		for _, i := range r.Perm(len(oos))[:drawOOS] {
			d.oos = append(d.oos, oos[i])
		}
	}
	return d
}

// atRandom selects examples without looking at the query.
func atRandom(bank []template.Example, r *rand.Rand) template.ExampleSelector {
	return template.ExampleSelectorFunc(func(_ context.Context, _ string, k int) ([]template.Example, error) {
		var out []template.Example
		for _, i := range r.Perm(len(bank))[:k] {
			out = append(out, bank[i])
		}
		return out, nil
	})
}

// A tally counts what became of messages.
type tally struct {
	n, right                       int
	answered, answeredRight        int // confidence ≥ .7
	automatic, automaticRight      int // confidence ≥ .9
	oos, oosAnswered, oosAutomatic int
}

func (c *tally) add(o tally) {
	c.n += o.n
	c.right += o.right
	c.answered += o.answered
	c.answeredRight += o.answeredRight
	c.automatic += o.automatic
	c.automaticRight += o.automaticRight
	c.oos += o.oos
	c.oosAnswered += o.oosAnswered
	c.oosAutomatic += o.oosAutomatic
}

func (c *tally) note(got classified, want string) {
	automatic := got.answers() && got.Confidence >= 0.9
	if want == outOfScope {
		c.oos++
		c.oosAnswered += count(got.answers())
		c.oosAutomatic += count(automatic)
		return
	}
	right := got.Intent == want
	c.n++
	c.right += count(right)
	c.answered += count(got.answers())
	c.answeredRight += count(got.answers() && right)
	c.automatic += count(automatic)
	c.automaticRight += count(automatic && right)
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// rate gives a proportion with its 95 % Wilson interval. Messages of one draw
// share its bank, so the interval is a little too narrow.
func rate(k, n int) string {
	if n == 0 {
		return "none"
	}
	const z = 1.96
	p, m := float64(k)/float64(n), float64(n)
	mid := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return fmt.Sprintf("%.3f [%.3f, %.3f] of %d", p, mid-half, mid+half, n)
}

func (c *tally) log(tb testing.TB, name string) {
	tb.Helper()
	tb.Logf("%s: right %s", name, rate(c.right, c.n))
	tb.Logf("%s: confidence ≥ .7 for %s, of them right %s", name, rate(c.answered, c.n), rate(c.answeredRight, c.answered))
	tb.Logf("%s: confidence ≥ .9 for %s, of them right %s", name, rate(c.automatic, c.n), rate(c.automaticRight, c.automatic))
	if c.oos > 0 {
		tb.Logf("%s: out of scope and answered %s, automatically %s", name, rate(c.oosAnswered, c.oos), rate(c.oosAutomatic, c.oos))
	}
}

func share(k, n int) float64 { return float64(k) / float64(max(n, 1)) }

func TestOutsideData(t *testing.T) {
	draws, randomDraws := uint64(20), uint64(10)
	if raced {
		draws, randomDraws = 2, 1
	}
	tests := []struct {
		name        string
		min         float64 // with the three nearest examples
		minCoverage float64
		maxOOS      float64
	}{
		{"clinc150", 0.93, 0.75, 0.15},
		{"banking77", 0.90, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			byIntent, names, oos := outside(t, tt.name)
			var selected, random tally
			var mu sync.Mutex
			var wg sync.WaitGroup
			turns := make(chan uint64, draws)
			for i := range draws {
				turns <- i
			}
			close(turns)
			for range 2 {
				wg.Go(func() {
					for i := range turns {
						r := rand.New(rand.NewPCG(1, i))
						d := newDraw(byIntent, names, oos, r)
						near := d.run(t, template.BM25(d.bank))
						var other tally
						if i < randomDraws {
							other = d.run(t, atRandom(d.bank, r))
						}
						mu.Lock()
						selected.add(near)
						random.add(other)
						mu.Unlock()
					}
				})
			}
			wg.Wait()
			selected.log(t, "three nearest examples")
			t.Logf("three random examples: right %s", rate(random.right, random.n))
			require.GreaterOrEqual(t, share(selected.right, selected.n), tt.min)
			require.Greater(t, share(selected.right, selected.n), share(random.right, random.n)+0.1)
			if tt.maxOOS > 0 {
				require.LessOrEqual(t, share(selected.oosAnswered, selected.oos), tt.maxOOS)
				require.GreaterOrEqual(t, share(selected.answered, selected.n), tt.minCoverage)
			}
		})
	}
}

func (d draw) run(tb testing.TB, examples template.ExampleSelector) tally {
	tb.Helper()
	var c tally
	m := newModel()
	prompt := loadPrompt(tb, "classify/v1.0.yaml", examples)
	for _, row := range d.tests {
		c.note(classify(tb, m, prompt, d.categories, row.Input), row.Expected)
	}
	for _, row := range d.oos {
		c.note(classify(tb, m, prompt, d.categories, row.Input), outOfScope)
	}
	return c
}
