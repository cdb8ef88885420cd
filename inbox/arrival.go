package inbox

import (
	"context"
	"io"
	"time"
)

// Arrival is one message as the server holds it.
type Arrival struct {
	// UID is the message's number in its mailbox: never zero, ascending, and never
	// given twice under one UIDVALIDITY (RFC 9051, section 2.3.1.1).
	UID uint32
	// ReceivedAt is the server's INTERNALDATE: the statutory time of receipt. It is
	// zero when the server would not say, which happens only with Unreadable.
	ReceivedAt time.Time
	// Size is the number of octets that the server announced for Body.
	Size int64
	// Body is the raw message, as it stands on the server. It is read once, and only
	// within the call that hands it over: to the end, or not at all. A read that fails means
	// that the connection is gone; nothing of this message may be kept then.
	Body io.Reader
	// Unreadable says, as a sentence, why the server would not give the message. Body
	// is nil then, and the message becomes work for a person.
	Unreadable string
}

// Receiver keeps what a poller fetches. All methods are idempotent.
type Receiver interface {
	// Held returns the UIDs above after that are already kept under this UIDVALIDITY, ascending.
	Held(ctx context.Context, mailbox string, uidValidity, after uint32) ([]uint32, error)
	// Receive keeps a batch durably, in one transaction; nil means that every message
	// of it is safe. A message kept before is left as it is. An error means that none
	// of the batch is kept.
	Receive(ctx context.Context, mailbox string, uidValidity uint32, batch []Arrival) error
	// Watched records how a mailbox fares, for health and operators: "" means well,
	// else a sentence that says what is wrong and what to do.
	Watched(ctx context.Context, mailbox string, at time.Time, trouble string) error
}
