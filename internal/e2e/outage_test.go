package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"assent/inbox"
	"assent/inbox/cases"
	"assent/inbox/imappoll"
	"assent/internal/assembly"
)

// Nobody watched for ten days. Then every message is here once, with one disposition, at the time at which it reached the server, whatever Message-ID it has; its
// clocks run from then; the same mail twice is one case; and a comparison with the server finds nothing missing.
func TestAfterTenDaysOfOutageEveryMessageIsHereOnceAtItsTime(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := prepare(t, databaseURL)
		began := time.Now().Add(-10 * 24 * time.Hour).Truncate(time.Second)
		ids := []string{"Message-ID: <same@client.example>\r\n", "Message-ID:\r\n", "", "Message-ID: <>\r\n"}
		times := map[string]time.Time{} // by subject
		const total = 40
		for i := range total {
			subject, at := fmt.Sprintf("request %d", i), began.Add(time.Duration(i)*5*time.Hour)
			times[subject] = at
			raw := fmt.Sprintf("From: <person%02d@example.org>\r\nTo: <privacy@%s>\r\nSubject: %s\r\n%s\r\n%s\r\n", i, harbour, subject, ids[i%len(ids)], wantsData)
			_, err := s.world.Place(s.at("privacy"), at, []byte(raw))
			s.check(err)
			if i%10 == 0 { // delivered twice, octet for octet
				_, err := s.world.Place(s.at("privacy"), at.Add(time.Minute), []byte(raw))
				s.check(err)
			}
		}
		s.house = s.open(databaseURL)
		s.run(s.house)
		var all []inbox.Kept
		s.eventually("every message is settled", func() bool {
			var err error
			all, err = s.house.DB.KeptBefore(t.Context(), 0, 200)
			s.check(err)
			settled := 0
			for _, k := range all {
				if k.Disposition != inbox.Unsorted {
					settled++
				}
			}
			return settled == total+total/10
		})
		dispositions := map[inbox.Disposition]int{}
		for _, k := range all {
			dispositions[k.Disposition]++
			if k.Disposition == inbox.OpenedCase && !k.ReceivedAt.Equal(times[k.Subject]) {
				t.Errorf("%s came at %s, want %s", k.Subject, k.ReceivedAt, times[k.Subject])
			}
		}
		if dispositions[inbox.OpenedCase] != total || dispositions[inbox.Duplicated] != total/10 {
			t.Errorf("dispositions %v", dispositions)
		}
		opened, err := s.house.DB.Cases(t.Context(), cases.Filter{}, 0, 200)
		if err != nil || len(opened) != total {
			t.Errorf("%d cases, %v", len(opened), err)
		}
		for _, k := range opened {
			if !k.ReceivedAt.Equal(times[k.Subject]) || !strings.Contains(fmt.Sprint(k.Clocks), s.house.Reckoner.UKDate(times[k.Subject]).Long()) {
				t.Errorf("the clocks of %q: %+v", k.Subject, k.Clocks)
			}
		}
		s.compares("privacy", total+total/10)
	})
}

// compares has the mailbox compared with what was taken in, and wants all of it to be here.
func (s *scene) compares(name string, onServer int) {
	s.t.Helper()
	var box imappoll.Mailbox
	for _, b := range s.house.Boxes {
		if b.Name == name {
			box = b
		}
	}
	s.eventually("the comparison is well", func() bool {
		r, err := s.house.Reconcile(s.t.Context(), box)
		s.check(err)
		return r.Well() && r.OnServer == onServer && r.OnTheWay == 0
	})
}

// What is on the server and not here is found, whoever lost it.
func TestAComparisonFindsAMessageThatWasLost(t *testing.T) {
	t.Parallel()
	databaseURL := sqliteURL(t)
	s := prepare(t, databaseURL)
	s.change = func(p *assembly.Plan) { p.Poll = time.Hour } // no sweep mends it meanwhile
	s.house = s.open(databaseURL)
	t.Cleanup(func() { s.check(s.house.Close(context.Background())) })
	_, err := s.world.Place(s.at("privacy"), time.Now().Add(-time.Hour), []byte("Subject: lost\r\n\r\nx\r\n"))
	s.check(err)
	for _, b := range s.house.Boxes {
		r, err := s.house.Reconcile(t.Context(), b)
		s.check(err)
		if lost := b.Name == "privacy"; r.Well() == lost || lost && (r.Missing != 1 || !strings.Contains(r.Trouble(), "1 of 1 messages")) {
			t.Errorf("%s: %+v", b.Name, r)
		}
	}
}
