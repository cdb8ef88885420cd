package site

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"assent/internal/errs"
	"assent/internal/pages"
	"assent/mailer"
	"assent/subscriptions"
	"assent/templates"
)

// ownFile is all that is held about a person, for themselves, in the form of the file that they can take (Article 20).
type ownFile struct {
	MadeAt     time.Time                 `json:"made_at"`
	Address    string                    `json:"address"`
	Name       string                    `json:"name"`
	Language   string                    `json:"language"`
	Source     string                    `json:"source"`
	Since      time.Time                 `json:"on_record_since"`
	Attributes map[string]map[string]any `json:"attributes"`
	Restricted bool                      `json:"restricted"`
	Profiling  bool                      `json:"profiling_allowed"`
	Lists      []ownFileList             `json:"lists"`
	Acts       []ownFileAct              `json:"acts"`
	Messages   []ownFileMail             `json:"messages"`
	Letters    []ownFileMail             `json:"letters"`
}

type ownFileList struct {
	List       string     `json:"list"`
	Owner      string     `json:"organisation"`
	Status     string     `json:"status"`
	ExpiresAt  *time.Time `json:"expires_at,omitempty"`
	PausedTill *time.Time `json:"paused_until,omitempty"`
	known      subscriptions.KnownList
}

type ownFileAct struct {
	At       time.Time       `json:"at"`
	Number   int64           `json:"number"`
	Kind     string          `json:"kind"`
	About    string          `json:"about"`
	Channel  string          `json:"channel"`
	Reason   string          `json:"reason,omitempty"`
	Wording  string          `json:"wording,omitempty"`
	Notice   string          `json:"notice_version,omitempty"`
	Until    *time.Time      `json:"until,omitempty"`
	Evidence json.RawMessage `json:"evidence,omitempty"`
	event    subscriptions.Event
}

type ownFileMail struct {
	At      time.Time `json:"at"`
	Subject string    `json:"subject,omitempty"`
	Kind    string    `json:"kind,omitempty"`
	State   string    `json:"state"`
}

// gather collects all that is held about a person.
func (s *site) gather(ctx context.Context, o subscriptions.Overview) (f ownFile, err error) {
	p := o.Person
	f = ownFile{
		MadeAt: s.Now().UTC(), Address: p.Address.String(), Name: p.Name, Language: p.Language, Source: p.Source, Since: p.CreatedAt,
		Attributes: p.Attributes, Restricted: o.State.RestrictedBy != 0, Profiling: o.State.ProfilingRefusedBy == 0,
	}
	for _, k := range o.Programmes {
		for _, one := range k.Lists {
			if one.Standing.Status != subscriptions.StatusNone {
				f.Lists = append(f.Lists, ownFileList{
					List: one.List.Name, Owner: k.Programme.Owner, Status: string(one.Standing.Status),
					ExpiresAt: pointer(one.Standing.ExpiresAt), PausedTill: pointer(one.Standing.PausedUntil), known: one,
				})
			}
		}
	}
	cat, err := pages.ReadDeclared(ctx, s.People.Store)
	if err != nil {
		return f, err
	}
	for _, e := range slices.Backward(o.Events) {
		act := ownFileAct{
			At: e.At, Number: e.Seq, Kind: string(e.Kind), About: cat.Reach(e.Scope), Channel: string(e.Channel), Reason: e.Reason,
			Notice: cat.Notices[e.NoticeDigest], Until: pointer(e.ExpiresAt), Evidence: e.Evidence, event: e,
		}
		if e.WordingDigest != "" {
			if act.Wording, err = s.People.Store.Text(ctx, e.WordingDigest); err != nil {
				return f, err
			}
		}
		f.Acts = append(f.Acts, act)
	}
	return f, s.gatherMail(ctx, p.ID, &f)
}

// gatherMail adds what was sent: campaigns with their subjects, and letters.
func (s *site) gatherMail(ctx context.Context, subscriberID int64, f *ownFile) error {
	sent, err := s.Sent.DeliveriesTo(ctx, []int64{subscriberID})
	if err != nil {
		return err
	}
	for _, d := range slices.Backward(sent) {
		k, err := s.Sent.Campaign(ctx, d.CampaignID)
		if err != nil && errs.KindOf(err) != errs.NotFound {
			return err
		}
		f.Messages = append(f.Messages, ownFileMail{At: cmp.Or(d.FinishedAt, d.StartedAt).UTC(), Subject: k.Subject, State: string(d.State)})
	}
	letters, err := s.Sent.LettersTo(ctx, subscriberID, maxOwnLetters)
	if err != nil {
		return err
	}
	for _, l := range letters {
		f.Letters = append(f.Letters, ownFileMail{At: l.CreatedAt.UTC(), Kind: string(l.Kind), State: string(l.State)})
	}
	return nil
}

const maxOwnLetters = 10_000

func pointer(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// download answers with the file.
func (s *site) download(c *gin.Context, subscriberID int64) error {
	const op = "site: download own record"
	o, err := s.Preferences.Overview(c.Request.Context(), subscriberID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	f, err := s.gather(c.Request.Context(), o)
	if err != nil {
		return errs.Wrap(op, err)
	}
	b, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return errs.E(op, errs.Internal, "", err)
	}
	c.Header("Content-Disposition", `attachment; filename="my-record.json"`)
	c.Data(http.StatusOK, "application/json", append(b, '\n'))
	return nil
}

// maxOwn bounds what a record's page shows of each sort; the file has all.
const maxOwn = 100

// showRecord answers with the page of a visit.
func (s *site) showRecord(c *gin.Context, key string, subscriberID int64, x ownChange) error {
	const op = "site: own record"
	ctx := c.Request.Context()
	o, err := s.Preferences.Overview(ctx, subscriberID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	s.speak(c, o.Person)
	f, err := s.gather(ctx, o)
	if err != nil {
		return errs.Wrap(op, err)
	}
	w := ownWordsIn(s.language(c))
	page := templates.OwnRecordPage{
		Public: s.ownFrame(c, o), Action: s.keep(c, recordPath), Key: key, Done: x.done, Problem: x.problem,
		PreferencesURL: pages.InLanguage(s.Mail.Ways.PreferencesURL(s.Mail.Keys, o.Person.ID), w.lang),
		Address:        f.Address, Name: f.Name, Facts: s.ownFacts(o, w), Fields: ownFields(o, x),
		More: len(f.Acts) > maxOwn || len(f.Messages)+len(f.Letters) > maxOwn,
	}
	if typed := x.typed[templates.FieldName]; x.problem != "" && len(typed) > 0 {
		page.Name = typed[0]
	}
	for _, l := range f.Lists {
		page.Lists = append(page.Lists, templates.OwnList{Name: l.List, Owner: l.Owner, State: w.state(l.known), Until: s.inZone(o, l.known.Standing.ExpiresAt)})
	}
	for _, a := range f.Acts[:min(len(f.Acts), maxOwn)] {
		page.Acts = append(page.Acts, templates.OwnAct{
			At: s.inZone(o, a.At), What: w.act(a.event), About: a.About, How: w.channel(a.event.Channel), Wording: a.Wording, Notice: a.Notice,
		})
	}
	page.Mails = s.ownMails(o, w, f)
	return s.page(c, x.status(), "own-record", page)
}

// ownMails puts messages and letters in one order, the newest first.
func (s *site) ownMails(o subscriptions.Overview, w ownWords, f ownFile) (out []templates.OwnMail) {
	for _, m := range f.Messages {
		out = append(out, templates.OwnMail{At: s.inZone(o, m.At), Subject: m.Subject, How: w.mailState(m.State)})
	}
	for _, m := range f.Letters {
		out = append(out, templates.OwnMail{At: s.inZone(o, m.At), Subject: w.letter(mailer.LetterKind(m.Kind)), How: w.mailState(m.State)})
	}
	slices.SortStableFunc(out, func(a, b templates.OwnMail) int { return b.At.Compare(a.At) })
	return out[:min(len(out), maxOwn)]
}

// inZone is a moment where the person's programmes are; the zero time stays zero.
func (s *site) inZone(o subscriptions.Overview, t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(s.today(o).Location())
}

// languageName is a language in its own words.
func languageName(code string) string {
	for _, l := range languageLinks() {
		if l.Code == code {
			return l.Name
		}
	}
	return code
}

// ownFacts are what is held besides lists and acts, and is not theirs to correct here.
func (s *site) ownFacts(o subscriptions.Overview, w ownWords) []templates.Fact {
	p, allowed := o.Person, w.facts["yes"]
	if o.State.ProfilingRefusedBy != 0 {
		allowed = w.facts["no"]
	}
	facts := []templates.Fact{
		{Name: w.facts["source"], Value: p.Source}, {Name: w.facts["since"], Value: w.date(s.inZone(o, p.CreatedAt))},
		{Name: w.facts["language"], Value: languageName(p.Language)}, {Name: w.facts["profiling"], Value: allowed},
	}
	if o.State.RestrictedBy != 0 {
		facts = append(facts, templates.Fact{Name: w.facts["restricted"], Value: w.facts["restrictedText"]})
	}
	for _, k := range o.Programmes {
		for _, a := range k.Declared {
			if value := p.Attributes.Text(k.Programme.Slug, a.Name); value != "" && !a.SelfService {
				facts = append(facts, templates.Fact{Name: cmp.Or(a.Label, a.Name), Value: value + w.facts["write"]})
			}
		}
	}
	return slices.DeleteFunc(facts, func(f templates.Fact) bool { return f.Value == "" })
}
