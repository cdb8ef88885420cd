package importing

import (
	"context"
	"errors"
	"time"

	"assent/internal/errs"
	"assent/subscriptions"
)

// settle decides about a batch and keeps what came of it, in one transaction that holds the ledger's end from its beginning.
func (r *run) settle(ctx context.Context, b *batch) error {
	now := r.im.Now()
	next := r.report.Import
	err := r.im.Store.UpdateImport(ctx, func(tx Tx) error {
		keys := b.openKeys()
		ledgers, err := tx.EventsByKey(keys...)
		if err != nil {
			return err
		}
		people, err := tx.SubscribersByKey(keys...)
		if err != nil {
			return err
		}
		bars := r.decide(b, ledgers, people, now)
		if r.job.DryRun {
			if err := r.close(tx, b, &next, now); err != nil {
				return err
			}
			return errDryRun
		}
		events, err := r.enter(tx, b, ledgers, people, now)
		if err != nil {
			return err
		}
		events = append(events, bars...)
		if err := tx.Append(events); err != nil {
			return err
		}
		if err := r.keepRest(tx, b, events, now); err != nil {
			return err
		}
		return r.close(tx, b, &next, now)
	})
	if err != nil && !errors.Is(err, errDryRun) {
		return err
	}
	r.report.Import = next
	return nil
}

// decide gives each open row its verdict by the ledger, and returns the events of opt-outs and suppressions that are taken over.
func (r *run) decide(b *batch, ledgers map[string][]subscriptions.Event, people map[string]subscriptions.Subscriber, now time.Time) (bars []subscriptions.Event) {
	taken := map[string]bool{}
	for i := range b.rows {
		row := &b.rows[i]
		row.judge(r.in, ledgers[string(row.key)], now)
		if !row.open || row.bar == nil {
			continue
		}
		row.verdict = unchanged
		e, changes := r.in.TakeOver(*row.bar, row.key, people[string(row.key)].ID, ledgers[string(row.key)], r.id, subscriptions.Salts(1)[0], now)
		if changes && !taken[string(row.key)] {
			taken[string(row.key)] = true
			row.verdict = barred
			bars = append(bars, e)
		}
	}
	for i := range b.rows { // whoever this very batch keeps away is not let in by it (H3)
		if row := &b.rows[i]; row.verdict == granted && taken[string(row.key)] {
			row.verdict, row.reason = refused, "This person opted out, or the address is suppressed, by another row of this file."
		}
	}
	b.recognise()
	return bars
}

// enter puts people on record who are not, in bulk, and adds to the others what was not known of them. It returns the events of the others, which are
// still to be appended.
func (r *run) enter(tx Tx, b *batch, ledgers map[string][]subscriptions.Event, people map[string]subscriptions.Subscriber, now time.Time) ([]subscriptions.Event, error) {
	var fresh []int // rows
	var events []subscriptions.Event
	salts := subscriptions.Salts(len(b.rows))
	for i := range b.rows {
		row := &b.rows[i]
		if row.verdict != granted {
			continue
		}
		ledger := ledgers[string(row.key)]
		person, known := people[string(row.key)]
		if !known && len(ledger) == 0 {
			fresh = append(fresh, i)
			continue
		}
		if err := r.complete(tx, &person, known, row, now); err != nil {
			return nil, err
		}
		events = append(events, r.in.Entry(row.act, row.evidence, person.ID, row.key, ledger, r.id, salts[i], now))
	}
	ids, err := tx.ReservePeople(len(fresh))
	if err != nil {
		return nil, err
	}
	newcomers, first := r.newcomers(b, fresh, ids, salts, now)
	err = tx.Bring(newcomers, first)
	if err == nil {
		err = r.keepIPs(tx, b, first, now)
	}
	return events, err
}

// complete has a person on record, with what the row tells of them.
func (r *run) complete(tx Tx, person *subscriptions.Subscriber, known bool, row *row, now time.Time) error {
	switch {
	case !known:
		*person = r.person(row, 0, now)
		return tx.CreateSubscribers([]*subscriptions.Subscriber{person})
	case person.Address.IsZero(): // emptied before, and brought in again
		person.Address = row.act.Address
		r.in.Complete(person, row.act)
		return tx.UpdateSubscriber(*person)
	}
	before := *person
	if !r.in.Complete(person, row.act) {
		return nil
	}
	holds, err := tx.Holds(before)
	if err != nil {
		return err
	}
	if len(holds) > 0 { // the data stays as it is (DPA 2018 s.173); what the person did counts all the same
		*person = before
		return nil
	}
	return tx.UpdateSubscriber(*person)
}

// person makes the record of somebody new.
func (r *run) person(row *row, id int64, now time.Time) subscriptions.Subscriber {
	p := subscriptions.Subscriber{
		ID: id, Key: row.key, Address: row.act.Address, Name: row.act.Name, Language: row.act.Language, Source: row.act.Source, CreatedAt: now, UpdatedAt: now,
	}
	r.in.Complete(&p, row.act)
	return p
}

// newcomers makes the records and ledger entries of rows whose addresses the ledger does not know.
func (r *run) newcomers(b *batch, rows []int, ids []int64, salts [][]byte, now time.Time) ([]*subscriptions.Subscriber, []subscriptions.Event) {
	people := make([]subscriptions.Subscriber, len(rows))
	out := make([]*subscriptions.Subscriber, len(rows))
	events := make([]subscriptions.Event, len(rows))
	for k, i := range rows {
		row := &b.rows[i]
		people[k] = r.person(row, ids[k], now)
		out[k] = &people[k]
		events[k] = r.in.Entry(row.act, row.evidence, ids[k], row.key, nil, r.id, salts[i], now)
	}
	return out, events
}

// keepRest keeps what goes with the events of a batch: the words that people were shown, rows without evidence, and IP addresses for as long as the purpose
// says.
func (r *run) keepRest(tx Tx, b *batch, events []subscriptions.Event, now time.Time) error {
	kept := map[string]bool{"": true}
	for i := range b.rows {
		if row := &b.rows[i]; row.verdict == granted && !kept[row.act.Wording] {
			kept[row.act.Wording] = true
			if _, err := tx.KeepText(row.act.Wording); err != nil {
				return err
			}
		}
	}
	if err := r.keepIPs(tx, b, events, now); err != nil {
		return err
	}
	return tx.Quarantine(r.id, b.quarantined())
}

func (r *run) keepIPs(tx Tx, b *batch, events []subscriptions.Event, now time.Time) error {
	var seqs map[string]int64
	for i := range b.rows {
		row := &b.rows[i]
		until, keeps := r.in.KeepsIP(row.ip, row.act.ActedAt, now)
		if !keeps || row.verdict != granted {
			continue
		}
		if seqs == nil {
			seqs = make(map[string]int64, len(events))
			for _, e := range events {
				seqs[string(e.AddressKey)] = e.Seq
			}
		}
		if seq := seqs[string(row.key)]; seq != 0 {
			if err := tx.KeepIP(seq, row.ip, until); err != nil {
				return err
			}
		}
	}
	return nil
}

// close notes what became of a batch and how far the import has come.
func (r *run) close(tx Tx, b *batch, next *Import, now time.Time) (err error) {
	*next = r.report.Import
	if err := r.alone(tx); err != nil {
		return err
	}
	next.finish(b)
	away, err := r.away(tx, b)
	if err != nil {
		return err
	}
	if next.Rejects, err = r.job.Rejects.Write(tx, next.Rejects, b.rejects(away)); err != nil || r.job.DryRun {
		return err
	}
	if b.ended {
		next.FinishedAt, next.Beyond = now, nil
	}
	return tx.SaveImport(*next)
}

// away tells which rows with a mistake are about somebody who is kept away.
func (r *run) away(tx Tx, b *batch) (map[string]bool, error) {
	keys := b.mistaken()
	if len(keys) == 0 {
		return nil, nil
	}
	ledgers, err := tx.EventsByKey(keys...)
	out := map[string]bool{}
	for key, ledger := range ledgers {
		out[key] = r.in.KeptAway(ledger)
	}
	return out, err
}

// alone refuses to go on when another run of the same import has come further meanwhile.
func (r *run) alone(tx Tx) error {
	if r.job.DryRun {
		return nil
	}
	rows, err := tx.ImportRows(r.id)
	if err == nil && rows != r.report.Rows {
		err = errs.E("importing: run", errs.Conflict, "Another run of this import is at work. This one has stopped; nothing is done twice.", ErrAtWork)
	}
	return err
}
