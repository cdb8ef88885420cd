package assembly

import (
	"context"
	"time"

	"assent/internal/errs"
	"assent/internal/exporting/copies"
)

// openCopies makes what keeps exports and packs as files. Times in a pack are those of the United Kingdom, whose law it is.
func (h *House) openCopies() error {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		return errs.E("assembly: copies", errs.Unavailable, "The machine has no time-zone data for Europe/London.", err)
	}
	h.Copies = &copies.Service{
		Store: h.DB, Keys: h.Keys, Register: h.Disclosures, Templates: h.Templates, Days: h.Config.CopyDays, Zone: zone, Now: h.Now, Kick: func() { h.relay.Kick() },
	}
	return nil
}

// dropCopies destroys the files of exports and packs whose time is over (E2-47).
func (h *House) dropCopies(ctx context.Context) {
	n, err := h.Copies.Sweep(ctx)
	if err != nil && ctx.Err() == nil {
		h.Log.Warn("files of exports whose time is over could not be destroyed", "error", err)
	}
	if n > 0 {
		h.Log.Info("files of exports whose time is over destroyed", "files", n)
	}
}
