package subscriptions

import (
	"context"
	"fmt"
	"time"

	"assent/internal/errs"
)

// HoldKind is why data must be kept as it is.
type HoldKind string

const (
	// AccessHold lasts while an access case is open: nobody may alter, block, erase, destroy or conceal data to keep it from
	// the person who asked for it (DPA 2018 s.173; E1-10, E2-45). It comes and goes with the case.
	AccessHold HoldKind = "access case"
	// LegalHold is placed by hand for a complaint or the prospect of litigation (E4-19).
	LegalHold HoldKind = "legal"
	// EvidenceHold lasts while the evidence of a breach is frozen (E2-20): from the opening of its case until a person releases it. It keeps data from being erased or
	// disposed of; correcting it goes on.
	EvidenceHold HoldKind = "evidence"
)

// Hold keeps one person's data from being changed by staff, erased, or disposed of by retention. What the person does themself goes on.
type Hold struct {
	ID           int64 // 0 for that of a case
	SubscriberID int64
	Kind         HoldKind
	CaseID       int64  // of an AccessHold or EvidenceHold
	Reference    string // of the case, such as "R-2026-000123"
	Reason       string // of a LegalHold, in the operator's words
	PlacedBy     string // "user:3"; "system" for that of a case
	PlacedAt     time.Time
	LiftedBy     string
	LiftedAt     time.Time // zero while it is in force
	LiftedWhy    string
}

// Refusal is the error, of kind Refused, that says why a hold keeps something from being done.
func (h Hold) Refusal(op, what string) error {
	says := fmt.Sprintf("This was refused: %s, because %s. The attempt is on record, and nothing was changed.", what, h.Because())
	return errs.E(op, errs.Refused, says, nil)
}

// Because says in words why the hold is there.
func (h Hold) Because() string {
	if h.Kind == AccessHold {
		return "the access case " + h.Reference + " is open (Data Protection Act 2018, section 173)"
	}
	if h.Kind == EvidenceHold {
		return "the evidence of the breach " + h.Reference + " is frozen until it is released on the page of that case"
	}
	return "a legal hold of " + h.PlacedAt.Format("2 January 2006") + " keeps the data"
}

// Attempt is something that was tried and refused.
type Attempt struct {
	Actor        string
	What         string // such as "erase"
	SubscriberID int64
	Why          string // the sentence of the refusal
}

const maxReason = 300 // characters

// PlaceHold keeps a person's data as it is until the hold is lifted. It needs a reason.
func (k *Keeper) PlaceHold(ctx context.Context, subscriberID int64, actor, reason string) (Hold, error) {
	const op = "subscriptions: place hold"
	if err := firstOf(need(reason, "reason"), oneLine(reason, "reason", maxReason)); err != nil {
		return Hold{}, errs.Wrap(op, err)
	}
	h := Hold{SubscriberID: subscriberID, Kind: LegalHold, Reason: reason, PlacedBy: actor, PlacedAt: k.Now()}
	err := k.Store.UpdateKept(ctx, func(tx KeepingTx) error {
		if _, err := tx.Person(subscriberID); err != nil {
			return err
		}
		return tx.PlaceHold(&h)
	})
	return h, errs.Wrap(op, err)
}

// LiftHold ends a hold that was placed by hand, with the reason why. That of a case ends with the case. Lifting it again changes nothing.
func (k *Keeper) LiftHold(ctx context.Context, holdID int64, actor, why string) error {
	const op = "subscriptions: lift hold"
	if err := firstOf(need(why, "reason"), oneLine(why, "reason", maxReason)); err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, k.Store.UpdateKept(ctx, func(tx KeepingTx) error {
		return tx.LiftHold(holdID, actor, k.Now(), why)
	}))
}

// refused puts an attempt on record, when a hold or restriction was what refused it.
func (k *Keeper) refused(ctx context.Context, a Attempt, err error) error {
	if errs.KindOf(err) != errs.Refused {
		return err
	}
	a.Why = errs.Message(err)
	if e := k.Store.RecordAttempt(ctx, a); e != nil {
		return e
	}
	return err
}
