package smtpsend

import (
	"context"
	"strings"

	"assent/internal/errs"
)

// extensions are the service extensions that Check looks for, in the order in which it reports them.
const extensions = "SIZE 8BITMIME SMTPUTF8 PIPELINING DSN STARTTLS"

// Report is what Check found out about the relay.
type Report struct {
	Extensions []string // of SIZE, 8BITMIME, SMTPUTF8, PIPELINING, DSN and STARTTLS, those offered
	TLS        string   // such as "TLS 1.3"; "" when the connection is in the clear
	MaxSize    int      // largest message in octets, 0 without a limit
	SignedIn   bool     // a user name and password were accepted
}

// Check connects as a message would (EHLO, TLS, AUTH), says NOOP and leaves. It sends nothing, and dials even when
// the relay was out of reach a moment ago. An error is of kind Unavailable and says what to do.
func (p *Pool) Check(ctx context.Context) (Report, error) {
	c, err := p.dialer.dial(ctx)
	if err != nil {
		return Report{}, err
	}
	defer c.wire.abort()
	release := context.AfterFunc(ctx, c.wire.abort)
	defer release()
	if err := c.client.Noop(); err != nil {
		return Report{}, errs.E("smtpsend: check", errs.Unavailable, "The mail relay does not answer"+answered(err)+".", err)
	}
	out := Report{TLS: c.wire.tlsVersion(), MaxSize: c.size, SignedIn: p.dialer.url.User != ""}
	for name := range strings.FieldsSeq(extensions) {
		offered, _ := c.client.Extension(name)
		if offered || name == "STARTTLS" && c.startTLS { // it is not offered again under TLS
			out.Extensions = append(out.Extensions, name)
		}
	}
	c.client.CommandTimeout = quitTimeout
	_ = c.client.Quit() // whether it says goodbye does not matter
	return out, nil
}
