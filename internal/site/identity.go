package site

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"assent/inbox/cases"
	"assent/internal/audit"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/mailer"
	"assent/templates"
)

// Questions is what is asked, behind a link, at the address on record. *cases.Service does.
type Questions interface {
	Question(ctx context.Context, token string) (cases.Question, error)
	AnswerQuestion(ctx context.Context, token string, yes bool) (cases.Question, error)
}

// identityPage asks, behind a link that was mailed to the address on record, whether its reader asked for what a case is about. It changes nothing, because mail
// scanners follow links.
func (s *site) identityPage(c *gin.Context) error {
	q, err := s.questionOf(c)
	if err != nil {
		return s.foreign(c, err)
	}
	return s.showQuestion(c, q)
}

func (s *site) questionOf(c *gin.Context) (q cases.Question, err error) {
	err = refusedEvenly(c.Request.Context(), beat, func() (err error) {
		q, err = s.Questions.Question(c.Request.Context(), c.Param("token"))
		return err
	})
	return q, err
}

// answerIdentity takes the two buttons.
func (s *site) answerIdentity(c *gin.Context) error {
	if err := pages.ReadForm(c.Request); err != nil {
		return err
	}
	if _, err := s.questionOf(c); err != nil {
		return s.foreign(c, err)
	}
	do := c.Request.PostForm.Get(templates.FieldDo)
	if do != templates.DoOwn && do != templates.DoDisown {
		return errs.E("site: identity", errs.Invalid, "Press one of the buttons on the page.", nil)
	}
	q, err := s.Questions.AnswerQuestion(audit.As(c.Request.Context(), "subscriber"), c.Param("token"), do == templates.DoOwn)
	if err != nil && errs.KindOf(err) == errs.Refused {
		return s.foreign(c, err)
	}
	if err != nil {
		return errs.Wrap("site: identity", err)
	}
	return s.showQuestion(c, q)
}

func (s *site) showQuestion(c *gin.Context, q cases.Question) error {
	s.speak(c, q.Person)
	frame, err := s.frameOf(c, q.Case.ProgrammeID)
	if err != nil {
		return err
	}
	return s.page(c, http.StatusOK, "identity", templates.IdentityPage{
		Public: frame, Action: s.keep(c, "/d/"+c.Param("token")), Reference: q.Case.Reference, MaskedAddress: masked(q.Person),
		Asked: mailer.AskedWords(q.Kinds, s.language(c)), Received: q.Case.ReceivedAt.In(s.Zone), Done: q.Answered(), Denied: q.Denied(),
	})
}
