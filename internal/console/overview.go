package console

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"assent/inbox/cases"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/subscriptions"
	"assent/templates"
)

// rowsOnOverview is how many of the latest campaigns and the nearest cases the overview shows.
const rowsOnOverview = 5

// overview shows the installation on one page.
func (s *console) overview(c *gin.Context, by auth.Actor) error {
	const op = "console: overview"
	ctx := c.Request.Context()
	all, err := s.figures.readTotals(ctx)
	if err != nil {
		return errs.Wrap(op, err)
	}
	people, at, err := s.figures.readMembers(ctx)
	if err != nil {
		return errs.Wrap(op, err)
	}
	page := templates.OverviewPage{Console: s.around(by), Totals: totalRow(all, people, by), Health: s.health(ctx)}
	page.AsOf = at.In(s.Zone)
	if by.May(auth.ListsWrite) {
		page.NewProgrammeURL = pages.Desk + "/programmes/new"
	}
	if page.Programmes, err = s.programmes(ctx, people, by); err != nil {
		return errs.Wrap(op, err)
	}
	if page.Clashes, err = s.clashes(ctx); err != nil {
		return errs.Wrap(op, err)
	}
	if page.Campaigns, err = s.campaignRows(ctx, 0, rowsOnOverview); err != nil {
		return errs.Wrap(op, err)
	}
	if by.May(auth.CasesRead) {
		if page.Cases, err = s.caseRows(ctx, cases.Filter{State: cases.OpenState}, 0, rowsOnOverview); err != nil {
			return errs.Wrap(op, err)
		}
	}
	return s.page(c, http.StatusOK, "overview", page)
}

func totalRow(t totals, m members, by auth.Actor) []templates.Count {
	var mailable int64
	for list := range m.funnels {
		mailable += m.mailable(list)
	}
	all := []templates.Count{
		{Label: "People", N: int(t.people), URL: pages.Desk + "/people"},
		{Label: "Active subscriptions", N: int(mailable)},
		{Label: "Campaigns", N: int(t.campaigns), URL: pages.Desk + "/campaigns"},
		{Label: "Messages sent", N: int(t.sent)},
	}
	if by.May(auth.CasesRead) {
		all = append(all, templates.Count{Label: "Open cases", N: int(t.open), URL: pages.Desk + "/cases"})
	}
	return all
}

// programmes returns every programme with its lists in figures.
func (s *console) programmes(ctx context.Context, m members, by auth.Actor) ([]templates.Programme, error) {
	store := s.People.Store
	programmes, err := store.Programmes(ctx)
	if err != nil {
		return nil, err
	}
	lists, err := store.Lists(ctx)
	if err != nil {
		return nil, err
	}
	var all []templates.Programme
	for _, p := range programmes {
		purposes, err := store.Purposes(ctx, p.ID)
		if err != nil {
			return nil, err
		}
		notices, err := store.Notices(ctx, p.ID)
		if err != nil {
			return nil, err
		}
		row := templates.Programme{Name: p.Name, URL: programmeURL(p.ID), Organisation: p.Owner, Ending: s.ending(p)}
		if by.May(auth.ListsWrite) {
			row.EndURL = endURL(p)
		}
		for _, l := range lists {
			if l.ProgrammeID == p.ID {
				row.Lists = append(row.Lists, listRow(l, purposes, notices, m))
			}
		}
		all = append(all, row)
	}
	return all, nil
}

func listRow(l subscriptions.List, purposes []subscriptions.Purpose, notices []subscriptions.Notice, m members) templates.ListRow {
	row := templates.ListRow{
		Name: l.Name, Mailable: int(m.mailable(l.ID)), Waiting: int(m.funnels[l.ID][subscriptions.ReasonUnconfirmed]),
		Left: int(m.funnels[l.ID][subscriptions.ReasonWithdrawn] - m.suppressed[l.ID]), Suppressed: int(m.suppressed[l.ID]),
	}
	if l.Joinable() {
		row.URL = "/l/" + l.Slug
	}
	for _, p := range purposes {
		if p.ID == l.PurposeID {
			row.Purpose, row.Basis = p.Name, basisWords(p.Basis)
		}
	}
	for _, n := range notices {
		if n.ID == l.NoticeID {
			row.Notice = strconv.Itoa(n.Version)
		}
	}
	return row
}

// answerWithin is how long a part may take to say that it is well.
const answerWithin = 2 * time.Second

// health tells how the parts fare, and the watched mailboxes.
func (s *console) health(ctx context.Context) []templates.Health {
	var all []templates.Health
	for _, part := range s.Checks {
		all = append(all, ask(ctx, part))
	}
	if warning := s.calendarWarning(); warning != "" {
		all = append(all, templates.Health{Name: "Bank holidays", State: templates.State{Label: "Running out", Tone: templates.Alert}, Detail: warning})
	}
	boxes, err := s.Cases.Mailboxes(ctx)
	if err != nil {
		return append(all, templates.Health{Name: "Mailboxes", State: templates.State{Label: "Unknown", Tone: templates.Alert}})
	}
	for _, b := range boxes {
		h := templates.Health{
			Name: "Mailbox " + b.Name, State: templates.State{Label: "Well", Tone: templates.Good},
			Detail: "Read " + b.CheckedAt.In(s.Zone).Format("3:04pm on 2 January"),
		}
		if b.Trouble != "" {
			h.State, h.Detail = templates.State{Label: "Trouble", Tone: templates.Bad}, b.Trouble
		} else if r := b.Compared; !r.Well() {
			h.State, h.Detail = templates.State{Label: "Not all is here", Tone: templates.Bad}, r.Trouble()
		} else if !r.At.IsZero() {
			h.Detail += fmt.Sprintf("; compared on %s: all %d messages are here", r.At.In(s.Zone).Format("2 January"), r.OnServer)
		}
		all = append(all, h)
	}
	return all
}

func ask(ctx context.Context, part Check) templates.Health {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	h := templates.Health{Name: pages.Sentence(part.Name), State: templates.State{Label: "Well", Tone: templates.Good}}
	if err := part.Check(ctx); err != nil {
		h.State, h.Detail = templates.State{Label: "Does not answer", Tone: templates.Bad}, errs.Message(err)
	}
	return h
}
