package site

import (
	"context"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"assent/internal/address"
	"assent/internal/audit"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/subscriptions"
	"assent/templates"
)

// Telling takes the answers of those who were given personal data (Article 19). *telling.Service does.
type Telling interface {
	Pending(ctx context.Context, tok string) (subscriptions.RecipientNotice, error)
	Answer(ctx context.Context, tok string, a subscriptions.RecipientAnswer, words string) (subscriptions.RecipientNotice, error)
}

// recipientPage asks a recipient of data what became of it there. It changes nothing, because mail scanners follow links.
func (s *site) recipientPage(c *gin.Context) error {
	n, err := s.pendingNotice(c)
	if err != nil {
		return s.foreign(c, err)
	}
	return s.showNotice(c, http.StatusOK, n, templates.RecipientAnswerPage{})
}

func (s *site) pendingNotice(c *gin.Context) (n subscriptions.RecipientNotice, err error) {
	err = refusedEvenly(c.Request.Context(), beat, func() (err error) {
		n, err = s.Telling.Pending(c.Request.Context(), c.Param("token"))
		return err
	})
	return n, err
}

// answerNotice takes the answer. The first one stands.
func (s *site) answerNotice(c *gin.Context) error {
	if err := pages.ReadForm(c.Request); err != nil {
		return err
	}
	n, err := s.pendingNotice(c)
	if err != nil {
		return s.foreign(c, err)
	}
	form := c.Request.PostForm
	page := templates.RecipientAnswerPage{Chosen: form.Get(templates.FieldAnswered), Words: strings.TrimSpace(form.Get(templates.FieldWords))}
	ctx := audit.As(c.Request.Context(), subscriptions.ByRecipient)
	answered, err := s.Telling.Answer(ctx, c.Param("token"), subscriptions.RecipientAnswer(page.Chosen), page.Words)
	switch kind := errs.KindOf(err); {
	case err == nil:
		return s.showNotice(c, http.StatusOK, answered, page)
	case kind == errs.Invalid:
		page.Problem = true
		return s.showNotice(c, http.StatusUnprocessableEntity, n, page)
	case kind == errs.Conflict: // it was answered before: that stands
		return s.showNotice(c, http.StatusOK, n, page)
	}
	return errs.Wrap("site: answer of a recipient", err)
}

// showNotice shows whom a notice is about, masked, and the answers; or what was answered.
func (s *site) showNotice(c *gin.Context, status int, n subscriptions.RecipientNotice, page templates.RecipientAnswerPage) error {
	frame, err := s.frameOf(c, n.ProgrammeID)
	if err != nil {
		return err
	}
	page.Public, page.Action, page.Recipient, page.Change = frame, s.keep(c, "/a/"+c.Param("token")), n.Name, string(n.Change)
	page.Void, page.Answered = n.State == subscriptions.NoticeSuperseded, string(n.Answer)
	for _, p := range n.Whom {
		if a, err := address.Parse(p.Address); err == nil {
			page.People = append(page.People, a.Masked())
		}
	}
	return s.page(c, status, "recipient-answer", page)
}
