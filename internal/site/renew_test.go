package site_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"assent/internal/pages/pagestest"
	"assent/subscriptions"
)

// lasting gives the purpose of the monthly list a term of a year.
func (r rig) lasting(t *testing.T) *subscriptions.Editor {
	t.Helper()
	e := &subscriptions.Editor{Store: r.DB, Catalogue: r.DB, Now: r.Clock.Now}
	must(e.Purpose(t.Context(), r.News.PurposeID, func(u *subscriptions.Purpose) { u.Term = 365 * 24 * time.Hour }))(t)
	return e
}

// question is the path of the link in the mail that asks whether a list is still wanted.
func (r rig) question(t *testing.T, addr string) string {
	t.Helper()
	st := subscriptions.Fold(r.Ledger(t, addr)).Lists[r.News.ID]
	q := subscriptions.Renewal{SubscriberID: r.Find(t, addr).ID, ListID: r.News.ID, Permission: st.Seq}
	return "/r/" + r.People.RenewalToken(q, r.Clock.Now(), st.ExpiresAt)
}

var formMark = regexp.MustCompile(`name="form" value="([0-9a-f]+)"`)

func TestOnlyAButtonRenewsOrStops(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		r.lasting(t)
		r.Member(t, "ann@reader.example", r.News)
		r.Member(t, "bob@reader.example", r.News)
		ann, bob := r.question(t, "ann@reader.example"), r.question(t, "bob@reader.example")
		r.Clock.Advance(340 * 24 * time.Hour)
		w := r.Get(ann)
		pagestest.WantStatus(t, w, http.StatusOK)
		pagestest.WantText(t, w, r.News.Wording, "a***@r***.example", "Yes, keep sending", "No, stop", "25 November 2026", "25 November 2027")
		pagestest.WantText(t, r.Get(ann+"?lang=cy"), "Ydw, daliwch i anfon")
		pagestest.WantStatus(t, r.Post(ann, url.Values{"answer": {"perhaps"}}), http.StatusUnprocessableEntity)
		pagestest.WantStatus(t, r.Post(ann, url.Values{"answer": {"yes"}, "form": {"0000"}}), http.StatusUnprocessableEntity)
		if n := len(r.Ledger(t, "ann@reader.example")); n != 2 {
			t.Fatalf("looking at the page left %d events", n)
		}
		mark := formMark.FindStringSubmatch(w.Body.String())[1]
		for range 2 { // twice is once
			w := r.Post(ann, url.Values{"answer": {"yes"}, "form": {mark}})
			pagestest.WantStatus(t, w, http.StatusOK)
			pagestest.WantText(t, w, "You stay on the list", "30 October 2028")
		}
		if n := len(r.Ledger(t, "ann@reader.example")); n != 3 {
			t.Errorf("a yes said twice left %d events", n)
		}
		w = r.Post(bob, url.Values{"answer": {"no"}})
		pagestest.WantStatus(t, w, http.StatusOK)
		if r.Mailable(t, "bob@reader.example", r.News) {
			t.Error("after his no bob may be mailed")
		}
		pagestest.WantStatus(t, r.Get(bob), http.StatusGone)
		pagestest.WantStatus(t, r.Get("/r/nothing"), http.StatusNotFound)
	})
}

func TestAProgrammeThatHasEndedClosesItsPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		editor := r.lasting(t)
		r.Member(t, "ann@reader.example", r.News)
		renew := r.question(t, "ann@reader.example")
		must(editor.EndProgramme(t.Context(), r.Programme.ID, r.Clock.Now().Add(time.Hour)))(t)
		r.Clock.Advance(time.Hour - time.Second)
		pagestest.WantStatus(t, r.Get("/l/monthly"), http.StatusOK)
		r.Clock.Advance(time.Second)
		for _, path := range []string{"/l/monthly", "/join/harbour", renew} {
			w := r.Get(path)
			pagestest.WantStatus(t, w, http.StatusGone)
			pagestest.WantText(t, w, "This list has closed")
		}
		pagestest.WantText(t, r.Get("/l/monthly?lang=cy"), "Mae'r rhestr hon wedi cau")
		pagestest.WantStatus(t, r.Post("/l/monthly", url.Values{"email": {"bob@reader.example"}}), http.StatusGone)
		pagestest.WantNoText(t, r.Get("/"), "Monthly update")
	})
}

// One address gets only so many requests in a day. Whoever ticks more is told so, and nothing is dropped in silence.
func TestMoreListsThanADayAllowsAreRefusedInClearWords(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		for n := range 5 {
			must(r.People.CreateList(t.Context(), subscriptions.List{
				ProgrammeID: r.Programme.ID, PurposeID: r.News.PurposeID, NoticeID: r.News.NoticeID, Slug: fmt.Sprintf("more-%d", n), Name: fmt.Sprintf("More %d", n),
				Wording: "Send me more.", DoubleOptIn: true, Public: true,
			}))(t)
		}
		var boxes []string
		for _, m := range regexp.MustCompile(`name="list" type="checkbox" value="([^"]+)"`).FindAllStringSubmatch(r.Get("/join/harbour").Body.String(), -1) {
			boxes = append(boxes, m[1])
		}
		w := r.Post("/join/harbour", url.Values{"email": {"ann@reader.example"}, "list": boxes[:6]})
		pagestest.WantStatus(t, w, http.StatusUnprocessableEntity)
		pagestest.WantText(t, w, "Tick at most five lists at a time")
		if n := len(r.Ledger(t, "ann@reader.example")); n != 0 {
			t.Errorf("what was refused left %d events", n)
		}
		w = r.Post("/join/harbour", url.Values{"email": {"ann@reader.example"}, "list": boxes[:5]})
		pagestest.WantStatus(t, w, http.StatusOK)
		pagestest.WantText(t, w, "One address gets at most 5 such emails in a day")
		if n := len(r.Ledger(t, "ann@reader.example")); n != 5 {
			t.Errorf("five boxes left %d events", n)
		}
		pagestest.WantText(t, r.Post("/join/harbour?lang=cy", url.Values{"email": {"bob@reader.example"}, "list": boxes[:6]}), "Ticiwch hyd at bum rhestr")
	})
}

func TestEachListOfAProgrammeHasABoxOfItsOwnAndBecomesARequestOfItsOwn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		w := r.Get("/join/harbour")
		pagestest.WantStatus(t, w, http.StatusOK)
		pagestest.WantText(t, w, r.News.Wording, r.Express.Wording)
		pagestest.WantNoText(t, w, " checked", "Board papers")
		boxes := regexp.MustCompile(`name="list" type="checkbox" value="([^"]+)"`).FindAllStringSubmatch(w.Body.String(), -1)
		if len(boxes) != 2 {
			t.Fatalf("%d boxes", len(boxes))
		}
		none := r.Post("/join/harbour", url.Values{"email": {"ann@reader.example"}})
		pagestest.WantStatus(t, none, http.StatusUnprocessableEntity)
		pagestest.WantText(t, none, "Tick the box beside each list that you want")
		pagestest.WantStatus(t, r.Post("/join/harbour", url.Values{"email": {"ann@reader.example"}, "list": {"1.0000"}}), http.StatusUnprocessableEntity)
		if n := len(r.Ledger(t, "ann@reader.example")); n != 0 {
			t.Fatalf("what was refused left %d events", n)
		}
		pagestest.WantStatus(t, r.Post("/join/harbour", url.Values{"email": {"ann@reader.example"}, "list": {boxes[0][1]}}), http.StatusOK)
		one := r.Ledger(t, "ann@reader.example")
		if len(one) != 1 || one[0].Scope.ListID != r.News.ID {
			t.Fatalf("one box of two left %+v", one)
		}
		pagestest.WantStatus(t, r.Post("/join/harbour", url.Values{"email": {"bob@reader.example"}, "list": {boxes[0][1], boxes[1][1]}}), http.StatusOK)
		two := r.Ledger(t, "bob@reader.example")
		if len(two) != 2 || two[0].Scope == two[1].Scope || two[0].WordingDigest == two[1].WordingDigest {
			t.Errorf("two boxes left %+v", two)
		}
		for _, e := range two {
			if e.Kind != subscriptions.Requested || !strings.Contains(string(e.Evidence), "Ticked the empty box") {
				t.Errorf("the event is %+v with %s", e, e.Evidence)
			}
		}
	})
}

func TestAListThatAsksForTheAgeAsksTheGuardianOfAChild(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		editor := &subscriptions.Editor{Store: r.DB, Catalogue: r.DB, Now: r.Clock.Now}
		pagestest.WantNoText(t, r.Get("/l/monthly"), "How old are you")
		must(editor.List(t.Context(), r.News.ID, func(l *subscriptions.List) { l.AskAge = true }))(t)
		form := url.Values{"email": {"tim@reader.example"}}
		pagestest.WantText(t, r.Get("/l/monthly"), "How old are you?")
		pagestest.WantNoText(t, r.Get("/l/monthly"), "13", "guardian")
		pagestest.WantText(t, r.Post("/l/monthly", form), "Enter your age in years")
		form.Set("age", "11")
		w := r.Post("/l/monthly", form)
		pagestest.WantStatus(t, w, http.StatusUnprocessableEntity)
		pagestest.WantText(t, w, "Your parent or guardian", "Enter the name of your parent or guardian", `value="11"`)
		form.Set("guardian_name", "Carys Lee")
		form.Set("guardian_relation", "mother")
		form.Set("guardian_address", "tim@reader.example")
		pagestest.WantText(t, r.Post("/l/monthly", form), "Enter their own email address, not yours")
		form.Set("guardian_address", "carys@reader.example")
		pagestest.WantStatus(t, r.Post("/l/monthly", form), http.StatusOK)
		request := r.Ledger(t, "tim@reader.example")[0]
		if to := subscriptions.Confirmer(r.Find(t, "tim@reader.example"), request); to.String() != "carys@reader.example" {
			t.Errorf("%v is asked to confirm", to)
		}
		pagestest.WantStatus(t, r.Post("/l/monthly", url.Values{"email": {"ann@reader.example"}, "age": {"34"}}), http.StatusOK)
		if ev := string(r.Ledger(t, "ann@reader.example")[0].Evidence); !strings.Contains(ev, "13 or over") || strings.Contains(ev, "34") {
			t.Errorf("of a grown-up is kept %s", ev)
		}
	})
}
