package console

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"assent/inbox/cases"
	"assent/inbox/sorting"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/idempotency"
	"assent/internal/message"
	"assent/internal/pages"
	"assent/templates"
)

// entryPage shows the form for a request that came by post, by telephone or in person.
func (s *console) entryPage(c *gin.Context, by auth.Actor) error {
	return s.showCaseEntry(c, by, http.StatusOK, templates.CaseEntryPage{}, nil)
}

func (s *console) showCaseEntry(c *gin.Context, by auth.Actor, status int, page templates.CaseEntryPage, kinds []cases.Kind) error {
	form := c.Request.PostForm
	page.Console, page.Action, page.Key = s.around(by), pages.Desk+"/cases/new", idempotency.NewFormKey()
	programmes, err := s.People.Store.Programmes(c.Request.Context())
	if err != nil {
		return errs.Wrap("console: enter case", err)
	}
	for _, p := range programmes {
		page.Programmes = append(page.Programmes, templates.CaseChoice{Value: itoa(p.ID), Label: p.Name, Chosen: itoa(p.ID) == form.Get("programme")})
	}
	for _, ch := range cases.Channels() {
		page.Channels = append(page.Channels, templates.CaseChoice{Value: string(ch), Label: channelOfCase(ch), Chosen: string(ch) == form.Get("channel") || form.Get("channel") == "" && ch == cases.ByPost})
	}
	page.Languages = choices(form.Get(templates.FieldLang), templates.CaseChoice{Value: "en", Label: "English"}, templates.CaseChoice{Value: "cy", Label: "Welsh"})
	for _, k := range cases.Kinds() {
		page.Kinds = append(page.Kinds, templates.CaseChoice{Value: string(k), Label: caseKind(string(k)), Chosen: slices.Contains(kinds, k)})
	}
	page.Received, page.Time, page.Subject, page.Asked = form.Get(templates.FieldReceived), form.Get(templates.FieldTime), form.Get(templates.FieldSubject), form.Get(templates.FieldAsked)
	page.Name, page.Address, page.Contact = form.Get(templates.FieldName), form.Get(templates.FieldEmail), form.Get(templates.FieldContact)
	page.About, page.AboutAddr, page.Urgent = form.Get(templates.FieldAboutName), form.Get(templates.FieldAboutEmail), form.Get(templates.FieldUrgent) == "yes"
	return s.page(c, status, "case-new", page)
}

// enterCase suggests what a request is by its words, or opens the case. Without a kind it suggests first: a person decides what it is.
func (s *console) enterCase(c *gin.Context, by auth.Actor) error {
	if err := pages.ReadForm(c.Request); err != nil {
		return err
	}
	if c.Request.MultipartForm != nil {
		defer c.Request.MultipartForm.RemoveAll()
	}
	form := c.Request.PostForm
	kinds := cases.KindsOf(form[templates.FieldKind])
	if form.Get(templates.FieldDo) == "suggest" || len(kinds) == 0 && form.Get(templates.FieldLooked) == "" {
		found, why := suggest(form.Get(templates.FieldSubject), form.Get(templates.FieldAsked))
		for _, k := range found {
			if !slices.Contains(kinds, k) {
				kinds = append(kinds, k)
			}
		}
		return s.showCaseEntry(c, by, http.StatusOK, templates.CaseEntryPage{Looked: true, Suggested: why}, kinds)
	}
	k, opened, err := s.newCaseOnce(c, by, kinds)
	if err == nil {
		if opened {
			err = s.takeFile(c, by, k, false)
		}
		if err != nil { // the case stands, and its page says what failed
			c.Params = append(c.Params, gin.Param{Key: "id", Value: itoa(k)})
			return s.afterAct(c, by, cases.Case{ID: k}, err)
		}
		c.Redirect(http.StatusSeeOther, caseURL(k))
		return nil
	}
	if kind := errs.KindOf(err); kind == errs.Invalid || kind == errs.NotFound {
		return s.showCaseEntry(c, by, http.StatusUnprocessableEntity, templates.CaseEntryPage{Problem: errs.Message(err), Looked: true}, kinds)
	}
	return errs.Wrap("console: enter case", err)
}

// newCaseOnce opens a case, unless the same form did before: a second click leads to the case of the first. opened is false for it.
func (s *console) newCaseOnce(c *gin.Context, by auth.Actor, kinds []cases.Kind) (id int64, opened bool, err error) {
	form := c.Request.PostForm
	once := idempotency.Once{Store: s.Sent, Now: s.Now, Log: s.Log}
	key := idempotency.FormKey(form.Get(templates.FieldKey), form.Encode())
	kept, err := once.Do(c.Request.Context(), by.String(), key, func(ctx context.Context) ([]byte, error) {
		k, err := s.newCase(ctx, form, by, kinds)
		opened = err == nil
		return []byte(itoa(k.ID)), err
	})
	if err != nil {
		return 0, false, err
	}
	id, err = strconv.ParseInt(string(kept), 10, 64)
	return id, opened, err
}

func (s *console) newCase(ctx context.Context, form url.Values, by auth.Actor, kinds []cases.Kind) (cases.Case, error) {
	in := cases.Entry{
		Actor: by.String(), Channel: cases.Channel(form.Get("channel")), Subject: form.Get(templates.FieldSubject), Asked: form.Get(templates.FieldAsked), Kinds: kinds,
		Language: form.Get(templates.FieldLang), Urgent: form.Get(templates.FieldUrgent) == "yes",
	}
	in.ProgrammeID, _ = strconv.ParseInt(form.Get("programme"), 10, 64)
	var err error
	if in.ReceivedAt, err = receivedOn(form.Get(templates.FieldReceived), form.Get(templates.FieldTime), s.Zone); err != nil {
		return cases.Case{}, err
	}
	asks := cases.Party{Role: cases.Requester, Name: strings.TrimSpace(form.Get(templates.FieldName)), Contact: strings.TrimSpace(form.Get(templates.FieldContact))}
	if asks.Address, err = typedAddress(form.Get(templates.FieldEmail)); err != nil {
		return cases.Case{}, err
	}
	in.Parties = append(in.Parties, asks)
	about := cases.Party{Role: cases.Subject, Name: strings.TrimSpace(form.Get(templates.FieldAboutName))}
	if about.Address, err = typedAddress(form.Get(templates.FieldAboutEmail)); err != nil {
		return cases.Case{}, err
	}
	if about.Name != "" || !about.Address.IsZero() {
		in.Parties = append(in.Parties, about)
	}
	return s.Casework.Enter(ctx, in)
}

// receivedOn reads the day, and the time where it is known, of receipt.
func receivedOn(day, hour string, zone *time.Location) (time.Time, error) {
	layout, text := time.DateOnly, day
	if hour != "" {
		layout, text = formMoment, day+"T"+hour
	}
	t, err := time.ParseInLocation(layout, text, zone)
	if err != nil {
		return t, errs.E("console: read form", errs.Invalid, "Give the day on which it reached us.", err)
	}
	return t, nil
}

// suggest has the sorter look at what was typed. It only suggests.
func suggest(subject, asked string) (kinds []cases.Kind, why []string) {
	v := sorting.Sort(&message.Parsed{Subject: subject, Text: asked})
	for _, g := range v.Grounds {
		why = append(why, fmt.Sprintf("“%s” (%s)", plain(g.Words), g.Rule))
	}
	kinds = cases.KindsOf(v.Labels)
	if v.Kind == sorting.KindUnsubscribe {
		kinds = []cases.Kind{cases.WithdrawConsent}
	}
	if v.Flagged(sorting.FlagBreach) {
		kinds = append(kinds, cases.Breach)
	}
	return kinds, why
}
