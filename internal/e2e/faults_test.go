package e2e

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/assembly"
	"assent/internal/mailworld"
	"assent/mailer"
)

// behind opens a house whose mail goes through a relay with faults.
func behind(t *testing.T, databaseURL string, fault func(step string) string) (*scene, *relay) {
	t.Helper()
	s := prepare(t, databaseURL)
	r := newRelay(t, s.world.SMTPAddr(), fault)
	s.smtpURL = "smtp://" + r.addr
	s.change = func(p *assembly.Plan) { p.Pace.Window, p.Pace.Connections = crashWindow, 4 }
	s.house = s.open(databaseURL)
	s.run(s.house)
	return s, r
}

// first has a fault the first n times that a step comes up.
func first(n int64, step, fault string) func(string) string {
	var seen atomic.Int64
	return func(at string) string {
		if at == step && seen.Add(1) <= n {
			return fault
		}
		return ""
	}
}

// A relay that hangs up before the message has left has none of it: the message is sent again. One that hangs up later may have it: the message
// is uncertain, and not sent again. A short message has left as a whole before a hang-up in its midst is heard of.
func TestARelayThatHangsUpAtAnyStepLosesNothingAndDoublesNothing(t *testing.T) {
	t.Parallel()
	const people = 40
	for _, tt := range []struct {
		name, step string
		cuts       int64
		uncertain  int64
	}{
		{"at its greeting", atGreeting, 2, 0},
		{"at EHLO", "EHLO", 2, 0},
		{"at MAIL", "MAIL", 3, 0},
		{"at RCPT", "RCPT", 3, 0},
		{"at DATA", "DATA", 3, 0},
		{"in the midst of the body", inBody, 3, 3},
		{"before the final dot", beforeDot, 3, 3},
		{"before its answer to the final dot", afterDot, 3, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _ := behind(t, sqliteURL(t), first(tt.cuts, tt.step, cut))
			crowd(t, s.house.DB, s.list, people)
			campaign := s.campaign("March")
			n, _, err := s.house.Mailer.Progress(t.Context(), campaign.ID)
			s.check(err)
			if n.Sent != people-tt.uncertain || n.Uncertain != tt.uncertain || n.Failed != 0 {
				t.Errorf("of %d people: %+v, want %d uncertain and all others sent", people, n, tt.uncertain)
			}
			s.tally(campaign.ID, people, int(tt.uncertain))
			s.verify()
		})
	}
}

// A 4xx is about now: the message is tried again. A 5xx is about the message, which fails. A 421, and a 5xx about how we are connected, is
// about neither (RFC 5321 sections 3.8 and 4.2.2).
func TestAnAnswerAtAnyStepIsTakenForWhatItSays(t *testing.T) {
	t.Parallel()
	const people, times = 40, 3
	for _, tt := range []struct {
		step, answer string
		failed       int64
	}{
		{"MAIL", "451 4.3.0 Try again later", 0},
		{"MAIL", "421 4.3.2 Going away", 0},
		{"MAIL", "530 5.7.0 Sign in first", 0},
		{"MAIL", "550 5.7.1 Not from you", times},
		{"RCPT", "452 4.5.3 Too many", 0},
		{"RCPT", "553 5.1.3 Not so", times},
		{"DATA", "451 4.3.0 Try again later", 0},
		{"DATA", "554 5.5.1 No", times},
		{beforeDot, "451 4.7.1 Greylisted", 0},
		{beforeDot, "421 4.3.2 Going away", 0},
		{beforeDot, "554 5.7.1 Looks like spam", times},
	} {
		t.Run(tt.answer[:3]+" at "+tt.step, func(t *testing.T) {
			t.Parallel()
			s, _ := behind(t, sqliteURL(t), first(times, tt.step, tt.answer))
			crowd(t, s.house.DB, s.list, people)
			campaign := s.campaign("March")
			n, _, err := s.house.Mailer.Progress(t.Context(), campaign.ID)
			s.check(err)
			seen := s.world.Counts()
			if n.Sent != people-tt.failed || n.Failed != tt.failed || n.Uncertain != 0 || int64(seen.Accepted) != n.Sent || len(seen.Doubles) != 0 {
				t.Errorf("of %d people: %+v, want %d failed; the other side took %d messages, %d of them twice", people, n, tt.failed, seen.Accepted, len(seen.Doubles))
			}
			s.verify()
		})
	}
}

func TestARelayThatIsDownAtTheStartDelaysACampaignAndLosesNothing(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s, r := behind(t, databaseURL, nil)
		r.down()
		const people = 60
		crowd(t, s.house.DB, s.list, people)
		campaign := s.draft("March")
		s.schedule(campaign)
		s.eventually("the campaign is on its way", func() bool {
			c, err := s.house.DB.Campaign(t.Context(), campaign)
			s.check(err)
			return c.State == mailer.Sending
		})
		time.Sleep(200 * time.Millisecond) // a worker finds that nobody listens
		r.up()
		s.finished(campaign)
		s.tally(campaign, people, 0)
		s.verify()
	})
}

func TestARelayThatDiesInTheMidstOfACampaignLosesNothingAndDoublesNothing(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s, r := behind(t, databaseURL, nil)
		const people, deaths, connections = 500, 2, 4 * 2 // of two chunks at a time
		crowd(t, s.house.DB, s.list, people)
		campaign := s.draft("March")
		s.schedule(campaign)
		for death := range deaths {
			s.accepted((death + 1) * people / (deaths + 2))
			r.down()
			r.up()
		}
		s.finished(campaign)
		s.tally(campaign, people, deaths*connections)
		s.verify()
	})
}

// Whoever is put off is tried again; whoever is refused is not; everybody else gets their message once.
func TestARelayThatRefusesSomePeopleHoldsUpNobodyElse(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := stage(t, databaseURL)
		const people = 30
		ids := crowd(t, s.house.DB, s.list, people)
		behave := func(i int, b mailworld.Behaviour) {
			s.world.Behave(address.Must(fmt.Sprintf("person-%05d@example.org", i)), b)
		}
		behave(3, mailworld.Behaviour{Conduct: mailworld.Greylist, Times: 1})
		behave(4, mailworld.Behaviour{Conduct: mailworld.Greylist, Times: 2})
		behave(5, mailworld.Behaviour{Conduct: mailworld.Greylist, Times: 1000})
		behave(6, mailworld.Behaviour{Conduct: mailworld.Unknown})
		behave(7, mailworld.Behaviour{Conduct: mailworld.OverQuota})
		campaign := s.campaign("March")
		for _, tt := range []struct {
			name  string
			who   int
			state mailer.DeliveryState
			code  int
		}{
			{"somebody whom nothing is the matter with", 2, mailer.Sent, 250},
			{"somebody put off once", 3, mailer.Sent, 250},
			{"somebody put off twice", 4, mailer.Sent, 250},
			{"somebody put off for ever", 5, mailer.Failed, 451},
			{"somebody who does not exist", 6, mailer.Failed, 550},
			{"somebody whose mailbox is full", 7, mailer.Failed, 552},
		} {
			d, err := s.house.DB.Delivery(t.Context(), campaign.ID, ids[tt.who])
			if err != nil || d.State != tt.state || d.Code != tt.code {
				t.Errorf("%s: %q with %d %s, %v; want %q with %d", tt.name, d.State, d.Code, d.Reply, err, tt.state, tt.code)
			}
		}
		n, _, err := s.house.Mailer.Progress(t.Context(), campaign.ID)
		s.check(err)
		if n.Sent != people-3 || n.Failed != 3 || n.Waiting != 0 || n.Deferred != 0 {
			t.Errorf("of %d people: %+v", people, n)
		}
		if c := s.world.Counts(); c.Accepted != people-3 || len(c.Doubles) != 0 {
			t.Errorf("the other side took %d messages, %d twice", c.Accepted, len(c.Doubles))
		}
		s.verify()
	})
}

// A relay that refuses everybody is at fault, and not they: the campaign waits for somebody to look, and then mails everybody.
func TestARelayThatRefusesEverybodyPausesTheCampaign(t *testing.T) {
	t.Parallel()
	s := stage(t, sqliteURL(t))
	const people = 80
	crowd(t, s.house.DB, s.list, people)
	all := func(c mailworld.Conduct) {
		for i := range people {
			s.world.Behave(address.Must(fmt.Sprintf("person-%05d@example.org", i)), mailworld.Behaviour{Conduct: c})
		}
	}
	all(mailworld.Unknown)
	campaign := s.draft("March")
	s.schedule(campaign)
	var c mailer.Campaign
	s.eventually("the campaign is paused", func() bool {
		var err error
		c, err = s.house.DB.Campaign(t.Context(), campaign)
		s.check(err)
		return c.Paused
	})
	if !strings.Contains(c.Trouble, "550") || !strings.HasSuffix(c.Trouble, ".") {
		t.Errorf("it says why: %q", c.Trouble)
	}
	all(mailworld.Accept)
	_, err := s.house.Mailer.Resume(t.Context(), campaign)
	s.check(err)
	s.finished(campaign)
	s.tally(campaign, people, 0)
	s.verify()
}
