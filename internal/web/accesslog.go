package web

import (
	"log/slog"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
)

// logged writes one line for each request: the pattern of its route and not its path, which may hold a token, and no query.
func (e *Engine) logged(c *gin.Context) {
	start := e.config.Now()
	c.Next()
	ctx := c.Request.Context()
	attrs := []slog.Attr{
		slog.String("request", RequestID(ctx)),
		slog.String("method", method(c.Request)),
		slog.String("route", route(c)),
		slog.Int("status", c.Writer.Status()),
		slog.Int("bytes", max(c.Writer.Size(), 0)),
		slog.Int64("ms", e.config.Now().Sub(start).Milliseconds()),
	}
	if actor, _ := ctx.Value(actorKey).(*string); actor != nil && *actor != "" {
		attrs = append(attrs, slog.String("actor", *actor))
	}
	if e.config.LogClients {
		attrs = append(attrs, slog.String("client", c.ClientIP()))
	}
	level := slog.LevelInfo
	if strings.HasPrefix(c.FullPath(), "/health/") {
		level = slog.LevelDebug // asked every few seconds
	}
	e.config.Log.LogAttrs(ctx, level, "request", attrs...)
}

func route(c *gin.Context) string {
	if p := c.FullPath(); p != "" {
		return p
	}
	return "none"
}

// method returns the method that was asked for, cut to what a log line can bear.
func method(r *http.Request) string {
	m := r.Method
	if asked, ok := r.Context().Value(methodKey).(string); ok {
		m = asked
	}
	if len(m) > 20 {
		return m[:20]
	}
	return m
}
