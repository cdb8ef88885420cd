package cases_test

import (
	"context"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"assent/inbox/cases"
	"assent/internal/address"
	"assent/internal/clock"
	"assent/internal/errs"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/mailer"
	"assent/subscriptions"
)

// desk is casework on a real database, with a clock that a test moves.
type desk struct {
	*cases.Service
	t         *testing.T
	db        *store.DB
	people    *subscriptions.Service
	programme subscriptions.Programme
	mu        sync.Mutex
	now       time.Time
}

func (d *desk) at(day string) {
	t, err := time.Parse(time.RFC3339, day+"T12:00:00Z")
	if err != nil {
		d.t.Fatal(err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = t
}

func (d *desk) time() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

func each(t *testing.T, test func(t *testing.T, d *desk)) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		calendar, err := clock.Embedded()
		if err != nil {
			t.Fatal(err)
		}
		reckoner, err := clock.New(calendar, clock.DefaultSettings())
		if err != nil {
			t.Fatal(err)
		}
		d := &desk{t: t, db: db, people: &subscriptions.Service{Store: db, Keys: storetest.Keys(t), Now: time.Now}}
		d.Service = &cases.Service{
			Store: db, Records: db, Reckoner: reckoner, Keys: storetest.Keys(t), Now: d.time, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		}
		d.at("2026-11-25")
		d.programme, err = d.people.CreateProgramme(t.Context(), subscriptions.Programme{
			Slug: "harbour", Name: "Harbour News", Owner: "Harbour Board", Controller: "Harbour Board", PostalAddress: "1 Quay",
			Contact: subscriptions.Contact{Name: "Sam Poole", Address: address.Must("contact@harbour.example")}, FromName: "Harbour News", FromAddress: address.Must("news@harbour.example"),
			HouseClocks: []subscriptions.HouseClock{{Kind: "complaint", AcknowledgeWorkingDays: 5, AnswerWorkingDays: 20}},
		})
		if err != nil {
			t.Fatal(err)
		}
		test(t, d)
	})
}

// enter opens a case that came by post on a day.
func (d *desk) enter(day, from string, kinds ...cases.Kind) cases.Case {
	d.t.Helper()
	received, err := time.Parse(time.DateOnly, day)
	if err != nil {
		d.t.Fatal(err)
	}
	c, err := d.Enter(d.t.Context(), cases.Entry{
		Actor: "user:1", ProgrammeID: d.programme.ID, Channel: cases.ByPost, ReceivedAt: received, Asked: "A copy of everything.", Kinds: kinds, Language: "en",
		Parties: []cases.Party{{Role: cases.Requester, Name: "Ann Lee", Address: address.Must(from)}},
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return d.read(c.ID)
}

func (d *desk) read(id int64) cases.Case {
	d.t.Helper()
	c, err := d.db.Case(d.t.Context(), id)
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

func (d *desk) do(id int64, e cases.Event) cases.Case {
	d.t.Helper()
	if e.Actor == "" {
		e.Actor = "user:1"
	}
	c, err := d.Do(d.t.Context(), id, e)
	if err != nil {
		d.t.Fatalf("%s: %v", e.Kind, err)
	}
	return c
}

func (d *desk) refused(kind errs.Kind, id int64, e cases.Event) {
	d.t.Helper()
	if e.Actor == "" {
		e.Actor = "user:1"
	}
	before := d.read(id)
	if _, err := d.Do(d.t.Context(), id, e); errs.KindOf(err) != kind || errs.Message(err) == "" {
		d.t.Errorf("%s: %v, want kind %v with a sentence", e.Kind, err, kind)
	}
	if after := d.read(id); after.State != before.State || len(after.Clocks) != len(before.Clocks) {
		d.t.Errorf("%s was refused, and changed the case", e.Kind)
	}
}

func (d *desk) kinds(id int64) (out []cases.EventKind) {
	d.t.Helper()
	events, err := d.db.CaseEvents(d.t.Context(), id)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, e := range events {
		if e.What == "" || e.Actor == "" || e.At.IsZero() {
			d.t.Errorf("event without who, what or when: %+v", e)
		}
		out = append(out, e.Kind)
	}
	return out
}

func TestARequestByPostCountsFromTheDayItCame(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		c := d.enter("2026-11-20", "ann@example.org", cases.Access, cases.Erasure)
		if c.Reference != "R-2026-000001" || c.DueOn != "2026-12-21" || c.State != cases.New || c.Channel != cases.ByPost || !c.CreatedAt.After(c.ReceivedAt) {
			t.Errorf("case %+v", c)
		}
		subs, err := d.db.SubCases(t.Context(), c.ID)
		if err != nil || len(subs) != 1 || subs[0].Reference != "R-2026-000001/2" || subs[0].Kind != cases.Erasure || subs[0].DueOn != "2026-12-21" || subs[0].Root() != c.ID {
			t.Errorf("sub-cases %+v, %v", subs, err)
		}
		if next := d.enter("2026-11-24", "bob@example.org", cases.Complaint); next.Reference != "R-2026-000002" || next.DueOn != "2026-12-01" {
			t.Errorf("the next is %s, due %s", next.Reference, next.DueOn)
		}
	})
}

func TestAPersonDecidesAndNobodyElse(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		c := d.enter("2026-11-20", "ann@example.org", cases.Access)
		grant := func(actor, person string) cases.Event {
			return cases.Event{Kind: cases.DecisionMade, Actor: actor, Detail: cases.Detail{Decision: &cases.Decision{Outcome: cases.Granted, Person: person}}}
		}
		d.refused(errs.Forbidden, c.ID, grant("system", "Ann"))
		d.refused(errs.Forbidden, c.ID, grant("subscriber", ""))
		d.refused(errs.Forbidden, c.ID, grant("key:5", ""))
		refuse := cases.Event{Kind: cases.DecisionMade, Detail: cases.Detail{Decision: &cases.Decision{Outcome: cases.Refused}}}
		d.refused(errs.Invalid, c.ID, refuse) // no reason
		refuse.Detail.Decision = &cases.Decision{Outcome: cases.Refused, Reasons: []string{"because"}, Words: "No."}
		d.refused(errs.Invalid, c.ID, refuse) // no reason that the law knows
		refuse.Detail.Decision = &cases.Decision{Outcome: cases.Upheld}
		d.refused(errs.Invalid, c.ID, refuse) // not of this kind
		got := d.do(c.ID, grant("key:5", "Ann Lee"))
		if got.Decision == nil || got.Decision.Actor != "key:5" || got.Decision.Person != "Ann Lee" || got.State != cases.Decided {
			t.Errorf("decision %+v", got.Decision)
		}
		withdrawal := d.enter("2026-11-20", "cat@example.org", cases.WithdrawConsent)
		d.refused(errs.Invalid, withdrawal.ID, cases.Event{Kind: cases.Asked, Note: "doubt", Detail: cases.Detail{For: cases.Identity}})
		d.refused(errs.Forbidden, c.ID, cases.Event{Kind: cases.Asked, Actor: "key:5", Note: "x", Detail: cases.Detail{For: cases.Fee, Reasons: []string{"repeat"}}})
	})
}

func TestACaseIsClosedWhenAllIsDone(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		c := d.enter("2026-11-20", "ann@example.org", cases.Access, cases.Erasure)
		closing := cases.Event{Kind: cases.ClosedCase}
		d.refused(errs.Conflict, c.ID, closing)
		subs, err := d.db.SubCases(t.Context(), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range []int64{c.ID, subs[0].ID} {
			d.do(id, cases.Event{Kind: cases.DecisionMade, Detail: cases.Detail{Decision: &cases.Decision{Outcome: cases.Granted, Words: "Here it is."}}})
			d.refused(errs.Conflict, id, closing)
			d.do(id, cases.Event{Kind: cases.Answered})
		}
		d.refused(errs.Conflict, c.ID, closing) // the sub-case is open
		d.do(subs[0].ID, closing)
		if got := d.do(c.ID, closing); got.State != cases.Closed || got.ClosedAt.IsZero() {
			t.Errorf("closed: %+v", got)
		}
		d.refused(errs.Invalid, c.ID, cases.Event{Kind: cases.Reopened})
		if got := d.do(c.ID, cases.Event{Kind: cases.Reopened, Note: "She wrote again."}); got.State != cases.InProgress || !got.ClosedAt.IsZero() || got.Decision != nil {
			t.Errorf("reopened: %+v", got)
		}
	})
}

// practice is a kind that has a duty of its own.
type practice struct{}

func (practice) Outcomes(cases.Case) []cases.Outcome { return []cases.Outcome{cases.Granted} }
func (practice) Reasons(cases.Case, cases.Outcome) []cases.Reason {
	return []cases.Reason{{Code: "own"}}
}
func (practice) Duties(_ context.Context, c cases.Case) ([]cases.Duty, error) {
	return []cases.Duty{{Code: "tell-recipients", Words: "Tell the recipients", Done: !c.Facts.DoneOn("tell-recipients").IsZero()}}, nil
}

func TestAPracticeSaysWhatItsKindNeeds(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.Practices = map[cases.Kind]cases.Practice{cases.Erasure: practice{}}
		c := d.enter("2026-11-20", "ann@example.org", cases.Erasure)
		refuse := cases.Event{Kind: cases.DecisionMade, Detail: cases.Detail{Decision: &cases.Decision{Outcome: cases.Refused, Reasons: []string{"own"}, Words: "No."}}}
		d.refused(errs.Invalid, c.ID, refuse)
		d.do(c.ID, cases.Event{Kind: cases.DecisionMade, Detail: cases.Detail{Decision: &cases.Decision{Outcome: cases.Granted, Reasons: []string{"own"}}}})
		d.do(c.ID, cases.Event{Kind: cases.Answered})
		d.refused(errs.Conflict, c.ID, cases.Event{Kind: cases.ClosedCase})
		d.refused(errs.Invalid, c.ID, cases.Event{Kind: cases.Done, Detail: cases.Detail{Code: "tell-recipients"}}) // not by hand
		if _, err := d.Did(t.Context(), c.ID, "user:1", "tell-recipients", "Told two recipients.", ""); err != nil {
			t.Fatal(err)
		}
		if got := d.do(c.ID, cases.Event{Kind: cases.ClosedCase}); got.State != cases.Closed {
			t.Errorf("it is %s", got.State)
		}
	})
}

func TestTheSamePersonAskingAgainIsLinkedAndNeverMerged(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		first := d.enter("2026-11-20", "ann@example.org", cases.Access)
		other := d.enter("2026-11-20", "bob@example.org", cases.Access)
		again := d.enter("2026-11-23", "Ann@Example.org", cases.Access)
		elsewhere := d.enter("2026-11-23", "ann@example.org", cases.Erasure)
		d.do(first.ID, cases.Event{Kind: cases.DecisionMade, Detail: cases.Detail{Decision: &cases.Decision{Outcome: cases.Withdrawn}}})
		d.do(first.ID, cases.Event{Kind: cases.ClosedCase})
		repeat := d.enter("2026-11-24", "ann@example.org", cases.Access)
		relation := func(a, b cases.Case) cases.Relation {
			links, err := d.db.CaseLinks(t.Context(), a.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range links {
				if l.EarlierID == b.ID || l.LaterID == b.ID {
					return l.Relation
				}
			}
			return ""
		}
		for _, c := range []struct {
			a, b cases.Case
			want cases.Relation
		}{{first, again, cases.Duplicate}, {again, first, cases.Duplicate}, {repeat, first, cases.Repeat}, {repeat, again, cases.Duplicate}, {other, again, ""}, {elsewhere, again, ""}} {
			if got := relation(c.a, c.b); got != c.want {
				t.Errorf("%s and %s: %q, want %q", c.a.Reference, c.b.Reference, got, c.want)
			}
		}
		if got := d.read(again.ID); got.State != cases.New || len(got.Clocks) == 0 || !slices.Contains(d.kinds(first.ID), cases.Linked) || !slices.Contains(d.kinds(again.ID), cases.Linked) {
			t.Errorf("the second stands by itself, and both timelines tell: %+v", got)
		}
	})
}

func TestNamingThePersonLinksTheCaseToWhatTheyAskedElsewhere(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		closed := d.enter("2026-11-18", "ann@example.org", cases.Access)
		d.do(closed.ID, cases.Event{Kind: cases.DecisionMade, Detail: cases.Detail{Decision: &cases.Decision{Outcome: cases.Withdrawn}}})
		d.at("2026-11-19") // the store's own clock is past it
		d.do(closed.ID, cases.Event{Kind: cases.ClosedCase})
		d.at("2026-11-25")
		before := d.enter("2026-11-20", "ann@example.org", cases.Access)
		strange := d.enter("2026-11-21", "ann.at.home@example.net", cases.Access, cases.Erasure)
		later := d.enter("2026-11-22", "ann@example.org", cases.Erasure)
		links := func() map[int64]cases.Relation {
			out := map[int64]cases.Relation{}
			subs, err := d.db.SubCases(t.Context(), strange.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range append(subs, strange) {
				found, err := d.db.CaseLinks(t.Context(), c.ID)
				if err != nil {
					t.Fatal(err)
				}
				for _, l := range found {
					out[l.EarlierID+l.LaterID-c.ID] = l.Relation
				}
			}
			return out
		}
		if got := links(); len(got) != 0 {
			t.Fatalf("a stranger's case is linked: %v", got)
		}
		if _, err := d.Name(t.Context(), strange.ID, "user:1", cases.Party{Role: cases.Requester, Address: address.Must("ann@example.org")}); err != nil {
			t.Fatal(err)
		}
		if got := links(); len(got) != 0 {
			t.Errorf("who asks is not whom it is about: %v", got)
		}
		for range 2 { // to name them twice links once
			if _, err := d.Name(t.Context(), strange.ID, "user:1", cases.Party{Role: cases.Subject, Name: "Ann Lee", Address: address.Must("Ann@example.org")}); err != nil {
				t.Fatal(err)
			}
		}
		want := map[int64]cases.Relation{closed.ID: cases.Repeat, before.ID: cases.Duplicate, later.ID: cases.Duplicate}
		if got := links(); !maps.Equal(got, want) {
			t.Errorf("linked to %v, want %v", got, want)
		}
		told := 0
		for _, k := range d.kinds(before.ID) {
			if k == cases.Linked {
				told++
			}
		}
		if told != 2 { // to the closed one, and to the stranger's
			t.Errorf("%d lines about links on the other timeline, want 2", told)
		}
	})
}

func TestALetterAsksPromisesAndTellsOnce(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		c := d.enter("2026-11-20", "ann@example.org", cases.Access)
		promise, err := clock.ParseDate("2026-12-10")
		if err != nil {
			t.Fatal(err)
		}
		l := cases.Letter{To: "ann@example.org", Language: "en", Subject: "Who are you?", Body: "Dear Ann,\n\nPlease tell us.", Asks: cases.Identity, Promise: promise, Words: "what we found so far"}
		write := func(key string, l cases.Letter) (cases.Case, error) {
			return d.Write(t.Context(), c.ID, "user:1", key, "The address is new to us.", l)
		}
		got, err := write("one", l)
		if err != nil || got.State != cases.Waiting || got.DueOn != "2026-12-10" {
			t.Fatalf("after the letter: %s, %s, %v", got.State, got.DueOn, err)
		}
		if want := []cases.EventKind{cases.Opened, cases.LetterOut, cases.Asked, cases.Promised, cases.Recomputed}; !slices.Equal(d.kinds(c.ID), want) {
			t.Errorf("timeline %v", d.kinds(c.ID))
		}
		if _, err := write("one", l); errs.KindOf(err) != errs.Conflict {
			t.Errorf("the same letter again: %v", err)
		}
		for name, change := range map[string]func(*cases.Letter){
			"a field that nobody filled":  func(l *cases.Letter) { l.Body = "By {{promised}}." },
			"no address":                  func(l *cases.Letter) { l.To = "Ann, 1 Quay" },
			"a language that we have not": func(l *cases.Letter) { l.Language = "fr" },
			"a subject of two lines":      func(l *cases.Letter) { l.Subject = "Hello\r\nBcc: all@example.org" },
			"an empty letter":             func(l *cases.Letter) { l.Body = " " },
			"a promise without words":     func(l *cases.Letter) { l.Words = "" },
		} {
			bad := l
			bad.Asks = ""
			change(&bad)
			if _, err := write(name, bad); errs.KindOf(err) != errs.Invalid || errs.Message(err) == "" {
				t.Errorf("%s: %v", name, err)
			}
		}
		messages, err := d.db.CaseMessages(t.Context(), c.ID)
		if err != nil || len(messages) != 1 || messages[0].Direction != cases.Out || messages[0].LetterState != "waiting" {
			t.Errorf("correspondence %+v, %v", messages, err)
		}
		d.at("2026-12-01")
		d.do(c.ID, cases.Event{Kind: cases.Received, Detail: cases.Detail{For: cases.Identity}})
		if got := d.read(c.ID); got.State != cases.InProgress || got.Facts.Identity.MetOn.String() != "2026-12-01" {
			t.Errorf("identity came: %+v", got.Facts)
		}
	})
}

func TestALetterThatDoesNotArriveRaisesAnAlarm(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		c := d.enter("2026-11-20", "ann@example.org", cases.Access)
		if _, err := d.Write(t.Context(), c.ID, "user:1", "one", "", cases.Letter{To: "ann@example.org", Language: "en", Subject: "Hello", Body: "Hello."}); err != nil {
			t.Fatal(err)
		}
		messages, err := d.db.CaseMessages(t.Context(), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		l, ok, err := d.db.StartLetter(t.Context(), messages[0].LetterID, d.time())
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		l.State, l.Code, l.FinishedAt = mailer.LetterSent, 250, d.time()
		if err := d.db.FinishLetter(t.Context(), l); err != nil {
			t.Fatal(err)
		}
		if err := d.HandlePosted(t.Context(), cases.Posted{LetterID: l.ID}); err != nil || d.read(c.ID).Alarm != "" {
			t.Errorf("a letter that went out: %q, %v", d.read(c.ID).Alarm, err)
		}
		if err := d.db.ReportedLetter(t.Context(), l.ID, "failed", "5.1.1"); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the task may run twice
			if err := d.HandlePosted(t.Context(), cases.Posted{LetterID: l.ID}); err != nil {
				t.Fatal(err)
			}
		}
		if got := d.read(c.ID); !strings.Contains(got.Alarm, "could not be delivered") {
			t.Errorf("alarm %q", got.Alarm)
		}
		failed := 0
		for _, k := range d.kinds(c.ID) {
			if k == cases.LetterFailed {
				failed++
			}
		}
		if failed != 1 {
			t.Errorf("%d alarms for one letter", failed)
		}
		d.refused(errs.Invalid, c.ID, cases.Event{Kind: cases.AlarmSeen})
		if got := d.do(c.ID, cases.Event{Kind: cases.AlarmSeen, Note: "Rang her."}); got.Alarm != "" {
			t.Errorf("alarm %q", got.Alarm)
		}
	})
}

func TestFilesAreKeptWholeAndNeverTrusted(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		c := d.enter("2026-11-20", "ann@example.org", cases.Access, cases.Erasure)
		content := "%PDF-1.4\n" + strings.Repeat("0123456789", 60_000)
		f, err := d.AddFile(t.Context(), c.ID, "user:1", "../../etc/\u202escan\x00.pdf.exe", strings.NewReader(content))
		if err != nil || f.Type != "application/pdf" || f.Name != "scan.pdf.exe" || f.Size != int64(len(content)) {
			t.Fatalf("file %+v, %v", f, err)
		}
		_, body, err := d.db.CaseFile(t.Context(), c.ID, f.ID)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(body); err != nil || string(got) != content {
			t.Errorf("%d octets, %v", len(got), err)
		}
		if _, _, err := d.db.CaseFile(t.Context(), c.ID+99, f.ID); errs.KindOf(err) != errs.NotFound {
			t.Errorf("by another case: %v", err)
		}
		if _, err := d.AddFile(t.Context(), c.ID, "user:1", "empty", strings.NewReader("")); errs.KindOf(err) != errs.Invalid {
			t.Errorf("an empty file: %v", err)
		}
		if _, err := d.AddFile(t.Context(), c.ID, "user:1", "huge", io.LimitReader(endless{}, cases.MaxFile+1)); errs.KindOf(err) != errs.Invalid {
			t.Errorf("a file that is too large: %v", err)
		}
		if files, err := d.db.CaseFiles(t.Context(), c.ID); err != nil || len(files) != 1 {
			t.Errorf("files %+v, %v", files, err)
		}
	})
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestALetterPromisesNoAnswerAfterTheLastDayOfAnExtension(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		c := d.enter("2026-11-20", "ann@example.org", cases.Access)
		l := cases.Letter{To: "ann@example.org", Language: "en", Subject: "We need more time", Body: "Until then.", Extends: true, Reasons: []string{"complex"}, Words: "Our full answer"}
		l.Promise = clock.Date{Year: 2027, Month: 2, Day: 23}
		if _, err := d.Write(t.Context(), c.ID, "user:1", "one", "Three archives.", l); errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Message(err), "22 February 2027 and no further") {
			t.Errorf("a promise after the last day: %v", err)
		}
		l.Promise.Day = 22
		got, err := d.Write(t.Context(), c.ID, "user:1", "two", "Three archives.", l)
		if err != nil || got.Facts.ExtendedOn.IsZero() || len(got.Facts.Promises) != 1 {
			t.Errorf("it is %+v, %v", got.Facts, err)
		}
	})
}

func TestANewTableOfBankHolidaysMovesOpenCases(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.at("2026-11-02")
		open, closed := d.enter("2026-10-30", "ann@example.org", cases.Access), d.enter("2026-10-30", "bob@example.org", cases.Access)
		d.do(closed.ID, cases.Event{Kind: cases.DecisionMade, Detail: cases.Detail{Decision: &cases.Decision{Outcome: cases.Withdrawn}}})
		d.do(closed.ID, cases.Event{Kind: cases.ClosedCase})
		if n, err := d.Recompute(t.Context()); n != 0 || err != nil {
			t.Errorf("with the same table: %d, %v", n, err)
		}
		var table []string
		for _, div := range clock.Divisions() {
			table = append(table, `"`+string(div)+`":{"events":[{"title":"A day for everybody","date":"2026-11-30"},{"title":"Christmas Day","date":"2026-12-25"}]}`)
		}
		newer, err := clock.LoadCalendar(strings.NewReader("{" + strings.Join(table, ",") + "}"))
		if err != nil {
			t.Fatal(err)
		}
		merged, err := d.Reckoner.Calendar().Merge(newer)
		if err != nil {
			t.Fatal(err)
		}
		if d.Reckoner, err = clock.New(merged, clock.DefaultSettings()); err != nil {
			t.Fatal(err)
		}
		if n, err := d.Recompute(t.Context()); n != 1 || err != nil {
			t.Errorf("looked at %d, %v", n, err)
		}
		if got := d.read(open.ID); got.DueOn != "2026-12-01" || !slices.Contains(d.kinds(open.ID), cases.Recomputed) {
			t.Errorf("due %s: %v", got.DueOn, d.kinds(open.ID))
		}
		timeline, err := d.db.CaseEvents(t.Context(), open.ID)
		const why = "The table of bank holidays changed. The clocks were computed anew: answer Tuesday 1 December 2026, was Monday 30 November 2026"
		if err != nil || !strings.HasPrefix(timeline[len(timeline)-1].What, why) {
			t.Errorf("the timeline ends with %+v, %v", timeline[len(timeline)-1], err)
		}
		if n, err := d.Recompute(t.Context()); n != 0 || err != nil {
			t.Errorf("a second time: %d, %v", n, err)
		}
	})
}

func TestAProgrammesOwnTextTakesThePlaceOfOurs(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		find := func() cases.Text {
			all, err := d.Texts(t.Context(), d.programme.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range all {
				if x.Name == "ask-identity" && x.Language == "en" {
					return x
				}
			}
			t.Fatal("there is no such text")
			return cases.Text{}
		}
		if got := find(); got.ProgrammeID != 0 || got.Asks != cases.Identity {
			t.Errorf("ours: %+v", got)
		}
		own := cases.Text{ProgrammeID: d.programme.ID, Name: "ask-identity", Title: "Ask who it is", Language: "en", Subject: "Who? [{{reference}}]", Body: "Dear {{name}}, who are you?", ChangedBy: "user:1"}
		if err := d.SaveText(t.Context(), own); err != nil {
			t.Fatal(err)
		}
		if got := find(); got.ProgrammeID != d.programme.ID || got.Asks != cases.Identity || got.Body != own.Body {
			t.Errorf("the programme's: %+v", got)
		}
		own.Body = "Dear {{king}}"
		if err := d.SaveText(t.Context(), own); errs.KindOf(err) != errs.Invalid {
			t.Errorf("a field that there is not: %v", err)
		}
	})
}

func TestWhatComesToAClosedCaseIsSeen(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		c := d.enter("2026-11-20", "ann@example.org", cases.Access)
		d.do(c.ID, cases.Event{Kind: cases.DecisionMade, Detail: cases.Detail{Decision: &cases.Decision{Outcome: cases.Withdrawn}}})
		d.do(c.ID, cases.Event{Kind: cases.ClosedCase})
		listed := func() int64 {
			n, err := d.db.CountCases(t.Context(), cases.Filter{State: cases.OpenState})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if listed() != 0 {
			t.Error("a closed case is listed among the open ones")
		}
		in := cases.Incoming{InboundID: 7, ReceivedAt: d.time(), From: address.Must("ann@example.org"), Subject: "Thanks", Token: c.ID}
		found, by, ok, err := d.Thread(t.Context(), in)
		if err != nil || !ok || by != cases.ByToken {
			t.Fatal(by, ok, err)
		}
		filing, err := d.File(t.Context(), found, by, in)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := d.db.ChangeCase(t.Context(), filing.CaseID, filing.Change); err != nil || got.State != cases.Closed || got.Unread != 1 || listed() != 1 {
			t.Errorf("%s, %d unread, %d listed, %v", got.State, got.Unread, listed(), err)
		}
		messages, err := d.db.CaseMessages(t.Context(), c.ID)
		if err != nil || len(messages) != 1 {
			t.Fatal(messages, err)
		}
		if _, err := d.MarkRead(t.Context(), c.ID, messages[0].ID, "user:1"); err != nil || listed() != 0 {
			t.Errorf("%d listed after reading, %v", listed(), err)
		}
		if _, err := d.MarkRead(t.Context(), c.ID, messages[0].ID, "user:1"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("read twice: %v", err)
		}
	})
}

func TestWhoAnswersByAReferenceAloneMustBeAParty(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		c := d.enter("2026-11-20", "ann@example.org", cases.Access)
		in := cases.Incoming{InboundID: 7, ReceivedAt: d.time(), From: address.Must("ann@example.org"), MessageID: "one@client.example", Token: c.ID}
		filing, err := d.File(t.Context(), c, cases.ByToken, in)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.db.ChangeCase(t.Context(), c.ID, filing.Change); err != nil {
			t.Fatal(err)
		}
		for from, want := range map[string]bool{"ann@example.org": true, "eve@example.net": false} {
			if _, _, ok, err := d.Thread(t.Context(), cases.Incoming{From: address.Must(from), InReplyTo: []string{"one@client.example"}}); ok != want || err != nil {
				t.Errorf("%s: %v, %v", from, ok, err)
			}
		}
		if _, _, ok, err := d.Thread(t.Context(), cases.Incoming{From: address.Must("ann@example.org"), Token: c.ID + 99}); ok || err != nil {
			t.Errorf("a case that is gone: %v, %v", ok, err)
		}
	})
}

// The pause ends on the day on which the person's reply comes, whoever reads it when (Article 12A(5)); no stranger's mail and no machine's ends it.
func TestAReplyEndsThePauseByItself(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		c := d.enter("2026-11-20", "ann@example.org", cases.Access)
		d.at("2026-11-23")
		d.do(c.ID, cases.Event{Kind: cases.Asked, Actor: "user:1", Note: "Which years?", Detail: cases.Detail{For: cases.Clarification}})
		d.at("2026-11-27")
		for _, x := range []struct {
			name string
			in   cases.Incoming
			open bool
		}{
			{"a machine's answer", cases.Incoming{InboundID: 7, From: address.Must("ann@example.org"), Quiet: true}, true},
			{"a stranger's mail", cases.Incoming{InboundID: 8, From: address.Must("eve@example.net")}, true},
			{"the person's own", cases.Incoming{InboundID: 9, From: address.Must("ann@example.org")}, false},
			{"another mail of theirs", cases.Incoming{InboundID: 10, From: address.Must("ann@example.org")}, false},
		} {
			x.in.ReceivedAt, x.in.Token = d.time().AddDate(0, 0, -1), c.ID
			filing, err := d.File(t.Context(), d.read(c.ID), cases.ByToken, x.in)
			if err != nil {
				t.Fatal(err)
			}
			got, err := d.db.ChangeCase(t.Context(), c.ID, filing.Change)
			if err != nil || (got.State == cases.Waiting) != x.open {
				t.Errorf("%s: the case is %s, %v", x.name, got.State, err)
			}
		}
		if p := d.read(c.ID).Facts.Clarifications; len(p) != 1 || p[0].To.String() != "2026-11-26" {
			t.Errorf("the pauses %+v", p)
		}
		d.do(c.ID, cases.Event{Kind: cases.Asked, Actor: "user:1", Note: "That did not say which.", Detail: cases.Detail{For: cases.Clarification}})
	})
}

// The correspondence is the parent's: what a sub-case waits for comes there.
func TestAReplyEndsThePauseOfASubCase(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		c := d.enter("2026-11-20", "ann@example.org", cases.Erasure, cases.Access)
		subs, err := d.db.SubCases(t.Context(), c.ID)
		if err != nil || len(subs) != 1 {
			t.Fatalf("sub-cases %v, %v", subs, err)
		}
		d.at("2026-11-23")
		d.do(subs[0].ID, cases.Event{Kind: cases.Asked, Actor: "user:1", Note: "Which years?", Detail: cases.Detail{For: cases.Clarification}})
		d.at("2026-11-27")
		in := cases.Incoming{InboundID: 9, From: address.Must("ann@example.org"), ReceivedAt: d.time().AddDate(0, 0, -1), Token: c.ID}
		filing, err := d.File(t.Context(), d.read(c.ID), cases.ByToken, in)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.db.ChangeCase(t.Context(), c.ID, filing.Change); err != nil {
			t.Fatal(err)
		}
		sub := d.read(subs[0].ID)
		if p := sub.Facts.Clarifications; len(p) != 1 || p[0].To.String() != "2026-11-26" || sub.State == cases.Waiting {
			t.Errorf("the sub-case is %s with the pauses %+v", sub.State, p)
		}
		if kinds := d.kinds(sub.ID); !slices.Contains(kinds, cases.Received) || slices.Contains(d.kinds(c.ID), cases.Received) {
			t.Errorf("its timeline %v, the parent's %v", kinds, d.kinds(c.ID))
		}
	})
}

// What can only be done once somebody decided stands after the decision, and what the person is told first before it.
func TestDutiesStandInTheOrderOfDoing(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.Practices = map[cases.Kind]cases.Practice{cases.Erasure: steps{}}
		c := d.enter("2026-11-20", "ann@example.org", cases.Erasure)
		duties, err := d.Duties(t.Context(), c)
		var codes []string
		for _, x := range duties {
			codes = append(codes, x.Code)
		}
		if got := strings.Join(codes, " "); err != nil || got != "look decide erase answer tell-others" {
			t.Errorf("they are %q, %v", got, err)
		}
	})
}

type steps struct{ practice }

func (steps) Duties(context.Context, cases.Case) ([]cases.Duty, error) {
	return []cases.Duty{{Step: cases.Following, Code: "tell-others"}, {Step: cases.CarryingOut, Code: "erase"}, {Code: "look"}}, nil
}
