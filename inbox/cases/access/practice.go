package access

import (
	"context"
	"fmt"

	"assent/inbox/cases"
	"assent/internal/errs"
)

// Practice is how requests for access and for portability are carried out, in the order of doing.
type Practice struct {
	Service *Service
}

// Outcomes implements cases.Practice.
func (p Practice) Outcomes(cases.Case) []cases.Outcome {
	return []cases.Outcome{cases.Granted, cases.Partly, cases.Refused, cases.NoData, cases.Withdrawn}
}

// Reasons implements cases.Practice: a part is refused for what was left out.
func (p Practice) Reasons(_ cases.Case, o cases.Outcome) []cases.Reason {
	var out []cases.Reason
	if o != cases.Partly && o != cases.Refused {
		return nil
	}
	for _, r := range Reasons() {
		if !r.Keeps {
			out = append(out, cases.Reason{Code: r.Code, Words: r.Words, Rule: r.Law, English: r.English, Welsh: r.Welsh})
		}
	}
	return out
}

// Duties implements cases.Practice.
func (p Practice) Duties(ctx context.Context, k cases.Case) ([]cases.Duty, error) {
	if k.Decision != nil && (k.Decision.Outcome == cases.Refused || k.Decision.Outcome == cases.Withdrawn) {
		return nil, nil
	}
	url := fmt.Sprintf("/console/cases/%d/pack", k.ID)
	duties := []cases.Duty{
		{Code: DutySearch, Words: "Search what is held", Done: !k.Facts.DoneOn(DutySearch).IsZero(), URL: url},
		{Code: DutyPlaces, Words: "Have the places searched that Assent cannot search", Done: !k.Facts.DoneOn(DutyPlaces).IsZero(), URL: url},
	}
	if k.Decision != nil && k.Decision.Outcome == cases.NoData {
		return duties, nil
	}
	left, err := p.unreviewed(ctx, k)
	if err != nil {
		return nil, errs.Wrap("access: duties", err)
	}
	pack, err := p.Service.Store.PackOf(ctx, k.ID)
	kept := err == nil
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return nil, errs.Wrap("access: duties", err)
	}
	review := "Review what was found"
	if left > 0 {
		review = fmt.Sprintf("Review what was found (%d left)", left)
	}
	delivered := !k.Facts.DoneOn(DutyDeliver).IsZero()
	receivers, err := p.Service.Store.Receivers(ctx, k.ID)
	if err != nil {
		return nil, errs.Wrap("access: duties", err)
	}
	duties = append(duties,
		cases.Duty{Code: DutyIdentity, Words: "Establish who asks", Done: established(k), URL: url},
		cases.Duty{Code: DutyReview, Words: review, Done: left == 0 && duties[0].Done, URL: url},
		cases.Duty{Code: DutyApprove, Words: "Approve the pack", Done: kept || delivered && pack.ID == 0 && !k.Facts.DoneOn(DutyApprove).IsZero(), URL: url},
		cases.Duty{Step: cases.CarryingOut, Code: DutyDeliver, Words: "Hand the pack over", Done: delivered, URL: url},
		cases.Duty{Step: cases.Following, Code: DutyOpened, Words: "See that the person could open it", Done: !k.Facts.DoneOn(DutyOpened).IsZero(), URL: url},
	)
	return append(duties, receiverDuties(receivers, url)...), nil
}

// unreviewed counts the items that nobody decided on. Those of a pack that is no longer kept were decided on.
func (p Practice) unreviewed(ctx context.Context, k cases.Case) (int, error) {
	m := p.Service.Makers[k.Kind]
	if m == nil {
		return 0, nil
	}
	items, err := p.Service.Store.Items(ctx, k.ID)
	n := 0
	for _, x := range items {
		if m.Belongs(x) && x.Review.Verdict == Unreviewed {
			n++
		}
	}
	return n, err
}

// Unopened records, in a person's words, why a pack that nobody opened is left at that: the person was told and did not come, or asks for it no more.
func (s *Service) Unopened(ctx context.Context, caseID int64, actor, why string) error {
	const op = "access: unopened"
	k, _, err := s.open(ctx, caseID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if why == "" {
		return errs.Wrap(op, invalid("Say how the person was reminded, and why it is left at that."))
	}
	if k.Facts.DoneOn(DutyDeliver).IsZero() {
		return errs.E(op, errs.Conflict, "The pack has not been handed over yet.", nil)
	}
	_, err = s.Cases.Did(ctx, k.ID, actor, DutyOpened, "Nobody opened the pack; it is left at that.", why)
	return errs.Wrap(op, err)
}

var _ cases.Practice = Practice{}
