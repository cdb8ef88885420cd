package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"assent/internal/auth"
	"assent/internal/pages/pagestest"
	"assent/subscriptions"
)

func TestTheRetentionScheduleIsSetReviewedAndCertified(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		person := r.Member(t, "ann@reader.example", r.News)
		dpo := r.operator(t, auth.DPO)
		pagestest.WantText(t, r.see(dpo, "/console/retention"), "Nothing is due.", "There are no rules", "Nothing was destroyed yet.")
		rule := url.Values{
			"name": {"Leavers"}, "programme": {fmt.Sprint(r.Programme.ID)}, "what": {"people"}, "since": {"last permission ended"}, "length": {"0"}, "unit": {"days"},
			"do": {"delete"}, "review": {"yes"}, "reason": {"nothing is owed"},
		}
		wrong := url.Values{}
		for k, v := range rule {
			wrong[k] = v
		}
		wrong.Set("reason", "")
		w := r.send(dpo, "/console/retention/rules", wrong)
		pagestest.WantStatus(t, w, http.StatusUnprocessableEntity)
		pagestest.WantText(t, w, "Give a reason in one line", `value="Leavers"`, `value="delete" checked`)
		pagestest.WantText(t, r.see(dpo, "/console/retention"), "/console/retention/rules/new")
		pagestest.WantText(t, r.see(dpo, "/console/retention/rules/new"), "A person approves before anything goes")
		pagestest.WantStatus(t, r.see(r.operator(t, auth.Comms), "/console/retention/rules/new"), http.StatusForbidden)
		pagestest.WantStatus(t, r.send(dpo, "/console/retention/rules", rule), http.StatusSeeOther)
		pagestest.WantText(t, r.see(dpo, "/console/retention"), "Leavers", "Your record is deleted 0 days after")
		must(r.People.Withdraw(t.Context(), subscriptions.Withdrawal{SubscriberID: person.ID, Scope: subscriptions.Everything(), Channel: subscriptions.ByLink, Actor: "subscriber"}))(t)
		schedule := pagestest.Keeping(r.DB, r.People.Keys, r.Clock.Now).Schedule
		must(schedule.Run(t.Context(), false))(t)
		pagestest.WantText(t, r.see(dpo, "/console/retention"), fmt.Sprint("Person ", person.ID), "Waiting")
		pagestest.WantStatus(t, r.send(dpo, "/console/retention/queue/1", url.Values{"decision": {"approve"}}), http.StatusSeeOther)
		must(schedule.Run(t.Context(), false))(t)
		pagestest.WantText(t, r.see(dpo, "/console/retention"), "Nothing is due.", "nothing is owed", "People: delete")
		pagestest.WantStatus(t, r.send(dpo, "/console/retention/rules/1/end", url.Values{}), http.StatusSeeOther)
		pagestest.WantText(t, r.see(dpo, "/console/retention"), "There are no rules")
		rule.Set("longer_for", fmt.Sprint(r.News.PurposeID))
		w = r.send(dpo, "/console/retention/rules", rule)
		pagestest.WantStatus(t, w, http.StatusUnprocessableEntity)
		pagestest.WantText(t, w, "Say how long at most people are kept who permit it")
		rule.Set("longer", "12")
		rule.Set("longer_unit", "months")
		pagestest.WantStatus(t, r.send(dpo, "/console/retention/rules", rule), http.StatusSeeOther)
		pagestest.WantText(t, r.see(dpo, "/console/retention"), "it stays longer: for 12 months at most")
	})
}

func TestAPersonIsHeldAndErasedFromTheConsole(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		person := r.Member(t, "ann@reader.example", r.News)
		dpo, page := r.operator(t, auth.DPO), fmt.Sprintf("/console/people/%d/erase", person.ID)
		pagestest.WantText(t, r.see(dpo, fmt.Sprint("/console/people/", person.ID)), page)
		pagestest.WantStatus(t, r.send(dpo, page+"/hold", url.Values{"reason": {"letter before action"}}), http.StatusSeeOther)
		pagestest.WantText(t, r.see(dpo, page), "letter before action", "Until it ends nothing may be changed or erased")
		w := r.send(dpo, page, url.Values{"ground": {"request"}, "untold": {"told by phone"}})
		pagestest.WantStatus(t, w, http.StatusUnprocessableEntity)
		pagestest.WantText(t, w, "a legal hold of 25 November 2026", `value="told by phone"`, "/console/retention#holds")
		pagestest.WantStatus(t, r.send(dpo, "/console/retention/holds/1/lift", url.Values{"why": {"settled"}}), http.StatusSeeOther)
		pagestest.WantStatus(t, r.send(dpo, page, url.Values{"ground": {"request"}, "untold": {"told by phone"}}), http.StatusSeeOther)
		pagestest.WantText(t, r.see(dpo, "/console/retention"), "Request", "Done")
		pagestest.WantText(t, r.see(dpo, fmt.Sprint("/console/people/", person.ID)), "Erased person")
		comms := r.operator(t, auth.Comms)
		pagestest.WantStatus(t, r.send(comms, page, url.Values{"ground": {"request"}}), http.StatusForbidden)
		pagestest.WantStatus(t, r.see(comms, "/console/retention"), http.StatusForbidden)
	})
}
