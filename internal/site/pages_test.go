package site_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"assent/subscriptions"
)

func TestNoPublicPageSetsACookie(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		p := r.member(t, "ann@reader.example", r.news)
		for _, path := range []string{
			"/", "/l/monthly", "/c/" + r.request(t, "bob@reader.example", r.news), r.leavePath(back(r.news, p, 1)), "/notices/harbour/1",
			"/static/assent.css", "/robots.txt", "/favicon.ico", "/nothing", "/u/x", "/c/x", "/login",
		} {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				w := r.ask(method, path, nil)
				if got := w.Header().Get("Set-Cookie"); got != "" {
					t.Errorf("%s %s sets %q", method, path, got)
				}
				if policy := w.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") {
					t.Errorf("%s %s: content policy %q", method, path, policy)
				}
				if w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Referrer-Policy") == "" {
					t.Errorf("%s %s: headers %v", method, path, w.Header())
				}
			}
		}
	})
}

func TestThePagesWithTokensAreNotKept(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		p := r.member(t, "ann@reader.example", r.news)
		for _, path := range []string{r.leavePath(back(r.news, p, 1)), "/c/" + r.request(t, "bob@reader.example", r.news)} {
			if got := r.get(path).Header().Get("Cache-Control"); got != "no-store" {
				t.Errorf("Cache-Control %q", got)
			}
			token := path[strings.LastIndex(path, "/")+1:]
			if strings.Contains(r.log.String(), token) {
				t.Error("a token is in the log")
			}
		}
	})
}

func TestEveryVersionOfANoticeStaysReadable(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		w := r.get("/notices/harbour/1")
		wantStatus(t, w, http.StatusOK)
		wantText(t, w, "How we use your data", "<strong>address</strong>", "Privacy notice: Harbour News")
		wantNoText(t, w, "<script>", "This is an earlier version")
		must(r.people.PublishNotice(t.Context(), subscriptions.NoticeDraft{ProgrammeID: r.programme.ID, Texts: map[string]string{"en": "Now we also keep your name."}, Override: "a test"}))(t)
		wantText(t, r.get("/notices/harbour/1"), "This is an earlier version", "/notices/harbour/2")
		wantText(t, r.get("/notices/harbour/2?lang=cy"), "Now we also keep your name", "Hysbysiad preifatrwydd")
		for _, path := range []string{"/notices/harbour/3", "/notices/harbour/01", "/notices/harbour/x", "/notices/nothing/1", "/notices/harbour"} {
			wantStatus(t, r.get(path), http.StatusNotFound)
		}
	})
}

func TestStaticFilesAreKeptByTheirContent(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		link := regexp.MustCompile(`/static/assent\.css\?v=[0-9a-f]+`).FindString(r.get("/").Body.String())
		if link == "" {
			t.Fatal("the page has no marked stylesheet")
		}
		w := r.get(link)
		wantStatus(t, w, http.StatusOK)
		etag := w.Header().Get("ETag")
		if got := w.Header().Get("Content-Type"); got != "text/css; charset=utf-8" || etag == "" || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("headers %v", w.Header())
		}
		again := r.get(link, "If-None-Match", etag)
		wantStatus(t, again, http.StatusNotModified)
		if got := r.get("/static/assent.css").Header().Get("Cache-Control"); strings.Contains(got, "immutable") {
			t.Errorf("without its mark it is kept for ever: %q", got)
		}
		if got := r.get("/favicon.ico").Header().Get("Content-Type"); got != "image/svg+xml" {
			t.Errorf("favicon: %q", got)
		}
		for _, path := range []string{"/static/nothing.css", "/static/../site.go", "/static/", "/static"} {
			wantStatus(t, r.get(path), http.StatusNotFound)
		}
		wantText(t, r.get("/robots.txt"), "Disallow: /\n", "Allow: /$\n")
	})
}

func TestThePageSpeaksTheReadersLanguage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		for _, c := range []struct{ name, path, accept, want string }{
			{"English where nothing is asked", "/", "", "en"},
			{"Welsh when the browser asks", "/", "cy, en;q=0.8", "cy"},
			{"a variant of it", "/", "cy-GB", "cy"},
			{"English for any other", "/", "fr, de", "en"},
			{"what the reader chose wins", "/?lang=en", "cy", "en"},
			{"an unknown choice is none", "/?lang=xx", "cy", "cy"},
			{"a header that is no list of languages", "/", ";;;q=x", "en"},
			{"an endless header", "/", strings.Repeat("cy,", 5000), "cy"},
		} {
			t.Run(c.name, func(t *testing.T) {
				w := r.get(c.path, "Accept-Language", c.accept)
				wantStatus(t, w, http.StatusOK)
				wantText(t, w, `<html lang="`+c.want+`">`)
			})
		}
		wantText(t, r.get("/l/monthly?lang=cy"), `href="?lang=en"`)
	})
}

func TestProblemsArePagesForPeopleAndDataForPrograms(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		w := r.get("/nothing/at/all")
		wantStatus(t, w, http.StatusNotFound)
		wantText(t, w, "<h1>There is no such page</h1>")
		w = r.get("/nothing", "Accept", "application/json")
		if got := w.Header().Get("Content-Type"); w.Code != http.StatusNotFound || got != "application/problem+json" {
			t.Errorf("status %d, type %q", w.Code, got)
		}
		w = r.post("/", url.Values{})
		wantStatus(t, w, http.StatusMethodNotAllowed)
		wantText(t, w, "Method not allowed")
		r.db.Close()
		w = r.get("/l/monthly?lang=cy")
		if w.Code < 500 {
			t.Errorf("status %d", w.Code)
		}
		wantText(t, w, "Aeth rhywbeth")
		wantNoText(t, w, "database is closed", "sql")
	})
}

func TestAListOfOneOrganisationSpeaksInItsName(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		wantText(t, r.get("/"), "Quay House", "dpo@harbour.example")
		r.declareProgramme(t, "town", "Town Council")
		w := r.get("/")
		wantText(t, w, "Town Council", "Harbour Board")
		wantNoText(t, w, "Quay House")
	})
}
