package access

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"assent/inbox/cases"
	"assent/internal/clock"
	"assent/internal/errs"
)

// Reviewed is an item with what points at somebody else in it.
type Reviewed struct {
	Item
	Proposals []Proposal
	Belongs   bool // it belongs into a pack of the case's kind, and must be reviewed
}

// Clear reports whether an item can be kept without being looked at one by one: nothing in it was written freely or points at somebody else.
func (r Reviewed) Clear() bool {
	return len(r.Proposals) == 0 && r.Content.Text == "" && r.Content.File == nil
}

// Items returns what was found for a case, with what points at somebody else. Kinds of error: NotFound, Invalid.
func (s *Service) Items(ctx context.Context, caseID int64) ([]Reviewed, error) {
	const op = "access: items"
	k, m, err := s.taken(ctx, caseID)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	items, err := s.Store.Items(ctx, k.ID)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	known, err := s.known(ctx, k)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	proposals := make([][]Proposal, len(items))
	for i, x := range items {
		proposals[i] = Propose(x.Content, known)
	}
	proposals = Spread(items, proposals)
	out := make([]Reviewed, len(items))
	for i, x := range items {
		out[i] = Reviewed{x, proposals[i], m.Belongs(x)}
	}
	return out, nil
}

// known is what belongs to the person, or is published by the organisation.
func (s *Service) known(ctx context.Context, k cases.Case) (Known, error) {
	var out Known
	last, err := s.Store.LastSearch(ctx, k.ID)
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return out, err
	}
	out.Addresses, out.Names, out.Others = last.Terms.Addresses, last.Terms.Names, last.Terms.Others
	programmes, err := s.Catalogue.Programmes(ctx)
	for _, p := range programmes {
		out.Addresses = append(out.Addresses, p.DPOAddress.String(), p.FromAddress.String(), p.Contact.Address.String())
		out.Names = append(out.Names, p.Name, p.Controller, p.Owner, p.FromName)
	}
	return out, err
}

// item returns an item of a case that is open.
func (s *Service) item(ctx context.Context, caseID, itemID int64) (cases.Case, Reviewed, error) {
	k, _, err := s.open(ctx, caseID)
	if err != nil {
		return k, Reviewed{}, err
	}
	all, err := s.Items(ctx, k.ID)
	if err != nil {
		return k, Reviewed{}, err
	}
	i := slices.IndexFunc(all, func(x Reviewed) bool { return x.ID == itemID })
	if i < 0 {
		return k, Reviewed{}, errs.E("access: item", errs.NotFound, "There is no such item in this case.", nil)
	}
	return k, all[i], nil
}

// Review records a person's decision on one item. Kinds of error: NotFound, Invalid, Conflict, Forbidden for whoever is no person.
func (s *Service) Review(ctx context.Context, caseID, itemID int64, actor string, r Review) error {
	const op = "access: review"
	k, item, err := s.item(ctx, caseID, itemID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := item.check(r); err != nil {
		return errs.Wrap(op, err)
	}
	if r.Verdict != Replaced {
		r.Copy = File{}
	} else if err := s.isCopy(ctx, k.ID, r.Copy.ID, item.Content.File); err != nil {
		return errs.Wrap(op, err)
	}
	r.By, r.At = actor, s.Now()
	return errs.Wrap(op, s.Store.ReviewItems(ctx, k.ID, []int64{itemID}, r))
}

const (
	maxNote     = 2000 // octets
	maxRemovals = 200
)

// check refuses a decision without a reason where one is needed (Article 12(4); E1-09).
func (x Reviewed) check(r Review) error {
	reason := ReasonOf(r.Reason)
	switch {
	case len(r.Note) > maxNote:
		return invalid("The note is longer than %d characters.", maxNote)
	case r.Verdict == Kept && len(x.Proposals) > 0 && !reason.Keeps:
		return invalid("This item may name somebody else. Say why it is given all the same: “%s”, or another such reason.", ReasonOf("nobody-else").Words)
	case r.Verdict == Kept && r.Reason != "" && !reason.Keeps:
		return invalid("This is a reason for leaving something out.")
	case r.Verdict == Withheld && (reason.Code == "" || reason.Keeps):
		return invalid("Say why the item is withheld: each reason rests on law.")
	case r.Verdict == Withheld && r.Reason != "other-person" && strings.TrimSpace(r.Note) == "":
		return invalid("Say in a note what the reason rests on, and who was asked: “%s”.", reason.Words)
	case r.Verdict == Replaced && (x.Content.File == nil || r.Copy.ID == 0):
		return invalid("Only a file is replaced by a copy from which something was removed. Choose the copy.")
	case r.Verdict == Replaced && (reason.Code == "" || reason.Keeps || strings.TrimSpace(r.Note) == ""):
		return invalid("Say why something was removed from the copy, and in a note what was.")
	case r.Verdict != Kept && r.Verdict != Redacted && r.Verdict != Replaced && r.Verdict != Withheld:
		return invalid("Decide whether the item is given whole, in part, as a copy, or not at all.")
	}
	if r.Verdict != Redacted {
		if len(r.Removed) > 0 {
			return invalid("Passages are removed from an item that is redacted.")
		}
		return nil
	}
	return x.checkRemovals(r.Removed)
}

func (x Reviewed) checkRemovals(all []Removal) error {
	if len(all) == 0 || len(all) > maxRemovals {
		return invalid("Mark what is removed: at least one passage, and at most %d.", maxRemovals)
	}
	if x.Content.File != nil {
		return invalid("Nothing can be removed from inside a file. Withhold it, or put in a copy from which it was removed.")
	}
	text := strings.Join(x.Content.Texts(), "\n")
	for _, m := range all {
		if reason := ReasonOf(m.Reason); reason.Code == "" || reason.Keeps {
			return invalid("Say why “%s” is removed: each reason rests on law.", m.Text)
		}
		r, err := NewRemover([]string{m.Text})
		if err != nil {
			return err
		}
		if r.Left(text) == "" {
			return invalid("“%s” does not stand in this item.", m.Text)
		}
	}
	return nil
}

// KeepClear keeps, in one decision, every item of which nothing was written freely and nothing points at somebody else. It returns how many.
func (s *Service) KeepClear(ctx context.Context, caseID int64, actor string) (int, error) {
	const op = "access: keep clear items"
	k, _, err := s.open(ctx, caseID)
	if err != nil {
		return 0, errs.Wrap(op, err)
	}
	all, err := s.Items(ctx, k.ID)
	if err != nil {
		return 0, errs.Wrap(op, err)
	}
	var ids []int64
	for _, x := range all {
		if x.Belongs && x.Clear() && x.Item.Review.Verdict == Unreviewed {
			ids = append(ids, x.ID)
		}
	}
	if len(ids) == 0 {
		return 0, nil
	}
	return len(ids), errs.Wrap(op, s.Store.ReviewItems(ctx, k.ID, ids, Review{Verdict: Kept, By: actor, At: s.Now()}))
}

// AddPlace records where staff looked, because Assent cannot. Kinds of error: NotFound, Invalid, Conflict.
func (s *Service) AddPlace(ctx context.Context, caseID int64, actor string, p Place) (Place, error) {
	const op = "access: add place"
	k, _, err := s.open(ctx, caseID)
	if err != nil {
		return p, errs.Wrap(op, err)
	}
	for _, text := range []string{p.Name, p.By, p.Terms, p.Found} {
		if strings.TrimSpace(text) == "" || len(text) > maxNote {
			return p, errs.Wrap(op, invalid("Say where was searched, by whom, by which terms, and what was found, each in at most %d characters.", maxNote))
		}
	}
	if today := s.Cases.Reckoner.UKDate(s.Now()); p.On.IsZero() || p.On.After(today) {
		return p, errs.Wrap(op, invalid("Say on which day it was searched; it cannot lie ahead."))
	}
	p.CaseID, p.Actor, p.At = k.ID, actor, s.Now()
	if err := s.Store.AddPlace(ctx, &p); err != nil {
		return p, errs.Wrap(op, err)
	}
	_, err = s.Cases.Did(ctx, k.ID, actor, "place", "A place that Assent cannot search was searched by hand on "+p.On.Long()+".", "")
	return p, errs.Wrap(op, err)
}

// PlacesDone records that every other place has been searched, or that there is none. note says how that is known.
func (s *Service) PlacesDone(ctx context.Context, caseID int64, actor, note string) error {
	const op = "access: places done"
	k, _, err := s.open(ctx, caseID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	places, err := s.Store.Places(ctx, k.ID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if len(places) == 0 && strings.TrimSpace(note) == "" {
		return errs.Wrap(op, invalid("No other place has been searched. Say how it is known that there is none."))
	}
	_, err = s.Cases.Did(ctx, k.ID, actor, DutyPlaces, fmt.Sprintf("Every place that Assent cannot search has been searched: %d.", len(places)), note)
	return errs.Wrap(op, err)
}

// AddFound puts in what staff found elsewhere: words, or a file that was put into the case. Kinds of error: NotFound, Invalid, Conflict.
func (s *Service) AddFound(ctx context.Context, caseID int64, actor, title, text string, on clock.Date, fileID int64) (Item, error) {
	const op = "access: add item"
	k, _, err := s.open(ctx, caseID)
	if err != nil {
		return Item{}, errs.Wrap(op, err)
	}
	if strings.TrimSpace(title) == "" || len(title) > maxWords || len(text) > maxLooked || strings.TrimSpace(text) == "" && fileID == 0 {
		return Item{}, errs.Wrap(op, invalid("Say what it is, and give its words or a file of the case."))
	}
	now := s.Now()
	x := Item{CaseID: k.ID, Source: "elsewhere", Ref: fmt.Sprintf("elsewhere:%d", now.UnixNano()), At: now, Content: Content{Fields: []Field{{Name: "what", Value: title}}, Text: text}}
	if !on.IsZero() {
		x.Content.Fields = append(x.Content.Fields, Field{Name: "on", Value: on.String()})
	}
	if fileID != 0 {
		f, body, err := s.Cases.Store.CaseFile(ctx, k.ID, fileID)
		if err != nil {
			return Item{}, errs.Wrap(op, err)
		}
		body.Close()
		x.Ref = fmt.Sprintf("elsewhere:file:%d", f.ID)
		x.Content.File = &File{Name: f.Name, Type: f.Type, Size: f.Size, ID: f.ID, CaseID: f.CaseID}
	}
	if err := s.Store.AddItem(ctx, &x); err != nil {
		return Item{}, errs.Wrap(op, err)
	}
	_, err = s.Cases.Did(ctx, k.ID, actor, "item", "Something that was found elsewhere was put in.", "")
	return x, errs.Wrap(op, err)
}
