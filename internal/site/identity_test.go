package site_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"assent/inbox/cases"
	"assent/internal/errs"
	"assent/internal/pages/pagestest"
	"assent/templates"
)

// askedByLink opens a case about a member and returns it with the path of the link that asks them.
func (r rig) askedByLink(t *testing.T) (cases.Case, string) {
	t.Helper()
	p := r.Member(t, "ann@reader.example", r.News)
	k, err := r.Casework.Enter(t.Context(), cases.Entry{
		Actor: "user:1", ProgrammeID: r.News.ProgrammeID, Channel: cases.ByPost, ReceivedAt: r.Clock.Now(), Asked: "A copy, please.", Kinds: []cases.Kind{cases.Access, cases.Erasure}, Language: "en",
		Parties: []cases.Party{{Role: cases.Requester, Name: "Ann Lee", Address: p.Address}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if k, err = r.Casework.AskByLink(t.Context(), k.ID, "user:1", "The letter is not signed."); err != nil {
		t.Fatal(err)
	}
	expires := r.Clock.Now().Add(cases.LinkWithin)
	u, err := url.Parse(r.Composer.Ways.IdentityURL(r.Composer.Keys, k.ID, p.ID, expires))
	if err != nil {
		t.Fatal(err)
	}
	return k, u.Path
}

func (r rig) facts(t *testing.T, id int64) cases.Facts {
	t.Helper()
	return must(r.DB.Case(t.Context(), id))(t).Facts
}

func TestOnlyTheButtonSaysWhoAsks(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		k, path := r.askedByLink(t)
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			pagestest.WantStatus(t, r.Ask(method, path, nil), http.StatusOK)
		}
		pagestest.WantText(t, r.Get(path), "for a copy of your personal data, and to erase your personal data?", "a***@r***.example", `action="`+path+`"`)
		pagestest.WantText(t, r.Get(path+"?lang=cy"), "am gopi o&#39;ch data personol, ac i ni ddileu eich data personol?", "Ie, fi sy'n gofyn")
		pagestest.WantStatus(t, r.Post(path, nil), http.StatusUnprocessableEntity)
		if r.facts(t, k.ID).Established() {
			t.Fatal("looking at the page said yes")
		}
		for range 2 {
			pagestest.WantText(t, r.Post(path, url.Values{templates.FieldDo: {templates.DoOwn}}), "we know that it is you", k.Reference)
		}
		subs := must(r.DB.SubCases(t.Context(), k.ID))(t)
		if f := r.facts(t, k.ID); f.Proof.By != cases.ByLink || f.Identity.MetOn.IsZero() || len(subs) != 1 || subs[0].Facts.Proof.By != cases.ByLink {
			t.Errorf("after the yes: %+v, the sub-cases %+v", f, subs)
		}
		pagestest.WantText(t, r.Post(path, url.Values{templates.FieldDo: {templates.DoDisown}}), "Thank you for telling us")
		if f := r.facts(t, k.ID); f.Established() || f.DisownedOn.IsZero() {
			t.Errorf("after the no: %+v", f)
		}
		pagestest.WantText(t, r.Post(path, url.Values{templates.FieldDo: {templates.DoOwn}}), "Thank you for telling us")
		if r.facts(t, k.ID).Established() {
			t.Error("a yes after a no counts")
		}
		trust := cases.Event{Kind: cases.Proved, Actor: "user:1", Note: "It sounds like her.", Detail: cases.Detail{Proof: &cases.Proof{Evidence: cases.NoDoubt}}}
		if _, err := r.Casework.Do(t.Context(), k.ID, trust); errs.KindOf(err) != errs.Conflict || r.facts(t, k.ID).Established() {
			t.Errorf("after a no a person trusts without a reason to: %v", err)
		}
	})
}

func TestALinkThatIsForeignOldOrOverSaysNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		k, path := r.askedByLink(t)
		pagestest.WantStatus(t, r.Get("/d/nothing"), http.StatusNotFound)
		pagestest.WantStatus(t, r.Get(path[:len(path)-2]+"aa"), http.StatusNotFound)
		pagestest.WantStatus(t, r.Get("/c/"+path[len("/d/"):]), http.StatusNotFound) // good for this alone
		if _, err := r.Casework.Do(t.Context(), k.ID, cases.Event{Kind: cases.Noted, Actor: "user:1", Note: "x"}); err != nil {
			t.Fatal(err)
		}
		r.Clock.Advance(cases.LinkWithin + time.Hour)
		pagestest.WantStatus(t, r.Get(path), http.StatusGone)
		pagestest.WantStatus(t, r.Post(path, url.Values{templates.FieldDo: {templates.DoOwn}}), http.StatusGone)
		if r.facts(t, k.ID).Established() {
			t.Error("an old link said yes")
		}
	})
}
