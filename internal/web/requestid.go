package web

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"strings"

	"github.com/gin-gonic/gin"
)

const requestIDHeader = "X-Request-Id"

type contextKey uint8

const (
	requestIDKey contextKey = iota
	methodKey               // the method as it was asked for, where HEAD is served by GET
	actorKey                // *string: whoever acts, once that is known
)

// RequestID returns the number of the request that a context belongs to, "" for none.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey).(string)
	return id
}

// Acting notes whoever acts in a request, such as "key:5", for the access log. It must name nobody.
func Acting(ctx context.Context, actor string) {
	if p, ok := ctx.Value(actorKey).(*string); ok {
		*p = actor
	}
}

// numbered gives each request a number of its own. One that the client sends is not taken over, for it might be anything.
func numbered(c *gin.Context) {
	id := newRequestID()
	ctx := context.WithValue(c.Request.Context(), requestIDKey, id)
	ctx = context.WithValue(ctx, actorKey, new(string))
	c.Request = c.Request.WithContext(ctx)
	c.Header(requestIDHeader, id)
	c.Next()
}

func newRequestID() string {
	var b [10]byte
	rand.Read(b[:]) // never fails
	return strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
}
