package store_test

import (
	"context"
	"testing"
	"time"

	"assent/internal/store/storetest"
	"assent/queue"
	"assent/queue/queuetest"
	"assent/subscriptions"
)

func TestTheOutboxKeepsItsContract(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(testing.TB) string{"SQLite": storetest.SQLiteURL, "PostgreSQL": storetest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			queuetest.Conformance(t, func(t *testing.T) queuetest.Opened {
				db := storetest.Open(t, url(t), time.Now)
				return queuetest.Opened{Outbox: db, Add: func(ctx context.Context, tasks ...queue.Task) error {
					return db.Update(ctx, func(tx subscriptions.Tx) error { return tx.Enqueue(tasks...) })
				}}
			})
		})
	}
}
