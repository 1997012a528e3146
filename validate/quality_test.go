package validate_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready/validate"
)

// qualityCase is a case of the data folder.
type qualityCase struct {
	ID         string          `json:"id"`
	Source     string          `json:"source"`
	Input      string          `json:"input"`
	Expected   string          `json:"expected"`
	Schema     json.RawMessage `json:"schema"`
	Inferred   json.RawMessage `json:"schema_inferred"`
	Fail       bool            `json:"fail"`
	NullAbsent bool            `json:"null_absent"`
}

// dataFolder is where the cases are. They are other people's texts, so they are
// no part of the project.
func dataFolder(tb testing.TB) string {
	tb.Helper()
	dir := os.Getenv("MAKEREADY_DATA")
	if dir == "" {
		tb.Skip("MAKEREADY_DATA does not name the folder with the cases")
	}
	return dir
}

func qualityCases(tb testing.TB, name string) []qualityCase {
	tb.Helper()
	f, err := os.Open(filepath.Join(dataFolder(tb), "json", name))
	require.NoError(tb, err)
	defer f.Close()
	var cases []qualityCase
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<22)
	for lines.Scan() {
		var c qualityCase
		require.NoError(tb, json.Unmarshal(lines.Bytes(), &c))
		cases = append(cases, c)
	}
	require.NoError(tb, lines.Err())
	return cases
}

func (c *qualityCase) schema() []byte {
	for _, s := range []json.RawMessage{c.Schema, c.Inferred} {
		if len(s) > 0 && !bytes.Equal(s, []byte("null")) {
			return s
		}
	}
	return []byte("{}")
}

// Most damaged texts are understood, and hardly any is misunderstood.
func TestQuality(t *testing.T) {
	type tally struct{ n, solved, wrong, errors int }
	total, sources := tally{}, map[string]*tally{}
	for _, c := range qualityCases(t, "dev.jsonl") {
		s := sources[c.Source]
		if s == nil {
			s = &tally{}
			sources[c.Source] = s
		}
		p, err := validate.FromSchema(c.schema())
		require.NoError(t, err, c.ID)
		got, err := p.Parse(t.Context(), c.Input)
		verdict := &s.solved
		switch {
		case err != nil && !c.Fail:
			verdict = &s.errors
			t.Logf("error  %s: %v", c.ID, err)
		case err == nil && (c.Fail || !sameJSON(t, c.Expected, got.JSON, c.NullAbsent)):
			verdict = &s.wrong
			t.Logf("WRONG  %s: %.300s", c.ID, got.JSON)
		}
		*verdict++
		s.n++
	}
	for name, s := range sources {
		t.Logf("%-28s %3d solved %5.1f %%  wrong %d  errors %d", name, s.n, 100*float64(s.solved)/float64(s.n), s.wrong, s.errors)
		total.n, total.solved, total.wrong, total.errors = total.n+s.n, total.solved+s.solved, total.wrong+s.wrong, total.errors+s.errors
		require.True(t, float64(s.solved) >= .95*float64(s.n) || s.n < 40 && s.n-s.solved <= 1, name)
	}
	t.Logf("total %d solved %.2f %%  wrong %d  errors %d", total.n, 100*float64(total.solved)/float64(total.n), total.wrong, total.errors)
	require.GreaterOrEqual(t, float64(total.solved), .98*float64(total.n))
	require.LessOrEqual(t, float64(total.wrong), .005*float64(total.n))
}

func sameJSON(tb testing.TB, a, b string, nullAbsent bool) bool {
	tb.Helper()
	return canonical(tb, a, nullAbsent) == canonical(tb, b, nullAbsent)
}

// canonical writes JSON so that equal values are equal texts.
func canonical(tb testing.TB, text string, nullAbsent bool) string {
	tb.Helper()
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.UseNumber()
	var v any
	require.NoError(tb, d.Decode(&v), text)
	return write(v, nullAbsent)
}

func write(v any, nullAbsent bool) string {
	switch v := v.(type) {
	case json.Number:
		r, ok := new(big.Rat).SetString(v.String())
		if !ok {
			return "?" + v.String()
		}
		return r.RatString()
	case []any:
		s := "["
		var sSb128 strings.Builder
		for _, item := range v {
			sSb128.WriteString(write(item, nullAbsent) + ",")
		}
		s += sSb128.String()
		return s + "]"
	case map[string]any:
		var members []string
		for k, item := range v {
			if item != nil || !nullAbsent {
				members = append(members, fmt.Sprintf("%q:%s,", k, write(item, nullAbsent)))
			}
		}
		slices.Sort(members)
		s := "{"
		var sSb141 strings.Builder
		for _, m := range members {
			sSb141.WriteString(m)
		}
		s += sSb141.String()
		return s + "}"
	}
	return fmt.Sprintf("%#v", v)
}
