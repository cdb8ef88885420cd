package audit

import (
	"bytes"
	"context"
	"fmt"
	"math"

	"assent/internal/errs"
)

// Proof is what verifying the trail reads.
type Proof interface {
	// AuditHead returns both ends of the trail and whether their seal is ours; kind NotFound when it is gone.
	AuditHead(ctx context.Context) (head Head, sealed bool, err error)
	// AuditEntries returns up to limit entries with a place above after, ascending.
	AuditEntries(ctx context.Context, after int64, limit int) ([]Entry, error)
	// Unreadable returns the first of some entries whose personal part does not open although its key was not destroyed, nil for none.
	Unreadable(ctx context.Context, entries []Entry) (*Fault, error)
	// StrayKey returns the first key that no entry uses, or that was destroyed with no entry to say so; nil for none.
	StrayKey(ctx context.Context) (*Fault, error)
	// Seals returns all seals that were kept, the oldest first.
	Seals(ctx context.Context) ([]KeptSeal, error)
	// IsOurs reports whether a seal was made with our secret.
	IsOurs(Seal) bool
	// EventHash returns the hash of an event of the consent ledger; kind NotFound.
	EventHash(ctx context.Context, seq int64) ([]byte, error)
}

// KeptSeal is a seal with its row number.
type KeptSeal struct {
	ID int64
	Seal
}

// Fault is the first thing that verifying found wrong.
type Fault struct {
	Table string // such as "audit_entries"
	Row   string // such as "seq 812"
	What  string // a sentence
}

func (f *Fault) Error() string { return fmt.Sprintf("%s, %s: %s", f.Table, f.Row, f.What) }

const (
	verifyPage   = 1000
	trimsMeetsUs = 5 // times that a trim may get in the way of one reading
)

// Verify holds the trail to its chain and its sealed ends, every seal to the chains, and every personal part to its key (H5). It returns how many
// entries it read, and a *Fault for the first row that is wrong. It may run beside everything else.
func Verify(ctx context.Context, p Proof) (entries int64, err error) {
	const op = "audit: verify"
	for range trimsMeetsUs {
		var head Head
		if head, err = sealedHead(ctx, p); err != nil {
			return 0, errs.Wrap(op, err)
		}
		if entries, err = verifyAll(ctx, p, head); err == nil {
			return entries, nil
		}
		if now, again := sealedHead(ctx, p); again != nil || now.Since.Seq == head.Since.Seq {
			break
		}
	}
	return entries, errs.Wrap(op, err)
}

func verifyAll(ctx context.Context, p Proof, head Head) (int64, error) {
	seals, err := p.Seals(ctx)
	if err != nil {
		return 0, err
	}
	at, err := verifySeals(ctx, p, head, seals)
	if err != nil {
		return 0, err
	}
	n, err := verifyChain(ctx, p, head, at)
	if err != nil {
		return n, err
	}
	fault, err := p.StrayKey(ctx)
	if err == nil && fault != nil {
		err = fault
	}
	return n, err
}

func sealedHead(ctx context.Context, p Proof) (Head, error) {
	head, sealed, err := p.AuditHead(ctx)
	switch {
	case errs.KindOf(err) == errs.NotFound:
		return head, &Fault{"audit_head", "id 1", "the sealed end of the audit trail is gone"}
	case err == nil && !sealed:
		err = &Fault{"audit_head", "id 1", "the seal of the audit trail's ends does not fit: they were changed, or the trail was cut off or exchanged"}
	}
	return head, err
}

// verifyChain walks the trail from its beginning to its sealed end. at has the hashes that seals have for places in it.
func verifyChain(ctx context.Context, p Proof, head Head, at map[int64]KeptSeal) (n int64, err error) {
	last := head.Since
	after := int64(math.MinInt64) // a row may have been put in before the first
	for more := true; more; after = last.Seq {
		page, err := p.AuditEntries(ctx, after, verifyPage)
		if err != nil {
			return n, err
		}
		more = len(page) == verifyPage
		for i, e := range page {
			if last.Seq == head.End.Seq {
				if err := checkEnd(last, head.End); err != nil {
					return n, err
				}
				if err := unreadable(ctx, p, page[:i]); err != nil {
					return n, err
				}
				return n, beyond(ctx, p, e)
			}
			if err := checkLink(last, e); err != nil {
				return n, err
			}
			if s, sealed := at[e.Seq]; sealed && !bytes.Equal(s.Trail.Hash, e.Hash) {
				return n, &Fault{"audit_entries", rowSeq(e.Seq), fmt.Sprintf("it is not the row that was sealed on %s: it, or rows before it, were written anew", s.At.Format("2006-01-02"))}
			}
			last, n = Place{Seq: e.Seq, Hash: e.Hash}, n+1
		}
		if err := unreadable(ctx, p, page); err != nil {
			return n, err
		}
	}
	if last.Seq != head.End.Seq {
		return n, &Fault{"audit_entries", rowSeq(last.Seq + 1), fmt.Sprintf("the trail ends here, but its sealed end is at seq %d", head.End.Seq)}
	}
	return n, checkEnd(last, head.End)
}

func unreadable(ctx context.Context, p Proof, page []Entry) error {
	fault, err := p.Unreadable(ctx, page)
	if err == nil && fault != nil {
		err = fault
	}
	return err
}

func checkEnd(last, end Place) error {
	if bytes.Equal(last.Hash, end.Hash) {
		return nil
	}
	return &Fault{"audit_entries", rowSeq(last.Seq), "it is not the row that was sealed: it, or rows before it, were written anew"}
}

// beyond allows a row behind the end that was read when the end has moved since: the next run looks at it.
func beyond(ctx context.Context, p Proof, e Entry) error {
	head, err := sealedHead(ctx, p)
	if err == nil && head.End.Seq < e.Seq {
		err = &Fault{"audit_entries", rowSeq(e.Seq), "it stands behind the trail's sealed end"}
	}
	return err
}

func checkLink(last Place, e Entry) error {
	switch {
	case e.Seq <= last.Seq:
		return &Fault{"audit_entries", rowSeq(e.Seq), "it stands before the trail's sealed beginning"}
	case e.Seq != last.Seq+1:
		return &Fault{"audit_entries", rowSeq(last.Seq + 1), "the row is missing"}
	case !bytes.Equal(e.Prev, last.Hash):
		return &Fault{"audit_entries", rowSeq(e.Seq), "it does not follow the row before it"}
	case !bytes.Equal(e.Hash, Link(e.Prev, e.Content())):
		return &Fault{"audit_entries", rowSeq(e.Seq), "it was changed: its content does not fit its hash"}
	}
	return nil
}

func rowSeq(seq int64) string { return fmt.Sprintf("seq %d", seq) }
