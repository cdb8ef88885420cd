package assembly

import (
	"context"
	"time"
)

// termsEvery is how often is looked at whose term ended and who is to be asked. The gate itself knows to the second.
const termsEvery = time.Minute

// PassTime carries out what the passing of time brings, again and again until ctx ends. What it could not do it does the next time.
func (h *House) PassTime(ctx context.Context) error {
	for wait := time.Second; ; wait = termsEvery {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
		h.tellRecipients(ctx)
		h.remind(ctx)
		passed, err := h.Terms.Run(ctx)
		if err != nil && ctx.Err() == nil {
			h.Log.Warn("terms could not be looked after; they will be in a minute", "error", err)
		}
		if passed.Lapsed+passed.Ended+passed.Asked > 0 {
			h.Log.Info("terms looked after", "lapsed", passed.Lapsed, "ended_with_programme", passed.Ended, "asked", passed.Asked)
		}
	}
}

// tellRecipients sends what is due to those who were given data.
func (h *House) tellRecipients(ctx context.Context) {
	ran, err := h.Telling.Run(ctx)
	if err != nil && ctx.Err() == nil {
		h.Log.Warn("recipients of data could not be told; they will be in a minute", "error", err)
	}
	if ran.Told+ran.Reminded+ran.ByHand > 0 {
		h.Log.Info("recipients of data told", "told", ran.Told, "reminded", ran.Reminded, "left_to_a_person", ran.ByHand)
	}
}

// remind writes to the data protection officer of each programme what waits for a person.
func (h *House) remind(ctx context.Context) {
	written, err := h.Reminding.Run(ctx)
	if err != nil && ctx.Err() == nil {
		h.Log.Warn("data protection officers could not be reminded of cases; they will be in a minute", "error", err)
	}
	if written > 0 {
		h.Log.Info("data protection officers reminded of cases", "mails", written)
	}
}
