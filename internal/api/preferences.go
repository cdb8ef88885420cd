package api

import (
	"context"
	"net/http"
	"time"

	"assent/internal/address"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/web"
	"assent/subscriptions"
)

type newObjection struct {
	Address      string            `json:"address,omitempty" maxLength:"254" doc:"Whose; or give subscriber_id." example:"ann@example.org"`
	SubscriberID int64             `json:"subscriber_id,omitempty" minimum:"1" doc:"Whose; or give address."`
	Programme    string            `json:"programme" maxLength:"60" doc:"The slug of the programme whose marketing the person objects to." example:"harbour-news"`
	WholeOwner   bool              `json:"whole_owner,omitempty" doc:"To that of every programme of the same owner."`
	Evidence     map[string]string `json:"evidence,omitempty" maxProperties:"50" doc:"What shows the objection. No reason is needed." example:"{\"ticket\":\"4711\"}"`
}

type newPause struct {
	Scope    scope             `json:"scope" doc:"What is put off."`
	Until    time.Time         `json:"until,omitzero" doc:"When it ends, within a year; leave it out to end a pause now." example:"2027-01-31T00:00:00Z"`
	Evidence map[string]string `json:"evidence,omitempty" maxProperties:"50" doc:"What shows the wish." example:"{\"ticket\":\"4711\"}"`
}

type newProfiling struct {
	Allowed  bool              `json:"allowed" doc:"Whether the person may be chosen for messages by what they did." example:"false"`
	Evidence map[string]string `json:"evidence,omitempty" maxProperties:"50" doc:"What shows the wish." example:"{\"ticket\":\"4711\"}"`
}

type newMove struct {
	Address  string `json:"address" maxLength:"254" doc:"The new address." example:"ann@example.net"`
	Language string `json:"language,omitempty" enum:"en,cy" doc:"Of the two mails; the person's own when it is left out." example:"en"`
}

type preferencesLink struct {
	URL string `json:"url" doc:"The person's preference page. Whoever has it can leave, pause and join for them." example:"https://news.example.org/p/aelk3…"`
}

type newConsequence struct {
	Words string `json:"words" maxLength:"500" doc:"What the person can no longer be given. Empty takes it away." example:"We cannot tell you when your berth must be renewed."`
}

type leavingReason struct {
	ListID int64  `json:"list_id,omitempty" doc:"Not there for all of the programme." example:"1"`
	Month  string `json:"month" example:"2026-11"`
	Reason string `json:"reason" enum:"too-many,not-relevant,not-asked,changed,privacy,other" example:"too-many"`
	People int64  `json:"people" example:"12"`
}

type leavingReasons struct {
	Reasons []leavingReason `json:"reasons" nullable:"false" doc:"The latest month first."`
	Remarks []leavingRemark `json:"remarks" nullable:"false" doc:"What people wrote, at most 1,000. Nothing leads from them to a person."`
}

type leavingRemark struct {
	ListID int64  `json:"list_id,omitempty" example:"1"`
	Month  string `json:"month" example:"2026-11"`
	Words  string `json:"words" example:"Twice a week is too much."`
}

func (a *api) preferenceRoutes() {
	add(a, operation{
		id: "object", method: http.MethodPost, path: base + "/objections", tag: "Consent", scope: auth.ConsentWrite,
		summary: "Record an objection to direct marketing", about: "Ends every newsletter and marketing purpose of the programme at once. Nothing is weighed, and nobody's identity is checked " +
			"(Article 21(3) UK GDPR). An address that is not on record is barred all the same.",
	}, a.object)
	add(a, operation{
		id: "pause-person", method: http.MethodPost, path: base + "/subscribers/{id}/pause", tag: "Consent", scope: auth.ConsentWrite,
		summary: "Put a person's mail off, or end that", about: "By the time of the answer the gate refuses until the moment given. What was agreed to stays, and ends when it would have ended.",
	}, a.pausePerson)
	add(a, operation{
		id: "refuse-profiling", method: http.MethodPost, path: base + "/subscribers/{id}/profiling", tag: "Consent", scope: auth.ConsentWrite,
		summary: "Record whether a person refuses profiling",
	}, a.refuseProfiling)
	add(a, operation{
		id: "change-address", method: http.MethodPost, path: base + "/subscribers/{id}/address-change", tag: "People", scope: auth.SubscribersWrite, status: http.StatusAccepted,
		summary: "Begin a change of address", about: "A link is mailed to the old address and to the new one. Only when both were used, within 7 days, is anything changed. " +
			"The answer is the same whether or not the new address is on record.",
	}, a.changeAddress)
	add(a, operation{
		id: "get-preferences-link", method: http.MethodGet, path: base + "/subscribers/{id}/preferences-link", tag: "People", scope: auth.ConsentWrite,
		summary: "Get the link of a person's preference page", about: "For a page of your own where the person has signed in. The same link stands in every mail to them.",
	}, a.preferencesLink)
	add(a, operation{
		id: "declare-consequence", method: http.MethodPost, path: base + "/purposes/{id}/consequence", tag: "Declarations", scope: auth.ListsWrite, status: http.StatusNoContent,
		summary: "Say what ends with a withdrawal from a purpose", about: "It is told to people after they have left, never before.",
	}, a.declareConsequence)
	add(a, operation{
		id: "list-leaving-reasons", method: http.MethodGet, path: base + "/programmes/{programme}/leaving-reasons", tag: "Consent", scope: auth.ListsRead,
		summary: "See why people left", about: "Told of their own accord after they had left, and kept apart from them.",
	}, a.leavingReasons)
}

func (a *api) object(ctx context.Context, in *struct{ Body newObjection }) (*reply[withdrawn], error) {
	o := subscriptions.Objection{SubscriberID: in.Body.SubscriberID, Channel: subscriptions.ByAPI, Actor: actor(ctx).String(), Evidence: in.Body.Evidence}
	if (in.Body.Address == "") == (in.Body.SubscriberID == 0) {
		return nil, errs.E("api: object", errs.Invalid, "Give either address or subscriber_id.", nil)
	}
	var err error
	if o.Address, err = optionalAddress("body.address", in.Body.Address); err != nil {
		return nil, err
	}
	p, err := a.People.Store.ProgrammeBySlug(ctx, in.Body.Programme)
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return nil, web.At("body.programme", errs.E("api: object", errs.Invalid, "There is no programme with this slug.", err))
	}
	if err != nil {
		return nil, err
	}
	o.ProgrammeIDs = []int64{p.ID}
	if in.Body.WholeOwner {
		all, err := a.People.Store.Programmes(ctx)
		if err != nil {
			return nil, err
		}
		for _, scope := range subscriptions.OfOwner(all, p.Owner) {
			o.ProgrammeIDs = append(o.ProgrammeIDs, scope.ProgrammeID)
		}
	}
	out, err := a.People.Object(ctx, o)
	if err != nil {
		return nil, missing("body.subscriber_id", "subscriber", err)
	}
	return &reply[withdrawn]{Body: withdrawn{Event: out.Seq, Already: out.Already}}, nil
}

func (a *api) pausePerson(ctx context.Context, in *struct {
	InID
	Body newPause
}) (*reply[withdrawn], error) {
	about, err := a.scopeOf(ctx, in.Body.Scope)
	if err != nil {
		return nil, err
	}
	out, err := a.Preferences.Pause(ctx, subscriptions.Pause{
		SubscriberID: in.ID, Scope: about, Until: in.Body.Until, Channel: subscriptions.ByAPI, Actor: actor(ctx).String(), Evidence: in.Body.Evidence,
	})
	return &reply[withdrawn]{Body: withdrawn{Event: out.Seq, Already: out.Already}}, err
}

func (a *api) refuseProfiling(ctx context.Context, in *struct {
	InID
	Body newProfiling
}) (*reply[withdrawn], error) {
	out, err := a.Preferences.SetProfiling(ctx, in.ID, in.Body.Allowed, subscriptions.ByAPI, actor(ctx).String(), in.Body.Evidence)
	return &reply[withdrawn]{Body: withdrawn{Event: out.Seq, Already: out.Already}}, err
}

func (a *api) changeAddress(ctx context.Context, in *struct {
	InID
	Body newMove
}) (*done, error) {
	person, err := a.present(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	var to address.Address
	if to, err = parseAddress("body.address", in.Body.Address); err != nil {
		return nil, err
	}
	language := in.Body.Language
	if language == "" {
		language = person.Language
	}
	if language == "" {
		language = "en"
	}
	return &done{}, a.Preferences.AskMove(ctx, person, to, language, actor(ctx).String())
}

func (a *api) preferencesLink(ctx context.Context, in *InID) (*reply[preferencesLink], error) {
	person, err := a.present(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &reply[preferencesLink]{Body: preferencesLink{URL: a.Mailer.Composer.Ways.PreferencesURL(a.People.Keys, person.ID)}}, nil
}

// present returns a person who was not erased.
func (a *api) present(ctx context.Context, id int64) (subscriptions.Subscriber, error) {
	person, err := a.People.Store.Subscriber(ctx, id)
	if err == nil && person.Address.IsZero() {
		err = errs.E("api: look up", errs.Refused, "This person's data was erased.", nil)
	}
	return person, err
}

func (a *api) declareConsequence(ctx context.Context, in *struct {
	InID
	Body newConsequence
}) (*done, error) {
	return &done{}, a.Preferences.DeclareConsequence(ctx, in.ID, in.Body.Words)
}

const maxRemarks = 1000

func (a *api) leavingReasons(ctx context.Context, in *InProgramme) (*reply[leavingReasons], error) {
	p, err := a.People.Store.ProgrammeBySlug(ctx, in.Programme)
	if err != nil {
		return nil, err
	}
	out := leavingReasons{Reasons: []leavingReason{}, Remarks: []leavingRemark{}}
	counts, err := a.Preferences.Kept.LeavingReasons(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	for _, c := range counts {
		out.Reasons = append(out.Reasons, leavingReason{ListID: c.ListID, Month: c.Month, Reason: c.Reason, People: c.People})
	}
	remarks, err := a.Preferences.Kept.LeavingRemarks(ctx, p.ID, 0, maxRemarks)
	if err != nil {
		return nil, err
	}
	for _, r := range remarks {
		out.Remarks = append(out.Remarks, leavingRemark{ListID: r.ListID, Month: r.Month, Words: r.Words})
	}
	return &reply[leavingReasons]{Body: out}, nil
}
