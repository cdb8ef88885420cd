package cases

import (
	"assent/internal/errs"
	"assent/templates"
)

// builtIn says which texts come with Assent, in the order in which they are offered, and what a letter with each does.
func builtIn() []Text {
	return []Text{
		{Name: "acknowledge", Title: "Acknowledge"},
		{Name: "ask-identity", Title: "Ask for proof of identity", Asks: Identity},
		{Name: "ask-authority", Title: "Ask for authority to act", Asks: Authority},
		{Name: "ask-clarification", Title: "Ask what is wanted", Asks: Clarification},
		{Name: "ask-fee", Title: "Ask for a fee", Asks: Fee},
		{Name: "extension", Title: "Tell of two further months", Extends: true},
		{Name: "holding", Title: "Say that the answer takes longer"},
		{Name: "granted", Title: "Tell that it is done", Answers: true},
		{Name: "refused", Title: "Tell a refusal", Answers: true},
		{Name: "no-data", Title: "Tell that nothing is held", Answers: true},
		{Name: "complaint-outcome", Title: "Tell the outcome of a complaint", Answers: true},
		{Name: "blank", Title: "Write freely"},
	}
}

// BuiltIn returns the texts that come with Assent, in English and Welsh. An error is of kind Internal.
func BuiltIn() ([]Text, error) {
	var out []Text
	for _, t := range builtIn() {
		for _, t.Language = range []string{"en", "cy"} {
			var err error
			if t.Subject, t.Body, err = templates.LetterText(t.Name, t.Language); err != nil {
				return nil, errs.E("cases: texts", errs.Internal, "", err)
			}
			out = append(out, t)
		}
	}
	return out, nil
}
