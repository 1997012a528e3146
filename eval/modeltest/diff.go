package modeltest

import (
	"slices"
	"strings"
)

// similarity says how much two texts have in common: twice their common words,
// counted as often as they occur, by all their words (Dice's coefficient).
func similarity(a, b string) float64 {
	words := map[string]int{}
	total, common := 0, 0
	for w := range strings.FieldsSeq(a) {
		words[w]++
		total++
	}
	for w := range strings.FieldsSeq(b) {
		total++
		if words[w] > 0 {
			words[w]--
			common++
		}
	}
	if total == 0 {
		return 1
	}
	return 2 * float64(common) / float64(total)
}

const (
	// diffLines bounds the table of a diff, and with it time and memory.
	diffLines = 1000
	// diffContext is how many equal lines stand around a difference.
	diffContext = 2
	// diffWidth is how much of a line is shown.
	diffWidth = 160
)

// diff shows the lines that a has and b has not with "-", the other way round
// with "+", and a little of what is around them.
func diff(a, b string) string {
	x, y := strings.Split(strings.TrimSuffix(a, "\n"), "\n"), strings.Split(strings.TrimSuffix(b, "\n"), "\n")
	head := 0
	for head < min(len(x), len(y)) && x[head] == y[head] {
		head++
	}
	tail := 0
	for tail < min(len(x), len(y))-head && x[len(x)-1-tail] == y[len(y)-1-tail] {
		tail++
	}
	lines := edits(x[head:len(x)-tail], y[head:len(y)-tail])
	before, after := mark(" ", x[:head]), mark(" ", x[len(x)-tail:])
	lines = slices.Concat(before, lines, after)
	skipEqual(lines)
	return render(lines)
}

// skipEqual shortens long lines that were replaced by long lines to where they
// differ: a prompt is often one line.
func skipEqual(lines []string) {
	const lead = 40
	for from := 0; from < len(lines); from++ {
		minus := from
		for minus < len(lines) && lines[minus][0] == '-' {
			minus++
		}
		n := 0
		for minus+n < len(lines) && from+n < minus && lines[minus+n][0] == '+' {
			a, b := lines[from+n], lines[minus+n]
			same := 1
			for same < min(len(a), len(b)) && a[same] == b[same] {
				same++
			}
			if cut := len(wholeRunes(a[1:], max(same-lead, 0))); same > 2*lead {
				lines[from+n], lines[minus+n] = "-… "+a[1+cut:], "+… "+b[1+cut:]
			}
			n++
		}
		from = max(from, minus+n-1)
	}
}

// edits is the shortest way from x to y, by their longest common subsequence.
// Beyond diffLines everything counts as changed.
func edits(x, y []string) []string {
	if len(x) > diffLines || len(y) > diffLines {
		return append(mark("-", x), mark("+", y)...)
	}
	common := make([][]int16, len(x)+1) // of x[i:] and y[j:]
	for i := range common {
		common[i] = make([]int16, len(y)+1)
	}
	for i, line := range slices.Backward(x) {
		for j := len(y) - 1; j >= 0; j-- {
			if line == y[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var out []string
	i, j := 0, 0
	for i < len(x) && j < len(y) {
		switch {
		case x[i] == y[j]:
			out = append(out, " "+x[i])
			i++
			j++
		case common[i+1][j] >= common[i][j+1]:
			out = append(out, "-"+x[i])
			i++
		default:
			out = append(out, "+"+y[j])
			j++
		}
	}
	return slices.Concat(out, mark("-", x[i:]), mark("+", y[j:]))
}

func mark(sign string, lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = sign + l
	}
	return out
}

// render leaves out equal lines that are far from a difference, and cuts long
// ones.
func render(lines []string) string {
	near := make([]bool, len(lines))
	for i, l := range lines {
		if l[0] != ' ' {
			for j := max(i-diffContext, 0); j <= min(i+diffContext, len(lines)-1); j++ {
				near[j] = true
			}
		}
	}
	var b strings.Builder
	for i, l := range lines {
		switch {
		case near[i]:
			if short := wholeRunes(l, diffWidth); short != l {
				l = short + " …"
			}
			b.WriteString(l + "\n")
		case i == 0 || near[i-1]:
			b.WriteString(" …\n")
		}
	}
	return b.String()
}
