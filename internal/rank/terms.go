package rank

import (
	"iter"
	"unicode"
	"unicode/utf8"
)

// Terms splits a text into the terms that an [Index] compares: runs of
// letters, marks and digits, in lower case, English ones without their
// endings ([Stem]). An apostrophe inside a word joins its sides ("don't" is
// "dont") and a possessive one ends it ("shop's" is "shop"). Bytes that are
// not UTF-8 separate words like spaces.
func Terms(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		scan(text, nil, func(term []byte) bool { return yield(string(term)) })
	}
}

// scan calls yield with each term of text until it returns false. The term is
// valid during the call. It returns buf, grown, for the next scan.
func scan(text string, buf []byte, yield func(term []byte) bool) []byte {
	buf = buf[:0]
	ascii := true
	flush := func() bool {
		if len(buf) == 0 {
			return true
		}
		term := buf
		if ascii {
			term = stem(term)
		}
		ok := yield(term)
		buf, ascii = buf[:0], true
		return ok
	}
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		switch {
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
			buf = append(buf, text[i])
		case 'A' <= r && r <= 'Z':
			buf = append(buf, text[i]+'a'-'A')
		case r == '\'' || r == '’':
			n, end := apostrophe(text[i+size:])
			size += n
			if (end || len(buf) == 0) && !flush() {
				return buf
			}
		case r >= utf8.RuneSelf && word(r): // the error rune is no letter
			buf = utf8.AppendRune(buf, unicode.ToLower(r))
			ascii = false
		default:
			if !flush() {
				return buf
			}
		}
		i += size
	}
	flush()
	return buf
}

func word(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

// apostrophe looks at what follows one: whether it ends the word, and how many
// bytes belong to the ending.
func apostrophe(rest string) (n int, end bool) {
	r, size := utf8.DecodeRuneInString(rest)
	if !unicode.IsLetter(r) {
		return 0, true
	}
	if r == 's' || r == 'S' {
		if next, _ := utf8.DecodeRuneInString(rest[size:]); !word(next) {
			return size, true
		}
	}
	return 0, false
}
