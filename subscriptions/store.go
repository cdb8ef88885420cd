package subscriptions

import (
	"context"
	"net/netip"
	"time"

	"assent/internal/address"
	"assent/queue"
)

// Store keeps what this package decides about. All errors are of the kinds of package errs.
type Store interface {
	GateStore
	Catalogue
	// Update runs fn in one transaction that holds the end of the ledger: two updates never interleave, so what fn
	// reads stays true until it commits. An error from fn undoes everything.
	Update(ctx context.Context, fn func(Tx) error) error
	// Subscriber returns the person with a row number; kind NotFound.
	Subscriber(ctx context.Context, id int64) (Subscriber, error)
	// SubscriberByKey returns the person on record under an address; kind NotFound.
	SubscriberByKey(ctx context.Context, key []byte) (Subscriber, error)
	// Subscribers returns up to limit people with a row number above after, ascending.
	Subscribers(ctx context.Context, after int64, limit int) ([]Subscriber, error)
	// Events returns up to limit events with a place above after, ascending, evidence included.
	Events(ctx context.Context, after int64, limit int) ([]Event, error)
	// Head returns the end of the ledger and whether its seal is ours.
	Head(ctx context.Context) (head Head, sealed bool, err error)
	// Text returns a wording or notice by its digest; kind NotFound.
	Text(ctx context.Context, digest string) (string, error)
	// Suppressions returns up to limit bars with a ledger place above after, ascending.
	Suppressions(ctx context.Context, after int64, limit int) ([]Suppression, error)
	// Funnel counts an audience by reason, the people who may be mailed under Allowed.
	Funnel(ctx context.Context, q Question, now time.Time) (map[Reason]int64, error)
}

// Catalogue reads what operators declared. Lookups give kind NotFound.
type Catalogue interface {
	Programmes(ctx context.Context) ([]Programme, error) // by id
	Programme(ctx context.Context, id int64) (Programme, error)
	ProgrammeBySlug(ctx context.Context, slug string) (Programme, error)
	Purposes(ctx context.Context, programmeID int64) ([]Purpose, error) // by id
	Purpose(ctx context.Context, id int64) (Purpose, error)
	Lists(ctx context.Context) ([]List, error) // by id
	List(ctx context.Context, id int64) (List, error)
	ListBySlug(ctx context.Context, slug string) (List, error)
	Notice(ctx context.Context, id int64) (Notice, error)
	Notices(ctx context.Context, programmeID int64) ([]Notice, error)         // by version
	AttributesOf(ctx context.Context, programmeID int64) ([]Attribute, error) // by name
	// Recipients returns everybody who gets or got the programme's data, by id.
	Recipients(ctx context.Context, programmeID int64) ([]Recipient, error)
}

// Tx is one transaction on the ledger and what hangs on it.
type Tx interface {
	CreateProgramme(*Programme) error // sets ID; a taken slug is kind Conflict
	CreatePurpose(*Purpose) error
	// CreateNotice sets ID and Version, and puts every list of the programme under the notice.
	CreateNotice(*Notice) error
	CreateList(*List) error
	CreateAttribute(*Attribute) error

	// SubscriberByKey returns the person on record under an address, if there is one.
	SubscriberByKey(key []byte) (Subscriber, bool, error)
	// NumbersByKey returns the row numbers of those who are on record under addresses, by string(key).
	NumbersByKey(keys ...[]byte) (map[string]int64, error)
	// KeysByNumber returns the address keys of people by their row numbers, without those who are not there.
	KeysByNumber(ids ...int64) (map[int64][]byte, error)
	// CreateSubscribers puts people on record and sets their IDs.
	CreateSubscribers(people []*Subscriber) error
	// UpdateSubscriber writes name, language and attributes.
	UpdateSubscriber(Subscriber) error
	// EventsByKey returns the ledger of each address, in order, by string(key).
	EventsByKey(keys ...[]byte) (map[string][]Event, error)
	// KeepText keeps a wording or notice for ever, under its digest.
	KeepText(text string) (digest string, err error)
	// Append chains events to the ledger, seals its end and folds them into what the gate joins.
	Append(events []Event) error
	// KeepIP keeps the IP address that an act came from, until a moment.
	KeepIP(eventSeq int64, ip netip.Addr, until time.Time) error
	// Enqueue writes tasks that become true with the transaction.
	Enqueue(tasks ...queue.Task) error
}

// Hasher keys addresses. *token.Keys is one.
type Hasher interface {
	AddressKey(address.Address) []byte
}

// Suppression is a bar on one address, by its keyed hash.
type Suppression struct {
	Key []byte
	Bar
}
