package site_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"assent/mailer"
	"assent/subscriptions"
)

func back(l subscriptions.List, p subscriptions.Subscriber, campaign int64) mailer.Back {
	return mailer.Back{ListID: l.ID, SubscriberID: p.ID, CampaignID: campaign}
}

func TestOnlyTheButtonConfirms(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		path := "/c/" + r.request(t, "ann@reader.example", r.news)
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodGet} {
			w := r.ask(method, path, nil)
			wantStatus(t, w, http.StatusOK)
		}
		wantText(t, r.get(path), r.news.Wording, "a***@r***.example", `action="`+path+`"`)
		if r.mailable(t, "ann@reader.example", r.news) {
			t.Fatal("looking at the page confirmed")
		}
		for range 2 { // twice is once
			w := r.post(path, nil)
			wantStatus(t, w, http.StatusOK)
			wantText(t, w, "You are on the list", baseURL+"/u/")
		}
		if !r.mailable(t, "ann@reader.example", r.news) {
			t.Error("the button did not confirm")
		}
		if n := len(r.ledger(t, "ann@reader.example")); n != 2 {
			t.Errorf("%d events", n)
		}
	})
}

func TestTheWayOutOfTheConfirmedPageWorks(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		w := r.post("/c/"+r.request(t, "ann@reader.example", r.news), nil)
		_, rest, _ := strings.Cut(w.Body.String(), `href="`+baseURL+`/u/`)
		token, _, _ := strings.Cut(rest, `"`)
		wantStatus(t, r.get("/u/"+token), http.StatusOK)
		wantStatus(t, r.ask(http.MethodPost, "/u/"+token, nil), http.StatusOK)
		if r.mailable(t, "ann@reader.example", r.news) {
			t.Error("still mailable")
		}
	})
}

func TestLinksThatDoNotConfirm(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		good := r.request(t, "ann@reader.example", r.news)
		for _, token := range []string{"x", good[:len(good)-1], good + "a", strings.Repeat("a", 5000), "%00", strings.TrimPrefix(r.leavePath(mailer.Back{ListID: 1, SubscriberID: 1}), "/u/")} {
			for _, w := range []string{http.MethodGet, http.MethodPost} {
				got := r.ask(w, "/c/"+token, nil)
				wantStatus(t, got, http.StatusNotFound)
				wantText(t, got, "This link does not work")
			}
		}

		gone := r.request(t, "bob@reader.example", r.news)
		must(r.people.Withdraw(t.Context(), subscriptions.Withdrawal{
			SubscriberID: r.find(t, "bob@reader.example").ID, Scope: subscriptions.ListScope(r.news), Channel: subscriptions.ByLink, Actor: "subscriber",
		}))(t)
		wantStatus(t, r.get("/c/"+gone), http.StatusGone)
		w := r.post("/c/"+gone, nil)
		wantStatus(t, w, http.StatusGone)
		wantText(t, w, `href="/l/monthly"`)

		r.clock.Advance(subscriptions.ConfirmWithin + time.Hour)
		wantStatus(t, r.get("/c/"+good), http.StatusGone)
		wantStatus(t, r.post("/c/"+good, nil), http.StatusGone)
		if r.mailable(t, "ann@reader.example", r.news) || r.mailable(t, "bob@reader.example", r.news) {
			t.Error("a link that does not work confirmed")
		}
	})
}
