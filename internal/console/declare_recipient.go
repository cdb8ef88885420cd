package console

import (
	"net/http"
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
	return s.recipientForm(c, by, p, typed{"country": {subscriptions.HomeCountry}}, nil)
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
	_, err = s.Editor.AddRecipient(c.Request.Context(), subscriptions.Recipient{
		ProgrammeID: p.ID, Name: v.get(templates.FieldName), Category: v.get("category"), Purpose: v.get("purpose"),
		Country: strings.ToUpper(v.get("country")), Safeguard: v.get("safeguard"), Agreement: v.get("agreement"),
	})
	if err != nil {
		return s.recipientForm(c, by, p, v, errs.Wrap(op, err))
	}
	c.Redirect(http.StatusSeeOther, programmeURL(p.ID)+"#recipients")
	return nil
}

func (s *console) recipientForm(c *gin.Context, by auth.Actor, p subscriptions.Programme, v typed, problem error) error {
	return s.form(c, by, templates.FormPage{
		Over: templates.Link{URL: programmeURL(p.ID), Label: p.Name}, Title: "A new recipient of personal data", Action: programmeURL(p.ID) + "/recipients/new", Button: "Declare it",
		Lead: "Who gets this programme’s data, what for and where. The next version of the notice names them, and so does the answer to a request for access.",
		Lines: []templates.FormLine{
			v.line(templates.FieldName, "Name", ""),
			v.line("category", "What sort of recipient it is", "Such as: mail service"),
			v.line("purpose", "What it gets the data for", "Such as: sends our newsletters"),
			v.line("country", "Country where it handles the data", "Two capitals, such as GB or IE"),
			v.line("safeguard", "What protects the data there", "Needed outside the United Kingdom, such as: adequacy regulations"),
			v.line("agreement", "Reference of the agreement with it", "Such as ISA-2026-4"),
		},
	}, problem)
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
