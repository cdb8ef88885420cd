package storetest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// SQLiteURL makes a file with the present schema and returns its URL.
func SQLiteURL(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "assent.db")
	WriteSQLite(t, path)
	return "sqlite:" + path + "?synchronous=normal"
}

// BareSQLiteURL returns the URL of a file that is not there yet.
func BareSQLiteURL(t testing.TB) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "assent.db") + "?synchronous=normal"
}

// WriteSQLite writes a database with the present schema to a file.
func WriteSQLite(t testing.TB, path string) {
	t.Helper()
	file, err := migratedFile()
	if err == nil {
		err = os.WriteFile(path, file, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// migratedFile is a database file with the present schema. A test program climbs the migrations once and then copies, which takes a
// hundredth of the time.
var migratedFile = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "assent-storetest-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "assent.db")
	if err := furnish(context.Background(), "sqlite:"+path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})
