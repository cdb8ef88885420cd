package e2e

import (
	"io"
	"strings"
	"testing"

	"assent/inbox"
	"assent/inbox/sorting"
	"assent/internal/address"
	"assent/internal/mailworld"
	"assent/internal/message"
	"assent/mailer"
	"assent/subscriptions"
)

// People subscribe, are mailed and opt out in each of the ways that the mail offers, all of it by way of Postfix and Dovecot.
func TestMailGoesOutAndComesBackOverPostfixAndDovecot(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := stageReal(t, databaseURL)
		at := func(name string) string { return name + "@people-" + unique() + ".example.org" }
		subject, mailto, reply, stays := at("subject"), at("mailto"), at("reply"), at("stays")
		s.join(subject, mailto, reply, stays)
		first := s.campaign("March")
		s.expect(first, 4, nil)

		s.write(subject, s.at("leave").String(), "Unsubscribe me", "")
		m := s.newsletter(mailto, "March")
		s.write(mailto, mailtoOf(t, m), "", "")
		m = s.newsletter(reply, "March")
		s.write(reply, s.at("contact").String(), "Re: "+m.Subject, "Please take me off this list.\r\n\r\n> "+strings.ReplaceAll(m.Text, "\n", "\r\n> "),
			"In-Reply-To: <"+m.MessageID+">\r\n")
		for _, p := range []string{subject, mailto, reply} {
			id := s.person(p)
			s.eventually("the gate refuses "+p, func() bool { return !s.mayBeMailed(id) })
		}
		for _, p := range []string{subject, reply} {
			s.mailTo(p, func(m *message.Parsed) bool { return strings.Contains(m.Subject, "unsubscribed") })
		}
		second := s.campaign("April")
		s.expect(second, 1, map[subscriptions.Reason]int64{subscriptions.ReasonWithdrawn: 3})
		s.newsletter(stays, "April")
		s.verify()
	})
}

// mailtoOf returns the address in a message's List-Unsubscribe.
func mailtoOf(t testing.TB, m *message.Parsed) string {
	t.Helper()
	_, rest, ok := strings.Cut(m.Header.Get("List-Unsubscribe"), "<mailto:")
	to, _, _ := strings.Cut(rest, "?")
	if !ok || to == "" {
		t.Fatalf("List-Unsubscribe holds no mailto: %q", m.Header.Get("List-Unsubscribe"))
	}
	return to
}

// Nobody has an address that begins with nobody-: Dovecot refuses it, and Postfix reports that to the envelope sender.
func TestAGenuineDeliveryReportEndsUpOnItsDelivery(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := stageReal(t, databaseURL)
		people := ".people-" + unique() + ".example.org"
		dead, alive := s.enrol("nobody-here@a"+people), s.enrol("ann@a"+people)
		first := s.campaign("March")
		s.expect(first, 2, nil) // Postfix took both

		d := s.delivery(first.ID, dead, "the report stands on the delivery", func(d mailer.Delivery) bool { return d.Report != "" })
		if d.State != mailer.Sent || d.Report != "failed" || d.ReportStatus != "5.1.1" {
			t.Errorf("the delivery is %q, its report %q with status %q", d.State, d.Report, d.ReportStatus)
		}
		s.eventually("the address is suppressed", func() bool { return s.verdict(s.list, dead) == subscriptions.ReasonWithdrawn })
		k := s.kept(func(k inbox.Kept) bool { return k.Mailbox == "bounces" && k.Disposition == inbox.Reported })
		raw, err := io.ReadAll(s.house.DB.Raw(t.Context(), k.Digest))
		s.check(err)
		if text := string(raw); !strings.Contains(text, "Content-Type: text/rfc822-headers") || strings.Contains(text, "here is the news") {
			t.Errorf("the report was to return the header and no more (RET=HDRS):\n%s", text)
		}
		n, _, err := s.house.Mailer.Progress(t.Context(), first.ID)
		s.check(err)
		if n.Bounced != 1 {
			t.Errorf("%d are counted as bounced", n.Bounced)
		}
		if !s.mayBeMailed(alive) {
			t.Error("the other person is suppressed too")
		}
		second := s.campaign("April")
		s.expect(second, 1, map[subscriptions.Reason]int64{subscriptions.ReasonWithdrawn: 1})
		s.verify()
	})
}

// A confirmation that cannot be delivered comes back to the letter's own address. It opens no case, and confirms nobody.
func TestAReportAboutALetterMakesNoWork(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := stageReal(t, databaseURL)
		s.check(s.house.People.Subscribe(t.Context(), subscriptions.Act{
			ListID: s.list.ID, Address: address.Must("nobody-new@people-" + unique() + ".example.org"), Channel: subscriptions.ByForm, Actor: "subscriber", Source: "web form",
			Evidence: subscriptions.Evidence{"act": "pressed the button"},
		}))
		k := s.kept(func(k inbox.Kept) bool { return k.Mailbox == "bounces" })
		if k.Disposition != inbox.Reported {
			t.Errorf("the report became %q: %+v", k.Disposition, k.Grounds)
		}
	})
}

// The clock starts when the server took the message in, whatever its Date says and whenever it was fetched.
func TestARequestOverPostfixBecomesACaseWithTheServersTimeOfReceipt(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := stageReal(t, databaseURL)
		cat := "cat@people-" + unique() + ".example.org"
		s.write(cat, s.at("privacy").String(), "My data",
			"Dear Sir or Madam,\r\n\r\nunder the UK GDPR please send me a copy of all the personal data that you hold about me.\r\n\r\nCat Smith")
		k := s.kept(func(k inbox.Kept) bool { return k.Mailbox == "privacy" })
		if k.Disposition != inbox.OpenedCase {
			t.Fatalf("the request became %q: %+v", k.Disposition, k.Grounds)
		}
		c, err := s.house.DB.Case(t.Context(), k.CaseID)
		s.check(err)
		stored, err := s.mail.WaitFor(t.Context(), s.at("privacy"), func(mailworld.Message) bool { return true })
		s.check(err)
		if !c.ReceivedAt.Equal(stored.ReceivedAt) || stored.ReceivedAt.IsZero() {
			t.Errorf("the case was received at %v, and the server says %v", c.ReceivedAt, stored.ReceivedAt)
		}
		if c.Kind != sorting.LabelAccess || c.DueOn == "" {
			t.Errorf("the case is %q, due on %q", c.Kind, c.DueOn)
		}
		s.mailTo(cat, func(m *message.Parsed) bool { return strings.Contains(m.Text, c.Reference) })
	})
}
