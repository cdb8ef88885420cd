package reminding_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"assent/inbox/cases"
	"assent/inbox/cases/reminding"
	"assent/internal/address"
	"assent/internal/clock"
	"assent/internal/errs"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/mailer"
	"assent/subscriptions"
)

// rig is a programme with an officer, and a clock that a test sets.
type rig struct {
	*testing.T
	db        *store.DB
	cases     *cases.Service
	reminding *reminding.Service
	programme subscriptions.Programme
	at        time.Time
}

func newRig(t *testing.T, db *store.DB) *rig {
	r := &rig{T: t, db: db, at: uk("2026-11-02 09:00")}
	now := func() time.Time { return r.at }
	calendar, err := clock.Embedded()
	r.ok(err)
	reckoner, err := clock.New(calendar, clock.DefaultSettings())
	r.ok(err)
	keys := storetest.Keys(t)
	people := &subscriptions.Service{Store: db, Keys: keys, Now: now}
	r.programme, err = people.CreateProgramme(t.Context(), subscriptions.Programme{
		Slug: "harbour", Name: "Harbour News", Owner: "Harbour Board", Controller: "Harbour Board", PostalAddress: "1 Quay, Porthaven",
		Contact: subscriptions.Contact{Name: "Sam Poole", Address: address.Must("contact@harbour.example")}, FromName: "Harbour News", FromAddress: address.Must("news@harbour.example"),
		DPOName: "Priya Shah", DPOAddress: address.Must("officer@harbour.example"),
	})
	r.ok(err)
	r.cases = &cases.Service{Store: db, Records: db, Reckoner: reckoner, Keys: keys, Now: now}
	r.reminding = &reminding.Service{Store: db, Reckoner: reckoner, Now: now}
	return r
}

func uk(text string) time.Time {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
	if err != nil {
		panic(err)
	}
	return at
}

func (r *rig) ok(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

func (r *rig) enter(kind cases.Kind) cases.Case {
	r.Helper()
	c, err := r.cases.Enter(r.Context(), cases.Entry{
		Actor: "user:1", ProgrammeID: r.programme.ID, Channel: cases.ByPost, ReceivedAt: r.at, Asked: "Something.", Kinds: []cases.Kind{kind}, Language: "en",
		Parties: []cases.Party{{Role: cases.Requester, Name: "Ann Lee", Address: address.Must("ann@example.org")}},
	})
	r.ok(err)
	return c
}

// mails runs at a moment, and returns what the mail of that day says, "" for none.
func (r *rig) mails(at string) string {
	r.Helper()
	r.at = uk(at)
	for range 2 { // the second run of a day writes nothing
		_, err := r.reminding.Run(r.Context())
		r.ok(err)
	}
	l, err := r.db.LetterByKey(r.Context(), fmt.Sprintf("case-reminder:%d:%s", r.programme.ID, at[:10]))
	if errs.KindOf(err) == errs.NotFound {
		return ""
	}
	r.ok(err)
	if l.To != "officer@harbour.example" || l.Kind != mailer.CaseReminderLetter || strings.Contains(string(l.Data), "Ann") {
		r.Errorf("the mail is %+v: %s", l, l.Data)
	}
	var about mailer.About
	r.ok(json.Unmarshal(l.Data, &about))
	var says []string
	for _, x := range about.Reminders {
		switch {
		case x.Silent > 0:
			says = append(says, fmt.Sprintf("%s silent %d", x.Reference, x.Silent))
		case x.Late:
			says = append(says, x.Reference+" late "+x.DueOn)
		default:
			says = append(says, x.Reference+" due "+x.DueOn)
		}
	}
	return strings.Join(says, ", ")
}

// A complaint has no date by which it must be decided; the law wants the complainant kept informed (DPA 2018 s.164A(5)).
func TestTheOfficerIsRemindedOfAComplaintWithoutAWordForFourWeeks(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := newRig(t, db)
		c := r.enter(cases.Complaint)
		_, err := r.cases.Do(t.Context(), c.ID, cases.Event{Kind: cases.Acknowledged, Actor: "user:1"})
		r.ok(err)
		for _, day := range []struct{ at, want string }{
			{"2026-11-27 09:00", ""},
			{"2026-11-30 06:59", ""}, // too early in the day
			{"2026-11-30 09:30", c.Reference + " silent 28"},
			{"2026-12-01 09:30", c.Reference + " silent 29"},
			{"2026-12-05 09:30", ""}, // a Saturday
		} {
			if got := r.mails(day.at); got != day.want {
				t.Errorf("on %s: %q, want %q", day.at, got, day.want)
			}
		}
		r.at = uk("2026-12-07 10:00")
		_, err = r.cases.Write(t.Context(), c.ID, "user:1", "one", "", cases.Letter{To: "ann@example.org", Language: "en", Subject: "How it goes on", Body: "We are asking the printers."})
		r.ok(err)
		if got := r.mails("2026-12-08 09:00"); got != "" {
			t.Errorf("after a word to the complainant: %q", got)
		}
		if got := r.mails("2027-01-04 11:00"); got != c.Reference+" silent 28" {
			t.Errorf("four weeks after that word: %q", got)
		}
		_, err = r.cases.Do(t.Context(), c.ID, cases.Event{Kind: cases.DecisionMade, Actor: "user:1", Detail: cases.Detail{Decision: &cases.Decision{Outcome: cases.Withdrawn, Words: "She rang."}}})
		r.ok(err)
		_, err = r.cases.Do(t.Context(), c.ID, cases.Event{Kind: cases.ClosedCase, Actor: "user:1"})
		r.ok(err)
		if got := r.mails("2027-01-05 11:00"); got != "" {
			t.Errorf("after it was closed: %q", got)
		}
	})
}

func TestTheOfficerIsRemindedOfClocksThatEndSoonAndOfThoseThatEnded(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := newRig(t, db)
		c := r.enter(cases.Erasure) // received on 2 November: due on 2 December, a Wednesday
		r.at = uk("2026-12-04 12:00")
		b := r.enter(cases.Breach) // aware on a Friday: its 72 hours end on Monday
		for _, day := range []struct{ at, want string }{
			{"2026-11-26 09:00", ""},
			{"2026-11-27 09:00", c.Reference + " due 2026-12-02"},
			{"2026-12-03 09:00", c.Reference + " late 2026-12-02"},
			{"2026-12-05 09:00", b.Reference + " due 2026-12-07"}, // a Saturday: the breach alone
		} {
			got := r.mails(day.at)
			if day.at < "2026-12-04" {
				got = strings.TrimSuffix(strings.ReplaceAll(got, b.Reference+" due 2026-12-07", ""), ", ")
			}
			if got != day.want {
				t.Errorf("on %s: %q, want %q", day.at, got, day.want)
			}
		}
	})
}
