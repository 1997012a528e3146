package standin

import (
	"strings"
	"sync"
)

// faults makes the first replies of each kind of request malformed.
type faults struct {
	replies int // of each kind

	mu   sync.Mutex
	seen map[string]int // by the shape's keys
}

// maxKinds bounds how many kinds of requests are remembered.
const maxKinds = 256

// apply returns text, or a malformed version of it while faults are left for
// its kind.
func (f *faults) apply(s *shape, text string) string {
	if f.replies <= 0 {
		return text
	}
	kind := "text"
	if s != nil {
		kind = s.keys()
	}
	f.mu.Lock()
	n, known := f.seen[kind]
	if !known && len(f.seen) == maxKinds {
		n = f.replies
	} else {
		f.seen[kind] = n + 1
	}
	f.mu.Unlock()
	if n >= f.replies {
		return text
	}
	return malformed(n, text)
}

func (s *shape) keys() string {
	var keys []string
	for _, m := range s.members {
		keys = append(keys, m.key)
	}
	return strings.Join(keys, ",")
}

// malformed spoils a reply in the n-th way, over and over: its first member is
// missing; its first value has the wrong type; it is cut off in the middle; it
// stands in prose and has a trailing comma.
func malformed(n int, text string) string {
	body, isObject := strings.CutPrefix(text, "{")
	if !isObject {
		return ""
	}
	first, rest, more := strings.Cut(body, ", \"")
	key, _, _ := strings.Cut(first, ": ")
	switch n % 4 {
	case 0:
		if more {
			return `{"` + rest
		}
		return "{}"
	case 1:
		if more {
			return "{" + key + `: [0], "` + rest
		}
		return "{" + key + ": [0]}"
	case 2:
		return strings.ToValidUTF8(text[:len(text)*2/3], "")
	default:
		return "Sure, here you are:\n\n" + strings.TrimSuffix(text, "}") + ",}\n\nLet me know if you need more."
	}
}
