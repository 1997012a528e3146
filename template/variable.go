package template

import (
	"math"
	"strings"
	"unicode/utf8"

	"github.com/makeready-go/makeready"
)

// MaxValueBytes bounds the value of one variable; of a list, its items
// together.
const MaxValueBytes = 1 << 20

// varType is the type that a file gives a variable.
type varType uint8

const (
	anyType varType = iota // inferred from a slot
	stringType
	listType
	numberType
	boolType
)

var varTypeNames = []string{"any", "string", "list", "number", "bool"} //archtest:table names of constants

var kindNames = [...]string{"nothing", "a string", "a list", "a number", "a bool"} //archtest:table names of constants

// accepts says whether a value of this kind can be given.
func (t varType) accepts(k kind) bool {
	return t == anyType || k == absent || uint8(t) == uint8(k)
}

// A variable is declared by a file, or inferred from its slots.
type variable struct {
	delimiter

	name     string
	typ      varType
	required bool
	trusted  bool // whatever Go type the value has
	format   listFormat
	origin   makeready.Origin
	fallback value    // the file's default, absent if there is none
	at       position // of the first slot, else of the declaration
}

// check says what is wrong with a given value, without repeating it.
func (v *variable) check(given *value) string {
	if !v.typ.accepts(given.kind) {
		return "is declared as " + varTypeNames[v.typ] + " and given as " + kindNames[given.kind]
	}
	switch given.kind {
	case absent:
		if v.required {
			return "is required and not given"
		}
	case textKind:
		return v.checkText(given.text)
	case listKind:
		return v.checkList(given)
	case numberKind:
		if given.v.CanFloat() {
			if f := given.v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
				return "is not a finite number"
			}
		}
	case boolKind:
	}
	return ""
}

const (
	wrongSize  = "is larger than MaxValueBytes"
	wrongUTF8  = "is not valid UTF-8"
	wrongBlank = "is required and empty"
)

func (v *variable) checkText(s string) string {
	switch {
	case len(s) > MaxValueBytes:
		return wrongSize
	case !utf8.ValidString(s):
		return wrongUTF8
	case v.required && isBlank(s):
		return wrongBlank
	}
	return ""
}

func (v *variable) checkList(given *value) string {
	size, blank := 0, true
	for i := range given.v.Len() {
		item := given.item(i)
		if size += len(item); size > MaxValueBytes {
			return wrongSize
		}
		if !utf8.ValidString(item) {
			return wrongUTF8
		}
		blank = blank && isBlank(item)
	}
	if v.required && blank {
		return wrongBlank
	}
	return ""
}

// isBlank says whether nothing of s can be seen once it is cleaned.
func isBlank(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !isSkipped(r) }) < 0
}
