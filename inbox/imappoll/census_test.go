package imappoll_test

import (
	"errors"
	"testing"
	"time"

	"assent/inbox"
	"assent/inbox/imappoll"
	"assent/internal/errs"
)

// listed takes a census of a server.
func listed(t *testing.T, s *hostile) ([]inbox.Listed, error) {
	t.Helper()
	var all []inbox.Listed
	err := (&imappoll.Poller{Mailbox: s.mailbox(), Pace: quick}).Census(t.Context(), func(validity uint32, part []inbox.Listed) error {
		if validity != 7 {
			t.Errorf("UIDVALIDITY %d", validity)
		}
		all = append(all, part...)
		return nil
	})
	return all, err
}

func TestACensusListsEveryMessageWithItsTimeAndFetchesNone(t *testing.T) {
	t.Parallel()
	s := startHostile(t, &hostile{letters: letters(2500)})
	all, err := listed(t, s)
	if err != nil || len(all) != 2500 || s.heard("FETCH") != 0 {
		t.Fatalf("%d listed, %d fetched, %v", len(all), s.heard("FETCH"), err)
	}
	for i, l := range all {
		if l.UID != uint32(i+1) || !l.ReceivedAt.Equal(time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)) {
			t.Fatalf("%d: %+v", i, l)
		}
	}
	if all, err := listed(t, startHostile(t, &hostile{})); err != nil || len(all) != 0 {
		t.Errorf("an empty folder: %v, %v", all, err)
	}
}

func TestACensusKeepsWhatTheServerDoesNotDescribe(t *testing.T) {
	t.Parallel()
	s := &hostile{letters: letters(3)}
	s.on = func(c *talk, cmd, tag, _ string) bool {
		if cmd == "DESCRIBE" {
			c.say("* 1 FETCH (UID 1 INTERNALDATE %s RFC822.SIZE 10)\r\n%s NO not all of them", internalDate, tag)
		}
		return cmd == "DESCRIBE"
	}
	all, err := listed(t, startHostile(t, s))
	if err != nil || len(all) != 3 || all[0].ReceivedAt.IsZero() || !all[1].ReceivedAt.IsZero() {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestACensusThatBreaksOffIsNone(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"GREETING", "LOGIN", "EXAMINE", "SEARCH", "DESCRIBE"} {
		s := &hostile{letters: letters(3)}
		s.on = func(c *talk, cmd, _, _ string) bool { return cmd == at && errors.Join(c.Close()) == nil }
		if _, err := listed(t, startHostile(t, s)); errs.KindOf(err) != errs.Unavailable || errs.Message(err) == "" {
			t.Errorf("cut at %s: %v", at, err)
		}
	}
}

// Wherever in a session the line is cut, at the first command or the last, nothing is lost and nothing comes twice.
func TestALineCutAtEachCommandOfASessionLosesNothing(t *testing.T) {
	t.Parallel()
	run := func(cut int) int {
		s := &hostile{letters: letters(7)}
		heard := 0
		s.on = func(c *talk, cmd, _, _ string) bool {
			s.mu.Lock()
			defer s.mu.Unlock()
			heard++
			return heard == cut && c.Close() == nil
		}
		startHostile(t, s)
		d := newDesk()
		stop := poll(t, &imappoll.Poller{Mailbox: s.mailbox(), Receiver: d, Pace: quick, Every: time.Hour, BatchOctets: 70}) // two messages a batch
		d.await(t, "a sweep that came through", func() bool { return d.told("") })
		expectAll(t, d, s.letters)
		stop()
		s.mu.Lock()
		defer s.mu.Unlock()
		return heard
	}
	commands := run(0)
	if commands < 8 {
		t.Fatalf("a session has %d commands", commands)
	}
	for cut := 1; cut <= commands; cut++ {
		run(cut)
	}
}
