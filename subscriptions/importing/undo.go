package importing

import (
	"context"
	"errors"
	"time"

	"assent/internal/audit"
	"assent/internal/errs"
	"assent/subscriptions"
)

// UndoneReason is the reason of the events that take an import back.
const UndoneReason = "import undone"

// UndoStore finds what an import did, and takes it back.
type UndoStore interface {
	subscriptions.Store
	// Import returns an import; kind NotFound.
	Import(ctx context.Context, id int64) (Import, error)
	// UpdateUndo is Update for taking imports back.
	UpdateUndo(ctx context.Context, fn func(UndoTx) error) error
}

// UndoTx is a transaction on the ledger with what taking imports back needs.
type UndoTx interface {
	subscriptions.Tx
	// LockImport is Import, and keeps others from changing it.
	LockImport(id int64) (Import, error)
	// EventsFrom returns up to limit events with a place above after that came from a source, ascending.
	EventsFrom(source string, after int64, limit int) ([]subscriptions.Event, error)
	// Forget empties the records of those people who have no other history than the ledger's: no message was started to them and no case is about them.
	// It returns how many that were.
	Forget(people []int64, why string) (int64, error)
	// DropQuarantine deletes the rows that an import put apart, and returns how many there were.
	DropQuarantine(importID int64) (int64, error)
	// SaveUndone keeps how far taking back has come; with UndoneAt set, the same file can be brought in anew.
	SaveUndone(Import) error
}

// Undoing takes imports back.
type Undoing struct {
	Store UndoStore
	Now   func() time.Time
	Batch int // events in one transaction; 0 is 1,000
}

// Undone tells what taking an import back did.
type Undone struct {
	Import
	Ended     int64 // permissions
	Left      int64 // permissions that something newer stands on, or that had ended by themselves
	Kept      int64 // opt-outs and suppressions that it took over: they stay (H3)
	Forgotten int64 // people whom only this import had brought in
	Dropped   int64 // rows in quarantine
	Already   bool  // it was taken back before
}

// Undo ends every permission that an import gave and that nothing newer stands on, and forgets people whom nothing else brought in. The ledger only grows: each
// permission ends by an event of its own, which keeps nobody away and says of nobody that they opted out. Each batch is one transaction, so after a
// crash the same call goes on; repeating it changes nothing. dry tells what would happen, and keeps nothing. Kind NotFound for no import of this number.
func (u *Undoing) Undo(ctx context.Context, id int64, actor string, dry bool) (Undone, error) {
	const op = "importing: undo"
	ctx = audit.As(ctx, actor)
	imp, err := u.Store.Import(ctx, id)
	if err != nil {
		return Undone{}, errs.Wrap(op, err)
	}
	list, err := u.Store.List(ctx, imp.ListID)
	if err != nil {
		return Undone{}, errs.Wrap(op, err)
	}
	out := Undone{Import: imp, Already: !imp.UndoneAt.IsZero()}
	for done := out.Already; !done; {
		next := out
		err := u.Store.UpdateUndo(ctx, func(tx UndoTx) (err error) {
			next = out
			if !dry {
				if next.Import, err = tx.LockImport(id); err != nil {
					return err
				}
			}
			if done, err = u.step(tx, list, &next, actor); err == nil && dry {
				return errDryRun
			}
			return err
		})
		if err != nil && !errors.Is(err, errDryRun) {
			return out, errs.Wrap(op, err)
		}
		out = next
	}
	return out, nil
}

// step takes one batch of an import's events back; done when there are no more.
func (u *Undoing) step(tx UndoTx, list subscriptions.List, out *Undone, actor string) (done bool, err error) {
	if !out.UndoneAt.IsZero() { // somebody else did it meanwhile
		return true, nil
	}
	size := u.Batch
	if size == 0 {
		size = 1000
	}
	events, err := tx.EventsFrom(subscriptions.ImportSource(out.ID), out.UndoneUpTo, size)
	if err != nil {
		return false, err
	}
	if err := u.end(tx, list, events, out, actor); err != nil {
		return false, err
	}
	if len(events) > 0 {
		out.UndoneUpTo = events[len(events)-1].Seq
	}
	if done = len(events) < size; done {
		out.UndoneAt = u.Now()
		if out.Dropped, err = tx.DropQuarantine(out.ID); err != nil {
			return false, err
		}
	}
	return done, tx.SaveUndone(out.Import)
}

// end ends the permissions of a batch of an import's events, and forgets whom nothing else brought in.
func (u *Undoing) end(tx UndoTx, list subscriptions.List, events []subscriptions.Event, out *Undone, actor string) error {
	keys := make([][]byte, len(events))
	for i, e := range events {
		keys[i] = e.AddressKey
	}
	ledgers, err := tx.EventsByKey(keys...)
	if err != nil {
		return err
	}
	source := subscriptions.ImportSource(out.ID)
	var ends []subscriptions.Event
	var alone []int64
	salts := subscriptions.Salts(len(events))
	for i, e := range events {
		if e.Kind != subscriptions.Granted && e.Kind != subscriptions.Enrolled {
			out.Kept++
			continue
		}
		ledger := ledgers[string(e.AddressKey)]
		st := subscriptions.Fold(ledger).Lists[list.ID]
		if st.Status != subscriptions.StatusActive || st.Seq != e.Seq {
			out.Left++
			continue
		}
		out.Ended++
		ends = append(ends, subscriptions.Event{
			At: u.Now(), Kind: subscriptions.Lapsed, Scope: e.Scope, SubscriberID: e.SubscriberID, AddressKey: e.AddressKey, Channel: subscriptions.ByStaff,
			Actor: actor, Source: source + " undone", Reason: UndoneReason, Evidence: []byte("{}"), Salt: salts[i],
		})
		if onlyFrom(ledger, source) {
			alone = append(alone, e.SubscriberID)
		}
	}
	if err := tx.Append(ends); err != nil {
		return err
	}
	n, err := tx.Forget(alone, subscriptions.ImportSource(out.ID)+" was taken back")
	out.Forgotten += n
	return err
}

// onlyFrom reports whether nothing but one import ever said anything of an address.
func onlyFrom(ledger []subscriptions.Event, source string) bool {
	for _, e := range ledger {
		if e.Source != source {
			return false
		}
	}
	return true
}
