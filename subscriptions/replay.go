package subscriptions

import (
	"bytes"
	"context"
	"strconv"
	"time"

	"assent/internal/journal"
)

// replayPage is how many lines of a journal are looked at together.
const replayPage = 200

// Replay carries out again what a journal outside the database has and the ledger lacks, because an old backup was restored: withdrawals, suppressions,
// restrictions, pauses, refusals of profiling, and erasures (H3). each gives the lines of the journal, in order. Nothing is replayed twice, whatever the
// person has done since. A list, purpose or programme that the backup does not know yet is taken for the nearest thing around it that it does
// know: who wanted less mail gets less, never more. It returns how many acts were lacking.
//
// What a person agreed to after the backup is lost with the database: the journal holds no evidence, so it can permit nothing.
func (k *Keeper) Replay(ctx context.Context, each func(func(journal.Entry) error) error) (replayed int64, err error) {
	var page []journal.Entry
	flush := func() error {
		n, err := k.replay(ctx, page)
		replayed, page = replayed+n, page[:0]
		return err
	}
	err = each(func(e journal.Entry) error {
		if e.Kind == journal.Restored {
			return nil
		}
		if page = append(page, e); len(page) < replayPage {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	if err == nil && replayed > 0 {
		err = k.Store.Scrub(ctx)
	}
	return replayed, err
}

func (k *Keeper) replay(ctx context.Context, page []journal.Entry) (n int64, err error) {
	seqs := make([]int64, len(page))
	for i, e := range page {
		seqs[i] = e.Seq
	}
	has, err := k.Store.EventHashes(ctx, seqs)
	if err != nil {
		return 0, err
	}
	var lacking []journal.Entry
	for _, e := range page {
		if !bytes.Equal(has[e.Seq], e.Hash) {
			lacking = append(lacking, e)
		}
	}
	if len(lacking) == 0 {
		return 0, nil
	}
	err = k.Store.UpdateKept(ctx, func(tx KeepingTx) error {
		n = 0
		for _, e := range lacking {
			did, err := k.replayOne(tx, e)
			if err != nil {
				return err
			}
			if did {
				n++
			}
		}
		return nil
	})
	return n, err
}

// replayOne appends the act anew, with a source that names its line, which is how the next start knows that it was replayed.
func (k *Keeper) replayOne(tx KeepingTx, line journal.Entry) (bool, error) {
	byKey, err := tx.EventsByKey(line.AddressKey)
	if err != nil {
		return false, err
	}
	source := "journal " + line.ID()
	for _, e := range byKey[string(line.AddressKey)] {
		if e.Source == source {
			return false, nil
		}
	}
	person, known, err := tx.SubscriberByKey(line.AddressKey)
	if err != nil {
		return false, err
	}
	scope, err := tx.Widen(Scope{Reach: Reach(line.Reach), ProgrammeID: line.ProgrammeID, PurposeID: line.PurposeID, ListID: line.ListID})
	if err != nil {
		return false, err
	}
	event := Event{
		At: k.Now(), Kind: EventKind(line.Kind), Scope: scope, SubscriberID: person.ID, AddressKey: line.AddressKey,
		Channel: Channel(line.Channel), Actor: "system", Source: source, Reason: line.Reason, ExpiresAt: line.Until,
	}
	if event.Kind == Erased && known {
		e := Erasure{
			SubscriberID: person.ID, Ground: groundRestoredFrom, AskedBy: "system", AskedAt: event.At,
			Untold: "erased on " + line.At.Format(time.DateOnly) + "; an old backup brought the data back",
		}
		return true, k.erase(tx, person, &e, event)
	}
	was := Evidence{"event": strconv.FormatInt(line.Seq, 10), "acted_at": line.At.UTC().Format(time.RFC3339)}
	if event.Evidence, event.Salt, err = sealEvidence(was); err != nil {
		return false, err
	}
	return true, tx.Append([]Event{event})
}
