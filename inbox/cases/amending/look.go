package amending

import (
	"context"
	"strings"

	"assent/inbox/cases"
	"assent/internal/errs"
)

// looking is the practice of Articles 22A to 22D (E2-41): somebody contests a decision that was taken about them without a human being. Assent takes none itself; a programme's own
// systems may. A named person looks at it anew, with what the person concerned says of it, before anything is decided here.
type looking struct{ store Store }

// Codes of what is done with an automated decision.
const (
	looked   = "looked"
	replaced = "replaced"
)

// Outcomes implements cases.Practice: what becomes of the decision is open only once somebody looked at it.
func (looking) Outcomes(c cases.Case) []cases.Outcome {
	if c.Facts.DoneOn(looked).IsZero() {
		return []cases.Outcome{cases.NoData, cases.Withdrawn}
	}
	return usual()
}

// Reasons implements cases.Practice.
func (looking) Reasons(_ cases.Case, o cases.Outcome) []cases.Reason {
	if o == cases.Granted {
		return nil
	}
	return []cases.Reason{
		{Code: "stands", Words: "A person looked at it anew with what the person says, and comes to the same decision", Rule: "Art 22C UK GDPR",
			English: "somebody here has looked at the decision anew, with what you told us, and has come to the same decision", Welsh: "mae rhywun yma wedi edrych ar y penderfyniad o’r newydd, gyda’r hyn a ddywedasoch wrthym, ac wedi dod i’r un penderfyniad"},
		{Code: "not-automated", Words: "It was not taken by automated means alone: a person had a meaningful part in it", Rule: "Art 22A UK GDPR",
			English: "the decision was not taken by automated means alone: somebody had a meaningful part in it", Welsh: "ni wnaed y penderfyniad drwy ddulliau awtomatig yn unig: cafodd rhywun ran ystyrlon ynddo"},
		{Code: "not-significant", Words: "It has no legal or similarly significant effect on the person", Rule: "Art 22A UK GDPR",
			English: "the decision has no legal effect on you, nor one that is similarly significant", Welsh: "nid oes i’r penderfyniad effaith gyfreithiol arnoch, nac effaith yr un mor arwyddocaol"},
	}
}

// Duties implements cases.Practice.
func (looking) Duties(_ context.Context, c cases.Case) ([]cases.Duty, error) {
	var out []cases.Duty
	if c.Decision == nil || c.Decision.Outcome != cases.NoData && c.Decision.Outcome != cases.Withdrawn {
		out = append(out, done(c, cases.Preparing, looked, "Have a person look at the decision anew, with what the person concerned says of it (Article 22C)"))
	}
	if c.Decision != nil && granted(c.Decision.Outcome) {
		out = append(out, done(c, cases.CarryingOut, replaced, "Put the new decision into effect where the old one was taken"))
	}
	return out, nil
}

// Look is a person's look at an automated decision.
type Look struct {
	Actor  string
	Person string // who looked, where a program records it for them
	Said   string // what the person concerned says of the decision, or that they were asked and said nothing
	Found  string // what whoever looked found, and why; disclosable
}

// LookAnew records that a named person looked at an automated decision (Article 22C(2)(c)). It may be done again. Kinds of error: Invalid, Conflict.
func (s *Service) LookAnew(ctx context.Context, caseID int64, l Look) (cases.Case, error) {
	const op = "amending: look anew"
	c, err := s.contested(ctx, caseID)
	if err != nil {
		return c, errs.Wrap(op, err)
	}
	if !strings.HasPrefix(l.Actor, "user:") && strings.TrimSpace(l.Person) == "" {
		return c, errs.E(op, errs.Invalid, "Say which person looked at the decision: no program can (Article 22C).", nil)
	}
	err = firstError(checkWords(l.Said, true, "Say what the person says of the decision, or that they were asked and said nothing."), checkWords(l.Found, true, "Say what you found, and why."))
	if err != nil {
		return c, errs.Wrap(op, err)
	}
	note := "The person says: " + strings.TrimSpace(l.Said) + "\nFound: " + strings.TrimSpace(l.Found)
	if p := strings.TrimSpace(l.Person); p != "" {
		note = "Looked at by " + p + ".\n" + note
	}
	if err := checkWords(note, true, ""); err != nil {
		return c, errs.Wrap(op, err)
	}
	c, err = s.did(ctx, c, l.Actor, looked, "A person looked at the automated decision anew.", note)
	return c, errs.Wrap(op, err)
}

// Replace records that a decision that was taken anew was put into effect. Kinds of error: Invalid, Conflict.
func (s *Service) Replace(ctx context.Context, caseID int64, actor, how string) (cases.Case, error) {
	const op = "amending: replace decision"
	c, err := s.contested(ctx, caseID)
	switch {
	case err != nil:
		return c, errs.Wrap(op, err)
	case c.Decision == nil || !granted(c.Decision.Outcome):
		return c, errs.E(op, errs.Conflict, "Decide first. Only what a person decided is carried out.", nil)
	}
	if err := firstError(established(c), checkWords(how, true, "Say where and how the new decision was put into effect.")); err != nil {
		return c, errs.Wrap(op, err)
	}
	c, err = s.did(ctx, c, actor, replaced, "Put the new decision into effect.", how)
	return c, errs.Wrap(op, err)
}

// contested returns an open case about an automated decision. Whom it is about need not be on record here.
func (s *Service) contested(ctx context.Context, caseID int64) (cases.Case, error) {
	const op = "amending: contested decision"
	c, err := s.Cases.Store.Case(ctx, caseID)
	switch {
	case err != nil:
		return c, err
	case c.Kind != cases.AutomatedDecision:
		return c, errs.E(op, errs.Conflict, "This case is not about an automated decision.", nil)
	case !c.Open():
		return c, errs.E(op, errs.Conflict, "This case is closed. Reopen it first.", nil)
	}
	return c, nil
}
