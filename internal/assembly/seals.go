package assembly

import (
	"context"
	"time"

	"assent/internal/audit"
)

// sealEvery is how often both chains are sealed, and the seal mailed: daily, whichever worker comes first.
const sealEvery = 24 * time.Hour

// keepTrail seals the ledger and the audit trail once a day, mails the seal to those who keep it outside, and trims what the trail has kept for long enough.
func (h *House) keepTrail(ctx context.Context, now time.Time) error {
	if _, _, err := h.DB.KeepSeal(ctx, now.Add(-sealEvery)); err != nil {
		return err
	}
	if len(h.Config.SealTo) > 0 {
		seal, sealed, err := h.DB.LastSeal(ctx)
		if err != nil {
			return err
		}
		if sealed && now.Sub(seal.At) < sealEvery { // opened again each hour: once it stands, nothing happens
			if err := h.Mailer.MailSeal(ctx, seal, h.Config.SealTo); err != nil {
				return err
			}
		}
	}
	if before := audit.KeptFrom(now, h.Config.AuditMonths); !before.IsZero() {
		n, err := h.DB.TrimTrail(ctx, before)
		if n > 0 {
			h.Log.Info("old entries of the audit trail were trimmed", "entries", n, "before", before)
		}
		return err
	}
	return nil
}
