package queue

import (
	"context"
	"errors"
	"log/slog"
)

// outage tells the log when a row of errors begins and when it is over, and nothing in between.
type outage struct {
	log  *slog.Logger
	what string // what does not work, as "relay"
	on   bool
}

// note takes the result of one attempt.
func (o *outage) note(err error) {
	switch {
	case errors.Is(err, context.Canceled):
	case err != nil && !o.on:
		o.log.Error(o.what+": does not get on; will keep trying", "err", reason(err))
		o.on = true
	case err == nil && o.on:
		o.log.Info(o.what + ": gets on again")
		o.on = false
	}
}
