package console

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/mailer"
	"assent/subscriptions"
	"assent/subscriptions/segment"
	"assent/templates"
)

// Targets tells whom a campaign goes to, or would. *mailer.Service is one.
type Targets interface {
	Look(ctx context.Context, campaignID int64) (mailer.Look, error)
	LookAhead(ctx context.Context, c mailer.Campaign) (mailer.Look, error)
}

// segments lists every programme's segments.
func (s *console) segments(c *gin.Context, by auth.Actor) error {
	const op = "console: segments"
	ctx := c.Request.Context()
	programmes, err := s.People.Store.Programmes(ctx)
	if err != nil {
		return errs.Wrap(op, err)
	}
	page := templates.SegmentsPage{Console: s.around(by), MayWrite: by.May(auth.CampaignsWrite)}
	for _, p := range programmes {
		saved, err := s.Segments.Store.Segments(ctx, p.ID)
		if err != nil {
			return errs.Wrap(op, err)
		}
		shown := templates.SegmentProgramme{Name: p.Name, NewURL: pages.Desk + "/segments/new/" + p.Slug}
		for _, x := range saved {
			shown.Rows = append(shown.Rows, templates.SegmentRow{Name: x.Name, URL: segmentURL(x.ID), Text: x.Segment.String(), Version: x.Version})
		}
		page.Programmes = append(page.Programmes, shown)
	}
	return s.page(c, http.StatusOK, "segments", page)
}

func segmentURL(id int64) string { return pages.Desk + "/segments/" + strconv.FormatInt(id, 10) }

// newSegment shows an empty form.
func (s *console) newSegment(c *gin.Context, by auth.Actor) error {
	p, err := s.People.Store.ProgrammeBySlug(c.Request.Context(), c.Param("programme"))
	if err != nil {
		return errs.Wrap("console: new segment", err)
	}
	return s.segmentPage(c, by, segmentForm{programme: p})
}

// savedSegment shows a saved segment, and whom it means now.
func (s *console) savedSegment(c *gin.Context, by auth.Actor) error {
	form, err := s.segmentForm(c)
	if err != nil {
		return errs.Wrap("console: segment", err)
	}
	form.do, form.text = templates.DoLook, form.saved.Segment.String()
	form.name, form.version = form.saved.Name, form.saved.Version
	form.justSaved = c.Query("saved") == strconv.Itoa(form.version)
	return s.segmentPage(c, by, form)
}

// writeSegment looks at what was written, or saves it.
func (s *console) writeSegment(c *gin.Context, by auth.Actor) error {
	const op = "console: write segment"
	if err := pages.ReadForm(c.Request); err != nil {
		return err
	}
	form, err := s.segmentForm(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	sent := c.Request.PostForm
	form.do, form.text, form.lists = sent.Get(templates.FieldDo), sent.Get(templates.FieldText), sent[templates.FieldList]
	form.name, form.slug = strings.TrimSpace(sent.Get(templates.FieldName)), strings.TrimSpace(sent.Get(templates.FieldSlug))
	form.version, _ = strconv.Atoi(sent.Get(templates.FieldVersion)) // anything else is no version
	if form.do == templates.DoSave {
		if err := by.Need(auth.CampaignsWrite); err != nil {
			return err
		}
	}
	if form.do == templates.DoSave {
		saved, err := s.saveSegment(c.Request.Context(), by, form)
		if err == nil {
			c.Redirect(http.StatusSeeOther, segmentURL(saved.ID)+"?saved="+strconv.Itoa(saved.Version))
			return nil
		}
		form.problem = err
	}
	return s.segmentPage(c, by, form)
}

// segmentForm is what was asked of a segment.
type segmentForm struct {
	programme  subscriptions.Programme
	saved      segment.Saved // zero for a new one
	do         string
	text       string
	name, slug string
	version    int
	lists      []string // slugs
	problem    error    // for which it was not saved
	justSaved  bool
}

// segmentForm finds the programme, and the saved segment if the path names one.
func (s *console) segmentForm(c *gin.Context) (f segmentForm, err error) {
	ctx := c.Request.Context()
	if slug := c.Param("programme"); slug != "" {
		f.programme, err = s.People.Store.ProgrammeBySlug(ctx, slug)
		return f, err
	}
	id, err := number(c, "id")
	if err != nil {
		return f, err
	}
	if f.saved, err = s.Segments.Store.Segment(ctx, id); err != nil {
		return f, err
	}
	f.programme, err = s.People.Store.Programme(ctx, f.saved.ProgrammeID)
	return f, err
}

func (s *console) segmentPage(c *gin.Context, by auth.Actor, f segmentForm) error {
	const op = "console: segment"
	ctx := c.Request.Context()
	status, done := http.StatusOK, ""
	var look *templates.AudienceLook
	problem := f.problem
	if f.justSaved {
		done = fmt.Sprintf("Saved as version %d. Campaigns that were approved before keep theirs.", f.version)
	}
	if problem == nil && strings.TrimSpace(f.text) != "" {
		look, problem = s.lookAt(ctx, by, f)
	} else if problem == nil && f.do == templates.DoLook {
		_, problem = segment.Parse(f.text)
	}
	switch kind := errs.KindOf(problem); {
	case problem == nil:
	case kind == errs.Invalid:
		status = http.StatusUnprocessableEntity
	case kind == errs.Refused || kind == errs.Conflict:
		status = http.StatusConflict
	default:
		return errs.Wrap(op, problem)
	}
	d, err := s.Segments.Declarations(ctx, f.programme.ID, segment.Segment{})
	if err != nil {
		return errs.Wrap(op, err)
	}
	page := templates.SegmentPage{
		Console: s.around(by), Programme: f.programme.Name, Action: pages.Desk + "/segments/new/" + f.programme.Slug, MayWrite: by.May(auth.CampaignsWrite),
		Saved: f.saved.ID != 0, Slug: f.slug, Name: f.name, Text: f.text, Version: f.version, Vocabulary: vocabulary(d), Problem: errs.Message(problem), Done: done, Look: look,
	}
	if page.Saved {
		page.Action = segmentURL(f.saved.ID)
	}
	for _, l := range d.Lists {
		page.Lists = append(page.Lists, templates.SegmentList{Slug: l.Slug, Name: l.Name, Ticked: slices.Contains(f.lists, l.Slug)})
	}
	return s.page(c, status, "segment", page)
}

// saveSegment keeps a new segment, or the next version of one.
func (s *console) saveSegment(ctx context.Context, by auth.Actor, f segmentForm) (segment.Saved, error) {
	x, err := segment.Parse(f.text)
	if err != nil {
		return f.saved, err
	}
	if f.saved.ID == 0 {
		return s.Segments.Create(ctx, segment.Saved{ProgrammeID: f.programme.ID, Slug: f.slug, Name: f.name, Segment: x}, by.String())
	}
	return s.Segments.Change(ctx, f.saved.ID, f.version, f.name, x, by.String())
}

// lookAt counts whom the text means on the lists that were ticked.
func (s *console) lookAt(ctx context.Context, by auth.Actor, f segmentForm) (*templates.AudienceLook, error) {
	x, err := segment.Parse(f.text)
	if err != nil {
		return nil, err
	}
	c := mailer.Campaign{ProgrammeID: f.programme.ID, Segment: x}
	for _, slug := range f.lists {
		l, err := s.People.Store.ListBySlug(ctx, slug)
		if err != nil {
			return nil, err
		}
		c.Lists = append(c.Lists, l.ID)
	}
	look, err := s.Targets.LookAhead(ctx, c)
	if err != nil {
		return nil, err
	}
	return showLook(look, by), nil
}

func showLook(l mailer.Look, by auth.Actor) *templates.AudienceLook {
	f := l.Funnel
	out := &templates.AudienceLook{InLists: int(f.InLists), InSegment: int(f.InSegment), Eligible: int(f.Eligible), Below: int(f.Below), Sentences: sentences(l.Rule)}
	for _, x := range f.LeftOut {
		out.LeftOut = append(out.LeftOut, templates.FunnelLine{Label: reasonWords(x.Reason), Count: int(x.People)})
	}
	if by.May(auth.SubscribersRead) {
		for _, p := range l.Sample {
			out.Sample = append(out.Sample, templates.PersonRow{Address: p.Address.Masked(), URL: personURL(p.ID)})
		}
	}
	return out
}

// sentences is a rule in English; none without a rule.
func sentences(r *segment.Rule) []templates.SegmentLine {
	if r == nil {
		return nil
	}
	var out []templates.SegmentLine
	for _, l := range r.Description() {
		out = append(out, templates.SegmentLine{Depth: l.Depth, Text: l.Text})
	}
	return out
}

// vocabulary tells what a programme's segments may ask.
func vocabulary(d segment.Declarations) []templates.Fact {
	var out []templates.Fact
	for _, a := range d.Attributes {
		says := string(a.Type)
		if a.Label != "" {
			says = a.Label + ": " + says
		}
		if len(a.Choices) > 0 {
			says += ", of " + strings.Join(a.Choices, ", ")
		}
		if a.SpecialCategory {
			says += ". Special-category data: for purposes on explicit consent alone"
		}
		out = append(out, templates.Fact{Name: a.Name, Value: says})
	}
	for _, l := range d.Lists {
		out = append(out, templates.Fact{Name: "on list " + l.Slug, Value: l.Name + "; also pending on list, lapsed on list, left list, joined … before, after, since, in the last … days"})
	}
	for _, p := range d.Purposes {
		out = append(out, templates.Fact{Name: "permitted for " + p.Slug, Value: p.Name + "; also pending for, lapsed for, withdrawn from"})
	}
	out = append(out, templates.Fact{Name: "language, source, on record", Value: "Of everybody"})
	if !d.ProfilingOff {
		out = append(out, templates.Fact{Name: "sent, delivered, bounced", Value: "any campaign, or campaign and its number; with before, since, in the last … days. Leaves out whoever refused profiling"})
	}
	return out
}
