package showme

import (
	"cmp"
	"context"
	"encoding/hex"
	"maps"
	"slices"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/subscriptions"
)

// Store reads dossiers.
type Store interface {
	// Dossier returns all about the address with a key, and of one moment. An address that nobody knows has an empty one.
	Dossier(ctx context.Context, key []byte) (Dossier, error)
}

// Make makes the pack about an address, unsigned. Kind NotFound when nothing at all is known of it.
func Make(ctx context.Context, store Store, hasher subscriptions.Hasher, a address.Address, by string, now time.Time) (*Pack, error) {
	const op = "showme: make"
	d, err := store.Dossier(ctx, hasher.AddressKey(a))
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	if d.Person == nil && len(d.Events) == 0 {
		return nil, errs.E(op, errs.NotFound, "Nothing is known of this address. Nobody is on record under it, and no opt-out names it.", nil)
	}
	return Of(d, a, by, now), nil
}

// Of makes the pack of a dossier, unsigned.
func Of(d Dossier, a address.Address, by string, now time.Time) *Pack {
	p := &Pack{
		Format: Format, MadeAt: now.UTC().Truncate(time.Second), MadeBy: by, Address: a.String(), AddressKey: hex.EncodeToString(d.Key),
		Lists: []List{}, Bars: []Bar{}, Events: []Event{}, Texts: []Text{}, Notices: orNone(d.Notices), Messages: orNone(d.Messages), Letters: orNone(d.Letters),
		Cases: orNone(d.Cases), Ledger: Place{Seq: d.Head.Seq, Hash: hex.EncodeToString(d.Head.Hash)}, Seal: d.Seal,
	}
	if d.Person != nil {
		p.Person = &Person{
			ID: d.Person.ID, Name: d.Person.Name, Language: d.Person.Language, Source: d.Person.Source, CreatedAt: utc(d.Person.CreatedAt), Erased: d.Person.Address.IsZero(),
		}
	}
	for _, e := range d.Events {
		p.Events = append(p.Events, eventOf(e))
	}
	for _, digest := range slices.Sorted(maps.Keys(d.Texts)) {
		p.Texts = append(p.Texts, Text{Digest: digest, Text: d.Texts[digest]})
	}
	p.stand(d, now)
	return p
}

// stand says how the address stands, as the ledger in the pack has it.
func (p *Pack) stand(d Dossier, now time.Time) {
	state := subscriptions.Fold(d.Events)
	for id, st := range state.Lists {
		l := d.Lists[id]
		q := subscriptions.Question{Lists: []subscriptions.Scope{subscriptions.ListScope(l)}}
		verdict := subscriptions.Decide(q, state, now)
		p.Lists = append(p.Lists, List{
			ID: id, Name: l.Name, Programme: d.Programmes[l.ProgrammeID], Purpose: d.Purposes[l.PurposeID].Name, Basis: string(d.Purposes[l.PurposeID].Basis),
			Status: string(st.Status), Event: st.Seq, ExpiresAt: moment(st.ExpiresAt), Allowed: verdict.Reason == subscriptions.Allowed, Reason: string(verdict.Reason),
		})
	}
	slices.SortFunc(p.Lists, func(a, b List) int { return cmp.Compare(a.ID, b.ID) })
	for _, b := range state.Bars {
		p.Bars = append(p.Bars, Bar{Scope: ScopeOf(b.Scope), Event: b.Seq, Reason: b.Reason})
	}
	slices.SortFunc(p.Bars, func(a, b Bar) int { return cmp.Compare(a.Event, b.Event) })
}

// ScopeOf shows a scope.
func ScopeOf(s subscriptions.Scope) Scope {
	return Scope{Reach: string(s.Reach), Programme: s.ProgrammeID, Purpose: s.PurposeID, List: s.ListID}
}

func (s Scope) scope() subscriptions.Scope {
	return subscriptions.Scope{Reach: subscriptions.Reach(s.Reach), ProgrammeID: s.Programme, PurposeID: s.Purpose, ListID: s.List}
}

func eventOf(e subscriptions.Event) Event {
	return Event{
		Seq: e.Seq, At: utc(e.At), Kind: string(e.Kind), Scope: ScopeOf(e.Scope), Subscriber: e.SubscriberID, Channel: string(e.Channel), Actor: e.Actor, Source: e.Source,
		WordingDigest: e.WordingDigest, NoticeDigest: e.NoticeDigest, Reason: e.Reason, ExpiresAt: moment(e.ExpiresAt),
		Evidence: string(e.Evidence), Salt: hex.EncodeToString(e.Salt), EvidenceHash: hex.EncodeToString(e.EvidenceHash),
		Prev: hex.EncodeToString(e.Prev), Hash: hex.EncodeToString(e.Hash),
	}
}

func utc(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = utc(t)
	return &t
}

func orNone[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}
