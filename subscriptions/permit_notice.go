package subscriptions

import (
	"context"

	"assent/internal/errs"
)

// AdmitNotice permits the one letter that tells a member of a programme of a new version of its privacy notice (E0-07, E0-33). It is
// service mail: a pause or a purpose not told of does not stop it. It is refused, with kind Refused, to whoever has no standing in the programme any more, and
// to whoever is erased, restricted or barred from everything.
func (g Gate) AdmitNotice(ctx context.Context, s Subscriber, programmeID int64) (Permit, error) {
	const op = "subscriptions: admit notice"
	asked := g.Now()
	events, err := g.Store.EventsByKey(ctx, s.Key)
	if err != nil {
		return Permit{}, errs.Wrap("subscriptions: ask the gate", err)
	}
	state := Fold(events)
	if s.Address.IsZero() || state.RestrictedBy != 0 {
		return Permit{}, errs.E(op, errs.Refused, "This person's data is erased, or may only be stored.", nil)
	}
	var by Standing
	for _, st := range state.Lists {
		member := st.Status == StatusActive && !expired(st, asked) && !state.barredSince(st.scope, st.Seq)
		if member && st.scope.ProgrammeID == programmeID && (by.Seq == 0 || st.Seq < by.Seq) {
			by = st
		}
	}
	if by.Seq == 0 {
		return Permit{}, errs.E(op, errs.Refused, "This person is in no list of the programme any more.", nil)
	}
	return Permit{to: s.Address, subscriber: s.ID, list: by.scope.ListID, seq: by.Seq, askedAt: asked, until: by.ExpiresAt, class: ServiceClass}, nil
}
