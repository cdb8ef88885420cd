package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"assent/inbox"
	"assent/inbox/cases"
	"assent/inbox/identity"
	"assent/internal/address"
	"assent/subscriptions"
)

// stubborn is people and a store that fail on what is about one address.
type stubborn struct {
	inbox.People
	inbox.Store
	who string // "" fails on nothing
}

var errStubborn = errors.New("a fault on one message")

func (s *stubborn) BarAll(ctx context.Context, all ...subscriptions.Barring) ([]subscriptions.Outcome, error) {
	out, err := s.People.BarAll(ctx, all...)
	for _, b := range all {
		if err == nil && s.who != "" && b.Address.String() == s.who {
			err = errStubborn // when its work is half done
		}
	}
	return out, err
}

func (s *stubborn) Settle(ctx context.Context, all ...inbox.Settlement) error {
	for _, one := range all {
		if s.who != "" && one.From == s.who {
			return errStubborn
		}
	}
	return s.Store.Settle(ctx, all...)
}

// batchOf is what may come at once: opt-outs, a request, a letter, its writer's answer to themselves, an absence.
func batchOf(n int) (batch []inbox.Arrival, from []string) {
	contact, id := "contact@"+harbour, ""
	for i := range n {
		who := fmt.Sprintf("person%02d@example.org", i)
		raw := plain(who, contact, "Unsubscribe me", "Please take me off your list.")
		switch i % 5 {
		case 1:
			raw = strings.Replace(plain(who, contact, "My data", wantsData), "Message-ID: <", fmt.Sprintf("Message-ID: <request-%d-", i), 1)
			id, _, _ = strings.Cut(raw[strings.Index(raw, "<request-"):], "\r\n")
		case 2: // the person before writes once more, before anybody has read the first
			who = fmt.Sprintf("person%02d@example.org", i-1)
			raw = plain(who, contact, "Re: My data", "I meant the newsletter of last year.", "In-Reply-To: "+id+"\r\n")
		case 3:
			raw = plain(who, contact, "Hello", "When is the meeting?")
		case 4:
			raw = plain(who, contact, "Automatic reply", "I am away until Monday.", "Auto-Submitted: auto-replied\r\n")
		}
		batch = append(batch, inbox.Arrival{UID: uint32(i + 1), ReceivedAt: time.Now(), Size: int64(len(raw)), Body: strings.NewReader(raw)})
		from = append(from, who)
	}
	return batch, from
}

// One message that cannot be settled takes none of those with it that came at the same time; and when it can be, everything is as if each had come alone.
func TestAFaultyMessageTakesItsBatchNotWithIt(t *testing.T) {
	t.Parallel()
	for _, faulty := range []int{0, 1, 3, 5} { // an opt-out, a request, a letter, an opt-out in the midst
		eachDatabase(t, func(t *testing.T, databaseURL string) {
			s := prepare(t, databaseURL)
			s.house = s.open(databaseURL)
			t.Cleanup(func() { _ = s.house.Close(context.Background()) })
			batch, from := batchOf(30)
			s.check(s.house.DB.Receive(t.Context(), "contact", 1, batch))
			fault := &stubborn{s.house.Inbox.People, s.house.Inbox.Store, from[faulty]}
			sorter := *s.house.Inbox
			sorter.People, sorter.Store = fault, fault
			var ids []int64
			for i := range batch {
				ids = append(ids, int64(i+1)) // a fresh database counts from 1
			}
			if err := sorter.HandleSortingMany(t.Context(), inbox.SortingMany{IDs: ids}); !errors.Is(err, errStubborn) {
				t.Fatalf("the fault is not told: %v", err)
			}
			kept, err := s.house.DB.KeptBefore(t.Context(), 0, 100)
			s.check(err)
			for _, k := range kept {
				if stuck := from[k.UID-1] == from[faulty]; stuck != (k.Disposition == inbox.Unsorted) {
					t.Errorf("message %d from %s is %q", k.UID, from[k.UID-1], k.Disposition)
				}
			}
			fault.who = ""
			for range 2 { // the second time there is nothing to do
				s.check(sorter.HandleSortingMany(t.Context(), inbox.SortingMany{IDs: ids}))
			}
			s.settledAs(map[inbox.Disposition]int{inbox.OptedOut: 6, inbox.OpenedCase: 12, inbox.FiledInCase: 6, inbox.Automatic: 6})
			opened, err := s.house.DB.Cases(t.Context(), cases.Filter{}, 0, 100)
			if err != nil || len(opened) != 12 {
				t.Errorf("there are %d cases, %v", len(opened), err)
			}
			for i := 0; i < len(from); i += 5 {
				events, err := s.house.DB.EventsByKey(t.Context(), s.house.Keys.AddressKey(address.Must(from[i])))
				if err != nil || len(events) != 1 {
					t.Errorf("%s left %d times, %v", from[i], len(events), err)
				}
			}
			s.verify()
		})
	}
}

// settledAs checks how many messages have each disposition.
func (s *scene) settledAs(want map[inbox.Disposition]int) {
	s.t.Helper()
	kept, err := s.house.DB.KeptBefore(s.t.Context(), 0, 1000)
	s.check(err)
	got := map[inbox.Disposition]int{}
	for _, k := range kept {
		got[k.Disposition]++
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		s.t.Errorf("dispositions %v, want %v", got, want)
	}
}

// waiting is a prover whose DNS does not answer until it is let.
type waiting struct {
	asked  chan struct{}
	answer chan struct{}
}

func (w waiting) Prove(ctx context.Context, _ io.Reader, _ address.Address, _ time.Time) (identity.Result, error) {
	w.asked <- struct{}{}
	<-w.answer
	return identity.Result{Standing: identity.Unproved}, nil
}

// An objection to marketing acts at once (Article 21(3)), even inside a letter about other rights whose writer must be looked up first.
func TestALetterAboutRightsStopsMailBeforeItsWriterIsLookedUp(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := prepare(t, databaseURL)
		s.house = s.open(databaseURL)
		t.Cleanup(func() { _ = s.house.Close(context.Background()) })
		s.enrol("ann@example.org")
		raw := plain("ann@example.org", "contact@"+harbour, "My rights", "I object to the use of my data for direct marketing. Also send me a copy of all the personal data that you hold about me.")
		s.check(s.house.DB.Receive(t.Context(), "contact", 1, []inbox.Arrival{{UID: 1, ReceivedAt: time.Now(), Size: int64(len(raw)), Body: strings.NewReader(raw)}}))
		dns := waiting{make(chan struct{}), make(chan struct{})}
		sorter := *s.house.Inbox
		sorter.Prover = dns
		settled := make(chan error)
		go func() { settled <- sorter.HandleSorting(t.Context(), inbox.Sorting{IDs: []int64{1}}) }()
		<-dns.asked
		events, err := s.house.DB.EventsByKey(t.Context(), s.house.Keys.AddressKey(address.Must("ann@example.org")))
		s.check(err)
		if last := events[len(events)-1]; last.Kind != subscriptions.Withdrawn {
			t.Errorf("while DNS is waited for, the ledger ends with %q", last.Kind)
		}
		before := len(events)
		close(dns.answer)
		s.check(<-settled)
		s.settledAs(map[inbox.Disposition]int{inbox.OpenedCase: 1})
		if events, err = s.house.DB.EventsByKey(t.Context(), s.house.Keys.AddressKey(address.Must("ann@example.org"))); err != nil || len(events) != before {
			t.Errorf("it acted twice: %+v, %v", events, err)
		}
		s.verify()
	})
}

// faulty is casework with a fault of ours, which one writer's messages bring out.
type faulty struct {
	inbox.Casework
	who string
}

func (f faulty) Thread(ctx context.Context, m cases.Incoming) (cases.Case, cases.Filed, bool, error) {
	if m.From.String() == f.who {
		panic("a fault of ours")
	}
	return f.Casework.Thread(ctx, m)
}

func TestAMessageAtWhichWeFailByOurOwnFaultIsLeftToAPerson(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := prepare(t, databaseURL)
		s.house = s.open(databaseURL)
		t.Cleanup(func() { _ = s.house.Close(context.Background()) })
		batch, from := batchOf(10)
		s.check(s.house.DB.Receive(t.Context(), "contact", 1, batch))
		sorter := *s.house.Inbox
		sorter.Cases = faulty{sorter.Cases, from[0]}
		var ids []int64
		for i := range batch {
			ids = append(ids, int64(i+1))
		}
		s.check(sorter.HandleSortingMany(t.Context(), inbox.SortingMany{IDs: ids}))
		s.settledAs(map[inbox.Disposition]int{inbox.OptedOut: 1, inbox.OpenedCase: 5, inbox.FiledInCase: 2, inbox.Automatic: 2})
		k := s.kept(func(k inbox.Kept) bool { return k.From == from[0] })
		if k.Disposition != inbox.OpenedCase || !strings.Contains(fmt.Sprint(k.Grounds), "could not be acted on") {
			t.Errorf("the message is %q, with the grounds %v", k.Disposition, k.Grounds)
		}
		s.verify()
	})
}
