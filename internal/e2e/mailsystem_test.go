package e2e

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"net/smtp"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"assent/inbox"
	"assent/inbox/imappoll"
	"assent/internal/address"
	"assent/internal/mailworld"
)

// mailSystem takes mail by SMTP and shows mailboxes by IMAP. A mail world is one, and so are Postfix and Dovecot together.
type mailSystem interface {
	SMTPAddr() string
	IMAPAddr() string
	// Deliver hands a message over as somebody elsewhere would.
	Deliver(from, to string, raw []byte) error
	// WaitFor returns the first message in an INBOX that fits, waiting for it until ctx ends.
	WaitFor(ctx context.Context, mailbox address.Address, fits func(mailworld.Message) bool) (mailworld.Message, error)
}

var _ mailSystem = (*mailworld.World)(nil)

// realMail is Postfix, which delivers into Dovecot.
type realMail struct {
	t                    testing.TB
	smtp, imap, password string
	mu                   sync.Mutex
	boxes                map[address.Address]*reader
}

// services returns Postfix and Dovecot, or skips the test where they are not told.
func services(t testing.TB) *realMail {
	t.Helper()
	get := func(name string) string {
		v := os.Getenv(name)
		if v == "" {
			t.Skip("set " + name + " to run this")
		}
		return v
	}
	return &realMail{
		t: t, smtp: get("ASSENT_TEST_POSTFIX_SMTP"), imap: get("ASSENT_TEST_DOVECOT_IMAP"), password: get("ASSENT_TEST_DOVECOT_PASSWORD"),
		boxes: map[address.Address]*reader{},
	}
}

func (r *realMail) SMTPAddr() string { return r.smtp }
func (r *realMail) IMAPAddr() string { return r.imap }

func (r *realMail) Deliver(from, to string, raw []byte) error {
	return smtp.SendMail(r.smtp, nil, from, []string{to}, raw)
}

func (r *realMail) WaitFor(ctx context.Context, mailbox address.Address, fits func(mailworld.Message) bool) (mailworld.Message, error) {
	box := r.open(mailbox)
	for seen := 0; ; {
		list, changed := box.from(seen)
		for _, m := range list {
			if fits(m) {
				return m, nil
			}
		}
		seen += len(list)
		select {
		case <-changed:
		case <-ctx.Done():
			return mailworld.Message{}, errors.New("the message did not come in time")
		}
	}
}

// open begins to read a mailbox, until the test ends.
func (r *realMail) open(mailbox address.Address) *reader {
	r.mu.Lock()
	defer r.mu.Unlock()
	if box := r.boxes[mailbox]; box != nil {
		return box
	}
	box := &reader{changed: make(chan struct{})}
	r.boxes[mailbox] = box
	poller := imappoll.Poller{
		Receiver: box, Now: time.Now, Log: quiet(r.t.Output()), Every: time.Second,
		Mailbox: imappoll.Mailbox{Name: "reader", Addr: r.imap, TLS: imappoll.None, Username: mailbox.String(), Password: r.password},
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- poller.Run(ctx) }()
	r.t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			r.t.Error(err)
		}
	})
	return box
}

// reader holds what came into one mailbox.
type reader struct {
	mu      sync.Mutex
	list    []mailworld.Message
	changed chan struct{} // closed at the next message
}

func (b *reader) from(n int) ([]mailworld.Message, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.list[n:]), b.changed
}

// Held implements inbox.Receiver.
func (b *reader) Held(_ context.Context, _ string, _, after uint32) (held []uint32, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.list {
		if m.UID > after {
			held = append(held, m.UID)
		}
	}
	return held, nil
}

// Receive implements inbox.Receiver.
func (b *reader) Receive(_ context.Context, _ string, _ uint32, batch []inbox.Arrival) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, a := range batch {
		raw, err := io.ReadAll(a.Body)
		if err != nil {
			return err
		}
		b.list = append(b.list, mailworld.Message{UID: a.UID, ReceivedAt: a.ReceivedAt, Raw: raw})
	}
	close(b.changed)
	b.changed = make(chan struct{})
	return nil
}

// Watched implements inbox.Receiver.
func (b *reader) Watched(context.Context, string, time.Time, string) error { return nil }

// stageReal is stage with Postfix and Dovecot around Assent.
func stageReal(t testing.TB, databaseURL string) *scene {
	t.Helper()
	s := prepareReal(t, databaseURL)
	s.house = s.open(databaseURL)
	s.run(s.house)
	return s
}

// prepareReal is prepare with Postfix and Dovecot around Assent, under a domain that no other test has.
func prepareReal(t testing.TB, databaseURL string) *scene {
	t.Helper()
	mail := services(t)
	s := &scene{t: t, mail: mail, password: mail.password, domain: "harbour-" + unique() + ".example"}
	s.furnish(databaseURL)
	return s
}

// unique returns letters and digits that nobody else has.
func unique() string {
	var b [6]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
