package e2e

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"assent/internal/assembly"
	"assent/subscriptions"
)

// latencies is how long each of some opt-outs by mail took, from handing the mail over until the gate refused, the shortest first. They come
// at intervals, whether or not the one before has been acted on.
func (s *scene) latencies(n int, apart time.Duration) []time.Duration {
	s.t.Helper()
	var ids []int64
	for i := range n {
		ids = append(ids, s.enrol(fmt.Sprintf("person%02d@example.org", i)))
	}
	q := subscriptions.Question{Lists: []subscriptions.Scope{subscriptions.ListScope(s.list)}}
	began := map[int64]time.Time{}
	var took []time.Duration
	var last time.Time // when the newest was written
	s.eventually("the gate refuses everybody", func() bool {
		if i := len(began); i < n && time.Since(last) > apart {
			last = time.Now()
			began[ids[i]] = time.Now()
			s.write(fmt.Sprintf("person%02d@example.org", i), s.at("contact").String(), "Unsubscribe me", "")
		}
		answer, err := s.house.Mailer.Gate.Admit(s.t.Context(), q, subscriptions.Newsletter, ids)
		s.check(err)
		for _, r := range answer.Refused {
			if at := began[r.SubscriberID]; !at.IsZero() {
				took = append(took, time.Since(at))
				began[r.SubscriberID] = time.Time{}
			}
		}
		return len(took) == n
	})
	slices.Sort(took)
	return took
}

// From the arrival of an opt-out in a watched mailbox until the gate refuses takes less than 2 s on a quiet machine, for IDLE tells of it at
// once; the test prints how long. The house is as it is delivered: no wait of it is shortened.
func TestAnOptOutByMailActsAtOnce(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := prepare(t, databaseURL)
		s.change = asDelivered
		s.house = s.open(databaseURL)
		s.run(s.house)
		s.atOnce(s.latencies(50, 100*time.Millisecond))
	})
}

// The same with Postfix and Dovecot, whose own half a second before it tells of new mail counts too.
func TestAnOptOutOverPostfixAndDovecotActsAtOnce(t *testing.T) {
	t.Parallel()
	databaseURL := sqliteURL(t)
	s := prepareReal(t, databaseURL)
	s.change = asDelivered
	s.house = s.open(databaseURL)
	s.run(s.house)
	s.atOnce(s.latencies(20, 100*time.Millisecond))
}

func asDelivered(p *assembly.Plan) { p.Check, p.Patience = 0, 0 }

// atOnce prints how long opt-outs took. What fails is only what shows that nobody was told of the mail: the next full sweep would be five minutes
// away. How many milliseconds it takes beside other tests says nothing.
func (s *scene) atOnce(took []time.Duration) {
	s.t.Helper()
	longest := took[len(took)-1]
	s.t.Logf("%d opt-outs by mail: half of them within %v, 95%% within %v, all within %v", len(took), took[len(took)/2], took[(len(took)*95+99)/100-1], longest)
	if longest >= time.Minute {
		s.t.Errorf("an opt-out took %v", longest)
	}
}
