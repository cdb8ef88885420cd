package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"assent/inbox/imappoll"
	"assent/internal/assembly"
	"assent/internal/config"
	"assent/internal/errs"
	"assent/internal/store"
	"assent/mailer/smtpsend"
	"assent/queue/redisq"
)

// settings reads and checks the settings for a use.
func (a *app) settings(use config.Use) (config.Config, error) {
	return config.Load(config.Source{Getenv: a.getenv, File: a.file, Use: use, Checks: config.URLChecks{
		SMTP:    func(s string) error { _, err := smtpsend.ParseURL(s); return err },
		Redis:   redisq.CheckURL,
		Mailbox: func(s string) error { _, err := imappoll.ParseURL(s); return err },
	}})
}

func (a *app) storeOptions(c config.Config) (store.Options, error) {
	keys, err := assembly.Keys(c)
	return store.Options{Keys: keys, Now: a.now, Folding: c.Folding}, err
}

// openStore opens the database that the settings name. The caller closes it.
func (a *app) openStore(ctx context.Context, c config.Config) (*store.DB, error) {
	o, err := a.storeOptions(c)
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, c.DatabaseURL.Reveal(), o)
	return db, fileTrouble(c, err)
}

// data reads the settings and opens the database, for commands that need no more.
func (a *app) data(ctx context.Context) (config.Config, *store.DB, error) {
	c, err := a.settings(config.Data)
	if err != nil {
		return c, nil, err
	}
	db, err := a.openStore(ctx, c)
	if err != nil {
		return c, nil, err
	}
	return c, db, a.keepJournal(ctx, c, db)
}

// keepJournal holds the database and its journal together. The file is closed with the process.
func (a *app) keepJournal(ctx context.Context, c config.Config, db *store.DB, more ...string) error {
	_, report, err := assembly.KeepJournal(ctx, db, assembly.JournalPath(c), a.now, more...)
	if err != nil {
		return errors.Join(err, db.Close())
	}
	if report.Replayed > 0 {
		fmt.Fprintf(a.stderr, "An older state of the database was restored: %s opt-outs, suppressions, restrictions or erasures that it lacked were carried out again.\n", thousands(report.Replayed))
	}
	if report.Repaired > 0 {
		fmt.Fprintln(a.stderr, "The journal's last line had been cut off by a crash, and was taken away.")
	}
	return nil
}

// fileTrouble says of an SQLite file what there is to do: there is no server that could be down.
func fileTrouble(c config.Config, err error) error {
	path, isFile := strings.CutPrefix(c.DatabaseURL.Reveal(), "sqlite:")
	if !isFile || errs.KindOf(err) != errs.Unavailable || !strings.HasPrefix(errs.Message(err), "The database cannot be reached") {
		return err
	}
	path, _, _ = strings.Cut(strings.TrimPrefix(path, "//"), "?")
	return errs.E("open database", errs.Unavailable,
		"The database file "+path+" cannot be opened. Check that its folder exists, that Assent may write to both, that it is an SQLite database, and ASSENT_DATABASE_URL.", err)
}
