package e2e

import (
	"strings"
	"testing"

	"assent/inbox"
	"assent/internal/assembly"
	"assent/internal/message"
	"assent/internal/store/storetest"
	"assent/subscriptions"
)

// One watches the mailboxes and two send, each as a process of its own would: they share the database and Redis, and nothing else.
func TestPartsOfOneHouseWorkApart(t *testing.T) {
	t.Parallel()
	redisURL, broker := ownRedis(t, 5)
	databaseURL := storetest.PostgresURL(t)
	s := prepare(t, databaseURL)
	s.redisURL = redisURL
	process := func(name string, parts func(h *assembly.House) []part) *assembly.House {
		s.change = func(p *assembly.Plan) { p.Worker = name }
		h := s.open(databaseURL)
		t.Cleanup(s.start(h, parts(h)...))
		return h
	}
	sends := func(h *assembly.House) []part { return []part{h.Relay, h.Work} }
	s.house = process("inbox", func(h *assembly.House) []part { return []part{h.Relay, h.Watch} })
	process("first worker", sends)
	process("second worker", sends)

	s.join("ann@example.org", "bob@example.org")
	crowd(t, s.house.DB, s.list, 700)
	first := s.campaign("March")
	s.expect(first, 702, nil)
	s.write("ann@example.org", "contact@"+harbour, "Unsubscribe me", "")
	s.check(broker.FlushDB(t.Context()).Err()) // also of what was about to be sorted
	s.kept(func(k inbox.Kept) bool { return k.Disposition == inbox.OptedOut })
	s.mailTo("ann@example.org", func(m *message.Parsed) bool { return strings.Contains(m.Subject, "unsubscribed") })
	second := s.campaign("April")
	s.expect(second, 701, map[subscriptions.Reason]int64{subscriptions.ReasonWithdrawn: 1})
	if c := s.world.Counts(); len(c.Doubles) != 0 {
		t.Errorf("%d people got a message twice", len(c.Doubles))
	}
	s.verify()
}
