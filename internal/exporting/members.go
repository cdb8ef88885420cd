package exporting

import (
	"context"
	"encoding/hex"
	"encoding/json"

	"assent/subscriptions"
)

// members is a list with what shows each permission, under the names by which an import understands it.
func (x *Exporter) members(ctx context.Context, list subscriptions.List) (source, error) {
	programme, err := x.Store.Programme(ctx, list.ProgrammeID)
	if err != nil {
		return source{}, err
	}
	declared, err := x.Store.AttributesOf(ctx, list.ProgrammeID)
	if err != nil {
		return source{}, err
	}
	columns := []string{"subscriber_id", "address", "name", "language", "status", "act", "acted_at", "confirmed_at", "source", "wording", "statement", "expires_at"}
	for _, a := range declared {
		columns = append(columns, a.Name)
	}
	next := func(ctx context.Context, after int64) (out []row, err error) {
		people, err := x.Store.Members(ctx, list.ID, after, page)
		for _, m := range people {
			cells := append(permission(m), stamp(m.Standing.ExpiresAt))
			for _, a := range declared {
				cells = append(cells, m.Attributes[programme.Slug][a.Name])
			}
			out = append(out, row{m.ID, m.ID, cells})
		}
		return out, err
	}
	return source{columns, next}, nil
}

// permission tells how a person stands and by what act. Of whoever left it tells that alone.
func permission(m Member) []any {
	cells := []any{m.ID, m.Address.String(), m.Name, m.Language, standing(m)}
	if m.Standing.Status != subscriptions.StatusActive {
		return append(cells, "", "", "", m.Source, "", "")
	}
	var ev subscriptions.Evidence
	if json.Unmarshal(m.Event.Evidence, &ev) != nil {
		ev = nil // erased
	}
	act, acted, source := ev["act"], ev["acted_at"], ev["source"]
	if act == "" {
		act = acts[m.Event.Kind]
	}
	if acted == "" {
		acted = stamp(m.Event.At)
	}
	if source == "" {
		source = m.Event.Source
	}
	return append(cells, act, acted, ev["confirmed_at"], source, m.Wording, ev["statement"])
}

// acts says what somebody did whose evidence has no words for it.
var acts = map[subscriptions.EventKind]string{
	subscriptions.Confirmed: "confirmed the request by the link in a mail",
	subscriptions.Granted:   "agreed, as the ledger has it",
	subscriptions.Enrolled:  "enrolled",
}

// standing is a status in the words that an import understands.
func standing(m Member) string {
	if m.Standing.Status == subscriptions.StatusWithdrawn && m.Event.Kind != subscriptions.Withdrawn {
		return "suppressed"
	}
	return string(m.Standing.Status)
}

func (x *Exporter) events() source {
	return source{
		[]string{"seq", "at", "kind", "reach", "programme_id", "purpose_id", "list_id", "subscriber_id", "address_key", "channel", "actor", "source",
			"wording_digest", "notice_digest", "reason", "expires_at", "evidence", "salt", "evidence_hash", "prev", "hash"},
		func(ctx context.Context, after int64) (out []row, err error) {
			all, err := x.Store.Events(ctx, after, page)
			for _, e := range all {
				out = append(out, row{e.Seq, e.SubscriberID, []any{e.Seq, stamp(e.At), string(e.Kind), string(e.Scope.Reach), e.Scope.ProgrammeID, e.Scope.PurposeID, e.Scope.ListID, e.SubscriberID,
					hex.EncodeToString(e.AddressKey), string(e.Channel), e.Actor, e.Source, e.WordingDigest, e.NoticeDigest, e.Reason, stamp(e.ExpiresAt),
					string(e.Evidence), hex.EncodeToString(e.Salt), hex.EncodeToString(e.EvidenceHash), hex.EncodeToString(e.Prev), hex.EncodeToString(e.Hash)}})
			}
			return out, err
		},
	}
}
