package site

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"assent/inbox/cases"
	"assent/inbox/webform"
	"assent/internal/address"
	"assent/internal/errs"
	"assent/internal/idempotency"
	"assent/internal/pages"
	"assent/internal/web"
	"assent/mailer"
	"assent/subscriptions"
	"assent/templates"
)

// Desk takes what people send on the public form. *webform.Service is one.
type Desk interface {
	Take(ctx context.Context, f webform.Form) (webform.Receipt, error)
}

const (
	requestPath   = "/requests/"
	complaintPath = "/complaints/"

	maxRequest   = webform.MaxFiles*webform.MaxFile + 1<<20 // octets of a form with its files
	requestBurst = 10
	requestEvery = 30 * time.Second
)

// requestPages puts the forms for requests and complaints on the engine. They need no login, no cookie and no script, and no picture puzzle: what keeps programs
// away is a limit on how often one client may post, a field that people do not see, and the one acknowledgement a day to an address. A browser that says that the
// form came from another site is refused.
func (s *site) requestPages() {
	limited := s.engine.Limit(web.NewLimiter(requestBurst, requestEvery, s.Now))
	body := web.BodyLimit(maxRequest)
	for path, complaint := range map[string]bool{requestPath: false, complaintPath: true} {
		s.engine.GET(path+":programme", s.show(func(c *gin.Context) error { return s.requestPage(c, complaint) }))
		s.engine.POST(path+":programme", ownForm, limited, body, s.show(func(c *gin.Context) error { return s.request(c, complaint) }))
	}
}

// ownForm refuses a form that a browser sends on behalf of another site. Who sends no such header, as programs and old browsers do, carries nothing that could be misused:
// there is no cookie.
func ownForm(c *gin.Context) {
	if site := c.GetHeader("Sec-Fetch-Site"); site == "cross-site" {
		c.AbortWithStatus(http.StatusForbidden)
	}
}

// requestPage shows the form. A programme that has ended answers for what it holds all the same.
func (s *site) requestPage(c *gin.Context, complaint bool) error {
	p, err := s.People.Store.ProgrammeBySlug(c.Request.Context(), c.Param("programme"))
	if err != nil {
		return errs.Wrap("site: request page", err)
	}
	page, err := s.requestForm(c, p, complaint, nil)
	if err != nil {
		return err
	}
	return s.page(c, http.StatusOK, "request", page)
}

func (s *site) requestForm(c *gin.Context, p subscriptions.Programme, complaint bool, ticked []cases.Kind) (templates.RequestPage, error) {
	lang := s.language(c)
	h, err := s.letterheadOf(c.Request.Context(), p)
	page := templates.RequestPage{
		Public: s.frame(c, h), Key: idempotency.NewFormKey(), Complaint: complaint, Name: p.Name, MaxFiles: webform.MaxFiles, MaxSize: fmt.Sprintf("%d MB", webform.MaxFile>>20),
		Action: pages.InLanguage(requestPath+p.Slug, lang), OtherURL: pages.InLanguage(complaintPath+p.Slug, lang),
	}
	if complaint {
		page.Action, page.OtherURL = page.OtherURL, page.Action
		return page, err
	}
	for _, k := range webform.Kinds() {
		want := templates.Want{Value: string(k)}
		for _, t := range ticked {
			want.Ticked = want.Ticked || t == k
		}
		page.Wants = append(page.Wants, want)
	}
	return page, err
}

// letterheadOf gathers what a page of a programme shows around it: with the notice in force.
func (s *site) letterheadOf(ctx context.Context, p subscriptions.Programme) (mailer.Letterhead, error) {
	h := mailer.Letterhead{Programme: p}
	all, err := s.People.Store.Notices(ctx, p.ID)
	for _, n := range all {
		if n.Version > h.Notice.Version {
			h.Notice = n
		}
	}
	return h, errs.Wrap("site: letterhead", err)
}

// request takes the form. The answer is the same whoever the address belongs to; see evenly.
func (s *site) request(c *gin.Context, complaint bool) error {
	ctx := c.Request.Context()
	p, err := s.People.Store.ProgrammeBySlug(ctx, c.Param("programme"))
	if err != nil {
		return errs.Wrap("site: request", err)
	}
	if err := pages.ReadForm(c.Request); err != nil {
		return err
	}
	if c.Request.MultipartForm != nil {
		defer c.Request.MultipartForm.RemoveAll()
	}
	typed := c.Request.PostForm
	form, mistakes := s.readRequest(c, p, complaint)
	defer closeAll(form.Files)
	if len(mistakes) > 0 {
		page, err := s.requestForm(c, p, complaint, form.Kinds)
		if err != nil {
			return err
		}
		page.Words, page.Person, page.Email, page.Reach = form.Words, form.Name, typed.Get(templates.FieldEmail), form.Contact
		page.Receiver, page.RecvAddr = form.Receiver.Name, typed.Get(templates.FieldReceiverEmail)
		page.Whom, page.AboutName, page.AboutAddr, page.Errors = typed.Get(templates.FieldWhom), form.AboutName, typed.Get(templates.FieldAboutEmail), downThePage(mistakes)
		return s.page(c, http.StatusUnprocessableEntity, "request", page)
	}
	taken := webform.Receipt{ReceivedAt: s.Now()}
	err = evenly(ctx, beat, func() (err error) {
		if typed.Get(templates.FieldTrap) != "" {
			return nil // a program filled in what people do not see
		}
		taken, err = s.Requests.Take(ctx, form)
		return err
	})
	if err != nil {
		return errs.Wrap("site: request", err)
	}
	page := templates.RequestSentPage{
		Public: s.frame(c, mailer.Letterhead{Programme: p}), Complaint: complaint, Reference: taken.Reference, ReceivedAt: taken.ReceivedAt.In(p.Zone()), ByMail: !form.Address.IsZero(),
	}
	if due, err := time.ParseInLocation(time.DateOnly, taken.AnswerBy, p.Zone()); err == nil {
		page.DueAt = due
	}
	return s.page(c, http.StatusOK, "request-sent", page)
}

// readRequest reads the form, and what is to be mended in it.
func (s *site) readRequest(c *gin.Context, p subscriptions.Programme, complaint bool) (webform.Form, []templates.FieldError) {
	form, lang := c.Request.PostForm, s.language(c)
	says := requestWords(lang)
	f := webform.Form{
		Programme: p, Complaint: complaint, Kinds: cases.KindsOf(form[templates.FieldWant]), Words: strings.TrimSpace(form.Get(templates.FieldWords)), Name: strings.TrimSpace(form.Get(templates.FieldName)),
		Contact: strings.TrimSpace(form.Get(templates.FieldContact)), AboutName: strings.TrimSpace(form.Get(templates.FieldAboutName)), Language: lang, Browser: browser(c.Request),
		Key: form.Get(templates.FieldKey),
	}
	f.Receiver.Name = strings.TrimSpace(form.Get(templates.FieldReceiverName))
	var mistakes []templates.FieldError
	for _, a := range []struct {
		field string
		into  *address.Address
	}{{templates.FieldEmail, &f.Address}, {templates.FieldAboutEmail, &f.AboutAddress}, {templates.FieldReceiverEmail, &f.Receiver.Address}} {
		text := strings.TrimSpace(form.Get(a.field))
		if text == "" {
			continue
		}
		parsed, err := address.Parse(text)
		if err != nil {
			mistakes = append(mistakes, templates.FieldError{Field: a.field, Message: wordsIn(lang).needAddress})
		}
		*a.into = parsed
	}
	f.ForOther = form.Get(templates.FieldWhom) == templates.WhomOther || f.AboutName != "" || !f.AboutAddress.IsZero()
	if c.Request.MultipartForm != nil {
		for _, h := range c.Request.MultipartForm.File[templates.FieldFiles] {
			if h.Size == 0 {
				continue // the field was left alone
			}
			file, err := h.Open()
			if err != nil {
				mistakes = append(mistakes, templates.FieldError{Field: templates.FieldFiles, Message: says[webform.FileTooLarge].Message})
				break
			}
			f.Files = append(f.Files, webform.File{Name: h.Filename, Size: h.Size, Body: file})
		}
	}
	return f, append(mistakes, checkRequest(f, mistakes, says)...)
}

// checkRequest returns what is to be mended besides addresses that are none, of which the first list tells.
func checkRequest(f webform.Form, mistyped []templates.FieldError, says map[webform.Mistake]templates.FieldError) (out []templates.FieldError) {
	told := func(field string) bool {
		return slices.ContainsFunc(mistyped, func(e templates.FieldError) bool { return e.Field == field })
	}
	for _, m := range f.Check() {
		if m == webform.NoWayToAnswer && told(templates.FieldEmail) || m == webform.WhoElse && told(templates.FieldAboutEmail) {
			continue // an address stands there, and is told to be mended
		}
		mistake := says[m]
		if m == webform.NothingAsked && f.Complaint {
			mistake.Field = templates.FieldWords
		}
		out = append(out, mistake)
	}
	return out
}

// downThePage puts mistakes in the order in which their fields stand on the page, so that whoever mends them goes down it once.
func downThePage(mistakes []templates.FieldError) []templates.FieldError {
	fields := []string{
		templates.FieldWant, templates.FieldWords, templates.FieldReceiverName, templates.FieldReceiverEmail, templates.FieldWhom, templates.FieldAboutName, templates.FieldAboutEmail,
		templates.FieldName, templates.FieldEmail, templates.FieldContact, templates.FieldFiles,
	}
	slices.SortStableFunc(mistakes, func(a, b templates.FieldError) int {
		return cmp.Compare(slices.Index(fields, a.Field), slices.Index(fields, b.Field))
	})
	return mistakes
}

// closeAll closes what came with a form.
func closeAll(files []webform.File) {
	for _, f := range files {
		if c, ok := f.Body.(interface{ Close() error }); ok {
			_ = c.Close()
		}
	}
}

// requestWords says what is to be mended, and where.
func requestWords(lang string) map[webform.Mistake]templates.FieldError {
	if lang == templates.Welsh {
		return map[webform.Mistake]templates.FieldError{
			webform.NothingAsked:  {Field: templates.FieldWant, Message: "Ticiwch yr hyn yr ydych am ei gael, neu ysgrifennwch ef yn eich geiriau eich hun"},
			webform.WordsTooLong:  {Field: templates.FieldWords, Message: "Ysgrifennwch lai na 20,000 o nodau, neu anfonwch y gweddill fel ffeil"},
			webform.NoWayToAnswer: {Field: templates.FieldEmail, Message: "Rhowch gyfeiriad e-bost, neu gyfeiriad post neu rif ffôn, er mwyn i ni allu ateb"},
			webform.NameTooLong:   {Field: templates.FieldName, Message: wordsIn(lang).nameTooLong},
			webform.AboutLong:     {Field: templates.FieldAboutName, Message: wordsIn(lang).nameTooLong},
			webform.ContactLong:   {Field: templates.FieldContact, Message: "Rhowch gyfeiriad neu rif o ddim mwy na 500 nod"},
			webform.WhoElse:       {Field: templates.FieldAboutName, Message: "Rhowch enw’r person y mae’n ymwneud ag ef"},
			webform.FileTooLarge:  {Field: templates.FieldFiles, Message: "Dewiswch ffeiliau o ddim mwy na 5 MB yr un"},
			webform.ReceiverLong:  {Field: templates.FieldReceiverName, Message: wordsIn(lang).nameTooLong},
			webform.TooManyFiles:  {Field: templates.FieldFiles, Message: "Dewiswch ddim mwy na 5 ffeil"},
		}
	}
	return map[webform.Mistake]templates.FieldError{
		webform.NothingAsked:  {Field: templates.FieldWant, Message: "Tick what you want, or write it in your own words"},
		webform.WordsTooLong:  {Field: templates.FieldWords, Message: "Write less than 20,000 characters, or send the rest as a file"},
		webform.NoWayToAnswer: {Field: templates.FieldEmail, Message: "Enter an email address, or a postal address or telephone number below, so that we can answer"},
		webform.NameTooLong:   {Field: templates.FieldName, Message: wordsIn(lang).nameTooLong},
		webform.AboutLong:     {Field: templates.FieldAboutName, Message: wordsIn(lang).nameTooLong},
		webform.ContactLong:   {Field: templates.FieldContact, Message: "Enter an address or number of at most 500 characters"},
		webform.WhoElse:       {Field: templates.FieldAboutName, Message: "Enter the name of the person it is about"},
		webform.FileTooLarge:  {Field: templates.FieldFiles, Message: "Choose files of at most 5 MB each"},
		webform.ReceiverLong:  {Field: templates.FieldReceiverName, Message: wordsIn(lang).nameTooLong},
		webform.TooManyFiles:  {Field: templates.FieldFiles, Message: "Choose at most 5 files"},
	}
}
