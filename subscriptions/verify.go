package subscriptions

import (
	"bytes"
	"context"
	"fmt"
	"maps"

	"assent/internal/errs"
)

// Proof is what verifying reads besides a Store.
type Proof interface {
	Store
	// Folded returns the state of people as the gate's tables have it, by subscriber.
	Folded(ctx context.Context, people []Subscriber) (map[int64]State, error)
	// Texts returns up to limit kept texts with a digest above after, by digest.
	Texts(ctx context.Context, after string, limit int) (map[string]string, error)
	// Unkept returns the place of the first event whose wording or notice is not kept, 0 for none.
	Unkept(ctx context.Context) (int64, error)
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
// returns how many events it read, and a *Fault for the first row that is wrong.
func VerifyLedger(ctx context.Context, p Proof) (events int64, err error) {
	const op = "subscriptions: verify"
	head, sealed, err := p.Head(ctx)
	if err != nil {
		return 0, errs.Wrap(op, err)
	}
	if !sealed {
		return 0, &Fault{"ledger_head", "id 1", "the seal of the ledger's end does not fit: it was changed, or the ledger was cut off or exchanged"}
	}
	if events, err = verifyChain(ctx, p, head); err != nil {
		return events, err
	}
	if err := verifyTexts(ctx, p); err != nil {
		return events, err
	}
	return events, verifyFolded(ctx, p)
}

func verifyChain(ctx context.Context, p Proof, head Head) (int64, error) {
	last := Head{Hash: make([]byte, 32)}
	for {
		page, err := p.Events(ctx, last.Seq, verifyPage)
		if err != nil {
			return last.Seq, errs.Wrap("subscriptions: verify chain", err)
		}
		for _, e := range page {
			if last.Seq == head.Seq {
				return last.Seq, nil // appended after we read the sealed end: the next run looks at it
			}
			if fault := checkLink(ctx, p, last, e); fault != nil {
				return last.Seq, fault
			}
			last = Head{Seq: e.Seq, Hash: e.Hash}
		}
		if len(page) < verifyPage {
			break
		}
	}
	if last.Seq != head.Seq || !bytes.Equal(last.Hash, head.Hash) {
		return last.Seq, &Fault{"consent_events", fmt.Sprintf("seq %d", last.Seq+1), fmt.Sprintf("the ledger ends here, but its sealed end is at seq %d", head.Seq)}
	}
	return last.Seq, nil
}

// checkLink holds one event to its predecessor and to its own hashes.
func checkLink(ctx context.Context, p Proof, last Head, e Event) error {
	bad := func(what string) error {
		return &Fault{"consent_events", fmt.Sprintf("seq %d", e.Seq), what}
	}
	switch {
	case e.Seq != last.Seq+1:
		return &Fault{"consent_events", fmt.Sprintf("seq %d", last.Seq+1), "the row is missing"}
	case !bytes.Equal(e.Prev, last.Hash):
		return bad("it does not follow the row before it")
	case !bytes.Equal(e.Hash, e.Digest(e.Prev)):
		return bad("it was changed: its content does not fit its hash")
	case e.Evidence == nil && e.Salt == nil:
		return checkErased(ctx, p, e)
	case !bytes.Equal(e.EvidenceHash, EvidenceDigest(e.Salt, e.Evidence)):
		return bad("its evidence was changed")
	}
	return nil
}

// checkErased allows evidence to be gone only where the person was erased afterwards.
func checkErased(ctx context.Context, p Proof, e Event) error {
	ledger, err := p.EventsByKey(ctx, e.AddressKey)
	if err != nil {
		return errs.Wrap("subscriptions: verify erasure", err)
	}
	if Fold(ledger).ErasedBy >= e.Seq {
		return nil
	}
	return &Fault{"consent_events", fmt.Sprintf("seq %d", e.Seq), "its evidence is gone, and no erasure says so"}
}

func verifyTexts(ctx context.Context, p Proof) error {
	after := ""
	for {
		texts, err := p.Texts(ctx, after, 100)
		if err != nil {
			return errs.Wrap("subscriptions: verify texts", err)
		}
		for digest, body := range texts {
			if TextDigest(body) != digest {
				return &Fault{"texts", "digest " + digest, "the words were changed"}
			}
			after = max(after, digest)
		}
		if len(texts) < 100 {
			break
		}
	}
	seq, err := p.Unkept(ctx)
	if err != nil {
		return errs.Wrap("subscriptions: verify texts", err)
	}
	if seq != 0 {
		return &Fault{"consent_events", fmt.Sprintf("seq %d", seq), "the words that it refers to are not kept"}
	}
	return nil
}

func verifyFolded(ctx context.Context, p Proof) error {
	after := int64(0)
	for {
		people, err := p.Subscribers(ctx, after, verifyPage/4)
		if err != nil {
			return errs.Wrap("subscriptions: verify states", err)
		}
		if len(people) == 0 {
			return nil
		}
		folded, err := p.Folded(ctx, people)
		if err != nil {
			return errs.Wrap("subscriptions: verify states", err)
		}
		for _, person := range people {
			ledger, err := p.EventsByKey(ctx, person.Key)
			if err != nil {
				return errs.Wrap("subscriptions: verify states", err)
			}
			if table := differs(Fold(ledger), folded[person.ID]); table != "" {
				return &Fault{table, fmt.Sprintf("subscriber %d", person.ID), "it does not follow from the ledger"}
			}
		}
		after = people[len(people)-1].ID
	}
}

// differs names the table in which two states differ, "" for none.
func differs(ledger, tables State) string {
	same := func(a, b Standing) bool {
		return a.Status == b.Status && a.Seq == b.Seq && a.ExpiresAt.Equal(b.ExpiresAt)
	}
	switch {
	case !maps.EqualFunc(ledger.Lists, tables.Lists, same):
		return "memberships"
	case !maps.EqualFunc(ledger.Purposes, tables.Purposes, same):
		return "permissions"
	case !maps.Equal(ledger.Bars, tables.Bars):
		return "suppressions"
	case ledger.RestrictedBy != tables.RestrictedBy, ledger.ErasedBy != tables.ErasedBy:
		return "subscribers"
	}
	return ""
}
