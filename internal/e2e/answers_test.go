package e2e

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"assent/inbox"
	"assent/internal/address"
	"assent/internal/config"
	"assent/internal/mailworld"
	"assent/internal/message"
	"assent/internal/store/storetest"
	"assent/subscriptions"
)

func sqliteURL(t *testing.T) string { return storetest.SQLiteURL(t) }

// Whoever writes twice on one day is answered once.
func TestALetterOfOneKindGoesOutOnceADay(t *testing.T) {
	t.Parallel()
	s := stage(t, sqliteURL(t))
	for range 3 {
		s.write("ann@example.org", "contact@"+harbour, "Unsubscribe me", "")
		s.write("ann@example.org", "privacy@"+harbour, "My data", "Please send me a copy of all the personal data that you hold about me.")
	}
	s.settled(6)
	s.fence()
	if n := s.lettersTo("ann@example.org"); n != 2 {
		t.Errorf("ann got %d letters, want one about the opt-out and one about the cases", n)
	}
}

// No opt-out keeps an answer from whoever writes to us.
func TestSomebodyWhoIsSuppressedIsAnswered(t *testing.T) {
	t.Parallel()
	s := stage(t, sqliteURL(t))
	id := s.enrol("ann@example.org")
	_, err := s.house.People.Suppress(t.Context(), subscriptions.Withdrawal{
		SubscriberID: id, Scope: subscriptions.Everything(), Channel: subscriptions.ByReport, Actor: "system",
	}, "complaint")
	s.check(err)
	s.write("ann@example.org", "contact@"+harbour, "Unsubscribe me", "")
	s.mailTo("ann@example.org", func(m *message.Parsed) bool { return strings.Contains(m.Subject, "unsubscribed") })
	s.write("ann@example.org", "privacy@"+harbour, "My data", "Please send me a copy of all the personal data that you hold about me.")
	s.mailTo("ann@example.org", func(m *message.Parsed) bool { return strings.Contains(m.Text, "R-") })
}

// A program that answers everything, and marks none of it as automatic, does not keep the two of us busy for ever.
func TestARobotThatAlwaysAnswersIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	s := stage(t, sqliteURL(t))
	const robot = "robot@example.org"
	var answers atomic.Int64
	s.world.OnDeliver(func(to address.Address, m mailworld.Message) {
		if to.String() != robot {
			return
		}
		answers.Add(1)
		for _, box := range []string{"contact", "privacy"} {
			body := fmt.Sprintf("Unsubscribe me. Please send me a copy of my personal data.\r\n\r\n> %d\r\n", answers.Load())
			if err := s.world.Deliver(robot, box+"@"+harbour, []byte(plain(robot, box+"@"+harbour, "Unsubscribe me", body))); err != nil {
				t.Error(err)
			}
		}
	})
	s.write(robot, "contact@"+harbour, "Unsubscribe me", "")
	s.settled(5) // its first, and two answers to each of our letters
	s.fence()
	s.fence()
	if n := s.lettersTo(robot); n != 2 {
		t.Errorf("the robot got %d letters, want one of each kind", n)
	}
}

// Two houses that write to each other stop at the first letter: it says that it is automatic, and comes from the null sender.
func TestTwoHousesDoNotKeepAnsweringEachOther(t *testing.T) {
	t.Parallel()
	a := stage(t, sqliteURL(t))
	b := &scene{t: t, mail: a.world, world: a.world, password: password, domain: "ferry.example"}
	databaseURL := sqliteURL(t)
	b.furnish(databaseURL)
	b.house = b.open(databaseURL)
	b.run(b.house)

	b.write("contact@"+harbour, "contact@ferry.example", "Unsubscribe me", "")
	a.mailTo("contact@"+harbour, func(m *message.Parsed) bool { return m.Subject != "" })
	k := a.kept(func(k inbox.Kept) bool { return k.Mailbox == "contact" })
	if k.Disposition != inbox.Automatic {
		t.Errorf("the letter of the other house became %q: %+v", k.Disposition, k.Grounds)
	}
	a.fence()
	if n := a.lettersTo("contact@ferry.example"); n != 1 { // the opt-out that it began with
		t.Errorf("%d messages reached the other house", n)
	}
}

// A mail from one of our own addresses, as when staff forward a request, is worked on and not answered.
func TestWeDoNotAnswerOurselves(t *testing.T) {
	t.Parallel()
	s := stage(t, sqliteURL(t))
	for i, from := range []string{"contact@" + harbour, "news@" + harbour, "Contact@" + strings.ToUpper(harbour)} {
		s.write(from, "privacy@"+harbour, fmt.Sprintf("Request %d", i), "Please send me a copy of all the personal data that you hold about me.")
	}
	for _, k := range s.settled(3) {
		if k.Disposition != inbox.OpenedCase {
			t.Errorf("it became %q", k.Disposition)
		}
	}
	s.fence()
	for _, box := range []string{"contact", "news"} {
		for _, m := range s.world.Inbox(s.at(box)) {
			if !strings.Contains(string(m.Raw), "fence@") {
				t.Errorf("we wrote to ourselves:\n%s", m.Raw)
			}
		}
	}
}

// Whoever asks to stop is taken at their word, and whoever passed the newsletter on to them keeps it.
func TestAForwardedNewsletterOptsOutWhoeverWrites(t *testing.T) {
	t.Parallel()
	s := stage(t, sqliteURL(t))
	all := s.writers(2)
	ann, colleague := all[0], all[1]
	s.write(colleague.addr, "contact@"+harbour, "RE: FW: "+ann.news.Subject, "Unsubscribe me please.\r\n\r\n"+quoted(ann),
		"In-Reply-To: <"+ann.news.MessageID+">\r\n", "References: <"+ann.news.MessageID+">\r\n")
	s.write("stranger@example.org", "contact@"+harbour, "RE: FW: "+ann.news.Subject, "Unsubscribe me please.\r\n\r\n"+quoted(ann),
		"In-Reply-To: <forwarded@client.example>\r\n", "References: <"+ann.news.MessageID+"> <forwarded@client.example>\r\n")
	s.settled(2)
	if s.mayBeMailed(colleague.id) {
		t.Error("the colleague, who asked, may still be mailed")
	}
	if !s.mayBeMailed(ann.id) {
		t.Error("ann, who asked for nothing, may not be mailed any more")
	}
	s.mailTo("stranger@example.org", func(m *message.Parsed) bool { return strings.Contains(m.Subject, "Your request to unsubscribe") })
}

// Who writes that a colleague left keeps their own mail: the colleague's stops where the message answers it, and a person decides otherwise.
func TestWhoTellsThatAColleagueLeftKeepsTheirOwnMail(t *testing.T) {
	t.Parallel()
	s := stage(t, sqliteURL(t))
	all := s.writers(3)
	bob, ann, eve := all[0], all[1], all[2]
	const left = "Bob no longer works here. Please take him off your mailing list."
	s.write(ann.addr, "contact@"+harbour, "RE: "+bob.news.Subject, left+"\r\n\r\n"+quoted(bob), "In-Reply-To: <"+bob.news.MessageID+">\r\n")
	s.write(eve.addr, "contact@"+harbour, "Staff", left)
	s.settled(2)
	if s.mayBeMailed(bob.id) {
		t.Error("bob, who left, may still be mailed")
	}
	for _, colleague := range []writer{ann, eve} {
		if !s.mayBeMailed(colleague.id) {
			t.Errorf("%s, who asked for bob, may not be mailed any more", colleague.addr)
		}
	}
}

// A mailbox that serves every programme stops them all, and answers in the name of the one that was written about.
func TestAMailboxOfNoProgrammeServesThemAll(t *testing.T) {
	t.Parallel()
	databaseURL := sqliteURL(t)
	s := prepare(t, databaseURL)
	s.boxes = []config.Mailbox{s.box("office", "", config.Contact)}
	s.house = s.open(databaseURL)
	s.run(s.house)
	_, ferry := s.found(s.house.People, "ferry")

	ann := s.enrol("ann@example.org")
	s.enrolOn(ferry, "ann@example.org")
	s.write("ann@example.org", "office@"+harbour, "Unsubscribe me", "")
	s.mailTo("ann@example.org", func(m *message.Parsed) bool { return strings.Contains(m.Subject, "unsubscribed") })
	for _, l := range []subscriptions.List{s.list, ferry} {
		if s.verdict(l, ann) != subscriptions.ReasonWithdrawn {
			t.Errorf("ann may still be mailed on %s", l.Slug)
		}
	}

	bob := s.enrolOn(ferry, "bob@example.org")
	c, err := s.house.Mailer.Create(t.Context(), campaignTo(ferry, "Ferry"), "user:1")
	s.check(err)
	s.schedule(c.ID)
	s.finished(c.ID)
	news := s.newsletter("bob@example.org", "Ferry")
	s.write("bob@example.org", "office@"+harbour, "Re: "+news.Subject, "Please unsubscribe me.", "In-Reply-To: <"+news.MessageID+">\r\n")
	letter := s.mailTo("bob@example.org", func(m *message.Parsed) bool { return strings.Contains(m.Subject, "unsubscribed") })
	if !strings.Contains(letter.Text, "Ferry Board") || strings.Contains(letter.Text, "Harbour Board") {
		t.Errorf("the answer is not in the name of the programme:\n%s", letter.Text)
	}
	if s.verdict(ferry, bob) != subscriptions.ReasonWithdrawn {
		t.Error("bob may still be mailed")
	}
}
