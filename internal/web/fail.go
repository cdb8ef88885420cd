package web

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"assent/internal/errs"
)

const retryAfter = "30" // seconds, where nothing better is known

// Fail answers a request with an error, as JSON to programs and as a page to browsers, and ends it. The cause goes to the log.
func (e *Engine) Fail(c *gin.Context, err error) {
	e.answer(c, e.Report(c.Request.Context(), route(c), err))
}

// Report logs what no client can mend, with the pattern of its route, and returns the problem to answer with.
func (e *Engine) Report(ctx context.Context, route string, err error) *Problem {
	p := ProblemOf(err, RequestID(ctx))
	if p.Status >= http.StatusInternalServerError && ctx.Err() == nil {
		level := slog.LevelError
		if p.Status == http.StatusServiceUnavailable {
			level = slog.LevelWarn
		}
		e.config.Log.LogAttrs(ctx, level, "request failed",
			slog.String("request", RequestID(ctx)), slog.String("route", route), slog.String("cause", err.Error()))
	}
	return p
}

// Mark sets the headers that belong to a problem.
func Mark(h http.Header, p *Problem) {
	switch p.Status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="assent"`) // RFC 6750, section 3
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		if h.Get("Retry-After") == "" {
			h.Set("Retry-After", retryAfter)
		}
	}
}

// answer writes a problem and ends the request.
func (e *Engine) answer(c *gin.Context, p *Problem) {
	c.Abort()
	Mark(c.Writer.Header(), p)
	if e.config.Page != nil && wantsPage(c.Request) {
		e.config.Page(c, p)
		return
	}
	WriteProblem(c, p)
}

// WriteProblem writes a problem as JSON and ends the request.
func WriteProblem(c *gin.Context, p *Problem) {
	c.Abort()
	Mark(c.Writer.Header(), p)
	body, err := json.Marshal(p)
	if err != nil { // a problem always marshals
		c.Status(http.StatusInternalServerError)
		return
	}
	c.Data(p.Status, ProblemJSON, append(body, '\n'))
}

// wantsPage reports whether a person looks at the answer: a browser asks for text/html by name.
func wantsPage(r *http.Request) bool {
	for _, machine := range []string{"/api/", "/health/", "/openapi."} {
		if strings.HasPrefix(r.URL.Path, machine) {
			return false
		}
	}
	return strings.Contains(strings.ToLower(r.Header.Get("Accept")), "text/html")
}

// noRoute answers where nothing is.
func (e *Engine) noRoute(c *gin.Context) {
	e.answer(c, SortOf(errs.NotFound).Problem("There is nothing at this address.", RequestID(c.Request.Context())))
}

// noMethod answers a method that an address does not know. Gin has set Allow (RFC 9110, section 15.5.6).
func (e *Engine) noMethod(c *gin.Context) {
	if allow := c.Writer.Header().Get("Allow"); strings.Contains(allow, http.MethodGet) {
		c.Header("Allow", allow+", "+http.MethodHead)
	}
	e.answer(c, SortOfStatus(http.StatusMethodNotAllowed).Problem("", RequestID(c.Request.Context())))
}
