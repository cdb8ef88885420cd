package console

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/subscriptions"
	"assent/templates"
)

// objectionPage asks an operator what a person said on the phone or in a letter.
func (s *console) objectionPage(c *gin.Context, by auth.Actor) error {
	page, _, err := s.objectionForm(c, by)
	if err != nil {
		return err
	}
	return s.page(c, http.StatusOK, "objection", page)
}

// objectionForm gathers the organisations whose marketing a person may object to.
func (s *console) objectionForm(c *gin.Context, by auth.Actor) (page templates.ObjectionPage, person subscriptions.Subscriber, err error) {
	const op = "console: objection"
	ctx := c.Request.Context()
	n, err := number(c, "id")
	if err != nil {
		return page, person, err
	}
	if person, err = s.People.Store.Subscriber(ctx, n); err != nil {
		return page, person, errs.Wrap(op, err)
	}
	if err := s.record(ctx, by, audit.Note{Action: audit.ReadPerson, Object: personObject(n)}); err != nil {
		return page, person, err
	}
	programmes, err := s.People.Store.Programmes(ctx)
	if err != nil {
		return page, person, errs.Wrap(op, err)
	}
	page = templates.ObjectionPage{Console: s.around(by), Action: pages.Desk + "/people/" + itoa(n) + "/objection", PersonURL: pages.Desk + "/people/" + itoa(n), Address: person.Address.String()}
	for _, p := range programmes {
		if !slices.ContainsFunc(page.Owners, func(o templates.ReasonChoice) bool { return o.Name == p.Owner }) {
			page.Owners = append(page.Owners, templates.ReasonChoice{Value: "owner:" + itoa(p.ID), Name: p.Owner})
		}
	}
	return page, person, nil
}

// takeObjection records an objection to direct marketing that reached staff. It acts at once and asks for nobody's identity (Article 21(3); E2-24).
func (s *console) takeObjection(c *gin.Context, by auth.Actor) error {
	if err := pages.ReadForm(c.Request); err != nil {
		return err
	}
	page, person, err := s.objectionForm(c, by)
	if err != nil {
		return err
	}
	form := c.Request.PostForm
	page.Words = strings.TrimSpace(form.Get(templates.FieldWords))
	i := slices.IndexFunc(page.Owners, func(o templates.ReasonChoice) bool { return o.Value == form.Get(templates.FieldAbout) })
	switch {
	case i < 0:
		page.Problem = "Choose whose marketing the person objects to."
	case page.Words == "" || audit.CheckWhy(page.Words) != nil:
		page.Problem = "Say in one line of at most 300 characters how it reached you, such as “by phone on 3 May, call 4711”."
	}
	if page.Problem != "" {
		return s.page(c, http.StatusUnprocessableEntity, "objection", page)
	}
	ctx := audit.For(audit.As(c.Request.Context(), by.String()), page.Words)
	programmes, err := s.People.Store.Programmes(ctx)
	if err != nil {
		return errs.Wrap("console: objection", err)
	}
	var ids []int64
	for _, scope := range subscriptions.OfOwner(programmes, page.Owners[i].Name) {
		ids = append(ids, scope.ProgrammeID)
	}
	out, err := s.People.Object(ctx, subscriptions.Objection{
		SubscriberID: person.ID, ProgrammeIDs: ids, Channel: subscriptions.ByStaff, Actor: by.String(),
		Evidence: subscriptions.Evidence{"act": "Objected to direct marketing, as told to staff.", "reached_us": page.Words},
	})
	if err != nil {
		return errs.Wrap("console: objection", err)
	}
	page.Done = "All marketing of " + page.Owners[i].Name + " has stopped for this address."
	if out.Already {
		page.Done = "It had stopped before. Nothing was changed."
	}
	return s.page(c, http.StatusOK, "objection", page)
}
