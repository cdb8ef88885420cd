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

// Begin keeps that an export is made for a declared recipient; the people in it are added while it is written. Kinds of error: Invalid, NotFound.
func (d *Disclosures) Begin(ctx context.Context, g Given) (Given, error) {
	const op = "subscriptions: record export"
	g, err := d.complete(ctx, g)
	if err != nil {
		return g, errs.Wrap(op, err)
	}
	return g, errs.Wrap(op, d.Store.RecordGiven(ctx, &g, nil))
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
		recipients, err := d.Catalogue.Recipients(ctx, g.ProgrammeID)
		if err != nil {
			return g, err
		}
		found := false
		for _, r := range recipients {
			if r.ID == g.RecipientID {
				g.Name, g.Address, found = r.Name, r.Address, true
			}
		}
		if !found {
			return g, errs.E("subscriptions: record disclosure", errs.Invalid, "There is no such recipient of the programme. Declare it, or give a name.", nil)
		}
	}
	return g, firstOf(title(g.Name, "name"), title(g.What, "what"), title(g.Why, "why"))
}
