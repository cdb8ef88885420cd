package e2e

import (
	"assent/inbox"
	"assent/internal/address"
	"assent/internal/message"
	"assent/mailer"
	"assent/subscriptions"
)

// enrol puts an address on the list by a written act, and returns the person's row number.
func (s *scene) enrol(addr string) int64 { return s.enrolOn(s.list, addr) }

func (s *scene) enrolOn(list subscriptions.List, addr string) int64 {
	s.t.Helper()
	_, err := s.house.People.Grant(s.t.Context(), subscriptions.Act{
		ListID: list.ID, Address: address.Must(addr), Channel: subscriptions.ByImport, Actor: "system", Source: "test",
		Evidence: subscriptions.Evidence{"act": "signed the form"},
	})
	s.check(err)
	return s.person(addr)
}

// person returns the row number of whoever is on record under an address.
func (s *scene) person(addr string) int64 {
	s.t.Helper()
	p, err := s.house.DB.SubscriberByKey(s.t.Context(), s.house.Keys.AddressKey(address.Must(addr)))
	s.check(err)
	return p.ID
}

// verdict asks the gate whether a person may be mailed on a list now.
func (s *scene) verdict(list subscriptions.List, id int64) subscriptions.Reason {
	s.t.Helper()
	q := subscriptions.Question{Lists: []subscriptions.Scope{subscriptions.ListScope(list)}}
	a, err := s.house.Mailer.Gate.Admit(s.t.Context(), q, subscriptions.Newsletter, []int64{id})
	s.check(err)
	if len(a.Admitted) == 1 {
		return subscriptions.Allowed
	}
	return a.Refused[0].Reason
}

// mayBeMailed reports whether the gate lets a person through on the scene's list.
func (s *scene) mayBeMailed(id int64) bool { return s.verdict(s.list, id) == subscriptions.Allowed }

// newsletter waits for a campaign's message to somebody.
func (s *scene) newsletter(addr, name string) *message.Parsed {
	s.t.Helper()
	return s.mailTo(addr, func(m *message.Parsed) bool {
		return m.ListID != "" && len(m.Subject) >= len(name) && m.Subject[:len(name)] == name
	})
}

// delivery waits until what became of a message to a person fits.
func (s *scene) delivery(campaign, person int64, what string, fits func(mailer.Delivery) bool) (d mailer.Delivery) {
	s.t.Helper()
	s.eventually(what, func() bool {
		var err error
		d, err = s.house.DB.Delivery(s.t.Context(), campaign, person)
		return err == nil && fits(d)
	})
	return d
}

// settled returns what became of every message in the order in which they were kept.
func (s *scene) settled(n int) []inbox.Kept {
	s.t.Helper()
	var all []inbox.Kept
	s.eventually("every message is settled", func() bool {
		var err error
		all, err = s.house.DB.KeptBefore(s.t.Context(), 0, 1000)
		s.check(err)
		for _, k := range all {
			if k.Disposition == inbox.Unsorted {
				return false
			}
		}
		return len(all) >= n
	})
	return all
}
