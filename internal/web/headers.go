package web

import (
	"fmt"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

// contentPolicy lets a page load its own style sheet and images, and nothing else from anywhere.
const contentPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// secured sets the headers that every answer has.
func (e *Engine) secured(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("Referrer-Policy", "no-referrer") // a link's token must not travel on
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	if strings.HasPrefix(e.config.BaseURL, "https://") {
		h.Set("Strict-Transport-Security", "max-age=31536000") // RFC 6797
	}
	c.Next()
}

// Cacheable lets anybody keep what a route answers, for files that are the same for everybody.
func Cacheable(life time.Duration) gin.HandlerFunc {
	value := fmt.Sprintf("public, max-age=%d", int(life.Seconds()))
	return func(c *gin.Context) {
		c.Header("Cache-Control", value)
		c.Next()
	}
}
