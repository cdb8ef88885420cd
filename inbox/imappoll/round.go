package imappoll

import (
	"cmp"
	"context"
	"slices"

	"assent/inbox"
)

// round fetches every message above a UID that is not held, oldest first; messages that made trouble come last.
func (w *watch) round(ctx context.Context, c *conn, after uint32) error {
	listed, err := c.list(after)
	if err != nil {
		return err
	}
	c.line.rest()
	held, err := w.Receiver.Held(ctx, w.Mailbox.Name, w.validity, after)
	if err != nil {
		return notStored(err)
	}
	missing := without(listed, held)
	if after == 0 {
		w.suspects.keep(missing)
	}
	before := w.fetched
	missing = slices.DeleteFunc(missing, func(uid uint32) bool { return w.suspects[uid] != nil })
	for len(missing) > 0 {
		chunk := missing[:min(maxBatch, len(missing))]
		if missing = missing[len(chunk):]; len(missing) > 0 {
			if listed, err = w.takeNewest(ctx, c, listed); err != nil {
				return err
			}
		}
		if err := w.take(ctx, c, chunk); err != nil {
			return err
		}
	}
	for _, uid := range w.suspects.inTurn() {
		if err := w.takeAlone(ctx, c, uid); err != nil {
			return err
		}
	}
	if n := len(listed); n > 0 {
		w.high = max(w.high, listed[n-1])
	}
	if w.fetched > before {
		w.Log.Info("mail was fetched", "messages", w.fetched-before)
	}
	return nil
}

// takeNewest fetches, in the midst of a long round, what has come since: whoever opts out now does not wait until all that lay there is fetched. It returns what is
// listed by then.
func (w *watch) takeNewest(ctx context.Context, c *conn, listed []uint32) ([]uint32, error) {
	c.await()
	if err := c.client.Noop().Wait(); err != nil { // else the server may keep to itself what came
		return listed, unreachable(err)
	}
	select {
	case <-c.news:
	default:
		return listed, nil
	}
	newest, err := c.list(listed[len(listed)-1])
	if err != nil {
		return listed, err
	}
	for chunk := range slices.Chunk(newest, maxBatch) {
		if err := w.take(ctx, c, chunk); err != nil {
			return listed, err
		}
	}
	return append(listed, newest...), nil
}

// take fetches up to maxBatch messages. Those that do not come become suspects.
func (w *watch) take(ctx context.Context, c *conn, uids []uint32) error {
	list, err := c.describe(uids)
	if err != nil && !answered(err) {
		w.suspects.add(uids...)
		return unreachable(err)
	}
	slices.SortFunc(list, func(a, b described) int { return cmp.Compare(a.uid, b.uid) })
	small, large := w.sort(list)
	for _, batch := range small {
		if err := w.takeBatch(ctx, c, batch); err != nil {
			return err
		}
	}
	for _, d := range large {
		h, err := w.takeStream(ctx, c, d, false)
		if h.store != nil {
			return notStored(h.store)
		}
		if err != nil {
			return err
		}
	}
	w.suspects.add(without(uids, uidsOf(list))...)
	return nil
}

// sort makes batches that fit into memory, and sets apart what goes alone.
func (w *watch) sort(list []described) (small [][]described, large []described) {
	room := int64(0)
	for _, d := range list {
		if d.size > w.BatchOctets {
			large = append(large, d)
			continue
		}
		if len(small) == 0 || d.size > room {
			small = append(small, nil)
			room = w.BatchOctets
		}
		last := len(small) - 1
		small[last] = append(small[last], d)
		room -= d.size
	}
	return small, large
}

// takeBatch fetches messages through memory. What came whole is handed over even when the connection
// broke behind it, so that each connection brings the work further.
func (w *watch) takeBatch(ctx context.Context, c *conn, batch []described) error {
	list, err := c.fetch(batch, w.BatchOctets)
	c.line.rest()
	if len(list) > 0 {
		if err := w.Receiver.Receive(ctx, w.Mailbox.Name, w.validity, list); err != nil {
			return notStored(err)
		}
		w.fetched += uint64(len(list))
	}
	came := make([]uint32, len(list))
	for i, a := range list {
		came[i] = a.UID
	}
	slices.Sort(came)
	w.suspects.add(without(uidsOf(batch), came)...)
	if err != nil && !answered(err) {
		return unreachable(err)
	}
	return nil
}

// takeStream fetches one message as a stream. If it does not come it becomes a suspect. The
// error is that of a connection that ended.
func (w *watch) takeStream(ctx context.Context, c *conn, d described, bySeq bool) (handing, error) {
	hand := func(a inbox.Arrival) error {
		return w.Receiver.Receive(ctx, w.Mailbox.Name, w.validity, []inbox.Arrival{a})
	}
	if d.size > w.MaxMessage {
		c.line.rest()
		err := hand(inbox.Arrival{UID: d.uid, ReceivedAt: d.receivedAt, Size: d.size, Unreadable: sayTooLarge})
		return handing{given: err == nil, store: err}, nil
	}
	h, err := c.stream(d, bySeq, w.MaxMessage, hand)
	if h.given {
		w.fetched++
		delete(w.suspects, d.uid)
	} else {
		w.suspects.add(d.uid)
	}
	if err == nil || answered(err) {
		return h, nil
	}
	return h, unreachable(err)
}

// takeAlone tries one suspect. The last failed try makes it work for a person.
func (w *watch) takeAlone(ctx context.Context, c *conn, uid uint32) error {
	s := w.suspects[uid]
	w.turns++
	s.turn = w.turns
	d := described{uid: uid}
	h, err := w.attempt(ctx, c, &d)
	ended := h.octets
	switch {
	case h.store != nil:
		return notStored(h.store)
	case h.given:
		return err
	case err == nil: // the server lives, and gives no such message: has it gone?
		there, err := c.has(uid)
		if err != nil {
			return err
		}
		if !there {
			delete(w.suspects, uid)
			return nil
		}
		ended = refused
	}
	if s.blame(ended, w.Now(), w.fetched, w.Every) {
		c.line.rest()
		a := inbox.Arrival{UID: uid, ReceivedAt: d.receivedAt, Size: d.size, Unreadable: sayNotGiven}
		if err := w.Receiver.Receive(ctx, w.Mailbox.Name, w.validity, []inbox.Arrival{a}); err != nil {
			return notStored(err)
		}
		delete(w.suspects, uid)
		w.Log.Warn("a message that the server does not give was made work for a person", "uid", uid)
	}
	return err
}

// attempt asks for one message by UID, then by sequence number. d is filled as far as the
// server describes it.
func (w *watch) attempt(ctx context.Context, c *conn, d *described) (handing, error) {
	list, err := c.describe([]uint32{d.uid})
	if err != nil && !answered(err) {
		return handing{}, unreachable(err)
	}
	if len(list) == 0 {
		return handing{}, nil
	}
	*d = list[0]
	h, err := w.takeStream(ctx, c, *d, false)
	if h.given || h.store != nil || err != nil {
		return h, err
	}
	return w.takeStream(ctx, c, *d, true)
}

func uidsOf(list []described) []uint32 {
	uids := make([]uint32, len(list))
	for i, d := range list {
		uids[i] = d.uid
	}
	return uids
}
