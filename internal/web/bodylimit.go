package web

import (
	"io"
	"net/http"

	"github.com/gin-gonic/gin"
)

// DefaultMaxBody is how many bytes the body of a request may have where a route does not say otherwise.
const DefaultMaxBody = 1 << 20

const unlimitedBody = "assent/unlimited-body"

// limited bounds every body.
func limited(c *gin.Context) {
	c.Set(unlimitedBody, c.Request.Body)
	bound(c, DefaultMaxBody)
	c.Next()
}

// BodyLimit gives a route a limit of its own, in bytes, above or below DefaultMaxBody.
func BodyLimit(limit int64) gin.HandlerFunc {
	return func(c *gin.Context) {
		if body, ok := c.MustGet(unlimitedBody).(io.ReadCloser); ok {
			c.Request.Body = body
		}
		bound(c, limit)
		c.Next()
	}
}

func bound(c *gin.Context, limit int64) {
	if c.Request.Body != nil {
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, limit)
	}
}
