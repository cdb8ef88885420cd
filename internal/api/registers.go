package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"assent/inbox/cases"
	"assent/inbox/cases/breach"
	"assent/inbox/cases/complaint"
	"assent/inbox/cases/registers"
	"assent/inbox/cases/report"
	"assent/inbox/cases/thirdparty"
	"assent/internal/audit"
	"assent/internal/auth"
)

// Registers are what keeps and counts complaints, breaches and requests of third parties.
type Registers struct {
	Registers    *registers.Service
	Reports      *report.Service
	Breaches     *breach.Service
	ThirdParties *thirdparty.Service
}

type complaintEntry struct {
	CaseID         int64           `json:"case_id" example:"12"`
	Reference      string          `json:"reference" example:"R-2026-000012"`
	ReceivedAt     time.Time       `json:"received_at"`
	ProgrammeID    int64           `json:"programme_id,omitempty" example:"1"`
	Complainant    string          `json:"complainant" example:"Ann Lee"`
	Brief          string          `json:"brief" doc:"In a line." example:"No answer to a request for six weeks."`
	State          string          `json:"state" example:"closed"`
	Stage          int             `json:"stage" doc:"That it reached: 1, 2 for a review, 3 with the Commissioner." example:"1"`
	FirstOutcome   string          `json:"first_outcome,omitempty" doc:"Of the first stage, where a later one was reached."`
	Outcome        string          `json:"outcome,omitempty" example:"upheld"`
	AcknowledgedOn string          `json:"acknowledged_on,omitempty"`
	AnsweredOn     string          `json:"answered_on,omitempty" doc:"When the first outcome was told."`
	Actions        []cases.Promise `json:"actions" nullable:"false" doc:"What was promised; without kept_on it is open."`
	Compensation   bool            `json:"compensation" doc:"Money is asked for."`
	CommissionerOn string          `json:"commissioner_on,omitempty" doc:"Since when the Commissioner has it."`
	SilentDays     int             `json:"silent_days,omitempty" doc:"Open, and the complainant heard nothing for so many days: 28 or more." example:"0"`
}

type breachEntry struct {
	CaseID    int64         `json:"case_id" example:"14"`
	Reference string        `json:"reference" example:"R-2026-000014"`
	State     string        `json:"state" example:"in-progress"`
	Version   int           `json:"version" doc:"Of the record; 0 while nothing is on record." example:"2"`
	Frozen    bool          `json:"frozen" doc:"Its evidence is kept as it is." example:"true"`
	Record    breach.Record `json:"record"`
}

type thirdPartyEntry struct {
	CaseID    int64            `json:"case_id" example:"15"`
	Reference string           `json:"reference" example:"R-2026-000015"`
	State     string           `json:"state" example:"closed"`
	Record    thirdPartyRecord `json:"record"`
}

func (a *api) registerRoutes() {
	register := func(id, name, summary, about string) operation {
		return operation{id: id, method: http.MethodGet, path: base + "/registers/" + name, tag: "Cases", scope: auth.CasesRead, summary: summary, about: about}
	}
	add(a, register("list-complaints", "complaints", "The register of complaints", "Who complained of what, the stage that it reached, and what was promised."), a.listComplaints)
	add(a, register("list-breaches", "breaches", "The register of breaches", "What Article 33(5) wants kept. It names nobody."), a.listBreaches)
	add(a, register("list-third-parties", "third-parties", "The register of requests of third parties", "Who asked for whose data on which law, and what they were given."), a.listThirdParties)
	add(a, register("register-csv", "{register}/csv", "A whole register as CSV", "A cell that a spreadsheet would run as a formula begins with a quote."), a.registerCSV)
	a.huma.OpenAPI().Paths[base+"/registers/{register}/csv"].Get.Responses["200"] = csvResponse()
}

type registerQuery struct {
	Paging
	InPeriod
}

func (a *api) listComplaints(ctx context.Context, in *registerQuery) (*reply[page[complaintEntry]], error) {
	return register(ctx, a, in, a.Registers.Registers.Complaints, func(e complaint.Entry) int64 { return e.CaseID }, func(e complaint.Entry) complaintEntry {
		return complaintEntry{
			CaseID: e.CaseID, Reference: e.Reference, ReceivedAt: utc(e.ReceivedAt), ProgrammeID: e.ProgrammeID, Complainant: e.Complainant, Brief: e.Brief, State: string(e.State), Stage: e.Stage,
			FirstOutcome: string(e.First), Outcome: string(e.Outcome), AcknowledgedOn: e.Acknowledged.String(), AnsweredOn: e.Answered.String(), Actions: append([]cases.Promise{}, e.Actions...),
			Compensation: e.Compensation, CommissionerOn: e.Commissioner.String(), SilentDays: e.Silent(a.Now()),
		}
	})
}

func (a *api) listBreaches(ctx context.Context, in *registerQuery) (*reply[page[breachEntry]], error) {
	return register(ctx, a, in, a.Registers.Registers.Breaches, func(b registers.Breach) int64 { return b.Case.ID }, func(b registers.Breach) breachEntry {
		return breachEntry{CaseID: b.Case.ID, Reference: b.Case.Reference, State: string(b.Case.State), Version: b.Version, Frozen: b.Frozen, Record: b.Record}
	})
}

func (a *api) listThirdParties(ctx context.Context, in *registerQuery) (*reply[page[thirdPartyEntry]], error) {
	return register(ctx, a, in, a.Registers.Registers.Disclosures, func(d registers.Disclosure) int64 { return d.Case.ID }, func(d registers.Disclosure) thirdPartyEntry {
		return thirdPartyEntry{CaseID: d.Case.ID, Reference: d.Case.Reference, State: string(d.Case.State), Record: showThirdParty(d.Record)}
	})
}

// register answers with a page of a register, once its reading is on record.
func register[T, U any](ctx context.Context, a *api, in *registerQuery, read func(context.Context, report.Filter, int64, int) ([]T, error), id func(T) int64, show func(T) U) (*reply[page[U]], error) {
	if err := a.record(ctx, audit.Note{Action: audit.ListCases}); err != nil {
		return nil, err
	}
	f, err := in.filter()
	if err != nil {
		return nil, err
	}
	rows, err := read(ctx, f, in.After, in.more())
	if err != nil {
		return nil, err
	}
	return pageOf(rows, in.Limit, id, show), nil
}

func (a *api) registerCSV(ctx context.Context, in *struct {
	InPeriod
	Register string `path:"register" enum:"complaints,breaches,third-parties" example:"complaints"`
}) (*stream, error) {
	if err := a.record(ctx, audit.Note{Action: audit.ListCases}); err != nil {
		return nil, err
	}
	f, err := in.filter()
	if err != nil {
		return nil, err
	}
	return a.csv("register-"+in.Register, func(hc huma.Context) error { return a.Registers.Registers.CSV(ctx, hc.BodyWriter(), in.Register, f) }), nil
}
