package telling_test

import (
	"context"
	"testing"
	"time"

	"assent/inbox/cases"
	"assent/inbox/cases/telling"
	"assent/internal/address"
	"assent/internal/clock"
	"assent/internal/errs"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/subscriptions"
)

// noCases is Casework of notices outside of cases.
type noCases struct{ t *testing.T }

func (n noCases) Did(context.Context, int64, string, string, string, string) (cases.Case, error) {
	n.t.Error("something was noted in a case")
	return cases.Case{}, nil
}

func TestARecipientIsToldOfErasuresTogetherThenRemindedThenLeftToAPerson(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, at := t.Context(), time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
		ok := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		now, keys := func() time.Time { return at }, storetest.Keys(t)
		calendar, err := clock.Embedded()
		ok(err)
		reckoner, err := clock.New(calendar, clock.DefaultSettings())
		ok(err)
		people := &subscriptions.Service{Store: db, Keys: keys, Now: now}
		keeper := &subscriptions.Keeper{Store: db, Keys: keys, Now: now}
		s := &telling.Service{Store: db, Cases: noCases{t}, Keys: keys, Reckoner: reckoner, Days: 10, Now: now}
		p, err := people.CreateProgramme(ctx, subscriptions.Programme{
			Slug: "harbour", Name: "Harbour News", Owner: "Harbour Board", Controller: "Harbour Board", PostalAddress: "1 Quay, Porthaven",
			Contact: subscriptions.Contact{Name: "Sam Poole", Address: address.Must("contact@harbour.example")}, FromName: "Harbour News", FromAddress: address.Must("news@harbour.example"),
		})
		ok(err)
		editor := &subscriptions.Editor{Store: db, Catalogue: db, Now: now}
		for _, r := range []subscriptions.Recipient{
			{Name: "Porthaven Printers", Address: address.Must("data@printers.example")}, {Name: "Porthaven Archive"}, {Name: "Mail relay", Address: address.Must("data@relay.example"), KeepsNone: true},
		} {
			r.ProgrammeID, r.Category, r.Purpose, r.Country = p.ID, "other", "other", "GB"
			_, err := editor.AddRecipient(ctx, r)
			ok(err)
		}
		u, err := people.CreatePurpose(ctx, subscriptions.Purpose{ProgrammeID: p.ID, Slug: "news", Name: "News", Basis: subscriptions.Consent, Class: subscriptions.Newsletter})
		ok(err)
		n, err := people.PublishNotice(ctx, subscriptions.NoticeDraft{ProgrammeID: p.ID, Texts: map[string]string{"en": "How we use your data."}, Override: "a test"})
		ok(err)
		l, err := people.CreateList(ctx, subscriptions.List{ProgrammeID: p.ID, PurposeID: u.ID, NoticeID: n.ID, Slug: "news", Name: "News", Wording: "Send me the news."})
		ok(err)
		for _, a := range []string{"ann@example.org", "bea@example.org"} {
			_, err := people.Grant(ctx, subscriptions.Act{ListID: l.ID, Address: address.Must(a), Channel: subscriptions.ByStaff, Actor: "user:1", Source: "form", Evidence: subscriptions.Evidence{"act": "signed"}})
			ok(err)
			_, err = keeper.Erase(ctx, subscriptions.ErasureRequest{Address: address.Must(a), Ground: subscriptions.GroundRetention, Actor: "system", Untold: "their time is over"})
			ok(err)
		}
		run := func(want telling.Ran) {
			t.Helper()
			ran, err := s.Run(ctx)
			ok(err)
			if ran != want {
				t.Errorf("on %s the run did %+v, want %+v", at.Format(time.DateOnly), ran, want)
			}
		}
		run(telling.Ran{}) // others may still join
		at = at.Add(2 * time.Hour)
		run(telling.Ran{Told: 1, ByHand: 1})
		run(telling.Ran{})
		open, err := db.RecipientNotices(ctx, true, 0, 10)
		ok(err)
		if len(open) != 2 || open[0].People != 2 || open[1].People != 2 {
			t.Fatalf("the notices are %+v", open)
		}
		for range telling.MaxReminders {
			at = at.AddDate(0, 0, 21)
			run(telling.Ran{Reminded: 1})
		}
		at = at.AddDate(0, 0, 21)
		run(telling.Ran{ByHand: 1})
		_, err = s.Record(ctx, open[0].ID, "key:1", "", subscriptions.AnswerDone, "they rang")
		if errs.KindOf(err) != errs.Forbidden {
			t.Errorf("a program recorded an answer: %v", err)
		}
		_, err = s.Record(ctx, open[0].ID, "user:1", "", subscriptions.AnswerImpossible, "")
		if errs.KindOf(err) != errs.Invalid {
			t.Errorf("impossible, without saying why: %v", err)
		}
		_, err = s.Record(ctx, open[0].ID, "user:1", "", subscriptions.AnswerImpossible, "the firm is gone")
		ok(err)
		if _, err = s.Answer(ctx, s.Token(open[1].ID), subscriptions.AnswerDisproportionate, ""); errs.KindOf(err) != errs.Invalid {
			t.Errorf("disproportionate, without saying why: %v", err)
		}
		_, err = s.Answer(ctx, s.Token(open[1].ID), subscriptions.AnswerDone, "")
		ok(err)
		if _, err = s.Answer(ctx, s.Token(open[1].ID), subscriptions.AnswerImpossible, "no"); errs.KindOf(err) != errs.Conflict {
			t.Errorf("the first answer does not stand: %v", err)
		}
		if _, err = s.Pending(ctx, "nothing"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("a foreign link: %v", err)
		}
	})
}
