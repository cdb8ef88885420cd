package console

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"assent/inbox"
	"assent/inbox/cases"
	"assent/internal/address"
	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/clock"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/templates"
)

// Cases reads cases and the mail that they rest on. The store is one.
type Cases interface {
	cases.Store
	Cases(ctx context.Context, f cases.Filter, offset, limit int) ([]cases.Case, error)
	CountCases(ctx context.Context, f cases.Filter) (int64, error)
	Kept(ctx context.Context, ids ...int64) ([]inbox.Kept, error)
	Raw(ctx context.Context, digest string) io.ReadCloser
	Mailboxes(ctx context.Context) ([]inbox.MailboxHealth, error)
}

// cases lists them by the day to work to, narrowed by what is asked for.
func (s *console) cases(c *gin.Context, by auth.Actor) error {
	const op = "console: cases"
	ctx := c.Request.Context()
	if err := s.record(ctx, by, audit.Note{Action: audit.ListCases}); err != nil {
		return errs.Wrap(op, err)
	}
	f := s.caseFilter(c)
	page := pageNumber(c)
	rows, err := s.caseRows(ctx, f, skipped(page), rowsOnPage)
	if err != nil {
		return errs.Wrap(op, err)
	}
	total, err := s.Cases.CountCases(ctx, f)
	if err != nil {
		return errs.Wrap(op, err)
	}
	show := templates.CasesPage{Console: s.around(by), Rows: rows, Pager: keepQuery(c, numberedPager(page, len(rows), total)), Warning: s.calendarWarning()}
	if by.May(auth.CasesWrite) {
		show.EnterURL = pages.Desk + "/cases/new"
	}
	if show.Filter, err = s.filterForm(ctx, c, f); err != nil {
		return errs.Wrap(op, err)
	}
	return s.page(c, http.StatusOK, "cases", show)
}

// calendarWarning says when less than six months of bank holidays are left.
func (s *console) calendarWarning() string {
	r := s.Casework.Reckoner
	return r.Calendar().Warning(r.UKDate(s.Now()))
}

// caseFilter reads what the list is narrowed by. Without anything it shows open cases first, then the closed.
func (s *console) caseFilter(c *gin.Context) cases.Filter {
	f := cases.Filter{State: cases.State(c.Query("state")), Kind: cases.Kind(c.Query("kind")), ProgrammeID: cursor(c, "programme"), Search: strings.TrimSpace(c.Query("q"))}
	if c.Query("owner") == "nobody" {
		f.Unassigned = true
	} else {
		f.OwnerID = cursor(c, "owner")
	}
	if c.Query("overdue") != "" {
		f.OverdueOn = s.Casework.Reckoner.UKDate(s.Now()).String()
	}
	if len(f.Search) > 40 {
		f.Search = f.Search[:40]
	}
	return f
}

// filterForm offers what the list can be narrowed by.
func (s *console) filterForm(ctx context.Context, c *gin.Context, f cases.Filter) (templates.CaseFilter, error) {
	out := templates.CaseFilter{Search: f.Search, Overdue: f.OverdueOn != "", Active: f != cases.Filter{}}
	out.States = choices(string(f.State), templates.CaseChoice{Label: "All"}, templates.CaseChoice{Value: string(cases.OpenState), Label: "Open"})
	for _, st := range cases.States() {
		out.States = append(out.States, templates.CaseChoice{Value: string(st), Label: caseState(st).Label, Chosen: st == f.State})
	}
	out.Kinds = choices(string(f.Kind), templates.CaseChoice{Label: "All"})
	for _, k := range cases.Kinds() {
		out.Kinds = append(out.Kinds, templates.CaseChoice{Value: string(k), Label: caseKind(string(k)), Chosen: k == f.Kind})
	}
	programmes, err := s.People.Store.Programmes(ctx)
	if err != nil {
		return out, err
	}
	out.Programmes = choices("", templates.CaseChoice{Label: "All"})
	for _, p := range programmes {
		out.Programmes = append(out.Programmes, templates.CaseChoice{Value: strconv.FormatInt(p.ID, 10), Label: p.Name, Chosen: p.ID == f.ProgrammeID})
	}
	owners, err := s.caseWorkers(ctx)
	if err != nil {
		return out, err
	}
	out.Owners = choices(c.Query("owner"), templates.CaseChoice{Label: "All"}, templates.CaseChoice{Value: "nobody", Label: "Nobody"})
	for _, u := range owners {
		out.Owners = append(out.Owners, templates.CaseChoice{Value: strconv.FormatInt(u.ID, 10), Label: u.Name, Chosen: u.ID == f.OwnerID})
	}
	return out, nil
}

// choices marks the one that is chosen.
func choices(chosen string, all ...templates.CaseChoice) []templates.CaseChoice {
	for i := range all {
		all[i].Chosen = all[i].Value == chosen
	}
	return all
}

// caseWorkers returns the operators who may work on cases (H9).
func (s *console) caseWorkers(ctx context.Context) ([]auth.User, error) {
	all, err := s.Accounts.Users(ctx)
	var out []auth.User
	for _, u := range all {
		if !u.Disabled && auth.Can(u.Role, auth.CasesWrite) {
			out = append(out, u)
		}
	}
	return out, err
}

// keepQuery keeps what a list is narrowed by on its other pages.
func keepQuery(c *gin.Context, p templates.Pager) templates.Pager {
	q := url.Values{}
	for name, values := range c.Request.URL.Query() {
		if name != "page" && len(values) > 0 && values[0] != "" {
			q[name] = values[:1]
		}
	}
	if more := q.Encode(); more != "" {
		for _, link := range []*string{&p.Prev, &p.Next} {
			if *link != "" {
				*link += "&" + more
			}
		}
	}
	return p
}

func (s *console) caseRows(ctx context.Context, f cases.Filter, offset, limit int) ([]templates.CaseRow, error) {
	all, err := s.Cases.Cases(ctx, f, offset, limit)
	if err != nil {
		return nil, err
	}
	names, err := s.operatorNames(ctx)
	rows := make([]templates.CaseRow, 0, len(all))
	for _, k := range all {
		row := s.caseRow(k)
		row.Owner = names.operator(k.OwnerID)
		rows = append(rows, row)
	}
	return rows, err
}

// actors holds the names of operators and API keys by what they are called in the records: "user:2", "key:1".
type actors map[string]string

func (s *console) operatorNames(ctx context.Context) (actors, error) {
	names := actors{}
	users, err := s.Accounts.Users(ctx)
	for _, u := range users {
		names[auth.Actor{Kind: auth.UserActor, ID: u.ID}.String()] = u.Name
	}
	if err != nil {
		return names, err
	}
	keys, err := s.Accounts.Keys(ctx)
	for _, k := range keys {
		names[k.Actor().String()] = "API key “" + k.Name + "”"
	}
	return names, err
}

// operator names one by number; "" for nobody.
func (a actors) operator(id int64) string {
	return a[auth.Actor{Kind: auth.UserActor, ID: id}.String()]
}

func (s *console) caseRow(k cases.Case) templates.CaseRow {
	row := templates.CaseRow{
		Reference: k.Reference, URL: caseURL(k.ID), Kind: caseKind(string(k.Kind)), State: caseState(k.State), Marks: caseMarks(k),
		From: maskedSender(k.From), Received: s.local(k.ReceivedAt),
	}
	due, err := time.ParseInLocation(time.DateOnly, k.DueOn, s.Zone)
	if err != nil {
		return row // no clock runs
	}
	row.Due = due
	if k.Open() {
		row.Left, row.LeftTone = daysLeft(clock.DateIn(s.Now(), s.Zone), clock.DateIn(due, s.Zone))
	}
	return row
}

func caseURL(id int64) string { return pages.Desk + "/cases/" + strconv.FormatInt(id, 10) }

// caseMarks says what of a case wants attention.
func caseMarks(k cases.Case) []templates.State {
	var out []templates.State
	if k.Alarm != "" {
		out = append(out, templates.State{Label: "Alarm", Tone: templates.Bad})
	}
	if k.Urgent && k.Open() {
		out = append(out, templates.State{Label: "Urgent", Tone: templates.Bad})
	}
	if k.Unread > 0 {
		out = append(out, templates.State{Label: strconv.Itoa(k.Unread) + " unread", Tone: templates.Alert})
	}
	if k.Open() && k.State == cases.Waiting {
		for _, w := range k.Facts.WaitsFor() {
			out = append(out, templates.State{Label: "for " + string(w), Tone: templates.Wait})
		}
	}
	return out
}

// soon is when a due date begins to ask for attention.
const soon = 7

// daysLeft counts the days from today to the due date.
func daysLeft(today, due clock.Date) (string, templates.Tone) {
	n := dayNumber(due) - dayNumber(today)
	switch {
	case n < -1:
		return fmt.Sprintf("%d days late", -n), templates.Bad
	case n == -1:
		return "1 day late", templates.Bad
	case n == 0:
		return "due today", templates.Alert
	case n == 1:
		return "1 day left", templates.Alert
	case n <= soon:
		return fmt.Sprintf("%d days left", n), templates.Alert
	}
	return fmt.Sprintf("%d days left", n), templates.Calm
}

func dayNumber(d clock.Date) int {
	return int(time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// maskedSender keeps addresses out of lists of cases; what cannot be an address is left out.
func maskedSender(from string) string {
	a, err := address.Parse(from)
	if err != nil {
		return ""
	}
	return a.Masked()
}
