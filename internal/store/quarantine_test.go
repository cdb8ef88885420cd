package store_test

import (
	"fmt"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/subscriptions"
	"assent/subscriptions/importing"
)

const ground = "members of the harbour, asked under their contract"

func (h house) asksApart(t *testing.T, importID int64, dry bool) importing.AskCounts {
	t.Helper()
	a := &importing.Asking{Store: h.db, Keys: h.svc.Keys, Now: h.svc.Now}
	return must(a.Ask(t.Context(), importID, "user:3", ground, dry))(t)
}

func apart(from, to int) (text string) {
	for n := from; n < to; n++ {
		text += fmt.Sprintf("q%d@example.org,Person %d,cy,,,Harbour register,\n", n, n)
	}
	return text
}

func TestQuarantinedPeopleAreAskedOnceAndNeverAgain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		now := time.Now() // as the database has it
		h := furnish(t, db, func() time.Time { return now })
		list := h.lists[0]
		report := must(bring(t, db, h.svc.Now, list, header+apart(0, 6), &rejectLog{}, false))(t)
		// q1 opts out before, q2 confirms by themselves.
		must(h.svc.Withdraw(ctx, subscriptions.Withdrawal{Address: address.Must("q1@example.org"), Scope: subscriptions.Everything(), Channel: subscriptions.ByMail, Actor: "subscriber"}))(t)
		must(h.svc.Grant(ctx, subscriptions.Act{ListID: list.ID, Address: address.Must("q2@example.org"), Channel: subscriptions.ByStaff, Actor: "user:1", Source: "phone", Evidence: subscriptions.Evidence{"act": "asked by phone"}}))(t)
		want := importing.AskCounts{Asked: 4, Away: 1, OnList: 1}
		if dry := h.asksApart(t, report.ID, true); dry != want {
			t.Errorf("dry: %+v", dry)
		}
		if got := h.asksApart(t, report.ID, false); got != want {
			t.Errorf("got %+v", got)
		}
		if again := h.asksApart(t, report.ID, false); again != (importing.AskCounts{Before: 4, Away: 1, OnList: 1}) {
			t.Errorf("again: %+v", again)
		}
		// Nor through another file, into another list, in another spelling.
		other := must(bring(t, db, h.svc.Now, h.lists[1], header+"Q3@EXAMPLE.org,,,,,,\n", &rejectLog{}, false))(t)
		if got := h.asksApart(t, other.ID, false); got != (importing.AskCounts{Before: 1}) {
			t.Errorf("through another file: %+v", got)
		}
		letters := 0
		for _, task := range must(db.Due(ctx, now.Add(time.Hour), 100))(t) {
			if task.Kind == (subscriptions.Confirmation{}).TaskKind() {
				letters++
			}
		}
		if letters != 4 {
			t.Errorf("%d letters were ordered", letters)
		}
		h.checkMailable(t, list, []string{"q2@example.org"})
		events := must(db.EventsByKey(ctx, h.svc.Keys.AddressKey(address.Must("q0@example.org"))))(t)
		if len(events) != 1 || events[0].Kind != subscriptions.Requested || events[0].WordingDigest != subscriptions.TextDigest(list.Wording) {
			t.Fatalf("events %+v", events)
		}
		if want := `{"asked":"permission request","ground":"` + ground + `","held_since":"` + now.UTC().Format(time.DateOnly) + `","line":"2","origin":"Harbour register"}`; string(events[0].Evidence) != want {
			t.Errorf("evidence %s", events[0].Evidence)
		}

		// Whoever presses the button is on the list; the others are destroyed when their time is over.
		token := h.svc.ConfirmToken(subscriptions.Confirmation{SubscriberID: events[0].SubscriberID, ListID: list.ID, RequestSeq: events[0].Seq}, events[0].At)
		must(h.svc.Confirm(ctx, token, subscriptions.Evidence{"act": "pressed the button"}))(t)
		h.checkMailable(t, list, []string{"q0@example.org", "q2@example.org"})
		sweeper := &importing.Asking{Store: db, Keys: h.svc.Keys, Now: h.svc.Now}
		now = now.AddDate(0, 0, 29)
		if swept := must(sweeper.Sweep(ctx))(t); swept.Rows != 0 {
			t.Errorf("swept %+v too early", swept)
		}
		now = now.AddDate(0, 0, 2)
		if swept := must(sweeper.Sweep(ctx))(t); swept != (importing.Swept{Rows: 7, People: 3}) {
			t.Errorf("swept %+v", swept)
		}
		if p := must(db.SubscriberByKey(ctx, h.svc.Keys.AddressKey(address.Must("q3@example.org"))))(t); !p.Address.IsZero() || p.Name != "" {
			t.Errorf("q3 is still there: %+v", p)
		}
		if p := must(db.SubscriberByKey(ctx, events[0].AddressKey))(t); p.Address.IsZero() {
			t.Error("q0 confirmed, and is gone")
		}
		third := must(bring(t, db, h.svc.Now, list, header+apart(3, 4), &rejectLog{}, false))(t)
		if got := h.asksApart(t, third.ID, false); got != (importing.AskCounts{Before: 1}) {
			t.Errorf("after all was destroyed: %+v", got)
		}
		if _, err := subscriptions.VerifyLedger(ctx, db); err != nil {
			t.Error(err)
		}
	})
}

func TestNobodyIsAskedWithoutAGround(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
		h := furnish(t, db, func() time.Time { return now })
		report := must(bring(t, db, h.svc.Now, h.lists[0], header+apart(0, 1), &rejectLog{}, false))(t)
		a := &importing.Asking{Store: db, Keys: h.svc.Keys, Now: h.svc.Now}
		if _, err := a.Ask(ctx, report.ID, "user:3", " ", false); errs.KindOf(err) != errs.Invalid {
			t.Error(err)
		}
		closed := h.lists[0]
		closed.ID, closed.Slug, closed.DoubleOptIn, closed.Public = 0, "closed", false, false
		closed = must(h.svc.CreateList(ctx, closed))(t)
		report = must(bring(t, db, h.svc.Now, closed, header+apart(0, 1), &rejectLog{}, false))(t)
		if _, err := a.Ask(ctx, report.ID, "user:3", ground, false); errs.KindOf(err) != errs.Refused {
			t.Error(err)
		}
	})
}
