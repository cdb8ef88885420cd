package subscriptions_test

import (
	"strings"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/subscriptions"
)

func TestAnIncompleteNoticeIsPublishedOnlyWithAReason(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		draft := subscriptions.NoticeDraft{ProgrammeID: r.harbour.ID, Texts: map[string]string{"en": "We send news, offers and works."}, By: "user:1"}
		_, err := r.PublishNotice(t.Context(), draft)
		r.refused(err, errs.Refused, "The notice is incomplete, and was not published.")
		draft.Override = "the full text follows on Monday"
		n := check(r.PublishNotice(t.Context(), draft))(t)
		if n.Overridden != draft.Override || n.PublishedBy != "user:1" || n.Version != 2 {
			t.Errorf("%+v", n)
		}
	})
}

func TestADraftFromTheDeclarationsIsPublishedAsItIs(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		e := r.editor()
		check(e.Programme(t.Context(), r.harbour.ID, func(p *subscriptions.Programme) {
			said := subscriptions.Statements{Source: "You gave it to us.", Requirement: "You need give us nothing.", Automated: "We take none."}
			p.Statements = map[string]subscriptions.Statements{"en": said, "cy": said}
		}))(t)
		draft := subscriptions.NoticeDraft{ProgrammeID: r.harbour.ID, Texts: map[string]string{}}
		for _, language := range subscriptions.NoticeLanguages {
			draft.Texts[language] = check(r.DraftNotice(t.Context(), r.harbour.ID, language))(t)
		}
		x := check(r.ExamineNotice(t.Context(), draft))(t)
		if !x.Complete() {
			t.Fatalf("%q\n%s", x.Gaps(), draft.Texts["en"])
		}
		n := check(r.PublishNotice(t.Context(), draft))(t)
		if n.Overridden != "" || n.In("cy") != draft.Texts["cy"] || n.In("fr") != draft.Texts["en"] {
			t.Errorf("%+v", n)
		}
		kept := check(r.db.Text(t.Context(), n.Digest))(t)
		if !strings.Contains(kept, draft.Texts["cy"]) || !strings.HasPrefix(kept, draft.Texts["en"]) {
			t.Error("the ledger's digest does not hold both languages")
		}
	})
}

func TestAListOpensOnlyUnderANoticeThatTellsOfItsPurpose(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		u := check(r.CreatePurpose(t.Context(), subscriptions.Purpose{ProgrammeID: r.harbour.ID, Slug: "surveys", Name: "surveys", Basis: subscriptions.Consent, Class: subscriptions.Targeted}))(t)
		l := subscriptions.List{ProgrammeID: r.harbour.ID, PurposeID: u.ID, NoticeID: r.monthly.NoticeID, Slug: "surveys", Name: "Surveys", Wording: "Ask me.", DoubleOptIn: true}
		_, err := r.CreateList(t.Context(), l)
		r.refused(err, errs.Refused, "does not tell of this purpose")
		n := check(r.PublishNotice(t.Context(), anyNotice(r.harbour.ID, "Now surveys too.")))(t)
		l.NoticeID = 0
		l = check(r.CreateList(t.Context(), l))(t)
		if l.NoticeID != n.ID || check(r.db.List(t.Context(), r.monthly.ID))(t).NoticeID != n.ID {
			t.Error("the lists do not stand under the notice in force")
		}
		draft := anyNotice(r.harbour.ID, "No more surveys.")
		draft.Purposes = []int64{r.news.ID, r.offers.ID, r.works.ID}
		_, err = r.PublishNotice(t.Context(), draft)
		r.refused(err, errs.Invalid, "serves a purpose that this notice does not tell of")
	})
}

func TestPublishingShowsWhatIsNewBeforeItHappens(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		u := check(r.CreatePurpose(t.Context(), subscriptions.Purpose{ProgrammeID: r.harbour.ID, Slug: "surveys", Name: "surveys", Basis: subscriptions.Consent, Class: subscriptions.Targeted}))(t)
		check(r.editor().AddRecipient(t.Context(), subscriptions.Recipient{ProgrammeID: r.harbour.ID, Name: "Example Mail Ltd", Category: "mail service", Purpose: "mail", Country: "GB"}))(t)
		x := check(r.ExamineNotice(t.Context(), anyNotice(r.harbour.ID, "Now surveys too.")))(t)
		if len(x.Difference.NewPurposes) != 1 || x.Difference.NewPurposes[0] != "surveys" || len(x.Difference.NewRecipients) != 1 || len(x.Untold) != 1 || x.Untold[0].ID != u.ID {
			t.Errorf("%+v, untold %+v", x.Difference, x.Untold)
		}
		if n := len(check(r.db.Notices(t.Context(), r.harbour.ID))(t)); n != 1 {
			t.Errorf("looking has published: %d versions", n)
		}
	})
}

func TestWhoIsEnrolledKnowsThePurposeOrWaits(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		enrol := func(name string, l subscriptions.List) {
			t.Helper()
			_, err := r.Grant(t.Context(), subscriptions.Act{ListID: l.ID, Address: address.Must(name + "@example.org"), Channel: subscriptions.ByAPI, Actor: "key:1", Source: "register"})
			r.ok(err)
		}
		agree := func(name string, l subscriptions.List) {
			t.Helper()
			_, err := r.Grant(t.Context(), subscriptions.Act{ListID: l.ID, Address: address.Must(name + "@example.org"), Channel: subscriptions.ByStaff, Actor: "user:1", Source: "paper", Evidence: subscriptions.Evidence{"act": "signed a form"}})
			r.ok(err)
		}
		agree("ann", r.monthly)  // told of the first version, which covers works
		agree("cora", r.monthly) // and then erased: new when she comes back
		u := check(r.CreatePurpose(t.Context(), subscriptions.Purpose{
			ProgrammeID: r.harbour.ID, Slug: "tides", Name: "tides", Basis: subscriptions.PublicTask, Conditions: subscriptions.Conditions{Reference: "Harbours Act"}, Class: subscriptions.Targeted,
		}))(t)
		check(r.PublishNotice(t.Context(), anyNotice(r.harbour.ID, "Now tides too.")))(t)
		tides := check(r.CreateList(t.Context(), subscriptions.List{ProgrammeID: r.harbour.ID, PurposeID: u.ID, Slug: "tides", Name: "Tides", Wording: "We warn of tides."}))(t)
		agree("dee", r.monthly) // told of the second version
		enrol("ann", r.dredge)
		for _, name := range []string{"ann", "bob", "dee"} { // bob is new
			enrol(name, tides)
		}
		for _, c := range []struct {
			name string
			list subscriptions.List
			want subscriptions.Reason
		}{
			{"ann", r.dredge, subscriptions.Allowed}, {"ann", tides, subscriptions.ReasonNotInformed},
			{"bob", tides, subscriptions.Allowed}, {"dee", tides, subscriptions.Allowed},
		} {
			events := check(r.db.EventsByKey(t.Context(), r.Keys.AddressKey(address.Must(c.name+"@example.org"))))(t)
			d := subscriptions.Decide(subscriptions.Question{Lists: []subscriptions.Scope{subscriptions.ListScope(c.list)}}, subscriptions.Fold(events), r.clock.now())
			if d.Reason != c.want {
				t.Errorf("%s on %s: %q, want %q", c.name, c.list.Slug, d.Reason, c.want)
			}
		}
	})
}

func (r *rig) editor() *subscriptions.Editor {
	return &subscriptions.Editor{Store: r.db, Catalogue: r.db, Now: r.clock.now}
}

func TestWhatPeopleActedOnStaysAsItWas(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		e := r.editor()
		u := check(e.Purpose(t.Context(), r.offers.ID, func(p *subscriptions.Purpose) { p.Name, p.Term = "offers of boats", 24*time.Hour }))(t)
		if u.Name != "offers of boats" || u.ChangedAt.IsZero() {
			t.Errorf("%+v", u)
		}
		_, err := r.Grant(t.Context(), subscriptions.Act{ListID: r.sales.ID, Address: address.Must("ann@example.org"), Channel: subscriptions.ByStaff, Actor: "user:1", Source: "paper", Evidence: subscriptions.Evidence{"act": "signed a form"}})
		r.ok(err)
		for name, change := range map[string]func(*subscriptions.Purpose){
			"its basis": func(p *subscriptions.Purpose) { p.Basis = subscriptions.ExplicitConsent },
			"its name":  func(p *subscriptions.Purpose) { p.Name = "offers" },
			"its class": func(p *subscriptions.Purpose) { p.Class = subscriptions.Newsletter },
		} {
			if _, err := e.Purpose(t.Context(), r.offers.ID, change); errs.KindOf(err) != errs.Refused {
				t.Errorf("%s may change: %v", name, err)
			}
		}
		u = check(e.Purpose(t.Context(), r.offers.ID, func(p *subscriptions.Purpose) { p.Slug, p.DPIA, p.KeepIPDays = "other", "DPIA-1", 30 }))(t)
		if u.Slug != "offers" || u.DPIA != "DPIA-1" || u.KeepIPDays != 30 {
			t.Errorf("%+v", u)
		}
		l := check(e.List(t.Context(), r.sales.ID, func(l *subscriptions.List) { l.Slug, l.Wording = "other", "Send me offers of boats." }))(t)
		if l.Slug != "sales" || l.Wording != "Send me offers of boats." {
			t.Errorf("%+v", l)
		}
		_, err = e.List(t.Context(), r.sales.ID, func(l *subscriptions.List) { l.DoubleOptIn = false })
		r.refused(err, errs.Invalid, "needs double opt-in")
	})
}

func TestTheRegionLockAndRecipientsAbroadExcludeEachOther(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		e := r.editor()
		abroad := subscriptions.Recipient{ProgrammeID: r.harbour.ID, Name: "Example Mail", Category: "mail service", Purpose: "mail", Country: "IE"}
		_, err := e.AddRecipient(t.Context(), abroad)
		r.refused(err, errs.Invalid, "Say what protects the data")
		abroad.Safeguard = "adequacy regulations"
		abroad = check(e.AddRecipient(t.Context(), abroad))(t)
		lock := func(p *subscriptions.Programme) { p.RegionLock = true }
		_, err = e.Programme(t.Context(), r.harbour.ID, lock)
		r.refused(err, errs.Invalid, "is abroad")
		ended := check(e.EndRecipient(t.Context(), r.harbour.ID, abroad.ID))(t)
		if ended.EndedAt.IsZero() {
			t.Errorf("%+v", ended)
		}
		p := check(e.Programme(t.Context(), r.harbour.ID, lock))(t)
		if !p.RegionLock || p.Slug != "harbour" {
			t.Errorf("%+v", p)
		}
		_, err = e.AddRecipient(t.Context(), abroad)
		r.refused(err, errs.Invalid, "no data leaves the United Kingdom")
		if all := check(r.db.Recipients(t.Context(), r.harbour.ID))(t); len(all) != 1 {
			t.Errorf("who had the data is forgotten: %+v", all)
		}
	})
}

func TestContradictionsAreFound(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		e := r.editor()
		check(e.Programme(t.Context(), r.harbour.ID, func(p *subscriptions.Programme) {
			p.GuardianAge, p.EndsAt = 12, r.clock.now().Add(time.Hour)
		}))(t)
		check(r.CreatePurpose(t.Context(), subscriptions.Purpose{
			ProgrammeID: r.harbour.ID, Slug: "circular", Name: "the circular", Basis: subscriptions.LegitimateInterests, Class: subscriptions.Newsletter,
			Conditions: subscriptions.Conditions{Interest: "a full harbour", Assessment: "LIA-1", ReviewOn: r.clock.now()},
		}))(t)
		check(r.PublishNotice(t.Context(), anyNotice(r.harbour.ID, "We note whether emails are opened and links clicked.")))(t)
		check(r.CreatePurpose(t.Context(), subscriptions.Purpose{ProgrammeID: r.harbour.ID, Slug: "late", Name: "late", Basis: subscriptions.Consent, Class: subscriptions.Targeted}))(t)
		r.clock.advance(2 * time.Hour)
		found := map[string]bool{}
		for _, c := range check(r.Clashes(t.Context(), r.harbour.ID))(t) {
			found[c.Rule] = true
		}
		for _, rule := range []string{
			"programme ended", "age of consent", "review overdue", "newsletter on legitimate interests", "two bases for one class", "open tracking",
			"purpose not in the notice", "purpose without list", "incomplete notice", "no data protection officer",
		} {
			if !found[rule] {
				t.Errorf("%q is not found", rule)
			}
		}
	})
}
