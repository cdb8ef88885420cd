package e2e

import (
	"strings"
	"testing"

	"assent/inbox"
	"assent/inbox/sorting"
	"assent/internal/address"
	"assent/internal/message"
	"assent/internal/store/storetest"
	"assent/mailer"
	"assent/subscriptions"
)

func eachDatabase(t *testing.T, test func(t *testing.T, databaseURL string)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) { t.Parallel(); test(t, storetest.SQLiteURL(t)) })
	t.Run("PostgreSQL", func(t *testing.T) { t.Parallel(); test(t, storetest.PostgresURL(t)) })
}

func TestAWholeLoop(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := stage(t, databaseURL)
		people := []string{"ann@example.org", "bob@example.org", "cat@example.org", "dan@example.org"}
		s.join(people...)
		first := s.campaign("March")
		for _, p := range people {
			m := s.mailTo(p, func(m *message.Parsed) bool { return strings.HasPrefix(m.Subject, "March") })
			if m.Subject != "March for you" || !strings.Contains(m.Text, "http://127.0.0.1:8080/u/") || m.ListID == "" {
				t.Errorf("%s got %q with List-Id %q and the text\n%s", p, m.Subject, m.ListID, m.Text)
			}
		}
		s.write("ann@example.org", "leave@harbour.example", "Unsubscribe me", "")
		s.kept(func(k inbox.Kept) bool { return k.From == "ann@example.org" && k.Disposition == inbox.OptedOut })
		s.mailTo("ann@example.org", func(m *message.Parsed) bool { return strings.Contains(m.Subject, "unsubscribed") })

		bob := s.mailTo("bob@example.org", func(m *message.Parsed) bool { return strings.HasPrefix(m.Subject, "March") })
		s.write("bob.other@example.org", "news@harbour.example", "Re: March", "Please take me off this list.", "In-Reply-To: "+bob.MessageID+"\r\n")
		s.write("bob.other@example.org", "contact@harbour.example", "Re: March", "Please take me off this list.", "In-Reply-To: <"+strings.Trim(bob.MessageID, "<>")+">\r\n")
		s.kept(func(k inbox.Kept) bool { return k.Mailbox == "contact" && k.Disposition == inbox.OptedOut })

		s.write("cat@example.org", "privacy@harbour.example", "My data", "Dear Sir or Madam,\r\n\r\nunder the UK GDPR please send me a copy of all the personal data that you hold about me.\r\n\r\nCat Smith")
		k := s.kept(func(k inbox.Kept) bool { return k.Mailbox == "privacy" })
		if k.Disposition != inbox.OpenedCase {
			t.Fatalf("the request became %q: %+v", k.Disposition, k.Grounds)
		}
		c, err := s.house.DB.Case(t.Context(), k.CaseID)
		s.check(err)
		if c.Kind != sorting.LabelAccess || c.DueOn == "" || len(c.Clocks) == 0 || len(c.Clocks[0].Steps) == 0 {
			t.Errorf("the case is %+v", c)
		}
		s.mailTo("cat@example.org", func(m *message.Parsed) bool { return strings.Contains(m.Text, c.Reference) })

		second := s.campaign("April")
		s.expect(first, 4, nil)
		s.expect(second, 2, map[subscriptions.Reason]int64{subscriptions.ReasonWithdrawn: 2})
		for _, p := range []string{"ann@example.org", "bob@example.org"} {
			for _, m := range s.world.Inbox(address.Must(p)) {
				if strings.Contains(string(m.Raw), "Subject: April") {
					t.Errorf("%s was mailed after opting out", p)
				}
			}
		}
		s.verify()
	})
}

func (s *scene) expect(c mailer.Campaign, sent int64, left map[subscriptions.Reason]int64) {
	s.t.Helper()
	n, gotLeft, err := s.house.Mailer.Progress(s.t.Context(), c.ID)
	s.check(err)
	if n.Sent != sent || n.Waiting != 0 || len(gotLeft) != len(left) {
		s.t.Errorf("campaign %q: %+v, left out %v", c.Name, n, gotLeft)
	}
	for reason, people := range left {
		if gotLeft[reason] != people {
			s.t.Errorf("campaign %q: left out %v, want %v", c.Name, gotLeft, left)
		}
	}
}
