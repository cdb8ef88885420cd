package mailworld

import (
	"bytes"
	"fmt"
	"time"

	"assent/internal/address"
)

// maxReturned is the size up to which a report returns the whole message, in octets.
const maxReturned = 50_000

// bounce sends a delivery report to the envelope sender of a message that was accepted
// and then failed. A message with the null sender gets none (RFC 5321, section 4.5.5).
func (w *World) bounce(env envelope, r recipient, raw []byte, queueID string, now time.Time) {
	from, err := address.Parse(env.from)
	if env.from == "" || r.never || err != nil || !w.hosts(from) {
		return
	}
	report := w.deliveryReport(env, r, raw, queueID, now)
	w.reports.add(func() {
		if err := w.Deliver("", from.String(), report); err != nil {
			w.log.Warn("mail world: a delivery report was not taken", "err", err)
		}
	})
}

// deliveryReport writes a multipart/report as RFC 3464 and RFC 6522 have it: for people, for
// programs, and what came back.
func (w *World) deliveryReport(env envelope, r recipient, raw []byte, queueID string, now time.Time) []byte {
	const reason = "550 5.1.1 The account does not exist any more"
	boundary := queueID + "." + w.cfg.Hostname
	date := now.Format(time.RFC1123Z)
	var b bytes.Buffer
	put := func(format string, args ...any) { fmt.Fprintf(&b, format+"\r\n", args...) }

	put("Date: %s", date)
	put("From: Mail Delivery System <MAILER-DAEMON@%s>", w.cfg.Hostname)
	put("To: %s", env.from)
	put("Subject: Undelivered Mail Returned to Sender")
	put("Message-ID: <%s@%s>", queueID, w.cfg.Hostname)
	put("Auto-Submitted: auto-replied")
	put("MIME-Version: 1.0")
	put("Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"%s\"", boundary)
	put("\r\n--%s", boundary)
	put("Content-Type: text/plain; charset=us-ascii\r\n")
	put("This is the mail system at host %s.\r\n", w.cfg.Hostname)
	put("Your message could not be delivered to one recipient. It is attached below.\r\n")
	put("<%s>: %s", r.addr.String(), reason)

	put("\r\n--%s", boundary)
	put("Content-Description: Delivery report")
	put("Content-Type: message/delivery-status\r\n")
	put("Reporting-MTA: dns; %s", w.cfg.Hostname)
	if env.id != "" {
		put("Original-Envelope-Id: %s", env.id)
	}
	put("Arrival-Date: %s\r\n", date)
	put("Final-Recipient: rfc822; %s", r.addr.String())
	if r.orcpt != "" {
		put("Original-Recipient: %s", r.orcpt)
	}
	put("Action: failed")
	put("Status: 5.1.1")
	put("Diagnostic-Code: smtp; %s", reason)

	put("\r\n--%s", boundary)
	if env.heads || w.cfg.Discard || len(raw) > maxReturned {
		put("Content-Description: Undelivered Message Headers")
		put("Content-Type: text/rfc822-headers\r\n")
		head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
		b.Write(head[:min(len(head), maxHeader)])
	} else {
		put("Content-Description: Undelivered Message")
		put("Content-Type: message/rfc822")
		put("Content-Transfer-Encoding: 8bit\r\n")
		b.Write(raw)
	}
	put("\r\n--%s--", boundary)
	return b.Bytes()
}
