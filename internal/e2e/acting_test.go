package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"assent/inbox/cases"
)

// What a father asks for his daughter waits until a person records whom it is about and what shows that he may act; then hers is erased, and nothing of his.
func TestWhatAFatherAsksForHisDaughterIsHeldUntilItIsOnRecordWhoAsksForWhom(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := stage(t, databaseURL)
		d := s.seat()
		const father, daughter = "tom@example.org", "bea@example.org"
		d.enrol(father)
		d.enrol(daughter)
		k := d.mailed(father, cases.Erasure, "My daughter Bea is 12 and joined your list. I am her father. Please delete all personal data that you hold about her.\r\n")
		d.decides(k, "granted", "All of it goes.", "unneeded")
		held := func(why string) {
			t.Helper()
			w := d.ask(http.MethodPost, fmt.Sprintf("/api/v1/cases/%d/acts", k.ID), mustJSON(t, fields{"act": "erase"}), "application/json")
			if w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), why) {
				t.Fatalf("it is not held: %d %s", w.Code, w.Body)
			}
		}
		held("Somebody may ask for somebody else here")
		says := fields{"kind": "represented", "acting": "parental-responsibility", "person": "Priya Shah", "note": "A birth certificate."}
		path := fmt.Sprintf("/api/v1/cases/%d/events", k.ID)
		if w := d.ask(http.MethodPost, path, mustJSON(t, says), "application/json"); w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "about whoever asks") {
			t.Errorf("authority was recorded for nobody: %d %s", w.Code, w.Body)
		}
		d.api(http.StatusOK, http.MethodPost, fmt.Sprintf("/cases/%d/parties", k.ID), fields{"role": "subject", "name": "Bea", "address": daughter})
		if k = d.caseNow(k.ID); k.SubjectID != d.person(daughter) {
			t.Fatalf("it is still about %d", k.SubjectID)
		}
		held("Somebody may ask for somebody else here")
		alone := fields{"kind": "represented", "acting": "parental-responsibility"}
		if w := d.ask(http.MethodPost, path, mustJSON(t, alone), "application/json"); w.Code != http.StatusForbidden {
			t.Errorf("a program saw to authority: %d", w.Code)
		}
		d.event(k, says)
		if body := d.ask(http.MethodGet, fmt.Sprintf("/console/cases/%d", k.ID), "", "").Body.String(); !strings.Contains(body, "Parental responsibility") || strings.Contains(body, "Held.") {
			t.Error("the page does not say who asks for whom")
		}
		d.act(k, "erase", nil)
		if e, ok, err := s.house.DB.ErasureOfCase(t.Context(), k.ID); err != nil || !ok || e.SubscriberID != d.person(daughter) {
			t.Errorf("who is erased: %+v, %v, %v", e, ok, err)
		}
		d.person(father)
	})
}
