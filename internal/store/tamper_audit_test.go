package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/audit"
	"assent/internal/store"
	"assent/subscriptions"
)

// holdsTrail wants the audit trail to be whole.
func (x *hand) holdsTrail(db *store.DB, when string) {
	x.t.Helper()
	if _, err := audit.Verify(context.Background(), db); err != nil {
		x.t.Fatalf("%s: %v", when, err)
	}
}

// findsInTrail verifies, and wants the fault in that row.
func (x *hand) findsInTrail(db *store.DB, table, row, after string) {
	x.t.Helper()
	_, err := audit.Verify(context.Background(), db)
	var f *audit.Fault
	switch {
	case err == nil:
		x.t.Errorf("%s: nothing was found", after)
	case !errors.As(err, &f):
		x.t.Errorf("%s: %v", after, err)
	case f.Table != table || row != "" && f.Row != row:
		x.t.Errorf("%s: found in %s, %s: %s; want %s, %s", after, f.Table, f.Row, f.What, table, row)
	}
}

// paper makes a trail with every sort of entry, a seal and a destroyed key, and returns its end.
func (h house) paper(t *testing.T, x *hand) int64 {
	t.Helper()
	h.chronicle(t)
	for i := range 5 {
		n := audit.Note{Actor: "user:3", Action: audit.ReadCase, Object: audit.About("case", int64(i)), Why: "work"}
		if err := h.db.Record(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.db.DestroyKeys(t.Context(), "case:3"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.db.KeepSeal(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	x.do("CREATE TABLE old_trail_head AS SELECT * FROM audit_head")
	h.asks(t, h.lists[2], "late@example.org")
	head, _, err := h.db.AuditHead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return head.End.Seq
}

func TestTheTrailsRowsTakenAwayPutInOrMovedAreFound(t *testing.T) {
	t.Parallel()
	eachHand(t, func(t *testing.T, h house, x *hand) {
		n := h.paper(t, x)
		x.holdsTrail(h.db, "before anything was touched")
		x.keep()
		for _, c := range trailTamperings(n) {
			c.do(x)
			x.findsInTrail(h.db, c.table, c.row, c.name)
			x.restore("audit_entries", "audit_head", "audit_keys", "seals")
		}
		x.holdsTrail(h.db, "after everything was put back")
	})
}

func trailTamperings(n int64) []tampering {
	seq := func(i int64) string { return fmt.Sprint("seq ", i) }
	const end = "(SELECT MAX(seq) FROM audit_entries)"
	copyOf := func(at int64) string {
		return fmt.Sprintf("INSERT INTO audit_entries SELECT %d, at, actor, action, object, subscriber_id, facts, key_id, sealed, prev, hash FROM audit_entries WHERE seq = 5", at)
	}
	destroyed := "(SELECT id FROM audit_keys WHERE subject = 'case:3')"
	return []tampering{
		{"the first row is gone", statements("DELETE FROM audit_entries WHERE seq = 1"), "audit_entries", seq(1)},
		{"a row in the middle is gone", statements("DELETE FROM audit_entries WHERE seq = 20"), "audit_entries", seq(20)},
		{"the last row is gone", statements("DELETE FROM audit_entries WHERE seq = " + end), "audit_entries", seq(n)},
		{"the last row is gone, and the head says so", statements("DELETE FROM audit_entries WHERE seq = "+end,
			"UPDATE audit_head SET seq = "+end+", hash = (SELECT hash FROM audit_entries WHERE seq = "+end+")"), "audit_head", "id 1"},
		{"the first rows are gone, and the head says that they were trimmed", statements(
			"UPDATE audit_head SET since_seq = 3, since_hash = (SELECT hash FROM audit_entries WHERE seq = 3)", "DELETE FROM audit_entries WHERE seq <= 3"), "audit_head", "id 1"},
		{"all rows are gone", statements("DELETE FROM audit_entries"), "audit_entries", seq(1)},
		{"two rows have changed places", statements("UPDATE audit_entries SET seq = -1 WHERE seq = 10", "UPDATE audit_entries SET seq = 10 WHERE seq = 11",
			"UPDATE audit_entries SET seq = 11 WHERE seq = -1"), "audit_entries", seq(10)},
		{"a row is put in behind the end", statements(copyOf(n + 1)), "audit_entries", seq(n + 1)},
		{"a row is put in before the first", statements(copyOf(0)), "audit_entries", seq(0)},
		{"the head is gone", statements("DELETE FROM audit_head"), "audit_head", "id 1"},
		{"the head's seal", statements("UPDATE audit_head SET seal = hash"), "audit_head", "id 1"},
		{"the head's hash", statements("UPDATE audit_head SET hash = since_hash"), "audit_head", "id 1"},
		{"rows written anew, hashes and all", func(x *hand) { x.forgeTrail(7) }, "audit_entries", ""},
		{"an old head with its seal", statements("DELETE FROM audit_head", "INSERT INTO audit_head SELECT * FROM old_trail_head"), "audit_entries", ""},
		{"a seal's place", statements("UPDATE seals SET ledger_seq = ledger_seq - 1"), "seals", "id 1"},
		{"a seal's hash", statements("UPDATE seals SET audit_hash = ledger_hash"), "seals", "id 1"},
		{"a key is gone", statements("DELETE FROM audit_keys WHERE id = 1"), "audit_keys", "id 1"},
		{"a key was emptied", func(x *hand) { x.do("UPDATE audit_keys SET wrapped = ? WHERE id = 1", []byte{}) }, "audit_keys", "id 1"},
		{"a key was exchanged", statements("UPDATE audit_keys SET wrapped = (SELECT wrapped FROM audit_keys WHERE id = 2) WHERE id = 1"), "audit_keys", "id 1"},
		{"a key's subject", statements("UPDATE audit_keys SET subject = 'subscriber:999' WHERE id = 1"), "audit_keys", "id 1"},
		{"a key was destroyed without an entry", func(x *hand) {
			x.do("UPDATE audit_keys SET wrapped = ?, destroyed_at = 5 WHERE id = 1", []byte{})
		}, "audit_keys", "id 1"},
		{"a key came back from a backup", statements("UPDATE audit_keys SET destroyed_at = 0, wrapped = (SELECT wrapped FROM audit_keys WHERE id = 1) WHERE id = " + destroyed), "audit_keys", ""},
		{"a key that nothing uses", statements("INSERT INTO audit_keys (id, subject, wrapped, created_at, destroyed_at) SELECT 999, 'case:999', wrapped, 1, 0 FROM audit_keys WHERE id = 1"), "audit_keys", "id 999"},
	}
}

// forgeTrail writes a row and all behind it anew, as Assent would: whoever can write to the database lacks only the secret.
func (x *hand) forgeTrail(at int64) {
	x.t.Helper()
	_, rows := x.rows(fmt.Sprintf("SELECT seq, at, actor, action, object, subscriber_id, facts, key_id, sealed, prev FROM audit_entries WHERE seq >= %d ORDER BY seq", at))
	prev := rows[0][9].([]byte)
	rows[0][2] = "user:666"
	for _, r := range rows {
		e := audit.Entry{
			Seq: r[0].(int64), At: time.UnixMilli(r[1].(int64)), Actor: r[2].(string), Action: audit.Action(r[3].(string)), Object: r[4].(string),
			PersonID: r[5].(int64), Facts: []byte(r[6].(string)), KeyID: r[7].(int64), Sealed: r[8].([]byte),
		}
		hash := audit.Link(prev, e.Content())
		x.do("UPDATE audit_entries SET actor = ?, prev = ?, hash = ? WHERE seq = ?", e.Actor, prev, hash, e.Seq)
		prev = hash
	}
}

func TestEveryChangedCellOfTheTrailIsFound(t *testing.T) {
	t.Parallel()
	eachHand(t, func(t *testing.T, h house, x *hand) {
		h.paper(t, x)
		x.keep()
		columns, rows := x.rows("SELECT seq, at, actor, action, object, subscriber_id, facts, key_id, sealed, prev, hash FROM audit_entries WHERE seq IN (2, 9) ORDER BY seq")
		for _, row := range rows {
			for i, column := range columns {
				if column == "seq" {
					continue // a moved row: see above
				}
				for _, v := range changed(row[i]) {
					x.do("UPDATE audit_entries SET "+column+" = ? WHERE seq = ?", v, row[0])
					x.findsInTrail(h.db, "audit_entries", fmt.Sprint("seq ", row[0]), column)
				}
				was := row[i]
				if b, isBytes := was.([]byte); isBytes && len(b) == 0 {
					was = []byte{} // nil would be NULL
				}
				x.do("UPDATE audit_entries SET "+column+" = ? WHERE seq = ?", was, row[0])
			}
		}
		x.holdsTrail(h.db, "after everything was put back")
	})
}

func TestVerifyingTheTrailMayRunBesideEverythingElse(t *testing.T) {
	t.Parallel()
	eachHand(t, func(t *testing.T, h house, x *hand) {
		done := make(chan error, 1)
		go func() {
			for i := range 40 {
				act := subscriptions.Act{ListID: h.lists[0].ID, Address: address.Must(fmt.Sprintf("beside-%d@example.org", i)), Channel: subscriptions.ByForm, Actor: "subscriber", Source: "web form"}
				if err := h.svc.Subscribe(t.Context(), act); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
		for running := true; running; {
			select {
			case err := <-done:
				if err != nil {
					t.Error(err)
				}
				running = false
			default:
			}
			x.holdsTrail(h.db, "while people subscribe")
		}
	})
}
