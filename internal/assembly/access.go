package assembly

import (
	"context"
	"strings"
	"time"

	"assent/inbox/cases"
	"assent/inbox/cases/access"
	"assent/inbox/cases/portability"
	"assent/internal/errs"
)

// keepPacks is how long a pack that was approved and never sent stays, and the copies for its review after the case was closed.
const keepPacks = access.UsualDays * 24 * time.Hour

// openAccess makes what carries out requests for access and portability. Times in packs are those of the United Kingdom, whose law it is.
func (h *House) openAccess() error {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		return errs.E("assembly: access", errs.Unavailable, "The machine has no time-zone data for Europe/London.", err)
	}
	h.Access = &access.Service{
		Store: h.DB, Catalogue: h.DB, Keys: h.Keys, BaseURL: strings.TrimSuffix(h.Config.BaseURL, "/"), Now: h.Now, Log: h.Log,
		Makers: map[cases.Kind]access.Maker{
			cases.Access:      access.Layout{Templates: h.Templates, Zone: zone},
			cases.Portability: portability.Layout{Templates: h.Templates, Zone: zone},
		},
	}
	return nil
}

// dropPacks removes what was made for handing over once its time is over (E2-47).
func (h *House) dropPacks(ctx context.Context, now time.Time) {
	n, err := h.DB.DropPacks(ctx, now, now.Add(-keepPacks))
	if err != nil && ctx.Err() == nil {
		h.Log.Warn("packs whose time is over could not be removed", "error", err)
	}
	if n > 0 {
		h.Log.Info("packs whose time is over removed", "packs", n)
	}
}
