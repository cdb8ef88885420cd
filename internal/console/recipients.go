package console

import (
	"context"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"assent/inbox/cases"
	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/clock"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/subscriptions"
	"assent/templates"
)

const recipientsURL = pages.Desk + "/recipients"

// recipientPages puts on the engine what recipients of data are told of, and what they answer (Article 19).
func (s *console) recipientPages(desk *gin.RouterGroup, form gin.HandlerFunc) {
	desk.GET("/recipients", s.desk(auth.KeepingRead, s.recipientNotices))
	desk.GET("/recipients/:id", s.desk(auth.KeepingRead, s.recipientNotice))
	desk.POST("/recipients/:id", form, s.desk(auth.KeepingWrite, s.answerNotice))
}

func noticeURL(id int64) string { return recipientsURL + "/" + itoa(id) }

// recipientNotices lists who has not answered yet, or everybody who was told, the newest first. It names nobody whose data it was.
func (s *console) recipientNotices(c *gin.Context, by auth.Actor) error {
	page := templates.RecipientsPage{Console: s.around(by), All: c.Query("all") == "1"}
	notices, err := s.Telling.Store.RecipientNotices(c.Request.Context(), !page.All, cursor(c, "before"), rowsOnPage+1)
	if err != nil {
		return errs.Wrap("console: notices to recipients", err)
	}
	if len(notices) > rowsOnPage {
		notices = notices[:rowsOnPage]
		page.NextURL = "?before=" + itoa(notices[rowsOnPage-1].ID)
		if page.All {
			page.NextURL += "&all=1"
		}
	}
	for _, n := range notices {
		page.Rows = append(page.Rows, s.noticeRow(n))
	}
	return s.page(c, http.StatusOK, "recipients", page)
}

// recipientNotice shows what one recipient is to be told, of whom: whoever has no address here is told by a person, who has nowhere else to read it once the person was erased.
func (s *console) recipientNotice(c *gin.Context, by auth.Actor) error {
	return s.showNotice(c, by, http.StatusOK, "")
}

func (s *console) showNotice(c *gin.Context, by auth.Actor, status int, problem string) error {
	const op = "console: notice to recipient"
	ctx := c.Request.Context()
	id, err := number(c, "id")
	if err != nil {
		return err
	}
	n, err := s.Telling.Store.RecipientNotice(ctx, id)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := s.record(ctx, by, audit.Note{Action: audit.ReadPerson, Object: audit.About("notice to recipient", id), PersonID: n.SubscriberID}); err != nil {
		return errs.Wrap(op, err)
	}
	page := templates.RecipientPage{Console: s.around(by), Notice: s.noticeRow(n), Address: n.Address.String(), Problem: problem, MayWrite: by.May(auth.KeepingWrite), Answered: c.Request.PostForm.Get(templates.FieldAnswered), Words: c.Request.PostForm.Get(templates.FieldWords)}
	if n.CaseID != 0 && by.May(auth.CasesRead) {
		page.CaseURL = caseURL(n.CaseID)
	}
	for _, p := range n.Whom {
		shown := templates.ToldOf{Who: plain(strings.TrimSpace(p.Name + " <" + p.Address + ">"))}
		for _, f := range p.Changes {
			shown.Changes = append(shown.Changes, templates.FieldChange{Field: plain(f.Field), Before: plain(f.Before), After: plain(f.After)})
		}
		page.Whom = append(page.Whom, shown)
	}
	return s.page(c, status, "recipient", page)
}

// answerNotice records what a recipient answered in another way than by its link.
func (s *console) answerNotice(c *gin.Context, by auth.Actor) error {
	const op = "console: answer of recipient"
	if err := pages.ReadForm(c.Request); err != nil {
		return err
	}
	id, err := number(c, "id")
	if err != nil {
		return err
	}
	form := c.Request.PostForm
	_, err = s.Telling.Record(c.Request.Context(), id, by.String(), "", subscriptions.RecipientAnswer(form.Get(templates.FieldAnswered)), form.Get(templates.FieldWords))
	switch status := refusedStatus(err); {
	case err == nil:
		c.Redirect(http.StatusSeeOther, recipientsURL)
		return nil
	case status != 0 && errs.KindOf(err) != errs.NotFound:
		return s.showNotice(c, by, status, errs.Message(err))
	}
	return errs.Wrap(op, err)
}

// recordNotices shows who was given the data, and what they answered.
func (s *console) recordNotices(ctx context.Context, k cases.Case, data *templates.RecordSection) error {
	notices, err := s.Amending.Store.NoticesOfCase(ctx, k.ID)
	for _, n := range notices {
		data.Notices = append(data.Notices, s.noticeRow(n))
	}
	return err
}

func (s *console) noticeRow(n subscriptions.RecipientNotice) templates.RecordNotice {
	row := templates.RecordNotice{ID: n.ID, Name: plain(n.Name), Change: pages.Sentence(n.Change.Words()), At: s.local(n.CreatedAt), People: n.People, Words: plain(n.Words), Open: n.State == subscriptions.NoticeOpen, URL: noticeURL(n.ID)}
	switch {
	case n.State == subscriptions.NoticeSuperseded:
		row.State = templates.State{Label: "Told anew of the erasure", Tone: templates.Calm}
	case n.Answer == subscriptions.AnswerDone:
		row.State = templates.State{Label: "Done there", Tone: templates.Good}
	case n.Answer != "":
		row.State = templates.State{Label: pages.Sentence(string(n.Answer)), Tone: templates.Alert}
	case n.NextOn == "" || n.Address.IsZero():
		row.State = templates.State{Label: "To be told by hand", Tone: templates.Bad}
	default:
		row.State = templates.State{Label: "No answer yet", Tone: templates.Wait}
	}
	row.How = "Not told yet."
	if n.Letters > 0 {
		row.How = "Told on " + s.local(n.ToldAt).Format("2 January 2006") + "."
	}
	if next, err := clock.ParseDate(n.NextOn); err == nil && n.Letters > 0 {
		row.How += " The next letter goes out on " + next.Long() + "."
	}
	if n.AnsweredBy == subscriptions.ByRecipient {
		row.How += " It answered by its link."
	}
	return row
}
