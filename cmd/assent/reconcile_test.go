package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"assent/inbox"
	"assent/inbox/imappoll"
	"assent/internal/address"
	"assent/internal/mailworld"
	"assent/internal/store"
)

// The command compares what the server has with what is here, says what differs, and ends with 1 where something is not well.
func TestReconcileTellsWhatIsNotHereAndChangesNothing(t *testing.T) {
	t.Parallel()
	world, err := mailworld.Start(context.Background(), mailworld.Config{Now: time.Now, Password: "open sesame"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(world.Close)
	box := address.Must("privacy@harbour.example")
	at := time.Now().Add(-24 * time.Hour).Truncate(time.Second)
	var uids []uint32
	for i := range 3 {
		uid, err := world.Place(box, at.Add(time.Duration(i)*time.Hour), fmt.Appendf(nil, "Subject: %d\r\n\r\nHello\r\n", i))
		if err != nil {
			t.Fatal(err)
		}
		uids = append(uids, uid)
	}
	mailbox := url.URL{Scheme: "imap", User: url.UserPassword(box.String(), "open sesame"), Host: world.IMAPAddr(), Path: "/INBOX", RawQuery: "name=privacy&role=rights"}
	r := ready(t)
	r.env["ASSENT_MAILBOXES"] = mailbox.String()
	r.env["ASSENT_SMTP_URL"], r.env["ASSENT_BASE_URL"] = "smtp://"+world.SMTPAddr(), "http://127.0.0.1:8080"
	r.env["ASSENT_BOUNCE_ADDRESS"], r.env["ASSENT_UNSUBSCRIBE_ADDRESS"], r.env["ASSENT_MESSAGE_DOMAIN"] = "bounces@harbour.example", "leave@harbour.example", "mail.harbour.example"
	says := func(code int, words ...string) {
		t.Helper()
		out := r.want(code, "", "reconcile")
		for _, w := range words {
			if !strings.Contains(out, w) {
				t.Errorf("it does not say %q:\n%s", w, out)
			}
		}
	}
	poller := &imappoll.Poller{Mailbox: imappoll.Mailbox{Name: "privacy", Addr: world.IMAPAddr(), TLS: imappoll.None, Username: box.String(), Password: "open sesame"}}
	folder, err := poller.Inspect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	receive := func(uid uint32, at time.Time) {
		t.Helper()
		r.withStore(func(db *store.DB) {
			raw := fmt.Sprint("message ", uid)
			a := inbox.Arrival{UID: uid, ReceivedAt: at, Size: int64(len(raw)), Body: strings.NewReader(raw)}
			if err := db.Receive(t.Context(), "privacy", folder.UIDValidity, []inbox.Arrival{a}); err != nil {
				t.Fatal(err)
			}
		})
	}
	receive(uids[0], at)
	says(1, "privacy: 3 on the server, of which 2 missing here, 0 with another time of receipt", fmt.Sprintf("Missing UIDs under UIDVALIDITY %d: %v", folder.UIDValidity, uids[1:]))
	receive(uids[1], at.Add(3*time.Hour))
	receive(uids[2], at.Add(2*time.Hour))
	says(1, "0 missing here, 1 with another time of receipt", "look at the cases that they opened")
	if n := len(world.Inbox(box)); n != 3 {
		t.Errorf("%d messages are on the server", n)
	}

	if out := r.want(0, "", "reconcile", "--help"); !strings.Contains(out, "Nothing on the server is changed.") {
		t.Error(out)
	}
	if out := r.want(2, "", "reconcile", "--mailbox", "nobody"); !strings.Contains(out, `No mailbox "nobody" is watched.`) {
		t.Error(out)
	}
	mailbox.User = url.UserPassword(box.String(), "wrong")
	r.env["ASSENT_MAILBOXES"] = mailbox.String()
	says(1, "The mail server refused the user name or the password.")
	delete(r.env, "ASSENT_MAILBOXES")
	says(0, "No mailbox is watched.")
}

func TestReconcileIsContentWhereAllIsHere(t *testing.T) {
	t.Parallel()
	world, err := mailworld.Start(context.Background(), mailworld.Config{Now: time.Now, Password: "open sesame"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(world.Close)
	r := ready(t)
	mailbox := url.URL{Scheme: "imap", User: url.UserPassword("privacy@harbour.example", "open sesame"), Host: world.IMAPAddr(), Path: "/INBOX", RawQuery: "name=privacy&role=rights"}
	r.env["ASSENT_MAILBOXES"] = mailbox.String()
	r.env["ASSENT_SMTP_URL"], r.env["ASSENT_BASE_URL"] = "smtp://"+world.SMTPAddr(), "http://127.0.0.1:8080"
	r.env["ASSENT_BOUNCE_ADDRESS"], r.env["ASSENT_UNSUBSCRIBE_ADDRESS"], r.env["ASSENT_MESSAGE_DOMAIN"] = "bounces@harbour.example", "leave@harbour.example", "mail.harbour.example"
	if _, err := world.Place(address.Must("privacy@harbour.example"), time.Now(), []byte("Subject: new\r\n\r\nHello\r\n")); err != nil {
		t.Fatal(err)
	}
	if out := r.want(0, "", "reconcile", "--mailbox", "privacy"); !strings.Contains(out, "privacy: 1 on the server, of which 0 missing here, 0 with another time of receipt, 1 so new that they may be on the way.") {
		t.Error(out)
	}
}
