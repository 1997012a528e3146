package template

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/makeready-go/makeready/internal/rank"
)

// An Example shows the model one input and the output wanted for it.
type Example struct {
	Input  string
	Output string
	// Notes are for the people who curate the examples. They are never
	// rendered and never part of a digest.
	Notes string
}

// An ExampleSelector chooses examples for a query.
//
// Select returns at most k examples, the most useful one first. It must be safe
// for concurrent use, and the same query should get the same examples: a
// prompt that changes from call to call cannot be reproduced. What it returns
// is rendered as text of the prompt's author, so a selector over text that
// users wrote is a way for injections. An error fails the rendering.
type ExampleSelector interface {
	Select(ctx context.Context, query string, k int) ([]Example, error)
}

// ExampleSelectorFunc is an ExampleSelector made of a function.
type ExampleSelectorFunc func(ctx context.Context, query string, k int) ([]Example, error)

// Select calls f.
func (f ExampleSelectorFunc) Select(ctx context.Context, query string, k int) ([]Example, error) {
	return f(ctx, query, k)
}

// BM25 selects the examples whose inputs share the rarest words with the
// query, as [Okapi BM25] weighs them, at no cost but some microseconds.
//
// The same query gets the same examples in whatever order the bank is given:
// ties are broken by a hash of the examples' content. Where fewer than k
// examples share a word with the query, the rest are taken in that same order,
// so that the prompt shows its k examples of the format for any query.
//
// [Okapi BM25]: https://doi.org/10.1561/1500000019
func BM25(bank []Example) ExampleSelector {
	sorted := slices.Clone(bank)
	sortByContent(sorted)
	inputs := make([]string, len(sorted))
	for i, e := range sorted {
		inputs[i] = e.Input
	}
	return &bm25{bank: sorted, index: rank.New(inputs)}
}

type bm25 struct {
	bank  []Example // sorted by content
	index *rank.Index
}

func (s *bm25) Select(_ context.Context, query string, k int) ([]Example, error) {
	k = min(max(k, 0), len(s.bank))
	hits := s.index.Top(query, k)
	chosen := make([]Example, 0, k)
	for _, h := range hits {
		chosen = append(chosen, s.bank[h.Doc])
	}
	if len(chosen) == k {
		return chosen, nil
	}
	taken := make([]bool, len(s.bank))
	for _, h := range hits {
		taken[h.Doc] = true
	}
	for i := 0; len(chosen) < k; i++ {
		if !taken[i] {
			chosen = append(chosen, s.bank[i])
		}
	}
	return chosen, nil
}

// sortByContent sorts by a hash, and not by the alphabet, whose first entries
// would have too much in common.
func sortByContent(bank []Example) {
	type keyed struct {
		key     [sha256.Size]byte
		example Example
	}
	all := make([]keyed, len(bank))
	for i, e := range bank {
		all[i] = keyed{sha256.Sum256([]byte(strconv.Itoa(len(e.Input)) + ":" + e.Input + e.Output)), e}
	}
	slices.SortFunc(all, func(a, b keyed) int {
		return cmp.Or(bytes.Compare(a.key[:], b.key[:]), strings.Compare(a.example.Notes, b.example.Notes))
	})
	for i := range all {
		bank[i] = all[i].example
	}
}

var (
	bankKeys    = []string{"examples"}                 //archtest:table keys of the file format
	exampleKeys = []string{"input", "output", "notes"} //archtest:table keys of the file format
)

// ParseExamples reads a bank of examples: a YAML file with one key, examples,
// whose value lists mappings with the texts input and output and, if wanted,
// notes. The file's name is for errors, which give line and column. What a
// prompt file may not hold, a bank may not either: see the package comment.
func ParseExamples(filename string, src []byte) ([]Example, error) {
	d, root := readDocument(filename, src)
	var bank []Example
	if root != nil {
		list := d.mapping(root, "the example file", bankKeys)["examples"]
		if list == nil && len(d.problems) == 0 {
			d.reportAtf(root, "examples are missing")
		}
		bank = d.examples(list)
	}
	if err := d.err(); err != nil {
		return nil, err
	}
	return bank, nil
}

// examples reads the list n, which may be missing.
func (d *document) examples(n *yaml.Node) []Example {
	if n == nil {
		return nil
	}
	items := d.list(n, "examples")
	if len(items) == 0 && n.Kind == yaml.SequenceNode {
		d.reportAtf(n, "the list of examples is empty")
	}
	bank := make([]Example, 0, len(items))
	for _, item := range items {
		m := d.mapping(item, "an example", exampleKeys)
		if m == nil {
			continue
		}
		bank = append(bank, Example{
			Input:  d.required(m["input"], item, "input"),
			Output: d.required(m["output"], item, "output"),
			Notes:  d.scalar(m["notes"], "notes"),
		})
	}
	return bank
}
