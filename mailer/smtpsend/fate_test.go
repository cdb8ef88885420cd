package smtpsend

import (
	"errors"
	"io"
	"testing"

	"github.com/emersion/go-smtp"

	"assent/mailer"
)

func TestFateOfEveryReplyAtEveryStep(t *testing.T) {
	t.Parallel()
	steps := []step{atMail, atRcpt, atData, atBody, atEnd}
	n, p, r, u := mailer.NotSent, mailer.PutOff, mailer.Rejected, mailer.Unknown
	tests := []struct {
		name string
		err  error
		want [5]mailer.Fate // by step
		used bool           // the connection may be used again
	}{
		{"a lost connection is unknown only after the final dot", io.EOF, [5]mailer.Fate{n, n, n, n, u}, false},
		{"421 closes the connection, and after the final dot it refuses for now", said(421), [5]mailer.Fate{n, n, n, n, p}, false},
		{"450 puts off", said(450), [5]mailer.Fate{p, p, p, p, p}, true},
		{"452 puts off", said(452), [5]mailer.Fate{p, p, p, p, p}, true},
		{"550 rejects", said(550), [5]mailer.Fate{r, r, r, r, r}, true},
		{"503 tells that we are out of step", said(503), [5]mailer.Fate{n, n, n, n, r}, false},
		{"530 tells that we are not signed in", said(530), [5]mailer.Fate{n, n, n, n, r}, false},
		{"535 tells that sign-in failed", said(535), [5]mailer.Fate{n, n, n, n, r}, false},
		{"an unexpected 354 says nothing", said(354), [5]mailer.Fate{n, n, n, n, u}, false},
		{"a code of no class says nothing", said(699), [5]mailer.Fate{n, n, n, n, u}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for i, at := range steps {
				if got := fateOf(at, tt.err); got != tt.want[i] {
					t.Errorf("at step %d: got %d, want %d", at, got, tt.want[i])
				}
			}
			if usable(tt.err) != tt.used {
				t.Errorf("usable afterwards: %v", !tt.used)
			}
		})
	}
}

func said(code int) error {
	return errors.Join(errors.New("wrapped"), &smtp.SMTPError{Code: code, Message: "words"})
}
