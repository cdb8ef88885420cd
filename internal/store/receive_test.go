package store_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"assent/inbox"
	"assent/internal/store"
	"assent/internal/store/storetest"
)

func arrival(uid uint32, at time.Time, raw string) inbox.Arrival {
	return inbox.Arrival{UID: uid, ReceivedAt: at, Size: int64(len(raw)), Body: strings.NewReader(raw)}
}

// Whatever comes in one batch: each message is here once, whole, at its time, and the same bytes are worked on once.
func TestABatchIsReceivedWholeAndOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, at := t.Context(), time.Date(2026, 11, 12, 9, 0, 0, 0, time.UTC)
		large, twoPieces := strings.Repeat("large ", 400<<10), strings.Repeat("b", 256<<10+1)
		raws := map[uint32]string{1: "one", 2: "two", 3: "one", 4: "", 5: large, 6: twoPieces, 7: strings.Repeat("c", 256<<10)}
		batch := func() (all []inbox.Arrival) {
			for uid := uint32(1); uid <= 7; uid++ {
				all = append(all, arrival(uid, at.Add(time.Duration(uid)*time.Minute), raws[uid]))
			}
			all[5].Size = 10 // the server guessed
			return append(all, inbox.Arrival{UID: 8, Unreadable: "The server would not give it."}, arrival(2, at, "another under the same number"))
		}
		for range 2 { // the second time nothing is new
			if err := db.Receive(ctx, "contact", 1, batch()); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.Receive(ctx, "contact", 2, []inbox.Arrival{arrival(9, at, "two")}); err != nil { // numbered anew
			t.Fatal(err)
		}
		kept := must(db.KeptBefore(ctx, 0, 100))(t)
		if len(kept) != 9 {
			t.Fatalf("%d messages are here", len(kept))
		}
		first := map[string]int64{}
		for i := len(kept) - 1; i >= 0; i-- {
			k := kept[i]
			if k.UID < 8 && !k.ReceivedAt.Equal(at.Add(time.Duration(k.UID)*time.Minute)) {
				t.Errorf("message %d came at %s", k.UID, k.ReceivedAt)
			}
			want := inbox.Unsorted
			if k.UID == 3 || k.UID == 9 {
				want = inbox.Duplicated
			}
			if k.Disposition != want || want == inbox.Duplicated && k.DuplicateOf != first[k.Digest] {
				t.Errorf("message %d is %q, of %d", k.UID, k.Disposition, k.DuplicateOf)
			}
			if first[k.Digest] == 0 {
				first[k.Digest] = k.ID
			}
			if raw := raws[k.UID]; k.UID < 8 {
				got := must(io.ReadAll(db.Raw(ctx, k.Digest)))(t)
				if string(got) != raw || k.Size != int64(len(raw)) {
					t.Errorf("message %d has %d octets, want %d", k.UID, k.Size, len(raw))
				}
			}
		}
		small := must(db.SmallRaws(ctx, kept))(t)
		for _, k := range kept {
			if raw, here := small[k.Digest]; here != (k.Digest != "" && k.Size <= 256<<10) || here && !bytes.Equal(raw, must(io.ReadAll(db.Raw(ctx, k.Digest)))(t)) {
				t.Errorf("message %d of %d octets: read at once: %v", k.UID, k.Size, here)
			}
		}
	})
}
