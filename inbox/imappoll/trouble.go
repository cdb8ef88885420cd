package imappoll

import (
	"crypto/tls"
	"errors"

	"github.com/emersion/go-imap/v2"

	"assent/internal/errs"
)

// Sentences for operators: what is wrong, what is safe, what to do.
const (
	sayUnreachable = "The mail server does not answer, or breaks off. Nothing is lost; the mail is fetched when it answers again. If this lasts, check the host, the port and the network."
	sayUntrusted   = "The mail server's certificate is not trusted, is for another name, or has run out. Check the host name and the certificate."
	sayNotTLS      = "The mail server does not speak TLS on this port. Use port 993 with imaps://, or imap+starttls:// with port 143."
	sayRefusesTLS  = "The mail server does not offer STARTTLS, so that no password was sent. Use imaps://, or turn on STARTTLS at the server."
	sayPassword    = "The mail server refused the user name or the password. Correct them in the settings; until then nothing is fetched, and nothing is lost."
	sayFolder      = "The mail server did not open the folder. Check that it exists and that this user may read it."
	sayNotStored   = "Mail was fetched but could not be stored. It stays in the mailbox and is fetched again. Check the database."
	sayTooMany     = "The folder holds more messages than can be watched. Move old mail to another folder."
	sayNotGiven    = "The mail server did not hand over this message in several tries. It is still in the folder: open it there with a mail program."
	sayTooLarge    = "This message is larger than Assent takes. It is still in the folder: open it there with a mail program."
)

func unreachable(cause error) error {
	return errs.E("imappoll: connect", errs.Unavailable, sayUnreachable, cause)
}

func untrusted(cause error) error {
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	switch {
	case errors.As(cause, &certificate):
		return errs.E("imappoll: TLS", errs.Unavailable, sayUntrusted, cause)
	case errors.As(cause, &record):
		return errs.E("imappoll: TLS", errs.Unavailable, sayNotTLS, cause)
	}
	return unreachable(cause)
}

func refusesTLS(cause error) error {
	return errs.E("imappoll: STARTTLS", errs.Unavailable, sayRefusesTLS, cause)
}

// loginRefused tells a wrong password from a server that cannot look it up now (RFC 5530, UNAVAILABLE).
func loginRefused(err error) error {
	var answer *imap.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &answer) && answer.Type == imap.StatusResponseTypeNo && answer.Code != imap.ResponseCodeUnavailable:
		return errs.E("imappoll: login", errs.Unauthenticated, sayPassword, err)
	}
	return unreachable(err)
}

func notOpened(err error) error {
	if answered(err) {
		return errs.E("imappoll: examine", errs.NotFound, sayFolder, err)
	}
	return unreachable(err)
}

func notStored(err error) error {
	if err == nil {
		return nil
	}
	return errs.E("imappoll: store", errs.Unavailable, sayNotStored, err)
}

// answered reports whether err is the server's NO or BAD, after which the connection still stands.
func answered(err error) bool {
	var answer *imap.Error
	return errors.As(err, &answer) && answer.Type != imap.StatusResponseTypeBye
}
