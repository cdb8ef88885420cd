package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// file writes a file beside the database and returns its path.
func (r *rig) file(name, text string) string {
	r.t.Helper()
	path := filepath.Join(r.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		r.t.Fatal(err)
	}
	return path
}

func wantSays(t *testing.T, got string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(got, w) {
			t.Errorf("it does not say %q:\n%s", w, got)
		}
	}
}

const annsRow = "address,act,acted_at,source,name\nAnn.Quillfeather@example.org,ticked the box,2026-01-02,old system,Ann Quillfeather\n"

// The same as the test of package assembly, at the command line: erase, restore yesterday's file, import the address in odd case.
func TestErasedAtTheCommandLineAPersonStaysAway(t *testing.T) {
	t.Parallel()
	r := ready(t)
	path := filepath.Join(r.dir, "assent.db")
	r.want(0, "", "import", "news", r.file("people.csv", annsRow))
	yesterday, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	wantSays(t, r.want(0, "", "erase", "ann.quillfeather@example.org"), "waits for the letter")
	r.sql("UPDATE erasures SET state = 'refused'") // as if the letter had been long under way
	wantSays(t, r.want(0, "", "erase", "ann.quillfeather@example.org", "--untold", "told by phone"), "is done")
	for _, tail := range []string{"-wal", "-shm"} {
		_ = os.Remove(path + tail) // there may be none
	}
	if err := os.WriteFile(path, yesterday, 0o600); err != nil {
		t.Fatal(err)
	}
	wantSays(t, r.want(0, "", "migrate"), "An older state of the database was restored: 1 ")
	odd := strings.Replace(strings.Replace(annsRow, "Ann.Quillfeather", "ANN.QuillFeather", 1), "Ann Quillfeather", "", 1)
	wantSays(t, r.want(0, "", "import", "news", r.file("again.csv", odd)), "refused: opted out")
	entries, err := os.ReadDir(r.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "people.csv") || strings.HasPrefix(e.Name(), "again.csv") {
			continue // the operator's own
		}
		b, err := os.ReadFile(filepath.Join(r.dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(strings.ToLower(string(b)), "quillfeather") {
			t.Errorf("%s holds the address or the name", e.Name())
		}
	}
	wantSays(t, r.want(0, "", "verify"), "The ledger holds")
}

func TestASuppressionFileIsBroughtInOnce(t *testing.T) {
	t.Parallel()
	r := ready(t)
	plain := r.file("plain.txt", "ann@example.org\nnobody\nBo@example.org\nANN@example.org\n")
	wantSays(t, r.want(0, "", "suppress", "import", plain), "4 rows: 2 addresses are barred now, 1 was already, 1 is no address", "in line 2")
	wantSays(t, r.want(0, "", "suppress", "import", plain, "--programme", "harbour"), "0 addresses are barred now")
	columns := r.file("columns.csv", "name,Email\nAnn,cy@example.org\n")
	wantSays(t, r.want(0, "", "suppress", "import", columns, "--list", "news", "--reason", "telephone preference"), "1 address is barred now")
	wantSays(t, r.want(1, "", "suppress", "import", columns, "--reason", "Ann said so"), "small letters")
	wantSays(t, r.want(2, "", "suppress", "import", columns, "--list", "news", "--programme", "harbour"), "not both")
	wantSays(t, r.want(2, "", "suppress", "fold"), "ASSENT_FOLD is not set")
	r.env["ASSENT_FOLD"] = "plus"
	wantSays(t, r.want(0, "", "suppress", "fold"), "0 addresses are variants")
	if n := r.count("SELECT COUNT(*) FROM suppressions"); n != 3 {
		t.Errorf("%d bars", n)
	}
}

func TestTheScheduleIsCarriedOutAtTheCommandLine(t *testing.T) {
	t.Parallel()
	r := ready(t)
	wantSays(t, r.want(0, "", "retention", "run"), "There are no rules")
	r.sql(`INSERT INTO retention_rules (programme_id, name, what, since, length, unit, action, categories, review, reason, created_by, created_at, ended_by, ended_at)
		VALUES (0, 'Quarantine', 'quarantine', 'imported', 0, 'days', 'delete', '[]', 0, 'it shows no consent', 'user:1', 1, '', 0)`)
	r.want(0, "", "import", "news", r.file("people.csv", "address\nann@example.org\n"))
	wantSays(t, r.want(0, "", "retention", "rules"), "Quarantine: quarantine, 0 days after imported, delete. it shows no consent")
	wantSays(t, r.want(0, "", "retention", "run", "--dry-run"), "1 due")
	wantSays(t, r.want(0, "", "retention", "run"), "1 due, 1 disposed of")
	wantSays(t, r.want(0, "", "retention", "certificates"), "rule 1 (quarantine, delete): 1, approved by rule")
}

func TestASecretIsChangedWithoutLosingAnybody(t *testing.T) {
	t.Parallel()
	r := ready(t)
	r.want(0, "", "suppress", "import", r.file("plain.txt", "ann@example.org\n"))
	wantSays(t, r.want(2, "", "secret", "rotate"), "ASSENT_FORMER_SECRETS")
	r.env["ASSENT_SECRET"], r.env["ASSENT_FORMER_SECRETS"] = "Zx8Qn3Lw0VtY6uKc2BmR5sHd9JfG1aPe", testSecret
	wantSays(t, r.want(1, "", "verify"), "NOT as it should be")
	wantSays(t, r.want(0, "", "secret", "rotate"), "bears the new ASSENT_SECRET now")
	wantSays(t, r.want(0, "", "secret", "rotate"), "Nothing was changed")
	r.want(0, "", "verify")
	wantSays(t, r.want(0, "", "suppress", "import", r.file("again.txt", "ANN@example.org\n")), "0 addresses are barred now, 1 was already")
	r.env["ASSENT_SECRET"] = "Wq5Rt8Yu1Io4Pa7Sd0Fg3Hj6Kl9Zx2Cv"
	r.env["ASSENT_FORMER_SECRETS"] = "Mn1Bv4Cx7Zl0Kj3Hg6Fd9Sa2Po5Iu8Yt"
	wantSays(t, r.want(1, "", "secret", "rotate"), "neither ASSENT_SECRET nor any of ASSENT_FORMER_SECRETS")
}
