package smtpsend

import (
	"time"

	"github.com/emersion/go-smtp"
)

// maxEnvelopeID is the longest ENVID in characters (RFC 3461, section 4.4).
const maxEnvelopeID = 100

// conn is one connection that is signed in. One goroutine uses it at a time.
type conn struct {
	client   *smtp.Client
	wire     *wire
	name     string // for EHLO
	startTLS bool   // the relay offered STARTTLS
	size     int    // the largest message in octets, 0 without a limit (RFC 1870)
	eightBit bool   // 8BITMIME (RFC 6152)
	utf8     bool   // SMTPUTF8 (RFC 6531)

	sent      int       // transactions begun
	idleSince time.Time // when it was last put back
	unclean   bool      // a transaction failed: RSET before the next
	broken    bool      // must not be used again
}

// readLimits keeps what the relay said of itself in answer to EHLO.
func (c *conn) readLimits() {
	c.size, _ = c.client.MaxMessageSize()
	c.eightBit, _ = c.client.Extension("8BITMIME")
	c.utf8, _ = c.client.Extension("SMTPUTF8")
}

// clean ends a failed transaction, so that nothing of it touches the next message. go-smtp forgets its EHLO at RSET
// and would say it again within MAIL, where a refusal would look like one of the message.
func (c *conn) clean() error {
	if !c.unclean {
		return nil
	}
	err := c.client.Reset()
	if err == nil {
		err = c.client.Hello(c.name)
	}
	if err != nil {
		c.broken = true
		return err
	}
	c.unclean = false
	c.readLimits()
	return nil
}

// transact runs one mail transaction (RFC 5321, section 3.3) to its end: no context stops it, each step has its timeout.
// It returns how far it came, and the relay's words where it took the message.
func (c *conn) transact(o *outgoing, limit time.Duration) (at step, words string, err error) {
	c.sent++
	if err := c.client.Mail(o.from, c.mailOptions(o)); err != nil {
		return atMail, "", err
	}
	if err := c.client.Rcpt(o.to, c.rcptOptions(o)); err != nil {
		return atRcpt, "", err
	}
	body, err := c.client.Data()
	if err != nil {
		return atData, "", err
	}
	// go-smtp sets no deadline while the body is written.
	guard := time.AfterFunc(limit, c.wire.abort)
	defer guard.Stop()
	if _, err := body.Write(o.body); err != nil {
		return atBody, "", err // never Close it now: that would end a message cut short as if it were whole
	}
	answer, err := body.CloseWithResponse()
	switch {
	case err == nil:
		return atEnd, answer.StatusText, nil
	case c.wire.cut: // the write that held the final dot failed
		return atBody, "", err
	}
	return atEnd, "", err
}

// mailOptions declares the size (RFC 1870) and, for a message that may be reported, names it in the report by its
// envelope sender and asks for no more than its header back (RFC 3461, sections 4.3 and 4.4).
func (c *conn) mailOptions(o *outgoing) *smtp.MailOptions {
	opts := &smtp.MailOptions{Size: int64(len(o.body)), UTF8: o.utf8}
	if o.from != "" {
		opts.Return = smtp.DSNReturnHeaders
		if len(o.from) <= maxEnvelopeID && isASCII(o.from) {
			opts.EnvelopeID = o.from
		}
	}
	return opts
}

// rcptOptions asks that a report name the address as we know it, whatever it was rewritten to on the way
// (RFC 3461, section 4.2; RFC 6533, section 3, for one in UTF-8).
func (c *conn) rcptOptions(o *outgoing) *smtp.RcptOptions {
	if o.from == "" {
		return nil
	}
	opts := &smtp.RcptOptions{OriginalRecipientType: smtp.DSNAddressTypeRFC822, OriginalRecipient: o.to}
	if !isASCII(o.to) {
		opts.OriginalRecipientType = smtp.DSNAddressTypeUTF8
	}
	return opts
}
