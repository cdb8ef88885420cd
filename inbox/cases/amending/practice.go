package amending

import (
	"context"
	"fmt"

	"assent/inbox/cases"
	"assent/subscriptions"
)

// Practices returns how each kind of case that changes a record is carried out.
func Practices(store Store) map[cases.Kind]cases.Practice {
	return map[cases.Kind]cases.Practice{
		cases.Rectification:   rectifying{store},
		cases.Erasure:         erasing{store},
		cases.Restriction:     restricting{store},
		cases.Objection:       objecting{store},
		cases.WithdrawConsent: withdrawing{store},

		cases.AutomatedDecision: looking{store},
	}
}

// Codes of duties, as the timeline has them.
const (
	statementSettled = "statement"
	partErased       = "part-erased"
	madePublic       = "made-public"
	restricted       = "restricted"
	lifted           = "lifted"
	liftingTold      = cases.LiftingTold // what a letter from the text "restriction-lifting" does
	marketingStopped = "marketing-stopped"
	processingEnded  = "processing-ended"
	withdrawn        = "withdrawn"
)

// usual are the outcomes of a request that may be refused.
func usual() []cases.Outcome {
	return []cases.Outcome{cases.Granted, cases.Partly, cases.Refused, cases.NoData, cases.Withdrawn}
}

// acts reports whether there is something to carry out: the case is decided so, or not decided yet.
func acts(c cases.Case) bool { return c.Decision == nil || granted(c.Decision.Outcome) }

// proof is the duty to know who asks before what cannot be undone is done.
func proof(c cases.Case) cases.Duty {
	return cases.Duty{Code: "identity", Words: "Establish who asks, or record why nothing gives reason to doubt it (Article 12(6))", Done: c.Trusted()}
}

// done makes a duty that an event on the timeline does.
func done(c cases.Case, step cases.Step, code, words string) cases.Duty {
	return cases.Duty{Step: step, Code: code, Words: words, Done: !c.Facts.DoneOn(code).IsZero()}
}

// recipientDuties returns a duty for each recipient that was told: it is done when the recipient answered, or a person recorded why it cannot be (Article 19).
func recipientDuties(ctx context.Context, store Store, c cases.Case) ([]cases.Duty, error) {
	notices, err := store.NoticesOfCase(ctx, c.ID)
	var out []cases.Duty
	for _, n := range notices {
		words := "Hear from " + n.Name + " about the " + n.Change.Words() + " that it is done there too"
		if n.Address.IsZero() {
			words = "Tell " + n.Name + ", which has no address here, of the " + n.Change.Words() + ", and record what it answers"
		}
		out = append(out, cases.Duty{Step: cases.Following, Code: fmt.Sprintf("recipient-%d", n.ID), Words: words, Done: n.State != subscriptions.NoticeOpen})
	}
	return out, err
}

// state returns how the person of a case stands; the zero State where nobody is on record.
func state(ctx context.Context, store Store, c cases.Case) (subscriptions.State, error) {
	if c.SubjectID == 0 {
		return subscriptions.Fold(nil), nil
	}
	p, err := store.Subscriber(ctx, c.SubjectID)
	if err != nil {
		return subscriptions.State{}, err
	}
	events, err := store.EventsByKey(ctx, p.Key)
	return subscriptions.Fold(events), err
}

// holdDuties returns what keeps the data as it is: an access case comes first (E1-10, E2-45).
func holdDuties(ctx context.Context, store Store, c cases.Case) ([]cases.Duty, error) {
	if c.SubjectID == 0 {
		return nil, nil
	}
	holds, err := store.Holds(ctx, c.SubjectID)
	var out []cases.Duty
	for _, h := range holds {
		if h.Kind == subscriptions.AccessHold {
			out = append(out, cases.Duty{Code: "after-access", Words: "Wait until the access case " + h.Reference + " is answered: until then nothing is changed or erased", URL: fmt.Sprintf("/console/cases/%d", h.CaseID)})
			continue
		}
		out = append(out, cases.Duty{Code: "hold", Words: "Wait until the legal hold is lifted", URL: fmt.Sprintf("/console/people/%d/erase", c.SubjectID)})
	}
	return out, err
}
