package web

import (
	"io"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

// stall is how long nothing may come of a long body before it is given up.
const stall = 30 * time.Second

// LongBody takes the limits on size and time from the body of a request, for a handler that bounds what it reads itself, and never holds it in memory. The body may take as long as
// the line needs, as long as something comes of it: one of which nothing comes for 30 s fails. It becomes the request's body.
func LongBody(c *gin.Context) io.Reader {
	control := http.NewResponseController(c.Writer)
	_ = control.SetReadDeadline(time.Time{}) // a test's recorder has none
	_ = control.SetWriteDeadline(time.Time{})
	body := c.Request.Body
	if whole, ok := c.MustGet(unlimitedBody).(io.ReadCloser); ok {
		body = whole
	}
	b := &longBody{ReadCloser: body}
	b.watch = time.AfterFunc(stall, func() { _ = control.SetReadDeadline(time.Unix(1, 0)) }) // a read that waits ends at once
	b.watch.Stop()
	c.Request.Body = b
	return b
}

type longBody struct {
	io.ReadCloser
	watch *time.Timer // runs while a read waits
}

// Read implements io.Reader.
func (b *longBody) Read(p []byte) (int, error) {
	b.watch.Reset(stall)
	defer b.watch.Stop()
	return b.ReadCloser.Read(p)
}
