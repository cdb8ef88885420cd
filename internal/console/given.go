package console

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"assent/internal/address"
	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/clock"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/subscriptions"
	"assent/templates"
)

const newestGiven = 5 // that a person's own page shows

// givenPages puts the register of who was given what on the engine.
func (s *console) givenPages(desk *gin.RouterGroup, form gin.HandlerFunc) {
	desk.GET("/given", s.desk(auth.KeepingRead, s.givenAway))
	desk.GET("/people/:id/given", s.desk(auth.SubscribersRead, s.givenOf))
	desk.POST("/people/:id/given", form, s.desk(auth.SubscribersWrite, s.recordGiven))
}

// givenAway shows the register of what was given of anybody, the newest first. It names nobody whose data it was.
func (s *console) givenAway(c *gin.Context, by auth.Actor) error {
	const op = "console: given away"
	ctx := c.Request.Context()
	if err := s.record(ctx, by, audit.Note{Action: audit.ListPeople}); err != nil {
		return errs.Wrap(op, err)
	}
	all, err := s.Disclosures.Store.GivenAway(ctx, cursor(c, "before"), rowsOnPage+1)
	if err != nil {
		return errs.Wrap(op, err)
	}
	page := templates.GivenPage{Console: s.around(by), Title: "Who was given personal data", Back: "Reports and registers", BackURL: pages.Desk + "/reports"}
	page.Rows, page.NextURL = s.givenRows(all)
	return s.page(c, http.StatusOK, "given", page)
}

// givenRows shows up to a page of disclosures, and where the older ones are.
func (s *console) givenRows(all []subscriptions.Given) (rows []templates.GivenRow, next string) {
	if len(all) > rowsOnPage {
		all = all[:rowsOnPage]
		next = "?before=" + itoa(all[rowsOnPage-1].ID)
	}
	how := map[subscriptions.GivenBy]string{subscriptions.GivenByExport: "Export", subscriptions.GivenByStaff: "By staff", subscriptions.GivenInCase: "In a case"}
	for _, g := range all {
		row := templates.GivenRow{At: s.local(g.At), Name: g.Name, What: pages.Sentence(g.What), Why: g.Why, How: how[g.How]}
		if g.CaseID != 0 {
			row.CaseURL = caseURL(g.CaseID)
		}
		rows = append(rows, row)
	}
	return rows, next
}

// givenPage reads who was given a person's data, with the form to record more.
func (s *console) givenPage(c *gin.Context, by auth.Actor) (page templates.GivenPage, id int64, err error) {
	const op = "console: given"
	ctx := c.Request.Context()
	if id, err = number(c, "id"); err != nil {
		return page, id, err
	}
	p, err := s.People.Store.Subscriber(ctx, id)
	if err != nil {
		return page, id, errs.Wrap(op, err)
	}
	if err := s.record(ctx, by, audit.Note{Action: audit.ReadPerson, Object: personObject(id)}); err != nil {
		return page, id, errs.Wrap(op, err)
	}
	all, err := s.Disclosures.Store.GivenTo(ctx, id, cursor(c, "before"), rowsOnPage+1)
	if err != nil {
		return page, id, errs.Wrap(op, err)
	}
	who := "Erased person"
	if !p.Address.IsZero() {
		who = p.Address.String()
	}
	page = templates.GivenPage{Console: s.around(by), Title: "Who was given this data", Back: who, BackURL: personURL(id)}
	page.Rows, page.NextURL = s.givenRows(all)
	if p.Address.IsZero() || !by.May(auth.SubscribersWrite) {
		return page, id, nil
	}
	page.Form = &templates.GivenForm{Action: personURL(id) + "/given", Recipients: []templates.CaseChoice{{Label: "Somebody who is not declared"}}}
	programmes, err := s.People.Store.Programmes(ctx)
	if err != nil {
		return page, id, errs.Wrap(op, err)
	}
	for _, programme := range programmes {
		declared, err := s.Disclosures.Catalogue.Recipients(ctx, programme.ID)
		if err != nil {
			return page, id, errs.Wrap(op, err)
		}
		for _, r := range declared {
			page.Form.Recipients = append(page.Form.Recipients, templates.CaseChoice{Value: itoa(programme.ID) + ":" + itoa(r.ID), Label: r.Name + " (" + programme.Name + ")"})
		}
	}
	return page, id, nil
}

func (s *console) givenOf(c *gin.Context, by auth.Actor) error {
	page, _, err := s.givenPage(c, by)
	if err != nil {
		return err
	}
	return s.page(c, http.StatusOK, "given", page)
}

// recordGiven puts on record that somebody was given a person's data.
func (s *console) recordGiven(c *gin.Context, by auth.Actor) error {
	const op = "console: record disclosure"
	if err := pages.ReadForm(c.Request); err != nil {
		return err
	}
	page, id, err := s.givenPage(c, by)
	if err != nil {
		return err
	}
	if page.Form == nil {
		return errs.E(op, errs.Conflict, "The person was erased. Nothing is kept that could have been given.", nil)
	}
	g, err := s.readGiven(c, by, page.Form)
	if err == nil {
		_, err = s.Disclosures.Record(c.Request.Context(), g, id)
	}
	switch kind := errs.KindOf(err); {
	case err != nil && kind == errs.Invalid:
		page.Problem = errs.Message(err)
		return s.page(c, http.StatusUnprocessableEntity, "given", page)
	case err != nil:
		return errs.Wrap(op, err)
	}
	c.Redirect(http.StatusSeeOther, personURL(id)+"/given")
	return nil
}

// readGiven reads the form, and keeps in it what was typed.
func (s *console) readGiven(c *gin.Context, by auth.Actor, f *templates.GivenForm) (g subscriptions.Given, err error) {
	typed := func(field string) string { return strings.TrimSpace(c.Request.PostForm.Get(field)) }
	f.Name, f.Email, f.Gave, f.Why, f.Given = typed(templates.FieldName), typed(templates.FieldEmail), typed(templates.FieldGave), typed(templates.FieldWhy), typed(templates.FieldGivenOn)
	chosen := typed(templates.FieldRecipient)
	for i := range f.Recipients {
		f.Recipients[i].Chosen = f.Recipients[i].Value == chosen
	}
	g = subscriptions.Given{Name: f.Name, What: f.Gave, Why: f.Why, How: subscriptions.GivenByStaff, Actor: by.String()}
	if programme, recipient, declared := strings.Cut(chosen, ":"); declared {
		g.ProgrammeID, _ = strconv.ParseInt(programme, 10, 64) // what is no number names no recipient, which is refused
		g.RecipientID, err = strconv.ParseInt(recipient, 10, 64)
		if err != nil {
			return g, errs.E("console: read disclosure", errs.Invalid, "Choose who got it.", err)
		}
	}
	if f.Email != "" {
		if g.Address, err = address.Parse(f.Email); err != nil {
			return g, err
		}
	}
	var on clock.Date
	if err := readDay(f.Given, &on); err != nil {
		return g, err
	}
	if !on.IsZero() {
		g.At = time.Date(on.Year, on.Month, on.Day, 0, 0, 0, 0, s.Zone)
	}
	return g, nil
}

// beside puts on a person's page what they want to stand beside their data, and who was given it.
func (s *console) beside(ctx context.Context, p subscriptions.Subscriber, page *templates.PersonPage) error {
	said, err := s.Amending.Store.Statements(ctx, p.ID)
	if err != nil {
		return err
	}
	for _, x := range said {
		row := templates.StatementRow{At: s.local(x.AddedAt), Words: x.Words}
		if x.CaseID != 0 {
			row.CaseURL = caseURL(x.CaseID)
		}
		page.Statements = append(page.Statements, row)
	}
	given, err := s.Disclosures.Store.GivenTo(ctx, p.ID, 0, newestGiven)
	page.Given, _ = s.givenRows(given)
	if !p.Address.IsZero() {
		page.GivenURL = personURL(p.ID) + "/given"
	}
	return err
}
