package uploads_test

import (
	"encoding/csv"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/audit"
	"assent/internal/scratch"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/subscriptions"
	"assent/subscriptions/importing"
	"assent/subscriptions/importing/uploads"
)

// desk is a service over a database with one list, and a clock that a test moves.
type desk struct {
	*uploads.Service
	t      *testing.T
	db     *store.DB
	clock  atomic.Int64 // seconds
	people *subscriptions.Service
	list   subscriptions.List
}

func each(t *testing.T, test func(t *testing.T, d *desk)) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := &desk{t: t, db: db}
		d.clock.Store(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC).Unix())
		keys := storetest.Keys(t)
		d.Service = d.worker("one")
		d.people = &subscriptions.Service{Store: db, Keys: keys, Now: func() time.Time { return d.now() }}
		d.furnish()
		test(t, d)
	})
}

func (d *desk) now() time.Time { return time.Unix(d.clock.Load(), 0).UTC() }

func (d *desk) later(by time.Duration) { d.clock.Add(int64(by / time.Second)) }

// worker is a process of its own.
func (d *desk) worker(name string) *uploads.Service {
	return &uploads.Service{
		Store: d.db, Keys: storetest.Keys(d.t), MaxBytes: 1 << 20, Worker: name, Now: func() time.Time { return d.now() },
		Seen: func(lines int64) (uploads.Seen, error) { return scratch.Open(lines) },
	}
}

func (d *desk) ok(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) furnish() {
	d.t.Helper()
	ctx := d.t.Context()
	p, err := d.people.CreateProgramme(ctx, subscriptions.Programme{
		Slug: "harbour", Name: "Harbour News", Owner: "Harbour Board", Controller: "Harbour Board Ltd", PostalAddress: "Quay House\nPortexample",
		DPOName: "Priya Shah", DPOAddress: address.Must("dpo@harbour.example"), Contact: subscriptions.Contact{Name: "Sam Poole", Address: address.Must("contact@harbour.example")},
		FromName: "Harbour News", FromAddress: address.Must("news@harbour.example"), TimeZone: "Europe/London", Division: "england-and-wales",
	})
	d.ok(err)
	_, err = d.people.CreateAttribute(ctx, subscriptions.Attribute{ProgrammeID: p.ID, Name: "town", Label: "Town", Type: subscriptions.TextAttribute})
	d.ok(err)
	u, err := d.people.CreatePurpose(ctx, subscriptions.Purpose{ProgrammeID: p.ID, Slug: "news", Name: "News", Basis: subscriptions.Consent, Class: subscriptions.Newsletter})
	d.ok(err)
	_, err = d.people.PublishNotice(ctx, subscriptions.NoticeDraft{ProgrammeID: p.ID, Texts: map[string]string{"en": "We send news."}, Override: "a test"})
	d.ok(err)
	d.list, err = d.people.CreateList(ctx, subscriptions.List{ProgrammeID: p.ID, PurposeID: u.ID, Slug: "monthly", Name: "Monthly", Wording: "Send me the news."})
	d.ok(err)
}

const header = "address,name,act,acted_at,source\n"

// good is a row with its evidence.
func good(who string) string { return who + "@example.org," + who + ",Ticked,2026-03-31,Fair\n" }

func (d *desk) take(text string, r uploads.Reading) (uploads.Upload, error) {
	d.t.Helper()
	return d.Take(d.t.Context(), uploads.Offer{List: "monthly", FileName: "people.csv", Reading: r, Actor: "user:1"}, strings.NewReader(text))
}

// checked hands a file over and has it looked through.
func (d *desk) checked(text string) uploads.Upload {
	d.t.Helper()
	u, err := d.take(text, uploads.Reading{})
	d.ok(err)
	if u.State != uploads.Checking {
		d.t.Fatalf("handed over: %+v", u)
	}
	return d.checks(u)
}

func (d *desk) checks(u uploads.Upload) uploads.Upload {
	d.t.Helper()
	d.ok(d.HandleCheck(d.t.Context(), uploads.Check{UploadID: u.ID, Round: u.Round}))
	return d.read(u.ID)
}

func (d *desk) starts(u uploads.Upload) uploads.Upload {
	d.t.Helper()
	u, err := d.Start(d.t.Context(), u.ID, "user:2")
	d.ok(err)
	return u
}

func bring(u uploads.Upload) uploads.Bring { return uploads.Bring{UploadID: u.ID, Round: u.Round} }

// imported has a file imported from its beginning to its end.
func (d *desk) imported(text string) (uploads.Upload, importing.Import) {
	d.t.Helper()
	u := d.starts(d.checked(text))
	d.ok(d.HandleBring(d.t.Context(), bring(u)))
	u = d.read(u.ID)
	return u, d.imports(u.ImportID)
}

func (d *desk) read(id int64) uploads.Upload {
	d.t.Helper()
	u, err := d.db.Upload(d.t.Context(), id)
	d.ok(err)
	return u
}

func (d *desk) imports(id int64) importing.Import {
	d.t.Helper()
	imp, err := d.db.Import(d.t.Context(), id)
	d.ok(err)
	return imp
}

// rejects returns the rows of the file of what was not taken, each as "line: reason [row]".
func (d *desk) rejects(u uploads.Upload) (out []string) {
	d.t.Helper()
	from, err := d.Rejects(d.t.Context(), d.read(u.ID))
	d.ok(err)
	rows, err := csv.NewReader(from).ReadAll()
	d.ok(err)
	for _, r := range rows[1:] {
		out = append(out, r[0]+": "+r[1]+" ["+r[2]+"]")
	}
	return out
}

// left counts the octets that are kept of a file.
func (d *desk) left(id int64) int {
	d.t.Helper()
	n := 0
	for _, r := range []io.Reader{d.db.OpenUpload(d.t.Context(), id), d.db.OpenRejects(d.t.Context(), id)} {
		b, err := io.ReadAll(r)
		d.ok(err)
		n += len(b)
	}
	if sketch, err := d.db.Sketch(d.t.Context(), id); err == nil {
		n += len(sketch)
	}
	return n
}

// on tells how many people may be mailed for the list.
func (d *desk) on() int64 {
	d.t.Helper()
	n, err := d.db.ListStatuses(d.t.Context(), d.list.ID)
	d.ok(err)
	return n[subscriptions.StatusActive]
}

func (d *desk) leaves(who string) {
	d.t.Helper()
	_, err := d.people.Withdraw(d.t.Context(), subscriptions.Withdrawal{Address: address.Must(who), Scope: subscriptions.Everything(), Channel: subscriptions.ByStaff, Actor: "user:1"})
	d.ok(err)
}

// steps returns what the trail says of an upload, the oldest first.
func (d *desk) steps(id int64) (out []string) {
	d.t.Helper()
	all, err := d.db.Trail(d.t.Context(), audit.Filter{Object: audit.About("upload", id)}, 0, 100)
	d.ok(err)
	for _, e := range slices.Backward(all) {
		out = append(out, e.Actor+" "+strings.Split(strings.Split(string(e.Facts), `"step":"`)[1], `"`)[0])
	}
	return out
}
