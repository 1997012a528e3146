package template

import (
	"errors"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/makeready-go/makeready"
)

// The keys of the file format.
var (
	//archtest:table keys of the file format
	fileKeys = []string{
		"name", "version", "created", "description", "system_prompt", "role", "capabilities", "constraints",
		"guidelines", "output_format", "escalation", "messages", "variables", "parameters", "examples", "changelog",
	}
	messageKeys   = []string{"role", "content"}             //archtest:table keys of the file format
	examplesKeys  = []string{"file", "items", "query", "k"} //archtest:table keys of the file format
	changelogKeys = []string{"version", "date", "changes"}  //archtest:table keys of the file format
)

// sections are the parts of a system prompt, in the order of rendering. A list
// is introduced by the line intro.
//
//archtest:table the file format's sections
var sections = [...]struct{ key, heading, intro string }{
	{"role", "[ROLE DEFINITION]", ""},
	{"capabilities", "[CAPABILITIES]", "You can:"},
	{"constraints", "[CONSTRAINTS]", "You cannot:"},
	{"guidelines", "[BEHAVIOURAL GUIDELINES]", ""}, //nolint:misspell // British by convention
	{"output_format", "[OUTPUT FORMAT]", ""},
	{"escalation", "[ESCALATION CRITERIA]", "Hand the conversation over to a person when:"},
}

const (
	slotNameExamples = "examples"
	defaultK         = 3
	maxK             = 100
)

// A compiler turns a document into a File.
type compiler struct {
	*document

	file     *File
	config   Config
	openBank func(name string) (fullName string, src []byte, err error) // nil if there is no file system
	root     *yaml.Node
	nodes    map[string]*yaml.Node // values of the top mapping

	declared   bool   // the file has the key variables
	used       []bool // by variable
	shown      bool   // the slot of the examples was seen
	lookalikes []lookalike
	bank       []string // what the digest covers of the examples
	bankErr    error    // problems of the example bank, which is a file of its own
}

// A lookalike is literal text that may be meant for the slot of a name.
type lookalike struct {
	written string
	name    string
	at      position
}

func parse(filename string, src []byte, c Config, openBank func(string) (string, []byte, error)) (*File, error) {
	d, root := readDocument(filename, src)
	comp := &compiler{document: d, config: c, openBank: openBank, root: root}
	comp.file = &File{filename: filename, index: make(map[string]int)}
	if root != nil {
		comp.nodes = d.mapping(root, "the prompt file", fileKeys)
	}
	if comp.nodes != nil {
		comp.compileFile()
	}
	if err := errors.Join(d.err(), comp.bankErr); err != nil {
		return nil, err
	}
	f := comp.file
	f.ref.Digest = f.digest(comp.bank)
	for i := range f.vars {
		f.vars[i].delimiter = newDelimiter(c.Key, f.ref.Digest, f.vars[i].name)
	}
	return f, nil
}

func (c *compiler) compileFile() {
	c.header()
	c.variables()
	if system := c.system(); len(system) > 0 {
		c.file.messages = append(c.file.messages, message{makeready.RoleSystem, system})
	}
	c.messages()
	c.examples()
	if len(c.file.messages) == 0 && len(c.problems) == 0 {
		c.reportAtf(c.root, "nothing to render: write system_prompt, sections or messages")
	}
	c.file.params = c.parameters(c.nodes["parameters"])
	c.changelog()
	c.checkUse()
}

// header reads name, version and what is not rendered.
func (c *compiler) header() {
	byPath, ref := refFromPath(c.name), &c.file.ref
	ref.Name = c.identity("name", byPath.Name, namePattern.MatchString)
	ref.Version = c.identity("version", byPath.Version, versionPattern.MatchString)
	c.date(c.nodes["created"], "created")
	c.scalar(c.nodes["description"], "description")
}

// identity returns the name or the version, as the file and its path say it.
func (c *compiler) identity(key, byPath string, valid func(string) bool) string {
	n := c.nodes[key]
	s := c.scalar(n, key)
	switch {
	case n == nil && byPath == "":
		c.reportAtf(c.root, "%s is missing, and the path is not <name>/v<version>.yaml", key)
	case n == nil && !valid(byPath):
		c.reportAtf(c.root, "%s is missing, and that of the path, %s, cannot be used", key, quote(byPath))
	case n == nil:
		return byPath
	case n.Kind != yaml.ScalarNode:
	case !valid(s):
		c.reportAtf(n, "%s must be letters, digits, dots, dashes or underscores, not %s", key, quote(s))
	case byPath != "" && s != byPath:
		c.reportAtf(n, "%s is %s here and %s in the file's path", key, quote(s), quote(byPath))
	}
	return s
}

func (c *compiler) date(n *yaml.Node, what string) {
	s := c.scalar(n, what)
	if _, err := time.Parse(time.DateOnly, s); err != nil && n != nil && n.Kind == yaml.ScalarNode {
		c.reportAtf(n, "%s must be a date like 2026-11-20, not %s", what, quote(s))
	}
}

// system composes the system message from one text or from the sections.
func (c *compiler) system() text {
	var b textBuilder
	if n := c.nodes["system_prompt"]; n != nil {
		for _, s := range sections {
			if also := c.nodes[s.key]; also != nil {
				c.reportAtf(also, "%s and system_prompt exclude each other: a system prompt is one text or sections", s.key)
			}
		}
		c.compile(&b, n, c.required(n, c.root, "system_prompt"), c)
		return b.text()
	}
	gap := ""
	for _, s := range sections {
		n := c.nodes[s.key]
		if n == nil || n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
			continue
		}
		lines := ""
		if n.Kind != yaml.SequenceNode {
			if lines = strings.TrimRight(c.scalar(n, s.key), "\n"); strings.TrimSpace(lines) == "" {
				continue
			}
		}
		b.literal.WriteString(gap + s.heading + "\n")
		gap = "\n\n"
		if n.Kind == yaml.SequenceNode {
			c.bullets(&b, n, s.key, s.intro)
		} else {
			c.compile(&b, n, lines, c)
		}
	}
	return b.text()
}

// bullets compiles a list under its introduction.
func (c *compiler) bullets(b *textBuilder, n *yaml.Node, key, intro string) {
	if intro != "" {
		b.literal.WriteString(intro + "\n")
	}
	for i, item := range n.Content {
		if i > 0 {
			b.literal.WriteString("\n")
		}
		b.literal.WriteString(bullet)
		s := strings.TrimRight(c.required(item, n, "an item of "+key), "\n")
		c.compile(b, item, strings.ReplaceAll(s, "\n", bulletNextLine), c)
	}
}

func (c *compiler) messages() {
	n := c.nodes["messages"]
	if n == nil {
		return
	}
	roles := [...]makeready.Role{makeready.RoleSystem, makeready.RoleUser, makeready.RoleAssistant}
	for _, item := range c.list(n, "messages") {
		m := c.mapping(item, "a message", messageKeys)
		if m == nil {
			continue
		}
		var msg message
		if c.required(m["role"], item, "role") != "" {
			if i := c.oneOf(m["role"], "role", []string{"system", "user", "assistant"}); i >= 0 {
				msg.role = roles[i]
			}
		}
		if s := c.required(m["content"], item, "content"); s != "" {
			var b textBuilder
			c.compile(&b, m["content"], s, c)
			msg.text = b.text()
		}
		c.file.messages = append(c.file.messages, msg)
	}
}

// examples reads where examples come from. The bank is read even if another
// selector takes its place: its mistakes and the digest do not depend on that.
func (c *compiler) examples() {
	n := c.nodes["examples"]
	if n == nil {
		return
	}
	m := c.mapping(n, "examples", examplesKeys)
	if m == nil {
		return
	}
	shots := &shots{selector: c.config.Examples, k: defaultK}
	c.file.shots = shots
	if k, ok := c.integer(m["k"], "k", 1, maxK); ok {
		shots.k = int(k)
	}
	shots.query = c.query(m["query"], n)
	var bank []Example
	switch file, items := m["file"], m["items"]; {
	case file != nil && items != nil:
		c.reportAtf(file, "file and items exclude each other")
	case file != nil:
		bank = c.readBank(file)
	case items != nil:
		bank = c.document.examples(items)
	case shots.selector == nil:
		c.reportAtf(n, "examples need a file or items")
	}
	if len(c.problems) > 0 || c.bankErr != nil {
		return
	}
	if shots.selector == nil {
		shots.selector = BM25(bank)
	}
	sortByContent(bank)
	for _, e := range bank {
		c.bank = append(c.bank, e.Input, e.Output)
	}
}

// query returns the variable that examples are selected by.
func (c *compiler) query(n, owner *yaml.Node) int {
	name := c.required(n, owner, "query")
	if name == "" {
		return 0
	}
	if name == slotNameExamples {
		c.reportAtf(n, "query must name a variable")
		return 0
	}
	i := c.slot(name, position{n.Line, n.Column})
	if i < 0 {
		return 0
	}
	v := &c.file.vars[i]
	if v.typ == anyType { // inferred
		v.typ = stringType
	}
	if v.typ != stringType {
		c.reportAtf(n, "query must name a variable of type string")
	}
	return i
}

// readBank reads the example bank of a file.
func (c *compiler) readBank(n *yaml.Node) []Example {
	name := c.required(n, n, "file")
	switch {
	case name == "":
		return nil
	case c.openBank == nil && c.config.Examples == nil:
		c.reportAtf(n, "examples.file needs a file system: use Load, or give a selector in the Config")
		return nil
	case c.openBank == nil:
		c.bank = []string{name}
		return nil
	case strings.HasPrefix(name, "/") || strings.Contains(name, `\`):
		c.reportAtf(n, "file must be relative to the prompt file, with forward slashes")
		return nil
	}
	full, src, err := c.openBank(name)
	if err != nil {
		c.reportAtf(n, "%v", err)
		return nil
	}
	bank, err := ParseExamples(full, src)
	c.bankErr = err
	return bank
}

func (c *compiler) changelog() {
	n := c.nodes["changelog"]
	if n == nil {
		return
	}
	for _, item := range c.list(n, "changelog") {
		m := c.mapping(item, "an entry of changelog", changelogKeys)
		if m == nil {
			continue
		}
		if s := c.required(m["version"], item, "version"); s != "" && !versionPattern.MatchString(s) {
			c.reportAtf(m["version"], "version must be letters, digits, dots or dashes, not %s", quote(s))
		}
		c.date(m["date"], "date")
		c.required(m["changes"], item, "changes")
	}
}

// slot makes the compiler a resolver of names.
func (c *compiler) slot(name string, at position) int {
	if name == slotNameExamples && c.nodes["examples"] != nil {
		c.shown = true
		return slotExamples
	}
	i, ok := c.file.index[name]
	switch {
	case ok && !c.used[i]:
		c.file.vars[i].at = at
	case !ok && c.declared:
		hint := ""
		if len(c.problems) <= maxProblems { // comparing all names with all others would take long
			hint = didYouMean(name, c.file.names())
		}
		c.reportf(at, "{%s} is not declared in variables%s", clip(name), hint)
		return slotNone
	case !ok && !isName(name):
		c.reportf(at, "%s is no name of a variable: use letters, digits and underscores", quote(name))
		return slotNone
	case !ok:
		i = c.addVariable(variable{name: name, typ: anyType, required: true, at: at})
	}
	c.used[i] = true
	return i
}

func (c *compiler) lookalike(written, name string, at position) {
	c.lookalikes = append(c.lookalikes, lookalike{written, name, at})
}

func (c *compiler) addVariable(v variable) int {
	c.file.index[v.name] = len(c.file.vars)
	c.file.vars = append(c.file.vars, v)
	c.used = append(c.used, false)
	return len(c.file.vars) - 1
}

// checkUse reports what is declared and has no place, and names in doubled
// braces that look like the slots of another template language.
func (c *compiler) checkUse() {
	for _, m := range c.lookalikes {
		_, isVar := c.file.index[m.name]
		if isVar || m.name == slotNameExamples && c.nodes["examples"] != nil || !c.declared && len(c.file.vars) == 0 {
			c.reportf(m.at, "%s is literal text here, not a slot: write {%s} for the value", clip(m.written), clip(m.name))
		}
	}
	for i, v := range c.file.vars {
		if !c.used[i] {
			c.reportf(v.at, "variable %s is declared and not used", quote(v.name))
		}
	}
	if c.nodes["examples"] != nil && !c.shown {
		c.reportAtf(c.nodes["examples"], "the slot {examples} is missing: nothing says where the examples go")
	}
}
