// Package complaint is how a complaint is carried out: its stages, its register with the actions that were promised (E1-33, E1-34, E1-35), and keeping the complainant
// informed of progress (DPA 2018 s.164A(5)). The rules of its stages are those of package cases.
package complaint

import (
	"context"
	"time"

	"assent/inbox/cases"
	"assent/internal/clock"
)

// Practice is how a case of a complaint is carried out.
type Practice struct{}

// Outcomes implements cases.Practice.
func (Practice) Outcomes(c cases.Case) []cases.Outcome { return cases.Outcomes(cases.Complaint) }

// Reasons implements cases.Practice: what a complaint was decided on is said in words.
func (Practice) Reasons(cases.Case, cases.Outcome) []cases.Reason { return nil }

// Summary is the code of the duty to say in a line what a complaint is about.
const Summary = "summary"

// Duties implements cases.Practice.
func (Practice) Duties(_ context.Context, c cases.Case) ([]cases.Duty, error) {
	return []cases.Duty{{Code: Summary, Words: "Say in a line what it is about, for the register", Done: c.Facts.Brief != ""}}, nil
}

// Entry is a line of the register of complaints.
type Entry struct {
	CaseID       int64
	Reference    string
	ReceivedAt   time.Time
	ProgrammeID  int64
	Complainant  string // name, else address or another way to reach them
	Brief        string
	State        cases.State
	Stage        int // that it reached
	Outcome      cases.Outcome
	First        cases.Outcome // of the first stage, where a later one was reached
	Acknowledged clock.Date
	Answered     clock.Date // when the first outcome was told
	Actions      []cases.Promise
	Compensation bool
	Commissioner clock.Date // since when they have it
	LastWord     time.Time  // when we last wrote to the complainant; zero for never
}

// Open returns the actions that were promised and not kept yet.
func (e Entry) Open() (out []cases.Promise) {
	for _, p := range e.Actions {
		if p.KeptOn.IsZero() {
			out = append(out, p)
		}
	}
	return out
}

// Silence is after how many days without a word the register says that the complainant should hear how it goes on: the law says "keep informed" and no number.
const Silence = 28

// Silent returns for how many days an open complaint has gone without a word to the complainant, 0 while that is not long.
func (e Entry) Silent(now time.Time) int {
	last := e.LastWord
	if last.IsZero() {
		last = e.ReceivedAt
	}
	if days := int(now.Sub(last).Hours() / 24); e.State != cases.Closed && days >= Silence {
		return days
	}
	return 0
}

// EntryOf makes the line of a complaint. parties and messages are those of the case that holds the correspondence.
func EntryOf(c cases.Case, parties []cases.Party, messages []cases.Message) Entry {
	e := Entry{
		CaseID: c.ID, Reference: c.Reference, ReceivedAt: c.ReceivedAt, ProgrammeID: c.ProgrammeID, Brief: c.Facts.Brief, State: c.State, Stage: c.Facts.Reached(),
		Acknowledged: c.Facts.AcknowledgedOn, Answered: c.Facts.AnsweredOn, Actions: c.Facts.Actions(), Compensation: c.Has(cases.FlagCompensation), Commissioner: c.Facts.CommissionerOn,
	}
	if e.Brief == "" {
		e.Brief = c.Subject
	}
	if c.Decision != nil {
		e.Outcome = c.Decision.Outcome
	}
	if len(c.Facts.Stages) > 0 {
		e.First, e.Answered = c.Facts.Stages[0].Decision.Outcome, c.Facts.Stages[0].AnsweredOn
	}
	for _, p := range parties {
		if p.Role != cases.Requester {
			continue
		}
		for _, known := range []string{p.Name, p.Address.String(), p.Contact} {
			if known != "" && e.Complainant == "" {
				e.Complainant = known
			}
		}
	}
	for _, m := range messages {
		if m.Direction == cases.Out && m.At.After(e.LastWord) {
			e.LastWord = m.At
		}
	}
	return e
}
