package site

import (
	"context"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"assent/internal/errs"
	"assent/internal/pages"
	"assent/mailer"
	"assent/subscriptions"
	"assent/templates"
)

// confirmPage shows one button and changes nothing, because mail scanners follow links.
func (s *site) confirmPage(c *gin.Context) error {
	ctx := c.Request.Context()
	pending, list, err := s.People.PendingConfirmation(ctx, c.Param("token"))
	if err != nil {
		return s.linkInvalid(c, err, mailer.Letterhead{})
	}
	h, err := s.letterhead(ctx, list)
	if err != nil {
		return err
	}
	person, err := s.People.Store.Subscriber(ctx, pending.SubscriberID)
	if err != nil {
		return s.linkInvalid(c, err, h)
	}
	s.speak(c, person)
	wording, err := s.askedFor(ctx, person, list, pending.RequestSeq)
	if err != nil {
		return s.linkInvalid(c, err, h)
	}
	return s.page(c, http.StatusOK, "confirm", templates.ConfirmPage{
		Public: s.frame(c, h), Action: s.keep(c, "/c/"+c.Param("token")), List: list.Name,
		MaskedAddress: masked(person), Wording: wording,
	})
}

// askedFor returns the words of a request, as they were then. Kind Refused when an opt-out since has made its link void.
func (s *site) askedFor(ctx context.Context, p subscriptions.Subscriber, l subscriptions.List, seq int64) (string, error) {
	const op = "site: asked for"
	events, err := s.People.Store.EventsByKey(ctx, p.Key)
	if err != nil {
		return "", errs.Wrap(op, err)
	}
	for _, bar := range subscriptions.Fold(events).Bars {
		if bar.Seq > seq && bar.Scope.Covers(subscriptions.ListScope(l)) {
			return "", errs.E(op, errs.Refused, "", nil)
		}
	}
	i := slices.IndexFunc(events, func(e subscriptions.Event) bool { return e.Seq == seq })
	if i < 0 {
		return "", errs.E(op, errs.NotFound, "", nil)
	}
	wording, err := s.People.Store.Text(ctx, events[i].WordingDigest)
	return wording, errs.Wrap(op, err)
}

// confirm takes the button.
func (s *site) confirm(c *gin.Context) error {
	ctx := c.Request.Context()
	token := c.Param("token")
	if pending, _, err := s.People.PendingConfirmation(ctx, token); err == nil {
		s.speakTo(c, pending.SubscriberID)
	}
	list, err := s.People.Confirm(ctx, token, subscriptions.Evidence{
		"act": "Pressed the button on the page behind the link in the mail.", "language": s.language(c), "user_agent": browser(c.Request), "ip": c.ClientIP(),
	})
	if err != nil {
		h, headErr := s.letterhead(ctx, list)
		if headErr != nil {
			h = mailer.Letterhead{}
		}
		return s.linkInvalid(c, err, h)
	}
	h, err := s.letterhead(ctx, list)
	if err != nil {
		return err
	}
	pending, _, err := s.People.PendingConfirmation(ctx, token)
	if err != nil {
		return err
	}
	return s.page(c, http.StatusOK, "confirmed", templates.ConfirmedPage{
		Public: s.frame(c, h), List: list.Name,
		UnsubscribeURL: s.Mail.Ways.UnsubscribeURL(s.Mail.Keys, mailer.Back{ListID: list.ID, SubscriberID: pending.SubscriberID}),
	})
}

// linkInvalid says what to do about a link that is foreign, cut off, expired or void. Any other error is returned.
func (s *site) linkInvalid(c *gin.Context, err error, h mailer.Letterhead) error {
	status := http.StatusNotFound
	switch errs.KindOf(err) {
	case errs.NotFound:
	case errs.Refused:
		status = http.StatusGone
	default:
		return err
	}
	page := templates.LinkInvalidPage{Public: s.frame(c, h), AgainURL: "/"}
	if h.List.Joinable() {
		page.AgainURL = pages.InLanguage("/l/"+h.List.Slug, s.language(c))
	}
	return s.page(c, status, "link-invalid", page)
}

// masked is how a person's own address is shown to whoever holds their link.
func masked(p subscriptions.Subscriber) string {
	if p.Address.IsZero() {
		return "" // erased
	}
	return p.Address.Masked()
}
