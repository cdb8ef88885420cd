package e2e

import (
	"strings"
	"testing"
	"time"

	"assent/inbox"
	"assent/internal/address"
	"assent/internal/mailworld"
	"assent/internal/message"
	"assent/mailer"
	"assent/subscriptions"
)

// A mail server may report while the worker has not yet written down that it took the message: the report waits for it.
func TestAReportThatComesBeforeItsDeliveryIsWrittenIsNotLost(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := stage(t, databaseURL)
		s.house.Mailer.Transport = slowly{s.house.Pool, 200 * time.Millisecond} // all of a window, before any of it is written
		s.world.Behave(address.Must("gone@example.org"), mailworld.Behaviour{Conduct: mailworld.Bounce})
		gone := s.enrol("gone@example.org")
		crowd(t, s.house.DB, s.list, 100)
		campaign := s.draft("March")
		s.schedule(campaign)
		s.eventually("the report is kept", func() bool {
			all, err := s.house.DB.KeptBefore(t.Context(), 0, 10)
			s.check(err)
			return len(all) > 0
		})
		if _, err := s.house.DB.Delivery(t.Context(), campaign, gone); err == nil {
			t.Log("the delivery was written before the report came: this run shows nothing")
		}
		d := s.delivery(campaign, gone, "the report stands on its delivery", func(d mailer.Delivery) bool { return d.Report != "" })
		if d.State != mailer.Sent || d.Report != "failed" || d.ReportStatus != "5.1.1" {
			t.Errorf("the delivery is %q, its report %q with status %q", d.State, d.Report, d.ReportStatus)
		}
		s.eventually("the address is suppressed", func() bool { return !s.mayBeMailed(gone) })
		s.finished(campaign)
		s.verify()
	})
}

// After a database was put back from a copy, mail may name what is not in it. Nothing waits for ever.
func TestMailAboutWhatIsNotOnRecordIsSettledAllTheSame(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := stage(t, databaseURL)
		known := s.enrol("ann@example.org")
		ways, keys := s.house.Ways, s.house.Keys
		writerOf := func(b mailer.Back) writer {
			return writer{
				addr: "ann@example.org", news: &message.Parsed{MessageID: strings.Trim(ways.MessageID(keys, b), "<>")}, envelope: ways.EnvelopeSender(keys, b),
				leave: strings.TrimPrefix(strings.TrimSuffix(ways.UnsubscribeMailto(keys, b), "?subject=Unsubscribe%20me"), "mailto:"),
			}
		}
		lost := writerOf(mailer.Back{ListID: 777, SubscriberID: 777, CampaignID: 777})
		half := writerOf(mailer.Back{ListID: s.list.ID, SubscriberID: known, CampaignID: 777})
		anHourAgo := time.Now().Add(-time.Hour)
		for _, tt := range []struct {
			name, raw string
			want      inbox.Disposition
		}{
			{"a report about a campaign and a person that nobody knows", deliveryReport(lost, "<>", lost.envelope, "failed", "5.1.1"), inbox.OpenedCase},
			{"a report of a delay, about the same", deliveryReport(lost, "<>", lost.envelope, "delayed", "4.2.0"), inbox.Reported},
			{"an opt-out from a list that nobody knows", plain("bob@example.org", lost.leave, "", ""), inbox.OpenedCase},
			{"an answer to a message of a list that nobody knows", plain("bob@example.org", "contact@"+harbour, "Unsubscribe me", "", "In-Reply-To: <"+lost.news.MessageID+">\r\n"), inbox.OptedOut},
			{"a complaint about a message to a person that nobody knows", feedback("", lost.news.MessageID), inbox.OpenedCase},
			{"a report about a person of ours and a campaign that nobody knows", deliveryReport(half, "<>", half.envelope, "failed", "5.1.1"), inbox.Reported},
		} {
			uid, err := s.world.Place(s.at("bounces"), anHourAgo, []byte(tt.raw))
			s.check(err)
			k := s.kept(func(k inbox.Kept) bool { return k.UID == uid })
			if k.Disposition != tt.want {
				t.Errorf("%s became %q, want %q", tt.name, k.Disposition, tt.want)
			}
		}
		if s.mayBeMailed(known) {
			t.Error("the person whose address does not exist may be mailed")
		}
		s.verify()
	})
}

// A complaint stops everything, of every programme.
func TestAComplaintStopsTheMailOfEveryProgramme(t *testing.T) {
	t.Parallel()
	s := stage(t, sqliteURL(t))
	_, ferry := s.found(s.house.People, "ferry")
	w := s.writers(1)[0]
	s.enrolOn(ferry, w.addr)
	s.place("", feedback("", w.news.MessageID))
	s.settled(1)
	for _, l := range []subscriptions.List{s.list, ferry} {
		if got := s.verdict(l, w.id); got != subscriptions.ReasonWithdrawn {
			t.Errorf("on %s the gate says %q", l.Slug, got)
		}
	}
}
