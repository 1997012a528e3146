package stats_test

import (
	"encoding/json"
	"math"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready/eval/stats"
)

// Tolerances: figures that are fractions of counts, and ends of intervals and what else needs a quantile or a
// transcendental function. They are relative above 1.
const (
	exact = 1e-12
	loose = 1e-9
)

func near(t *testing.T, want, got, tolerance float64, what string) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > tolerance*math.Max(1, math.Abs(want)) {
		t.Fatalf("%s: got %.17g, want %.17g, off by %.2g", what, got, want, math.Abs(got-want))
	}
}

func dataFolder(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("MAKEREADY_DATA")
	if dir == "" {
		t.Skip("MAKEREADY_DATA is not set; see docs/data.md")
	}
	return dir
}

func readJSON(t *testing.T, file string, v any) {
	t.Helper()
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, v))
}

// loadBanks reads the predictions by split; the names are those of the reference file.
func loadBanks(t *testing.T, dir string) map[string]bank {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "intents", "banking77.predictions.jsonl"))
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	banks := map[string]bank{}
	for dec := json.NewDecoder(f); dec.More(); {
		var row struct {
			Split    string  `json:"split"`
			Expected string  `json:"expected"`
			Bayes    string  `json:"naive_bayes"`
			BayesC   float64 `json:"naive_bayes_confidence"`
			Other    string  `json:"centroid"`
			OtherC   float64 `json:"centroid_confidence"`
		}
		require.NoError(t, dec.Decode(&row))
		for _, split := range []string{"all", row.Split} {
			b := banks["banking77_test_"+split]
			b.labels = append(b.labels, row.Expected)
			b.first, b.second = append(b.first, row.Bayes), append(b.second, row.Other)
			b.bayes = append(b.bayes, stats.Prediction{Confidence: row.BayesC, Correct: row.Bayes == row.Expected})
			b.other = append(b.other, stats.Prediction{Confidence: row.OtherC, Correct: row.Other == row.Expected})
			banks["banking77_test_"+split] = b
		}
	}
	return banks
}

// TestReferenceValues reproduces every value of the reference file that belongs to this package. A key that no rule
// knows fails, and so does a rule that no key needs.
func TestReferenceValues(t *testing.T) {
	dir := dataFolder(t)
	r := &reference{banks: loadBanks(t, dir), used: map[string]bool{}}
	readJSON(t, filepath.Join(dir, "reference_values.json"), &r.root)

	// The most particular rule comes last in its list, so later rules win.
	all := rules()
	slices.Reverse(all)
	counts := map[string]int{}
	worst := map[float64]float64{}
	var walk func(at []string, v any)
	walk = func(at []string, v any) {
		key := strings.ReplaceAll(strings.Join(at, "\x00"), "/", "÷") // keys such as 17/20 hold slashes
		key = strings.ReplaceAll(key, "\x00", "/")
		i := slices.IndexFunc(all, func(r rule) bool {
			ok, err := path.Match(r.pattern, key)
			require.NoError(t, err)
			return ok
		})
		if i < 0 {
			m, ok := v.(map[string]any)
			if !ok {
				t.Errorf("%s: no rule; compute it, or say which package it belongs to", key)
				return
			}
			for k, child := range m {
				walk(append(slices.Clip(at), k), child)
			}
			return
		}
		r.used[all[i].pattern] = true
		if all[i].compute == nil {
			counts[all[i].reason]++
			return
		}
		want := numbers(t, key, v)
		got := all[i].compute(t, r, at)
		require.Len(t, got, len(want), key)
		for j := range want {
			near(t, want[j], got[j], all[i].within, key)
			off := math.Abs(got[j]-want[j]) / math.Max(1, math.Abs(want[j]))
			worst[all[i].within] = math.Max(worst[all[i].within], off)
			counts["checked"]++
		}
	}
	walk(nil, any(r.root))
	for _, rule := range all {
		if !r.used[rule.pattern] {
			t.Errorf("rule %s matches no key", rule.pattern)
		}
	}
	require.Greater(t, counts["checked"], 200)
	t.Logf("%d values reproduced; greatest deviation %.1g of %.0g and %.1g of %.0g; others: %v",
		counts["checked"], worst[exact], exact, worst[loose], loose, counts)
}

// numbers reads a number, a list of them, or an exact fraction such as "13/20".
func numbers(t *testing.T, key string, v any) []float64 {
	t.Helper()
	switch v := v.(type) {
	case float64:
		return []float64{v}
	case string:
		k := ints(t, "%d/%d", v)
		return []float64{float64(k[0]) / float64(k[1])}
	case []any:
		var out []float64
		for _, x := range v {
			out = append(out, numbers(t, key, x)...)
		}
		return out
	}
	t.Fatalf("%s: %T is no number", key, v)
	return nil
}
