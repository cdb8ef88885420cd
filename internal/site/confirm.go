package site

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"assent/internal/errs"
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
	return s.page(c, http.StatusOK, "confirm", templates.ConfirmPage{
		Public: s.frame(c, h), Action: inLanguage("/c/"+c.Param("token"), s.language(c)), List: list.Name,
		MaskedAddress: masked(person), Wording: list.Wording,
	})
}

// confirm takes the button.
func (s *site) confirm(c *gin.Context) error {
	ctx := c.Request.Context()
	token := c.Param("token")
	list, err := s.People.Confirm(ctx, token, subscriptions.Evidence{
		"act": "Pressed the button on the page behind the link in the mail.", "language": s.language(c), "user_agent": browser(c.Request),
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
	if open(h.List) {
		page.AgainURL = inLanguage("/l/"+h.List.Slug, s.language(c))
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
