package site_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"assent/subscriptions"
)

// lasting gives the purpose of the monthly list a term of a year.
func (r *rig) lasting(t *testing.T) *subscriptions.Editor {
	t.Helper()
	e := &subscriptions.Editor{Store: r.db, Catalogue: r.db, Now: r.clock.Now}
	must(e.Purpose(t.Context(), r.news.PurposeID, func(u *subscriptions.Purpose) { u.Term = 365 * 24 * time.Hour }))(t)
	return e
}

// question is the path of the link in the mail that asks whether a list is still wanted.
func (r *rig) question(t *testing.T, addr string) string {
	t.Helper()
	st := subscriptions.Fold(r.ledger(t, addr)).Lists[r.news.ID]
	q := subscriptions.Renewal{SubscriberID: r.find(t, addr).ID, ListID: r.news.ID, Permission: st.Seq}
	return "/r/" + r.people.RenewalToken(q, r.clock.Now(), st.ExpiresAt)
}

var formMark = regexp.MustCompile(`name="form" value="([0-9a-f]+)"`)

func TestOnlyAButtonRenewsOrStops(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		r.lasting(t)
		r.member(t, "ann@reader.example", r.news)
		r.member(t, "bob@reader.example", r.news)
		ann, bob := r.question(t, "ann@reader.example"), r.question(t, "bob@reader.example")
		r.clock.Advance(340 * 24 * time.Hour)
		w := r.get(ann)
		wantStatus(t, w, http.StatusOK)
		wantText(t, w, r.news.Wording, "a***@r***.example", "Yes, keep sending", "No, stop", "25 November 2026", "25 November 2027")
		wantText(t, r.get(ann+"?lang=cy"), "Ydw, daliwch i anfon")
		wantStatus(t, r.post(ann, url.Values{"answer": {"perhaps"}}), http.StatusUnprocessableEntity)
		wantStatus(t, r.post(ann, url.Values{"answer": {"yes"}, "form": {"0000"}}), http.StatusUnprocessableEntity)
		if n := len(r.ledger(t, "ann@reader.example")); n != 2 {
			t.Fatalf("looking at the page left %d events", n)
		}
		mark := formMark.FindStringSubmatch(w.Body.String())[1]
		for range 2 { // twice is once
			w := r.post(ann, url.Values{"answer": {"yes"}, "form": {mark}})
			wantStatus(t, w, http.StatusOK)
			wantText(t, w, "You stay on the list", "30 October 2028")
		}
		if n := len(r.ledger(t, "ann@reader.example")); n != 3 {
			t.Errorf("a yes said twice left %d events", n)
		}
		w = r.post(bob, url.Values{"answer": {"no"}})
		wantStatus(t, w, http.StatusOK)
		if r.mailable(t, "bob@reader.example", r.news) {
			t.Error("after his no bob may be mailed")
		}
		wantStatus(t, r.get(bob), http.StatusGone)
		wantStatus(t, r.get("/r/nothing"), http.StatusNotFound)
	})
}

func TestAProgrammeThatHasEndedClosesItsPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		editor := r.lasting(t)
		r.member(t, "ann@reader.example", r.news)
		renew := r.question(t, "ann@reader.example")
		must(editor.EndProgramme(t.Context(), r.programme.ID, r.clock.Now().Add(time.Hour)))(t)
		r.clock.Advance(time.Hour - time.Second)
		wantStatus(t, r.get("/l/monthly"), http.StatusOK)
		r.clock.Advance(time.Second)
		for _, path := range []string{"/l/monthly", "/join/harbour", renew} {
			w := r.get(path)
			wantStatus(t, w, http.StatusGone)
			wantText(t, w, "This list has closed")
		}
		wantText(t, r.get("/l/monthly?lang=cy"), "Mae'r rhestr hon wedi cau")
		wantStatus(t, r.post("/l/monthly", url.Values{"email": {"bob@reader.example"}}), http.StatusGone)
		wantNoText(t, r.get("/"), "Monthly update")
	})
}

func TestEachListOfAProgrammeHasABoxOfItsOwnAndBecomesARequestOfItsOwn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		w := r.get("/join/harbour")
		wantStatus(t, w, http.StatusOK)
		wantText(t, w, r.news.Wording, r.express.Wording)
		wantNoText(t, w, " checked", "Board papers")
		boxes := regexp.MustCompile(`name="list" type="checkbox" value="([^"]+)"`).FindAllStringSubmatch(w.Body.String(), -1)
		if len(boxes) != 2 {
			t.Fatalf("%d boxes", len(boxes))
		}
		none := r.post("/join/harbour", url.Values{"email": {"ann@reader.example"}})
		wantStatus(t, none, http.StatusUnprocessableEntity)
		wantText(t, none, "Tick the box beside each list that you want")
		wantStatus(t, r.post("/join/harbour", url.Values{"email": {"ann@reader.example"}, "list": {"1.0000"}}), http.StatusUnprocessableEntity)
		if n := len(r.ledger(t, "ann@reader.example")); n != 0 {
			t.Fatalf("what was refused left %d events", n)
		}
		wantStatus(t, r.post("/join/harbour", url.Values{"email": {"ann@reader.example"}, "list": {boxes[0][1]}}), http.StatusOK)
		one := r.ledger(t, "ann@reader.example")
		if len(one) != 1 || one[0].Scope.ListID != r.news.ID {
			t.Fatalf("one box of two left %+v", one)
		}
		wantStatus(t, r.post("/join/harbour", url.Values{"email": {"bob@reader.example"}, "list": {boxes[0][1], boxes[1][1]}}), http.StatusOK)
		two := r.ledger(t, "bob@reader.example")
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
	each(t, func(t *testing.T, r *rig) {
		editor := &subscriptions.Editor{Store: r.db, Catalogue: r.db, Now: r.clock.Now}
		wantNoText(t, r.get("/l/monthly"), "How old are you")
		must(editor.List(t.Context(), r.news.ID, func(l *subscriptions.List) { l.AskAge = true }))(t)
		form := url.Values{"email": {"tim@reader.example"}}
		wantText(t, r.get("/l/monthly"), "How old are you?")
		wantNoText(t, r.get("/l/monthly"), "13", "guardian")
		wantText(t, r.post("/l/monthly", form), "Enter your age in years")
		form.Set("age", "11")
		w := r.post("/l/monthly", form)
		wantStatus(t, w, http.StatusUnprocessableEntity)
		wantText(t, w, "Your parent or guardian", "Enter the name of your parent or guardian", `value="11"`)
		form.Set("guardian_name", "Carys Lee")
		form.Set("guardian_relation", "mother")
		form.Set("guardian_address", "tim@reader.example")
		wantText(t, r.post("/l/monthly", form), "Enter their own email address, not yours")
		form.Set("guardian_address", "carys@reader.example")
		wantStatus(t, r.post("/l/monthly", form), http.StatusOK)
		request := r.ledger(t, "tim@reader.example")[0]
		if to := subscriptions.Confirmer(r.find(t, "tim@reader.example"), request); to.String() != "carys@reader.example" {
			t.Errorf("%v is asked to confirm", to)
		}
		wantStatus(t, r.post("/l/monthly", url.Values{"email": {"ann@reader.example"}, "age": {"34"}}), http.StatusOK)
		if ev := string(r.ledger(t, "ann@reader.example")[0].Evidence); !strings.Contains(ev, "13 or over") || strings.Contains(ev, "34") {
			t.Errorf("of a grown-up is kept %s", ev)
		}
	})
}
