package api

import (
	"context"
	"net/http"

	"assent/internal/audit"
	"assent/internal/auth"
	"assent/subscriptions"
)

// explanation is the gate's answer for one person and one list, with the event behind it.
type explanation struct {
	Allowed     bool   `json:"allowed" doc:"A newsletter of this list may go to this person now." example:"false"`
	Reason      string `json:"reason,omitempty" doc:"Why not; not there where it may." example:"withdrawn"`
	Explanation string `json:"explanation" doc:"The same, as a sentence." example:"This person opted out."`
	Event       *Event `json:"event,omitempty" doc:"The ledger event that allows it or stands against it."`
}

func (a *api) explainRoutes() {
	add(a, operation{
		id: "explain", method: http.MethodGet, path: base + "/subscribers/{id}/explain", tag: "People", scope: auth.SubscribersRead,
		summary: "Tell why a person may or may not be mailed", about: "Asks the rule that the gate asks before each message, and names the ledger event that decides.",
	}, a.explain)
}

func (a *api) explain(ctx context.Context, in *struct {
	InID
	List string `query:"list" required:"true" maxLength:"60" doc:"The list's slug." example:"harbour-monthly"`
}) (*reply[explanation], error) {
	s, err := a.People.Store.Subscriber(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	l, err := a.People.Store.ListBySlug(ctx, in.List)
	if err != nil {
		return nil, err
	}
	if err := a.record(ctx, audit.Note{Action: audit.ReadPerson, Object: audit.About("subscriber", s.ID)}); err != nil {
		return nil, err
	}
	events, err := a.People.Store.EventsByKey(ctx, s.Key)
	if err != nil {
		return nil, err
	}
	programme, err := a.People.Store.Programme(ctx, l.ProgrammeID)
	if err != nil {
		return nil, err
	}
	question := subscriptions.Question{Lists: []subscriptions.Scope{subscriptions.ListScope(l)}, Ends: programme.EndsAt}
	d := subscriptions.Decide(question, subscriptions.Fold(events), a.Now())
	out := explanation{Allowed: d.Reason == subscriptions.Allowed, Reason: string(d.Reason), Explanation: sentenceOf(d.Reason)}
	for _, e := range events {
		if e.Seq == d.Seq {
			shown := showEvent(e)
			out.Event = &shown
		}
	}
	return &reply[explanation]{Body: out}, nil
}

// sentenceOf says a reason in words; "" for one that is not known.
func sentenceOf(r subscriptions.Reason) string {
	switch r {
	case subscriptions.Allowed:
		return "This person may be mailed: the event says why."
	case subscriptions.ReasonErased:
		return "This person's data was erased."
	case subscriptions.ReasonRestricted:
		return "Processing is restricted: the data is kept, and nothing else is done with it."
	case subscriptions.ReasonWithdrawn:
		return "This person opted out, or the address is suppressed."
	case subscriptions.ReasonExpired:
		return "The permission's term has ended."
	case subscriptions.ReasonUnconfirmed:
		return "A subscription was asked for, and the holder of the mailbox has not confirmed it."
	case subscriptions.ReasonNotMember:
		return "This person never subscribed to the list."
	case subscriptions.ReasonPurpose:
		return "This person did not agree to every purpose that the message declares."
	}
	return ""
}
