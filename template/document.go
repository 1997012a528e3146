package template

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

const (
	maxFileBytes = 1 << 20 // of a prompt file or an example bank
	maxDepth     = 16      // of collections in a file; the format itself needs five
	maxProblems  = 10      // reported per file
	maxQuoted    = 40      // characters of the file that an error repeats
)

// A document is one YAML file while it is being read, with what was found
// wrong with it. Reading goes on after a problem, so that one look at a file
// reports more than its first mistake.
type document struct {
	name     string
	text     string
	lines    []int // offsets of the lines' first bytes
	problems []problem

	last       position // that offset was asked for
	lastOffset int
}

type problem struct {
	at   position
	text string
}

// readDocument checks what all files have in common and returns the top
// mapping, or nil if there is a problem.
func readDocument(name string, src []byte) (*document, *yaml.Node) {
	d := &document{name: name}
	if len(src) > maxFileBytes {
		d.reportf(position{1, 1}, "the file is larger than %d bytes", maxFileBytes)
		return d, nil
	}
	d.text = strings.TrimPrefix(string(src), "\ufeff")
	d.lines = lineStarts(d.text)
	if !d.checkCharacters() {
		return d, nil
	}
	root := d.parse()
	if root == nil || !d.checkStructure(root, 0) {
		return d, nil
	}
	return d, root
}

func (d *document) reportf(p position, format string, args ...any) {
	d.problems = append(d.problems, problem{p, fmt.Sprintf(format, args...)})
}

func (d *document) reportAtf(n *yaml.Node, format string, args ...any) {
	d.reportf(position{n.Line, n.Column}, format, args...)
}

// err is everything that was reported, in the order of the file.
func (d *document) err() error {
	slices.SortStableFunc(d.problems, func(a, b problem) int {
		return cmp.Or(cmp.Compare(a.at.line, b.at.line), cmp.Compare(a.at.column, b.at.column))
	})
	var errs []error
	for i, p := range d.problems {
		if i == maxProblems {
			errs = append(errs, fmt.Errorf("template %s: and %d more", d.name, len(d.problems)-i))
			break
		}
		errs = append(errs, fmt.Errorf("template %s:%v: %s", d.name, p.at, p.text))
	}
	return errors.Join(errs...)
}

// checkCharacters finds what YAML forbids, because its own error has no line.
func (d *document) checkCharacters() bool {
	for i, r := range d.text {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(d.text[i:], "\ufffd"):
			d.reportf(d.at(i), "not valid UTF-8")
		case r < ' ' && r != '\t' && r != '\n' && r != '\r', r == 0x7f, r >= 0x80 && r < 0xa0 && r != 0x85,
			r == '\ufeff', r == '\ufffe', r == '\uffff':
			d.reportf(d.at(i), "character %U is not allowed in a file; write it as an escape in double quotes", r)
		default:
			continue
		}
		return false
	}
	return true
}

// parse returns the root of the only document.
func (d *document) parse() *yaml.Node {
	dec := yaml.NewDecoder(strings.NewReader(d.text))
	doc, err := decode(dec)
	if err == nil {
		var next *yaml.Node
		if next, err = decode(dec); err == nil {
			d.reportAtf(next, "a second document begins here; a file holds one")
			return nil
		}
		if errors.Is(err, io.EOF) {
			return doc.Content[0]
		}
	}
	if errors.Is(err, io.EOF) {
		d.reportf(position{1, 1}, "the file is empty")
		return nil
	}
	d.reportSyntax(err)
	return nil
}

// decode turns a panic of the YAML library, which it has for states that it
// holds impossible, into an error: a file must not end the program.
func decode(dec *yaml.Decoder) (n *yaml.Node, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("the YAML library gave up")
		}
	}()
	n = new(yaml.Node)
	err = dec.Decode(n)
	return n, err
}

// reportSyntax gives an error of the YAML library a position. The library has
// a line only: that of the problem or of the structure around it, one too low
// where the parser and not the scanner complains, and none for the first line.
func (d *document) reportSyntax(err error) {
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	if _, alias, ok := strings.Cut(msg, "unknown anchor '"); ok {
		alias, _, _ = strings.Cut(alias, "'")
		d.reportf(d.at(max(0, strings.Index(d.text, "*"+alias))), "aliases are not supported; quote the text if the asterisk is meant")
		return
	}
	line := 1
	if rest, ok := strings.CutPrefix(msg, "line "); ok {
		number, text, _ := strings.Cut(rest, ": ")
		if n, err := strconv.Atoi(number); err == nil {
			line, msg = n, text
			if strings.HasPrefix(msg, "did not find expected ") && !strings.Contains(msg, "line break") {
				line++
			}
		}
	}
	line = max(1, min(line, len(d.lines)))
	start := d.lines[line-1]
	column := 1 + len(d.text[start:]) - len(strings.TrimLeft(d.text[start:], " \t"))
	d.reportf(position{line, column}, "not valid YAML: %s%s", clip(msg), yamlRemedy(msg))
}

// checkStructure refuses what the format has no use for and what could make a
// file mean something else than it seems to: anchors, tags, keys given twice.
func (d *document) checkStructure(n *yaml.Node, depth int) bool {
	switch {
	case n.Kind == yaml.AliasNode:
		d.reportAtf(n, "aliases are not supported; quote the text if the asterisk is meant")
		return false
	case n.Anchor != "":
		d.reportAtf(n, "anchors are not supported; quote the text if the ampersand is meant")
		return false
	case n.Style&yaml.TaggedStyle != 0:
		d.reportAtf(n, "tags are not supported; quote the text if the exclamation mark is meant")
		return false
	case depth > maxDepth:
		d.reportAtf(n, "nested deeper than %d", maxDepth)
		return false
	}
	ok := true
	if n.Kind == yaml.MappingNode {
		ok = d.checkKeys(n)
	}
	for _, child := range n.Content {
		ok = d.checkStructure(child, depth+1) && ok
	}
	return ok
}

func (d *document) checkKeys(n *yaml.Node) bool {
	ok := true
	seen := make(map[string]int, len(n.Content)/2)
	for i := 0; i < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode {
			d.reportAtf(key, "a key must be text; literal braces at the start of a value need quotes")
			ok = false
			continue
		}
		if first, twice := seen[key.Value]; twice {
			d.reportAtf(key, "%s is given twice, first in line %d", quote(key.Value), first)
			ok = false
			continue
		}
		seen[key.Value] = key.Line
	}
	return ok
}

// yamlRemedy says what usually helps against the library's commonest errors.
func yamlRemedy(msg string) string {
	for _, r := range yamlRemedies {
		if strings.Contains(msg, r.msg) {
			return "; " + r.remedy
		}
	}
	return ""
}

//archtest:table remedies by a part of the library's message
var yamlRemedies = [...]struct{ msg, remedy string }{
	{"cannot start any token", "indent with spaces, not tabs, and quote texts that begin with a special character"},
	{"mapping values are not allowed", `quote a text that holds ": ", and check the indentation`},
	{"unexpected end of stream", "a quote or bracket is not closed"},
	{"did not find expected key", "check the indentation of this line"},
	{"did not find expected ',' or", "a bracket or brace is not closed"},
}
