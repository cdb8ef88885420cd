package access

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"assent/inbox/cases"
	"assent/internal/address"
	"assent/internal/errs"
	"assent/internal/token"
)

// Service carries out requests for access and portability. Each step needs a case of one of its kinds, and leaves an event on the case's timeline.
type Service struct {
	Store     Store
	Cases     *cases.Service
	Catalogue Catalogue
	Makers    map[cases.Kind]Maker // how each kind's pack is laid out
	Keys      *token.Keys
	BaseURL   string // without a slash at its end
	Now       func() time.Time
	Log       *slog.Logger
}

// Maker lays out the pack of one kind of request.
type Maker interface {
	// Belongs reports whether an item belongs into such a pack: only those are reviewed.
	Belongs(x Item) bool
	// Files makes the files of a pack. all is every item that was found, for saying what the pack leaves out by its kind.
	Files(p Pack, all []Item) ([]Output, error)
	// Passes reports whether a file of such a pack, by its name, goes to an organisation to which the person wants their data sent straight.
	Passes(file string) bool
}

// The duties of a case of access or portability, by the codes that cases.Service.Did records.
const (
	DutySearch   = "search"
	DutyPlaces   = "places"
	DutyIdentity = "identity"
	DutyReview   = "review"
	DutyApprove  = "approve-pack"
	DutyDeliver  = "deliver"
	DutyOpened   = "opened"
)

// taken returns a case that can be carried out here, with how its pack is made.
func (s *Service) taken(ctx context.Context, caseID int64) (cases.Case, Maker, error) {
	const op = "access: case"
	k, err := s.Cases.Store.Case(ctx, caseID)
	if err != nil {
		return k, nil, errs.Wrap(op, err)
	}
	m := s.Makers[k.Kind]
	if m == nil {
		return k, nil, errs.E(op, errs.Invalid, "This is no request for access or portability. Give the case its right kind first.", nil)
	}
	return k, m, nil
}

// open refuses a case that is closed.
func (s *Service) open(ctx context.Context, caseID int64) (cases.Case, Maker, error) {
	k, m, err := s.taken(ctx, caseID)
	if err == nil && !k.Open() {
		err = errs.E("access: case", errs.Conflict, "This case is closed. Reopen it first.", nil)
	}
	return k, m, err
}

// subjects returns whom a case is about: its subjects, else who asks.
func (s *Service) subjects(ctx context.Context, caseID int64) ([]cases.Party, error) {
	parties, err := s.Cases.Store.CaseParties(ctx, caseID)
	if err != nil {
		return nil, errs.Wrap("access: subjects", err)
	}
	about := slices.DeleteFunc(slices.Clone(parties), func(p cases.Party) bool { return p.Role != cases.Subject })
	if len(about) == 0 {
		return parties, nil
	}
	return about, nil
}

// terms makes what is looked for of the people of a case and of what an operator adds.
func terms(about []cases.Party, o Order) (Terms, Who, error) {
	var t Terms
	var who Who
	add := func(a address.Address) {
		if !a.IsZero() && !slices.Contains(t.Addresses, a.String()) {
			t.Addresses, who.Addresses = append(t.Addresses, a.String()), append(who.Addresses, a)
		}
	}
	for _, p := range about {
		add(p.Address)
		if p.SubscriberID != 0 && !slices.Contains(who.Numbers, p.SubscriberID) {
			who.Numbers = append(who.Numbers, p.SubscriberID)
		}
		t.Names = append(t.Names, strings.TrimSpace(p.Name))
	}
	for _, text := range o.Addresses {
		a, err := address.Parse(text)
		if err != nil {
			return t, who, errs.Wrap("access: terms", err)
		}
		add(a)
	}
	t.Names, t.Others, t.Numbers = once(append(t.Names, o.Names...)), once(o.Others), who.Numbers
	if len(t.Addresses) == 0 && len(t.Numbers) == 0 {
		return t, who, errs.E("access: terms", errs.Invalid, "There is no address to search by. Name whom the case is about, with an address, or give one to search for.", nil)
	}
	return t, who, nil
}

// once returns what is not empty, each once, in its order: whoever searches again sends back what was searched before.
func once(all []string) []string {
	var out []string
	for _, s := range all {
		if s = strings.TrimSpace(s); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
