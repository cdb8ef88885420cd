package retention

import (
	"context"
	"time"

	"assent/internal/errs"
	"assent/subscriptions"
)

const (
	findPage    = 500
	disposePage = 50
)

// RuleReport is what a run did for one rule.
type RuleReport struct {
	Rule     Rule
	Due      int64 // whose time has come
	Fresh    int64 // of these, found by this run
	Waiting  int64 // for a person to approve, or put off by one
	Held     int64 // kept by a hold or a restriction
	Void     int64 // no longer due
	Disposed int64
}

// Run finds what is due under each rule and disposes of what may go. With dryRun it only counts what is due. It is run every day, and may be
// run again at any time: what a crash cut off goes on. The rules that it did are returned with an error too.
func (s *Service) Run(ctx context.Context, dryRun bool) ([]RuleReport, error) {
	const op = "retention: run"
	rules, err := s.Store.Rules(ctx, false)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	var out []RuleReport
	disposed := int64(0)
	for _, r := range rules {
		report := RuleReport{Rule: r}
		x := &run{Service: s, ctx: ctx, rule: r, now: s.Now(), report: &report}
		if err = x.find(dryRun); err == nil && !dryRun {
			err = x.dispose()
		}
		out = append(out, report)
		if disposed += report.Disposed; err != nil {
			break
		}
	}
	if disposed > 0 {
		if e := s.Store.Scrub(ctx); err == nil {
			err = e
		}
	}
	return out, errs.Wrap(op, err)
}

// run is one rule's turn.
type run struct {
	*Service
	ctx          context.Context
	rule         Rule
	now          time.Time
	ends         time.Time // of the rule's programme
	slug         string    // of the rule's programme
	report       *RuleReport
	categories   map[string]map[string]subscriptions.Category // by programme and attribute
	certificates map[string]*Certificate                      // by who approved
}

// find puts what is due into the queue.
func (x *run) find(dryRun bool) error {
	if x.rule.ProgrammeID != 0 {
		p, err := x.Store.Programme(x.ctx, x.rule.ProgrammeID)
		if err != nil {
			return err
		}
		x.ends, x.slug = p.EndsAt, p.Slug
	}
	for after, more := int64(0), true; more; {
		var page []Disposal
		var err error
		if page, after, more, err = x.page(after); err != nil {
			return err
		}
		x.report.Due += int64(len(page))
		if dryRun || len(page) == 0 {
			continue
		}
		fresh, err := x.Store.Queue(x.ctx, page)
		if x.report.Fresh += fresh; err != nil {
			return err
		}
	}
	return nil
}

// page looks at the next people or objects and returns those whose time has come.
func (x *run) page(after int64) (due []Disposal, upTo int64, more bool, err error) {
	if x.rule.What != People && x.rule.What != Requests {
		return x.objectPage(after)
	}
	ended := (x.rule.Since == PermissionEnded || x.rule.Since == ConsentLapsed) && x.rule.Longer.PurposeID == 0 // who permits the longer period may be due
	people, ledgers, err := x.Store.Involved(x.ctx, x.rule.ProgrammeID, after, findPage, ended && x.ends.IsZero(), x.now)
	if err != nil {
		return nil, 0, false, err
	}
	for _, p := range people {
		upTo = p.ID
		at, ok := x.rule.Due(x.rule.Facts(ledgers[string(p.Key)], x.ends, x.now))
		if ok && !at.After(x.now) {
			due = append(due, x.found(p.ID, p.ID, at))
		}
	}
	return due, upTo, len(people) == findPage, nil
}

func (x *run) objectPage(after int64) (due []Disposal, upTo int64, more bool, err error) {
	objects, err := x.Store.Objects(x.ctx, x.rule.What, x.rule.ProgrammeID, after, findPage, x.now)
	if err != nil {
		return nil, 0, false, err
	}
	for _, o := range objects {
		upTo = o.ID
		if at := x.rule.Period.After(o.From.UTC()); !at.After(x.now) {
			due = append(due, x.found(o.ID, o.SubscriberID, at))
		}
	}
	return due, upTo, len(objects) == findPage, nil
}

func (x *run) found(object, subscriber int64, due time.Time) Disposal {
	d := Disposal{RuleID: x.rule.ID, ObjectID: object, SubscriberID: subscriber, DueAt: due, FoundAt: x.now, State: Waiting}
	if !x.rule.Review {
		d.State, d.DecidedBy, d.DecidedAt = Approved, byRule, x.now
	}
	return d
}

// byRule approves what needs no review.
const byRule = "rule"

// dispose carries out what is approved, page by page, each with its certificate in one transaction.
func (x *run) dispose() error {
	var err error
	if x.categories, err = x.Store.Categories(x.ctx); err != nil { // before a transaction, and never in one: it would wait for another connection
		return err
	}
	x.certificates = map[string]*Certificate{}
	for after := int64(0); ; {
		page, err := x.Store.Disposals(x.ctx, x.rule.ID, after, disposePage, Waiting, Approved, Delayed, Held)
		if err != nil || len(page) == 0 {
			return err
		}
		after = page[len(page)-1].ID
		var attempts []subscriptions.Attempt
		before, certificates := *x.report, x.copies()
		err = x.Store.UpdateRetention(x.ctx, func(tx Tx) error {
			*x.report, x.certificates, attempts = before, certificates, nil // of a transaction that is tried again
			certificates = x.copies()
			for _, d := range page {
				attempt, err := x.settle(tx, d)
				if err != nil {
					return err
				}
				if attempt.Why != "" {
					attempts = append(attempts, attempt)
				}
			}
			return x.saveCertificates(tx)
		})
		if err != nil {
			return err
		}
		for _, a := range attempts {
			if err := x.Store.RecordAttempt(x.ctx, a); err != nil {
				return err
			}
		}
	}
}

func (x *run) copies() map[string]*Certificate {
	out := make(map[string]*Certificate, len(x.certificates))
	for by, c := range x.certificates {
		copied := *c
		out[by] = &copied
	}
	return out
}

// settle looks at one disposal again, for much may have happened since it was found, and carries it out if it may be.
func (x *run) settle(tx Tx, d Disposal) (refused subscriptions.Attempt, err error) {
	person, still, keeps, err := x.look(tx, d)
	switch {
	case err != nil:
		return refused, err
	case !still:
		x.report.Void++
		d.State = Void
		return refused, tx.SaveDisposal(d)
	case d.State == Waiting, d.State == Delayed && x.now.Before(d.NotBefore):
		x.report.Waiting++
		return refused, nil
	case d.State == Delayed: // its day has come: a person looks again
		x.report.Waiting++
		d.State, d.NotBefore = Waiting, time.Time{}
		return refused, tx.SaveDisposal(d)
	case keeps != "":
		x.report.Held++
		if d.State == Held {
			return refused, nil
		}
		d.State = Held
		return subscriptions.Attempt{Actor: "system", What: "dispose", SubscriberID: d.SubscriberID, Why: keeps}, tx.SaveDisposal(d)
	case d.State == Held && x.rule.Review: // what kept it is gone, and a person looks again
		x.report.Waiting++
		d.State = Waiting
		return refused, tx.SaveDisposal(d)
	}
	emptied, err := x.carryOut(tx, d, person)
	if err != nil {
		return refused, err
	}
	x.report.Disposed++
	c, err := x.certify(tx, d, emptied)
	if err != nil {
		return refused, err
	}
	d.State, d.CertificateID = Done, c.ID
	return refused, tx.SaveDisposal(d)
}
