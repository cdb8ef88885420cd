package mailworld

import (
	"github.com/emersion/go-smtp"

	"assent/internal/address"
)

// Conduct is what happens to mail for one recipient.
type Conduct uint8

const (
	// Accept takes the mail: the conduct of everyone of whom nothing else was said.
	Accept Conduct = iota
	// Unknown refuses the recipient with 550 5.1.1.
	Unknown
	// OverQuota refuses the recipient with 552 5.2.2.
	OverQuota
	// Greylist answers 451 4.7.1 the first Times times, then accepts.
	Greylist
	// Bounce accepts the mail, keeps none of it, and sends a delivery report to the
	// envelope sender (RFC 3464).
	Bounce
)

// Behaviour is a conduct with its measure.
type Behaviour struct {
	Conduct Conduct
	Times   int // for Greylist: how many times still to say 451
}

// Behave sets what happens from now on to mail for an address, as given in RCPT TO. With a
// +tag it is meant for that one only; without, for the address with every tag that has no behaviour of its own.
func (w *World) Behave(to address.Address, b Behaviour) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.behaviour[to.Normal()] = b
}

// admit answers one RCPT TO: nil, or the refusal as SMTP says it.
func (w *World) admit(to address.Address) (Conduct, error) {
	if !w.hosts(to) {
		return 0, w.refuse(550, smtp.EnhancedCode{5, 7, 1}, "Relaying denied")
	}
	w.mu.Lock()
	key := to.Normal()
	b, ok := w.behaviour[key]
	if !ok {
		key = w.mailboxOf(to)
		b = w.behaviour[key]
	}
	if b.Conduct == Greylist {
		if b.Times <= 0 {
			b.Conduct = Accept
		} else {
			w.behaviour[key] = Behaviour{Greylist, b.Times - 1}
		}
	}
	w.mu.Unlock()
	switch b.Conduct {
	case Unknown:
		return 0, w.refuse(550, smtp.EnhancedCode{5, 1, 1}, "User unknown")
	case OverQuota:
		return 0, w.refuse(552, smtp.EnhancedCode{5, 2, 2}, "Mailbox is full")
	case Greylist:
		return 0, w.refuse(451, smtp.EnhancedCode{4, 7, 1}, "Greylisted, please try again")
	}
	return b.Conduct, nil
}

func (w *World) refuse(code int, enhanced smtp.EnhancedCode, text string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if code < 500 {
		w.counts.Deferred++
	} else {
		w.counts.Refused++
	}
	return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: text}
}
