package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/store"
	"assent/mailer"
	"assent/queue"
	"assent/subscriptions"
	"assent/subscriptions/segment"
)

// crowd puts n people on each of the lists, and returns their row numbers.
func (h house) crowd(t testing.TB, from, n int, lists ...subscriptions.List) []int64 {
	t.Helper()
	now := time.Now()
	var people []*subscriptions.Subscriber
	for i := from; i < from+n; i++ {
		a := address.Must(fmt.Sprintf("crowd-%06d@example.org", i))
		people = append(people, &subscriptions.Subscriber{Key: h.svc.Keys.AddressKey(a), Address: a, Name: fmt.Sprint("Person ", i), CreatedAt: now, UpdatedAt: now})
	}
	ids := make([]int64, n)
	for page := range (n + 999) / 1000 {
		part := people[page*1000 : min(n, page*1000+1000)]
		err := h.db.Update(t.Context(), func(tx subscriptions.Tx) error {
			if err := tx.CreateSubscribers(part); err != nil {
				return err
			}
			var events []subscriptions.Event
			for i, p := range part {
				ids[page*1000+i] = p.ID
				for _, l := range lists {
					events = append(events, subscriptions.Event{
						At: now, Kind: subscriptions.Granted, Scope: subscriptions.ListScope(l), SubscriberID: p.ID, AddressKey: p.Key,
						Channel: subscriptions.ByImport, Actor: "system", Source: "test", Evidence: []byte(`{"act":"signed"}`), Salt: []byte("salt"),
					})
				}
			}
			return tx.Append(events)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return ids
}

// campaign makes one that is scheduled for now.
func (h house) campaign(t testing.TB, lists ...subscriptions.List) mailer.Campaign {
	t.Helper()
	c := mailer.Campaign{ProgrammeID: lists[0].ProgrammeID, Name: "May", Subject: "News", Body: "News", Language: "en", State: mailer.Scheduled, CreatedAt: time.Now()}
	for _, l := range lists {
		c.Lists = append(c.Lists, l.ID)
	}
	if err := h.db.CreateCampaign(t.Context(), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func question(lists ...subscriptions.List) subscriptions.Question {
	var q subscriptions.Question
	for _, l := range lists {
		q.Lists = append(q.Lists, subscriptions.ListScope(l))
	}
	return q
}

func audience(lists ...subscriptions.List) segment.Audience {
	return segment.Audience{Question: question(lists...)}
}

// planned plans a campaign wholly, and returns it with the numbers of its chunks.
func (h house) planned(t testing.TB, lists ...subscriptions.List) (mailer.Campaign, []int64) {
	t.Helper()
	c := h.campaign(t, lists...)
	for more := true; more; {
		var err error
		if more, err = h.db.PlanPage(t.Context(), c.ID, audience(lists...), time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	return h.reread(t, c), h.chunkTasks(t, c)
}

func (h house) reread(t testing.TB, c mailer.Campaign) mailer.Campaign {
	t.Helper()
	got, err := h.db.Campaign(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// chunkTasks returns the chunks of a campaign's round for which tasks wait, in the order in which they were made.
func (h house) chunkTasks(t testing.TB, c mailer.Campaign) []int64 {
	t.Helper()
	due, err := h.db.Due(t.Context(), time.Now().Add(24*time.Hour), 10_000)
	if err != nil {
		t.Fatal(err)
	}
	var ids []int64
	for _, task := range due {
		var id int64
		var round int
		if n, _ := fmt.Sscanf(task.ID, "chunk:%d:%d", &id, &round); n == 2 && round == h.reread(t, c).Round {
			ids = append(ids, id)
		}
	}
	return ids
}

func (h house) counts(t testing.TB, c mailer.Campaign) string {
	t.Helper()
	n, _, err := h.db.Counts(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d planned: %d sent, %d failed, %d refused, %d uncertain, %d waiting", n.Planned, n.Sent, n.Failed, n.Refused, n.Uncertain, n.Waiting)
}

// change pauses, resumes or cancels.
func (h house) change(t testing.TB, c mailer.Campaign, requeue bool, change func(mailer.Campaign) (mailer.Campaign, error)) {
	t.Helper()
	_, err := h.db.ChangeCampaign(t.Context(), c.ID, requeue, func(c mailer.Campaign) (mailer.Campaign, []queue.Task, error) {
		c, err := change(c)
		return c, nil, err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// sent is the outcome of a message that the relay took.
func sent(c mailer.Campaign, subscriber int64, at time.Time) mailer.Delivery {
	return mailer.Delivery{CampaignID: c.ID, SubscriberID: subscriber, ListID: c.Lists[0], State: mailer.Sent, EventSeq: 1, GateSeq: 1, AskedAt: at, StartedAt: at, FinishedAt: at, Code: 250, Reply: "Ok"}
}

// claim takes a chunk for a claimant and half a minute.
func (h house) claim(t testing.TB, chunk int64, claimant string, now time.Time) mailer.Chunk {
	t.Helper()
	k, done, err := h.db.Claim(t.Context(), chunk, claimant, now, now.Add(30*time.Second))
	if err != nil || done {
		t.Fatalf("%s claims: done %v, %v", claimant, done, err)
	}
	return k
}

// intend writes a window for people.
func (h house) intend(t testing.TB, k mailer.Chunk, claimant string, now time.Time, people ...int64) mailer.Intent {
	t.Helper()
	in := mailer.Intent{ChunkID: k.ID, People: people, GateSeq: 1, AskedAt: now}
	if err := h.db.Intend(t.Context(), &in, claimant, now.Add(30*time.Second)); err != nil {
		t.Fatal(err)
	}
	return in
}

func (h house) close(t testing.TB, c mailer.Campaign, w mailer.Window) {
	t.Helper()
	if err := h.db.CloseWindow(t.Context(), c.ID, w); err != nil {
		t.Fatal(err)
	}
}

func says(t *testing.T, what, got, want string) {
	t.Helper()
	if !strings.Contains(got, want) {
		t.Errorf("%s: %s; want %s", what, got, want)
	}
}

var _ mailer.Store = (*store.DB)(nil)
