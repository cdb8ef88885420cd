package main

import (
	"encoding/json"
	"testing"
	"time"

	"assent/internal/store"
	"assent/mailer"
	"assent/subscriptions"
	"assent/subscriptions/segment"
)

func TestExplainTellsWhyAndByWhichEvents(t *testing.T) {
	t.Parallel()
	r := ready(t)
	r.want(0, "", "import", "news", r.write("people.csv", "email,act,acted_at,source,wording\nann@example.org,ticked the box,2026-03-31,boat show,Send me the news.\n"))
	for _, about := range [][]string{{"--list", "news"}, {"--purpose", "harbour/news"}} {
		out := r.want(0, "", append([]string{"explain", "--address", "Ann@EXAMPLE.org"}, about...)...)
		contains(t, out, "Allowed. This person may be mailed", "* event 1, ", "The person agreed in an import (source: import 1).", "Shown: Send me the news.")
	}
	_, out, _ := r.run("", "explain", "--address", "ann@example.org", "--list", "news", "--json")
	var answer struct {
		Allowed bool
		Steps   []struct {
			Decides bool
			Wording string
		}
	}
	if err := json.Unmarshal([]byte(out), &answer); err != nil || !answer.Allowed || len(answer.Steps) != 1 || !answer.Steps[0].Decides || answer.Steps[0].Wording != "Send me the news." {
		t.Errorf("%v in %s", err, out)
	}
	contains(t, r.want(1, "", "explain", "--address", "nobody@example.org", "--list", "news"), "Nobody is on record under this address.")
	contains(t, r.want(1, "", "explain", "--address", "ann@example.org", "--purpose", "harbour/none"), "There is no such purpose.")
	contains(t, r.want(1, "", "explain", "--campaign", "7"), "There is no campaign 7.")
	for _, args := range [][]string{{}, {"--address", "ann@example.org"}, {"--list", "news"}, {"--campaign", "1", "--list", "news"}, {"--address", "ann@example.org", "--list", "news", "--purpose", "harbour/news"}} {
		contains(t, r.want(2, "", append([]string{"explain"}, args...)...), "Name a person and a list or purpose, or a campaign")
	}
}

func TestExplainTellsACampaignsFunnel(t *testing.T) {
	t.Parallel()
	r := ready(t)
	r.want(0, "", "import", "news", r.write("people.csv", "email,language,act,acted_at,source\n"+
		"ann@example.org,cy,ticked the box,2026-03-31,boat show\nben@example.org,en,ticked the box,2026-03-31,boat show\ncarys@example.org,cy,ticked the box,2026-03-31,boat show\n"))
	r.withStore(func(db *store.DB) {
		c := mailer.Campaign{ProgrammeID: 1, Name: "May", Subject: "News", Body: "News", Language: "cy", Class: subscriptions.Newsletter, Lists: []int64{1}, State: mailer.Draft, CreatedAt: time.Now()}
		var err error
		if c.Segment, err = segment.Parse(`language is "cy"`); err == nil {
			err = db.CreateCampaign(t.Context(), &c)
		}
		if err != nil {
			t.Fatal(err)
		}
	})
	out := r.want(0, "", "explain", "--campaign", "1")
	contains(t, out, "As it would be now:", "3  in the lists", "-1  not in the segment", "2  in the segment", "2  may be mailed", `The segment: language is "cy"`, "Their language is “cy”.")
	contains(t, r.want(0, "", "explain", "--campaign", "1", "--json"), `"in_segment": 2`, `"not in the segment": 1`)
}
