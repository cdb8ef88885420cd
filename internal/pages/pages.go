// Package pages is what the public pages and the operators' console share: rendering a template into an answer, choosing the reader's language,
// reading a form, and showing a person what went wrong.
package pages

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"assent/internal/errs"
	"assent/internal/web"
	"assent/templates"
)

// HTML is the media type of every page.
const HTML = "text/html; charset=utf-8"

// Desk is where the operators' pages begin.
const Desk = "/console"

// AtDesk reports whether a path is that of an operators' page.
func AtDesk(path string) bool { return path == Desk || strings.HasPrefix(path, Desk+"/") }

// MaxForm bounds the body of a form, in octets.
const MaxForm = 16 << 10

// Write answers with a page in a language. Nothing is written unless the whole page renders.
func Write(c *gin.Context, set *templates.Set, status int, name, lang string, data any) error {
	var b bytes.Buffer
	if err := set.Page(&b, name, lang, data); err != nil {
		return errs.Wrap("pages: write "+name, err)
	}
	c.Data(status, HTML, b.Bytes())
	return nil
}

// Serve serves what answers a request or says why it cannot.
func Serve(e *web.Engine, answer func(c *gin.Context) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := answer(c); err != nil {
			e.Fail(c, err)
		}
	}
}

// ReadForm reads the fields of a form, in either of a form's two encodings. Kind of error: Invalid.
func ReadForm(r *http.Request) error {
	read := r.ParseForm
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		read = func() error { return r.ParseMultipartForm(MaxForm) }
	}
	if err := read(); err != nil {
		return errs.E("pages: read form", errs.Invalid, "The form could not be read. Go back and send it again.", err)
	}
	return nil
}

// Sentence begins with a capital.
func Sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
