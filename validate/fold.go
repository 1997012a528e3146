package validate

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// fold writes a name so that spellings of it are equal: lower case, without
// accents, words parted by one space, whether they were parted by a space, a
// punctuation mark or a capital letter.
func fold(s string) string {
	if plainName(s) {
		return s
	}
	b := make([]byte, 0, len(s)+4)
	gap, lower := false, false
	for i, r := range s {
		if unicode.Is(unicode.Mn, r) {
			continue
		}
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !symbol(r) {
			gap = gap || len(b) > 0
			lower = false
			continue
		}
		upper := unicode.IsUpper(r)
		if upper && i > 0 && (lower || capitalized(s[i:]) && len(b) > 0) {
			gap = true
		}
		if gap && len(b) > 0 {
			b = append(b, ' ')
		}
		gap = false
		lower = unicode.IsLower(r)
		b = appendFolded(b, unicode.ToLower(r))
	}
	return string(b)
}

// plainName says whether fold has nothing to do.
func plainName(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// capitalized says whether s begins a word: a capital before a small letter.
func capitalized(s string) bool {
	_, n := utf8.DecodeRuneInString(s)
	next, _ := utf8.DecodeRuneInString(s[n:])
	return unicode.IsLower(next)
}

// symbol says whether a rune that is no letter tells names apart.
func symbol(r rune) bool { return r > 0x2000 && unicode.IsSymbol(r) }

// tight is a folded name without its spaces.
func tight(folded string) string { return strings.ReplaceAll(folded, " ", "") }

// appendFolded writes a small letter without its accent.
func appendFolded(b []byte, r rune) []byte {
	if r < 0x80 {
		return append(b, byte(r)) //nolint:gosec // it is ASCII
	}
	switch r {
	case 'ß':
		return append(b, "ss"...)
	case 'æ':
		return append(b, "ae"...)
	case 'œ':
		return append(b, "oe"...)
	case 'þ':
		return append(b, "th"...)
	}
	if r >= 0xE0 && r < 0x180 || r >= 0x1E00 && r < 0x1F00 {
		if i := strings.IndexRune(accented, r); i >= 0 {
			base := accented[:i]
			return append(b, base[strings.LastIndexByte(base, '|')-1])
		}
	}
	return utf8.AppendRune(b, r)
}

// accented lists, behind each letter and a bar, the letters that it is the base
// of (Unicode's canonical decompositions, and the strokes of đ, ħ, ł, ø, ŧ).
const accented = "a|àáâãäåāăąạảấầẩẫậắằẳẵặ" + "b|ḃḅ" + "c|çćĉċč" + "d|ðďđḋḍ" + "e|èéêëēĕėęěẹẻẽếềểễệ" + "f|ḟ" + "g|ĝğġģ" +
	"h|ĥħḣḥ" + "i|ìíîïĩīĭįıỉị" + "j|ĵ" + "k|ķḳ" + "l|ĺļľŀłḷ" + "m|ṁṃ" + "n|ñńņňŉŋṅṇ" + "o|òóôõöøōŏőọỏốồổỗộớờởỡợơ" + "p|ṗ" +
	"r|ŕŗřṙṛ" + "s|śŝşšșṡṣ" + "t|ţťŧțṫṭ" + "u|ùúûüũūŭůűųưụủứừửữự" + "w|ŵẁẃẅ" + "x|ẋẍ" + "y|ýÿŷỳỵỷỹ" + "z|źżžẑẓ"
