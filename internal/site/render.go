package site

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"assent/internal/pages"
	"assent/mailer"
	"assent/templates"
)

// page answers with a page in the reader's language.
func (s *site) page(c *gin.Context, status int, name string, data any) error {
	c.Header("Vary", "Accept-Language")
	return pages.Write(c, s.Mail.Templates, status, name, s.language(c), data)
}

// frame is what stands around a public page: in whose name it speaks, and the same page in other languages. The zero letterhead
// speaks for nobody in particular.
func (s *site) frame(c *gin.Context, h mailer.Letterhead) templates.Public {
	lang := s.language(c)
	p := templates.Public{HomeURL: pages.InLanguage("/", lang)}
	if h.Programme.ID != 0 {
		p.Sender = s.Mail.Sender(h)
		p.RequestURL, p.ComplaintURL = pages.InLanguage(requestPath+h.Programme.Slug, lang), pages.InLanguage(complaintPath+h.Programme.Slug, lang)
	}
	if p.NoticeURL != "" {
		p.NoticeURL = pages.InLanguage(p.NoticeURL, lang)
	}
	if c.Request.Method == http.MethodGet { // what answers a form cannot be asked for again in another language
		p.Languages = languageLinks()
	}
	return p
}
