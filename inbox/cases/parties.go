package cases

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/mailer"
)

// Name says who asks or whom a case is about. A Party with an ID takes the place of the one that has it. Where requester and subject differ, the
// duty to ask for authority is left to the operator: the page says so. A mail or a link proves who asks for whom the case was about, and not for a subject who is named later. Kinds of error: NotFound, Invalid.
func (s *Service) Name(ctx context.Context, id int64, actor string, p Party) (Case, error) {
	const op = "cases: name party"
	if err := p.check(); err != nil {
		return Case{}, errs.Wrap(op, err)
	}
	before, err := s.Store.CaseParties(ctx, id)
	if err != nil {
		return Case{}, errs.Wrap(op, err)
	}
	if p.SubscriberID, err = s.onRecord(ctx, p.Address); err != nil {
		return Case{}, errs.Wrap(op, err)
	}
	c, err := s.Store.ChangeCase(ctx, id, func(c Case, _ []Case) (Change, error) {
		p.CaseID = c.Root()
		if own, ok := ownEntry(before); ok && p.ID == 0 && p.Role == Subject && c.WantsActing() && c.Facts.Acting.Evidence != OwnRequest && !own.same(p) {
			p.ID = own.ID // who writes for a child is not whom it is about
		}
		return s.change(c, Change{Party: &p, Events: []Event{{Kind: PartyNamed, Actor: actor, What: named(p)}}})
	})
	if err == nil && p.Role == Subject && (c.Facts.Proof.By == ByOwnMail || c.Facts.Proof.By == ByLink || c.Facts.Proof.Evidence == NoDoubt && otherSubject(before, p)) {
		err = s.toFamily(ctx, c, Event{Kind: Unproved, Actor: actor})
		if err == nil {
			c, err = s.Store.Case(ctx, id)
		}
	}
	if err == nil && c.Facts.Acting.Evidence != "" && otherSubject(before, p) {
		if err = s.toFamily(ctx, c, Event{Kind: Unsettled, Actor: actor}); err == nil {
			c, err = s.Store.Case(ctx, id)
		}
	}
	return c, errs.Wrap(op, err)
}

func named(p Party) string {
	what := "Who asks was named"
	if p.Role == Subject {
		what = "Whom it is about was named"
	}
	if p.SubscriberID != 0 {
		return what + "; the address is on record."
	}
	return what + "; nobody is on record under an address of theirs."
}

const maxField = 500 // octets of a name, a contact or a subject

func (p Party) check() error {
	switch {
	case p.Role != Requester && p.Role != Subject:
		return invalid("The role must be requester or subject.")
	case strings.TrimSpace(p.Name) == "" && p.Address.IsZero() && strings.TrimSpace(p.Contact) == "":
		return invalid("Give a name, an address, or another way to reach them.")
	case len(p.Name) > maxField || len(p.Contact) > maxField:
		return invalid("A name or contact is longer than %d characters.", maxField)
	}
	return nil
}

// onRecord returns the number of the subscriber with an address, 0 for none.
func (s *Service) onRecord(ctx context.Context, a address.Address) (int64, error) {
	if a.IsZero() {
		return 0, nil
	}
	p, err := s.Records.SubscriberByKey(ctx, s.Keys.AddressKey(a))
	if err != nil && errs.KindOf(err) == errs.NotFound {
		return 0, nil
	}
	return p.ID, err
}

// Join links two cases as related. Nothing is merged. Kinds of error: NotFound, Invalid, Conflict where they are linked.
func (s *Service) Join(ctx context.Context, id, other int64, actor string) (Case, error) {
	const op = "cases: link"
	if id == other {
		return Case{}, errs.E(op, errs.Invalid, "A case is not linked to itself.", nil)
	}
	found, err := s.Store.Case(ctx, other)
	if err != nil {
		return Case{}, errs.Wrap(op, err)
	}
	l := Link{EarlierID: min(id, other), LaterID: max(id, other), Relation: Related, At: s.Now(), Actor: actor}
	c, err := s.Store.ChangeCase(ctx, id, func(c Case, _ []Case) (Change, error) {
		return s.change(c, Change{Link: &l, Events: []Event{{Kind: Linked, Actor: actor, What: "Linked to " + found.Reference + ".", Detail: Detail{CaseID: other}}}})
	})
	return c, errs.Wrap(op, err)
}

// Askers finds who asked for somebody else. It implements mailer.Askers.
type Askers struct{ Store Store }

// AskedForOther returns who asks in a case about somebody else, by an address; ok is false where nobody does. Kind of error: NotFound.
func (a Askers) AskedForOther(ctx context.Context, caseID int64) (who mailer.Asker, ok bool, err error) {
	const op = "cases: asked for other"
	c, err := a.Store.Case(ctx, caseID)
	if err != nil {
		return who, false, errs.Wrap(op, err)
	}
	parties, err := a.Store.CaseParties(ctx, caseID)
	if err != nil || !Agent(parties) {
		return who, false, errs.Wrap(op, err)
	}
	i := slices.IndexFunc(parties, func(p Party) bool { return p.Role == Requester && !p.Address.IsZero() })
	if i < 0 || slices.ContainsFunc(parties, func(p Party) bool { return p.Role == Subject && p.same(parties[i]) }) {
		return who, false, nil
	}
	return mailer.Asker{Address: parties[i].Address.String(), SubscriberID: parties[i].SubscriberID, Language: cmp.Or(c.Language, "en"), Reference: c.Reference}, true, nil
}

// writes reports whether an address is that of a party.
func writes(parties []Party, a address.Address) bool {
	return !a.IsZero() && slices.ContainsFunc(parties, func(p Party) bool { return p.Address.Normal() == a.Normal() })
}
