package site_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"assent/internal/pages/pagestest"
	"assent/mailer"
	"assent/subscriptions"
)

func TestOnlyTheButtonConfirms(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		path := "/c/" + r.Request(t, "ann@reader.example", r.News)
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodGet} {
			w := r.Ask(method, path, nil)
			pagestest.WantStatus(t, w, http.StatusOK)
		}
		pagestest.WantText(t, r.Get(path), r.News.Wording, "a***@r***.example", `action="`+path+`"`)
		if r.Mailable(t, "ann@reader.example", r.News) {
			t.Fatal("looking at the page confirmed")
		}
		for range 2 { // twice is once
			w := r.Post(path, nil)
			pagestest.WantStatus(t, w, http.StatusOK)
			pagestest.WantText(t, w, "You are on the list", pagestest.BaseURL+"/u/")
		}
		if !r.Mailable(t, "ann@reader.example", r.News) {
			t.Error("the button did not confirm")
		}
		if n := len(r.Ledger(t, "ann@reader.example")); n != 2 {
			t.Errorf("%d events", n)
		}
	})
}

func TestALinkInAWelshLetterOpensAWelshPage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		pagestest.WantStatus(t, r.Post("/l/monthly?lang=cy", url.Values{"email": {"nia@reader.example"}}), http.StatusOK)
		path := "/c/" + r.ConfirmToken(t, "nia@reader.example", r.News)
		pagestest.WantText(t, r.Get(path), `<html lang="cy">`, `action="`+path+`?lang=cy"`)
		pagestest.WantText(t, r.Get(path+"?lang=en"), `<html lang="en">`, `action="`+path+`?lang=en"`)
		pagestest.WantText(t, r.Post(path, nil), `<html lang="cy">`)
		r.lasting(t)
		pagestest.WantText(t, r.Get(r.question(t, "nia@reader.example")), `<html lang="cy">`, `?lang=cy"`)
		no := r.Post(r.question(t, "nia@reader.example"), url.Values{"answer": {"no"}})
		pagestest.WantText(t, no, `<html lang="cy">`)
	})
}

func TestTheWayOutOfTheConfirmedPageWorks(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		w := r.Post("/c/"+r.Request(t, "ann@reader.example", r.News), nil)
		_, rest, _ := strings.Cut(w.Body.String(), `href="`+pagestest.BaseURL+`/u/`)
		token, _, _ := strings.Cut(rest, `"`)
		pagestest.WantStatus(t, r.Get("/u/"+token), http.StatusOK)
		pagestest.WantStatus(t, r.Ask(http.MethodPost, "/u/"+token, nil), http.StatusOK)
		if r.Mailable(t, "ann@reader.example", r.News) {
			t.Error("still mailable")
		}
	})
}

func TestLinksThatDoNotConfirm(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		good := r.Request(t, "ann@reader.example", r.News)
		for _, token := range []string{"x", good[:len(good)-1], good + "a", strings.Repeat("a", 5000), "%00", strings.TrimPrefix(r.LeavePath(mailer.Back{ListID: 1, SubscriberID: 1}), "/u/")} {
			for _, w := range []string{http.MethodGet, http.MethodPost} {
				got := r.Ask(w, "/c/"+token, nil)
				pagestest.WantStatus(t, got, http.StatusNotFound)
				pagestest.WantText(t, got, "This link does not work")
			}
		}

		gone := r.Request(t, "bob@reader.example", r.News)
		must(r.People.Withdraw(t.Context(), subscriptions.Withdrawal{
			SubscriberID: r.Find(t, "bob@reader.example").ID, Scope: subscriptions.ListScope(r.News), Channel: subscriptions.ByLink, Actor: "subscriber",
		}))(t)
		pagestest.WantStatus(t, r.Get("/c/"+gone), http.StatusGone)
		w := r.Post("/c/"+gone, nil)
		pagestest.WantStatus(t, w, http.StatusGone)
		pagestest.WantText(t, w, `href="/l/monthly"`)

		r.Clock.Advance(subscriptions.ConfirmWithin + time.Hour)
		pagestest.WantStatus(t, r.Get("/c/"+good), http.StatusGone)
		pagestest.WantStatus(t, r.Post("/c/"+good, nil), http.StatusGone)
		if r.Mailable(t, "ann@reader.example", r.News) || r.Mailable(t, "bob@reader.example", r.News) {
			t.Error("a link that does not work confirmed")
		}
	})
}
