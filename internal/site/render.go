package site

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"assent/internal/errs"
	"assent/internal/web"
	"assent/mailer"
	"assent/templates"
)

const htmlType = "text/html; charset=utf-8"

// page answers with a page in the reader's language. Nothing is written unless the whole page renders.
func (s *site) page(c *gin.Context, status int, name string, data any) error {
	var b bytes.Buffer
	if err := s.Mail.Templates.Page(&b, name, s.language(c), data); err != nil {
		return errs.Wrap("site: page "+name, err)
	}
	c.Header("Vary", "Accept-Language")
	c.Data(status, htmlType, b.Bytes())
	return nil
}

// frame is what stands around a public page: in whose name it speaks, and the same page in other languages. The zero letterhead
// speaks for nobody in particular.
func (s *site) frame(c *gin.Context, h mailer.Letterhead) templates.Public {
	lang := s.language(c)
	p := templates.Public{HomeURL: inLanguage("/", lang)}
	if h.Programme.ID != 0 {
		p.Sender = s.Mail.Sender(h)
	}
	if p.NoticeURL != "" {
		p.NoticeURL = inLanguage(p.NoticeURL, lang)
	}
	if c.Request.Method == http.MethodGet { // what answers a form cannot be asked for again in another language
		p.Languages = languageLinks()
	}
	return p
}

// ProblemPage shows what went wrong to a person; web.Config takes it.
func ProblemPage(set *templates.Set) func(c *gin.Context, p *web.Problem) {
	matcher := newMatcher()
	return func(c *gin.Context, p *web.Problem) {
		lang := languageOf(c.Request, matcher)
		name, data := problemPage(c.Request, p, lang)
		var b bytes.Buffer
		if err := set.Page(&b, name, lang, data); err != nil {
			web.WriteProblem(c, p)
			return
		}
		c.Data(p.Status, htmlType, b.Bytes())
	}
}

func problemPage(r *http.Request, p *web.Problem, lang string) (name string, data any) {
	around := templates.Public{HomeURL: inLanguage("/", lang)}
	if inConsole(r.URL.Path) {
		around = templates.Public{HomeURL: Root, Sender: templates.Sender{Organisation: "Assent"}}
	}
	if p.Status == http.StatusNotFound {
		return "not-found", templates.NotFoundPage{Public: around}
	}
	title, happened, do := wordsIn(lang).problem(p)
	return "error", templates.ErrorPage{
		Public: around, Status: p.Status, Title: title, Happened: happened, Do: do, Reference: p.Instance,
	}
}

func inConsole(path string) bool {
	return path == Root || strings.HasPrefix(path, Root+"/")
}
