package site

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"assent/inbox"
	"assent/inbox/cases"
	"assent/internal/address"
	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/clock"
	"assent/internal/errs"
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

// cases lists them, those due first at the top.
func (s *site) cases(c *gin.Context, by auth.Actor) error {
	const op = "site: cases"
	ctx := c.Request.Context()
	if err := s.record(ctx, by, audit.Note{Action: audit.ListCases}); err != nil {
		return errs.Wrap(op, err)
	}
	page := pageNumber(c)
	rows, err := s.caseRows(ctx, skipped(page), rowsOnPage)
	if err != nil {
		return errs.Wrap(op, err)
	}
	total, err := s.figures.readTotals(ctx)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return s.page(c, http.StatusOK, "cases", templates.CasesPage{
		Console: s.around(by), Rows: rows, Pager: numberedPager(page, len(rows), total.cases),
	})
}

func (s *site) caseRows(ctx context.Context, offset, limit int) ([]templates.CaseRow, error) {
	all, err := s.Cases.Cases(ctx, cases.Filter{}, offset, limit)
	rows := make([]templates.CaseRow, 0, len(all))
	for _, k := range all {
		rows = append(rows, s.caseRow(k))
	}
	return rows, err
}

func (s *site) caseRow(k cases.Case) templates.CaseRow {
	row := templates.CaseRow{
		Reference: k.Reference, URL: Root + "/cases/" + strconv.FormatInt(k.ID, 10), Kind: caseKind(string(k.Kind)), State: caseState(k.State),
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
