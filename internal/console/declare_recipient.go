package console

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"assent/internal/auth"
	"assent/internal/errs"
	"assent/subscriptions"
	"assent/templates"
)

// newRecipient shows an empty form for somebody who is given a programme's data.
func (s *console) newRecipient(c *gin.Context, by auth.Actor) error {
	p, err := s.programmeOf(c)
	if err != nil {
		return errs.Wrap("console: new recipient", err)
	}
	return s.recipientForm(c, by, p, nil, typed{"country": {subscriptions.HomeCountry}}, nil)
}

// addRecipient declares one.
func (s *console) addRecipient(c *gin.Context, by auth.Actor) error {
	const op = "console: add recipient"
	v, err := typedIn(c)
	if err != nil {
		return err
	}
	p, err := s.programmeOf(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	r := subscriptions.Recipient{ProgrammeID: p.ID}
	if err = v.recipient(&r); err == nil {
		_, err = s.Editor.AddRecipient(c.Request.Context(), r)
	}
	if err != nil {
		return s.recipientForm(c, by, p, nil, v, errs.Wrap(op, err))
	}
	c.Redirect(http.StatusSeeOther, programmeURL(p.ID)+"#recipients")
	return nil
}

// recipient takes over what was typed. Kind of error: Invalid.
func (v typed) recipient(r *subscriptions.Recipient) (err error) {
	r.Name, r.Category, r.Purpose, r.Country = v.get(templates.FieldName), v.get("category"), v.get("purpose"), strings.ToUpper(v.get("country"))
	r.Safeguard, r.Agreement, r.Language, r.KeepsNone = v.get("safeguard"), v.get("agreement"), v.get("language"), v.ticked("keeps_none")
	r.Address, err = v.address("address")
	return err
}

// recipientOf returns the recipient of a path.
func (s *console) recipientOf(c *gin.Context, p subscriptions.Programme) (subscriptions.Recipient, error) {
	id, err := number(c, "recipient")
	if err != nil {
		return subscriptions.Recipient{}, err
	}
	all, err := s.People.Store.Recipients(c.Request.Context(), p.ID)
	if i := slices.IndexFunc(all, func(r subscriptions.Recipient) bool { return r.ID == id && r.EndedAt.IsZero() }); i >= 0 {
		return all[i], nil
	}
	if err == nil {
		err = errs.E("console: recipient", errs.NotFound, "", nil)
	}
	return subscriptions.Recipient{}, err
}

// editRecipient shows what is declared of a recipient, to be changed.
func (s *console) editRecipient(c *gin.Context, by auth.Actor) error {
	p, err := s.programmeOf(c)
	if err != nil {
		return errs.Wrap("console: edit recipient", err)
	}
	r, err := s.recipientOf(c, p)
	if err != nil {
		return errs.Wrap("console: edit recipient", err)
	}
	return s.recipientForm(c, by, p, &r, typed{
		templates.FieldName: {r.Name}, "category": {r.Category}, "purpose": {r.Purpose}, "country": {r.Country}, "safeguard": {r.Safeguard}, "agreement": {r.Agreement},
		"address": {r.Address.String()}, "language": {r.Language}, "keeps_none": {yes(r.KeepsNone)},
	}, nil)
}

// changeRecipient changes what is declared.
func (s *console) changeRecipient(c *gin.Context, by auth.Actor) error {
	const op = "console: change recipient"
	v, err := typedIn(c)
	if err != nil {
		return err
	}
	p, err := s.programmeOf(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	r, err := s.recipientOf(c, p)
	if err != nil {
		return errs.Wrap(op, err)
	}
	var read subscriptions.Recipient
	if err = v.recipient(&read); err == nil {
		_, err = s.Editor.Recipient(c.Request.Context(), p.ID, r.ID, func(was *subscriptions.Recipient) { *was = read })
	}
	if err != nil {
		return s.recipientForm(c, by, p, &r, v, errs.Wrap(op, err))
	}
	c.Redirect(http.StatusSeeOther, programmeURL(p.ID)+"#recipients")
	return nil
}

// recipientForm shows the form of a recipient; r is nil for a new one.
func (s *console) recipientForm(c *gin.Context, by auth.Actor, p subscriptions.Programme, r *subscriptions.Recipient, v typed, problem error) error {
	page := templates.FormPage{
		Over: templates.Link{URL: programmeURL(p.ID), Label: p.Name}, Title: "A new recipient of personal data", Action: programmeURL(p.ID) + "/recipients/new", Button: "Declare it",
		Lead: "Who gets this programme’s data, what for and where. The next version of the notice names them, and so does the answer to a request for access.",
		Lines: []templates.FormLine{
			v.line(templates.FieldName, "Name", ""),
			v.line("category", "What sort of recipient it is", "Such as: mail service"),
			v.line("purpose", "What it gets the data for", "Such as: sends our newsletters"),
			v.line("country", "Country where it handles the data", "Two capitals, such as GB or IE"),
			v.line("safeguard", "What protects the data there", "Needed outside the United Kingdom, such as: adequacy regulations"),
			v.line("agreement", "Reference of the agreement with it", "Such as ISA-2026-4"),
			v.line("address", "Email address that is told of corrections, erasures and restrictions", "It answers by a link. Without an address somebody has to tell it in another way (Article 19)"),
			v.one("language", "Language of those letters", "", []templates.Choice{{Value: "en", Label: "English"}, {Value: "cy", Label: "Welsh"}}),
			v.of(templates.LineTick, "keeps_none", "It keeps no copy, such as a relay that sends and forgets: there is nothing to tell it", ""),
		},
	}
	if r != nil {
		page.Title, page.Action, page.Button = r.Name, fmt.Sprintf("%s/recipients/%d", programmeURL(p.ID), r.ID), "Change it"
	}
	return s.form(c, by, page, problem)
}

// endRecipient declares that a recipient gets no more data.
func (s *console) endRecipient(c *gin.Context, _ auth.Actor) error {
	const op = "console: end recipient"
	p, err := s.programmeOf(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	id, err := number(c, "recipient")
	if err != nil {
		return err
	}
	if _, err := s.Editor.EndRecipient(c.Request.Context(), p.ID, id); err != nil {
		return errs.Wrap(op, err)
	}
	c.Redirect(http.StatusSeeOther, programmeURL(p.ID)+"#recipients")
	return nil
}
