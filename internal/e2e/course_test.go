package e2e

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/assembly"
	"assent/internal/errs"
	"assent/mailer"
)

// slow prepares a house whose campaigns last long enough for something to happen in their midst.
func slow(t *testing.T, databaseURL string) *scene {
	t.Helper()
	s := prepare(t, databaseURL)
	s.change = func(p *assembly.Plan) { p.Pace.Window, p.Pace.Connections = crashWindow, 4 }
	s.house = s.openSlow(databaseURL)
	return s
}

func (s *scene) openSlow(databaseURL string) *assembly.House {
	s.t.Helper()
	h := s.open(databaseURL)
	h.Mailer.Transport = slowly{h.Pool, 20 * time.Millisecond}
	return h
}

// still waits until the number of messages taken stays the same, and returns it.
func (s *scene) still() int {
	s.t.Helper()
	n, since := -1, time.Now()
	s.eventually("nothing more is sent", func() bool {
		if now := s.world.Counts().Accepted; now != n {
			n, since = now, time.Now()
		}
		return time.Since(since) > 500*time.Millisecond
	})
	return n
}

func TestACampaignThatIsPausedStopsAndGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := slow(t, databaseURL)
		s.run(s.house)
		const people = 400
		crowd(t, s.house.DB, s.list, people)
		campaign := s.draft("March")
		s.schedule(campaign)
		for round := range 2 {
			s.accepted((round + 1) * 100)
			_, err := s.house.Mailer.Pause(t.Context(), campaign)
			s.check(err)
			atPause := s.world.Counts().Accepted
			if n := s.still(); n >= people || n > atPause+2*crashWindow {
				t.Errorf("it was paused at %d, and %d were sent", atPause, n)
			}
			_, err = s.house.Mailer.Resume(t.Context(), campaign)
			s.check(err)
		}
		s.finished(campaign)
		s.tally(campaign, people, 0)
		s.verify()
	})
}

func TestACampaignThatIsCancelledMailsNobodyElse(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := slow(t, databaseURL)
		s.run(s.house)
		const people = 400
		crowd(t, s.house.DB, s.list, people)
		campaign := s.draft("March")
		s.schedule(campaign)
		s.accepted(100)
		_, err := s.house.Mailer.Cancel(t.Context(), campaign)
		s.check(err)
		n := s.still()
		c, err := s.house.DB.Campaign(t.Context(), campaign)
		s.check(err)
		counts, _, err := s.house.Mailer.Progress(t.Context(), campaign)
		s.check(err)
		if n >= people || c.State != mailer.Cancelled || counts.Sent != int64(n) || counts.Uncertain != 0 || counts.Sent+counts.Waiting != people {
			t.Errorf("the campaign is %q, the other side took %d messages, and the account is %+v", c.State, n, counts)
		}
		for what, act := range map[string]func() error{
			"resumed":   func() error { _, err := s.house.Mailer.Resume(t.Context(), campaign); return err },
			"paused":    func() error { _, err := s.house.Mailer.Pause(t.Context(), campaign); return err },
			"cancelled": func() error { _, err := s.house.Mailer.Cancel(t.Context(), campaign); return err },
			"scheduled": func() error {
				_, err := s.house.Mailer.Schedule(t.Context(), campaign, time.Time{}, "user:1")
				return err
			},
		} {
			if err := act(); errs.KindOf(err) != errs.Conflict {
				t.Errorf("a campaign that is cancelled was %s: %v", what, err)
			}
		}
		s.verify()
	})
}

func TestACampaignBeginsWhenItIsDueAndNotBefore(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := stage(t, databaseURL)
		s.enrol("ann@example.org")
		campaign := s.draft("March")
		due := time.Now().Add(3 * time.Second)
		_, err := s.house.Mailer.Schedule(t.Context(), campaign, due, "user:1")
		s.check(err)
		s.finished(campaign)
		d, err := s.house.DB.Delivery(t.Context(), campaign, s.person("ann@example.org"))
		s.check(err)
		late := d.StartedAt.Sub(due)
		t.Logf("its message started %v after it was due", late)
		if late < -time.Millisecond { // times are kept to the millisecond
			t.Errorf("its message started %v early", -late)
		}
	})
}

// Who leaves between approval and the hour of sending is not mailed, and who joins is.
func TestAnAudienceIsThatOfTheHourOfSending(t *testing.T) {
	t.Parallel()
	s := stage(t, sqliteURL(t))
	s.enrol("ann@example.org")
	campaign := s.draft("March")
	_, err := s.house.Mailer.Schedule(t.Context(), campaign, time.Now().Add(2*time.Second), "user:1")
	s.check(err)
	s.write("ann@example.org", "contact@"+harbour, "Unsubscribe me", "")
	s.enrol("bob@example.org")
	s.finished(campaign)
	s.newsletter("bob@example.org", "March")
	for _, m := range s.world.Inbox(address.Must("ann@example.org")) {
		if strings.Contains(string(m.Raw), "Subject: March") {
			t.Error("ann, who had left, was mailed")
		}
	}
}

func TestCampaignsAtOneTimeAreKeptApart(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := slow(t, databaseURL)
		s.run(s.house)
		const people = 150
		crowd(t, s.house.DB, s.list, people)
		var all []int64
		for _, name := range []string{"March", "April", "May"} {
			id := s.draft(name)
			s.schedule(id)
			all = append(all, id)
		}
		for _, id := range all {
			s.finished(id)
			n, _, err := s.house.Mailer.Progress(t.Context(), id)
			s.check(err)
			if n.Sent != people {
				t.Errorf("campaign %d: %+v", id, n)
			}
		}
		c := s.world.Counts()
		if c.Accepted != len(all)*people || len(c.Doubles) != 0 {
			t.Errorf("the other side took %d messages, %d of them twice", c.Accepted, len(c.Doubles))
		}
		s.verify()
	})
}

// A process that is told to end begins no further chunk, and lets those that it has begun come to their end. The next process sends the rest.
func TestAShutDownLeavesNobodyUncertain(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := prepare(t, databaseURL)
		s.house = s.openSlow(databaseURL)
		const people = 1300 // three chunks, of which two run at a time
		crowd(t, s.house.DB, s.list, people)
		campaign := s.draft("March")
		shutDown := s.start(s.house, s.house.Relay, s.house.Work)
		t.Cleanup(shutDown)
		s.schedule(campaign)
		s.accepted(50)
		shutDown()
		s.house = s.open(databaseURL)
		n, _, err := s.house.Mailer.Progress(t.Context(), campaign)
		s.check(err)
		if n.Uncertain != 0 || n.Sent != int64(s.world.Counts().Accepted) || n.Sent == people {
			t.Errorf("after the shutdown the account is %+v, and the other side took %d messages", n, s.world.Counts().Accepted)
		}
		s.run(s.house)
		s.finished(campaign)
		s.tally(campaign, people, 0)
		s.verify()
	})
}

// When the time for a shutdown is up, a chunk stops before its next message, and loses the account of none.
func TestAChunkThatIsToldToStopLeavesNobodyUncertain(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := slow(t, databaseURL)
		t.Cleanup(func() { s.check(s.house.Close(context.Background())) })
		const people = 200
		crowd(t, s.house.DB, s.list, people)
		campaign := s.draft("March")
		s.schedule(campaign)
		s.check(s.house.Mailer.HandlePlan(t.Context(), mailer.Plan{CampaignID: campaign}))
		const chunk = 1 // the first of an empty database
		for stop := range 3 {
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() {
				ended <- s.house.Mailer.HandleChunk(ctx, mailer.SendChunk{ChunkID: chunk}, fmt.Sprintf("worker:%d", stop))
			}()
			s.accepted(s.world.Counts().Accepted + 20)
			cancel()
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Errorf("the chunk ended with %v", err)
			}
			n, _, err := s.house.Mailer.Progress(t.Context(), campaign)
			s.check(err)
			if n.Uncertain != 0 || n.Sent != int64(s.world.Counts().Accepted) || n.Sent == people {
				t.Errorf("the account is %+v, and the other side took %d messages", n, s.world.Counts().Accepted)
			}
		}
		s.check(s.house.Mailer.HandleChunk(t.Context(), mailer.SendChunk{ChunkID: chunk}, "worker:last"))
		s.tally(campaign, people, 0)
		s.verify()
	})
}
