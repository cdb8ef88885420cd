package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"assent/inbox/cases/access"
	"assent/internal/audit"
)

// sought is a person who is looked for, by every term that a table may know them by.
type sought struct {
	access.Who
	ids      []any // numbers on record
	keys     []any // keyed hashes of the addresses, and of every known spelling
	spelled  []any // the addresses as they may stand in a text column, in small letters
	cases    []any
	messages []any // mails that they wrote
	own      []any // the case whose search it is, with its sub-cases
	until    time.Time
	bases    []access.Basis
}

// look is how one table is searched: a query with one "IN (?)" that selects what names the row, its time, and then the fields.
type look struct {
	source, ref string
	fields      []string // names; one that ends in "@" is a time in epoch milliseconds, one that begins with "!" was provided by the person
	query       string
	of          func(sought) []any
	finish      func(s sought, row map[string]string, x *access.Item) error // puts in what is not simply a field; may be nil
}

// FindItems implements access.Store.
func (d *DB) FindItems(ctx context.Context, source string, who access.Who, limit int) ([]access.Item, error) {
	const op = "store: find what is held"
	var out []access.Item
	err := d.snapshot(ctx, func(c conn) error {
		s, err := d.seek(ctx, c, who)
		if err != nil {
			return err
		}
		for _, l := range looks() {
			if l.source != source || len(out) > limit {
				continue
			}
			found, err := c.look(ctx, l, s, limit)
			if err != nil {
				return err
			}
			out = append(out, found...)
		}
		return nil
	})
	if err == nil && source == "trail" {
		out, err = d.findTrail(ctx, who, limit)
	}
	if err != nil {
		return nil, fail(op+": "+source, err)
	}
	out = slices.DeleteFunc(out, func(x access.Item) bool { return x.Ref == "" }) // the work of answering this request
	slices.SortStableFunc(out, func(a, b access.Item) int { return a.At.Compare(b.At) })
	return distinct(out), nil
}

// distinct leaves out what two terms found.
func distinct(items []access.Item) []access.Item {
	seen := map[string]bool{}
	return slices.DeleteFunc(items, func(x access.Item) bool {
		again := seen[x.Ref]
		seen[x.Ref] = true
		return again
	})
}

// look runs one query.
func (c conn) look(ctx context.Context, l look, s sought, limit int) (out []access.Item, err error) {
	err = pages(l.of(s), keysAtOnce, func(page []any) error {
		rows, err := c.query(ctx, strings.Replace(l.query, "IN (?)", "IN ("+marks(len(page))+")", 1)+fmt.Sprintf(" LIMIT %d", limit+1), page...)
		found, err := collect(rows, err, func(row scanner) (access.Item, error) { return l.item(row, s) })
		out = append(out, found...)
		return err
	})
	return out, err
}

// item makes an item of a row.
func (l look) item(row scanner, s sought) (access.Item, error) {
	values, into := make([]any, len(l.fields)+2), make([]any, len(l.fields)+2)
	for i := range values {
		into[i] = &values[i]
	}
	if err := row.Scan(into...); err != nil {
		return access.Item{}, err
	}
	x := access.Item{Source: l.source, Ref: l.ref + ":" + textValue(values[0])}
	if ms, ok := values[1].(int64); ok {
		x.At = moment(ms)
	}
	named := map[string]string{}
	for i, field := range l.fields {
		name, given := strings.CutPrefix(field, "!")
		name, isTime := strings.CutSuffix(name, "@")
		text := textValue(values[i+2])
		if ms, ok := values[i+2].(int64); ok && isTime {
			text = dayTime(moment(ms))
		}
		if named[name] = text; text != "" && !strings.HasPrefix(name, "_") {
			x.Content.Fields = append(x.Content.Fields, access.Field{Name: name, Value: text, Given: given})
		}
	}
	if l.finish == nil {
		return x, nil
	}
	return x, l.finish(s, named, &x)
}

// textValue writes a value of a column as text; "" for what says "not".
func textValue(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case []byte:
		return strings.ToValidUTF8(string(v), "\uFFFD")
	case string:
		return strings.ToValidUTF8(v, "\uFFFD")
	}
	return fmt.Sprint(v)
}

func dayTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}

// seek finds out by which terms somebody may be known.
func (d *DB) seek(ctx context.Context, c conn, who access.Who) (s sought, err error) {
	s.Who, s.ids = who, anys(who.Numbers)
	for _, a := range who.Addresses {
		s.keys = append(s.keys, d.keys.AddressKey(a))
		for _, spelling := range []string{a.Normal(), strings.ToLower(a.String())} {
			if !slices.Contains(s.spelled, any(spelling)) {
				s.spelled = append(s.spelled, spelling)
			}
		}
	}
	var received int64
	if err := c.row(ctx, `SELECT received_at FROM cases WHERE id = ?`, who.CaseID).Scan(&received); err != nil {
		return s, err
	}
	s.until = moment(received)
	for _, step := range []struct {
		into  *[]any
		query string
		of    []any
	}{
		{&s.own, `SELECT b.id FROM cases a JOIN cases b ON b.id = a.id OR b.id = a.parent_id OR b.parent_id = a.id OR a.parent_id <> 0 AND b.parent_id = a.parent_id WHERE a.id IN (?)`, []any{who.CaseID}},
		{&s.ids, `SELECT id FROM subscribers WHERE address_key IN (?)`, s.keys},
		{&s.messages, `SELECT inbound_id FROM inbound_people WHERE role = 'writer' AND address_key IN (?)`, s.keys},
		{&s.messages, `SELECT id FROM inbound_messages WHERE LOWER(from_address) IN (?)`, s.spelled},
	} {
		if err := c.numbers(ctx, step.into, step.query, step.of); err != nil {
			return s, err
		}
	}
	if err := d.seekSpellings(ctx, c, &s); err != nil {
		return s, err
	}
	for _, step := range []struct {
		query string
		of    []any
	}{
		{`SELECT id FROM cases WHERE subscriber_id IN (?)`, s.ids},
		{`SELECT id FROM cases WHERE LOWER(from_address) IN (?)`, s.spelled},
		{`SELECT k.id FROM case_parties p JOIN cases k ON k.id = p.case_id OR k.parent_id = p.case_id WHERE p.address_key IN (?)`, s.keys},
	} {
		if err := c.numbers(ctx, &s.cases, step.query, step.of); err != nil {
			return s, err
		}
	}
	rows, err := c.query(ctx, `SELECT DISTINCT u.name, u.basis FROM permissions p JOIN purposes u ON u.id = p.purpose_id WHERE p.subscriber_id IN (`+marks(max(1, len(s.ids)))+`) ORDER BY 1`, orNobody(s.ids)...)
	s.bases, err = collect(rows, err, func(row scanner) (b access.Basis, err error) { err = row.Scan(&b.Purpose, &b.Basis); return b, err })
	return s, err
}

// seekSpellings adds the keyed hashes of other spellings of the same mailboxes (address_variants), and the addresses that the person had before.
func (d *DB) seekSpellings(ctx context.Context, c conn, s *sought) error {
	var folded []any
	for _, query := range []string{`SELECT folded_key FROM address_variants WHERE address_key IN (?)`, `SELECT folded_key FROM address_variants WHERE folded_key IN (?)`} {
		if err := c.hashes(ctx, &folded, query, s.keys); err != nil {
			return err
		}
	}
	if err := c.hashes(ctx, &s.keys, `SELECT address_key FROM address_variants WHERE folded_key IN (?)`, folded); err != nil {
		return err
	}
	s.keys = append(s.keys, folded...)
	return c.hashes(ctx, &s.keys, `SELECT address_key FROM consent_events WHERE subscriber_id IN (?) GROUP BY address_key`, s.ids)
}

func orNobody(ids []any) []any {
	if len(ids) == 0 {
		return []any{0}
	}
	return ids
}

// numbers adds the row numbers that a query finds, each once.
func (c conn) numbers(ctx context.Context, into *[]any, query string, of []any) error {
	return pages(of, keysAtOnce, func(page []any) error {
		rows, err := c.query(ctx, strings.Replace(query, "IN (?)", "IN ("+marks(len(page))+")", 1), page...)
		found, err := collect(rows, err, func(s scanner) (id int64, err error) { err = s.Scan(&id); return id, err })
		for _, id := range found {
			if !slices.Contains(*into, any(id)) {
				*into = append(*into, id)
			}
		}
		return err
	})
}

func (c conn) hashes(ctx context.Context, into *[]any, query string, of []any) error {
	return pages(of, keysAtOnce, func(page []any) error {
		rows, err := c.query(ctx, strings.Replace(query, "IN (?)", "IN ("+marks(len(page))+")", 1), page...)
		found, err := collect(rows, err, func(s scanner) (key []byte, err error) { err = s.Scan(&key); return key, err })
		*into = append(*into, anys(found)...)
		return err
	})
}

// findTrail returns who read or changed the person's data before the request came, with what the trail keeps encrypted.
func (d *DB) findTrail(ctx context.Context, who access.Who, limit int) ([]access.Item, error) {
	k, err := d.Case(ctx, who.CaseID)
	if err != nil {
		return nil, err
	}
	var out []access.Item
	for _, id := range who.Numbers {
		entries, err := d.Trail(ctx, audit.Filter{PersonID: id, To: k.ReceivedAt}, 0, limit+1)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			x := access.Item{Ref: fmt.Sprintf("trail:%d", e.Seq), At: e.At}
			for _, f := range [][2]string{{"what", string(e.Action)}, {"actor", e.Actor}, {"why", e.Why}, {"before", valuesText(e.Before)}, {"after", valuesText(e.After)}} {
				if f[1] != "" {
					x.Content.Fields = append(x.Content.Fields, access.Field{Name: f[0], Value: f[1]})
				}
			}
			out = append(out, x)
		}
	}
	return out, nil
}

func valuesText(v audit.Values) string {
	if len(v) == 0 {
		return ""
	}
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}
