package pages

import (
	"bytes"
	"net/http"

	"github.com/gin-gonic/gin"

	"assent/internal/web"
	"assent/templates"
)

// Problem shows what went wrong to a person; web.Config takes it.
func Problem(set *templates.Set) func(c *gin.Context, p *web.Problem) {
	matcher := Languages()
	return func(c *gin.Context, p *web.Problem) {
		lang := LanguageOf(c.Request, matcher)
		name, data := problemPage(c.Request, p, lang)
		var b bytes.Buffer
		if err := set.Page(&b, name, lang, data); err != nil {
			web.WriteProblem(c, p)
			return
		}
		c.Data(p.Status, HTML, b.Bytes())
	}
}

func problemPage(r *http.Request, p *web.Problem, lang string) (name string, data any) {
	around := templates.Public{HomeURL: InLanguage("/", lang)}
	if AtDesk(r.URL.Path) {
		around = templates.Public{HomeURL: Desk, Sender: templates.Sender{Organisation: "Assent"}}
	}
	if p.Status == http.StatusNotFound {
		return "not-found", templates.NotFoundPage{Public: around, Desk: AtDesk(r.URL.Path)}
	}
	title, happened, do := wordsIn(lang).about(p)
	return "error", templates.ErrorPage{
		Public: around, Status: p.Status, Title: title, Happened: happened, Do: do, Reference: p.Instance,
	}
}

// words is what a page says of a problem, by status, in one language.
type words struct {
	titles, happened, do map[int]string
}

func wordsIn(lang string) words {
	if lang == templates.Welsh {
		return welsh()
	}
	return english()
}

func english() words {
	return words{
		titles: map[int]string{
			http.StatusForbidden:           "You may not see this page",
			http.StatusTooManyRequests:     "Too many requests",
			http.StatusServiceUnavailable:  "This page is not working just now",
			http.StatusInternalServerError: "Something went wrong",
		},
		do: map[int]string{
			http.StatusForbidden:           "If you need it for your work, ask whoever runs Assent here for another role.",
			http.StatusTooManyRequests:     "Wait a minute, then try again.",
			http.StatusServiceUnavailable:  "Try again in a few minutes. Nothing was changed.",
			http.StatusInternalServerError: "Try again. If it happens again, tell us the reference below.",
		},
	}
}

func welsh() words {
	return words{
		titles: map[int]string{
			http.StatusForbidden:           "Ni chewch weld y dudalen hon",
			http.StatusTooManyRequests:     "Gormod o geisiadau",
			http.StatusServiceUnavailable:  "Nid yw’r dudalen hon yn gweithio ar hyn o bryd",
			http.StatusInternalServerError: "Aeth rhywbeth o’i le",
		},
		happened: map[int]string{
			http.StatusForbidden:           "Nid oes gennych ganiatâd i wneud hyn.",
			http.StatusTooManyRequests:     "Daeth gormod o geisiadau o’ch rhwydwaith.",
			http.StatusServiceUnavailable:  "Nid oedd modd i ni gwblhau eich cais.",
			http.StatusInternalServerError: "Aeth rhywbeth o’i le ar ein hochr ni.",
		},
		do: map[int]string{
			http.StatusTooManyRequests:     "Arhoswch funud, yna rhowch gynnig arall arni.",
			http.StatusServiceUnavailable:  "Rhowch gynnig arall arni ymhen ychydig funudau. Ni newidiwyd dim.",
			http.StatusInternalServerError: "Rhowch gynnig arall arni. Os bydd yn digwydd eto, dywedwch wrthym y cyfeirnod isod.",
		},
	}
}

// about returns what a page says about a problem. What happened is the error's own sentence, which is English, where
// the language has none.
func (w words) about(p *web.Problem) (title, happened, do string) {
	title, happened, do = w.titles[p.Status], w.happened[p.Status], w.do[p.Status]
	if title == "" {
		title = p.Title
	}
	if happened == "" {
		happened = p.Detail
	}
	return title, happened, do
}
