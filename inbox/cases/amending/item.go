package amending

import (
	"context"
	"time"

	"assent/subscriptions"
)

// Field is what of a record is to be corrected.
type Field string

const (
	NameField      Field = "name"
	LanguageField  Field = "language"
	AddressField   Field = "address" // changes by a move, which is agreed to by mail
	AttributeField Field = "attribute"
)

// Verdict is what a person decided of one item.
type Verdict string

const (
	Correct  Verdict = "correct"
	Refuse   Verdict = "refuse"   // the data is right as it stands; why is on record (E1-38)
	Disputed Verdict = "disputed" // neither can be shown: the data stays, with what the person says beside it
)

// Item is one thing that a person says is wrong or incomplete (Article 16).
type Item struct {
	ID           int64
	CaseID       int64
	SubscriberID int64
	Field        Field
	Programme    string // slug, of an attribute
	Attribute    string // its name
	Before       any    // what is on record: a string, number, boolean or list, nil for nothing
	After        any    // what it should be; nil takes it away
	Decision     Verdict
	Words        string // what shows that the new data is right (E4-25), or why it was refused or is disputed: the person is told
	DecidedBy    string
	DecidedAt    time.Time
	DoneAt       time.Time // zero until it is on record; of an address, until the move was asked for
}

// Name says which field it is, such as "name" or "harbour-news: town".
func (x Item) Name() string {
	if x.Field == AttributeField {
		return x.Programme + ": " + x.Attribute
	}
	return string(x.Field)
}

// decided reports whether a person has decided on it.
func (x Item) decided() bool { return x.Decision != "" }

// Left reports whether it was decided to be corrected, and nothing was done yet.
func (x Item) Left() bool { return x.Decision == Correct && x.DoneAt.IsZero() }

// Store keeps what this package decides about, and reads what else it goes by. All errors are of the kinds of package errs.
type Store interface {
	// Corrections returns what is to be corrected in a case, in the order in which it was written down.
	Corrections(ctx context.Context, caseID int64) ([]Item, error)
	AddCorrection(ctx context.Context, x *Item) error // sets ID
	// SaveCorrection writes the decision and what was on record; kind NotFound.
	SaveCorrection(ctx context.Context, x Item) error
	// Statements returns what a person wants to stand beside their data, the oldest first.
	Statements(ctx context.Context, subscriberID int64) ([]subscriptions.Statement, error)
	AddStatement(ctx context.Context, x *subscriptions.Statement) error // sets ID
	// ErasureOfCase returns the last erasure that was decided in a case; ok is false while there is none.
	ErasureOfCase(ctx context.Context, caseID int64) (e subscriptions.Erasure, ok bool, err error)
	// NoticesOfCase returns the notices to recipients that a case led to.
	NoticesOfCase(ctx context.Context, caseID int64) ([]subscriptions.RecipientNotice, error)
	// LastMove returns the last change of address that was asked for a person; ok is false where there was none.
	LastMove(ctx context.Context, subscriberID int64) (m subscriptions.Move, ok bool, err error)
	// Holds returns what holds a person's data now.
	Holds(ctx context.Context, subscriberID int64) ([]subscriptions.Hold, error)
	Subscriber(ctx context.Context, id int64) (subscriptions.Subscriber, error)
	EventsByKey(ctx context.Context, key []byte) ([]subscriptions.Event, error)
}
