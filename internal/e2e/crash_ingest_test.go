package e2e

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"testing"
	"time"

	"assent/inbox"
	"assent/inbox/cases"
	"assent/internal/address"
	"assent/internal/assembly"
	"assent/internal/config"
	"assent/internal/mailworld"
	"assent/internal/store/storetest"
	"assent/mailer"
	"assent/queue"
)

// A process that takes mail in is killed, again and again, at whatever it is doing, and Redis is emptied. Every message has one disposition in the end, whoever
// opted out left once, each request is one case, and nobody is answered twice (H2, H6).
func TestAProcessKilledWhileItTakesMailInLosesNothingAndDoubleNothing(t *testing.T) {
	t.Parallel()
	redisURL, broker := ownRedis(t, 6)
	database := storetest.PostgresURL(t)
	world, err := mailworld.Start(context.Background(), mailworld.Config{Now: time.Now, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(world.Close)
	s := &scene{t: t, mail: world, world: world, password: password, domain: harbour}
	s.furnish(database)
	s.boxes = []config.Mailbox{s.box("contact", "harbour", config.Contact)}
	c := &crew{t: t, running: map[string]*exec.Cmd{}, settings: workerSettings{
		Database: database, Redis: redisURL, SMTP: "smtp://" + world.SMTPAddr(), Contact: s.boxes[0].URL.Reveal(),
	}}
	defer c.dismiss()
	s.house, err = assembly.Open(t.Context(), crashPlan("watcher of the test", c.settings.config(), t.Output()))
	s.check(err)
	t.Cleanup(func() { s.house.Close(context.Background()) })

	const n = 240
	writers := s.mailsOfFourSorts(n)
	written := s.world.Counts().Accepted
	for i, midst := range []struct {
		of   string
		when func() bool
	}{
		{"fetching", func() bool { return s.counted(func(inbox.Kept) bool { return true }) >= n/8 }},
		{"settling", func() bool {
			return s.counted(func(k inbox.Kept) bool { return k.Disposition != inbox.Unsorted }) >= n/3
		}},
		{"answering", func() bool { return s.world.Counts().Accepted >= written+n/6 }},
	} {
		name := fmt.Sprintf("worker %d", i)
		c.start(name)
		s.eventually("it is in the midst of "+midst.of, midst.when)
		c.kill(name)
		s.check(broker.FlushDB(t.Context()).Err()) // or what it had in hand waits half a minute, asynq's lease
	}
	c.start("the last")
	s.settled(n)
	s.settledAs(map[inbox.Disposition]int{inbox.OptedOut: n / 4, inbox.OpenedCase: n / 2, inbox.Automatic: n / 4})
	all, err := s.house.DB.Cases(t.Context(), cases.Filter{}, 0, 2*n)
	if err != nil || len(all) != n/2 {
		t.Errorf("%d cases for %d messages: %v", len(all), n/2, err)
	}
	s.eachLeftOnceAndIsAnsweredOnce(writers, c.kills*crashWorkers)
	s.verify()
}

// mailsOfFourSorts puts n mails into the mailbox, each of another writer: opt-outs, requests, letters and absences by turns.
func (s *scene) mailsOfFourSorts(n int) (writers []string) {
	s.t.Helper()
	for i := range n {
		who := fmt.Sprintf("person%03d@example.org", i)
		writers = append(writers, who)
		switch to := "contact@" + harbour; i % 4 {
		case 0:
			s.write(who, to, "Unsubscribe me", "Please take me off your list.")
		case 1:
			s.write(who, to, "My data", wantsData)
		case 2:
			s.write(who, to, "Hello", "When is the next meeting of the harbour board?")
		case 3:
			s.write(who, to, "Automatic reply", "I am away until Monday.", "Auto-Submitted: auto-replied\r\n")
		}
	}
	return writers
}

// counted is how many kept messages there are of a sort.
func (s *scene) counted(sort func(inbox.Kept) bool) (n int) {
	s.t.Helper()
	kept, err := s.house.DB.KeptBefore(s.t.Context(), 0, 1000)
	s.check(err)
	for _, k := range kept {
		if sort(k) {
			n++
		}
	}
	return n
}

// eachLeftOnceAndIsAnsweredOnce holds the writers of mailsOfFourSorts to the ledger and to the mail that came to them. A letter whose process was killed as it was handed over is
// not sent again, for it may have come (and is shown as uncertain after its lease): of these there are at most inFlight.
func (s *scene) eachLeftOnceAndIsAnsweredOnce(writers []string, inFlight int) {
	s.t.Helper()
	s.eventually("all other letters have come to an end", func() bool {
		later := time.Now().Add(time.Hour)
		due, err := s.house.DB.Due(s.t.Context(), later, 100)
		s.check(err)
		handed, err := s.house.DB.Unfinished(s.t.Context(), later, "", 100)
		s.check(err)
		open := append(due, handed...)
		return len(open) <= inFlight && !slices.ContainsFunc(open, func(t queue.Task) bool { return !s.isStartedLetter(t) })
	})
	unanswered := 0
	for i, who := range writers {
		events, err := s.house.DB.EventsByKey(s.t.Context(), s.house.Keys.AddressKey(address.Must(who)))
		s.check(err)
		if left := i%4 == 0; left != (len(events) == 1) {
			s.t.Errorf("%s has %d events", who, len(events))
		}
		answers := len(s.world.Inbox(address.Must(who)))
		if owed := i%4 < 2; answers > 1 || answers > 0 && !owed {
			s.t.Errorf("%s was answered %d times", who, answers)
		} else if owed && answers == 0 {
			unanswered++
		}
	}
	if unanswered > inFlight {
		s.t.Errorf("%d were not answered, and at most %d letters were in flight", unanswered, inFlight)
	}
}

func (s *scene) isStartedLetter(t queue.Task) bool {
	var id int64
	if n, _ := fmt.Sscanf(t.ID, "letter:%d", &id); n != 1 {
		return false
	}
	l, err := s.house.DB.Letter(s.t.Context(), id)
	s.check(err)
	return l.State == mailer.LetterStarted
}
