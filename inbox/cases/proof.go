package cases

import (
	"context"
	"slices"
	"strings"
	"time"

	"assent/inbox/identity"
	"assent/internal/address"
	"assent/internal/clock"
	"assent/internal/errs"
)

// ProofBy says how it was established who asks.
type ProofBy string

const (
	ByOwnMail ProofBy = "mail"  // the domain of the address on record vouches for the mail
	ByLink    ProofBy = "link"  // whoever reads the mailbox on record opened a link that was mailed there, and said yes
	ByStaff   ProofBy = "staff" // a member of staff saw evidence
)

// Proof is how it was established that the person whom a case is about asks, or agrees that somebody asks for them (Article 12(6); E1-06, E2-27). It holds no evidence: what staff saw is
// seen, and not kept.
type Proof struct {
	By       ProofBy    `json:"by"`
	On       clock.Date `json:"on"`
	Evidence string     `json:"evidence,omitempty"` // by staff: the code of what they saw
	Actor    string     `json:"actor"`
	Person   string     `json:"person,omitempty"` // who saw it, where a program records it for them
}

// Seen reports whether a member of staff saw who asks.
func (p Proof) Seen() bool { return p.By == ByStaff && p.Evidence != NoDoubt }

// Vouched reports whether, in a case, it still stands that a member of staff saw who asks; false where there is no such case.
func (s *Service) Vouched(ctx context.Context, caseID int64) (bool, error) {
	c, err := s.Store.Case(ctx, caseID)
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return false, nil
	}
	return c.Facts.Proof.Seen(), errs.Wrap("cases: vouched", err)
}

// Evidence is something that staff may have seen.
type Evidence struct {
	Code  string
	Words string
}

// NoDoubt is the code of Evidences by which a person records that nothing was seen, and why nothing gives reason to doubt who asks: more may be asked for only in reasonable doubt
// (Article 12(6)). It rests on whom the case was about, and ends when somebody else is named.
const NoDoubt = "no-doubt"

// Evidences returns what counts as proof when a member of staff saw it, what asks least of people first.
func Evidences() []Evidence {
	return []Evidence{
		{"answered-letter", "They answered a letter that we sent to the address on record"},
		{"shared-knowledge", "They gave a code word, or told what only they and we know"},
		{"known", "A member of staff knows them, by voice or in person"},
		{"called-back", "They were called back on a number that was on record before"},
		{"signed-in", "They signed in to an account of theirs"},
		{"signed-letter", "A signed letter came from the postal address on record"},
		{"document-seen", "They showed an official document; it was seen, and no copy is kept"},
		{"other", "Something else, as the note says"},
		{NoDoubt, "Nothing was seen, and nothing gives reason to doubt who asks, as the note says (Article 12(6))"},
	}
}

// EvidenceWords returns what a code of Evidences stands for, "" for another one.
func EvidenceWords(code string) string {
	for _, e := range Evidences() {
		if e.Code == code {
			return e.Words
		}
	}
	return ""
}

// NeedsProof reports whether a case is carried out only when something proves who asks, or a person recorded why there is no doubt: it discloses what is held, or changes it for good. What
// protects or stops never needs it.
func (c Case) NeedsProof() bool {
	return slices.Contains([]Kind{Access, Portability, Erasure, Rectification}, c.Kind)
}

// Established reports whether it is known who asks, and nothing that was asked for is still waited for. Nothing may be disclosed, and no record
// changed, on a request of which it is not. What stops mail never asks.
func (f Facts) Established() bool {
	return f.Proof.By != "" && !f.Identity.open() && !f.Authority.open()
}

// Trusted reports whether a case may be carried out as far as it matters who asks: that is established, or a person saw authority to act for whom it is about, who is named apart.
// To hand anything over, it must be known besides who takes it (E1-07).
func (c Case) Trusted() bool {
	acting := c.Facts.Acting.Evidence
	return !c.NeedsProof() || c.Facts.Established() || acting != "" && acting != OwnRequest && !c.Facts.Identity.open() && !c.Facts.Authority.open()
}

// proved takes a proof. What was asked for has come with it.
func (c *Case) proved(e Event) error {
	if e.Detail.Proof == nil {
		return invalid("Say what proves who asks.")
	}
	p := *e.Detail.Proof
	p.On, p.Actor = e.On, e.Actor
	if p.Evidence == NoDoubt && (c.Facts.Proof.By != "" || c.Facts.Identity.open()) {
		return nil // a proof is more, and what was asked for has not come
	}
	c.Facts.Proof = p
	if n := c.Facts.Identity; n.open() {
		n.MetOn = e.On
		if n.MetOn.Before(n.AskedOn) {
			n.MetOn = n.AskedOn
		}
		c.Facts.Identity = n
	}
	return nil
}

// disowned takes the word of whoever reads the mailbox on record that they did not ask: what proved it proves nothing any more.
func (c *Case) disowned(e Event) {
	c.Facts.Proof, c.Facts.DisownedOn = Proof{}, e.On
	c.Alarm = "Whoever reads the mailbox on record says that they did not ask for this. Disclose nothing, and change nothing, before you have found out."
}

// checkProof lets persons alone say what they saw, or why they need to see nothing.
func (s *Service) checkProof(ctx context.Context, c Case, e *Event) error {
	if e.Kind == Received && e.Detail.For != Identity {
		e.Detail.Proof = nil
		return nil
	}
	if e.Detail.Proof == nil {
		if e.Kind == Received {
			e.Detail.Proof = &Proof{Evidence: "other"}
		} else {
			return invalid("Say what you saw.")
		}
	}
	e.Detail.Proof.By = ByStaff
	if EvidenceWords(e.Detail.Proof.Evidence) == "" {
		return invalid("Say what you saw: one of the kinds of evidence that are listed.")
	}
	if e.Kind == Proved {
		if personOnly(e.Actor, e.Detail.Proof.Person) != nil {
			return errs.E("cases: proof", errs.Forbidden, "Only a person sees what proves who asks. A program that records it must name the person who saw it (person).", nil)
		}
		if code := e.Detail.Proof.Evidence; (code == "other" || code == NoDoubt) && strings.TrimSpace(e.Note) == "" {
			return invalid("Say in a note what shows who asks, or why nothing gives reason to doubt it.")
		}
	}
	if e.Detail.Proof.Evidence == NoDoubt {
		return s.mayTrust(ctx, c)
	}
	return nil
}

// mayTrust refuses to record that there is no doubt about who asks where there is.
func (s *Service) mayTrust(ctx context.Context, c Case) error {
	switch {
	case !c.Facts.DisownedOn.IsZero():
		return conflict("Whoever reads the mailbox on record said that they did not ask: that is a doubt. Record what you saw that shows who asks.")
	case c.Facts.Identity.open():
		return conflict("Proof of identity was asked for, so there was a doubt. Record what came, or that it is needed no more and why.")
	}
	messages, err := s.Store.CaseMessages(ctx, c.ID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(messages, func(m Message) bool { return m.Direction == In && m.Identity.Standing == identity.Contradicted }) {
		return conflict("Your own mail server says of a message of this case that it does not come from where it says: that is a doubt. Ask at the address on record, or record what you saw.")
	}
	return nil
}

// ProvedByMail is the event of a mail that proves who asks.
func ProvedByMail(r identity.Result) Event {
	what := "The mail proves who asks: " + r.Domain + " vouches for it, and the address is the one on record."
	return Event{Kind: Proved, Actor: "system", What: what, Detail: Detail{Proof: &Proof{By: ByOwnMail}}}
}

// ownMail reports whether a message that is proved comes from the address on record of somebody whom the case is about.
func ownMail(parties []Party, m Incoming) bool {
	return m.Identity.Standing == identity.Proved && slices.ContainsFunc(parties, func(p Party) bool {
		return p.Role == Subject && p.SubscriberID != 0 && !p.Address.IsZero() && p.Address.Normal() == m.From.Normal()
	})
}

// Happened applies events to a case that is about to be opened and to each of its sub-cases, on whose timelines they stand too. now is when they are recorded. Kinds of
// error: Conflict and Invalid, as of Case.After.
func (o *Opening) Happened(r *clock.Reckoner, now time.Time, events ...Event) error {
	for i := range events {
		events[i].stamp(r, o.Case, now)
	}
	c, _, err := Advance(r, o.Case, events, now)
	if err != nil {
		return err
	}
	for i := range o.Subs {
		if o.Subs[i], _, err = Advance(r, o.Subs[i], events, now); err != nil {
			return err
		}
	}
	o.Case, o.Events, o.SubEvents = c, append(o.Events, events...), append(o.SubEvents, events...)
	return nil
}

// ProvedLater records that a message of a case, looked at again, proves who asks. A message that proves nothing, or is not from the address on record, changes nothing.
func (s *Service) ProvedLater(ctx context.Context, id int64, from address.Address, r identity.Result) error {
	const op = "cases: proved later"
	c, err := s.Store.Case(ctx, id)
	if err != nil {
		return errs.Wrap(op, err)
	}
	parties, err := s.Store.CaseParties(ctx, c.ID)
	if err != nil || !c.Open() || c.Facts.Proof.By != "" || !c.Facts.DisownedOn.IsZero() || !ownMail(parties, Incoming{From: from, Identity: r}) {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, s.toFamily(ctx, c, ProvedByMail(r)))
}
