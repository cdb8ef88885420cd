package demo

import (
	"context"
	"fmt"
	"time"

	"assent/internal/address"
	"assent/mailer"
	"assent/subscriptions"
)

// Result is what happened, and whether it is what should have.
type Result struct {
	OK           bool             `json:"ok"`
	Seconds      float64          `json:"seconds"`
	People       int              `json:"people"`
	Asked        int              `json:"asked_to_subscribe"`
	Confirmed    int              `json:"confirmed"`
	Enrolled     int              `json:"enrolled"`
	Campaigns    []CampaignResult `json:"campaigns"`
	NotMailed    []NotMailed      `json:"not_mailed"` // by the second round
	OptOuts      []OptOutResult   `json:"opt_outs"`
	Case         CaseResult       `json:"case"`
	Ledger       int64            `json:"ledger_events"`
	Deliveries   int64            `json:"deliveries_verified"`
	Expectations []Expectation    `json:"expectations"`
}

// NotMailed is somebody whom the second round did not go to, and why.
type NotMailed struct {
	Address   string `json:"address"`
	Programme string `json:"programme"`
	Reason    string `json:"reason"`
}

// Expectation is something that must be so at the end.
type Expectation struct {
	What string `json:"what"`
	Held bool   `json:"held"`
	Was  string `json:"was,omitempty"` // when it did not hold
}

// play plays the story from the first form to the last check.
func (s *stage) play(ctx context.Context) (Result, error) {
	began, people := s.Now(), cast()
	r := Result{People: len(people)}
	asking := those(people, func(p *person) bool { return p.programme != stakeholders })
	confirming := those(asking, func(p *person) bool { return p.confirms })
	enrolled := those(people, func(p *person) bool { return p.programme == stakeholders })
	r.Asked, r.Confirmed, r.Enrolled = len(asking), len(confirming), len(enrolled)
	if err := s.each(ctx, "asking to subscribe", asking, s.ask); err != nil {
		return r, err
	}
	if err := s.each(ctx, "confirming", confirming, s.confirm); err != nil {
		return r, err
	}
	if err := s.each(ctx, "enrolling stakeholders", enrolled, s.enrol); err != nil {
		return r, err
	}
	s.trouble(people)
	first, err := s.mail(ctx, 0)
	if err != nil {
		return r, err
	}
	if err := s.react(ctx, people, &r); err != nil {
		return r, err
	}
	second, err := s.mail(ctx, 1)
	if err != nil {
		return r, err
	}
	r.Campaigns = append(first, second...)
	if err := s.verify(ctx, &r); err != nil {
		return r, err
	}
	if err := s.judge(ctx, people, &r); err != nil {
		return r, err
	}
	r.Seconds = s.Now().Sub(began).Seconds()
	return r, nil
}

// react lets people answer the first round.
func (s *stage) react(ctx context.Context, people []*person, r *Result) error {
	var err error
	for _, p := range those(people, func(p *person) bool { return p.away }) {
		if err := s.holiday(ctx, p); err != nil {
			return err
		}
	}
	if r.OptOuts, err = s.letLeave(ctx, people); err != nil {
		return err
	}
	asker := those(people, func(p *person) bool {
		return p.programme == newsletter && p.confirms && p.leaves == stays && !p.dead && !p.away
	})[0]
	if r.Case, err = s.askForData(ctx, asker); err != nil {
		return err
	}
	for _, p := range those(people, func(p *person) bool { return p.dead }) {
		if err := s.reported(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// reported waits until the report about a vanished mailbox has come back and is noted.
func (s *stage) reported(ctx context.Context, p *person) error {
	for deadline := s.Now().Add(time.Minute); s.Now().Before(deadline); {
		reason, err := s.asked(ctx, p)
		if err != nil || reason != subscriptions.Allowed {
			return err
		}
		if err := wait(ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
	return fmt.Errorf("a minute after a mail bounced its address is still mailed")
}

// verify holds the whole database to its ledger, as 'assent verify' does.
func (s *stage) verify(ctx context.Context, r *Result) (err error) {
	if r.Ledger, err = subscriptions.VerifyLedger(ctx, s.house.DB); err != nil {
		return err
	}
	r.Deliveries, err = mailer.Verify(ctx, s.house.DB, s.house.DB)
	return err
}

// got counts the mails of a subject in somebody's mailbox.
func (s *stage) got(p *person, subject string) int {
	n := 0
	for _, m := range s.world.Inbox(address.Must(p.address)) {
		if parsed, err := parse(m.Raw); err == nil && parsed.Subject == subject {
			n++
		}
	}
	return n
}
