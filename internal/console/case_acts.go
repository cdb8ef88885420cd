package console

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"assent/inbox/cases"
	"assent/internal/address"
	"assent/internal/auth"
	"assent/internal/clock"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/templates"
)

// recordEvent records what an operator did, and shows the case again.
func (s *console) recordEvent(c *gin.Context, by auth.Actor) error {
	k, err := s.formCase(c)
	if err != nil {
		return err
	}
	e, err := s.eventOf(c, by)
	if err == nil {
		_, err = s.Casework.Do(c.Request.Context(), k.ID, e)
	}
	return s.afterAct(c, by, k, err)
}

// formCase reads the form and the case of its path.
func (s *console) formCase(c *gin.Context) (cases.Case, error) {
	id, err := number(c, "id")
	if err != nil {
		return cases.Case{}, err
	}
	if err := pages.ReadForm(c.Request); err != nil {
		return cases.Case{}, err
	}
	k, err := s.Cases.Case(c.Request.Context(), id)
	return k, errs.Wrap("console: case", err)
}

// afterAct goes back to the case. What could not be done is said on its page.
func (s *console) afterAct(c *gin.Context, by auth.Actor, k cases.Case, err error) error {
	if err == nil {
		c.Redirect(http.StatusSeeOther, caseURL(k.ID))
		return nil
	}
	status := map[errs.Kind]int{errs.Invalid: http.StatusUnprocessableEntity, errs.Conflict: http.StatusConflict, errs.Refused: http.StatusConflict, errs.NotFound: http.StatusUnprocessableEntity}[errs.KindOf(err)]
	if status == 0 {
		return errs.Wrap("console: act on case", err)
	}
	k, again := s.readCase(c, by) // as it is now
	if again != nil {
		return again
	}
	return s.showCase(c, by, k, status, errs.Message(err))
}

// eventOf reads an event from a form.
func (s *console) eventOf(c *gin.Context, by auth.Actor) (cases.Event, error) {
	form := c.Request.PostForm
	e := cases.Event{Kind: cases.EventKind(form.Get(templates.FieldEvent)), Actor: by.String(), Note: strings.TrimSpace(form.Get(templates.FieldNote))}
	e.Detail.For, e.Detail.Reasons, e.Detail.Pence = cases.Awaited(form.Get(templates.FieldFor)), form[templates.FieldReason], pence(form.Get(templates.FieldFee))
	switch e.Kind {
	case cases.Represented:
		e.Detail.Acting = &cases.Acting{Evidence: form.Get(templates.FieldEvidence)}
	case cases.Received, cases.Proved:
		if code := form.Get(templates.FieldEvidence); code != "" && e.Detail.For == cases.Authority {
			e.Detail.Acting = &cases.Acting{Evidence: code}
			break
		}
		if code := form.Get(templates.FieldEvidence); code != "" {
			e.Detail.Proof = &cases.Proof{Evidence: code}
		}
	case cases.DecisionMade:
		e.Detail.Decision = &cases.Decision{Outcome: cases.Outcome(form.Get(templates.FieldOutcome)), Reasons: form[templates.FieldReason], Words: strings.TrimSpace(form.Get(templates.FieldWords)), Consulted: strings.TrimSpace(form.Get(templates.FieldConsulted))}
		e.Detail.Reasons = nil
	case cases.Promised:
		p := cases.Promise{Told: s.Casework.Reckoner.UKDate(s.Now()), Words: e.Note, Action: true}
		e.Detail.Promise = &p
		return e, readDay(form.Get(templates.FieldOn), &p.Due)
	case cases.Referred, cases.Escalated:
		e.Detail.Code = form.Get(templates.FieldTo)
	case cases.Assigned:
		e.Detail.OwnerID, _ = strconv.ParseInt(form.Get(templates.FieldOwner), 10, 64)
	case cases.Prioritised:
		e.Detail.Urgent = form.Get(templates.FieldUrgent) == "yes"
	case cases.Renamed:
		e.Detail.Kind = cases.Kind(form.Get(templates.FieldKind))
	case cases.Kept:
		e.Detail.Kept, _ = strconv.Atoi(form.Get(templates.FieldPromise))
	case cases.Corrected:
		t, err := time.ParseInLocation(formMoment, form.Get(templates.FieldOn), s.Zone)
		if err != nil {
			return e, errs.E("console: read event", errs.Invalid, "Give the day and time of receipt.", err)
		}
		e.Detail.Received = &t
		return e, nil
	}
	return e, readDay(form.Get(templates.FieldOn), &e.On)
}

// readDay reads a day of a form, which may be left out.
func readDay(text string, into *clock.Date) (err error) {
	if text != "" {
		*into, err = clock.ParseDate(text)
	}
	return err
}

// markRead records that a message was read.
func (s *console) markRead(c *gin.Context, by auth.Actor) error {
	k, err := s.formCase(c)
	if err != nil {
		return err
	}
	id, _ := strconv.ParseInt(c.Request.PostForm.Get(templates.FieldMessage), 10, 64)
	_, err = s.Casework.MarkRead(c.Request.Context(), k.Root(), id, by.String())
	return s.afterAct(c, by, k, err)
}

// nameParty names who asks or whom a case is about.
func (s *console) nameParty(c *gin.Context, by auth.Actor) error {
	k, err := s.formCase(c)
	if err != nil {
		return err
	}
	form := c.Request.PostForm
	p := cases.Party{Role: cases.Role(form.Get(templates.FieldRole)), Name: strings.TrimSpace(form.Get(templates.FieldName)), Contact: strings.TrimSpace(form.Get(templates.FieldContact))}
	p.ID, _ = strconv.ParseInt(form.Get(templates.FieldParty), 10, 64)
	if p.Address, err = typedAddress(form.Get(templates.FieldEmail)); err == nil {
		_, err = s.Casework.Name(c.Request.Context(), k.ID, by.String(), p)
	}
	return s.afterAct(c, by, k, err)
}

// typedAddress reads an address of a form, which may be left out.
func typedAddress(text string) (address.Address, error) {
	if text = strings.TrimSpace(text); text == "" {
		return address.Address{}, nil
	}
	return address.Parse(text)
}

// linkCase links a case to the one with a reference.
func (s *console) linkCase(c *gin.Context, by auth.Actor) error {
	k, err := s.formCase(c)
	if err != nil {
		return err
	}
	reference := strings.ToUpper(strings.TrimSpace(c.Request.PostForm.Get(templates.FieldReference)))
	found, err := s.Cases.Cases(c.Request.Context(), cases.Filter{Search: reference}, 0, 10)
	if err == nil {
		err = errs.E("console: link case", errs.Invalid, "There is no case with this reference.", nil)
		for _, other := range found {
			if other.Reference == reference {
				_, err = s.Casework.Join(c.Request.Context(), k.ID, other.ID, by.String())
			}
		}
	}
	return s.afterAct(c, by, k, err)
}

// confirmForwarded takes over who asked, and when, from a message that was passed on (E2-33).
func (s *console) confirmForwarded(c *gin.Context, by auth.Actor) error {
	k, err := s.formCase(c)
	if err != nil {
		return err
	}
	return s.afterAct(c, by, k, s.takeForwarded(c.Request.Context(), k, by, c.Request.PostForm.Get))
}

func (s *console) takeForwarded(ctx context.Context, k cases.Case, by auth.Actor, get func(string) string) error {
	from, err := typedAddress(get(templates.FieldEmail))
	if err != nil {
		return err
	}
	parties, err := s.Cases.CaseParties(ctx, k.ID)
	if err != nil {
		return err
	}
	for _, p := range parties {
		p.Name, p.Address = strings.TrimSpace(get(templates.FieldName)), from
		if _, err := s.Casework.Name(ctx, k.ID, by.String(), p); err != nil {
			return err
		}
	}
	if get(templates.FieldReceived) == "" {
		return nil
	}
	at, err := time.ParseInLocation(formMoment, get(templates.FieldReceived), s.Zone)
	if err != nil {
		return errs.E("console: read form", errs.Invalid, "Give the day and time of receipt.", err)
	}
	subs, err := s.Cases.SubCases(ctx, k.ID)
	if err != nil {
		return err
	}
	for _, x := range append([]cases.Case{k}, subs...) {
		if x.InboundID != k.InboundID || x.ReceivedAt.Equal(at) {
			continue
		}
		e := cases.Event{Kind: cases.Corrected, Actor: by.String(), Note: "The date stands in the message that was passed on.", Detail: cases.Detail{Received: &at}}
		if _, err := s.Casework.Do(ctx, x.ID, e); err != nil {
			return err
		}
	}
	return nil
}

// caseForms offers what may be done with a case now.
func (s *console) caseForms(ctx context.Context, k cases.Case, page *templates.CasePage) error {
	page.Acts = s.actsFor(k)
	workers, err := s.caseWorkers(ctx)
	if err != nil {
		return err
	}
	owners := []templates.CaseChoice{{Value: "0", Label: "Nobody"}}
	for _, u := range workers {
		owners = append(owners, templates.CaseChoice{Value: itoa(u.ID), Label: u.Name, Chosen: u.ID == k.OwnerID})
	}
	page.Acts = append(page.Acts, templates.CaseAct{Kind: string(cases.Assigned), Title: "Assign", Button: "Assign", Choose: "To", ChooseName: "owner", Choices: owners})
	return s.offerLetters(ctx, k, page)
}
