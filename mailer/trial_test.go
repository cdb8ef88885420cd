package mailer_test

import (
	"strings"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/mailer"
)

// A trial is the message that readers get, but leads nowhere, counts nowhere and reaches nobody else.
func TestATrialShowsAnOperatorTheMessageAndCountsNowhere(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.join(r.lists[0], "ann@example.org")
		c := r.draft(r.lists[0])
		const operator = "lee@harbour.example"
		lee := auth.User{Address: address.Must(operator), Name: "Lee", Role: auth.Comms, CreatedAt: began}
		r.ok(r.db.CreateUser(t.Context(), &lee, "no password"))
		r.ok(r.MailTrial(t.Context(), c.ID, address.Must(operator)))
		r.work()
		m := r.parsed()
		if r.relay.last.to != operator || m.Subject != "[Trial] News for you" || !strings.Contains(m.Text, "Hello there.") || len(r.relay.taken) != 1 {
			t.Fatalf("to %s, %d mailboxes, %q:\n%s", r.relay.last.to, len(r.relay.taken), m.Subject, m.Text)
		}
		for _, header := range []string{"List-Unsubscribe", "List-Unsubscribe-Post", "List-Id"} {
			if !m.Header.Has(header) {
				t.Errorf("readers get %s, the trial does not", header)
			}
		}
		if !strings.HasPrefix(r.relay.last.from, "bounces+l") {
			t.Errorf("a report about it would be the campaign's: the envelope sender is %q", r.relay.last.from)
		}
		_, after, _ := strings.Cut(m.Text, "/u/")
		token, _, _ := strings.Cut(after, "\n")
		if back, err := mailer.FromUnsubscribeToken(r.people.Keys, strings.TrimSpace(token)); err != nil || back.SubscriberID != 0 || back.ListID != 0 || back.CampaignID != 0 {
			t.Errorf("its link stands for %+v, %v", back, err)
		}
		if got := r.now(c.ID); got.State != mailer.Draft || r.counts(c.ID) != r.counts(r.draft(r.lists[0]).ID) {
			t.Errorf("the campaign has changed: %s, %s", got.State, r.counts(c.ID))
		}
		first := m.MessageID
		r.clock.advance(time.Second)
		r.ok(r.MailTrial(t.Context(), c.ID, address.Must(operator)))
		r.work()
		if again := r.parsed().MessageID; again == first || r.relay.taken[operator] != 2 {
			t.Errorf("a second trial: %s after %s, %d in the mailbox", again, first, r.relay.taken[operator])
		}
		if err := r.MailTrial(t.Context(), c.ID, address.Must("ann@example.org")); errs.KindOf(err) != errs.Refused {
			t.Errorf("to a reader: %v", err)
		}
		r.clock.advance(time.Second)
		r.ok(r.MailTrial(t.Context(), c.ID, address.Must(operator)))
		r.ok(r.db.SetUserDisabled(t.Context(), lee.ID, true))
		r.work()
		if r.relay.taken[operator] != 2 {
			t.Error("who is no operator any more when it goes out gets it all the same")
		}
		if err := r.MailTrial(t.Context(), 99, address.Must(operator)); errs.KindOf(err) != errs.NotFound {
			t.Errorf("of no campaign: %v", err)
		}
		r.verified()
	})
}
