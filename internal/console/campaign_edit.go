package console

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"assent/internal/address"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/mailer"
	"assent/subscriptions"
	"assent/subscriptions/segment"
	"assent/templates"
)

// Sending writes campaigns, and sets them going. *mailer.Service is one.
type Sending interface {
	Create(ctx context.Context, c mailer.Campaign, actor string) (mailer.Campaign, error)
	Revise(ctx context.Context, id int64, seen string, words mailer.Campaign) (mailer.Campaign, error)
	// Draft is Create, and keeps nothing.
	Draft(ctx context.Context, c mailer.Campaign) (mailer.Campaign, error)
	Preview(ctx context.Context, c mailer.Campaign, person subscriptions.Subscriber) (mailer.Preview, error)
	MailTrial(ctx context.Context, campaignID int64, to address.Address) error
	Schedule(ctx context.Context, id int64, at time.Time, actor string) (mailer.Campaign, error)
	Pause(ctx context.Context, id int64) (mailer.Campaign, error)
	Resume(ctx context.Context, id int64) (mailer.Campaign, error)
	Cancel(ctx context.Context, id int64) (mailer.Campaign, error)
}

// maxCampaignForm bounds a form with a campaign's body, in octets.
const maxCampaignForm = 1 << 20

func campaignURL(id int64) string { return pages.Desk + "/campaigns/" + strconv.FormatInt(id, 10) }

// draftForm is a campaign that is being written.
type draftForm struct {
	programme subscriptions.Programme
	saved     mailer.Campaign // zero for a new one
	v         typed
	preview   *templates.MailPreview
	look      *templates.AudienceLook
}

// newCampaign shows an empty form.
func (s *console) newCampaign(c *gin.Context, by auth.Actor) error {
	p, err := s.People.Store.ProgrammeBySlug(c.Request.Context(), c.Param("programme"))
	if err != nil {
		return errs.Wrap("console: new campaign", err)
	}
	return s.draftPage(c, by, draftForm{programme: p, v: typed{"language": {templates.English}, "segment": {"0"}}}, nil)
}

// editCampaign shows a draft's form as it stands.
func (s *console) editCampaign(c *gin.Context, by auth.Actor) error {
	f, err := s.draftOf(c)
	if err != nil {
		return errs.Wrap("console: edit campaign", err)
	}
	f.v = campaignTyped(f.saved)
	return s.draftPage(c, by, f, nil)
}

// draftOf finds the programme, and the draft if the path names one.
func (s *console) draftOf(c *gin.Context) (f draftForm, err error) {
	ctx := c.Request.Context()
	if slug := c.Param("programme"); slug != "" {
		f.programme, err = s.People.Store.ProgrammeBySlug(ctx, slug)
		return f, err
	}
	id, err := number(c, "id")
	if err != nil {
		return f, err
	}
	if f.saved, err = s.Campaigns.Campaign(ctx, id); err != nil {
		return f, err
	}
	f.programme, err = s.People.Store.Programme(ctx, f.saved.ProgrammeID)
	return f, err
}

// writeCampaign shows what was written and whom it would go to, or keeps it as a draft.
func (s *console) writeCampaign(c *gin.Context, by auth.Actor) error {
	const op = "console: write campaign"
	ctx := c.Request.Context()
	v, err := typedIn(c)
	if err != nil {
		return err
	}
	f, err := s.draftOf(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	f.v = v
	k, err := readCampaign(v, f.programme.ID)
	if err != nil {
		return s.draftPage(c, by, f, err)
	}
	if v.get(templates.FieldDo) != templates.DoSave {
		err = s.lookAtDraft(ctx, by, k, &f)
		return s.draftPage(c, by, f, errs.Wrap(op, err))
	}
	if f.saved.ID == 0 {
		k, err = s.Sending.Create(ctx, k, by.String())
	} else {
		k, err = s.Sending.Revise(ctx, f.saved.ID, v.get(templates.FieldSeen), k)
	}
	if err != nil {
		return s.draftPage(c, by, f, errs.Wrap(op, err))
	}
	c.Redirect(http.StatusSeeOther, campaignURL(k.ID))
	return nil
}

// lookAtDraft composes a draft for nobody, and counts whom it would go to.
func (s *console) lookAtDraft(ctx context.Context, by auth.Actor, k mailer.Campaign, f *draftForm) error {
	k, err := s.Sending.Draft(ctx, k)
	if err != nil {
		return err
	}
	m, err := s.Sending.Preview(ctx, k, subscriptions.Subscriber{})
	if err != nil {
		return err
	}
	if k.SegmentID != 0 { // it is looked up again
		k.Segment = segment.Segment{}
	}
	look, err := s.Targets.LookAhead(ctx, k)
	if err != nil {
		return err
	}
	f.preview, f.look = &templates.MailPreview{Subject: m.Subject, Text: m.Text}, showLook(look, by)
	return nil
}

func (s *console) draftPage(c *gin.Context, by auth.Actor, f draftForm, problem error) error {
	const op = "console: draft"
	page := templates.CampaignEditPage{
		Console: s.around(by), Programme: f.programme.Name, Title: "A new campaign", Back: templates.Link{URL: pages.Desk + "/campaigns", Label: "Campaigns"},
		Action: pages.Desk + "/campaigns/new/" + f.programme.Slug, Preview: f.preview, Look: f.look, Seen: f.v.get(templates.FieldSeen),
	}
	status := http.StatusOK
	if problem != nil {
		if !correctable(problem) {
			return errs.Wrap(op, problem)
		}
		status, page.Problem = http.StatusUnprocessableEntity, errs.Message(problem)
	}
	if f.saved.ID != 0 {
		page.Title, page.Back, page.Action = "Change “"+f.saved.Name+"”", templates.Link{URL: campaignURL(f.saved.ID), Label: f.saved.Name}, campaignURL(f.saved.ID)+"/edit"
		if page.Seen == "" {
			page.Seen = f.saved.ContentDigest()
		}
	}
	var err error
	if page.Lines, page.Fields, err = s.draftLines(c.Request.Context(), f); err != nil {
		return errs.Wrap(op, err)
	}
	return s.page(c, status, "campaign-edit", page)
}

// draftLines are the fields of a campaign, and what its text may hold of a person.
func (s *console) draftLines(ctx context.Context, f draftForm) (lines []templates.FormLine, fields []templates.Fact, err error) {
	store, v := s.People.Store, f.v
	lists, err := store.Lists(ctx)
	if err != nil {
		return nil, nil, err
	}
	purposes, err := store.Purposes(ctx, f.programme.ID)
	if err != nil {
		return nil, nil, err
	}
	segments, err := s.Segments.Store.Segments(ctx, f.programme.ID)
	if err != nil {
		return nil, nil, err
	}
	attributes, err := store.AttributesOf(ctx, f.programme.ID)
	if err != nil {
		return nil, nil, err
	}
	var ofLists, ofPurposes []templates.Choice
	for _, l := range lists {
		if l.ProgrammeID == f.programme.ID {
			ofLists = append(ofLists, templates.Choice{Value: strconv.FormatInt(l.ID, 10), Label: l.Name})
		}
	}
	for _, u := range purposes {
		ofPurposes = append(ofPurposes, templates.Choice{Value: strconv.FormatInt(u.ID, 10), Label: u.Name + " (" + basisWords(u.Basis) + ")"})
	}
	ofSegments := []templates.Choice{{Value: "0", Label: "Everybody on the lists"}}
	for _, x := range segments {
		ofSegments = append(ofSegments, templates.Choice{Value: strconv.FormatInt(x.ID, 10), Label: x.Name + ": " + x.Segment.String()})
	}
	lines = []templates.FormLine{
		v.line(templates.FieldName, "Name", "For operators; readers do not see it"),
		v.some(templates.FieldList, "To which lists", "Being on one of them is enough", ofLists),
		v.one("segment", "Who of them", "", ofSegments),
		v.some("excluded", "Leave out whoever is on", "", ofLists),
		v.line("subject", "Subject", "May hold fields, such as {{name|reader}}"),
		v.line("preheader", "The line after it in the inbox", "Optional"),
		v.area("body", "The message", "Markdown. The way to opt out, the postal address and the notice are added at its foot.", 18),
		v.one("language", "Language of the message", "", []templates.Choice{{Value: templates.English, Label: "English"}, {Value: templates.Welsh, Label: "Welsh"}}),
	}
	if len(ofPurposes) > 1 {
		lines = append(lines, v.some("purposes", "It also serves", "Only people who are permitted for each of these get it: promotion inside a newsletter, say, needs a yes of its own", ofPurposes))
	}
	fields = []templates.Fact{{Name: "{{name|reader}}", Value: "The name; “reader” where it is not known"}}
	for _, a := range attributes {
		fields = append(fields, templates.Fact{Name: "{{" + a.Name + "}}", Value: a.Label})
	}
	return lines, fields, nil
}

func campaignTyped(k mailer.Campaign) typed {
	return typed{
		templates.FieldName: {k.Name}, "subject": {k.Subject}, "preheader": {k.Preheader}, "body": {k.Body}, "language": {k.Language},
		templates.FieldList: written(k.Lists), "excluded": written(k.Excluded), "purposes": written(k.Purposes), "segment": {strconv.FormatInt(k.SegmentID, 10)},
	}
}

func written(ids []int64) (out []string) {
	for _, id := range ids {
		out = append(out, strconv.FormatInt(id, 10))
	}
	return out
}

func readCampaign(v typed, programmeID int64) (k mailer.Campaign, err error) {
	k = mailer.Campaign{
		ProgrammeID: programmeID, Name: v.get(templates.FieldName), Subject: v.get("subject"), Preheader: v.get("preheader"), Language: v.get("language"), Body: v.get("body"),
	}
	for name, to := range map[string]*[]int64{templates.FieldList: &k.Lists, "excluded": &k.Excluded, "purposes": &k.Purposes} {
		if *to, err = v.ids(name); err != nil {
			return k, err
		}
	}
	segments, err := v.ids("segment")
	if err == nil && len(segments) > 0 {
		k.SegmentID = segments[0]
	}
	return k, err
}
