package assembly

import (
	"testing"

	"assent/mailer"
	"assent/queue/redisq"
	"assent/subscriptions"
)

func TestEveryQueueHasItsOwnWorkers(t *testing.T) {
	t.Parallel()
	of, at := queues(), (&House{}).slots()
	for kind, q := range of {
		if at[q] < 1 {
			t.Errorf("nobody works on %s, in which %s stands", q, kind)
		}
	}
	if of[(mailer.SendBulkLetter{}).TaskKind()] == of[(mailer.SendLetter{}).TaskKind()] || of[(subscriptions.Confirmation{}).TaskKind()] != redisq.Mail {
		t.Error("confirmations stand in one queue with letters to many")
	}
}
