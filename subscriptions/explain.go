package subscriptions

import (
	"context"
	"time"

	"assent/internal/errs"
)

// Explanation is the gate's answer for one person, with every event that bears on it.
type Explanation struct {
	Decision Decision
	Steps    []Step // in the order of the ledger
}

// Allowed reports whether the gate lets a message through.
func (e Explanation) Allowed() bool { return e.Decision.Reason == Allowed }

// Step is one event that bears on a decision, with what the person was shown.
type Step struct {
	Event   Event
	Decides bool   // the decision rests on this event
	Wording string // the exact words shown; "" where none were
}

// ExplainList tells whether a message of a list may go to a person now, and why. Kind NotFound for a person who is not on record.
func (s *Service) ExplainList(ctx context.Context, subscriberID int64, l List) (Explanation, error) {
	return s.explain(ctx, subscriberID, l.ProgrammeID, []Scope{ListScope(l)}, Decide)
}

// ExplainPurpose tells whether a person may be mailed for a purpose now, and why: on one of its lists, or, where it has none, inside the message of
// another list that declares it.
func (s *Service) ExplainPurpose(ctx context.Context, subscriberID int64, p Purpose) (Explanation, error) {
	lists, err := s.Store.Lists(ctx)
	if err != nil {
		return Explanation{}, errs.Wrap("subscriptions: explain", err)
	}
	var scopes []Scope
	for _, l := range lists {
		if l.PurposeID == p.ID {
			scopes = append(scopes, ListScope(l))
		}
	}
	if len(scopes) == 0 {
		return s.explain(ctx, subscriberID, p.ProgrammeID, []Scope{PurposeScope(p)}, decidePurpose)
	}
	return s.explain(ctx, subscriberID, p.ProgrammeID, scopes, Decide)
}

func (s *Service) explain(ctx context.Context, subscriberID, programmeID int64, about []Scope, decide decider) (Explanation, error) {
	const op = "subscriptions: explain"
	person, err := s.Store.Subscriber(ctx, subscriberID)
	if err != nil {
		return Explanation{}, errs.Wrap(op, err)
	}
	programme, err := s.Store.Programme(ctx, programmeID)
	if err != nil {
		return Explanation{}, errs.Wrap(op, err)
	}
	events, err := s.Store.EventsByKey(ctx, person.Key)
	if err != nil {
		return Explanation{}, errs.Wrap(op, err)
	}
	out := Explanation{Decision: decide(Question{Lists: about, Ends: programme.EndsAt}, Fold(events), s.Now())}
	for _, e := range events {
		if !e.bearsOn(about) {
			continue
		}
		step := Step{Event: e, Decides: e.Seq == out.Decision.Seq}
		if e.WordingDigest != "" {
			if step.Wording, err = s.Store.Text(ctx, e.WordingDigest); err != nil && errs.KindOf(err) != errs.NotFound {
				return out, errs.Wrap(op, err)
			}
		}
		out.Steps = append(out.Steps, step)
	}
	return out, nil
}

// decider answers a question as Decide does.
type decider = func(Question, State, time.Time) Decision

// decidePurpose is Decide for a purpose that no list serves: the question's only scope.
func decidePurpose(q Question, s State, now time.Time) Decision {
	purpose := q.Lists[0]
	st, known := s.Purposes[purpose.PurposeID]
	if !known {
		return Decision{Reason: ReasonPurpose}
	}
	d := Decision{Seq: st.Seq}
	switch {
	case q.Ended(now):
		d.Reason = ReasonEnded
	case s.ErasedBy != 0 && s.ErasedBy >= st.Seq:
		d.Reason = ReasonErased
	case s.RestrictedBy != 0:
		d.Reason = ReasonRestricted
	case st.Status == StatusLapsed || st.Status == StatusActive && expired(st, now):
		d.Reason = ReasonExpired
	case st.Status != StatusActive || s.barredSince(purpose, st.Seq):
		d.Reason = ReasonWithdrawn
	case !st.Informed:
		d.Reason = ReasonNotInformed
	}
	return d
}

// bearsOn reports whether an event is about one of the scopes, about more, or about a part of them.
func (e Event) bearsOn(about []Scope) bool {
	for _, s := range about {
		purpose := Scope{Reach: OnePurpose, ProgrammeID: s.ProgrammeID, PurposeID: s.PurposeID}
		if e.Scope.Covers(s) || e.Scope.Covers(purpose) || s.Covers(e.Scope) {
			return true
		}
	}
	return false
}

// PurposeBySlug returns a purpose by the slugs of its programme and its own; kind NotFound.
func (s *Service) PurposeBySlug(ctx context.Context, programme, slug string) (Purpose, error) {
	const op = "subscriptions: purpose"
	p, err := s.Store.ProgrammeBySlug(ctx, programme)
	if err != nil {
		return Purpose{}, errs.Wrap(op, err)
	}
	all, err := s.Store.Purposes(ctx, p.ID)
	if err != nil {
		return Purpose{}, errs.Wrap(op, err)
	}
	for _, u := range all {
		if u.Slug == slug {
			return u, nil
		}
	}
	return Purpose{}, errs.E(op, errs.NotFound, "There is no such purpose. Name it by programme and purpose, as in harbour-news/monthly-news.", nil)
}
