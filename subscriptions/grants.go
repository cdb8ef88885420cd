package subscriptions

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"assent/internal/audit"
	"assent/internal/errs"
)

// MaxActs bounds what one request may record at once.
const MaxActs = 20

// granting is an act that was checked and can be kept.
type granting struct {
	setting
	act     Act
	kind    EventKind
	expires time.Time
	ip      netip.Addr
}

// grant checks an act by itself, before a transaction.
func (w setting) grant(a Act, now time.Time) (g granting, err error) {
	g = granting{setting: w, kind: w.kind()}
	if g.ip, err = takeIP(&a.Evidence); err != nil {
		return g, err
	}
	g.act = a
	acted := a.ActedAt
	if acted.IsZero() {
		acted = now
	}
	if err := firstOf(w.open(now), CheckAct(g.kind, a, now), w.check(a), w.checkStatement(a), w.purpose.acted(acted)); err != nil {
		return g, err
	}
	g.expires, err = w.expiry(a, now)
	return g, err
}

// checkStatement refuses explicit consent without the person's own express statement (Article 9(2)(a); E2-04).
func (w setting) checkStatement(a Act) error {
	if w.purpose.Basis != ExplicitConsent || strings.TrimSpace(a.Evidence["statement"]) != "" {
		return nil
	}
	return errs.E("subscriptions: check act", errs.Invalid,
		"Explicit consent needs a clear statement: give the words that the person said, wrote or ticked in the evidence, under \"statement\".", nil)
}

// keepGrant writes a checked act to the ledger.
func (s *Service) keepGrant(tx Tx, g granting, now time.Time) (seq int64, err error) {
	person, history, err := s.record(tx, g.setting, g.act, now)
	if err != nil {
		return 0, err
	}
	if !mayFollow(g.kind, g.act, history, ListScope(g.list)) {
		return 0, errs.E("subscriptions: grant", errs.Refused, "This person opted out. Only a fresh act of their own can change that: have them subscribe through the form.", nil)
	}
	e, err := g.event(tx, g.kind, person, g.act, now)
	if err != nil {
		return 0, err
	}
	if g.kind == Enrolled {
		e.NoticeDigest = tellsOf(g.purpose, g.notice, g.notices, history)
	}
	e.ExpiresAt = g.expires
	return g.append(tx, e, g.ip)
}

// GrantAll records several acts of one person, each with its own evidence: all of them, or none and the reason of the first that was refused.
// Separate purposes are separate acts (E2-02), so no list may come twice. It returns the events' places in the order of the acts.
func (s *Service) GrantAll(ctx context.Context, acts []Act) (seqs []int64, err error) {
	const op = "subscriptions: grant all"
	now := s.Now()
	if len(acts) == 0 || len(acts) > MaxActs {
		return nil, errs.E(op, errs.Invalid, fmt.Sprintf("Give between 1 and %d acts.", MaxActs), nil)
	}
	grants := make([]granting, len(acts))
	seen := map[int64]bool{}
	for i, a := range acts {
		w, err := s.setting(ctx, a.ListID)
		if err != nil {
			return nil, errs.Wrap(op, err)
		}
		if seen[a.ListID] {
			return nil, errs.E(op, errs.Invalid, "The list "+w.list.Slug+" comes twice.", nil)
		}
		seen[a.ListID] = true
		if grants[i], err = w.grant(a, now); err != nil {
			return nil, errs.E(op, errs.KindOf(err), fmt.Sprintf("Act %d (%s): %s Nothing was recorded.", i+1, w.list.Slug, errs.Message(err)), err)
		}
	}
	err = s.Store.Update(audit.As(ctx, acts[0].Actor), func(tx Tx) error {
		seqs = nil
		for _, g := range grants {
			seq, err := s.keepGrant(tx, g, now)
			if err != nil {
				return err
			}
			seqs = append(seqs, seq)
		}
		return nil
	})
	return seqs, s.done(op, err)
}

// evidenceIP is the name under which an act's IP address comes in. It is taken out of the evidence, which never changes, and kept
// apart for as long as the purpose says, or not at all.
const evidenceIP = "ip"

// takeIP removes the IP address from evidence.
func takeIP(ev *Evidence) (ip netip.Addr, err error) {
	text, given := (*ev)[evidenceIP]
	if !given {
		return ip, nil
	}
	rest := Evidence{}
	for name, value := range *ev {
		if name != evidenceIP {
			rest[name] = value
		}
	}
	*ev = rest
	if text == "" {
		return ip, nil
	}
	if ip, err = netip.ParseAddr(text); err != nil {
		return ip, errs.E("subscriptions: read IP address", errs.Invalid, "The ip in the evidence is no IP address.", nil)
	}
	return ip.WithZone("").Unmap(), nil
}

// append writes one event to the ledger, and the IP address that it came from where the purpose keeps those.
func (w setting) append(tx Tx, e Event, ip netip.Addr) (seq int64, err error) {
	events := []Event{e}
	if err := tx.Append(events); err != nil {
		return 0, err
	}
	seq = events[0].Seq
	if ip.IsValid() && w.purpose.KeepIPDays > 0 {
		err = tx.KeepIP(seq, ip, e.At.AddDate(0, 0, w.purpose.KeepIPDays))
	}
	return seq, err
}
