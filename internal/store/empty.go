package store

import (
	"slices"
	"strings"

	"assent/internal/audit"
	"assent/subscriptions"
)

// erasee is somebody who is being emptied out, and where they are.
type erasee struct {
	subscriptions.Subscriber
	ids      []any // the subscriber's number
	key      []any // the keyed hash of the address
	spelled  []any // the address as it may stand in a text column, in small letters
	cases    []any // their cases
	messages []any // what they wrote, and what reports on mail to them
}

// emptied says what erasing somebody does to one table: which columns it empties, and in which rows. where has one list of arguments.
// TestErasingEmptiesEveryColumnThatIsClassedSo holds this to columns.txt.
type emptied struct {
	table string
	set   []string // columns; each gets the value that says "not" in its type
	where string   // with "IN (?)" for the list
	of    func(erasee) []any
	drop  bool // the rows go altogether
}

func byID(p erasee) []any       { return p.ids }
func byKey(p erasee) []any      { return p.key }
func bySpelling(p erasee) []any { return p.spelled }
func byCase(p erasee) []any     { return p.cases }
func byMessage(p erasee) []any  { return p.messages }

// emptying is what erasing does, table by table.
var emptying = []emptied{
	{table: "subscribers", set: []string{"address", "name", "language", "attributes", "source"}, where: "id IN (?)", of: byID},
	{table: "consent_events", set: []string{"evidence", "salt"}, where: "subscriber_id IN (?) AND evidence IS NOT NULL", of: byID},
	{table: "consent_events", set: []string{"evidence", "salt"}, where: "subscriber_id = 0 AND address_key IN (?) AND evidence IS NOT NULL", of: byKey},
	{table: "deliveries", set: []string{"reply"}, where: "subscriber_id IN (?) AND reply <> ''", of: byID},
	{table: "deferrals", set: []string{"reply"}, where: "subscriber_id IN (?) AND reply <> ''", of: byID},
	{table: "letters", set: []string{"to_address", "language", "data", "in_reply_to", "reply"}, where: "subscriber_id IN (?)", of: byID},
	{table: "letters", set: []string{"to_address", "language", "data", "in_reply_to", "reply"}, where: "LOWER(to_address) IN (?)", of: bySpelling},
	{table: "inbound_messages", set: []string{"grounds", "identity", "from_address", "subject", "message_id"}, where: "id IN (?)", of: byMessage},
	{table: "inbound_people", where: "address_key IN (?)", of: byKey, drop: true},
	{table: "inbound_people", where: "inbound_id IN (?)", of: byMessage, drop: true},
	{table: "cases", set: []string{"from_address", "subject", "language", "asked", "facts", "decision", "alarm"}, where: "id IN (?)", of: byCase},
	{table: "case_events", set: []string{"what", "note", "detail"}, where: "case_id IN (?)", of: byCase},
	{table: "case_parties", set: []string{"name", "address", "contact"}, where: "case_id IN (?)", of: byCase},
	{table: "case_parties", set: []string{"name", "address", "contact"}, where: "address_key IN (?)", of: byKey},
	{table: "case_messages", set: []string{"message_id", "from_address", "subject"}, where: "case_id IN (?)", of: byCase},
	{table: "case_pieces", where: "file_id IN (SELECT id FROM case_files WHERE case_id IN (?))", of: byCase, drop: true},
	{table: "case_files", set: []string{"name"}, where: "case_id IN (?)", of: byCase},
	{table: "access_searches", set: []string{"terms"}, where: "case_id IN (?)", of: byCase},
	{table: "access_places", set: []string{"name", "searched_by", "terms", "found"}, where: "case_id IN (?)", of: byCase},
	{table: "access_items", set: []string{"content", "note", "removed"}, where: "case_id IN (?)", of: byCase},
	{table: "access_pieces", where: "file_id IN (SELECT f.id FROM access_files f JOIN access_packs p ON p.id = f.pack_id WHERE p.case_id IN (?))", of: byCase, drop: true},
	{table: "access_files", set: []string{"name"}, where: "pack_id IN (SELECT id FROM access_packs WHERE case_id IN (?))", of: byCase},
	{table: "access_links", set: []string{"revoked_why"}, where: "case_id IN (?)", of: byCase},
	{table: "access_receivers", set: []string{"evidence", "words", "left_why"}, where: "case_id IN (?)", of: byCase},
	{table: "third_party_requests", set: []string{"officer", "their_ref", "gateway_words", "wanted", "disclosed", "means", "told_why"}, where: "case_id IN (?)", of: byCase},
	{table: "holds", set: []string{"reason", "lifted_why"}, where: "subscriber_id IN (?)", of: byID},
	{table: "erasures", set: []string{"untold"}, where: "subscriber_id IN (?) AND state <> 'telling'", of: byID},
	{table: "disposals", set: []string{"why"}, where: "subscriber_id IN (?)", of: byID},
	{table: "act_addresses", where: "event_seq IN (SELECT seq FROM consent_events WHERE subscriber_id IN (?))", of: byID, drop: true},
	{table: "act_addresses", where: "event_seq IN (SELECT seq FROM consent_events WHERE subscriber_id = 0 AND address_key IN (?))", of: byKey, drop: true},
	{table: "visits", set: []string{"language"}, where: "subscriber_id IN (?)", of: byID},
	{table: "moves", set: []string{"new_address", "language"}, where: "subscriber_id IN (?)", of: byID},
	{table: "moves", set: []string{"new_address", "language"}, where: "new_key IN (?)", of: byKey},
	{table: "disclosures", set: []string{"what", "why"}, where: "(how <> 'export' OR id IN (SELECT disclosure_id FROM copies WHERE kind = 'pack')) AND id IN (SELECT disclosure_id FROM disclosure_people WHERE subscriber_id IN (?))", of: byID},
	{table: "recipient_notices", set: []string{"words"}, where: "subscriber_id IN (?) AND change <> 'erasure'", of: byID},
	{table: "recipient_notices", set: []string{"whom"}, where: "subscriber_id IN (?) AND change <> 'erasure' AND LENGTH(whom) > 0", of: byID},
	{table: "corrections", set: []string{"before", "after", "words"}, where: "subscriber_id IN (?)", of: byID},
	{table: "corrections", set: []string{"before", "after", "words"}, where: "case_id IN (?)", of: byCase},
	{table: "statements", set: []string{"words"}, where: "subscriber_id IN (?)", of: byID},
	{table: "copy_pieces", where: "copy_id IN (SELECT id FROM copies WHERE kind = 'export' OR address_key IN (?))", of: byKey, drop: true},
	{table: "copies", set: []string{"address", "why"}, where: "address_key IN (?)", of: byKey},
	// A file that was handed over is of many, and so are the rows of it that were not taken: all of them go, whoever is in them.
	{table: "upload_pieces", where: "upload_id > 0 OR data IN (?)", of: byKey, drop: true},
	{table: "upload_rejects", where: "upload_id > 0 OR data IN (?)", of: byKey, drop: true},
	{table: "quarantine", set: []string{"address", "name", "language", "source"}, where: "address_key IN (?)", of: byKey},
}

// blanks are the values that say "not" where ” does not.
var blanks = map[string]string{
	"subscribers.attributes": "'{}'", "consent_events.evidence": "NULL", "consent_events.salt": "NULL",
	"letters.data": "'{}'", "inbound_messages.grounds": "'[]'", "cases.facts": "'{}'", "case_events.detail": "'{}'",
	"corrections.before": "'null'", "corrections.after": "'null'", "recipient_notices.whom": "SUBSTR(whom, 1, 0)",
	"access_searches.terms": "'{}'", "access_items.content": "'{}'", "access_items.removed": "'[]'",
}

// Empty implements subscriptions.KeepingTx.
func (t *ledgerTx) Empty(p subscriptions.Subscriber) (map[string]int64, error) {
	const op = "store: empty a person's data"
	who, err := t.erasee(p)
	if err != nil {
		return nil, fail(op, err)
	}
	counts := map[string]int64{}
	if err := t.destroyKeys(who); err != nil {
		return nil, fail(op, err)
	}
	if err := t.dropRaw(who, counts); err != nil {
		return nil, fail(op, err)
	}
	if err := t.dropCopiesOf(who, counts); err != nil {
		return nil, fail(op, err)
	}
	if err := t.dropUploadsOf(counts); err != nil {
		return nil, fail(op, err)
	}
	writeBack, err := t.thinCases(who.cases)
	if err != nil {
		return nil, fail(op, err)
	}
	for _, e := range emptying {
		if err := t.empty(e, e.of(who), counts); err != nil {
			return nil, fail(op+": "+e.table, err)
		}
	}
	if err := t.dropAnswers(p, counts); err != nil {
		return nil, fail(op, err)
	}
	if err := writeBack(); err != nil {
		return nil, fail(op, err)
	}
	return counts, t.note(t.ctx, audit.Note{Action: audit.ErasePerson, Object: audit.About("subscriber", p.ID), Facts: audit.Values{"rows": counts}})
}

// empty does to the rows of one list of arguments what e says.
func (t *ledgerTx) empty(e emptied, args []any, counts map[string]int64) error {
	return pages(args, keysAtOnce, func(page []any) error {
		where := strings.Replace(e.where, "IN (?)", "IN ("+marks(len(page))+")", 1)
		statement := `DELETE FROM ` + e.table + ` WHERE ` + where
		if !e.drop {
			sets := make([]string, len(e.set))
			for i, column := range e.set {
				value, other := blanks[e.table+"."+column]
				if !other {
					value = "''"
				}
				sets[i] = column + " = " + value
			}
			statement = `UPDATE ` + e.table + ` SET ` + strings.Join(sets, ", ") + ` WHERE ` + where
		}
		res, err := t.exec(t.ctx, statement, page...)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if n > 0 {
			counts[e.table] += n
		}
		return err
	})
}

// erasee finds out where somebody is.
func (t *ledgerTx) erasee(p subscriptions.Subscriber) (who erasee, err error) {
	who = erasee{Subscriber: p, key: []any{p.Key}}
	if p.ID != 0 {
		who.ids = []any{p.ID}
	}
	if !p.Address.IsZero() {
		who.spelled = []any{p.Address.Normal()}
		if s := strings.ToLower(p.Address.String()); s != p.Address.Normal() {
			who.spelled = append(who.spelled, s)
		}
	}
	if who.cases, err = t.theirs(`SELECT id FROM cases WHERE subscriber_id IN (?)`, who.ids); err != nil {
		return who, err
	}
	more, err := t.theirs(`SELECT id FROM cases WHERE LOWER(from_address) IN (?)`, who.spelled)
	if err != nil {
		return who, err
	}
	who.cases = append(who.cases, more...)
	for _, look := range []struct {
		query string
		of    []any
	}{
		{`SELECT id FROM inbound_messages WHERE LOWER(from_address) IN (?)`, who.spelled},
		{`SELECT inbound_id FROM inbound_people WHERE address_key IN (?) AND role = 'writer'`, who.key},
		{`SELECT m.id FROM inbound_people p JOIN inbound_messages m ON m.id = p.inbound_id WHERE p.address_key IN (?) AND m.disposition IN ('report', 'complaint', 'auto-reply')`, who.key},
		{`SELECT inbound_id FROM cases WHERE id IN (?)`, who.cases},
	} {
		found, err := t.theirs(look.query, look.of)
		if err != nil {
			return who, err
		}
		who.messages = append(who.messages, found...)
	}
	again, err := t.theirs(`SELECT id FROM inbound_messages WHERE duplicate_of IN (?)`, who.messages)
	if err != nil {
		return who, err
	}
	who.messages = append(who.messages, again...)
	kept, err := t.theirs(`SELECT inbound_id FROM case_messages WHERE inbound_id IN (?) AND case_id IN (`+frozen+`)`, who.messages)
	who.messages = slices.DeleteFunc(who.messages, func(id any) bool { return slices.Contains(kept, id) }) // frozen evidence (E2-20)
	return who, err
}

// theirs returns the row numbers that a query with one list of arguments finds.
func (t *ledgerTx) theirs(query string, of []any) (ids []any, err error) {
	err = pages(of, keysAtOnce, func(page []any) error {
		rows, err := t.query(t.ctx, strings.Replace(query, "IN (?)", "IN ("+marks(len(page))+")", 1), page...)
		found, err := collect(rows, err, func(s scanner) (id int64, err error) { err = s.Scan(&id); return id, err })
		ids = append(ids, anys(found)...)
		return err
	})
	return ids, err
}

// destroyKeys makes unreadable what the audit trail knows of somebody.
func (t *ledgerTx) destroyKeys(who erasee) error {
	var more []string
	for _, id := range who.cases {
		more = append(more, audit.About("case", id.(int64)))
	}
	for _, id := range who.messages {
		more = append(more, audit.About("inbound", id.(int64)))
	}
	return t.destroyAuditKey(who.ID, more...)
}

// scrubbed names the tables that an erasure empties rows of.
func scrubbed() string {
	tables := []string{"inbound_pieces", "idempotency_keys", "audit_keys"}
	for _, e := range emptying {
		if !slices.Contains(tables, e.table) {
			tables = append(tables, e.table)
		}
	}
	return strings.Join(tables, ", ")
}
