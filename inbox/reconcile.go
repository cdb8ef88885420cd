package inbox

import (
	"context"
	"fmt"
	"math"
	"time"

	"assent/internal/errs"
)

// Listed is a message as its server lists it.
type Listed struct {
	UID        uint32
	ReceivedAt time.Time // INTERNALDATE; zero where the server would not say
}

// Had is a message that we took in.
type Had struct {
	UID        uint32
	ReceivedAt time.Time
	Unreadable bool // the server would not give it
}

// Census lists a folder anew, apart from whatever fetches from it, and hands over its messages with ascending UIDs, in parts.
type Census func(ctx context.Context, take func(uidValidity uint32, part []Listed) error) error

// Reconciliation is what comparing a folder, message by message, with what we took in brought (H4).
type Reconciliation struct {
	At          time.Time `json:"at"`
	UIDValidity uint32    `json:"uid_validity"`
	OnServer    int       `json:"on_server"`
	OnTheWay    int       `json:"on_the_way"` // so new that they may be about to be fetched
	Missing     int       `json:"missing"`    // on the server, and not here
	First       []uint32  `json:"first,omitempty"`
	Shifted     int       `json:"shifted"`   // here with another time of receipt
	Gone        int       `json:"gone"`      // here, and moved or removed on the server by others
	Unsettled   int       `json:"unsettled"` // here for more than an hour without a disposition
}

const (
	onTheWay  = 10 * time.Minute // more than a sweep and a batch
	settledIn = time.Hour
	firstFew  = 20
)

// Well reports whether every message is here, at its right time, and dealt with.
func (r Reconciliation) Well() bool { return r.Missing == 0 && r.Shifted == 0 && r.Unsettled == 0 }

// Trouble says what is not well and what to do, "" for nothing.
func (r Reconciliation) Trouble() string {
	switch {
	case r.Missing > 0:
		return fmt.Sprintf("%d of %d messages on the server are not here. They are fetched again by themselves; if this stays so for an hour, look at the log and at the mailbox.", r.Missing, r.OnServer)
	case r.Shifted > 0:
		return fmt.Sprintf("%d messages have another time of receipt here than on the server. Their clocks may start on the wrong day: look at the cases that they opened.", r.Shifted)
	case r.Unsettled > 0:
		return fmt.Sprintf("%d messages are here and have waited for more than an hour to be sorted. See that a worker runs.", r.Unsettled)
	}
	return ""
}

// HeldStore is what comparing needs of the store.
type HeldStore interface {
	// HeldBetween returns what is held of a mailbox under a UIDVALIDITY, with UIDs from one to another, ascending.
	HeldBetween(ctx context.Context, mailbox string, uidValidity, from, to uint32) ([]Had, error)
	// UnsettledSince counts the messages of a mailbox that were fetched before a moment and have no disposition.
	UnsettledSince(ctx context.Context, mailbox string, before time.Time) (int, error)
	// Reconciled keeps what a comparison brought; the last one stands.
	Reconciled(ctx context.Context, mailbox string, r Reconciliation) error
}

// Reconcile compares a folder with what we took in from it, and keeps what it finds. It takes memory for one part of the list. Kinds of error: Unavailable where the server or
// the database does not answer, and those of the census.
func Reconcile(ctx context.Context, mailbox string, list Census, s HeldStore, now time.Time) (Reconciliation, error) {
	const op = "inbox: reconcile"
	r := Reconciliation{At: now}
	next := uint32(1) // the first UID that was not compared yet
	err := list(ctx, func(validity uint32, part []Listed) error {
		r.UIDValidity = validity
		if len(part) == 0 {
			return nil
		}
		last := part[len(part)-1].UID
		had, err := s.HeldBetween(ctx, mailbox, validity, next, last)
		if err != nil {
			return err
		}
		r.compare(part, had)
		next = last + 1
		return nil
	})
	if err != nil {
		return r, errs.Wrap(op, err)
	}
	if next != 0 {
		had, err := s.HeldBetween(ctx, mailbox, r.UIDValidity, next, math.MaxUint32)
		if err != nil {
			return r, errs.Wrap(op, err)
		}
		r.compare(nil, had)
	}
	if r.Unsettled, err = s.UnsettledSince(ctx, mailbox, now.Add(-settledIn)); err != nil {
		return r, errs.Wrap(op, err)
	}
	return r, errs.Wrap(op, s.Reconciled(ctx, mailbox, r))
}

// compare counts how a part of the server's list and ours differ. Both are ascending.
func (r *Reconciliation) compare(listed []Listed, had []Had) {
	for _, l := range listed {
		r.OnServer++
		for len(had) > 0 && had[0].UID < l.UID {
			had = had[1:]
			r.Gone++
		}
		switch {
		case len(had) > 0 && had[0].UID == l.UID:
			if !had[0].Unreadable && !l.ReceivedAt.IsZero() && had[0].ReceivedAt.Unix() != l.ReceivedAt.Unix() {
				r.Shifted++
			}
			had = had[1:]
		case !l.ReceivedAt.IsZero() && r.At.Sub(l.ReceivedAt) < onTheWay:
			r.OnTheWay++
		default:
			r.Missing++
			if len(r.First) < firstFew {
				r.First = append(r.First, l.UID)
			}
		}
	}
	r.Gone += len(had)
}
