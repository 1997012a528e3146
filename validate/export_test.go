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
