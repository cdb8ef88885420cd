package store

import (
	"context"
	"database/sql"
	"errors"

	"assent/inbox/cases/thirdparty"
	"assent/internal/audit"
)

const disclosureColumns = `case_id, programme_id, subscriber_id, organisation, officer, their_ref, gateway, gateway_words, form_file_id, wanted, disclosed, disclosed_on, means, told, told_why, actor, changed_at`

func scanDisclosure(s scanner) (r thirdparty.Record, err error) {
	var on string
	var at int64
	err = s.Scan(&r.CaseID, &r.ProgrammeID, &r.SubscriberID, &r.Organisation, &r.Officer, &r.TheirRef, &r.Gateway, &r.GatewayWords, &r.FormFileID, &r.Wanted, &r.Disclosed, &on,
		&r.Means, &r.Told, &r.ToldWhy, &r.Actor, &at)
	r.DisclosedOn, r.ChangedAt = storedDate(on), moment(at)
	return r, err
}

// SaveDisclosure implements thirdparty.Store.
func (d *DB) SaveDisclosure(ctx context.Context, r thirdparty.Record) error {
	return fail("store: save disclosure", d.within(ctx, func(c conn) error {
		if _, err := c.exec(ctx, `INSERT INTO third_party_requests (`+disclosureColumns+`) VALUES (`+marks(17)+`) ON CONFLICT (case_id) DO UPDATE SET
			programme_id = excluded.programme_id, subscriber_id = excluded.subscriber_id, organisation = excluded.organisation, officer = excluded.officer, their_ref = excluded.their_ref,
			gateway = excluded.gateway, gateway_words = excluded.gateway_words, form_file_id = excluded.form_file_id, wanted = excluded.wanted, disclosed = excluded.disclosed,
			disclosed_on = excluded.disclosed_on, means = excluded.means, told = excluded.told, told_why = excluded.told_why, actor = excluded.actor, changed_at = excluded.changed_at`,
			r.CaseID, r.ProgrammeID, r.SubscriberID, r.Organisation, r.Officer, r.TheirRef, r.Gateway, r.GatewayWords, r.FormFileID, r.Wanted, r.Disclosed, r.DisclosedOn.String(),
			r.Means, r.Told, r.ToldWhy, r.Actor, millis(r.ChangedAt)); err != nil {
			return err
		}
		if err := c.countAsGiven(ctx, r); err != nil {
			return err
		}
		return c.note(ctx, audit.Note{Actor: r.Actor, Action: audit.ChangeCase, Object: audit.About("case", r.CaseID), PersonID: r.SubscriberID,
			Facts: audit.Values{"events": []string{"disclosure-record"}, "disclosed": r.Disclosed != ""}})
	}))
}

// countAsGiven puts what was disclosed into "who got what", once, beside exports and what recipients get: whoever had data is told when it changes (Article 19), and is named
// to the person who asks.
func (c conn) countAsGiven(ctx context.Context, r thirdparty.Record) error {
	if r.Disclosed == "" || r.SubscriberID == 0 {
		return nil
	}
	var have int
	if err := c.row(ctx, `SELECT COUNT(*) FROM disclosures WHERE case_id = ? AND how = 'case'`, r.CaseID).Scan(&have); err != nil || have > 0 {
		return err
	}
	id, err := c.insert(ctx, `INSERT INTO disclosures (programme_id, recipient_id, name, address, what, why, how, case_id, actor, at, recorded_at) VALUES (`+marks(11)+`)`,
		r.ProgrammeID, 0, r.Organisation, "", r.Disclosed, r.Gateway, "case", r.CaseID, r.Actor, millis(ukMidnight(r.DisclosedOn)), millis(r.ChangedAt))
	if err != nil {
		return err
	}
	if _, err := c.exec(ctx, `INSERT INTO disclosure_people (subscriber_id, disclosure_id) VALUES (?, ?)`, r.SubscriberID, id); err != nil {
		return err
	}
	return c.note(ctx, audit.Note{Actor: r.Actor, Action: audit.ChangeCase, Object: audit.About("case", r.CaseID), PersonID: r.SubscriberID, Facts: audit.Values{"events": []string{"disclosed"}}})
}

// Disclosure implements thirdparty.Reader.
func (d *DB) Disclosure(ctx context.Context, caseID int64) (r thirdparty.Record, ok bool, err error) {
	r, err = scanDisclosure(d.reading().row(ctx, `SELECT `+disclosureColumns+` FROM third_party_requests WHERE case_id = ?`, caseID))
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	return r, err == nil, fail("store: disclosure", err)
}

// DisclosuresOf implements thirdparty.Store.
func (d *DB) DisclosuresOf(ctx context.Context, subscriberID int64) ([]thirdparty.Record, error) {
	rows, err := d.reading().query(ctx, `SELECT `+disclosureColumns+` FROM third_party_requests WHERE subscriber_id = ? AND disclosed_on <> '' ORDER BY disclosed_on DESC, case_id DESC`, subscriberID)
	out, err := collect(rows, err, scanDisclosure)
	return out, fail("store: disclosures of a person", err)
}

var _ thirdparty.Store = (*DB)(nil)
