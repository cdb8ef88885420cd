package subscriptions

import (
	"context"
	"slices"
	"time"

	"assent/internal/audit"
	"assent/internal/errs"
	"assent/internal/token"
)

// Preferences is what people see and change themselves, without a login (E0-16, E4-10). What a mail's link alone allows is what does
// no harm in the hands of whoever the mail was forwarded to: leaving, pausing, and joining what was never left.
// What is private, and a change of address, takes a Visit.
type Preferences struct {
	*Service
	Kept  PreferenceStore
	Trail Trail
	// Vouched reports whether, in a case, it still stands that a member of staff saw who asks. Without it no change of address goes by the new mailbox alone.
	Vouched func(ctx context.Context, caseID int64) (bool, error)
}

// PreferenceStore keeps what hangs on preferences beside the ledger. Lookups give kind NotFound.
type PreferenceStore interface {
	// UpdatePreferences is Store.Update with what preferences need besides.
	UpdatePreferences(ctx context.Context, fn func(PreferenceTx) error) error
	Visit(ctx context.Context, id int64) (Visit, error)
	Move(ctx context.Context, id int64) (Move, error)
	// CountLeaving adds one to a reason for leaving, and keeps words apart from it.
	CountLeaving(ctx context.Context, why LeavingReason, words string) error
	// LeavingReasons counts why people left a programme or its lists, the latest month first.
	LeavingReasons(ctx context.Context, programmeID int64) ([]LeavingReason, error)
	// LeavingRemarks returns up to limit of what they wrote, with a number above after, ascending.
	LeavingRemarks(ctx context.Context, programmeID, after int64, limit int) ([]LeavingRemark, error)
	// Consequences returns what ends with each purpose of a programme, in words, where anything was declared.
	Consequences(ctx context.Context, programmeID int64) (map[int64]string, error)
	// DeclareConsequence keeps what ends with a purpose; "" takes it away.
	DeclareConsequence(ctx context.Context, purposeID int64, words string) error
}

// PreferenceTx is one transaction on the ledger, and on visits and changes of address.
type PreferenceTx interface {
	Tx
	CreateVisit(*Visit) error // sets ID
	// OpenVisit marks a visit as opened; false when it had been.
	OpenVisit(id int64, at time.Time) (bool, error)
	VisitsSince(subscriberID int64, since time.Time) (int, error)
	CreateMove(*Move) error // sets ID
	Move(id int64) (Move, error)
	SaveMove(Move) error
	// MovesSince counts the changes of address asked for from a person's address or to a new one.
	MovesSince(subscriberID int64, newKey []byte, since time.Time) (int, error)
	// OpenMoves returns those of a person that nobody closed.
	OpenMoves(subscriberID int64) ([]Move, error)
}

// Trail keeps who read personal data; what is changed, the store notes by itself. The store is one.
type Trail interface {
	Record(ctx context.Context, n audit.Note) error
}

// themselves is who acts on a preference page.
const themselves = "subscriber"

// readOwn is what somebody does who opens their own record.
const readOwn audit.Action = "read own record"

// Person opens the link of a preference page. Kind NotFound for a foreign link, and for a person who was erased: it tells nobody that there was one.
func (p *Preferences) Person(ctx context.Context, tok string) (Subscriber, error) {
	const op = "subscriptions: open preferences"
	ids, err := p.Keys.Open(token.Preferences, tok, 1)
	if err != nil {
		return Subscriber{}, errs.Wrap(op, err)
	}
	return p.present(ctx, op, ids[0])
}

// present returns a person who was not erased.
func (p *Preferences) present(ctx context.Context, op string, id int64) (Subscriber, error) {
	person, err := p.Store.Subscriber(ctx, id)
	if err == nil && person.Address.IsZero() {
		err = errs.E(op, errs.NotFound, "This link is not one of ours, or it was cut off on the way.", nil)
	}
	return person, errs.Wrap(op, err)
}

// Overview is how a person stands towards every list that they have to do with, and could join.
type Overview struct {
	Person     Subscriber
	Events     []Event
	State      State
	Programmes []Known // by number
}

// Known is a programme that a person has to do with, or had.
type Known struct {
	Programme    Programme
	Lists        []KnownList       // those they touched, then those they could join; by number
	Purposes     []Purpose         // permitted by themselves, on no list
	Consequences map[int64]string  // what ends with each purpose, in words (E4-29)
	Declared     []Attribute       // all of the programme
	Versions     map[string]Notice // its notices, by digest
}

// KnownList is a list as one person has it.
type KnownList struct {
	List     List
	Purpose  Purpose
	Standing Standing // the zero Standing where the person never touched it
	Reason   Reason   // what the gate says now
	Act      Event    // the event that decides; zero where there is none
	Wording  string   // the words of that act; "" where none were shown
	Joinable bool     // open to everybody, and not pending or on now
}

// On reports whether the person is on the list: mail comes, or is only put off.
func (k KnownList) On() bool {
	return k.Standing.Status == StatusActive && !slices.Contains([]Reason{ReasonWithdrawn, ReasonExpired, ReasonErased, ReasonEnded}, k.Reason)
}

// Overview gathers what the preference page shows of a person.
func (p *Preferences) Overview(ctx context.Context, id int64) (Overview, error) {
	const op = "subscriptions: overview"
	person, err := p.present(ctx, op, id)
	if err != nil {
		return Overview{}, err
	}
	o := Overview{Person: person}
	if o.Events, err = p.Store.EventsByKey(ctx, person.Key); err != nil {
		return o, errs.Wrap(op, err)
	}
	o.State = Fold(o.Events)
	lists, err := p.Store.Lists(ctx)
	if err != nil {
		return o, errs.Wrap(op, err)
	}
	for _, programme := range knownProgrammes(o.Events) {
		known, err := p.known(ctx, programme, lists, o)
		if err != nil {
			return o, errs.Wrap(op, err)
		}
		o.Programmes = append(o.Programmes, known)
	}
	return o, nil
}

// knownProgrammes are those that the person has to do with, by number.
func knownProgrammes(events []Event) []int64 {
	var out []int64
	for _, e := range events {
		if e.Scope.ProgrammeID != 0 && !slices.Contains(out, e.Scope.ProgrammeID) {
			out = append(out, e.Scope.ProgrammeID)
		}
	}
	slices.Sort(out)
	return out
}

func (p *Preferences) known(ctx context.Context, programmeID int64, lists []List, o Overview) (k Known, err error) {
	if k.Programme, err = p.Store.Programme(ctx, programmeID); err != nil {
		return k, err
	}
	if k.Consequences, err = p.Kept.Consequences(ctx, programmeID); err != nil {
		return k, err
	}
	if k.Declared, err = p.Store.AttributesOf(ctx, programmeID); err != nil {
		return k, err
	}
	notices, err := p.Store.Notices(ctx, programmeID)
	if err != nil {
		return k, err
	}
	k.Versions = make(map[string]Notice, len(notices))
	for _, n := range notices {
		k.Versions[n.Digest] = n
	}
	purposes, err := p.Store.Purposes(ctx, programmeID)
	if err != nil {
		return k, err
	}
	for _, u := range purposes {
		if st := o.State.Purposes[u.ID]; st.Status == StatusActive && st.scope.Reach == OnePurpose {
			k.Purposes = append(k.Purposes, u)
		}
	}
	for _, l := range lists {
		if l.ProgrammeID != programmeID {
			continue
		}
		i := slices.IndexFunc(purposes, func(u Purpose) bool { return u.ID == l.PurposeID })
		one, err := p.knownList(ctx, k.Programme, l, purposes[i], o)
		if err != nil {
			return k, err
		}
		if one.Standing.Status != StatusNone || one.Joinable {
			k.Lists = append(k.Lists, one)
		}
	}
	return k, nil
}

func (p *Preferences) knownList(ctx context.Context, of Programme, l List, u Purpose, o Overview) (k KnownList, err error) {
	k = KnownList{List: l, Purpose: u, Standing: o.State.Lists[l.ID]}
	q := Question{Lists: []Scope{ListScope(l)}, Ends: of.EndsAt}
	k.Reason = Decide(q, o.State, p.Now()).Reason
	k.Joinable = l.Public && !q.Ended(p.Now()) && !k.On() && k.Standing.Status != StatusPending
	k.Act, _ = eventAt(o.Events, k.Standing.Seq)
	if k.Act.WordingDigest != "" {
		k.Wording, err = p.Store.Text(ctx, k.Act.WordingDigest)
	}
	return k, err
}

// OfOwner is the scope of everything from one organisation: every programme of that owner.
func OfOwner(programmes []Programme, owner string) []Scope {
	var all []Scope
	for _, p := range programmes {
		if p.Owner == owner {
			all = append(all, ProgrammeScope(p.ID))
		}
	}
	return all
}
