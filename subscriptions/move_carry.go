package subscriptions

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"time"
)

// carryOut carries a person over to their new address, or makes the move void: when anything was withdrawn, suppressed, restricted or erased under
// either address since it was asked for (H3). The ledger's end is held, so nothing comes in between.
func (p *Preferences) carryOut(tx PreferenceTx, m Move, old Subscriber, ev Evidence, now time.Time) (Move, error) {
	byKey, err := tx.EventsByKey(old.Key, m.NewKey)
	if err != nil {
		return m, err
	}
	oldLedger, newLedger := byKey[string(old.Key)], byKey[string(m.NewKey)]
	if m.endedAt(oldLedger, m.Alone) || m.endedAt(newLedger, false) || Fold(oldLedger).RestrictedBy != 0 || Fold(newLedger).RestrictedBy != 0 {
		return m.closed(MoveVoid, now), nil
	}
	fresh, err := p.newcomer(tx, m, old, now)
	if err != nil {
		return m, err
	}
	events := carried(oldLedger, newLedger, fresh, now)
	events = append(events, Event{Kind: Suppressed, Scope: Everything(), SubscriberID: old.ID, AddressKey: old.Key, Reason: Moved})
	for i := range events {
		e := &events[i]
		e.At, e.Channel, e.Actor, e.Source = now, ByLink, themselves, "change of address"
		shown := Evidence{"move": strconv.FormatInt(m.ID, 10)}
		if m.Alone {
			shown["identity"] = "A member of staff saw who asks; the new mailbox agreed, and the old one did not say no."
		}
		for k, v := range ev {
			shown[k] = v
		}
		if e.Seq != 0 { // the event that is carried over
			shown["carries"] = strconv.FormatInt(e.Seq, 10)
			e.Seq = 0
		}
		if e.Evidence, e.Salt, err = sealEvidence(shown); err != nil {
			return m, err
		}
	}
	if err := tx.Append(events); err != nil {
		return m, err
	}
	moved := []FieldChange{{Field: "address", Before: old.Address.String(), After: m.To.String()}}
	return m.closed(MoveDone, now), tellRecipients(tx, recordChanged{person: old, change: RecordRectified, fields: moved, caseID: m.CaseID, at: now})
}

// endedAt reports whether an address's ledger has an end of anything since the move was asked for. That a mailbox is found dead is none where it is lost.
func (m Move) endedAt(events []Event, lost bool) bool {
	return slices.ContainsFunc(events, func(e Event) bool {
		return e.Seq > m.Since && !(lost && suppressedAs(e, DeadAddress)) && slices.Contains([]EventKind{Withdrawn, Suppressed, Restricted, Erased}, e.Kind)
	})
}

func suppressedAs(e Event, reason string) bool { return e.Kind == Suppressed && e.Reason == reason }

// without leaves out the suppressions for a reason.
func without(events []Event, reason string) []Event {
	return slices.DeleteFunc(slices.Clone(events), func(e Event) bool { return suppressedAs(e, reason) })
}

// newcomer finds or makes the row of the new address, with what is known of the person.
func (p *Preferences) newcomer(tx PreferenceTx, m Move, old Subscriber, now time.Time) (Subscriber, error) {
	fresh, known, err := tx.SubscriberByKey(m.NewKey)
	if err != nil {
		return fresh, err
	}
	if !known {
		fresh = Subscriber{
			Key: m.NewKey, Address: m.To, Name: old.Name, Language: old.Language, Attributes: old.Attributes,
			Source: "change of address", CreatedAt: now, UpdatedAt: now,
		}
		return fresh, tx.CreateSubscribers([]*Subscriber{&fresh})
	}
	fresh.Address = m.To // it may have been erased, and comes back by an act of its own
	fresh.Name, fresh.Language = cmp.Or(old.Name, fresh.Name), cmp.Or(old.Language, fresh.Language)
	fresh.Attributes = fresh.Attributes.with(old.Attributes)
	return fresh, tx.UpdateSubscriber(fresh)
}

// carried is what goes over to the new address: first the opt-outs, for they are the person's and not the mailbox's; then what was active, on
// its old terms, for a move gives nobody more time; then pauses and the refusal of profiling. Seq names the event that each stands for. What the new
// address has by itself stays, also where an opt-out that goes over is older than it.
func carried(ledger, thereLedger []Event, to Subscriber, now time.Time) []Event {
	ledger = without(ledger, DeadAddress) // what was permitted is the person's, and only the mailbox is dead
	state, there := Fold(ledger), Fold(thereLedger)
	c := carrier{to: to}
	theirs := slices.DeleteFunc(without(ledger, Moved), func(e Event) bool { return e.Kind == Erased }) // a bar of the mailbox may have come over the person's own
	for _, b := range bySeq(Fold(theirs).Bars, func(b Bar) int64 { return b.Seq }) {
		if e, ok := eventAt(ledger, b.Seq); ok {
			c.bars = append(c.bars, b)
			c.add(e)
		}
	}
	own := there.open(now)
	for _, st := range bySeq(state.open(now), standingSeq) {
		mine, has := own[st.scope]
		delete(own, st.scope)
		if !has || c.closed(mine, 0) {
			c.carry(ledger, st)
		}
	}
	for _, st := range bySeq(own, standingSeq) {
		if c.closed(st, 0) && !c.closed(st, st.Seq) { // the opt-out is older than the act
			c.carry(thereLedger, st)
		}
	}
	c.pauses(state.pauses, now)
	for _, seq := range bySeq(state.Objections, func(seq int64) int64 { return seq }) {
		if e, ok := eventAt(ledger, seq); ok && there.Objections[e.Scope.ProgrammeID] == 0 {
			c.add(e)
		}
	}
	if state.ProfilingRefusedBy != 0 && there.ProfilingRefusedBy == 0 {
		c.add(Event{Seq: state.ProfilingRefusedBy, Kind: ProfilingRefused, Scope: Everything()})
	}
	return c.events
}

// carrier collects the events of a new address.
type carrier struct {
	to     Subscriber
	bars   []Bar // that go over
	events []Event
}

func (c *carrier) add(e Event) {
	e.SubscriberID, e.AddressKey = c.to.ID, c.to.Key
	e.EvidenceHash, e.Prev, e.Hash = nil, nil, nil
	c.events = append(c.events, e)
}

// carry adds what stands for a standing: an act where the person was told of the purpose, and else the mere enrolment that it was, so that the first message
// still waits for the notice (E2-09).
func (c *carrier) carry(ledger []Event, st Standing) {
	e, ok := eventAt(ledger, st.Seq)
	if !ok {
		return
	}
	e.Kind, e.Scope, e.ExpiresAt, e.Reason = Confirmed, st.scope, st.ExpiresAt, ""
	if !st.Informed {
		e.Kind, e.NoticeDigest = Enrolled, ""
	}
	c.add(e)
}

// pauses carries the wishes to get nothing for a while that still matter, in their order: the last that covers a list counts.
func (c *carrier) pauses(wishes []pause, now time.Time) {
	var carried []Scope
	for _, w := range wishes {
		takesBack := slices.ContainsFunc(carried, func(s Scope) bool { return s.Covers(w.scope) || w.scope.Covers(s) })
		if w.until.After(now) || takesBack {
			carried = append(carried, w.scope)
			c.add(Event{Seq: w.seq, Kind: Paused, Scope: w.scope, ExpiresAt: w.until})
		}
	}
}

// closed reports whether an opt-out that goes over ends a standing; of those after a place in the ledger only.
func (c *carrier) closed(st Standing, after int64) bool {
	return slices.ContainsFunc(c.bars, func(b Bar) bool { return b.Seq > after && b.Scope.Covers(st.scope) })
}

// open returns what a person is permitted to be sent now, or once a pause ends: lists, and purposes permitted by themselves.
func (s State) open(now time.Time) map[Scope]Standing {
	out := map[Scope]Standing{}
	for _, all := range []map[int64]Standing{s.Lists, s.Purposes} {
		for _, st := range all {
			if st.Status == StatusActive && !expired(st, now) && !s.barredSince(st.scope, st.Seq) {
				out[st.scope] = st
			}
		}
	}
	return out
}

func standingSeq(st Standing) int64 { return st.Seq }

// bySeq returns the values of a map in the order of the ledger.
func bySeq[K comparable, V any](all map[K]V, seq func(V) int64) []V {
	return slices.SortedFunc(maps.Values(all), func(a, b V) int { return cmp.Compare(seq(a), seq(b)) })
}
