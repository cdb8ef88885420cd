package subscriptions

import (
	"cmp"
	"context"
	"slices"
	"time"

	"assent/internal/errs"
)

// Declarations changes what was declared. Each change is noted in the audit trail. All errors are of the kinds of package errs.
type Declarations interface {
	// ChangeProgramme applies a change to a programme as it stands, alone; kind NotFound.
	ChangeProgramme(ctx context.Context, id int64, change func(Programme) (Programme, error)) (Programme, error)
	// ChangePurpose is the same for a purpose; actedOn says that somebody has or had a place under it.
	ChangePurpose(ctx context.Context, id int64, change func(p Purpose, actedOn bool) (Purpose, error)) (Purpose, error)
	// ChangeList is the same for a list.
	ChangeList(ctx context.Context, id int64, change func(List) (List, error)) (List, error)
	// ChangeAttribute applies a change to an attribute of a programme as it stands; kind NotFound.
	ChangeAttribute(ctx context.Context, programmeID, id int64, change func(Attribute, AttributeUse) (Attribute, error)) (Attribute, error)
	// AttributeRules names the segments of a programme, and its campaigns that are not planned yet, that ask for an attribute: such as `the segment “Divers”`.
	AttributeRules(ctx context.Context, programmeID int64, attribute string) ([]string, error)
	// AddRecipient sets ID.
	AddRecipient(ctx context.Context, r *Recipient) error
	// ChangeRecipient applies a change to a recipient as it stands; kind NotFound.
	ChangeRecipient(ctx context.Context, programmeID, id int64, change func(Recipient) (Recipient, error)) (Recipient, error)
	// EndRecipient notes that a recipient gets no more data; kind NotFound. One that has ended stays as it is.
	EndRecipient(ctx context.Context, programmeID, id int64, at time.Time) (Recipient, error)
}

// Editor changes what was declared, within what people were told. What a person acted on never changes under them.
type Editor struct {
	Store     Declarations
	Catalogue Catalogue
	Now       func() time.Time
}

// Programme changes a programme. Its slug is for life.
func (e *Editor) Programme(ctx context.Context, id int64, change func(*Programme)) (Programme, error) {
	recipients, err := e.Catalogue.Recipients(ctx, id)
	if err != nil {
		return Programme{}, errs.Wrap("subscriptions: change programme", err)
	}
	p, err := e.Store.ChangeProgramme(ctx, id, func(was Programme) (Programme, error) {
		is := was
		change(&is)
		is.ID, is.Slug, is.CreatedAt, is.ChangedAt = was.ID, was.Slug, was.CreatedAt, e.Now()
		is = is.withDefaults()
		if is.RegionLock && slices.ContainsFunc(recipients, func(r Recipient) bool { return r.EndedAt.IsZero() && r.Abroad() }) {
			return was, invalid("A recipient of this programme's data is abroad. End that before you promise that no data leaves the United Kingdom.")
		}
		return is, firstOf(checkEndsAt(was, is, is.ChangedAt), is.check())
	})
	return p, errs.Wrap("subscriptions: change programme", err)
}

// Purpose changes a purpose. Once somebody acted on it, its name, basis and class stay: whoever needs others declares a new purpose and tells people of
// it. What may change then is its term for permissions to come, what is asked and kept, and the reviews behind it.
func (e *Editor) Purpose(ctx context.Context, id int64, change func(*Purpose)) (Purpose, error) {
	const op = "subscriptions: change purpose"
	p, err := e.Store.ChangePurpose(ctx, id, func(was Purpose, actedOn bool) (Purpose, error) {
		is := was
		change(&is)
		is.ID, is.ProgrammeID, is.Slug, is.CreatedAt, is.ChangedAt = was.ID, was.ProgrammeID, was.Slug, was.CreatedAt, e.Now()
		fixed := is.Conditions
		fixed.Assessment, fixed.ReviewOn = was.Conditions.Assessment, was.Conditions.ReviewOn // kept under review (E2-06)
		if actedOn && (is.Name != was.Name || is.Basis != was.Basis || is.Class != was.Class || fixed != was.Conditions) {
			return was, errs.E(op, errs.Refused, "People have acted on this purpose as it is. Declare a new purpose for anything else, and tell them of it.", nil)
		}
		is = is.withDefaults()
		return is, is.check()
	})
	return p, errs.Wrap(op, err)
}

// List changes a list. Its slug, purpose and programme are for life; new words hold for acts to come, and the ledger keeps those that each person saw.
func (e *Editor) List(ctx context.Context, id int64, change func(*List)) (List, error) {
	l, err := e.Store.ChangeList(ctx, id, func(was List) (List, error) {
		is := was
		change(&is)
		is.ID, is.Slug, is.ProgrammeID, is.PurposeID, is.NoticeID, is.CreatedAt = was.ID, was.Slug, was.ProgrammeID, was.PurposeID, was.NoticeID, was.CreatedAt
		return is, is.check()
	})
	return l, errs.Wrap("subscriptions: change list", err)
}

// AddRecipient declares that somebody is given a programme's data.
func (e *Editor) AddRecipient(ctx context.Context, r Recipient) (Recipient, error) {
	const op = "subscriptions: add recipient"
	programme, err := e.Catalogue.Programme(ctx, r.ProgrammeID)
	if err != nil {
		return Recipient{}, errs.Wrap(op, err)
	}
	if err := checkRecipient(r, programme.RegionLock); err != nil {
		return Recipient{}, errs.Wrap(op, err)
	}
	r.AddedAt, r.EndedAt, r.Language = e.Now(), time.Time{}, cmp.Or(r.Language, "en")
	return r, errs.Wrap(op, e.Store.AddRecipient(ctx, &r))
}

// Recipient changes what is declared of a recipient: what it gets and where, and how it is told. Since when it got data stays.
func (e *Editor) Recipient(ctx context.Context, programmeID, id int64, change func(*Recipient)) (Recipient, error) {
	const op = "subscriptions: change recipient"
	programme, err := e.Catalogue.Programme(ctx, programmeID)
	if err != nil {
		return Recipient{}, errs.Wrap(op, err)
	}
	r, err := e.Store.ChangeRecipient(ctx, programmeID, id, func(was Recipient) (Recipient, error) {
		is := was
		change(&is)
		is.ID, is.ProgrammeID, is.AddedAt, is.EndedAt, is.Language = was.ID, was.ProgrammeID, was.AddedAt, was.EndedAt, cmp.Or(is.Language, "en")
		return is, checkRecipient(is, programme.RegionLock)
	})
	return r, errs.Wrap(op, err)
}

// EndRecipient declares that a recipient gets no more data. It stays on record: people may ask who had theirs (Article 15(1)(c)).
func (e *Editor) EndRecipient(ctx context.Context, programmeID, id int64) (Recipient, error) {
	r, err := e.Store.EndRecipient(ctx, programmeID, id, e.Now())
	return r, errs.Wrap("subscriptions: end recipient", err)
}
