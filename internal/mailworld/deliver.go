package mailworld

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/textproto"
	"time"

	"github.com/emersion/go-smtp"

	"assent/internal/address"
	"assent/internal/errs"
)

// Message is one message in a mailbox. Raw is shared with the mailbox: it must not be changed.
type Message struct {
	UID          uint32
	ReceivedAt   time.Time // the INTERNALDATE; IMAP shows it to the second
	EnvelopeFrom string    // "" is the null sender
	EnvelopeTo   string    // as given in RCPT TO, with its +tag
	Raw          []byte    // with the trace headers on top
}

// Deliver hands raw over as a server elsewhere would, from an address ("" is the null
// sender) to one recipient. Lines that end in a bare LF are given CRLF when raw has no CRLF at all. The
// recipient's behaviour holds. Errors: Invalid (address), Refused (5xx), Unavailable (4xx).
func (w *World) Deliver(from, to string, raw []byte) error {
	const op = "mailworld: deliver"
	a, err := address.Parse(to)
	if err != nil {
		return errs.Wrap(op, err)
	}
	conduct, err := w.admit(a)
	if err != nil {
		return refusal(op, err)
	}
	if !bytes.Contains(raw, []byte("\r\n")) {
		raw = bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n"))
	}
	env := envelope{from: from, client: "from elsewhere.example ([127.0.0.1])", to: []recipient{{addr: a, conduct: conduct}}}
	return refusal(op, w.accept(env, raw))
}

func refusal(op string, err error) error {
	var reply *smtp.SMTPError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &reply) && reply.Temporary():
		return errs.E(op, errs.Unavailable, "The mail world cannot take this message now.", err)
	case errors.As(err, &reply):
		return errs.E(op, errs.Refused, "The mail world refuses this message.", err)
	}
	return errs.Wrap(op, err)
}

// Place puts raw into a mailbox as it is, without trace headers, behaviours or calls of
// OnDeliver: for tests of what a hostile or broken server may hold. Error: Unavailable when the world is full.
func (w *World) Place(mailbox address.Address, at time.Time, raw []byte) (uid uint32, err error) {
	if !w.reserve(int64(len(raw))) {
		return 0, errs.E("mailworld: place", errs.Unavailable, "The mail world is full.", nil)
	}
	return uint32(w.account(w.mailboxOf(mailbox)).inbox().add(Message{ReceivedAt: at, EnvelopeTo: mailbox.String(), Raw: raw}, nil)), nil
}

// accept takes one message for all its recipients, or answers as SMTP says it. In a
// discarding world raw is only the beginning of the message.
func (w *World) accept(env envelope, raw []byte) error {
	now := w.cfg.Now()
	queueID := w.nextQueueID()
	copies := make([]Message, len(env.to))
	var octets int64
	for i, r := range env.to {
		if r.conduct == Accept && !w.cfg.Discard {
			copies[i] = Message{ReceivedAt: now, EnvelopeFrom: env.from, EnvelopeTo: r.addr.String(), Raw: w.traced(env, r, raw, queueID, now)}
			octets += int64(len(copies[i].Raw))
		}
	}
	if !w.reserve(octets) {
		return w.refuse(452, smtp.EnhancedCode{4, 3, 1}, "The world is full")
	}
	id := messageID(raw)
	for i, r := range env.to {
		call := w.count(r.addr, id)
		switch m := copies[i]; {
		case r.conduct == Bounce:
			w.bounce(env, r, raw, queueID, now)
		case m.Raw != nil:
			m.UID = uint32(w.account(w.mailboxOf(r.addr)).inbox().add(m, nil))
			if call != nil {
				w.deliveries.add(func() { call(r.addr, m) })
			}
		}
	}
	return nil
}

func (w *World) nextQueueID() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.queued++
	return fmt.Sprintf("%010X", w.queued)
}

// traced puts the trace headers on top (RFC 5321, section 4.4), in the order of Postfix.
func (w *World) traced(env envelope, r recipient, raw []byte, queueID string, now time.Time) []byte {
	var b bytes.Buffer
	b.Grow(len(raw) + 512)
	fmt.Fprintf(&b, "Return-Path: <%s>\r\nX-Original-To: %s\r\nDelivered-To: %s\r\n", env.from, r.addr.String(), r.addr.String())
	fmt.Fprintf(&b, "Received: %s\r\n\tby %s with ESMTP id %s\r\n\tfor <%s>; %s\r\n",
		env.client, w.cfg.Hostname, queueID, r.addr.String(), now.Format(time.RFC1123Z))
	b.Write(raw)
	return b.Bytes()
}

// reserve books n octets, and reports whether there was room.
func (w *World) reserve(n int64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.held+n > w.cfg.MaxTotal {
		return false
	}
	w.held += n
	return true
}

func (w *World) release(n int64) {
	w.mu.Lock()
	w.held -= n
	w.mu.Unlock()
}

// messageID finds the Message-ID in the beginning of a message, or "".
func messageID(head []byte) string {
	for line := range bytes.Lines(head[:min(len(head), maxHeader)]) {
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			return ""
		}
		if name, value, ok := bytes.Cut(line, []byte(":")); ok && textproto.CanonicalMIMEHeaderKey(string(name)) == "Message-Id" {
			return string(bytes.TrimSpace(value))
		}
	}
	return ""
}

// OnDeliver sets the function that hears of each message put into a mailbox by SMTP or Deliver. Calls come one
// after another, in the order of delivery, on a goroutine of their own: a slow function delays nothing but itself.
func (w *World) OnDeliver(f func(to address.Address, m Message)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.onDeliver = f
}

// Inbox returns what the INBOX of an address holds, oldest first.
func (w *World) Inbox(mailbox address.Address) []Message {
	list, _ := w.account(w.mailboxOf(mailbox)).inbox().above(0)
	return list
}

// WaitFor returns the first message in the INBOX of an address that fits, waiting for
// it until ctx ends. Each message is put to fits once. Error: Unavailable when ctx ends first.
func (w *World) WaitFor(ctx context.Context, mailbox address.Address, fits func(Message) bool) (Message, error) {
	box := w.account(w.mailboxOf(mailbox)).inbox()
	var seen uint32
	for {
		list, changed := box.above(seen)
		for _, m := range list {
			seen = m.UID
			if fits(m) {
				return m, nil
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Message{}, errs.E("mailworld: wait for", errs.Unavailable, "The message did not come in time.", ctx.Err())
		}
	}
}
