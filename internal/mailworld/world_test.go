package mailworld_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/internal/mailworld"
)

const letter = "From: Ann <ann@example.org>\r\nTo: desk@example.org\r\nSubject: Hello\r\nMessage-ID: <1@example.org>\r\n\r\nGood morning.\r\n"

func start(t *testing.T, change func(*mailworld.Config)) *mailworld.World {
	t.Helper()
	cfg := mailworld.Config{Now: time.Now, Password: "secret", Domains: []string{"example.org"}}
	if change != nil {
		change(&cfg)
	}
	w, err := mailworld.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

func dial(t *testing.T, w *mailworld.World) *smtp.Client {
	t.Helper()
	c, err := smtp.Dial(w.SMTPAddr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func send(c *smtp.Client, from, to, raw string) error {
	return c.SendMail(from, []string{to}, strings.NewReader(raw))
}

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func anything(mailworld.Message) bool { return true }

func TestMailOverSMTPLandsInTheMailboxWithTraceHeaders(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	if err := send(dial(t, w), "ann@example.org", "Desk+news@Example.org", letter); err != nil {
		t.Fatal(err)
	}
	m, err := w.WaitFor(within(t), address.Must("desk@example.org"), anything)
	if err != nil {
		t.Fatal(err)
	}
	if m.UID != 1 || m.EnvelopeFrom != "ann@example.org" || m.EnvelopeTo != "Desk+news@example.org" {
		t.Errorf("got UID %d from %q to %q", m.UID, m.EnvelopeFrom, m.EnvelopeTo)
	}
	parsed, err := mail.ReadMessage(bytes.NewReader(m.Raw))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Return-Path": "<ann@example.org>", "Delivered-To": "Desk+news@example.org", "X-Original-To": "Desk+news@example.org", "Subject": "Hello",
	} {
		if got := parsed.Header.Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	if got := parsed.Header.Get("Received"); !strings.Contains(got, "by mail.world.example") {
		t.Errorf("Received = %q", got)
	}
	if !bytes.HasSuffix(m.Raw, []byte(letter)) {
		t.Error("the message itself was changed on the way")
	}
}

func TestEachConductAnswersAsARealServerWould(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	for _, c := range []struct {
		name, to string
		b        mailworld.Behaviour
		codes    []int
	}{
		{"an ordinary mailbox", "ann@example.org", mailworld.Behaviour{}, []int{250}},
		{"an unknown one", "nobody@example.org", mailworld.Behaviour{Conduct: mailworld.Unknown}, []int{550}},
		{"an unknown one, with a tag", "nobody+x@example.org", mailworld.Behaviour{Conduct: mailworld.Unknown}, []int{550}},
		{"a full one", "full@example.org", mailworld.Behaviour{Conduct: mailworld.OverQuota}, []int{552}},
		{"a greylisted one opens after two tries", "grey@example.org", mailworld.Behaviour{Conduct: mailworld.Greylist, Times: 2}, []int{451, 451, 250}},
		{"a bouncing one accepts first", "gone@example.org", mailworld.Behaviour{Conduct: mailworld.Bounce}, []int{250}},
		{"another domain is not relayed to", "ann@elsewhere.example", mailworld.Behaviour{}, []int{550}},
		{"a bad address", "a..b@example.org", mailworld.Behaviour{}, []int{501}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if a, err := address.Parse(c.to); err == nil {
				w.Behave(a, c.b)
			}
			for _, want := range c.codes {
				client := dial(t, w)
				got := 250
				var reply *smtp.SMTPError
				if err := send(client, "desk@example.org", c.to, letter); errors.As(err, &reply) {
					got = reply.Code
				} else if err != nil {
					t.Fatal(err)
				}
				if got != want {
					t.Errorf("answered %d, want %d", got, want)
				}
			}
		})
	}
	if c := w.Counts(); c.Refused != 5 || c.Deferred != 2 || c.Accepted < 3 {
		t.Errorf("counts: %+v", c)
	}
}

func TestABouncingMailboxSendsADeliveryReportToTheEnvelopeSender(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	w.Behave(address.Must("gone@example.org"), mailworld.Behaviour{Conduct: mailworld.Bounce})
	if err := send(dial(t, w), "b+token@example.org", "gone@example.org", letter); err != nil {
		t.Fatal(err)
	}
	m, err := w.WaitFor(within(t), address.Must("b@example.org"), anything)
	if err != nil {
		t.Fatal(err)
	}
	if m.EnvelopeFrom != "" || m.EnvelopeTo != "b+token@example.org" {
		t.Errorf("the report came from %q to %q", m.EnvelopeFrom, m.EnvelopeTo)
	}
	for _, want := range []string{
		"Return-Path: <>\r\n", "multipart/report; report-type=delivery-status", "Content-Type: message/delivery-status",
		"Reporting-MTA: dns; mail.world.example", "Final-Recipient: rfc822; gone@example.org", "Action: failed", "Status: 5.1.1",
		"Auto-Submitted: auto-replied", "Message-ID: <1@example.org>",
	} {
		if !bytes.Contains(m.Raw, []byte(want)) {
			t.Errorf("the report lacks %q:\n%s", want, m.Raw)
		}
	}
	if got := len(w.Inbox(address.Must("gone@example.org"))); got != 0 {
		t.Errorf("a bouncing mailbox keeps %d messages", got)
	}
}

func TestABouncingMailboxNeverReportsToTheNullSender(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	w.Behave(address.Must("gone@example.org"), mailworld.Behaviour{Conduct: mailworld.Bounce})
	if err := w.Deliver("", "gone@example.org", []byte(letter)); err != nil {
		t.Fatal(err)
	}
	if c := w.Counts(); c.Accepted != 1 {
		t.Errorf("accepted %d, want 1", c.Accepted)
	}
}

func TestADiscardingWorldKeepsNothingAndFindsDoubles(t *testing.T) {
	t.Parallel()
	w := start(t, func(c *mailworld.Config) { c.Discard, c.Domains = true, nil })
	c := dial(t, w)
	for _, to := range []string{"ann@a.example", "bob@b.example", "ann@a.example"} {
		if err := send(c, "news@example.org", to, letter+strings.Repeat("x\r\n", 50_000)); err != nil {
			t.Fatal(err)
		}
	}
	counts := w.Counts()
	if counts.Accepted != 3 || counts.ByRecipient["ann@a.example"] != 2 || len(counts.Doubles) != 1 || counts.Doubles["ann@a.example"] != 1 {
		t.Errorf("counts: %+v", counts)
	}
	if got := len(w.Inbox(address.Must("ann@a.example"))); got != 0 {
		t.Errorf("kept %d messages", got)
	}
}

func TestAFullWorldAsksToTryAgain(t *testing.T) {
	t.Parallel()
	w := start(t, func(c *mailworld.Config) { c.MaxTotal = 1000 })
	var err error
	for range 10 {
		err = w.Deliver("ann@example.org", "desk@example.org", []byte(letter))
	}
	if errs.KindOf(err) != errs.Unavailable {
		t.Errorf("got %v, want Unavailable", err)
	}
	if got := len(w.Inbox(address.Must("desk@example.org"))); got == 0 {
		t.Error("nothing was taken while there was room")
	}
}

func TestAMessageAboveTheLimitIsRefused(t *testing.T) {
	t.Parallel()
	w := start(t, func(c *mailworld.Config) { c.MaxMessage = 10_000 })
	err := send(dial(t, w), "ann@example.org", "desk@example.org", letter+strings.Repeat("0123456789\r\n", 2000))
	var reply *smtp.SMTPError
	if !errors.As(err, &reply) || reply.Code != 552 {
		t.Errorf("got %v, want 552", err)
	}
}

func TestAliasesLeadToOneMailbox(t *testing.T) {
	t.Parallel()
	w := start(t, func(c *mailworld.Config) { c.Aliases = map[string]string{"b@example.org": "desk@example.org"} })
	if err := w.Deliver("", "b+token@example.org", []byte(letter)); err != nil {
		t.Fatal(err)
	}
	if got := w.Inbox(address.Must("desk@example.org")); len(got) != 1 || got[0].EnvelopeTo != "b+token@example.org" {
		t.Errorf("the mailbox holds %d messages", len(got))
	}
}

func TestOnDeliverHearsOfEachMessageOnceAndInOrder(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	var mu sync.Mutex
	var uids []uint32
	done := make(chan struct{})
	w.OnDeliver(func(_ address.Address, m mailworld.Message) {
		mu.Lock()
		defer mu.Unlock()
		if uids = append(uids, m.UID); len(uids) == 50 {
			close(done)
		}
	})
	for range 50 {
		if err := w.Deliver("ann@example.org", "desk@example.org", []byte(letter)); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case <-done:
	case <-within(t).Done():
		t.Fatal("not all deliveries were told")
	}
	for i, uid := range uids {
		if uid != uint32(i)+1 {
			t.Fatalf("told in the order %v", uids)
		}
	}
}

func TestManySendersAtOnceLoseNothing(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	const senders, each, mailboxes = 8, 50, 40
	var sending sync.WaitGroup
	for s := range senders {
		sending.Go(func() {
			c, err := smtp.Dial(w.SMTPAddr())
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			for i := range each {
				if err := send(c, "news@example.org", fmt.Sprintf("p%d@example.org", (s*each+i)%mailboxes), letter); err != nil {
					t.Error(err)
				}
			}
		})
	}
	sending.Wait()
	total := 0
	for i := range mailboxes {
		list := w.Inbox(address.Must(fmt.Sprintf("p%d@example.org", i)))
		for j, m := range list {
			if m.UID != uint32(j)+1 {
				t.Fatalf("UID %d at place %d", m.UID, j)
			}
		}
		total += len(list)
	}
	if total != senders*each {
		t.Errorf("%d messages, want %d", total, senders*each)
	}
}

func TestWaitForGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := start(t, nil).WaitFor(ctx, address.Must("ann@example.org"), anything)
	if errs.KindOf(err) != errs.Unavailable {
		t.Errorf("got %v, want Unavailable", err)
	}
}

func TestStartRefusesAnAddressThatOthersCanReach(t *testing.T) {
	t.Parallel()
	_, err := mailworld.Start(t.Context(), mailworld.Config{Now: time.Now, Password: "x", SMTPListen: "0.0.0.0:0"})
	if errs.KindOf(err) != errs.Invalid {
		t.Errorf("got %v, want Invalid", err)
	}
}
