package e2e

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"assent/mailer"
	"assent/subscriptions"
)

// slowly is a road that takes its time, so that a campaign lasts long enough for people to leave in its midst.
type slowly struct {
	mailer.Transport
	wait time.Duration
}

func (s slowly) Send(ctx context.Context, p subscriptions.Permit, from string, body []byte) (mailer.Receipt, error) {
	select {
	case <-time.After(s.wait):
	case <-ctx.Done():
	}
	return s.Transport.Send(ctx, p, from, body)
}

// From the commit of a withdrawal no message to that person starts more than 2 s after (H1, H3). The test measures how long it really was.
func TestAWithdrawalInTheMidstOfACampaignStopsItsMessageWithinTwoSeconds(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := stage(t, databaseURL)
		s.house.Mailer.Transport = slowly{s.house.Pool, 40 * time.Millisecond}
		people := crowd(t, s.house.DB, s.list, 900)
		campaign := s.draft("May")
		s.schedule(campaign)

		committed := s.withdrawWhile(campaign, people[150:], 250)
		s.finished(campaign)

		longest, mailed := time.Duration(0), 0
		for id, at := range committed {
			d, err := s.house.DB.Delivery(t.Context(), campaign, id)
			if err != nil || d.StartedAt.IsZero() {
				continue // left out, or refused when the gate was asked again
			}
			mailed++
			if late := d.StartedAt.Sub(at); late > longest {
				longest = late
			}
		}
		t.Logf("%d withdrew in the midst of the campaign, %d of them had a message started before or after; the latest started %v after its withdrawal was committed", len(committed), mailed, longest)
		if len(committed) < 50 {
			t.Errorf("only %d withdrew before the campaign ended: it shows nothing", len(committed))
		}
		if longest > subscriptions.PermitLife {
			t.Errorf("a message started %v after a withdrawal", longest)
		}
		s.verify()
	})
}

// withdrawWhile lets people leave at random moments while a campaign runs, and returns when each was committed.
func (s *scene) withdrawWhile(campaign int64, people []int64, most int) map[int64]time.Time {
	s.t.Helper()
	s.eventually("the campaign is on its way", func() bool {
		n, _, err := s.house.Mailer.Progress(s.t.Context(), campaign)
		s.check(err)
		return n.Sent > 0
	})
	committed := map[int64]time.Time{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	order := rand.Perm(len(people))[:most]
	for worker := range 3 {
		wg.Go(func() {
			for i := worker; i < len(order); i += 3 {
				c, err := s.house.DB.Campaign(s.t.Context(), campaign)
				if err != nil || c.State == mailer.Finished {
					return
				}
				id := people[order[i]]
				_, err = s.house.People.Withdraw(s.t.Context(), subscriptions.Withdrawal{
					SubscriberID: id, Scope: subscriptions.ListScope(s.list), Channel: subscriptions.ByOneClick, Actor: "subscriber",
				})
				at := time.Now()
				if err != nil {
					s.t.Error(err)
					return
				}
				mu.Lock()
				committed[id] = at
				mu.Unlock()
				time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond) // people do not leave in step
			}
		})
	}
	wg.Wait()
	return committed
}
