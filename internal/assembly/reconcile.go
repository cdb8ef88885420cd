package assembly

import (
	"context"
	"time"

	"assent/inbox"
	"assent/inbox/imappoll"
	"assent/internal/errs"
)

const (
	reconcileEvery   = 24 * time.Hour
	reconcileAtStart = 15 * time.Minute // when the first sweep is through
	reconcileAgain   = time.Hour        // after one that was not well, or could not be made
)

// Reconcile compares one watched mailbox with what was taken in from it.
func (h *House) Reconcile(ctx context.Context, box imappoll.Mailbox) (inbox.Reconciliation, error) {
	p := &imappoll.Poller{Mailbox: box, Receiver: h.Inbox, Now: h.Now, Log: h.Log}
	return inbox.Reconcile(ctx, box.Name, p.Census, h.DB, h.Now())
}

// Compare compares every mailbox with what was taken in from it, once a day, until ctx ends. What is not well is logged, shown and looked at again after an hour.
func (h *House) Compare(ctx context.Context) error {
	for wait := reconcileAtStart; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
		wait = reconcileEvery
		for _, box := range h.Boxes {
			r, err := h.Reconcile(ctx, box)
			switch {
			case err != nil && ctx.Err() != nil:
				return nil
			case err != nil:
				wait = reconcileAgain
				h.Log.Warn("a mailbox could not be compared with what was taken in", "mailbox", box.Name, "trouble", errs.Message(err), "error", err)
			case !r.Well():
				wait = reconcileAgain
				h.Log.Error("a mailbox is not as it was taken in", "mailbox", box.Name, "on_server", r.OnServer, "missing", r.Missing, "uids", r.First, "shifted", r.Shifted, "unsettled", r.Unsettled)
			default:
				h.Log.Info("a mailbox was compared with what was taken in", "mailbox", box.Name, "on_server", r.OnServer, "gone", r.Gone, "on_the_way", r.OnTheWay)
			}
		}
	}
}
