package retention

import (
	"context"
	"slices"
	"strings"
	"time"

	"assent/internal/errs"
	"assent/subscriptions"
)

// DisposalState is where something due is on its way out.
type DisposalState string

const (
	Waiting  DisposalState = "waiting"  // for a person to look at it
	Approved DisposalState = "approved" // goes with the next run
	Delayed  DisposalState = "delayed"  // waits again from a day on
	Held     DisposalState = "held"     // a hold or restriction keeps it; goes when that is lifted
	Done     DisposalState = "done"
	Void     DisposalState = "void" // it is no longer due: the person came back, or the rule ended
)

// Disposal is one thing that a rule disposes of.
type Disposal struct {
	ID            int64
	RuleID        int64
	SubscriberID  int64 // 0 where it is about nobody on record
	ObjectID      int64 // the subscriber, message, letter or import
	DueAt         time.Time
	FoundAt       time.Time
	State         DisposalState
	NotBefore     time.Time // of a delayed one
	DecidedBy     string
	DecidedAt     time.Time
	Why           string
	CertificateID int64
}

// Certificate is a record of destruction (E0-15). It names nobody, and stays.
type Certificate struct {
	ID          int64
	At          time.Time
	RuleID      int64
	ProgrammeID int64
	What        What
	Action      Action
	Reason      string
	Objects     int64
	Emptied     map[string]int64 // rows, by table
	ApprovedBy  string           // "user:3", or "rule" where the rule needs no review
	OldestDue   time.Time
	NewestDue   time.Time
	Digest      string // SHA-256, in hex, over the numbers of what was disposed of, in order
}

// Object is something other than a person that may fall due.
type Object struct {
	ID           int64
	SubscriberID int64
	From         time.Time // what the time counts from
}

// Store keeps rules, the queue and certificates. All errors are of the kinds of package errs.
type Store interface {
	// Programme returns one programme; kind NotFound.
	Programme(ctx context.Context, id int64) (subscriptions.Programme, error)
	// Purpose returns one purpose; kind NotFound.
	Purpose(ctx context.Context, id int64) (subscriptions.Purpose, error)
	// Rules returns the rules in force, by id; with all, those that have ended too.
	Rules(ctx context.Context, all bool) ([]Rule, error)
	// CreateRule sets ID.
	CreateRule(ctx context.Context, r *Rule) error
	EndRule(ctx context.Context, id int64, actor string, at time.Time) error
	// Involved returns up to limit people on record above after who ever had to do with a programme (0: any), with their ledgers by string(key).
	// With without, people with a permission in force are left out.
	Involved(ctx context.Context, programmeID, after int64, limit int, without bool, now time.Time) ([]subscriptions.Subscriber, map[string][]subscriptions.Event, error)
	// Objects returns up to limit objects of a sort above after whose time began before a moment.
	Objects(ctx context.Context, what What, programmeID, after int64, limit int, before time.Time) ([]Object, error)
	// Queue keeps what was found due; what stands in the queue already stays as it is.
	Queue(ctx context.Context, found []Disposal) (fresh int64, err error)
	// Disposals returns up to limit disposals in some states above after, by id; ruleID 0 is of every rule.
	Disposals(ctx context.Context, ruleID, after int64, limit int, states ...DisposalState) ([]Disposal, error)
	// Disposal returns one; kind NotFound.
	Disposal(ctx context.Context, id int64) (Disposal, error)
	// Certificates returns up to limit certificates with an id below before (0: from the newest), descending.
	Certificates(ctx context.Context, before int64, limit int) ([]Certificate, error)
	Certificate(ctx context.Context, id int64) (Certificate, error)
	// UpdateRetention is subscriptions.Store.Update for what a run does.
	UpdateRetention(ctx context.Context, fn func(Tx) error) error
	// SetCategory says of what sort an attribute's data is; kind NotFound.
	SetCategory(ctx context.Context, attributeID int64, c subscriptions.Category) error
	// Categories returns the category of each attribute, by the slug of its programme and its name.
	Categories(ctx context.Context) (map[string]map[string]subscriptions.Category, error)
	Scrub(ctx context.Context) error
	RecordAttempt(ctx context.Context, a subscriptions.Attempt) error
}

// Tx is a transaction with what a run needs.
type Tx interface {
	subscriptions.KeepingTx
	SaveDisposal(Disposal) error
	SaveCertificate(*Certificate) error // sets the ID of a new one
	// DropObjects takes away what is personal in objects of a sort and returns how many rows it emptied, by table.
	DropObjects(what What, ids []int64) (map[string]int64, error)
	// DropUsage empties what mail servers and letters said about somebody.
	DropUsage(subscriberID int64) (map[string]int64, error)
	// CountAnonymously adds a person's attributes to the statistics of a programme (0: of all), which know no person.
	CountAnonymously(p subscriptions.Subscriber, programmeSlug string) error
}

// Service carries out the retention schedule.
type Service struct {
	Store  Store
	Keeper *subscriptions.Keeper
	Now    func() time.Time
}

// Declare puts a rule in force. Kind NotFound for a programme that is not there, Invalid for a rule that cannot be carried out.
func (s *Service) Declare(ctx context.Context, r Rule) (Rule, error) {
	const op = "retention: declare rule"
	r.CreatedAt = s.Now()
	if err := r.Check(); err != nil {
		return Rule{}, errs.Wrap(op, err)
	}
	if r.ProgrammeID != 0 {
		if _, err := s.Store.Programme(ctx, r.ProgrammeID); err != nil {
			return Rule{}, errs.Wrap(op, err)
		}
	}
	if err := s.nameLonger(ctx, &r); err != nil {
		return Rule{}, errs.Wrap(op, err)
	}
	return r, errs.Wrap(op, s.Store.CreateRule(ctx, &r))
}

// nameLonger finds the purpose of a rule's longer period, which is one of the rule's own programme.
func (s *Service) nameLonger(ctx context.Context, r *Rule) error {
	const op = "retention: name purpose"
	if r.Longer.PurposeID == 0 {
		return nil
	}
	u, err := s.Store.Purpose(ctx, r.Longer.PurposeID)
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return errs.Wrap(op, err)
	}
	if err != nil || r.ProgrammeID != 0 && u.ProgrammeID != r.ProgrammeID {
		return errs.E(op, errs.Invalid, "The rule's programme has no such purpose. Nothing was put in force.", err)
	}
	r.Longer.Purpose = u.Name
	return nil
}

// End takes a rule out of force. What it had found due and not yet disposed of stays.
func (s *Service) End(ctx context.Context, id int64, actor string) error {
	return errs.Wrap("retention: end rule", s.Store.EndRule(ctx, id, actor, s.Now()))
}

// Decision is what a person says to something due.
type Decision string

const (
	Approve Decision = "approve"
	Delay   Decision = "delay" // with a reason, until a day
	Hold    Decision = "hold"  // with a reason: a legal hold on the person
)

// Decide says of one thing in the review queue what becomes of it (E2-16). Kind Refused for what is decided and done already.
func (s *Service) Decide(ctx context.Context, id int64, d Decision, actor, why string, until time.Time) (Disposal, error) {
	const op = "retention: decide"
	x, err := s.Store.Disposal(ctx, id)
	if err != nil {
		return x, errs.Wrap(op, err)
	}
	switch now := s.Now(); {
	case x.State == Done || x.State == Void:
		return x, errs.E(op, errs.Refused, "This is settled already: it is "+string(x.State)+".", nil)
	case d == Approve:
		x.State, x.NotBefore = Approved, time.Time{}
	case strings.TrimSpace(why) == "" || len(why) > maxText || strings.ContainsAny(why, "\n\r\t"):
		return x, errs.E(op, errs.Invalid, "Give a reason in one line.", nil)
	case d == Delay && !until.After(now):
		return x, errs.E(op, errs.Invalid, "Say until which day it is put off.", nil)
	case d == Delay:
		x.State, x.NotBefore = Delayed, until
	case d == Hold && x.SubscriberID == 0:
		return x, errs.E(op, errs.Invalid, "This is about nobody on record, so there is nobody to hold. Put it off instead.", nil)
	case d == Hold:
		if _, err := s.Keeper.PlaceHold(ctx, x.SubscriberID, actor, why); err != nil {
			return x, errs.Wrap(op, err)
		}
		x.State = Held
	default:
		return x, errs.E(op, errs.Invalid, "Say approve, delay or hold.", nil)
	}
	x.DecidedBy, x.DecidedAt, x.Why = actor, s.Now(), why
	return x, errs.Wrap(op, s.Store.UpdateRetention(ctx, func(tx Tx) error { return tx.SaveDisposal(x) }))
}

// InForce returns the rules of one programme that are in force.
func (s *Service) InForce(ctx context.Context, programmeID int64) ([]Rule, error) {
	all, err := s.Store.Rules(ctx, false)
	return slices.DeleteFunc(all, func(r Rule) bool { return r.ProgrammeID != programmeID }), errs.Wrap("retention: rules in force", err)
}

// RetentionStatements implements subscriptions.RetentionWords: what the rules in force for a programme say, in sentences.
func (s *Service) RetentionStatements(ctx context.Context, programmeID int64) ([]string, error) {
	rules, err := s.Store.Rules(ctx, false)
	var out []string
	for _, r := range rules {
		if r.ProgrammeID == 0 || r.ProgrammeID == programmeID {
			out = append(out, r.Statement())
		}
	}
	return out, errs.Wrap("retention: statements", err)
}

// DisposalDate is when a rule disposes of somebody, if nothing changes (E1-20).
type DisposalDate struct {
	Rule  Rule
	DueAt time.Time
}

// DisposalDates returns when each rule in force would dispose of a person, the soonest first. A rule whose time does not run is left out.
func (s *Service) DisposalDates(ctx context.Context, events []subscriptions.Event) ([]DisposalDate, error) {
	const op = "retention: disposal dates"
	rules, err := s.Store.Rules(ctx, false)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	var out []DisposalDate
	for _, r := range rules {
		ends, err := s.programmeEnd(ctx, r)
		if err != nil {
			return nil, errs.Wrap(op, err)
		}
		if due, ok := r.Due(r.Facts(events, ends, s.Now())); ok {
			out = append(out, DisposalDate{Rule: r, DueAt: due})
		}
	}
	slices.SortFunc(out, func(a, b DisposalDate) int { return a.DueAt.Compare(b.DueAt) })
	return out, nil
}

func (s *Service) programmeEnd(ctx context.Context, r Rule) (time.Time, error) {
	if r.ProgrammeID == 0 {
		return time.Time{}, nil
	}
	p, err := s.Store.Programme(ctx, r.ProgrammeID)
	return p.EndsAt, err
}

var _ subscriptions.RetentionWords = (*Service)(nil)
