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
	"assent/mailer"
	"assent/subscriptions"
)

func TestLookingAtTheUnsubscribeLinkChangesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		p := r.member(t, "ann@reader.example", r.news)
		path := r.leavePath(back(r.news, p, 7))
		before := len(r.ledger(t, "ann@reader.example"))
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			w := r.ask(method, path, nil)
			wantStatus(t, w, http.StatusOK)
		}
		w := r.get(path)
		wantText(t, w, "Monthly update", "a***@r***.example", `value="list"`, `value="all"`, `action="`+path+`"`)
		wantNoText(t, w, "ann@reader.example")
		if len(r.ledger(t, "ann@reader.example")) != before || !r.mailable(t, "ann@reader.example", r.news) {
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
	each(t, func(t *testing.T, r *rig) {
		for _, c := range oneClickBodies() {
			t.Run(c.name, func(t *testing.T) {
				addr := "reader@" + strings.ReplaceAll(c.name, " ", "-") + ".example"
				p := r.member(t, addr, r.news)
				r.member(t, addr, r.express)
				path := r.leavePath(back(r.news, p, 12))
				for range 2 { // providers repeat
					w := oneClick(r, path, c.contentType, c.body)
					wantStatus(t, w, http.StatusOK)
					wantText(t, w, "You are unsubscribed", "Monthly update")
					if w.Header().Get("Set-Cookie") != "" || w.Header().Get("Location") != "" {
						t.Error("a cookie or a redirect")
					}
					if got := w.Header().Get("Content-Type"); got != "text/plain; charset=utf-8" || w.Body.Len() > 200 {
						t.Errorf("not a short plain answer: %s, %d octets", got, w.Body.Len())
					}
				}
				if r.mailable(t, addr, r.news) {
					t.Error("still mailable")
				}
				if !r.mailable(t, addr, r.express) {
					t.Error("more than the list has ended")
				}
				events := r.ledger(t, addr)
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

// oneClick posts as a mail provider does: without cookies, an Accept header or anything else (RFC 8058 section 3.1).
func oneClick(r *rig, path, contentType, body string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(http.MethodPost, baseURL+path, strings.NewReader(body))
	req.Header.Del("User-Agent")
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	w := httptest.NewRecorder()
	r.engine.ServeHTTP(w, req)
	return w
}

func TestOneClickComesFromOtherOriginsAndTakesAnySlash(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		p := r.member(t, "ann@reader.example", r.news)
		path := strings.ToUpper(r.leavePath(back(r.news, p, 1)))
		path = "/u/" + strings.TrimPrefix(path, "/U/") + "/"
		w := r.ask(http.MethodPost, path, strings.NewReader("List-Unsubscribe=One-Click"), "Content-Type", "application/x-www-form-urlencoded",
			"Origin", "https://mail.provider.example", "Sec-Fetch-Site", "cross-site", "Cookie", "anything=at-all")
		wantStatus(t, w, http.StatusOK)
		if r.mailable(t, "ann@reader.example", r.news) {
			t.Error("still mailable")
		}
	})
}

func TestTheButtonsOfThePage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		p := r.member(t, "ann@reader.example", r.news)
		r.member(t, "ann@reader.example", r.express)
		path := r.leavePath(back(r.news, p, 1))
		w := r.post(path, url.Values{"scope": {"list"}})
		wantStatus(t, w, http.StatusOK)
		wantText(t, w, "You are unsubscribed", "<li>Monthly update</li>", "In effect since", "Replies to requests", `href="/l/monthly"`)
		if r.mailable(t, "ann@reader.example", r.news) || !r.mailable(t, "ann@reader.example", r.express) {
			t.Error("not this list and nothing else")
		}
		wantText(t, r.post(path, url.Values{"scope": {"list"}}), "In effect now")

		w = r.post(path+"?lang=cy", url.Values{"scope": {"all"}})
		wantStatus(t, w, http.StatusOK)
		wantText(t, w, `lang="cy"`, "Atebion i geisiadau")
		if r.mailable(t, "ann@reader.example", r.express) {
			t.Error("not everything has ended")
		}
		events := r.ledger(t, "ann@reader.example")
		if last := events[len(events)-1]; last.Scope != subscriptions.ProgrammeScope(r.programme.ID) || last.Channel != subscriptions.ByLink {
			t.Errorf("recorded %+v", last)
		}
	})
}

func TestEverythingIsAllThatTheOrganisationSends(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		p := r.member(t, "ann@reader.example", r.news)
		sister, stranger := r.declareProgramme(t, "pilots", r.programme.Owner), r.declareProgramme(t, "town", "Town Council")
		r.member(t, "ann@reader.example", sister)
		r.member(t, "ann@reader.example", stranger)
		wantStatus(t, r.post(r.leavePath(back(r.news, p, 1)), url.Values{"scope": {"all"}}), http.StatusOK)
		if r.mailable(t, "ann@reader.example", r.news) || r.mailable(t, "ann@reader.example", sister) {
			t.Error("the organisation may still send")
		}
		if !r.mailable(t, "ann@reader.example", stranger) {
			t.Error("another organisation was stopped")
		}
	})
}

func TestTheQueryCannotWidenAnOptOut(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		p := r.member(t, "ann@reader.example", r.news)
		r.member(t, "ann@reader.example", r.express)
		path := r.leavePath(back(r.news, p, 1))
		wantStatus(t, oneClick(r, path+"?scope=all", "application/x-www-form-urlencoded", "List-Unsubscribe=One-Click&scope=all"), http.StatusOK)
		if !r.mailable(t, "ann@reader.example", r.express) {
			t.Error("one click ended more than its list")
		}
	})
}

func TestUnsubscribeLinksThatNameNobody(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		p := r.member(t, "ann@reader.example", r.news)
		good := r.leavePath(back(r.news, p, 1))
		confirm := "/u/" + r.request(t, "bob@reader.example", r.news)
		stranger := r.leavePath(mailer.Back{ListID: r.news.ID, SubscriberID: 9999, CampaignID: 1})
		for _, path := range []string{"/u/x", good[:len(good)-2], good + "b", confirm, stranger, "/u/" + strings.Repeat("a", 4000)} {
			for _, w := range []*httptest.ResponseRecorder{r.get(path), r.ask(http.MethodHead, path, nil), r.post(path, url.Values{"scope": {"list"}}), oneClick(r, path, "application/x-www-form-urlencoded", "List-Unsubscribe=One-Click")} {
				wantStatus(t, w, http.StatusNotFound)
			}
			wantText(t, r.get(path), "This link does not work")
		}
		if !r.mailable(t, "ann@reader.example", r.news) {
			t.Error("a link that is not ours ended a subscription")
		}
	})
}

func TestALinkOutlivesItsListAndItsCampaign(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		p := r.member(t, "ann@reader.example", r.news)
		path := r.leavePath(mailer.Back{ListID: 777, SubscriberID: p.ID, CampaignID: 888})
		w := r.get(path)
		wantStatus(t, w, http.StatusOK)
		wantText(t, w, "all our lists")
		wantNoText(t, w, `value="all"`)
		w = oneClick(r, path, "application/x-www-form-urlencoded", "List-Unsubscribe=One-Click")
		wantStatus(t, w, http.StatusOK)
		wantText(t, w, "You are unsubscribed.")
		wantText(t, r.post(path, url.Values{"scope": {"list"}}), "We have stopped every email list")
		events := r.ledger(t, "ann@reader.example")
		if last := events[len(events)-1]; last.Scope != subscriptions.Everything() {
			t.Errorf("recorded %+v", last)
		}
		if r.mailable(t, "ann@reader.example", r.news) {
			t.Error("still mailable")
		}
		if _, err := subscriptions.VerifyLedger(t.Context(), r.db); err != nil {
			t.Error(err)
		}
	})
}

func TestSomebodyWhoWasErasedCanStillPress(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		p := r.member(t, "ann@reader.example", r.news)
		err := r.db.Update(t.Context(), func(tx subscriptions.Tx) error {
			gone := p
			gone.Address, gone.Name = address.Address{}, ""
			return tx.UpdateSubscriber(gone)
		})
		if err != nil {
			t.Fatal(err)
		}
		path := r.leavePath(back(r.news, p, 1))
		wantStatus(t, r.get(path), http.StatusOK)
		wantStatus(t, oneClick(r, path, "", "List-Unsubscribe=One-Click"), http.StatusOK)
	})
}

func TestNothingIsSaidToBeDoneWhenTheDatabaseIsDown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		p := r.member(t, "ann@reader.example", r.news)
		path := r.leavePath(back(r.news, p, 1))
		r.db.Close()
		for _, w := range []*httptest.ResponseRecorder{
			oneClick(r, path, "application/x-www-form-urlencoded", "List-Unsubscribe=One-Click"),
			r.post(path, url.Values{"scope": {"list"}}), r.post(path, url.Values{"scope": {"all"}}),
		} {
			wantStatus(t, w, http.StatusServiceUnavailable)
			wantText(t, w, "not unsubscribed yet")
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
	each(t, func(t *testing.T, r *rig) {
		p := r.member(t, "ann@reader.example", r.news)
		w := r.ask(http.MethodPost, r.leavePath(back(r.news, p, 1)), brokenBody{strings.NewReader("List-Unsub")}, "Content-Type", "application/x-www-form-urlencoded")
		wantStatus(t, w, http.StatusOK)
		if r.mailable(t, "ann@reader.example", r.news) {
			t.Error("still mailable")
		}
	})
}

func TestOtherMethodsAreRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		p := r.member(t, "ann@reader.example", r.news)
		for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch} {
			w := r.ask(method, r.leavePath(back(r.news, p, 1)), nil)
			wantStatus(t, w, http.StatusMethodNotAllowed)
		}
		if !r.mailable(t, "ann@reader.example", r.news) {
			t.Error("another method ended a subscription")
		}
	})
}

func TestMultipartAsABrowserWritesIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		p := r.member(t, "ann@reader.example", r.news)
		r.member(t, "ann@reader.example", r.express)
		var b bytes.Buffer
		form := multipart.NewWriter(&b)
		form.WriteField("scope", "all")
		form.Close()
		wantStatus(t, r.ask(http.MethodPost, r.leavePath(back(r.news, p, 1)), &b, "Content-Type", form.FormDataContentType()), http.StatusOK)
		if r.mailable(t, "ann@reader.example", r.express) {
			t.Error("the second button did not end everything")
		}
	})
}
