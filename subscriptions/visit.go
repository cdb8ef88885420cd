package subscriptions

import (
	"context"
	"fmt"
	"time"

	"assent/internal/audit"
	"assent/internal/errs"
	"assent/internal/token"
	"assent/queue"
)

// Visit is one look at what is private about a person, by a link that was mailed to the address on record: a preference link alone may have been
// forwarded with the mail that it stood in. The link opens once; what it opens stays open for a while.
type Visit struct {
	ID           int64
	SubscriberID int64
	ProgrammeID  int64 // in whose name the mail goes out
	Language     string
	AskedAt      time.Time
	ExpiresAt    time.Time // of the link
	OpenedAt     time.Time // zero until it was opened
}

const (
	// VisitWithin is how long the mailed link is good for.
	VisitWithin = 15 * time.Minute
	// VisitLasts is how long the pages behind it stay open.
	VisitLasts = 30 * time.Minute
	// KeepVisits is how long a visit is kept: longer than any limit looks back.
	KeepVisits = 7 * 24 * time.Hour

	maxVisitsADay = 5 // mails to one person within a day
)

// VisitMail is the task of mailing the link of a visit.
type VisitMail struct {
	VisitID int64 `json:"visit"`
}

// TaskKind names the task.
func (VisitMail) TaskKind() string { return "letter.visit" }

// AskVisit has the link of a visit mailed to the address on record. Past the day's limit nothing is mailed, and nobody is told.
func (p *Preferences) AskVisit(ctx context.Context, person Subscriber, language string) error {
	const op = "subscriptions: ask for a visit"
	now := p.Now()
	return p.done(op, p.Kept.UpdatePreferences(ctx, func(tx PreferenceTx) error {
		n, err := tx.VisitsSince(person.ID, now.Add(-24*time.Hour))
		if err != nil || n >= maxVisitsADay {
			return err
		}
		byKey, err := tx.EventsByKey(person.Key)
		if err != nil {
			return err
		}
		v := Visit{
			SubscriberID: person.ID, ProgrammeID: lastProgramme(byKey[string(person.Key)]), Language: language,
			AskedAt: now, ExpiresAt: now.Add(VisitWithin),
		}
		if err := tx.CreateVisit(&v); err != nil {
			return err
		}
		task, err := queue.New(fmt.Sprintf("visit:%d", v.ID), VisitMail{VisitID: v.ID}, now)
		if err != nil {
			return err
		}
		return tx.Enqueue(task)
	}))
}

// lastProgramme is the programme that a person last had to do with: who writes to them should be known to them.
func lastProgramme(events []Event) (id int64) {
	for _, e := range events {
		if e.Scope.ProgrammeID != 0 {
			id = e.Scope.ProgrammeID
		}
	}
	return id
}

// PendingVisit opens the link of a visit without using it up: mail scanners follow links. Kind NotFound for a foreign link, Refused for one
// that is too old or was opened before.
func (p *Preferences) PendingVisit(ctx context.Context, tok string) (Visit, Subscriber, error) {
	const op = "subscriptions: pending visit"
	ids, err := p.Keys.Open(token.Visit, tok, 1)
	if err != nil {
		return Visit{}, Subscriber{}, errs.Wrap(op, err)
	}
	v, err := p.Kept.Visit(ctx, ids[0])
	if err != nil {
		return v, Subscriber{}, errs.Wrap(op, err)
	}
	if !v.OpenedAt.IsZero() || p.Now().After(v.ExpiresAt) {
		return v, Subscriber{}, errs.E(op, errs.Refused, "This link has been used, or is too old. Ask for a new one.", nil)
	}
	person, err := p.present(ctx, op, v.SubscriberID)
	return v, person, err
}

// OpenVisit uses a visit's link up. It returns the key that the forms of its pages carry, good for VisitLasts. Of several who open it at once one does.
func (p *Preferences) OpenVisit(ctx context.Context, tok string) (key string, person Subscriber, err error) {
	const op = "subscriptions: open visit"
	v, person, err := p.PendingVisit(ctx, tok)
	if err != nil {
		return "", person, errs.Wrap(op, err)
	}
	if err := p.Trail.Record(ctx, audit.Note{Actor: themselves, Action: readOwn, Object: audit.About("subscriber", person.ID)}); err != nil { // without a record there is no reading
		return "", person, errs.Wrap(op, err)
	}
	opened := false
	err = p.Kept.UpdatePreferences(ctx, func(tx PreferenceTx) error {
		opened, err = tx.OpenVisit(v.ID, p.Now())
		return err
	})
	if err == nil && !opened {
		err = errs.E(op, errs.Refused, "This link has been used. Ask for a new one.", nil)
	}
	return p.Keys.Sign(token.Inside, v.ID), person, errs.Wrap(op, err)
}

// Inside returns whose visit a key goes on with. Kind NotFound for a foreign key, Refused when the visit is over.
func (p *Preferences) Inside(ctx context.Context, key string) (Subscriber, error) {
	const op = "subscriptions: inside"
	ids, err := p.Keys.Open(token.Inside, key, 1)
	if err != nil {
		return Subscriber{}, errs.Wrap(op, err)
	}
	v, err := p.Kept.Visit(ctx, ids[0])
	if err != nil {
		return Subscriber{}, errs.Wrap(op, err)
	}
	if v.OpenedAt.IsZero() || p.Now().After(v.OpenedAt.Add(VisitLasts)) {
		return Subscriber{}, errs.E(op, errs.Refused, "This page was open for too long. Ask for a new link.", nil)
	}
	return p.present(ctx, op, v.SubscriberID)
}
