package copies_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/audit"
	"assent/internal/errs"
	"assent/internal/exporting"
	"assent/internal/exporting/copies"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/subscriptions"
	"assent/subscriptions/showme"
	"assent/templates"
)

// desk is a service over a database, with a clock that a test moves.
type desk struct {
	*copies.Service
	t   *testing.T
	db  *store.DB
	now time.Time

	people *subscriptions.Service
	list   subscriptions.List // has Ann and Bea on it
}

func each(t *testing.T, test func(t *testing.T, d *desk)) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		set, err := templates.Load()
		if err != nil {
			t.Fatal(err)
		}
		d := &desk{t: t, db: db, now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
		keys := storetest.Keys(t)
		d.Service = &copies.Service{Store: db, Keys: keys, Register: &subscriptions.Disclosures{Store: db, Catalogue: db, Now: func() time.Time { return d.now }}, Templates: set, Days: 7, Zone: time.UTC, Now: func() time.Time { return d.now }}
		d.people = &subscriptions.Service{Store: db, Keys: keys, Now: d.Now}
		d.furnish()
		test(t, d)
	})
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
	u, err := d.people.CreatePurpose(ctx, subscriptions.Purpose{ProgrammeID: p.ID, Slug: "news", Name: "News", Basis: subscriptions.Consent, Class: subscriptions.Newsletter})
	d.ok(err)
	_, err = d.people.PublishNotice(ctx, subscriptions.NoticeDraft{ProgrammeID: p.ID, Texts: map[string]string{"en": "We send news."}, Override: "a test"})
	d.ok(err)
	d.list, err = d.people.CreateList(ctx, subscriptions.List{ProgrammeID: p.ID, PurposeID: u.ID, Slug: "monthly", Name: "Monthly", Wording: "Send me the news."})
	d.ok(err)
	for _, who := range []string{"ann", "bea"} {
		_, err := d.people.Grant(ctx, subscriptions.Act{
			ListID: d.list.ID, Address: address.Must(who + "@example.org"), Name: who, Channel: subscriptions.ByStaff, Actor: "user:1", Source: "the fair", Evidence: subscriptions.Evidence{"act": "signed a form"},
		})
		d.ok(err)
	}
}

func (d *desk) ask(c copies.Copy, days int) copies.Copy {
	d.t.Helper()
	c.Why, c.Actor = "move to another server", "user:1"
	c, err := d.Ask(d.t.Context(), c, days)
	d.ok(err)
	d.ok(d.HandleMake(d.t.Context(), copies.Make{CopyID: c.ID}))
	return d.read(c.ID)
}

func (d *desk) read(id int64) copies.Copy {
	d.t.Helper()
	c, err := d.Store.Copy(d.t.Context(), id)
	d.ok(err)
	return c
}

func (d *desk) fetch(id int64) []byte {
	d.t.Helper()
	c, body, err := d.Fetch(d.t.Context(), id, "user:2")
	d.ok(err)
	defer body.Close()
	b, err := io.ReadAll(body)
	d.ok(err)
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != c.Digest || int64(len(b)) != c.Size {
		d.t.Errorf("%d bytes came; the record says %d, %s", len(b), c.Size, c.Digest)
	}
	return b
}

// steps returns what the trail says of a copy, the oldest first.
func (d *desk) steps(id int64) (out []string) {
	d.t.Helper()
	all, err := d.db.Trail(d.t.Context(), audit.Filter{Object: audit.About("copy", id)}, 0, 100)
	d.ok(err)
	for _, e := range all {
		out = append([]string{e.Actor + " " + strings.Split(strings.Split(string(e.Facts), `"step":"`)[1], `"`)[0]}, out...)
	}
	return out
}

func people() copies.Copy {
	return copies.Copy{Kind: copies.Export, What: exporting.Subscribers, Format: exporting.CSV, List: "monthly"}
}

func packOf(addr string) copies.Copy {
	return copies.Copy{Kind: copies.Pack, Format: copies.PackJSON, Address: address.Must(addr)}
}

func TestAFileIsHandedOutUntilItsTimeIsOverAndItsRecordStays(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		c := d.ask(people(), 3)
		if c.State != copies.Ready || c.Rows != 2 || !c.ExpiresAt.Equal(d.now.AddDate(0, 0, 3)) {
			t.Fatalf("%+v", c)
		}
		if got := string(d.fetch(c.ID)); strings.Count(got, "\n") != 3 || !strings.Contains(got, "ann@example.org") {
			t.Errorf("the file:\n%s", got)
		}
		d.now = d.now.AddDate(0, 0, 3)
		if _, _, err := d.Fetch(t.Context(), c.ID, "user:2"); errs.KindOf(err) != errs.Gone || !strings.Contains(errs.Message(err), "Ask for it again") {
			t.Errorf("after its time, before the worker came: %v", err)
		}
		if n, err := d.Sweep(t.Context()); n != 1 || err != nil {
			t.Errorf("destroyed %d, %v", n, err)
		}
		if n, err := d.Sweep(t.Context()); n != 0 || err != nil {
			t.Errorf("again: %d, %v", n, err)
		}
		gone := d.read(c.ID)
		if gone.State != copies.Gone || gone.GoneWhy != copies.TimeOver || gone.Digest != c.Digest || gone.Why != "move to another server" || gone.Fetched != 1 {
			t.Errorf("the record: %+v", gone)
		}
		if _, _, err := d.Fetch(t.Context(), c.ID, "user:2"); errs.KindOf(err) != errs.Gone {
			t.Errorf("after the worker: %v", err)
		}
		if got := strings.Join(d.steps(c.ID), ", "); got != "user:1 asked, user:2 handed out, system destroyed" {
			t.Errorf("the trail: %s", got)
		}
		again, err := d.Again(t.Context(), c.ID, "user:2", "", 0)
		d.ok(err)
		d.ok(d.HandleMake(t.Context(), copies.Make{CopyID: again.ID}))
		if got := d.read(again.ID); got.State != copies.Ready || got.Rows != 2 || got.Why != c.Why || !got.ExpiresAt.Equal(d.now.AddDate(0, 0, 7)) {
			t.Errorf("made anew: %+v", got)
		}
	})
}

func TestAPackIsMadeAsASignedFileOrAPage(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		c := d.ask(packOf("ann@example.org"), 0)
		if p, err := showme.Open(d.fetch(c.ID), nil); err != nil || p.Address != "ann@example.org" || c.PersonID != p.Person.ID {
			t.Errorf("%+v, %v", p, err)
		}
		page := packOf("ann@example.org")
		page.Format = copies.PackPage
		if got := string(d.fetch(d.ask(page, 0).ID)); !strings.Contains(got, "<html") || !strings.Contains(got, "Send me the news.") {
			t.Errorf("the page:\n%s", got)
		}
	})
}

func TestErasingSomebodyDestroysTheFilesTheyMayBeIn(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		all, hers, other := d.ask(people(), 0), d.ask(packOf("ann@example.org"), 0), d.ask(packOf("bea@example.org"), 0)
		late, err := d.Ask(t.Context(), copies.Copy{Kind: copies.Export, What: exporting.Subscribers, Format: exporting.CSV, Why: "why", Actor: "user:1"}, 0)
		d.ok(err)
		keeper := &subscriptions.Keeper{Store: d.db, Keys: storetest.Keys(t), Now: d.Now}
		_, err = keeper.Erase(t.Context(), subscriptions.ErasureRequest{Address: address.Must("ann@example.org"), Ground: subscriptions.GroundRequest, Actor: "user:1", Untold: "told by phone"})
		d.ok(err)
		for what, c := range map[string]copies.Copy{"the export": all, "her pack": hers, "an export that is being made": late} {
			if got := d.read(c.ID); got.State != copies.Gone || got.GoneWhy != copies.SomebodyGone {
				t.Errorf("%s: %+v", what, got)
			}
		}
		if got := d.read(hers.ID); !got.Address.IsZero() || got.Why != "" {
			t.Errorf("her pack's record names her: %+v", got)
		}
		if got := d.read(other.ID); got.State != copies.Ready {
			t.Errorf("the other's pack: %+v", got)
		}
		d.ok(d.HandleMake(t.Context(), copies.Make{CopyID: late.ID})) // the task comes late
		if got := d.read(late.ID); got.State != copies.Gone {
			t.Errorf("made after all: %+v", got)
		}
		if _, err := d.Again(t.Context(), hers.ID, "user:1", "", 0); errs.KindOf(err) != errs.Conflict {
			t.Errorf("her pack again: %v", err)
		}
	})
}

func TestAMakingThatBrokeOffBeginsAnewAndIsDoneOnce(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		c, err := d.Ask(t.Context(), copies.Copy{Kind: copies.Export, What: exporting.Events, Format: exporting.JSONLines, Why: "audit", Actor: "user:1"}, 0)
		d.ok(err)
		d.ok(d.Store.AddPiece(t.Context(), c.ID, 0, []byte("half a line")))
		for range 2 {
			d.ok(d.HandleMake(t.Context(), copies.Make{CopyID: c.ID}))
		}
		if got := string(d.fetch(c.ID)); strings.Contains(got, "half") || strings.Count(got, "\n") != 2 {
			t.Errorf("the file:\n%s", got)
		}
	})
}

func TestALargeFileComesOutInItsOrder(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		for i := range 30 { // more than one piece
			_, err := d.people.CreateList(t.Context(), subscriptions.List{
				ProgrammeID: d.list.ProgrammeID, PurposeID: d.list.PurposeID, Slug: fmt.Sprintf("l%d", i), Name: "L", Wording: strings.Repeat(fmt.Sprint(i%10), 9000),
			})
			d.ok(err)
		}
		c := d.ask(copies.Copy{Kind: copies.Export, What: exporting.Lists, Format: exporting.CSV}, 0)
		if got := d.fetch(c.ID); len(got) < copies.Piece || strings.Count(string(got), "\n") != 32 {
			t.Errorf("%d bytes, %d lines", len(got), strings.Count(string(got), "\n"))
		}
	})
}

func TestWhatCannotBeAskedForIsRefusedAtOnce(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		for name, test := range map[string]struct {
			c    copies.Copy
			days int
			kind errs.Kind
		}{
			"people without a reason":       {copies.Copy{Kind: copies.Export, What: exporting.Subscribers, Format: exporting.CSV}, 0, errs.Invalid},
			"a pack without a reason":       {packOf("ann@example.org"), 0, errs.Invalid},
			"a pack as CSV":                 {copies.Copy{Kind: copies.Pack, Format: exporting.CSV, Address: address.Must("ann@example.org"), Why: "x"}, 0, errs.Invalid},
			"a pack of nobody":              {copies.Copy{Kind: copies.Pack, Format: copies.PackJSON, Address: address.Must("nobody@example.org"), Why: "x"}, 0, errs.NotFound},
			"a list that there is not":      {copies.Copy{Kind: copies.Export, What: exporting.Subscribers, Format: exporting.CSV, List: "none", Why: "x"}, 0, errs.NotFound},
			"for longer than may be":        {copies.Copy{Kind: copies.Export, What: exporting.Lists, Format: exporting.CSV}, copies.MostDays + 1, errs.Invalid},
			"for less than no time":         {copies.Copy{Kind: copies.Export, What: exporting.Lists, Format: exporting.CSV}, -1, errs.Invalid},
			"deliveries of no one campaign": {copies.Copy{Kind: copies.Export, What: exporting.Deliveries, Format: exporting.CSV, Why: "x"}, 0, errs.Invalid},
		} {
			if _, err := d.Ask(t.Context(), test.c, test.days); errs.KindOf(err) != test.kind || errs.Message(err) == "" {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestAFileIsDestroyedBeforeItsTimeByWhoeverSaysSo(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		c := d.ask(people(), 0)
		for range 2 {
			d.ok(d.Destroy(t.Context(), c.ID, "user:2"))
		}
		if got := d.read(c.ID); got.State != copies.Gone || got.GoneWhy != copies.AskedFor {
			t.Errorf("%+v", got)
		}
		if got := strings.Join(d.steps(c.ID), ", "); got != "user:1 asked, user:2 destroyed" {
			t.Errorf("the trail: %s", got)
		}
	})
}
