package console

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/subscriptions"
	"assent/subscriptions/retention"
	"assent/templates"
)

// Keeping is what erases people and carries out the retention schedule.
type Keeping struct {
	Keeper   *subscriptions.Keeper
	Schedule *retention.Service
}

const retentionURL = pages.Desk + "/retention"

// maxKept bounds what the page of retention shows of each sort.
const maxKept = 100

// keepingPages puts the pages about how long data stays on the engine.
func (s *console) keepingPages(desk gin.IRoutes, form gin.HandlerFunc) {
	desk.GET("/retention", s.desk(auth.KeepingRead, s.retention))
	desk.GET("/retention/rules/new", s.desk(auth.KeepingWrite, s.newRule))
	desk.POST("/retention/rules", form, s.desk(auth.KeepingWrite, s.declareRule))
	desk.POST("/retention/rules/:id/end", form, s.desk(auth.KeepingWrite, s.endRule))
	desk.POST("/retention/queue/:id", form, s.desk(auth.KeepingWrite, s.decide))
	desk.POST("/retention/holds/:id/lift", form, s.desk(auth.KeepingWrite, s.liftHold))
	desk.GET("/people/:id/erase", s.desk(auth.KeepingRead, s.erasePage))
	desk.POST("/people/:id/erase", form, s.desk(auth.KeepingWrite, s.erase))
	desk.GET("/people/:id/correct", s.desk(auth.SubscribersWrite, s.correctPage))
	desk.POST("/people/:id/correct", form, s.desk(auth.SubscribersWrite, s.correct))
	desk.POST("/people/:id/erase/hold", form, s.desk(auth.KeepingWrite, s.placeHold))
}

func (s *console) retention(c *gin.Context, by auth.Actor) error {
	return s.showRetention(c, by, http.StatusOK, "")
}

func (s *console) showRetention(c *gin.Context, by auth.Actor, status int, problem string) error {
	const op = "console: retention"
	ctx := c.Request.Context()
	programmes, err := s.People.Store.Programmes(ctx)
	if err != nil {
		return errs.Wrap(op, err)
	}
	rules, err := s.Keeping.Schedule.Store.Rules(ctx, true)
	if err != nil {
		return errs.Wrap(op, err)
	}
	page := templates.RetentionPage{Console: s.around(by), Action: retentionURL, Problem: problem, MayWrite: by.May(auth.KeepingWrite)}
	if page.MayWrite {
		page.NewURL = retentionURL + "/rules/new"
	}
	byID := map[int64]retention.Rule{}
	for _, r := range rules {
		byID[r.ID] = r
		if r.EndedAt.IsZero() {
			page.Rules = append(page.Rules, templates.RuleRow{ID: decimal(r.ID), Name: r.Name, Programme: programmeName(programmes, r.ProgrammeID), Statement: r.Statement(), Review: r.Review})
		}
	}
	for _, fill := range []func(context.Context, *templates.RetentionPage) error{
		func(ctx context.Context, p *templates.RetentionPage) error { return s.fillQueue(ctx, p, byID) },
		s.fillHolds, s.fillErasures, s.fillCertificates,
	} {
		if err := fill(ctx, &page); err != nil {
			return errs.Wrap(op, err)
		}
	}
	return s.page(c, status, "retention", page)
}

func (s *console) fillQueue(ctx context.Context, page *templates.RetentionPage, rules map[int64]retention.Rule) error {
	queue, err := s.Keeping.Schedule.Store.Disposals(ctx, 0, 0, maxKept, retention.Waiting, retention.Approved, retention.Delayed, retention.Held)
	for _, d := range queue {
		row := templates.DueRow{ID: decimal(d.ID), Rule: rules[d.RuleID].Name, Says: rules[d.RuleID].Statement(), About: "Row " + decimal(d.ObjectID), Due: d.DueAt, State: disposalState(d.State), Why: d.Why}
		if d.SubscriberID != 0 {
			row.About, row.URL = "Person "+decimal(d.SubscriberID), personURL(d.SubscriberID)
		}
		if d.State == retention.Delayed {
			row.Until = d.NotBefore
		}
		page.Queue = append(page.Queue, row)
	}
	return err
}

func (s *console) fillHolds(ctx context.Context, page *templates.RetentionPage) error {
	holds, err := s.Keeping.Keeper.Store.Holds(ctx, 0)
	for _, h := range holds[:min(len(holds), maxKept)] {
		page.Holds = append(page.Holds, holdRow(h))
	}
	return err
}

func (s *console) fillErasures(ctx context.Context, page *templates.RetentionPage) error {
	names, err := s.operatorNames(ctx)
	if err != nil {
		return err
	}
	erasures, err := s.Keeping.Keeper.Store.Erasures(ctx, 0, maxKept)
	states := map[subscriptions.ErasureState]templates.State{
		subscriptions.ErasureTelling: {Label: "Waits for the letter", Tone: templates.Wait}, subscriptions.ErasureDone: {Label: "Done", Tone: templates.Good},
		subscriptions.ErasureRefused: {Label: "Refused", Tone: templates.Bad},
	}
	for _, e := range erasures {
		page.Erasures = append(page.Erasures, templates.ErasureRow{
			Number: decimal(e.ID), Asked: s.local(e.AskedAt), Ground: pages.Sentence(string(e.Ground)), State: states[e.State], Done: s.local(e.DoneAt), By: operatorWords(e.AskedBy, names),
		})
	}
	return err
}

func (s *console) fillCertificates(ctx context.Context, page *templates.RetentionPage) error {
	names, err := s.operatorNames(ctx)
	if err != nil {
		return err
	}
	all, err := s.Keeping.Schedule.Store.Certificates(ctx, 0, maxKept)
	for _, c := range all {
		page.Certificates = append(page.Certificates, templates.CertificateRow{
			Number: decimal(c.ID), At: s.local(c.At), What: pages.Sentence(string(c.What)), Action: string(c.Action), Objects: int(c.Objects), Approved: operatorWords(c.ApprovedBy, names), Reason: c.Reason, Digest: c.Digest,
		})
	}
	return err
}

func holdRow(h subscriptions.Hold) templates.HoldRow {
	row := templates.HoldRow{About: "Somebody who is not on record", Kind: "Legal hold", Reason: h.Reason, Since: h.PlacedAt}
	switch h.Kind {
	case subscriptions.AccessHold:
		row.Kind = "Access case " + h.Reference + " is open"
	case subscriptions.EvidenceHold:
		row.Kind = "Evidence of the breach " + h.Reference + " is frozen"
	default:
		row.ID = decimal(h.ID)
	}
	if h.SubscriberID != 0 {
		row.About, row.URL = "Person "+decimal(h.SubscriberID), personURL(h.SubscriberID)
	}
	return row
}

func disposalState(s retention.DisposalState) templates.State {
	tones := map[retention.DisposalState]templates.Tone{retention.Waiting: templates.Alert, retention.Approved: templates.Good, retention.Delayed: templates.Wait, retention.Held: templates.Bad}
	return templates.State{Label: pages.Sentence(string(s)), Tone: tones[s]}
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

func programmeName(all []subscriptions.Programme, id int64) string {
	for _, p := range all {
		if p.ID == id {
			return p.Name
		}
	}
	return ""
}

// kept shows the page again, with the problem where there is one that the operator can mend.
func (s *console) kept(c *gin.Context, by auth.Actor, op string, err error) error {
	if kind := errs.KindOf(err); err != nil && (kind == errs.Invalid || kind == errs.Refused) {
		return s.showRetention(c, by, http.StatusUnprocessableEntity, errs.Message(err))
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	c.Redirect(http.StatusSeeOther, retentionURL)
	return nil
}

func (s *console) endRule(c *gin.Context, by auth.Actor) error {
	id, err := number(c, "id")
	if err != nil {
		return err
	}
	return s.kept(c, by, "console: end rule", s.Keeping.Schedule.End(c.Request.Context(), id, by.String()))
}

func (s *console) decide(c *gin.Context, by auth.Actor) error {
	id, err := number(c, "id")
	if err != nil {
		return err
	}
	if err := pages.ReadForm(c.Request); err != nil {
		return err
	}
	sent := c.Request.PostForm
	until, _ := time.ParseInLocation(time.DateOnly, sent.Get(templates.FieldUntil), s.Zone) // none is refused where one is needed
	_, err = s.Keeping.Schedule.Decide(c.Request.Context(), id, retention.Decision(sent.Get(templates.FieldDecision)), by.String(), sent.Get(templates.FieldWhy), until)
	return s.kept(c, by, "console: decide", err)
}

func (s *console) liftHold(c *gin.Context, by auth.Actor) error {
	id, err := number(c, "id")
	if err != nil {
		return err
	}
	if err := pages.ReadForm(c.Request); err != nil {
		return err
	}
	return s.kept(c, by, "console: lift hold", s.Keeping.Keeper.LiftHold(c.Request.Context(), id, by.String(), c.Request.PostForm.Get(templates.FieldWhy)))
}
