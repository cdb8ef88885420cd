package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// key returns the public key that packs and exports are signed with.
func (r *rig) key() string {
	r.t.Helper()
	line, _, _ := strings.Cut(r.want(exitOK, "", "audit", "key"), "\n")
	return line
}

// damage changes one octet of a file.
func (r *rig) damage(path, old, is string) {
	r.t.Helper()
	b, err := os.ReadFile(path)
	if err == nil && !bytes.Contains(b, []byte(old)) {
		r.t.Fatalf("%s has no %q", path, old)
	}
	if err == nil {
		err = os.WriteFile(path, bytes.Replace(b, []byte(old), []byte(is), 1), 0o600)
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

func TestWhatIsDoneAtTheCommandLineIsInTheTrail(t *testing.T) {
	t.Parallel()
	r := withPeople(t)
	r.want(exitOK, "", "user", "add", "ann@harbour.example", "--name", "Ann Lee", "--role", "dpo", "--generate")
	r.want(exitOK, "", "user", "disable", "ann@harbour.example")
	r.want(exitOK, "", "user", "key", "add", "kiosk", "--scopes", "lists:read")
	listed := r.want(exitOK, "", "audit", "list")
	contains(t, listed, "add operator", "disable operator", "make API key", "begin import", "finish import", commandActor())
	if strings.Contains(listed, "Ann") {
		t.Errorf("the trail names somebody:\n%s", listed)
	}
	contains(t, r.want(exitOK, "", "audit", "list", "--action", "add operator"), "user:1")
	contains(t, r.want(exitUsage, "", "audit", "list", "--from", "yesterday"), "--from must be a day")
	contains(t, r.want(exitOK, "", "verify"), "The audit trail holds")
	r.sql(`UPDATE audit_entries SET actor = 'cli:666' WHERE action = 'disable operator'`)
	contains(t, r.want(exitFailure, "", "verify"), "audit_entries, seq ", "it was changed")
}

func TestASealThatWasKeptFindsAnOlderDatabase(t *testing.T) {
	t.Parallel()
	r := withPeople(t)
	older, err := os.ReadFile(filepath.Join(r.dir, "assent.db"))
	if err != nil {
		t.Fatal(err)
	}
	r.want(exitOK, "", "user", "key", "add", "kiosk", "--scopes", "lists:read")
	seal := r.want(exitOK, "", "audit", "seal")
	file := filepath.Join(r.dir, "seal.eml")
	if err := os.WriteFile(file, []byte("Subject: Seal\r\n\r\n"+seal), 0o600); err != nil {
		t.Fatal(err)
	}
	contains(t, r.want(exitOK, "", "verify", "--against", file), "Both go on from the seal")
	contains(t, r.want(exitOK, "", "verify", "--against", seal), "Both go on from the seal")
	if err := os.WriteFile(filepath.Join(r.dir, "assent.db"), older, 0o600); err != nil {
		t.Fatal(err)
	}
	r.want(exitOK, "", "verify") // it is whole in itself
	contains(t, r.want(exitFailure, "", "verify", "--against", file), "NOT as it should be", "an older state was put back")
}

func TestAnExportIsCheckedWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	r := withPeople(t)
	for i, format := range []string{"jsonl", "csv"} {
		dir := filepath.Join(r.dir, "export-"+format)
		contains(t, r.want(exitOK, "", "audit", "export", "--format", format, "-o", dir, "--action", "finish import"), "Exported 1 entries")
		key := r.key()
		offline := &rig{t, r.dir, map[string]string{}}
		contains(t, offline.want(exitOK, "", "verify", "--export", dir, "--key", key), "The export holds: 1 entries", "without a gap")
		contains(t, offline.want(exitOK, "", "verify", "--export", dir), "shows only --key")
		for _, file := range []string{"summary.html", "chain.txt", "proof.json"} {
			if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
				t.Error(err)
			}
		}
		offline.damage(filepath.Join(dir, "trail."+format), "finish", "Finish")
		contains(t, offline.want(exitFailure, "", "verify", "--export", dir), "was changed")
		offline.damage(filepath.Join(dir, "trail."+format), "Finish", "finish")
		offline.damage(filepath.Join(dir, "proof.json"), `"entries": 1`, `"entries": 2`)
		offline.want(exitFailure, "", "verify", "--export", dir)
		contains(t, r.want(exitOK, "", "audit", "list", "--limit", "1", "--action", "export audit trail"), "export audit trail")
		if i == 0 {
			contains(t, r.want(exitFailure, "", "audit", "export", "-o", dir), "is not there yet")
		}
	}
}

func TestAPackFromTheCommandLineIsCheckedOffline(t *testing.T) {
	t.Parallel()
	r := withPeople(t)
	dir := filepath.Join(r.dir, "pack")
	contains(t, r.want(exitOK, "", "pack", "--address", "ann@example.org", "--why", "she asked", "-o", dir), "1 events and 0 messages")
	pack := filepath.Join(dir, "pack.json")
	offline := &rig{t, r.dir, map[string]string{}}
	contains(t, offline.want(exitOK, "", "verify", "--pack", pack, "--key", r.key()), "The pack holds: 1 events")
	contains(t, r.want(exitOK, "", "verify", "--pack", pack, "--ledger"), "stands in the ledger")
	contains(t, r.want(exitOK, "", "audit", "list", "--action", "export show-me pack"), "she asked", commandActor())
	page, err := os.ReadFile(filepath.Join(dir, "pack.html"))
	if err != nil {
		t.Fatal(err)
	}
	contains(t, string(page), "ann@example.org", "signed form 1", "Harbour News")
	offline.damage(pack, "signed form 1", "signed form 7")
	contains(t, offline.want(exitFailure, "", "verify", "--pack", pack), "changed after it was signed")
	contains(t, r.want(exitFailure, "", "pack", "--address", "nobody@example.org", "-o", dir+"2"), "Nothing is known")
	contains(t, r.want(exitUsage, "", "pack", "--address", "ann@example.org"), "-o FOLDER")
}

func TestTheTrailIsNeverKeptForLessThanTwelveMonths(t *testing.T) {
	t.Parallel()
	r := ready(t)
	contains(t, r.want(exitUsage, "", "audit", "trim", "--months", "11"), "at least 12 months")
	contains(t, r.want(exitOK, "", "audit", "trim", "--months", "12"), "Removed 0 entries")
	r.env["ASSENT_AUDIT_MONTHS"] = "6"
	contains(t, r.want(exitFailure, "", "audit", "list"), "ASSENT_AUDIT_MONTHS", "from 12 on")
}
