package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"assent/internal/address"
	"assent/subscriptions"
)

// tampering is one way to falsify a database, and where it must be found; an empty row means anywhere in the table.
type tampering struct {
	name       string
	do         func(x *hand)
	table, row string
}

// statements is a tampering by statements.
func statements(queries ...string) func(*hand) {
	return func(x *hand) {
		x.t.Helper()
		for _, q := range queries {
			x.do(q)
		}
	}
}

const end = "(SELECT MAX(seq) FROM consent_events)"

func TestRowsTakenAwayPutInOrMovedAreFound(t *testing.T) {
	t.Parallel()
	eachHand(t, func(t *testing.T, h house, x *hand) {
		h.chronicle(t)
		h.holds(t)
		x.do("CREATE TABLE old_head AS SELECT * FROM ledger_head")
		h.leaves(t, subscriptions.ListScope(h.lists[2]), "person-2-2@example.org")
		h.asks(t, h.lists[2], "late@example.org")
		h.leaves(t, subscriptions.Everything(), "late-and-unknown@example.org")
		x.keep()
		for _, c := range ledgerTamperings(h.end(t)) {
			c.do(x)
			x.finds(h.db, c.table, c.row, c.name)
			x.restore("consent_events", "ledger_head")
		}
		h.holds(t)
	})
}

func (h house) end(t *testing.T) int64 {
	t.Helper()
	head, _, err := h.db.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return head.Seq
}

func ledgerTamperings(n int64) []tampering {
	seq := func(i int64) string { return fmt.Sprint("seq ", i) }
	event := func(at int64, from string) string {
		return fmt.Sprintf("INSERT INTO consent_events SELECT %d, at, kind, reach, programme_id, purpose_id, list_id, subscriber_id, address_key, channel, actor, source, "+
			"wording_digest, notice_digest, reason, expires_at, evidence, salt, evidence_hash, prev, hash FROM consent_events WHERE %s", at, from)
	}
	return []tampering{
		{"the first row is gone", statements("DELETE FROM consent_events WHERE seq = 1"), "consent_events", seq(1)},
		{"a row in the middle is gone", statements("DELETE FROM consent_events WHERE seq = 20"), "consent_events", seq(20)},
		{"the last row is gone", statements("DELETE FROM consent_events WHERE seq = " + end), "consent_events", seq(n)},
		{"the last row is gone, and the head put back to what it says", statements("DELETE FROM consent_events WHERE seq = "+end,
			"UPDATE ledger_head SET seq = "+end+", hash = (SELECT hash FROM consent_events WHERE seq = "+end+")"), "ledger_head", "id 1"},
		{"the tail is gone, and an old head put back with its seal", statements("DELETE FROM consent_events WHERE seq > (SELECT seq FROM old_head)",
			"DELETE FROM ledger_head", "INSERT INTO ledger_head SELECT * FROM old_head"), "suppressions", ""},
		{"all rows are gone", statements("DELETE FROM consent_events"), "consent_events", seq(1)},
		{"two rows have changed places", statements("UPDATE consent_events SET seq = -1 WHERE seq = 10", "UPDATE consent_events SET seq = 10 WHERE seq = 11",
			"UPDATE consent_events SET seq = 11 WHERE seq = -1"), "consent_events", seq(10)},
		{"a row is put in behind the end", statements(event(n+1, "seq = 5")), "consent_events", seq(n + 1)},
		{"a row is put in far behind the end", statements(event(n+100, "seq = 5")), "consent_events", seq(n + 100)},
		{"a row is put in before the first", statements(event(0, "seq = 5")), "consent_events", seq(0)},
		{"a well-made row is put in behind the end", func(x *hand) { x.forge(n+1, false) }, "consent_events", seq(n + 1)},
		{"a row is written anew with all that follow, and the end is not", func(x *hand) { x.forge(20, true) }, "consent_events", seq(n)},
		{"the evidence is emptied", statements("UPDATE consent_events SET evidence = NULL, salt = NULL WHERE seq = 7"), "consent_events", seq(7)},
		{"the evidence is made empty", func(x *hand) {
			x.do("UPDATE consent_events SET evidence = ?, salt = ? WHERE seq = 7", []byte{}, []byte{})
		}, "consent_events", seq(7)},
		{"the head is gone", statements("DELETE FROM ledger_head"), "ledger_head", "id 1"},
		{"the head's place", statements("UPDATE ledger_head SET seq = seq - 1"), "ledger_head", "id 1"},
		{"the head's hash", statements("UPDATE ledger_head SET hash = (SELECT hash FROM consent_events WHERE seq = 1)"), "ledger_head", "id 1"},
		{"the head's seal", statements("UPDATE ledger_head SET seal = hash"), "ledger_head", "id 1"},
		{"an old head", statements("DELETE FROM ledger_head", "INSERT INTO ledger_head SELECT * FROM old_head"), "consent_events", ""},
	}
}

// forge writes a row as Assent would, hashes and all: whoever can write to the database can do that, and lacks only the key of the seal. With
// onwards it takes the place of the row that is there, and every later row is written anew.
func (x *hand) forge(at int64, onwards bool) {
	x.t.Helper()
	prev := x.hash(at - 1)
	columns, rows := x.rows(fmt.Sprintf("SELECT * FROM consent_events WHERE seq >= %d ORDER BY seq", at))
	if !onwards {
		columns, rows = x.rows("SELECT * FROM consent_events WHERE seq = 3")
		rows[0][0] = at
	} else {
		x.do("DELETE FROM consent_events WHERE seq >= ?", at)
		rows[0][11] = "somewhere else" // its source
	}
	for _, r := range rows {
		e := eventOf(r)
		e.Prev = prev
		prev = e.Digest(prev)
		r[19], r[20] = e.Prev, prev
		x.do("INSERT INTO consent_events VALUES ("+marksOf(len(columns))+")", r...)
	}
}

func marksOf(n int) string {
	out := "?"
	for range n - 1 {
		out += ", ?"
	}
	return out
}

func (x *hand) hash(seq int64) []byte {
	x.t.Helper()
	_, rows := x.rows(fmt.Sprintf("SELECT hash FROM consent_events WHERE seq = %d", seq))
	return rows[0][0].([]byte)
}

// eventOf reads what of a raw row is in its hash.
func eventOf(r []any) subscriptions.Event {
	number, text := func(i int) int64 { return r[i].(int64) }, func(i int) string { return r[i].(string) }
	e := subscriptions.Event{
		Seq: number(0), At: time.UnixMilli(number(1)), Kind: subscriptions.EventKind(text(2)),
		Scope:        subscriptions.Scope{Reach: subscriptions.Reach(text(3)), ProgrammeID: number(4), PurposeID: number(5), ListID: number(6)},
		SubscriberID: number(7), AddressKey: r[8].([]byte), Channel: subscriptions.Channel(text(9)), Actor: text(10), Source: text(11),
		WordingDigest: text(12), NoticeDigest: text(13), Reason: text(14), EvidenceHash: r[18].([]byte),
	}
	if ends := number(15); ends != 0 {
		e.ExpiresAt = time.UnixMilli(ends)
	}
	return e
}

func TestWhatTheGateReadsIsHeldToTheLedger(t *testing.T) {
	t.Parallel()
	eachHand(t, func(t *testing.T, h house, x *hand) {
		h.chronicle(t)
		x.keep()
		ann, gone := h.person(t, "person-0-0@example.org").ID, h.person(t, "person-0-1@example.org").ID
		restricted, erased := h.person(t, "person-6-2@example.org").ID, h.person(t, "person-3-3@example.org").ID
		list, purpose := h.lists[0], h.purposes[0]
		member := fmt.Sprintf(" WHERE list_id = %d AND subscriber_id = %d", list.ID, ann)
		holder := fmt.Sprintf(" WHERE purpose_id = %d AND subscriber_id = %d", purpose.ID, ann)
		person := fmt.Sprintf(" WHERE id = %d", ann)
		stranger := "(SELECT address_key FROM consent_events WHERE subscriber_id = 0)"
		const membership, permission, suppression, subscriber = "memberships", "permissions", "suppressions", "subscribers"
		memberRow, holderRow := fmt.Sprintf("list %d, subscriber %d", list.ID, ann), fmt.Sprintf("purpose %d, subscriber %d", purpose.ID, ann)
		for _, c := range []tampering{
			{"a membership opened again", statements(fmt.Sprintf("UPDATE memberships SET status = 'active' WHERE list_id = %d AND subscriber_id = %d", list.ID, gone)), membership, fmt.Sprintf("list %d, subscriber %d", list.ID, gone)},
			{"a membership with no such status", statements("UPDATE memberships SET status = 'activ'" + member), membership, memberRow},
			{"a membership's event", statements("UPDATE memberships SET event_seq = event_seq + 1" + member), membership, memberRow},
			{"a membership's end", statements("UPDATE memberships SET expires_at = 1" + member), membership, memberRow},
			{"a membership of another list", statements("UPDATE memberships SET list_id = 99" + member), membership, ""},
			{"a membership of nobody", statements("UPDATE memberships SET subscriber_id = 9999" + member), membership, fmt.Sprintf("list %d, subscriber 9999", list.ID)},
			{"a membership gone", statements("DELETE FROM memberships" + member), membership, memberRow},
			{"a membership put in", statements(fmt.Sprintf("INSERT INTO memberships VALUES (%d, %d, 'active', 3, 0, TRUE, 0)", h.lists[7].ID, ann)), membership, fmt.Sprintf("list %d, subscriber %d", h.lists[7].ID, ann)},

			{"a permission's status", statements("UPDATE permissions SET status = 'lapsed'" + holder), permission, holderRow},
			{"a permission's event", statements("UPDATE permissions SET event_seq = event_seq - 1" + holder), permission, holderRow},
			{"a permission's end", statements("UPDATE permissions SET expires_at = expires_at + 1" + holder), permission, holderRow},
			{"a permission of nobody", statements("UPDATE permissions SET subscriber_id = 9999" + holder), permission, fmt.Sprintf("purpose %d, subscriber 9999", purpose.ID)},
			{"a permission gone", statements("DELETE FROM permissions" + holder), permission, holderRow},
			{"a permission put in", statements(fmt.Sprintf("INSERT INTO permissions VALUES (%d, %d, 'active', 3, 0, TRUE, 0)", h.purposes[3].ID, ann)), permission, fmt.Sprintf("purpose %d, subscriber %d", h.purposes[3].ID, ann)},

			{"a suppression gone", statements(fmt.Sprintf("DELETE FROM suppressions WHERE address_key = (SELECT address_key FROM subscribers WHERE id = %d)", gone)), suppression, fmt.Sprintf("subscriber %d, list %d", gone, list.ID)},
			{"a suppression's event", statements("UPDATE suppressions SET event_seq = 1 WHERE reach = 'purpose'"), suppression, ""},
			{"a suppression's reason", statements("UPDATE suppressions SET reason = 'withdrawn' WHERE reason = 'dead address'"), suppression, ""},
			{"a suppression's reach", statements("UPDATE suppressions SET reach = 'list' WHERE reach = 'programme'"), suppression, ""},
			{"a suppression's list", statements("UPDATE suppressions SET list_id = 99 WHERE reach = 'list'"), suppression, ""},
			{"a stranger's suppression gone", statements("DELETE FROM suppressions WHERE address_key = " + stranger), suppression, ""},
			{"a stranger's suppression weakened", statements("UPDATE suppressions SET event_seq = 1 WHERE address_key = " + stranger), suppression, ""},
			{"a stranger's suppression made another's", func(x *hand) {
				x.do("UPDATE suppressions SET address_key = ? WHERE address_key = "+stranger, []byte("another's"))
			}, suppression, ""},
			{"a suppression of somebody who never left", statements(fmt.Sprintf("INSERT INTO suppressions SELECT address_key, 'everything', 0, 0, 0, 3, 'withdrawn' FROM subscribers WHERE id = %d", ann)), suppression, fmt.Sprintf("subscriber %d, everything", ann)},

			{"a pause taken back", statements(fmt.Sprintf("UPDATE memberships SET paused_until = 1 WHERE list_id = %d AND subscriber_id = %d", h.lists[0].ID, ann)), "memberships", fmt.Sprintf("list %d, subscriber %d", h.lists[0].ID, ann)},
			{"told of what they were not", statements(fmt.Sprintf("UPDATE permissions SET informed = NOT informed WHERE purpose_id = %d AND subscriber_id = %d", h.lists[0].PurposeID, ann)), "permissions", fmt.Sprintf("purpose %d, subscriber %d", h.lists[0].PurposeID, ann)},
			{"profiling refused by nobody", statements(fmt.Sprintf("UPDATE subscribers SET profiling_refused_by = 3 WHERE id = %d", ann)), subscriber, fmt.Sprint("id ", ann)},
			{"a restriction lifted", statements(fmt.Sprintf("UPDATE subscribers SET restricted_by = 0 WHERE id = %d", restricted)), subscriber, fmt.Sprint("id ", restricted)},
			{"a restriction's event", statements(fmt.Sprintf("UPDATE subscribers SET restricted_by = restricted_by - 1 WHERE id = %d", restricted)), subscriber, fmt.Sprint("id ", restricted)},
			{"an erasure undone", statements(fmt.Sprintf("UPDATE subscribers SET erased_by = 0 WHERE id = %d", erased)), subscriber, fmt.Sprint("id ", erased)},
			{"another address under the key", statements("UPDATE subscribers SET address = 'mallory@example.org'" + person), subscriber, fmt.Sprint("id ", ann)},
			{"one letter of the address", statements("UPDATE subscribers SET address = 'qerson-0-0@example.org'" + person), subscriber, fmt.Sprint("id ", ann)},
			{"another key for the address", statements("UPDATE subscribers SET address_key = " + stranger + person), subscriber, fmt.Sprint("id ", ann)},
			{"a person gone", statements("DELETE FROM subscribers" + person), subscriber, fmt.Sprint("id ", ann)},
			{"a person under another number", statements("UPDATE subscribers SET id = 9999" + person), subscriber, fmt.Sprint("id ", ann)},
		} {
			c.do(x)
			x.finds(h.db, c.table, c.row, c.name)
			x.restore(c.table)
		}
		h.holds(t)
	})
}

func TestWhatPeopleWereToldIsHeldToTheLedger(t *testing.T) {
	t.Parallel()
	eachHand(t, func(t *testing.T, h house, x *hand) {
		h.chronicle(t)
		second := h.publishes(t, h.lists[0].ProgrammeID, "How we use your data now.")
		x.keep()
		told := must(h.db.Notices(t.Context(), h.lists[0].ProgrammeID))(t)[1].ID // under which the people of the chronicle acted
		digest := subscriptions.TextDigest(h.lists[0].Wording)
		programme, list, purpose := h.lists[0].ProgrammeID, h.lists[0].ID, h.purposes[0].ID
		for _, c := range []tampering{
			{"the words", statements("UPDATE texts SET body = body || ' ' WHERE digest = '" + digest + "'"), "texts", "digest " + digest},
			{"the words' name", statements("UPDATE texts SET digest = 'x' WHERE digest = '" + digest + "'"), "consent_events", "seq 1"},
			{"the words gone", statements("DELETE FROM texts WHERE digest = '" + digest + "'"), "consent_events", "seq 1"},
			{"a notice that says something else", statements(fmt.Sprintf("UPDATE notices SET digest = '%s' WHERE id = %d", second.Digest, told)), "notices", fmt.Sprint("programme ", programme)},
			{"a notice of another programme", statements(fmt.Sprintf("UPDATE notices SET programme_id = 99 WHERE id = %d", told)), "notices", fmt.Sprint("programme ", programme)},
			{"a notice gone", statements(fmt.Sprintf("DELETE FROM notices WHERE id = %d", told)), "notices", fmt.Sprint("programme ", programme)},
			{"a notice in other words", statements(fmt.Sprintf("UPDATE notice_texts SET digest = '%s' WHERE notice_id = %d", second.Digest, told)), "notices", fmt.Sprint("id ", told)},
			{"a list with another purpose", statements(fmt.Sprintf("UPDATE lists SET purpose_id = %d WHERE id = %d", h.purposes[1].ID, list)), "lists", fmt.Sprint("id ", list)},
			{"a list of another programme", statements(fmt.Sprintf("UPDATE lists SET programme_id = 99 WHERE id = %d", list)), "lists", fmt.Sprint("id ", list)},
			{"a list gone", statements(fmt.Sprintf("DELETE FROM lists WHERE id = %d", list)), "lists", fmt.Sprint("id ", list)},
			{"a purpose of another programme", statements(fmt.Sprintf("UPDATE purposes SET programme_id = 99 WHERE id = %d", purpose)), "purposes", fmt.Sprint("id ", purpose)},
		} {
			c.do(x)
			x.finds(h.db, c.table, c.row, c.name)
			x.restore("texts", "notices", "notice_texts", "lists", "purposes")
		}
		h.holds(t)
	})
}

// A column holds its type and nothing else: text that stood for a number would compare in ways that no rule foresees.
func TestAColumnHoldsNothingButItsType(t *testing.T) {
	t.Parallel()
	eachHand(t, func(t *testing.T, h house, x *hand) {
		h.chronicle(t)
		for _, q := range []string{
			"UPDATE consent_events SET at = 'yesterday' WHERE seq = 1",
			"UPDATE memberships SET event_seq = 'first'",
			"UPDATE memberships SET status = NULL",
			"UPDATE subscribers SET restricted_by = 'no'",
			"UPDATE ledger_head SET seq = 'last'",
		} {
			if err := x.try(q); err == nil {
				t.Errorf("%s: it was done", q)
			}
		}
		if !x.postgres { // there X'..' is a string of bits
			for _, q := range []string{"UPDATE memberships SET status = X'616374697665'", "UPDATE suppressions SET address_key = 'key'"} {
				if err := x.try(q); err == nil {
					t.Errorf("%s: it was done", q)
				}
			}
		}
		h.holds(t)
	})
}

// Verifying looks at the ledger and at the tables at different moments. What changes meanwhile must not look like a fault.
func TestVerifyingBesideARunningServiceAccusesNobody(t *testing.T) {
	t.Parallel()
	eachHand(t, func(t *testing.T, h house, _ *hand) {
		h.chronicle(t)
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for hand := range 4 {
			wg.Go(func() {
				for i := 0; ctx.Err() == nil; i++ {
					a := address.Must(fmt.Sprintf("person-%d-%d@example.org", hand, i%3))
					_, err := h.svc.Withdraw(ctx, subscriptions.Withdrawal{Address: a, Scope: subscriptions.Everything(), Channel: subscriptions.ByOneClick, Actor: "subscriber"})
					if err == nil {
						_, err = h.svc.Grant(ctx, subscriptions.Act{
							ListID: h.lists[i%8].ID, Address: a, Channel: subscriptions.ByStaff, Actor: "user:1", Source: "form", Evidence: subscriptions.Evidence{"act": "signed"},
						})
					}
					if err == nil {
						stranger := address.Must(fmt.Sprintf("stranger-%d-%d@example.org", hand, i%5))
						_, err = h.svc.Withdraw(ctx, subscriptions.Withdrawal{Address: stranger, Scope: subscriptions.ListScope(h.lists[i%8]), Channel: subscriptions.ByMail, Actor: "subscriber"})
					}
					if err != nil && ctx.Err() == nil {
						t.Error(err)
					}
				}
			})
		}
		before := h.end(t)
		looks := 0
		for deadline := time.Now().Add(1500 * time.Millisecond); time.Now().Before(deadline); looks++ {
			if _, err := subscriptions.VerifyLedger(t.Context(), h.db); err != nil {
				t.Errorf("a false alarm: %v", err)
				break
			}
		}
		stop()
		wg.Wait()
		t.Logf("%d looks while %d events were written", looks, h.end(t)-before)
		h.holds(t)
	})
}
