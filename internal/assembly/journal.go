package assembly

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"time"

	"assent/internal/config"
	"assent/internal/journal"
	"assent/internal/store"
	"assent/subscriptions"
)

// JournalReport is what opening the journal did.
type JournalReport struct {
	Path     string // "" where no journal is kept
	Replayed int64  // acts that the database lacked: an old backup was restored
	Noted    int64  // acts that the journal lacked
	Repaired int64  // octets of a line that a crash had cut off
}

// NoJournal is the setting that keeps none.
const NoJournal = "none"

// JournalPath returns where the settings have the journal: beside an SQLite file by themselves, "" where none is kept.
func JournalPath(c config.Config) string {
	switch {
	case c.Journal == NoJournal:
		return ""
	case c.Journal != "":
		return c.Journal
	}
	path, isFile := strings.CutPrefix(c.DatabaseURL.Reveal(), "sqlite:")
	if !isFile {
		return ""
	}
	path, _, _ = strings.Cut(strings.TrimPrefix(path, "//"), "?")
	return path + ".journal"
}

// KeepJournal opens the journal outside the database and holds the two together: what the ledger lacks is replayed, what the journal lacks is noted.
// From then on no opt-out, suppression, restriction or erasure is acknowledged before it is in the journal. It must be called before anything else works with the
// database. more are journals of other machines to be replayed too. The journal is nil where none is kept.
func KeepJournal(ctx context.Context, db *store.DB, path string, now func() time.Time, more ...string) (j *journal.File, r JournalReport, err error) {
	keeper := &subscriptions.Keeper{Store: db, Keys: db.HouseKeys(), Now: now}
	key := db.HouseKeys().JournalKey()
	for _, other := range more {
		n, err := keeper.Replay(ctx, func(fn func(journal.Entry) error) error { return journal.Read(other, key, fn) })
		if r.Replayed += n; err != nil {
			return nil, r, err
		}
	}
	if r.Path = path; path == "" {
		return nil, r, nil
	}
	if j, err = journal.Open(path, key); err != nil {
		return nil, r, err
	}
	r.Repaired = j.Repaired()
	n, err := catchUp(ctx, db, keeper, j)
	if r.Replayed += n; err == nil {
		r.Noted, err = db.KeepJournal(ctx, j)
	}
	if err != nil {
		j.Close()
		return nil, r, err
	}
	return j, r, nil
}

// catchUp replays what the ledger lacks. The chain of hashes makes that quick to find out: a ledger that has the last act of the journal has
// all before it.
func catchUp(ctx context.Context, db *store.DB, keeper *subscriptions.Keeper, j *journal.File) (replayed int64, err error) {
	last, any, err := j.Last()
	if err != nil || !any {
		return 0, err
	}
	has, err := db.EventHashes(ctx, []int64{last.Seq})
	if err != nil || last.Seq == 0 || bytes.Equal(has[last.Seq], last.Hash) {
		return 0, err
	}
	head, _, err := db.Head(ctx)
	if err != nil {
		return 0, err
	}
	if replayed, err = keeper.Replay(ctx, j.Each); err != nil {
		return replayed, err
	}
	// From here on the places of the ledger count anew. It is written last, so that a crash before it replays again.
	return replayed, j.Append([]journal.Entry{{Kind: journal.Restored, Reach: string(subscriptions.EverythingReach), At: keeper.Now(), Seq: head.Seq, Hash: head.Hash}})
}

// Tell logs what opening the journal did, where that is worth telling.
func (r JournalReport) Tell(log *slog.Logger) {
	if r.Path == "" {
		log.Warn("no journal is kept outside the database: the restoring of an old backup would bring back people who opted out or were erased; set ASSENT_JOURNAL")
	}
	if r.Repaired > 0 {
		log.Warn("the journal's last line had been cut off by a crash, and was taken away; it had not been acknowledged", "journal", r.Path, "octets", r.Repaired)
	}
	if r.Replayed > 0 {
		log.Warn("an older state of the database was restored: opt-outs, suppressions, restrictions and erasures that it lacked were carried out again", "acts", r.Replayed)
	}
	if r.Noted > 0 {
		log.Info("the journal was given what the ledger has", "journal", r.Path, "acts", r.Noted)
	}
}
