package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"assent/inbox/cases"
	"assent/internal/auth"
	"assent/internal/pages/pagestest"
)

func TestWhatWasTypedIsKeptWhereAnActWasNotDone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		k := r.openCase(t, htmlMail)
		dpo := r.operator(t, auth.DPO)
		w := r.act(t, dpo, k, http.StatusUnprocessableEntity, "event", "decided", "outcome", "refused", "words", "We cannot do this, because it is so.", "note", "for the file")
		pagestest.WantText(t, w, "That was not done", "We cannot do this, because it is so.</textarea>", "for the file</textarea>", `value="refused" selected`)
		if n := strings.Count(w.Body.String(), `<details class="act" open>`); n != 1 {
			t.Errorf("%d forms are open, want the one that was typed into", n)
		}
		again := r.see(dpo, fmt.Sprintf("/console/cases/%d", k.ID))
		if strings.Contains(again.Body.String(), "We cannot do this, because it is so.") {
			t.Error("what was never kept is shown when the page is opened anew")
		}
	})
}

func TestTheRecordOfABreachIsShownAndWhatWasTypedIntoItKept(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		k := r.openCase(t, htmlMail)
		dpo := r.operator(t, auth.DPO)
		r.act(t, dpo, k, http.StatusSeeOther, "event", "renamed", "kind", "breach", "note", "a list was lost")
		path := fmt.Sprintf("/console/cases/%d/breach", k.ID)
		form := url.Values{"record-nature": {"A list was left on a train."}, "record-people_number": {"many"}}
		w := r.fill(dpo, path, form)
		pagestest.WantStatus(t, w, http.StatusUnprocessableEntity)
		pagestest.WantText(t, w, "wants a number", "A list was left on a train.</textarea>", `value="many"`)
		form.Set("record-people_number", "120")
		form.Set("record-risk", "unlikely")
		form.Set("record-happened_from", "2026-11-20")
		form.Set("record-aware_at", "2026-11-22T08:30")
		pagestest.WantStatus(t, r.fill(dpo, path, form), http.StatusSeeOther)
		page := r.see(dpo, fmt.Sprintf("/console/cases/%d", k.ID))
		pagestest.WantText(t, page, "<dd>A list was left on a train.</dd>", "<dd>120</dd>", "<dd>Unlikely</dd>", "<dd>20 November 2026</dd>", "<dd>22 November 2026, 08:30</dd>", "<dt>Told us</dt>")
		if strings.Contains(page.Body.String(), "Is about") || strings.Contains(page.Body.String(), "manifestly unfounded") {
			t.Error("whoever reported the breach is taken for whom it is about, or a breach could be decided as an unfounded request")
		}
	})
}

func TestAnEnclosureIsPutAmongTheFilesWhereARecordNamesIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		k := r.openCase(t, htmlMail)
		dpo := r.operator(t, auth.DPO)
		r.act(t, dpo, k, http.StatusSeeOther, "event", "renamed", "kind", "disclosure", "note", "the police ask")
		pagestest.WantText(t, r.see(dpo, fmt.Sprintf("/console/cases/%d", k.ID)), "Name below, under People, the person whose data they want.")
		part := fmt.Sprintf("/console/cases/%d/messages/1/parts/1", k.ID)
		pagestest.WantStatus(t, r.fill(r.operator(t, auth.Comms), part, nil), http.StatusForbidden)
		pagestest.WantStatus(t, r.fill(dpo, part, nil), http.StatusSeeOther)
		files, err := r.DB.CaseFiles(t.Context(), k.ID)
		if err != nil || len(files) != 1 || files[0].Name != "passport.pdf" {
			t.Fatalf("files %+v, %v", files, err)
		}
		pagestest.WantText(t, r.see(dpo, fmt.Sprintf("/console/cases/%d", k.ID)), fmt.Sprintf(`<option value="%d">passport.pdf</option>`, files[0].ID))
		pagestest.WantStatus(t, r.fill(dpo, part[:len(part)-1]+"9", nil), http.StatusUnprocessableEntity)
	})
}

func TestAReviewShowsTheFirstStage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		k := r.enters(t, cases.Complaint)
		dpo := r.operator(t, auth.DPO)
		r.act(t, dpo, k, http.StatusSeeOther, "event", "decided", "outcome", "upheld", "words", "We were wrong about the picture.")
		r.act(t, dpo, k, http.StatusSeeOther, "event", "answered", "note", "by telephone")
		r.act(t, dpo, k, http.StatusSeeOther, "event", "escalated", "to", "review", "note", "not enough")
		pagestest.WantText(t, r.see(dpo, fmt.Sprintf("/console/cases/%d", k.ID)), "Second: a review", "Upheld, decided on", "We were wrong about the picture.", "Complains")
	})
}
