package site_test

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"assent/internal/address"
	"assent/internal/pages/pagestest"
	"assent/mailer"
	"assent/subscriptions"
)

func TestLookingAtTheUnsubscribeLinkChangesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		p := r.Member(t, "ann@reader.example", r.News)
		path := r.LeavePath(pagestest.Back(r.News, p, 7))
		before := len(r.Ledger(t, "ann@reader.example"))
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			w := r.Ask(method, path, nil)
			pagestest.WantStatus(t, w, http.StatusOK)
		}
		w := r.Get(path)
		pagestest.WantText(t, w, "Monthly update", "a***@r***.example", `value="list"`, `value="all"`, `action="`+path+`"`)
		pagestest.WantNoText(t, w, "ann@reader.example")
		if len(r.Ledger(t, "ann@reader.example")) != before || !r.Mailable(t, "ann@reader.example", r.News) {
			t.Error("looking changed something")
		}
	})
}

// oneClickBodies are what mail programs send, by the letter of RFC 8058 and beside it.
func oneClickBodies() []struct{ name, contentType, body string } {
	form := func(boundary string) string {
		return "--" + boundary + "\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--" + boundary + "--\r\n"
	}
	return []struct{ name, contentType, body string }{
		{"urlencoded", "application/x-www-form-urlencoded", "List-Unsubscribe=One-Click"},
		{"urlencoded with a charset", "application/x-www-form-urlencoded; charset=UTF-8", "List-Unsubscribe=One-Click"},
		{"urlencoded in capitals", "APPLICATION/X-WWW-FORM-URLENCODED", "List-Unsubscribe=One-Click"},
		{"urlencoded with a line break after it", "application/x-www-form-urlencoded", "List-Unsubscribe=One-Click\r\n"},
		{"multipart", "multipart/form-data; boundary=--------------------------0123", form("--------------------------0123")},
		{"multipart with a quoted boundary and a charset", `multipart/form-data; charset=utf-8; boundary="a b"`, form("a b")},
		{"multipart whose type lacks its boundary", "multipart/form-data", form("x")},
		{"multipart cut off", "multipart/form-data; boundary=x", form("x")[:60]},
		{"no type", "", "List-Unsubscribe=One-Click"},
		{"a wrong type", "text/plain", "List-Unsubscribe=One-Click"},
		{"a type that is none", ";;;=", "List-Unsubscribe=One-Click"},
		{"no body", "application/x-www-form-urlencoded", ""},
		{"neither", "", ""},
		{"a body of something else", "application/json", `{"unsubscribe":true}`},
		{"bad escapes", "application/x-www-form-urlencoded", "%zz=%"},
		{"a very long body", "application/x-www-form-urlencoded", strings.Repeat("a=b&", 1<<20)},
	}
}

func TestOneClick(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		for _, c := range oneClickBodies() {
			t.Run(c.name, func(t *testing.T) {
				addr := "reader@" + strings.ReplaceAll(c.name, " ", "-") + ".example"
				p := r.Member(t, addr, r.News)
				r.Member(t, addr, r.Express)
				path := r.LeavePath(pagestest.Back(r.News, p, 12))
				for range 2 { // providers repeat
					w := r.OneClick(path, c.contentType, c.body)
					pagestest.WantStatus(t, w, http.StatusOK)
					pagestest.WantText(t, w, "You are unsubscribed", "Monthly update")
					if w.Header().Get("Set-Cookie") != "" || w.Header().Get("Location") != "" {
						t.Error("a cookie or a redirect")
					}
					if got := w.Header().Get("Content-Type"); got != "text/plain; charset=utf-8" || w.Body.Len() > 200 {
						t.Errorf("not a short plain answer: %s, %d octets", got, w.Body.Len())
					}
				}
				if r.Mailable(t, addr, r.News) {
					t.Error("still mailable")
				}
				if !r.Mailable(t, addr, r.Express) {
					t.Error("more than the list has ended")
				}
				events := r.Ledger(t, addr)
				last := events[len(events)-1]
				if last.Kind != subscriptions.Withdrawn || last.Channel != subscriptions.ByOneClick || !strings.Contains(string(last.Evidence), `"campaign":"12"`) {
					t.Errorf("recorded %+v with %s", last, last.Evidence)
				}
				if len(events) != 5 {
					t.Errorf("%d events: not idempotent", len(events))
				}
			})
		}
	})
}

func TestTheOneClickOfATrialIsNobodysAndNotToBeTriedAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		w := r.OneClick(r.LeavePath(mailer.Back{}), "application/x-www-form-urlencoded", "List-Unsubscribe=One-Click")
		pagestest.WantStatus(t, w, http.StatusNotFound)
		pagestest.WantText(t, w, "This link does not work")
	})
}

func TestOneClickComesFromOtherOriginsAndTakesAnySlash(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		p := r.Member(t, "ann@reader.example", r.News)
		path := strings.ToUpper(r.LeavePath(pagestest.Back(r.News, p, 1)))
		path = "/u/" + strings.TrimPrefix(path, "/U/") + "/"
		w := r.Ask(http.MethodPost, path, strings.NewReader("List-Unsubscribe=One-Click"), "Content-Type", "application/x-www-form-urlencoded",
			"Origin", "https://mail.provider.example", "Sec-Fetch-Site", "cross-site", "Cookie", "anything=at-all")
		pagestest.WantStatus(t, w, http.StatusOK)
		if r.Mailable(t, "ann@reader.example", r.News) {
			t.Error("still mailable")
		}
	})
}

func TestTheButtonsOfThePage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		p := r.Member(t, "ann@reader.example", r.News)
		r.Member(t, "ann@reader.example", r.Express)
		path := r.LeavePath(pagestest.Back(r.News, p, 1))
		w := r.Post(path, url.Values{"scope": {"list"}})
		pagestest.WantStatus(t, w, http.StatusOK)
		pagestest.WantText(t, w, "You are unsubscribed", "<li>Monthly update</li>", "In effect since", "Replies to requests", `href="/l/monthly"`)
		if r.Mailable(t, "ann@reader.example", r.News) || !r.Mailable(t, "ann@reader.example", r.Express) {
			t.Error("not this list and nothing else")
		}
		pagestest.WantText(t, r.Post(path, url.Values{"scope": {"list"}}), "In effect now")

		w = r.Post(path+"?lang=cy", url.Values{"scope": {"all"}})
		pagestest.WantStatus(t, w, http.StatusOK)
		pagestest.WantText(t, w, `lang="cy"`, "Atebion i geisiadau")
		if r.Mailable(t, "ann@reader.example", r.Express) {
			t.Error("not everything has ended")
		}
		events := r.Ledger(t, "ann@reader.example")
		if last := events[len(events)-1]; last.Scope != subscriptions.ProgrammeScope(r.Programme.ID) || last.Channel != subscriptions.ByLink {
			t.Errorf("recorded %+v", last)
		}
	})
}

func TestEverythingIsAllThatTheOrganisationSends(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		p := r.Member(t, "ann@reader.example", r.News)
		sister, stranger := r.DeclareProgramme(t, "pilots", r.Programme.Owner), r.DeclareProgramme(t, "town", "Town Council")
		r.Member(t, "ann@reader.example", sister)
		r.Member(t, "ann@reader.example", stranger)
		pagestest.WantStatus(t, r.Post(r.LeavePath(pagestest.Back(r.News, p, 1)), url.Values{"scope": {"all"}}), http.StatusOK)
		if r.Mailable(t, "ann@reader.example", r.News) || r.Mailable(t, "ann@reader.example", sister) {
			t.Error("the organisation may still send")
		}
		if !r.Mailable(t, "ann@reader.example", stranger) {
			t.Error("another organisation was stopped")
		}
	})
}

func TestTheQueryCannotWidenAnOptOut(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		p := r.Member(t, "ann@reader.example", r.News)
		r.Member(t, "ann@reader.example", r.Express)
		path := r.LeavePath(pagestest.Back(r.News, p, 1))
		pagestest.WantStatus(t, r.OneClick(path+"?scope=all", "application/x-www-form-urlencoded", "List-Unsubscribe=One-Click&scope=all"), http.StatusOK)
		if !r.Mailable(t, "ann@reader.example", r.Express) {
			t.Error("one click ended more than its list")
		}
	})
}

func TestUnsubscribeLinksThatNameNobody(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		p := r.Member(t, "ann@reader.example", r.News)
		good := r.LeavePath(pagestest.Back(r.News, p, 1))
		confirm := "/u/" + r.Request(t, "bob@reader.example", r.News)
		stranger := r.LeavePath(mailer.Back{ListID: r.News.ID, SubscriberID: 9999, CampaignID: 1})
		for _, path := range []string{"/u/x", good[:len(good)-2], good + "b", confirm, stranger, "/u/" + strings.Repeat("a", 4000)} {
			for _, w := range []*httptest.ResponseRecorder{r.Get(path), r.Ask(http.MethodHead, path, nil), r.Post(path, url.Values{"scope": {"list"}}), r.OneClick(path, "application/x-www-form-urlencoded", "List-Unsubscribe=One-Click")} {
				pagestest.WantStatus(t, w, http.StatusNotFound)
			}
			pagestest.WantText(t, r.Get(path), "This link does not work")
		}
		if !r.Mailable(t, "ann@reader.example", r.News) {
			t.Error("a link that is not ours ended a subscription")
		}
	})
}

func TestALinkOutlivesItsListAndItsCampaign(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		p := r.Member(t, "ann@reader.example", r.News)
		path := r.LeavePath(mailer.Back{ListID: 777, SubscriberID: p.ID, CampaignID: 888})
		w := r.Get(path)
		pagestest.WantStatus(t, w, http.StatusOK)
		pagestest.WantText(t, w, "all our lists")
		pagestest.WantNoText(t, w, `value="all"`)
		w = r.OneClick(path, "application/x-www-form-urlencoded", "List-Unsubscribe=One-Click")
		pagestest.WantStatus(t, w, http.StatusOK)
		pagestest.WantText(t, w, "You are unsubscribed.")
		pagestest.WantText(t, r.Post(path, url.Values{"scope": {"list"}}), "We have stopped every email list")
		events := r.Ledger(t, "ann@reader.example")
		if last := events[len(events)-1]; last.Scope != subscriptions.Everything() {
			t.Errorf("recorded %+v", last)
		}
		if r.Mailable(t, "ann@reader.example", r.News) {
			t.Error("still mailable")
		}
		if _, err := subscriptions.VerifyLedger(t.Context(), r.DB); err != nil {
			t.Error(err)
		}
	})
}

func TestSomebodyWhoWasErasedCanStillPress(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		p := r.Member(t, "ann@reader.example", r.News)
		err := r.DB.Update(t.Context(), func(tx subscriptions.Tx) error {
			gone := p
			gone.Address, gone.Name = address.Address{}, ""
			return tx.UpdateSubscriber(gone)
		})
		if err != nil {
			t.Fatal(err)
		}
		path := r.LeavePath(pagestest.Back(r.News, p, 1))
		pagestest.WantStatus(t, r.Get(path), http.StatusOK)
		pagestest.WantStatus(t, r.OneClick(path, "", "List-Unsubscribe=One-Click"), http.StatusOK)
	})
}

func TestNothingIsSaidToBeDoneWhenTheDatabaseIsDown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		p := r.Member(t, "ann@reader.example", r.News)
		path := r.LeavePath(pagestest.Back(r.News, p, 1))
		r.DB.Close()
		for _, w := range []*httptest.ResponseRecorder{
			r.OneClick(path, "application/x-www-form-urlencoded", "List-Unsubscribe=One-Click"),
			r.Post(path, url.Values{"scope": {"list"}}), r.Post(path, url.Values{"scope": {"all"}}),
		} {
			pagestest.WantStatus(t, w, http.StatusServiceUnavailable)
			pagestest.WantText(t, w, "not unsubscribed yet")
			if w.Header().Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
		}
	})
}

// brokenBody fails in the middle, as when the client's line breaks.
type brokenBody struct{ io.Reader }

func (b brokenBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err != nil {
		err = errors.New("the line broke")
	}
	return n, err
}

func TestABrokenLineIsNoReasonToGoOnSending(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		p := r.Member(t, "ann@reader.example", r.News)
		w := r.Ask(http.MethodPost, r.LeavePath(pagestest.Back(r.News, p, 1)), brokenBody{strings.NewReader("List-Unsub")}, "Content-Type", "application/x-www-form-urlencoded")
		pagestest.WantStatus(t, w, http.StatusOK)
		if r.Mailable(t, "ann@reader.example", r.News) {
			t.Error("still mailable")
		}
	})
}

func TestOtherMethodsAreRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		p := r.Member(t, "ann@reader.example", r.News)
		for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch} {
			w := r.Ask(method, r.LeavePath(pagestest.Back(r.News, p, 1)), nil)
			pagestest.WantStatus(t, w, http.StatusMethodNotAllowed)
		}
		if !r.Mailable(t, "ann@reader.example", r.News) {
			t.Error("another method ended a subscription")
		}
	})
}

func TestMultipartAsABrowserWritesIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		p := r.Member(t, "ann@reader.example", r.News)
		r.Member(t, "ann@reader.example", r.Express)
		var b bytes.Buffer
		form := multipart.NewWriter(&b)
		form.WriteField("scope", "all")
		form.Close()
		pagestest.WantStatus(t, r.Ask(http.MethodPost, r.LeavePath(pagestest.Back(r.News, p, 1)), &b, "Content-Type", form.FormDataContentType()), http.StatusOK)
		if r.Mailable(t, "ann@reader.example", r.Express) {
			t.Error("the second button did not end everything")
		}
	})
}
