package makeready

import (
	"fmt"
	"math"
	"math/bits"
	"strings"
)

// Money is an amount in nano-USD, 1e-9 US dollars: the range is about ±9.2
// billion dollars. Sums are exact.
type Money int64

// USD is one US dollar.
const USD Money = 1_000_000_000

// String prints dollars with as many digits as needed and at least two
// decimals: "$1.25", "$0.000123", "-$3.00".
func (m Money) String() string {
	sign, u := "", uint64(m) //nolint:gosec // two's complement is handled below
	if m < 0 {
		sign, u = "-", -u
	}
	frac := strings.TrimRight(fmt.Sprintf("%09d", u%uint64(USD)), "0")
	if len(frac) < 2 {
		frac += strings.Repeat("0", 2-len(frac))
	}
	return fmt.Sprintf("%s$%d.%s", sign, u/uint64(USD), frac)
}

// A Price is what tokens cost, in pico-USD (1e-12 US dollars) per token, which
// is the same number as micro-USD per million tokens. $0.15 per million is
// 150_000.
type Price struct {
	Input      int64 `json:"input"`
	CacheRead  int64 `json:"cache_read,omitempty"`
	CacheWrite int64 `json:"cache_write,omitempty"`
	Output     int64 `json:"output"`
}

// Cost is what u costs at this price. It is rounded once, up to the next
// nano-USD. Negative counts and prices count as zero, and an amount beyond the
// range of Money is the greatest Money: a cost is never less than the truth.
func (p Price) Cost(u Usage) Money {
	plain := max(u.Input, 0) - max(u.CacheRead, 0) - max(u.CacheWrite, 0)
	var hi, lo uint64
	for _, t := range [...]struct{ tokens, price int64 }{
		{plain, p.Input}, {u.CacheRead, p.CacheRead}, {u.CacheWrite, p.CacheWrite}, {u.Output, p.Output},
	} {
		h, l := bits.Mul64(uint64(max(t.tokens, 0)), uint64(max(t.price, 0)))
		var carry uint64
		lo, carry = bits.Add64(lo, l, 0)
		hi, _ = bits.Add64(hi, h, carry) // four products of 63 bits fit in 128
	}
	const pico = 1000 // pico-USD per nano-USD
	lo, carry := bits.Add64(lo, pico-1, 0)
	hi += carry
	if hi >= pico {
		return math.MaxInt64
	}
	q, _ := bits.Div64(hi, lo, pico)
	if q > math.MaxInt64 {
		return math.MaxInt64
	}
	return Money(q)
}
