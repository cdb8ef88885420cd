package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assent/internal/store/storetest"
)

func TestMigrateMakesAndKeeps(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(testing.TB) string{"SQLite": storetest.BareSQLiteURL, "PostgreSQL": storetest.BarePostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.env["ASSENT_DATABASE_URL"] = url(t)
			contains(t, r.want(exitFailure, "", "user", "list"), "The database has schema 0; this Assent needs", "Run 'assent migrate'.")
			contains(t, r.want(exitOK, "", "migrate"), "The "+name+" database is ready, with schema ")
			contains(t, r.want(exitOK, "", "migrate"), "Its schema was not changed.")
			contains(t, r.want(exitOK, "", "user", "list"), "There are no operators yet.")
		})
	}
}

func TestDatabasesThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		do   func(*rig)
		says string
	}{
		{"a folder that is not there", func(r *rig) { r.env["ASSENT_DATABASE_URL"] = "sqlite:/nowhere/assent.db" }, "The database file /nowhere/assent.db cannot be opened. Check that its folder exists"},
		{"a folder in the place of a file", func(r *rig) { r.env["ASSENT_DATABASE_URL"] = "sqlite:" + r.dir }, "cannot be opened."},
		{"a file that is something else", func(r *rig) {
			r.env["ASSENT_DATABASE_URL"] = "sqlite:" + r.write("notes.txt", strings.Repeat("Dear diary. ", 500))
		}, "that it is an SQLite database"},
		{"a PostgreSQL that does not run", func(r *rig) { r.env["ASSENT_DATABASE_URL"] = "postgres://me:hunter2@127.0.0.1:1/assent" }, "The database cannot be reached. Check ASSENT_DATABASE_URL and that the server runs."},
		{"a newer schema", func(r *rig) {
			r.want(exitOK, "", "migrate")
			r.sql("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)")
		}, "The database has schema 99, made by a newer Assent; this one knows up to "},
		{"another secret", func(r *rig) {
			r.want(exitOK, "", "migrate")
			r.env["ASSENT_SECRET"] = strings.ToLower(testSecret) + "Zy"
		}, "does not bear the seal of this ASSENT_SECRET"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			c.do(r)
			for _, command := range [][]string{{"migrate"}, {"user", "list"}} {
				got := r.want(exitFailure, "", command...)
				contains(t, got, c.says)
				if strings.Contains(got, "hunter2") || strings.Contains(strings.ToLower(got), "sql:") || strings.Contains(got, "goroutine") {
					t.Errorf("it shows what it should not:\n%s", got)
				}
			}
		})
	}
}

func TestAFileOfSomebodyElseIsLeftAlone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	text := strings.Repeat("Dear diary. ", 500)
	path := r.write("notes.txt", text)
	r.env["ASSENT_DATABASE_URL"] = "sqlite:" + path
	r.want(exitFailure, "", "migrate")
	if read(t, path) != text {
		t.Error("the file was changed")
	}
	if left, _ := filepath.Glob(path + "-*"); len(left) > 0 {
		t.Errorf("left beside it: %v", left)
		for _, l := range left {
			_ = os.Remove(l)
		}
	}
}
