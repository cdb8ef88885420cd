package cases

import (
	"context"
	"slices"
	"strings"

	"assent/internal/clock"
	"assent/internal/errs"
)

// Flags of a case that mean that somebody may ask for somebody else, as package inbox sets them.
const (
	FlagChild = "child"
	FlagAgent = "agent"
)

// Acting is what a person recorded of who asks for whom: what they saw that shows authority, or that nobody asks for anybody else. It holds no evidence: what staff saw is seen, and not kept.
type Acting struct {
	Evidence string     `json:"evidence"` // a code of ActingEvidences
	On       clock.Date `json:"on"`
	Actor    string     `json:"actor"`
	Person   string     `json:"person,omitempty"` // who saw it, where a program records it for them
}

// OwnRequest is the code of ActingEvidences by which a person records that who asks, asks for themselves.
const OwnRequest = "own-request"

// ActingEvidences returns what shows that somebody may act for the person whom a case is about, and that nobody does.
func ActingEvidences() []Evidence {
	return []Evidence{
		{"parental-responsibility", "Parental responsibility, such as by a birth certificate or an order of a court; seen, and no copy is kept"},
		{"signed-authority", "A letter of authority that the person signed"},
		{"power-of-attorney", "A power of attorney, or an order of a court"},
		{"person-agreed", "The person told us themselves that they agree, at an address or a number that we had before"},
		{"other", "Something else, as the note says"},
		{OwnRequest, "Nobody acts for anybody: who asks, asks for themselves"},
	}
}

// ActingWords returns what a code of ActingEvidences stands for, "" for another one.
func ActingWords(code string) string {
	for _, e := range ActingEvidences() {
		if e.Code == code {
			return e.Words
		}
	}
	return ""
}

// WantsActing reports whether a case cannot be carried out before a person recorded who asks for whom: its mail speaks of a child or of acting for somebody, and it would disclose, erase or
// change what is held.
func (c Case) WantsActing() bool {
	return (c.Has(FlagChild) || c.Has(FlagAgent)) && slices.Contains([]Kind{Access, Portability, Erasure, Rectification}, c.Kind)
}

// MayAct refuses to carry a case out while it is not on record whom it is about, and by what was seen that who asks may act for them. Of a mail the subject is its sender, such as a father: nothing of
// his is erased, and nothing of his child's is sent to him, on the word of a mail. Kind of error: Conflict.
func (s *Service) MayAct(ctx context.Context, c Case) error {
	if !c.WantsActing() || c.Facts.Acting.Evidence == OwnRequest {
		return nil
	}
	if c.Facts.Acting.Evidence == "" {
		return conflict("Somebody may ask for somebody else here. Name whom it is about, under People, and record under “Who asks for whom” what you saw that shows authority, or that they ask for themselves. Until then nothing is disclosed, changed or erased.")
	}
	return s.apart(ctx, c)
}

// apart refuses while a case says that it is about whoever asks.
func (s *Service) apart(ctx context.Context, c Case) error {
	parties, err := s.Store.CaseParties(ctx, c.ID)
	if err != nil {
		return err
	}
	if _, own := ownEntry(parties); own || !Agent(parties) {
		return conflict("The case still says that it is about whoever asks. Name first, under People, the person whom it is about.")
	}
	return nil
}

// ownEntry returns the subject of a case that is its requester.
func ownEntry(parties []Party) (Party, bool) {
	for _, p := range parties {
		if p.Role == Subject && slices.ContainsFunc(parties, func(q Party) bool { return q.Role == Requester && q.same(p) }) {
			return p, true
		}
	}
	return Party{}, false
}

// checkActing lets persons alone say what they saw of who asks for whom, and of whom.
func (s *Service) checkActing(ctx context.Context, c Case, e *Event) error {
	a := e.Detail.Acting
	switch {
	case a == nil || ActingWords(a.Evidence) == "":
		return invalid("Say what you saw: one of the kinds of evidence that are listed.")
	case (a.Evidence == OwnRequest || a.Evidence == "other") && strings.TrimSpace(e.Note) == "":
		return invalid("Say in a note what shows it.")
	}
	if err := actedBy(e.Actor, a.Person); err != nil {
		return err
	}
	if a.Evidence == OwnRequest {
		return nil
	}
	return s.apart(ctx, c)
}

// actedBy refuses whoever is no person, and names none.
func actedBy(actor, person string) error {
	if personOnly(actor, person) != nil {
		return errs.E("cases: acting", errs.Forbidden, "Only a person sees to authority. A program that records it must name the person who saw it (person).", nil)
	}
	return nil
}

// says is what the timeline has of who asks for whom.
func (a *Acting) says() string {
	switch {
	case a == nil:
		return "Who asks for whom was recorded."
	case a.Evidence == OwnRequest:
		return "Recorded that who asks, asks for themselves."
	}
	return "Authority to act for the person was seen: " + strings.ReplaceAll(a.Evidence, "-", " ") + "."
}

// cameWith completes an authority that came with what a person says they saw; a program cannot say it.
func (e *Event) cameWith() error {
	if e.Detail.For != Authority {
		e.Detail.Acting = nil
		return nil
	}
	if e.Detail.Acting == nil {
		e.Detail.Acting = &Acting{Evidence: "other"}
	}
	if actedBy(e.Actor, e.Detail.Acting.Person) != nil {
		e.Detail.Acting = nil
		return nil
	}
	if ActingWords(e.Detail.Acting.Evidence) == "" || e.Detail.Acting.Evidence == OwnRequest {
		return invalid("Say what you saw: one of the kinds of evidence that are listed.")
	}
	return nil
}

// acting takes what was recorded of who asks for whom. Authority that was asked for has come with it, or is needed no more.
func (c *Case) acting(e Event) {
	a := *e.Detail.Acting
	a.On, a.Actor = e.On, e.Actor
	c.Facts.Acting = a
	if n := c.Facts.Authority; n.open() {
		n.MetOn, n.Dropped = e.On, a.Evidence == OwnRequest
		if n.MetOn.Before(n.AskedOn) {
			n.MetOn = n.AskedOn
		}
		c.Facts.Authority = n
	}
}

// actingDuty is the duty to record who asks for whom; ok is false where nobody need.
func (s *Service) actingDuty(ctx context.Context, c Case) (d Duty, ok bool, err error) {
	if !c.WantsActing() || c.Decision != nil && c.Decision.Outcome != Granted && c.Decision.Outcome != Partly {
		return Duty{}, false, nil
	}
	err = s.MayAct(ctx, c)
	if err != nil && errs.KindOf(err) != errs.Conflict {
		return Duty{}, false, err
	}
	return Duty{Code: "represented", Words: "Record who asks for whom: whom it is about, and what you saw that shows authority, or that they ask for themselves", Done: err == nil}, true, nil
}

// otherSubject reports whether naming a party makes a case be about somebody else than it was.
func otherSubject(before []Party, p Party) bool {
	return p.Role == Subject && !slices.ContainsFunc(before, func(q Party) bool {
		return q.Role == Subject && q.ID == p.ID && !q.Address.IsZero() && q.Address.Normal() == p.Address.Normal()
	})
}
