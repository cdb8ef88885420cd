package journal_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"assent/internal/errs"
	"assent/internal/journal"
)

func key() []byte { return bytes.Repeat([]byte{7}, 32) }

func entry(seq int64) journal.Entry {
	return journal.Entry{
		Seq: seq, At: time.UnixMilli(1_760_000_000_000 + seq).UTC(), Kind: "withdrawn", Reach: "list", ProgrammeID: 1, PurposeID: 2, ListID: 3,
		Channel: "one-click", Reason: "a reason\twith \"signs\"\n", AddressKey: bytes.Repeat([]byte{byte(seq)}, 32), Hash: bytes.Repeat([]byte{0xa0 + byte(seq)}, 32),
	}
}

func open(t *testing.T, path string) *journal.File {
	t.Helper()
	j, err := journal.Open(path, key())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

func all(t *testing.T, j *journal.File) (seqs []int64) {
	t.Helper()
	if err := j.Each(func(e journal.Entry) error { seqs = append(seqs, e.Seq); return nil }); err != nil {
		t.Fatal(err)
	}
	return seqs
}

func write(t *testing.T, j *journal.File, seqs ...int64) {
	t.Helper()
	var entries []journal.Entry
	for _, s := range seqs {
		entries = append(entries, entry(s))
	}
	if err := j.Append(entries); err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	write(t, open(t, path), 4, 9)
	again := open(t, path)
	last, ok, err := again.Last()
	if err != nil || !ok || !reflect.DeepEqual(last, entry(9)) {
		t.Errorf("the last is %+v, %t, %v", last, ok, err)
	}
	write(t, again, 12)
	if got := fmt.Sprint(all(t, again)); got != "[4 9 12]" {
		t.Error(got)
	}
	var read []int64
	if err := journal.Read(path, key(), func(e journal.Entry) error { read = append(read, e.Seq); return nil }); err != nil || len(read) != 3 {
		t.Errorf("read %v, %v", read, err)
	}
}

func TestAnEmptyJournalHasNoLastEntry(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	open(t, path)
	if _, ok, err := open(t, path).Last(); ok || err != nil {
		t.Errorf("%t, %v", ok, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read it: %v, %v", info.Mode(), err)
	}
}

func TestWhatAnotherWroteIsNotWrittenAgain(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	a, b := open(t, path), open(t, path)
	write(t, a, 1, 2)
	write(t, b, 1, 2, 3)
	write(t, a, 2, 3, 4)
	if got := fmt.Sprint(all(t, b)); got != "[1 2 3 4]" {
		t.Error(got)
	}
}

func TestAfterARestoreThePlacesCountOnAnew(t *testing.T) {
	t.Parallel()
	j := open(t, filepath.Join(t.TempDir(), "journal"))
	write(t, j, 1, 8)
	back := entry(3)
	back.Kind, back.AddressKey = journal.Restored, nil
	if err := j.Append([]journal.Entry{back}); err != nil {
		t.Fatal(err)
	}
	write(t, j, 4)
	if got := fmt.Sprint(all(t, j)); got != "[1 8 3 4]" {
		t.Error(got)
	}
}

// A crash in the middle of a line leaves any number of its octets, or zeros where they were to be.
func TestALineThatACrashCutOffIsTakenAway(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	j := open(t, path)
	write(t, j, 1)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write(t, j, 2)
	more, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tails := [][]byte{make([]byte, 3*2048)}
	for cut := len(whole) + 1; cut < len(more); cut += 7 {
		tails = append(tails, more[len(whole):cut])
	}
	for _, tail := range tails {
		cut := filepath.Join(t.TempDir(), "journal")
		if err := os.WriteFile(cut, append(bytes.Clone(whole), tail...), 0o600); err != nil {
			t.Fatal(err)
		}
		repaired := open(t, cut)
		if repaired.Repaired() != int64(len(tail)) {
			t.Errorf("%d octets of %d were taken away", repaired.Repaired(), len(tail))
		}
		write(t, repaired, 2)
		if got := fmt.Sprint(all(t, repaired)); got != "[1 2]" {
			t.Errorf("after a tail of %d octets: %s", len(tail), got)
		}
	}
}

func TestAnyChangedOctetIsFound(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	write(t, open(t, path), 1, 2, 3)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range good[:len(good)-1] {
		bad := bytes.Clone(good)
		bad[i] ^= 1
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		err := journal.Read(path, key(), func(journal.Entry) error { return nil })
		if errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Message(err), "Line ") {
			t.Fatalf("octet %d of %q: %v", i, good[i], err)
		}
	}
}

func TestForeignMovedAndMissingLinesAreRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	write(t, open(t, path), 1, 2, 3)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(b), "\n")
	for _, tt := range []struct {
		name string
		text string
		says string
	}{
		{"a line in the middle is missing", lines[0] + lines[1] + lines[3], "Line 3 "},
		{"two lines changed places", lines[0] + lines[2] + lines[1] + lines[3], "Line 2 "},
		{"the first line is missing", lines[1] + lines[2] + lines[3], "Line 1 "},
		{"a line stands twice", lines[0] + lines[1] + lines[1], "Line 3 "},
		{"somebody wrote a line of their own", lines[0] + lines[1] + "5\t0\t\"released\"\teverything\t0\t0\t0\t0\t\"\"\t\"\"\t\t\tabcd\n", "Line 3 "},
		{"a line is without end", lines[0] + strings.Repeat("x", 5000) + "\n", "Line "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "journal")
			if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			err := journal.Read(path, key(), func(journal.Entry) error { return nil })
			if errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Message(err), tt.says) {
				t.Errorf("got %v", err)
			}
		})
	}
	other, err := journal.Open(path, bytes.Repeat([]byte{8}, 32))
	if errs.KindOf(err) != errs.Invalid {
		t.Errorf("another installation opens it: %v, %v", other, err)
	}
}

func TestAJournalThatIsTakenAwayWhileInUseIsMissed(t *testing.T) {
	t.Parallel()
	for _, spoil := range []func(string) error{os.Remove, func(p string) error { return os.Truncate(p, 10) }, func(p string) error {
		return errors.Join(os.Rename(p, p+".old"), os.WriteFile(p, nil, 0o600))
	}} {
		path := filepath.Join(t.TempDir(), "journal")
		j := open(t, path)
		write(t, j, 1)
		if err := spoil(path); err != nil {
			t.Fatal(err)
		}
		if err := j.Append([]journal.Entry{entry(2)}); errs.KindOf(err) != errs.Unavailable {
			t.Errorf("got %v", err)
		}
	}
}

func TestManyWritersLoseAndDoubleNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	var wg sync.WaitGroup
	for range 4 {
		j := open(t, path)
		wg.Go(func() {
			for seq := int64(1); seq <= 40; seq++ {
				if err := j.Append([]journal.Entry{entry(seq)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	got := all(t, open(t, path))
	for i, seq := range got {
		if seq != int64(i+1) {
			t.Fatalf("place %d has %d: %v", i, seq, got)
		}
	}
	if len(got) != 40 {
		t.Errorf("%d lines", len(got))
	}
}

func TestAFolderThatIsNotThereIsNamed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "gone", "journal")
	_, err := journal.Open(path, key())
	if errs.KindOf(err) != errs.Unavailable || !strings.Contains(errs.Message(err), path) {
		t.Errorf("got %v", err)
	}
}

func FuzzRead(f *testing.F) {
	path := filepath.Join(f.TempDir(), "journal")
	j, err := journal.Open(path, key())
	if err == nil {
		err = j.Append([]journal.Entry{entry(1), entry(2)})
	}
	if err != nil {
		f.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte("assent-journal 1\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "journal")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		err := journal.Read(path, key(), func(e journal.Entry) error {
			if e.Seq != 1 && e.Seq != 2 {
				t.Errorf("a line that nobody wrote was believed: %+v", e)
			}
			return nil
		})
		if err != nil && errs.KindOf(err) != errs.Invalid {
			t.Errorf("got %v", err)
		}
	})
}
