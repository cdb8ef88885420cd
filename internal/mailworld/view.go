package mailworld

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
)

// view is a folder as one client sees it: with its own sequence numbers, which change
// only when the client has been told.
type view struct {
	*folder
	session  *imapserver.SessionTracker
	readOnly bool
}

// picked is a message with its sequence number in the view.
type picked struct {
	Message
	seq   uint32
	flags []imap.Flag
}

// pick returns the messages of a set, with the client's sequence numbers.
func (v *view) pick(set imap.NumSet) []picked {
	v.mu.Lock()
	defer v.mu.Unlock()
	var out []picked
	for _, p := range v.allLocked() {
		if v.inLocked(p, set) {
			out = append(out, p)
		}
	}
	return out
}

// allLocked leaves out messages of which the client does not know yet.
func (v *view) allLocked() []picked {
	out := make([]picked, 0, len(v.list))
	for i, s := range v.list {
		if seq := v.session.EncodeSeqNum(uint32(i) + 1); seq != 0 {
			out = append(out, picked{s.Message, seq, s.flags})
		}
	}
	return out
}

// inLocked reports whether a set names p. "*" is the greatest number in use (RFC 9051, section 9).
func (v *view) inLocked(p picked, set imap.NumSet) bool {
	in := func(start, stop, n, last uint32) bool {
		if start == 0 {
			start = last
		}
		if stop == 0 {
			stop = last
		}
		return min(start, stop) <= n && n <= max(start, stop)
	}
	switch set := set.(type) {
	case imap.SeqSet:
		last := uint32(len(v.list))
		return slices.ContainsFunc(set, func(r imap.SeqRange) bool { return in(r.Start, r.Stop, p.seq, last) })
	case imap.UIDSet:
		last := uint32(0)
		if n := len(v.list); n > 0 {
			last = v.list[n-1].UID
		}
		return slices.ContainsFunc(set, func(r imap.UIDRange) bool { return in(uint32(r.Start), uint32(r.Stop), p.UID, last) })
	}
	return false
}

// Search looks through the folder. Text is sought in the octets as they stand, not decoded.
func (v *view) Search(kind imapserver.NumKind, c *imap.SearchCriteria, _ *imap.SearchOptions) (*imap.SearchData, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	var d imap.SearchData
	var seqs imap.SeqSet
	var uids imap.UIDSet
	for _, p := range v.allLocked() {
		if !v.fitsLocked(p, c) {
			continue
		}
		n := p.seq
		if kind == imapserver.NumKindUID {
			n = p.UID
		}
		seqs.AddNum(p.seq)
		uids.AddNum(imap.UID(p.UID))
		if d.Count++; d.Count == 1 {
			d.Min = n
		}
		d.Max = n
	}
	d.All = seqs
	if kind == imapserver.NumKindUID {
		d.All = uids
	}
	return &d, nil
}

func (v *view) fitsLocked(p picked, c *imap.SearchCriteria) bool {
	head, body := parts(p.Raw)
	has := func(f imap.Flag) bool { return slices.Contains(p.flags, imap.Flag(strings.ToLower(string(f)))) }
	holds := func(in []byte, text string) bool {
		return bytes.Contains(bytes.ToLower(in), bytes.ToLower([]byte(text)))
	}
	day := time.Date(p.ReceivedAt.Year(), p.ReceivedAt.Month(), p.ReceivedAt.Day(), 0, 0, 0, 0, time.UTC)
	switch {
	case slices.ContainsFunc(c.SeqNum, func(s imap.SeqSet) bool { return !v.inLocked(p, s) }),
		slices.ContainsFunc(c.UID, func(s imap.UIDSet) bool { return !v.inLocked(p, s) }),
		!c.Since.IsZero() && day.Before(c.Since),
		!c.Before.IsZero() && !day.Before(c.Before),
		slices.ContainsFunc(c.Flag, func(f imap.Flag) bool { return !has(f) }),
		slices.ContainsFunc(c.NotFlag, has),
		c.Larger != 0 && int64(len(p.Raw)) <= c.Larger,
		c.Smaller != 0 && int64(len(p.Raw)) >= c.Smaller,
		slices.ContainsFunc(c.Header, func(h imap.SearchCriteriaHeaderField) bool { return !headerField(head, h.Key, h.Value) }),
		slices.ContainsFunc(c.Body, func(t string) bool { return !holds(body, t) }),
		slices.ContainsFunc(c.Text, func(t string) bool { return !holds(p.Raw, t) }),
		slices.ContainsFunc(c.Not, func(n imap.SearchCriteria) bool { return v.fitsLocked(p, &n) }),
		slices.ContainsFunc(c.Or, func(o [2]imap.SearchCriteria) bool { return !v.fitsLocked(p, &o[0]) && !v.fitsLocked(p, &o[1]) }):
		return false
	}
	return true
}

func (v *view) Store(w *imapserver.FetchWriter, set imap.NumSet, flags *imap.StoreFlags, _ *imap.StoreOptions) error {
	if v.readOnly {
		return no(imap.ResponseCodeCannot, "The mailbox is open read-only")
	}
	for _, p := range v.setFlags(set, flags) {
		if flags.Silent {
			continue
		}
		r := w.CreateMessage(p.seq)
		r.WriteUID(imap.UID(p.UID))
		r.WriteFlags(p.flags)
		if err := r.Close(); err != nil {
			return err
		}
	}
	return nil
}

// setFlags changes flags, tells the other clients, and returns the messages as they are now.
func (v *view) setFlags(set imap.NumSet, flags *imap.StoreFlags) []picked {
	v.mu.Lock()
	defer v.mu.Unlock()
	var out []picked
	for i, s := range v.list {
		seq := v.session.EncodeSeqNum(uint32(i) + 1)
		if seq == 0 || !v.inLocked(picked{s.Message, seq, s.flags}, set) {
			continue
		}
		s.set(flags.Op, flags.Flags)
		v.tracker.QueueMessageFlags(uint32(i)+1, imap.UID(s.UID), s.flags, v.session)
		out = append(out, picked{s.Message, seq, s.flags})
	}
	v.wake()
	return out
}

// Expunge removes messages with \Deleted, of uids only unless that is nil. The client hears of
// it by the poll after the command.
func (v *view) Expunge(_ *imapserver.ExpungeWriter, uids *imap.UIDSet) error {
	if v.readOnly {
		return nil
	}
	v.remove(func(s *stored) bool {
		return s.has(imap.FlagDeleted) && (uids == nil || uids.Contains(imap.UID(s.UID)))
	})
	return nil
}
