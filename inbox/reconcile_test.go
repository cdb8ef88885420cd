package inbox_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"assent/inbox"
	"assent/internal/errs"
	"assent/internal/store"
	"assent/internal/store/storetest"
)

// shelf is what is held, in memory.
type shelf struct {
	had  []inbox.Had
	last inbox.Reconciliation
	err  error
}

func (s *shelf) HeldBetween(_ context.Context, _ string, _, from, to uint32) (out []inbox.Had, err error) {
	for _, h := range s.had {
		if h.UID >= from && h.UID <= to {
			out = append(out, h)
		}
	}
	return out, s.err
}
func (s *shelf) UnsettledSince(context.Context, string, time.Time) (int, error) { return 0, s.err }
func (s *shelf) Reconciled(_ context.Context, _ string, r inbox.Reconciliation) error {
	s.last = r
	return s.err
}

// inParts is a census that hands a list over in parts.
func inParts(list []inbox.Listed, size int) inbox.Census {
	return func(_ context.Context, take func(uint32, []inbox.Listed) error) error {
		if len(list) == 0 {
			return take(7, nil)
		}
		for part := range slices.Chunk(list, size) {
			if err := take(7, part); err != nil {
				return err
			}
		}
		return nil
	}
}

var compared = time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)

// Comparing in parts, with both lists in hand, counts what looking each message up by itself does.
func TestComparingCountsEveryMessageOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		uids := rapid.SliceOfNDistinct(rapid.Uint32Range(1, 60), 0, 60, rapid.ID[uint32]).Draw(t, "uids")
		slices.Sort(uids)
		uids = append(uids, rapid.SampledFrom([][]uint32{nil, {4294967295}}).Draw(t, "last")...)
		var list []inbox.Listed
		s := &shelf{}
		var want inbox.Reconciliation
		for _, uid := range uids {
			at := compared.Add(-time.Duration(rapid.SampledFrom([]int{1, 60, 20_000}).Draw(t, "minutes")) * time.Minute)
			where := rapid.SampledFrom([]string{"both", "both", "shifted", "server", "here", "unreadable", "no time"}).Draw(t, "where")
			ours := inbox.Had{UID: uid, ReceivedAt: at}
			switch where {
			case "shifted":
				ours.ReceivedAt = at.Add(time.Hour)
				want.Shifted++
			case "unreadable":
				ours.ReceivedAt, ours.Unreadable = at.Add(time.Hour), true
			case "no time":
				ours.ReceivedAt, at = at.Add(time.Hour), time.Time{}
			}
			if where == "here" {
				want.Gone++
			} else {
				want.OnServer++
				list = append(list, inbox.Listed{UID: uid, ReceivedAt: at})
			}
			switch {
			case where != "server":
				s.had = append(s.had, ours)
			case compared.Sub(at) < 10*time.Minute:
				want.OnTheWay++
			default:
				want.Missing++
			}
		}
		got, err := inbox.Reconcile(t.Context(), "privacy", inParts(list, rapid.IntRange(1, 7).Draw(t, "part")), s, compared)
		if err != nil {
			t.Fatal(err)
		}
		if got.OnServer != want.OnServer || got.Missing != want.Missing || got.Shifted != want.Shifted || got.Gone != want.Gone || got.OnTheWay != want.OnTheWay || len(got.First) != min(got.Missing, 20) {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if got.Well() != (got.Trouble() == "") || s.last.OnServer != got.OnServer {
			t.Errorf("well %v, trouble %q, kept %+v", got.Well(), got.Trouble(), s.last)
		}
	})
}

func TestAComparisonThatFailsIsNotKept(t *testing.T) {
	t.Parallel()
	down := errs.E("test", errs.Unavailable, "The server is down.", nil)
	list := []inbox.Listed{{UID: 1, ReceivedAt: compared}}
	s := &shelf{}
	_, err := inbox.Reconcile(t.Context(), "privacy", func(context.Context, func(uint32, []inbox.Listed) error) error { return down }, s, compared)
	if !errors.Is(err, down) || !s.last.At.IsZero() {
		t.Errorf("%v, kept %+v", err, s.last)
	}
	s.err = down
	if _, err := inbox.Reconcile(t.Context(), "privacy", inParts(list, 1), s, compared); !errors.Is(err, down) {
		t.Errorf("the database fails: %v", err)
	}
}

func TestWhatIsHeldIsComparedOnEveryDatabase(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		at := time.Date(2026, 11, 12, 9, 30, 0, 0, time.UTC)
		var batch []inbox.Arrival
		for uid := uint32(1); uid <= 4; uid++ {
			batch = append(batch, inbox.Arrival{UID: uid, ReceivedAt: at, Unreadable: "The server would not give it."})
		}
		if err := db.Receive(t.Context(), "privacy", 7, batch); err != nil {
			t.Fatal(err)
		}
		list := []inbox.Listed{{UID: 2, ReceivedAt: at}, {UID: 4, ReceivedAt: at}, {UID: 9, ReceivedAt: at}}
		got, err := inbox.Reconcile(t.Context(), "privacy", inParts(list, 2), db, time.Now().Add(2*time.Hour))
		if err != nil || got.OnServer != 3 || got.Missing != 1 || got.Gone != 2 || got.Unsettled != 4 || !slices.Equal(got.First, []uint32{9}) {
			t.Errorf("%+v, %v", got, err)
		}
		boxes, err := db.Mailboxes(t.Context())
		if err != nil || len(boxes) != 1 || boxes[0].Compared.Missing != 1 {
			t.Errorf("kept %+v, %v", boxes, err)
		}
		if err := db.Watched(t.Context(), "privacy", time.Now(), ""); err != nil {
			t.Fatal(err)
		}
		if boxes, err := db.Mailboxes(t.Context()); err != nil || boxes[0].Compared.OnServer != 3 {
			t.Errorf("after another sweep %+v, %v", boxes, err)
		}
	})
}
