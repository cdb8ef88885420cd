package mailworld_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"assent/internal/address"
	"assent/internal/mailworld"
)

func login(t *testing.T, w *mailworld.World, user string, o *imapclient.Options) *imapclient.Client {
	t.Helper()
	c, err := imapclient.DialInsecure(w.IMAPAddr(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.Login(user, "secret").Wait(); err != nil {
		t.Fatal(err)
	}
	return c
}

func place(t *testing.T, w *mailworld.World, to, raw string) {
	t.Helper()
	if _, err := w.Place(address.Must(to), time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC), []byte(raw)); err != nil {
		t.Fatal(err)
	}
}

func TestALoginNeedsTheRightPasswordAndADomainOfTheWorld(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	for user, password := range map[string]string{"ann@example.org": "wrong", "ann@elsewhere.example": "secret", "ann": "secret"} {
		c, err := imapclient.DialInsecure(w.IMAPAddr(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Login(user, password).Wait(); err == nil {
			t.Errorf("%s with %q was let in", user, password)
		}
		_ = c.Close()
	}
}

// The messages that the library's own backend shows as empty, or panics on.
var odd = map[string]string{
	"no header at all":           "just text\r\n\r\nmore\r\n",
	"an empty message":           "",
	"a multipart without parts":  "Content-Type: multipart/mixed; boundary=x\r\n\r\nnothing\r\n",
	"a report inside a report":   "Content-Type: message/rfc822\r\n\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\nnothing\r\n",
	"a header with NUL and 8bit": "Subject: \x00\xff\r\nFrom: <a@b>\r\n\r\nx\r\n",
	"a broken content type":      "Content-Type: ;;;\r\n\r\nx\r\n",
}

func TestEachOddMessageIsShownOctetForOctetAndHasAStructure(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	for name, raw := range odd {
		t.Run(name, func(t *testing.T) {
			user := strings.ReplaceAll(name, " ", "-") + "@example.org"
			place(t, w, user, raw)
			c := login(t, w, user, nil)
			if _, err := c.Select("INBOX", nil).Wait(); err != nil {
				t.Fatal(err)
			}
			whole := &imap.FetchItemBodySection{Peek: true}
			got, err := c.Fetch(imap.UIDSetNum(1), &imap.FetchOptions{
				Envelope: true, Flags: true, InternalDate: true, RFC822Size: true, BodySection: []*imap.FetchItemBodySection{whole},
				BodyStructure: &imap.FetchItemBodyStructure{Extended: true},
			}).Collect()
			if err != nil || len(got) != 1 {
				t.Fatalf("%d messages, %v", len(got), err)
			}
			if !bytes.Equal(got[0].FindBodySection(whole), []byte(raw)) || got[0].RFC822Size != int64(len(raw)) {
				t.Errorf("got %q", got[0].FindBodySection(whole))
			}
			if got[0].BodyStructure == nil {
				t.Error("no structure")
			}
		})
	}
}

func TestIdleTellsOfMailAtOnce(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	told := make(chan uint32, 10)
	c := login(t, w, "desk@example.org", &imapclient.Options{UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Mailbox: func(d *imapclient.UnilateralDataMailbox) {
			if d.NumMessages != nil {
				told <- *d.NumMessages
			}
		},
	}})
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	idle, err := c.Idle()
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	if err := w.Deliver("ann@example.org", "desk@example.org", []byte(letter)); err != nil {
		t.Fatal(err)
	}
	select {
	case n := <-told:
		if n != 1 {
			t.Errorf("told of %d messages", n)
		}
		t.Logf("told after %v", time.Since(begun))
	case <-within(t).Done():
		t.Fatal("IDLE told nothing")
	}
	if err := idle.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestAMailProgramFindsFlagsMovesAndRemoves(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	for _, subject := range []string{"one", "two", "three"} {
		place(t, w, "desk@example.org", "Subject: "+subject+"\r\n\r\nbody "+subject+"\r\n")
	}
	c := login(t, w, "desk@example.org", nil)
	if err := c.Create("Done", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	folders, err := c.List("", "*", nil).Collect()
	if err != nil || len(folders) != 2 {
		t.Fatalf("%d folders, %v", len(folders), err)
	}
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	found, err := c.UIDSearch(&imap.SearchCriteria{Header: []imap.SearchCriteriaHeaderField{{Key: "Subject", Value: "TWO"}}, NotFlag: []imap.Flag{imap.FlagSeen}}, nil).Wait()
	if err != nil || len(found.AllUIDs()) != 1 || found.AllUIDs()[0] != 2 {
		t.Fatalf("found %v, %v", found.AllUIDs(), err)
	}
	if _, err := c.Move(imap.UIDSetNum(2), "Done").Wait(); err != nil {
		t.Fatal(err)
	}
	if err := c.Store(imap.UIDSetNum(1), &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close(); err != nil {
		t.Fatal(err)
	}
	if err := c.Expunge().Close(); err != nil {
		t.Fatal(err)
	}
	left := w.Inbox(address.Must("desk@example.org"))
	if len(left) != 1 || left[0].UID != 3 {
		t.Errorf("%d messages left", len(left))
	}
	status, err := c.Status("Done", &imap.StatusOptions{NumMessages: true, UIDValidity: true}).Wait()
	if err != nil || *status.NumMessages != 1 {
		t.Errorf("Done: %+v, %v", status, err)
	}
}

func TestAFolderThatComesBackHasAGreaterUIDValidity(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	c := login(t, w, "desk@example.org", nil)
	var last uint32
	for range 3 {
		if err := c.Create("Back", nil).Wait(); err != nil {
			t.Fatal(err)
		}
		d, err := c.Select("Back", &imap.SelectOptions{ReadOnly: true}).Wait()
		if err != nil || d.UIDValidity <= last {
			t.Fatalf("UIDVALIDITY %d after %d, %v", d.UIDValidity, last, err)
		}
		last = d.UIDValidity
		if err := c.Unselect().Wait(); err != nil {
			t.Fatal(err)
		}
		if err := c.Delete("Back").Wait(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAReadOnlyMailboxIsNotChanged(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	place(t, w, "desk@example.org", letter)
	c := login(t, w, "desk@example.org", nil)
	if _, err := c.Select("INBOX", &imap.SelectOptions{ReadOnly: true}).Wait(); err != nil {
		t.Fatal(err)
	}
	if err := c.Store(imap.UIDSetNum(1), &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagSeen}}, nil).Close(); err == nil {
		t.Error("STORE was taken")
	}
	if _, err := c.Fetch(imap.UIDSetNum(1), &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{{}}}).Collect(); err != nil {
		t.Fatal(err)
	}
	status, err := c.Status("INBOX", &imap.StatusOptions{NumUnseen: true}).Wait()
	if err != nil || *status.NumUnseen != 1 {
		t.Errorf("unseen: %+v, %v", status, err)
	}
}

func TestAnAppendedMessageIsKeptWithItsDate(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	c := login(t, w, "desk@example.org", nil)
	at := time.Date(2026, 3, 29, 0, 30, 0, 0, time.UTC)
	cmd := c.Append("INBOX", int64(len(letter)), &imap.AppendOptions{Time: at, Flags: []imap.Flag{imap.FlagSeen}})
	_, err := cmd.Write([]byte(letter))
	if cerr := cmd.Close(); err != nil || cerr != nil {
		t.Fatal(err, cerr)
	}
	if _, err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if got := w.Inbox(address.Must("desk@example.org")); len(got) != 1 || !got[0].ReceivedAt.Equal(at) || string(got[0].Raw) != letter {
		t.Errorf("the mailbox holds %d messages", len(got))
	}
}
