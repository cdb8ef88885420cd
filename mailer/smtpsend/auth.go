package smtpsend

import (
	"errors"
	"strings"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"assent/internal/errs"
)

// signIn authenticates as the URL says (RFC 4954). PLAIN and LOGIN show the password to the other end, so it goes
// nowhere in the clear but to this machine (RFC 4954, section 4).
func signIn(c *smtp.Client, w *wire, u URL) error {
	const op = "smtpsend: sign in"
	if u.User == "" {
		return nil
	}
	if w.tlsVersion() == "" && !w.loopback() {
		return errs.E(op, errs.Unavailable, "The mail relay offers no TLS, so the password of ASSENT_SMTP_URL is not sent; use a relay with TLS.", nil)
	}
	var mechanism sasl.Client
	switch {
	case c.SupportsAuth(sasl.Plain):
		mechanism = sasl.NewPlainClient("", u.User, u.password)
	case c.SupportsAuth(sasl.Login):
		mechanism = &login{answers: []string{u.User, u.password}}
	default:
		return errs.E(op, errs.Unavailable, "The mail relay offers no sign-in by PLAIN or LOGIN; take user and password out of ASSENT_SMTP_URL, or use another port of the relay.", nil)
	}
	if err := c.Auth(mechanism); err != nil {
		var said *smtp.SMTPError
		if errors.As(err, &said) { // some relays repeat what they were told
			said.Message = strings.NewReplacer(u.password, "***", u.User, "***").Replace(said.Message)
		}
		return errs.E(op, errs.Unavailable, "The mail relay does not accept the user name and password of ASSENT_SMTP_URL"+answered(err)+".", err)
	}
	return nil
}

// login is the client of AUTH LOGIN. Unlike go-sasl's it gives the user name only when asked and does not mind how the
// questions are spelt, for servers differ in both.
type login struct{ answers []string }

// Start begins without an initial response.
func (l *login) Start() (mechanism string, response []byte, err error) { return sasl.Login, nil, nil }

// Next answers the server's next question.
func (l *login) Next([]byte) ([]byte, error) {
	if len(l.answers) == 0 {
		return nil, errors.New("the relay asks for more than a user name and a password")
	}
	answer := l.answers[0]
	l.answers = l.answers[1:]
	return []byte(answer), nil
}
