package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/assembly"
	"assent/internal/config"
	"assent/internal/store"
	"assent/subscriptions"
)

const (
	importHead = "address,name,act,acted_at,source\n"
	goodRow    = "ann@example.org,Ann Lee,Ticked the box,2026-03-31,Spring fair\n"
)

func TestFilesThatCannotBeImportedSayWhatToDo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, says string }{
		{"nothing in it", "", "The file is empty."},
		{"blank lines alone", "\n\n", "The file has no rows. Its first row names the columns."},
		{"Latin-1", importHead + goodRow + "jose@example.org,Jos\xe9,Ticked,2026-03-31,Fair\n", "Line 3 is not UTF-8 text; the file was probably saved as Latin-1. Save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\"), or say that its encoding is latin1 (--encoding latin1). Nothing was done."},
		{"UTF-16", "\xff\xfea\x00,\x00b\x00", "The file is UTF-16."},
		{"no header", goodRow, "is not known. Columns are address, name,"},
		{"no column for the address", "name,act\nAnn,Ticked\n", "needs a column named address"},
		{"a header with a broken quote", "address,\"name\n" + goodRow, "The header in line 1 cannot be read. A quote (\") is opened and not closed."},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := ready(t)
			path := r.write("people.csv", c.text)
			contains(t, r.want(exitFailure, "", "import", "news", path), c.says)
			if r.events() != 0 {
				t.Error("something was imported")
			}
		})
	}
	r := ready(t)
	contains(t, r.want(exitFailure, "", "import", "news", filepath.Join(r.dir, "nowhere.csv")), "cannot be opened. Check its name")
	contains(t, r.want(exitFailure, "", "import", "news", r.dir), "The file cannot be read to its end. Nothing was done.")
	contains(t, r.want(exitFailure, "", "import", "letters", r.write("people.csv", importHead+goodRow)), `There is no list "letters". There are: news.`)
}

// events counts what the ledger holds.
func (r *rig) events() (n int64) {
	r.withStore(func(db *store.DB) {
		head, _, err := db.Head(r.t.Context())
		if err != nil {
			r.t.Fatal(err)
		}
		n = head.Seq
	})
	return n
}

func TestTroubleInRowsLosesNoOtherRow(t *testing.T) {
	t.Parallel()
	r := ready(t)
	path := r.write("people.csv", "\xef\xbb\xbfEmail;Name;Act;Acted at;Source\r\n"+
		"a@example.org;\"Ann\r\n"+ // broken quote
		"b@example.org;Bob;Ticked;2026-03-31;Fair\r\n"+
		"c@example.org;C\x00;Ticked;2026-03-31;Fair\r\n"+
		"d@example.org;"+strings.Repeat("D", 10<<20)+";Ticked;2026-03-31;Fair\r\n"+
		"e@example.org;E;;;\r\n"+
		"f@example.org;F;Ticked;2026-03-31\r\n"+
		"g@example.org;José;Ticked;2026-03-31;Fair")
	for _, dry := range []bool{true, false} {
		args, rejected := []string{"import", "news", path}, path+".errors.csv"
		if dry {
			args, rejected = append(args, "--dry-run"), path+".dry-run.csv"
		}
		contains(t, r.want(exitOK, "", args...), "7 rows in Harbour News", "2  now on the list", "1  in quarantine", "4  not taken: a mistake in the row", "Each row that was not taken, with the reason: "+rejected)
		if want := map[bool]int64{true: 0, false: 2}[dry]; r.events() != want {
			t.Errorf("the ledger has %d events and not %d", r.events(), want)
		}
		rejects := read(t, rejected)
		contains(t, rejects, "line,reason,row\n2,\"A quote (\"\") is opened", "\n4,\"There is a NUL byte", "\n5,The line is longer than 64 KiB.", "\n6,\"It does not say what the person did to agree", "\n7,\"The header has 5 fields, and this row 4.\"")
		if len(rejects) > 2000 {
			t.Errorf("the file of rejects has %d octets", len(rejects))
		}
		if info, err := os.Stat(rejected); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("others can read the rejects: %v, %v", info.Mode(), err)
		}
	}
	contains(t, r.want(exitOK, "", "import", "news", path), "This file was brought into Harbour News on", "Nothing was done again.", "2  now on the list")
}

func TestLatin1IsTakenWhenItIsNamed(t *testing.T) {
	t.Parallel()
	r := ready(t)
	path := r.write("people.csv", importHead+"jose@example.org,Jos\xe9,Ticked,2026-03-31,Fair\n")
	contains(t, r.want(exitOK, "", "import", "news", path, "--encoding", "latin1"), "1  now on the list")
	r.withStore(func(db *store.DB) {
		if p, err := db.Subscriber(t.Context(), 1); err != nil || p.Name != "José" {
			t.Errorf("imported %q, %v", p.Name, err)
		}
	})
}

func TestNoImportUndoesAnOptOut(t *testing.T) {
	t.Parallel()
	r := ready(t)
	r.withStore(func(db *store.DB) {
		keys, err := assembly.Keys(config.Config{Secret: testSecret})
		if err != nil {
			t.Fatal(err)
		}
		s := &subscriptions.Service{Store: db, Keys: keys, Now: time.Now}
		if _, err := s.Withdraw(t.Context(), subscriptions.Withdrawal{Address: address.Must("ann@example.org"), Scope: subscriptions.Everything(), Channel: subscriptions.ByMail, Actor: "subscriber"}); err != nil {
			t.Fatal(err)
		}
	})
	path := r.write("people.csv", importHead+goodRow)
	contains(t, r.want(exitOK, "", "import", "news", path, "--errors", filepath.Join(r.dir, "no.csv")), "1  refused")
	contains(t, read(t, filepath.Join(r.dir, "no.csv")), "This person opted out, or the address is suppressed.")
	if r.events() != 1 {
		t.Errorf("the ledger has %d events", r.events())
	}
}

func TestAnImportIsAnsweredFor(t *testing.T) {
	t.Parallel()
	r := ready(t)
	r.want(exitOK, "correct horse battery", "user", "add", "sam@harbour.example", "--name", "Sam", "--role", "comms")
	path := r.write("people.csv", importHead+goodRow)
	contains(t, r.want(exitFailure, "", "import", "news", path, "--as", "ann@harbour.example"), "There is no operator with this address.")
	r.want(exitOK, "", "user", "disable", "sam@harbour.example")
	contains(t, r.want(exitFailure, "", "import", "news", path, "--as", "sam@harbour.example"), "This operator is disabled")
	r.want(exitOK, "", "user", "enable", "sam@harbour.example")
	r.want(exitOK, "", "import", "news", path, "--as", "Sam@harbour.example")
	r.withStore(func(db *store.DB) {
		events, err := db.Events(t.Context(), 0, 2)
		if err != nil || len(events) != 1 || events[0].Actor != "user:1" {
			t.Errorf("events %+v, %v", events, err)
		}
	})
}

func TestTheFileOfRejectsOverwritesNothingElse(t *testing.T) {
	t.Parallel()
	r := ready(t)
	path := r.write("people.csv", importHead+goodRow+"nobody,,,,\n")
	contains(t, r.want(exitFailure, "", "import", "news", path, "--errors", path), "is something else. Name another one with --errors. Nothing was done.")
	if read(t, path) != importHead+goodRow+"nobody,,,,\n" || r.events() != 0 {
		t.Error("something was done")
	}
	contains(t, r.want(exitFailure, "", "import", "news", path, "--errors", filepath.Join(r.dir, "nowhere", "e.csv")), "cannot be written to")
	if r.events() != 0 {
		t.Error("a batch was kept without its rejects")
	}
}

func TestAKilledImportGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	r := ready(t)
	const people = 20_000 // so many that some wait for their neighbours
	var text strings.Builder
	text.WriteString(importHead)
	for n := range people {
		fmt.Fprintf(&text, "p%d@example.org,Person %d,Ticked,2026-03-31,Fair\n", n, n)
		if n%5_000 == 17 {
			text.WriteString("no address,,,,\n")
		}
	}
	path := r.write("people.csv", text.String())
	child := exec.CommandContext(t.Context(), os.Args[0], "import", "news", path)
	child.Env = append(os.Environ(), "ASSENT_TEST_AS_PROGRAM=1", "ASSENT_DATABASE_URL="+r.env["ASSENT_DATABASE_URL"], "ASSENT_SECRET="+testSecret)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(3 * time.Minute); r.count("SELECT seq FROM ledger_head") < 2_000; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the import does not get on")
		}
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	kept := r.events()
	got := r.want(exitOK, "", "import", "news", path)
	contains(t, got, fmt.Sprintf("What became of %s rows", thousands(people+4)), "20,000  now on the list", "4  not taken")
	if kept < people && !strings.Contains(got, "Went on after ") {
		t.Errorf("with %d events kept, it did not go on:\n%s", kept, got)
	}
	if r.events() != people {
		t.Errorf("the ledger has %d events for %d people", r.events(), people)
	}
	if rejects := read(t, path+".errors.csv"); strings.Count(rejects, "\n") != 5 {
		t.Errorf("the rejects are not each there once:\n%s", rejects)
	}
	contains(t, r.want(exitOK, "", "verify"), "The ledger holds: 20000 events")
}
