package validate

import (
	"strings"
	"unicode"
)

const hugeWant = "at most 400 digits and an exponent within ±400"

// literal is what a text without quotes means where the schema does not say.
func literal(text string) (kind, string) {
	switch text {
	case "true", "True", "TRUE":
		return kindBool, "true"
	case "false", "False", "FALSE":
		return kindBool, "false"
	case "null", "None", "NULL", "Null", "undefined", "nil":
		return kindNull, "null"
	}
	if end, huge := numberEnd(text, 0); end == len(text) && !huge {
		return kindNumber, text
	}
	if to, ok := plainNumber(text); ok {
		return kindNumber, to
	}
	return kindString, text
}

// plainNumber writes as JSON does what other languages read as a number:
// 1_000, +1, .5 and 5.
func plainNumber(text string) (string, bool) {
	s := strings.TrimPrefix(text, "+")
	if strings.Contains(s, "_") && !strings.HasPrefix(s, "_") && !strings.HasSuffix(s, "_") && !strings.Contains(s, "__") {
		s = strings.ReplaceAll(s, "_", "")
	}
	sign := ""
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		sign, s = "-", rest
	}
	if strings.HasPrefix(s, ".") {
		s = "0" + s
	}
	if i := strings.IndexByte(s, '.'); i >= 0 && (i+1 == len(s) || s[i+1] == 'e' || s[i+1] == 'E') {
		s = s[:i] + s[i+1:]
	}
	s = sign + s
	if end, huge := numberEnd(s, 0); end != len(s) || huge || s == "" {
		return "", false
	}
	return s, true
}

// scalar fits a text, number, literal or bare text.
func (c *coercer) scalar(n int32, p *plan) fit {
	v := c.in[n]
	k, text, cost, ok := c.scalarAs(n, &v, p)
	f := fit{cost: cost}
	if !ok {
		return fit{bad: 1}
	}
	f.out = c.out.add(node{kind: k, text: text, off: v.off, end: v.end})
	return f
}

// scalarAs is the value as one of the types of the plan.
func (c *coercer) scalarAs(n int32, v *node, p *plan) (k kind, text string, cost int, ok bool) {
	if len(p.allowed) > 0 {
		return c.pick(n, v, p)
	}
	k, text = v.kind, v.text
	if v.kind == kindBare {
		k, text = kindString, v.text
		if p.types&typeString == 0 || p.types == typeAny || p.types&(typeBool|typeNull|typeNumber|typeInteger) != 0 && c.natural(v.text, p) {
			k, text = literal(v.text)
		}
	}
	switch {
	case k == kindNull && p.types&typeNull != 0,
		k == kindBool && p.types&typeBool != 0,
		k == kindString && p.types&typeString != 0 && p.fitsText(text):
		return k, text, 0, true
	case k == kindNumber && v.huge:
		c.issue("number_range", n, hugeWant)
		return k, text, 0, false
	case k == kindNumber && p.types&(typeNumber|typeInteger) != 0:
		to, ok := p.number(text)
		if ok && to != text {
			c.fix("number", n, text, to)
		}
		if ok {
			return k, to, 0, true
		}
	}
	if c.level != Coerce {
		return k, text, 0, false
	}
	return c.converted(n, k, text, p)
}

// natural says whether a bare text is a literal that the plan allows.
func (c *coercer) natural(text string, p *plan) bool {
	switch k, _ := literal(text); k {
	case kindNull:
		return p.types&typeNull != 0
	case kindBool:
		return p.types&typeBool != 0
	case kindNumber:
		return p.types&(typeNumber|typeInteger) != 0
	default:
		return false
	}
}

// number checks a JSON number, and writes it plainly where an integer is asked
// for: 3.0 is 3.
func (p *plan) number(text string) (string, bool) {
	if p.types&typeNumber == 0 {
		if strings.ContainsAny(text, ".eE") {
			whole, ok := integral(text)
			if !ok {
				return text, integralHuge(text) && p.fitsNumber(text)
			}
			text = whole
		}
	}
	return text, p.fitsNumber(text)
}

func integral(text string) (string, bool) {
	exponent := 0
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		digits := strings.TrimLeft(text[i+1:], "+-")
		exponent = bounded(digits)
		if text[i+1] == '-' {
			exponent = -exponent
		}
	}
	return asInteger(text, exponent)
}

// integralHuge says whether a number is an integer although no Go integer
// holds it.
func integralHuge(text string) bool {
	mantissa, exponent, ok := strings.Cut(strings.ToLower(text), "e")
	if !ok || strings.HasPrefix(exponent, "-") {
		return false
	}
	_, fraction, _ := strings.Cut(mantissa, ".")
	return len(strings.TrimRight(fraction, "0")) <= bounded(strings.TrimLeft(exponent, "+"))
}

// converted fits a value to another type.
func (c *coercer) converted(n int32, k kind, text string, p *plan) (kind, string, int, bool) {
	switch k {
	case kindNull:
	case kindNumber:
		if p.types&typeString != 0 && p.fitsText(text) {
			c.fix("number_to_text", n, text, text)
			return kindString, text, costSpelling, true
		}
		if p.types&typeBool != 0 && (text == "0" || text == "1") {
			to := "false"
			if text == "1" {
				to = "true"
			}
			c.fix("number_to_boolean", n, text, to)
			return kindBool, to, costSpelling, true
		}
	case kindBool:
		if p.types&typeString != 0 && p.fitsText(text) {
			c.fix("boolean_to_text", n, text, text)
			return kindString, text, costForm, true
		}
	default:
		return c.fromText(n, text, p)
	}
	return k, text, 0, false
}

// fromText fits a text to another type.
func (c *coercer) fromText(n int32, text string, p *plan) (kind, string, int, bool) {
	trimmed := strings.TrimSpace(text)
	if p.types&(typeNumber|typeInteger) != 0 {
		if number, ok := readNumber(trimmed, p); ok {
			if to, ok := p.number(number); ok {
				c.fix("text_to_number", n, text, to)
				return kindNumber, to, costSpelling, true
			}
		}
	}
	if p.types&typeBool != 0 {
		if to, cost, ok := readBool(trimmed); ok {
			c.fix("text_to_boolean", n, text, to)
			return kindBool, to, cost, true
		}
	}
	if p.types&typeNull != 0 {
		if k, to := literal(trimmed); k == kindNull {
			c.fix("text_to_null", n, text, to)
			return kindNull, to, costSpelling, true
		}
	}
	if p.types&typeString != 0 && trimmed != text && p.fitsText(trimmed) {
		c.fix("white_space", n, text, trimmed)
		return kindString, trimmed, costSpelling, true
	}
	return kindString, text, 0, false
}

// readBool reads a text as a boolean: a word for it alone, or the only "true"
// or "false" in a text that states it.
func readBool(text string) (string, int, bool) {
	switch strings.ToLower(strings.Trim(text, ` .!"'*`)) {
	case "true", "yes", "y", "1", "on":
		return "true", costSpelling, true
	case "false", "no", "n", "0", "off":
		return "false", costSpelling, true
	}
	found := ""
	before := ""
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '’' }) {
		word = strings.ToLower(word)
		if word == "true" || word == "false" {
			if found != "" || negates(before) {
				return "", 0, false
			}
			found = word
		}
		before = word
	}
	if found == "" || !stated(text, func(word string) bool { return strings.EqualFold(word, found) }) {
		return "", 0, false
	}
	return found, costWords, true
}

// negates says whether a word turns the next one into its contrary.
func negates(word string) bool {
	switch word {
	case "not", "no", "never", "neither", "nor", "without", "cannot", "except":
		return true
	}
	return strings.HasSuffix(word, "n't") || strings.HasSuffix(word, "n’t")
}

// readNumber reads a text as a number: with a currency, with groups of
// thousands, as percent.
func readNumber(text string, p *plan) (string, bool) {
	s := strings.Trim(text, " \u00a0*`\"'")
	sign := ""
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		sign, s = "-", strings.TrimSpace(rest)
	}
	s = strings.TrimSpace(trimCurrency(s))
	if rest, ok := strings.CutPrefix(s, "-"); ok && sign == "" {
		sign, s = "-", rest
	}
	percent := false
	if rest, ok := strings.CutSuffix(s, "%"); ok {
		percent, s = true, strings.TrimSpace(rest)
	}
	if s == "" || s[0] != '.' && (s[0] < '0' || s[0] > '9') && s[0] != '+' {
		return "", false
	}
	if strings.Contains(s, ",") {
		var ok bool
		if s, ok = ungrouped(s); !ok {
			return "", false
		}
	}
	s, ok := plainNumber(s)
	if !ok {
		if s, ok = unpadded(strings.TrimLeft(text, "-")); !ok {
			return "", false
		}
	}
	switch {
	case !percent:
	case p.max <= 1:
		if s, ok = hundredth(s); !ok {
			return "", false
		}
	case p.max != 100:
		return "", false
	}
	return sign + s, true
}

// unpadded takes leading zeros away: 007 is 7.
func unpadded(s string) (string, bool) {
	if len(s) < 2 || s[0] != '0' {
		return "", false
	}
	t := strings.TrimLeft(s, "0")
	if t == "" || t[0] == '.' {
		t = "0" + t
	}
	end, huge := numberEnd(t, 0)
	return t, end == len(t) && !huge
}

// trimCurrency takes one sign or code of a currency away, before or after.
func trimCurrency(s string) string {
	for _, sign := range [...]string{"$", "€", "£", "¥", "₹", "₽", "₩", "USD", "EUR", "GBP", "JPY", "CHF", "CAD", "AUD", "CNY", "INR"} {
		if rest, ok := strings.CutPrefix(s, sign); ok {
			return rest
		}
		if rest, ok := strings.CutSuffix(s, sign); ok {
			return rest
		}
	}
	return s
}

// ungrouped takes the commas out of 1,234,567.8 and refuses all others: in
// 1,5 the comma may be a decimal point.
func ungrouped(s string) (string, bool) {
	whole, fraction, point := strings.Cut(s, ".")
	groups := strings.Split(whole, ",")
	for i, g := range groups {
		if strings.Trim(g, "0123456789") != "" || i > 0 && len(g) != 3 || i == 0 && (g == "" || len(g) > 3) {
			return "", false
		}
	}
	s = strings.Join(groups, "")
	if len(groups[0]) > 1 && groups[0][0] == '0' || groups[0] == "0" {
		return "", false
	}
	if point {
		s += "." + fraction
	}
	return s, true
}

// hundredth divides a plain number by 100, exactly.
func hundredth(s string) (string, bool) {
	if strings.ContainsAny(s, "eE") {
		return "", false
	}
	whole, fraction, _ := strings.Cut(s, ".")
	for len(whole) < 3 {
		whole = "0" + whole
	}
	at := len(whole) - 2
	fraction = strings.TrimRight(whole[at:]+fraction, "0")
	whole = whole[:at]
	for len(whole) > 1 && whole[0] == '0' {
		whole = whole[1:]
	}
	if fraction == "" {
		return whole, true
	}
	return whole + "." + fraction, true
}
