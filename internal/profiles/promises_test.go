package profiles_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"assent/internal/profiles"
	"assent/subscriptions"
	"assent/subscriptions/retention"
)

// What the organisations promise that a declaration can keep, each by its number, read off the profile that is modelled on them.
func TestTheProfilesDeclareWhatTheirModelsPromise(t *testing.T) {
	t.Parallel()
	const year = 365 * 24 * time.Hour
	for _, tt := range []struct {
		promise, profile string
		holds            func(p profiles.Profile) bool
	}{
		{"E0-01: stakeholder mail is a purpose and a class of its own", "standards", func(p profiles.Profile) bool {
			return purposeOf(p, "stakeholder-mail").Class == subscriptions.Targeted
		}},
		{"E0-02: promotion is marketing, and rests on consent", "standards", func(p profiles.Profile) bool {
			u := purposeOf(p, "promotion")
			return u.Class == subscriptions.Marketing && u.Basis == subscriptions.Consent
		}},
		{"E0-03: surveys and studies are purposes of their own", "standards", func(p profiles.Profile) bool {
			return purposeOf(p, "surveys").Name != "" && purposeOf(p, "analytics").Name != ""
		}},
		{"E0-12: who gets data is on the register, with what for and under which agreement", "standards", agreed},
		{"E1-12: sharing rests on an agreement", "harbour-cluster", agreed},
		{"E1-20: records stay for six years", "harbour-cluster", func(p profiles.Profile) bool {
			return slices.ContainsFunc(p.Retention, func(r profiles.Rule) bool {
				return r.Action == retention.Delete && r.Period == retention.Period{Length: 6, Unit: retention.Years}
			})
		}},
		{"E1-23: consent for a fixed time, and then the data goes", "harbour-cluster", func(p profiles.Profile) bool {
			return purposeOf(p, "cluster-news").Term > 0 && slices.ContainsFunc(p.Retention, func(r profiles.Rule) bool { return r.Since == retention.ConsentLapsed })
		}},
		{"E2-15: files are thinned after a year and closed later", "brightwell", func(p profiles.Profile) bool {
			return p.Retention[0].Action == retention.Thin && p.Retention[0].Period == retention.Period{Length: 1, Unit: retention.Years} &&
				p.Retention[1].Action == retention.Delete && p.Retention[1].Period == retention.Period{Length: 6, Unit: retention.Years}
		}},
		{"E2-16: somebody reviews before records are destroyed", "brightwell", func(p profiles.Profile) bool { return p.Retention[1].Review }},
		{"E3-03: champions are shared with each other on a consent of its own", "open-service", func(p profiles.Profile) bool {
			return purposeOf(p, "directory").Basis == subscriptions.Consent
		}},
		{"E3-04: stories and pictures need explicit consent, asked for anew each year", "open-service", func(p profiles.Profile) bool {
			u := purposeOf(p, "stories")
			return u.Basis == subscriptions.ExplicitConsent && u.ConfirmEvery == year
		}},
		{"E3-08: software and agencies are on the register", "open-service", func(p profiles.Profile) bool { return len(p.Recipients) >= 3 && agreed(p) }},
		{"E3-09: data goes when the programme ends", "open-service", func(p profiles.Profile) bool {
			return !p.Programme.EndsAt.IsZero() && slices.ContainsFunc(p.Retention, func(r profiles.Rule) bool { return r.Since == retention.ProgrammeEnded && r.Action == retention.Delete })
		}},
		{"E4-01: the service is not for children, and says so", "safer-places", func(p profiles.Profile) bool {
			return strings.Contains(p.Programme.Statements["en"].Source, "not for children")
		}},
		{"E4-16: no data leaves the country", "safer-places", func(p profiles.Profile) bool {
			return p.Programme.RegionLock && !slices.ContainsFunc(p.Recipients, subscriptions.Recipient.Abroad)
		}},
		{"E4-20: six months after leaving, with the reason", "safer-places", func(p profiles.Profile) bool {
			r := p.Retention[0]
			return r.Since == retention.PermissionEnded && r.Period == retention.Period{Length: 6, Unit: retention.Months} && r.Reason != ""
		}},
	} {
		t.Run(tt.promise, func(t *testing.T) {
			t.Parallel()
			p, err := profiles.Get(tt.profile)
			if err != nil {
				t.Fatal(err)
			}
			if !tt.holds(p) {
				t.Errorf("the profile %s does not", tt.profile)
			}
		})
	}
}

func purposeOf(p profiles.Profile, slug string) subscriptions.Purpose {
	for _, u := range p.Purposes {
		if u.Slug == slug {
			return u
		}
	}
	return subscriptions.Purpose{}
}

// agreed reports whether every recipient is declared with what it gets data for and under which agreement.
func agreed(p profiles.Profile) bool {
	return len(p.Recipients) > 0 && !slices.ContainsFunc(p.Recipients, func(r subscriptions.Recipient) bool { return r.Purpose == "" || r.Agreement == "" })
}
