package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"assent/internal/auth"
	"assent/internal/exporting/copies"
	"assent/internal/pages/pagestest"
	"assent/subscriptions"
)

func TestAnExportIsMadeFetchedAndDestroyedInTheConsole(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		dpo := r.operator(t, auth.DPO)
		form := url.Values{"what": {"lists"}, "format": {"csv"}, "days": {"500"}}
		w := r.sends(dpo, "/console/exports/new", form)
		pagestest.WantStatus(t, w, http.StatusUnprocessableEntity)
		pagestest.WantText(t, w, "There is a problem", "A copy is kept for 1 to 90 days.", `value="500"`)
		form.Set("days", "3")
		if code := r.desk(dpo, "/console/exports/new", form); code != http.StatusSeeOther {
			t.Fatalf("asking: %d", code)
		}
		pagestest.WantText(t, r.see(dpo, "/console/exports"), "Being made")
		if err := r.Copies.HandleMake(t.Context(), copies.Make{CopyID: 1}); err != nil {
			t.Fatal(err)
		}
		pagestest.WantText(t, r.see(dpo, "/console/exports"), "Ready", "Kept until", "/console/exports/1/file")
		file := r.see(dpo, "/console/exports/1/file")
		pagestest.WantStatus(t, file, http.StatusOK)
		if !strings.Contains(file.Body.String(), "slug") || !strings.Contains(file.Header().Get("Content-Disposition"), "lists-1.csv") {
			t.Errorf("%v %s", file.Header(), file.Body)
		}
		if code := r.desk(dpo, "/console/exports/1/destroy", nil); code != http.StatusSeeOther {
			t.Errorf("destroying: %d", code)
		}
		gone := r.see(dpo, "/console/exports/1/file")
		pagestest.WantStatus(t, gone, http.StatusGone)
		pagestest.WantText(t, gone, "Ask for it again")
		pagestest.WantText(t, r.see(dpo, "/console/exports"), "Destroyed", "Make it anew")
		if code := r.desk(dpo, "/console/exports/1/again", nil); code != http.StatusSeeOther {
			t.Errorf("anew: %d", code)
		}
		pagestest.WantStatus(t, r.see(r.operator(t, auth.Comms), "/console/exports"), http.StatusForbidden)
	})
}

func TestAnExportForARecipientShowsOnThePageOfWhoIsInIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		dpo := r.operator(t, auth.DPO)
		carys := fmt.Sprintf("/console/people/%d", r.Member(t, "carys@reader.example", r.News).ID)
		editor := subscriptions.Editor{Store: r.DB, Catalogue: r.DB, Now: r.Clock.Now}
		to := must(editor.AddRecipient(t.Context(), subscriptions.Recipient{ProgrammeID: r.Programme.ID, Name: "Quay Print", Category: "printer", Purpose: "prints", Country: "GB"}))(t)
		pagestest.WantText(t, r.see(dpo, "/console/exports/new"), "Our own use", "Quay Print ("+r.Programme.Name+")")
		form := url.Values{"what": {"subscribers"}, "format": {"csv"}, "days": {"3"}, "why": {"address labels"}, "for": {"somebody"}}
		pagestest.WantText(t, r.sends(dpo, "/console/exports/new", form), "Choose whom it is for.")
		form.Set("for", fmt.Sprint(to.ID))
		if code := r.desk(dpo, "/console/exports/new", form); code != http.StatusSeeOther {
			t.Fatalf("asking: %d", code)
		}
		if err := r.Copies.HandleMake(t.Context(), copies.Make{CopyID: 1}); err != nil {
			t.Fatal(err)
		}
		pagestest.WantText(t, r.see(dpo, "/console/exports"), "For Quay Print")
		pagestest.WantText(t, r.see(dpo, carys+"/given"), "Quay Print", "address labels", "Export")
	})
}

func TestAPackThatWaitsIsMadeFromThePersonsPage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		dpo := r.operator(t, auth.DPO)
		at := fmt.Sprintf("/console/people/%d", r.Member(t, "carys@reader.example", r.News).ID)
		pagestest.WantText(t, r.see(dpo, at), at+"/pack-file")
		form := url.Values{"format": {"html"}, "days": {"7"}}
		w := r.sends(dpo, at+"/pack-file", form)
		pagestest.WantStatus(t, w, http.StatusUnprocessableEntity)
		pagestest.WantText(t, w, "Say what the copy is for")
		form.Set("why", "she asked by phone")
		if code := r.desk(dpo, at+"/pack-file", form); code != http.StatusSeeOther {
			t.Fatalf("asking: %d", code)
		}
		pagestest.WantText(t, r.see(dpo, "/console/exports"), "Show-me pack", "to read", "she asked by phone")
	})
}

func TestANoticeRunIsPausedAndResumedInTheConsole(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		comms := r.operator(t, auth.Comms)
		at := fmt.Sprintf("/console/programmes/%d", r.Programme.ID)
		if code := r.desk(comms, at+"/run", url.Values{"grace": {"24"}}); code != http.StatusSeeOther {
			t.Fatalf("starting: %d", code)
		}
		runs := must(r.DB.NoticeRunsOf(t.Context(), r.Programme.ID))(t)
		here := fmt.Sprintf("%s/run/%d", at, runs[0].NoticeID)
		pagestest.WantText(t, r.see(comms, at), "Being told", here+"/pause")
		if code := r.desk(comms, here+"/pause", nil); code != http.StatusSeeOther {
			t.Errorf("pausing: %d", code)
		}
		pagestest.WantText(t, r.see(comms, at), "Paused", here+"/resume")
		if code := r.desk(comms, here+"/resume", nil); code != http.StatusSeeOther {
			t.Errorf("resuming: %d", code)
		}
		pagestest.WantText(t, r.see(comms, at), "Being told", here+"/pause")
		pagestest.WantStatus(t, r.sends(comms, fmt.Sprintf("%s/run/%d/pause", at, 999), nil), http.StatusNotFound)
		pagestest.WantStatus(t, r.sends(r.operator(t, auth.DPO), here+"/pause", nil), http.StatusForbidden)
	})
}
