package subscriptions

import (
	"bytes"
	"context"
	"fmt"

	"assent/internal/errs"
)

// verifyFolded holds what the gate joins to what follows from the ledger, person by person, and each address to its key.
func verifyFolded(ctx context.Context, p Proof) error {
	after := int64(0)
	for {
		people, err := p.Subscribers(ctx, after, verifyPage/4)
		if err != nil || len(people) == 0 {
			return err
		}
		keys := make([][]byte, len(people))
		for i, person := range people {
			keys[i] = person.Key
		}
		ledgers, err := p.Ledgers(ctx, keys...)
		if err != nil {
			return err
		}
		tables, err := p.Folded(ctx, people)
		if err != nil {
			return err
		}
		for _, person := range people {
			if !person.Address.IsZero() && !bytes.Equal(p.AddressKey(person.Address), person.Key) {
				return &Fault{"subscribers", fmt.Sprintf("id %d", person.ID), "the address is not the one that agreed"}
			}
			if difference(person.ID, Fold(ledgers[string(person.Key)]), tables[person.ID]) == nil {
				continue
			}
			if err := verifyPerson(ctx, p, person); err != nil {
				return err
			}
		}
		after = people[len(people)-1].ID
	}
}

// verifyPerson looks at one person again, between two readings of their ledger that are the same: then nothing changed in between.
func verifyPerson(ctx context.Context, p Proof, person Subscriber) error {
	return untilStill(ctx, p, person.Key, func(ledger []Event) (*Fault, error) {
		tables, err := p.Folded(ctx, []Subscriber{person})
		return difference(person.ID, Fold(ledger), tables[person.ID]), err
	})
}

// verifyStrangers holds the bars on addresses that were not on record to the ledger.
func verifyStrangers(ctx context.Context, p Proof, keys [][]byte) error {
	if len(keys) == 0 {
		return nil
	}
	ledgers, err := p.Ledgers(ctx, keys...)
	if err != nil {
		return err
	}
	tables, err := p.Barred(ctx, keys...)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if barsDiffer(Fold(ledgers[string(key)]).Bars, tables[string(key)]) == "" {
			continue
		}
		err := untilStill(ctx, p, key, func(ledger []Event) (*Fault, error) {
			tables, err := p.Barred(ctx, key)
			if scope := barsDiffer(Fold(ledger).Bars, tables[string(key)]); err == nil && scope != "" {
				return &Fault{"suppressions", fmt.Sprintf("the address of event %d, %s", ledger[0].Seq, scope), notByLedger}, nil
			}
			return nil, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

const (
	notByLedger = "it does not follow from the ledger"
	readings    = 20 // of one address, before verifying gives up waiting for it to stand still
)

// untilStill looks while an address's ledger stands still, and returns the fault that the look finds.
func untilStill(ctx context.Context, p Proof, key []byte, look func(ledger []Event) (*Fault, error)) error {
	before, err := p.EventsByKey(ctx, key)
	for range readings {
		if err != nil {
			return err
		}
		fault, err := look(before)
		if err != nil || fault == nil {
			return err
		}
		after, err := p.EventsByKey(ctx, key)
		if err != nil {
			return err
		}
		if len(after) == len(before) {
			return fault
		}
		before = after
	}
	return errs.E("subscriptions: verify", errs.Unavailable, "An address changed each time that it was looked at. Verify again.", nil)
}

// difference returns the first row in which a person's tables differ from their ledger, nil for none.
func difference(id int64, ledger, tables State) *Fault {
	who := fmt.Sprintf("subscriber %d", id)
	if list := standingsDiffer(ledger.Lists, tables.Lists); list != 0 {
		return &Fault{"memberships", fmt.Sprintf("list %d, %s", list, who), notByLedger}
	}
	if purpose := standingsDiffer(ledger.Purposes, tables.Purposes); purpose != 0 {
		return &Fault{"permissions", fmt.Sprintf("purpose %d, %s", purpose, who), notByLedger}
	}
	if scope := barsDiffer(ledger.Bars, tables.Bars); scope != "" {
		return &Fault{"suppressions", who + ", " + scope, notByLedger}
	}
	if ledger.RestrictedBy != tables.RestrictedBy || ledger.ErasedBy != tables.ErasedBy || ledger.ProfilingRefusedBy != tables.ProfilingRefusedBy {
		return &Fault{"subscribers", fmt.Sprintf("id %d", id), notByLedger}
	}
	return nil
}

// standingsDiffer returns a list or purpose that stands differently, 0 for none.
func standingsDiffer(a, b map[int64]Standing) int64 {
	for id, x := range a {
		if y, both := b[id]; !both || x.Status != y.Status || x.Seq != y.Seq || !x.ExpiresAt.Equal(y.ExpiresAt) ||
			x.Informed != y.Informed || !x.PausedUntil.Equal(y.PausedUntil) {
			return id
		}
	}
	for id := range b {
		if _, both := a[id]; !both {
			return id
		}
	}
	return 0
}

// barsDiffer names a scope that is barred differently, "" for none.
func barsDiffer(a, b map[Scope]Bar) string {
	for scope, x := range a {
		if b[scope] != x {
			return scope.String()
		}
	}
	for scope := range b {
		if _, both := a[scope]; !both {
			return scope.String()
		}
	}
	return ""
}
