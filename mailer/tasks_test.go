package mailer_test

import (
	"testing"
	"time"

	"assent/mailer"
)

// Letters to many have a task of another kind, and so a queue of their own: a confirmation never waits behind a day's renewals or a notice run.
func TestLettersToManyKeepNoConfirmationWaiting(t *testing.T) {
	t.Parallel()
	for kind, want := range map[mailer.LetterKind]string{
		mailer.ConfirmationLetter: "letter.send", mailer.CaseLetter: "letter.send", mailer.ErasureLetter: "letter.send",
		mailer.RenewalLetter: "letter.bulk", mailer.AnnualLetter: "letter.bulk", mailer.NoticeLetter: "letter.bulk",
	} {
		task, err := mailer.LetterTask(7, kind, time.Now())
		if err != nil || task.Kind != want || task.ID != "letter:7" {
			t.Errorf("%s: %+v, %v", kind, task, err)
		}
	}
}
