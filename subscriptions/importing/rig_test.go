package importing_test

import (
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/subscriptions"
)

// today is a Sunday on which everything in these tests happens, unless they say otherwise.
var today = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// house is a database with one programme, which has a list on consent and one on a public task.
type house struct {
	db       *store.DB
	svc      *subscriptions.Service
	news     subscriptions.List // on consent
	register subscriptions.List // on a public task
}

// onSQLite furnishes a house on a database of its own.
func onSQLite(t testing.TB) house {
	t.Helper()
	return furnish(t, storetest.Open(t, storetest.SQLiteURL(t), time.Now))
}

func furnish(t testing.TB, db *store.DB) house {
	t.Helper()
	ctx := t.Context()
	h := house{db: db, svc: &subscriptions.Service{Store: db, Keys: storetest.Keys(t), Now: func() time.Time { return today }}}
	programme := must(h.svc.CreateProgramme(ctx, subscriptions.Programme{
		Slug: "harbour", Name: "Harbour News", Owner: "Harbour Board", Controller: "Harbour Board", PostalAddress: "1 Quay, Porthaven PH1 1AA",
		Contact:  subscriptions.Contact{Name: "Sam Poole", Address: address.Must("contact@harbour.example")},
		FromName: "Harbour News", FromAddress: address.Must("news@harbour.example"),
	}))(t)
	for _, a := range []subscriptions.Attribute{
		{Name: "berths", Type: subscriptions.NumberAttribute}, {Name: "topics", Type: subscriptions.ManyAttribute, Choices: []string{"tides", "works"}},
	} {
		a.ProgrammeID = programme.ID
		must(h.svc.CreateAttribute(ctx, a))(t)
	}
	h.news = h.opens(t, subscriptions.Purpose{ProgrammeID: programme.ID, Slug: "news", Name: "Monthly news", Basis: subscriptions.Consent, Class: subscriptions.Newsletter})
	h.register = h.opens(t, subscriptions.Purpose{
		ProgrammeID: programme.ID, Slug: "register", Name: "Mooring register", Basis: subscriptions.PublicTask, Class: subscriptions.Newsletter,
		Conditions: subscriptions.Conditions{Reference: "Harbour Order 1998, article 4"},
	})
	return h
}

// opens makes a purpose, a notice that tells of it, and a list for it under the same short name.
func (h house) opens(t testing.TB, p subscriptions.Purpose) subscriptions.List {
	t.Helper()
	p = must(h.svc.CreatePurpose(t.Context(), p))(t)
	notice := must(h.svc.PublishNotice(t.Context(), subscriptions.NoticeDraft{
		ProgrammeID: p.ProgrammeID, Texts: map[string]string{"en": "How we use your data for " + p.Name + "."}, Override: "a test",
	}))(t)
	return must(h.svc.CreateList(t.Context(), subscriptions.List{
		ProgrammeID: p.ProgrammeID, PurposeID: p.ID, NoticeID: notice.ID, Slug: p.Slug, Name: p.Name, Wording: "Send me the news.",
		DoubleOptIn: p.Basis == subscriptions.Consent, Public: p.Basis == subscriptions.Consent,
	}))(t)
}

func (h house) intake(t testing.TB, list subscriptions.List) subscriptions.Intake {
	t.Helper()
	return must(subscriptions.OpenIntake(t.Context(), h.db, list.ID, today))(t)
}

func must[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
