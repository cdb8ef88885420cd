package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"assent/internal/auth"
	"assent/internal/pages/pagestest"
	"assent/mailer"
	"assent/subscriptions"
)

// desk posts a form as an operator.
func (r rig) desk(cookie, path string, form url.Values) int {
	w := r.Ask(http.MethodPost, path, strings.NewReader(form.Encode()), "Content-Type", "application/x-www-form-urlencoded", "Cookie", cookie, "Sec-Fetch-Site", "same-origin")
	return w.Code
}

func TestAProgrammesPageShowsWhatItDeclaresAndWhatContradictsIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		editor := &subscriptions.Editor{Store: r.DB, Catalogue: r.DB, Now: r.Clock.Now}
		must(editor.Programme(t.Context(), r.Programme.ID, func(p *subscriptions.Programme) {
			p.GuardianAge, p.HouseClocks = 12, []subscriptions.HouseClock{{Kind: "complaint", AcknowledgeWorkingDays: 5, AnswerWorkingDays: 20}}
		}))(t)
		must(editor.AddRecipient(t.Context(), subscriptions.Recipient{ProgrammeID: r.Programme.ID, Name: "Example Mail", Category: "mail service", Purpose: "carries our mail", Country: "IE", Safeguard: "adequacy regulations"}))(t)
		admin := r.operator(t, auth.Admin)
		path := fmt.Sprintf("/console/programmes/%d", r.Programme.ID)
		w := r.see(admin, path)
		pagestest.WantStatus(t, w, http.StatusOK)
		pagestest.WantText(t, w, "News of monthly", "Harbours Act", "IE: adequacy regulations", "acknowledged in 5 working days, answered in 20", "A guardian is asked below the age of 12", "Write the next version", "Tell every member")
		pagestest.WantText(t, w, "Write to 0 people")
		r.Member(t, "ann@example.org", r.News)
		pagestest.WantText(t, r.see(admin, path), "1 person is on a list of this programme now", "Write to 1 person")
		pagestest.WantText(t, r.see(admin, "/console"), "Look at this", path)
		pagestest.WantNoText(t, r.see(r.operator(t, auth.DPO), path), "Tell every member")
		pagestest.WantStatus(t, r.see(admin, "/console/programmes/999"), http.StatusNotFound)
	})
}

func TestAPermissionThatEndsWithoutANewYesIsNotShownAsEndless(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		editor := &subscriptions.Editor{Store: r.DB, Catalogue: r.DB, Now: r.Clock.Now}
		must(editor.Purpose(t.Context(), r.News.PurposeID, func(p *subscriptions.Purpose) {
			p.Term, p.ConfirmEvery, p.ConfirmOutcome = 0, 365*24*time.Hour, subscriptions.NoAnswerLapses
		}))(t)
		w := r.see(r.operator(t, auth.Admin), fmt.Sprintf("/console/programmes/%d", r.Programme.ID))
		pagestest.WantText(t, w, "365 days", "Asked again every 365 days; ends without a new yes")
	})
}

func TestANoticeIsShownInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		must(r.People.PublishNotice(t.Context(), subscriptions.NoticeDraft{
			ProgrammeID: r.Programme.ID, Texts: map[string]string{"en": "We keep your address.", "cy": "Cadwn eich cyfeiriad."}, Override: "a test",
		}))(t)
		pagestest.WantText(t, r.Get("/notices/harbour/2"), "We keep your address.")
		pagestest.WantText(t, r.Get("/notices/harbour/2?lang=cy"), "Cadwn eich cyfeiriad.")
		pagestest.WantText(t, r.Get("/notices/harbour/1?lang=cy"), "How we use your data") // it has no Welsh text
	})
}

func TestANoticeIsLookedAtBeforeItIsPublished(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		must(r.People.CreatePurpose(t.Context(), subscriptions.Purpose{ProgrammeID: r.Programme.ID, Slug: "surveys", Name: "surveys of the quays", Basis: subscriptions.Consent, Class: subscriptions.Targeted}))(t)
		admin := r.operator(t, auth.Admin)
		path := fmt.Sprintf("/console/programmes/%d/notice", r.Programme.ID)
		draft := r.see(admin, path)
		pagestest.WantText(t, draft, "surveys of the quays", "Pwy ydym ni")
		pagestest.WantNoText(t, draft, "Publish it")
		form := url.Values{"text": {"## Your rights\n\nMany. We make surveys of the quays."}, "do": {"look"}}
		w := r.Ask(http.MethodPost, path, strings.NewReader(form.Encode()), "Content-Type", "application/x-www-form-urlencoded", "Cookie", admin, "Sec-Fetch-Site", "same-origin")
		pagestest.WantStatus(t, w, http.StatusOK)
		pagestest.WantText(t, w, "New purpose: surveys of the quays", "It is incomplete", "Publish it", "Why it is published although incomplete")
		form.Set("do", "publish")
		if code := r.desk(admin, path, form); code != http.StatusUnprocessableEntity {
			t.Errorf("an incomplete notice: %d", code)
		}
		form.Set("override", "the full text follows")
		if code := r.desk(admin, path, form); code != http.StatusSeeOther {
			t.Errorf("with a reason: %d", code)
		}
		all := must(r.DB.Notices(t.Context(), r.Programme.ID))(t)
		if n := all[len(all)-1]; len(all) != 2 || n.Overridden != "the full text follows" || !strings.HasPrefix(n.PublishedBy, "user:") {
			t.Errorf("%+v", n)
		}
		run := fmt.Sprintf("/console/programmes/%d/run", r.Programme.ID)
		if code := r.desk(admin, run, url.Values{"grace": {"soon"}}); code != http.StatusUnprocessableEntity {
			t.Errorf("a grace in words: %d", code)
		}
		if code := r.desk(admin, run, url.Values{"grace": {"24"}}); code != http.StatusSeeOther {
			t.Errorf("telling everybody: %d", code)
		}
		r.Member(t, "ann@example.org", r.News)
		runs := must(r.DB.NoticeRunsOf(t.Context(), r.Programme.ID))(t)
		teller := &mailer.NoticeTeller{Runs: r.DB, People: r.People, Now: r.Clock.Now}
		if err := teller.HandleOpen(t.Context(), mailer.OpenNotices{RunID: runs[0].ID}); err != nil {
			t.Fatal(err)
		}
		pagestest.WantText(t, r.see(admin, fmt.Sprintf("/console/programmes/%d", r.Programme.ID)), "Being told", "1 waiting", "by Olu admin")
	})
}
