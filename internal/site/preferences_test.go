package site_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/pages/pagestest"
	"assent/internal/token"
	"assent/subscriptions"
)

// ownPath is the path of a person's preference page.
func (r rig) ownPath(p subscriptions.Subscriber) string {
	return strings.TrimPrefix(r.Composer.Ways.PreferencesURL(r.Composer.Keys, p.ID), r.Composer.Ways.BaseURL)
}

// press presses a button of a person's own page.
func (r rig) press(t *testing.T, p subscriptions.Subscriber, do, about string, more ...string) *httptest.ResponseRecorder {
	t.Helper()
	form := url.Values{"do": {do}, "about": {about}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return r.Post(r.ownPath(p), form)
}

func about(kind string, id int64) string {
	return kind + ":" + subscriptions.Scope{Reach: subscriptions.OneList, ListID: id}.String()[len("list "):]
}

func (r rig) last(t *testing.T, addr string) subscriptions.Event {
	t.Helper()
	events := r.Ledger(t, addr)
	return events[len(events)-1]
}

const ann = "ann@reader.example"

func TestTheOwnPageShowsEveryListAndNothingPrivate(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		p := r.Member(t, ann, r.News)
		r.Request(t, ann, r.Express)
		before := len(r.Ledger(t, ann))
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			pagestest.WantStatus(t, r.Ask(method, r.ownPath(p), nil), http.StatusOK)
		}
		w := r.Get(r.ownPath(p))
		pagestest.WantText(t, w, "Monthly update", "On the list", "You agreed on", "25 November 2026", "Yes, send me Monthly update by email", "/notices/harbour/1",
			"Harbour health", "Waiting for your confirmation", "a***@r***.example")
		pagestest.WantNoText(t, w, ann, "Board papers", " checked")
		if got := w.Header(); got.Get("Cache-Control") != "no-store" || got.Get("Referrer-Policy") != "no-referrer" || got.Get("Set-Cookie") != "" {
			t.Errorf("headers %v", got)
		}
		if len(r.Ledger(t, ann)) != before {
			t.Error("looking changed something")
		}
		pagestest.WantText(t, r.Get(r.ownPath(p)+"?lang=cy"), "Eich dewisiadau e-bost", "Gadael")
		if strings.Contains(r.Log.String(), strings.TrimPrefix(r.ownPath(p), "/p/")) {
			t.Error("a token is in the log")
		}
	})
}

func TestOneButtonLeavesAndNoReasonIsNeeded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		town := r.DeclareProgramme(t, "town", "Town Council")
		second := r.DeclareProgramme(t, "ferry", "Harbour Board")
		for _, c := range []struct {
			name, addr  string
			about       string
			left, stays []subscriptions.List
		}{
			{"one list", "one@reader.example", about("list", r.News.ID), []subscriptions.List{r.News}, []subscriptions.List{r.Express, second, town}},
			{"a purpose", "two@reader.example", about("purpose", r.News.PurposeID), []subscriptions.List{r.News}, []subscriptions.List{r.Express, second, town}},
			{"everything of the owner, over its programmes", "three@reader.example", about("owner", r.Programme.ID), []subscriptions.List{r.News, r.Express, second}, []subscriptions.List{town}},
			{"everything", "four@reader.example", "all", []subscriptions.List{r.News, r.Express, second, town}, nil},
		} {
			t.Run(c.name, func(t *testing.T) {
				for _, l := range append(c.left, c.stays...) {
					r.Member(t, c.addr, l)
				}
				p := r.Find(t, c.addr)
				for range 2 {
					w := r.press(t, p, "leave", c.about)
					pagestest.WantStatus(t, w, http.StatusOK)
					pagestest.WantText(t, w, "You left", "Replies to requests that you have made", "Only if you like")
				}
				for _, l := range c.left {
					if r.Mailable(t, c.addr, l) {
						t.Errorf("still mailable on %s", l.Slug)
					}
				}
				for _, l := range c.stays {
					if !r.Mailable(t, c.addr, l) {
						t.Errorf("%s has ended too", l.Slug)
					}
				}
				if e := r.last(t, c.addr); e.Kind != subscriptions.Withdrawn || e.Channel != subscriptions.ByLink || e.Reason != "" {
					t.Errorf("recorded %+v", e)
				}
			})
		}
	})
}

func TestAReasonIsCountedApartFromThePerson(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		p := r.Member(t, ann, r.News)
		r.press(t, p, "leave", about("list", r.News.ID))
		before := len(r.Ledger(t, ann))
		pagestest.WantText(t, r.press(t, p, "reason", about("list", r.News.ID), "reason", "too-many", "words", "Twice a week is too much."), "Thank you")
		pagestest.WantStatus(t, r.press(t, p, "reason", about("list", r.News.ID), "reason", "a reason of my own"), http.StatusUnprocessableEntity)
		pagestest.WantText(t, r.press(t, p, "reason", about("list", r.News.ID)), "Thank you") // nothing is a reason too
		counts := must(r.DB.LeavingReasons(t.Context(), r.Programme.ID))(t)
		remarks := must(r.DB.LeavingRemarks(t.Context(), r.Programme.ID, 0, 10))(t)
		if len(counts) != 1 || counts[0].People != 1 || counts[0].Reason != "too-many" || counts[0].ListID != r.News.ID || counts[0].Month != "2026-11" {
			t.Errorf("counted %+v", counts)
		}
		if len(remarks) != 1 || remarks[0].Words != "Twice a week is too much." {
			t.Errorf("kept %+v", remarks)
		}
		if len(r.Ledger(t, ann)) != before {
			t.Error("the reason is in the ledger")
		}
	})
}

func TestWhatEndsWithAWithdrawalIsToldAfterIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		own := subscriptions.Preferences{Service: r.People, Kept: r.DB, Trail: r.DB}
		if err := own.DeclareConsequence(t.Context(), r.News.PurposeID, "We cannot tell you of closures any more."); err != nil {
			t.Fatal(err)
		}
		p := r.Member(t, ann, r.News)
		pagestest.WantNoText(t, r.Get(r.ownPath(p)), "closures")
		pagestest.WantText(t, r.press(t, p, "leave", about("list", r.News.ID)), "We cannot tell you of closures any more.")
		q := r.Member(t, "bob@reader.example", r.News)
		path := r.LeavePath(pagestest.Back(r.News, q, 1))
		pagestest.WantNoText(t, r.Get(path), "closures")
		pagestest.WantText(t, r.Post(path, url.Values{"scope": {"list"}}), "We cannot tell you of closures any more.", r.ownPath(q))
	})
}

func TestJoiningFromTheOwnPage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		p := r.Member(t, ann, r.News)
		mark := subscriptions.TextDigest(r.Express.Wording)
		join := func(l subscriptions.List, more ...string) *httptest.ResponseRecorder {
			return r.press(t, p, "join", about("list", l.ID), more...)
		}
		pagestest.WantStatus(t, join(r.Express, "mark", mark), http.StatusUnprocessableEntity) // explicit consent takes a tick
		pagestest.WantStatus(t, join(r.Express, "mark", "0"+mark[1:], "agree", "yes"), http.StatusUnprocessableEntity)
		if r.Mailable(t, ann, r.Express) {
			t.Fatal("joined without the act")
		}
		pagestest.WantText(t, join(r.Express, "mark", mark, "agree", "yes"), "You joined")
		if e := r.last(t, ann); !r.Mailable(t, ann, r.Express) || e.Kind != subscriptions.Confirmed || e.Channel != subscriptions.ByLink || !strings.Contains(string(e.Evidence), "Ticked the empty box") {
			t.Errorf("recorded %+v with %s", e, e.Evidence)
		}
		pagestest.WantStatus(t, join(r.Quiet, "mark", subscriptions.TextDigest(r.Quiet.Wording)), http.StatusNotFound)
		other := r.DeclareProgramme(t, "town", "Town Council")
		pagestest.WantStatus(t, join(other, "mark", subscriptions.TextDigest(other.Wording)), http.StatusNotFound)

		r.press(t, p, "leave", about("list", r.News.ID))
		pagestest.WantText(t, join(r.News, "mark", subscriptions.TextDigest(r.News.Wording)), "Look into your mailbox")
		if r.Mailable(t, ann, r.News) {
			t.Fatal("a link that may have been forwarded undid an opt-out")
		}
		must(r.People.Confirm(t.Context(), r.ConfirmToken(t, ann, r.News), nil))(t)
		if !r.Mailable(t, ann, r.News) {
			t.Error("the mailbox itself could not come back")
		}
	})
}

func TestPausingAndComingBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		p := r.Member(t, ann, r.News)
		r.Member(t, ann, r.Express)
		pagestest.WantText(t, r.press(t, p, "pause", about("list", r.News.ID), "months", "1"), "Paused until 25 December 2026", "Nothing is sent before 25 December 2026", "End the pause")
		if r.Mailable(t, ann, r.News) || !r.Mailable(t, ann, r.Express) {
			t.Error("the pause reaches too far, or not far enough")
		}
		pagestest.WantText(t, r.press(t, p, "resume", about("list", r.News.ID)), "The pause has ended")
		if !r.Mailable(t, ann, r.News) {
			t.Error("the pause has not ended")
		}
		for _, bad := range []string{"2026-11-25", "2026-11-24", "2027-11-26", "soon", ""} {
			pagestest.WantStatus(t, r.press(t, p, "pause", "all", "until", bad), http.StatusUnprocessableEntity)
		}
		pagestest.WantStatus(t, r.press(t, p, "pause", about("owner", r.Programme.ID), "until", "2027-01-31"), http.StatusOK)
		if r.Mailable(t, ann, r.News) || r.Mailable(t, ann, r.Express) {
			t.Error("not everything is paused")
		}
		r.Clock.Advance(68 * 24 * time.Hour) // 1 February
		if !r.Mailable(t, ann, r.News) {
			t.Error("the pause outlives its end")
		}
	})
}

func TestObjectingToMarketingActsAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		p := r.Member(t, ann, r.News)
		pagestest.WantText(t, r.press(t, p, "object", about("owner", r.Programme.ID)), "No more marketing")
		if r.Mailable(t, ann, r.News) || r.last(t, ann).Reason != subscriptions.Objected {
			t.Errorf("recorded %+v", r.last(t, ann))
		}
	})
}

func TestLanguageAndProfiling(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		p := r.Member(t, ann, r.News)
		pagestest.WantText(t, r.press(t, p, "language", "", "language", "cy"), `<html lang="cy">`, "Wedi&#39;i gadw")
		if got := r.Find(t, ann).Language; got != "cy" {
			t.Errorf("language %q", got)
		}
		pagestest.WantText(t, r.Get(r.ownPath(p)), "Eich dewisiadau e-bost")
		pagestest.WantText(t, r.Get(r.ownPath(p)+"?lang=en"), "Your email preferences")
		pagestest.WantStatus(t, r.press(t, p, "language", "", "language", "xx"), http.StatusUnprocessableEntity)
		r.press(t, p, "no-profiling", "")
		if subscriptions.Fold(r.Ledger(t, ann)).ProfilingRefusedBy == 0 {
			t.Error("not refused")
		}
		r.press(t, p, "profiling", "")
		if subscriptions.Fold(r.Ledger(t, ann)).ProfilingRefusedBy != 0 {
			t.Error("not allowed again")
		}
	})
}

func TestALinkForOneThingOpensNoOther(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		p := r.Member(t, ann, r.News)
		keys := r.Composer.Keys
		for _, use := range []token.Use{token.Confirm, token.Unsubscribe, token.Letter, token.Case, token.Visit, token.Inside, token.Move} {
			pagestest.WantStatus(t, r.Get("/p/"+keys.Sign(use, p.ID)), http.StatusNotFound)
		}
		for _, use := range []token.Use{token.Preferences, token.Inside, token.Letter} {
			pagestest.WantStatus(t, r.Get("/v/"+keys.Sign(use, 1)), http.StatusNotFound)
			pagestest.WantStatus(t, r.Get("/x/"+keys.Sign(use, 1, 1)), http.StatusNotFound)
			pagestest.WantStatus(t, r.Post("/record", url.Values{"key": {keys.Sign(token.Visit, 1)}, "do": {"download"}}), http.StatusNotFound)
		}
		pagestest.WantStatus(t, r.Get("/p/"+keys.Sign(token.Preferences, 99)), http.StatusNotFound)
		pagestest.WantStatus(t, r.Post("/p/nothing", url.Values{"do": {"leave"}, "about": {"all"}}), http.StatusNotFound)
	})
}

// visit asks for a visit and opens it. It returns the page and the key of its forms.
func (r rig) visit(t *testing.T, p subscriptions.Subscriber, id int64) (page *httptest.ResponseRecorder, key string) {
	t.Helper()
	pagestest.WantText(t, r.press(t, p, "visit", ""), "Look into your mailbox")
	path := "/v/" + r.Composer.Keys.Sign(token.Visit, id)
	pagestest.WantText(t, r.Get(path), "Open my record")
	page = r.Post(path, url.Values{})
	pagestest.WantStatus(t, page, http.StatusOK)
	return page, r.Composer.Keys.Sign(token.Inside, id)
}

func TestTheOwnRecordTakesALinkThatWasMailed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		p := r.Member(t, ann, r.News)
		r.SendCampaign(t, r.News)
		page, key := r.visit(t, p, 1)
		pagestest.WantText(t, page, ann, "Monthly update", "You confirmed", "Yes, send me Monthly update by email", "What is new", key)
		pagestest.WantStatus(t, r.Post("/v/"+r.Composer.Keys.Sign(token.Visit, 1), url.Values{}), http.StatusGone) // it opens once
		w := r.Post("/record", url.Values{"key": {key}, "do": {"download"}})
		pagestest.WantStatus(t, w, http.StatusOK)
		pagestest.WantText(t, w, `"address": "ann@reader.example"`, `"subject": "What is new"`, `"kind": "confirmed"`)
		if got := w.Header().Get("Content-Disposition"); !strings.HasPrefix(got, "attachment") || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("headers %v", w.Header())
		}
		r.Clock.Advance(31 * time.Minute)
		pagestest.WantStatus(t, r.Post("/record", url.Values{"key": {key}, "do": {"download"}}), http.StatusGone)
		r.press(t, p, "visit", "")
		r.Clock.Advance(16 * time.Minute)
		pagestest.WantStatus(t, r.Get("/v/"+r.Composer.Keys.Sign(token.Visit, 2)), http.StatusGone)
		pagestest.WantStatus(t, r.Post("/record", url.Values{"key": {r.Composer.Keys.Sign(token.Inside, 2)}, "do": {"download"}}), http.StatusGone) // never opened
	})
}

func TestCorrectingDetails(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		declare := func(a subscriptions.Attribute) {
			a.ProgrammeID = r.Programme.ID
			must(r.People.CreateAttribute(t.Context(), a))(t)
		}
		declare(subscriptions.Attribute{Name: "town", Label: "Town", Type: subscriptions.TextAttribute, SelfService: true})
		declare(subscriptions.Attribute{Name: "berths", Label: "Berths", Type: subscriptions.NumberAttribute, SelfService: true})
		declare(subscriptions.Attribute{Name: "topics", Label: "Topics", Type: subscriptions.ManyAttribute, Choices: []string{"tides", "works"}, SelfService: true})
		declare(subscriptions.Attribute{Name: "region", Label: "Region", Type: subscriptions.ChoiceAttribute, Choices: []string{"North", "South"}, SelfService: true})
		declare(subscriptions.Attribute{Name: "score", Label: "Score", Type: subscriptions.NumberAttribute})
		p := r.Member(t, ann, r.News)
		page, key := r.visit(t, p, 1)
		pagestest.WantText(t, page, "Town", "Berths", "Topics")
		pagestest.WantNoText(t, page, "attribute.harbour.score")
		send := func(form url.Values) *httptest.ResponseRecorder {
			form.Set("key", key)
			form.Set("do", "details")
			return r.Post("/record", form)
		}
		pagestest.WantText(t, send(url.Values{"name": {"Ann Lee"}, "attribute.harbour.town": {"Porthaven"}, "attribute.harbour.berths": {"many"}, "attribute.harbour.topics": {""}}), "Berths: Enter a number", `value="many"`)
		pagestest.WantText(t, send(url.Values{"name": {"Ann Lee"}, "attribute.harbour.town": {"Porthaven"}, "attribute.harbour.berths": {"2"}, "attribute.harbour.topics": {"", "tides"}, "attribute.harbour.region": {"", "South"},
			"attribute.harbour.score": {"100"}, "attribute.ferry.town": {"x"}}), "Saved")
		now := r.Find(t, ann)
		if now.Name != "Ann Lee" || now.Attributes.Text("harbour", "town") != "Porthaven" || now.Attributes.Text("harbour", "berths") != "2" || now.Attributes.Text("harbour", "topics") != "tides" {
			t.Errorf("kept %q, %v", now.Name, now.Attributes)
		}
		if now.Attributes.Text("harbour", "score") != "" || now.Attributes["ferry"] != nil {
			t.Error("more than is theirs to correct was taken")
		}
		if now.Attributes.Text("harbour", "region") != "South" {
			t.Errorf("the region is %q", now.Attributes.Text("harbour", "region"))
		}
		// What was chosen once can be taken back: a button among the choices says nothing.
		back := regexp.MustCompile(`name="attribute.harbour.region" type="radio" value=""( checked)?`)
		if again := back.FindStringSubmatch(send(url.Values{"name": {"Ann Lee"}, "attribute.harbour.region": {"", "South"}}).Body.String()); again == nil || again[1] != "" {
			t.Errorf("the way back to no answer: %q", again)
		}
		if kept := back.FindStringSubmatch(send(url.Values{"name": {"Ann Lee"}, "attribute.harbour.region": {"", ""}}).Body.String()); kept == nil || kept[1] == "" {
			t.Errorf("after no answer: %q", kept)
		}
		send(url.Values{"name": {""}, "attribute.harbour.town": {""}})
		if now = r.Find(t, ann); now.Name != "" || now.Attributes.Text("harbour", "town") != "" || now.Attributes.Text("harbour", "berths") != "2" {
			t.Errorf("kept %q, %v", now.Name, now.Attributes)
		}
	})
}

func TestBothMailboxesChangeAnAddress(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		const next = "ann@new.example"
		p := r.Member(t, ann, r.News)
		_, key := r.visit(t, p, 1)
		ask := func(to string) *httptest.ResponseRecorder {
			return r.Post("/record", url.Values{"key": {key}, "do": {"address"}, "email": {to}})
		}
		pagestest.WantStatus(t, ask("nonsense"), http.StatusUnprocessableEntity)
		pagestest.WantStatus(t, ask(ann), http.StatusUnprocessableEntity)
		r.Member(t, "known@reader.example", r.Express)
		known, unknown := ask("known@reader.example"), ask(next)
		if known.Code != unknown.Code || known.Body.String() != unknown.Body.String() {
			t.Error("the page tells whether an address is known")
		}
		side := func(id int64, s subscriptions.Side) string {
			return "/x/" + r.Composer.Keys.Sign(token.Move, id, int64(s))
		}
		pagestest.WantStatus(t, r.Get(side(1, subscriptions.OldMailbox)), http.StatusGone) // the second asking made the first void
		pagestest.WantText(t, r.Get(side(2, subscriptions.OldMailbox)), "Send your emails to another address?", "a***@n***.example")
		pagestest.WantText(t, r.Post(side(2, subscriptions.OldMailbox), url.Values{"do": {"agree"}}), "One of two")
		if !r.Mailable(t, ann, r.News) {
			t.Fatal("one mailbox alone changed something")
		}
		pagestest.WantText(t, r.Post(side(2, subscriptions.NewMailbox), url.Values{"do": {"agree"}}), "Your address is changed")
		if r.Mailable(t, ann, r.News) || !r.Mailable(t, next, r.News) {
			t.Error("the address has not changed")
		}
		moved := must(r.DB.SubscriberByKey(t.Context(), r.Composer.Keys.AddressKey(address.Must(next))))(t)
		pagestest.WantText(t, r.Get(side(2, subscriptions.NewMailbox)), "Your address is changed", r.ownPath(moved))
		pagestest.WantNoText(t, r.Get(side(2, subscriptions.OldMailbox)), "/p/")
		pagestest.WantText(t, r.Get(r.ownPath(p)), "You changed this address")
	})
}

func TestEitherMailboxStopsAChangeOfAddress(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		p := r.Member(t, ann, r.News)
		_, key := r.visit(t, p, 1)
		r.Post("/record", url.Values{"key": {key}, "do": {"address"}, "email": {"ann@new.example"}})
		side := func(s subscriptions.Side) string { return "/x/" + r.Composer.Keys.Sign(token.Move, 1, int64(s)) }
		pagestest.WantText(t, r.Post(side(subscriptions.NewMailbox), url.Values{"do": {"refuse"}}), "Nothing is changed")
		pagestest.WantStatus(t, r.Post(side(subscriptions.OldMailbox), url.Values{"do": {"agree"}}), http.StatusGone)
		if !r.Mailable(t, ann, r.News) {
			t.Error("something was changed")
		}
	})
}

func TestLeavingFromTheOwnPageStandsBeforeEveryLimit(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		p := r.Member(t, ann, r.News)
		limited := false
		for range 40 {
			limited = limited || r.press(t, p, "profiling", "").Code == http.StatusTooManyRequests
		}
		if !limited {
			t.Error("no limit on what is not leaving")
		}
		pagestest.WantStatus(t, r.press(t, p, "leave", about("list", r.News.ID)), http.StatusOK)
		if r.Mailable(t, ann, r.News) {
			t.Error("not left")
		}
	})
}
