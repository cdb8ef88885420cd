package assembly

import (
	"context"
	"time"

	"assent/subscriptions"
)

const (
	tidyEvery   = time.Hour
	keepKeys    = 24 * time.Hour     // idempotency keys, as the API's guide promises
	keepTasks   = 7 * 24 * time.Hour // tasks that were done, for whoever looks into a fault
	tidyAtStart = time.Minute
)

// Tidy removes what has served its time, again and again until ctx ends. What it could not do it does the next time.
func (h *House) Tidy(ctx context.Context) error {
	for wait := tidyAtStart; ; wait = tidyEvery {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
		now := h.Now()
		if _, err := h.DB.ForgetOld(ctx, now.Add(-keepKeys)); err != nil && ctx.Err() == nil {
			h.Log.Warn("old idempotency keys could not be removed", "error", err)
		}
		if err := h.DB.ForgetMoves(ctx, now, now.Add(-subscriptions.KeepVisits)); err != nil && ctx.Err() == nil {
			h.Log.Warn("changes of address that nobody agreed to could not be closed", "error", err)
		}
		if err := h.DB.ForgetRemarks(ctx, now.AddDate(0, -subscriptions.KeepRemarks, 0).Format("2006-01")); err != nil && ctx.Err() == nil {
			h.Log.Warn("old remarks could not be removed", "error", err)
		}
		if swept, err := h.Asking.Sweep(ctx); err != nil && ctx.Err() == nil {
			h.Log.Warn("people in quarantine whose time is over could not be destroyed", "error", err)
		} else if swept.Rows > 0 {
			h.Log.Info("quarantine swept", "rows", swept.Rows, "people", swept.People)
		}
		h.dropPacks(ctx, now)
		h.dropCopies(ctx)
		h.dropUploads(ctx)
		if err := h.keepTrail(ctx, now); err != nil && ctx.Err() == nil {
			h.Log.Warn("the audit trail could not be sealed or trimmed", "error", err)
		}
		if err := h.DB.ForgetTasks(ctx, now.Add(-keepTasks)); err != nil && ctx.Err() == nil {
			h.Log.Warn("old tasks could not be removed", "error", err)
		}
	}
}
