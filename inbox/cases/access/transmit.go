package access

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"assent/inbox/cases"
	"assent/internal/errs"
	"assent/subscriptions"
)

// Passage is how an operator sends a pack straight to a receiver.
type Passage struct {
	Checked string // how it was made sure that the address is theirs
	Way     Way    // by which the code is told to them
	Days    int    // that the link lives; 0 for UsualDays
	Told    string // how the person is told, where no letter can be sent to them
	Person  string // who decided, where a program records it
	Key     string // of the caller's making, so that the letters go out once
}

// Transmit sends a receiver a link to what is portable, returns the code, which is shown once, tells the person, and enters it into the register of who got what (Articles 15(1)(c), 19
// and 20(2)). A person decides. Kinds of error: NotFound, Invalid, Conflict, Forbidden for whoever is no person.
func (s *Service) Transmit(ctx context.Context, caseID, receiverID int64, actor string, p Passage) (Link, string, error) {
	const op = "access: transmit"
	k, pack, err := s.ready(ctx, caseID)
	if err != nil {
		return Link{}, "", errs.Wrap(op, err)
	}
	r, err := s.sendable(ctx, k, receiverID, actor, &p)
	if err != nil {
		return Link{}, "", errs.Wrap(op, err)
	}
	asks, err := s.asks(ctx, k, p.Told)
	if err != nil {
		return Link{}, "", errs.Wrap(op, err)
	}
	now := s.Now()
	l := Link{PackID: pack.ID, CaseID: k.ID, ReceiverID: r.ID, Way: p.Way, Actor: actor, MadeAt: now, ExpiresAt: now.Add(time.Duration(p.Days) * 24 * time.Hour)}
	if err := s.Store.AddLink(ctx, &l); err != nil {
		return Link{}, "", errs.Wrap(op, err)
	}
	code, l, err := s.giveCode(ctx, l.ID)
	if err == nil {
		err = s.passOn(ctx, k, r, l, asks, actor, p)
	}
	if err != nil { // a link that nobody was sent leads nowhere
		s.withdrawLink(ctx, l.ID, actor)
		return Link{}, "", errs.Wrap(op, err)
	}
	what := fmt.Sprintf("A link to the data was sent straight to %s, good until %s; its code is told by %s.", r.Name, s.Cases.Reckoner.UKDate(l.ExpiresAt).Long(), strings.ReplaceAll(string(l.Way), "-", " "))
	if err := s.did(ctx, k, actor, passedOn, what, strings.TrimSpace(p.Checked+"\n"+p.Told)); err != nil {
		return Link{}, "", errs.Wrap(op, err)
	}
	if r.Instead { // the person wants no copy: this is the handing over
		err = s.did(ctx, k, actor, DutyDeliver, "It goes to "+r.Name+" and not to the person, who wanted it so.", "")
	}
	return l, code, errs.Wrap(op, err)
}

// passedOn is the code under which the timeline has what went to a receiver.
const passedOn = "passed-on"

func (s *Service) did(ctx context.Context, k cases.Case, actor, code, what, note string) error {
	_, err := s.Cases.Did(ctx, k.ID, actor, code, what, note)
	return err
}

// sendable returns a receiver that may be sent something, with what is missing in the passage put in.
func (s *Service) sendable(ctx context.Context, k cases.Case, receiverID int64, actor string, p *Passage) (Receiver, error) {
	if err := personOnly(actor, p.Person); err != nil {
		return Receiver{}, err
	}
	r, err := s.receiver(ctx, k.ID, receiverID)
	if err != nil {
		return r, err
	}
	p.Days = cmp.Or(p.Days, UsualDays)
	p.Checked, p.Told = strings.TrimSpace(p.Checked), strings.TrimSpace(p.Told)
	switch {
	case r.Decision == Refuse:
		return r, errs.E("access: transmit", errs.Conflict, "It was refused to send anything there, and the person was told so. Name the organisation anew.", nil)
	case !slices.Contains(Ways(), p.Way) || p.Days < 1 || p.Days > MostDays:
		return r, invalid("Say how the code is told (by phone, post, text message or in person), and for how many days the link lives: at most %d.", MostDays)
	case p.Checked == "" || len(p.Checked) > maxWords || len(p.Told) > maxWords:
		return r, invalid("Say how it was made sure that the address is theirs, such as: we called the number on their website.")
	}
	return r, nil
}

// asks returns who asks. Somebody without an address is told in another way, which has to be said.
func (s *Service) asks(ctx context.Context, k cases.Case, told string) (cases.Party, error) {
	parties, err := s.Cases.Store.CaseParties(ctx, k.ID)
	if err != nil {
		return cases.Party{}, err
	}
	i := slices.IndexFunc(parties, func(p cases.Party) bool { return p.Role == cases.Requester })
	if i >= 0 && !parties[i].Address.IsZero() {
		return parties[i], nil
	}
	if told == "" {
		return cases.Party{}, invalid("Who asks has no address. Say how they are told of it, such as: by a letter of today.")
	}
	return cases.Party{}, nil
}

// passOn enters it into the register, in which what was in the pack stands from now on, and writes to the person and to the receiver.
func (s *Service) passOn(ctx context.Context, k cases.Case, r Receiver, l Link, asks cases.Party, actor string, p Passage) error {
	r.Decision, r.Words, r.DecidedBy, r.Person, r.DecidedAt, r.LinkID, r.LeftWhy = Send, p.Checked, actor, p.Person, s.Now(), l.ID, ""
	about, err := s.subjects(ctx, k.ID)
	if err != nil {
		return err
	}
	given := subscriptions.Given{
		ID: r.Disclosure, ProgrammeID: k.ProgrammeID, Name: r.Name, Address: r.Address, What: "what is portable, as JSON and CSV", Why: "the person chose it (Article 20(2))", How: subscriptions.GivenInCase,
		CaseID: k.ID, Actor: actor, At: l.MadeAt, RecordedAt: s.Now(),
	}
	if err := s.Store.PassOn(ctx, r, given, numbers(about)); err != nil {
		return err
	}
	if !asks.Address.IsZero() {
		if err := s.tellPassedOn(ctx, k, r, l, asks.Address.String(), actor, p.Key); err != nil {
			return err
		}
	}
	values, err := s.linkFields(ctx, k, l, r.Language)
	if err != nil {
		return err
	}
	return s.writeText(ctx, k, actor, "passed-on:"+p.Key, "passed-on", values, cases.Letter{To: r.Address.String(), Language: r.Language})
}

func (s *Service) tellPassedOn(ctx context.Context, k cases.Case, r Receiver, l Link, to, actor, key string) error {
	language := languageOf(k)
	values, err := s.linkFields(ctx, k, l, language)
	if err != nil {
		return err
	}
	values["receiver"] = oneLine(r.Name)
	return s.writeText(ctx, k, actor, "passed-on-told:"+key, "passed-on-told", values, cases.Letter{To: to, Language: language, Answers: k.Facts.AnsweredOn.IsZero()})
}

// numbers returns the people on record among some parties, each once.
func numbers(about []cases.Party) []int64 {
	var out []int64
	for _, p := range about {
		if p.SubscriberID != 0 && !slices.Contains(out, p.SubscriberID) {
			out = append(out, p.SubscriberID)
		}
	}
	return out
}

func languageOf(k cases.Case) string {
	if k.Language == "cy" {
		return "cy"
	}
	return "en"
}

// Declining is why data is not sent straight to a receiver.
type Declining struct {
	Reason string // a code of Refusals
	Words  string // in a person's words; the person reads them
	Told   string // how the person is told, where no letter can be sent to them
	Person string // who decided, where a program records it
}

// Decline refuses to send data straight to a receiver, and tells the person why, that they can have it themselves, and how to complain (Article 12(4)). Kinds of error: as of Transmit.
func (s *Service) Decline(ctx context.Context, caseID, receiverID int64, actor string, d Declining) error {
	const op = "access: decline"
	k, _, err := s.open(ctx, caseID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := personOnly(actor, d.Person); err != nil {
		return errs.Wrap(op, err)
	}
	r, err := s.receiver(ctx, k.ID, receiverID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if r.Decision != Undecided {
		return errs.E(op, errs.Conflict, "This is decided already.", nil)
	}
	i := slices.IndexFunc(Refusals(), func(x cases.Reason) bool { return x.Code == d.Reason })
	d.Words, d.Told = strings.TrimSpace(d.Words), strings.TrimSpace(d.Told)
	if i < 0 || d.Words == "" || len(d.Words) > maxWords || len(d.Told) > maxWords {
		return errs.Wrap(op, invalid("Give a reason, and say in words that the person can read what it rests on."))
	}
	asks, err := s.asks(ctx, k, d.Told)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if !asks.Address.IsZero() {
		if err := s.tellDeclined(ctx, k, r, Refusals()[i], d.Words, asks.Address.String(), actor); err != nil {
			return errs.Wrap(op, err)
		}
	}
	r.Decision, r.Reason, r.Words, r.DecidedBy, r.Person, r.DecidedAt = Refuse, d.Reason, d.Words, actor, d.Person, s.Now()
	if err := s.Store.DecideReceiver(ctx, r); err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, s.did(ctx, k, actor, passedOn, "It was refused to send the data straight to "+r.Name+": "+Refusals()[i].Words+".", strings.TrimSpace(d.Words+"\n"+d.Told)))
}

func (s *Service) tellDeclined(ctx context.Context, k cases.Case, r Receiver, why cases.Reason, words, to, actor string) error {
	language := languageOf(k)
	values, err := s.fields(ctx, k, language)
	if err != nil {
		return err
	}
	values["receiver"], values["grounds"], values["reasons"] = oneLine(r.Name), cases.Grounds([]string{why.Code}, []cases.Reason{why}, language), oneLine(words)
	return s.writeText(ctx, k, actor, fmt.Sprintf("not-passed-on:%d", r.ID), "not-passed-on", values, cases.Letter{To: to, Language: language})
}

// LeaveReceiver records why it is left at that although a receiver did not open what it was sent. Kinds of error: NotFound, Invalid, Conflict.
func (s *Service) LeaveReceiver(ctx context.Context, caseID, receiverID int64, actor, why string) error {
	const op = "access: leave receiver"
	k, _, err := s.open(ctx, caseID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	r, err := s.receiver(ctx, k.ID, receiverID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if why = strings.TrimSpace(why); why == "" || len(why) > maxWords {
		return errs.Wrap(op, invalid("Say how they were reminded, and why it is left at that."))
	}
	if r.Decision != Send {
		return errs.E(op, errs.Conflict, "Nothing has been sent there yet.", nil)
	}
	r.LeftWhy = why
	if err := s.Store.DecideReceiver(ctx, r); err != nil {
		return errs.Wrap(op, err)
	}
	code := passedOn
	if r.Instead {
		code = DutyOpened
	}
	return errs.Wrap(op, s.did(ctx, k, actor, code, r.Name+" did not open the data; it is left at that.", why))
}
