package subscriptions

import (
	"context"

	"assent/internal/errs"
)

// AdmitRenewal permits the mail that asks a person, while they may still be mailed, whether they want a list any longer. It goes to the guardian
// where one agreed for a child that is still too young. It returns the event that is asked about. Kind Refused when the gate would not let a newsletter of the list
// out, or the permission was renewed or replaced meanwhile.
func (g Gate) AdmitRenewal(ctx context.Context, person Subscriber, p Programme, list Scope, permission int64) (Permit, Event, error) {
	const op = "subscriptions: admit renewal"
	asked := g.Now()
	events, err := g.Store.EventsByKey(ctx, person.Key)
	if err != nil {
		return Permit{}, Event{}, errs.Wrap("subscriptions: ask the gate", err)
	}
	d := Decide(Question{Lists: []Scope{list}, Ends: p.EndsAt}, Fold(events), asked)
	given, known := eventAt(events, permission)
	to := p.Addressee(person, given, asked)
	switch {
	case d.Reason != Allowed:
		return Permit{}, given, errs.E(op, errs.Refused, "This person may not be mailed any more: "+string(d.Reason)+".", nil)
	case !known || d.Seq != permission:
		return Permit{}, given, errs.E(op, errs.Refused, "The permission was renewed before this was sent.", nil)
	case person.Address.IsZero() || to.IsZero():
		return Permit{}, given, errs.E(op, errs.Refused, "There is no address to write to.", nil)
	}
	return Permit{to: to, subscriber: person.ID, list: list.ListID, seq: permission, askedAt: asked, until: d.Until, class: ServiceClass}, given, nil
}
