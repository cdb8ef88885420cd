package console

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"assent/internal/auth"
	"assent/internal/errs"
	"assent/mailer"
	"assent/subscriptions"
	"assent/templates"
)

// campaignActs is what an operator may do with a campaign as it stands.
func campaignActs(k mailer.Campaign, by auth.Actor) (a templates.CampaignActs) {
	at := campaignURL(k.ID)
	a.HTMLURL = at + "/mail"
	if by.May(auth.CampaignsWrite) {
		a.TrialURL = at + "/trial"
	}
	if k.State == mailer.Draft && by.May(auth.CampaignsWrite) {
		a.EditURL = at + "/edit"
	}
	if !by.May(auth.CampaignsSend) || k.State == mailer.Finished || k.State == mailer.Cancelled {
		return a
	}
	a.CancelURL = at + "/cancel"
	switch {
	case k.State == mailer.Draft:
		a.ScheduleURL = at + "/schedule"
	case k.Paused:
		a.ResumeURL = at + "/resume"
	default:
		a.PauseURL = at + "/pause"
	}
	return a
}

// actOn pauses a campaign, lets it go on or ends it.
func (s *console) actOn(act func(context.Context, int64) (mailer.Campaign, error)) func(*gin.Context, auth.Actor) error {
	return func(c *gin.Context, _ auth.Actor) error {
		id, err := number(c, "id")
		if err != nil {
			return err
		}
		if _, err := act(c.Request.Context(), id); err != nil {
			return errs.Wrap("console: act on campaign", err)
		}
		c.Redirect(http.StatusSeeOther, campaignURL(id))
		return nil
	}
}

// mailTrial sends a campaign to whoever asks, at the address with which they sign in.
func (s *console) mailTrial(c *gin.Context, by auth.Actor) error {
	const op = "console: mail trial"
	id, err := number(c, "id")
	if err != nil {
		return err
	}
	users, err := s.Accounts.Users(c.Request.Context())
	if err != nil {
		return errs.Wrap(op, err)
	}
	i := slices.IndexFunc(users, func(u auth.User) bool { return u.ID == by.ID })
	if i < 0 {
		return errs.E(op, errs.Forbidden, "Only an operator who is signed in gets a trial.", nil)
	}
	if err := s.Sending.MailTrial(c.Request.Context(), id, users[i].Address); err != nil {
		return errs.Wrap(op, err)
	}
	c.Redirect(http.StatusSeeOther, campaignURL(id)+"?trial=sent")
	return nil
}

// schedulePage asks when a draft is to go out: whoever answers approves it as it is.
func (s *console) schedulePage(c *gin.Context, by auth.Actor) error {
	f, err := s.draftOf(c)
	if err != nil {
		return errs.Wrap("console: schedule", err)
	}
	return s.scheduleForm(c, by, f, nil)
}

func (s *console) scheduleForm(c *gin.Context, by auth.Actor, f draftForm, problem error) error {
	look, err := s.Targets.Look(c.Request.Context(), f.saved.ID)
	lead := ""
	switch {
	case err != nil && !correctable(err):
		return errs.Wrap("console: schedule", err)
	case err != nil:
		lead = errs.Message(err)
	default:
		lead = audienceWords(look)
	}
	return s.form(c, by, templates.FormPage{
		Over: templates.Link{URL: campaignURL(f.saved.ID), Label: f.saved.Name}, Title: "Approve and send “" + f.saved.Name + "”",
		Lead:   lead + " What you approve is what is sent: its words and its audience are fixed from here. Whoever leaves until then is not mailed, and whoever joins is.",
		Action: campaignURL(f.saved.ID) + "/schedule", Button: "Approve and send",
		Lines: []templates.FormLine{
			f.v.of("datetime-local", templates.FieldAt, "When to begin, in "+f.saved.TimeZone, "Leave it empty to begin now"),
		},
	}, problem)
}

func audienceWords(l mailer.Look) string {
	if l.Funnel.Below != 0 {
		return "Fewer than " + strconv.FormatInt(l.Funnel.Below, 10) + " people would get it now."
	}
	return strconv.FormatInt(l.Funnel.Eligible, 10) + " of the " + strconv.FormatInt(l.Funnel.InLists, 10) + " people on its lists would get it now."
}

// schedule approves a draft and sets its time.
func (s *console) schedule(c *gin.Context, by auth.Actor) error {
	const op = "console: schedule"
	v, err := typedIn(c)
	if err != nil {
		return err
	}
	f, err := s.draftOf(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	f.v = v
	var at time.Time
	if local := v.get(templates.FieldAt); local != "" {
		at, err = mailer.LocalTime(local, f.saved.TimeZone)
	}
	if err == nil {
		_, err = s.Sending.Schedule(c.Request.Context(), f.saved.ID, at, by.String())
	}
	if err != nil {
		return s.scheduleForm(c, by, f, errs.Wrap(op, err))
	}
	c.Redirect(http.StatusSeeOther, campaignURL(f.saved.ID))
	return nil
}

// campaignMail shows a campaign's HTML part as somebody would get it of whom nothing is known. It is shut off from the console: no script runs, nothing is
// loaded and no link is signed.
func (s *console) campaignMail(c *gin.Context, _ auth.Actor) error {
	const op = "console: campaign as mail"
	f, err := s.draftOf(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	m, err := s.Sending.Preview(c.Request.Context(), f.saved, subscriptions.Subscriber{})
	if err != nil {
		return errs.Wrap(op, err)
	}
	c.Header("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; frame-ancestors 'none'")
	c.Data(http.StatusOK, "text/html; charset=utf-8", []byte(m.HTML))
	return nil
}
