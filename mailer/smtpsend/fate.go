package smtpsend

import (
	"errors"

	"github.com/emersion/go-smtp"

	"assent/mailer"
)

// step is how far a mail transaction had come when it ended.
type step uint8

const (
	atMail step = iota // MAIL FROM was written, or was about to be
	atRcpt
	atData // the DATA command
	atBody // the body was being written; the final dot had not left
	atEnd  // the final dot may have left
)

// fateOf is the whole rule of what an error at a step means for the message.
func fateOf(at step, err error) mailer.Fate {
	code := codeOf(err)
	switch {
	case code == 421 && at != atEnd:
		return mailer.NotSent // "service not available, closing": about the connection (RFC 5321, section 3.8)
	case code/100 == 4:
		return mailer.PutOff
	case code/100 == 5 && at != atEnd && aboutConnection(code):
		return mailer.NotSent
	case code/100 == 5:
		return mailer.Rejected
	case at == atEnd:
		return mailer.Unknown // no answer, or one that is none
	}
	return mailer.NotSent
}

// aboutConnection reports whether a 5xx reply to MAIL, RCPT or DATA speaks of how we are connected: wrong sequence
// (RFC 5321, section 4.2.2), TLS needed (RFC 3207, section 4), sign-in needed or failed (RFC 4954, section 6).
func aboutConnection(code int) bool {
	switch code {
	case 503, 530, 534, 535, 538:
		return true
	}
	return false
}

// codeOf returns the code of the reply that err is, 0 for an error that is no reply.
func codeOf(err error) int {
	var said *smtp.SMTPError
	if errors.As(err, &said) {
		return said.Code
	}
	return 0
}

// usable reports whether a connection may carry another message, after a RSET, when a transaction on it ended with err.
func usable(err error) bool {
	code := codeOf(err)
	return code/100 == 4 && code != 421 || code/100 == 5 && !aboutConnection(code)
}
