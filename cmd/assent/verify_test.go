package main

import (
	"os"
	"path/filepath"
	"testing"
)

// withPeople has three people on the list "news".
func withPeople(t *testing.T) *rig {
	t.Helper()
	r := ready(t)
	file := filepath.Join(r.dir, "people.csv")
	rows := "email,act,acted_at,source\nann@example.org,signed form 1,2026-03-01,paper\nbob@example.org,signed form 2,2026-03-01,paper\ncat@example.org,signed form 3,2026-03-01,paper\n"
	if err := os.WriteFile(file, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	r.want(exitOK, "", "import", "news", file)
	return r
}

func TestVerifyProvesAWholeDatabase(t *testing.T) {
	t.Parallel()
	contains(t, withPeople(t).want(exitOK, "", "verify"), "The ledger holds: 3 events", "Every message was allowed")
}

func TestVerifyNamesTheRowThatWasChanged(t *testing.T) {
	t.Parallel()
	for statement, names := range map[string]string{
		`UPDATE consent_events SET actor = 'sYstem' WHERE seq = 2`:                                                   "consent_events, seq 2",
		`DELETE FROM consent_events WHERE seq = 3`:                                                                   "consent_events, seq 3",
		`UPDATE consent_events SET evidence = CAST(replace(CAST(evidence AS TEXT), '1', '2') AS BLOB) WHERE seq = 1`: "consent_events, seq 1",
		`UPDATE ledger_head SET seq = 2`:                                                                             "ledger_head",
		`UPDATE memberships SET status = 'withdrawn' WHERE subscriber_id = 2`:                                        "memberships, list 1, subscriber 2",
	} {
		t.Run(names, func(t *testing.T) {
			t.Parallel()
			r := withPeople(t)
			r.sql(statement)
			contains(t, r.want(exitFailure, "", "verify"), names)
		})
	}
}
