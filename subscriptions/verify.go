package subscriptions

import (
	"bytes"
	"context"
	"fmt"
	"math"

	"assent/internal/errs"
)

// Proof is what verifying reads besides a Store.
type Proof interface {
	Store
	Hasher
	// Ledgers returns the ledger of each address, in order, by string(key).
	Ledgers(ctx context.Context, keys ...[]byte) (map[string][]Event, error)
	// Folded returns the state of people as the gate's tables have it, by subscriber.
	Folded(ctx context.Context, people []Subscriber) (map[int64]State, error)
	// Barred returns the bars on addresses as the gate's tables have them, by string(key).
	Barred(ctx context.Context, keys ...[]byte) (map[string]map[Scope]Bar, error)
	// Texts returns up to limit kept texts with a digest above after, by digest.
	Texts(ctx context.Context, after string, limit int) (map[string]string, error)
	// Stray returns the first row that refers to something which is not there, nil for none: an event whose words, notice, list or
	// person are missing, one whose evidence is gone without an erasure, and a row of the gate's tables about nobody.
	Stray(ctx context.Context) (*Fault, error)
}

// Fault is the first thing that verifying found wrong.
type Fault struct {
	Table string // such as "consent_events"
	Row   string // such as "seq 812"
	What  string // a sentence
}

func (f *Fault) Error() string { return fmt.Sprintf("%s, %s: %s", f.Table, f.Row, f.What) }

const verifyPage = 1000

// VerifyLedger holds the ledger to its chain and seal, the texts to their digests, and what the gate joins to the ledger (H5). It
// returns how many events it read, and a *Fault for the first row that is wrong. It may run beside everything else: what changes
// while it looks is read again before it is accused.
//
// It cannot see that a whole database was put back to an earlier state, seal and all: that takes a head noted down elsewhere.
func VerifyLedger(ctx context.Context, p Proof) (events int64, err error) {
	const op = "subscriptions: verify"
	head, err := sealedHead(ctx, p)
	if err != nil {
		return 0, errs.Wrap(op, err)
	}
	if events, err = verifyChain(ctx, p, head); err != nil {
		return events, errs.Wrap(op, err)
	}
	stray, err := p.Stray(ctx)
	if err != nil {
		return events, errs.Wrap(op, err)
	}
	if stray != nil {
		return events, errs.Wrap(op, stray)
	}
	if err := verifyTexts(ctx, p); err != nil {
		return events, errs.Wrap(op, err)
	}
	return events, errs.Wrap(op, verifyFolded(ctx, p))
}

// sealedHead returns the end of the ledger, or a *Fault when it is gone or its seal is not ours.
func sealedHead(ctx context.Context, p Proof) (Head, error) {
	head, sealed, err := p.Head(ctx)
	switch {
	case errs.KindOf(err) == errs.NotFound:
		return head, &Fault{"ledger_head", "id 1", "the sealed end of the ledger is gone"}
	case err == nil && !sealed:
		err = &Fault{"ledger_head", "id 1", "the seal of the ledger's end does not fit: it was changed, or the ledger was cut off or exchanged"}
	}
	return head, err
}

func verifyChain(ctx context.Context, p Proof, head Head) (int64, error) {
	last := Head{Hash: make([]byte, 32)}
	after := int64(math.MinInt64) // a row may have been put in before the first
	for more := true; more; after = last.Seq {
		page, err := p.Events(ctx, after, verifyPage)
		if err != nil {
			return last.Seq, err
		}
		more = len(page) == verifyPage
		var strangers [][]byte
		for _, e := range page {
			if last.Seq == head.Seq {
				if err := checkEnd(last, head); err != nil {
					return last.Seq, err
				}
				return last.Seq, verifyBeyond(ctx, p, e)
			}
			if err := checkLink(last, e); err != nil {
				return last.Seq, err
			}
			if e.SubscriberID == 0 {
				strangers = append(strangers, e.AddressKey)
			}
			last = Head{Seq: e.Seq, Hash: e.Hash}
		}
		if err := verifyStrangers(ctx, p, strangers); err != nil {
			return last.Seq, err
		}
	}
	if last.Seq != head.Seq {
		return last.Seq, &Fault{"consent_events", fmt.Sprintf("seq %d", last.Seq+1), fmt.Sprintf("the ledger ends here, but its sealed end is at seq %d", head.Seq)}
	}
	return last.Seq, checkEnd(last, head)
}

// checkEnd holds the last row to the sealed hash. Rows that were written anew, hashes and all, are found here.
func checkEnd(last, head Head) error {
	if bytes.Equal(last.Hash, head.Hash) {
		return nil
	}
	return &Fault{"consent_events", fmt.Sprintf("seq %d", last.Seq), "it is not the row that was sealed: it, or rows before it, were written anew"}
}

// verifyBeyond allows a row behind the end that was read when the end has moved since: the next run looks at it.
func verifyBeyond(ctx context.Context, p Proof, e Event) error {
	head, err := sealedHead(ctx, p)
	if err == nil && head.Seq < e.Seq {
		err = &Fault{"consent_events", fmt.Sprintf("seq %d", e.Seq), "it stands behind the ledger's sealed end"}
	}
	return err
}

// checkLink holds one event to its predecessor and to its own hashes. Stray tells whether evidence may be gone.
func checkLink(last Head, e Event) error {
	bad := func(what string) error {
		return &Fault{"consent_events", fmt.Sprintf("seq %d", e.Seq), what}
	}
	switch {
	case e.Seq < 1:
		return bad("it stands before the first row")
	case e.Seq != last.Seq+1:
		return &Fault{"consent_events", fmt.Sprintf("seq %d", last.Seq+1), "the row is missing"}
	case !bytes.Equal(e.Prev, last.Hash):
		return bad("it does not follow the row before it")
	case !bytes.Equal(e.Hash, e.Digest(e.Prev)):
		return bad("it was changed: its content does not fit its hash")
	case len(e.Evidence) == 0 && len(e.Salt) == 0: // erased
	case !bytes.Equal(e.EvidenceHash, EvidenceDigest(e.Salt, e.Evidence)):
		return bad("its evidence was changed")
	}
	return nil
}

func verifyTexts(ctx context.Context, p Proof) error {
	const page = 100
	after := ""
	for {
		texts, err := p.Texts(ctx, after, page)
		if err != nil {
			return err
		}
		for digest, body := range texts {
			if TextDigest(body) != digest {
				return &Fault{"texts", "digest " + digest, "the words were changed"}
			}
			after = max(after, digest)
		}
		if len(texts) < page {
			return nil
		}
	}
}
