package copies_test

import (
	"strings"
	"testing"

	"assent/internal/address"
	"assent/internal/audit"
	"assent/internal/errs"
	"assent/internal/exporting"
	"assent/internal/exporting/copies"
	"assent/subscriptions"
)

// printer declares a recipient of the programme.
func (d *desk) printer() subscriptions.Recipient {
	d.t.Helper()
	e := &subscriptions.Editor{Store: d.db, Catalogue: d.db, Now: d.Now}
	r, err := e.AddRecipient(d.t.Context(), subscriptions.Recipient{
		ProgrammeID: d.list.ProgrammeID, Name: "Quay Print", Category: "printer", Purpose: "prints the letters", Country: "GB", Address: address.Must("data@print.example"),
	})
	d.ok(err)
	return r
}

// given says who was given data of somebody, by export.
func (d *desk) given(who string) []subscriptions.Given {
	d.t.Helper()
	out, err := d.db.GivenTo(d.t.Context(), d.number(who), 0, 10)
	d.ok(err)
	return out
}

// number is somebody's row number.
func (d *desk) number(who string) int64 {
	d.t.Helper()
	p, err := d.db.SubscriberByKey(d.t.Context(), d.Keys.AddressKey(address.Must(who+"@example.org")))
	d.ok(err)
	return p.ID
}

func (d *desk) wantGiven(when string, ann, bea int) {
	d.t.Helper()
	if a, b := d.given("ann"), d.given("bea"); len(a) != ann || len(b) != bea {
		d.t.Errorf("%s: Ann is in %d entries and Bea in %d, want %d and %d", when, len(a), len(b), ann, bea)
	}
}

func (d *desk) forSomebody(r subscriptions.Recipient) copies.Copy {
	d.t.Helper()
	c := people()
	c.For, c.Why, c.Actor = r.ID, "labels", "user:1"
	c, err := d.Ask(d.t.Context(), c, 0)
	d.ok(err)
	return c
}

func (d *desk) work(c copies.Copy) copies.Copy {
	d.t.Helper()
	d.ok(d.HandleMake(d.t.Context(), copies.Make{CopyID: c.ID}))
	return d.read(c.ID)
}

func TestAFileForARecipientPutsEverybodyInItIntoTheRegister(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		c := d.forSomebody(d.printer())
		d.wantGiven("before it is made", 0, 0)
		d.ok(d.Store.AddPiece(t.Context(), c.ID, 0, []byte("half a line"))) // a maker that died
		d.ok(d.Store.AddGiven(t.Context(), c.GivenID, []int64{d.number("ann"), 4711}))
		d.wantGiven("while it is being made", 0, 0)
		for range 2 {
			c = d.work(c)
		}
		d.wantGiven("once it is ready", 1, 1)
		g := d.given("ann")[0]
		if g.Name != "Quay Print" || g.How != subscriptions.GivenByExport || g.Why != "labels" || !strings.Contains(g.What, "the list monthly") || !g.At.Equal(d.now) || g.RecipientID != c.For {
			t.Errorf("%+v", g)
		}
		if strangers, err := d.db.GivenTo(t.Context(), 4711, 0, 10); len(strangers) != 0 || err != nil {
			t.Errorf("somebody who is not in the file: %v, %v", strangers, err)
		}
		notes, err := d.db.Trail(t.Context(), audit.Filter{Object: audit.About("disclosure", g.ID)}, 0, 10)
		d.ok(err)
		if len(notes) != 1 || notes[0].Action != audit.GiveData || !strings.Contains(string(notes[0].Facts), `"people":2`) {
			t.Errorf("the trail: %+v", notes)
		}
		d.fetch(c.ID)
		d.ok(d.Destroy(t.Context(), c.ID, "user:1"))
		_, err = d.Sweep(t.Context())
		d.ok(err)
		d.wantGiven("after it was handed out and destroyed", 1, 1)
		again, err := d.Again(t.Context(), c.ID, "user:2", "", 0)
		d.ok(err)
		d.work(again)
		d.wantGiven("made anew", 2, 2)
	})
}

func TestAFileThatNobodyWasHandedLeavesNothingInTheRegister(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		r := d.printer()
		destroyed, over := d.work(d.forSomebody(r)), d.work(d.forSomebody(r))
		unmade := d.forSomebody(r)
		d.wantGiven("while the files wait", 2, 2)
		d.ok(d.Destroy(t.Context(), destroyed.ID, "user:1"))
		d.wantGiven("as soon as one is destroyed", 1, 1)
		_, err := (&subscriptions.Editor{Store: d.db, Catalogue: d.db, Now: d.Now}).EndRecipient(t.Context(), r.ProgrammeID, r.ID)
		d.ok(err)
		if got := d.work(unmade); got.State != copies.Failed || !strings.Contains(got.Trouble, "no more data") {
			t.Errorf("for a recipient that ended meanwhile: %+v", got)
		}
		d.now = d.now.AddDate(0, 0, 7)
		_, err = d.Sweep(t.Context())
		d.ok(err)
		d.wantGiven("after all", 0, 0)
		for _, c := range []copies.Copy{destroyed, over, unmade} {
			if got := d.read(c.ID); got.GivenID != 0 || got.Recipient != "Quay Print" {
				t.Errorf("its record: %+v", got)
			}
		}
	})
}

func TestAnErasureTakesAFileForARecipientBackBeforeItIsHandedOut(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		r := d.printer()
		ready, making := d.work(d.forSomebody(r)), d.forSomebody(r)
		keeper := &subscriptions.Keeper{Store: d.db, Keys: d.Keys, Now: d.Now}
		_, err := keeper.Erase(t.Context(), subscriptions.ErasureRequest{Address: address.Must("ann@example.org"), Ground: subscriptions.GroundRequest, Actor: "user:1", Untold: "told by phone"})
		d.ok(err)
		d.work(making)
		_, err = d.Sweep(t.Context())
		d.ok(err)
		if all, err := d.db.GivenAway(t.Context(), 0, 10); len(all) != 0 || err != nil {
			t.Errorf("%v, %v", all, err)
		}
		if got := d.given("bea"); len(got) != 0 || d.read(ready.ID).State != copies.Gone {
			t.Errorf("%v", got)
		}
	})
}

func TestAPackForARecipientIsOnePersonsEntry(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		pack := packOf("ann@example.org")
		pack.For = d.printer().ID
		if c := d.ask(pack, 0); c.State != copies.Ready || c.Recipient != "Quay Print" {
			t.Errorf("%+v", c)
		}
		d.wantGiven("of a pack", 1, 0)
	})
}

func TestWhomAFileCannotBeForIsSaidAtOnce(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		r, editor := d.printer(), &subscriptions.Editor{Store: d.db, Catalogue: d.db, Now: d.Now}
		other, err := d.people.CreateProgramme(t.Context(), subscriptions.Programme{
			Slug: "market", Name: "Market", Owner: "Harbour Board", Controller: "Harbour Board Ltd", PostalAddress: "Quay House\nPortexample", FromName: "Market", FromAddress: address.Must("market@harbour.example"),
			DPOName: "Priya Shah", DPOAddress: address.Must("dpo@harbour.example"), Contact: subscriptions.Contact{Name: "Sam Poole", Address: address.Must("contact@harbour.example")},
			TimeZone: "Europe/London", Division: "england-and-wales",
		})
		d.ok(err)
		elsewhere, err := editor.AddRecipient(t.Context(), subscriptions.Recipient{ProgrammeID: other.ID, Name: "Stall Post", Category: "post", Purpose: "posts", Country: "GB"})
		d.ok(err)
		ended, err := editor.AddRecipient(t.Context(), subscriptions.Recipient{ProgrammeID: r.ProgrammeID, Name: "Old Print", Category: "printer", Purpose: "printed", Country: "GB"})
		d.ok(err)
		_, err = editor.EndRecipient(t.Context(), r.ProgrammeID, ended.ID)
		d.ok(err)
		for name, test := range map[string]struct {
			to   int64
			what exporting.What
			list string
			says string
		}{
			"somebody undeclared":                {99, exporting.Subscribers, "monthly", "Declare it"},
			"a recipient that gets nothing more": {ended.ID, exporting.Subscribers, "monthly", "no more data"},
			"one of another programme":           {elsewhere.ID, exporting.Subscribers, "monthly", "another programme"},
			"lists, which are about nobody":      {r.ID, exporting.Lists, "", "nobody's data"},
		} {
			_, err := d.Ask(t.Context(), copies.Copy{Kind: copies.Export, What: test.what, List: test.list, Format: exporting.CSV, For: test.to, Why: "labels", Actor: "user:1"}, 0)
			if errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Message(err), test.says) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
