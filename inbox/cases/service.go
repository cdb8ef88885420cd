package cases

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"assent/internal/clock"
	"assent/internal/errs"
	"assent/internal/token"
	"assent/subscriptions"
)

// Service works on cases. Each method is one transaction, and leaves an event with who and when.
type Service struct {
	Store     Store
	Records   Records
	Reckoner  *clock.Reckoner
	Keys      *token.Keys
	Practices map[Kind]Practice // how each kind is carried out; a kind may be missing
	Now       func() time.Time
	Log       *slog.Logger
	Kick      func() // wakes the relay after a commit that enqueued tasks; may be nil
}

const maxNote = 8000 // octets of what an operator writes down

// Do records something that happened to a case and what follows from it. e needs Kind, Actor and what its kind has in Detail; a zero On is today.
// Kinds of error: NotFound, Invalid, Conflict for what cannot happen now, Forbidden where only a person may.
func (s *Service) Do(ctx context.Context, id int64, e Event) (Case, error) {
	if !slices.Contains(byHand(), e.Kind) {
		return Case{}, errs.E("cases: do", errs.Invalid, "This cannot be recorded by hand.", nil)
	}
	c, err := s.record(ctx, id, e)
	if err == nil && (e.Kind == Represented || e.Kind == Proved) { // of all that one message asked
		e.CaseID = id
		err = s.toFamily(ctx, c, e)
	}
	return c, err
}

// record checks an event and keeps it with what follows from it.
func (s *Service) record(ctx context.Context, id int64, e Event) (Case, error) {
	c, err := s.Store.ChangeCase(ctx, id, func(c Case, subs []Case) (Change, error) {
		if err := s.check(ctx, c, subs, &e); err != nil {
			return Change{}, err
		}
		return s.change(c, Change{Events: []Event{e}})
	})
	return c, errs.Wrap("cases: record", err)
}

// Did records that a duty of a case's kind was done: what a Practice calls when its work is through. what is a sentence about nobody by name.
func (s *Service) Did(ctx context.Context, id int64, actor, code, what, note string) (Case, error) {
	if code == "" || what == "" {
		return Case{}, errs.E("cases: did", errs.Invalid, "Say which duty was done.", nil)
	}
	return s.record(ctx, id, Event{Kind: Done, Actor: actor, What: what, Note: note, Detail: Detail{Code: code}})
}

// DidOn is Did for what happened on another day than today: e needs Actor, What and Detail.Code.
func (s *Service) DidOn(ctx context.Context, id int64, e Event) (Case, error) {
	if e.Detail.Code == "" || e.What == "" {
		return Case{}, errs.E("cases: did", errs.Invalid, "Say which duty was done.", nil)
	}
	e.Kind = Done
	return s.record(ctx, id, e)
}

// change finishes a change: the case after its events, with its clocks computed anew.
func (s *Service) change(c Case, ch Change) (Change, error) {
	now := s.Now()
	for i := range ch.Events {
		s.stamp(c, &ch.Events[i], now)
	}
	var err error
	ch.Case, ch.Events, err = Advance(s.Reckoner, c, ch.Events, now)
	return ch, err
}

// stamp completes an event.
func (s *Service) stamp(c Case, e *Event, now time.Time) {
	e.stamp(s.Reckoner, c, now)
}

func (e *Event) stamp(r *clock.Reckoner, c Case, now time.Time) {
	e.CaseID, e.At = c.ID, now
	if e.On.IsZero() {
		e.On = r.UKDate(now)
	}
	if e.What == "" {
		e.What = e.sentence()
	}
}

// check refuses what no operator may record.
func (s *Service) check(ctx context.Context, c Case, subs []Case, e *Event) error {
	today, received := s.Reckoner.UKDate(s.Now()), s.Reckoner.UKDate(c.ReceivedAt)
	switch {
	case e.Actor == "":
		return errs.E("cases: check", errs.Internal, "", nil)
	case len(e.Note) > maxNote || !utf8.ValidString(e.Note):
		return invalid("The note is longer than %d characters, or no text.", maxNote)
	case e.On.After(today):
		return invalid("%s lies in the future.", e.On.Long())
	case !e.On.IsZero() && e.On.Before(received):
		return invalid("%s lies before the day on which this was received, %s.", e.On.Long(), received.Long())
	}
	if err := needsWords(*e); err != nil {
		return err
	}
	switch e.Kind {
	case Asked:
		return s.checkAsking(c, *e)
	case Received:
		if err := e.cameWith(); err != nil {
			return err
		}
		return s.checkProof(ctx, c, e)
	case Proved:
		return s.checkProof(ctx, c, e)
	case Represented:
		return s.checkActing(ctx, c, e)
	case DecisionMade:
		return s.checkDecision(c, e)
	case Answered:
		if p, ok := s.Practices[c.Kind].(Telling); ok {
			if err := p.MayTell(ctx, c); err != nil {
				return err
			}
		}
		return toldInWriting(c, *e)
	case Extended:
		return inTime(c, cmp.Or(e.On, today))
	case ClosedCase:
		duties, err := s.duties(ctx, c, subs)
		if err != nil {
			return err
		}
		return mayClose(duties)
	case Renamed:
		return s.checkRenaming(ctx, c, e)
	case Kept:
		if i := e.Detail.Kept - 1; i >= 0 && i < len(c.Facts.Promises) {
			e.What = "Kept what was promised for " + c.Facts.Promises[i].Due.Long() + "."
		}
	case Corrected:
		if e.Detail.Received != nil && e.Detail.Received.After(s.Now()) {
			return invalid("It cannot have been received in the future.")
		}
	}
	return nil
}

// byHand returns what an operator may record by Do; all else comes with an act of its own.
func byHand() []EventKind {
	return []EventKind{Acknowledged, Asked, Received, Dropped, Started, Extended, DecisionMade, Answered, ClosedCase, Reopened,
		Promised, Kept, Renamed, Corrected, Assigned, Prioritised, Noted, AlarmSeen, Escalated, Summarised, Referred, Proved, Represented}
}

// needsWords refuses what must say why.
func needsWords(e Event) error {
	if strings.TrimSpace(e.Note) != "" {
		return nil
	}
	switch {
	case e.Kind == Noted:
		return invalid("Write the note.")
	case e.Kind == Summarised:
		return invalid("Write in a line what it is about.")
	case e.Kind == Escalated:
		return invalid("Say what the person is not content with, and what has the next stage to look at.")
	case e.Kind == Referred:
		return invalid("Say who deals with it now, or why nobody has to.")
	case e.Kind == Reopened:
		return invalid("Say why the case is reopened.")
	case e.Kind == Corrected:
		return invalid("Say where the right date is from.")
	case e.Kind == Asked && e.Detail.For == Identity:
		return invalid("Say what the doubt about who asks rests on (Article 12(6)).")
	case e.Kind == Asked && e.Detail.For == Fee:
		return invalid("Say what makes the request unfounded, excessive or repeated: the burden of showing it is ours (Article 12(5)).")
	case e.Kind == Dropped, e.Kind == AlarmSeen:
		return invalid("Say what was done instead.")
	}
	return nil
}

func (s *Service) checkAsking(c Case, e Event) error {
	switch {
	case e.Detail.For == Identity && c.Kind == WithdrawConsent:
		return invalid("No check of identity may stand before a withdrawal: it has effect at once (Article 7(3)).")
	case e.Detail.For == Identity && ObjectsToMarketing(c):
		return invalid("No check of identity may stand before an objection to marketing: it has effect at once (Article 21(3)).")
	case e.Detail.For == Fee:
		return personOnly(e.Actor, "")
	}
	return nil
}

// checkDecision lets persons decide, and only what may be decided of the kind (E0-10).
func (s *Service) checkDecision(c Case, e *Event) error {
	d := e.Detail.Decision
	if d == nil {
		return invalid("Say what was decided.")
	}
	if err := personOnly(e.Actor, d.Person); err != nil {
		return err
	}
	d.Actor, d.At = e.Actor, s.Now()
	switch {
	case !slices.Contains(s.Outcomes(c), d.Outcome):
		return invalid("This cannot be decided of this kind of case.")
	case !known(s.Reasons(c, d.Outcome), d.Reasons):
		return invalid("A reason is not known.")
	case d.Outcome.needsReason() && (len(d.Reasons) == 0 || strings.TrimSpace(d.Words) == ""):
		return invalid("A refusal, also of a part, needs a reason and words that the person will be told (Article 12(4)).")
	case d.Outcome.needsWords() && strings.TrimSpace(d.Words) == "":
		return invalid("Say in words what was found and why: the complainant will be told.")
	case slices.Contains(d.Reasons, "exempt") && strings.TrimSpace(d.Consulted) == "":
		return invalid("Say who was consulted about the exemption and what they said, or that nobody had to be.")
	case len(d.Words) > maxNote || len(d.Consulted) > maxNote:
		return invalid("The words are longer than %d characters.", maxNote)
	}
	if p, ok := s.Practices[c.Kind].(Deciding); ok {
		return p.MayDecide(c, *d)
	}
	return nil
}

// personOnly refuses whoever is no person: an operator is one, and a program may record what a person whom it names decided.
func personOnly(actor, person string) error {
	kind, _, _ := strings.Cut(actor, ":")
	if kind == "user" || kind == "key" && strings.TrimSpace(person) != "" {
		return nil
	}
	return errs.E("cases: decide", errs.Forbidden, "Only a person decides. A program that records a decision must name the person who took it (decision.person).", nil)
}

// inTime refuses an extension of which the person was not told within the first month: it would have no effect (Article 12A(4)).
func inTime(c Case, on clock.Date) error {
	if last, late := c.TooLateToExtend(on); late {
		return conflict("The last day for telling the person of an extension was %s. It would have no effect (Article 12A(4)).", last.Long())
	}
	return nil
}

// checkRenaming gives a case that is renamed the promises for its new kind.
func (s *Service) checkRenaming(ctx context.Context, c Case, e *Event) error {
	house, err := s.promises(ctx, c.ProgrammeID)
	if err != nil {
		return err
	}
	h := house(e.Detail.Kind)
	e.Detail.House = &h
	return nil
}

// Outcomes returns what may be decided of a case.
func (s *Service) Outcomes(c Case) []Outcome {
	if p := s.Practices[c.Kind]; p != nil {
		return p.Outcomes(c)
	}
	return Outcomes(c.Kind)
}

// Reasons returns the grounds that an outcome of a case may rest on: its kind's own first.
func (s *Service) Reasons(c Case, o Outcome) []Reason {
	if p := s.Practices[c.Kind]; p != nil {
		return append(p.Reasons(c, o), Reasons()...)
	}
	return Reasons()
}

// Duties returns what must be done before a case is closed, done or not: what its kind asks for, then what all cases do.
func (s *Service) Duties(ctx context.Context, c Case) ([]Duty, error) {
	subs, err := s.Store.SubCases(ctx, c.ID)
	if err != nil {
		return nil, errs.Wrap("cases: duties", err)
	}
	all, err := s.duties(ctx, c, subs)
	return all, errs.Wrap("cases: duties", err)
}

func (s *Service) duties(ctx context.Context, c Case, subs []Case) ([]Duty, error) {
	var out []Duty
	if d, ok, err := s.actingDuty(ctx, c); err != nil {
		return nil, err
	} else if ok {
		out = append(out, d)
	}
	if p := s.Practices[c.Kind]; p != nil {
		own, err := p.Duties(ctx, c)
		if err != nil {
			return nil, err
		}
		out = append(out, own...)
	}
	return inOrder(append(out, BaseDuties(c, subs)...)), nil
}

// promises returns what a programme promises for each kind of case; 0 has no programme and promises nothing.
func (s *Service) promises(ctx context.Context, programmeID int64) (func(Kind) clock.House, error) {
	if programmeID == 0 {
		return func(Kind) clock.House { return clock.House{} }, nil
	}
	p, err := s.Records.Programme(ctx, programmeID)
	return PromisesOf(p), err
}

// PromisesOf returns what a programme promises for each kind of case: its line for the kind, else that for all kinds (E0-31, E1-33).
func PromisesOf(p subscriptions.Programme) func(Kind) clock.House {
	return func(k Kind) clock.House {
		var out clock.House
		for _, h := range p.HouseClocks {
			promise := clock.House{AcknowledgeWorkingDays: h.AcknowledgeWorkingDays, AnswerWorkingDays: h.AnswerWorkingDays}
			switch h.Kind {
			case string(k):
				return promise
			case "":
				out = promise
			}
		}
		return out
	}
}

func (s *Service) kick() {
	if s.Kick != nil {
		s.Kick()
	}
}
