package validate

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/makeready-go/makeready"
)

// Parse finds the JSON value in the text of a model, repairs it as far as the
// [Level] allows, fits it to the schema, checks it and decodes it. The error is
// an [*makeready.InvalidError] if the text will not do, an [*makeready.Exit] if
// the model says that it does not know. The package documentation has the
// rules.
//
// The context is for checks that take time; reading is not interrupted.
func (p *Parser[T]) Parse(ctx context.Context, text string) (Result[T], error) {
	result := Result[T]{Raw: text}
	if p == nil || p.gate == nil {
		return result, errors.New("validate: the parser was not made by For")
	}
	a, err := p.read(text)
	if err != nil {
		return result, err
	}
	err = p.decode(a, &result.Value)
	if err == nil && (p.selves || len(p.checks) > 0) {
		err = p.checked(ctx, reflect.ValueOf(&result.Value).Elem())
	}
	if err != nil {
		var zero T
		result.Value = zero
		return result, err
	}
	result.JSON, result.Fixes, result.Truncated = string(a.json), a.fixes, a.cut || leftOut(a.fixes)
	return result, nil
}

// leftOut says whether the model wrote dots for what it left out.
func leftOut(fixes []Fix) bool {
	return slices.ContainsFunc(fixes, func(f Fix) bool { return f.Kind == "ellipsis" })
}

// An answer is a value that has passed the gate.
type answer struct {
	json  []byte
	value any // for the gate
	fixes []Fix
	cut   bool
}

// A fitted is a candidate that was fitted to the schema.
type fitted struct {
	*candidate

	object bool // it was one
	rival  bool // it has a property of the schema: it was meant for an answer
	valid  bool
	fit    fit
	tree   tree
	json   []byte
	value  any // once it was checked
	fixes  []Fix
	issues []makeready.Issue
}

// core is the part of a parser that does not depend on its type.
type core struct {
	schema []byte
	gate   *gate
	shape  *shape // nil for a parser of a schema
	plan   *plan
	level  Level
	checks []check
	selves bool // a type checks itself
}

// read finds the answer in a text.
func (p *core) read(output string) (*answer, error) {
	if issues := unreadable(output); issues != nil {
		return nil, &makeready.InvalidError{Issues: issues}
	}
	if p.level == Strict {
		return p.readStrictly(output)
	}
	start := len(output) - len(strings.TrimLeft(output, " \t\r\n\uFEFF"))
	text := strings.TrimRight(output, " \t\r\n")
	t := make(tree, 1, 16+len(text)/12)
	strict := strictReader{scanner: scanner{text: text[start:]}, t: &t}
	root, ok := strict.whole()
	switch {
	case strict.deep:
		return nil, tooDeep()
	case ok:
		c := candidate{root: root, start: start, end: len(text)}
		shift(t, start)
		if exit := p.unsure(t, root); exit != nil {
			return nil, exit
		}
		return p.decide([]*fitted{p.fitted(&t, &c)}, output)
	}
	t = t[:1]
	f := finder{text: text, plan: p.plan, tree: &t}
	p.search(&f)
	if len(f.all) == 0 {
		_, _, issues := extract(output)
		if issues == nil { // the strict reader disagrees: it has the last word on what is no JSON
			issues = issue("syntax", "one JSON value")
		}
		return nil, &makeready.InvalidError{Issues: issues}
	}
	return p.judge(&f, output)
}

func tooDeep() error {
	return &makeready.InvalidError{Issues: issue("depth", "at most "+strconv.Itoa(maxDepth)+" levels of nesting")}
}

// unreadable refuses what is too long, no text, or nothing.
func unreadable(output string) []makeready.Issue {
	switch {
	case len(output) > maxSize:
		return issue("size", "at most "+strconv.Itoa(maxSize)+" bytes")
	case !utf8.ValidString(output):
		return issue("utf8", "valid UTF-8")
	case strings.Trim(output, " \t\r\n\uFEFF") == "":
		return issue("empty", "one JSON value")
	}
	return nil
}

func shift(t tree, by int) {
	if by == 0 {
		return
	}
	for i := range t {
		t[i].off += int32(by) //nolint:gosec // at most 1 MiB
		t[i].end += int32(by) //nolint:gosec // at most 1 MiB
	}
}

// search finds the candidates: in what the model says, or, if it says nothing,
// in what it thinks.
func (p *core) search(f *finder) {
	said, thought := thinking(f.text)
	blank := true
	for _, s := range said {
		blank = blank && strings.TrimSpace(f.text[s.start:s.end]) == ""
	}
	if blank {
		said = thought
	}
	for _, s := range said {
		f.look(s)
	}
	f.lines()
	if len(f.all) == 0 && len(said) > 0 {
		f.whole(said[len(said)-1])
	}
}

// judge fits all candidates and decides between them.
func (p *core) judge(f *finder, output string) (*answer, error) {
	var attempts []*fitted
	var exit *makeready.Exit
	for i := range f.all {
		c := &f.all[i]
		if c.deep {
			return nil, tooDeep()
		}
		if e := p.unsure(*f.tree, c.root); e != nil {
			exit = e
			continue
		}
		attempts = append(attempts, p.fitted(f.tree, c))
	}
	if exit != nil {
		if _, err := p.decide(attempts, output); err == nil { // it knows, and it does not know
			return nil, &makeready.InvalidError{Issues: issue("ambiguous", "one JSON value, not several that differ")}
		}
		return nil, exit
	}
	return p.decide(attempts, output)
}

// unsure recognizes the object by which a model says that it does not know.
func (p *core) unsure(t tree, root int32) *makeready.Exit {
	if t[root].kind != kindObject || p.plan.byNameHas("status") {
		return nil
	}
	count := 0
	for i := t[root].child; i != 0; i = t[i].next {
		if t[i].key == "status" {
			count++
		}
	}
	if count != 1 {
		return nil
	}
	return uncertain(t.plain(root))
}

// plain is a node with text without quotes as text.
func (t tree) plain(n int32) any {
	object := map[string]any{}
	for i := t[n].child; i != 0; i = t[i].next {
		if k := t[i].kind; k == kindString || k == kindBare {
			object[t[i].key] = t[i].text
		}
	}
	return object
}

func (p *plan) byNameHas(name string) bool {
	_, ok := p.byName[name]
	return ok || p.known[name]
}

// fitted fits a candidate to the schema.
func (p *core) fitted(t *tree, cand *candidate) *fitted {
	size := cand.end - cand.start
	c := coercer{in: *t, out: make(tree, 1, 16+size/12), level: p.level, steps: 10*size + 10_000}
	a := &fitted{candidate: cand, object: (*t)[cand.root].kind == kindObject}
	for i := (*t)[cand.root].child; a.object && i != 0; i = (*t)[i].next {
		a.rival = a.rival || p.plan.byNameHas((*t)[i].key)
	}
	a.fit = c.fit(cand.root, p.plan)
	*t = c.in[:len(*t)] // what decoding appended is not needed any more
	a.fixes = c.fixes
	switch {
	case c.steps < 0:
		a.issues = issue("size", "a value that fits only few alternatives")
	case a.fit.bad > 0 && len(c.issues) > 0:
		a.issues = c.issues
	}
	if a.issues == nil {
		a.fit.out = c.kept(cand.root, a.fit)
		a.json = c.out.appendJSON(nil, a.fit.out)
		a.tree = c.out
	}
	return a
}

// check lets the gate check an attempt. An error means that it could not tell.
func (p *core) check(a *fitted) error {
	if a.issues != nil {
		return nil
	}
	a.value = a.tree.value(a.fit.out, false)
	broken, panicked, err := p.gate.check(a.value)
	switch {
	case err != nil:
		return err
	case panicked:
		a.issues = issue("panic", "a value that can be checked")
	case len(broken) > 0:
		a.issues = p.gate.issues(a.value, broken)
	}
	return nil
}

// decide chooses the answer among the attempts. Those that do not even fit the
// plan are checked only if there is no other.
func (p *core) decide(attempts []*fitted, output string) (*answer, error) {
	if len(attempts) > 1 && p.plan.types&typeArray != 0 && p.plan.types&typeObject == 0 {
		for _, a := range attempts {
			if a.object { // one of several is not the whole list
				a.issues = issue("ambiguous", "one list of all values")
				a.fit.bad++
			}
		}
	}
	var valid []*fitted
	var worst *fitted
	for _, a := range attempts {
		if a.fit.bad == 0 {
			if err := p.check(a); err != nil {
				return nil, err
			}
		}
		switch {
		case a.fit.bad == 0 && a.issues == nil:
			a.valid = true
			valid = append(valid, a)
		case worst == nil || a.fit.bad < worst.fit.bad:
			worst = a
		}
	}
	if len(valid) == 0 && worst != nil && worst.issues == nil {
		if err := p.check(worst); err != nil {
			return nil, err
		}
		if worst.issues == nil { // the gate has the last word
			worst.valid = true
			valid = append(valid, worst)
		}
	}
	switch {
	case len(valid) == 0 && worst == nil:
		return nil, &makeready.InvalidError{Issues: issue("syntax", "one JSON value")}
	case len(valid) == 0:
		return nil, &makeready.InvalidError{Issues: worst.issues}
	}
	a := best(valid, output)
	if a == nil || contested(a, attempts) {
		return nil, &makeready.InvalidError{Issues: issue("ambiguous", "one JSON value, not several that differ")}
	}
	fixes := make([]Fix, 0, len(a.candidate.fixes)+len(a.fixes)+1)
	if around := strings.TrimSpace(output[:a.start]) + strings.TrimSpace(output[min(a.end, len(output)):]); around != "" && around != "\uFEFF" {
		fixes = append(fixes, Fix{Kind: "surrounding_text", Offset: a.start, From: clip(around, maxGot)})
	}
	fixes = append(append(fixes, a.candidate.fixes...), a.fixes...)
	if len(fixes) == 0 {
		fixes = nil
	}
	return &answer{json: a.json, value: a.value, fixes: fixes, cut: a.cut}, nil
}

// contested says whether something behind the answer was meant for one, too,
// and is none: what was said last must not lose to what was quoted before.
func contested(a *fitted, attempts []*fitted) bool {
	return slices.ContainsFunc(attempts, func(later *fitted) bool {
		return later.rival && !later.valid && later.start >= a.end
	})
}

// best chooses between valid attempts, and returns nil if it cannot.
func best(valid []*fitted, output string) *fitted {
	if a, ok := agreed(valid); ok {
		return a
	}
	for _, better := range [...]func(*fitted) bool{
		func(a *fitted) bool { return !a.cut && a.junk == 0 && a.fit.cost < costWords },
		func(a *fitted) bool { return a.fenced },
	} {
		var some []*fitted
		for _, a := range valid {
			if better(a) {
				some = append(some, a)
			}
		}
		if len(some) > 0 {
			if last := valid[len(valid)-1]; last.start >= some[len(some)-1].end {
				return nil // what was said last is not to be passed over
			}
			valid = some
		}
		if a, ok := agreed(valid); ok {
			return a
		}
	}
	last, before := valid[len(valid)-1], valid[len(valid)-2]
	if before.end < last.start && corrects(output[before.end:last.start]) && !corrects(output[:before.start]) {
		return last
	}
	return nil
}

// agreed is the cheapest of attempts that all have the same value.
func agreed(attempts []*fitted) (*fitted, bool) {
	first := attempts[0]
	for _, a := range attempts[1:] {
		if string(a.json) != string(first.json) {
			return nil, false
		}
		if len(a.candidate.fixes)+len(a.fixes) < len(first.candidate.fixes)+len(first.fixes) {
			first = a
		}
	}
	return first, true
}

// corrects says whether the words before a value, in the label right before it,
// announce it as the one that counts: "Corrected version:".
func corrects(between string) bool {
	label := strings.TrimRight(between, " \t\r\n`~")
	label = strings.TrimSuffix(strings.TrimSuffix(label, "json"), "JSON")
	label = strings.TrimRight(label, " \t\r\n`~*_")
	if !strings.HasSuffix(label, ":") {
		return false
	}
	label = label[strings.LastIndexAny(label[:len(label)-1], ".!?;:\n)")+1:]
	found := false
	for word := range strings.FieldsSeq(fold(label)) {
		switch word {
		case "final", "finally", "corrected", "correction", "correct", "revised", "revision", "updated", "fixed", "instead", "actually", "rather":
			found = true
		case "before", "not", "no", "never", "if", "replaces", "example", "previous", "old", "draft":
			return false
		}
	}
	return found
}

// readStrictly accepts what needs no repair.
func (p *core) readStrictly(output string) (*answer, error) {
	s, value, issues := extract(output)
	if issues != nil {
		return nil, &makeready.InvalidError{Issues: issues}
	}
	if !p.plan.byNameHas("status") {
		if exit := uncertain(value); exit != nil {
			return nil, exit
		}
	}
	broken, panicked, err := p.gate.check(value)
	switch {
	case err != nil:
		return nil, err
	case panicked:
		return nil, &makeready.InvalidError{Issues: issue("panic", "a value that can be checked")}
	case len(broken) > 0:
		return nil, &makeready.InvalidError{Issues: p.gate.issues(value, broken)}
	}
	return &answer{json: s.rewritten(), value: value}, nil
}
