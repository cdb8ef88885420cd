package site

import (
	"context"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"assent/internal/pages"
	"assent/mailer"
	"assent/subscriptions"
	"assent/templates"
)

// renewPage asks whether a list is still wanted, and changes nothing: mail scanners follow links.
func (s *site) renewPage(c *gin.Context) error {
	return s.showRenewal(c, http.StatusOK, false)
}

// showRenewal shows what was agreed to and since when, and both answers. changed says that the words were others when the page was opened.
func (s *site) showRenewal(c *gin.Context, status int, changed bool) error {
	ctx := c.Request.Context()
	o, err := s.People.PendingRenewal(ctx, c.Param("token"))
	if err != nil {
		return s.renewalInvalid(c, err, o.List)
	}
	s.speak(c, o.Person)
	h, err := s.letterhead(ctx, o.List)
	if err != nil {
		return err
	}
	if h.Programme.Ended(s.Now()) {
		return s.closed(c, h)
	}
	if o.Renewed {
		return s.renewed(c, h, o.Person.ID)
	}
	zone := h.Programme.Zone()
	page := templates.RenewPage{
		Public: s.frame(c, h), Action: s.keep(c, "/r/"+c.Param("token")), List: o.List.Name, MaskedAddress: masked(o.Person),
		Agreed: o.Agreed, Since: o.Given.At.In(zone), Lapsed: o.Lapsed, Wording: o.List.Wording, FormToken: wordingMark(o.List), Changed: changed,
	}
	if !o.Given.ExpiresAt.IsZero() {
		page.Ends = o.Given.ExpiresAt.In(zone)
	}
	return s.page(c, status, "renew", page)
}

// renew takes an answer. One that is neither yes nor no shows the page again.
func (s *site) renew(c *gin.Context) error {
	ctx := c.Request.Context()
	if err := pages.ReadForm(c.Request); err != nil {
		return err
	}
	form := c.Request.PostForm
	if o, err := s.People.PendingRenewal(ctx, c.Param("token")); err == nil {
		s.speak(c, o.Person)
	}
	ev := subscriptions.Evidence{
		"act": "Pressed the button “Yes, keep sending” on the page behind the link in the mail.", "language": s.language(c), "user_agent": browser(c.Request), "ip": c.ClientIP(),
	}
	switch form.Get(templates.FieldAnswer) {
	case templates.AnswerYes:
	case templates.AnswerNo:
		return s.declineRenewal(c)
	default:
		return s.showRenewal(c, http.StatusUnprocessableEntity, false)
	}
	o, err := s.People.PendingRenewal(ctx, c.Param("token"))
	if err != nil {
		return s.renewalInvalid(c, err, o.List)
	}
	if form.Get(templates.FieldForm) != wordingMark(o.List) {
		return s.showRenewal(c, http.StatusUnprocessableEntity, true)
	}
	h, err := s.letterhead(ctx, o.List)
	if err != nil {
		return err
	}
	if h.Programme.Ended(s.Now()) {
		return s.closed(c, h)
	}
	if _, err := s.People.Renew(ctx, c.Param("token"), ev); err != nil {
		return s.renewalInvalid(c, err, o.List)
	}
	return s.renewed(c, h, o.Person.ID)
}

// declineRenewal ends the list. It is durable before it is acknowledged, whether or not the client still waits.
func (s *site) declineRenewal(c *gin.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request.Context()), withdrawWithin)
	defer cancel()
	list, err := s.People.Decline(ctx, c.Param("token"), subscriptions.Evidence{
		"act": "Pressed the button “No, stop” on the page behind the link in the mail.", "user_agent": browser(c.Request),
	})
	if err != nil {
		return s.renewalInvalid(c, err, list)
	}
	h, err := s.letterhead(ctx, list)
	if err != nil {
		return err
	}
	return s.page(c, http.StatusOK, "unsubscribed", s.ended(c, h, thisList, false))
}

// renewed says that the list goes on, and until when.
func (s *site) renewed(c *gin.Context, h mailer.Letterhead, subscriberID int64) error {
	person, err := s.People.Store.Subscriber(c.Request.Context(), subscriberID)
	if err != nil {
		return err
	}
	events, err := s.People.Store.EventsByKey(c.Request.Context(), person.Key)
	if err != nil {
		return err
	}
	page := templates.RenewedPage{
		Public: s.frame(c, h), List: h.List.Name,
		UnsubscribeURL: s.Mail.Ways.UnsubscribeURL(s.Mail.Keys, mailer.Back{ListID: h.List.ID, SubscriberID: person.ID}),
	}
	if ends := subscriptions.Fold(events).Lists[h.List.ID].ExpiresAt; !ends.IsZero() {
		page.Until = ends.In(h.Programme.Zone())
	}
	return s.page(c, http.StatusOK, "renewed", page)
}

// renewalInvalid says what to do about a link that is foreign, too old or void.
func (s *site) renewalInvalid(c *gin.Context, err error, l subscriptions.List) error {
	var h mailer.Letterhead
	if l.ID != 0 {
		var headErr error
		if h, headErr = s.letterhead(c.Request.Context(), l); headErr != nil {
			h = mailer.Letterhead{}
		}
	}
	return s.linkInvalid(c, err, h)
}

// closed says that a list takes nobody any more because its programme has ended (E3-09).
func (s *site) closed(c *gin.Context, h mailer.Letterhead) error {
	return s.page(c, http.StatusGone, "closed", templates.ClosedPage{
		Public: s.frame(c, h), List: h.List.Name, At: h.Programme.EndsAt.Add(-time.Nanosecond).In(h.Programme.Zone()),
	})
}
