package mailer_test

import (
	"strings"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/mailer"
	"assent/subscriptions"
)

func (r *rig) teller() *mailer.NoticeTeller {
	return &mailer.NoticeTeller{Runs: r.db, People: r.people, Now: r.clock.now}
}

// newPurpose declares surveys on a public task and publishes a notice that tells of it, with a list for it.
func (r *rig) newPurpose() (subscriptions.Notice, subscriptions.List) {
	r.t.Helper()
	u, err := r.people.CreatePurpose(r.t.Context(), subscriptions.Purpose{
		ProgrammeID: r.programme.ID, Slug: "surveys", Name: "surveys of the quays", Basis: subscriptions.PublicTask,
		Conditions: subscriptions.Conditions{Reference: "Harbours Act"}, Class: subscriptions.Targeted,
	})
	r.ok(err)
	n, err := r.people.PublishNotice(r.t.Context(), subscriptions.NoticeDraft{ProgrammeID: r.programme.ID, Texts: map[string]string{"en": "Now surveys too."}, Override: "a test"})
	r.ok(err)
	l, err := r.people.CreateList(r.t.Context(), subscriptions.List{ProgrammeID: r.programme.ID, PurposeID: u.ID, Slug: "surveys", Name: "Surveys", Wording: "We ask how the quays are."})
	r.ok(err)
	return n, l
}

func (r *rig) enrol(l subscriptions.List, addr string) {
	r.t.Helper()
	_, err := r.people.Grant(r.t.Context(), subscriptions.Act{ListID: l.ID, Address: address.Must(addr), Channel: subscriptions.ByAPI, Actor: "key:1", Source: "register"})
	r.ok(err)
}

// reasons returns how the gate stands towards a list's people.
func (r *rig) reasons(l subscriptions.List) map[subscriptions.Reason]int64 {
	r.t.Helper()
	f, err := r.db.Funnel(r.t.Context(), subscriptions.Question{Lists: []subscriptions.Scope{subscriptions.ListScope(l)}}, r.clock.now())
	r.ok(err)
	return f
}

func (r *rig) tellings(n subscriptions.Notice, state subscriptions.TellingState) int64 {
	r.t.Helper()
	counts, err := r.db.TellingCounts(r.t.Context(), n.ID)
	r.ok(err)
	return counts[state]
}

func TestMailForANewPurposeWaitsUntilEachPersonHasBeenTold(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.join(r.lists[0], "ann@example.org", "bea@example.org", "cat@example.org", "dan@example.org")
		told, surveys := r.newPurpose()
		for _, who := range []string{"ann", "bea", "cat", "dan", "eve"} { // eve is new: her first message tells her
			r.enrol(surveys, who+"@example.org")
		}
		if got := r.reasons(surveys); got[subscriptions.ReasonNotInformed] != 4 || got[subscriptions.Allowed] != 1 {
			t.Fatalf("before the run: %v", got)
		}
		run, err := r.teller().Start(t.Context(), told.ID, time.Hour, "user:1")
		r.ok(err)
		_, err = r.people.Withdraw(t.Context(), subscriptions.Withdrawal{Address: address.Must("dan@example.org"), Scope: subscriptions.Everything(), Channel: subscriptions.ByLink, Actor: "subscriber"})
		r.ok(err)
		r.relay.answer = func(to string, _ int) error {
			if to == "bea@example.org" {
				return saysNo()
			}
			return nil
		}
		r.work()
		if n := r.relay.total(t); n != 3 {
			t.Errorf("%d mails; want those to ann, cat and eve", n)
		}
		if got := r.reasons(surveys); got[subscriptions.ReasonNotInformed] != 3 {
			t.Errorf("a letter that may still come back has told people: %v", got)
		}
		r.ok(r.db.ReportedLetter(t.Context(), r.letter("cat@example.org").ID, "failed", "5.1.1"))
		r.clock.advance(time.Hour + time.Minute)
		r.work()
		if got := r.reasons(surveys); got[subscriptions.Allowed] != 2 || got[subscriptions.ReasonNotInformed] != 2 {
			t.Errorf("after the run: %v", got)
		}
		for state, want := range map[subscriptions.TellingState]int64{subscriptions.TellingTold: 2, subscriptions.TellingBounced: 1, subscriptions.TellingFailed: 1} {
			if got := r.tellings(told, state); got != want {
				t.Errorf("%d %s; want %d", got, state, want)
			}
		}
		if run, err = r.db.NoticeRun(t.Context(), run.ID); err != nil || run.State != subscriptions.RunFinished || run.FinishedAt.IsZero() {
			t.Errorf("%+v, %v", run, err)
		}
		if _, err := r.teller().Start(t.Context(), told.ID, 0, "user:1"); errs.KindOf(err) != errs.Conflict {
			t.Errorf("a second run: %v", err)
		}
		r.verified()
	})
}

func TestTheLetterOfANoticeRunNamesWhatIsNewAndTheRightToObject(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.join(r.lists[0], "ann@example.org")
		told, _ := r.newPurpose()
		_, err := r.teller().Start(t.Context(), told.ID, 0, "user:1")
		r.ok(err)
		r.work()
		m := r.parsed()
		for _, want := range []string{"surveys of the quays: as part of our public task (Harbours Act)", "https://lists.harbour.example/notices/harbour/3", "You may object to direct marketing at any time"} {
			if !strings.Contains(strings.Join(strings.Fields(m.Text), " "), want) {
				t.Errorf("the letter does not say %q:\n%s", want, m.Text)
			}
		}
		if m.Header.Has("List-Unsubscribe") || m.AutoSubmitted != "auto-generated" {
			t.Errorf("a letter is no list mail:\n%s", r.relay.last.body)
		}
		r.clock.advance(time.Minute)
		r.work()
		events, err := r.db.EventsByKey(t.Context(), r.people.Keys.AddressKey(address.Must("ann@example.org")))
		r.ok(err)
		last := events[len(events)-1]
		if last.Kind != subscriptions.Informed || last.NoticeDigest != told.Digest {
			t.Errorf("the ledger ends with %+v", last)
		}
	})
}

func TestANoticeRunThatIsRepeatedAtAnyPointTellsNobodyTwice(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.join(r.lists[0], crowd(250)...) // more than one page
		told, surveys := r.newPurpose()
		run, err := r.teller().Start(t.Context(), told.ID, 0, "user:1")
		r.ok(err)
		first := mailer.OpenNotices{RunID: run.ID}
		for range 2 { // the task is handed out again after a crash
			r.ok(r.teller().HandleOpen(t.Context(), first))
		}
		r.work()
		r.clock.advance(time.Minute)
		r.work()
		for range 2 {
			r.ok(r.teller().HandleOpen(t.Context(), first))
			r.ok(r.teller().HandleSettle(t.Context(), mailer.SettleNotices{RunID: run.ID, Look: 1}))
		}
		r.work()
		if n := r.relay.total(t); n != 250 || r.tellings(told, subscriptions.TellingTold) != 250 {
			t.Errorf("%d mails, %d told", n, r.tellings(told, subscriptions.TellingTold))
		}
		events, err := r.db.Events(t.Context(), 0, 2000)
		r.ok(err)
		times := map[int64]int{} // that a person is told of surveys
		for _, e := range events {
			if e.Kind == subscriptions.Informed && e.Scope.PurposeID == surveys.PurposeID {
				times[e.SubscriberID]++
			}
		}
		for who, n := range times {
			if n != 1 {
				t.Errorf("the ledger tells person %d %d times", who, n)
			}
		}
		if len(times) != 250 {
			t.Errorf("%d people know", len(times))
		}
	})
}

func TestOnlyTheNoticeInForceIsToldOf(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		told, _ := r.newPurpose()
		_, err := r.people.PublishNotice(t.Context(), subscriptions.NoticeDraft{ProgrammeID: r.programme.ID, Texts: map[string]string{"en": "Newer still."}, Override: "a test"})
		r.ok(err)
		if _, err := r.teller().Start(t.Context(), told.ID, 0, "user:1"); errs.KindOf(err) != errs.Refused {
			t.Errorf("an old version: %v", err)
		}
		if _, err := r.teller().Start(t.Context(), told.ID, 30*24*time.Hour, "user:1"); errs.KindOf(err) != errs.Invalid {
			t.Errorf("a month for bounces: %v", err)
		}
	})
}

func TestAPausedNoticeRunTellsNobodyAndAResumedOneNobodyTwice(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.join(r.lists[0], crowd(230)...) // more than one page
		told, surveys := r.newPurpose()
		r.enrol(surveys, crowd(1)[0])
		teller := r.teller()
		run, err := teller.Start(t.Context(), told.ID, 0, "user:1")
		r.ok(err)
		r.ok(teller.HandleOpen(t.Context(), mailer.OpenNotices{RunID: run.ID})) // the first page of letters stands
		_, err = teller.Pause(t.Context(), told.ID, "user:2")
		r.ok(err)
		if _, err := teller.Pause(t.Context(), told.ID, "user:2"); errs.KindOf(err) != errs.Conflict {
			t.Errorf("pausing twice: %v", err)
		}
		r.work()
		r.clock.advance(8 * 24 * time.Hour) // longer than a letter is tried
		r.work()
		if n := r.relay.total(t); n != 0 {
			t.Fatalf("%d letters of a paused run went out", n)
		}
		if got := r.reasons(surveys); got[subscriptions.ReasonNotInformed] != 1 || got[subscriptions.Allowed] != 0 {
			t.Errorf("who was not told is not blocked: %v", got)
		}
		for range 2 { // paused and resumed again, with all tasks of both rounds there
			_, err = teller.Resume(t.Context(), told.ID, "user:2")
			r.ok(err)
			if _, err := teller.Resume(t.Context(), told.ID, "user:2"); errs.KindOf(err) != errs.Conflict {
				t.Errorf("resuming twice: %v", err)
			}
			_, err = teller.Pause(t.Context(), told.ID, "user:2")
			r.ok(err)
		}
		run, err = teller.Resume(t.Context(), told.ID, "user:2")
		r.ok(err)
		r.work()
		for range 3 {
			r.clock.advance(11 * time.Minute)
			r.work()
		}
		if n := r.relay.total(t); n != 230 || r.tellings(told, subscriptions.TellingTold) != 230 {
			t.Errorf("%d letters, %d told; want 230 of each", n, r.tellings(told, subscriptions.TellingTold))
		}
		if run, err = r.db.NoticeRun(t.Context(), run.ID); err != nil || run.State != subscriptions.RunFinished || !run.PausedAt.IsZero() {
			t.Errorf("%+v, %v", run, err)
		}
		if got := r.reasons(surveys); got[subscriptions.Allowed] != 1 {
			t.Errorf("who was told: %v", got)
		}
		if _, err := teller.Pause(t.Context(), told.ID, "user:2"); errs.KindOf(err) != errs.Conflict {
			t.Errorf("pausing what is finished: %v", err)
		}
		r.verified()
	})
}

func TestARunOfAVersionThatIsNotInForceIsNotResumed(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.join(r.lists[0], "ann@example.org")
		told, _ := r.newPurpose()
		_, err := r.teller().Start(t.Context(), told.ID, 0, "user:1")
		r.ok(err)
		_, err = r.teller().Pause(t.Context(), told.ID, "user:1")
		r.ok(err)
		_, err = r.people.PublishNotice(t.Context(), subscriptions.NoticeDraft{ProgrammeID: r.programme.ID, Texts: map[string]string{"en": "Newer still."}, Override: "a test"})
		r.ok(err)
		if _, err := r.teller().Resume(t.Context(), told.ID, "user:1"); errs.KindOf(err) != errs.Refused || !strings.Contains(errs.Message(err), "tell people of version") {
			t.Errorf("resumed: %v", err)
		}
	})
}
