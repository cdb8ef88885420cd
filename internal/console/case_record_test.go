package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"assent/inbox/cases"
	"assent/internal/address"
	"assent/internal/auth"
	"assent/internal/pages/pagestest"
	"assent/subscriptions"
)

// enters opens a case about Ann, who is on record, by hand.
func (r rig) enters(t *testing.T, kind cases.Kind) cases.Case {
	t.Helper()
	p := must(r.People.Store.Programmes(t.Context()))(t)[0]
	return must(r.Casework.Enter(t.Context(), cases.Entry{
		Actor: "user:1", ProgrammeID: p.ID, Channel: cases.ByPhone, ReceivedAt: r.Clock.Now().Add(-time.Hour), Asked: "See the call.", Kinds: []cases.Kind{kind}, Language: "en",
		Parties: []cases.Party{{Role: cases.Requester, Name: "Ann Lea", Address: address.Must("ann@example.org")}},
	}))(t)
}

func (r rig) carriesOut(t *testing.T, cookie string, k cases.Case, want int, pairs ...string) string {
	t.Helper()
	w := r.fill(cookie, fmt.Sprintf("/console/cases/%d/record", k.ID), formOf(pairs))
	pagestest.WantStatus(t, w, want)
	return w.Body.String()
}

func TestARecordIsCorrectedFromThePageOfItsCase(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		lists := must(r.People.Store.Lists(t.Context()))(t)
		r.Member(t, "ann@example.org", lists[0])
		dpo := r.operator(t, auth.DPO)
		k := r.enters(t, cases.Rectification)
		page := fmt.Sprintf("/console/cases/%d", k.ID)
		pagestest.WantText(t, r.see(dpo, page), "Write down what is wrong", "Write down what is to be corrected")
		r.carriesOut(t, dpo, k, http.StatusSeeOther, "do", "claim", "about", "name", "text", "Ann Lee")
		pagestest.WantText(t, r.see(dpo, page), "To decide", "Ann Lee", "Decide on name")
		r.carriesOut(t, dpo, k, http.StatusConflict, "do", "rectify")
		r.act(t, dpo, k, http.StatusSeeOther, "event", "decided", "outcome", "granted", "words", "We corrected your name.")
		r.carriesOut(t, dpo, k, http.StatusUnprocessableEntity, "do", "judge", "key", "1", "decision", "refuse")
		r.carriesOut(t, dpo, k, http.StatusSeeOther, "do", "judge", "key", "1", "decision", "correct")
		pagestest.WantText(t, r.see(dpo, page), "Establish who asks", "Nothing is handed over, corrected or erased before it is known who asks", `value="no-doubt"`)
		r.carriesOut(t, dpo, k, http.StatusConflict, "do", "rectify")
		r.act(t, dpo, k, http.StatusUnprocessableEntity, "event", "proved", "evidence", "no-doubt")
		r.act(t, dpo, k, http.StatusSeeOther, "event", "proved", "evidence", "no-doubt", "note", "She brought the letter herself, and we know her.")
		pagestest.WantText(t, r.see(dpo, page), "Not in doubt", "She brought the letter herself")
		r.carriesOut(t, dpo, k, http.StatusSeeOther, "do", "rectify")
		pagestest.WantText(t, r.see(dpo, page), "Corrected", "Was on record", "Now on record")
		if got := r.Find(t, "ann@example.org").Name; got != "Ann Lee" {
			t.Errorf("the name on record is %q", got)
		}
		r.carriesOut(t, dpo, k, http.StatusUnprocessableEntity, "do", "nothing")
		pagestest.WantStatus(t, r.fill(r.operator(t, auth.Comms), page+"/record", url.Values{"do": {"rectify"}}), http.StatusForbidden)
	})
}

func TestEveryKindThatChangesARecordHasItsForms(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		lists := must(r.People.Store.Lists(t.Context()))(t)
		r.Member(t, "ann@example.org", lists[0])
		dpo := r.operator(t, auth.DPO)
		for kind, c := range map[cases.Kind]struct {
			shown string
			form  []string
		}{
			cases.Erasure:         {"Erase the person", []string{"do", "made-public", "words", "Nothing was."}},
			cases.Restriction:     {"Restrict processing to storage", []string{"do", "restrict", "about", "accuracy"}},
			cases.Objection:       {"It is to direct marketing: stop it", []string{"do", "stop-marketing", "about", "1"}},
			cases.WithdrawConsent: {"End what the consent permitted", []string{"do", "withdraw", "about", fmt.Sprintf("list:%d", lists[0].ID)}},
		} {
			k := r.enters(t, kind)
			r.act(t, dpo, k, http.StatusSeeOther, "event", "decided", "outcome", "granted", "words", "It is done.")
			pagestest.WantText(t, r.see(dpo, fmt.Sprintf("/console/cases/%d", k.ID)), c.shown)
			r.carriesOut(t, dpo, k, http.StatusSeeOther, c.form...)
		}
		if r.Mailable(t, "ann@example.org", lists[0]) {
			t.Error("who objected, withdrew and is restricted may be mailed")
		}
	})
}

func TestAPartIsErasedFromThePageOfItsCase(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		lists := must(r.People.Store.Lists(t.Context()))(t)
		ann := r.Member(t, "ann@example.org", lists[0])
		name := "Ann Lea"
		_ = must(r.Keeper.Correct(t.Context(), subscriptions.Correction{SubscriberID: ann.ID, Actor: "user:1", Why: "a test", Name: &name}))(t)
		dpo := r.operator(t, auth.DPO)
		k := r.enters(t, cases.Erasure)
		page := fmt.Sprintf("/console/cases/%d", k.ID)
		r.act(t, dpo, k, http.StatusSeeOther, "event", "proved", "evidence", "known")
		r.act(t, dpo, k, http.StatusSeeOther, "event", "decided", "outcome", "partly", "reason", "legal-duty", "words", "Your name goes, your subscription stays.")
		shown := r.see(dpo, page).Body.String()
		if !strings.Contains(shown, "Name: Ann Lea") || strings.Contains(shown, "Town") {
			t.Error("the page offers something else than what is on record")
		}
		if refused := r.carriesOut(t, dpo, k, http.StatusUnprocessableEntity, "do", "erase-part"); !strings.Contains(refused, "say what was erased elsewhere") {
			t.Error("nothing was chosen, and the page does not say so")
		}
		r.carriesOut(t, dpo, k, http.StatusSeeOther, "do", "erase-part", "about", "name")
		if got := r.Find(t, "ann@example.org").Name; got != "" {
			t.Errorf("the name on record is %q", got)
		}
		r.carriesOut(t, dpo, k, http.StatusUnprocessableEntity, "do", "erase-part", "about", "name")
		r.carriesOut(t, dpo, k, http.StatusSeeOther, "do", "erase-part", "words", "The card in the cabinet was shredded.")
		pagestest.WantText(t, r.see(dpo, page), "Took away name.", "Erased what lay elsewhere.", "The card in the cabinet was shredded.")
		if !r.Mailable(t, "ann@example.org", lists[0]) {
			t.Error("whoever had a part erased is not mailed any more")
		}
	})
}

func TestStaffCorrectWhatIsOnRecordWithTheirReason(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		lists := must(r.People.Store.Lists(t.Context()))(t)
		p := r.Member(t, "ann@example.org", lists[0])
		comms := r.operator(t, auth.Comms)
		page := fmt.Sprintf("/console/people/%d", p.ID)
		pagestest.WantText(t, r.see(comms, page), page+"/correct")
		pagestest.WantText(t, r.see(comms, page+"/correct"), "Correct what is on record", "goes on the audit trail")
		pagestest.WantText(t, r.fill(comms, page+"/correct", url.Values{"name": {"Ann Lee"}}), "There is a problem")
		pagestest.WantText(t, r.fill(comms, page+"/correct", url.Values{"name": {"Ann Lee"}, "why": {"she rang"}}), "Corrected.")
		if got := r.Find(t, "ann@example.org").Name; got != "Ann Lee" {
			t.Errorf("the name on record is %q", got)
		}
		_ = must(r.Keeper.PlaceHold(t.Context(), p.ID, "user:1", "a claim"))(t)
		pagestest.WantText(t, r.fill(comms, page+"/correct", url.Values{"name": {"Bea"}, "why": {"x"}}), "legal hold")
	})
}
