package console

import (
	"cmp"
	"context"
	"crypto/rand"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"assent/inbox/cases"
	"assent/internal/auth"
	"assent/internal/clock"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/mailer"
	"assent/templates"
)

// lettersFor returns the texts in a language that a letter about a case may begin from.
func (s *console) lettersFor(ctx context.Context, k cases.Case, language string) ([]cases.Text, error) {
	all, err := s.Casework.Texts(ctx, k.ProgrammeID)
	var out []cases.Text
	for _, t := range all {
		if t.Language == language {
			out = append(out, t)
		}
	}
	return out, err
}

// offerLetters offers the texts that fit the case as it is before all others, and its own language before the other.
func (s *console) offerLetters(ctx context.Context, k cases.Case, page *templates.CasePage) error {
	texts, err := s.lettersFor(ctx, k, templates.English)
	next := cases.Suggest(k, texts)
	for _, t := range texts {
		choice := templates.CaseChoice{Value: t.Name, Label: t.Title, Chosen: t.Name == next}
		if _, late := k.TooLateToExtend(s.Casework.Reckoner.UKDate(s.Now())); t.Fits(k) && !(t.Extends && late) {
			page.Letters = append(page.Letters, choice)
		} else {
			page.OtherLetters = append(page.OtherLetters, choice)
		}
	}
	page.Languages = choices(k.Language, templates.CaseChoice{Value: "en", Label: "English"}, templates.CaseChoice{Value: "cy", Label: "Welsh"})
	return err
}

// letterPage begins a letter from a text with its fields filled.
func (s *console) letterPage(c *gin.Context, by auth.Actor) error {
	const op = "console: letter"
	ctx := c.Request.Context()
	k, err := s.readCase(c, by)
	if err != nil {
		return err
	}
	language := cmp.Or(c.Query("language"), templates.English)
	texts, err := s.lettersFor(ctx, k, language)
	if err != nil {
		return errs.Wrap(op, err)
	}
	page := templates.CaseLetterPage{Key: rand.Text(), Title: "Write a letter"}
	for _, t := range texts {
		if t.Name != c.Query("text") {
			continue
		}
		t = t.For(k)
		values, err := s.letterValues(ctx, k, language)
		if err != nil {
			return errs.Wrap(op, err)
		}
		page.Text, page.Title, page.Answers = t.Name, t.Title, t.Answers && k.State == cases.Decided
		page.Asks, page.Extends, page.Does = string(t.Asks), t.Extends, t.Does
		if last := cases.ExtendedTo(s.Casework.Reckoner, k, s.Casework.Reckoner.UKDate(s.Now())); t.Extends && !last.IsZero() {
			page.Promise, page.Promised = last.String(), "Our full answer"
		}
		if page.Subject, err = cases.Fill(t.Subject, values); err != nil {
			return errs.Wrap(op, err)
		}
		if page.Body, err = cases.FillBody(t.Body, values); err != nil {
			return errs.Wrap(op, err)
		}
	}
	return s.showLetter(c, by, k, http.StatusOK, language, page)
}

// letterValues returns what the fields of a text stand for.
func (s *console) letterValues(ctx context.Context, k cases.Case, language string) (cases.Fields, error) {
	v := cases.Fields{"reference": k.Reference, "received": letterDay(clock.DateIn(k.ReceivedAt, s.Zone), language)}
	if due, err := clock.ParseDate(k.AnswerBy()); err == nil {
		v["due"] = letterDay(due, language)
	}
	form, err := s.complaintForm(ctx, k)
	if err != nil {
		return nil, err
	}
	for name, value := range s.Casework.DecisionFields(k, language, form) {
		v[name] = value
	}
	if k.Decision != nil {
		v["outcome"], v["reasons"] = outcomeLetter(k.Decision.Outcome, language), plain(k.Decision.Words)
	}
	if k.Kind == cases.Rectification {
		if v["changes"], err = s.Amending.Changes(ctx, k, language); err != nil {
			return nil, err
		}
		v["changes"] = plain(v["changes"])
	}
	parties, err := s.Cases.CaseParties(ctx, k.ID)
	if err != nil {
		return nil, err
	}
	v["name"] = partyLetter("", language)
	for _, p := range parties {
		if p.Role == cases.Requester {
			v["name"] = partyLetter(plain(p.Name), language)
			break
		}
	}
	if k.ProgrammeID == 0 {
		return v, nil
	}
	p, err := s.People.Store.Programme(ctx, k.ProgrammeID)
	v["programme"], v["controller"], v["officer"], v["officer-address"] = p.Name, p.Controller, p.DPOName, p.DPOAddress.String()
	v["contact"], v["contact-address"] = p.Contact.Name, p.Contact.Address.String()
	return v, err
}

// letterDay writes a day as a letter has it.
func letterDay(d clock.Date, language string) string {
	return templates.Day(time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC), language)
}

// showLetter shows the form of a letter.
func (s *console) showLetter(c *gin.Context, by auth.Actor, k cases.Case, status int, language string, page templates.CaseLetterPage) error {
	parties, err := s.Cases.CaseParties(c.Request.Context(), k.ID)
	if err != nil {
		return errs.Wrap("console: letter", err)
	}
	page.Console, page.Row, page.Action = s.around(by), s.caseRow(k), caseURL(k.ID)+"/letter"
	for _, p := range parties {
		if to := p.Address.String(); to != "" && !hasChoice(page.To, to) {
			page.To = append(page.To, templates.CaseChoice{Value: to, Label: to})
		}
	}
	page.Languages = choices(language, templates.CaseChoice{Value: "en", Label: "English"}, templates.CaseChoice{Value: "cy", Label: "Welsh"})
	page.MayAnswer = k.State == cases.Decided && k.Facts.AnsweredOn.IsZero()
	switch cases.Awaited(page.Asks) {
	case cases.Identity:
		page.AsksWords, page.NoteLabel = "This letter asks for proof of identity. The clock waits for it.", "What the doubt rests on"
	case cases.Fee:
		page.AsksWords, page.NoteLabel = "This letter asks for a fee. The clock waits for it.", "What makes the request unfounded, excessive or repeated"
		page.Reasons = ticked(reasonChoices(cases.FeeReasons()), page.Reasons)
	case cases.Authority:
		page.AsksWords = "This letter asks for authority to act. The clock waits for it."
	case cases.Clarification:
		page.AsksWords = "This letter asks what is wanted. For an access request the days until the answer do not count."
	}
	if page.Extends {
		if last, late := k.TooLateToExtend(s.Casework.Reckoner.UKDate(s.Now())); late {
			page.TooLate = last.Long()
		}
		page.NoteLabel = "Why it takes longer"
		page.Reasons = ticked(reasonChoices(cases.ExtensionReasons()), page.Reasons)
	}
	for _, f := range cases.FieldNames() {
		page.Fields = append(page.Fields, templates.Fact{Name: "{{" + f[0] + "}}", Value: f[1]})
	}
	return s.page(c, status, "case-letter", page)
}

func hasChoice(all []templates.CaseChoice, value string) bool {
	for _, x := range all {
		if x.Value == value {
			return true
		}
	}
	return false
}

// ticked keeps what was ticked before.
func ticked(all, before []templates.CaseChoice) []templates.CaseChoice {
	for i := range all {
		all[i].Chosen = hasChoice(before, all[i].Value)
	}
	return all
}

// writeLetter shows how a letter will be read, or sends it.
func (s *console) writeLetter(c *gin.Context, by auth.Actor) error {
	if err := pages.ReadForm(c.Request); err != nil {
		return err
	}
	k, err := s.readCase(c, by)
	if err != nil {
		return err
	}
	form := c.Request.PostForm
	l := cases.Letter{
		To: form.Get(templates.FieldTo), Language: form.Get(templates.FieldLang), Subject: strings.TrimSpace(form.Get(templates.FieldSubject)), Body: form.Get(templates.FieldBody), Answers: form.Get(templates.FieldAnswers) == "yes",
		Asks: cases.Awaited(form.Get(templates.FieldAsks)), Extends: form.Get(templates.FieldExtends) == "yes", Does: form.Get(templates.FieldDoes), Reasons: form[templates.FieldReason], Words: strings.TrimSpace(form.Get(templates.FieldPromised)),
		Pence: pence(form.Get(templates.FieldFee)),
	}
	page := templates.CaseLetterPage{
		Key: form.Get(templates.FieldKey), Text: form.Get(templates.FieldText), Title: "Write a letter", Subject: l.Subject, Body: l.Body, Asks: string(l.Asks), Answers: l.Answers, Extends: l.Extends, Does: l.Does,
		Fee: form.Get(templates.FieldFee), Note: form.Get(templates.FieldNote), Promise: form.Get(templates.FieldPromise), Promised: l.Words,
	}
	for _, r := range l.Reasons {
		page.Reasons = append(page.Reasons, templates.CaseChoice{Value: r})
	}
	err = readDay(form.Get(templates.FieldPromise), &l.Promise)
	if err == nil {
		l.Subject, l.Body = s.putPromise(l)
		l.Body = putReasons(l, page.Note)
		page.Subject, page.Body = l.Subject, l.Body
		err = s.sendOrShow(c, by, k, l, &page, form.Get(templates.FieldDo) == "send")
	}
	switch {
	case err == nil && form.Get(templates.FieldDo) == "send":
		c.Redirect(http.StatusSeeOther, caseURL(k.ID))
		return nil
	case err == nil:
		return s.showLetter(c, by, k, http.StatusOK, l.Language, page)
	}
	switch errs.KindOf(err) {
	case errs.Invalid, errs.Conflict, errs.Forbidden:
		page.Problem = errs.Message(err)
		return s.showLetter(c, by, k, http.StatusUnprocessableEntity, l.Language, page)
	}
	return errs.Wrap("console: write letter", err)
}

// putPromise puts the promised date where the text names it.
func (s *console) putPromise(l cases.Letter) (subject, body string) {
	if l.Promise.IsZero() {
		return l.Subject, l.Body
	}
	day := letterDay(l.Promise, l.Language)
	return strings.ReplaceAll(l.Subject, "{{promised}}", day), strings.ReplaceAll(l.Body, "{{promised}}", day)
}

func (s *console) sendOrShow(c *gin.Context, by auth.Actor, k cases.Case, l cases.Letter, page *templates.CaseLetterPage, send bool) error {
	ctx := c.Request.Context()
	if send {
		_, err := s.Casework.Write(ctx, k.ID, by.String(), page.Key, page.Note, l)
		return err
	}
	if k.ProgrammeID == 0 {
		return errs.E("console: preview letter", errs.Conflict, "This case belongs to no programme, in whose name a letter could go out.", nil)
	}
	p, err := s.People.Store.Programme(ctx, k.ProgrammeID)
	if err != nil {
		return err
	}
	mail, err := s.Mail.CaseLetter(mailer.Letterhead{Programme: p, CaseID: k.ID}, l.Language, k.Reference, cmp.Or(l.Subject, " "), l.Body)
	page.Preview, page.PreviewOf = mail.Text, mail.Subject
	return err
}

// complaintForm is the address of the public complaint form of a case's programme, "" for a case of none.
func (s *console) complaintForm(ctx context.Context, k cases.Case) (string, error) {
	if k.ProgrammeID == 0 {
		return "", nil
	}
	p, err := s.People.Store.Programme(ctx, k.ProgrammeID)
	return s.Mail.Ways.BaseURL + "/complaints/" + p.Slug, err
}
