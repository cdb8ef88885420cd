package store_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/subscriptions"
	"assent/subscriptions/retention"
)

// hourglass is a time that a test turns on.
type hourglass struct {
	mu sync.Mutex
	at time.Time
}

func (h *hourglass) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

func (h *hourglass) to(day string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	h.at = at
}

// archive is a household with a retention schedule and a time of its own.
type archive struct {
	*household
	clock    *hourglass
	schedule *retention.Service
}

func eachArchive(t *testing.T, test func(t *testing.T, a *archive)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		a := &archive{clock: &hourglass{}}
		a.clock.to("2026-01-10")
		a.household = newHousehold(t, db, a.clock.now)
		a.schedule = &retention.Service{Store: db, Keeper: a.keeper, Now: a.clock.now}
		test(t, a)
	})
}

func (a *archive) rule(name string, action retention.Action, years int, review bool, categories ...subscriptions.Category) retention.Rule {
	a.t.Helper()
	r, err := a.schedule.Declare(a.t.Context(), retention.Rule{
		ProgrammeID: a.list.ProgrammeID, Name: name, What: retention.People, Since: retention.PermissionEnded, Period: retention.Period{Length: years, Unit: retention.Years},
		Action: action, Categories: categories, Review: review, Reason: "claims may come so long", CreatedBy: "user:1",
	})
	a.ok(err)
	return r
}

func (a *archive) run() map[string]retention.RuleReport {
	a.t.Helper()
	reports, err := a.schedule.Run(a.t.Context(), false)
	a.ok(err)
	out := map[string]retention.RuleReport{}
	for _, r := range reports {
		out[r.Rule.Name] = r
	}
	return out
}

func (a *archive) leaves(addr string) {
	a.t.Helper()
	_, err := a.people.Withdraw(a.t.Context(), subscriptions.Withdrawal{Address: address.Must(addr), Scope: subscriptions.ListScope(a.list), Channel: subscriptions.ByLink, Actor: "subscriber"})
	a.ok(err)
}

// A file is thinned first and goes later (E2-15), after a person has looked at it (E2-16), over the years.
func TestALeaverIsThinnedThenReviewedThenErased(t *testing.T) {
	t.Parallel()
	eachArchive(t, func(t *testing.T, a *archive) {
		ctx := t.Context()
		ann, bea := a.agrees(annSpelled, annName, "Quillhaven"), a.agrees("bea@example.net", "Bea Marlowe", "Marlport")
		a.rule("thin", retention.Thin, 1, false, subscriptions.ProfileCategory, subscriptions.IdentityCategory)
		a.rule("erase", retention.Delete, 6, true)
		a.clock.to("2026-03-01")
		a.leaves(annMail)
		dates, err := a.schedule.DisposalDates(ctx, a.ledger(ann))
		a.ok(err)
		if len(dates) != 2 || dates[0].DueAt.Format(time.DateOnly) != "2027-03-01" || dates[1].DueAt.Format(time.DateOnly) != "2032-03-01" {
			t.Errorf("the disposal dates are %+v", dates)
		}
		a.clock.to("2027-02-28")
		if r := a.run()["thin"]; r.Due != 0 {
			t.Errorf("a day early: %+v", r)
		}
		a.clock.to("2027-03-01")
		dry, err := a.schedule.Run(ctx, true)
		a.ok(err)
		if dry[0].Due != 1 || dry[0].Disposed != 0 || len(a.places(annName)) == 0 {
			t.Errorf("a dry run changed something: %+v", dry)
		}
		if r := a.run()["thin"]; r.Disposed != 1 {
			t.Errorf("on the day: %+v", r)
		}
		if left := a.places("quillhaven"); len(left) > 0 {
			t.Errorf("after thinning the town stands in %s", left)
		}
		if p, err := a.db.Subscriber(ctx, ann.ID); err != nil || p.Name != "" || p.Address.IsZero() {
			t.Errorf("after thinning: %+v, %v", p, err)
		}
		if r := a.run()["thin"]; r.Disposed != 0 {
			t.Errorf("thinned twice: %+v", r)
		}
		a.clock.to("2032-03-01")
		if r := a.run()["erase"]; r.Waiting != 1 || r.Disposed != 0 {
			t.Errorf("before the review: %+v", r)
		}
		queue, err := a.db.Disposals(ctx, 0, 0, 10, retention.Waiting)
		a.ok(err)
		if len(queue) != 1 || queue[0].SubscriberID != ann.ID {
			t.Fatalf("the queue is %+v", queue)
		}
		_, err = a.schedule.Decide(ctx, queue[0].ID, retention.Delay, "user:2", "an auditor asked for it", time.Date(2032, 5, 1, 0, 0, 0, 0, time.UTC))
		a.ok(err)
		a.clock.to("2032-04-30")
		if r := a.run()["erase"]; r.Disposed != 0 {
			t.Errorf("put off: %+v", r)
		}
		a.clock.to("2032-05-01")
		a.run()
		_, err = a.schedule.Decide(ctx, queue[0].ID, retention.Approve, "user:2", "", time.Time{})
		a.ok(err)
		if r := a.run()["erase"]; r.Disposed != 1 {
			t.Errorf("after the review: %+v", r)
		}
		if left := a.places(annMail); len(left) > 0 {
			t.Errorf("after erasing the address stands in %s", left)
		}
		a.certified("erase", "user:2")
		if _, err := a.schedule.Decide(ctx, queue[0].ID, retention.Approve, "user:2", "", time.Time{}); errs.KindOf(err) != errs.Refused {
			t.Errorf("what is done can be decided again: %v", err)
		}
		if p, err := a.db.Subscriber(ctx, bea.ID); err != nil || p.Name != "Bea Marlowe" {
			t.Errorf("who stays was touched: %+v, %v", p, err)
		}
		if _, err := subscriptions.VerifyLedger(ctx, a.db); err != nil {
			t.Error(err)
		}
	})
}

func (a *archive) ledger(p subscriptions.Subscriber) []subscriptions.Event {
	a.t.Helper()
	events, err := a.db.EventsByKey(a.t.Context(), p.Key)
	a.ok(err)
	return events
}

// certified wants the newest certificate to tell of one thing, and to name nobody.
func (a *archive) certified(name, approvedBy string) {
	a.t.Helper()
	all, err := a.db.Certificates(a.t.Context(), 0, 10)
	a.ok(err)
	if len(all) == 0 || all[0].Objects != 1 || all[0].ApprovedBy != approvedBy || all[0].Digest == "" || all[0].Emptied["subscribers"] == 0 || all[0].Reason == "" {
		a.t.Errorf("the certificate of %q is %+v", name, all)
	}
}

func TestWhatIsHeldStaysUntilItIsNot(t *testing.T) {
	t.Parallel()
	eachArchive(t, func(t *testing.T, a *archive) {
		ann := a.agrees(annSpelled, annName, "Quillhaven")
		a.rule("erase", retention.Delete, 1, false)
		a.leaves(annMail)
		a.clock.to("2027-01-10")
		hold, err := a.keeper.PlaceHold(t.Context(), ann.ID, "user:2", "letter before action")
		a.ok(err)
		for range 2 {
			if r := a.run()["erase"]; r.Held != 1 || r.Disposed != 0 {
				t.Errorf("held: %+v", r)
			}
		}
		a.ok(a.keeper.LiftHold(t.Context(), hold.ID, "user:2", "settled"))
		a.ok(a.people.Restrict(t.Context(), ann.ID, "user:2", "accuracy contested"))
		if r := a.run()["erase"]; r.Held != 1 {
			t.Errorf("restricted: %+v", r)
		}
		a.ok(a.people.Release(t.Context(), ann.ID, "user:2", ""))
		if r := a.run()["erase"]; r.Disposed != 1 {
			t.Errorf("free: %+v", r)
		}
		entries, err := a.db.AuditEntries(t.Context(), 0, 1000)
		a.ok(err)
		n := 0
		for _, e := range entries {
			if strings.HasPrefix(string(e.Action), "refused: dispose") {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d attempts are on record, want the first alone", n)
		}
	})
}

func TestWhoComesBackIsNotDisposedOf(t *testing.T) {
	t.Parallel()
	eachArchive(t, func(t *testing.T, a *archive) {
		a.agrees(annSpelled, annName, "Quillhaven")
		a.rule("erase", retention.Delete, 1, true)
		a.leaves(annMail)
		a.clock.to("2027-01-10")
		a.run()
		queue, err := a.db.Disposals(t.Context(), 0, 0, 10, retention.Waiting)
		a.ok(err)
		_, err = a.schedule.Decide(t.Context(), queue[0].ID, retention.Approve, "user:2", "", time.Time{})
		a.ok(err)
		a.agrees(annSpelled, annName, "Quillhaven") // on paper, after the opt-out
		if r := a.run()["erase"]; r.Void != 1 || r.Disposed != 0 {
			t.Errorf("got %+v", r)
		}
	})
}

// Who another programme still mails stays on record: only what the rule's programme knew goes.
func TestWhoAnotherProgrammeStillMailsLosesOnlyWhatIsTheRules(t *testing.T) {
	t.Parallel()
	eachArchive(t, func(t *testing.T, a *archive) {
		ctx := t.Context()
		other, err := a.people.CreateProgramme(ctx, subscriptions.Programme{
			Slug: "ferries", Name: "Ferries", Owner: "Ferry Board", Controller: "Ferry Board", PostalAddress: "2 Quay, Porthaven PH1 1AA",
			Contact: subscriptions.Contact{Name: "Sam Poole", Address: address.Must("contact@ferries.example")}, FromName: "Ferries", FromAddress: address.Must("news@ferries.example"),
		})
		a.ok(err)
		purpose, err := a.people.CreatePurpose(ctx, subscriptions.Purpose{ProgrammeID: other.ID, Slug: "times", Name: "Times", Basis: subscriptions.Consent, Class: subscriptions.Newsletter})
		a.ok(err)
		notice, err := a.people.PublishNotice(ctx, subscriptions.NoticeDraft{ProgrammeID: other.ID, Texts: map[string]string{"en": "How we use your data."}, Override: "a test"})
		a.ok(err)
		times, err := a.people.CreateList(ctx, subscriptions.List{ProgrammeID: other.ID, PurposeID: purpose.ID, NoticeID: notice.ID, Slug: "times", Name: "Times", Wording: "Send me the times.", DoubleOptIn: true})
		a.ok(err)
		ann := a.agrees(annSpelled, annName, "Quillhaven")
		_, err = a.people.Grant(ctx, subscriptions.Act{ListID: times.ID, Address: address.Must(annMail), Channel: subscriptions.ByStaff, Actor: "user:1", Source: "stand", Evidence: subscriptions.Evidence{"act": "signed form"}})
		a.ok(err)
		a.rule("erase", retention.Delete, 1, false)
		a.leaves(annMail)
		a.clock.to("2027-01-10")
		if r := a.run()["erase"]; r.Disposed != 1 {
			t.Errorf("on the day: %+v", r)
		}
		p, err := a.db.Subscriber(ctx, ann.ID)
		if err != nil || p.Name != annName || p.Address.IsZero() || p.Attributes.Text("harbour", "town") != "" {
			t.Errorf("what is left is %+v, %v", p, err)
		}
		if d := subscriptions.Decide(subscriptions.Question{Lists: []subscriptions.Scope{subscriptions.ListScope(times)}}, subscriptions.Fold(a.ledger(ann)), a.clock.now()); d.Reason != subscriptions.Allowed {
			t.Errorf("the ferries may not mail any more: %q", d.Reason)
		}
		if r := a.run()["erase"]; r.Disposed != 0 {
			t.Errorf("once more: %+v", r)
		}
	})
}

func TestWhoIsMadeAnonymousIsCountedAndGone(t *testing.T) {
	t.Parallel()
	eachArchive(t, func(t *testing.T, a *archive) {
		_, err := a.people.CreateAttribute(t.Context(), subscriptions.Attribute{ProgrammeID: a.list.ProgrammeID, Name: "region", Type: subscriptions.ChoiceAttribute, Choices: []string{"north", "south"}})
		a.ok(err)
		for i := range 3 {
			addr := fmt.Sprintf("quill-%d@example.org", i)
			_, err := a.people.Grant(t.Context(), subscriptions.Act{
				ListID: a.list.ID, Address: address.Must(addr), Attributes: map[string]any{"region": "north", "town": "Quillhaven"},
				Channel: subscriptions.ByStaff, Actor: "user:1", Source: "stand", Evidence: subscriptions.Evidence{"act": "signed form"},
			})
			a.ok(err)
			a.leaves(addr)
		}
		a.rule("anonymise", retention.Anonymise, 1, false)
		a.clock.to("2027-01-10")
		if r := a.run()["anonymise"]; r.Disposed != 3 {
			t.Errorf("got %+v", r)
		}
		if left := a.places("quill"); len(left) > 0 {
			t.Errorf("somebody stands in %s", left)
		}
		if at := a.places("north"); !slices.Contains(at, "anonymous_counts.value") || slices.Contains(at, "subscribers.attributes") {
			t.Errorf("the statistics stand in %s", at)
		}
	})
}

func TestMailGoesAfterItsCaseClosed(t *testing.T) {
	t.Parallel()
	eachArchive(t, func(t *testing.T, a *archive) {
		a.leavesTraces(subscriptions.Subscriber{Key: []byte("x"), Address: address.Must(annSpelled)}, annName, "Quillhaven")
		a.sql(`UPDATE inbound_messages SET case_id = 1 WHERE disposition = 'case'`)
		for _, r := range []retention.Rule{
			{Name: "case mail", What: retention.CaseMail, Since: retention.CaseClosed, Period: retention.Period{Length: 6, Unit: retention.Months}},
			{Name: "reports", What: retention.OtherMail, Since: retention.Received, Period: retention.Period{Length: 90, Unit: retention.Days}},
			{Name: "letters", What: retention.Letters, Since: retention.Sent, Period: retention.Period{Length: 1, Unit: retention.Years}},
			{Name: "quarantine", What: retention.Quarantine, Since: retention.Imported, Period: retention.Period{Length: 30, Unit: retention.Days}},
		} {
			r.Action, r.Reason, r.CreatedBy = retention.Delete, "it is not needed longer", "user:1"
			_, err := a.schedule.Declare(t.Context(), r)
			a.ok(err)
		}
		a.clock.to("2030-01-01")
		if r := a.run()["case mail"]; r.Due != 0 {
			t.Errorf("while the case is open: %+v", r)
		}
		a.sql(`UPDATE cases SET state = 'closed', closed_at = ?`, time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli())
		a.sql(`UPDATE letters SET finished_at = 1`)
		a.clock.to("2030-06-30")
		if r := a.run()["case mail"]; r.Due != 0 {
			t.Errorf("a day early: %+v", r)
		}
		a.clock.to("2030-07-01")
		got := a.run()
		if got["case mail"].Disposed != 1 || len(a.places("delete me")) > 0 {
			t.Errorf("got %+v, and it stands in %s", got["case mail"], a.places("delete me"))
		}
		for _, table := range []string{"letters", "quarantine"} {
			if slices.ContainsFunc(a.places(annMail), func(p string) bool { return strings.HasPrefix(p, table+".") }) {
				t.Errorf("the address is left in %s: %+v", table, got)
			}
		}
	})
}
