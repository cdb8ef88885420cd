package smtpsend_test

import (
	"os"
	"regexp"
	"slices"
	"testing"
	"time"

	"assent/mailer"
)

func TestPostfixTakesAMessageAndNamesItsQueueID(t *testing.T) {
	t.Parallel()
	relay := os.Getenv("ASSENT_TEST_POSTFIX_SMTP")
	if relay == "" {
		t.Skip("set ASSENT_TEST_POSTFIX_SMTP to run this")
	}
	p := newPool(t, "smtp://"+relay+"?conns=1")
	report, err := p.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(report.Extensions, "PIPELINING") || !slices.Contains(report.Extensions, "SIZE") {
		t.Errorf("Postfix offers %v", report.Extensions)
	}
	queued := regexp.MustCompile(`^2\.0\.0 Ok: queued as \w+$`)
	for range 2 { // over one connection
		got, err := p.Send(t.Context(), permitFor(time.Now, ann), "b+abc=1@charity.test", []byte(letter))
		if err != nil {
			t.Fatal(err)
		}
		if got.Code != 250 || !queued.MatchString(got.Reply) {
			t.Errorf("got %d %q", got.Code, got.Reply)
		}
	}
	_, err = p.Send(t.Context(), permitFor(time.Now, "ann@elsewhere.invalid"), "", []byte(letter))
	failed, ok := mailer.AsSendError(err)
	if !ok || failed.Fate != mailer.PutOff && failed.Fate != mailer.Rejected || failed.Code == 0 {
		t.Errorf("Postfix relays for a domain that is not its own: %v", err)
	}
	if _, err := p.Send(t.Context(), permitFor(time.Now, ann), "", []byte(letter)); err != nil {
		t.Errorf("after a refusal: %v", err)
	}
}
