package web_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"assent/internal/web"
)

// fixture is an engine with its log.
type fixture struct {
	*web.Engine
	log *syncBuffer
}

func newEngine(t *testing.T, change func(*web.Config)) fixture {
	t.Helper()
	f := fixture{log: &syncBuffer{}}
	config := web.Config{
		BaseURL: "https://news.example.org",
		Log:     slog.New(slog.NewJSONHandler(f.log, &slog.HandlerOptions{Level: slog.LevelInfo})),
		Now:     time.Now,
	}
	if change != nil {
		change(&config)
	}
	e, err := web.New(config)
	if err != nil {
		t.Fatal(err)
	}
	f.Engine = e
	return f
}

func (f fixture) do(t *testing.T, method, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	return f.send(httptest.NewRequestWithContext(t.Context(), method, path, nil), header...)
}

func (f fixture) send(r *http.Request, header ...string) *httptest.ResponseRecorder {
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w
}

func problemIn(t *testing.T, w *httptest.ResponseRecorder) web.Problem {
	t.Helper()
	if got := w.Header().Get("Content-Type"); got != web.ProblemJSON {
		t.Fatalf("content type %q of %s", got, w.Body)
	}
	var p web.Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatal(err)
	}
	if p.Status != w.Code || p.Title == "" || p.Detail == "" || p.Instance != w.Header().Get("X-Request-Id") || !strings.HasPrefix(p.Type, "/api/docs#") {
		t.Fatalf("status %d, request %q, problem %+v", w.Code, w.Header().Get("X-Request-Id"), p)
	}
	return p
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func TestTheLogHasTheRouteAndNeverTheTokenOrTheQuery(t *testing.T) {
	t.Parallel()
	f := newEngine(t, nil)
	f.GET("/u/:token", func(c *gin.Context) {
		web.Acting(c.Request.Context(), "key:5")
		c.String(http.StatusOK, "hello")
	})
	w := f.do(t, "GET", "/u/secret-token?q=ann@example.org")
	var line map[string]any
	if err := json.Unmarshal([]byte(f.log.String()), &line); err != nil {
		t.Fatalf("%v in %s", err, f.log)
	}
	for key, want := range map[string]any{
		"msg": "request", "method": "GET", "route": "/u/:token", "status": 200.0, "bytes": 5.0, "actor": "key:5", "request": w.Header().Get("X-Request-Id"),
	} {
		if line[key] != want {
			t.Errorf("%s is %v, want %v", key, line[key], want)
		}
	}
	f.do(t, "GET", "/nothing/here-is-a-token")
	for _, never := range []string{"token?", "secret-token", "here-is-a-token", "ann@", "192.0.2.1"} {
		if strings.Contains(f.log.String(), never) {
			t.Errorf("the log has %q: %s", never, f.log)
		}
	}
}

func TestClientsAreLoggedOnlyWhereAskedFor(t *testing.T) {
	t.Parallel()
	f := newEngine(t, func(c *web.Config) {
		c.LogClients = true
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	})
	f.do(t, "GET", "/", "X-Forwarded-For", "198.51.100.7")
	if !strings.Contains(f.log.String(), `"client":"198.51.100.7"`) {
		t.Error(f.log)
	}
}

func TestAForwardedAddressIsBelievedOnlyFromATrustedProxy(t *testing.T) {
	t.Parallel()
	f := newEngine(t, func(c *web.Config) { c.LogClients = true })
	f.do(t, "GET", "/", "X-Forwarded-For", "198.51.100.7", "X-Real-Ip", "198.51.100.8")
	if !strings.Contains(f.log.String(), `"client":"192.0.2.1"`) {
		t.Error(f.log)
	}
}

func TestEachRequestHasANumberOfOurs(t *testing.T) {
	t.Parallel()
	f := newEngine(t, nil)
	f.GET("/", func(c *gin.Context) { c.String(http.StatusOK, web.RequestID(c.Request.Context())) })
	a, b := f.do(t, "GET", "/", "X-Request-Id", "chosen-by-client"), f.do(t, "GET", "/")
	if id := a.Header().Get("X-Request-Id"); len(id) != 16 || id != a.Body.String() || id == b.Header().Get("X-Request-Id") {
		t.Errorf("numbers %q and %q, body %q", id, b.Header().Get("X-Request-Id"), a.Body)
	}
}

func TestAPanicIsAProblemWithoutItsText(t *testing.T) {
	t.Parallel()
	f := newEngine(t, nil)
	f.GET("/", func(*gin.Context) { panic("the secret cause") })
	w := f.do(t, "GET", "/")
	p := problemIn(t, w)
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "secret") {
		t.Error(w.Body)
	}
	if !strings.Contains(f.log.String(), "the secret cause") || !strings.Contains(f.log.String(), "web_test.go") || !strings.Contains(f.log.String(), p.Instance) {
		t.Errorf("the log lacks cause, stack or number: %s", f.log)
	}
}

func TestAPanicAfterTheFirstByteCutsTheConnection(t *testing.T) {
	t.Parallel()
	f := newEngine(t, nil)
	f.GET("/", func(c *gin.Context) {
		c.String(http.StatusOK, "half")
		panic("late")
	})
	server := httptest.NewServer(f)
	defer server.Close()
	r, err := http.Get(server.URL)
	if err == nil {
		_, err = io.ReadAll(r.Body)
		r.Body.Close()
	}
	if err == nil {
		t.Error("half an answer looked whole")
	}
}

func TestEveryAnswerHasTheSecurityHeaders(t *testing.T) {
	t.Parallel()
	f := newEngine(t, nil)
	f.GET("/style.css", web.Cacheable(time.Hour), func(c *gin.Context) { c.String(http.StatusOK, "") })
	f.GET("/panic", func(*gin.Context) { panic(1) })
	for _, path := range []string{"/style.css", "/panic", "/none"} {
		h := f.do(t, "GET", path).Header()
		for name, want := range map[string]string{
			"Content-Security-Policy":   "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
			"Referrer-Policy":           "no-referrer",
			"X-Content-Type-Options":    "nosniff",
			"Strict-Transport-Security": "max-age=31536000",
		} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
	}
	if got := f.do(t, "GET", "/style.css").Header().Get("Cache-Control"); got != "public, max-age=3600" {
		t.Errorf("a file is %q", got)
	}
	if got := f.do(t, "GET", "/none").Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("a page is %q", got)
	}
	plain := newEngine(t, func(c *web.Config) { c.BaseURL = "http://localhost:8080" })
	if got := plain.do(t, "GET", "/").Header().Get("Strict-Transport-Security"); got != "" {
		t.Errorf("without https there is %q", got)
	}
}

func TestWhereNothingIs(t *testing.T) {
	t.Parallel()
	f := newEngine(t, func(c *web.Config) {
		c.Page = func(c *gin.Context, p *web.Problem) { c.Data(p.Status, "text/html", []byte("a page")) }
	})
	f.POST("/only-post", func(c *gin.Context) {})
	f.GET("/both", func(c *gin.Context) {})
	f.POST("/both", func(c *gin.Context) {})
	f.GET("/slash/", func(c *gin.Context) {})
	const browser = "text/html,application/xhtml+xml,*/*;q=0.8"
	for _, c := range []struct {
		name, method, path, accept string
		status                     int
		page                       bool
		allow                      string
	}{
		{"a program gets a problem", "GET", "/none", "", 404, false, ""},
		{"a browser gets a page", "GET", "/none", browser, 404, true, ""},
		{"the API gives a problem even to a browser", "GET", "/api/none", browser, 404, false, ""},
		{"health gives a problem even to a browser", "GET", "/health/none", browser, 404, false, ""},
		{"another method is told which ones there are", "GET", "/only-post", "*/*", 405, false, "POST"},
		{"HEAD comes with GET", "DELETE", "/both", "application/json", 405, false, "POST, GET, HEAD"},
		{"a browser gets a page for a wrong method", "DELETE", "/both", browser, 405, true, "POST, GET, HEAD"},
		{"a slash too few is no redirect", "POST", "/slash", "", 404, false, ""},
		{"HEAD of a form target changes nothing", "HEAD", "/only-post", "", 405, false, "POST"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := f.do(t, c.method, c.path, "Accept", c.accept)
			if w.Code != c.status || w.Header().Get("Allow") != c.allow {
				t.Errorf("status %d, Allow %q", w.Code, w.Header().Get("Allow"))
			}
			if c.page {
				if w.Body.String() != "a page" {
					t.Error(w.Body)
				}
				return
			}
			problemIn(t, w)
		})
	}
}

func TestHeadIsAnsweredLikeGetWithoutABody(t *testing.T) {
	t.Parallel()
	f := newEngine(t, nil)
	f.GET("/", func(c *gin.Context) { c.String(http.StatusOK, "body") })
	server := httptest.NewServer(f)
	defer server.Close()
	r, err := http.Head(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if body, _ := io.ReadAll(r.Body); r.StatusCode != 200 || len(body) != 0 || r.ContentLength != 4 {
		t.Errorf("status %d, %d bytes, length %d", r.StatusCode, len(body), r.ContentLength)
	}
	if !strings.Contains(f.log.String(), `"method":"HEAD"`) {
		t.Error(f.log)
	}
}

func TestBodiesAreLimited(t *testing.T) {
	t.Parallel()
	f := newEngine(t, nil)
	read := func(c *gin.Context) {
		if _, err := io.Copy(io.Discard, c.Request.Body); err != nil {
			f.Fail(c, err)
			return
		}
		c.Status(http.StatusNoContent)
	}
	f.POST("/default", read)
	f.POST("/large", web.BodyLimit(2<<20), read)
	f.POST("/small", web.BodyLimit(10), read)
	for _, c := range []struct {
		name, path string
		size, want int
	}{
		{"a megabyte passes", "/default", 1 << 20, 204},
		{"a byte more does not", "/default", 1<<20 + 1, 413},
		{"a route may take more", "/large", 2 << 20, 204},
		{"but not without end", "/large", 2<<20 + 1, 413},
		{"a route may take less", "/small", 11, 413},
		{"an empty body passes", "/small", 0, 204},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := f.send(httptest.NewRequestWithContext(t.Context(), "POST", c.path, strings.NewReader(strings.Repeat("x", c.size))))
			if w.Code != c.want {
				t.Errorf("status %d", w.Code)
			}
			if c.want == 413 {
				problemIn(t, w)
			}
		})
	}
}

func TestTheServerDoesNotWaitForSlowClients(t *testing.T) {
	t.Parallel()
	s := newEngine(t, nil).Server()
	if s.ReadHeaderTimeout == 0 || s.ReadTimeout == 0 || s.WriteTimeout == 0 || s.IdleTimeout == 0 || s.MaxHeaderBytes == 0 || s.ErrorLog == nil {
		t.Errorf("%+v", s)
	}
}
