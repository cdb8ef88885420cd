package templates

import (
	"bytes"
	"testing"
	"time"
)

func auditSamples() []sample {
	rows := []AuditRow{
		{Number: 812, At: uk(time.March, 3, 9, 12), Who: "operator 3", What: "read case", Object: "case:12", URL: "/console/cases/12", Why: "Answering DP-2026-0012"},
		{Number: 811, At: uk(time.March, 3, 9, 1), Who: "API key 5", What: "change person", Object: "subscriber:17", URL: "/console/people/17", Facts: `{"fields":["name"]}`,
			Changes: []AuditChange{{"name", "Anne Lee", "Ann Lee"}, {"harbour.region", "", "Kent"}}},
		{Number: 810, At: uk(time.March, 2, 17, 0), Who: "the person", What: "add person", Object: "subscriber:16", URL: "/console/people/16", Facts: `{"fields":["address"]}`, Destroyed: true},
	}
	actions := []string{"add person", "change person", "read case"}
	return []sample{
		{"audit", "", AuditPage{Console: desk(), Actions: actions, Rows: rows, Older: "?before=810"}},
		{"audit", "filtered", AuditPage{Console: desk(), Actor: "user:3", Action: "read case", Person: "17", From: "2026-03-01", To: "2026-03-31", Actions: actions, Rows: rows[:1], Newer: "?actor=user%3A3"}},
		{"audit", "none", AuditPage{Console: desk(), Actions: actions, Object: "case:99", Problem: "A day is written like 2026-04-01."}},
	}
}

func TestTheSummaryOfAnExportReadsAsItsGoldenFile(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	err := loaded(t).Document(&b, "audit-summary", AuditSummary{
		From: uk(time.January, 1, 0, 0), To: uk(time.April, 1, 0, 0), MadeAt: uk(time.April, 2, 9, 30), Entries: 3, InRange: 4102, First: 811, Last: 4912, FirstHash: "9f86d0", EndHash: "60303a",
		Actions: []Count{{Label: "read case", N: 2}, {Label: "change <person>", N: 1}}, Actors: []Count{{Label: "user:3", N: 3}}, Erased: 1, Person: 17,
		Seal: "ASSENT SEAL 1\nAt: 2026-04-01T03:00:00.000Z\n", Fingerprint: "9a40 b28f", Key: "AgPX=", File: "trail.jsonl",
	})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "documents/audit-summary.html", b.Bytes())
	if bytes.Contains(b.Bytes(), []byte("<person>")) {
		t.Error("what was said became markup")
	}
}

func sealMail() SealMail {
	return SealMail{
		Sender: newsletter(),
		Seal: "ASSENT SEAL 1\nAt: 2026-11-22T03:00:00.000Z\nLedger: 812 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n" +
			"Audit: 4912 60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752\nSeal: fd61a03af4f77d870fc21e05e7e80678095c92d808cfb3b5c279ee04c74aca13\n",
		Key: "AgPXtNsWRwG/oYezEpC+vUdc9M3FcQ+0bX28WrhvWJE=", Fingerprint: "9a40 b28f 9442 ccc9 2b95 6f36 659a 4f51",
	}
}
