package console

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/mailer"
	"assent/subscriptions"
	"assent/templates"
)

// Campaigns reads campaigns and what became of their messages. The store is one.
type Campaigns interface {
	Campaign(ctx context.Context, id int64) (mailer.Campaign, error)
	Counts(ctx context.Context, id int64) (mailer.Counts, map[subscriptions.Reason]int64, error)
	DeliveriesTo(ctx context.Context, subscribers []int64) ([]mailer.Delivery, error)
	LettersTo(ctx context.Context, subscriberID int64, limit int) ([]mailer.Letter, error)
}

// campaigns lists them, the newest first.
func (s *console) campaigns(c *gin.Context, by auth.Actor) error {
	const op = "console: campaigns"
	ctx := c.Request.Context()
	page := pageNumber(c)
	rows, err := s.campaignRows(ctx, skipped(page), rowsOnPage)
	if err != nil {
		return errs.Wrap(op, err)
	}
	total, err := s.figures.readTotals(ctx)
	if err != nil {
		return errs.Wrap(op, err)
	}
	shown := templates.CampaignsPage{Console: s.around(by), Rows: rows, Pager: numberedPager(page, len(rows), total.campaigns)}
	if by.May(auth.CampaignsWrite) {
		programmes, err := s.People.Store.Programmes(ctx)
		if err != nil {
			return errs.Wrap(op, err)
		}
		for _, p := range programmes {
			if !p.Ended(s.Now()) {
				shown.New = append(shown.New, templates.Link{URL: pages.Desk + "/campaigns/new/" + p.Slug, Label: p.Name})
			}
		}
	}
	return s.page(c, http.StatusOK, "campaigns", shown)
}

func (s *console) campaignRows(ctx context.Context, offset, limit int) ([]templates.CampaignRow, error) {
	all, err := s.Figures.CampaignPage(ctx, offset, limit)
	if err != nil {
		return nil, err
	}
	names, err := s.listNames(ctx)
	if err != nil {
		return nil, err
	}
	rows := make([]templates.CampaignRow, 0, len(all))
	for _, k := range all {
		row, err := s.campaignRow(ctx, k, names)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func (s *console) campaignRow(ctx context.Context, k mailer.Campaign, names map[int64]string) (templates.CampaignRow, error) {
	n, left, err := s.Campaigns.Counts(ctx, k.ID)
	if err != nil {
		return templates.CampaignRow{}, err
	}
	row := templates.CampaignRow{
		Name: k.Name, URL: pages.Desk + "/campaigns/" + strconv.FormatInt(k.ID, 10), Lists: joined(k.Lists, names), State: campaignState(k),
		Started: s.local(begun(k)), Eligible: int(n.Planned), InLists: int(n.Planned),
		Sent: int(n.Sent), Failed: int(n.Failed), Uncertain: int(n.Uncertain), Refused: int(n.Refused), Bounced: int(n.Bounced),
	}
	for _, reason := range slices.Sorted(maps.Keys(left)) {
		if reason == subscriptions.Allowed || left[reason] == 0 {
			continue
		}
		row.Excluded = append(row.Excluded, templates.FunnelLine{Label: reasonWords(reason), Count: int(left[reason])})
		row.InLists += int(left[reason])
	}
	return row, nil
}

// begun is when sending could begin; zero for what has not come so far.
func begun(k mailer.Campaign) time.Time {
	if k.State == mailer.Draft || k.State == mailer.Scheduled {
		return time.Time{}
	}
	return k.ScheduledAt
}

// local is a moment in the operators' zone; no moment stays none.
func (s *console) local(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(s.Zone)
}

func (s *console) listNames(ctx context.Context) (map[int64]string, error) {
	lists, err := s.People.Store.Lists(ctx)
	names := make(map[int64]string, len(lists))
	for _, l := range lists {
		names[l.ID] = l.Name
	}
	return names, err
}

func joined(ids []int64, names map[int64]string) string {
	var out []string
	for _, id := range ids {
		out = append(out, names[id])
	}
	return strings.Join(out, ", ")
}

// lastDeliveries is how many of a campaign's deliveries its page shows.
const lastDeliveries = 20

// campaign shows one campaign: its funnel, its words, and what was sent last.
func (s *console) campaign(c *gin.Context, by auth.Actor) error {
	const op = "console: campaign"
	ctx := c.Request.Context()
	id, err := number(c, "id")
	if err != nil {
		return err
	}
	k, err := s.Campaigns.Campaign(ctx, id)
	if err != nil {
		return errs.Wrap(op, err)
	}
	names, err := s.listNames(ctx)
	if err != nil {
		return errs.Wrap(op, err)
	}
	row, err := s.campaignRow(ctx, k, names)
	if err != nil {
		return errs.Wrap(op, err)
	}
	left, err := s.Figures.LeftSince(ctx, id)
	if err != nil {
		return errs.Wrap(op, err)
	}
	row.OptedOut = int(left)
	last, err := s.Figures.LastDeliveries(ctx, id, lastDeliveries)
	if err != nil {
		return errs.Wrap(op, err)
	}
	operators, err := s.operatorNames(ctx)
	if err != nil {
		return errs.Wrap(op, err)
	}
	page := templates.CampaignPage{
		Console: s.around(by), Row: row, Subject: k.Subject, Facts: s.campaignFacts(k, operators), Text: readable(k.Body), Acts: campaignActs(k, by), Trouble: k.Trouble, TrialSent: c.Query("trial") == "sent",
		Timeline: append(s.deliveryEvents(last), s.milestones(k)...),
	}
	if len(k.Purposes) > 0 {
		served, err := s.served(ctx, k)
		if err != nil {
			return errs.Wrap(op, err)
		}
		page.Facts = append(page.Facts, templates.Fact{Name: "Also serves", Value: served + ". Only people who are permitted for each of these get it"})
	}
	if len(k.Excluded) > 0 {
		page.Facts = append(page.Facts, templates.Fact{Name: "Left out", Value: "Everybody on " + joined(k.Excluded, names)})
	}
	if err := s.aim(ctx, k, by, &page); err != nil {
		return errs.Wrap(op, err)
	}
	return s.page(c, http.StatusOK, "campaign", page)
}

// aim shows who of the lists is meant and, of what is not yet planned, how the audience would narrow down now.
func (s *console) aim(ctx context.Context, k mailer.Campaign, by auth.Actor, page *templates.CampaignPage) error {
	look, err := s.Targets.Look(ctx, k.ID)
	if kind := errs.KindOf(err); err != nil && (kind == errs.Invalid || kind == errs.Refused) {
		page.Note = errs.Message(err) // as when profiling was switched off since
		return nil
	}
	if err != nil {
		return err
	}
	page.Segment, page.SegmentText = sentences(look.Rule), look.Segment.String()
	if k.State != mailer.Draft && k.State != mailer.Scheduled {
		return nil
	}
	now := showLook(look, by)
	page.Row.InLists, page.Row.Eligible, page.Row.Excluded, page.Note = now.InLists, now.Eligible, now.LeftOut, "As it would be now."
	if now.Below != 0 {
		page.Note = fmt.Sprintf("Fewer than %d people are in the segment now, so its numbers are not told.", now.Below)
	}
	return nil
}

// served names the purposes that a campaign declares besides those of its lists.
func (s *console) served(ctx context.Context, k mailer.Campaign) (string, error) {
	var names []string
	for _, id := range k.Purposes {
		p, err := s.People.Store.Purpose(ctx, id)
		if err != nil {
			return "", err
		}
		names = append(names, "“"+p.Name+"”")
	}
	return strings.Join(names, ", "), nil
}

func (s *console) campaignFacts(k mailer.Campaign, names actors) []templates.Fact {
	facts := []templates.Fact{
		{Name: "Sort", Value: pages.Sentence(string(k.Class))},
		{Name: "Language", Value: map[string]string{templates.English: "English", templates.Welsh: "Welsh"}[k.Language]},
		{Name: "Written by", Value: operatorWords(k.CreatedBy, names)},
	}
	if k.ApprovedBy != "" {
		facts = append(facts, templates.Fact{Name: "Approved by", Value: operatorWords(k.ApprovedBy, names)})
	}
	if !k.ScheduledAt.IsZero() {
		facts = append(facts, templates.Fact{Name: "Scheduled for", Value: scheduled(k)})
	}
	if k.Digest != "" {
		facts = append(facts, templates.Fact{Name: "Approved content", Value: "SHA-256 " + k.Digest[:min(len(k.Digest), 16)] + "…"})
	}
	return facts
}

// scheduled names the zone in which the campaign was scheduled.
func scheduled(k mailer.Campaign) string {
	zone, err := time.LoadLocation(k.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	return k.ScheduledAt.In(zone).Format("3:04pm on 2 January 2006") + " (" + zone.String() + ")"
}

// readable is a campaign's words as its plain text part has them; its fields stay fields.
func readable(markdown string) string {
	_, text, err := templates.Markdown(markdown)
	if err != nil {
		return markdown
	}
	return text
}

// milestones are a campaign's own events, the newest first.
func (s *console) milestones(k mailer.Campaign) []templates.Event {
	var all []templates.Event
	for _, m := range []struct {
		at   time.Time
		what string
		tone templates.Tone
	}{
		{k.FinishedAt, "Finished: nothing waits to be sent", templates.Good},
		{k.PlannedAt, "The whole audience was planned", templates.Calm},
		{begun(k), "Sending could begin", templates.Wait},
		{k.CreatedAt, "Written", templates.Calm},
	} {
		if !m.at.IsZero() {
			all = append(all, templates.Event{At: s.local(m.at), What: m.what, Tone: m.tone})
		}
	}
	return all
}

// deliveryEvents shows deliveries of one campaign. People are row numbers here: who they are is on their own pages.
func (s *console) deliveryEvents(all []mailer.Delivery) []templates.Event {
	events := make([]templates.Event, 0, len(all))
	for _, d := range all {
		e := s.deliveryEvent(d)
		e.Where = fmt.Sprintf("person %d", d.SubscriberID)
		events = append(events, e)
	}
	return events
}

func (s *console) deliveryEvent(d mailer.Delivery) templates.Event {
	what, tone := deliveryWords(d)
	e := templates.Event{At: s.local(d.FinishedAt), What: what, Tone: tone}
	if d.FinishedAt.IsZero() {
		e.At = s.local(d.AskedAt)
	}
	if d.EventSeq != 0 && d.State != mailer.Refused {
		e.Evidence = fmt.Sprintf("allowed by event %d", d.EventSeq)
	}
	switch {
	case d.Reason != "":
		e.How = pages.Sentence(d.Reason)
	case d.Code != 0:
		e.How = strings.TrimSpace(fmt.Sprintf("The relay said %d %s", d.Code, strings.TrimRight(d.Reply, ".")))
	}
	return e
}
