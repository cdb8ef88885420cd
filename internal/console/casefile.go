package console

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"assent/inbox/cases"
	"assent/inbox/sorting"
	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/clock"
	"assent/internal/errs"
	"assent/templates"
)

// caseFile shows one case: its clocks step by step (H7), the mail as plain text, what happened, and what can be done. Opening it is
// recorded first (H9).
func (s *console) caseFile(c *gin.Context, by auth.Actor) error {
	k, err := s.readCase(c, by)
	if err != nil {
		return err
	}
	return s.showCase(c, by, k, http.StatusOK, "")
}

// readCase returns the case of a path, once its reading is on record.
func (s *console) readCase(c *gin.Context, by auth.Actor) (cases.Case, error) {
	const op = "console: case"
	ctx := c.Request.Context()
	id, err := number(c, "id")
	if err != nil {
		return cases.Case{}, err
	}
	k, err := s.Cases.Case(ctx, id)
	if err != nil {
		return k, errs.Wrap(op, err)
	}
	return k, errs.Wrap(op, s.record(ctx, by, audit.Note{Action: audit.ReadCase, Object: audit.About("case", id), PersonID: k.SubjectID}))
}

// showCase shows the page of a case; problem says why what was asked for was not done.
func (s *console) showCase(c *gin.Context, by auth.Actor, k cases.Case, status int, problem string) error {
	const op = "console: show case"
	ctx := c.Request.Context()
	page := templates.CasePage{
		Console: s.around(by), Row: s.caseRow(k), Problem: problem, Alarm: k.Alarm, Asked: plain(k.Asked), Clocks: s.caseClocks(k), Notes: lawNotes(k.Notes),
		MayWrite: by.May(auth.CasesWrite),
	}
	names, err := s.operatorNames(ctx)
	if err != nil {
		return errs.Wrap(op, err)
	}
	page.Row.Owner = names.operator(k.OwnerID)
	page.Decision, page.Words = s.decisionFacts(k, names)
	for _, part := range []func(context.Context, cases.Case, *templates.CasePage) error{s.caseFacts, s.caseActing, s.caseIdentity, s.caseLinks, s.caseDuties, s.caseCorrespondence, s.caseBelongings} {
		if err := part(ctx, k, &page); err != nil {
			return errs.Wrap(op, err)
		}
	}
	if page.MayWrite {
		if err := s.caseForms(ctx, k, &page); err != nil {
			return errs.Wrap(op, err)
		}
		keepTyped(page.Acts, c.Request.PostForm)
		keepBelongingsTyped(&page, c.Request.PostForm)
	}
	if err := s.caseSection(ctx, by, k, c.Request.PostForm, &page); err != nil {
		return errs.Wrap(op, err)
	}
	return s.page(c, status, "case", page)
}

// caseFacts says what a case is and who belongs to it.
func (s *console) caseFacts(ctx context.Context, k cases.Case, page *templates.CasePage) error {
	page.Facts = []templates.Fact{
		{Name: "Came by", Value: channelOfCase(k.Channel)}, {Name: "Subject", Value: plain(k.Subject)},
		{Name: "Received", Value: s.local(k.ReceivedAt).Format("2 January 2006, 15:04")}, {Name: "Entered", Value: s.local(k.CreatedAt).Format("2 January 2006, 15:04")},
		{Name: "Mailbox", Value: k.Mailbox}, {Name: "Owner", Value: page.Row.Owner}, {Name: "Language", Value: map[string]string{"en": "English", "cy": "Welsh"}[k.Language]},
	}
	if k.ProgrammeID != 0 {
		p, err := s.People.Store.Programme(ctx, k.ProgrammeID)
		if err != nil {
			return err
		}
		page.Facts = append(page.Facts, templates.Fact{Name: "Programme", Value: p.Name})
	}
	page.Facts = append(page.Facts, s.stageFacts(k)...)
	for _, f := range k.Flags {
		if words := flagWords(f); words != "" {
			page.Flags = append(page.Flags, templates.CaseFlag{Flag: f, Words: words})
		}
	}
	page.Facts = withoutEmpty(page.Facts)
	parties, err := s.Cases.CaseParties(ctx, k.ID)
	for _, p := range parties {
		if p.Role == cases.Subject && (k.Kind == cases.Breach || k.Kind == cases.Disclosure) && aboutWhoAsks(parties) {
			continue // whoever reports a breach, or asks for another's data, is not whom it is about
		}
		row := templates.CaseParty{ID: p.ID, Role: partyRole(k.Kind, p.Role), Name: plain(p.Name), Address: p.Address.String(), Contact: plain(p.Contact)}
		if p.SubscriberID != 0 {
			row.URL = personURL(p.SubscriberID)
		}
		page.Parties = append(page.Parties, row)
	}
	return err
}

// caseLinks leads to the parent, the sub-cases and the cases of the same people.
func (s *console) caseLinks(ctx context.Context, k cases.Case, page *templates.CasePage) error {
	add := func(relation string, other cases.Case) {
		page.Links = append(page.Links, templates.CaseLink{Relation: relation, Reference: other.Reference, URL: caseURL(other.ID), State: caseState(other.State)})
	}
	if k.ParentID != 0 {
		parent, err := s.Cases.Case(ctx, k.ParentID)
		if err != nil {
			return err
		}
		add("Part of", parent)
	}
	subs, err := s.Cases.SubCases(ctx, k.ID)
	if err != nil {
		return err
	}
	for _, sub := range subs {
		add(caseKind(string(sub.Kind)), sub)
	}
	links, err := s.Cases.CaseLinks(ctx, k.ID)
	if err != nil {
		return err
	}
	for _, l := range links {
		other, err := s.Cases.Case(ctx, l.EarlierID+l.LaterID-k.ID)
		if err != nil {
			return err
		}
		add(relationWords(l, k.ID), other)
	}
	return nil
}

func (s *console) caseDuties(ctx context.Context, k cases.Case, page *templates.CasePage) error {
	duties, err := s.Casework.Duties(ctx, k)
	for _, d := range duties {
		page.Duties = append(page.Duties, templates.CaseDuty{Words: d.Words, Done: d.Done, URL: d.URL})
	}
	return err
}

// caseClocks lays out every clock of a case with the steps of its working.
func (s *console) caseClocks(k cases.Case) []templates.CaseClock {
	today := clock.DateIn(s.Now(), s.Zone)
	out := make([]templates.CaseClock, 0, len(k.Clocks))
	for _, x := range k.Clocks {
		shown := templates.CaseClock{What: clockWords(x.Name), Rule: ruleWords(x.Rule), State: s.clockState(x, today)}
		shown.Due, shown.Moment = dueDate(x.Due, s.Zone)
		if x.Promise > 0 && x.Promise <= len(k.Facts.Promises) {
			shown.What += ": " + plain(k.Facts.Promises[x.Promise-1].Words)
		}
		for _, step := range x.Steps {
			shown.Steps = append(shown.Steps, templates.ClockStep{What: step.Text, Rule: step.Source})
		}
		out = append(out, shown)
	}
	return out
}

// clockState says how a clock stands today.
func (s *console) clockState(x cases.Clock, today clock.Date) templates.State {
	met, _ := clock.ParseDate(x.MetOn)
	due, err := clock.ParseDate(x.Lead())
	switch {
	case !x.Running() && x.LateOn(today):
		return templates.State{Label: "Done late, on " + met.Long(), Tone: templates.Bad}
	case !x.Running():
		return templates.State{Label: "Done on " + met.Long(), Tone: templates.Good}
	case x.WaitingFor != "":
		return templates.State{Label: "Waits for " + x.WaitingFor, Tone: templates.Wait}
	case err != nil:
		return templates.State{}
	}
	if clock.Name(x.Name) == clock.ExtensionNotice && due.Before(today) {
		return templates.State{Label: "has passed", Tone: templates.Calm} // nobody need be told of an extension: nothing is late
	}
	label, tone := daysLeft(today, due)
	return templates.State{Label: label, Tone: tone}
}

// dueDate reads a day, or a moment, as package clock writes them; zero for none.
func dueDate(iso string, zone *time.Location) (due time.Time, moment bool) {
	if t, err := time.ParseInLocation(time.DateOnly, iso, zone); err == nil {
		return t, false
	}
	t, err := time.Parse(time.RFC3339, iso)
	if err != nil {
		return time.Time{}, false
	}
	return t.In(zone), true
}

func lawNotes(notes []cases.Note) []templates.ClockStep {
	var out []templates.ClockStep
	for _, n := range notes {
		out = append(out, templates.ClockStep{What: n.Text, Rule: n.Source})
	}
	return out
}

func (s *console) decisionFacts(k cases.Case, names actors) ([]templates.Fact, string) {
	d := k.Decision
	if d == nil {
		return nil, ""
	}
	facts := []templates.Fact{{Name: "Outcome", Value: outcomeWords(d.Outcome)}, {Name: "By", Value: operatorWords(d.Actor, names)}, {Name: "Decided by", Value: plain(d.Person)}, {Name: "On", Value: k.Facts.DecidedOn.Long()}}
	for _, r := range d.Reasons {
		facts = append(facts, templates.Fact{Name: "Reason", Value: reasonIn(s.Casework.Reasons(k, d.Outcome), r)})
	}
	facts = append(facts, templates.Fact{Name: "Consulted", Value: plain(d.Consulted)})
	return withoutEmpty(facts), plain(d.Words)
}

// caseTimeline shows what happened, the newest first.
func (s *console) caseTimeline(events []cases.Event, names actors) []templates.Event {
	all := make([]templates.Event, 0, len(events))
	for i := len(events) - 1; i >= 0; i-- {
		e := events[i]
		shown := templates.Event{At: s.local(e.At), What: e.What, By: operatorWords(e.Actor, names), Wording: plain(e.Note), Tone: eventTone(e.Kind)}
		if !e.On.IsZero() && e.On != clock.DateIn(e.At, s.Zone) {
			shown.How = "Happened on " + e.On.Long()
		}
		if d := e.Detail.Decision; d != nil {
			shown.Wording = plain(strings.TrimSpace(d.Words + "\n\n" + e.Note)) // also once a later decision has taken its place
		}
		all = append(all, shown)
	}
	return all
}

// operatorWords names who acted to operators.
func operatorWords(actor string, names actors) string {
	return cmp.Or(names[actor], actorWords(actor))
}

func groundWords(grounds []sorting.Ground) []string {
	var all []string
	for _, g := range grounds {
		all = append(all, fmt.Sprintf("“%s” (%s: %s)", plain(g.Words), g.Where, g.Rule))
	}
	return all
}

// flagWhy returns the words that led to a flag, "" where it came otherwise.
func flagWhy(flag string, grounds []sorting.Ground) string {
	return strings.Join(groundWords(slices.DeleteFunc(slices.Clone(grounds), func(g sorting.Ground) bool { return g.Flag != flag })), "; ")
}

func withoutEmpty(facts []templates.Fact) []templates.Fact {
	out := facts[:0]
	for _, f := range facts {
		if f.Value != "" {
			out = append(out, f)
		}
	}
	return out
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
