package standin

import "github.com/makeready-go/makeready"

// Kinds is the number of kinds of evidence.
const Kinds = int(kinds)

// Evidence returns the categories that a classification prompt lists, and the
// evidence for each.
func Evidence(m makeready.Model, messages []makeready.Message) ([]string, [][Kinds]float64) {
	r := read(messages)
	own, _ := m.(*model)
	j := own.lexicon.newJudge(r.categories, r.examples)
	var names []string
	var all [][Kinds]float64
	for i, e := range j.weigh(r.message) {
		names = append(names, j.options[i].name)
		all = append(all, e)
	}
	return names, all
}

// Weights returns what evidence weighs, and what the thought that no category
// fits weighs.
func Weights() ([Kinds]float64, float64) { return weights, weightNone }
