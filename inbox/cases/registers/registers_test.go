package registers_test

import (
	"bytes"
	"encoding/csv"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"assent/inbox/cases"
	"assent/inbox/cases/breach"
	"assent/inbox/cases/complaint"
	"assent/inbox/cases/registers"
	"assent/inbox/cases/report"
	"assent/inbox/cases/thirdparty"
	"assent/internal/address"
	"assent/internal/clock"
	"assent/internal/errs"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/subscriptions"
)

// office is all that works on complaints, breaches and requests of third parties, over a real database.
type office struct {
	t           *testing.T
	db          *store.DB
	people      *subscriptions.Service
	cases       *cases.Service
	breaches    *breach.Service
	disclosures *thirdparty.Service
	registers   *registers.Service
	reports     *report.Service
	programme   subscriptions.Programme
	now         time.Time
}

func each(t *testing.T, test func(t *testing.T, o *office)) {
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
		o := &office{t: t, db: db, now: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)}
		now, keys, day := func() time.Time { return o.now }, storetest.Keys(t), reckoner.UKDate
		o.people = &subscriptions.Service{Store: db, Keys: keys, Now: now}
		o.cases = &cases.Service{
			Store: db, Records: db, Reckoner: reckoner, Keys: keys, Now: now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
			Practices: map[cases.Kind]cases.Practice{cases.Complaint: complaint.Practice{}, cases.Breach: breach.Practice{Store: db}, cases.Disclosure: thirdparty.Practice{Store: db}},
		}
		o.breaches = &breach.Service{Store: db, Cases: o.cases, UK: reckoner, Now: now}
		o.disclosures = &thirdparty.Service{Store: db, Cases: o.cases, Day: day, Now: now}
		o.registers = &registers.Service{Store: db, Day: day}
		o.reports = &report.Service{Source: db, Day: day, Now: now}
		o.programme, err = o.people.CreateProgramme(t.Context(), subscriptions.Programme{
			Slug: "harbour", Name: "Harbour News", Owner: "Harbour Board", Controller: "Harbour Board", PostalAddress: "1 Quay", DPOName: "Priya Shah", DPOAddress: address.Must("dpo@harbour.example"),
			Contact: subscriptions.Contact{Name: "Sam Poole", Address: address.Must("contact@harbour.example")}, FromName: "Harbour News", FromAddress: address.Must("news@harbour.example"),
			HouseClocks: []subscriptions.HouseClock{{Kind: "complaint", AcknowledgeWorkingDays: 5, AnswerWorkingDays: 10}},
		})
		if err != nil {
			t.Fatal(err)
		}
		test(t, o)
	})
}

func (o *office) enter(name string, kind cases.Kind) cases.Case {
	o.t.Helper()
	c, err := o.cases.Enter(o.t.Context(), cases.Entry{
		Actor: "user:1", ProgrammeID: o.programme.ID, Channel: cases.ByPost, ReceivedAt: o.now.Add(-time.Hour), Asked: "Please see the letter.", Kinds: []cases.Kind{kind}, Language: "en",
		Parties: []cases.Party{{Role: cases.Requester, Name: name, Address: address.Must(strings.ToLower(strings.Fields(name)[0]) + "@reader.example")}},
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return c
}

func (o *office) do(id int64, actor string, e cases.Event) cases.Case {
	o.t.Helper()
	e.Actor = actor
	c, err := o.cases.Do(o.t.Context(), id, e)
	if err != nil {
		o.t.Fatalf("%s: %v", e.Kind, err)
	}
	return c
}

func (o *office) decide(id int64, actor string, outcome cases.Outcome, reasons ...string) {
	o.t.Helper()
	o.do(id, actor, cases.Event{Kind: cases.DecisionMade, Detail: cases.Detail{Decision: &cases.Decision{Outcome: outcome, Reasons: reasons, Words: "We looked at all of it."}}})
}

// left returns the codes of the duties that are left.
func (o *office) left(id int64) string {
	o.t.Helper()
	c, err := o.db.Case(o.t.Context(), id)
	if err != nil {
		o.t.Fatal(err)
	}
	duties, err := o.cases.Duties(o.t.Context(), c)
	if err != nil {
		o.t.Fatal(err)
	}
	var out []string
	for _, d := range cases.Left(duties) {
		out = append(out, d.Code)
	}
	return strings.Join(out, " ")
}

// table returns a register as it is written for spreadsheets, with its lines by column.
func (o *office) table(name string) []map[string]string {
	o.t.Helper()
	var b bytes.Buffer
	if err := o.registers.CSV(o.t.Context(), &b, name, report.Filter{}); err != nil {
		o.t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(rows) == 0 {
		o.t.Fatalf("%s: %v", name, err)
	}
	var out []map[string]string
	for _, row := range rows[1:] {
		line := map[string]string{}
		for i, column := range rows[0] {
			line[column] = row[i]
		}
		out = append(out, line)
	}
	return out
}

func day(s string) clock.Date {
	d, err := clock.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func TestAComplaintIsDecidedReviewedAndOnTheRegister(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		c := o.enter("=Ann Lee", cases.Complaint)
		o.do(c.ID, "user:1", cases.Event{Kind: cases.Acknowledged})
		o.do(c.ID, "user:1", cases.Event{Kind: cases.Summarised, Note: "No answer to a request for six weeks."})
		o.do(c.ID, "user:1", cases.Event{Kind: cases.Promised, Detail: cases.Detail{Promise: &cases.Promise{Told: day("2026-11-25"), Due: day("2026-12-18"), Words: "train the desk", Action: true}}})
		o.decide(c.ID, "user:1", cases.NotUpheld)
		letter := cases.Letter{To: "ann@reader.example", Language: "en", Subject: "Outcome", Body: "We do not uphold it.", Answers: true}
		if _, err := o.cases.Write(t.Context(), c.ID, "user:1", "outcome", "", letter); errs.KindOf(err) != errs.Invalid {
			t.Errorf("an outcome without what follows was sent: %v", err)
		}
		fields := o.cases.DecisionFields(must(o.db.Case(t.Context(), c.ID))(t), "en", "")
		letter.Body += "\n\n" + fields["actions"] + "\n\n" + fields["rights"]
		if _, err := o.cases.Write(t.Context(), c.ID, "user:1", "outcome", "", letter); err != nil {
			t.Fatal(err)
		}
		o.now = o.now.AddDate(0, 0, 5)
		o.do(c.ID, "user:1", cases.Event{Kind: cases.Escalated, Note: "She says that nobody looked.", Detail: cases.Detail{Code: string(cases.Review)}})
		e := cases.Event{Kind: cases.DecisionMade, Actor: "user:1", Detail: cases.Detail{Decision: &cases.Decision{Outcome: cases.Upheld, Words: "It is."}}}
		if _, err := o.cases.Do(t.Context(), c.ID, e); errs.KindOf(err) != errs.Conflict {
			t.Errorf("whoever decided first reviewed it: %v", err)
		}
		o.decide(c.ID, "user:2", cases.Upheld)
		o.do(c.ID, "user:2", cases.Event{Kind: cases.Answered})
		if left := o.left(c.ID); left != "promise-1" {
			t.Errorf("left: %s", left)
		}
		lines := o.table(registers.OfComplaints)
		if len(lines) != 1 {
			t.Fatalf("lines %v", lines)
		}
		want := map[string]string{
			"complainant": "'=Ann Lee", "brief": "No answer to a request for six weeks.", "stage": "2", "first_outcome": "not-upheld", "outcome": "upheld", "acknowledged": "2026-11-25", "answered": "2026-11-25",
			"actions_promised": "train the desk (by 2026-12-18)", "actions_open": "train the desk (by 2026-12-18)",
		}
		for column, value := range want {
			if lines[0][column] != value {
				t.Errorf("%s is %q, want %q", column, lines[0][column], value)
			}
		}
		o.do(c.ID, "user:2", cases.Event{Kind: cases.Kept, Detail: cases.Detail{Kept: 1}})
		o.do(c.ID, "user:2", cases.Event{Kind: cases.ClosedCase})
		r := must(o.reports.Make(t.Context(), report.Filter{}))(t)
		if r.Complaints.Received != 1 || r.Complaints.Acknowledged != 1 || r.Complaints.Reviewed != 1 || r.Complaints.Outcomes["upheld"] != 1 || r.All.Answered.Max != 0 || r.All.LateHouse != 0 {
			t.Errorf("report %+v, complaints %+v", r.All, r.Complaints)
		}
	})
}

func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestABreachIsPutOnRecordToldAndItsEvidenceFrozen(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx := t.Context()
		bob := address.Must("bob@reader.example")
		person := subscriptions.Subscriber{Address: bob, Key: storetest.Keys(t).AddressKey(bob), Name: "Bob", Language: "en", Source: "a test"}
		if err := o.db.Update(ctx, func(tx subscriptions.Tx) error { return tx.CreateSubscribers([]*subscriptions.Subscriber{&person}) }); err != nil {
			t.Fatal(err)
		}
		c := o.enter("Bob Hart", cases.Breach)
		if c.SubjectID != person.ID {
			t.Fatalf("the case is about %d", c.SubjectID)
		}
		if _, err := o.cases.AddFile(ctx, c.ID, "user:1", "log.txt", strings.NewReader("what the server wrote")); err != nil {
			t.Fatal(err)
		}
		if left := o.left(c.ID); left != "commissioner-told breach-record breach-people breach-evidence decide" {
			t.Errorf("left: %s", left)
		}
		r := breach.Record{AwareAt: c.ReceivedAt, Nature: "A list was mailed to the wrong firm.", Risk: breach.Some}
		if v := must(o.breaches.Save(ctx, c.ID, "user:1", r))(t); v.Number != 1 {
			t.Errorf("version %d", v.Number)
		}
		r.People, r.PeopleNumber, r.Records, r.Consequences, r.Measures, r.RiskWhy = "subscribers", 340, "addresses", "unwanted mail", "the firm deleted it", "addresses alone"
		o.now = c.ReceivedAt.Add(80 * time.Hour)
		r.NotifiedAt = c.ReceivedAt.Add(73 * time.Hour)
		if _, err := o.breaches.Save(ctx, c.ID, "user:1", r); errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Message(err), "72 hours") {
			t.Errorf("late without a reason: %v", err)
		}
		r.LateWhy, r.NotifiedRef, r.NotTold, r.NotToldWhy = "It was a weekend.", "IC-1", breach.NoHighRisk, "addresses alone"
		must(o.breaches.Save(ctx, c.ID, "user:1", r))(t)
		items := must(o.breaches.List(ctx, c.ID, "user:1"))(t)
		if len(items) != 1 || len(items[0].Digest) != 64 {
			t.Errorf("evidence %+v", items)
		}
		if found := must(o.breaches.Verify(ctx, c.ID))(t); len(found) != 1 || !found[0].Whole {
			t.Errorf("evidence %+v", found)
		}
		c = must(o.db.Case(ctx, c.ID))(t)
		i := slices.IndexFunc(c.Clocks, func(k cases.Clock) bool { return k.Name == string(clock.BreachNotice) })
		if i < 0 || c.Clocks[i].Running() {
			t.Errorf("the 72 hours run on: %+v", c.Clocks)
		}
		o.decide(c.ID, "user:1", cases.DealtWith)
		if err := o.breaches.Release(ctx, c.ID, "user:1", "Done."); errs.KindOf(err) != errs.Conflict {
			t.Errorf("the evidence of an open case was released: %v", err)
		}
		o.do(c.ID, "user:1", cases.Event{Kind: cases.ClosedCase})
		holds := must(o.db.Holds(ctx, person.ID))(t)
		if len(holds) != 1 || holds[0].Kind != subscriptions.EvidenceHold || !strings.Contains(holds[0].Because(), c.Reference) {
			t.Errorf("holds %+v", holds)
		}
		if err := o.breaches.Release(ctx, c.ID, "user:1", "The Commissioner closed it."); err != nil {
			t.Fatal(err)
		}
		if holds := must(o.db.Holds(ctx, person.ID))(t); len(holds) != 0 {
			t.Errorf("after the release: %+v", holds)
		}
		lines := o.table(registers.OfBreaches)
		if len(lines) != 1 || lines[0]["nature"] != r.Nature || lines[0]["commissioner_reference"] != "IC-1" || lines[0]["record_version"] != "2" || lines[0]["evidence"] != "released" || lines[0]["outcome"] != "dealt-with" {
			t.Errorf("register %v", lines)
		}
	})
}

func TestAThirdPartyGetsNothingByDefault(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx := t.Context()
		c := o.enter("PC Hill", cases.Disclosure)
		r := thirdparty.Record{Organisation: "Portexample Police", Officer: "PC Hill", Wanted: "Where he lives.", Disclosed: "His address.", DisclosedOn: day("2026-11-25"), Means: "by hand"}
		refused := func(why string) {
			t.Helper()
			if _, err := o.disclosures.Save(ctx, c.ID, "user:1", r); errs.KindOf(err) != errs.Conflict || !strings.Contains(errs.Message(err), why) {
				t.Errorf("got %v, want a refusal that names %q", err, why)
			}
		}
		refused("a person decided")
		given := r
		r.Disclosed, r.DisclosedOn, r.Means = "", clock.Date{}, ""
		must(o.disclosures.Save(ctx, c.ID, "user:1", r))(t)
		o.decide(c.ID, "user:1", cases.Granted, "crime")
		r = given
		refused("no law")
		r.Gateway = "crime"
		refused("formal written request")
		f := must(o.cases.AddFile(ctx, c.ID, "user:1", "form.pdf", strings.NewReader("%PDF-1.7 form")))(t)
		r.FormFileID = f.ID
		if left := o.left(c.ID); left != "disclosure-gateway disclosure-given disclosure-person answer" {
			t.Errorf("left: %s", left)
		}
		r.Told, r.ToldWhy = thirdparty.NotTold, "It would warn him."
		must(o.disclosures.Save(ctx, c.ID, "user:1", r))(t)
		o.do(c.ID, "user:1", cases.Event{Kind: cases.Answered})
		if left := o.left(c.ID); left != "" {
			t.Errorf("left: %s", left)
		}
		r.Disclosed, r.DisclosedOn = "", clock.Date{}
		refused("stays on record")
		lines := o.table(registers.OfThirdParties)
		if len(lines) != 1 || lines[0]["organisation"] != "Portexample Police" || lines[0]["gateway"] != "crime" || lines[0]["disclosed"] != "His address." || lines[0]["formal_request"] != "yes" || lines[0]["person_told"] != "not-told" {
			t.Errorf("register %v", lines)
		}
	})
}
