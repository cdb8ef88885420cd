package site

import (
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"assent/inbox"
	"assent/inbox/cases"
	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/clock"
	"assent/internal/errs"
	"assent/templates"
)

// caseFile shows one case: its clocks step by step (H7), the mail as plain text, and what happened. Opening it is
// recorded first (H9).
func (s *site) caseFile(c *gin.Context, by auth.Actor) error {
	const op = "site: case"
	ctx := c.Request.Context()
	id, err := number(c, "id")
	if err != nil {
		return err
	}
	k, err := s.Cases.Case(ctx, id)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := s.record(ctx, by, audit.Note{Action: audit.ReadCase, Object: audit.About("case", id), PersonID: k.SubjectID}); err != nil {
		return errs.Wrap(op, err)
	}
	events, err := s.Cases.CaseEvents(ctx, id)
	if err != nil {
		return errs.Wrap(op, err)
	}
	page := templates.CasePage{Console: s.around(by), Row: s.caseRow(k), Clock: clockSteps(k.Clocks, s.Zone), Timeline: s.caseTimeline(events)}
	kept, err := s.Cases.Kept(ctx, k.InboundID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if len(kept) > 0 {
		page.Grounds = groundWords(kept[0].Grounds)
		if page.Mail, err = s.receivedMail(ctx, kept[0]); err != nil {
			return errs.Wrap(op, err)
		}
	}
	return s.page(c, http.StatusOK, "case", page)
}

// clockSteps lays out every clock of a case: the steps of its working, then what is due when. A step that an earlier clock
// has taken is not told again.
func clockSteps(clocks []cases.Clock, zone *time.Location) []templates.ClockStep {
	var all []templates.ClockStep
	told := map[clock.Step]bool{}
	for _, k := range clocks {
		for _, step := range k.Steps {
			if !told[step] {
				all = append(all, templates.ClockStep{What: step.Text, Rule: step.Source})
			}
			told[step] = true
		}
		if target := dueDate(k.Target, zone); !target.IsZero() {
			all = append(all, templates.ClockStep{What: "Work to this day, because the law leaves a doubt", Date: target})
		}
		due := templates.ClockStep{What: clockWords(k.Name), Date: dueDate(k.Due, zone), Rule: ruleWords(k.Rule), Due: true}
		if k.WaitingFor != "" {
			due.What += ": the clock waits for " + k.WaitingFor
		}
		all = append(all, due)
	}
	return all
}

// dueDate reads a day, or the day of a moment, as package clock writes them; zero for none.
func dueDate(iso string, zone *time.Location) time.Time {
	if t, err := time.ParseInLocation(time.DateOnly, iso, zone); err == nil {
		return t
	}
	t, err := time.Parse(time.RFC3339, iso)
	if err != nil {
		return time.Time{}
	}
	return t.In(zone)
}

func groundWords(grounds []inbox.Ground) []string {
	var all []string
	for _, g := range grounds {
		all = append(all, fmt.Sprintf("“%s” (%s: %s)", plain(g.Words), g.Where, g.Rule))
	}
	return all
}

func (s *site) caseTimeline(events []cases.Event) []templates.Event {
	all := make([]templates.Event, 0, len(events))
	for _, e := range events {
		all = append(all, templates.Event{At: s.local(e.At), What: e.What, By: actorWords(e.Actor)})
	}
	return all
}
