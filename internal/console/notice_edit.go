package console

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/subscriptions"
	rules "assent/subscriptions/notice"
	"assent/templates"
)

// maxNoticeForm bounds a form with a notice in two languages, in octets.
const maxNoticeForm = 512 << 10

// writeNotice shows a draft of the next version of a notice, out of what is declared now.
func (s *console) writeNotice(c *gin.Context, by auth.Actor) error {
	const op = "console: write notice"
	ctx := c.Request.Context()
	p, err := s.programmeOf(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	page := s.noticeEdit(p, by)
	if page.Text, err = s.People.DraftNotice(ctx, p.ID, templates.English); err != nil {
		return errs.Wrap(op, err)
	}
	if page.TextCy, err = s.People.DraftNotice(ctx, p.ID, templates.Welsh); err != nil {
		return errs.Wrap(op, err)
	}
	return s.page(c, http.StatusOK, "notice-edit", page)
}

func (s *console) noticeEdit(p subscriptions.Programme, by auth.Actor) templates.NoticeEditPage {
	return templates.NoticeEditPage{Console: s.around(by), Programme: p.Name, Back: programmeURL(p.ID), Action: programmeURL(p.ID) + "/notice"}
}

// publishNotice shows what publishing a draft would mean, and publishes it when the reader has seen that.
func (s *console) publishNotice(c *gin.Context, by auth.Actor) error {
	const op = "console: publish notice"
	ctx := c.Request.Context()
	p, err := s.programmeOf(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	page := s.noticeEdit(p, by)
	page.Text, page.TextCy, page.Override = c.PostForm(templates.FieldText), c.PostForm(templates.FieldTextCy), c.PostForm(templates.FieldOverride)
	draft := subscriptions.NoticeDraft{ProgrammeID: p.ID, Texts: map[string]string{}, Override: page.Override, By: by.String()}
	for language, text := range map[string]string{templates.English: page.Text, templates.Welsh: page.TextCy} {
		if text != "" {
			draft.Texts[language] = text
		}
	}
	if c.PostForm(templates.FieldDo) == templates.DoPublish {
		_, err := s.People.PublishNotice(audit.For(ctx, draft.Override), draft)
		if err == nil {
			c.Redirect(http.StatusSeeOther, page.Back)
			return nil
		}
		if page.Trouble = errs.Message(err); page.Trouble == "" {
			return errs.Wrap(op, err)
		}
	}
	x, err := s.People.ExamineNotice(ctx, draft)
	switch {
	case err == nil:
		told(&page, x)
	case errs.Message(err) == "":
		return errs.Wrap(op, err)
	default:
		page.Trouble = errs.Message(err)
	}
	status := http.StatusOK
	if page.Trouble != "" {
		status = http.StatusUnprocessableEntity
	}
	return s.page(c, status, "notice-edit", page)
}

// told tells what publishing would mean.
func told(page *templates.NoticeEditPage, x subscriptions.Examination) {
	page.Looked, page.Gaps, page.WordsOnly = true, x.Gaps(), x.Difference.ChangedWordingOnly
	page.New = changesIn(x.Difference)
	for _, u := range x.Untold {
		page.Untold = append(page.Untold, u.Name)
	}
	for _, language := range subscriptions.NoticeLanguages {
		for _, f := range x.Findings[language] {
			page.Findings = append(page.Findings, templates.NoticeFinding{Title: f.Item.Title() + " (" + language + ")", State: findingState(f.Verdict), Why: f.Why})
		}
	}
}

func findingState(v rules.Verdict) templates.State {
	switch v {
	case rules.Found:
		return templates.State{Label: "Found", Tone: templates.Good}
	case rules.Missing:
		return templates.State{Label: "Missing", Tone: templates.Bad}
	}
	return templates.State{Label: "Not needed"}
}

// changesIn says each change of a version in a sentence.
func changesIn(d rules.Difference) []string {
	var out []string
	for _, part := range []struct {
		what string
		all  []string
	}{
		{"New purpose", d.NewPurposes}, {"Purpose no more", d.EndedPurposes}, {"Purpose changed", d.ChangedPurposes},
		{"New recipient", d.NewRecipients}, {"Recipient no more", d.EndedRecipients}, {"Recipient changed", d.ChangedRecipients},
		{"Kept from now on", d.NewRetention}, {"Kept until now", d.EndedRetention}, {"New data", d.NewCategories}, {"Data no more", d.EndedCategories},
	} {
		for _, x := range part.all {
			out = append(out, part.what+": "+x)
		}
	}
	for _, s := range []string{d.ChangedController, d.ChangedRegionLock} {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}
