package site

import (
	"context"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/mailer"
	"assent/subscriptions"
	"assent/templates"
)

const (
	maxName = 200 // characters
)

// joinPage shows the form of a list.
func (s *site) joinPage(c *gin.Context) error {
	o, err := s.openList(c.Request.Context(), c.Param("slug"))
	if err != nil {
		return err
	}
	if o.Programme.Ended(s.Now()) {
		return s.closed(c, o.Letterhead)
	}
	return s.page(c, http.StatusOK, "subscribe", s.joinForm(c, o))
}

// offer is a list that anybody may ask to join.
type offer struct {
	mailer.Letterhead
	box bool // saying yes takes a tick in a box, and not the button alone
}

// openList finds a list that anybody may ask to join. Any other is not found: that it exists is nobody's business.
func (s *site) openList(ctx context.Context, slug string) (offer, error) {
	const op = "site: open list"
	l, err := s.People.Store.ListBySlug(ctx, slug)
	if err != nil {
		return offer{}, errs.Wrap(op, err)
	}
	if !l.Joinable() {
		return offer{}, errs.E(op, errs.NotFound, "", nil)
	}
	h, err := s.letterhead(ctx, l)
	if err != nil {
		return offer{}, err
	}
	purpose, err := s.People.Store.Purpose(ctx, l.PurposeID)
	// Explicit consent is an express statement (Article 9(2)(a)); for consent any clear act will do (Article 4(11)).
	return offer{Letterhead: h, box: purpose.Basis == subscriptions.ExplicitConsent}, errs.Wrap(op, err)
}

func (s *site) joinForm(c *gin.Context, o offer) templates.SubscribePage {
	return templates.SubscribePage{
		Public: s.frame(c, o.Letterhead), Action: pages.InLanguage("/l/"+o.List.Slug, s.language(c)),
		List: o.List.Name, Description: o.List.Description, Wording: o.List.Wording, Box: o.box, AskName: true,
		FormToken: wordingMark(o.List), AskAge: o.List.AskAge, GuardianAge: o.Programme.GuardianAge,
	}
}

// wordingMark travels with the form, so that nobody agrees to words that changed while they were being read.
func wordingMark(l subscriptions.List) string { return subscriptions.TextDigest(l.Wording)[:16] }

// join takes the form. The answer is the same whoever the address belongs to; see evenly.
func (s *site) join(c *gin.Context) error {
	ctx := c.Request.Context()
	o, err := s.openList(ctx, c.Param("slug"))
	if err != nil {
		return err
	}
	if o.Programme.Ended(s.Now()) {
		return s.closed(c, o.Letterhead)
	}
	form, err := readJoin(c.Request)
	if err != nil {
		return err
	}
	lang := s.language(c)
	act, mistakes := form.act(o, wordsIn(lang))
	if len(mistakes) > 0 {
		page := s.joinForm(c, o)
		page.Email, page.Name, page.Agreed, page.Errors = form.email, form.name, form.agreed, mistakes
		form.again(&page, act.Age)
		return s.page(c, http.StatusUnprocessableEntity, "subscribe", page)
	}
	act.Evidence["page"] = s.Mail.Ways.BaseURL + "/l/" + o.List.Slug
	act.Evidence["user_agent"], act.Evidence["ip"] = browser(c.Request), c.ClientIP()
	err = evenly(ctx, beat, func() error {
		if form.trap != "" {
			return nil // a program filled in what people do not see
		}
		return s.People.Subscribe(ctx, act)
	})
	if err != nil {
		return errs.Wrap("site: join", err)
	}
	return s.page(c, http.StatusOK, "subscribe-sent", templates.SubscribeSentPage{
		Public: s.frame(c, o.Letterhead), List: o.List.Name, AgainURL: pages.InLanguage("/l/"+o.List.Slug, lang),
		ExpiresAt: s.Now().Add(subscriptions.ConfirmWithin).In(o.Programme.Zone()),
	})
}

// joinRequest is what was typed into the form of a list.
type joinRequest struct {
	email, name, trap, mark string
	agreed                  bool
	childhood
}

func readJoin(r *http.Request) (joinRequest, error) {
	if err := pages.ReadForm(r); err != nil {
		return joinRequest{}, err
	}
	return joinRequest{
		email: strings.TrimSpace(r.PostForm.Get(templates.FieldEmail)), name: strings.TrimSpace(r.PostForm.Get(templates.FieldName)),
		trap: r.PostForm.Get(templates.FieldTrap), mark: r.PostForm.Get(templates.FieldForm),
		agreed:    r.PostForm.Get(templates.FieldAgree) == "yes",
		childhood: readChildhood(r.PostForm),
	}, nil
}

// act is the person's act with its evidence, or what to mend. A form without a mark comes from a page of another site and is
// taken: the mail that asks to confirm shows the wording again.
func (f joinRequest) act(o offer, w words) (subscriptions.Act, []templates.FieldError) {
	var mistakes []templates.FieldError
	mistake := func(field, message string) {
		mistakes = append(mistakes, templates.FieldError{Field: field, Message: message})
	}
	to, err := address.Parse(f.email)
	if err != nil {
		mistake(templates.FieldEmail, w.needAddress)
	}
	if utf8.RuneCountInString(f.name) > maxName || !utf8.ValidString(f.name) || strings.ContainsFunc(f.name, unicode.IsControl) {
		mistake(templates.FieldName, w.nameTooLong)
	}
	age, guardian := f.check(o, to, w, mistake)
	did := "Pressed the button below the wording."
	if o.box {
		did = "Ticked the empty box beside the wording and pressed the button."
	}
	switch {
	case f.mark != "" && f.mark != wordingMark(o.List):
		mistake(templates.FieldAgree, w.wordsChanged)
	case o.box && !f.agreed:
		mistake(templates.FieldAgree, w.needTick)
	}
	return subscriptions.Act{
		ListID: o.List.ID, Address: to, Name: f.name, Language: w.lang, Channel: subscriptions.ByForm, Actor: "subscriber",
		Source: "web form", Wording: o.List.Wording, Evidence: subscriptions.Evidence{"act": did, "language": w.lang}, Age: age, Guardian: guardian,
	}, mistakes
}

const maxBrowser = 120 // characters kept of a User-Agent

// browser is the User-Agent, shortened: part of the evidence of an act. The client's address is kept apart, and only where the purpose says so.
func browser(r *http.Request) string {
	clean := strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || c == utf8.RuneError {
			return -1
		}
		return c
	}, r.UserAgent())
	if runes := []rune(clean); len(runes) > maxBrowser {
		return string(runes[:maxBrowser])
	}
	return clean
}
