package subscriptions

import (
	"context"
	"regexp"

	"assent/internal/address"
	"assent/internal/errs"
)

// ManySuppressions is a list of addresses that must not be mailed, such as another system's or a preference service's.
type ManySuppressions struct {
	Scope   Scope
	Reason  string // words in small letters that name nobody: they stay for ever
	Channel Channel
	Actor   string
	Source  string // where the list came from, such as "suppression file"
	// Next returns the next address, or a zero address for an entry that is none; ok is false at the end.
	Next func() (a address.Address, ok bool, err error)
}

// SuppressionCounts tells what became of a list of addresses.
type SuppressionCounts struct {
	Rows       int64
	Suppressed int64
	Already    int64 // were barred within the scope
	Invalid    int64 // are no address
}

// reasonForm is what may stand for ever.
var reasonForm = regexp.MustCompile(`^[a-z][a-z0-9 -]{0,99}$`)

const suppressedAtOnce = 1000

// SuppressMany bars a list of addresses of any length, whoever they are, in bounded memory. Each thousand is one transaction, noted in the
// journal in one go. A list that broke off is simply brought again: who is barred stays so.
func (k *Keeper) SuppressMany(ctx context.Context, m ManySuppressions) (SuppressionCounts, error) {
	const op = "subscriptions: suppress many"
	var c SuppressionCounts
	switch {
	case !m.Scope.complete():
		return c, errs.E(op, errs.Invalid, "Say what is barred.", nil)
	case !reasonForm.MatchString(m.Reason):
		return c, errs.E(op, errs.Invalid, "The reason must be a few words in small letters, which name nobody: they stay for ever.", nil)
	}
	for more := true; more; {
		var page []address.Address
		for more && len(page) < suppressedAtOnce {
			a, ok, err := m.Next()
			if err != nil {
				return c, errs.Wrap(op, err)
			}
			if more = ok; !ok {
				break
			}
			if c.Rows++; a.IsZero() {
				c.Invalid++
				continue
			}
			page = append(page, a)
		}
		n, err := k.suppressPage(ctx, m, page)
		if err != nil {
			return c, errs.Wrap(op, err)
		}
		c.Suppressed += n
		c.Already += int64(len(page)) - n
	}
	return c, nil
}

func (k *Keeper) suppressPage(ctx context.Context, m ManySuppressions, page []address.Address) (n int64, err error) {
	if len(page) == 0 {
		return 0, nil
	}
	all := make([]Barring, len(page))
	for i, a := range page {
		all[i] = Barring{Withdrawal: Withdrawal{Address: a, Scope: m.Scope, Channel: m.Channel, Actor: m.Actor}, Kind: Suppressed, Reason: m.Reason, Source: m.Source}
	}
	var out []Outcome
	err = k.Store.UpdateKept(ctx, func(tx KeepingTx) error {
		out, err = barAll(tx, k.Keys, k.Now, all)
		return err
	})
	for _, o := range out {
		if !o.Already {
			n++
		}
	}
	return n, err
}
