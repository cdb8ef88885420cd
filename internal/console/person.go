package console

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/mailer"
	"assent/subscriptions"
	"assent/templates"
)

// maxTimeline bounds what a person's page shows of each sort, the newest first.
const maxTimeline = 200

// person shows one person: what they agreed to in which words, what the gate says of them, and what was sent. Opening it is
// recorded first.
func (s *console) person(c *gin.Context, by auth.Actor) error {
	const op = "console: person"
	ctx := c.Request.Context()
	id, err := number(c, "id")
	if err != nil {
		return err
	}
	p, err := s.People.Store.Subscriber(ctx, id)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := s.record(ctx, by, audit.Note{Action: audit.ReadPerson, Object: personObject(id)}); err != nil {
		return errs.Wrap(op, err)
	}
	events, err := s.People.Store.EventsByKey(ctx, p.Key)
	if err != nil {
		return errs.Wrap(op, err)
	}
	cat, err := pages.ReadDeclared(ctx, s.People.Store)
	if err != nil {
		return errs.Wrap(op, err)
	}
	state := subscriptions.Fold(events)
	page := templates.PersonPage{
		Console: s.around(by), Address: cmp.Or(p.Address.String(), "Erased person"), Name: p.Name, Stopped: stopped(state),
		Standings: s.standings(state, events, cat),
	}
	if by.May(auth.KeepingWrite) && !p.Address.IsZero() {
		page.EraseURL = personURL(id) + "/erase"
	}
	if by.May(auth.PacksMake) {
		page.PackURL = personURL(id) + "/pack"
	}
	if by.May(auth.ConsentWrite) && !p.Address.IsZero() {
		page.ObjectionURL = personURL(id) + "/objection"
	}
	if by.May(auth.SubscribersWrite) && !p.Address.IsZero() {
		page.CorrectURL = personURL(id) + "/correct"
	}
	if page.Attributes, err = s.held(ctx, p, cat); err != nil {
		return errs.Wrap(op, err)
	}
	if err := s.beside(ctx, p, &page); err != nil {
		return errs.Wrap(op, err)
	}
	if page.Timeline, err = s.personTimeline(ctx, p, events, cat); err != nil {
		return errs.Wrap(op, err)
	}
	return s.page(c, http.StatusOK, "person", page)
}

// stopped says why nothing at all may be sent, "" when something may.
func stopped(st subscriptions.State) string {
	switch {
	case st.ErasedBy != 0:
		return "The person was erased; a keyed hash keeps the address suppressed."
	case st.RestrictedBy != 0:
		return "Processing is restricted to storage (Article 18)."
	}
	if bar, ok := st.Bars[subscriptions.Everything()]; ok {
		for _, l := range st.Lists {
			if l.Status == subscriptions.StatusActive && l.Seq > bar.Seq {
				return ""
			}
		}
		return "Stopped for every list: " + bar.Reason + "."
	}
	return ""
}

// standings asks Decide, which is the gate, about each list that the person has to do with.
func (s *console) standings(st subscriptions.State, events []subscriptions.Event, cat pages.Declared) []templates.Standing {
	bySeq := map[int64]subscriptions.Event{}
	for _, e := range events {
		bySeq[e.Seq] = e
	}
	var all []templates.Standing
	for _, l := range cat.Lists {
		standing, on := st.Lists[l.ID]
		if !on {
			continue
		}
		d := subscriptions.Decide(subscriptions.Question{Lists: []subscriptions.Scope{subscriptions.ListScope(l)}, Ends: cat.Ends(l.ProgrammeID)}, st, s.Now())
		decisive := bySeq[standing.Seq]
		what, _ := eventWords(decisive.Kind)
		row := templates.Standing{
			List: l.Name, State: statusState(standing.Status), Mailable: d.Reason == subscriptions.Allowed,
			Since: s.local(decisive.At), Event: strconv.FormatInt(standing.Seq, 10), Why: what + ": " + channelWords(decisive.Channel),
		}
		if d.Reason != subscriptions.Allowed && d.Reason != subscriptions.ReasonWithdrawn {
			row.Why = reasonWords(d.Reason)
		}
		if decisive.Reason != "" {
			row.Why += " (" + decisive.Reason + ")"
		}
		all = append(all, row)
	}
	return all
}

// held is what is on record about a person besides the ledger.
func (s *console) held(ctx context.Context, p subscriptions.Subscriber, cat pages.Declared) ([]templates.Fact, error) {
	facts := []templates.Fact{
		{Name: "Source", Value: p.Source},
		{Name: "Language", Value: p.Language},
		{Name: "On record since", Value: p.CreatedAt.In(s.Zone).Format("2 January 2006")},
		{Name: "Row number", Value: strconv.FormatInt(p.ID, 10)},
	}
	for _, programme := range cat.Programmes {
		if len(p.Attributes[programme.Slug]) == 0 {
			continue
		}
		declared, err := s.People.Store.AttributesOf(ctx, programme.ID)
		if err != nil {
			return nil, err
		}
		for _, a := range declared {
			facts = append(facts, templates.Fact{Name: cmp.Or(a.Label, a.Name), Value: p.Attributes.Text(programme.Slug, a.Name)})
		}
	}
	return slices.DeleteFunc(facts, func(f templates.Fact) bool { return f.Value == "" }), nil
}

// personTimeline puts the ledger, what was sent and the letters in one order, the newest first.
func (s *console) personTimeline(ctx context.Context, p subscriptions.Subscriber, events []subscriptions.Event, cat pages.Declared) ([]templates.Event, error) {
	names, err := s.operatorNames(ctx)
	if err != nil {
		return nil, err
	}
	var all []templates.Event
	for _, e := range slices.Backward(events[max(0, len(events)-maxTimeline):]) {
		shown, err := s.ledgerEvent(ctx, e, cat, names)
		if err != nil {
			return nil, err
		}
		all = append(all, shown)
	}
	sent, err := s.sentTo(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	letters, err := s.Campaigns.LettersTo(ctx, p.ID, maxTimeline)
	if err != nil {
		return nil, err
	}
	all = append(all, sent...)
	for _, l := range letters {
		all = append(all, s.letterEvent(l))
	}
	slices.SortStableFunc(all, func(a, b templates.Event) int { return b.At.Compare(a.At) })
	return all, nil
}

func (s *console) ledgerEvent(ctx context.Context, e subscriptions.Event, cat pages.Declared, names actors) (templates.Event, error) {
	what, tone := eventWords(e.Kind)
	if e.Reason != "" {
		what += " (" + e.Reason + ")"
	}
	shown := templates.Event{
		At: s.local(e.At), What: what, Tone: tone, Where: cat.Reach(e.Scope), How: channelWords(e.Channel), By: operatorWords(e.Actor, names),
		Notice: cat.Notices[e.NoticeDigest], Evidence: evidenceWords(e), Number: strconv.FormatInt(e.Seq, 10),
	}
	if e.WordingDigest == "" || e.Kind == subscriptions.Confirmed {
		return shown, nil // what is confirmed is what was asked, and stands there
	}
	var err error
	shown.Wording, err = s.People.Store.Text(ctx, e.WordingDigest)
	return shown, err
}

// evidenceWords shows an event's evidence, which is JSON of names and texts.
func evidenceWords(e subscriptions.Event) string {
	if e.Evidence == nil {
		return "erased with the person"
	}
	var fields map[string]any
	if json.Unmarshal(e.Evidence, &fields) != nil {
		return "not readable"
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		value, isText := fields[name].(string)
		if isText && value != "" {
			out = append(out, strings.ReplaceAll(name, "_", " ")+": "+strings.TrimSuffix(value, "."))
		}
	}
	return strings.Join(out, "; ")
}

// sentTo shows the campaigns that were sent to a person.
func (s *console) sentTo(ctx context.Context, id int64) ([]templates.Event, error) {
	all, err := s.Campaigns.DeliveriesTo(ctx, []int64{id})
	if err != nil {
		return nil, err
	}
	all = all[max(0, len(all)-maxTimeline):] // by campaign, so the newest are last
	events := make([]templates.Event, 0, len(all))
	for _, d := range all {
		k, err := s.Campaigns.Campaign(ctx, d.CampaignID)
		if err != nil && errs.KindOf(err) != errs.NotFound {
			return nil, err
		}
		e := s.deliveryEvent(d)
		e.Where = cmp.Or(k.Name, "campaign "+strconv.FormatInt(d.CampaignID, 10))
		events = append(events, e)
	}
	return events, nil
}

func (s *console) letterEvent(l mailer.Letter) templates.Event {
	e := templates.Event{At: s.local(l.CreatedAt), What: "Letter: " + letterWords(l.Kind), How: pages.Sentence(string(l.State))}
	switch l.State {
	case mailer.LetterSent:
		e.At, e.Tone = s.local(l.FinishedAt), templates.Good
	case mailer.LetterWaiting, mailer.LetterStarted:
		e.Tone = templates.Wait
	case mailer.LetterFailed, mailer.LetterRefused:
		e.Tone = templates.Bad
	case mailer.LetterUncertain:
		e.Tone = templates.Alert
	}
	return e
}
