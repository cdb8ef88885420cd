package subscriptions_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/subscriptions"
)

func TestTheCatalogueRefusesWhatCannotBeMeant(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		programme := func(change func(*subscriptions.Programme)) error {
			p := subscriptions.Programme{
				Slug: "new", Name: "New", Owner: "Board", Controller: "Board", PostalAddress: "1 Quay, Porthaven PH1 1AA", FromName: "New", FromAddress: address.Must("new@harbour.example"),
				Contact: subscriptions.Contact{Name: "Sam", Address: address.Must("sam@harbour.example")},
			}
			change(&p)
			_, err := r.CreateProgramme(t.Context(), p)
			return err
		}
		purpose := func(change func(*subscriptions.Purpose)) error {
			u := subscriptions.Purpose{ProgrammeID: r.harbour.ID, Slug: "new", Name: "New", Basis: subscriptions.Consent, Class: subscriptions.Newsletter}
			change(&u)
			_, err := r.CreatePurpose(t.Context(), u)
			return err
		}
		list := func(change func(*subscriptions.List)) error {
			l := subscriptions.List{ProgrammeID: r.harbour.ID, PurposeID: r.news.ID, NoticeID: r.monthly.NoticeID, Slug: "new", Name: "New", Wording: "Send me new."}
			change(&l)
			_, err := r.CreateList(t.Context(), l)
			return err
		}
		attribute := func(a subscriptions.Attribute) error {
			_, err := r.CreateAttribute(t.Context(), a)
			return err
		}
		notice := func(programme int64, text string) error {
			_, err := r.PublishNotice(t.Context(), anyNotice(programme, text))
			return err
		}
		for _, c := range []struct {
			name string
			err  error
			kind errs.Kind
			says string
		}{
			{"a programme with a taken slug", programme(func(p *subscriptions.Programme) { p.Slug = "harbour" }), errs.Conflict, "one of that name already"},
			{"a programme with spaces in its slug", programme(func(p *subscriptions.Programme) { p.Slug = "harbour news" }), errs.Invalid, "The slug must"},
			{"a programme with a slug without end", programme(func(p *subscriptions.Programme) { p.Slug = strings.Repeat("a", 61) }), errs.Invalid, "The slug must"},
			{"a programme without owner", programme(func(p *subscriptions.Programme) { p.Owner = " " }), errs.Invalid, "Fill in owner"},
			{"a programme without Point of Contact", programme(func(p *subscriptions.Programme) { p.Contact.Address = address.Address{} }), errs.Invalid, "Fill in contact_address"},
			{"a programme in no time zone", programme(func(p *subscriptions.Programme) { p.TimeZone = "Europe/Porthaven" }), errs.Invalid, "time zone"},
			{"a programme in the server's own time zone", programme(func(p *subscriptions.Programme) { p.TimeZone = "Local" }), errs.Invalid, "time zone"},
			{"a programme of no division", programme(func(p *subscriptions.Programme) { p.Division = "cornwall" }), errs.Invalid, "division must be one of"},
			{"a programme whose name breaks a header", programme(func(p *subscriptions.Programme) { p.FromName = "New\r\nBcc: all@example.org" }), errs.Invalid, "from_name must be in one line"},

			{"a purpose without basis", purpose(func(u *subscriptions.Purpose) { u.Basis = "" }), errs.Invalid, "basis must be one of"},
			{"a purpose of no class", purpose(func(u *subscriptions.Purpose) { u.Class = "advert" }), errs.Invalid, "class must be one of"},
			{"marketing on legitimate interests", purpose(func(u *subscriptions.Purpose) {
				u.Class, u.Basis = subscriptions.Marketing, subscriptions.LegitimateInterests
				u.Conditions = subscriptions.Conditions{Interest: "a full harbour", Assessment: "LIA-1", ReviewOn: r.clock.now()}
			}), errs.Invalid, "Marketing mail needs consent"},
			{"marketing as a public task", purpose(func(u *subscriptions.Purpose) {
				u.Class, u.Basis, u.Conditions.Reference = subscriptions.Marketing, subscriptions.PublicTask, "Harbours Act"
			}), errs.Invalid, "Marketing mail needs consent"},
			{"a purpose whose term runs backwards", purpose(func(u *subscriptions.Purpose) { u.Term = -time.Hour }), errs.Invalid, "term"},
			{"a purpose of a programme that there is not", purpose(func(u *subscriptions.Purpose) { u.ProgrammeID = 999 }), errs.NotFound, ""},
			{"a purpose twice", purpose(func(u *subscriptions.Purpose) { u.Slug = "news" }), errs.Conflict, ""},

			{"a notice without words", notice(r.harbour.ID, " \n"), errs.Invalid, "Fill in text"},
			{"a notice without end", notice(r.harbour.ID, strings.Repeat("word ", 5000)), errs.Invalid, "longer than 20000 characters"},
			{"a notice with a NUL byte", notice(r.harbour.ID, "a\x00b"), errs.Invalid, "no text"},
			{"a notice of a programme that there is not", notice(999, "words"), errs.NotFound, ""},

			{"a list without wording", list(func(l *subscriptions.List) { l.Wording = "" }), errs.Invalid, "Fill in wording"},
			{"a list under a notice that there is not", list(func(l *subscriptions.List) { l.NoticeID = 999 }), errs.NotFound, ""},
			{"a list under another programme's notice", list(func(l *subscriptions.List) { l.NoticeID = r.boat.NoticeID }), errs.Invalid, "belong to one programme"},
			{"a list of another programme's purpose", list(func(l *subscriptions.List) { l.PurposeID = r.crossing.ID }), errs.Invalid, "belong to one programme"},
			{"a public list without double opt-in", list(func(l *subscriptions.List) { l.Public = true }), errs.Invalid, "needs double opt-in"},
			{"a list with a taken slug", list(func(l *subscriptions.List) { l.Slug = "monthly" }), errs.Conflict, ""},
			{"a list whose name breaks a header", list(func(l *subscriptions.List) { l.Name = "New\nX-Evil: 1" }), errs.Invalid, "name must be in one line"},

			{"an attribute of no type", attribute(subscriptions.Attribute{ProgrammeID: r.harbour.ID, Name: "berths", Type: "integer"}), errs.Invalid, "type must be one of"},
			{"an attribute with a capital", attribute(subscriptions.Attribute{ProgrammeID: r.harbour.ID, Name: "Berths", Type: subscriptions.NumberAttribute}), errs.Invalid, "small letters"},
			{"an attribute called as what everybody has", attribute(subscriptions.Attribute{ProgrammeID: r.harbour.ID, Name: "name", Type: subscriptions.TextAttribute}), errs.Invalid, "everybody has"},
			{"an attribute called as a column of files", attribute(subscriptions.Attribute{ProgrammeID: r.harbour.ID, Name: "source", Type: subscriptions.TextAttribute}), errs.Invalid, `a column "source" already`},
			{"a choice that a file would take for two", attribute(subscriptions.Attribute{ProgrammeID: r.harbour.ID, Name: "topics", Type: subscriptions.ManyAttribute, Choices: []string{"tides|works"}}), errs.Invalid, "must have no bar"},
			{"a choice without choices", attribute(subscriptions.Attribute{ProgrammeID: r.harbour.ID, Name: "region", Type: subscriptions.ChoiceAttribute}), errs.Invalid, "must name them"},
			{"an attribute of a programme that there is not", attribute(subscriptions.Attribute{ProgrammeID: 999, Name: "region", Type: subscriptions.TextAttribute}), errs.NotFound, ""},
		} {
			if c.err == nil || errs.KindOf(c.err) != c.kind || !strings.Contains(errs.Message(c.err), c.says) {
				t.Errorf("%s: %v %q", c.name, errs.KindOf(c.err), errs.Message(c.err))
			}
		}
		if n := len(check(r.db.Programmes(t.Context()))(t)); n != 2 {
			t.Errorf("%d programmes", n)
		}
		if n := len(check(r.db.Lists(t.Context()))(t)); n != 5 {
			t.Errorf("%d lists", n)
		}
	})
}

func TestTheCatalogueKeepsWhatWasDeclared(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		if r.harbour.TimeZone != "Europe/London" || r.harbour.Division != "england-and-wales" {
			t.Errorf("%+v", r.harbour)
		}
		if got := check(r.db.ProgrammeBySlug(t.Context(), "harbour"))(t); !reflect.DeepEqual(got, r.harbour) {
			t.Errorf("%+v is kept as %+v", r.harbour, got)
		}
		if got := check(r.db.Purpose(t.Context(), r.news.ID))(t); !reflect.DeepEqual(got, r.news) {
			t.Errorf("%+v is kept as %+v", r.news, got)
		}
		if got := check(r.db.ListBySlug(t.Context(), "monthly"))(t); got != r.monthly || got.Contact != r.harbour.Contact {
			t.Errorf("%+v is kept as %+v", r.monthly, got)
		}
		second := check(r.PublishNotice(t.Context(), anyNotice(r.harbour.ID, "How we use your data now.")))(t)
		_, err := r.PublishNotice(t.Context(), anyNotice(r.harbour.ID, "How we use your data now."))
		r.refused(err, errs.Conflict, "Version 2 says the same")
		all := check(r.db.Notices(t.Context(), r.harbour.ID))(t)
		if len(all) != 2 || all[0].Text != "How harbour uses your data." || !reflect.DeepEqual(all[1], second) {
			t.Errorf("%+v", all)
		}
		made := check(r.CreateAttribute(t.Context(), subscriptions.Attribute{ProgrammeID: r.harbour.ID, Name: "region", Label: "Region", Type: subscriptions.ChoiceAttribute, Choices: []string{"north", "süd"}}))(t)
		kept := check(r.db.AttributesOf(t.Context(), r.harbour.ID))(t)
		if len(kept) != 1 || kept[0].ID != made.ID || kept[0].Choices[1] != "süd" {
			t.Errorf("%+v", kept)
		}
	})
}
