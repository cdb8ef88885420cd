package subscriptions

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"assent/internal/audit"
	"assent/internal/errs"
)

// rowVerdict is what becomes of a row.
type rowVerdict uint8

const (
	rowGranted rowVerdict = iota
	rowUnchanged
	rowDuplicate
	rowQuarantined
	rowRefused
	rowInvalid
)

// importedRow is a row on its way.
type importedRow struct {
	line    int64
	raw     string
	act     Act
	key     []byte // nil for an invalid row
	verdict rowVerdict
	reason  string
	tells   string // digest of the notice by which a person who is enrolled knows of the purpose; "" where a notice run must tell first
}

// importedBatch is the rows of one transaction.
type importedBatch struct {
	rows  []importedRow
	ended bool // the file has no more
}

func (b *importedBatch) add(row importedRow) { b.rows = append(b.rows, row) }

// markDuplicates finds addresses that an earlier row had. A row without evidence does not make a later one with evidence a duplicate.
func (b *importedBatch) markDuplicates(ctx context.Context, seen Seen) error {
	var keys [][]byte
	var of []int
	for i, row := range b.rows {
		if row.key == nil {
			continue
		}
		keys, of = append(keys, append([]byte{byte(row.verdict)}, row.key...)), append(of, i)
	}
	before, err := seen.Add(ctx, keys)
	if err != nil {
		return err
	}
	for k, i := range of {
		if before[k] {
			b.rows[i].verdict = rowDuplicate
		}
	}
	return nil
}

// keys returns the addresses whose ledger decides.
func (b *importedBatch) keys() [][]byte {
	var keys [][]byte
	for _, row := range b.rows {
		if row.verdict == rowGranted || row.verdict == rowQuarantined {
			keys = append(keys, row.key)
		}
	}
	return keys
}

// settle decides about a batch and keeps what came of it, in one transaction.
func (r *importRun) settle(ctx context.Context, b *importedBatch) error {
	now := r.im.Now()
	next := r.report.Import
	err := r.im.Store.UpdateImport(audit.As(ctx, r.job.Actor), func(tx ImportTx) error {
		next = r.report.Import
		if err := r.alone(tx); err != nil {
			return err
		}
		people, err := r.judge(tx, b, now)
		if err != nil {
			return err
		}
		next.count(b)
		if next.Rejects, err = r.job.Rejects.Write(b.rejects()); err != nil {
			return err
		}
		if r.job.DryRun {
			return errDryRun
		}
		if b.ended {
			next.FinishedAt = now
		}
		return r.keep(tx, b, people, next, now)
	})
	if err != nil && !errors.Is(err, errDryRun) {
		return err
	}
	r.report.Import = next
	return nil
}

// alone refuses to go on when another run of the same import has come further meanwhile.
func (r *importRun) alone(tx ImportTx) error {
	if r.job.DryRun {
		return nil
	}
	rows, err := tx.ImportRows(r.report.ID)
	if err == nil && rows != r.report.Rows {
		err = errs.E("subscriptions: import", errs.Conflict, "Another run of this import is at work. This one has stopped; nothing is done twice.", nil)
	}
	return err
}

// judge gives each row of a batch its verdict by the ledger, and returns the people on record by key.
func (r *importRun) judge(tx ImportTx, b *importedBatch, now time.Time) (map[string]Subscriber, error) {
	keys := b.keys()
	if len(keys) == 0 {
		return nil, nil
	}
	ledgers, err := tx.EventsByKey(keys...)
	if err != nil {
		return nil, err
	}
	for i := range b.rows {
		if row := &b.rows[i]; row.verdict == rowGranted || row.verdict == rowQuarantined {
			row.verdict, row.reason = judgeImported(*row, ListScope(r.job.List), r.purpose, Fold(ledgers[string(row.key)]), now)
			if r.kind == Enrolled {
				row.tells = tellsOf(r.purpose, r.notice, r.notices, ledgers[string(row.key)])
			}
		}
	}
	return tx.SubscribersByKey(keys...)
}

// judgeImported decides about one row from the ledger of its address. No import undoes an opt-out (H3), and a permission counts from the person's
// act and not from the day of the import.
func judgeImported(row importedRow, list Scope, purpose Purpose, st State, now time.Time) (rowVerdict, string) {
	d := Decide(Question{Lists: []Scope{list}}, st, now)
	expires := purpose.Expiry(row.act.ActedAt)
	switch {
	case d.Reason == Allowed:
		return rowUnchanged, ""
	case st.RestrictedBy != 0:
		return rowRefused, "This person's data may only be stored (restriction of processing)."
	case st.Barred(list):
		return rowRefused, "This person opted out, or the address is suppressed. Only an act of their own can change that: have them subscribe through the form."
	case row.verdict == rowQuarantined:
		return rowQuarantined, row.reason
	case purpose.acted(row.act.ActedAt) != nil: // a row without a date may be from before
		return rowRefused, errs.Message(purpose.acted(row.act.ActedAt))
	case !row.act.ActedAt.IsZero() && !expires.IsZero() && !now.Before(expires):
		return rowRefused, fmt.Sprintf("The permission ended on %s, for it lasts %d days from the act. Ask the person again.", expires.Format(time.DateOnly), int(purpose.Term.Hours()/24))
	}
	return rowGranted, ""
}

func (c *ImportCounts) count(b *importedBatch) {
	of := map[rowVerdict]*int64{
		rowGranted: &c.Granted, rowUnchanged: &c.Unchanged, rowDuplicate: &c.Duplicates,
		rowQuarantined: &c.Quarantined, rowRefused: &c.Refused, rowInvalid: &c.Invalid,
	}
	for _, row := range b.rows {
		c.Rows++
		*of[row.verdict]++
	}
}

func (b *importedBatch) rejects() []Reject {
	var out []Reject
	for _, row := range b.rows {
		if row.verdict == rowRefused || row.verdict == rowInvalid || row.verdict == rowQuarantined {
			out = append(out, Reject{Line: row.line, Reason: row.reason, Row: row.raw})
		}
	}
	return out
}

// keep writes what came of a batch: people, ledger events, quarantine and progress.
func (r *importRun) keep(tx ImportTx, b *importedBatch, people map[string]Subscriber, next Import, now time.Time) error {
	var apart []Quarantined
	var granted []importedRow
	for _, row := range b.rows {
		switch row.verdict {
		case rowGranted:
			granted = append(granted, row)
		case rowQuarantined:
			apart = append(apart, Quarantined{Line: row.line, Key: row.key, Act: row.act, Why: row.reason})
		}
	}
	ids, err := r.enter(tx, granted, people, now)
	if err != nil {
		return err
	}
	wordings := map[string]string{"": ""}
	events := make([]Event, 0, len(granted))
	for _, row := range granted {
		e, err := r.event(tx, row, ids[string(row.key)], wordings, now)
		if err != nil {
			return err
		}
		events = append(events, e)
	}
	return firstOf(tx.Append(events), tx.Quarantine(r.report.ID, apart), tx.SaveImport(next))
}

// enter puts people on record who are not, and adds to the others what was not known of them. It returns their row numbers by key.
func (r *importRun) enter(tx ImportTx, granted []importedRow, people map[string]Subscriber, now time.Time) (map[string]int64, error) {
	ids := make(map[string]int64, len(granted))
	var fresh []*Subscriber
	for _, row := range granted {
		person, known := people[string(row.key)]
		if !known {
			p := &Subscriber{Key: row.key, Address: row.act.Address, Name: row.act.Name, Language: row.act.Language, Source: row.act.Source, CreatedAt: now, UpdatedAt: now}
			p.complete(r.slug, row.act)
			fresh = append(fresh, p)
			continue
		}
		ids[string(row.key)] = person.ID
		if person.complete(r.slug, row.act) {
			if err := tx.UpdateSubscriber(person); err != nil {
				return nil, err
			}
		}
	}
	if err := tx.CreateSubscribers(fresh); err != nil {
		return nil, err
	}
	for _, p := range fresh {
		ids[string(p.Key)] = p.ID
	}
	return ids, nil
}

// complete takes over what is not known of a person yet, and reports whether there was anything. It never overwrites.
func (s *Subscriber) complete(programme string, a Act) (changed bool) {
	for _, f := range []struct{ have, told *string }{{&s.Name, &a.Name}, {&s.Language, &a.Language}} {
		if *f.have == "" && *f.told != "" {
			*f.have, changed = *f.told, true
		}
	}
	for name, value := range a.Attributes {
		if _, known := s.Attributes[programme][name]; known {
			continue
		}
		if s.Attributes == nil {
			s.Attributes = Attributes{}
		}
		if s.Attributes[programme] == nil {
			s.Attributes[programme] = map[string]any{}
		}
		s.Attributes[programme][name], changed = value, true
	}
	return changed
}

// event builds the ledger entry of a row. It claims no more than the file does: the wording only where a row has it, and a notice only for
// who is enrolled and will be told by the first message; nobody knows which one the others saw.
func (r *importRun) event(tx ImportTx, row importedRow, person int64, wordings map[string]string, now time.Time) (Event, error) {
	digest, kept := wordings[row.act.Wording]
	if !kept {
		var err error
		if digest, err = tx.KeepText(row.act.Wording); err != nil {
			return Event{}, err
		}
		wordings[row.act.Wording] = digest
	}
	if err := CheckAct(r.kind, row.act, now); err != nil {
		return Event{}, err
	}
	acted := row.act.ActedAt
	if acted.IsZero() {
		acted = now
	}
	e := Event{
		At: now, Kind: r.kind, Scope: ListScope(r.job.List), SubscriberID: person, AddressKey: row.key,
		Channel: ByImport, Actor: r.job.Actor, Source: "import " + strconv.FormatInt(r.report.ID, 10),
		WordingDigest: digest, NoticeDigest: row.tells, ExpiresAt: r.purpose.Expiry(acted),
	}
	row.act.Evidence["line"] = strconv.FormatInt(row.line, 10)
	var err error
	e.Evidence, e.Salt, err = sealEvidence(row.act.Evidence)
	return e, err
}
