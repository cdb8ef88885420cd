package subscriptions

import (
	"context"
	"time"

	"assent/internal/errs"
)

// Disclosures is the register of who was given whose data, when and why, besides what each recipient of a programme gets all the time (Articles 13(1)(e), 15(1)(c) and 19; E1-11,
// E2-36).
type Disclosures struct {
	Store     GivenStore
	Catalogue Catalogue
	Now       func() time.Time
}

// GivenStore keeps the register. All errors are of the kinds of package errs.
type GivenStore interface {
	// Subscriber returns the person with a row number; kind NotFound.
	Subscriber(ctx context.Context, id int64) (Subscriber, error)
	// Recipient returns a declared recipient, also one that gets nothing any more; kind NotFound.
	Recipient(ctx context.Context, id int64) (Recipient, error)
	RecordGiven(ctx context.Context, g *Given, people []int64) error // sets ID
	// AddGiven adds people whose data was in what was given.
	AddGiven(ctx context.Context, id int64, people []int64) error
	// GivenTo returns up to limit disclosures of a person's data with a number below before (0: from the newest), the newest first.
	GivenTo(ctx context.Context, subscriberID, before int64, limit int) ([]Given, error)
	// GivenAway is the same for everybody's.
	GivenAway(ctx context.Context, before int64, limit int) ([]Given, error)
}

// Record keeps that somebody was given data of a person. A declared recipient is named by its number, anybody else by name. Kinds of error: Invalid, NotFound.
func (d *Disclosures) Record(ctx context.Context, g Given, subscriberID int64) (Given, error) {
	const op = "subscriptions: record disclosure"
	if _, err := d.Store.Subscriber(ctx, subscriberID); err != nil {
		return g, errs.Wrap(op, err)
	}
	g, err := d.complete(ctx, g)
	if err != nil {
		return g, errs.Wrap(op, err)
	}
	return g, errs.Wrap(op, d.Store.RecordGiven(ctx, &g, []int64{subscriberID}))
}

// Prepare returns what the register will say of an export that is made for a declared recipient, or refuses it. Nothing is recorded yet. programmeID is whose
// data it is; 0 where it is of several. Kind of error: Invalid.
func (d *Disclosures) Prepare(ctx context.Context, g Given, programmeID int64) (Given, error) {
	const op = "subscriptions: prepare export"
	r, err := d.declared(ctx, g.RecipientID)
	switch {
	case err != nil:
		return g, errs.Wrap(op, err)
	case programmeID != 0 && r.ProgrammeID != programmeID:
		return g, errs.E(op, errs.Invalid, "This recipient is declared by another programme than the one whose people these are. Declare it there first: people are told who gets their data.", nil)
	case !r.EndedAt.IsZero() && !d.Now().Before(r.EndedAt):
		return g, errs.E(op, errs.Invalid, r.Name+" is declared as getting no more data. Declare it anew before it is given any.", nil)
	}
	g.How = GivenByExport
	g, err = d.complete(ctx, g)
	return g, errs.Wrap(op, err)
}

// Add keeps that some people's data was in an export, before it is written out: the first of them begin the entry. Adding somebody again changes nothing.
func (d *Disclosures) Add(ctx context.Context, g *Given, people []int64) error {
	const op = "subscriptions: record export"
	if g.ID != 0 {
		return errs.Wrap(op, d.Store.AddGiven(ctx, g.ID, people))
	}
	return errs.Wrap(op, d.Store.RecordGiven(ctx, g, people))
}

func (d *Disclosures) declared(ctx context.Context, id int64) (Recipient, error) {
	r, err := d.Store.Recipient(ctx, id)
	if errs.KindOf(err) == errs.NotFound {
		err = errs.E("subscriptions: declared recipient", errs.Invalid, "There is no such recipient of the programme. Declare it, or give a name.", err)
	}
	return r, err
}

func (d *Disclosures) complete(ctx context.Context, g Given) (Given, error) {
	g.RecordedAt = d.Now()
	if g.At.IsZero() {
		g.At = g.RecordedAt
	}
	if g.At.After(g.RecordedAt.Add(time.Minute)) {
		return g, invalid("It cannot have been given in the future.")
	}
	if g.RecipientID != 0 {
		r, err := d.declared(ctx, g.RecipientID)
		if err == nil && g.ProgrammeID != 0 && r.ProgrammeID != g.ProgrammeID {
			err = errs.E("subscriptions: record disclosure", errs.Invalid, "There is no such recipient of the programme. Declare it, or give a name.", nil)
		}
		if err != nil {
			return g, err
		}
		g.ProgrammeID, g.Name, g.Address = r.ProgrammeID, r.Name, r.Address
	}
	return g, firstOf(title(g.Name, "name"), title(g.What, "what"), title(g.Why, "why"))
}
