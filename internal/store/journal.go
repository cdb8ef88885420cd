package store

import (
	"context"
	"sync"
	"time"

	"assent/internal/journal"
	"assent/subscriptions"
)

// Journal is where the store notes, outside the database, whom nothing may be sent to any more. *journal.File is one.
type Journal interface {
	Last() (journal.Entry, bool, error)
	Append([]journal.Entry) error
}

// journalled is a journal and how far of the ledger it has.
type journalled struct {
	mu   sync.Mutex
	file Journal
	upTo int64
}

// journalKinds are what the journal has of the ledger: what keeps people away, and what lifts a restriction. The index consent_events_journalled has the
// same list.
const journalKinds = `('withdrawn', 'suppressed', 'erased', 'restricted', 'released', 'paused', 'profiling refused', 'profiling allowed', 'objected to marketing')`

const (
	journalAtOnce = 1000
	journalWithin = 30 * time.Second
)

// KeepJournal has every later update of the ledger noted in a journal before it is acknowledged, and gives the journal what it lacks of the ledger now. What the
// ledger lacks must have been replayed before. It returns how many acts the journal was lacking. It is called once, before anything else works
// with the database.
func (d *DB) KeepJournal(ctx context.Context, file Journal) (lacking int64, err error) {
	last, _, err := file.Last()
	if err != nil {
		return 0, err
	}
	d.journal = &journalled{file: file, upTo: last.Seq}
	return d.note(ctx)
}

// noted has a commit of the ledger in the journal. It is part of the acknowledgement: an error says that the act is done, and not safe from the
// restoring of an old backup.
func (d *DB) noted(ctx context.Context, head int64) error {
	if d.journal == nil {
		return nil
	}
	d.journal.mu.Lock()
	known := head <= d.journal.upTo
	d.journal.mu.Unlock()
	if known { // somebody who came later has noted it with theirs
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), journalWithin) // it is committed: whoever asked may be gone
	defer cancel()
	_, err := d.note(ctx)
	return err
}

// note brings the journal up to the ledger's end. One at a time does it for all who wait.
func (d *DB) note(ctx context.Context) (noted int64, err error) {
	j := d.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	for {
		head, _, err := d.Head(ctx)
		if err != nil || head.Seq <= j.upTo {
			return noted, err
		}
		page, err := d.journalPage(ctx, j.upTo)
		if err != nil {
			return noted, err
		}
		if err := j.file.Append(page); err != nil {
			return noted, err
		}
		noted += int64(len(page))
		if len(page) < journalAtOnce {
			j.upTo = head.Seq
			return noted, nil
		}
		j.upTo = page[len(page)-1].Seq
	}
}

const maxJournalReason = 200 // octets

func (d *DB) journalPage(ctx context.Context, after int64) ([]journal.Entry, error) {
	rows, err := d.reading().query(ctx, `SELECT seq, at, kind, reach, programme_id, purpose_id, list_id, expires_at, channel, reason, address_key, hash
		FROM consent_events WHERE seq > ? AND kind IN `+journalKinds+` ORDER BY seq LIMIT ?`, after, journalAtOnce)
	out, err := collect(rows, err, func(s scanner) (e journal.Entry, err error) {
		var at, until int64
		err = s.Scan(&e.Seq, &at, &e.Kind, &e.Reach, &e.ProgrammeID, &e.PurposeID, &e.ListID, &until, &e.Channel, &e.Reason, &e.AddressKey, &e.Hash)
		e.At, e.Until, e.Reason = moment(at), moment(until), e.Reason[:min(len(e.Reason), maxJournalReason)]
		return e, err
	})
	return out, fail("store: events for the journal", err)
}

// EventHashes implements subscriptions.KeepingStore.
func (d *DB) EventHashes(ctx context.Context, seqs []int64) (map[int64][]byte, error) {
	out := make(map[int64][]byte, len(seqs))
	err := pages(seqs, keysAtOnce, func(page []int64) error {
		type row struct {
			seq  int64
			hash []byte
		}
		rows, err := d.reading().query(ctx, `SELECT seq, hash FROM consent_events WHERE seq IN (`+marks(len(page))+`)`, anys(page)...)
		found, err := collect(rows, err, func(s scanner) (r row, err error) { err = s.Scan(&r.seq, &r.hash); return r, err })
		for _, r := range found {
			out[r.seq] = r.hash
		}
		return err
	})
	return out, fail("store: hashes of events", err)
}

var _ subscriptions.KeepingStore = (*DB)(nil)
var _ subscriptions.KeepingTx = (*ledgerTx)(nil)
