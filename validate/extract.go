package validate

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/makeready-go/makeready"
)

// extract finds the one JSON value in the text of a model and reads it. The
// issues say why there is none.
//
// It looks at the whole text, then at the content of its only fence, then at
// its only object or array. It never chooses between candidates, because a
// wrong choice is a wrong answer that looks right.
func extract(output string) (*scanner, any, []makeready.Issue) {
	if len(output) > maxSize {
		return nil, nil, issue("size", "at most "+strconv.Itoa(maxSize)+" bytes")
	}
	if !utf8.ValidString(output) {
		return nil, nil, issue("utf8", "valid UTF-8")
	}
	text := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(output), "\uFEFF"))
	if text == "" {
		return nil, nil, issue("empty", "one JSON value")
	}
	s := &scanner{text: text}
	v, ok := s.document()
	for _, find := range [...]func(string) (string, bool){fenced, lone} {
		if ok || s.fault.Code != "syntax" { // beyond a limit there is no point in looking further
			break
		}
		if candidate, found := find(text); found {
			s = &scanner{text: candidate}
			v, ok = s.document()
		}
	}
	if ok {
		return s, v, s.soft
	}
	return nil, nil, append(s.soft[:min(len(s.soft), maxIssues-1)], *s.fault)
}

// fenced returns the content of the only Markdown fence in text, closed or not.
func fenced(text string) (content string, ok bool) {
	start, end := -1, -1
	marker := ""
	for at := 0; at < len(text); {
		line := text[at:]
		next := len(text)
		if i := strings.IndexByte(line, '\n'); i >= 0 {
			line, next = line[:i], at+i+1
		}
		line = strings.TrimSpace(line)
		switch run := fence(line); {
		case marker != "":
			if line == run && strings.HasPrefix(run, marker) { // it closes
				marker, end = "", at
			}
		case run == "" || run[0] == '`' && strings.Contains(line[len(run):], "`"):
		case start >= 0:
			return "", false // a second one
		default:
			marker, start = run, next
		}
		at = next
	}
	switch {
	case start < 0:
		return "", false
	case marker != "": // it may be closed at the end of its last line
		return strings.TrimSuffix(text[start:], marker), true
	}
	return text[start:end], true
}

// fence is the run of at least three backticks or tildes that begins line.
func fence(line string) string {
	if line == "" || line[0] != '`' && line[0] != '~' {
		return ""
	}
	n := len(line) - len(strings.TrimLeft(line, line[:1]))
	if n < 3 {
		return ""
	}
	return line[:n]
}

// lone returns the only balanced object or array in text. There is none if any
// other bracket stands outside of it.
func lone(text string) (candidate string, ok bool) {
	start := strings.IndexAny(text, "{}[]")
	if start < 0 {
		return "", false
	}
	depth := 0
	inString := false
	for i := start; i < len(text); i++ {
		switch c := text[i]; {
		case inString:
			if c == '\\' {
				i++
			}
			inString = c != '"'
		case c == '"':
			inString = true
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
			if depth <= 0 {
				return text[start : i+1], depth == 0 && !strings.ContainsAny(text[i+1:], "{}[]")
			}
		}
	}
	return "", false
}

func issue(code, want string) []makeready.Issue {
	return []makeready.Issue{{Code: code, Want: want}}
}
