package site

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"assent/internal/audit"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/subscriptions"
	"assent/templates"
)

// movePage asks one of two mailboxes whether the address is to be changed. It changes nothing, because mail scanners follow links.
func (s *site) movePage(c *gin.Context) error {
	m, side, person, err := s.pendingMove(c)
	if err != nil {
		return s.foreign(c, err)
	}
	s.speak(c, person)
	return s.showMove(c, m, side)
}

func (s *site) pendingMove(c *gin.Context) (m subscriptions.Move, side subscriptions.Side, person subscriptions.Subscriber, err error) {
	err = refusedEvenly(c.Request.Context(), beat, func() (err error) {
		m, side, person, err = s.Preferences.PendingMove(c.Request.Context(), c.Param("token"))
		return err
	})
	return m, side, person, err
}

// move takes the two buttons. A body that says neither is a look at the page.
func (s *site) move(c *gin.Context) error {
	if err := pages.ReadForm(c.Request); err != nil {
		return err
	}
	_, side, person, err := s.pendingMove(c)
	if err != nil {
		return s.foreign(c, err)
	}
	s.speak(c, person)
	ctx, token := audit.As(c.Request.Context(), "subscriber"), c.Param("token")
	var m subscriptions.Move
	switch c.Request.PostForm.Get(templates.FieldDo) {
	case templates.DoAgree:
		m, err = s.Preferences.AgreeMove(ctx, token, subscriptions.Evidence{
			"act": "Pressed the button to change the address on the page behind the link in the mail.", "language": s.language(c), "user_agent": browser(c.Request),
		})
	case templates.DoRefuse:
		m, err = s.Preferences.RefuseMove(ctx, token)
	default:
		err = errs.E("site: move", errs.Invalid, "Press one of the buttons on the page.", nil)
	}
	if errs.KindOf(err) == errs.Refused && err != nil {
		return s.foreign(c, err)
	}
	if err != nil {
		return errs.Wrap("site: move", err)
	}
	return s.showMove(c, m, side)
}

func (s *site) showMove(c *gin.Context, m subscriptions.Move, side subscriptions.Side) error {
	frame, err := s.frameOf(c, m.ProgrammeID)
	if err != nil {
		return err
	}
	page := templates.MovePage{
		Public: frame, Action: s.keep(c, "/x/"+c.Param("token")), Old: side == subscriptions.OldMailbox, Alone: m.Alone,
		Agreed: side == subscriptions.OldMailbox && !m.OldAt.IsZero() || side == subscriptions.NewMailbox && !m.NewAt.IsZero(),
		Done:   m.Outcome == subscriptions.MoveDone, Refused: m.Outcome == subscriptions.MoveRefused, Until: m.ExpiresAt.In(s.Zone),
	}
	if !m.To.IsZero() {
		page.Masked = m.To.Masked()
	}
	if page.Done && !page.Old { // the old mailbox has no say in what the new one gets
		if person, err := s.People.Store.SubscriberByKey(c.Request.Context(), m.NewKey); err == nil {
			page.PreferencesURL = s.ownPath(person.ID, s.language(c))
		} else if errs.KindOf(err) != errs.NotFound {
			return errs.Wrap("site: move", err)
		}
	}
	return s.page(c, http.StatusOK, "move", page)
}
