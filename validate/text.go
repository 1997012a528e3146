package validate

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/makeready-go/makeready"
)

// ReasonUncertain is the reason of the [*makeready.Exit] by which a model says
// that it does not know.
const ReasonUncertain = "model_uncertain"

// maxDetail is how many bytes of a model's reason, and of its suggestion, an
// exit holds.
const maxDetail = 1000

// uncertain recognizes the object by which a model says that it does not know.
// A reason or suggestion that is no text is left out.
func uncertain(value any) *makeready.Exit {
	object, _ := value.(map[string]any)
	status, _ := object["status"].(string)
	if !strings.EqualFold(strings.TrimSpace(status), "uncertain") {
		return nil
	}
	reason, _ := object["reason"].(string)
	suggestion, _ := object["suggestion"].(string)
	return &makeready.Exit{
		Outcome:    makeready.Uncertain,
		Reason:     ReasonUncertain,
		Detail:     clip(reason, maxDetail),
		Suggestion: clip(suggestion, maxDetail),
	}
}

// Text returns the validator of plain text. It accepts any valid UTF-8 that is
// not blank and returns it without the white space around it. The object by
// which a model says that it does not know is an [*makeready.Exit], as with any
// parser.
func Text() makeready.Validator[string] { return textValidator{} }

type textValidator struct{}

func (textValidator) Validate(_ context.Context, output string) (string, error) {
	text := strings.TrimSpace(output)
	switch {
	case !utf8.ValidString(output):
		return "", &makeready.InvalidError{Issues: issue("utf8", "valid UTF-8")}
	case text == "":
		return "", &makeready.InvalidError{Issues: issue("empty", "some text")}
	}
	if strings.Contains(text, `"status"`) { // most texts are spared the reading
		if _, value, issues := extract(text); issues == nil {
			if exit := uncertain(value); exit != nil {
				return "", exit
			}
		}
	}
	return text, nil
}
