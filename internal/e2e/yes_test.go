package e2e

import (
	"testing"

	"assent/inbox"
	"assent/internal/address"
	"assent/internal/message"
	"assent/subscriptions"
)

// asks has an address ask for the list, and returns the mail that it is asked to confirm with.
func (s *scene) asks(addr string) *message.Parsed {
	s.t.Helper()
	s.check(s.house.People.Subscribe(s.t.Context(), subscriptions.Act{
		ListID: s.list.ID, Address: address.Must(addr), Channel: subscriptions.ByForm, Actor: "subscriber", Source: "web form", Evidence: subscriptions.Evidence{"act": "pressed the button"},
	}))
	return s.mailTo(addr, func(m *message.Parsed) bool { return confirmLink.MatchString(m.Text) })
}

// onList reports whether an address stands on the list, and by which event.
func (s *scene) onList(addr string) (subscriptions.Event, bool) {
	s.t.Helper()
	events, err := s.house.DB.EventsByKey(s.t.Context(), s.house.Keys.AddressKey(address.Must(addr)))
	s.check(err)
	st := subscriptions.Fold(events).Lists[s.list.ID]
	return events[len(events)-1], st.Status == subscriptions.StatusActive
}

func TestAPlainYesByMailConfirmsAndNothingElseDoes(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := stage(t, databaseURL)
		settled := func(from string, want inbox.Disposition) {
			t.Helper()
			if k := s.kept(func(k inbox.Kept) bool { return k.From == from }); k.Disposition != want {
				t.Errorf("the answer of %s became %q, want %q: %+v", from, k.Disposition, want, k.Grounds)
			}
		}
		ann := s.asks("ann@example.org")
		s.write("ann@example.org", ann.ReplyTo.String(), "Re: "+ann.Subject, "Yes, please.\r\n\r\nBest wishes\r\nAnn\r\n\r\n> Please confirm")
		settled("ann@example.org", inbox.Agreed)
		if e, on := s.onList("ann@example.org"); !on || e.Kind != subscriptions.Confirmed || e.Channel != subscriptions.ByMail {
			t.Errorf("ann's yes became %+v", e)
		}

		bob := s.asks("bob@example.org") // answers from another address
		s.write("bob.other@example.org", bob.ReplyTo.String(), "Re: "+bob.Subject, "Yes")
		settled("bob.other@example.org", inbox.OpenedCase)

		cat := s.asks("cat@example.org") // is away
		s.write("cat@example.org", cat.ReplyTo.String(), "Automatic reply: "+cat.Subject, "Yes", "Auto-Submitted: auto-replied\r\n")
		settled("cat@example.org", inbox.Automatic)

		dan := s.asks("dan@example.org") // asks something
		s.write("dan@example.org", dan.ReplyTo.String(), "Re: "+dan.Subject, "Yes, but what will you send me?")
		settled("dan@example.org", inbox.OpenedCase)

		for _, addr := range []string{"bob@example.org", "cat@example.org", "dan@example.org"} {
			if e, on := s.onList(addr); on {
				t.Errorf("%s is on the list by %+v", addr, e)
			}
		}
		s.verify()
	})
}
