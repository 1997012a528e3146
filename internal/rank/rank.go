// Package rank finds the texts of a collection that are nearest to a query, by
// the words they share: BM25 over an index that is built once.
//
// It is meant for collections of short texts, such as a bank of examples or a
// shelf of policy passages: everything is held in memory, and a query costs
// time in proportion to its own length and to the number of texts that hold
// one of its words.
package rank

import (
	"math"
	"slices"
	"sync"
)

// The parameters of BM25, from the ranges that Robertson and Zaragoza give as
// reasonably good in many circumstances, 1.2 < k1 < 2 and 0.5 < b < 0.8 (The
// Probabilistic Relevance Framework: BM25 and Beyond, 2009, section 3.4). They
// were not tuned on any data.
const (
	k1 = 1.2  // how soon further occurrences of a word stop counting
	b  = 0.75 // how much a long text is held back, 0 to 1
)

// An Index ranks the texts it was built from. It is immutable and safe for
// concurrent use.
type Index struct {
	terms map[string]int32 // → place in first
	// first[t] to first[t+1] are the postings of term t.
	first    []int32
	postings []posting
	docs     int
	scratch  sync.Pool // of *scratch
}

// A posting is what one term adds to the score of one text.
type posting struct {
	doc    int32
	weight float64
}

// scratch is the working memory of a query, all zero between queries.
type scratch struct {
	scores  []float64 // by text
	touched []int32   // texts whose score is not zero
	seen    []bool    // by term
	asked   []int32   // terms of the query
	buf     []byte
}

// A Hit is a text that matches a query.
type Hit struct {
	// Doc is the text's place in the slice given to [New].
	Doc int
	// Score is greater than zero. It has no unit and no upper bound: it
	// compares hits of one query and nothing else.
	Score float64
}

// New builds the index of docs, which it does not keep. An empty text is never
// found.
func New(docs []string) *Index {
	x := &Index{terms: make(map[string]int32), docs: len(docs)}
	type count struct{ doc, n int32 }
	var counts [][]count // by term
	lengths := make([]int, len(docs))
	total := 0
	var buf []byte
	for d, text := range docs {
		buf = scan(text, buf, func(term []byte) bool {
			t, ok := x.terms[string(term)]
			if !ok {
				t = int32(len(counts)) //nolint:gosec // far fewer words than 2³¹
				x.terms[string(term)] = t
				counts = append(counts, nil)
			}
			lengths[d]++
			if c := counts[t]; len(c) > 0 && c[len(c)-1].doc == int32(d) { //nolint:gosec // as above
				c[len(c)-1].n++
			} else {
				counts[t] = append(c, count{int32(d), 1}) //nolint:gosec // as above
			}
			return true
		})
		total += lengths[d]
	}
	mean := float64(total) / float64(max(1, len(docs)))
	x.first = make([]int32, 1, len(counts)+1)
	for _, c := range counts {
		idf := inverseFrequency(len(docs), len(c))
		for _, c := range c {
			n := float64(c.n)
			norm := k1 * (1 - b + b*float64(lengths[c.doc])/mean)
			x.postings = append(x.postings, posting{c.doc, idf * n * (k1 + 1) / (n + norm)})
		}
		x.first = append(x.first, int32(len(x.postings))) //nolint:gosec // as above
	}
	return x
}

// inverseFrequency weighs a term that occurs in n of docs texts. It is the
// weight of Robertson and Spärck Jones with one added inside the logarithm:
// without it, a term that most texts hold would count against them.
func inverseFrequency(docs, n int) float64 {
	return math.Log1p((float64(docs-n) + 0.5) / (float64(n) + 0.5))
}

// Top returns the at most k texts that share a term with the query, best
// first, and of equal texts the lower one first. A term counts once however
// often the query repeats it, so a long query cannot cost more than its length
// and the index together.
func (x *Index) Top(query string, k int) []Hit {
	if k <= 0 || x.docs == 0 {
		return nil
	}
	s, _ := x.scratch.Get().(*scratch)
	if s == nil {
		s = &scratch{scores: make([]float64, x.docs), seen: make([]bool, len(x.terms))}
	}
	s.buf = scan(query, s.buf, func(term []byte) bool {
		if t, ok := x.terms[string(term)]; ok && !s.seen[t] {
			s.seen[t] = true
			s.asked = append(s.asked, t)
		}
		return true
	})
	for _, t := range s.asked {
		s.seen[t] = false
		for _, p := range x.postings[x.first[t]:x.first[t+1]] {
			if s.scores[p.doc] == 0 {
				s.touched = append(s.touched, p.doc)
			}
			s.scores[p.doc] += p.weight
		}
	}
	hits := best(s, k)
	for _, d := range s.touched {
		s.scores[d] = 0
	}
	s.touched, s.asked = s.touched[:0], s.asked[:0]
	x.scratch.Put(s)
	return hits
}

// best picks the k best of the texts touched. It keeps the hits so far sorted,
// so that a text that is not among them costs one comparison.
func best(s *scratch, k int) []Hit {
	hits := make([]Hit, 0, min(k, len(s.touched)))
	if k >= len(s.touched) {
		for _, d := range s.touched {
			hits = append(hits, Hit{int(d), s.scores[d]})
		}
		slices.SortFunc(hits, compare)
		return hits
	}
	for _, d := range s.touched {
		h := Hit{int(d), s.scores[d]}
		if len(hits) == k && compare(h, hits[k-1]) > 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(hits, h, compare)
		if len(hits) == k {
			hits = hits[:k-1]
		}
		hits = slices.Insert(hits, at, h)
	}
	return hits
}

func compare(a, b Hit) int {
	switch {
	case a.Score > b.Score:
		return -1
	case a.Score < b.Score:
		return 1
	default:
		return a.Doc - b.Doc
	}
}
