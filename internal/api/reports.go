package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"assent/inbox/cases"
	"assent/inbox/cases/report"
	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/csvfile"
)

// InPeriod narrows a report or a register.
type InPeriod struct {
	From        string `query:"from" maxLength:"10" doc:"Received on this UK date or later." example:"2026-01-01"`
	To          string `query:"to" maxLength:"10" doc:"Received on this UK date or before." example:"2026-12-31"`
	ProgrammeID int64  `query:"programme_id" minimum:"0"`
}

func (in InPeriod) filter() (f report.Filter, err error) {
	if f.From, err = optionalDate("query.from", in.From); err != nil {
		return f, err
	}
	f.To, err = optionalDate("query.to", in.To)
	f.ProgrammeID = in.ProgrammeID
	return f, err
}

func (a *api) reportRoutes() {
	add(a, operation{
		id: "report-cases", method: http.MethodGet, path: base + "/reports/cases", tag: "Cases", scope: auth.CasesRead,
		summary: "Count cases: open by due date, late, time to acknowledge and to answer, complaints",
		about: "Of cases that were received in a period: in all, by kind, by programme and by month. Waiting is in days from receipt; p95 is by nearest rank. A sub-case counts as a case. " +
			"The counts of complaints are those that DPA 2018 s.164B speaks of. It names nobody.",
	}, a.reportCases)
	add(a, operation{
		id: "report-cases-csv", method: http.MethodGet, path: base + "/reports/{table}/csv", tag: "Cases", scope: auth.CasesRead,
		summary: "The same counts as CSV", about: "`cases` has the figures, `complaints` the counts of complaints by month. A cell that a spreadsheet would run as a formula begins with a quote.",
	}, a.reportCSV)
	a.huma.OpenAPI().Paths[base+"/reports/{table}/csv"].Get.Responses["200"] = csvResponse()
}

func csvResponse() *huma.Response {
	return &huma.Response{Description: "CSV (RFC 4180)", Content: map[string]*huma.MediaType{"text/csv": {Schema: &huma.Schema{Type: huma.TypeString}}}}
}

func (a *api) reportCases(ctx context.Context, in *struct {
	InPeriod
	Kind string `query:"kind" maxLength:"40" doc:"Only cases of this kind."`
}) (*reply[report.Report], error) {
	r, err := a.makeReport(ctx, in.InPeriod, in.Kind)
	return &reply[report.Report]{Body: r}, err
}

func (a *api) makeReport(ctx context.Context, in InPeriod, kind string) (report.Report, error) {
	if err := a.record(ctx, audit.Note{Action: audit.ListCases}); err != nil {
		return report.Report{}, err
	}
	f, err := in.filter()
	if err != nil {
		return report.Report{}, err
	}
	f.Kind = cases.Kind(kind)
	return a.Registers.Reports.Make(ctx, f)
}

func (a *api) reportCSV(ctx context.Context, in *struct {
	InPeriod
	Table string `path:"table" enum:"cases,complaints" example:"cases"`
	Kind  string `query:"kind" maxLength:"40"`
}) (*stream, error) {
	r, err := a.makeReport(ctx, in.InPeriod, in.Kind)
	if err != nil {
		return nil, err
	}
	programmes, err := a.People.Store.Programmes(ctx)
	if err != nil {
		return nil, err
	}
	header, rows := report.Header(), r.Table(report.ProgrammeNames(programmes))
	if in.Table == "complaints" {
		header, rows = report.ComplaintsHeader(), r.ComplaintsTable()
	}
	return a.csv("report-"+in.Table, func(hc huma.Context) error { return csvfile.Write(hc.BodyWriter(), header, rows) }), nil
}

// csv answers with a file of CSV. One that breaks off is cut off before its end, so that it cannot look whole.
func (a *api) csv(name string, write func(huma.Context) error) *stream {
	return &stream{Body: func(hc huma.Context) {
		hc.SetHeader("Content-Type", "text/csv; charset=utf-8")
		hc.SetHeader("Content-Disposition", `attachment; filename="`+name+`.csv"`)
		hc.SetStatus(http.StatusOK)
		if err := write(hc); err != nil {
			a.Log.Warn("a table broke off", "table", name, "cause", err.Error())
			panic(http.ErrAbortHandler)
		}
	}}
}
