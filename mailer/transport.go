package mailer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"assent/subscriptions"
)

// Transport is the only road out. It refuses a Permit that is zero or too old, and sends to
// the Permit's address and to nobody else.
type Transport interface {
	// Send hands one message over and returns the relay's answer. envelopeFrom is the
	// envelope sender, "" for the null sender; body is the whole message with CRLF lines. An error is a *SendError,
	// or of kind Refused when the Permit does not hold; then nothing was started.
	Send(ctx context.Context, p subscriptions.Permit, envelopeFrom string, body []byte) (Receipt, error)
}

// Receipt is how a relay took a message.
type Receipt struct {
	StartedAt  time.Time // just before MAIL FROM
	FinishedAt time.Time
	Code       int    // 250
	Reply      string // the relay's words, which often hold its queue number; at most 500 bytes
}

// Fate is what a failed Send means for the message.
type Fate uint8

const (
	// NotSent: it did not leave, through no fault of its own; the relay could not be reached, or hung up before the end.
	NotSent Fate = iota
	// PutOff: the relay said 4xx to this message.
	PutOff
	// Rejected: the relay said 5xx to this message.
	Rejected
	// Unknown: the connection was lost after the whole message was handed over and before the answer.
	Unknown
)

// SendError is a message that was not taken.
type SendError struct {
	Fate      Fate
	StartedAt time.Time // zero when SMTP never began for it
	Code      int       // 0 without an answer
	Reply     string
	Err       error
}

// Error returns what happened, for logs.
func (e *SendError) Error() string {
	if e.Code != 0 {
		return fmt.Sprintf("smtp: %d %s", e.Code, e.Reply)
	}
	return fmt.Sprintf("smtp: %v", e.Err)
}

// Unwrap returns the cause.
func (e *SendError) Unwrap() error { return e.Err }

// AsSendError finds a SendError in err's chain.
func AsSendError(err error) (*SendError, bool) {
	var e *SendError
	ok := errors.As(err, &e)
	return e, ok
}
