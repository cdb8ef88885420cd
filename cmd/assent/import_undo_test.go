package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAnImportIsListedTakenBackAndBroughtInAgain(t *testing.T) {
	t.Parallel()
	r := ready(t)
	path := r.write("people.csv", importHead+goodRow+"bob@example.org,,,,\n")
	r.want(exitOK, "", "import", "news", path)
	contains(t, r.want(exitOK, "", "import", "list"), "people.csv", "finished", commandActor())
	contains(t, r.want(exitOK, "", "import", "undo", "1", "--dry-run"), "Dry run: nothing was changed.", "1  permissions ended", "1  people forgotten", "1  rows dropped from quarantine")
	if r.events() != 1 {
		t.Error("a dry run changed something")
	}
	contains(t, r.want(exitOK, "", "import", "undo", "1"), "Import 1 (people.csv) was taken back:", "1  permissions ended")
	contains(t, r.want(exitOK, "", "import", "undo", "1"), "Nothing was done again.")
	contains(t, r.want(exitOK, "", "import", "list"), "taken back")
	contains(t, r.want(exitOK, "", "import", "news", path), "1  now on the list")
	contains(t, r.want(exitFailure, "", "import", "undo", "7"), "There is no such thing here.")
	contains(t, r.want(exitUsage, "", "import", "undo", "people.csv"), "The number of an import is meant")
	r.want(exitOK, "", "verify")
}

func TestJSONLinesAndExportsOfOtherProgramsComeIn(t *testing.T) {
	t.Parallel()
	r := ready(t)
	path := r.write("people.jsonl", `{"email":"ann@example.org","act":"Ticked the box","acted_at":"2026-03-31","source":"Fair"}`+"\n{broken\n")
	contains(t, r.want(exitOK, "", "import", "news", path), "1  now on the list", "1  not taken")
	contains(t, read(t, path+".errors.csv"), "2,It is not a JSON object.,{broken")
	path = r.write("listmonk.csv", "uuid,email,name,attributes,status,created_at,updated_at\n1,bob@example.org,Bob,{},blocklisted,2024-02-01 09:00:00 +0000 UTC,2025-06-01 10:30:00 +0000 UTC\n")
	contains(t, r.want(exitOK, "", "import", "news", path, "--format", "listmonk"), "1  opted out or were suppressed there, and now are here")
	contains(t, r.want(exitUsage, "", "import", "news", path, "--format", "excel"), "The format must be csv, jsonl, listmonk or mailchimp.")
	path = r.write("towns.csv", "address,act,acted_at,source,Town,Shoe size\ncat@example.org,Ticked,2026-03-31,Fair,Porthaven,42\n")
	contains(t, r.want(exitFailure, "", "import", "news", path), `The column "Town" is not known.`, `--map "Town"=ATTRIBUTE`, `--ignore "Town"`)
	contains(t, r.want(exitOK, "", "import", "news", path, "--ignore", "Town,Shoe size"), "1  now on the list")
	contains(t, r.want(exitFailure, "", "import", "news", path, "--ignore", "Town,Shoe size,Hat"), `The file has no column "hat"`)
}

func TestPeopleInQuarantineAreListedAndAskedOnce(t *testing.T) {
	t.Parallel()
	r := ready(t)
	contains(t, r.want(exitOK, "", "quarantine", "list"), "Nobody is in quarantine.")
	r.want(exitOK, "", "import", "news", r.write("people.csv", importHead+"bob@example.org,Bob,,,Harbour register\n"))
	contains(t, r.want(exitOK, "", "quarantine", "list"), "bob@example.org", "It does not say what the person did")
	contains(t, r.want(exitFailure, "", "quarantine", "ask", "1"), "Say on what ground these people may be asked")
	contains(t, r.want(exitOK, "", "quarantine", "ask", "1", "--why", "berth holders", "--dry-run"), "Dry run: nobody was asked.", "1  are asked")
	contains(t, r.want(exitOK, "", "quarantine", "ask", "1", "--why", "berth holders"), "1  are asked")
	contains(t, r.want(exitOK, "", "quarantine", "ask", "1", "--why", "berth holders"), "1  were asked before, and are not again")
	if r.count("SELECT COUNT(*) FROM outbox WHERE kind = 'letter.confirmation'") != 1 {
		t.Error("not one mail was ordered")
	}
}

func TestExportsGoToAFileForItsOwnerAndGoOn(t *testing.T) {
	t.Parallel()
	r := ready(t)
	r.want(exitOK, "", "import", "news", r.write("people.csv", importHead+goodRow+"bob@example.org,Bob,Ticked,2026-03-31,Fair\n"))
	contains(t, r.want(exitUsage, "", "export", "subscribers"), "Say what the export is for")
	contains(t, r.want(exitUsage, "", "export", "people"), "What can be exported is lists, subscribers, events and deliveries.")
	contains(t, r.want(exitFailure, "", "export", "deliveries", "--campaign", "12", "--why", "a check"), "There is no campaign 12.")
	contains(t, r.want(exitOK, "", "export", "lists"), "id,slug,name,", "1,news,Harbour News,", "1 row.")
	out := filepath.Join(r.dir, "out.csv")
	contains(t, r.want(exitOK, "", "export", "subscribers", "--list", "news", "--why", "a check", "--out", out), "2 rows.")
	whole := read(t, out)
	contains(t, whole, "1,ann@example.org,Ann Lee,,active,Ticked the box,2026-03-31,,Spring fair,", "2,bob@example.org,Bob,,active,")
	if info, err := os.Stat(out); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others can read it: %v, %v", info.Mode(), err)
	}
	contains(t, r.want(exitFailure, "", "export", "subscribers", "--why", "a check", "--out", out), "must not be there yet")
	half := r.write("half.csv", strings.SplitAfter(whole, "Spring fair,,,\n")[0])
	r.want(exitOK, "", "export", "subscribers", "--list", "news", "--why", "a check", "--after", "1", "--out", half)
	if read(t, half) != whole {
		t.Errorf("it went on as\n%s", read(t, half))
	}
	contains(t, r.want(exitOK, "", "audit", "list"), "export people", "a check")
	contains(t, r.want(exitOK, "", "export", "events", "--why", "a check", "--format", "jsonl"), `{"seq":1,"at":"`, `"kind":"granted"`)
}
