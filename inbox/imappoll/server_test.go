package imappoll_test

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"assent/inbox/imappoll"
)

// The commands of one round, in their order.
var commands = []string{"GREETING", "CAPABILITY", "LOGIN", "EXAMINE", "SEARCH", "DESCRIBE", "FETCH", "IDLE"}

func TestAHangUpAtAnyCommandLosesNothing(t *testing.T) {
	t.Parallel()
	for _, at := range commands {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			s := &hostile{letters: letters(3)}
			s.on = func(c *talk, cmd, _, _ string) bool {
				if cmd == at && s.heard(at) <= 2 {
					_ = c.Close()
					return true
				}
				return false
			}
			startHostile(t, s)
			d := newDesk()
			poll(t, &imappoll.Poller{Mailbox: s.mailbox(), Receiver: d, Pace: quick, Every: 50 * time.Millisecond})
			d.await(t, "the third try", func() bool { return s.heard(at) > 2 && d.told("") })
			expectAll(t, d, s.letters)
		})
	}
}

func TestARefusalOfAnyCommandLosesNothing(t *testing.T) {
	t.Parallel()
	for _, at := range commands[2:] {
		for _, word := range []string{"NO", "BAD"} {
			t.Run(at+" "+word, func(t *testing.T) {
				t.Parallel()
				s := &hostile{letters: letters(3)}
				s.on = func(c *talk, cmd, tag, _ string) bool {
					if cmd == at && s.heard(at) <= 2 {
						c.say("%s %s not now", tag, word)
						return true
					}
					return false
				}
				startHostile(t, s)
				d := newDesk()
				poll(t, &imappoll.Poller{Mailbox: s.mailbox(), Receiver: d, Pace: quick, Every: 50 * time.Millisecond})
				expectAll(t, d, s.letters)
			})
		}
	}
}

func TestAMessageCutShortIsNeverHandedOver(t *testing.T) {
	t.Parallel()
	for _, size := range []int{100, 100_000} { // through memory, and as a stream
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			t.Parallel()
			s := &hostile{letters: []letter{{1, strings.Repeat("x", size)}, {2, strings.Repeat("y", size)}}}
			s.on = func(c *talk, cmd, _, args string) bool {
				if cmd == "FETCH" && s.heard("FETCH") <= 2 {
					for seq, l := range s.asked(args) {
						fmt.Fprintf(c, "* %d FETCH (UID %d BODY[] {%d}\r\n%s", seq, l.uid, len(l.body), l.body[:size/2])
						break
					}
					_ = c.Close()
					return true
				}
				return false
			}
			startHostile(t, s)
			d := newDesk()
			poll(t, &imappoll.Poller{Mailbox: s.mailbox(), Receiver: d, Pace: quick, Every: 50 * time.Millisecond, BatchOctets: 10_000})
			expectAll(t, d, s.letters)
		})
	}
}

func TestAMessageThatTheServerRefusesBecomesWorkForAPersonAndHoldsUpNone(t *testing.T) {
	t.Parallel()
	for name, refuse := range map[string]func(c *talk, tag string){
		"with NO":             func(c *talk, tag string) { c.say("%s NO [SERVERBUG] cannot read it", tag) },
		"with BAD":            func(c *talk, tag string) { c.say("%s BAD no", tag) },
		"by leaving it out":   func(c *talk, tag string) { c.say("%s OK done", tag) },
		"by hanging up":       func(c *talk, _ string) { _ = c.Close() },
		"with nonsense":       func(c *talk, _ string) { c.say("* what (") },
		"with NIL for a body": func(c *talk, tag string) { c.say("* 3 FETCH (UID 3 BODY[] NIL)\r\n%s OK done", tag) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &hostile{letters: letters(5)}
			s.on = func(c *talk, cmd, tag, args string) bool {
				if cmd != "FETCH" {
					return false
				}
				for seq, l := range s.asked(args) {
					if l.uid != 3 {
						c.give(seq, l)
					}
				}
				if _, there := s.asked(args)[3]; there {
					refuse(c, tag)
				} else {
					c.say("%s OK done", tag)
				}
				return true
			}
			startHostile(t, s)
			d := newDesk()
			poll(t, &imappoll.Poller{Mailbox: s.mailbox(), Receiver: d, Pace: quick, Every: 20 * time.Millisecond})
			for _, k := range d.awaitCount(t, "desk", 5) {
				if (k.uid == 3) != (k.unreadable != "") {
					t.Errorf("message %d: unreadable = %q", k.uid, k.unreadable)
				}
				if k.uid == 3 && k.receivedAt.IsZero() {
					t.Error("the time of receipt of the unreadable message is lost")
				}
			}
			if d.doubles != 0 {
				t.Errorf("%d messages were handed over twice", d.doubles)
			}
		})
	}
}

func TestAServerThatGivesNothingAtAllMakesNoMessageUnreadable(t *testing.T) {
	t.Parallel()
	var mended atomic.Bool
	s := &hostile{letters: letters(3)}
	s.on = func(c *talk, cmd, tag, _ string) bool {
		if cmd == "FETCH" && !mended.Load() {
			if s.heard("FETCH")%2 == 0 {
				_ = c.Close()
			} else {
				c.say("%s NO storage is away", tag)
			}
			return true
		}
		return false
	}
	startHostile(t, s)
	d := newDesk()
	poll(t, &imappoll.Poller{Mailbox: s.mailbox(), Receiver: d, Pace: quick}) // sweeps each 5 minutes: all rounds here are reconnections
	d.await(t, "many tries", func() bool { return s.heard("FETCH") > 25 })
	if got := d.all("desk"); len(got) != 0 {
		t.Fatalf("%d messages were kept while the server gave none", len(got))
	}
	mended.Store(true)
	expectAll(t, d, s.letters)
}

func TestAServerThatSendsTheMessageBeforeItsUIDLosesNothing(t *testing.T) {
	t.Parallel()
	s := &hostile{letters: letters(3)}
	s.on = func(c *talk, cmd, tag, args string) bool {
		if cmd != "FETCH" {
			return false
		}
		for seq, l := range s.asked(args) {
			c.say("* %d FETCH (BODY[] {%d}\r\n%s UID %d)", seq, len(l.body), l.body, l.uid)
		}
		c.say("%s OK done", tag)
		return true
	}
	startHostile(t, s)
	d := newDesk()
	poll(t, &imappoll.Poller{Mailbox: s.mailbox(), Receiver: d, Pace: quick, Every: time.Hour})
	expectAll(t, d, s.letters)
}

func TestAMessageThatCameUnderAnotherNumberIsNotTakenForTheOneAskedFor(t *testing.T) {
	t.Parallel()
	s := &hostile{letters: letters(3)}
	s.on = func(c *talk, cmd, tag, args string) bool {
		switch {
		case cmd == "FETCH" && strings.HasPrefix(args, "UID"):
			c.say("%s OK done", tag)
		case cmd == "FETCH" && s.heard("FETCH") < 6: // by sequence number, after an EXPUNGE that nobody told of
			c.say("* 1 FETCH (BODY[] {4}\r\nevil UID 3)\r\n%s OK done", tag)
		default:
			return false
		}
		return true
	}
	startHostile(t, s)
	d := newDesk()
	poll(t, &imappoll.Poller{Mailbox: s.mailbox(), Receiver: d, Pace: quick, Every: 50 * time.Millisecond})
	expectAll(t, d, s.letters)
}

func TestANoticeOfChangedFlagsIsNotTakenForTheMessage(t *testing.T) {
	t.Parallel()
	s := &hostile{letters: letters(3)}
	s.on = func(c *talk, cmd, _, _ string) bool {
		if cmd == "FETCH" || cmd == "DESCRIBE" {
			for i, l := range s.letters {
				if s.heard(cmd) <= i+1 {
					c.say("* %d FETCH (UID %d FLAGS (\\Seen))", i+1, l.uid)
				}
			}
		}
		return false
	}
	startHostile(t, s)
	d := newDesk()
	poll(t, &imappoll.Poller{Mailbox: s.mailbox(), Receiver: d, Pace: quick, Every: time.Hour})
	expectAll(t, d, s.letters)
}

func TestMessagesRemovedWhileTheyAreFetchedAreForgotten(t *testing.T) {
	t.Parallel()
	s := &hostile{letters: letters(5)}
	s.on = func(c *talk, cmd, tag, _ string) bool {
		if cmd == "FETCH" && s.heard("FETCH") == 1 {
			s.mu.Lock()
			s.letters = append(s.letters[:1:1], s.letters[4:]...)
			s.mu.Unlock()
			c.say("* 4 EXPUNGE\r\n* 3 EXPUNGE\r\n* 2 EXPUNGE\r\n%s OK done", tag)
			return true
		}
		return false
	}
	startHostile(t, s)
	d := newDesk()
	poll(t, &imappoll.Poller{Mailbox: s.mailbox(), Receiver: d, Pace: quick, Every: 20 * time.Millisecond})
	d.await(t, "some sweeps", func() bool { return s.heard("EXAMINE") > 5 })
	expectAll(t, d, s.list())
}

func TestNewMailIsFetchedAtOnceAndTheLastMessageNotAgain(t *testing.T) {
	t.Parallel()
	for _, caps := range []string{"IMAP4rev1 IDLE", "IMAP4rev1"} {
		t.Run(caps, func(t *testing.T) {
			t.Parallel()
			arrived := make(chan struct{})
			var gone atomic.Bool
			s := &hostile{letters: letters(2), caps: caps}
			s.on = func(c *talk, cmd, tag, _ string) bool {
				if cmd != "IDLE" && cmd != "NOOP" || gone.Load() {
					return false
				}
				if cmd == "IDLE" {
					c.say("+ idling")
				}
				<-arrived
				gone.Store(true)
				s.mu.Lock()
				s.letters = letters(3)
				s.mu.Unlock()
				c.say("* 3 EXISTS")
				if cmd == "IDLE" {
					_, _ = c.r.ReadString('\n')
				}
				c.say("%s OK done", tag)
				return true
			}
			startHostile(t, s)
			d := newDesk()
			poll(t, &imappoll.Poller{Mailbox: s.mailbox(), Receiver: d, Pace: quick, Every: time.Hour})
			d.awaitCount(t, "desk", 2)
			close(arrived)
			expectAll(t, d, letters(3))
			if n := s.heard("FETCH"); n != 2 {
				t.Errorf("%d FETCH commands for two rounds", n)
			}
		})
	}
}

func TestAServerThatOffersIdleAndRefusesItIsAskedInstead(t *testing.T) {
	t.Parallel()
	s := &hostile{letters: letters(1)}
	s.on = func(c *talk, cmd, tag, _ string) bool {
		if cmd == "IDLE" {
			c.say("%s NO not today", tag)
			return true
		}
		return false
	}
	startHostile(t, s)
	d := newDesk()
	poll(t, &imappoll.Poller{Mailbox: s.mailbox(), Receiver: d, Pace: quick, Every: time.Hour})
	d.await(t, "NOOP", func() bool { return s.heard("NOOP") > 2 })
	expectAll(t, d, s.letters)
}

func TestAChangedUIDValidityFetchesAllAgain(t *testing.T) {
	t.Parallel()
	s := startHostile(t, &hostile{letters: letters(3)})
	d := newDesk()
	poll(t, &imappoll.Poller{Mailbox: s.mailbox(), Receiver: d, Pace: quick, Every: 20 * time.Millisecond})
	d.awaitCount(t, "desk", 3)
	s.mu.Lock()
	s.validity = 8
	s.mu.Unlock()
	d.awaitCount(t, "desk", 6)
	if d.doubles != 0 {
		t.Errorf("%d messages were handed over twice", d.doubles)
	}
}

func TestWhatTheReceiverCouldNotStoreIsFetchedAgain(t *testing.T) {
	t.Parallel()
	for _, room := range []int64{1 << 20, 1} { // through memory, and as a stream
		s := startHostile(t, &hostile{letters: letters(3)})
		d := newDesk()
		var calls atomic.Int32
		d.fail = func() error {
			if calls.Add(1) <= 3 {
				return errors.New("disk full")
			}
			return nil
		}
		poll(t, &imappoll.Poller{Mailbox: s.mailbox(), Receiver: d, Pace: quick, Every: time.Hour, BatchOctets: room})
		expectAll(t, d, s.letters)
		d.await(t, "the trouble", func() bool {
			return d.told("Mail was fetched but could not be stored. It stays in the mailbox and is fetched again. Check the database.")
		})
	}
}

func TestAWrongPasswordIsToldInAPlainSentence(t *testing.T) {
	t.Parallel()
	s := &hostile{letters: letters(1)}
	s.on = func(c *talk, cmd, tag, _ string) bool {
		if cmd == "LOGIN" && s.heard("LOGIN") <= 2 {
			c.say("%s NO [AUTHENTICATIONFAILED] nope", tag)
			return true
		}
		return false
	}
	startHostile(t, s)
	d := newDesk()
	poll(t, &imappoll.Poller{Mailbox: s.mailbox(), Receiver: d, Pace: quick})
	expectAll(t, d, s.letters)
	d.await(t, "the trouble, then none", func() bool {
		return d.told("The mail server refused the user name or the password. Correct them in the settings; until then nothing is fetched, and nothing is lost.") && d.told("")
	})
}
