package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/gin-gonic/gin"

	"assent/internal/errs"
)

// Config is what an Engine needs.
type Config struct {
	BaseURL        string         // public address of the pages, without a slash at its end
	TrustedProxies []netip.Prefix // whose X-Forwarded-For counts; none by default
	LogClients     bool           // write clients' addresses to the access log
	Log            *slog.Logger
	Now            func() time.Time
	// Page shows a problem to a person, with the problem's status. nil shows everybody the JSON form.
	Page func(c *gin.Context, p *Problem)
}

// Engine serves HTTP: a Gin router with what every answer of Assent has in common.
type Engine struct {
	*gin.Engine
	config Config
}

// New makes an engine without routes. An error is of kind Invalid.
func New(config Config) (*Engine, error) {
	gin.SetMode(gin.ReleaseMode) // or Gin writes its routes to standard output
	e := &Engine{Engine: gin.New(), config: config}
	// A redirected POST loses its body in many clients, and RFC 8058 section 3.1 forbids it to the one-click target.
	e.RedirectTrailingSlash = false
	e.RedirectFixedPath = false
	e.HandleMethodNotAllowed = true
	e.RemoteIPHeaders = []string{"X-Forwarded-For"}
	var proxies []string
	for _, p := range config.TrustedProxies {
		proxies = append(proxies, p.String())
	}
	if err := e.SetTrustedProxies(proxies); err != nil {
		return nil, errs.E("web: trusted proxies", errs.Invalid, "The trusted proxies must be addresses or networks such as 10.0.0.0/8.", err)
	}
	e.Use(numbered, e.logged, e.secured, e.recovered, limited)
	e.NoRoute(e.noRoute)
	e.NoMethod(e.noMethod)
	return e, nil
}

// ServeHTTP serves one request. HEAD is answered as GET is, and net/http leaves the body away (RFC 9110, section 9.3.2).
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodHead {
		r = r.WithContext(context.WithValue(r.Context(), methodKey, http.MethodHead))
		r.Method = http.MethodGet
	}
	e.Engine.ServeHTTP(w, r)
}

// Limits on slow clients. A body of DefaultMaxBody takes 30 s at some 35 kB/s.
const (
	headerTimeout = 5 * time.Second
	readTimeout   = 30 * time.Second
	writeTimeout  = 60 * time.Second // a handler that streams for longer sets a deadline of its own (http.ResponseController)
	idleTimeout   = 2 * time.Minute
	maxHeader     = 32 << 10 // bytes
)

// Server returns an HTTP server for the engine, to be started on a listener.
func (e *Engine) Server() *http.Server {
	return &http.Server{
		Handler:           e,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(e.config.Log.Handler(), slog.LevelWarn),
	}
}
