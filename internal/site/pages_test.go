package site_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"assent/internal/pages/pagestest"
	"assent/subscriptions"
)

func TestNoPublicPageSetsACookie(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		p := r.Member(t, "ann@reader.example", r.News)
		for _, path := range []string{
			"/", "/l/monthly", "/c/" + r.Request(t, "bob@reader.example", r.News), r.LeavePath(pagestest.Back(r.News, p, 1)), "/notices/harbour/1",
			"/static/assent.css", "/robots.txt", "/favicon.ico", "/nothing", "/u/x", "/c/x", "/login",
		} {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				w := r.Ask(method, path, nil)
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
	each(t, func(t *testing.T, r rig) {
		p := r.Member(t, "ann@reader.example", r.News)
		for _, path := range []string{r.LeavePath(pagestest.Back(r.News, p, 1)), "/c/" + r.Request(t, "bob@reader.example", r.News)} {
			if got := r.Get(path).Header().Get("Cache-Control"); got != "no-store" {
				t.Errorf("Cache-Control %q", got)
			}
			token := path[strings.LastIndex(path, "/")+1:]
			if strings.Contains(r.Log.String(), token) {
				t.Error("a token is in the log")
			}
		}
	})
}

func TestEveryVersionOfANoticeStaysReadable(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		w := r.Get("/notices/harbour/1")
		pagestest.WantStatus(t, w, http.StatusOK)
		pagestest.WantText(t, w, "How we use your data", "<strong>address</strong>", "Privacy notice: Harbour News")
		pagestest.WantNoText(t, w, "<script>", "This is an earlier version")
		must(r.People.PublishNotice(t.Context(), subscriptions.NoticeDraft{ProgrammeID: r.Programme.ID, Texts: map[string]string{"en": "Now we also keep your name."}, Override: "a test"}))(t)
		pagestest.WantText(t, r.Get("/notices/harbour/1"), "This is an earlier version", "/notices/harbour/2")
		pagestest.WantText(t, r.Get("/notices/harbour/2?lang=cy"), "Now we also keep your name", "Hysbysiad preifatrwydd")
		for _, path := range []string{"/notices/harbour/3", "/notices/harbour/01", "/notices/harbour/x", "/notices/nothing/1", "/notices/harbour"} {
			pagestest.WantStatus(t, r.Get(path), http.StatusNotFound)
		}
	})
}

func TestStaticFilesAreKeptByTheirContent(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		link := regexp.MustCompile(`/static/assent\.css\?v=[0-9a-f]+`).FindString(r.Get("/").Body.String())
		if link == "" {
			t.Fatal("the page has no marked stylesheet")
		}
		w := r.Get(link)
		pagestest.WantStatus(t, w, http.StatusOK)
		etag := w.Header().Get("ETag")
		if got := w.Header().Get("Content-Type"); got != "text/css; charset=utf-8" || etag == "" || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("headers %v", w.Header())
		}
		again := r.Get(link, "If-None-Match", etag)
		pagestest.WantStatus(t, again, http.StatusNotModified)
		if got := r.Get("/static/assent.css").Header().Get("Cache-Control"); strings.Contains(got, "immutable") {
			t.Errorf("without its mark it is kept for ever: %q", got)
		}
		if got := r.Get("/favicon.ico").Header().Get("Content-Type"); got != "image/svg+xml" {
			t.Errorf("favicon: %q", got)
		}
		for _, path := range []string{"/static/nothing.css", "/static/../site.go", "/static/", "/static"} {
			pagestest.WantStatus(t, r.Get(path), http.StatusNotFound)
		}
		pagestest.WantText(t, r.Get("/robots.txt"), "Disallow: /\n", "Allow: /$\n")
	})
}

func TestThePageSpeaksTheReadersLanguage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
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
				w := r.Get(c.path, "Accept-Language", c.accept)
				pagestest.WantStatus(t, w, http.StatusOK)
				pagestest.WantText(t, w, `<html lang="`+c.want+`">`)
			})
		}
		pagestest.WantText(t, r.Get("/l/monthly?lang=cy"), `href="?lang=en"`)
	})
}

func TestProblemsArePagesForPeopleAndDataForPrograms(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		w := r.Get("/nothing/at/all")
		pagestest.WantStatus(t, w, http.StatusNotFound)
		pagestest.WantText(t, w, "<h1>There is no such page</h1>")
		w = r.Get("/nothing", "Accept", "application/json")
		if got := w.Header().Get("Content-Type"); w.Code != http.StatusNotFound || got != "application/problem+json" {
			t.Errorf("status %d, type %q", w.Code, got)
		}
		w = r.Post("/", url.Values{})
		pagestest.WantStatus(t, w, http.StatusMethodNotAllowed)
		pagestest.WantText(t, w, "Method not allowed")
		r.DB.Close()
		w = r.Get("/l/monthly?lang=cy")
		if w.Code < 500 {
			t.Errorf("status %d", w.Code)
		}
		pagestest.WantText(t, w, "Aeth rhywbeth")
		pagestest.WantNoText(t, w, "database is closed", "sql")
	})
}

func TestAListOfOneOrganisationSpeaksInItsName(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		pagestest.WantText(t, r.Get("/"), "Quay House", "dpo@harbour.example")
		r.DeclareProgramme(t, "town", "Town Council")
		w := r.Get("/")
		pagestest.WantText(t, w, "Town Council", "Harbour Board")
		pagestest.WantNoText(t, w, "Quay House")
	})
}
