package exporting_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/audit"
	"assent/internal/errs"
	"assent/internal/exporting"
	"assent/mailer"
	"assent/subscriptions"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// shelf is a Store with a few rows, and more people than go on a page.
type shelf struct {
	people  int
	members []exporting.Member
	notes   []audit.Note
	full    error // of the trail
}

func (s *shelf) Lists(context.Context) ([]subscriptions.List, error) {
	return []subscriptions.List{
		{ID: 1, Slug: "news", Name: "News, and more", Wording: "Send me\nthe \"news\".", ProgrammeID: 4, PurposeID: 5, DoubleOptIn: true, CreatedAt: noon},
		{ID: 3, Slug: "works", Name: "Works", ProgrammeID: 4, PurposeID: 6, CreatedAt: noon},
	}, nil
}

func (s *shelf) ListBySlug(_ context.Context, slug string) (subscriptions.List, error) {
	if slug != "news" {
		return subscriptions.List{}, errs.E("shelf", errs.NotFound, "There is no such list.", nil)
	}
	return subscriptions.List{ID: 1, Slug: "news", ProgrammeID: 4}, nil
}

func (s *shelf) Campaign(_ context.Context, id int64) (mailer.Campaign, error) {
	return mailer.Campaign{ID: id, ProgrammeID: 4}, nil
}

func (s *shelf) Programme(context.Context, int64) (subscriptions.Programme, error) {
	return subscriptions.Programme{ID: 4, Slug: "harbour"}, nil
}

func (s *shelf) AttributesOf(context.Context, int64) ([]subscriptions.Attribute, error) {
	return []subscriptions.Attribute{{Name: "berths", Type: subscriptions.NumberAttribute}, {Name: "topics", Type: subscriptions.ManyAttribute}}, nil
}

func (s *shelf) PeopleAfter(_ context.Context, after int64, limit int) (out []subscriptions.Subscriber, err error) {
	for id := after + 1; id <= int64(s.people) && len(out) < limit; id++ {
		out = append(out, subscriptions.Subscriber{ID: id, Address: address.Must(fmt.Sprintf("p%d@example.org", id)), CreatedAt: noon, UpdatedAt: noon})
	}
	return out, nil
}

func (s *shelf) Members(_ context.Context, _, after int64, limit int) (out []exporting.Member, err error) {
	for _, m := range s.members {
		if m.ID > after && len(out) < limit {
			out = append(out, m)
		}
	}
	return out, nil
}

func (s *shelf) Events(_ context.Context, after int64, _ int) ([]subscriptions.Event, error) {
	if after >= 7 {
		return nil, nil
	}
	return []subscriptions.Event{{Seq: 7, At: noon, Kind: subscriptions.Withdrawn, Scope: subscriptions.Everything(), SubscriberID: 2, AddressKey: []byte{0xab}, Channel: subscriptions.ByMail, Actor: "subscriber", Hash: []byte{1, 2}}}, nil
}

func (s *shelf) Deliveries(_ context.Context, campaign, after int64, _ int) ([]mailer.Delivery, error) {
	if after >= 2 {
		return nil, nil
	}
	return []mailer.Delivery{{CampaignID: campaign, SubscriberID: 2, ListID: 1, State: mailer.Sent, EventSeq: 6, GateSeq: 6, AskedAt: noon, StartedAt: noon, FinishedAt: noon.Add(1500 * time.Millisecond), Code: 250}}, nil
}

func (s *shelf) Record(_ context.Context, n audit.Note) error {
	s.notes = append(s.notes, n)
	return s.full
}

func TestRequestsThatCannotBeMet(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, says string
		request    exporting.Request
	}{
		{"lists need no ground", "", exporting.Request{What: exporting.Lists, Format: exporting.CSV}},
		{"people do", "Say what the export is for", exporting.Request{What: exporting.Subscribers, Format: exporting.CSV}},
		{"so does the ledger", "Say what the export is for", exporting.Request{What: exporting.Events, Format: exporting.CSV}},
		{"so does what was sent", "Say what the export is for", exporting.Request{What: exporting.Deliveries, Format: exporting.CSV, CampaignID: 1}},
		{"a ground of spaces and no format", "The format must be", exporting.Request{What: exporting.Events, Format: "xlsx", Why: "audit"}},
		{"something unheard of", "What can be exported is", exporting.Request{What: "secrets", Format: exporting.CSV, Why: "audit"}},
		{"deliveries of no campaign", "Name the campaign", exporting.Request{What: exporting.Deliveries, Format: exporting.CSV, Why: "audit"}},
		{"the ledger of one list", "Only subscribers can be exported of one list", exporting.Request{What: exporting.Events, Format: exporting.CSV, List: "news", Why: "audit"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := c.request.Check()
			if got := errs.Message(err); c.says == "" && err != nil || !strings.Contains(got, c.says) || c.says != "" && errs.KindOf(err) != errs.Invalid {
				t.Errorf("got %v, want %q", err, c.says)
			}
		})
	}
}

func TestExportsAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	ann := subscriptions.Subscriber{
		ID: 2, Address: address.Must("ann@example.org"), Name: `Lee, Ann "A"`, Language: "cy", Source: "Fair", CreatedAt: noon, UpdatedAt: noon,
		Attributes: subscriptions.Attributes{"harbour": {"berths": 3.5, "topics": []any{"tides", "works"}}},
	}
	bob, cat := ann, ann
	bob.ID, bob.Address, bob.Attributes = 5, address.Must("bob@example.org"), nil
	cat.ID, cat.Address = 6, address.Must("cat@example.org")
	on := subscriptions.Standing{Status: subscriptions.StatusActive, ExpiresAt: noon.AddDate(1, 0, 0)}
	off := subscriptions.Standing{Status: subscriptions.StatusWithdrawn}
	yes := subscriptions.Event{At: noon, Kind: subscriptions.Granted, Source: "import 1", Evidence: []byte(`{"act":"Ticked","acted_at":"2026-03-31","source":"Fair"}`)}
	bare := subscriptions.Event{At: noon, Kind: subscriptions.Confirmed, Source: "form"}
	for _, c := range []struct {
		name    string
		request exporting.Request
		members []exporting.Member
		want    string
	}{
		{
			"lists", exporting.Request{What: exporting.Lists, Format: exporting.CSV}, nil,
			"id,slug,name,description,programme,purpose,wording,double_opt_in,public,created_at\n" +
				"1,news,\"News, and more\",,4,5,\"Send me\nthe \"\"news\"\".\",true,false,2026-11-22T12:00:00Z\n3,works,Works,,4,6,,false,false,2026-11-22T12:00:00Z\n",
		},
		{
			"a list with an act and its evidence", exporting.Request{What: exporting.Subscribers, List: "news", Format: exporting.CSV}, []exporting.Member{{ann, on, yes, "Send it."}},
			"subscriber_id,address,name,language,status,act,acted_at,confirmed_at,source,wording,statement,expires_at,berths,topics\n" +
				"2,ann@example.org,\"Lee, Ann \"\"A\"\"\",cy,active,Ticked,2026-03-31,,Fair,Send it.,,2027-11-22T12:00:00Z,3.5,tides|works\n",
		},
		{
			"the same in JSON", exporting.Request{What: exporting.Subscribers, List: "news", Format: exporting.JSONLines}, []exporting.Member{{ann, on, yes, "Send it."}},
			`{"subscriber_id":2,"address":"ann@example.org","name":"Lee, Ann \"A\"","language":"cy","status":"active","act":"Ticked","acted_at":"2026-03-31","confirmed_at":"","source":"Fair",` +
				`"wording":"Send it.","statement":"","expires_at":"2027-11-22T12:00:00Z","berths":3.5,"topics":["tides","works"]}` + "\n",
		},
		{
			"whose evidence has no words", exporting.Request{What: exporting.Subscribers, List: "news", Format: exporting.JSONLines}, []exporting.Member{{bob, on, bare, ""}},
			`{"subscriber_id":5,"address":"bob@example.org","name":"Lee, Ann \"A\"","language":"cy","status":"active","act":"confirmed the request by the link in a mail","acted_at":"2026-11-22T12:00:00Z",` +
				`"confirmed_at":"","source":"form","wording":"","statement":"","expires_at":"2027-11-22T12:00:00Z","berths":null,"topics":null}` + "\n",
		},
		{
			"who left, without the act", exporting.Request{What: exporting.Subscribers, List: "news", Format: exporting.CSV, After: 1},
			[]exporting.Member{{bob, off, subscriptions.Event{Kind: subscriptions.Withdrawn}, ""}, {cat, off, subscriptions.Event{Kind: subscriptions.Suppressed}, ""}},
			"5,bob@example.org,\"Lee, Ann \"\"A\"\"\",cy,withdrawn,,,,Fair,,,,,\n6,cat@example.org,\"Lee, Ann \"\"A\"\"\",cy,suppressed,,,,Fair,,,,3.5,tides|works\n",
		},
		{
			"the ledger", exporting.Request{What: exporting.Events, Format: exporting.CSV, After: 6}, nil,
			"7,2026-11-22T12:00:00Z,withdrawn,everything,0,0,0,2,ab,mail,subscriber,,,,,,,,,,0102\n",
		},
		{
			"what was sent", exporting.Request{What: exporting.Deliveries, Format: exporting.CSV, CampaignID: 8, After: 1}, nil,
			"8,2,1,sent,,6,6,2026-11-22T12:00:00Z,2026-11-22T12:00:00Z,2026-11-22T12:00:01.5Z,250,,\n",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.request.Why, c.request.Actor = "audit", "user:3"
			got, _ := written(t, &shelf{members: c.members}, c.request)
			if got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func written(t *testing.T, s *shelf, r exporting.Request) (string, exporting.Done) {
	t.Helper()
	e, err := (&exporting.Exporter{Store: s}).Begin(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.notes) != 1 || s.notes[0].Why != r.Why || s.notes[0].Actor != r.Actor {
		t.Errorf("the trail has %+v before the first row", s.notes)
	}
	var b bytes.Buffer
	done, err := e.Write(t.Context(), &b)
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), done
}

// full is a writer that takes so many octets and no more, as a disk does.
type full struct {
	bytes.Buffer
	room int
}

func (f *full) Write(p []byte) (int, error) {
	if f.Len()+len(p) > f.room {
		return 0, io.ErrShortWrite
	}
	return f.Buffer.Write(p)
}

// An export that broke off says how far it came; what goes on behind it makes the whole, wherever it broke.
func TestAnExportThatBrokeOffGoesOn(t *testing.T) {
	t.Parallel()
	r := exporting.Request{What: exporting.Subscribers, Format: exporting.CSV, Why: "audit", Actor: "user:3"}
	whole, done := written(t, &shelf{people: 3500}, r)
	if done != (exporting.Done{Rows: 3500, Last: 3500}) || strings.Count(whole, "\n") != 3501 {
		t.Fatalf("%+v, %d lines", done, strings.Count(whole, "\n"))
	}
	for _, room := range []int{0, 50_000, 100_000, 200_000} {
		s := &shelf{people: 3500}
		e, err := (&exporting.Exporter{Store: s}).Begin(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		disk := &full{room: room}
		done, err := e.Write(t.Context(), disk)
		if errs.KindOf(err) != errs.Unavailable || !strings.Contains(errs.Message(err), "go on behind the last row") {
			t.Errorf("a full disk: %v", err)
		}
		next := r
		next.After = done.Last
		rest, _ := written(t, &shelf{people: 3500}, next)
		if disk.String()+rest != whole {
			t.Errorf("with room for %d, %d and %d octets do not make the whole of %d", room, disk.Len(), len(rest), len(whole))
		}
	}
}

// register is a Register that says how much of a file was written when it was told of people.
type register struct {
	out     *bytes.Buffer
	told    []int
	written []int
	people  map[int64]bool
	full    error
}

func (r *register) Prepare(_ context.Context, g subscriptions.Given, programme int64) (subscriptions.Given, error) {
	g.ProgrammeID, g.Name = programme, "A printer"
	return g, nil
}

func (r *register) Add(_ context.Context, g *subscriptions.Given, people []int64) error {
	g.ID = 1
	r.told, r.written = append(r.told, len(people)), append(r.written, strings.Count(r.out.String(), "\n"))
	for _, p := range people {
		r.people[p] = true
	}
	return r.full
}

func TestTheRegisterHearsOfEachPageOfPeopleBeforeItIsWritten(t *testing.T) {
	t.Parallel()
	r := &register{out: &bytes.Buffer{}, people: map[int64]bool{}}
	x := exporting.Exporter{Store: &shelf{people: 2500}, Register: r}
	request := exporting.Request{What: exporting.Subscribers, Format: exporting.CSV, For: 7, Why: "labels", Actor: "user:3"}
	e, err := x.Begin(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Write(t.Context(), r.out); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(r.told, []int{1000, 1000, 500}) || !slices.IsSorted(r.written) || r.written[0] > 1 || r.written[2] != 2001 || len(r.people) != 2500 {
		t.Errorf("told of %v people when %v lines were written; %d in all", r.told, r.written, len(r.people))
	}
	full := &register{out: &bytes.Buffer{}, people: map[int64]bool{}, full: errors.New("no room")}
	x.Register = full
	if e, err = x.Begin(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Write(t.Context(), full.out); !errors.Is(err, full.full) || strings.Contains(full.out.String(), "@") {
		t.Errorf("written though the register could not take it: %v, %s", err, full.out)
	}
}

func TestNothingIsHandedOutThatTheTrailDoesNotTake(t *testing.T) {
	t.Parallel()
	s := &shelf{full: errors.New("no room")}
	if e, err := (&exporting.Exporter{Store: s}).Begin(t.Context(), exporting.Request{What: exporting.Events, Format: exporting.CSV, Why: "audit"}); !errors.Is(err, s.full) {
		t.Errorf("%v, %v", e, err)
	}
	if _, err := (&exporting.Exporter{Store: &shelf{}}).Begin(t.Context(), exporting.Request{What: exporting.Subscribers, Format: exporting.CSV, List: "elsewhere", Why: "audit"}); errs.KindOf(err) != errs.NotFound {
		t.Errorf("a list that is not there: %v", err)
	}
}
