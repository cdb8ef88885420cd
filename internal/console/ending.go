package console

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/subscriptions"
	"assent/templates"
)

// endPage says what it would mean to end a programme, and asks for when (E3-09).
func (s *console) endPage(c *gin.Context, by auth.Actor) error {
	return s.showEnd(c, by, http.StatusOK, "")
}

func (s *console) showEnd(c *gin.Context, by auth.Actor, status int, problem string) error {
	const op = "console: end programme"
	ctx := c.Request.Context()
	id, err := number(c, "id")
	if err != nil {
		return err
	}
	p, err := s.People.Store.Programme(ctx, id)
	if err != nil {
		return errs.Wrap(op, err)
	}
	lists, err := s.People.Store.Lists(ctx)
	if err != nil {
		return errs.Wrap(op, err)
	}
	people, _, err := s.figures.readMembers(ctx)
	if err != nil {
		return errs.Wrap(op, err)
	}
	page := templates.EndProgrammePage{
		Console: s.around(by), Action: endURL(p), Name: p.Name, Ended: p.Ended(s.Now()), Zone: p.TimeZone, Problem: problem,
		At: c.Request.PostForm.Get(templates.FieldAt),
	}
	if !p.EndsAt.IsZero() {
		page.EndsAt = p.EndsAt.In(p.Zone())
	}
	for _, l := range lists {
		if l.ProgrammeID == p.ID {
			page.Lists = append(page.Lists, l.Name)
			page.People += int(people.mailable(l.ID))
		}
	}
	return s.page(c, status, "end-programme", page)
}

func endURL(p subscriptions.Programme) string {
	return pages.Desk + "/programmes/" + strconv.FormatInt(p.ID, 10) + "/end"
}

// end ends a programme, now or at the time that was typed.
func (s *console) end(c *gin.Context, by auth.Actor) error {
	if err := pages.ReadForm(c.Request); err != nil {
		return err
	}
	ctx := c.Request.Context()
	id, err := number(c, "id")
	if err != nil {
		return err
	}
	p, err := s.People.Store.Programme(ctx, id)
	if err != nil {
		return errs.Wrap("console: end programme", err)
	}
	var at time.Time
	if typed := strings.TrimSpace(c.Request.PostForm.Get(templates.FieldAt)); typed != "" {
		if at, err = time.ParseInLocation("2006-01-02T15:04", typed, p.Zone()); err != nil {
			return s.showEnd(c, by, http.StatusUnprocessableEntity, "The time must look like 2027-12-31T23:59.")
		}
	}
	_, err = s.Editor.EndProgramme(ctx, id, at)
	switch errs.KindOf(err) {
	case errs.Invalid, errs.Conflict, errs.Refused:
		if err != nil {
			return s.showEnd(c, by, http.StatusUnprocessableEntity, errs.Message(err))
		}
	}
	if err != nil {
		return errs.Wrap("console: end programme", err)
	}
	c.Redirect(http.StatusSeeOther, endURL(p))
	return nil
}

// ending is how a programme's end is shown: one that has come stands out until its data is gone (E3-09: a date long past in a notice still in use).
func (s *console) ending(p subscriptions.Programme) templates.State {
	switch {
	case p.EndsAt.IsZero():
		return templates.State{}
	case p.Ended(s.Now()):
		return templates.State{Label: "Ended on " + p.EndsAt.In(p.Zone()).Format("2 January 2006"), Tone: templates.Alert}
	case p.EndsAt.Sub(s.Now()) < soonEnds:
		return templates.State{Label: "Ends on " + p.EndsAt.In(p.Zone()).Format("2 January 2006"), Tone: templates.Wait}
	}
	return templates.State{Label: "Ends on " + p.EndsAt.In(p.Zone()).Format("2 January 2006")}
}

// soonEnds is how long ahead an end is pointed out.
const soonEnds = 30 * 24 * time.Hour
