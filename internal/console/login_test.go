package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"assent/internal/auth"
	"assent/internal/pages/pagestest"
	"assent/internal/store/storetest"
)

func TestTheConsoleIsForOperatorsWhoSignedIn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		for _, path := range []string{"/console", "/console/campaigns", "/console/people", "/console/people/1", "/console/cases", "/console/cases/1"} {
			for _, cookie := range []string{"", "assent=", "assent=" + strings.Repeat("a", 40), "assent=\x00"} {
				w := r.see(cookie, path)
				pagestest.WantStatus(t, w, http.StatusSeeOther)
				if got := w.Header().Get("Location"); got != "/login?next="+url.QueryEscape(path) {
					t.Errorf("%s leads to %q", path, got)
				}
			}
		}
	})
}

func TestSigningInAndOut(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		cookie := r.operator(t, auth.Comms)
		w := r.see(cookie, "/console")
		pagestest.WantStatus(t, w, http.StatusOK)
		pagestest.WantText(t, w, "Olu comms", "Communications")
		w = r.Post("/console/logout", nil, "Cookie", cookie)
		pagestest.WantStatus(t, w, http.StatusSeeOther)
		if got := w.Header().Get("Set-Cookie"); !strings.Contains(got, "Max-Age=0") {
			t.Errorf("the cookie stays: %q", got)
		}
		pagestest.WantStatus(t, r.see(cookie, "/console"), http.StatusSeeOther)
		pagestest.WantStatus(t, r.Post("/console/logout", nil), http.StatusSeeOther)
	})
}

func TestTheSessionCookie(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, base string
		want       []string
	}{
		{"over http", pagestest.BaseURL, []string{"assent=", "Path=/console", "HttpOnly", "SameSite=Lax"}},
		{"over https", "https://mail.harbour.example", []string{"__Secure-assent=", "Path=/console", "HttpOnly", "SameSite=Lax", "Secure"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := rig{pagestest.New(t, storetest.SQLiteURL(t), c.base)}
			cookie := r.operator(t, auth.Admin)
			w := r.Post("/login", url.Values{"email": {"admin@harbour.example"}, "password": {password}})
			got := w.Header().Get("Set-Cookie")
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("%q lacks %s", got, want)
				}
			}
			pagestest.WantStatus(t, r.see(cookie, "/console"), http.StatusOK)
		})
	}
}

func TestAWrongPasswordSaysNotWhichWasWrong(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		r.operator(t, auth.Comms)
		var first string
		for _, addr := range []string{"comms@harbour.example", "nobody@harbour.example"} {
			w := r.Post("/login", url.Values{"email": {addr}, "password": {"wrong horse battery"}})
			pagestest.WantStatus(t, w, http.StatusUnprocessableEntity)
			if w.Header().Get("Set-Cookie") != "" {
				t.Error("a cookie")
			}
			body := strings.ReplaceAll(w.Body.String(), addr, "")
			if first == "" {
				first = body
			}
			if body != first {
				t.Errorf("the answer differs:\n%s", body)
			}
		}
		pagestest.WantStatus(t, r.Post("/login", url.Values{"email": {"no address"}}), http.StatusUnprocessableEntity)
		for range 20 {
			if w := r.Post("/login", url.Values{}); w.Code == http.StatusTooManyRequests {
				return
			}
		}
		t.Error("passwords can be tried without end")
	})
}

func TestWhereSigningInLeads(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		r.operator(t, auth.Comms)
		for _, c := range []struct{ name, next, want string }{
			{"the page that was asked for", "/console/campaigns", "/console/campaigns"},
			{"another site", "https://evil.example/console", "/console"},
			{"another site without a scheme", "//evil.example/console", "/console"},
			{"backslashes", `\\evil.example\console`, "/console"},
			{"outside the console", "/consolevil", "/console"},
			{"a path that climbs", "/console/../login", "/console"},
			{"nothing", "", "/console"},
		} {
			t.Run(c.name, func(t *testing.T) {
				w := r.Post("/login?next="+url.QueryEscape(c.next), url.Values{"email": {"comms@harbour.example"}, "password": {password}})
				pagestest.WantStatus(t, w, http.StatusSeeOther)
				if got := w.Header().Get("Location"); got != c.want {
					t.Errorf("leads to %q", got)
				}
			})
		}
	})
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		cookie := r.operator(t, auth.DPO)
		for _, c := range []struct {
			name   string
			header []string
			want   int
		}{
			{"the browser says that the form is of another site", []string{"Sec-Fetch-Site", "cross-site"}, http.StatusForbidden},
			{"the browser says that it is of a sibling", []string{"Sec-Fetch-Site", "same-site"}, http.StatusForbidden},
			{"an older browser names another origin", []string{"Origin", "https://evil.example"}, http.StatusForbidden},
			{"an older browser names ours", []string{"Origin", pagestest.BaseURL}, http.StatusOK},
			{"the browser says that it is ours", []string{"Sec-Fetch-Site", "same-origin"}, http.StatusOK},
		} {
			t.Run(c.name, func(t *testing.T) {
				w := r.Post("/console/people", url.Values{"q": {"ann@reader.example"}}, append(c.header, "Cookie", cookie)...)
				pagestest.WantStatus(t, w, c.want)
				if c.want == http.StatusForbidden {
					pagestest.WantStatus(t, r.Post("/login", url.Values{}, c.header...), http.StatusForbidden)
					pagestest.WantStatus(t, r.Post("/console/logout", url.Values{}, append(c.header, "Cookie", cookie)...), http.StatusForbidden)
				}
			})
		}
		pagestest.WantStatus(t, r.see(cookie, "/console"), http.StatusOK)
	})
}
