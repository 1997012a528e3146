package template

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/makeready-go/makeready"
)

// maxRendered bounds the text of a prompt, in bytes: a file may use a large
// value many times.
const maxRendered = 16 << 20

// Render returns the messages and parameters of the prompt.
//
// vars is a struct or a pointer to one, as [File.Accepts] describes, or a map
// from the variables' names to string, [Trusted], lists of them, numbers and
// bools. A nil value is a variable not given. Errors name the variable and the
// line of its slot, and never hold a value: a missing or an unknown variable, a
// value of another type than declared, a required value that is empty or only
// white space, text that is not UTF-8 or larger than [MaxValueBytes].
//
// The number and the roles of the messages are those of the file, whatever the
// values are. ctx is for the selection of examples.
func (f *File) Render(ctx context.Context, vars any) (*makeready.Prompt, error) {
	var buf [12]value // on the stack: most prompts have fewer variables
	values := buf[:]
	if len(f.vars) > len(buf) {
		values = make([]value, len(f.vars))
	}
	values = values[:len(f.vars)]
	if err := f.read(values, vars); err != nil {
		return nil, err
	}
	for i := range values {
		v, given := &f.vars[i], &values[i]
		if wrong := v.check(given); wrong != "" {
			return nil, f.valueError(i, wrong)
		}
		if given.kind == absent {
			*given = v.fallback
		}
		given.trusted = given.trusted || v.trusted
	}
	var chosen []Example
	if f.shots != nil {
		var err error
		if chosen, err = f.choose(ctx, values[f.shots.query].text); err != nil {
			return nil, fmt.Errorf("template %v: select examples: %w", f.ref, err)
		}
	}
	size, spans := f.size(values, chosen)
	if size > maxRendered {
		return nil, fmt.Errorf("template %v: the prompt would be larger than %d bytes", f.ref, maxRendered)
	}
	p := f.newPrompt()
	w := writer{file: f, chosen: chosen}
	w.b.Grow(size)
	if spans > 0 {
		w.spans = make([]makeready.Span, 0, spans)
	}
	for i, m := range f.messages {
		if err := w.message(&p.Messages[i], m, values); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (f *File) valueError(slot int, wrong string) error {
	v := &f.vars[slot]
	return fmt.Errorf("template %v: variable %q at %s:%v %s", f.ref, v.name, f.filename, v.at, wrong)
}

// read fills values, one for each variable, from vars.
func (f *File) read(values []value, vars any) error {
	switch vars := vars.(type) {
	case nil:
		return nil
	case map[string]string:
		return f.readStrings(values, vars)
	case map[string]any:
		return f.readMap(values, vars)
	}
	v := reflect.ValueOf(vars)
	t := v.Type()
	if m := mapType(t); m != nil { // under a name of its own
		return f.read(values, v.Convert(m).Interface())
	}
	if structType(t) == nil {
		return f.errVars(t)
	}
	if t.Kind() == reflect.Pointer {
		if v.IsNil() {
			return fmt.Errorf("template %v: variables come from a nil %v", f.ref, t)
		}
		v = v.Elem()
	}
	return f.readStruct(values, v)
}

func (f *File) readStruct(values []value, v reflect.Value) error {
	p := f.planOf(v.Type())
	if p.err != nil {
		return p.err
	}
	for i := range p.fields {
		pf := &p.fields[i]
		fv := field(v, pf.index)
		switch {
		case !fv.IsValid():
		case !pf.shape.dynamic:
			values[pf.slot] = pf.shape.read(fv)
		case !fv.IsNil():
			var wrong string
			if values[pf.slot], wrong = dynamic(fv.Elem().Interface()); wrong != "" {
				return f.valueError(pf.slot, "cannot be of type "+fv.Elem().Type().String()+": "+wrong)
			}
		}
	}
	return nil
}

func (f *File) readStrings(values []value, vars map[string]string) error {
	found := 0
	for i := range f.vars {
		if s, ok := vars[f.vars[i].name]; ok {
			found++
			values[i] = value{kind: textKind, text: s}
		}
	}
	if found < len(vars) {
		return f.unknown(slices.Sorted(maps.Keys(vars)))
	}
	return nil
}

func (f *File) readMap(values []value, vars map[string]any) error {
	found := 0
	for i := range f.vars {
		x, ok := vars[f.vars[i].name]
		if !ok {
			continue
		}
		found++
		var wrong string
		if values[i], wrong = dynamic(x); wrong != "" {
			return f.valueError(i, fmt.Sprintf("cannot be of type %T: %s", x, wrong))
		}
	}
	if found < len(vars) {
		return f.unknown(slices.Sorted(maps.Keys(vars)))
	}
	return nil
}

// unknown is the error for the first name that is no variable. A key that does
// not look like a name may be somebody's text and is not repeated.
func (f *File) unknown(keys []string) error {
	i := slices.IndexFunc(keys, func(k string) bool { _, ok := f.index[k]; return !ok })
	if !isName(keys[i]) {
		return fmt.Errorf("template %v: a key of the variables is no name", f.ref)
	}
	return fmt.Errorf("template %v: no variable %q%s", f.ref, keys[i], didYouMean(keys[i], f.names()))
}

func (f *File) names() []string {
	names := make([]string, len(f.vars))
	for i := range f.vars {
		names[i] = f.vars[i].name
	}
	return names
}

// choose asks the selector and reports the selection.
func (f *File) choose(ctx context.Context, query string) (_ []Example, err error) {
	ctx, op := makeready.Begin(ctx, makeready.Op{Kind: makeready.OpSelection, Name: slotNameExamples, Prompt: f.ref})
	defer func() { op.End(ctx, err) }()
	if op.Captures() {
		op.CaptureIn(query)
	}
	chosen, err := f.shots.selector.Select(ctx, query, f.shots.k)
	if err != nil {
		return nil, err
	}
	chosen = chosen[:min(len(chosen), f.shots.k)]
	for _, e := range chosen {
		if !utf8.ValidString(e.Input) || !utf8.ValidString(e.Output) {
			return nil, errors.New("an example is not valid UTF-8")
		}
	}
	if op.Captures() {
		op.CaptureOut(chosen)
	}
	return chosen, nil
}

// size returns how many bytes the messages with slots need, and how many spans.
func (f *File) size(values []value, chosen []Example) (size, spans int) {
	for _, m := range f.messages {
		if m.fixed() {
			continue
		}
		for _, p := range m.text {
			switch p.slot {
			case slotNone:
				size += len(p.literal)
			case slotExamples:
				for _, e := range chosen {
					size += len(exampleInput) + len(e.Input) + len(exampleOutput) + len(e.Output) + len(exampleGap)
				}
			default:
				v := &values[p.slot]
				size += f.vars[p.slot].size(v)
				if v.kind != absent && !v.trusted {
					spans++
				}
			}
		}
	}
	return size, spans
}

// size is about how many bytes the value needs; exactly as many for a string
// from which nothing is dropped and in which nothing is escaped.
func (v *variable) size(given *value) int {
	n := 0
	switch given.kind {
	case absent:
		return 0
	case textKind:
		n = len(given.text)
	case listKind:
		n = v.format.size(given)
	case numberKind, boolKind:
		n = maxScalarLen
	}
	if !given.trusted {
		n += v.delimiter.len()
	}
	return n
}

// newPrompt allocates a prompt that shares nothing with the file that can be
// changed, in one piece if it has no more than two messages.
func (f *File) newPrompt() *makeready.Prompt {
	var all struct {
		prompt            makeready.Prompt
		messages          [2]makeready.Message
		temperature, topP float64
		seed              int64
	}
	p := &all.prompt
	p.Ref, p.Params = f.ref, f.params
	if n := len(f.messages); n <= len(all.messages) {
		p.Messages = all.messages[:n:n]
	} else {
		p.Messages = make([]makeready.Message, n)
	}
	if p.Params.Temperature != nil {
		all.temperature = *p.Params.Temperature
		p.Params.Temperature = &all.temperature
	}
	if p.Params.TopP != nil {
		all.topP = *p.Params.TopP
		p.Params.TopP = &all.topP
	}
	if p.Params.Seed != nil {
		all.seed = *p.Params.Seed
		p.Params.Seed = &all.seed
	}
	p.Params.Stop = slices.Clone(p.Params.Stop)
	return p
}

func (m *message) fixed() bool { return len(m.text) == 1 && m.text[0].slot == slotNone }

// A writer writes all messages of a prompt into one piece of memory. The values
// are not its fields: they would be moved to the heap with the spans.
type writer struct {
	file   *File
	chosen []Example
	b      strings.Builder
	spans  []makeready.Span
}

func (w *writer) message(to *makeready.Message, m message, values []value) error {
	to.Role = m.role
	if m.fixed() {
		to.Text = m.text[0].literal
		return nil
	}
	start, first := w.b.Len(), len(w.spans)
	for _, p := range m.text {
		switch p.slot {
		case slotNone:
			w.b.WriteString(p.literal)
		case slotExamples:
			w.examples()
		default:
			w.value(p.slot, &values[p.slot], start)
		}
	}
	to.Text = w.b.String()[start:]
	if last := len(w.spans); last > first {
		to.Spans = w.spans[first:last:last]
	}
	if strings.TrimSpace(to.Text) == "" {
		return fmt.Errorf("template %v: the %v message is empty: all of its variables are", w.file.ref, m.role)
	}
	return nil
}

// value writes the value of a variable into the message that begins at start.
func (w *writer) value(slot int, given *value, start int) {
	v := &w.file.vars[slot]
	switch {
	case given.kind == absent:
		return
	case given.trusted && given.kind == textKind:
		w.b.WriteString(given.text)
		return
	case given.trusted && given.kind == listKind:
		v.format.write(&w.b, given)
		return
	case given.trusted:
		writeScalar(&w.b, given.v)
		return
	}
	w.b.WriteString(v.opening)
	span := makeready.Span{Start: w.b.Len() - start, Origin: v.origin, Name: v.name}
	if given.kind == listKind {
		// Items are cleaned together: a closing tag may begin in one of them
		// and end in the next.
		var list strings.Builder
		list.Grow(v.format.size(given))
		v.format.write(&list, given)
		v.clean(&w.b, list.String())
	} else {
		v.clean(&w.b, given.text)
	}
	if span.End = w.b.Len() - start; span.End > span.Start {
		w.spans = append(w.spans, span)
	}
	w.b.WriteString(v.closing)
}

const (
	exampleInput  = "Input: "
	exampleOutput = "\nOutput: "
	exampleGap    = "\n\n"
)

func (w *writer) examples() {
	for i, e := range w.chosen {
		if i > 0 {
			w.b.WriteString(exampleGap)
		}
		w.b.WriteString(exampleInput)
		w.b.WriteString(strings.TrimRight(e.Input, "\n"))
		w.b.WriteString(exampleOutput)
		w.b.WriteString(strings.TrimRight(e.Output, "\n"))
	}
}

// maxScalarLen is enough for any number: 17 digits, point, sign, exponent; and
// for the 21 digits of a number that is written without exponent.
const maxScalarLen = 32

// writeScalar writes numbers as encoding/json does, and bools.
func writeScalar(b *strings.Builder, v reflect.Value) {
	var buf [maxScalarLen]byte
	switch s := buf[:0]; {
	case v.CanInt():
		b.Write(strconv.AppendInt(s, v.Int(), 10))
	case v.CanUint():
		b.Write(strconv.AppendUint(s, v.Uint(), 10))
	case v.CanFloat():
		f, format := v.Float(), byte('f')
		if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
			format = 'e'
		}
		b.Write(strconv.AppendFloat(s, f, format, -1, v.Type().Bits()))
	default:
		b.WriteString(strconv.FormatBool(v.Bool()))
	}
}
