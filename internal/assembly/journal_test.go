package assembly_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/assembly"
	"assent/internal/csvfile"
	"assent/internal/errs"
	"assent/internal/journal"
	"assent/internal/scratch"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/subscriptions"
	"assent/subscriptions/importing"
)

// vault is a database with its journal, which can be put back to what it was.
type vault struct {
	t       *testing.T
	url     string
	dir     string
	log     bytes.Buffer
	db      *store.DB
	journal *journal.File
	report  assembly.JournalReport
	people  *subscriptions.Service
	keeper  *subscriptions.Keeper
	list    subscriptions.List
}

// eachVault runs a test on both databases. A backup is a copy of the file, or what pg_dump writes.
func eachVault(t *testing.T, test func(t *testing.T, v *vault)) {
	t.Helper()
	for name, url := range map[string]func(testing.TB) string{"SQLite": storetest.SQLiteURL, "PostgreSQL": storetest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newVault(t, url(t)))
		})
	}
}

// newVault opens a vault on one database, for what is the journal's business alone.
func newVault(t *testing.T, url string) *vault {
	t.Helper()
	v := &vault{t: t, url: url, dir: t.TempDir()}
	storetest.Open(t, v.url, time.Now).Close()
	v.open()
	t.Cleanup(v.close)
	v.declare()
	return v
}

func (v *vault) ok(err error) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
}

func (v *vault) path() string { return filepath.Join(v.dir, "journal") }

func (v *vault) open() {
	v.t.Helper()
	v.ok(v.tryOpen())
}

func (v *vault) tryOpen(more ...string) (err error) {
	if v.db, err = store.Open(v.t.Context(), v.url, store.Options{Keys: storetest.Keys(v.t), Now: time.Now}); err != nil {
		return err
	}
	if v.journal, v.report, err = assembly.KeepJournal(v.t.Context(), v.db, v.path(), time.Now, more...); err != nil {
		return errors.Join(err, v.db.Close())
	}
	v.report.Tell(slog.New(slog.NewTextHandler(&v.log, nil)))
	v.people = &subscriptions.Service{Store: v.db, Keys: v.db.HouseKeys(), Now: time.Now}
	v.keeper = &subscriptions.Keeper{Store: v.db, Keys: v.db.HouseKeys(), Now: time.Now}
	return nil
}

func (v *vault) close() {
	if v.journal != nil {
		v.journal.Close()
		v.db.Close()
		v.journal = nil
	}
}

func (v *vault) declare() {
	v.t.Helper()
	ctx := v.t.Context()
	p, err := v.people.CreateProgramme(ctx, subscriptions.Programme{
		Slug: "harbour", Name: "Harbour News", Owner: "Harbour Board", Controller: "Harbour Board", PostalAddress: "1 Quay, Porthaven PH1 1AA",
		Contact: subscriptions.Contact{Name: "Sam Poole", Address: address.Must("contact@harbour.example")}, FromName: "Harbour News", FromAddress: address.Must("news@harbour.example"),
	})
	v.ok(err)
	u, err := v.people.CreatePurpose(ctx, subscriptions.Purpose{ProgrammeID: p.ID, Slug: "news", Name: "News", Basis: subscriptions.Consent, Class: subscriptions.Newsletter})
	v.ok(err)
	n, err := v.people.PublishNotice(ctx, subscriptions.NoticeDraft{ProgrammeID: p.ID, Texts: map[string]string{"en": "How we use your data."}, Override: "a test"})
	v.ok(err)
	v.list, err = v.people.CreateList(ctx, subscriptions.List{ProgrammeID: p.ID, PurposeID: u.ID, NoticeID: n.ID, Slug: "news", Name: "News", Wording: "Send me the news.", DoubleOptIn: true, Public: true})
	v.ok(err)
}

func (v *vault) agrees(addr string) {
	v.t.Helper()
	name := "Bea Marlowe"
	if strings.HasPrefix(addr, "ann") {
		name = "Ann Quillfeather"
	}
	_, err := v.people.Grant(v.t.Context(), subscriptions.Act{
		ListID: v.list.ID, Address: address.Must(addr), Name: name, Channel: subscriptions.ByStaff, Actor: "user:1", Source: "stand",
		Evidence: subscriptions.Evidence{"act": "signed the form as " + addr},
	})
	v.ok(err)
}

// backup returns what puts the database back to what it is now.
func (v *vault) backup() (restore func()) {
	v.t.Helper()
	path, isFile := strings.CutPrefix(v.url, "sqlite:")
	dump := filepath.Join(v.t.TempDir(), "dump")
	if isFile {
		path, _, _ = strings.Cut(path, "?")
		v.close()
		b, err := os.ReadFile(path)
		v.ok(err)
		v.ok(os.WriteFile(dump, b, 0o600))
		v.open()
		return func() {
			v.close()
			for _, tail := range []string{"-wal", "-shm"} {
				if err := os.Remove(path + tail); err != nil && !errors.Is(err, fs.ErrNotExist) {
					v.t.Fatal(err)
				}
			}
			v.ok(os.WriteFile(path, b, 0o600))
		}
	}
	u, err := url.Parse(v.url)
	v.ok(err)
	u.RawQuery = ""
	v.command("pg_dump", "--clean", "--if-exists", "--file", dump, u.String())
	return func() {
		v.close()
		v.command("psql", "--quiet", "--set", "ON_ERROR_STOP=1", "--file", dump, u.String())
	}
}

func (v *vault) command(name string, args ...string) {
	v.t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		v.t.Skipf("%s is not installed", name)
	}
	c := exec.CommandContext(v.t.Context(), name, args...)
	if out, err := c.CombinedOutput(); err != nil {
		v.t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// brings imports a file with one address, whose evidence is in order.
func (v *vault) brings(addr string) importing.Counts {
	v.t.Helper()
	file := "address,act,acted_at,source,name\n" + addr + ",ticked the box,2026-01-02,old system,Ann Quillfeather\n"
	survey, err := csvfile.Examine(strings.NewReader(file), csvfile.UTF8)
	v.ok(err)
	seen, err := scratch.Open(survey.Lines)
	v.ok(err)
	defer seen.Close()
	im := &importing.Importer{Store: v.db, Keys: v.db.HouseKeys(), Now: time.Now}
	r, err := im.Run(v.t.Context(), importing.Job{
		List: v.list, FileName: "people.csv", Survey: survey, Rows: csvfile.NewReader(strings.NewReader(file), survey), Actor: "user:1", Rejects: &rejects{}, Seen: seen,
	})
	v.ok(err)
	return r.Counts
}

// rejects keeps what an import did not take.
type rejects struct{ rows []importing.Reject }

func (r *rejects) Rewind(int64) error { return nil }

func (r *rejects) Write(_ importing.Tx, _ int64, rows []importing.Reject) (int64, error) {
	r.rows = append(r.rows, rows...)
	return int64(len(r.rows)), nil
}

func (v *vault) state(addr string) subscriptions.State {
	v.t.Helper()
	events, err := v.db.EventsByKey(v.t.Context(), v.db.HouseKeys().AddressKey(address.Must(addr)))
	v.ok(err)
	return subscriptions.Fold(events)
}

func (v *vault) mailable(addr string) bool {
	v.t.Helper()
	q := subscriptions.Question{Lists: []subscriptions.Scope{subscriptions.ListScope(v.list)}}
	return subscriptions.Decide(q, v.state(addr), time.Now()).Reason == subscriptions.Allowed
}

// traces returns where an address or name stands: in the database, its files, the journal and the log.
func (v *vault) traces(ctx context.Context, words ...string) (found []string) {
	v.t.Helper()
	text := v.log.String()
	if path, isFile := strings.CutPrefix(v.url, "sqlite:"); isFile {
		path, _, _ = strings.Cut(path, "?")
		entries, err := os.ReadDir(filepath.Dir(path))
		v.ok(err)
		for _, e := range entries {
			b, err := os.ReadFile(filepath.Join(filepath.Dir(path), e.Name()))
			v.ok(err)
			text += string(b)
		}
	} else {
		u, err := url.Parse(v.url)
		v.ok(err)
		u.RawQuery = ""
		dump := filepath.Join(v.t.TempDir(), "after")
		v.command("pg_dump", "--data-only", "--file", dump, u.String())
		b, err := os.ReadFile(dump)
		v.ok(err)
		text += string(b)
	}
	b, err := os.ReadFile(v.path())
	v.ok(err)
	text = strings.ToLower(text + string(b))
	for _, w := range words {
		if strings.Contains(text, w) {
			found = append(found, w)
		}
		if strings.Contains(text, fmt.Sprintf("%x", w)) { // bytea in a dump
			found = append(found, w+" in hex")
		}
	}
	return found
}

// Erase, restore yesterday's dump, import the address in odd case: the person stays away, and nothing holds the address.
func TestAnErasedPersonStaysAwayThroughARestoredBackupAndAnImport(t *testing.T) {
	t.Parallel()
	eachVault(t, func(t *testing.T, v *vault) {
		const ann = "ann.quillfeather@example.org"
		v.agrees(ann)
		v.agrees("bea@example.net")
		restore := v.backup()
		person, err := v.db.SubscriberByKey(t.Context(), v.db.HouseKeys().AddressKey(address.Must(ann)))
		v.ok(err)
		_, err = v.keeper.Erase(t.Context(), subscriptions.ErasureRequest{SubscriberID: person.ID, Ground: subscriptions.GroundRequest, Actor: "user:1", Untold: "told by phone"})
		v.ok(err)
		restore()
		v.open()
		if v.report.Replayed != 1 {
			t.Errorf("the report is %+v", v.report)
		}
		if counts := v.brings("ANN.Quillfeather@EXAMPLE.org"); counts.Refused != 1 || counts.Granted != 0 {
			t.Errorf("the import took %+v", counts)
		}
		if v.mailable(ann) || !v.mailable("bea@example.net") {
			t.Errorf("ann may be mailed: %t, bea: %t", v.mailable(ann), v.mailable("bea@example.net"))
		}
		v.ok(v.keeper.Store.Scrub(t.Context()))
		if found := v.traces(t.Context(), "quillfeather@example.org", "ann quillfeather"); len(found) > 0 {
			t.Errorf("it still stands somewhere: %s", found)
		}
		if _, err := subscriptions.VerifyLedger(t.Context(), v.db); err != nil {
			t.Errorf("the ledger: %v", err)
		}
		v.close()
		v.open()
		if v.report.Replayed != 0 || v.report.Noted != 0 {
			t.Errorf("the next start did it again: %+v", v.report)
		}
	})
}

func TestARestoredBackupBringsNobodyBack(t *testing.T) {
	t.Parallel()
	eachVault(t, func(t *testing.T, v *vault) {
		for _, who := range []string{"left", "complained", "restricted", "released", "back", "paused", "stays"} {
			v.agrees(who + "@example.org")
		}
		v.ok(v.people.Restrict(t.Context(), v.person("released").ID, "user:1", "accuracy contested"))
		restore := v.backup()
		v.leaves("left")
		_, err := v.people.Suppress(t.Context(), v.withdrawal("complained"), "complaint")
		v.ok(err)
		v.ok(v.people.Restrict(t.Context(), v.person("restricted").ID, "user:1", "accuracy contested"))
		v.ok(v.people.Release(t.Context(), v.person("released").ID, "user:1", ""))
		v.leaves("back")
		restore()
		v.open()
		if v.report.Replayed != 5 {
			t.Errorf("the report is %+v", v.report)
		}
		v.agrees("back@example.org") // again, by a fresh act, on the restored database
		for i := range 3 {
			for who, may := range map[string]bool{"left": false, "complained": false, "restricted": false, "released": true, "back": true, "paused": true, "stays": true} {
				if v.mailable(who+"@example.org") != may {
					t.Errorf("start %d: %s may be mailed: %t", i, who, !may)
				}
			}
			v.close()
			v.open() // a fresh act is not undone by an old line
		}
		if _, err := subscriptions.VerifyLedger(t.Context(), v.db); err != nil {
			t.Errorf("the ledger: %v", err)
		}
	})
}

func (v *vault) person(name string) subscriptions.Subscriber {
	v.t.Helper()
	p, err := v.db.SubscriberByKey(v.t.Context(), v.db.HouseKeys().AddressKey(address.Must(name+"@example.org")))
	v.ok(err)
	return p
}

func (v *vault) withdrawal(name string) subscriptions.Withdrawal {
	return subscriptions.Withdrawal{Address: address.Must(name + "@example.org"), Scope: subscriptions.ListScope(v.list), Channel: subscriptions.ByLink, Actor: "subscriber"}
}

func (v *vault) leaves(name string) {
	v.t.Helper()
	_, err := v.people.Withdraw(v.t.Context(), v.withdrawal(name))
	v.ok(err)
}

func TestAMissingJournalIsGivenAllThatTheLedgerHas(t *testing.T) {
	t.Parallel()
	v := newVault(t, storetest.SQLiteURL(t))
	for i := range 5 {
		v.agrees(fmt.Sprintf("p%d@example.org", i))
		v.leaves(fmt.Sprintf("p%d", i))
	}
	v.close()
	v.ok(os.Remove(v.path()))
	v.open()
	if v.report.Noted != 5 || v.report.Replayed != 0 {
		t.Errorf("the report is %+v", v.report)
	}
}

func TestAForgedJournalStopsTheStart(t *testing.T) {
	t.Parallel()
	v := newVault(t, storetest.SQLiteURL(t))
	v.agrees("ann@example.org")
	restore := v.backup()
	v.leaves("ann")
	v.leaves("stranger")
	restore()
	b, err := os.ReadFile(v.path())
	v.ok(err)
	v.ok(os.WriteFile(v.path(), bytes.Replace(b, []byte("withdrawn"), []byte("suppresse"), 1), 0o600))
	if err := v.tryOpen(); errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Message(err), "Line 2 of the journal") {
		t.Errorf("got %v", err)
	}
	v.ok(os.WriteFile(v.path(), b, 0o600))
	v.open()
	if v.mailable("ann@example.org") {
		t.Error("nothing was replayed")
	}
}

func TestAnotherMachinesJournalIsReplayedToo(t *testing.T) {
	t.Parallel()
	v := newVault(t, storetest.SQLiteURL(t))
	v.agrees("ann@example.org")
	restore := v.backup()
	v.leaves("ann")
	v.close()
	other := filepath.Join(t.TempDir(), "other")
	v.ok(os.Rename(v.path(), other))
	v.open()
	restore()
	v.ok(os.Remove(v.path())) // this machine knew nothing of it
	v.ok(v.tryOpen(other))
	if v.report.Replayed != 1 || v.mailable("ann@example.org") {
		t.Errorf("the report is %+v", v.report)
	}
}

// What cannot be noted is not acknowledged; once it can, it is, whoever asks.
func TestNothingIsAcknowledgedWhileTheJournalIsAway(t *testing.T) {
	t.Parallel()
	eachVault(t, func(t *testing.T, v *vault) {
		v.agrees("ann@example.org")
		v.ok(os.Rename(v.path(), v.path()+".away"))
		for range 2 {
			if _, err := v.people.Withdraw(t.Context(), v.withdrawal("ann")); errs.KindOf(err) != errs.Unavailable {
				t.Errorf("got %v", err)
			}
		}
		v.ok(os.Rename(v.path()+".away", v.path()))
		out, err := v.people.Withdraw(t.Context(), v.withdrawal("ann"))
		if err != nil || !out.Already {
			t.Errorf("got %+v, %v", out, err)
		}
		last, any, err := v.journal.Last()
		if err != nil || !any || last.Kind != string(subscriptions.Withdrawn) {
			t.Errorf("the journal's last line is %+v, %t, %v", last, any, err)
		}
	})
}

// Whoever waits for the journal together is noted together, each once.
func TestManyOptOutsAtOnceAreAllNoted(t *testing.T) {
	t.Parallel()
	eachVault(t, func(t *testing.T, v *vault) {
		var wg sync.WaitGroup
		for i := range 30 {
			wg.Go(func() {
				if _, err := v.people.Withdraw(t.Context(), v.withdrawal(fmt.Sprint("p", i))); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		keys := map[string]bool{}
		v.ok(v.journal.Each(func(e journal.Entry) error { keys[string(e.AddressKey)] = true; return nil }))
		if len(keys) != 30 {
			t.Errorf("%d of 30 are in the journal", len(keys))
		}
	})
}
