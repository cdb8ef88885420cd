package console

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/subscriptions"
	"assent/templates"
)

// Notices tells people of new versions of a notice, and how far that has come. *mailer.NoticeTeller and the store do.
type Notices interface {
	// Start begins to tell every member of a programme of the notice in force.
	Start(ctx context.Context, noticeID int64, grace time.Duration, actor string) (subscriptions.NoticeRun, error)
	Pause(ctx context.Context, noticeID int64, actor string) (subscriptions.NoticeRun, error)
	Resume(ctx context.Context, noticeID int64, actor string) (subscriptions.NoticeRun, error)
}

// NoticeRuns reads how far the telling of notices has come. The store is one.
type NoticeRuns interface {
	NoticeRunsOf(ctx context.Context, programmeID int64) ([]subscriptions.NoticeRun, error)
	// MembersOf counts the people with an active place on a list of a programme: those whom a run would tell.
	MembersOf(ctx context.Context, programmeID int64) (int64, error)
	TellingCounts(ctx context.Context, noticeID int64) (map[subscriptions.TellingState]int64, error)
}

func programmeURL(id int64) string { return pages.Desk + "/programmes/" + strconv.FormatInt(id, 10) }

// programmeOf returns the programme that the path names.
func (s *console) programmeOf(c *gin.Context) (subscriptions.Programme, error) {
	id, err := number(c, "id")
	if err != nil {
		return subscriptions.Programme{}, err
	}
	return s.People.Store.Programme(c.Request.Context(), id)
}

// programme shows all that a programme declares.
func (s *console) programme(c *gin.Context, by auth.Actor) error {
	const op = "console: programme"
	ctx := c.Request.Context()
	p, err := s.programmeOf(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	page := templates.ProgrammePage{Console: s.around(by), Name: p.Name, Organisation: p.Owner, Facts: programmeFacts(p)}
	if by.May(auth.ListsWrite) {
		page.WriteURL, page.EditURL = programmeURL(p.ID)+"/notice", programmeURL(p.ID)+"/edit"
		page.NewPurposeURL, page.NewRecipientURL = programmeURL(p.ID)+"/purposes/new", programmeURL(p.ID)+"/recipients/new"
		page.NewListURL, page.NewAttributeURL = programmeURL(p.ID)+"/lists/new", programmeURL(p.ID)+"/attributes/new"
		page.AnsweringURL, page.StatementsURL = programmeURL(p.ID)+"/answering", programmeURL(p.ID)+"/statements"
	}
	clashes, err := s.People.Clashes(ctx, p.ID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	for _, clash := range clashes {
		page.Clashes = append(page.Clashes, clash.Says)
	}
	if err := s.declared(ctx, p, by, &page); err != nil {
		return errs.Wrap(op, err)
	}
	return s.page(c, http.StatusOK, "programme", page)
}

// declared fills in what hangs on a programme.
func (s *console) declared(ctx context.Context, p subscriptions.Programme, by auth.Actor, page *templates.ProgrammePage) error {
	store := s.People.Store
	purposes, err := store.Purposes(ctx, p.ID)
	if err != nil {
		return err
	}
	notices, err := store.Notices(ctx, p.ID)
	if err != nil {
		return err
	}
	for _, u := range purposes {
		row := s.purposeRow(u, notices)
		if by.May(auth.ListsWrite) {
			row.EditURL = purposeURL(u.ID)
		}
		page.Purposes = append(page.Purposes, row)
	}
	lists, err := store.Lists(ctx)
	if err != nil {
		return err
	}
	for _, l := range lists {
		if l.ProgrammeID == p.ID {
			row := declaredList(l, purposes)
			if by.May(auth.ListsWrite) {
				row.EditURL = listURL(l.ID)
			}
			page.Lists = append(page.Lists, row)
		}
	}
	if page.Attributes, err = s.attributeRows(ctx, p, by); err != nil {
		return err
	}
	recipients, err := store.Recipients(ctx, p.ID)
	if err != nil {
		return err
	}
	for _, r := range recipients {
		row := s.recipientRow(r)
		if by.May(auth.ListsWrite) && r.EndedAt.IsZero() {
			row.EndURL = programmeURL(p.ID) + "/recipients/" + strconv.FormatInt(r.ID, 10) + "/end"
			row.EditURL = strings.TrimSuffix(row.EndURL, "/end")
		}
		page.Recipients = append(page.Recipients, row)
	}
	page.Notices, err = s.noticeRows(ctx, p, notices, by)
	return err
}

func programmeFacts(p subscriptions.Programme) []templates.Fact {
	facts := []templates.Fact{
		{Name: "Data controller", Value: p.Controller}, {Name: "Postal address", Value: p.PostalAddress},
		{Name: "Point of Contact", Value: p.Contact.Name + ", " + p.Contact.Address.String()},
		{Name: "Sends as", Value: p.FromName + ", " + p.FromAddress.String()},
	}
	if !p.DPOAddress.IsZero() {
		facts = append(facts, templates.Fact{Name: "Data Protection Officer", Value: strings.TrimPrefix(p.DPOName+", "+p.DPOAddress.String(), ", ")})
	}
	if !p.EndsAt.IsZero() {
		facts = append(facts, templates.Fact{Name: "Ends", Value: p.EndsAt.In(p.Zone()).Format("2 January 2006, 3:04pm")})
	}
	facts = append(facts, templates.Fact{Name: "A guardian agrees below", Value: strconv.Itoa(p.GuardianAge) + " years"})
	if p.RegionLock {
		facts = append(facts, templates.Fact{Name: "Data abroad", Value: "None: it promises that no data leaves the United Kingdom"})
	}
	for _, h := range p.HouseClocks {
		facts = append(facts, templates.Fact{Name: "Promises, for " + houseKind(h.Kind), Value: housePromise(h)})
	}
	for _, m := range p.Mailboxes {
		facts = append(facts, templates.Fact{Name: "Mailbox", Value: m.Name})
	}
	return facts
}

func houseKind(kind string) string {
	if kind == "" {
		return "all cases"
	}
	return "cases of kind " + kind
}

func housePromise(h subscriptions.HouseClock) string {
	switch {
	case h.AcknowledgeWorkingDays > 0 && h.AnswerWorkingDays > 0:
		return fmt.Sprintf("acknowledged in %d working days, answered in %d", h.AcknowledgeWorkingDays, h.AnswerWorkingDays)
	case h.AnswerWorkingDays > 0:
		return fmt.Sprintf("answered in %d working days", h.AnswerWorkingDays)
	}
	return fmt.Sprintf("acknowledged in %d working days", h.AcknowledgeWorkingDays)
}

func (s *console) purposeRow(u subscriptions.Purpose, notices []subscriptions.Notice) templates.PurposeRow {
	row := templates.PurposeRow{
		Name: u.Name, Basis: basisWords(u.Basis), RestsOn: restsOn(u), Class: pages.Sentence(string(u.Class)), Term: "Without end",
		State: templates.State{Label: "Not in the notice", Tone: templates.Alert},
	}
	if u.Lasts() > 0 {
		row.Term = days(u.Lasts())
	}
	switch {
	case u.LapsesUnlessConfirmed():
		row.Asks = "Asked again every " + days(u.ConfirmEvery) + "; ends without a new yes"
	case u.ConfirmEvery > 0:
		row.Asks = "Asked again every " + days(u.ConfirmEvery)
	}
	if i := slices.IndexFunc(notices, func(n subscriptions.Notice) bool { return n.Covers(u.ID) }); i >= 0 {
		row.Notice = strconv.Itoa(notices[i].Version)
	}
	return row
}

func days(d time.Duration) string { return strconv.Itoa(int(d/(24*time.Hour))) + " days" }

// restsOn says what a basis rests on.
func restsOn(u subscriptions.Purpose) string {
	switch x := u.Conditions; u.Basis {
	case subscriptions.SoftOptIn:
		return "Details from a sale, own similar products, an opt-out at the start and in every message"
	case subscriptions.CharitySoftOptIn:
		return "The charity’s purposes, interest or support shown, an opt-out at the start and in every message"
	case subscriptions.LegitimateInterests:
		return fmt.Sprintf("%s; assessment %s, to be reviewed by %s", pages.Sentence(x.Interest), x.Assessment, x.ReviewOn.Format("2 January 2006"))
	default:
		return x.Reference
	}
}

func declaredList(l subscriptions.List, purposes []subscriptions.Purpose) templates.DeclaredList {
	row := templates.DeclaredList{Name: l.Name, Wording: l.Wording, Contact: l.Contact.Name + ", " + l.Contact.Address.String()}
	if l.Joinable() {
		row.URL = "/l/" + l.Slug
	}
	if i := slices.IndexFunc(purposes, func(u subscriptions.Purpose) bool { return u.ID == l.PurposeID }); i >= 0 {
		row.Purpose = purposes[i].Name
	}
	return row
}

func (s *console) recipientRow(r subscriptions.Recipient) templates.RecipientRow {
	row := templates.RecipientRow{Name: r.Name, Category: r.Category, Purpose: r.Purpose, Where: r.Country, Agreement: r.Agreement, Since: r.AddedAt.In(s.Zone), Told: r.Address.String()}
	if r.KeepsNone {
		row.Told = "keeps no copy"
	}
	if r.Safeguard != "" {
		row.Where += ": " + r.Safeguard
	}
	if !r.EndedAt.IsZero() {
		row.Until = r.EndedAt.In(s.Zone)
	}
	return row
}

// noticeRows returns the versions of a notice, the newest first, with how far people have been told.
func (s *console) noticeRows(ctx context.Context, p subscriptions.Programme, notices []subscriptions.Notice, by auth.Actor) ([]templates.NoticeRow, error) {
	runs, err := s.NoticeRuns.NoticeRunsOf(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	names, err := s.operatorNames(ctx)
	if err != nil {
		return nil, err
	}
	var rows []templates.NoticeRow
	for i, n := range slices.Backward(notices) {
		row := templates.NoticeRow{
			Version: strconv.Itoa(n.Version), URL: s.Mail.Ways.NoticeURL(p.Slug, n.Version), Published: n.PublishedAt.In(s.Zone), By: operatorWords(n.PublishedBy, names),
			Purposes: len(n.Purposes), Overridden: n.Overridden,
		}
		at := slices.IndexFunc(runs, func(r subscriptions.NoticeRun) bool { return r.NoticeID == n.ID })
		switch {
		case at >= 0:
			if err := s.runOf(ctx, runs[at], &row); err != nil {
				return nil, err
			}
			run := runs[at]
			switch here := programmeURL(p.ID) + "/run/" + decimal(n.ID); {
			case run.State == subscriptions.RunFinished || !by.May(auth.CampaignsSend):
			case run.PausedAt.IsZero():
				row.PauseURL = here + "/pause"
			case i == len(notices)-1:
				row.ResumeURL = here + "/resume"
			}
		case i == len(notices)-1 && by.May(auth.CampaignsSend):
			members, err := s.NoticeRuns.MembersOf(ctx, p.ID)
			if err != nil {
				return nil, err
			}
			row.StartURL, row.Members = programmeURL(p.ID)+"/run", int(members)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func (s *console) runOf(ctx context.Context, run subscriptions.NoticeRun, row *templates.NoticeRow) error {
	n, err := s.NoticeRuns.TellingCounts(ctx, run.NoticeID)
	if err != nil {
		return err
	}
	row.Run = templates.State{Label: "Being told", Tone: templates.Wait}
	switch {
	case !run.PausedAt.IsZero():
		row.Run = templates.State{Label: "Paused", Tone: templates.Alert}
	case run.State == subscriptions.RunFinished:
		row.Run = templates.State{Label: "Told", Tone: templates.Good}
	}
	row.Told, row.Bounced, row.Waiting = int(n[subscriptions.TellingTold]), int(n[subscriptions.TellingBounced]), int(n[subscriptions.TellingWaiting])
	row.Others = int(n[subscriptions.TellingFailed] + n[subscriptions.TellingRefused] + n[subscriptions.TellingUncertain])
	return nil
}

// tellMembers starts a notice run of the version in force.
func (s *console) tellMembers(c *gin.Context, by auth.Actor) error {
	const op = "console: tell members"
	ctx := c.Request.Context()
	p, err := s.programmeOf(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	hours, err := strconv.Atoi(c.PostForm(templates.FieldGrace))
	if err != nil {
		return errs.E(op, errs.Invalid, "Write the hours for bounces as a whole number, such as 24.", err)
	}
	all, err := s.People.Store.Notices(ctx, p.ID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if len(all) == 0 {
		return errs.E(op, errs.NotFound, "", nil)
	}
	if _, err := s.Notices.Start(ctx, all[len(all)-1].ID, time.Duration(hours)*time.Hour, by.String()); err != nil {
		return errs.Wrap(op, err)
	}
	c.Redirect(http.StatusSeeOther, programmeURL(p.ID))
	return nil
}

// clashes returns what contradicts what, in every programme (E2-06, E2-07: a review that is overdue is among it).
func (s *console) clashes(ctx context.Context) ([]templates.Clash, error) {
	programmes, err := s.People.Store.Programmes(ctx)
	if err != nil {
		return nil, err
	}
	var out []templates.Clash
	for _, p := range programmes {
		found, err := s.People.Clashes(ctx, p.ID)
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			out = append(out, templates.Clash{Programme: p.Name, URL: programmeURL(p.ID), Says: c.Says})
		}
	}
	return out, nil
}

// changeRun pauses a notice run, or lets it go on.
func (s *console) changeRun(change func(ctx context.Context, noticeID int64, actor string) (subscriptions.NoticeRun, error)) func(*gin.Context, auth.Actor) error {
	return func(c *gin.Context, by auth.Actor) error {
		const op = "console: change notice run"
		p, err := s.programmeOf(c)
		if err != nil {
			return errs.Wrap(op, err)
		}
		id, err := number(c, "notice")
		if err != nil {
			return err
		}
		if n, err := s.People.Store.Notice(c.Request.Context(), id); err != nil || n.ProgrammeID != p.ID {
			return errs.E(op, errs.NotFound, "", err)
		}
		if _, err := change(c.Request.Context(), id, by.String()); err != nil {
			return errs.Wrap(op, err)
		}
		c.Redirect(http.StatusSeeOther, programmeURL(p.ID)+"#notices")
		return nil
	}
}
