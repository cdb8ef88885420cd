package console

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"assent/internal/address"
	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/subscriptions"
	"assent/templates"
)

// people lists who is on record, by page. Addresses are masked and names left out here: a person's own page shows
// them, and opening it is recorded.
func (s *console) people(c *gin.Context, by auth.Actor) error {
	const op = "console: people"
	ctx := c.Request.Context()
	after, before := cursor(c, "after"), cursor(c, "before")
	read, id := s.Figures.PeopleAfter, after
	if before > 0 {
		read, id = s.Figures.PeopleBefore, before
	}
	found, err := read(ctx, id, rowsOnPage)
	if err != nil {
		return errs.Wrap(op, err)
	}
	rows, err := s.personRows(ctx, found)
	if err != nil {
		return errs.Wrap(op, err)
	}
	total, err := s.figures.readTotals(ctx)
	if err != nil {
		return errs.Wrap(op, err)
	}
	page := s.peoplePage(by)
	page.Masked, page.Rows, page.Pager = true, rows, cursorPager(found, cursor(c, "from"), total.people)
	return s.page(c, http.StatusOK, "people", page)
}

// peoplePage is the page without anybody on it.
func (s *console) peoplePage(by auth.Actor) templates.PeoplePage {
	page := templates.PeoplePage{Console: s.around(by)}
	if by.May(auth.ExportsMake) {
		page.ExportsURL = copiesURL
	}
	return page
}

// cursor reads a number in a query, 0 for none.
func cursor(c *gin.Context, name string) int64 {
	n, err := strconv.ParseInt(c.Query(name), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// cursorPager leads through people by their row numbers: a page costs the same however far down it is. from is the place
// of the first row, carried along for the reader.
func cursorPager(found []subscriptions.Subscriber, from, total int64) templates.Pager {
	if len(found) == 0 {
		return templates.Pager{}
	}
	from = max(from, 1)
	to := from + int64(len(found)) - 1
	p := templates.Pager{From: int(from), To: int(to), Total: int(max(total, to))}
	link := func(side string, id, from int64) string {
		return "?" + side + "=" + strconv.FormatInt(id, 10) + "&from=" + strconv.FormatInt(max(from, 1), 10)
	}
	if from > 1 {
		p.Prev = link("before", found[0].ID, from-rowsOnPage)
	}
	if to < total {
		p.Next = link("after", found[len(found)-1].ID, to+1)
	}
	return p
}

// findPerson looks an exact address up by its keyed hash. The address comes in the body: it must not stand in a URL (H10).
func (s *console) findPerson(c *gin.Context, by auth.Actor) error {
	const op = "console: find person"
	ctx := c.Request.Context()
	if err := pages.ReadForm(c.Request); err != nil {
		return err
	}
	page := s.peoplePage(by)
	page.Query = strings.TrimSpace(c.Request.PostForm.Get(templates.FieldQuery))
	a, err := address.Parse(page.Query)
	if err != nil {
		return s.page(c, http.StatusUnprocessableEntity, "people", page)
	}
	found, err := s.People.Store.SubscriberByKey(ctx, s.Mail.Keys.AddressKey(a))
	switch {
	case err != nil && errs.KindOf(err) == errs.NotFound:
		return s.page(c, http.StatusOK, "people", page)
	case err != nil:
		return errs.Wrap(op, err)
	}
	if err := s.record(ctx, by, audit.Note{Action: audit.FindPerson, Object: personObject(found.ID)}); err != nil {
		return errs.Wrap(op, err)
	}
	if page.Rows, err = s.personRows(ctx, []subscriptions.Subscriber{found}); err != nil {
		return errs.Wrap(op, err)
	}
	page.Masked = true
	page.Pager = templates.Pager{From: 1, To: 1, Total: 1}
	return s.page(c, http.StatusOK, "people", page)
}

// personRows shows people with how they stand with each list.
func (s *console) personRows(ctx context.Context, people []subscriptions.Subscriber) ([]templates.PersonRow, error) {
	states, err := s.Figures.Folded(ctx, people)
	if err != nil {
		return nil, err
	}
	lists, err := s.People.Store.Lists(ctx)
	if err != nil {
		return nil, err
	}
	keys := make([][]byte, 0, len(people))
	for _, p := range people {
		keys = append(keys, p.Key)
	}
	last, err := s.Figures.LastEvents(ctx, keys)
	if err != nil {
		return nil, err
	}
	rows := make([]templates.PersonRow, 0, len(people))
	for _, p := range people {
		row := templates.PersonRow{Address: p.Address.Masked(), URL: personURL(p.ID)}
		for _, l := range lists {
			if st, on := states[p.ID].Lists[l.ID]; on {
				row.Lists = append(row.Lists, templates.Standing{List: l.Name, State: statusState(st.Status)})
			}
		}
		if e, ok := last[string(p.Key)]; ok {
			row.Last, _ = eventWords(e.Kind)
			row.LastAt = s.local(e.At)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func personURL(id int64) string    { return pages.Desk + "/people/" + strconv.FormatInt(id, 10) }
func personObject(id int64) string { return "subscriber:" + strconv.FormatInt(id, 10) }
