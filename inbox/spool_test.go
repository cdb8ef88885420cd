package inbox

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"assent/internal/errs"
)

// stream is a body that comes from elsewhere: it cannot go back.
func stream(r io.Reader) io.Reader { return struct{ io.Reader }{r} }

func TestABodyFromElsewhereIsOnThisMachineBeforeItIsKept(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	const raw = "Subject: Hello\r\n\r\nHello\r\n"
	here := bytes.NewReader([]byte(raw))
	batch, drop, err := landed([]Arrival{{UID: 1, Body: stream(strings.NewReader(raw))}, {UID: 2, Body: here}, {UID: 3, Unreadable: "The server would not give it."}})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range batch[:2] {
		got, err := io.ReadAll(a.Body)
		if err != nil || string(got) != raw {
			t.Errorf("message %d reads %q, %v", a.UID, got, err)
		}
	}
	if batch[1].Body != here || batch[2].Body != nil || batch[2].UID != 3 {
		t.Error("what was here already was touched")
	}
	drop()
	leavesNothing(t)
}

func TestABodyThatBreaksOffIsAFailureOfTheServer(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	gone := errors.New("the connection broke")
	_, _, err := landed([]Arrival{{Body: stream(strings.NewReader("one"))}, {Body: stream(io.MultiReader(strings.NewReader("two"), iotest.ErrReader(gone)))}})
	if !errors.Is(err, gone) {
		t.Errorf("got %v", err)
	}
	leavesNothing(t)
}

func TestAFolderWithoutRoomIsToldInASentence(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()+"/nowhere")
	_, _, err := landed([]Arrival{{Body: stream(strings.NewReader("one"))}})
	if errs.KindOf(err) != errs.Unavailable || !strings.Contains(errs.Message(err), "temporary folder") {
		t.Errorf("got %v", err)
	}
}

func leavesNothing(t *testing.T) {
	t.Helper()
	left, err := os.ReadDir(os.TempDir())
	if err != nil || len(left) != 0 {
		t.Errorf("%d files stay, %v", len(left), err)
	}
}
