package assembly

import (
	"context"
	"time"

	"assent/internal/scratch"
	"assent/subscriptions/importing/uploads"
)

// beatUploads is how often a worker writes how far the import of an upload has come.
const beatUploads = 2 * time.Second

func (h *House) openUploads(kick func()) {
	h.Uploads = &uploads.Service{
		Store: h.DB, Keys: h.Keys, MaxBytes: h.Config.ImportBytes, Beat: beatUploads, Worker: h.Worker, Now: h.Now, Kick: kick,
		Seen: func(lines int64) (uploads.Seen, error) { return scratch.Open(lines) },
	}
}

// dropUploads destroys what is left of files to import whose time is over, and of those that never arrived.
func (h *House) dropUploads(ctx context.Context) {
	n, err := h.Uploads.Sweep(ctx)
	if err != nil && ctx.Err() == nil {
		h.Log.Warn("files to import whose time is over could not be destroyed", "error", err)
	}
	if n > 0 {
		h.Log.Info("files to import whose time is over destroyed", "files", n)
	}
}
