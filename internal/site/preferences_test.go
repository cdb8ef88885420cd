package site_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/auth"
	"assent/internal/token"
	"assent/subscriptions"
)

// ownPath is the path of a person's preference page.
func (r *rig) ownPath(p subscriptions.Subscriber) string {
	return strings.TrimPrefix(r.composer.Ways.PreferencesURL(r.composer.Keys, p.ID), r.composer.Ways.BaseURL)
}

// press presses a button of a person's own page.
func (r *rig) press(t *testing.T, p subscriptions.Subscriber, do, about string, more ...string) *httptest.ResponseRecorder {
	t.Helper()
	form := url.Values{"do": {do}, "about": {about}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return r.post(r.ownPath(p), form)
}

func about(kind string, id int64) string {
	return kind + ":" + subscriptions.Scope{Reach: subscriptions.OneList, ListID: id}.String()[len("list "):]
}

func (r *rig) last(t *testing.T, addr string) subscriptions.Event {
	t.Helper()
	events := r.ledger(t, addr)
	return events[len(events)-1]
}

const ann = "ann@reader.example"

func TestTheOwnPageShowsEveryListAndNothingPrivate(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		p := r.member(t, ann, r.news)
		r.request(t, ann, r.express)
		before := len(r.ledger(t, ann))
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			wantStatus(t, r.ask(method, r.ownPath(p), nil), http.StatusOK)
		}
		w := r.get(r.ownPath(p))
		wantText(t, w, "Monthly update", "On the list", "You agreed on", "25 November 2026", "Yes, send me Monthly update by email", "/notices/harbour/1",
			"Harbour health", "Waiting for your confirmation", "a***@r***.example")
		wantNoText(t, w, ann, "Board papers", " checked")
		if got := w.Header(); got.Get("Cache-Control") != "no-store" || got.Get("Referrer-Policy") != "no-referrer" || got.Get("Set-Cookie") != "" {
			t.Errorf("headers %v", got)
		}
		if len(r.ledger(t, ann)) != before {
			t.Error("looking changed something")
		}
		wantText(t, r.get(r.ownPath(p)+"?lang=cy"), "Eich dewisiadau e-bost", "Gadael")
		if strings.Contains(r.log.String(), strings.TrimPrefix(r.ownPath(p), "/p/")) {
			t.Error("a token is in the log")
		}
	})
}

func TestOneButtonLeavesAndNoReasonIsNeeded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		town := r.declareProgramme(t, "town", "Town Council")
		second := r.declareProgramme(t, "ferry", "Harbour Board")
		for _, c := range []struct {
			name, addr  string
			about       string
			left, stays []subscriptions.List
		}{
			{"one list", "one@reader.example", about("list", r.news.ID), []subscriptions.List{r.news}, []subscriptions.List{r.express, second, town}},
			{"a purpose", "two@reader.example", about("purpose", r.news.PurposeID), []subscriptions.List{r.news}, []subscriptions.List{r.express, second, town}},
			{"everything of the owner, over its programmes", "three@reader.example", about("owner", r.programme.ID), []subscriptions.List{r.news, r.express, second}, []subscriptions.List{town}},
			{"everything", "four@reader.example", "all", []subscriptions.List{r.news, r.express, second, town}, nil},
		} {
			t.Run(c.name, func(t *testing.T) {
				for _, l := range append(c.left, c.stays...) {
					r.member(t, c.addr, l)
				}
				p := r.find(t, c.addr)
				for range 2 {
					w := r.press(t, p, "leave", c.about)
					wantStatus(t, w, http.StatusOK)
					wantText(t, w, "You left", "Replies to requests that you have made", "Only if you like")
				}
				for _, l := range c.left {
					if r.mailable(t, c.addr, l) {
						t.Errorf("still mailable on %s", l.Slug)
					}
				}
				for _, l := range c.stays {
					if !r.mailable(t, c.addr, l) {
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
	each(t, func(t *testing.T, r *rig) {
		p := r.member(t, ann, r.news)
		r.press(t, p, "leave", about("list", r.news.ID))
		before := len(r.ledger(t, ann))
		wantText(t, r.press(t, p, "reason", about("list", r.news.ID), "reason", "too-many", "words", "Twice a week is too much."), "Thank you")
		wantStatus(t, r.press(t, p, "reason", about("list", r.news.ID), "reason", "a reason of my own"), http.StatusUnprocessableEntity)
		wantText(t, r.press(t, p, "reason", about("list", r.news.ID)), "Thank you") // nothing is a reason too
		counts := must(r.db.LeavingReasons(t.Context(), r.programme.ID))(t)
		remarks := must(r.db.LeavingRemarks(t.Context(), r.programme.ID, 0, 10))(t)
		if len(counts) != 1 || counts[0].People != 1 || counts[0].Reason != "too-many" || counts[0].ListID != r.news.ID || counts[0].Month != "2026-11" {
			t.Errorf("counted %+v", counts)
		}
		if len(remarks) != 1 || remarks[0].Words != "Twice a week is too much." {
			t.Errorf("kept %+v", remarks)
		}
		if len(r.ledger(t, ann)) != before {
			t.Error("the reason is in the ledger")
		}
	})
}

func TestWhatEndsWithAWithdrawalIsToldAfterIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		own := subscriptions.Preferences{Service: r.people, Kept: r.db, Trail: r.db}
		if err := own.DeclareConsequence(t.Context(), r.news.PurposeID, "We cannot tell you of closures any more."); err != nil {
			t.Fatal(err)
		}
		p := r.member(t, ann, r.news)
		wantNoText(t, r.get(r.ownPath(p)), "closures")
		wantText(t, r.press(t, p, "leave", about("list", r.news.ID)), "We cannot tell you of closures any more.")
		q := r.member(t, "bob@reader.example", r.news)
		path := r.leavePath(back(r.news, q, 1))
		wantNoText(t, r.get(path), "closures")
		wantText(t, r.post(path, url.Values{"scope": {"list"}}), "We cannot tell you of closures any more.", r.ownPath(q))
	})
}

func TestJoiningFromTheOwnPage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		p := r.member(t, ann, r.news)
		mark := subscriptions.TextDigest(r.express.Wording)
		join := func(l subscriptions.List, more ...string) *httptest.ResponseRecorder {
			return r.press(t, p, "join", about("list", l.ID), more...)
		}
		wantStatus(t, join(r.express, "mark", mark), http.StatusUnprocessableEntity) // explicit consent takes a tick
		wantStatus(t, join(r.express, "mark", "0"+mark[1:], "agree", "yes"), http.StatusUnprocessableEntity)
		if r.mailable(t, ann, r.express) {
			t.Fatal("joined without the act")
		}
		wantText(t, join(r.express, "mark", mark, "agree", "yes"), "You joined")
		if e := r.last(t, ann); !r.mailable(t, ann, r.express) || e.Kind != subscriptions.Confirmed || e.Channel != subscriptions.ByLink || !strings.Contains(string(e.Evidence), "Ticked the empty box") {
			t.Errorf("recorded %+v with %s", e, e.Evidence)
		}
		wantStatus(t, join(r.quiet, "mark", subscriptions.TextDigest(r.quiet.Wording)), http.StatusNotFound)
		other := r.declareProgramme(t, "town", "Town Council")
		wantStatus(t, join(other, "mark", subscriptions.TextDigest(other.Wording)), http.StatusNotFound)

		r.press(t, p, "leave", about("list", r.news.ID))
		wantText(t, join(r.news, "mark", subscriptions.TextDigest(r.news.Wording)), "Look into your mailbox")
		if r.mailable(t, ann, r.news) {
			t.Fatal("a link that may have been forwarded undid an opt-out")
		}
		must(r.people.Confirm(t.Context(), r.confirmToken(t, ann, r.news), nil))(t)
		if !r.mailable(t, ann, r.news) {
			t.Error("the mailbox itself could not come back")
		}
	})
}

func TestPausingAndComingBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		p := r.member(t, ann, r.news)
		r.member(t, ann, r.express)
		wantText(t, r.press(t, p, "pause", about("list", r.news.ID), "months", "1"), "Paused until 25 December 2026", "Nothing is sent before 25 December 2026", "End the pause")
		if r.mailable(t, ann, r.news) || !r.mailable(t, ann, r.express) {
			t.Error("the pause reaches too far, or not far enough")
		}
		wantText(t, r.press(t, p, "resume", about("list", r.news.ID)), "The pause has ended")
		if !r.mailable(t, ann, r.news) {
			t.Error("the pause has not ended")
		}
		for _, bad := range []string{"2026-11-25", "2026-11-24", "2027-11-26", "soon", ""} {
			wantStatus(t, r.press(t, p, "pause", "all", "until", bad), http.StatusUnprocessableEntity)
		}
		wantStatus(t, r.press(t, p, "pause", about("owner", r.programme.ID), "until", "2027-01-31"), http.StatusOK)
		if r.mailable(t, ann, r.news) || r.mailable(t, ann, r.express) {
			t.Error("not everything is paused")
		}
		r.clock.Advance(68 * 24 * time.Hour) // 1 February
		if !r.mailable(t, ann, r.news) {
			t.Error("the pause outlives its end")
		}
	})
}

func TestObjectingToMarketingActsAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		p := r.member(t, ann, r.news)
		wantText(t, r.press(t, p, "object", about("owner", r.programme.ID)), "No more marketing")
		if r.mailable(t, ann, r.news) || r.last(t, ann).Reason != subscriptions.Objected {
			t.Errorf("recorded %+v", r.last(t, ann))
		}
	})
}

func TestLanguageAndProfiling(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		p := r.member(t, ann, r.news)
		wantText(t, r.press(t, p, "language", "", "language", "cy"), `<html lang="cy">`, "Wedi&#39;i gadw")
		if got := r.find(t, ann).Language; got != "cy" {
			t.Errorf("language %q", got)
		}
		wantText(t, r.get(r.ownPath(p)), "Eich dewisiadau e-bost")
		wantText(t, r.get(r.ownPath(p)+"?lang=en"), "Your email preferences")
		wantStatus(t, r.press(t, p, "language", "", "language", "xx"), http.StatusUnprocessableEntity)
		r.press(t, p, "no-profiling", "")
		if subscriptions.Fold(r.ledger(t, ann)).ProfilingRefusedBy == 0 {
			t.Error("not refused")
		}
		r.press(t, p, "profiling", "")
		if subscriptions.Fold(r.ledger(t, ann)).ProfilingRefusedBy != 0 {
			t.Error("not allowed again")
		}
	})
}

func TestALinkForOneThingOpensNoOther(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		p := r.member(t, ann, r.news)
		keys := r.composer.Keys
		for _, use := range []token.Use{token.Confirm, token.Unsubscribe, token.Letter, token.Case, token.Visit, token.Inside, token.Move} {
			wantStatus(t, r.get("/p/"+keys.Sign(use, p.ID)), http.StatusNotFound)
		}
		for _, use := range []token.Use{token.Preferences, token.Inside, token.Letter} {
			wantStatus(t, r.get("/v/"+keys.Sign(use, 1)), http.StatusNotFound)
			wantStatus(t, r.get("/x/"+keys.Sign(use, 1, 1)), http.StatusNotFound)
			wantStatus(t, r.post("/record", url.Values{"key": {keys.Sign(token.Visit, 1)}, "do": {"download"}}), http.StatusNotFound)
		}
		wantStatus(t, r.get("/p/"+keys.Sign(token.Preferences, 99)), http.StatusNotFound)
		wantStatus(t, r.post("/p/nothing", url.Values{"do": {"leave"}, "about": {"all"}}), http.StatusNotFound)
	})
}

// visit asks for a visit and opens it. It returns the page and the key of its forms.
func (r *rig) visit(t *testing.T, p subscriptions.Subscriber, id int64) (page *httptest.ResponseRecorder, key string) {
	t.Helper()
	wantText(t, r.press(t, p, "visit", ""), "Look into your mailbox")
	path := "/v/" + r.composer.Keys.Sign(token.Visit, id)
	wantText(t, r.get(path), "Open my record")
	page = r.post(path, url.Values{})
	wantStatus(t, page, http.StatusOK)
	return page, r.composer.Keys.Sign(token.Inside, id)
}

func TestTheOwnRecordTakesALinkThatWasMailed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		p := r.member(t, ann, r.news)
		r.sendCampaign(t, r.news)
		page, key := r.visit(t, p, 1)
		wantText(t, page, ann, "Monthly update", "You confirmed", "Yes, send me Monthly update by email", "What is new", key)
		wantStatus(t, r.post("/v/"+r.composer.Keys.Sign(token.Visit, 1), url.Values{}), http.StatusGone) // it opens once
		w := r.post("/record", url.Values{"key": {key}, "do": {"download"}})
		wantStatus(t, w, http.StatusOK)
		wantText(t, w, `"address": "ann@reader.example"`, `"subject": "What is new"`, `"kind": "confirmed"`)
		if got := w.Header().Get("Content-Disposition"); !strings.HasPrefix(got, "attachment") || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("headers %v", w.Header())
		}
		r.clock.Advance(31 * time.Minute)
		wantStatus(t, r.post("/record", url.Values{"key": {key}, "do": {"download"}}), http.StatusGone)
		r.press(t, p, "visit", "")
		r.clock.Advance(16 * time.Minute)
		wantStatus(t, r.get("/v/"+r.composer.Keys.Sign(token.Visit, 2)), http.StatusGone)
		wantStatus(t, r.post("/record", url.Values{"key": {r.composer.Keys.Sign(token.Inside, 2)}, "do": {"download"}}), http.StatusGone) // never opened
	})
}

func TestCorrectingDetails(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		declare := func(a subscriptions.Attribute) {
			a.ProgrammeID = r.programme.ID
			must(r.people.CreateAttribute(t.Context(), a))(t)
		}
		declare(subscriptions.Attribute{Name: "town", Label: "Town", Type: subscriptions.TextAttribute, SelfService: true})
		declare(subscriptions.Attribute{Name: "berths", Label: "Berths", Type: subscriptions.NumberAttribute, SelfService: true})
		declare(subscriptions.Attribute{Name: "topics", Label: "Topics", Type: subscriptions.ManyAttribute, Choices: []string{"tides", "works"}, SelfService: true})
		declare(subscriptions.Attribute{Name: "score", Label: "Score", Type: subscriptions.NumberAttribute})
		p := r.member(t, ann, r.news)
		page, key := r.visit(t, p, 1)
		wantText(t, page, "Town", "Berths", "Topics")
		wantNoText(t, page, "attribute.harbour.score")
		send := func(form url.Values) *httptest.ResponseRecorder {
			form.Set("key", key)
			form.Set("do", "details")
			return r.post("/record", form)
		}
		wantText(t, send(url.Values{"name": {"Ann Lee"}, "attribute.harbour.town": {"Porthaven"}, "attribute.harbour.berths": {"many"}, "attribute.harbour.topics": {""}}), "Berths: Enter a number", `value="many"`)
		wantText(t, send(url.Values{"name": {"Ann Lee"}, "attribute.harbour.town": {"Porthaven"}, "attribute.harbour.berths": {"2"}, "attribute.harbour.topics": {"", "tides"},
			"attribute.harbour.score": {"100"}, "attribute.ferry.town": {"x"}}), "Saved")
		now := r.find(t, ann)
		if now.Name != "Ann Lee" || now.Attributes.Text("harbour", "town") != "Porthaven" || now.Attributes.Text("harbour", "berths") != "2" || now.Attributes.Text("harbour", "topics") != "tides" {
			t.Errorf("kept %q, %v", now.Name, now.Attributes)
		}
		if now.Attributes.Text("harbour", "score") != "" || now.Attributes["ferry"] != nil {
			t.Error("more than is theirs to correct was taken")
		}
		send(url.Values{"name": {""}, "attribute.harbour.town": {""}})
		if now = r.find(t, ann); now.Name != "" || now.Attributes.Text("harbour", "town") != "" || now.Attributes.Text("harbour", "berths") != "2" {
			t.Errorf("kept %q, %v", now.Name, now.Attributes)
		}
	})
}

func TestBothMailboxesChangeAnAddress(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		const next = "ann@new.example"
		p := r.member(t, ann, r.news)
		_, key := r.visit(t, p, 1)
		ask := func(to string) *httptest.ResponseRecorder {
			return r.post("/record", url.Values{"key": {key}, "do": {"address"}, "email": {to}})
		}
		wantStatus(t, ask("nonsense"), http.StatusUnprocessableEntity)
		wantStatus(t, ask(ann), http.StatusUnprocessableEntity)
		r.member(t, "known@reader.example", r.express)
		known, unknown := ask("known@reader.example"), ask(next)
		if known.Code != unknown.Code || known.Body.String() != unknown.Body.String() {
			t.Error("the page tells whether an address is known")
		}
		side := func(id int64, s subscriptions.Side) string {
			return "/x/" + r.composer.Keys.Sign(token.Move, id, int64(s))
		}
		wantStatus(t, r.get(side(1, subscriptions.OldMailbox)), http.StatusGone) // the second asking made the first void
		wantText(t, r.get(side(2, subscriptions.OldMailbox)), "Send your emails to another address?", "a***@n***.example")
		wantText(t, r.post(side(2, subscriptions.OldMailbox), url.Values{"do": {"agree"}}), "One of two")
		if !r.mailable(t, ann, r.news) {
			t.Fatal("one mailbox alone changed something")
		}
		wantText(t, r.post(side(2, subscriptions.NewMailbox), url.Values{"do": {"agree"}}), "Your address is changed")
		if r.mailable(t, ann, r.news) || !r.mailable(t, next, r.news) {
			t.Error("the address has not changed")
		}
		wantText(t, r.get(side(2, subscriptions.NewMailbox)), "Your address is changed")
		wantText(t, r.get(r.ownPath(p)), "You changed this address")
		must(r.db.SubscriberByKey(t.Context(), r.composer.Keys.AddressKey(address.Must(next))))(t)
	})
}

func TestEitherMailboxStopsAChangeOfAddress(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		p := r.member(t, ann, r.news)
		_, key := r.visit(t, p, 1)
		r.post("/record", url.Values{"key": {key}, "do": {"address"}, "email": {"ann@new.example"}})
		side := func(s subscriptions.Side) string { return "/x/" + r.composer.Keys.Sign(token.Move, 1, int64(s)) }
		wantText(t, r.post(side(subscriptions.NewMailbox), url.Values{"do": {"refuse"}}), "Nothing is changed")
		wantStatus(t, r.post(side(subscriptions.OldMailbox), url.Values{"do": {"agree"}}), http.StatusGone)
		if !r.mailable(t, ann, r.news) {
			t.Error("something was changed")
		}
	})
}

func TestLeavingFromTheOwnPageStandsBeforeEveryLimit(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		p := r.member(t, ann, r.news)
		limited := false
		for range 40 {
			limited = limited || r.press(t, p, "profiling", "").Code == http.StatusTooManyRequests
		}
		if !limited {
			t.Error("no limit on what is not leaving")
		}
		wantStatus(t, r.press(t, p, "leave", about("list", r.news.ID)), http.StatusOK)
		if r.mailable(t, ann, r.news) {
			t.Error("not left")
		}
	})
}

func TestStaffRecordAPhonedObjection(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		p := r.member(t, ann, r.news)
		cookie := r.operator(t, auth.Comms)
		path := fmt.Sprintf("/console/people/%d", p.ID)
		wantText(t, r.see(cookie, path), path+"/objection")
		wantText(t, r.see(cookie, path+"/objection"), "Harbour Board", "Do not ask who is speaking")
		send := func(form url.Values) *httptest.ResponseRecorder {
			return r.post(path+"/objection", form, "Cookie", cookie)
		}
		for _, bad := range []url.Values{{"words": {"by phone"}}, {"about": {about("owner", r.programme.ID)}}, {"about": {"owner:99"}, "words": {"by phone"}}} {
			wantStatus(t, send(bad), http.StatusUnprocessableEntity)
		}
		if !r.mailable(t, ann, r.news) {
			t.Fatal("half a form stopped mail")
		}
		wantText(t, send(url.Values{"about": {about("owner", r.programme.ID)}, "words": {"by phone on 3 May"}}), "All marketing of Harbour Board has stopped")
		e := r.last(t, ann)
		if r.mailable(t, ann, r.news) || e.Channel != subscriptions.ByStaff || e.Reason != subscriptions.Objected || !strings.HasPrefix(e.Actor, "user:") || !strings.Contains(string(e.Evidence), "by phone on 3 May") {
			t.Errorf("recorded %+v with %s", e, e.Evidence)
		}
	})
}
