package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"assent/internal/address"
	"assent/internal/assembly"
	"assent/internal/errs"
	"assent/internal/store"
	"assent/mailer"
	"assent/subscriptions"
	"assent/subscriptions/segment"
)

// explainFlags say what to explain.
type explainFlags struct {
	address, list, purpose string
	campaign               int64
	asJSON                 bool
}

func (a *app) explainCommand() *cobra.Command {
	var f explainFlags
	c := &cobra.Command{
		Use: "explain", Short: "Tell why a person may be mailed or not, or whom a campaign goes to", Args: arguments(),
		Long: `Answers from the ledger, by the rule that the gate asks before each message, and changes nothing.

  assent explain --address ann@example.org --list harbour-monthly
  assent explain --address ann@example.org --purpose harbour-news/monthly-news
  assent explain --campaign 12

For a person: allowed or not, why, and every event that says so, with its date, the words that were shown and the digest of the notice.
For a campaign: the people in its lists, in its segment, and each reason for which people are left out.`,
		RunE: func(c *cobra.Command, _ []string) error { return a.explain(c.Context(), f) },
	}
	c.Flags().StringVar(&f.address, "address", "", "the person's address")
	c.Flags().StringVar(&f.list, "list", "", "slug of a list")
	c.Flags().StringVar(&f.purpose, "purpose", "", "slugs of programme and purpose, as harbour-news/monthly-news")
	c.Flags().Int64Var(&f.campaign, "campaign", 0, "number of a campaign")
	c.Flags().BoolVar(&f.asJSON, "json", false, "answer in JSON")
	return c
}

func (a *app) explain(ctx context.Context, f explainFlags) error {
	person := f.address != ""
	if person == (f.campaign != 0) || person && (f.list == "") == (f.purpose == "") || !person && f.list+f.purpose != "" {
		return usagef("Name a person and a list or purpose, or a campaign: --address with --list or --purpose, or --campaign.")
	}
	c, db, err := a.data(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	if !person {
		return a.explainCampaign(ctx, db, int64(c.SmallCount), f)
	}
	keys, err := assembly.Keys(c)
	if err != nil {
		return err
	}
	who, err := address.Parse(f.address)
	if err != nil {
		return usagef("--address: %s", errs.Message(err))
	}
	found, err := db.SubscriberByKey(ctx, keys.AddressKey(who))
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return errs.E("explain", errs.NotFound, "Nobody is on record under this address.", err)
	}
	if err != nil {
		return err
	}
	people := &subscriptions.Service{Store: db, Keys: keys, Now: a.now}
	e, err := explainPerson(ctx, people, db, found.ID, f)
	if err != nil {
		return err
	}
	return a.tellPerson(e, f.asJSON)
}

func explainPerson(ctx context.Context, people *subscriptions.Service, db *store.DB, id int64, f explainFlags) (subscriptions.Explanation, error) {
	if f.list != "" {
		l, err := listBySlug(ctx, db, f.list)
		if err != nil {
			return subscriptions.Explanation{}, err
		}
		return people.ExplainList(ctx, id, l)
	}
	programme, slug, _ := strings.Cut(f.purpose, "/")
	p, err := people.PurposeBySlug(ctx, programme, slug)
	if err != nil {
		return subscriptions.Explanation{}, errs.E("explain", errs.KindOf(err), "There is no such purpose. Name it by programme and purpose, as in harbour-news/monthly-news.", err)
	}
	return people.ExplainPurpose(ctx, id, p)
}

// toldStep is an event in the JSON of explain.
type toldStep struct {
	Event    int64     `json:"event"`
	At       time.Time `json:"at"`
	Kind     string    `json:"kind"`
	Sentence string    `json:"sentence"`
	Decides  bool      `json:"decides"`
	Wording  string    `json:"wording,omitempty"`
	Notice   string    `json:"notice_digest,omitempty"`
}

func (a *app) tellPerson(e subscriptions.Explanation, asJSON bool) error {
	steps := make([]toldStep, len(e.Steps))
	for i, s := range e.Steps {
		steps[i] = toldStep{s.Event.Seq, s.Event.At.UTC(), string(s.Event.Kind), s.Event.Sentence(), s.Decides, s.Wording, s.Event.NoticeDigest}
	}
	reason := e.Decision.Reason
	if asJSON {
		return a.tellJSON(map[string]any{"allowed": e.Allowed(), "reason": reason, "explanation": reason.Sentence(), "steps": steps})
	}
	verdict := "NOT allowed. "
	if e.Allowed() {
		verdict = "Allowed. "
	}
	fmt.Fprintf(a.stdout, "%s%s\n", verdict, reason.Sentence())
	for _, s := range steps {
		mark := " "
		if s.Decides {
			mark = "*"
		}
		fmt.Fprintf(a.stdout, "\n%s event %d, %s\n%s\n", mark, s.Event, s.At.Format("2 January 2006, 15:04:05 UTC"), indent(s.Sentence, 100))
		if s.Wording != "" {
			fmt.Fprintf(a.stdout, "%s\n", indent("Shown: "+s.Wording, 100))
		}
		if s.Notice != "" {
			fmt.Fprintf(a.stdout, "    Privacy notice: SHA-256 %s\n", s.Notice)
		}
	}
	if len(steps) > 0 {
		fmt.Fprintln(a.stdout, "\n* the event that decides")
	}
	return nil
}

func (a *app) explainCampaign(ctx context.Context, db *store.DB, fewest int64, f explainFlags) error {
	m := &mailer.Service{Store: db, People: db, Targeting: &segment.Service{Store: db, Fewest: fewest, Now: a.now}, Now: a.now}
	look, err := m.Look(ctx, f.campaign)
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return errs.E("explain", errs.NotFound, fmt.Sprintf("There is no campaign %d.", f.campaign), err)
	}
	if err != nil {
		return err
	}
	if f.asJSON {
		return a.tellJSON(toldFunnel(look))
	}
	when := "As it would be now"
	if look.Planned {
		when = "As it was planned"
	}
	fmt.Fprintf(a.stdout, "%s:\n%12s  in the lists\n", when, thousands(look.Funnel.InLists))
	if look.Funnel.Below != 0 {
		fmt.Fprintf(a.stdout, "  fewer than %d in the segment, so its numbers are not told\n", look.Funnel.Below)
	} else {
		a.tellFunnel(look.Funnel, look.Rule != nil)
	}
	if look.Rule != nil {
		fmt.Fprintf(a.stdout, "\nThe segment: %s\n%s", look.Segment, look.Rule.Explain())
	}
	return nil
}

// tellFunnel tells how many are left after each step, and how many each reason takes away.
func (a *app) tellFunnel(f segment.Funnel, hasSegment bool) {
	line := func(n int64, what string) { fmt.Fprintf(a.stdout, "%12s  %s\n", thousands(n), what) }
	narrowed := !hasSegment
	for _, l := range f.LeftOut {
		if !segment.Outside(l.Reason) && !narrowed {
			line(f.InSegment, "in the segment")
			narrowed = true
		}
		line(-l.People, string(l.Reason))
	}
	if !narrowed {
		line(f.InSegment, "in the segment")
	}
	line(f.Eligible, "may be mailed")
}

func toldFunnel(l mailer.Look) map[string]any {
	left := map[string]int64{}
	for _, x := range l.Funnel.LeftOut {
		left[string(x.Reason)] = x.People
	}
	out := map[string]any{"planned": l.Planned, "in_lists": l.Funnel.InLists, "left_out": left, "segment": l.Segment.String()}
	if l.Funnel.Below != 0 {
		out["fewer_than"] = l.Funnel.Below
		return out
	}
	out["in_segment"], out["eligible"] = l.Funnel.InSegment, l.Funnel.Eligible
	return out
}

func (a *app) tellJSON(v any) error {
	e := json.NewEncoder(a.stdout)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
