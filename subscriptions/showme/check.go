package showme

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"time"

	"assent/internal/errs"
	"assent/internal/signed"
	"assent/subscriptions"
)

// MaxPack bounds a pack that is read, in octets.
const MaxPack = 64 << 20

// Open reads a signed pack and checks it offline, with the public key that is wanted or, for nil, the one in it: the form, the signature,
// the digest of each text, the hash of each event and of its evidence, the order of the events and every link between neighbours, how the address
// stands by its events, and that each message was allowed by the events that the gate had seen. Kind Invalid says
// what is wrong.
func Open(data []byte, want ed25519.PublicKey) (*Pack, error) {
	if len(data) > MaxPack {
		return nil, wrong("This is too long to be a show-me pack.")
	}
	p := &Pack{}
	if err := signed.Open(data, p, want); err != nil {
		return nil, err
	}
	if p.Format != Format {
		return nil, wrong("This is no show-me pack, or one of another version of Assent.")
	}
	events, err := p.events()
	if err != nil {
		return nil, err
	}
	for _, check := range []error{p.checkTexts(), p.checkStanding(events), p.checkMessages(events)} {
		if check != nil {
			return nil, check
		}
	}
	return p, nil
}

func wrong(format string, a ...any) error {
	return errs.E("showme: check", errs.Invalid, fmt.Sprintf(format, a...), nil)
}

// events reads the events back, and holds each to its hash and to its neighbours.
func (p *Pack) events() ([]subscriptions.Event, error) {
	key, err := unhex(p.AddressKey)
	if err != nil {
		return nil, wrong("The address's key cannot be read.")
	}
	out := make([]subscriptions.Event, 0, len(p.Events))
	for i, shown := range p.Events {
		e, err := shown.event(key)
		if err != nil {
			return nil, wrong("Event %d cannot be read.", shown.Seq)
		}
		switch {
		case e.Seq < 1 || e.Seq > p.Ledger.Seq || i > 0 && e.Seq <= out[i-1].Seq:
			return nil, wrong("Event %d is out of the ledger's order.", e.Seq)
		case i > 0 && e.Seq == out[i-1].Seq+1 && !bytes.Equal(e.Prev, out[i-1].Hash):
			return nil, wrong("Event %d does not follow the event before it.", e.Seq)
		case e.Seq == p.Ledger.Seq && shown.Hash != p.Ledger.Hash:
			return nil, wrong("Event %d is not the ledger's end that the pack names.", e.Seq)
		case !bytes.Equal(e.Hash, e.Digest(e.Prev)):
			return nil, wrong("Event %d was changed: its content does not fit its hash.", e.Seq)
		case len(e.Evidence)+len(e.Salt) > 0 && !bytes.Equal(e.EvidenceHash, subscriptions.EvidenceDigest(e.Salt, e.Evidence)):
			return nil, wrong("The evidence of event %d was changed.", e.Seq)
		}
		out = append(out, e)
	}
	return out, nil
}

func (e Event) event(key []byte) (out subscriptions.Event, err error) {
	out = subscriptions.Event{
		Seq: e.Seq, At: e.At, Kind: subscriptions.EventKind(e.Kind), Scope: e.Scope.scope(), SubscriberID: e.Subscriber, AddressKey: key,
		Channel: subscriptions.Channel(e.Channel), Actor: e.Actor, Source: e.Source, WordingDigest: e.WordingDigest, NoticeDigest: e.NoticeDigest, Reason: e.Reason,
		Evidence: []byte(e.Evidence),
	}
	if e.ExpiresAt != nil {
		out.ExpiresAt = *e.ExpiresAt
	}
	for text, into := range map[string]*[]byte{e.Salt: &out.Salt, e.EvidenceHash: &out.EvidenceHash} {
		if *into, err = hex.DecodeString(text); err != nil {
			return out, err
		}
	}
	if out.Prev, err = unhex(e.Prev); err != nil {
		return out, err
	}
	out.Hash, err = unhex(e.Hash)
	return out, err
}

// unhex reads a hash of 32 octets.
func unhex(text string) ([]byte, error) {
	b, err := hex.DecodeString(text)
	if err == nil && len(b) != 32 {
		err = wrong("no hash")
	}
	return b, err
}

// checkTexts holds every text to its digest, and wants the words that events name.
func (p *Pack) checkTexts() error {
	known := map[string]bool{}
	for _, t := range p.Texts {
		if subscriptions.TextDigest(t.Text) != t.Digest {
			return wrong("The text %.12s… is not the one that people were shown.", t.Digest)
		}
		known[t.Digest] = true
	}
	for _, e := range p.Events {
		for _, digest := range []string{e.WordingDigest, e.NoticeDigest} {
			if digest != "" && !known[digest] {
				return wrong("The words that event %d names are missing.", e.Seq)
			}
		}
	}
	return nil
}

// checkStanding holds what the pack says of now to its events.
func (p *Pack) checkStanding(events []subscriptions.Event) error {
	state := subscriptions.Fold(events)
	if len(p.Lists) != len(state.Lists) || len(p.Bars) != len(state.Bars) {
		return wrong("How the address stands does not follow from its events.")
	}
	for _, l := range p.Lists {
		st, known := state.Lists[l.ID]
		if !known || string(st.Status) != l.Status || st.Seq != l.Event || !same(moment(st.ExpiresAt), l.ExpiresAt) {
			return wrong("How the address stands towards list %d does not follow from its events.", l.ID)
		}
	}
	for _, b := range p.Bars {
		if own, known := state.Bars[b.Scope.scope()]; !known || own.Seq != b.Event || own.Reason != b.Reason {
			return wrong("The opt-out by event %d does not follow from the events.", b.Event)
		}
	}
	return nil
}

// checkMessages asks the gate again, with the events that it had seen, about each message that was handed to a relay (H1).
func (p *Pack) checkMessages(events []subscriptions.Event) error {
	for _, m := range p.Messages {
		if m.StartedAt == nil {
			continue
		}
		seen := events
		for i, e := range events {
			if e.Seq > m.GateSeq {
				seen = events[:i]
				break
			}
		}
		d := subscriptions.Decide(m.question(), subscriptions.Fold(seen), m.AskedAt)
		switch late := m.StartedAt.Sub(m.AskedAt); {
		case d.Reason != subscriptions.Allowed:
			return wrong("The events did not allow the message of campaign %d: %s.", m.Campaign, d.Reason)
		case d.Seq != m.Event || d.ListID != m.List:
			return wrong("Another event allowed the message of campaign %d than the one that it names.", m.Campaign)
		case d.Ended(*m.StartedAt):
			return wrong("The message of campaign %d started when what allowed it had ended.", m.Campaign)
		case late < 0 || late > subscriptions.PermitLife:
			return wrong("The message of campaign %d did not start within %s of asking the gate.", m.Campaign, subscriptions.PermitLife)
		}
	}
	return nil
}

func (m Message) question() (q subscriptions.Question) {
	for _, l := range m.Lists {
		q.Lists = append(q.Lists, l.scope())
	}
	for _, u := range m.Purposes {
		q.Purposes = append(q.Purposes, u.scope())
	}
	return q
}

func same(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}

// Ledger reads the events of an address, in order. The store is one.
type Ledger interface {
	EventsByKey(ctx context.Context, key []byte) ([]subscriptions.Event, error)
}

// InLedger holds a pack that Open has passed to the ledger itself: it must have every event of the address up to the end that it names, and no other. A
// *subscriptions.Fault names the first that is missing on either side.
func InLedger(ctx context.Context, p *Pack, l Ledger) error {
	const op = "showme: in ledger"
	key, err := unhex(p.AddressKey)
	if err != nil {
		return wrong("The address's key cannot be read.")
	}
	all, err := l.EventsByKey(ctx, key)
	if err != nil {
		return errs.Wrap(op, err)
	}
	fault := func(seq int64, what string) error {
		return errs.Wrap(op, &subscriptions.Fault{Table: "consent_events", Row: fmt.Sprintf("seq %d", seq), What: what})
	}
	for i, e := range p.Events {
		if i >= len(all) || all[i].Seq > e.Seq {
			return fault(e.Seq, "the pack has an event that the ledger has not")
		}
		if all[i].Seq < e.Seq {
			return fault(all[i].Seq, "the pack leaves this event out")
		}
		if hex.EncodeToString(all[i].Hash) != e.Hash {
			return fault(e.Seq, "the pack has another event at this place")
		}
	}
	if n := len(p.Events); n < len(all) && all[n].Seq <= p.Ledger.Seq {
		return fault(all[n].Seq, "the pack leaves this event out")
	}
	return nil
}
