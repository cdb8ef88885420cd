package amending

import (
	"context"

	"assent/inbox/cases"
	"assent/internal/errs"
	"assent/mailer"
	"assent/subscriptions"
)

// restricting is the practice of Article 18.
type restricting struct{ store Store }

// Outcomes implements cases.Practice.
func (restricting) Outcomes(cases.Case) []cases.Outcome { return usual() }

// scenarios are the four in which processing is restricted (Article 18(1); E4-27), with the words that the ledger keeps, which name nobody.
func scenarios() []struct {
	cases.Reason
	ledger string
} {
	type row = struct {
		cases.Reason
		ledger string
	}
	return []row{
		{cases.Reason{Code: "accuracy", Words: "The person contests that the data is accurate", Rule: "Art 18(1)(a) UK GDPR",
			English: "you contest that the data is accurate", Welsh: "rydych yn dadlau nad yw’r data yn gywir"}, "accuracy contested"},
		{cases.Reason{Code: "unlawful", Words: "Processing is unlawful, and the person does not want erasure", Rule: "Art 18(1)(b) UK GDPR",
			English: "the processing is unlawful, and you do not want the data erased", Welsh: "mae’r prosesu’n anghyfreithlon, ac nid ydych am i’r data gael ei ddileu"}, "unlawful and erasure not wanted"},
		{cases.Reason{Code: "needed-for-claims", Words: "The person needs the data for legal claims", Rule: "Art 18(1)(c) UK GDPR",
			English: "you need the data for legal claims", Welsh: "mae angen y data arnoch ar gyfer hawliadau cyfreithiol"}, "needed for legal claims"},
		{cases.Reason{Code: "weighing", Words: "The person objected, and it is being weighed", Rule: "Art 18(1)(d) UK GDPR",
			English: "you objected, and your objection is being weighed", Welsh: "rydych wedi gwrthwynebu, ac mae eich gwrthwynebiad yn cael ei ystyried"}, "objection is weighed"},
	}
}

// Reasons implements cases.Practice.
func (restricting) Reasons(_ cases.Case, o cases.Outcome) []cases.Reason {
	var out []cases.Reason
	for _, s := range scenarios() {
		out = append(out, s.Reason)
	}
	if o == cases.Granted {
		return out
	}
	return append(out, cases.Reason{Code: "no-scenario", Words: "None of the four scenarios of Article 18 applies", Rule: "Art 18(1) UK GDPR",
		English: "yours is none of the four situations in which the law gives this right", Welsh: "nid yw’r un o’r pedair sefyllfa lle mae’r gyfraith yn rhoi’r hawl hon yn berthnasol i chi"})
}

// Duties implements cases.Practice. That a restriction is lifted one day is not awaited: the case may be closed while it stands.
func (p restricting) Duties(ctx context.Context, c cases.Case) ([]cases.Duty, error) {
	if !acts(c) || c.SubjectID == 0 {
		return nil, nil
	}
	out := []cases.Duty{done(c, cases.CarryingOut, restricted, "Restrict processing to storage")}
	if !c.Facts.DoneOn(liftingTold).IsZero() {
		out = append(out, done(c, cases.Following, lifted, "Lift the restriction, of which the person was told"))
	}
	told, err := recipientDuties(ctx, p.store, c)
	return append(out, told...), err
}

// Restrict limits a person's data to storage: on record, and not mailed. Kinds of error: Conflict, Invalid.
func (s *Service) Restrict(ctx context.Context, caseID int64, actor, scenario string) (cases.Case, error) {
	const op = "amending: restrict"
	c, p, err := s.decided(ctx, caseID, cases.Restriction)
	if err != nil {
		return c, errs.Wrap(op, err)
	}
	for _, x := range scenarios() {
		if x.Code != scenario {
			continue
		}
		r := subscriptions.Restriction{SubscriberID: p.ID, Actor: actor, Reason: x.ledger, CaseID: c.ID}
		if err := s.People.RestrictIn(acting(ctx, actor, c), r); err != nil {
			return c, errs.Wrap(op, err)
		}
		c, err = s.did(ctx, c, actor, restricted, "Restricted processing to storage: "+x.ledger+".", "")
		return c, errs.Wrap(op, err)
	}
	return c, errs.E(op, errs.Invalid, "Say why processing is restricted: accuracy, unlawful, needed-for-claims or weighing.", nil)
}

// ToldOfLifting records that the person was told in another way than by a letter from here that a restriction will be lifted (Article 18(3); E2-38).
func (s *Service) ToldOfLifting(ctx context.Context, caseID int64, actor, how string) (cases.Case, error) {
	const op = "amending: told of lifting"
	c, _, err := s.open(ctx, caseID, cases.Restriction, cases.Objection)
	if err != nil {
		return c, errs.Wrap(op, err)
	}
	if err := checkWords(how, true, "Say how and when the person was told."); err != nil {
		return c, errs.Wrap(op, err)
	}
	c, err = s.did(ctx, c, actor, liftingTold, "Told the person that the restriction will be lifted.", how)
	return c, errs.Wrap(op, err)
}

// Lift ends a restriction, once the person was told (Article 18(3)). A letter that tells them must have left. It may be done after the case was closed. Kinds of error:
// Conflict where they were not told.
func (s *Service) Lift(ctx context.Context, caseID int64, actor string) (cases.Case, error) {
	const op = "amending: lift restriction"
	c, p, err := s.open(ctx, caseID, cases.Restriction, cases.Objection)
	if err != nil {
		return c, errs.Wrap(op, err)
	}
	if err := s.mayLift(ctx, c); err != nil {
		return c, errs.Wrap(op, err)
	}
	if err := s.People.ReleaseIn(acting(ctx, actor, c), subscriptions.Restriction{SubscriberID: p.ID, Actor: actor, Reason: "person told before", CaseID: c.ID}); err != nil {
		return c, errs.Wrap(op, err)
	}
	c, err = s.did(ctx, c, actor, lifted, "Lifted the restriction.", "")
	return c, errs.Wrap(op, err)
}

// mayLift refuses while the person has not been told, or the letter that tells them is on its way.
func (s *Service) mayLift(ctx context.Context, c cases.Case) error {
	const op = "amending: may lift"
	if c.Facts.DoneOn(liftingTold).IsZero() {
		return errs.E(op, errs.Conflict, "Tell the person first that the restriction will be lifted (Article 18(3)): write a letter from the text “Tell before a restriction is lifted”, or record how else they were told.", nil)
	}
	events, err := s.Cases.Store.CaseEvents(ctx, c.ID)
	if err != nil {
		return err
	}
	for i := len(events) - 1; i >= 0; i-- {
		e := events[i]
		if e.Kind != cases.Done || e.Detail.Code != liftingTold {
			continue
		}
		if e.Detail.LetterID == 0 {
			return nil // told in another way
		}
		l, report, err := s.Cases.Store.PostedLetter(ctx, e.Detail.LetterID)
		if err != nil {
			return err
		}
		if l.State != mailer.LetterSent || report == "failed" {
			return errs.E(op, errs.Conflict, "The letter that tells the person has not left, or did not arrive. Lift the restriction when it has, or record how else they were told.", nil)
		}
		return nil
	}
	return nil
}
