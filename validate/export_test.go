package validate

import "github.com/makeready-go/makeready"

// CompileAndCheck shows the gate to tests: it compiles a schema and checks a
// value that has not been through the scanner.
func CompileAndCheck(schema string, v any) (rules []string, panicked bool, err error) {
	g, err := newGate([]byte(schema))
	if err != nil {
		return nil, false, err
	}
	broken, panicked, err := g.check(v)
	if broken != nil {
		for _, is := range g.issues(v, broken) {
			rules = append(rules, is.Path+" "+is.Rule+" "+is.Want)
		}
	}
	return rules, panicked, err
}

// Scan shows the strict reader to tests. The text must be valid UTF-8.
func Scan(text string) (any, []makeready.Issue) {
	s := scanner{text: text}
	v, ok := s.document()
	if !ok {
		return nil, append(s.soft, *s.fault)
	}
	return v, s.soft
}

// Fit shows the way of valid text to tests: reading and fitting, without the
// gate and without decoding.
func Fit[T any](p *Parser[T], text string) bool {
	t := make(tree, 1, 16+len(text)/12)
	root, ok := readStrict(text, &t)
	if !ok {
		return false
	}
	c := coercer{in: t, out: make(tree, 1, len(t)), steps: 10*len(text) + 10_000}
	return c.fit(root, p.plan).bad == 0
}

// Repair shows the way of damaged text to tests, without the gate.
func Repair[T any](p *Parser[T], text string) bool {
	t := make(tree, 1, 16+len(text)/12)
	f := finder{text: text, plan: p.plan, tree: &t}
	p.search(&f)
	for i := range f.all {
		if p.fitted(f.tree, &f.all[i]).fit.bad == 0 {
			return true
		}
	}
	return false
}
