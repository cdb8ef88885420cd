package cases

import "strings"

// What is left of a case when a person whom it is about is erased: that it was there, when what was due and done, what was decided and on which grounds, by whom. It is
// needed to show that the request was dealt with (Articles 5(2) and 17(3)(e)), and names nobody. Each function keeps what is listed in it and nothing else, so that a new field
// goes unless somebody lets it stay.

// WithoutWords returns the facts without what anybody wrote.
func (f Facts) WithoutWords() Facts {
	kept := Facts{
		House: f.House, Identity: f.Identity, Authority: f.Authority, Fee: f.Fee, Proof: f.Proof, Clarifications: f.Clarifications, AcknowledgedOn: f.AcknowledgedOn,
		ExtendedOn: f.ExtendedOn, ExtensionReason: f.ExtensionReason, DecidedOn: f.DecidedOn, AnsweredOn: f.AnsweredOn, ClosedOn: f.ClosedOn, Done: f.Done,
		Level: f.Level, CommissionerOn: f.CommissionerOn,
	}
	for _, p := range f.Promises {
		kept.Promises = append(kept.Promises, Promise{Told: p.Told, Due: p.Due, Action: p.Action, KeptOn: p.KeptOn})
	}
	for _, s := range f.Stages {
		s.Decision = *s.Decision.WithoutWords()
		kept.Stages = append(kept.Stages, s)
	}
	return kept
}

// WithoutWords returns the decision without what the person was told in words; nil for none.
func (d *Decision) WithoutWords() *Decision {
	if d == nil {
		return nil
	}
	return &Decision{Outcome: d.Outcome, Reasons: d.Reasons, Actor: d.Actor, Person: d.Person, At: d.At}
}

// WithoutWords returns the event without what anybody wrote. What a practice said in a sentence of its own is not known to name nobody, and goes as well.
func (e Event) WithoutWords() Event {
	d := e.Detail
	kept := Event{ID: e.ID, CaseID: e.CaseID, Kind: e.Kind, At: e.At, On: e.On, Actor: e.Actor, Detail: Detail{
		For: d.For, Reasons: d.Reasons, Decision: d.Decision.WithoutWords(), Kept: d.Kept, Code: d.Code, Kind: d.Kind, Received: d.Received, OwnerID: d.OwnerID, Urgent: d.Urgent,
		Unread: d.Unread, CaseID: d.CaseID, InboundID: d.InboundID, LetterID: d.LetterID, FileID: d.FileID, Moves: d.Moves, Proof: d.Proof, House: d.House, Pence: d.Pence,
	}}
	if d.Promise != nil {
		kept.Detail.Promise = &Promise{Told: d.Promise.Told, Due: d.Promise.Due, KeptOn: d.Promise.KeptOn}
	}
	switch {
	case e.Kind == Done:
		kept.What = "Done: " + strings.ReplaceAll(d.Code, "-", " ") + "."
	case e.Kind != Promised || d.Promise != nil:
		kept.What = kept.sentence()
	}
	return kept
}
