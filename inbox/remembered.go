package inbox

import (
	"context"
	"slices"

	"assent/internal/errs"
	"assent/subscriptions"
)

// remembered is what is on record, with the programmes and lists read once: many messages of a window ask for the same. It is for one goroutine.
type remembered struct {
	Records
	all   []subscriptions.Programme
	lists map[int64]subscriptions.List
}

// remembering returns a service for one window of messages.
func (s *Service) remembering() *Service {
	w := *s
	w.Records = &remembered{Records: s.Records, lists: map[int64]subscriptions.List{}}
	return &w
}

// Programmes implements subscriptions.Catalogue.
func (r *remembered) Programmes(ctx context.Context) (_ []subscriptions.Programme, err error) {
	if r.all == nil {
		r.all, err = r.Records.Programmes(ctx)
	}
	return r.all, err
}

// List implements subscriptions.Catalogue.
func (r *remembered) List(ctx context.Context, id int64) (l subscriptions.List, err error) {
	l, known := r.lists[id]
	if known {
		return l, nil
	}
	if l, err = r.Records.List(ctx, id); err == nil {
		r.lists[id] = l
	}
	return l, err
}

// Programme implements subscriptions.Catalogue.
func (r *remembered) Programme(ctx context.Context, id int64) (subscriptions.Programme, error) {
	all, err := r.Programmes(ctx)
	if err != nil {
		return subscriptions.Programme{}, err
	}
	if i := slices.IndexFunc(all, func(p subscriptions.Programme) bool { return p.ID == id }); i >= 0 {
		return all[i], nil
	}
	return subscriptions.Programme{}, errs.E("inbox: programme", errs.NotFound, "There is no such programme.", nil)
}
