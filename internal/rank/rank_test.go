package rank_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready/internal/rank"
)

func ExampleIndex_Top() {
	index := rank.New([]string{
		"Where is my parcel?",
		"The kettle leaks.",
		"My parcel arrived with a leaking kettle inside.",
	})
	for _, hit := range index.Top("a leaking kettle", 2) {
		fmt.Printf("%d %.2f\n", hit.Doc, hit.Score)
	}
	// Output:
	// 2 1.54
	// 1 1.12
}

func ExampleTerms() {
	fmt.Println(slices.Collect(rank.Terms("The shop's deliveries weren't delayed in 2026.")))
	// Output: [the shop deliver werent delay in 2026]
}

func ExampleStem() {
	fmt.Println(rank.Stem("cancellation"), rank.Stem("canceled"), rank.Stem("cancels"))
	// Output: cancel cancel cancel
}

// The scores are worked out by hand: three texts of 2, 3 and 4 terms, mean 3.
//
//	"red"   in 2 of 3: idf = ln(1 + 1.5/2.5) = ln 1.6
//	"green" in 1 of 3: idf = ln(1 + 2.5/1.5) = ln (8/3)
//	length norm of a text with l terms: 1.2·(0.25 + 0.75·l/3) = 0.3 + 0.3·l
//	weight of a term that occurs n times: idf · n·2.2/(n + norm)
func TestScores(t *testing.T) {
	index := rank.New([]string{"red blue", "red gray red", "green gray blue pink"})
	red, green := math.Log(1.6), math.Log(8.0/3)
	tests := []struct {
		query string
		k     int
		want  []rank.Hit
	}{
		{"red", 9, []rank.Hit{{1, red * 2 * 2.2 / (2 + 1.2)}, {0, red * 2.2 / (1 + 0.9)}}},
		{"red", 1, []rank.Hit{{1, red * 2 * 2.2 / (2 + 1.2)}}},
		{"green", 9, []rank.Hit{{2, green * 2.2 / (1 + 1.5)}}},
		{"red green", 9, []rank.Hit{{2, green * 2.2 / 2.5}, {1, red * 2 * 2.2 / 3.2}, {0, red * 2.2 / 1.9}}},
		{"Red, RED reds!", 1, []rank.Hit{{1, red * 2 * 2.2 / 3.2}}}, // a repeated term counts once
		{"yellow", 9, nil},
		{"", 9, nil},
		{"red", 0, nil},
		{"red", -1, nil},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.query, tt.k), func(t *testing.T) {
			got := index.Top(tt.query, tt.k)
			require.Empty(t, cmp.Diff(tt.want, got, cmpopts.EquateEmpty(), cmpopts.EquateApprox(0, 1e-12)))
		})
	}
}

func TestTiesGoToTheLowerText(t *testing.T) {
	index := rank.New([]string{"red", "blue", "red", "red", "red"})
	for k := range 6 {
		got := index.Top("red", k)
		want := []int{0, 2, 3, 4}[:min(k, 4)]
		require.Len(t, got, len(want))
		for i, h := range got {
			require.Equal(t, want[i], h.Doc)
		}
	}
}

func TestEmptyIndexes(t *testing.T) {
	require.Empty(t, rank.New(nil).Top("red", 3))
	require.Empty(t, rank.New([]string{"", "?!"}).Top("red", 3))
}

func TestTerms(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"case and punctuation", "Hello, WORLD! (again)", []string{"hello", "world", "again"}},
		{"digits", "order 4417, $6.90", []string{"order", "4417", "6", "90"}},
		{"apostrophes", "don't the shop's 'quoted' boys' ’tis it's", []string{"dont", "the", "shop", "quot", "boy", "tis", "it"}},
		{"typographic apostrophe", "wasn’t Peter’s", []string{"wasnt", "peter"}},
		{"apostrophe before a long s-word", "o'some", []string{"osom"}},
		{"other scripts", "Größe ЗАКАЗ 注文 हिन्दी", []string{"größe", "заказ", "注文", "हिन्दी"}},
		{"combining marks", "cafe\u0301s", []string{"cafe\u0301s"}},
		{"not UTF-8", "red\xff\xfegray\xc3", []string{"red", "gray"}},
		{"replacement character", "red\ufffdgray", []string{"red", "gray"}},
		{"emoji separate", "red🎈gray", []string{"red", "gray"}},
		{"nothing", " \t\n—!", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, slices.Collect(rank.Terms(tt.text)))
		})
	}
}

func TestTermsCanBeLeftEarly(t *testing.T) {
	for _, text := range []string{"one two three", "one's two", "'one' two", "one"} {
		n := 0
		for range rank.Terms(text) {
			n++
			break
		}
		require.Equal(t, 1, n, text)
	}
}

func TestStemJoinsForms(t *testing.T) {
	for _, forms := range []string{
		"charge charges charged charging",
		"cancel cancels canceled canceling cancellation",
		"control controls controlled controlling",
		"deliver delivers delivered delivery deliveries",
		"install installs installed installation",
		"activate activated activating activation",
		"pay pays paying payment payments",
		"ship ships shipped shipping shipment",
		"verify verifies verified verifying verification",
		"renew renewed renewal renewals",
		"stop stops stopped stopping",
		"box boxes",
		"category categories",
		"refund refunded refundable",
		"reliable reliably",
		"fresh freshness",
		"month monthly",
		"extend extends extended",
		"locate located location",
	} {
		words := strings.Fields(forms)
		for _, w := range words[1:] {
			require.Equal(t, rank.Stem(words[0]), rank.Stem(w), forms)
		}
	}
}

func TestStemKeepsApart(t *testing.T) {
	pairs := [][2]string{
		{"good", "goods"},
		{"new", "news"},
		{"sign", "signal"},
		{"install", "installment"},
		{"late", "latte"},
		{"us", "use"},
		{"star", "station"},
		{"need", "ned"},
	}
	for _, pair := range pairs {
		require.NotEqual(t, rank.Stem(pair[0]), rank.Stem(pair[1]), pair)
	}
	for _, w := range []string{"", "a", "is", "this", "4417", "status", "analysis", "bring", "red", "feed"} {
		require.Equal(t, w, rank.Stem(w))
	}
}

// Hits are in order, a smaller k is a prefix of a larger one, and the order of
// the texts does not matter.
func TestProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	vocabulary := strings.Fields("red blue green gray pink teal lime navy plum rust sand snow")
	text := func() string {
		words := make([]string, 1+r.IntN(8))
		for i := range words {
			words[i] = vocabulary[r.IntN(len(vocabulary))]
		}
		return strings.Join(words, " ")
	}
	for range 200 {
		docs := make([]string, 1+r.IntN(20))
		for i := range docs {
			docs[i] = text()
		}
		query := text()
		index := rank.New(docs)
		all := index.Top(query, len(docs))
		require.True(t, slices.IsSortedFunc(all, func(a, b rank.Hit) int {
			if a.Score != b.Score {
				return int(math.Copysign(1, b.Score-a.Score))
			}
			return a.Doc - b.Doc
		}))
		for _, h := range all {
			require.Positive(t, h.Score)
		}
		for k := range len(docs) + 2 {
			require.True(t, slices.Equal(all[:min(k, len(all))], index.Top(query, k)))
		}
		scores := make(map[string]float64)
		for _, h := range all {
			scores[docs[h.Doc]] = h.Score
		}
		shuffled := slices.Clone(docs)
		r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		for _, h := range rank.New(shuffled).Top(query, len(docs)) {
			require.InDelta(t, scores[shuffled[h.Doc]], h.Score, 1e-12)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	docs := []string{"red blue", "blue green", "green red", "gray"}
	index := rank.New(docs)
	want := index.Top("red green", 3)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 500 {
				if got := index.Top("red green", 3); !slices.Equal(want, got) {
					t.Errorf("got %v, want %v", got, want)
					return
				}
			}
		})
	}
	wg.Wait()
}

// A query allocates its answer and nothing that grows with the index. The race
// detector makes pools forget, which costs the working memory now and then.
func TestAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector drops what a pool keeps")
	}
	docs := make([]string, 500)
	for i := range docs {
		docs[i] = fmt.Sprintf("message number %d about a parcel that is late", i)
	}
	index := rank.New(docs)
	allocs := testing.AllocsPerRun(100, func() { index.Top("where is my late parcel, number 17?", 3) })
	require.LessOrEqual(t, allocs, 6.0)
}

func FuzzTop(f *testing.F) {
	f.Add("red blue\ngreen", "Red's it’s", 2)
	f.Add("\xff\n", "ies ied ing ation", 1)
	f.Fuzz(func(t *testing.T, docs, query string, k int) {
		texts := strings.Split(docs, "\n")
		hits := rank.New(texts).Top(query, k)
		require.LessOrEqual(t, len(hits), max(0, min(k, len(texts))))
		for _, h := range hits {
			require.Positive(t, h.Score)
			require.False(t, math.IsInf(h.Score, 0) || math.IsNaN(h.Score))
		}
		for term := range rank.Terms(query) {
			require.NotEmpty(t, term)
			require.LessOrEqual(t, len(term), 2*len(query))
		}
	})
}

func BenchmarkTop(b *testing.B) {
	for _, n := range []int{160, 10_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 2))
			docs := make([]string, n)
			for i := range docs {
				var words []string
				for range 12 {
					words = append(words, fmt.Sprintf("word%c%d", 'a'+r.IntN(26), r.IntN(40)))
				}
				docs[i] = strings.Join(words, " ")
			}
			index := rank.New(docs)
			b.ReportAllocs()
			for b.Loop() {
				index.Top(docs[7], 3)
			}
		})
	}
}
