package subscriptions

import (
	"context"
	"slices"
	"strconv"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/queue"
)

// Ground is why somebody is erased (Article 17(1); E1-15).
type Ground string

const (
	GroundRequest      Ground = "request"             // the person asked for it
	GroundWithdrawn    Ground = "consent withdrawn"   // and there is no other basis
	GroundExpired      Ground = "consent expired"     // "time limited consent, and the time limit has expired"
	GroundUnneeded     Ground = "no longer necessary" // for what it was collected
	GroundObjection    Ground = "objection"           // and no overriding legitimate ground
	GroundUnlawful     Ground = "unlawful processing"
	GroundObligation   Ground = "legal obligation"
	GroundRetention    Ground = "retention" // a retention rule's time has passed
	groundRestoredFrom Ground = "journal"   // an old backup had brought the person back
)

// Grounds holds every ground that an operator may pick.
var Grounds = []Ground{GroundRequest, GroundWithdrawn, GroundExpired, GroundUnneeded, GroundObjection, GroundUnlawful, GroundObligation}

// ErasureState is how far an erasure is.
type ErasureState string

const (
	ErasureTelling ErasureState = "telling" // waits for the letter that tells the person
	ErasureDone    ErasureState = "done"
	ErasureRefused ErasureState = "refused" // a hold came in between
)

// Erasure is one person's way out of the database.
type Erasure struct {
	ID           int64
	SubscriberID int64
	Ground       Ground
	State        ErasureState
	AskedBy      string // "user:3", "subscriber" or "system"
	AskedAt      time.Time
	Untold       string // why the person was not told first; "" when they were
	LetterID     int64
	EventSeq     int64 // of the ledger, once done
	DoneAt       time.Time
	Emptied      map[string]int64 // rows emptied, by table
	Trouble      string           // why it was refused
	CaseID       int64            // that it was decided in; 0 for none
}

// ErasureRequest asks for somebody's erasure.
type ErasureRequest struct {
	SubscriberID int64           // or Address
	Address      address.Address // also of somebody who is on no list and has only written to us
	Ground       Ground
	Actor        string
	Untold       string // why the person is not told first; "" tells them
	CaseID       int64  // that it was decided in; 0 for none
}

// Erase has a person erased: told first by a letter, then emptied from every table, with a keyed hash left that keeps the address away for
// ever, across imports and restored backups. With Untold it happens at once. Kind Refused while a hold or a restriction keeps the data; the attempt is put
// on record. Asking again while it is under way changes nothing.
func (k *Keeper) Erase(ctx context.Context, r ErasureRequest) (Erasure, error) {
	const op = "subscriptions: erase"
	if err := firstOf(oneOf(r.Ground, "ground", append(slices.Clone(Grounds), GroundRetention)...), oneLine(r.Untold, "reason", maxReason)); err != nil {
		return Erasure{}, errs.Wrap(op, err)
	}
	e := Erasure{SubscriberID: r.SubscriberID, Ground: r.Ground, State: ErasureTelling, AskedBy: r.Actor, AskedAt: k.Now(), Untold: r.Untold, CaseID: r.CaseID}
	err := k.Store.UpdateKept(ctx, func(tx KeepingTx) error {
		person, err := k.whom(tx, r)
		if err != nil {
			return err
		}
		e.SubscriberID = person.ID
		if open, ok, err := tx.OpenErasure(person.ID); err != nil || ok {
			e = open
			return err
		}
		if err := k.mayErase(tx, person, "the data of a person may not be erased"); err != nil {
			return err
		}
		if e.Untold == "" && (person.Address.IsZero() || person.ID == 0) {
			e.Untold = "nobody is on record to write to"
		}
		if e.Untold != "" {
			return k.carryOut(tx, person, &e)
		}
		if err := tx.SaveErasure(&e); err != nil {
			return err
		}
		return k.tell(tx, e.ID, 0, k.Now())
	})
	if err != nil {
		return Erasure{}, errs.Wrap(op, k.refused(ctx, Attempt{Actor: r.Actor, What: "erase", SubscriberID: r.SubscriberID}, err))
	}
	return e, errs.Wrap(op, k.afterErasing(ctx, e))
}

// whom returns the person that a request is about. Who is on no list may still be in the mail that came in.
func (k *Keeper) whom(tx KeepingTx, r ErasureRequest) (Subscriber, error) {
	if r.SubscriberID != 0 {
		return tx.Person(r.SubscriberID)
	}
	if r.Address.IsZero() {
		return Subscriber{}, errs.E("subscriptions: erase", errs.Invalid, "Say whom to erase.", nil)
	}
	person, known, err := tx.SubscriberByKey(k.Keys.AddressKey(r.Address))
	if !known {
		person = Subscriber{Key: k.Keys.AddressKey(r.Address), Address: r.Address}
	}
	return person, err
}

// CarryOut erases a person who has been told. One that is held meanwhile is not: the erasure is closed as refused, and has to be asked for again.
func (k *Keeper) CarryOut(ctx context.Context, erasureID int64) (Erasure, error) {
	const op = "subscriptions: carry out erasure"
	e, err := k.Store.Erasure(ctx, erasureID)
	if err != nil || e.State != ErasureTelling {
		return e, errs.Wrap(op, err)
	}
	err = k.Store.UpdateKept(ctx, func(tx KeepingTx) error {
		person, err := tx.Person(e.SubscriberID)
		if err != nil {
			return err
		}
		if open, ok, err := tx.OpenErasure(e.SubscriberID); err != nil || !ok || open.ID != e.ID {
			return err // another worker was first
		}
		if err := k.mayErase(tx, person, "the data of a person may not be erased"); err != nil {
			return err
		}
		return k.carryOut(tx, person, &e)
	})
	if errs.KindOf(err) == errs.Refused {
		e.State, e.Trouble = ErasureRefused, errs.Message(err)
		if saveErr := k.Store.UpdateKept(ctx, func(tx KeepingTx) error { return tx.SaveErasure(&e) }); saveErr != nil {
			return e, errs.Wrap(op, saveErr)
		}
		return e, errs.Wrap(op, k.refused(ctx, Attempt{Actor: e.AskedBy, What: "erase", SubscriberID: e.SubscriberID}, err))
	}
	if err != nil {
		return e, errs.Wrap(op, err)
	}
	return e, errs.Wrap(op, k.afterErasing(ctx, e))
}

// EraseWithin erases somebody in a transaction of the caller, who has seen to it that nothing keeps the data. The files are not scrubbed.
func (k *Keeper) EraseWithin(tx KeepingTx, p Subscriber, r ErasureRequest) (Erasure, error) {
	e := Erasure{SubscriberID: p.ID, Ground: r.Ground, State: ErasureTelling, AskedBy: r.Actor, AskedAt: k.Now(), Untold: r.Untold, CaseID: r.CaseID}
	return e, k.carryOut(tx, p, &e)
}

// LookLater puts off looking after the letter of an erasure.
func (k *Keeper) LookLater(ctx context.Context, t Erasing) error {
	wait := min(time.Minute<<min(t.Look, 6), time.Hour)
	return k.Store.UpdateKept(ctx, func(tx KeepingTx) error { return k.tell(tx, t.ErasureID, t.Look+1, k.Now().Add(wait)) })
}

func (k *Keeper) tell(tx KeepingTx, erasureID int64, look int, at time.Time) error {
	id := "erasure:" + strconv.FormatInt(erasureID, 10) + ":" + strconv.Itoa(look)
	task, err := queue.New(id, Erasing{ErasureID: erasureID, Look: look}, at)
	if err != nil {
		return err
	}
	return tx.Enqueue(task)
}

// mayErase refuses while something keeps the data: a hold, or a restriction, under which data is stored and nothing else (Article 18(2)).
func (k *Keeper) mayErase(tx KeepingTx, p Subscriber, what string) error {
	const op = "subscriptions: may erase"
	holds, err := tx.Holds(p)
	if err != nil {
		return err
	}
	if len(holds) > 0 {
		return holds[0].Refusal(op, what)
	}
	byKey, err := tx.EventsByKey(p.Key)
	if err != nil {
		return err
	}
	if Fold(byKey[string(p.Key)]).RestrictedBy != 0 {
		return errs.E(op, errs.Refused, "This was refused: "+what+", because their processing is restricted to storage (Article 18). Lift the restriction first, once the person has been told. The attempt is on record.", nil)
	}
	return nil
}

// carryOut empties a person's data and lets the ledger say so. The event is what bars the address for ever (Fold).
func (k *Keeper) carryOut(tx KeepingTx, p Subscriber, e *Erasure) error {
	return k.erase(tx, p, e, Event{
		Kind: Erased, Scope: Everything(), SubscriberID: p.ID, AddressKey: p.Key,
		Channel: e.channel(), Actor: e.AskedBy, Source: "erasure", Reason: string(e.Ground),
	})
}

func (e Erasure) channel() Channel {
	if e.Ground == GroundRetention {
		return ByScheduler
	}
	return ByStaff
}

func (k *Keeper) erase(tx KeepingTx, p Subscriber, e *Erasure, event Event) error {
	event.At = k.Now()
	var err error
	if event.Evidence, event.Salt, err = sealEvidence(nil); err != nil {
		return err
	}
	if err := tellRecipients(tx, recordChanged{person: p, change: RecordErased, caseID: e.CaseID, at: event.At}); err != nil {
		return err
	}
	events := []Event{event}
	if err := tx.Append(events); err != nil {
		return err
	}
	if e.Emptied, err = tx.Empty(p); err != nil {
		return err
	}
	e.State, e.DoneAt, e.EventSeq = ErasureDone, event.At, events[0].Seq
	return tx.SaveErasure(e)
}

func (k *Keeper) afterErasing(ctx context.Context, e Erasure) error {
	k.done()
	if e.State != ErasureDone {
		return nil
	}
	return k.Store.Scrub(ctx)
}
