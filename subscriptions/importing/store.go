package importing

import (
	"context"
	"errors"
	"time"

	"assent/internal/address"
	"assent/subscriptions"
)

// Counts tells what became of the rows of a file. Each row is in one count besides Rows.
type Counts struct {
	Rows        int64
	Granted     int64 // now on the list
	Unchanged   int64 // were on the list, or kept away, before
	Duplicates  int64 // the address stands in an earlier row
	Quarantined int64 // lack their evidence: kept apart, not mailable
	Refused     int64 // opted out, suppressed or restricted, or the permission has ended
	Barred      int64 // opted out or were suppressed where the file comes from, and now are here
	Invalid     int64 // have a mistake
}

// Import is one file that is brought into one list. The same file for the same list is the same import, until it is undone.
type Import struct {
	ID       int64
	ListID   int64
	FileName string
	Digest   string // SHA-256 of the file
	Actor    string
	Counts
	Beyond     []byte // which rows are done behind the first that is not; see done.go
	Rejects    int64  // mark in the RejectLog that belongs to Rows
	CreatedAt  time.Time
	FinishedAt time.Time // zero while rows are left
	UndoneUpTo int64     // the last ledger event that taking it back has looked at; 0 before
	UndoneAt   time.Time // zero unless it was taken back, all of it
}

// Reject is a row that was not taken.
type Reject struct {
	Line   int64
	Reason string
	Row    string // as it stands in the file; "" for somebody who opted out, is suppressed or was erased
}

// RejectLog keeps the rows that were not taken, for whoever imports.
type RejectLog interface {
	// Rewind drops what was written after a mark: its rows come again.
	Rewind(mark int64) error
	// Write keeps rows behind a mark and returns the mark behind them. It is durable when it returns, or, where it writes through the batch's
	// transaction, when that is.
	Write(tx Tx, after int64, rows []Reject) (mark int64, err error)
}

// Seen remembers which addresses a file has had, in bounded memory.
type Seen interface {
	// Add takes keys in and tells of each whether it was there before, be it through an earlier one of the same call.
	Add(ctx context.Context, keys [][]byte) (before []bool, err error)
}

// Quarantined is a row without evidence, kept apart.
type Quarantined struct {
	Line int64
	Key  []byte
	Act  subscriptions.Act
	Why  string // a sentence
}

// ErrMoved says that the ledger went on while a batch was being prepared.
var ErrMoved = errors.New("the ledger has moved on")

// ErrAtWork says that another run of the same import has come further meanwhile. What both had kept is kept once.
var ErrAtWork = errors.New("another run has come further")

// Ahead is a batch of people whom the ledger does not know, made before it is their turn.
type Ahead struct {
	After  subscriptions.Head          // the end of the ledger behind which it was made
	People []*subscriptions.Subscriber // with their row numbers
	Events []subscriptions.Event       // one of each of People, chained behind After
	Turn   func(context.Context) error // returns when the batch before is kept; an error gives this one up
}

// Mark is how far addresses were read: up to an event and a person.
type Mark struct{ Seq, Person int64 }

// Pace is in what portions a store takes imports best.
type Pace struct {
	Lanes int // batches that are worth writing at once
	Rows  int // of a batch: so few that memory stays small and that an opt-out does not wait for long behind one
	Room  int // rows that wait for their neighbours by the index of addresses; 0 where that gains nothing
}

// Store keeps imports and their progress.
type Store interface {
	subscriptions.Store
	// BeginImport sets ID, counts and times from the import of this file into this list that was not undone, which it makes if there is none.
	BeginImport(ctx context.Context, imp *Import) error
	// UpdateImport is Update for imports.
	UpdateImport(ctx context.Context, fn func(Tx) error) error
	// AppendAhead writes a batch and runs fn in one transaction that takes the end of the ledger only when it is the batch's turn. It keeps nothing and
	// returns ErrMoved when the ledger does not end at After then, or somebody else holds its end.
	AppendAhead(ctx context.Context, b Ahead, fn func(Tx) error) error
	Pace() Pace
	// ReservePeople returns n row numbers for people, ascending and above behind. Nobody else gets them, or AppendAhead returns ErrMoved.
	ReservePeople(ctx context.Context, n int, behind int64) ([]int64, error)
	// Known tells which addresses are on record or in the ledger, by string(key).
	Known(ctx context.Context, keys [][]byte) (map[string]bool, error)
	// AddressKeys gives fn the keys of all people and of all events behind a mark, some of them more than once, and returns the mark up to which it did.
	AddressKeys(ctx context.Context, after Mark, fn func(key []byte)) (Mark, error)
}

// Tx is a transaction on the ledger with what imports need.
type Tx interface {
	subscriptions.Tx
	// Holds returns what holds a person's data, which then stays as it is.
	Holds(subscriptions.Subscriber) ([]subscriptions.Hold, error)
	// SubscribersByKey returns the people on record under addresses, by string(key).
	SubscribersByKey(keys ...[]byte) (map[string]subscriptions.Subscriber, error)
	// ReservePeople returns n row numbers for people, ascending.
	ReservePeople(n int) ([]int64, error)
	// Bring puts people on record whom the ledger does not know, with one event of each. It does what CreateSubscribers and Append do, in bulk.
	Bring(people []*subscriptions.Subscriber, events []subscriptions.Event) error
	// ImportRows returns how many rows of an import are done.
	ImportRows(id int64) (int64, error)
	SaveImport(imp Import) error // counts, mark and finish
	Quarantine(importID int64, rows []Quarantined) error
	// KeepRejects keeps lines of a CSV file of rows that were not taken beside the upload that is imported, at an offset. Kind Conflict when that is no longer so.
	KeepRejects(uploadID, at int64, lines []byte) error
}

// Hasher keys addresses. *token.Keys is one.
type Hasher interface {
	AddressKey(address.Address) []byte
}
