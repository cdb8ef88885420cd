package inbox

import (
	"time"

	"assent/internal/clock"
)

// CaseState is where a case is on its way.
type CaseState string

const (
	CaseOpen   CaseState = "open"
	CaseClosed CaseState = "closed"
)

// Correspondence is the kind of a case that is no request about rights: a message that a person must read.
const Correspondence = "correspondence"

// Case is work for a person, with its clocks.
type Case struct {
	ID           int64
	Reference    string   // such as "DP-2026-0012"
	Kind         string   // the right with the nearest clock, "breach", or Correspondence
	Labels       []string // every right that was recognised
	State        CaseState
	ProgrammeID  int64
	Mailbox      string
	InboundID    int64
	SubscriberID int64 // 0 when the sender is not on record
	From         string
	Subject      string
	ReceivedAt   time.Time
	DueOn        string // UK date, ISO; "" without a clock
	Division     string
	Clocks       []CaseClock // the nearest first
	CreatedAt    time.Time
	ClosedAt     time.Time
}

// CaseEvent is one line of a case's timeline.
type CaseEvent struct {
	ID     int64
	CaseID int64
	At     time.Time
	Actor  string
	What   string
}

// CaseClock is one time limit of a case as it was computed, with every step of its working (H7). Dates are UK dates in ISO form; a limit in
// hours has its moment in RFC 3339 form.
type CaseClock struct {
	Name       string       `json:"name"` // as package clock names them: "answer", "acknowledge", …
	Starts     string       `json:"starts"`
	Due        string       `json:"due"` // "" while it waits
	Target     string       `json:"target"`
	WaitingFor string       `json:"waiting_for"`
	Rule       string       `json:"rule"`
	Calendar   string       `json:"calendar"` // hash of the bank-holiday table
	Steps      []clock.Step `json:"steps"`
}

// openCase makes a case of a message, with the clocks of every right it asks for. labels without any known
// right make correspondence, which has no statutory clock.
func openCase(r *clock.Reckoner, m Kept, box Mailbox, division string, labels []string) (Case, error) {
	c := Case{
		Kind: Correspondence, Labels: labels, State: CaseOpen, ProgrammeID: box.ProgrammeID, Mailbox: m.Mailbox, InboundID: m.ID,
		From: m.From, Subject: m.Subject, ReceivedAt: m.ReceivedAt, Division: division,
	}
	var clocks []clock.Clock
	for _, label := range labels {
		kind, err := clock.ParseKind(label)
		if err != nil {
			continue
		}
		reckoning, err := r.Reckon(clock.Input{Kind: kind, Received: m.ReceivedAt, Division: clock.Division(division)})
		if err != nil {
			return c, err
		}
		if c.Kind == Correspondence {
			c.Kind = label
		}
		clocks = append(clocks, reckoning.Clocks...)
	}
	clock.Sort(clocks)
	c.Clocks, c.DueOn = caseClocks(clocks), dueOn(clocks)
	return c, nil
}

// dueOn is the day by which the person must hear from us: the nearest answer, else the nearest clock of all.
func dueOn(clocks []clock.Clock) string {
	for _, k := range clocks {
		if k.Name == clock.Answer && !k.Due.IsZero() {
			return k.Due.Day.String()
		}
	}
	if len(clocks) > 0 {
		return clocks[0].Due.Day.String()
	}
	return ""
}

func caseClocks(clocks []clock.Clock) []CaseClock {
	out := make([]CaseClock, len(clocks))
	for i, k := range clocks {
		out[i] = CaseClock{
			Name: string(k.Name), Starts: k.Starts.String(), Due: k.Due.String(), Target: k.Target.String(),
			WaitingFor: k.WaitingFor, Rule: string(k.Rule), Calendar: k.Calendar, Steps: k.Steps,
		}
	}
	return out
}
