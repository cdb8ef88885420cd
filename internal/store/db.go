package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net/url"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the PostgreSQL driver
	"github.com/pressly/goose/v3"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/internal/store/prepared"
	"assent/internal/token"
	"assent/mailer"
)

//go:embed migrations
var migrations embed.FS

type dialect uint8

const (
	sqlite dialect = iota
	postgres
)

// Options is what a store needs besides its database.
type Options struct {
	Keys *token.Keys // seals the ledger
	Now  func() time.Time
	// Folding says which spellings are one mailbox for opt-outs, suppressions and erasures.
	Folding address.Folding
	// Unsealed opens the database although the seal of its ledger does not fit, to find out what is wrong with it.
	Unsealed bool
}

// DB is an open database with the schema of this version.
type DB struct {
	write   *sql.DB // SQLite: one connection
	read    *sql.DB
	dialect dialect
	keys    *token.Keys
	now     func() time.Time
	journal *journalled // nil for none
	folding address.Folding

	planning planning
}

// Name returns "SQLite" or "PostgreSQL".
func (d *DB) Name() string {
	if d.dialect == postgres {
		return "PostgreSQL"
	}
	return "SQLite"
}

// Open opens the database at a URL such as "postgres://user@host/assent" or "sqlite:/var/lib/assent/assent.db", and checks that
// its schema is the one of this version and that its ledger was sealed with our secret. Errors are of kind
// Invalid for the settings and Unavailable for the database, with a sentence that says what to do.
func Open(ctx context.Context, databaseURL string, o Options) (*DB, error) {
	d, err := connect(ctx, databaseURL, o)
	if err != nil {
		return nil, err
	}
	if err := d.ready(ctx, o.Unsealed); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// Migrate brings the database at a URL to the schema of this version and returns the version
// it had and has. It refuses a newer schema. Data is never dropped.
func Migrate(ctx context.Context, databaseURL string, o Options) (from, to int64, err error) {
	d, err := connect(ctx, databaseURL, o)
	if err != nil {
		return 0, 0, err
	}
	defer d.Close()
	for tries, at := 0, int64(-1); tries < 20; tries++ {
		from, to, err = d.migrate(ctx)
		if kind := errs.KindOf(err); err == nil || kind != errs.Internal && kind != errs.Conflict && !isDeadlock(err) && !isBusy(err) {
			break
		}
		// Another process that migrates at the same moment gets in the way, on SQLite for longer than one wait for its lock. The next look finds its work done:
		// only tries that find the schema as the one before did are counted.
		if from > at {
			at, tries = from, 0
		}
	}
	return from, to, err
}

func (d *DB) migrate(ctx context.Context) (from, to int64, err error) {
	p, err := d.provider()
	if err != nil {
		return 0, 0, err
	}
	from, want, err := d.versions(ctx, p)
	if err != nil {
		return 0, 0, err
	}
	if from > want {
		return from, from, newer(from, want)
	}
	if _, err := p.Up(ctx); err != nil {
		return from, from, fail("store: migrate", err)
	}
	if err := d.seedHead(ctx); err != nil {
		return from, want, err
	}
	if err := d.refold(ctx); err != nil {
		return from, want, err
	}
	if err := d.seedAudit(ctx); err != nil {
		return from, want, err
	}
	return from, want, d.seedKeyring(ctx, from)
}

// Close ends all connections.
func (d *DB) Close() error {
	var all []error
	for _, pool := range []*sql.DB{d.write, d.read} {
		if pool != nil {
			all = append(all, pool.Close())
		}
	}
	return errors.Join(all...)
}

// Ping reports whether the database answers.
func (d *DB) Ping(ctx context.Context) error {
	return fail("store: ping", d.read.PingContext(ctx))
}

func connect(ctx context.Context, databaseURL string, o Options) (*DB, error) {
	const op = "store: connect"
	d := &DB{keys: o.Keys, now: o.Now, folding: o.Folding, planning: defaultPlanning()}
	var err error
	switch {
	case strings.HasPrefix(databaseURL, "postgres://"), strings.HasPrefix(databaseURL, "postgresql://"):
		d.dialect = postgres
		err = d.openPostgres(databaseURL)
	case strings.HasPrefix(databaseURL, "sqlite:"):
		d.dialect = sqlite
		err = d.openSQLite(strings.TrimPrefix(strings.TrimPrefix(databaseURL, "sqlite:"), "//"))
	default:
		return nil, errs.E(op, errs.Invalid, "ASSENT_DATABASE_URL must begin with postgres:// or sqlite:.", nil)
	}
	if err == nil {
		ping, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		err = d.read.PingContext(ping)
	}
	if err != nil {
		d.Close()
		return nil, errs.E(op, errs.Unavailable, "The database cannot be reached. Check ASSENT_DATABASE_URL and that the server runs.", stripURL(err, databaseURL))
	}
	return d, nil
}

// connectionsEach is the size of the two pools of a PostgreSQL. Reading has one of its own, so that the gate
// answers while many transactions wait for the ledger's end.
const connectionsEach = 12

func (d *DB) openPostgres(databaseURL string) (err error) {
	open := func() (*sql.DB, error) {
		db, err := sql.Open("pgx", databaseURL)
		if err == nil {
			db.SetMaxOpenConns(connectionsEach)
			db.SetMaxIdleConns(connectionsEach)
			db.SetConnMaxIdleTime(5 * time.Minute)
		}
		return db, err
	}
	if d.write, err = open(); err != nil {
		return err
	}
	d.read, err = open()
	return err
}

func (d *DB) openSQLite(path string) error {
	if path == "" {
		return errors.New("no file is named")
	}
	path, query, _ := strings.Cut(path, "?")
	own, err := url.ParseQuery(query)
	if err != nil {
		return err
	}
	// FULL: a withdrawal must be on the disk before it is acknowledged (H3).
	durable := "FULL"
	if own.Get("synchronous") == "normal" {
		durable = "NORMAL"
	}
	pragmas := url.Values{"_pragma": {
		"journal_mode(WAL)", "synchronous(" + durable + ")", "busy_timeout(10000)", "foreign_keys(1)",
		"secure_delete(1)", // what is erased is written over in the file
	}}
	// The writer's cache holds what a transaction of an import changes. Pages that many of them change go from the journal to their places once for several.
	const writing, reading = "&_txlock=immediate&_pragma=cache_size(-6000)&_pragma=wal_autocheckpoint(8000)", "&_pragma=cache_size(-32000)"
	open := func(extra string, conns int) (*sql.DB, error) {
		db, err := prepared.Open("file:" + (&url.URL{Path: path}).EscapedPath() + "?" + pragmas.Encode() + extra)
		if err == nil {
			db.SetMaxOpenConns(conns)
			db.SetMaxIdleConns(conns)
		}
		return db, err
	}
	if d.write, err = open(writing, 1); err != nil {
		return err
	}
	// WAL is a property of the file; the writer sets it before a reader looks.
	for range 100 { // several processes that open a new file at once get in each other's way for a moment
		if err = d.write.Ping(); !isBusy(err) {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if err != nil {
		return err
	}
	d.read, err = open(reading, 8)
	return err
}

// stripURL keeps a password out of an error's text.
func stripURL(err error, databaseURL string) error {
	u, perr := url.Parse(databaseURL)
	if perr != nil || u.User == nil {
		return err
	}
	password, _ := u.User.Password()
	if password == "" {
		return err
	}
	return errors.New(strings.ReplaceAll(err.Error(), password, "***"))
}

// SchemaDigest names the schema of this version: the SHA-256, in hex, of all migrations.
func SchemaDigest() string {
	h := sha256.New()
	// Embedded files are always readable, and walked in their order.
	_ = fs.WalkDir(migrations, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := fs.ReadFile(migrations, path)
		fmt.Fprintf(h, "%s %d %s", path, len(b), b)
		return err
	})
	return hex.EncodeToString(h.Sum(nil))
}

func (d *DB) provider() (*goose.Provider, error) {
	const op = "store: migrations"
	dir, kind := "migrations/sqlite", goose.DialectSQLite3
	if d.dialect == postgres {
		dir, kind = "migrations/postgres", goose.DialectPostgres
	}
	sub, err := fs.Sub(migrations, dir)
	if err != nil {
		return nil, errs.E(op, errs.Internal, "", err)
	}
	p, err := goose.NewProvider(kind, d.write, sub)
	if err != nil {
		return nil, errs.E(op, errs.Internal, "", err)
	}
	return p, nil
}

func (d *DB) versions(ctx context.Context, p *goose.Provider) (have, want int64, err error) {
	sources := p.ListSources()
	want = sources[len(sources)-1].Version
	if err := d.oldest(ctx); err != nil {
		return 0, want, err
	}
	have, err = p.GetDBVersion(ctx)
	return have, want, fail("store: schema version", err)
}

// oldest refuses a PostgreSQL that is too old for the SQL here.
func (d *DB) oldest(ctx context.Context) error {
	if d.dialect != postgres {
		return nil
	}
	var number int
	if err := d.read.QueryRowContext(ctx, "SELECT current_setting('server_version_num')::int").Scan(&number); err != nil {
		return fail("store: server version", err)
	}
	if number < 130000 {
		return errs.E("store: server version", errs.Unavailable,
			fmt.Sprintf("This PostgreSQL is version %d; Assent needs 13 or newer.", number/10000), nil)
	}
	return nil
}

func newer(have, want int64) error {
	return errs.E("store: schema version", errs.Unavailable,
		fmt.Sprintf("The database has schema %d, made by a newer Assent; this one knows up to %d. Run the newer version. Nothing was changed.", have, want), nil)
}

func (d *DB) ready(ctx context.Context, unsealed bool) error {
	p, err := d.provider()
	if err != nil {
		return err
	}
	have, want, err := d.versions(ctx, p)
	switch {
	case err != nil:
		return err
	case have > want:
		return newer(have, want)
	case have < want:
		return errs.E("store: schema version", errs.Unavailable,
			fmt.Sprintf("The database has schema %d; this Assent needs %d. Run 'assent migrate'.", have, want), nil)
	}
	head, sealed, err := d.Head(ctx)
	switch {
	case errs.KindOf(err) == errs.NotFound && unsealed:
		return nil
	case errs.KindOf(err) == errs.NotFound:
		return d.headless(ctx)
	case err != nil:
		return err
	}
	if !sealed && !unsealed {
		return errs.E("store: open", errs.Invalid, fmt.Sprintf(
			"The ledger's end (row %d) does not bear the seal of this ASSENT_SECRET. Either the secret is not the one this database was made with (after a change of it, run 'assent secret rotate'), or the ledger was changed by hand: 'assent verify' tells.", head.Seq), nil)
	}
	if err := d.openKeyring(ctx); err != nil && !unsealed {
		return err
	}
	if unsealed {
		return nil
	}
	return d.auditReady(ctx)
}

// headless says why the ledger has no end.
func (d *DB) headless(ctx context.Context) error {
	events, err := d.Events(ctx, math.MinInt64, 1)
	switch {
	case err != nil:
		return err
	case len(events) > 0:
		return errs.E("store: open", errs.Invalid, "The sealed end of the ledger was taken away: 'assent verify' tells. Compare this database with a backup.", nil)
	}
	return errs.E("store: open", errs.Unavailable, "The schema stands, but the ledger was never begun: a first 'assent migrate' was cut off. Run it again.", nil)
}

var _ mailer.Store = (*DB)(nil)
