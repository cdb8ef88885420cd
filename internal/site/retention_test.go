package site_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"assent/internal/auth"
	"assent/internal/site"
	"assent/internal/store"
	"assent/internal/token"
	"assent/subscriptions"
	"assent/subscriptions/retention"
)

func keeping(db *store.DB, keys *token.Keys, now func() time.Time) site.Keeping {
	k := &subscriptions.Keeper{Store: db, Keys: keys, Now: now}
	return site.Keeping{Keeper: k, Schedule: &retention.Service{Store: db, Keeper: k, Now: now}}
}

func TestTheRetentionScheduleIsSetReviewedAndCertified(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		person := r.member(t, "ann@reader.example", r.news)
		dpo := r.operator(t, auth.DPO)
		wantText(t, r.see(dpo, "/console/retention"), "Nothing is due.", "There are no rules", "Nothing was destroyed yet.")
		rule := url.Values{
			"name": {"Leavers"}, "programme": {fmt.Sprint(r.programme.ID)}, "what": {"people"}, "since": {"last permission ended"}, "length": {"0"}, "unit": {"days"},
			"do": {"delete"}, "review": {"yes"}, "reason": {"nothing is owed"},
		}
		wrong := url.Values{}
		for k, v := range rule {
			wrong[k] = v
		}
		wrong.Set("reason", "")
		w := r.send(dpo, "/console/retention/rules", wrong)
		wantStatus(t, w, http.StatusUnprocessableEntity)
		wantText(t, w, "Give a reason in one line")
		wantStatus(t, r.send(dpo, "/console/retention/rules", rule), http.StatusSeeOther)
		wantText(t, r.see(dpo, "/console/retention"), "Leavers", "Your record is deleted 0 days after")
		must(r.people.Withdraw(t.Context(), subscriptions.Withdrawal{SubscriberID: person.ID, Scope: subscriptions.Everything(), Channel: subscriptions.ByLink, Actor: "subscriber"}))(t)
		schedule := keeping(r.db, r.people.Keys, r.clock.Now).Schedule
		must(schedule.Run(t.Context(), false))(t)
		wantText(t, r.see(dpo, "/console/retention"), fmt.Sprint("Person ", person.ID), "Waiting")
		wantStatus(t, r.send(dpo, "/console/retention/queue/1", url.Values{"decision": {"approve"}}), http.StatusSeeOther)
		must(schedule.Run(t.Context(), false))(t)
		wantText(t, r.see(dpo, "/console/retention"), "Nothing is due.", "nothing is owed", "People: delete")
		wantStatus(t, r.send(dpo, "/console/retention/rules/1/end", url.Values{}), http.StatusSeeOther)
		wantText(t, r.see(dpo, "/console/retention"), "There are no rules")
	})
}

func TestAPersonIsHeldAndErasedFromTheConsole(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		person := r.member(t, "ann@reader.example", r.news)
		dpo, page := r.operator(t, auth.DPO), fmt.Sprintf("/console/people/%d/erase", person.ID)
		wantText(t, r.see(dpo, fmt.Sprint("/console/people/", person.ID)), page)
		wantStatus(t, r.send(dpo, page+"/hold", url.Values{"reason": {"letter before action"}}), http.StatusSeeOther)
		wantText(t, r.see(dpo, page), "letter before action", "Until it ends nothing may be changed or erased")
		w := r.send(dpo, page, url.Values{"ground": {"request"}, "untold": {"told by phone"}})
		wantStatus(t, w, http.StatusUnprocessableEntity)
		wantText(t, w, "a legal hold")
		wantStatus(t, r.send(dpo, "/console/retention/holds/1/lift", url.Values{"why": {"settled"}}), http.StatusSeeOther)
		wantStatus(t, r.send(dpo, page, url.Values{"ground": {"request"}, "untold": {"told by phone"}}), http.StatusSeeOther)
		wantText(t, r.see(dpo, "/console/retention"), "Request", "Done")
		wantText(t, r.see(dpo, fmt.Sprint("/console/people/", person.ID)), "Erased person")
		comms := r.operator(t, auth.Comms)
		wantStatus(t, r.send(comms, page, url.Values{"ground": {"request"}}), http.StatusForbidden)
		wantStatus(t, r.see(comms, "/console/retention"), http.StatusForbidden)
	})
}
