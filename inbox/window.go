package inbox

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"sync"

	"assent/inbox/sorting"
	"assent/internal/errs"
)

const (
	windowOctets  = 4 << 20 // raw messages that are in hand at one time; a larger one is alone
	provingAtOnce = 8       // messages whose writers are looked up in DNS
)

// windows cuts messages into runs that fit into memory.
func windows(all []Kept) iter.Seq[[]Kept] {
	return func(yield func([]Kept) bool) {
		for from := 0; from < len(all); {
			to, octets := from+1, all[from].Size
			for to < len(all) && octets+all[to].Size <= windowOctets {
				octets += all[to].Size
				to++
			}
			if !yield(all[from:to:to]) {
				return
			}
			from = to
		}
	}
}

// batches cuts messages into runs that are settled together. A message that answers another one comes after it in a run of its own: the case that the other
// opens must be there.
func batches(all []*handling, size int) iter.Seq[[]*handling] {
	return func(yield func([]*handling) bool) {
		for from := 0; from < len(all); {
			to, inHand := from, map[string]bool{}
			for ; to < len(all) && to-from < size && !all[to].answers(inHand); to++ {
				inHand[all[to].mail.MessageID] = true
			}
			if !yield(slices.Clone(all[from:to])) {
				return
			}
			from = to
		}
	}
}

// answers reports whether the message refers to one of some messages.
func (h *handling) answers(ids map[string]bool) bool {
	known := func(id string) bool { return id != "" && ids[id] }
	return slices.ContainsFunc(h.mail.InReplyTo, known) || slices.ContainsFunc(h.mail.References, known)
}

// stopsFirst parts messages, each part in its order.
func stopsFirst(all []*handling) (stops, others []*handling) {
	for _, h := range all {
		if h.stopsMail() {
			stops = append(stops, h)
		} else {
			others = append(others, h)
		}
	}
	return stops, others
}

// stopsMail reports whether somebody waits for the message to act at once: whoever opts out, or complains to their mail provider.
func (h *handling) stopsMail() bool {
	return h.verdict.Kind == sorting.KindUnsubscribe && !h.guessed() || h.verdict.Kind == sorting.KindARF || h.signed() || h.box.Role == OptOutRole && h.saysNothing()
}

// readAll reads and sorts messages, on every processor. What cannot be had from the store is missing from what is returned.
func (s *Service) readAll(ctx context.Context, window []Kept) (out []*handling, failures []error) {
	small, err := s.Store.SmallRaws(ctx, window)
	if err != nil {
		return nil, []error{err}
	}
	all := make([]*handling, len(window))
	failed := inParallel(len(window), runtime.GOMAXPROCS(0), func(i int) error {
		m := window[i]
		parsed, v, err := s.read(ctx, m, small[m.Digest])
		if err != nil {
			return fmt.Errorf("message %d: %w", m.ID, err)
		}
		m.From, m.Subject, m.MessageID = parsed.From.String(), cut(parsed.Subject, 500), cut(parsed.MessageID, 500)
		all[i] = &handling{Service: s, kept: m, box: s.mailbox(m.Mailbox), mail: parsed, verdict: v, small: small[m.Digest]}
		return nil
	})
	return slices.DeleteFunc(all, func(h *handling) bool { return h == nil }), failed
}

// proveAll finds out who wrote the messages that open a case or answer something, before there is a transaction that others wait for. Where that fails the message is
// missing from what is returned.
func proveAll(ctx context.Context, all []*handling) (out []*handling, failures []error) {
	unproved := make([]bool, len(all))
	failures = inParallel(len(all), provingAtOnce, func(i int) error {
		h := all[i]
		if k := h.verdict.Kind; k != sorting.KindRights && k != sorting.KindNone && !h.guessed() || h.automatic() && k == sorting.KindNone {
			return nil
		}
		if _, err := h.whoWrote(ctx); err != nil {
			unproved[i] = true
			return fmt.Errorf("message %d: %w", h.kept.ID, err)
		}
		return nil
	})
	for i, h := range all {
		if !unproved[i] {
			out = append(out, h)
		}
	}
	return out, failures
}

// errAlone keeps a message out of a batch: what it needs would take too long in a transaction that others wait for.
var errAlone = errs.E("inbox: settle", errs.Conflict, "This message is settled by itself.", errors.New("its writer was not looked up"))

// again returns the handling as it was before anything was tried.
func (h *handling) again() *handling {
	fresh := *h
	fresh.verdict.Grounds = slices.Clip(h.verdict.Grounds)
	return &fresh
}

// inParallel calls fn for 0 to n-1, some at a time, and returns what failed.
func inParallel(n, atOnce int, fn func(i int) error) (failures []error) {
	failed := make([]error, n)
	slots := make(chan struct{}, atOnce)
	var running sync.WaitGroup
	for i := range n {
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			failed[i] = fn(i)
		})
	}
	running.Wait()
	return slices.DeleteFunc(failed, func(err error) bool { return err == nil })
}
