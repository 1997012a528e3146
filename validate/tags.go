package validate

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// tagKeys are what a jsonschema tag may say about a value, by its kind. The
// schema library skips, in silence, what it does not know or cannot read: every
// such loss is an error here.
//
//archtest:table what the schema library reads, only read
var tagKeys = map[string][]string{
	"string":  {"minLength", "maxLength", "pattern", "format", "enum", "default", "example"},
	"number":  {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "enum", "default", "example"},
	"integer": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "enum", "default", "example"},
	"boolean": {"default"},
	"array":   {"minItems", "maxItems", "uniqueItems"},
}

// readTags checks the jsonschema tag of a field of shape s and notes in s what
// it says.
func readTags(tag reflect.StructTag, s *shape) error {
	if tag.Get("jsonschema_extras") != "" {
		return errors.New("jsonschema_extras is not supported; use the jsonschema tag")
	}
	text, ok := tag.Lookup("jsonschema")
	if !ok || text == "" {
		return nil
	}
	for _, piece := range splitTag(text) {
		if err := readPiece(piece, s); err != nil {
			return fmt.Errorf("jsonschema tag: %w", err)
		}
	}
	return nil
}

func readPiece(piece string, s *shape) error {
	key, value, ok := strings.Cut(piece, "=")
	switch {
	case piece == "required":
		return nil
	case piece == "nullable":
		s.nullable = true
		return nil
	case !ok:
		return fmt.Errorf(`%q is not key=value; several values are several pairs (enum=a,enum=b), and a comma inside a value is written as \\,`, piece)
	case key == "title" || key == "description":
		return nil
	}
	kind, target := s.kind, s
	if s.kind == "array" && !slices.Contains(tagKeys["array"], key) {
		kind, target = s.elem.kind, s.elem
		if kind == "array" || kind == "boolean" || key == "default" || strings.Contains(value, "=") {
			return fmt.Errorf("%s=%s has no effect on an array or its items; say it in jsonschema_description", key, value)
		}
	}
	if !slices.Contains(tagKeys[kind], key) {
		return fmt.Errorf("%s has no effect on %s; keys that have: %s", key, article(kind), strings.Join(append([]string{"title", "description"}, tagKeys[kind]...), ", "))
	}
	switch {
	case key == "enum":
		target.listed = true
	case key == "uniqueItems" && (s.elem.kind == "array" || s.elem.kind == "object"):
		// The library's hash of composed values is easy to make collide, and
		// then it compares each item with each other.
		return errors.New("uniqueItems needs items that are strings, numbers or booleans")
	}
	if err := readValue(kind, key, value); err != nil {
		return fmt.Errorf("%s=%s: %w", key, value, err)
	}
	return nil
}

// readValue checks that the schema library will be able to read the value.
func readValue(kind, key, value string) (err error) {
	switch key {
	case "minLength", "maxLength", "minItems", "maxItems":
		if _, err = strconv.ParseUint(value, 10, 31); err != nil {
			return errors.New("want a whole number")
		}
	case "uniqueItems":
		if value != "true" {
			return errors.New("want true")
		}
	case "format":
		if !knownFormat(value) {
			return errors.New("nothing checks this format; use a pattern, or jsonschema_description")
		}
	case "pattern":
		_, err = regexp.Compile(value)
		return err
	default:
		switch kind {
		case "number", "integer":
			sc := scanner{text: value}
			switch v, _ := sc.document(); v.(type) {
			case int64, json.Number:
			default:
				return errors.New("want a number")
			}
		case "boolean":
			if value != "true" && value != "false" {
				return errors.New("want true or false")
			}
		}
	}
	return nil
}

// splitTag splits at commas that no backslash precedes, as the schema library
// does.
func splitTag(tag string) []string {
	var pieces []string
	var piece strings.Builder
	for i := range len(tag) {
		switch c := tag[i]; {
		case c != ',':
			if c != '\\' || i+1 == len(tag) || tag[i+1] != ',' {
				piece.WriteByte(c)
			}
		case i > 0 && tag[i-1] == '\\':
			piece.WriteByte(c)
		default:
			pieces = append(pieces, piece.String())
			piece.Reset()
		}
	}
	return append(pieces, piece.String())
}

func firstPiece(tag string) string {
	first, _, _ := strings.Cut(tag, ",")
	return first
}

// article puts "a" or "an" before the name of a JSON type.
func article(kind string) string {
	if strings.ContainsRune("aeiou", rune(kind[0])) {
		return "an " + kind
	}
	return "a " + kind
}
