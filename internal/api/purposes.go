package api

import (
	"context"
	"net/http"
	"time"

	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/web"
	"assent/subscriptions"
)

type purpose struct {
	ID               int64      `json:"id" example:"1"`
	ProgrammeID      int64      `json:"programme_id" example:"1"`
	Slug             string     `json:"slug" example:"monthly-news"`
	Name             string     `json:"name" example:"Monthly news about the harbour"`
	Basis            string     `json:"basis" doc:"The lawful basis (Article 6 UK GDPR; PECR regulation 22)." example:"consent"`
	Conditions       conditions `json:"conditions" doc:"What the basis rests on."`
	Class            string     `json:"class" example:"newsletter"`
	TermDays         int64      `json:"term_days,omitempty" doc:"How long a permission lasts; without end where it is not there." example:"730"`
	DPIA             string     `json:"dpia,omitempty" doc:"Reference of the data protection impact assessment." example:"DPIA-7"`
	ConfirmEveryDays int64      `json:"confirm_every_days,omitempty" doc:"How often people are asked whether they still want it." example:"365"`
	ConfirmOutcome   string     `json:"confirm_outcome" doc:"What no answer means." example:"lapse"`
	RenewDays        []int      `json:"renew_days" nullable:"false" doc:"How many days before its end a renewal is asked for." example:"[30,7]"`
	KeepIPDays       int        `json:"keep_ip_days,omitempty" doc:"How long an IP address is kept as evidence; not at all where it is not there."`
	CreatedAt        time.Time  `json:"created_at"`
	ChangedAt        *time.Time `json:"changed_at,omitempty"`
}

// conditions is what a basis rests on.
type conditions struct {
	FromSale          bool   `json:"from_sale,omitempty" doc:"Soft opt-in: details were got in a sale or its negotiation (PECR regulation 22(3)(a))."`
	OwnSimilar        bool   `json:"own_similar,omitempty" doc:"Soft opt-in: only own similar products and services (22(3)(b))."`
	OptOutAtStart     bool   `json:"opt_out_at_start,omitempty" doc:"Soft opt-ins: an opt-out was offered when the details were got (22(3)(c))."`
	OptOutEachTime    bool   `json:"opt_out_each_time,omitempty" doc:"Soft opt-ins: and is in every message (22(3)(c))."`
	CharitysPurposes  bool   `json:"charitys_purposes,omitempty" doc:"Charities' soft opt-in: only for the charity's purposes (22(3A))."`
	InterestOrSupport bool   `json:"interest_or_support,omitempty" doc:"Charities' soft opt-in: details were got when the person showed interest or gave support (22(3A))."`
	Interest          string `json:"interest,omitempty" maxLength:"200" doc:"Legitimate interests: which (Article 13(1)(d))." example:"that nobody runs aground"`
	Assessment        string `json:"assessment,omitempty" maxLength:"200" doc:"Legitimate interests: reference of the assessment." example:"LIA-3"`
	ReviewOn          string `json:"review_on,omitempty" format:"date" doc:"Legitimate interests: when the assessment is to be reviewed." example:"2027-03-01"`
	Reference         string `json:"reference,omitempty" maxLength:"200" doc:"Public task: the function; contract or legal obligation: which." example:"Harbours Act 1964 s.1"`
}

type newPurpose struct {
	Slug             string     `json:"slug" maxLength:"60" example:"monthly-news"`
	Name             string     `json:"name" maxLength:"200" doc:"In the words of the notice." example:"Monthly news about the harbour"`
	Basis            string     `json:"basis" enum:"consent,explicit-consent,soft-opt-in,charity-soft-opt-in,legitimate-interests,public-task,contract,legal-obligation" doc:"The one lawful basis (Article 6 UK GDPR; PECR regulation 22)." example:"consent"`
	Conditions       conditions `json:"conditions,omitempty" doc:"What the basis rests on; consent needs none here."`
	Class            string     `json:"class" enum:"newsletter,targeted,marketing,service,case" doc:"What sort of message serves it." example:"newsletter"`
	TermDays         int64      `json:"term_days,omitempty" minimum:"0" maximum:"36500" doc:"How long a permission lasts; 0 without end." example:"730"`
	DPIA             string     `json:"dpia,omitempty" maxLength:"200" doc:"Reference of the data protection impact assessment."`
	ConfirmEveryDays int64      `json:"confirm_every_days,omitempty" minimum:"0" maximum:"36500" doc:"How often people are asked whether they still want it; 0 for never."`
	ConfirmOutcome   string     `json:"confirm_outcome,omitempty" enum:"lapse,keep" doc:"What no answer means; lapse unless told."`
	RenewDays        []int      `json:"renew_days,omitempty" maxItems:"5" nullable:"false" doc:"How many days before its end a renewal is asked for; 30 and 7 unless told." example:"[30,7]"`
	KeepIPDays       int        `json:"keep_ip_days,omitempty" minimum:"0" maximum:"3650" doc:"How long an IP address is kept as evidence; 0 keeps none."`
}

const day = 24 * time.Hour

func (a *api) purposeRoutes() {
	add(a, operation{
		id: "create-purpose", method: http.MethodPost, path: base + "/programmes/{programme}/purposes", tag: "Declarations", scope: auth.ListsWrite, status: http.StatusCreated,
		summary: "Declare a purpose", about: "A purpose is one thing that personal data is used for, with its one lawful basis. Nobody is mailed for it until a notice tells of it.",
	}, a.createPurpose)
	add(a, operation{
		id: "list-purposes", method: http.MethodGet, path: base + "/programmes/{programme}/purposes", tag: "Declarations", scope: auth.ListsRead,
		summary: "List a programme's purposes",
	}, a.listPurposes)
	add(a, operation{
		id: "get-purpose", method: http.MethodGet, path: base + "/purposes/{id}", tag: "Declarations", scope: auth.ListsRead,
		summary: "Get a purpose",
	}, a.getPurpose)
	add(a, operation{
		id: "change-purpose", method: http.MethodPatch, path: base + "/purposes/{id}", tag: "Declarations", scope: auth.ListsWrite,
		summary: "Change a purpose", about: "What is left out stays as it is. Once somebody acted on it, its name, basis and class are fixed: declare a new purpose instead.",
	}, a.changePurpose)
}

func (a *api) createPurpose(ctx context.Context, in *struct {
	InProgramme
	Body newPurpose
}) (*reply[purpose], error) {
	p, err := a.People.Store.ProgrammeBySlug(ctx, in.Programme)
	if err != nil {
		return nil, err
	}
	b := in.Body
	rests, err := b.Conditions.read()
	if err != nil {
		return nil, err
	}
	made, err := a.People.CreatePurpose(ctx, subscriptions.Purpose{
		ProgrammeID: p.ID, Slug: b.Slug, Name: b.Name, Basis: subscriptions.Basis(b.Basis), Conditions: rests, Class: subscriptions.Class(b.Class),
		Term: time.Duration(b.TermDays) * day, DPIA: b.DPIA, ConfirmEvery: time.Duration(b.ConfirmEveryDays) * day,
		ConfirmOutcome: subscriptions.NoAnswer(b.ConfirmOutcome), RenewDays: b.RenewDays, KeepIPDays: b.KeepIPDays,
	})
	if err != nil {
		return nil, err
	}
	return &reply[purpose]{Body: showPurpose(made)}, nil
}

func (a *api) listPurposes(ctx context.Context, in *struct {
	InProgramme
	Paging
}) (*reply[page[purpose]], error) {
	p, err := a.People.Store.ProgrammeBySlug(ctx, in.Programme)
	if err != nil {
		return nil, err
	}
	all, err := a.People.Store.Purposes(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	return pageIn(all, in.Paging, func(p subscriptions.Purpose) int64 { return p.ID }, showPurpose), nil
}

func (a *api) getPurpose(ctx context.Context, in *InID) (*reply[purpose], error) {
	p, err := a.People.Store.Purpose(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &reply[purpose]{Body: showPurpose(p)}, nil
}

// changedPurpose holds what may change of a purpose; what is not there stays.
type changedPurpose struct {
	Name             *string     `json:"name,omitempty" maxLength:"200"`
	Basis            *string     `json:"basis,omitempty" enum:"consent,explicit-consent,soft-opt-in,charity-soft-opt-in,legitimate-interests,public-task,contract,legal-obligation"`
	Conditions       *conditions `json:"conditions,omitempty"`
	Class            *string     `json:"class,omitempty" enum:"newsletter,targeted,marketing,service,case"`
	TermDays         *int64      `json:"term_days,omitempty" minimum:"0" maximum:"36500" doc:"For permissions to come." example:"365"`
	DPIA             *string     `json:"dpia,omitempty" maxLength:"200"`
	ConfirmEveryDays *int64      `json:"confirm_every_days,omitempty" minimum:"0" maximum:"36500"`
	ConfirmOutcome   *string     `json:"confirm_outcome,omitempty" enum:"lapse,keep"`
	RenewDays        *[]int      `json:"renew_days,omitempty" maxItems:"5"`
	KeepIPDays       *int        `json:"keep_ip_days,omitempty" minimum:"0" maximum:"3650"`
}

func (a *api) changePurpose(ctx context.Context, in *struct {
	InID
	Body changedPurpose
}) (*reply[purpose], error) {
	b := in.Body
	var rests subscriptions.Conditions
	var err error
	if b.Conditions != nil {
		if rests, err = b.Conditions.read(); err != nil {
			return nil, err
		}
	}
	p, err := a.Editor.Purpose(ctx, in.ID, func(p *subscriptions.Purpose) {
		set(&p.Name, b.Name)
		set(&p.Basis, (*subscriptions.Basis)(b.Basis))
		set(&p.Class, (*subscriptions.Class)(b.Class))
		set(&p.DPIA, b.DPIA)
		set(&p.ConfirmOutcome, (*subscriptions.NoAnswer)(b.ConfirmOutcome))
		set(&p.RenewDays, b.RenewDays)
		set(&p.KeepIPDays, b.KeepIPDays)
		if b.Conditions != nil {
			p.Conditions = rests
		}
		if b.TermDays != nil {
			p.Term = time.Duration(*b.TermDays) * day
		}
		if b.ConfirmEveryDays != nil {
			p.ConfirmEvery = time.Duration(*b.ConfirmEveryDays) * day
		}
	})
	if err != nil {
		return nil, err
	}
	return &reply[purpose]{Body: showPurpose(p)}, nil
}

func (c conditions) read() (subscriptions.Conditions, error) {
	out := subscriptions.Conditions{
		FromSale: c.FromSale, OwnSimilar: c.OwnSimilar, OptOutAtStart: c.OptOutAtStart, OptOutEachTime: c.OptOutEachTime,
		CharitysPurposes: c.CharitysPurposes, InterestOrSupport: c.InterestOrSupport, Interest: c.Interest, Assessment: c.Assessment, Reference: c.Reference,
	}
	if c.ReviewOn == "" {
		return out, nil
	}
	on, err := time.Parse(time.DateOnly, c.ReviewOn)
	if err != nil {
		return out, web.At("body.conditions.review_on", errs.E("api: read conditions", errs.Invalid, "Write the date of the review as 2027-03-01.", err))
	}
	out.ReviewOn = on
	return out, nil
}

func showConditions(c subscriptions.Conditions) conditions {
	out := conditions{
		FromSale: c.FromSale, OwnSimilar: c.OwnSimilar, OptOutAtStart: c.OptOutAtStart, OptOutEachTime: c.OptOutEachTime,
		CharitysPurposes: c.CharitysPurposes, InterestOrSupport: c.InterestOrSupport, Interest: c.Interest, Assessment: c.Assessment, Reference: c.Reference,
	}
	if !c.ReviewOn.IsZero() {
		out.ReviewOn = c.ReviewOn.Format(time.DateOnly)
	}
	return out
}

func showPurpose(p subscriptions.Purpose) purpose {
	return purpose{
		ID: p.ID, ProgrammeID: p.ProgrammeID, Slug: p.Slug, Name: p.Name, Basis: string(p.Basis), Conditions: showConditions(p.Conditions), Class: string(p.Class),
		TermDays: int64(p.Term / day), DPIA: p.DPIA, ConfirmEveryDays: int64(p.ConfirmEvery / day), ConfirmOutcome: string(p.ConfirmOutcome),
		RenewDays: append([]int{}, p.RenewDays...), KeepIPDays: p.KeepIPDays, CreatedAt: utc(p.CreatedAt), ChangedAt: moment(p.ChangedAt),
	}
}
