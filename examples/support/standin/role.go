package standin

// A role is what a placeholder stands for.
type role uint8

const (
	roleOther role = iota
	roleCategory
	roleConfidence
	roleEntities
	roleFields
	roleFieldName
	roleQuestion
	roleReply
	roleSource
	roleReason
	roleSuggestion
)

// roleOf reads the words of a placeholder, or of its key if they say nothing.
func roleOf(key, placeholder string) role {
	if r := roleOfWords(placeholder); r != roleOther {
		return r
	}
	return roleOfWords(key)
}

var roleWords = [...]struct { //archtest:table English words by what they name in an answer
	role  role
	words string
}{
	{roleCategory, "category categories intent intents class classes label labels topic topics"},
	{roleConfidence, "confidence probability certainty score"},
	{roleEntities, "entity entities"},
	{roleFields, "fields values"},
	{roleFieldName, "field missing"},
	{roleQuestion, "question questions"},
	{roleReply, "reply answer response message"},
	{roleSource, "source sources passage passages citation citations document documents"},
	{roleReason, "reason why explanation explain rationale"},
	{roleSuggestion, "suggestion suggested next recommended"},
}

func roleOfWords(text string) role {
	for w := range plainWords(text) {
		for _, r := range roleWords {
			if hasWord(r.words, w) {
				return r.role
			}
		}
	}
	return roleOther
}

// roles collects what a shape asks for.
func (s *shape) roles(key string, found map[role]bool) {
	switch s.kind {
	case shapeObject:
		found[roleOf(key, "")] = true
		for _, m := range s.members {
			m.value.roles(m.key, found)
		}
	case shapeArray:
		found[roleOf(key, "")] = true
		for _, item := range s.items {
			item.roles(key, found)
		}
	default:
		found[roleOf(key, s.text)] = true
	}
}
