package inbox

import (
	"context"

	"assent/inbox/sorting"
	"assent/subscriptions"
)

// batch is what messages that are settled in one transaction share.
type batch struct {
	stops   []subscriptions.Barring // what they end, not yet carried out
	writers map[string]subscriptions.Subscriber
}

// batchOf reads in one go who wrote some messages.
func (s *Service) batchOf(ctx context.Context, all []*handling) (*batch, error) {
	var keys [][]byte
	for _, h := range all {
		if k := h.verdict.Kind; k != sorting.KindBounce && k != sorting.KindARF && !h.mail.From.IsZero() {
			keys = append(keys, s.Keys.AddressKey(h.mail.From))
		}
	}
	writers, err := s.Records.SubscribersByKey(ctx, keys...)
	return &batch{writers: writers}, err
}

// writers returns who is on record under the address of the message's writer.
func (h *handling) writers(ctx context.Context, key []byte) (map[string]subscriptions.Subscriber, error) {
	if h.batch != nil {
		return h.batch.writers, nil
	}
	return h.Records.SubscribersByKey(ctx, key)
}

// stop ends mail to somebody: at once, or with all that the batch ends.
func (h *handling) stop(ctx context.Context, b subscriptions.Barring) error {
	if h.batch != nil {
		h.batch.stops = append(h.batch.stops, b)
		return nil
	}
	_, err := h.People.BarAll(ctx, b)
	return err
}

// carryOut ends what the messages so far end. A batch of nil has nothing.
func (b *batch) carryOut(ctx context.Context, people People) error {
	if b == nil || len(b.stops) == 0 {
		return nil
	}
	_, err := people.BarAll(ctx, b.stops...)
	b.stops = nil
	return err
}
