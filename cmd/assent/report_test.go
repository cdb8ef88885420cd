package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"assent/inbox/cases"
	"assent/internal/address"
	"assent/internal/assembly"
	"assent/internal/clock"
	"assent/internal/store"
)

// complains enters a complaint that came by post.
func (r *rig) complains() {
	r.t.Helper()
	r.withStore(func(db *store.DB) {
		calendar, err := assembly.Calendar("")
		r.check(err)
		reckoner, err := clock.New(calendar, clock.DefaultSettings())
		r.check(err)
		all, err := db.Programmes(r.t.Context())
		r.check(err)
		s := &cases.Service{Store: db, Records: db, Reckoner: reckoner, Keys: db.HouseKeys(), Now: time.Now}
		_, err = s.Enter(r.t.Context(), cases.Entry{
			Actor: "user:1", ProgrammeID: all[0].ID, Channel: cases.ByPost, ReceivedAt: time.Now().Add(-48 * time.Hour), Asked: "I complain.", Kinds: []cases.Kind{cases.Complaint}, Language: "en",
			Parties: []cases.Party{{Role: cases.Requester, Name: "=Ann Lee", Address: address.Must("ann@example.org")}},
		})
		r.check(err)
	})
}

func (r *rig) check(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func TestAnUnknownProgrammeIsAnsweredWithThoseThereAre(t *testing.T) {
	t.Parallel()
	r := ready(t)
	want := `There is no programme "elsewhere". There are: harbour`
	for _, args := range [][]string{{"report", "--programme", "elsewhere"}, {"doctor", "--programme", "elsewhere"}, {"suppress", "import", r.write("some.csv", "ann@example.org\n"), "--programme", "elsewhere"}} {
		contains(t, r.want(exitFailure, "", args...), want)
	}
}

func TestAReportAtTheCommandLineCountsWhatThePageDoes(t *testing.T) {
	t.Parallel()
	r := ready(t)
	r.complains()
	wantSays(t, r.want(0, "", "report"), "Open cases: 0 overdue", "complaint  1         1", "Complaints (s.164B): 1 received")
	var figures struct {
		All struct{ Received, Open int }
	}
	r.check(json.Unmarshal([]byte(r.want(0, "", "report", "--json", "--kind", "complaint")), &figures))
	if figures.All.Received != 1 || figures.All.Open != 1 {
		t.Errorf("the JSON has %+v", figures)
	}
	wantSays(t, r.want(0, "", "report", "--csv", "cases"), "part,key,received", "kind,complaint,1,1")
	wantSays(t, r.want(0, "", "report", "--csv", "complaint-counts"), "month,received,acknowledged_in_30_days", "all,1,0")
	wantSays(t, r.want(0, "", "report", "--csv", "complaints"), "'=Ann Lee") // no formula for a spreadsheet
	if got := r.want(0, "", "report", "--csv", "complaints", "--to", "2020-01-01"); strings.Contains(got, "Ann") {
		t.Errorf("before there was any: %s", got)
	}
	for _, wrong := range [][]string{{"--from", "yesterday"}, {"--csv", "people"}, {"--kind", "rage"}, {"--csv", "cases", "--json"}} {
		r.want(2, "", append([]string{"report"}, wrong...)...)
	}
	if n := r.count("SELECT COUNT(*) FROM audit_entries WHERE action = 'list cases'"); n < 5 {
		t.Errorf("%d reports are on the audit trail", n)
	}
}
