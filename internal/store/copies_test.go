package store_test

import (
	"testing"
	"time"

	"assent/internal/exporting"
	"assent/internal/exporting/copies"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/queue"
	"assent/subscriptions"
)

func TestNoByteOfAFileThatIsGoneStays(t *testing.T) {
	t.Parallel()
	for name, drop := range map[string]func(db *store.DB, c copies.Copy, now time.Time) error{
		"its time is over": func(db *store.DB, _ copies.Copy, now time.Time) error {
			_, err := db.DropCopies(t.Context(), now.AddDate(0, 0, 1), copies.TimeOver)
			return err
		},
		"somebody destroyed it": func(db *store.DB, c copies.Copy, now time.Time) error {
			return db.DropCopy(t.Context(), c.ID, now, "user:1", copies.AskedFor)
		},
		"it went while it was made": func(db *store.DB, c copies.Copy, now time.Time) error { return dropWhileMaking(t, db, c, now) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				now := time.Now()
				c := copies.Copy{Kind: copies.Export, What: exporting.Subscribers, Format: exporting.CSV, Why: "a move", Actor: "user:1", State: copies.Making, AskedAt: now, ExpiresAt: now.AddDate(0, 0, 1)}
				noError(t, db.AskCopy(t.Context(), &c, subscriptions.Given{}, func(c copies.Copy) (queue.Task, error) { return queue.New("copy:1", copies.Make{CopyID: c.ID}, now) }))
				noError(t, db.AddPiece(t.Context(), c.ID, 0, []byte("ann@example.org,telltale")))
				if found, err := db.Find(t.Context(), "telltale"); err != nil || len(found) != 1 {
					t.Fatalf("before: %v, %v", found, err)
				}
				noError(t, drop(db, c, now))
				if found, err := db.Find(t.Context(), "telltale"); err != nil || len(found) != 0 {
					t.Errorf("it stands in %v, %v", found, err)
				}
				if got, err := db.Copy(t.Context(), c.ID); err != nil || got.State != copies.Gone || got.Why != "a move" {
					t.Errorf("the record: %+v, %v", got, err)
				}
			})
		})
	}
}

// dropWhileMaking destroys a file whose maker goes on meanwhile, as when somebody in it is erased.
func dropWhileMaking(t *testing.T, db *store.DB, c copies.Copy, now time.Time) error {
	if err := db.DropCopy(t.Context(), c.ID, now, "system", copies.SomebodyGone); err != nil {
		return err
	}
	if err := db.AddPiece(t.Context(), c.ID, 1, []byte("bea@example.org,telltale")); err != nil {
		return err
	}
	c.State = copies.Ready
	return db.EndCopy(t.Context(), c)
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
