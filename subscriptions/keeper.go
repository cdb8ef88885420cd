package subscriptions

import (
	"context"
	"time"

	"assent/internal/address"
	"assent/queue"
)

// Keeper takes data away when it must go, keeps it when it must stay, and lets nobody back in through an old backup. All its methods are
// safe to repeat.
type Keeper struct {
	Store KeepingStore
	Keys  Hasher
	Now   func() time.Time
	Kick  func() // wakes the relay after a commit that enqueued tasks; may be nil
}

// KeepingStore keeps what a Keeper decides about. All errors are of the kinds of package errs.
type KeepingStore interface {
	Store
	// UpdateKept is Update for what a Keeper does.
	UpdateKept(ctx context.Context, fn func(KeepingTx) error) error
	// Erasure returns one erasure; kind NotFound.
	Erasure(ctx context.Context, id int64) (Erasure, error)
	// Erasures returns up to limit erasures with an id below before (0: from the newest), descending.
	Erasures(ctx context.Context, before int64, limit int) ([]Erasure, error)
	// Holds returns what holds a person's data now, or, for 0, everybody's, the oldest first.
	Holds(ctx context.Context, subscriberID int64) ([]Hold, error)
	// Scrub has the database write over what was deleted, in its files as far as it can reach them.
	Scrub(ctx context.Context) error
	// RecordAttempt puts on the audit trail what was refused.
	RecordAttempt(ctx context.Context, a Attempt) error
	// EventHashes returns the hash of each event at these places, by place.
	EventHashes(ctx context.Context, seqs []int64) (map[int64][]byte, error)
}

// KeepingTx is a Tx with what a Keeper needs.
type KeepingTx interface {
	Tx
	// Person returns the person with a row number; kind NotFound.
	Person(id int64) (Subscriber, error)
	// Holds returns what holds the data of a person now, who need not be on record.
	Holds(Subscriber) ([]Hold, error)
	PlaceHold(*Hold) error // sets ID
	LiftHold(id int64, actor string, at time.Time, why string) error
	// OpenErasure returns the erasure of a person that is under way, if there is one.
	OpenErasure(subscriberID int64) (Erasure, bool, error)
	// SaveErasure writes an erasure, and sets the ID of a new one.
	SaveErasure(*Erasure) error
	// Empty takes away all that is personal about somebody, in every table, and returns how many rows it emptied of each.
	Empty(Subscriber) (map[string]int64, error)
	VariantKeeper
	// Widen returns the nearest scope around s that still exists.
	Widen(s Scope) (Scope, error)
}

// VariantKeeper is a Tx that knows which spellings of addresses are one mailbox, where the installation folds them (ASSENT_FOLD).
type VariantKeeper interface {
	// KnowVariant keeps which address an address is a variant of. It must come before the event that bars the address.
	KnowVariant(address.Address) error
}

// Erasing is the task of telling a person that they are erased, and of erasing them when the letter has left.
type Erasing struct {
	ErasureID int64 `json:"erasure"`
	Look      int   `json:"look"` // how often the letter was looked after
}

// TaskKind names the task.
func (Erasing) TaskKind() string { return "erasure" }

func (k *Keeper) done() {
	if k.Kick != nil {
		k.Kick()
	}
}

var _ queue.Args = Erasing{}
