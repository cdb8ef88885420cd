package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"assent/inbox"
	"assent/inbox/cases"
	"assent/internal/message"
	"assent/mailer"
	"assent/subscriptions"
)

// opened waits for the case that a mail from somebody opened, with its acknowledgement.
func (s *scene) opened(from string) (k cases.Case, ack *message.Parsed) {
	s.t.Helper()
	ack = s.mailTo(from, func(m *message.Parsed) bool { return m.AutoSubmitted == "auto-replied" })
	s.eventually("the case is open and acknowledged", func() bool {
		all, err := s.house.DB.Cases(s.t.Context(), cases.Filter{}, 0, 100)
		s.check(err)
		i := slices.IndexFunc(all, func(c cases.Case) bool { return c.From == from && c.ParentID == 0 })
		if i < 0 {
			return false
		}
		k = all[i]
		return !k.Facts.AcknowledgedOn.IsZero()
	})
	return k, ack
}

// filed waits for a message of a case with a subject.
func (s *scene) filed(id int64, subject string) (found cases.Message) {
	s.t.Helper()
	s.eventually("the message is in the case", func() bool {
		all, err := s.house.DB.CaseMessages(s.t.Context(), id)
		s.check(err)
		i := slices.IndexFunc(all, func(m cases.Message) bool { return m.Direction == cases.In && m.Subject == subject })
		if i >= 0 {
			found = all[i]
		}
		return i >= 0
	})
	return found
}

func (s *scene) caseNow(id int64) cases.Case {
	s.t.Helper()
	k, err := s.house.DB.Case(s.t.Context(), id)
	s.check(err)
	return k
}

const wantsData = "Please send me a copy of all the personal data that you hold about me."

// A correspondence by mail: whatever answers a case is in it, does what it asks for besides, and what only looks like an answer is not.
func TestAnswersComeBackToTheirCase(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := stage(t, databaseURL)
		const ann, bob, eve = "ann@example.org", "bob@example.org", "eve@example.net"
		s.enrol(ann)
		s.write(ann, "privacy@"+harbour, "My data", wantsData)
		k, ack := s.opened(ann)
		if k.Kind != cases.Access || k.State != cases.InTouch || k.SubjectID == 0 || !strings.HasPrefix(k.Reference, "R-") || !strings.Contains(ack.Subject, k.Reference) {
			t.Fatalf("the case %+v; its acknowledgement %q", k, ack.Subject)
		}
		address := ack.ReplyTo.String()
		if id, ok := mailer.FromCaseAddress(s.house.Keys, ack.ReplyTo); !ok || id != k.ID {
			t.Fatalf("Reply-To %s is not the address of the case", address)
		}
		letter := s.letterAbout(k, ann)

		s.write(ann, address, "to the address", "Here is more.")
		s.write(ann, "contact@"+harbour, "by reference", "And more.", "In-Reply-To: <"+letter.MessageID+">\r\n")
		s.write(eve, address, "a stranger", "I am her.")
		s.write(ann, address, "and stop", "By the way, please unsubscribe me.")
		s.write(ann, address, "and erase", "Please also erase all my personal data.")
		s.write(ann, address, "away", "I am out of the office until Monday.", "Auto-Submitted: auto-replied\r\n")
		for subject, want := range map[string]cases.Filed{"to the address": cases.ByToken, "by reference": cases.ByReference, "a stranger": cases.ByToken, "and stop": cases.ByToken, "and erase": cases.ByToken, "away": cases.ByToken} {
			if m := s.filed(k.ID, subject); m.Filed != want || m.Stranger != (subject == "a stranger") || m.ReadAt.IsZero() == (subject == "away") {
				t.Errorf("%s: %+v", subject, m)
			}
		}
		if got := s.caseNow(k.ID); got.Unread != 5 {
			t.Errorf("%d are unread", got.Unread)
		}
		subs, err := s.house.DB.SubCases(t.Context(), k.ID)
		if err != nil || len(subs) != 1 || subs[0].Kind != cases.Erasure || subs[0].Reference != k.Reference+"/2" || len(subs[0].Clocks) == 0 {
			t.Errorf("sub-cases %+v, %v", subs, err)
		}
		s.eventually("the opt-out in the answer has acted", func() bool { return s.verdict(s.list, k.SubjectID) == "withdrawn" })

		forged := strings.Replace(address, "+a", "+az", 1)
		s.write(bob, "privacy@"+harbour, "by a foreign reference", "Hello there.", "In-Reply-To: <"+s.firstOf(k).MessageID+">\r\n")
		s.check(s.mail.Deliver(bob, "leave@"+harbour, []byte(fmt.Sprintf("From: <%s>\r\nTo: <%s>\r\nSubject: forged\r\nMessage-ID: <f1@client.example>\r\n\r\nLet me in.\r\n", bob, forged))))
		for _, subject := range []string{"by a foreign reference", "forged"} {
			if kept := s.kept(func(m inbox.Kept) bool { return m.Subject == subject }); kept.CaseID == k.ID || kept.Disposition != inbox.OpenedCase {
				t.Errorf("%s: %+v", subject, kept)
			}
		}
		s.verify()
	})
}

// letterAbout has an operator write to somebody about a case, and waits for it.
func (s *scene) letterAbout(k cases.Case, to string) *message.Parsed {
	s.t.Helper()
	_, err := s.house.Cases.Write(s.t.Context(), k.ID, "user:1", "one", "", cases.Letter{To: to, Language: "en", Subject: "A question about your request", Body: "Dear reader,\n\nwhat would you like?"})
	s.check(err)
	m := s.mailTo(to, func(m *message.Parsed) bool { return m.Subject == "A question about your request" })
	for _, never := range []string{"List-Unsubscribe", "List-Id", "Precedence"} {
		if m.Header.Has(never) {
			s.t.Errorf("a letter about a case has %s", never)
		}
	}
	if m.AutoSubmitted != "no" || strings.Contains(m.HTML, "<img") || m.ReplyTo.IsZero() {
		s.t.Errorf("the letter: Auto-Submitted %q, Reply-To %s", m.AutoSubmitted, m.ReplyTo)
	}
	return m
}

func (s *scene) firstOf(k cases.Case) cases.Message {
	s.t.Helper()
	all, err := s.house.DB.CaseMessages(s.t.Context(), k.ID)
	s.check(err)
	return all[0]
}

// A mail that asks for several things opens a case for each, which stand together.
func TestOneMailWithSeveralRightsOpensSubCases(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := stage(t, databaseURL)
		s.write("ann@example.org", "privacy@"+harbour, "My data", wantsData+" Please also erase all my personal data afterwards. I also want to complain about how you handled my data.")
		k, ack := s.opened("ann@example.org")
		for _, sentence := range cases.Understood([]cases.Kind{cases.Access, cases.Erasure, cases.Complaint}, false, "en") {
			if !strings.Contains(strings.Join(strings.Fields(ack.Text), " "), sentence) {
				t.Errorf("the acknowledgement does not say %q:\n%s", sentence, ack.Text)
			}
		}
		subs, err := s.house.DB.SubCases(t.Context(), k.ID)
		if err != nil || len(subs) < 2 {
			t.Fatalf("sub-cases %+v, %v", subs, err)
		}
		for _, sub := range subs {
			if sub.Kind == k.Kind || len(sub.Clocks) == 0 || sub.Root() != k.ID || !strings.HasPrefix(sub.Reference, k.Reference+"/") {
				t.Errorf("sub-case %+v", sub)
			}
		}
		s.eventually("one acknowledgement stands for all", func() bool {
			subs, err := s.house.DB.SubCases(t.Context(), k.ID)
			s.check(err)
			return !slices.ContainsFunc(subs, func(c cases.Case) bool { return c.State == cases.New })
		})
		if n := s.lettersTo("ann@example.org"); n != 1 {
			t.Errorf("%d letters", n)
		}
	})
}

// A letter that cannot be delivered is seen on its case.
func TestALetterThatComesBackRaisesAnAlarmOnItsCase(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := stage(t, databaseURL)
		s.write("ann@example.org", "privacy@"+harbour, "My data", wantsData)
		k, _ := s.opened("ann@example.org")
		letter := s.letterAbout(k, "ann@example.org")
		if letter.ReturnPath == "" || letter.ReturnPath == "<>" {
			t.Fatalf("the envelope sender is %q: nothing could come back", letter.ReturnPath)
		}
		_, err := s.world.Place(s.at("bounces"), time.Now(), []byte(deliveryReport(writer{addr: "ann@example.org", news: letter}, "<>", letter.ReturnPath, "failed", "5.1.1")))
		s.check(err)
		s.eventually("the alarm is up", func() bool { return strings.Contains(s.caseNow(k.ID).Alarm, "could not be delivered") })
	})
}

// A complaint reaches the data protection officer at once, by reference alone, and says where a claim for money goes (E1-30, E1-31).
func TestAComplaintIsToldToTheOfficerAtOnce(t *testing.T) {
	t.Parallel()
	s := stage(t, sqliteURL(t))
	_, err := s.house.DB.ChangeProgramme(t.Context(), s.programme.ID, func(p subscriptions.Programme) (subscriptions.Programme, error) {
		p.DPOAddress = s.at("officer")
		return p, nil
	})
	s.check(err)
	s.write("ann@example.org", "privacy@"+harbour, "A complaint", "I want to make a formal complaint about how you handled my personal data, and I demand compensation.")
	k, _ := s.opened("ann@example.org")
	alert := s.mailTo(s.at("officer").String(), func(m *message.Parsed) bool { return strings.Contains(m.Subject, k.Reference) })
	if strings.Contains(alert.Text, "ann@") || strings.Contains(alert.Text, "handled my") || !strings.Contains(alert.Text, "/console/cases?q="+k.Reference) {
		t.Errorf("the alert says %q", alert.Text)
	}
	events, err := s.house.DB.CaseEvents(t.Context(), k.ID)
	s.check(err)
	if !slices.ContainsFunc(events, func(e cases.Event) bool { return strings.Contains(e.What, "Senior Information Risk Officer") }) {
		t.Errorf("the timeline %+v", events)
	}
}

// The officer's address may be a mailbox that is watched. What we write there is kept and opens nothing: an alert of a complaint is no complaint.
func TestWhatWeWriteToAWatchedMailboxOpensNoCase(t *testing.T) {
	t.Parallel()
	s := stage(t, sqliteURL(t))
	_, err := s.house.DB.ChangeProgramme(t.Context(), s.programme.ID, func(p subscriptions.Programme) (subscriptions.Programme, error) {
		p.DPOAddress = s.at("privacy")
		return p, nil
	})
	s.check(err)
	s.write("ann@example.org", "privacy@"+harbour, "A complaint", "I want to make a formal complaint about how you handled my personal data.")
	k, _ := s.opened("ann@example.org")
	ours := s.kept(func(x inbox.Kept) bool { return strings.Contains(x.Subject, k.Reference) })
	if ours.Disposition != inbox.Automatic {
		t.Errorf("the alert became %q: %+v", ours.Disposition, ours.Grounds)
	}
	alert := s.mailTo(s.at("privacy").String(), func(m *message.Parsed) bool { return strings.Contains(m.Subject, k.Reference) })

	// Whoever takes over its Message-ID is heard all the same.
	raw := plain("bob@example.org", "privacy@"+harbour, "My data", wantsData)
	id := raw[strings.Index(raw, "Message-ID: "):]
	id, _, _ = strings.Cut(id, "\r\n")
	s.check(s.mail.Deliver("bob@example.org", "privacy@"+harbour, []byte(strings.Replace(raw, id, "Message-ID: <"+strings.Trim(alert.MessageID, "<>")+">", 1))))
	if bobs := s.kept(func(x inbox.Kept) bool { return x.From == "bob@example.org" }); bobs.Disposition != inbox.OpenedCase {
		t.Errorf("bob's request became %q: %+v", bobs.Disposition, bobs.Grounds)
	}

	// A relay on the way may give it another Message-ID. Then it is a case for a person, and nobody is written to of it.
	s.write(alert.From.String(), "privacy@"+harbour, "A complaint, again", alert.Text, "Auto-Submitted: auto-generated\r\n")
	s.kept(func(x inbox.Kept) bool { return x.Subject == "A complaint, again" && x.Disposition == inbox.OpenedCase })
	all, err := s.house.DB.Cases(t.Context(), cases.Filter{}, 0, 100)
	s.check(err)
	for _, c := range all {
		if _, err := s.house.DB.LetterByKey(t.Context(), "case-alert:"+c.Reference); (err == nil) != (c.Reference == k.Reference) {
			t.Errorf("an alert of %s: %v", c.Reference, err)
		}
	}
}

// A service is not for children; one who writes all the same is recognised, and staff are told what that means (E4-01).
func TestAChildWhoWritesIsRecognised(t *testing.T) {
	t.Parallel()
	s := stage(t, sqliteURL(t))
	s.write("pip@example.org", "privacy@"+harbour, "my account", "Hello, I am 11 years old and I signed up for your emails. Please delete all my data. From Pip")
	k, _ := s.opened("pip@example.org")
	if k.Kind != cases.Erasure || !k.Has("child") {
		t.Errorf("it became %s with %v", k.Kind, k.Flags)
	}
	events, err := s.house.DB.CaseEvents(t.Context(), k.ID)
	s.check(err)
	if !slices.ContainsFunc(events, func(e cases.Event) bool {
		return strings.Contains(e.What, "A child may have written this") && strings.Contains(e.What, "words that they understand") && strings.Contains(e.What, "without a parent's agreement is erased")
	}) {
		t.Errorf("the timeline %+v", events)
	}
}

// What a programme declares of a mailbox settles what its mail is that does not say (E0-30).
func TestAMailboxForComplaintsTakesComplaints(t *testing.T) {
	t.Parallel()
	s := stage(t, sqliteURL(t))
	_, err := s.house.DB.ChangeProgramme(t.Context(), s.programme.ID, func(p subscriptions.Programme) (subscriptions.Programme, error) {
		p.Mailboxes = []subscriptions.MailboxUse{{Name: "contact", Kind: "complaint"}}
		return p, nil
	})
	s.check(err)
	s.write("ann@example.org", "contact@"+harbour, "Hello", "Please ring me about Tuesday.")
	if k, ack := s.opened("ann@example.org"); k.Kind != cases.Complaint || !strings.Contains(ack.Subject, "complaint") {
		t.Errorf("it became %s: %q", k.Kind, ack.Subject)
	}
}
