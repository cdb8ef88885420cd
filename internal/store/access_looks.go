package store

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"assent/inbox/cases"
	"assent/inbox/cases/access"
	"assent/mailer"
)

func seekIDs(s sought) []any      { return s.ids }
func seekKeys(s sought) []any     { return s.keys }
func seekSpelled(s sought) []any  { return s.spelled }
func seekCases(s sought) []any    { return s.cases }
func seekMessages(s sought) []any { return s.messages }

// seekOthers returns the cases but that whose search it is: what answering a request makes did not exist when it came.
func seekOthers(s sought) []any {
	return slices.DeleteFunc(slices.Clone(s.cases), func(id any) bool { return slices.Contains(s.own, id) })
}

// looks returns how every table is searched that access.Sources names, but for the audit trail, which is decrypted as it is read.
func looks() []look {
	return slices.Concat(looksAtRecords(), looksAtPermissions(), looksAtMail(), looksAtCases(), looksAtKeeping())
}

func looksAtRecords() []look {
	return []look{
		{"record", "subscriber", []string{"address", "name", "language", "source", "changed@", "_attributes"},
			`SELECT id, created_at, address, name, language, source, updated_at, attributes FROM subscribers WHERE id IN (?)`, seekIDs, finishRecord},
		{"quarantine", "quarantine", []string{"address", "name", "language", "source", "why"},
			`SELECT CAST(import_id AS TEXT) || '.' || CAST(line AS TEXT), created_at, address, name, language, source, why FROM quarantine WHERE address_key IN (?)`, seekKeys, nil},
		{"visits", "visit", []string{"on@", "language"},
			`SELECT id, asked_at, opened_at, language FROM visits WHERE subscriber_id IN (?)`, seekIDs, nil},
		{"visits", "move", []string{"new-address", "actor", "outcome", "closed@"},
			`SELECT id, asked_at, new_address, actor, outcome, closed_at FROM moves WHERE subscriber_id IN (?)`, seekIDs, nil},
		{"visits", "move", []string{"new-address", "actor", "outcome", "closed@"},
			`SELECT id, asked_at, new_address, actor, outcome, closed_at FROM moves WHERE new_key IN (?)`, seekKeys, nil},
		{"corrections", "correction", []string{"what", "before", "after", "decision", "words", "_attribute"},
			`SELECT id, decided_at, field, before, after, decision, words, attribute FROM corrections WHERE subscriber_id IN (?)`, seekIDs, nil},
		{"corrections", "statement", []string{"!words", "actor"},
			`SELECT id, added_at, words, actor FROM statements WHERE subscriber_id IN (?)`, seekIDs, nil},
		{"recipients", "disclosure", []string{"to", "what", "why"},
			`SELECT d.id, d.at, d.name, d.what, d.why FROM disclosure_people p JOIN disclosures d ON d.id = p.disclosure_id WHERE p.subscriber_id IN (?) AND d.at > 0`, seekIDs, nil},
		{"recipients", "recipient-notice", []string{"to", "what", "answer", "words", "on@"},
			`SELECT id, created_at, name, change, answer, words, answered_at FROM recipient_notices WHERE subscriber_id IN (?)`, seekIDs, nil},
		{"told", "telling", []string{"programme", "number", "state"},
			`SELECT t.notice_id, t.settled_at, p.name, n.version, t.state FROM notice_tellings t JOIN notices n ON n.id = t.notice_id JOIN programmes p ON p.id = n.programme_id WHERE t.subscriber_id IN (?)`, seekIDs, nil},
		{"told", "permission-request", []string{"list"},
			`SELECT r.event_seq, r.asked_at, l.name FROM permission_requests r LEFT JOIN lists l ON l.id = r.list_id WHERE r.address_key IN (?)`, seekKeys, nil},
	}
}

// finishRecord adds the attributes, and says what the person provided: of a record that an import made they provided nothing to us.
func finishRecord(s sought, row map[string]string, x *access.Item) error {
	given := !strings.HasPrefix(row["source"], "import")
	for i := range x.Content.Fields {
		f := &x.Content.Fields[i]
		f.Given = given && (f.Name == "address" || f.Name == "name" || f.Name == "language")
	}
	var all map[string]map[string]any
	if err := json.Unmarshal([]byte(row["_attributes"]), &all); err != nil {
		return err
	}
	for _, programme := range slices.Sorted(maps.Keys(all)) {
		for _, name := range slices.Sorted(maps.Keys(all[programme])) {
			x.Content.Fields = append(x.Content.Fields, access.Field{Name: "attribute", Label: programme + ": " + name, Value: attributeText(all[programme][name]), Given: given})
		}
	}
	x.Content.Bases = s.bases
	return nil
}

func attributeText(v any) string {
	switch v := v.(type) {
	case []any:
		parts := make([]string, len(v))
		for i, one := range v {
			parts[i] = fmt.Sprint(one)
		}
		return strings.Join(parts, "; ")
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

func looksAtPermissions() []look {
	return []look{
		{"permissions", "event", []string{"what", "programme", "purpose", "list", "channel", "actor", "source", "reason", "expires@", "wording", "_evidence", "_basis"},
			`SELECT e.seq, e.at, e.kind, p.name, u.name, l.name, e.channel, e.actor, e.source, e.reason, e.expires_at, t.body, e.evidence, u.basis FROM consent_events e
			LEFT JOIN programmes p ON p.id = e.programme_id LEFT JOIN lists l ON l.id = e.list_id LEFT JOIN purposes u ON u.id = COALESCE(NULLIF(e.purpose_id, 0), l.purpose_id)
			LEFT JOIN texts t ON t.digest = e.wording_digest AND e.wording_digest <> '' WHERE e.address_key IN (?)`, seekKeys, finishEvent},
		{"permissions", "membership", []string{"list", "state", "expires@"},
			`SELECT CAST(m.list_id AS TEXT) || '.' || CAST(m.subscriber_id AS TEXT), 0, l.name, m.status, m.expires_at FROM memberships m JOIN lists l ON l.id = m.list_id WHERE m.subscriber_id IN (?)`, seekIDs, nil},
		{"permissions", "permission", []string{"purpose", "state", "expires@"},
			`SELECT CAST(m.purpose_id AS TEXT) || '.' || CAST(m.subscriber_id AS TEXT), 0, u.name, m.status, m.expires_at FROM permissions m JOIN purposes u ON u.id = m.purpose_id WHERE m.subscriber_id IN (?)`, seekIDs, nil},
		{"permissions", "suppression", []string{"scope", "reason"},
			`SELECT CAST(event_seq AS TEXT) || '.' || reach || '.' || CAST(programme_id AS TEXT) || '.' || CAST(purpose_id AS TEXT) || '.' || CAST(list_id AS TEXT), 0, reach, reason FROM suppressions WHERE address_key IN (?)`, seekKeys, nil},
		{"permissions", "ip", []string{"!ip", "until@"},
			`SELECT a.event_seq, e.at, a.ip, a.until FROM act_addresses a JOIN consent_events e ON e.seq = a.event_seq WHERE e.address_key IN (?)`, seekKeys, nil},
		{"permissions", "ask", []string{"what", "list", "answer", "on@"},
			`SELECT CAST(a.event_seq AS TEXT) || '.' || a.kind || '.' || CAST(a.number AS TEXT), a.asked_at, a.kind, l.name, a.answer, a.answered_at FROM asks a LEFT JOIN lists l ON l.id = a.list_id WHERE a.subscriber_id IN (?)`, seekIDs, nil},
		{"sent", "delivery", []string{"subject", "what", "list", "state", "reply", "report"},
			`SELECT CAST(d.campaign_id AS TEXT) || '.' || CAST(d.subscriber_id AS TEXT), d.started_at, k.subject, k.name, l.name, d.state, d.reply, d.report FROM deliveries d JOIN campaigns k ON k.id = d.campaign_id
			LEFT JOIN lists l ON l.id = d.list_id WHERE d.subscriber_id IN (?)`, seekIDs, nil},
		{"sent", "deferral", []string{"list", "reply"},
			`SELECT CAST(d.chunk_id AS TEXT) || '.' || CAST(d.subscriber_id AS TEXT), d.started_at, l.name, d.reply FROM deferrals d LEFT JOIN lists l ON l.id = d.list_id WHERE d.subscriber_id IN (?)`, seekIDs, nil},
	}
}

// finishEvent says on which purpose an act bears, and what shows it.
func finishEvent(_ sought, row map[string]string, x *access.Item) error {
	if row["_basis"] != "" {
		x.Content.Bases = []access.Basis{{Purpose: row["purpose"], Basis: row["_basis"]}}
	}
	var evidence map[string]any
	if row["_evidence"] != "" && json.Unmarshal([]byte(row["_evidence"]), &evidence) != nil {
		evidence = map[string]any{"evidence": row["_evidence"]}
	}
	for _, name := range slices.Sorted(maps.Keys(evidence)) {
		x.Content.Fields = append(x.Content.Fields, access.Field{Name: "evidence", Label: name, Value: attributeText(evidence[name]), Given: true})
	}
	return nil
}

func looksAtMail() []look {
	const letters = `SELECT id, created_at, kind, to_address, language, state, reply, report, data FROM letters WHERE `
	letter := []string{"what", "to", "language", "state", "reply", "report", "_data"}
	const mail = `SELECT m.id, m.received_at, m.mailbox, m.subject, m.kind, m.grounds, m.unreadable, m.digest, m.duplicate_of FROM `
	fields := []string{"mailbox", "subject", "sorted", "_grounds", "why", "_digest", "_duplicate"}
	return []look{
		{"letters", "letter", letter, letters + `subscriber_id <> 0 AND subscriber_id IN (?)`, seekIDs, finishLetter},
		{"letters", "letter", letter, letters + `LOWER(to_address) IN (?)`, seekSpelled, finishLetter},
		{"mail", "inbound", fields, mail + `inbound_messages m WHERE m.id IN (?)`, seekMessages, finishMail("sender")},
		{"mail", "inbound", fields, mail + `inbound_people p JOIN inbound_messages m ON m.id = p.inbound_id WHERE p.address_key IN (?)`, seekKeys, finishMail("named in it")},
	}
}

// finishLetter opens what a letter was made of.
func finishLetter(_ sought, row map[string]string, x *access.Item) error {
	var about mailer.About
	if json.Unmarshal([]byte(row["_data"]), &about) == nil && about.Subject != "" {
		x.Content.Fields = append(x.Content.Fields, access.Field{Name: "subject", Value: about.Subject})
	}
	x.Content.Text = mailer.WrittenText(mailer.Letter{Data: []byte(row["_data"])})
	return nil
}

// finishMail names the raw message, which the service opens. Of a message that came twice only the first is opened.
func finishMail(role string) func(sought, map[string]string, *access.Item) error {
	return func(_ sought, row map[string]string, x *access.Item) error {
		x.Content.Fields = append(x.Content.Fields, access.Field{Name: "role", Value: role})
		var grounds []struct{ Words string }
		if json.Unmarshal([]byte(row["_grounds"]), &grounds) == nil {
			var words []string
			for _, g := range grounds {
				words = append(words, g.Words)
			}
			if len(words) > 0 {
				x.Content.Fields = append(x.Content.Fields, access.Field{Name: "grounds", Value: strings.Join(words, "; ")})
			}
		}
		if row["_digest"] != "" && row["_duplicate"] == "0" {
			x.Content.File = &access.File{Name: strings.ReplaceAll(x.Ref, ":", "-") + ".eml", Type: "message/rfc822", Digest: row["_digest"], Place: -1}
		}
		return nil
	}
}

func looksAtCases() []look {
	return []look{
		{"cases", "case", []string{"reference", "kind", "state", "channel", "subject", "from", "due", "alarm", "_asked", "_decision"},
			`SELECT id, received_at, reference, kind, state, channel, subject, from_address, due_on, alarm, asked, decision FROM cases WHERE id IN (?)`, seekCases, finishCase},
		{"cases", "case-event", []string{"what", "note", "on", "actor", "_kind", "_case"},
			`SELECT id, at, what, note, happened_on, actor, kind, case_id FROM case_events WHERE case_id IN (?)`, seekCases, finishEventOfCase},
		{"cases", "party", []string{"role", "name", "address", "contact"},
			`SELECT id, 0, role, name, address, contact FROM case_parties WHERE case_id IN (?)`, seekCases, nil},
		{"cases", "party", []string{"role", "name", "address", "contact"},
			`SELECT id, 0, role, name, address, contact FROM case_parties WHERE address_key IN (?)`, seekKeys, nil},
		{"cases", "case-message", []string{"what", "from", "to", "subject", "actor"},
			`SELECT id, at, direction, CASE WHEN direction = 'in' THEN from_address ELSE '' END, CASE WHEN direction = 'in' THEN '' ELSE from_address END, subject, actor FROM case_messages WHERE case_id IN (?)`, seekCases, nil},
		{"cases", "case-link", []string{"kind", "actor"},
			`SELECT CAST(earlier_id AS TEXT) || '.' || CAST(later_id AS TEXT), linked_at, relation, actor FROM case_links WHERE earlier_id IN (?)`, seekCases, nil},
		{"cases", "third-party", []string{"organisation", "wanted", "gateway", "disclosed", "on", "how"},
			`SELECT case_id, changed_at, organisation, wanted, gateway, disclosed, disclosed_on, means FROM third_party_requests WHERE subscriber_id IN (?)`, seekIDs, nil},
		{"files", "file", []string{"actor", "_name", "_type", "_size", "_case"},
			`SELECT id, added_at, actor, name, type, size, case_id FROM case_files
				WHERE case_id IN (?) AND NOT EXISTS (SELECT 1 FROM access_items i WHERE i.copy_id = case_files.id)`, seekCases, finishFile},
		{"given", "pack", []string{"kind", "number", "actor"},
			`SELECT id, approved_at, kind, items, actor FROM access_packs WHERE case_id IN (?)`, seekOthers, nil},
		{"given", "link", []string{"what", "actor", "until@"},
			`SELECT id, made_at, way, actor, expires_at FROM access_links WHERE case_id IN (?)`, seekOthers, nil},
		{"given", "opening", []string{"what"},
			`SELECT o.id, o.at, o.what FROM access_openings o JOIN access_links l ON l.id = o.link_id WHERE l.case_id IN (?)`, seekOthers, nil},
		{"given", "receiver", []string{"organisation", "what", "note", "actor"},
			`SELECT id, named_at, name, decision, evidence, named_by FROM access_receivers WHERE case_id IN (?)`, seekOthers, nil},
		{"given", "place", []string{"place", "searched-by", "on", "note"},
			`SELECT id, at, name, searched_by, searched_on, found FROM access_places WHERE case_id IN (?)`, seekOthers, nil},
		{"given", "search", []string{"actor"}, `SELECT id, at, actor FROM access_searches WHERE case_id IN (?)`, seekOthers, nil},
	}
}

// finishCase adds what was asked and what was decided.
func finishCase(_ sought, row map[string]string, x *access.Item) error {
	x.Content.Text = row["_asked"]
	var d cases.Decision
	if row["_decision"] != "" && json.Unmarshal([]byte(row["_decision"]), &d) == nil {
		x.Content.Fields = append(x.Content.Fields, access.Field{Name: "decision", Value: string(d.Outcome)}, access.Field{Name: "words", Value: cmp.Or(d.Words, "–")})
	}
	return nil
}

// finishEventOfCase leaves out what answering this very request did.
func finishEventOfCase(s sought, row map[string]string, x *access.Item) error {
	id, err := strconv.ParseInt(row["_case"], 10, 64)
	if row["_kind"] == string(cases.Done) && slices.Contains(s.own, any(id)) {
		x.Ref = ""
	}
	return err
}

// finishFile names the file: a scan, or what staff put in.
func finishFile(_ sought, row map[string]string, x *access.Item) error {
	var err error
	f := access.File{Name: row["_name"], Type: row["_type"]}
	if f.Size, err = strconv.ParseInt(row["_size"], 10, 64); err != nil {
		return err
	}
	if f.CaseID, err = strconv.ParseInt(row["_case"], 10, 64); err != nil {
		return err
	}
	f.ID, err = strconv.ParseInt(strings.TrimPrefix(x.Ref, "file:"), 10, 64)
	x.Content.File, x.Content.Paper = &f, true
	return err
}

func looksAtKeeping() []look {
	return []look{
		{"keeping", "hold", []string{"kind", "reason", "actor", "until@", "why"},
			`SELECT id, placed_at, kind, reason, placed_by, lifted_at, lifted_why FROM holds WHERE subscriber_id IN (?)`, seekIDs, nil},
		{"keeping", "erasure", []string{"reason", "state", "actor", "note"},
			`SELECT id, asked_at, ground, state, asked_by, untold FROM erasures WHERE subscriber_id IN (?)`, seekIDs, nil},
		{"keeping", "disposal", []string{"what", "state", "why"},
			`SELECT d.id, d.due_at, r.name, d.state, d.why FROM disposals d LEFT JOIN retention_rules r ON r.id = d.rule_id WHERE d.subscriber_id IN (?)`, seekIDs, nil},
	}
}
