package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/web"
)

type actorKey struct{}

type streamKey struct{}

// incoming returns the body of a request to an operation that reads it as it comes.
func incoming(ctx context.Context) io.Reader {
	body, _ := ctx.Value(streamKey{}).(io.Reader)
	return body
}

// actor returns whoever acts in a request that has passed the guard.
func actor(ctx context.Context) auth.Actor {
	who, _ := ctx.Value(actorKey{}).(auth.Actor)
	return who
}

// guard lets a request through to an operation when its key has the operation's scope, reads its body, and sees to it that a
// repeated request is done once.
func (a *api) guard(op operation) func(huma.Context, func(huma.Context)) {
	return func(hc huma.Context, next func(huma.Context)) {
		c := humagin.Unwrap(hc)
		body, err := a.admit(c, op)
		if err != nil {
			a.fail(c, op, err)
			return
		}
		if key, repeatable := repeatKey(c, op); repeatable {
			a.once(c, op, key, body, func() { next(hc) })
			return
		}
		next(hc)
	}
}

func (a *api) fail(c *gin.Context, op operation, err error) {
	web.WriteProblem(c, a.engine.Report(c.Request.Context(), op.path, err))
}

func (a *api) admit(c *gin.Context, op operation) (body []byte, err error) {
	if err := checkURL(c.Request.URL); err != nil {
		return nil, err
	}
	if op.scope != "" {
		who, err := a.authenticate(c.Request)
		if err != nil {
			return nil, err
		}
		ctx := c.Request.Context()
		web.Acting(ctx, who.String())
		if err := who.Need(op.scope); err != nil {
			return nil, err
		}
		why := c.Request.Header.Get(auditReason)
		if err := audit.CheckWhy(why); err != nil {
			return nil, err
		}
		ctx = audit.For(audit.As(ctx, who.String()), why)
		c.Request = c.Request.WithContext(context.WithValue(ctx, actorKey{}, who))
	}
	if len(op.streams) > 0 {
		return streamBody(c)
	}
	return readBody(c, op)
}

// streamBody hands the body on as it comes. What stands for it where a request is repeated is its length.
func streamBody(c *gin.Context) (stands []byte, err error) {
	if strings.HasPrefix(c.Request.Header.Get("Content-Type"), "multipart/") {
		return nil, web.SortOfStatus(http.StatusUnsupportedMediaType).Problem("Send the file itself as the body, not a form with the file in it.", "")
	}
	body := web.LongBody(c)
	c.Request = c.Request.WithContext(context.WithValue(c.Request.Context(), streamKey{}, body))
	return strconv.AppendInt(nil, c.Request.ContentLength, 10), nil
}

// authenticate finds out whose key the request has (RFC 6750, section 2.1).
func (a *api) authenticate(r *http.Request) (auth.Actor, error) {
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || key == "" {
		return auth.Actor{}, errs.E("api: authenticate", errs.Unauthenticated, "Send an API key: Authorization: Bearer assent_…", nil)
	}
	return a.Auth.ByKey(r.Context(), strings.TrimSpace(key))
}

// checkURL refuses bytes that no database takes for text.
func checkURL(u *url.URL) error {
	query, err := url.QueryUnescape(u.RawQuery)
	if err != nil || !isText(u.Path) || !isText(query) {
		return web.SortOfStatus(http.StatusBadRequest).Problem("The address has bytes that are no text in UTF-8.", "")
	}
	return nil
}

func isText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// readBody reads the body within the engine's limit and puts it back for Huma.
func readBody(c *gin.Context, op operation) ([]byte, error) {
	if op.method != http.MethodPost && op.method != http.MethodPatch {
		return nil, nil
	}
	body, err := io.ReadAll(c.Request.Body)
	var slow net.Error
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, err
	case errors.As(err, &slow) && slow.Timeout():
		return nil, web.SortOfStatus(http.StatusRequestTimeout).Problem("", "")
	case err != nil:
		return nil, web.SortOfStatus(http.StatusBadRequest).Problem("The body broke off.", "")
	}
	if trimmed := bytes.TrimSpace(body); !op.body && len(trimmed) > 0 && string(trimmed) != "{}" {
		return nil, errs.E("api: read body", errs.Invalid, "This operation takes no body. Leave it empty.", nil)
	}
	c.Request.Body = io.NopCloser(bytes.NewReader(body))
	return body, nil
}
