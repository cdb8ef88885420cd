package assembly

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/audit"
	"assent/internal/config"
	"assent/internal/store/storetest"
	"assent/mailer"
	"assent/subscriptions"
	"assent/templates"
)

// postbox keeps what is handed over.
type postbox struct{ to, mails []string }

func (p *postbox) Send(_ context.Context, permit subscriptions.Permit, _ string, body []byte) (mailer.Receipt, error) {
	p.to, p.mails = append(p.to, permit.To().String()), append(p.mails, string(body))
	return mailer.Receipt{Code: 250, Reply: "250 2.0.0 queued"}, nil
}

func TestTheSealGoesOutOnceADayAndFindsAnOlderDatabase(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(testing.TB) string{"SQLite": storetest.SQLiteURL, "PostgreSQL": storetest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
			clock := func() time.Time { return now }
			db := storetest.Open(t, url(t), clock)
			set, err := templates.Load()
			if err != nil {
				t.Fatal(err)
			}
			keys, box := storetest.Keys(t), &postbox{}
			people := &subscriptions.Service{Store: db, Keys: keys, Now: clock}
			h := &House{
				Plan: Plan{Config: config.Config{SealTo: []address.Address{address.Must("dpo@harbour.example"), address.Must("auditor@harbour.example")}, AuditMonths: 36}, Now: clock, Log: slog.New(slog.DiscardHandler)},
				DB:   db,
				Mailer: &mailer.Service{Store: db, People: db, Gate: subscriptions.Gate{Store: db, Now: clock}, Transport: box, Now: clock, Composer: mailer.Composer{Templates: set, Keys: keys, Ways: mailer.Ways{
					BaseURL: "https://mail.harbour.example", MessageDomain: "mail.harbour.example",
					Bounces: address.Must("bounces@mail.harbour.example"), OptOuts: address.Must("leave@mail.harbour.example"),
				}}},
			}
			if err := h.keepTrail(t.Context(), now); err != nil { // no programme yet: nobody to write as
				t.Fatal(err)
			}
			now = now.Add(25 * time.Hour)
			_, err = people.CreateProgramme(t.Context(), subscriptions.Programme{
				Slug: "harbour", Name: "Harbour News", Owner: "Harbour Board", Controller: "Harbour Board", PostalAddress: "1 Quay", FromName: "Harbour News",
				FromAddress: address.Must("news@harbour.example"), Contact: subscriptions.Contact{Name: "Desk", Address: address.Must("desk@harbour.example")},
			})
			if err != nil {
				t.Fatal(err)
			}
			for range 3 { // each hour
				if err := h.keepTrail(t.Context(), now); err != nil {
					t.Fatal(err)
				}
				now = now.Add(time.Hour)
			}
			for id := int64(1); id <= 4; id++ {
				if err := h.Mailer.HandleLetter(t.Context(), mailer.SendLetter{LetterID: id}); err != nil && id <= 2 {
					t.Fatal(err)
				}
			}
			if got := strings.Join(box.to, " "); got != "dpo@harbour.example auditor@harbour.example" {
				t.Fatalf("letters went to %q", got)
			}
			seal, err := audit.ParseSeal(box.mails[0])
			if err != nil {
				t.Fatalf("%v in\n%s", err, box.mails[0])
			}
			if err := audit.Against(t.Context(), db, seal); err != nil {
				t.Error(err)
			}
			other := storetest.Open(t, url(t), clock) // of the same secret, and empty: as if an old dump had been put back
			var f *audit.Fault
			if err := audit.Against(t.Context(), other, seal); !errors.As(err, &f) {
				t.Errorf("another database: %v", err)
			}
		})
	}
}
