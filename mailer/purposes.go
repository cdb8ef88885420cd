package mailer

import (
	"context"
	"fmt"

	"assent/internal/errs"
	"assent/subscriptions"
)

// classOf returns the class of a campaign's message, from all the purposes that it serves: those of its lists and those that it declares besides
// (E0-01, E0-02). A purpose of another programme is refused, and one that the notice in force does not tell of: mail for it is blocked (E0-07).
func (s *Service) classOf(ctx context.Context, o Occasion) (subscriptions.Class, error) {
	const op = "mailer: purposes of campaign"
	var ids []int64
	for _, l := range o.Lists {
		ids = append(ids, l.PurposeID)
	}
	var all []subscriptions.Purpose
	for _, id := range append(ids, o.Campaign.Purposes...) {
		p, err := s.People.Purpose(ctx, id)
		if err != nil {
			return "", errs.Wrap(op, err)
		}
		if p.ProgrammeID != o.Programme.ID {
			return "", errs.E(op, errs.Invalid, "A campaign serves purposes of its own programme.", nil)
		}
		if !o.Notice.Covers(p.ID) {
			return "", errs.E(op, errs.Refused, fmt.Sprintf("The privacy notice does not tell of “%s”, so nobody can be mailed for it. Publish a version that does, and tell people.", p.Name), nil)
		}
		all = append(all, p)
	}
	class, err := subscriptions.MessageClass(all)
	return class, errs.Wrap(op, err)
}
