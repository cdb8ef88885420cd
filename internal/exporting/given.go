package exporting

import (
	"context"
	"fmt"
	"slices"

	"assent/internal/errs"
	"assent/subscriptions"
)

// Register keeps who was given what; *subscriptions.Disclosures does.
type Register interface {
	// Prepare completes what the register says of an export, and refuses a recipient that may not get it; programmeID 0 for people of several. Kind Invalid.
	Prepare(ctx context.Context, g subscriptions.Given, programmeID int64) (subscriptions.Given, error)
	// Add keeps that people's data was in it; the first begin the entry.
	Add(ctx context.Context, g *subscriptions.Given, people []int64) error
}

// given is what the register says of an export that is for somebody.
func (x *Exporter) given(ctx context.Context, r Request) (subscriptions.Given, error) {
	if r.For == 0 {
		return subscriptions.Given{}, nil
	}
	if x.Register == nil {
		return subscriptions.Given{}, errs.E("exporting: given", errs.Internal, "", nil)
	}
	programme, err := x.programmeOf(ctx, r)
	if err != nil {
		return subscriptions.Given{}, err
	}
	return x.Register.Prepare(ctx, subscriptions.Given{RecipientID: r.For, What: r.words(), Why: r.Why, Actor: r.Actor}, programme)
}

// programmeOf returns the programme whose people are in an export; 0 for those of several.
func (x *Exporter) programmeOf(ctx context.Context, r Request) (int64, error) {
	switch {
	case r.List != "":
		l, err := x.Store.ListBySlug(ctx, r.List)
		return l.ProgrammeID, err
	case r.What == Deliveries:
		c, err := x.Store.Campaign(ctx, r.CampaignID)
		return c.ProgrammeID, err
	}
	return 0, nil
}

// words says what is given, for the register and for the people whose data it is.
func (r Request) words() string {
	switch {
	case r.What == Events:
		return "the record of who agreed to what and when"
	case r.What == Deliveries:
		return fmt.Sprintf("what campaign %d sent to whom", r.CampaignID)
	case r.List != "":
		return "the people of the list " + r.List + ": address, name, language, attributes and how they agreed"
	}
	return "everybody on record: address, name, language and attributes"
}

// tell tells whose data is in some rows, before they are written.
func (e *Export) tell(ctx context.Context, part []row) error {
	if e.Tell == nil {
		return nil
	}
	var people []int64
	for _, r := range part {
		if r.person != 0 {
			people = append(people, r.person)
		}
	}
	slices.Sort(people)
	if people = slices.Compact(people); len(people) == 0 {
		return nil
	}
	return e.Tell(ctx, people)
}
