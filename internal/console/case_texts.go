package console

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"assent/inbox/cases"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/templates"
)

// letterTexts lists the texts that letters of a programme begin from, and shows one to change.
func (s *console) letterTexts(c *gin.Context, by auth.Actor) error {
	return s.showTexts(c, by, http.StatusOK, nil, "")
}

func (s *console) showTexts(c *gin.Context, by auth.Actor, status int, typed *cases.Text, problem string) error {
	const op = "console: letter texts"
	ctx := c.Request.Context()
	id, err := number(c, "programme")
	if err != nil {
		return err
	}
	p, err := s.People.Store.Programme(ctx, id)
	if err != nil {
		return errs.Wrap(op, err)
	}
	all, err := s.Casework.Texts(ctx, id)
	if err != nil {
		return errs.Wrap(op, err)
	}
	page := templates.LetterTextsPage{Console: s.around(by), Programme: p.Name, Back: pages.Desk + "/cases", MayWrite: by.May(auth.CasesWrite), Problem: problem}
	here := fmt.Sprintf("%s/letter-texts/%d", pages.Desk, id)
	for _, t := range all {
		own := "Comes with Assent"
		if t.ProgrammeID != 0 {
			own = "Of the programme"
		} else if !t.ChangedAt.IsZero() {
			own = "Of the house"
		}
		q := url.Values{"text": {t.Name}, "language": {t.Language}}
		page.Rows = append(page.Rows, templates.LetterTextRow{Title: t.Title, Name: t.Name, Language: map[string]string{"en": "English", "cy": "Welsh"}[t.Language], Own: own, URL: here + "?" + q.Encode()})
		if typed == nil && page.MayWrite && t.Name == c.Query("text") && t.Language == c.Query("language") {
			typed = &t
		}
	}
	if typed != nil {
		page.Edit = &templates.LetterTextForm{Action: here, Name: typed.Name, Title: typed.Title, Language: typed.Language, Subject: typed.Subject, Body: typed.Body}
	}
	for _, f := range cases.FieldNames() {
		page.Fields = append(page.Fields, templates.Fact{Name: "{{" + f[0] + "}}", Value: f[1]})
	}
	return s.page(c, status, "letter-texts", page)
}

// saveLetterText keeps a programme's own text.
func (s *console) saveLetterText(c *gin.Context, by auth.Actor) error {
	id, err := number(c, "programme")
	if err != nil {
		return err
	}
	if err := pages.ReadForm(c.Request); err != nil {
		return err
	}
	form := c.Request.PostForm
	t := cases.Text{ProgrammeID: id, Name: form.Get(templates.FieldText), Title: form.Get(templates.FieldTitle), Language: form.Get(templates.FieldLang), Subject: form.Get(templates.FieldSubject), Body: form.Get(templates.FieldBody), ChangedBy: by.String()}
	err = s.Casework.SaveText(c.Request.Context(), t)
	if err != nil && errs.KindOf(err) == errs.Invalid {
		return s.showTexts(c, by, http.StatusUnprocessableEntity, &t, errs.Message(err))
	}
	if err != nil {
		return errs.Wrap("console: save letter text", err)
	}
	c.Redirect(http.StatusSeeOther, fmt.Sprintf("%s/letter-texts/%d", pages.Desk, id))
	return nil
}
