package subscriptions

import (
	"context"

	"assent/internal/errs"
)

// CreateList opens a list. It cannot be opened without a published notice that tells of its purpose (E1-28, E0-07) and the exact
// wording of what people agree to. NoticeID 0 takes the notice in force.
func (s *Service) CreateList(ctx context.Context, l List) (List, error) {
	const op = "subscriptions: create list"
	l.CreatedAt = s.Now()
	if err := firstOf(checkSlug(l.Slug), l.check()); err != nil {
		return List{}, errs.Wrap(op, err)
	}
	purpose, err := s.Store.Purpose(ctx, l.PurposeID)
	if err != nil {
		return List{}, errs.Wrap(op, err)
	}
	programme, err := s.Store.Programme(ctx, l.ProgrammeID)
	if err != nil {
		return List{}, errs.Wrap(op, err)
	}
	notice, err := s.noticeFor(ctx, l)
	if err != nil {
		return List{}, errs.Wrap(op, err)
	}
	l.NoticeID = notice.ID
	switch {
	case purpose.ProgrammeID != l.ProgrammeID || notice.ProgrammeID != l.ProgrammeID:
		return List{}, errs.E(op, errs.Invalid, "A list, its purpose and its notice belong to one programme.", nil)
	case purpose.Class == CaseClass:
		return List{}, errs.E(op, errs.Invalid, "Mail about a case goes to one person; no list serves it.", nil)
	case !notice.Covers(purpose.ID):
		return List{}, errs.E(op, errs.Refused, "The notice does not tell of this purpose. Publish a version that does, then open the list.", nil)
	}
	if l.Contact.Address.IsZero() {
		l.Contact = programme.Contact
	}
	err = s.Store.Update(ctx, func(tx Tx) error { return tx.CreateList(&l) })
	return l, errs.Wrap(op, err)
}

func (l List) check() error {
	if err := firstOf(
		title(l.Name, "name"), plain(l.Description, "description", maxWords),
		need(l.Wording, "wording"), plain(l.Wording, "wording", maxWords), oneLine(l.Contact.Name, "contact_name", maxName),
	); err != nil {
		return err
	}
	if l.Public && !l.DoubleOptIn {
		return invalid("A public list needs double opt-in, or anybody could sign up anybody.")
	}
	return nil
}

func (s *Service) noticeFor(ctx context.Context, l List) (Notice, error) {
	if l.NoticeID != 0 {
		return s.Store.Notice(ctx, l.NoticeID)
	}
	all, err := s.Store.Notices(ctx, l.ProgrammeID)
	if err != nil {
		return Notice{}, err
	}
	if len(all) == 0 {
		return Notice{}, errs.E("subscriptions: notice in force", errs.Refused, "The programme has no privacy notice. Publish one first.", nil)
	}
	return all[len(all)-1], nil
}
