package importing

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"assent/internal/address"
	"assent/internal/audit"
	"assent/internal/errs"
	"assent/subscriptions"
)

// Apart is a row in quarantine.
type Apart struct {
	ImportID  int64
	Line      int64
	ListID    int64
	Key       []byte
	Address   address.Address
	Name      string
	Language  string
	Source    string // where the file says that the data came from; "" where it does not
	Why       string // what is lacking, as a sentence
	CreatedAt time.Time
	AskedAt   time.Time // when the address was sent its one request for permission; zero for never
}

// AskStore keeps rows without evidence, and who was asked for permission.
type AskStore interface {
	subscriptions.Store
	Import(ctx context.Context, id int64) (Import, error)
	// Quarantined returns up to limit rows of an import (0 for all) behind a row, by import and line.
	Quarantined(ctx context.Context, importID int64, after Apart, limit int) ([]Apart, error)
	// UpdateAsking is Update for requests for permission.
	UpdateAsking(ctx context.Context, fn func(AskTx) error) error
	// Stale returns up to limit rows that came before a moment, and were not asked since it.
	Stale(ctx context.Context, before time.Time, limit int) ([]Apart, error)
}

// AskTx is a transaction on the ledger with what asking needs.
type AskTx interface {
	subscriptions.Tx
	// Asked reports which addresses were ever sent a request for permission, by string(key).
	Asked(keys ...[]byte) (map[string]bool, error)
	// KeepAsked notes for ever that an address was asked.
	KeepAsked(row Apart, eventSeq int64) error
	// Destroy deletes rows of quarantine, and empties the records of people who were only there to be asked and did not answer. It returns how many rows went.
	Destroy(rows []Apart, unanswered []int64) (int64, error)
}

// Asking sends people without evidence one request for permission, and destroys what nobody answered.
type Asking struct {
	Store AskStore
	Keys  Hasher
	Now   func() time.Time
	Kick  func()        // wakes the relay; may be nil
	Keep  time.Duration // how long a row stays; 0 is 30 days
}

// keepQuarantine is how long a row without evidence stays by itself.
const keepQuarantine = 30 * 24 * time.Hour

// AskCounts tells what became of the rows that were to be asked. Each is in one count.
type AskCounts struct {
	Asked   int64 // are sent a request
	Before  int64 // were asked before, and are not asked again
	Away    int64 // opted out, are suppressed or restricted: never asked
	OnList  int64 // are on the list by now
	Invalid int64 // cannot be written to
}

// asked at once, in one transaction
const askPage = 200

// Ask sends everybody whom an import put into quarantine a request for permission: one mail for each address, ever, and none to whoever opted out or is
// suppressed. It goes the way of every request to confirm. No answer means no mail. why says on what ground people are asked at all: a request for consent is itself
// direct marketing to whoever did not agree to it (ICO v Flybe, ICO v Honda, 2017), so somebody must answer for it; it is kept in the ledger and in the audit trail.
// Repeating it asks nobody twice. dry tells what would happen. Kind Refused for a list that is not open to requests.
func (a *Asking) Ask(ctx context.Context, importID int64, actor, why string, dry bool) (AskCounts, error) {
	const op = "importing: ask for permission"
	var counts AskCounts
	if strings.TrimSpace(why) == "" {
		return counts, errs.E(op, errs.Invalid, "Say on what ground these people may be asked at all: a mail that asks for consent is direct marketing itself.", nil)
	}
	if err := audit.CheckWhy(why); err != nil {
		return counts, errs.Wrap(op, err)
	}
	imp, err := a.Store.Import(ctx, importID)
	if err != nil {
		return counts, errs.Wrap(op, err)
	}
	in, err := subscriptions.OpenIntake(ctx, a.Store, imp.ListID, a.Now())
	if err != nil {
		return counts, errs.Wrap(op, err)
	}
	if err := in.MayAsk(); err != nil {
		return counts, errs.Wrap(op, err)
	}
	ctx = audit.For(audit.As(ctx, actor), why)
	for after := (Apart{}); ; {
		rows, err := a.Store.Quarantined(ctx, importID, after, askPage)
		if err != nil || len(rows) == 0 {
			return counts, errs.Wrap(op, err)
		}
		after = rows[len(rows)-1]
		next := counts
		err = a.Store.UpdateAsking(ctx, func(tx AskTx) (err error) {
			next, err = a.askPage(tx, in, imp, rows, counts, actor, why)
			if err == nil && dry {
				err = errDryRun
			}
			return err
		})
		if err != nil && !errors.Is(err, errDryRun) {
			return counts, errs.Wrap(op, err)
		}
		counts = next
		if a.Kick != nil && !dry {
			a.Kick()
		}
	}
}

func (a *Asking) askPage(tx AskTx, in subscriptions.Intake, imp Import, rows []Apart, counts AskCounts, actor, why string) (AskCounts, error) {
	now := a.Now()
	keys := make([][]byte, len(rows))
	for i, row := range rows {
		keys[i] = row.Key
	}
	asked, err := tx.Asked(keys...)
	if err != nil {
		return counts, err
	}
	ledgers, err := tx.EventsByKey(keys...)
	if err != nil {
		return counts, err
	}
	for _, row := range rows {
		key := string(row.Key)
		verdict, _ := in.Judge(subscriptions.Act{}, "x", ledgers[key], now)
		switch {
		case row.Address.IsZero(): // erased meanwhile
			counts.Invalid++
		case asked[key]:
			counts.Before++
		case verdict == subscriptions.Unchanged:
			counts.OnList++
		case verdict == subscriptions.NotTaken:
			counts.Away++
		default:
			asked[key] = true
			counts.Asked++
			if err := a.ask(tx, in, imp, row, actor, why, now); err != nil {
				return counts, err
			}
		}
	}
	return counts, nil
}

// ask records one request and has it sent.
func (a *Asking) ask(tx AskTx, in subscriptions.Intake, imp Import, row Apart, actor, why string, now time.Time) error {
	person, known, err := tx.SubscriberByKey(row.Key)
	switch {
	case err != nil:
		return err
	case !known:
		person = subscriptions.Subscriber{Key: row.Key, Address: row.Address, Name: row.Name, Language: row.Language, Source: row.Source, CreatedAt: now, UpdatedAt: now}
		err = tx.CreateSubscribers([]*subscriptions.Subscriber{&person})
	case person.Address.IsZero():
		person.Address, person.Name, person.Language = row.Address, row.Name, row.Language
		err = tx.UpdateSubscriber(person)
	}
	if err != nil {
		return err
	}
	origin := row.Source
	if origin == "" {
		origin = "the file " + imp.FileName
	}
	ask := subscriptions.PermissionRequest{
		Person: person, Actor: actor, ImportID: imp.ID, Salt: subscriptions.Salts(1)[0],
		Evidence: subscriptions.Evidence{"asked": "permission request", "origin": origin, "ground": why, "line": fmt.Sprint(row.Line), "held_since": row.CreatedAt.UTC().Format(time.DateOnly)},
	}
	seq, err := in.Ask(tx, ask, now)
	if err != nil {
		return err
	}
	return tx.KeepAsked(row, seq)
}

// Swept tells what was destroyed.
type Swept struct {
	Rows   int64
	People int64 // records that were only there to be asked
}

// Sweep destroys rows that stayed in quarantine for as long as they may, asked or not: whoever did not answer by then said no by it. Records of those who were only there to be asked
// are emptied. It is safe to repeat.
func (a *Asking) Sweep(ctx context.Context) (Swept, error) {
	const op = "importing: sweep quarantine"
	keep := a.Keep
	if keep == 0 {
		keep = keepQuarantine
	}
	var out Swept
	for {
		rows, err := a.Store.Stale(ctx, a.Now().Add(-keep), askPage)
		if err != nil || len(rows) == 0 {
			return out, errs.Wrap(op, err)
		}
		err = a.Store.UpdateAsking(ctx, func(tx AskTx) error {
			unanswered, err := a.unanswered(tx, rows)
			if err != nil {
				return err
			}
			n, err := tx.Destroy(rows, unanswered)
			if err == nil && n == 0 {
				err = errs.E(op, errs.Internal, "", errors.New("nothing went"))
			}
			out.Rows, out.People = out.Rows+n, out.People+int64(len(unanswered))
			return err
		})
		if err != nil {
			return out, errs.Wrap(op, err)
		}
	}
}

// unanswered returns the people of some rows of whom the ledger knows nothing but that they were asked.
func (a *Asking) unanswered(tx AskTx, rows []Apart) (people []int64, err error) {
	var keys [][]byte
	seen := map[string]bool{}
	for _, row := range rows {
		if !row.AskedAt.IsZero() && !seen[string(row.Key)] {
			seen[string(row.Key)] = true
			keys = append(keys, row.Key)
		}
	}
	ledgers, err := tx.EventsByKey(keys...)
	for _, key := range keys {
		ledger := ledgers[string(key)]
		if len(ledger) == 1 && ledger[0].Kind == subscriptions.Requested && ledger[0].Channel == subscriptions.ByImport {
			people = append(people, ledger[0].SubscriberID)
		}
	}
	return people, err
}
