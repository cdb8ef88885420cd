package cases

import (
	"context"

	"assent/internal/errs"
	"assent/templates"
)

// builtIn says which texts come with Assent, in the order in which they are offered, and what a letter with each does.
func builtIn() []Text {
	return []Text{
		{Name: "acknowledge", Title: "Acknowledge"},
		{Name: "acknowledge-complaint", Title: "Acknowledge a complaint"},
		{Name: "ask-identity", Title: "Ask for proof of identity", Asks: Identity},
		{Name: "ask-authority", Title: "Ask for authority to act", Asks: Authority},
		{Name: "ask-clarification", Title: "Ask what is wanted", Asks: Clarification},
		{Name: "ask-fee", Title: "Ask for a fee", Asks: Fee},
		{Name: "extension", Title: "Tell of two further months", Extends: true},
		{Name: "granted", Title: "Tell that it is done", Answers: true},
		{Name: "refused", Title: "Tell a refusal", Answers: true},
		{Name: "no-data", Title: "Tell that nothing is held", Answers: true},
		{Name: "complaint-outcome", Title: "Tell the outcome of a complaint", Answers: true},
		{Name: "complaint-review", Title: "Tell that a complaint is reviewed"},
		{Name: "complaint-progress", Title: "Tell how a complaint goes on"},
		{Name: "holding", Title: "Say that the answer takes longer"},
		{Name: "complaint-final", Title: "Tell the outcome of a review", Answers: true},
		{Name: "breach-people", Title: "Tell somebody of a breach of their data"},
		{Name: "disclosure-answer", Title: "Tell whoever asked for another's data what they get", Answers: true},
		{Name: "disclosure-refused", Title: "Tell whoever asked for another's data that they get nothing", Answers: true},
		{Name: "freedom-of-information", Title: "Tell that a freedom-of-information request was passed on"},
		{Name: "not-ours", Title: "Tell that it was meant for somebody else", Answers: true},
		{Name: "pack", Title: "Send the link to a pack (the pack's own page fills it)", Answers: true},
		{Name: "pack-part", Title: "Send the link to a pack that leaves something out", Answers: true},
		{Name: "passed-on", Title: "Send another organisation what the person wants it to have (the pack's own page fills it)"},
		{Name: "passed-on-told", Title: "Tell that the data was sent straight to another organisation", Answers: true},
		{Name: "not-passed-on", Title: "Tell why the data is not sent straight to another organisation"},
		{Name: "restriction-lifting", Title: "Tell before a restriction is lifted", Does: LiftingTold},
		{Name: "erasure-partly", Title: "Tell that a part is erased, and what stays", Answers: true},
		{Name: "rectified", Title: "Tell what was corrected, and what was not", Answers: true},
		{Name: "restricted", Title: "Tell that processing is restricted", Answers: true},
		{Name: "objection-upheld", Title: "Tell that an objection is upheld", Answers: true},
		{Name: "withdrawn", Title: "Tell that consent is withdrawn", Answers: true},
		{Name: "decision-anew", Title: "Tell that an automated decision was made anew", Answers: true},
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

// Texts returns what a letter of a programme may begin from: the texts that come with Assent, with the house's and then the programme's own in their place.
func (s *Service) Texts(ctx context.Context, programmeID int64) ([]Text, error) {
	const op = "cases: texts"
	built, err := BuiltIn()
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	own, err := s.Store.LetterTexts(ctx, programmeID)
	return Choose(built, own), errs.Wrap(op, err)
}

// SaveText keeps a programme's own text, or with no programme that of the house. Kinds of error: Invalid, NotFound for the programme.
func (s *Service) SaveText(ctx context.Context, t Text) error {
	const op = "cases: save text"
	if err := t.Check(); err != nil {
		return errs.Wrap(op, err)
	}
	if t.ProgrammeID != 0 {
		if _, err := s.Records.Programme(ctx, t.ProgrammeID); err != nil {
			return errs.Wrap(op, err)
		}
	}
	own, err := s.Store.LetterTexts(ctx, t.ProgrammeID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if len(own) >= maxTexts {
		return errs.E(op, errs.Invalid, "A programme can have 500 texts of its own. Change one of them.", nil)
	}
	t.ChangedAt = s.Now()
	return errs.Wrap(op, s.Store.SaveLetterText(ctx, t))
}
