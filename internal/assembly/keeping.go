package assembly

import (
	"context"
	"time"

	"assent/inbox/cases"
	"assent/internal/journal"
	"assent/mailer"
	"assent/queue"
	"assent/subscriptions"
	"assent/subscriptions/retention"
)

// Keeping is what keeps data for as long as it must stay, and takes it away when it must go.
type Keeping struct {
	Keeper   *subscriptions.Keeper
	Schedule *retention.Service

	journal *journal.File // nil where none is kept
}

// openKeeping takes up the key of this database's addresses, and holds it and the journal together, before anything else works with it.
func (h *House) openKeeping(ctx context.Context) error {
	h.Keys = h.DB.HouseKeys()
	var report JournalReport
	var err error
	h.journal, report, err = KeepJournal(ctx, h.DB, JournalPath(h.Config), h.Now)
	if err == nil {
		report.Tell(h.Log)
	}
	return err
}

func (h *House) makeKeeping(kick func()) {
	h.Keeper = &subscriptions.Keeper{Store: h.DB, Keys: h.Keys, Now: h.Now, Kick: kick}
	h.Schedule = &retention.Service{Store: h.DB, Keeper: h.Keeper, Now: h.Now}
	h.People.Retention = h.Schedule
}

func (h *House) handleKeeping(mux *queue.Mux) {
	farewell := &mailer.Farewell{Letters: h.DB, People: h.DB, Erasures: h.DB, Askers: cases.Askers{Store: h.DB}, Keeper: h.Keeper, Now: h.Now, Kick: h.relay.Kick}
	queue.Handle(mux, farewell.HandleErasing)
}

func (h *House) closeKeeping() error {
	if h.journal == nil {
		return nil
	}
	return h.journal.Close()
}

const (
	disposeEvery   = 24 * time.Hour
	disposeAtStart = 5 * time.Minute
)

// Dispose carries out the retention schedule once a day until ctx ends. What it could not do it does the next time.
func (h *House) Dispose(ctx context.Context) error {
	for wait := disposeAtStart; ; wait = disposeEvery {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
		reports, err := h.Schedule.Run(ctx, false)
		for _, r := range reports {
			if r.Due > 0 {
				h.Log.Info("retention rule carried out", "rule", r.Rule.ID, "due", r.Due, "disposed", r.Disposed, "waiting", r.Waiting, "held", r.Held)
			}
		}
		if err != nil && ctx.Err() == nil {
			h.Log.Warn("the retention schedule could not be carried out to its end; it goes on tomorrow", "error", err)
		}
	}
}
