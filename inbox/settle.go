package inbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"slices"

	"assent/inbox/sorting"
	"assent/internal/errs"
	"assent/internal/message"
)

// How many messages share a transaction. What stops mail locks the ledger's end until its commit, and whoever leaves by a link waits for that.
const (
	stopsTogether  = 20
	othersTogether = 50
	worstTogether  = 3 // messages of a batch that fail before each is settled by itself
)

// HandleSorting gives each of some messages its disposition. One that fails does not hold up the others.
func (s *Service) HandleSorting(ctx context.Context, t Sorting) error { return s.sortAll(ctx, t.IDs) }

// HandleSortingMany is HandleSorting for messages that came with many others.
func (s *Service) HandleSortingMany(ctx context.Context, t SortingMany) error {
	return s.sortAll(ctx, t.IDs)
}

func (s *Service) sortAll(ctx context.Context, ids []int64) error {
	const op = "inbox: sort messages"
	kept, err := s.Store.Kept(ctx, ids...)
	if err != nil {
		return errs.Wrap(op, err)
	}
	kept = slices.DeleteFunc(kept, func(m Kept) bool { return m.Disposition != Unsorted })
	if len(kept) == 0 { // by a run before, whose acts the journal may still lack
		return errs.Wrap(op, s.Store.Together(ctx, func(context.Context) error { return nil }))
	}
	var failures []error
	for window := range windows(kept) {
		failures = append(failures, s.settleWindow(ctx, window)...)
	}
	return errs.Wrap(op, errors.Join(failures...))
}

// settleWindow sorts messages and acts on them: first on what stops mail, which waits neither for other people's DNS nor for the cases that the rest opens.
func (s *Service) settleWindow(ctx context.Context, window []Kept) []error {
	sorted, failures := s.remembering().readAll(ctx, window)
	first, others := stopsFirst(sorted)
	for batch := range batches(first, stopsTogether) {
		failures = append(failures, s.settleBatch(ctx, batch)...)
	}
	s.stopAtOnce(ctx, others)
	others, unproved := proveAll(ctx, others)
	failures = append(failures, unproved...)
	for batch := range batches(others, othersTogether) {
		failures = append(failures, s.settleBatch(ctx, batch)...)
	}
	return failures
}

// settleBatch acts on messages in one transaction. One that cannot be acted on is taken out, and then tried by itself.
func (s *Service) settleBatch(ctx context.Context, batch []*handling) (failures []error) {
	var alone []*handling
	for len(batch) > 0 {
		faulty, err := s.settleTogether(ctx, batch)
		if err == nil {
			break
		}
		if faulty < 0 || len(alone) == worstTogether || ctx.Err() != nil {
			alone, batch = append(alone, batch...), nil
			break
		}
		alone = append(alone, batch[faulty])
		batch = slices.Delete(batch, faulty, faulty+1)
	}
	for _, h := range alone {
		if err := h.settleAlone(ctx); err != nil {
			failures = append(failures, fmt.Errorf("message %d: %w", h.kept.ID, err))
		}
	}
	if s.Kick != nil {
		s.Kick() // letters were opened
	}
	return failures
}

// settleTogether acts on all messages and then gives all their dispositions, in one transaction. faulty is the place of the message at which it failed, below 0 where
// that is not known; nothing is kept then.
func (s *Service) settleTogether(ctx context.Context, all []*handling) (faulty int, err error) {
	faulty = -1
	done := make([]Settlement, 0, len(all))
	err = s.Store.Together(ctx, func(ctx context.Context) error {
		b, err := s.batchOf(ctx, all)
		if err != nil {
			return err
		}
		for i, h := range all {
			attempt := h.again()
			attempt.batch = b
			settlement, err := attempt.settlement(ctx)
			if err != nil {
				faulty = i
				return err
			}
			done = append(done, settlement)
		}
		if err := b.carryOut(ctx, s.People); err != nil {
			return err
		}
		return s.Store.Settle(ctx, done...)
	})
	if err == nil {
		s.tell(all, done)
	}
	return faulty, err
}

// stopAtOnce ends what letters about rights end, such as an objection to marketing, before their writers are looked up in DNS. Where that fails, and as to all else
// that they ask, they wait for their turn.
func (s *Service) stopAtOnce(ctx context.Context, letters []*handling) {
	letters = slices.DeleteFunc(slices.Clone(letters), func(h *handling) bool { return h.verdict.Kind != sorting.KindRights || !h.asksToStop() })
	if len(letters) == 0 {
		return
	}
	_ = s.Store.Together(ctx, func(ctx context.Context) error {
		b, err := s.batchOf(ctx, letters)
		if err != nil {
			return err
		}
		for _, h := range letters {
			attempt := h.again()
			attempt.batch = b
			if err := attempt.stopIfAsked(ctx); err != nil {
				return err
			}
		}
		return b.carryOut(ctx, s.People)
	})
}

// settleAlone acts on one message in transactions of their own: effects first, which are safe to repeat, and its disposition last. A message at which we fail by a fault of
// our own is left to a person.
func (h *handling) settleAlone(ctx context.Context) error {
	settlement, err := h.again().settlement(ctx)
	if errors.Is(err, errFault) {
		attempt := h.again()
		settlement, err = attempt.settlementBy(ctx, func(ctx context.Context) (Settlement, error) { return attempt.leaveToPerson(ctx, errFault) })
	}
	if err != nil {
		return err
	}
	if err := h.Store.Settle(ctx, settlement); err != nil {
		return err
	}
	h.tell([]*handling{h}, []Settlement{settlement})
	return nil
}

func (s *Service) tell(batch []*handling, done []Settlement) {
	now := s.Now()
	for i, h := range batch {
		s.Log.Info("message settled", "inbound", h.kept.ID, "mailbox", h.kept.Mailbox, "kind", h.verdict.Kind, "disposition", done[i].Disposition,
			"after_ms", now.Sub(h.kept.ReceivedAt).Milliseconds())
	}
}

// settlement acts on the message and returns what is to be kept of it.
func (h *handling) settlement(ctx context.Context) (Settlement, error) {
	return h.settlementBy(ctx, h.act)
}

// errFault stands for a fault in our own rules, which must not keep other messages from their disposition.
var errFault = errs.E("inbox: settle", errs.Internal, "Assent failed on this message by a fault of its own. Please report it.", nil)

func (h *handling) settlementBy(ctx context.Context, act func(context.Context) (Settlement, error)) (settlement Settlement, err error) {
	defer func() {
		if fault := recover(); fault != nil { // its words might be the message's
			h.Log.Error("a fault of our own in acting on a message; please report it", "inbound", h.kept.ID, "fault", fmt.Sprintf("%T", fault), "stack", string(debug.Stack()))
			err = errFault
		}
	}()
	settlement, err = act(ctx)
	if kind := errs.KindOf(err); err != nil && (kind == errs.NotFound || kind == errs.Invalid) {
		settlement, err = h.leaveToPerson(ctx, err) // trying again would change nothing
	}
	if err != nil {
		return settlement, err
	}
	settlement.InboundID, settlement.Verdict, settlement.Identity = h.kept.ID, h.verdict, h.proof
	settlement.From, settlement.Subject, settlement.MessageID = h.kept.From, h.kept.Subject, h.kept.MessageID
	settlement.Named, err = h.others(ctx)
	return settlement, err
}

// read parses and sorts a kept message. Whatever cannot be read gets an empty verdict, and so becomes work for a person.
func (s *Service) read(ctx context.Context, m Kept, small []byte) (*message.Parsed, sorting.Verdict, error) {
	unread := func(words, rule string) (*message.Parsed, sorting.Verdict, error) {
		return &message.Parsed{}, sorting.Verdict{Kind: sorting.KindNone, Grounds: []sorting.Ground{{Where: "message", Words: words, Rule: rule}}}, nil
	}
	if m.Digest == "" {
		return unread(m.Unreadable, "the mail server would not give the message")
	}
	raw := s.raw(ctx, m, small)
	defer raw.Close()
	parsed, err := message.Parse(raw, message.DefaultLimits())
	switch {
	case err != nil && errs.KindOf(err) == errs.Invalid:
		return unread(errs.Message(err), "the message cannot be parsed")
	case err != nil:
		return nil, sorting.Verdict{}, err
	}
	v, ok := sortSafely(parsed)
	if !ok {
		return unread("", "sorting failed on this message; please report it")
	}
	return parsed, v, nil
}

// raw reads a message, from memory where it is there.
func (s *Service) raw(ctx context.Context, m Kept, small []byte) io.ReadCloser {
	if small != nil {
		return io.NopCloser(bytes.NewReader(small))
	}
	return s.Store.Raw(ctx, m.Digest)
}
