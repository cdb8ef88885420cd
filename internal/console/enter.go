package console

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"assent/internal/address"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/subscriptions"
	"assent/templates"
)

// enterPage shows the form for an agreement that came on paper, by phone or in person.
func (s *console) enterPage(c *gin.Context, by auth.Actor) error {
	return s.showEntry(c, by, http.StatusOK, templates.EnterPage{})
}

// showEntry shows the form with what was typed before, and what came of it.
func (s *console) showEntry(c *gin.Context, by auth.Actor, status int, page templates.EnterPage) error {
	lists, err := s.People.Store.Lists(c.Request.Context())
	if err != nil {
		return errs.Wrap("console: enter", err)
	}
	page.Console, page.Action = s.around(by), pages.Desk+"/entries"
	typed := func(name string) string {
		if page.Event != "" { // it is done: the next entry begins empty
			return ""
		}
		return c.Request.PostForm.Get(name)
	}
	var choices []templates.Choice
	for _, l := range lists {
		choices = append(choices, templates.Choice{Value: strconv.FormatInt(l.ID, 10), Label: l.Name})
	}
	page.Fields = entryFields(choices, typed)
	return s.page(c, status, "enter", page)
}

func entryFields(lists []templates.Choice, typed func(string) string) []templates.FormField {
	var media []templates.Choice
	for _, m := range subscriptions.Media {
		media = append(media, templates.Choice{Value: string(m), Label: pages.Sentence(string(m))})
	}
	fields := []templates.FormField{
		{Name: templates.FieldAbout, Label: "Which list", Choices: lists},
		{Name: templates.FieldEmail, Label: "Email address of the person", Type: "email"},
		{Name: templates.FieldName, Label: "Name (optional)", Type: "text"},
		{Name: templates.FieldMedium, Label: "How it reached you", Choices: media},
		{Name: templates.FieldDid, Label: "What the person did", Hint: "Such as: ticked the empty box and signed", Type: "text"},
		{Name: templates.FieldStatement, Label: "The person’s own words", Hint: "Needed for explicit consent, else optional", Type: "text"},
		{Name: templates.FieldDocument, Label: "Which document shows it", Hint: "The number of the form, or of your note of the call", Type: "text"},
		{Name: templates.FieldActedOn, Label: "Day on which the person acted", Type: "date"},
		{Name: templates.FieldReceivedOn, Label: "Day on which it reached you", Type: "date"},
		{Name: templates.FieldWhy, Label: "Why you enter it", Hint: "Such as: has no internet at home", Type: "text"},
		{Name: templates.FieldAge, Label: "Age, if it was asked for", Type: "number"},
		{Name: templates.FieldGuardianName, Label: "For a child: name of the parent or guardian", Type: "text"},
		{Name: templates.FieldGuardianRelation, Label: "For a child: how they are related", Hint: "Such as: mother", Type: "text"},
		{Name: templates.FieldGuardianEvidence, Label: "For a child: what shows that they agreed", Type: "text"},
	}
	for i := range fields {
		fields[i].Value = typed(fields[i].Name)
	}
	return fields
}

// enter records an entry. Whatever is refused comes back in the form with the reason.
func (s *console) enter(c *gin.Context, by auth.Actor) error {
	if err := pages.ReadForm(c.Request); err != nil {
		return err
	}
	ctx := c.Request.Context()
	e, err := s.readEntry(ctx, c.Request.PostForm.Get)
	if err == nil {
		e.Actor = by.String()
		var page templates.EnterPage
		if page, err = s.keepEntry(ctx, e); err == nil {
			return s.showEntry(c, by, http.StatusOK, page)
		}
	}
	switch errs.KindOf(err) {
	case errs.Invalid, errs.Refused, errs.NotFound, errs.Conflict:
		return s.showEntry(c, by, http.StatusUnprocessableEntity, templates.EnterPage{Problem: errs.Message(err)})
	}
	return errs.Wrap("console: enter", err)
}

func (s *console) keepEntry(ctx context.Context, e subscriptions.Entry) (page templates.EnterPage, err error) {
	seq, warnings, err := s.People.Enter(ctx, e)
	if err != nil {
		return page, err
	}
	person, err := s.People.Store.SubscriberByKey(ctx, s.People.Keys.AddressKey(e.Address))
	page.Event, page.Warnings = strconv.FormatInt(seq, 10), warnings
	page.PersonURL = pages.Desk + "/people/" + strconv.FormatInt(person.ID, 10)
	return page, err
}

// readEntry reads the form's fields, trimmed.
func (s *console) readEntry(ctx context.Context, field func(string) string) (e subscriptions.Entry, err error) {
	const op = "console: read entry"
	get := func(name string) string { return strings.TrimSpace(field(name)) }
	if e.ListID, err = strconv.ParseInt(get(templates.FieldAbout), 10, 64); err != nil {
		return e, errs.E(op, errs.Invalid, "Choose the list.", nil)
	}
	list, err := s.People.Store.List(ctx, e.ListID)
	if err != nil {
		return e, err
	}
	programme, err := s.People.Store.Programme(ctx, list.ProgrammeID)
	if err != nil {
		return e, err
	}
	if e.Address, err = address.Parse(get(templates.FieldEmail)); err != nil {
		return e, err
	}
	if age := get(templates.FieldAge); age != "" {
		if e.Age, err = strconv.Atoi(age); err != nil {
			return e, errs.E(op, errs.Invalid, "The age must be a number of years.", nil)
		}
	}
	e.Name, e.Guardian = get(templates.FieldName), subscriptions.Guardian{
		Name: get(templates.FieldGuardianName), Relation: get(templates.FieldGuardianRelation), Evidence: get(templates.FieldGuardianEvidence),
	}
	e.Medium, e.Did, e.Document, e.Why = subscriptions.Medium(get(templates.FieldMedium)), get(templates.FieldDid), get(templates.FieldDocument), get(templates.FieldWhy)
	e.Evidence = subscriptions.Evidence{"statement": get(templates.FieldStatement)}
	zone := programme.Zone()
	for name, day := range map[string]*time.Time{templates.FieldActedOn: &e.ActedOn, templates.FieldReceivedOn: &e.ReceivedOn} {
		if *day, err = time.ParseInLocation(time.DateOnly, get(name), zone); err != nil {
			return e, errs.E(op, errs.Invalid, "Give the day on which the person acted, and the day on which it reached you.", nil)
		}
	}
	return e, nil
}
