package e2e

import (
	"bytes"
	"testing"

	"assent/inbox"
	"assent/internal/address"
	"assent/internal/message"
	"assent/subscriptions"
	"assent/subscriptions/importing"
)

// From a file without evidence, through the mail that asks for permission, onto the list; and never asked again, whatever becomes of the first mail.
func TestWhoCameWithoutEvidenceIsAskedOnceAndComesInByTheirOwnYes(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := stage(t, databaseURL)
		const ground = "members of the sailing club, under their contract"
		apart := func(rows ...string) importing.AskCounts {
			t.Helper()
			report, err := s.bring(s.list, rows...)
			s.check(err)
			counts, err := s.house.Asking.Ask(t.Context(), report.ID, "user:1", ground, false)
			s.check(err)
			return counts
		}
		if got := apart("ann@example.org,Ann,,,Club register,", "bob@example.org,Bob,,,Club register,", "cat@example.org,Cat,,,,"); got != (importing.AskCounts{Asked: 3}) {
			t.Fatalf("asked %+v", got)
		}
		isRequest := func(m *message.Parsed) bool { return confirmLink.MatchString(m.Text) }
		ann, bob := s.mailTo("ann@example.org", isRequest), s.mailTo("bob@example.org", isRequest)
		s.mailTo("cat@example.org", isRequest) // does not answer
		_, err := s.house.People.Confirm(t.Context(), confirmLink.FindStringSubmatch(ann.Text)[1], subscriptions.Evidence{"act": "pressed the button"})
		s.check(err)
		s.write("bob@example.org", bob.ReplyTo.String(), "Re: "+bob.Subject, "Yes")
		if k := s.kept(func(k inbox.Kept) bool { return k.From == "bob@example.org" }); k.Disposition != inbox.Agreed {
			t.Errorf("bob's yes became %q", k.Disposition)
		}
		for who, want := range map[string]bool{"ann@example.org": true, "bob@example.org": true, "cat@example.org": false} {
			if _, on := s.onList(who); on != want {
				t.Errorf("%s is on the list: %v", who, on)
			}
		}
		// Through another file, in another spelling, and by the same number again.
		if got := apart("CAT@Example.org,Cat,,,Old index cards,"); got != (importing.AskCounts{Before: 1}) {
			t.Errorf("cat was asked a second time: %+v", got)
		}
		// The one to dan comes last, so a second mail to cat would have left before it.
		if got := apart("dan@example.org,Dan,,,Club register,"); got != (importing.AskCounts{Asked: 1}) {
			t.Errorf("dan: %+v", got)
		}
		s.mailTo("dan@example.org", isRequest)
		letters := 0
		for _, m := range s.mails("cat@example.org") {
			if isRequest(m) {
				letters++
			}
		}
		if letters != 1 {
			t.Errorf("cat got %d requests", letters)
		}
		s.campaign("March")
		s.newsletter("ann@example.org", "March")
		s.newsletter("bob@example.org", "March")
		if letters = len(s.mails("cat@example.org")); letters != 1 {
			t.Errorf("cat got %d mails", letters)
		}
		s.verify()
	})
}

// mails returns all that an address got in the scene's own mail world.
func (s *scene) mails(addr string) (all []*message.Parsed) {
	s.t.Helper()
	for _, m := range s.world.Inbox(address.Must(addr)) {
		p, err := message.Parse(bytes.NewReader(m.Raw), message.DefaultLimits())
		s.check(err)
		all = append(all, p)
	}
	return all
}
