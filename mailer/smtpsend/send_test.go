package smtpsend_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"assent/internal/errs"
	"assent/mailer"
	"assent/mailer/smtpsend"
	"assent/subscriptions"
)

func TestSendHandsTheMessageOver(t *testing.T) {
	t.Parallel()
	r := newRelay(t, always(conduct{features: []string{"SIZE 1000000", "8BITMIME", "DSN"}}))
	p := newPool(t, r.url("?name=assent.example"))

	before := time.Now()
	got, err := p.Send(t.Context(), permitFor(time.Now, ann), "b+1@charity.example", []byte(letter))
	if err != nil {
		t.Fatal(err)
	}
	if got.Code != 250 || got.Reply != "2.0.0 Ok: queued as 4XyZ" {
		t.Errorf("receipt %d %q", got.Code, got.Reply)
	}
	if got.StartedAt.Before(before) || got.FinishedAt.Before(got.StartedAt) {
		t.Errorf("started %v, finished %v", got.StartedAt, got.FinishedAt)
	}
	if body := r.lastBody(); body != letter {
		t.Errorf("the relay took %q", body)
	}
	for _, want := range []string{
		"EHLO assent.example",
		"MAIL FROM:<b+1@charity.example> BODY=8BITMIME SIZE=115 RET=HDRS ENVID=b+2B1@charity.example",
		"RCPT TO:<ann.lee@example.org> ORCPT=RFC822;ann.lee@example.org",
	} {
		if !strings.Contains(r.heardAll(), want) {
			t.Errorf("the relay did not hear %q in\n%s", want, r.heardAll())
		}
	}
}

func TestTheNullSenderAsksForNoReport(t *testing.T) {
	t.Parallel()
	r := newRelay(t, always(conduct{features: []string{"DSN"}}))
	p := newPool(t, r.url(""))
	if _, err := p.Send(t.Context(), permitFor(time.Now, ann), "", []byte(letter)); err != nil {
		t.Fatal(err)
	}
	if heard := r.heardAll() + "\n"; !strings.Contains(heard, "MAIL FROM:<>\n") || !strings.Contains(heard, "RCPT TO:<ann.lee@example.org>\n") {
		t.Errorf("the relay heard\n%s", heard)
	}
	if !strings.Contains(r.heardAll(), "EHLO [127.0.0.1]") {
		t.Error("without ?name= the client is its address (RFC 5321, section 4.1.3)")
	}
}

// moreThanBuffers is a number of lines of 72 octets that no two socket buffers hold.
const moreThanBuffers = 250_000

func TestFateOfAMessageAtEachStep(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		conduct conduct
		fate    mailer.Fate
		code    int
		lines   int  // beyond those of the letter, 72 octets each
		begun   bool // MAIL FROM was written
	}{
		{name: "greeted with 554", conduct: says("greeting", "554 5.7.1 go away"), fate: mailer.NotSent, code: 554},
		{name: "greeted with 421", conduct: says("greeting", "421 4.3.2 too busy"), fate: mailer.NotSent, code: 421},
		{name: "greeted with nonsense", conduct: says("greeting", "HTTP/1.1 400 Bad Request"), fate: mailer.NotSent},
		{name: "hung up instead of a greeting", conduct: conduct{hangUp: "greeting"}, fate: mailer.NotSent},
		{name: "silent instead of a greeting", conduct: conduct{mute: "greeting"}, fate: mailer.NotSent},
		{name: "EHLO refused for good", conduct: says("EHLO", "550 5.7.1 bad name"), fate: mailer.NotSent, code: 550},
		{name: "EHLO put off", conduct: says("EHLO", "451 4.7.1 later"), fate: mailer.NotSent, code: 451},
		{name: "hung up at EHLO", conduct: conduct{hangUp: "EHLO"}, fate: mailer.NotSent},
		{name: "hung up at STARTTLS", conduct: conduct{hangUp: "STARTTLS", features: []string{"STARTTLS"}}, fate: mailer.NotSent},
		{name: "STARTTLS refused", conduct: says("STARTTLS", "454 4.7.0 TLS not available", "STARTTLS"), fate: mailer.NotSent, code: 454},
		{name: "words put in before the handshake", conduct: says("STARTTLS", "220 go\r\n250 injected", "STARTTLS"), fate: mailer.NotSent},

		{name: "MAIL put off", conduct: says("MAIL", "451 4.3.0 later"), fate: mailer.PutOff, code: 451, begun: true},
		{name: "MAIL refused", conduct: says("MAIL", "552 5.3.4 too big"), fate: mailer.Rejected, code: 552, begun: true},
		{name: "MAIL without sign-in", conduct: says("MAIL", "530 5.7.0 authenticate first"), fate: mailer.NotSent, code: 530, begun: true},
		{name: "MAIL answered with 421", conduct: says("MAIL", "421 4.3.2 closing"), fate: mailer.NotSent, code: 421, begun: true},
		{name: "hung up at MAIL", conduct: conduct{hangUp: "MAIL"}, fate: mailer.NotSent, begun: true},
		{name: "silent at MAIL", conduct: conduct{mute: "MAIL"}, fate: mailer.NotSent, begun: true},
		{name: "an answer without end at MAIL", conduct: says("MAIL", strings.Repeat("250-more\r\n", 20_000)+"250 end"), fate: mailer.NotSent, begun: true},

		{name: "RCPT put off", conduct: says("RCPT", "450 4.2.1 greylisted"), fate: mailer.PutOff, code: 450, begun: true},
		{name: "RCPT refused", conduct: says("RCPT", "550 5.1.1 unknown"), fate: mailer.Rejected, code: 550, begun: true},
		{name: "RCPT answered with 421", conduct: says("RCPT", "421 4.7.0 closing"), fate: mailer.NotSent, code: 421, begun: true},
		{name: "hung up at RCPT", conduct: conduct{hangUp: "RCPT"}, fate: mailer.NotSent, begun: true},

		{name: "DATA put off", conduct: says("DATA", "451 4.3.0 later"), fate: mailer.PutOff, code: 451, begun: true},
		{name: "DATA refused", conduct: says("DATA", "554 5.6.0 no"), fate: mailer.Rejected, code: 554, begun: true},
		{name: "DATA answered with 421", conduct: says("DATA", "421 4.3.2 closing"), fate: mailer.NotSent, code: 421, begun: true},
		{name: "hung up at DATA", conduct: conduct{hangUp: "DATA"}, fate: mailer.NotSent, begun: true},

		{name: "hung up within the body", conduct: conduct{hangUp: "body"}, fate: mailer.NotSent, lines: moreThanBuffers, begun: true},
		{name: "no longer reads within the body", conduct: conduct{mute: "body"}, fate: mailer.NotSent, lines: moreThanBuffers, begun: true},

		{name: "put off after the final dot", conduct: says("end", "451 4.3.0 disk full"), fate: mailer.PutOff, code: 451, begun: true},
		{name: "421 after the final dot", conduct: says("end", "421 4.3.2 closing"), fate: mailer.PutOff, code: 421, begun: true},
		{name: "refused after the final dot", conduct: says("end", "554 5.7.1 spam"), fate: mailer.Rejected, code: 554, begun: true},
		{name: "530 after the final dot", conduct: says("end", "530 5.7.0 no"), fate: mailer.Rejected, code: 530, begun: true},
		{name: "the answer is lost", conduct: conduct{hangUp: "end"}, fate: mailer.Unknown, begun: true},
		{name: "the answer never comes", conduct: conduct{mute: "end"}, fate: mailer.Unknown, begun: true},
		{name: "the answer is nonsense", conduct: says("end", "OK"), fate: mailer.Unknown, begun: true},
		{name: "the answer asks for more", conduct: says("end", "354 go on"), fate: mailer.Unknown, code: 354, begun: true},
		{name: "the answer to a large message is lost", conduct: conduct{hangUp: "end"}, fate: mailer.Unknown, lines: 1000, begun: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRelay(t, always(tt.conduct))
			p := newPool(t, r.url(""), func(c *smtpsend.Config) {
				if tt.conduct.mute != "" {
					c.ConnectTimeout, c.CommandTimeout, c.SubmissionTimeout = 200*time.Millisecond, 200*time.Millisecond, 200*time.Millisecond
				}
			})
			body := letter + strings.Repeat(strings.Repeat("x", 70)+"\r\n", tt.lines)
			_, err := p.Send(t.Context(), permitFor(time.Now, ann), "b+1@charity.example", []byte(body))
			failed, ok := mailer.AsSendError(err)
			if !ok {
				t.Fatalf("got %v, want a SendError", err)
			}
			if failed.Fate != tt.fate || failed.Code != tt.code {
				t.Errorf("got fate %d, code %d (%v), want %d, %d", failed.Fate, failed.Code, err, tt.fate, tt.code)
			}
			if begun := !failed.StartedAt.IsZero(); begun != tt.begun {
				t.Errorf("began %v, want %v", begun, tt.begun)
			}
			if tt.code != 0 && failed.Reply == "" {
				t.Error("the relay's words are missing")
			}
		})
	}
}

// says is a relay that answers one step in its own way.
func says(step, reply string, features ...string) conduct {
	return conduct{reply: map[string]string{step: reply}, features: features}
}

func TestAnyYesAfterTheFinalDotIsAYes(t *testing.T) {
	t.Parallel()
	p := newPool(t, newRelay(t, always(says("end", "251 2.0.0 forwarded"))).url(""))
	got, err := p.Send(t.Context(), permitFor(time.Now, ann), "", []byte(letter))
	if err != nil || got.Code != 251 || got.Reply != "2.0.0 forwarded" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestAConnectionGoesOnAfterARefusal(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"MAIL", "RCPT", "DATA", "end"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			no := map[string]string{step: "550 5.1.1 no"}
			reset := false
			r := newRelay(t, always(conduct{reply: no, before: func(at string) {
				if at == "RSET" {
					reset = true
					delete(no, step)
				}
			}}))
			p := newPool(t, r.url("?conns=1"))
			if _, err := p.Send(t.Context(), permitFor(time.Now, ann), "", []byte(letter)); err == nil {
				t.Fatal("the first message was taken")
			}
			if _, err := p.Send(t.Context(), permitFor(time.Now, ann), "", []byte(letter)); err != nil {
				t.Fatalf("the second message was not taken: %v", err)
			}
			if opened, _, _ := r.connections(); opened != 1 || !reset {
				t.Errorf("%d connections, RSET heard: %v", opened, reset)
			}
		})
	}
}

func TestWithoutAPermitNothingBegins(t *testing.T) {
	t.Parallel()
	r := newRelay(t, always(conduct{}))
	now := newClock()
	p := newPool(t, r.url(""), func(c *smtpsend.Config) { c.Now = now.now })
	old := permitFor(now.now, ann)
	now.advance(subscriptions.PermitLife + time.Millisecond)
	for name, permit := range map[string]subscriptions.Permit{"zero": {}, "expired": old} {
		_, err := p.Send(t.Context(), permit, "", []byte(letter))
		if _, ok := mailer.AsSendError(err); ok || errs.KindOf(err) != errs.Refused {
			t.Errorf("%s permit: got %v, want kind Refused", name, err)
		}
	}
	if opened, _, _ := r.connections(); opened != 0 {
		t.Errorf("%d connections were opened", opened)
	}
}

func TestAPermitThatExpiresWhileTheRelayGreetsBeginsNothing(t *testing.T) {
	t.Parallel()
	now := newClock()
	r := newRelay(t, always(conduct{before: func(step string) {
		if step == "greeting" {
			now.advance(3 * time.Second)
		}
	}}))
	p := newPool(t, r.url(""), func(c *smtpsend.Config) { c.Now = now.now })
	_, err := p.Send(t.Context(), permitFor(now.now, ann), "", []byte(letter))
	if errs.KindOf(err) != errs.Refused || r.count("MAIL") != 0 {
		t.Fatalf("got %v after %d MAIL, want kind Refused after none", err, r.count("MAIL"))
	}
	// The connection is as good as new.
	if _, err := p.Send(t.Context(), permitFor(now.now, ann), "", []byte(letter)); err != nil {
		t.Error(err)
	}
	if opened, _, _ := r.connections(); opened != 1 {
		t.Errorf("%d connections", opened)
	}
}

func TestMessagesThatSMTPCannotCarryAreRefusedInWords(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, to, from, body, words string
		features                    []string
	}{
		{name: "an address in UTF-8 without SMTPUTF8", to: "jürgen@example.org", body: letter, words: "SMTPUTF8"},
		{name: "8-bit text without 8BITMIME", to: ann, body: letter + "für\r\n", words: "8BITMIME"},
		{name: "a message above SIZE", to: ann, body: letter, words: "larger", features: []string{"SIZE 100"}},
		{name: "a bare LF", to: ann, body: letter + "x\n.\r\n", words: "CRLF"},
		{name: "a bare CR", to: ann, body: letter + "x\r.\r\n", words: "CRLF"},
		{name: "no message", to: ann, words: "empty"},
		{name: "a sender with CRLF", to: ann, from: "a@b.example>\r\nRCPT TO:<eve@evil.example", body: letter, words: "envelope sender"},
		{name: "a sender with a parameter", to: ann, from: "a@b.example> SIZE=1", body: letter, words: "envelope sender"},
		{name: "a sender that is too long", to: ann, from: strings.Repeat("a", 250) + "@b.example", body: letter, words: "envelope sender"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRelay(t, always(conduct{features: tt.features}))
			p := newPool(t, r.url(""))
			_, err := p.Send(t.Context(), permitFor(time.Now, tt.to), tt.from, []byte(tt.body))
			failed, ok := mailer.AsSendError(err)
			if !ok || failed.Fate != mailer.Rejected || failed.Code != 0 || !strings.Contains(failed.Reply, tt.words) {
				t.Errorf("got %+v", err)
			}
			if r.count("MAIL") != 0 || r.count("RCPT") != 0 {
				t.Error("a transaction was begun")
			}
		})
	}
}

func TestMessagesThatNeedMoreThanASCIIGoWhereItIsOffered(t *testing.T) {
	t.Parallel()
	r := newRelay(t, always(conduct{features: []string{"8BITMIME", "SMTPUTF8", "SIZE 0"}}))
	p := newPool(t, r.url(""))
	if _, err := p.Send(t.Context(), permitFor(time.Now, "jürgen@example.org"), "", []byte(letter+"für\r\n")); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(r.heardAll(), "SMTPUTF8") || !strings.Contains(r.heardAll(), "RCPT TO:<jürgen@example.org>") {
		t.Errorf("the relay heard\n%s", r.heardAll())
	}
}

func TestARepliesWordsAreFitToKeep(t *testing.T) {
	t.Parallel()
	long := "550-5.1.1 <Ann.Lee@EXAMPLE.org>: \x07unknown\x1b[31m\r\n550 5.1.1 " + strings.Repeat("é", 600)
	p := newPool(t, newRelay(t, always(says("RCPT", long))).url(""))
	_, err := p.Send(t.Context(), permitFor(time.Now, ann), "", []byte(letter))
	failed, ok := mailer.AsSendError(err)
	if !ok {
		t.Fatal(err)
	}
	if len(failed.Reply) > 500 || len(failed.Reply) < 490 || !utf8.ValidString(failed.Reply) || strings.ContainsAny(failed.Reply, "\x07\x1b\r\n") {
		t.Errorf("%d octets: %q", len(failed.Reply), failed.Reply)
	}
	if !strings.HasPrefix(failed.Reply, "5.1.1 <a***@e***.org>: unknown[31m é") {
		t.Errorf("got %q", failed.Reply)
	}
	for e := error(failed); e != nil; e = errors.Unwrap(e) {
		if strings.Contains(strings.ToLower(e.Error()), ann) {
			t.Errorf("the error names the recipient: %v", e)
		}
	}
}

// cutter is a connection that dies within the write that holds the final dot.
type cutter struct{ net.Conn }

func (c cutter) Write(b []byte) (int, error) {
	if i := bytes.Index(b, []byte("\r\n.\r\n")); i >= 0 {
		n, _ := c.Conn.Write(b[:i+4])
		_ = c.Close()
		return n, errors.New("broken pipe")
	}
	return c.Conn.Write(b)
}

func TestAFinalDotThatNeverLeftIsNotUnknown(t *testing.T) {
	t.Parallel()
	r := newRelay(t, always(conduct{}))
	p := newPool(t, r.url(""))
	p.Wrap(func(c net.Conn) net.Conn { return cutter{c} })
	_, err := p.Send(t.Context(), permitFor(time.Now, ann), "", []byte("Subject: x\r\n\r\nHello.\r\n"))
	if failed, ok := mailer.AsSendError(err); !ok || failed.Fate != mailer.NotSent || r.lastBody() != "" {
		t.Errorf("got %v; the relay took %q", err, r.lastBody())
	}
}

func TestCancellingBeforeMAILSendsNothing(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	r := newRelay(t, always(conduct{before: func(step string) {
		if step == "EHLO" {
			cancel()
		}
	}}))
	p := newPool(t, r.url(""))
	_, err := p.Send(ctx, permitFor(time.Now, ann), "", []byte(letter))
	if failed, ok := mailer.AsSendError(err); !ok || failed.Fate != mailer.NotSent || r.count("MAIL") != 0 {
		t.Errorf("got %v", err)
	}
}

func TestCancellingAfterMAILLetsTheMessageEnd(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"MAIL", "RCPT", "DATA", "body", "end"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			r := newRelay(t, always(conduct{before: func(at string) {
				if at == step {
					cancel()
				}
			}}))
			if _, err := newPool(t, r.url("")).Send(ctx, permitFor(time.Now, ann), "", []byte(letter)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestARelayThatIsDown(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := listener.Addr().String()
	_ = listener.Close()
	p := newPool(t, "smtp://"+addr)
	_, err = p.Send(t.Context(), permitFor(time.Now, ann), "", []byte(letter))
	failed, ok := mailer.AsSendError(err)
	if !ok || failed.Fate != mailer.NotSent || errs.KindOf(err) != errs.Unavailable || !strings.Contains(errs.Message(err), "ASSENT_SMTP_URL") {
		t.Errorf("got %v", err)
	}
}
