package audit

import (
	"bytes"
	"context"
	"fmt"
	"math"

	"assent/internal/errs"
)

// verifySeals holds every kept seal to our secret and to the ledger, and returns those for places that the trail still has, by place.
func verifySeals(ctx context.Context, p Proof, head Head, seals []KeptSeal) (map[int64]KeptSeal, error) {
	at := map[int64]KeptSeal{}
	last := Seal{Ledger: Place{Seq: math.MinInt64}, Trail: Place{Seq: math.MinInt64}}
	for _, s := range seals {
		bad := func(what string) error { return &Fault{"seals", fmt.Sprintf("id %d", s.ID), what} }
		switch {
		case !p.IsOurs(s.Seal):
			return nil, bad("it was not made with our secret, or was changed")
		case s.Ledger.Seq < last.Ledger.Seq || s.Trail.Seq < last.Trail.Seq:
			return nil, bad("it is not behind the seal before it")
		}
		if err := checkAgainst(ctx, p, head, s.Seal); err != nil {
			return nil, err
		}
		at[s.Trail.Seq], last = s, s.Seal
	}
	return at, nil
}

// Against holds the database to a seal that was kept elsewhere: the chains must still go through the places that it names. Verify must have passed
// before, for it is what shows that the chains are whole. A *Fault says where they differ: then history was rewritten, or an older state
// was put back.
func Against(ctx context.Context, p Proof, s Seal) error {
	const op = "audit: verify against a seal"
	if !p.IsOurs(s) {
		return errs.E(op, errs.Invalid, "This seal was not made with this installation's secret, or a character of it is wrong. Paste it whole.", nil)
	}
	head, err := sealedHead(ctx, p)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := checkAgainst(ctx, p, head, s); err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, checkTrailPlace(ctx, p, head, s))
}

// checkAgainst holds the ledger to a seal, and the length of the trail.
func checkAgainst(ctx context.Context, p Proof, head Head, s Seal) error {
	day := s.At.Format("2006-01-02 15:04")
	if s.Trail.Seq > head.End.Seq {
		return &Fault{"audit_entries", rowSeq(head.End.Seq + 1), fmt.Sprintf("the trail ends here, but a seal of %s knows it up to seq %d: it was cut off, or an older state was put back", day, s.Trail.Seq)}
	}
	if s.Ledger.Seq == 0 {
		return nil
	}
	hash, err := p.EventHash(ctx, s.Ledger.Seq)
	switch {
	case errs.KindOf(err) == errs.NotFound:
		return &Fault{"consent_events", rowSeq(s.Ledger.Seq), fmt.Sprintf("a seal of %s knows this row: the ledger was cut off, or an older state was put back", day)}
	case err != nil:
		return err
	case !bytes.Equal(hash, s.Ledger.Hash):
		return &Fault{"consent_events", rowSeq(s.Ledger.Seq), fmt.Sprintf("it is not the row that was sealed on %s: it, or rows before it, were written anew", day)}
	}
	return nil
}

// checkTrailPlace holds one place of the trail to a seal. Where the entries of the place were trimmed, a seal that was kept of the same place stands for it.
func checkTrailPlace(ctx context.Context, p Proof, head Head, s Seal) error {
	differs := &Fault{"audit_entries", rowSeq(s.Trail.Seq), fmt.Sprintf("it is not the row that was sealed on %s: it, or rows before it, were written anew", s.At.Format("2006-01-02 15:04"))}
	var now []byte
	switch {
	case s.Trail.Seq == head.Since.Seq:
		now = head.Since.Hash
	case s.Trail.Seq < head.Since.Seq:
		kept, err := p.Seals(ctx)
		if err != nil {
			return err
		}
		for _, k := range kept {
			if k.Trail.Seq == s.Trail.Seq {
				now = k.Trail.Hash
			}
		}
		if now == nil {
			return errs.E("audit: verify against a seal", errs.NotFound, fmt.Sprintf(
				"The ledger fits this seal. The audit trail cannot be held to it: the entries up to number %d were trimmed, and no seal of number %d was kept.", head.Since.Seq, s.Trail.Seq), nil)
		}
	default:
		page, err := p.AuditEntries(ctx, s.Trail.Seq-1, 1)
		if err != nil {
			return err
		}
		if len(page) == 1 && page[0].Seq == s.Trail.Seq {
			now = page[0].Hash
		}
	}
	if !bytes.Equal(now, s.Trail.Hash) {
		return differs
	}
	return nil
}
