package imappoll_test

import (
	"bytes"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"assent/inbox/imappoll"
)

func TestASilentServerIsLeftAndTriedAgain(t *testing.T) {
	t.Parallel()
	impatient := quick
	impatient.Patience = 100 * time.Millisecond
	for _, at := range commands[:len(commands)-1] { // in IDLE, silence is what is expected
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			s := &hostile{letters: letters(3)}
			s.on = func(c *talk, cmd, _, _ string) bool {
				if cmd == at && s.heard(at) == 1 {
					_, _ = c.r.ReadByte() // until the other side hangs up
					return true
				}
				return false
			}
			startHostile(t, s)
			d := newDesk()
			poll(t, &imappoll.Poller{Mailbox: s.mailbox(), Receiver: d, Pace: impatient, Every: 50 * time.Millisecond})
			expectAll(t, d, s.letters)
			if s.heard(at) < 2 {
				t.Errorf("%s was not asked again", at)
			}
		})
	}
}

func TestAServerThatStopsInAMessageIsLeftAndTriedAgain(t *testing.T) {
	t.Parallel()
	impatient := quick
	impatient.Patience = 100 * time.Millisecond
	s := &hostile{letters: letters(1)}
	s.on = func(c *talk, cmd, _, _ string) bool {
		if cmd == "FETCH" && s.heard("FETCH") == 1 {
			fmt.Fprintf(c, "* 1 FETCH (UID 1 BODY[] {%d}\r\n%s", len(s.letters[0].body), s.letters[0].body[:5])
			_, _ = c.r.ReadByte()
			return true
		}
		return false
	}
	startHostile(t, s)
	d := newDesk()
	poll(t, &imappoll.Poller{Mailbox: s.mailbox(), Receiver: d, Pace: impatient, Every: 50 * time.Millisecond})
	expectAll(t, d, s.letters)
}

func TestASlowReceiverIsNotTakenForASilentServer(t *testing.T) {
	t.Parallel()
	impatient := quick
	impatient.Patience = 50 * time.Millisecond
	for _, room := range []int64{1 << 20, 1} {
		s := startHostile(t, &hostile{letters: letters(2)})
		d := newDesk()
		d.fail = func() error { time.Sleep(150 * time.Millisecond); return nil }
		poll(t, &imappoll.Poller{Mailbox: s.mailbox(), Receiver: d, Pace: impatient, BatchOctets: room})
		expectAll(t, d, s.letters)
		if n := s.heard("GREETING"); n != 1 {
			t.Errorf("%d connections for one mailbox that is well", n)
		}
	}
}

func TestAnEndlessAnswerIsCutOff(t *testing.T) {
	t.Parallel()
	flood := bytes.Repeat([]byte("x"), 64<<10)
	for _, at := range append([]string{"NOOP"}, commands...) {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			s := &hostile{letters: letters(3)}
			if at == "NOOP" {
				s.caps = "IMAP4rev1"
			}
			var sent atomic.Int64
			s.on = func(c *talk, cmd, _, _ string) bool {
				if cmd != at || s.heard(at) > 1 {
					return false
				}
				for err := error(nil); err == nil && sent.Load() < 256<<20; sent.Add(int64(len(flood))) {
					_, err = c.Write(flood)
				}
				return true
			}
			startHostile(t, s)
			d := newDesk()
			poll(t, &imappoll.Poller{Mailbox: s.mailbox(), Receiver: d, Pace: quick, Every: 50 * time.Millisecond})
			d.await(t, "the second try", func() bool { return s.heard(at) > 1 })
			expectAll(t, d, s.letters)
			if sent.Load() >= 256<<20 {
				t.Error("it was never cut off")
			}
		})
	}
}

func TestAListOfFourBillionMessagesIsNotWrittenOut(t *testing.T) {
	t.Parallel()
	s := &hostile{letters: letters(3), caps: "IMAP4rev2 IDLE"}
	s.on = func(c *talk, cmd, tag, _ string) bool {
		if cmd == "SEARCH" && s.heard("SEARCH") <= 3 {
			c.say("* ESEARCH (TAG \"%s\") UID ALL 1:4294967295\r\n%s OK done", tag, tag)
			return true
		}
		return false
	}
	startHostile(t, s)
	d := newDesk()
	poll(t, &imappoll.Poller{Mailbox: s.mailbox(), Receiver: d, Pace: quick})
	expectAll(t, d, s.letters)
	d.await(t, "the trouble", func() bool {
		return d.told("The folder holds more messages than can be watched. Move old mail to another folder.")
	})
}

func TestAMessageLargerThanAnnouncedStillGoesThrough(t *testing.T) {
	t.Parallel()
	s := &hostile{letters: []letter{{1, strings.Repeat("a", 50_000)}, {2, "small"}}}
	s.on = func(c *talk, cmd, tag, args string) bool {
		if cmd != "DESCRIBE" {
			return false
		}
		for seq, l := range s.asked(args) {
			c.say("* %d FETCH (UID %d INTERNALDATE %s RFC822.SIZE 10)", seq, l.uid, internalDate)
		}
		c.say("%s OK done", tag)
		return true
	}
	startHostile(t, s)
	d := newDesk()
	poll(t, &imappoll.Poller{Mailbox: s.mailbox(), Receiver: d, Pace: quick, BatchOctets: 1000, Every: time.Hour})
	expectAll(t, d, s.letters)
}

func TestAMessageAboveTheLimitBecomesWorkForAPerson(t *testing.T) {
	t.Parallel()
	for name, announced := range map[string]string{"as announced": "9999999999999", "and announced as small": "10"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &hostile{letters: letters(3)}
			s.on = func(c *talk, cmd, tag, args string) bool {
				_, third := s.asked(args)[3]
				switch {
				case cmd == "DESCRIBE" && third:
					for seq, l := range s.asked(args) {
						c.say("* %d FETCH (UID %d INTERNALDATE %s RFC822.SIZE %s)", seq, l.uid, internalDate, announced)
					}
					c.say("%s OK done", tag)
				case cmd == "FETCH" && third:
					for seq, l := range s.asked(args) {
						if l.uid != 3 {
							c.give(seq, l)
						}
					}
					c.say("* 3 FETCH (UID 3 BODY[] {9999999999999}\r\nxxxx")
					_ = c.Close()
				default:
					return false
				}
				return true
			}
			startHostile(t, s)
			d := newDesk()
			poll(t, &imappoll.Poller{Mailbox: s.mailbox(), Receiver: d, Pace: quick, Every: 20 * time.Millisecond})
			got := d.awaitCount(t, "desk", 1)
			d.await(t, "message 3", func() bool { got = d.all("desk"); return len(got) > 0 && got[len(got)-1].uid == 3 })
			if last := got[len(got)-1]; last.unreadable != "This message is larger than Assent takes. It is still in the folder: open it there with a mail program." {
				t.Errorf("unreadable = %q", last.unreadable)
			}
		})
	}
}

func TestAMessageThatCannotBeDescribedHoldsUpNone(t *testing.T) {
	t.Parallel()
	s := &hostile{letters: letters(4)}
	s.on = func(c *talk, cmd, _, args string) bool {
		if _, third := s.asked(args)[3]; cmd == "DESCRIBE" && third {
			c.say("* 3 FETCH (UID 3 INTERNALDATE \"yesterday\" RFC822.SIZE 99999999999999999999)")
			return true
		}
		return false
	}
	startHostile(t, s)
	d := newDesk()
	poll(t, &imappoll.Poller{Mailbox: s.mailbox(), Receiver: d, Pace: quick, Every: 20 * time.Millisecond})
	for _, k := range d.awaitCount(t, "desk", 4) {
		if (k.uid == 3) != (k.unreadable != "") {
			t.Errorf("message %d: unreadable = %q", k.uid, k.unreadable)
		}
	}
}
