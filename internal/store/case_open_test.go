package store_test

import (
	"fmt"
	"testing"
	"time"

	"assent/inbox"
	"assent/inbox/cases"
	"assent/internal/address"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/mailer"
)

// Cases that open in one step are what they would be one after the other: numbered by year, linked, and each writer is answered once a day.
func TestCasesOpenedTogetherAreAsIfOneCameAfterTheOther(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		asks := []struct {
			who   string
			year  int
			kinds []cases.Kind
		}{
			{"ann@example.org", 2026, []cases.Kind{cases.Access, cases.Erasure}},
			{"bob@example.org", 2027, []cases.Kind{cases.Access}},
			{"ann@example.org", 2026, []cases.Kind{cases.Correspondence}},
			{"ann@example.org", 2026, []cases.Kind{cases.Erasure}}, // as a sub-case of the first one
		}
		var settle []inbox.Settlement
		for i, ask := range asks {
			receive(t, db, uint32(i+1))
			settle = append(settle, inbox.Settlement{InboundID: int64(i + 1), Disposition: inbox.OpenedCase, From: ask.who,
				Opening: opening(int64(i+1), ask.who, ask.year, ask.kinds), Letters: acknowledge})
		}
		if err := db.Settle(t.Context(), settle...); err != nil {
			t.Fatal(err)
		}
		got := map[string]string{} // by message: reference, sub-cases, links, messages
		for _, k := range must(db.KeptBefore(t.Context(), 0, 10))(t) {
			c := must(db.Case(t.Context(), k.CaseID))(t)
			if c.InboundID != k.ID {
				t.Errorf("message %d is in the case of message %d", k.ID, c.InboundID)
			}
			got[fmt.Sprint(k.ID)] = fmt.Sprint(c.Reference, len(must(db.SubCases(t.Context(), c.ID))(t)), len(must(db.CaseLinks(t.Context(), c.ID))(t)), len(must(db.CaseMessages(t.Context(), c.ID))(t)))
		}
		of := func(year, n int) string { return cases.NewReference(year, int64(n)) }
		want := map[string]string{
			"1": fmt.Sprint(of(2026, 1), 1, 0, 2), "2": fmt.Sprint(of(2027, 1), 0, 0, 2), "3": fmt.Sprint(of(2026, 2), 0, 0, 1), "4": fmt.Sprint(of(2026, 3), 0, 1, 1),
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%v, want %v", got, want)
		}
		last := must(db.KeptBefore(t.Context(), 0, 1))(t)[0].CaseID
		if links := must(db.CaseLinks(t.Context(), last))(t); len(links) != 1 || links[0].Relation != cases.Duplicate || links[0].LaterID != last {
			t.Errorf("%+v", links)
		}
	})
}

func receive(t *testing.T, db *store.DB, uid uint32) {
	t.Helper()
	if err := db.Receive(t.Context(), "privacy", 1, []inbox.Arrival{{UID: uid, ReceivedAt: time.Now(), Unreadable: "no"}}); err != nil {
		t.Fatal(err)
	}
}

// opening is a case by mail: the first kind its own, each further one a sub-case.
func opening(inbound int64, who string, year int, kinds []cases.Kind) *cases.Opening {
	at := time.Date(year, 3, 2, 9, 0, 0, 0, time.UTC)
	o := &cases.Opening{
		Case:    cases.Case{Kind: kinds[0], State: cases.New, From: who, InboundID: inbound, ReceivedAt: at},
		Parties: cases.Parties("", address.Must(who), 0), Message: &cases.Message{Direction: cases.In, At: at, From: who}, Events: []cases.Event{{Kind: cases.Opened}},
	}
	for _, k := range kinds[1:] {
		o.Subs = append(o.Subs, cases.Case{Kind: k, State: cases.New, From: who, ReceivedAt: at})
	}
	return o
}

func acknowledge(c cases.Case) []*mailer.Letter {
	return []*mailer.Letter{{Key: "case-received:" + c.From, Kind: mailer.CaseReceivedLetter, To: c.From, Language: "en", Data: []byte("{}"), State: mailer.LetterWaiting}}
}
