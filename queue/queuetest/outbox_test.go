package queuetest

import (
	"testing"
	"time"
)

func TestOutboxInMemoryConforms(t *testing.T) {
	t.Parallel()
	Conformance(t, func(*testing.T) Opened {
		o := NewOutbox(time.Now)
		return Opened{Outbox: o, Add: o.Add}
	})
}
