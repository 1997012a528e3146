package validate

import (
	"encoding"
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/makeready-go/makeready"
)

// decode fills the Go value v points to with JSON. The schema holds by now, so little can go wrong: a number beyond the Go type, a
// text that its type refuses.
func decode(text []byte, value any, root *shape, v any) error {
	err := json.Unmarshal(text, v)
	if err == nil {
		return nil
	}
	if mismatch, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		is := makeready.Issue{Code: "type"}
		if mismatch.Type != nil {
			is.Want = "a value that fits " + mismatch.Type.String()
		}
		if strings.HasPrefix(mismatch.Value, "number") {
			is.Code = "number_range"
		}
		finder := scanner{text: string(text), find: int(mismatch.Offset)}
		if finder.document(); finder.found != nil {
			is.Path, is.Got = finder.found.Path, finder.found.Got
		}
		return &makeready.InvalidError{Issues: []makeready.Issue{is}}
	}
	issues := refusedTexts(nil, root, value, "")
	if len(issues) == 0 {
		issues = issue("type", "values that "+root.typ.String()+" can hold")
	}
	return &makeready.InvalidError{Issues: issues}
}

// refusedTexts finds the texts that the UnmarshalText of their types refuses;
// the decoder's error does not say where they are.
func refusedTexts(issues []makeready.Issue, s *shape, value any, path string) []makeready.Issue {
	if len(issues) == maxIssues {
		return issues
	}
	switch v := value.(type) {
	case string:
		if !s.text {
			return issues
		}
		target, ok := reflect.TypeAssert[encoding.TextUnmarshaler](reflect.New(s.typ))
		if ok && target.UnmarshalText([]byte(v)) != nil {
			return append(issues, makeready.Issue{Path: path, Code: "type", Got: compact(v), Want: "a text that " + s.typ.String() + " accepts"})
		}
	case []any:
		for i, item := range v {
			issues = refusedTexts(issues, s.elem, item, path+"/"+strconv.Itoa(i))
		}
	case map[string]any:
		if s.elem != nil {
			for _, key := range slices.Sorted(maps.Keys(v)) {
				issues = refusedTexts(issues, s.elem, v[key], path+"/"+escape(key))
			}
		}
		for _, p := range s.props {
			if item, has := v[p.name]; has {
				issues = refusedTexts(issues, p.shape, item, path+"/"+escape(p.name))
			}
		}
	}
	return issues
}
