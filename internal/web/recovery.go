package web

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"

	"github.com/gin-gonic/gin"

	"assent/internal/errs"
)

// recovered turns a panic into a problem with the request's number; the rest is in the log.
func (e *Engine) recovered(c *gin.Context) {
	defer func() {
		value := recover()
		if value == nil {
			return
		}
		if err, ok := value.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(http.ErrAbortHandler) // the way in which a handler drops its connection
		}
		e.config.Log.ErrorContext(c.Request.Context(), "panic in a handler",
			"request", RequestID(c.Request.Context()), "route", route(c), "panic", fmt.Sprint(value), "stack", string(debug.Stack()))
		if c.Writer.Written() {
			c.Abort()
			panic(http.ErrAbortHandler) // half an answer must not look whole
		}
		e.answer(c, SortOf(errs.Internal).Problem("", RequestID(c.Request.Context())))
	}()
	c.Next()
}
