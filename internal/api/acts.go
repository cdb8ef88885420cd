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

type newAct struct {
	List     string            `json:"list" maxLength:"60" doc:"The list's slug." example:"harbour-monthly"`
	Wording  string            `json:"wording,omitempty" maxLength:"20000" doc:"What the person was shown for this list; the list's wording unless told."`
	ActedAt  time.Time         `json:"acted_at,omitempty" doc:"When the person acted; now unless told."`
	Evidence map[string]string `json:"evidence" maxProperties:"50" doc:"What shows this act, and no other." example:"{\"act\":\"ticked the empty box beside Harbour Monthly\"}"`
}

type newActs struct {
	Person
	Acts []newAct `json:"acts" minItems:"1" maxItems:"20" doc:"One for each list: separate purposes are separate acts."`
}

type recordedActs struct {
	Events   []int64  `json:"events" nullable:"false" doc:"Their places in the ledger, in the order of the acts."`
	Warnings []string `json:"warnings,omitempty" doc:"What to look at, although it was recorded."`
}

type newEntry struct {
	Person
	Medium     string `json:"medium" enum:"paper,phone,in person" doc:"How it reached you." example:"paper"`
	Did        string `json:"did" maxLength:"200" doc:"What the person did." example:"Ticked the box and signed."`
	Statement  string `json:"statement,omitempty" maxLength:"500" doc:"The person's own words; needed for explicit consent."`
	Document   string `json:"document" maxLength:"200" doc:"Reference of the form, or of the note of the call." example:"form 1204"`
	ActedOn    string `json:"acted_on" format:"date" doc:"The day on which the person acted." example:"2026-11-20"`
	ReceivedOn string `json:"received_on" format:"date" doc:"The day on which it reached you." example:"2026-11-23"`
	Why        string `json:"why" maxLength:"200" doc:"Why you enter it." example:"Has no internet at home."`
	Wording    string `json:"wording,omitempty" maxLength:"20000" doc:"What the person was shown; the list's wording unless told."`
}

func (a *api) actRoutes() {
	add(a, operation{
		id: "record-acts", method: http.MethodPost, path: base + "/acts", tag: "Consent", scope: auth.ConsentWrite, status: http.StatusCreated,
		summary: "Record several acts of one person", about: "Each list has an act of its own, with its own evidence. Either all of them are recorded, or none and the reason of the first that was refused.",
	}, a.recordActs)
	add(a, operation{
		id: "enter-consent", method: http.MethodPost, path: base + "/lists/{list}/entries", tag: "Consent", scope: auth.ConsentWrite, status: http.StatusCreated,
		summary: "Enter an agreement that came on paper or by phone", about: "Records who entered it, why, and which document shows it. It may follow an opt-out, as long as the person acted on a later day.",
	}, a.enterConsent)
}

func (a *api) recordActs(ctx context.Context, in *struct{ Body newActs }) (*reply[recordedActs], error) {
	var acts []subscriptions.Act
	var out recordedActs
	for _, one := range in.Body.Acts {
		act, err := a.act(ctx, one.List, in.Body.Person)
		if err != nil {
			return nil, err
		}
		act.Wording, act.ActedAt, act.Evidence = one.Wording, one.ActedAt, in.Body.evidence(one.Evidence)
		if out.Warnings, err = a.warnings(ctx, act); err != nil {
			return nil, err
		}
		acts = append(acts, act)
	}
	var err error
	if out.Events, err = a.People.GrantAll(ctx, acts); err != nil {
		return nil, err
	}
	return &reply[recordedActs]{Body: out}, nil
}

// warnings says what an operator should look at in an act.
func (a *api) warnings(ctx context.Context, act subscriptions.Act) ([]string, error) {
	l, err := a.People.Store.List(ctx, act.ListID)
	if err != nil {
		return nil, err
	}
	p, err := a.People.Store.Programme(ctx, l.ProgrammeID)
	return p.Warnings(act), err
}

func (a *api) enterConsent(ctx context.Context, in *struct {
	InList
	Body newEntry
}) (*reply[recorded], error) {
	b := in.Body
	act, err := a.act(ctx, in.List, b.Person)
	if err != nil {
		return nil, err
	}
	l, err := a.People.Store.List(ctx, act.ListID)
	if err != nil {
		return nil, err
	}
	p, err := a.People.Store.Programme(ctx, l.ProgrammeID)
	if err != nil {
		return nil, err
	}
	act.Wording, act.Evidence = b.Wording, map[string]string{"statement": b.Statement}
	e := subscriptions.Entry{Act: act, Medium: subscriptions.Medium(b.Medium), Did: b.Did, Document: b.Document, Why: b.Why}
	if e.ActedOn, err = dayIn("body.acted_on", b.ActedOn, p.TimeZone); err != nil {
		return nil, err
	}
	if e.ReceivedOn, err = dayIn("body.received_on", b.ReceivedOn, p.TimeZone); err != nil {
		return nil, err
	}
	seq, warnings, err := a.People.Enter(ctx, e)
	if err != nil {
		return nil, err
	}
	return &reply[recorded]{Body: recorded{Event: seq, Warnings: warnings}}, nil
}

// dayIn is midnight of a day in a time zone.
func dayIn(location, text, zone string) (time.Time, error) {
	at, err := time.LoadLocation(zone)
	if err != nil {
		return time.Time{}, err
	}
	d, err := time.ParseInLocation(time.DateOnly, text, at)
	if err != nil {
		return d, web.At(location, errs.E("api: read day", errs.Invalid, "The day must look like 2026-11-20.", err))
	}
	return d, nil
}
