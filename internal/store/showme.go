package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"assent/subscriptions"
	"assent/subscriptions/showme"
)

// snapshot runs fn on the database as it is at one moment.
func (d *DB) snapshot(ctx context.Context, fn func(conn) error) error {
	var o *sql.TxOptions
	if d.dialect == postgres {
		o = &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	}
	tx, err := d.read.BeginTx(ctx, o)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	return fn(conn{tx, d.dialect, nil, nil})
}

// Dossier implements showme.Store.
func (d *DB) Dossier(ctx context.Context, key []byte) (showme.Dossier, error) {
	x := showme.Dossier{
		Key: key, Texts: map[string]string{}, Lists: map[int64]subscriptions.List{}, Purposes: map[int64]subscriptions.Purpose{}, Programmes: map[int64]string{},
	}
	err := d.snapshot(ctx, func(c conn) (err error) {
		if x.Head, _, err = d.headOf(ctx, c, false); err != nil {
			return err
		}
		person, err := scanSubscriber(c.row(ctx, `SELECT `+subscriberColumns+` FROM subscribers WHERE address_key = ?`, key))
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		ledgers, eventsErr := eventsByKey(ctx, c, [][]byte{key})
		if eventsErr != nil {
			return eventsErr
		}
		x.Events = ledgers[string(key)]
		for _, read := range []func(context.Context, *showme.Dossier) error{c.dossierTexts, c.dossierCatalogue, c.dossierSeal} {
			if err := read(ctx, &x); err != nil {
				return err
			}
		}
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		x.Person = &person
		for _, read := range []func(context.Context, *showme.Dossier) error{c.dossierMessages, c.dossierLetters, c.dossierCases} {
			if err := read(ctx, &x); err != nil {
				return err
			}
		}
		return nil
	})
	return x, fail("store: dossier", err)
}

// dossierTexts reads the words that the events name, and which notices they were.
func (c conn) dossierTexts(ctx context.Context, x *showme.Dossier) error {
	var digests []string
	for _, e := range x.Events {
		for _, digest := range []string{e.WordingDigest, e.NoticeDigest} {
			if _, asked := x.Texts[digest]; digest != "" && !asked {
				digests, x.Texts[digest] = append(digests, digest), ""
			}
		}
	}
	return pages(digests, keysAtOnce, func(page []string) error {
		rows, err := c.query(ctx, `SELECT digest, body FROM texts WHERE digest IN (`+marks(len(page))+`)`, anys(page)...)
		_, err = collect(rows, err, func(s scanner) (none struct{}, err error) {
			var digest, body string
			err = s.Scan(&digest, &body)
			x.Texts[digest] = body
			return none, err
		})
		if err != nil {
			return err
		}
		rows, err = c.query(ctx, `SELECT p.name, n.version, n.digest, n.published_at FROM notices n JOIN programmes p ON p.id = n.programme_id
			WHERE n.digest IN (`+marks(len(page))+`) ORDER BY n.programme_id, n.version`, anys(page)...)
		notices, err := collect(rows, err, func(s scanner) (n showme.Notice, err error) {
			var at int64
			err = s.Scan(&n.Programme, &n.Version, &n.Digest, &at)
			n.PublishedAt = moment(at)
			return n, err
		})
		x.Notices = append(x.Notices, notices...)
		return err
	})
}

// dossierCatalogue reads all lists, purposes and programmes: there are few.
func (c conn) dossierCatalogue(ctx context.Context, x *showme.Dossier) error {
	rows, err := c.query(ctx, `SELECT l.id, l.programme_id, l.purpose_id, l.name, u.name, u.basis, p.name FROM lists l
		JOIN purposes u ON u.id = l.purpose_id JOIN programmes p ON p.id = l.programme_id`)
	_, err = collect(rows, err, func(s scanner) (none struct{}, err error) {
		var l subscriptions.List
		var u subscriptions.Purpose
		var programme string
		err = s.Scan(&l.ID, &l.ProgrammeID, &l.PurposeID, &l.Name, &u.Name, &u.Basis, &programme)
		x.Lists[l.ID], x.Purposes[l.PurposeID], x.Programmes[l.ProgrammeID] = l, u, programme
		return none, err
	})
	if err != nil {
		return err
	}
	rows, err = c.query(ctx, `SELECT id, programme_id FROM purposes`) // those that no list serves
	_, err = collect(rows, err, func(s scanner) (none struct{}, err error) {
		var id, programme int64
		err = s.Scan(&id, &programme)
		u := x.Purposes[id]
		u.ID, u.ProgrammeID = id, programme
		x.Purposes[id] = u
		return none, err
	})
	return err
}

func (c conn) dossierSeal(ctx context.Context, x *showme.Dossier) error {
	k, err := scanSeal(c.row(ctx, `SELECT `+sealColumns+` FROM seals ORDER BY id DESC LIMIT 1`))
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	x.Seal = k.Text()
	return err
}

// dossierMessages reads what was sent to the person, each with the question that its campaign asked the gate.
func (c conn) dossierMessages(ctx context.Context, x *showme.Dossier) error {
	rows, err := c.query(ctx, `SELECT d.campaign_id, d.list_id, d.state, d.reason, d.event_seq, d.gate_seq, d.asked_at, d.started_at, d.finished_at, d.code, d.reply, d.report,
		k.name, k.subject, k.class, k.lists, k.purposes FROM deliveries d JOIN campaigns k ON k.id = d.campaign_id WHERE d.subscriber_id = ? ORDER BY d.campaign_id`, x.Person.ID)
	x.Messages, err = collect(rows, err, func(s scanner) (m showme.Message, err error) {
		var asked, started, finished int64
		var lists, purposes string
		err = s.Scan(&m.Campaign, &m.List, &m.State, &m.Reason, &m.Event, &m.GateSeq, &asked, &started, &finished, &m.Code, &m.Reply, &m.Report,
			&m.Name, &m.Subject, &m.Class, &lists, &purposes)
		if err != nil {
			return m, err
		}
		m.AskedAt, m.StartedAt, m.FinishedAt = moment(asked), momentOrNone(started), momentOrNone(finished)
		m.Lists, err = scopesOf(lists, func(id int64) subscriptions.Scope { l := x.Lists[id]; l.ID = id; return subscriptions.ListScope(l) })
		if err != nil {
			return m, err
		}
		m.Purposes, err = scopesOf(purposes, func(id int64) subscriptions.Scope {
			u := x.Purposes[id]
			u.ID = id
			return subscriptions.PurposeScope(u)
		})
		return m, err
	})
	return err
}

func scopesOf(ids string, scope func(int64) subscriptions.Scope) ([]showme.Scope, error) {
	var all []int64
	out := []showme.Scope{}
	err := json.Unmarshal([]byte(ids), &all)
	for _, id := range all {
		out = append(out, showme.ScopeOf(scope(id)))
	}
	return out, err
}

func (c conn) dossierLetters(ctx context.Context, x *showme.Dossier) error {
	rows, err := c.query(ctx, `SELECT id, kind, state, created_at, finished_at FROM letters WHERE subscriber_id = ? ORDER BY id`, x.Person.ID)
	x.Letters, err = collect(rows, err, func(s scanner) (l showme.Letter, err error) {
		var created, finished int64
		err = s.Scan(&l.ID, &l.Kind, &l.State, &created, &finished)
		l.CreatedAt, l.FinishedAt = moment(created), momentOrNone(finished)
		return l, err
	})
	return err
}

func (c conn) dossierCases(ctx context.Context, x *showme.Dossier) error {
	rows, err := c.query(ctx, `SELECT reference, kind, state, received_at, due_on, closed_at FROM cases WHERE subscriber_id = ? ORDER BY id`, x.Person.ID)
	x.Cases, err = collect(rows, err, func(s scanner) (k showme.Case, err error) {
		var received, closed int64
		err = s.Scan(&k.Reference, &k.Kind, &k.State, &received, &k.DueOn, &closed)
		k.ReceivedAt, k.ClosedAt = moment(received), momentOrNone(closed)
		return k, err
	})
	return err
}

var _ showme.Store = (*DB)(nil)

func momentOrNone(ms int64) *time.Time {
	if ms == 0 {
		return nil
	}
	t := moment(ms)
	return &t
}
