package access

import "slices"

// Source is one place that a search looks through: some tables that hold data about people, read together.
type Source struct {
	Code   string   // such as "mail"; Word has it in words, and the terms that it is searched by under "by-mail"
	Tables []string // every table that it reads
}

// Sources returns every source, in the order in which a pack shows what they hold. TestEveryTableWithPersonalDataIsSearched holds it to the schema, so that a new
// table cannot be forgotten (E1-08).
func Sources() []Source {
	return []Source{
		{"record", []string{"subscribers"}},
		{"permissions", []string{"consent_events", "memberships", "permissions", "suppressions", "act_addresses", "asks"}},
		{"sent", []string{"deliveries", "deferrals"}},
		{"letters", []string{"letters"}},
		{"mail", []string{"inbound_messages", "inbound_people", "inbound_pieces"}},
		{"cases", []string{"cases", "case_events", "case_parties", "case_messages", "case_links", "third_party_requests"}},
		{"files", []string{"case_files", "case_pieces"}},
		{"visits", []string{"visits", "moves"}},
		{"corrections", []string{"corrections", "statements"}},
		{"recipients", []string{"disclosures", "disclosure_people", "recipient_notices"}},
		{"told", []string{"notice_tellings", "permission_requests"}},
		{"keeping", []string{"holds", "erasures", "disposals"}},
		{"quarantine", []string{"quarantine"}},
		{"trail", []string{"audit_entries", "audit_keys"}},
		{"given", []string{"access_searches", "access_places", "access_items", "access_packs", "access_files", "access_pieces", "access_links", "access_openings", "access_receivers"}},
	}
}

// SourceOf returns the source with a code.
func SourceOf(code string) (Source, bool) {
	i := slices.IndexFunc(Sources(), func(s Source) bool { return s.Code == code })
	if i < 0 {
		return Source{}, false
	}
	return Sources()[i], true
}

// Unsearched returns the tables that could lead to a person and are not searched, each with the reason.
func Unsearched() map[string]string {
	return map[string]string{
		"breach_records":    "what happened in a breach; it names nobody",
		"evidence":          "hashes of papers that are searched where they are",
		"evidence_releases": "that papers of a breach are needed no more",
		"address_variants":  "keyed hashes of spellings: a search uses them, and they say nothing more",
		"chunks":            "numbers of people for the minutes of sending; what was sent is searched",
		"intents":           "numbers of people for the seconds of sending; what was sent is searched",
		"idempotency_keys":  "answers to programs, kept for at most a day; what they repeat is searched",
		"leaving_remarks":   "kept apart from whoever wrote it; nothing leads to a person",
		"users":             "operators, who are asked of the organisation that employs them",
		"sessions":          "operators",
		"api_keys":          "programs",
		"copies":            "files that staff had made of what is searched where it is; who asked for them stands in the trail",
		"copy_pieces":       "their bytes, for days",
		"upload_pieces":     "files of people on their way in, in pieces, for days; what was taken in from them is searched",
		"upload_rejects":    "lines of such files that were not taken in, for days; nobody is known by them",
		"campaigns":         "written for many; what was sent to the person is searched",
		"case_numbers":      "counts",
		"outbox":            "tasks by number",
		"letter_texts":      "texts for letters, about nobody",
		"ledger_head":       "the ledger's end",
		"audit_head":        "the trail's end",
		"imports":           "counts of files; what came of them is searched",
		"programmes":        "what an organisation publishes about itself",
		"recipients":        "organisations; a pack names them",
		"notices":           "published; a pack's permissions name them",
		"campaign_funnels":  "counts",
		"certificates":      "counts of what was destroyed",
		"anonymous_counts":  "counts of nobody in particular",
		"notice_runs":       "about nobody",
		"mailboxes":         "when each was looked at",
	}
}
