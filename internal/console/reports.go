package console

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"assent/inbox/cases/breach"
	"assent/inbox/cases/registers"
	"assent/inbox/cases/report"
	"assent/inbox/cases/thirdparty"
	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/csvfile"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/templates"
)

// Registers are what keeps and counts complaints, breaches and requests of third parties.
type Registers struct {
	Registers    *registers.Service
	Reports      *report.Service
	Breaches     *breach.Service
	ThirdParties *thirdparty.Service
}

// reportFilter reads what a report is narrowed by.
func reportFilter(c *gin.Context) (f report.Filter, err error) {
	if err = readDay(c.Query("from"), &f.From); err == nil {
		err = readDay(c.Query("to"), &f.To)
	}
	f.ProgrammeID = cursor(c, "programme")
	return f, err
}

// reports shows the counts of cases, and where the registers are taken out.
func (s *console) reports(c *gin.Context, by auth.Actor) error {
	const op = "console: reports"
	ctx := c.Request.Context()
	if err := s.record(ctx, by, audit.Note{Action: audit.ListCases}); err != nil {
		return errs.Wrap(op, err)
	}
	programmes, err := s.People.Store.Programmes(ctx)
	if err != nil {
		return errs.Wrap(op, err)
	}
	page, status := templates.ReportsPage{Console: s.around(by), From: c.Query("from"), To: c.Query("to")}, http.StatusOK
	page.Programmes = choices(c.Query("programme"), templates.CaseChoice{Label: "All"})
	for _, p := range programmes {
		page.Programmes = append(page.Programmes, templates.CaseChoice{Value: itoa(p.ID), Label: p.Name, Chosen: itoa(p.ID) == c.Query("programme")})
	}
	f, err := reportFilter(c)
	var r report.Report
	if err == nil {
		r, err = s.Registers.Reports.Make(ctx, f)
	}
	switch {
	case err != nil && errs.KindOf(err) == errs.Invalid:
		page.Problem, status = errs.Message(err), http.StatusUnprocessableEntity
	case err != nil:
		return errs.Wrap(op, err)
	default:
		fillReport(&page, r, report.ProgrammeNames(programmes))
		query := url.Values{"from": {page.From}, "to": {page.To}, "programme": {c.Query("programme")}}.Encode()
		for _, d := range [][2]string{{"cases", "The counts above"}, {"complaint-counts", "Counts of complaints by month (s.164B)"}, {registers.OfComplaints, "Register of complaints"}, {registers.OfBreaches, "Register of breaches"}, {registers.OfThirdParties, "Register of requests of third parties"}} {
			page.Downloads = append(page.Downloads, templates.Download{Name: d[1], URL: pages.Desk + "/reports/" + d[0] + "?" + query})
		}
	}
	return s.page(c, status, "reports", page)
}

func fillReport(page *templates.ReportsPage, r report.Report, programme func(string) string) {
	for _, d := range []struct {
		name string
		n    int
	}{{"Overdue", r.Due.Overdue}, {"Today", r.Due.Today}, {"Within 7 days", r.Due.Week}, {"Within 30 days", r.Due.Month}, {"Later", r.Due.Later}, {"Without a date", r.Due.WithoutIt}} {
		page.Due = append(page.Due, templates.Fact{Name: d.name, Value: strconv.Itoa(d.n)})
	}
	table := func(title, first string, lines []report.KeyedFigures, name func(string) string) {
		t := templates.ReportTable{Title: title, Columns: []string{first, "Received", "Open", "Overdue", "Late by law", "Late by promise", "Days to acknowledge", "Days to answer"}}
		for _, l := range lines {
			f := l.Figures
			t.Rows = append(t.Rows, []string{name(l.Key), strconv.Itoa(f.Received), strconv.Itoa(f.Open), strconv.Itoa(f.Overdue), strconv.Itoa(f.LateLaw), strconv.Itoa(f.LateHouse), longest(f.Acknowledged), longest(f.Answered)})
		}
		page.Tables = append(page.Tables, t)
	}
	same := func(key string) string { return key }
	table("All", "Cases", []report.KeyedFigures{{Key: "All", Figures: r.All}}, same)
	table("By kind", "Kind", r.Kinds, caseKind)
	table("By programme", "Programme", r.Programmes, programme)
	table("By month of receipt", "Month", r.Months, same)
	t := templates.ReportTable{Title: "Complaints (s.164B)", Columns: []string{"Month", "Received", "Acknowledged in 30 days", "Late", "Reviewed", "With the Commissioner", "Open", "Upheld", "In part", "Not upheld", "Withdrawn"}, Rows: r.ComplaintsTable()}
	page.Tables = append(page.Tables, t)
}

// longest says median, 95th of a hundred and the longest.
func longest(t report.Times) string {
	if t.N == 0 {
		return "none yet"
	}
	return fmt.Sprintf("median %d, p95 %d, longest %d", t.Median, t.P95, t.Max)
}

// reportFile hands out a table for spreadsheets.
func (s *console) reportFile(c *gin.Context, by auth.Actor) error {
	const op = "console: report file"
	ctx, name := c.Request.Context(), c.Param("table")
	if err := s.record(ctx, by, audit.Note{Action: audit.ListCases}); err != nil {
		return errs.Wrap(op, err)
	}
	f, err := reportFilter(c)
	if err != nil {
		return err
	}
	c.Header("Content-Type", "text/csv; charset=utf-8")
	c.Header("Content-Disposition", `attachment; filename="`+map[bool]string{true: name, false: "table"}[len(name) < 30 && name == url.PathEscape(name)]+`.csv"`)
	if name != "cases" && name != "complaint-counts" {
		return errs.Wrap(op, s.Registers.Registers.CSV(ctx, c.Writer, name, f))
	}
	programmes, err := s.People.Store.Programmes(ctx)
	if err != nil {
		return errs.Wrap(op, err)
	}
	r, err := s.Registers.Reports.Make(ctx, f)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if name == "complaint-counts" {
		return csvfile.Write(c.Writer, report.ComplaintsHeader(), r.ComplaintsTable())
	}
	return csvfile.Write(c.Writer, report.Header(), r.Table(report.ProgrammeNames(programmes)))
}
