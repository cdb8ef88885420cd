package console

import (
	"cmp"
	"net/http"

	"github.com/gin-gonic/gin"

	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/subscriptions"
	"assent/templates"
)

// erasePage shows what keeps a person's data and when it goes by itself, and asks whether to erase or hold it.
func (s *console) erasePage(c *gin.Context, by auth.Actor) error {
	return s.showErase(c, by, http.StatusOK, "")
}

func (s *console) showErase(c *gin.Context, by auth.Actor, status int, problem string) error {
	const op = "console: erase"
	ctx := c.Request.Context()
	id, err := number(c, "id")
	if err != nil {
		return err
	}
	p, err := s.People.Store.Subscriber(ctx, id)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := s.Audit.Record(ctx, audit.Note{Actor: by.String(), Action: audit.ReadPerson, Object: audit.About("subscriber", id)}); err != nil {
		return errs.Wrap(op, err)
	}
	events, err := s.People.Store.EventsByKey(ctx, p.Key)
	if err != nil {
		return errs.Wrap(op, err)
	}
	dates, err := s.Keeping.Schedule.DisposalDates(ctx, events)
	if err != nil {
		return errs.Wrap(op, err)
	}
	holds, err := s.Keeping.Keeper.Store.Holds(ctx, id)
	if err != nil {
		return errs.Wrap(op, err)
	}
	page := templates.ErasePage{
		Console: s.around(by), Action: personURL(id) + "/erase", PersonURL: personURL(id), Address: cmp.Or(p.Address.String(), "Erased person"), Problem: problem,
		Untold: c.Request.PostForm.Get(templates.FieldUntold), Reason: c.Request.PostForm.Get(templates.FieldReason),
	}
	for _, h := range holds {
		page.Holds = append(page.Holds, holdRow(h))
	}
	for _, d := range dates {
		page.Dates = append(page.Dates, templates.DueRow{Rule: d.Rule.Name + ": " + string(d.Rule.Action), Due: d.DueAt})
	}
	for _, g := range subscriptions.Grounds {
		choice := choiceOf(g)
		choice.Chosen = choice.Value == c.Request.PostForm.Get(templates.FieldGround)
		page.Grounds = append(page.Grounds, choice)
	}
	return s.page(c, status, "erase", page)
}

func (s *console) erase(c *gin.Context, by auth.Actor) error {
	id, err := number(c, "id")
	if err != nil {
		return err
	}
	if err := pages.ReadForm(c.Request); err != nil {
		return err
	}
	sent := c.Request.PostForm
	_, err = s.Keeping.Keeper.Erase(c.Request.Context(), subscriptions.ErasureRequest{
		SubscriberID: id, Ground: subscriptions.Ground(sent.Get(templates.FieldGround)), Actor: by.String(), Untold: sent.Get(templates.FieldUntold),
	})
	return s.erased(c, by, "console: erase", err, retentionURL)
}

func (s *console) placeHold(c *gin.Context, by auth.Actor) error {
	id, err := number(c, "id")
	if err != nil {
		return err
	}
	if err := pages.ReadForm(c.Request); err != nil {
		return err
	}
	_, err = s.Keeping.Keeper.PlaceHold(c.Request.Context(), id, by.String(), c.Request.PostForm.Get(templates.FieldReason))
	return s.erased(c, by, "console: place hold", err, personURL(id)+"/erase")
}

// erased leads on, or shows the page again with the problem where there is one.
func (s *console) erased(c *gin.Context, by auth.Actor, op string, err error, to string) error {
	if kind := errs.KindOf(err); err != nil && (kind == errs.Invalid || kind == errs.Refused) {
		return s.showErase(c, by, http.StatusUnprocessableEntity, errs.Message(err))
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	c.Redirect(http.StatusSeeOther, to)
	return nil
}

func choiceOf[T ~string](value T) templates.CaseChoice {
	return templates.CaseChoice{Value: string(value), Label: pages.Sentence(string(value))}
}
