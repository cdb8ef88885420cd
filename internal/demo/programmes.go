package demo

import (
	"context"
	"fmt"
	"slices"

	"assent/internal/profiles"
	"assent/internal/store"
	"assent/internal/token"
	"assent/subscriptions"
	"assent/subscriptions/retention"
)

// programme is a programme of the story: a profile, with the list that the story is about and what is sent to it.
type programme struct {
	profile  string
	slug     string // of the list
	is       subscriptions.Programme
	list     subscriptions.List
	mailbox  string // where people write to opt out
	subjects [2]string
	body     string
}

// programmes are three of the profiles, which are modelled on notices of real organisations; these organisations are invented.
func programmes() []*programme {
	return []*programme{openService(), standards(), saferPlaces()}
}

func openService() *programme {
	return &programme{
		profile: "open-service", slug: "open-service-monthly",
		mailbox:  "openservice@publicworks.example",
		subjects: [2]string{"Open Service, October: what you told us", "Open Service, November: three teams, three stories"},
		body: "# Good things happen in the open\n\nHello {{name|there}},\n\nthis month we visited **three teams** who publish their plans.\n\n" +
			"- The ferry office put its timetable data online.\n- Two councils now share one form.\n- *Your* stories: keep them coming.\n\nRead more at <https://publicworks.example/stories>.",
	}
}

func standards() *programme {
	return &programme{
		profile: "standards", slug: "standards-committees",
		mailbox:  "poc@supply.example",
		subjects: [2]string{"Draft 3 for your committee", "Minutes of your committee"},
		body:     "Dear {{name|colleague}},\n\nthe papers for **{{committee}}** are ready. Please send comments within three weeks.",
	}
}

func saferPlaces() *programme {
	return &programme{
		profile: "safer-places", slug: "safer-places-alerts",
		mailbox:  "desk@southmoor.example",
		subjects: [2]string{"Alert: check your fire doors", "Alert: winter opening hours"},
		body:     "# What to do now\n\nHello {{name|there}},\n\nplease walk round your venue today and check that every fire door opens.\n\n1. Open it.\n2. Look behind it.\n3. Write it down.",
	}
}

// declare loads a programme's profile and finds its list.
func declare(ctx context.Context, db *store.DB, keys *token.Keys, o Options, p *programme) error {
	profile, err := profiles.Get(p.profile)
	if err != nil {
		return err
	}
	rules := &retention.Service{Store: db, Now: o.Now}
	loader := profiles.Loader{
		People: &subscriptions.Service{Store: db, Keys: keys, Now: o.Now, Retention: rules},
		Editor: &subscriptions.Editor{Store: db, Catalogue: db, Now: o.Now}, Rules: rules, Actor: "system",
	}
	loaded, err := loader.Load(ctx, profile)
	if err != nil {
		return err
	}
	p.is = loaded.Programme
	i := slices.IndexFunc(loaded.Lists, func(l subscriptions.List) bool { return l.Slug == p.slug })
	if i < 0 {
		return fmt.Errorf("the profile %s has no list %s", p.profile, p.slug)
	}
	p.list = loaded.Lists[i]
	return nil
}
