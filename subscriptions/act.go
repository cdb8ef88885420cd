package subscriptions

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
)

// Act is an affirmative act by a person, or an enrolment on another basis, towards one list.
type Act struct {
	ListID     int64
	Address    address.Address
	Name       string
	Language   string
	Attributes map[string]any // of the list's programme
	Channel    Channel
	Actor      string
	Source     string
	Wording    string    // what the person was shown; "" takes the list's present wording
	ActedAt    time.Time // when the person acted; zero is now
	Age        int       // in years; 0 where it was not asked for
	Guardian   Guardian  // who agrees for a child below the programme's age
	Evidence   Evidence
}

// CheckAct refuses an act without its evidence (Article 7(1); E2-01, E2-05), and one that was no act of will.
func CheckAct(kind EventKind, a Act, now time.Time) error {
	const op = "subscriptions: check act"
	if kind == Granted {
		if err := checkWill(a.Evidence); err != nil {
			return err
		}
	}
	if a.Source == "" {
		return errs.E(op, errs.Invalid, "Say where this person's data came from (source).", nil)
	}
	if a.ActedAt.After(now.Add(time.Minute)) {
		return errs.E(op, errs.Invalid, "The act lies in the future.", nil)
	}
	return nil
}

// noActs holds what is sometimes written where an act should stand. "Silence, pre-ticked boxes or inactivity should not therefore constitute
// consent" (recital 32; E2-01).
var noActs = []string{
	"silence", "silent", "inactivity", "nothing", "none", "no act", "no action", "did nothing", "did not object", "no objection", "no answer", "no reply", "no response",
	"pre-ticked", "pre-ticked box", "preticked", "preticked box", "left the box ticked", "left the pre-ticked box", "implied", "implied consent", "assumed", "assumed consent",
	"default", "by default", "opt-out", "opted out", "continued to use the service", "continued use", "kept browsing", "n/a", "unknown",
}

// flaws are what evidence may say of an act that makes it no consent, with the sentence that refuses it.
var flaws = []struct{ name, sentence string }{
	{"pre_ticked", "A box that was ticked beforehand is no consent (recital 32). Ask the person again, with an empty box."},
	{"bundled", "One act for several purposes is no consent to any of them (Article 7(2)). Record one act for each."},
	{"condition", "Consent that is a condition of something else is not freely given (Article 7(4)). Ask the person again, apart from it."},
}

// plainAct takes an act to the form of noActs; of one that is longer than any of them it returns the beginning.
func plainAct(act string) string {
	const long = 64 // octets, which none of noActs has
	b := make([]byte, 0, long)
	for word := range strings.FieldsSeq(strings.Trim(act, " .!\"'")) {
		if len(b) > 0 {
			b = append(b, ' ')
		}
		b = append(b, word[:min(len(word), long)]...)
		if len(b) >= long {
			return strings.ToLower(string(b))
		}
	}
	return strings.Trim(strings.ToLower(string(b)), " .!\"'")
}

// checkWill refuses evidence of what was no act of will.
func checkWill(ev Evidence) error {
	const op = "subscriptions: check act"
	act := plainAct(ev["act"])
	if act == "" {
		return errs.E(op, errs.Invalid, "Say in the evidence, under \"act\", what the person did to agree. Without an act there is no consent.", nil)
	}
	if slices.Contains(noActs, act) {
		return errs.E(op, errs.Invalid, fmt.Sprintf("%q is no act: silence, pre-ticked boxes and inactivity are no consent (recital 32). Say what the person did.", ev["act"]), nil)
	}
	for _, f := range flaws {
		if said := strings.ToLower(strings.TrimSpace(ev[f.name])); said != "" && said != "false" && said != "no" {
			return errs.E(op, errs.Invalid, f.sentence, nil)
		}
	}
	return nil
}

// setting is a list with what is declared around it. It is read before a transaction and never in one: while others wait for the ledger with all
// the connections there are, a transaction that asks for a second one waits for ever.
type setting struct {
	list      List
	programme Programme
	purpose   Purpose
	notice    Notice   // the list's
	notices   []Notice // all of the programme
	declared  []Attribute
}

func (s *Service) setting(ctx context.Context, listID int64) (w setting, err error) {
	if w.list, err = s.Store.List(ctx, listID); err != nil {
		return w, err
	}
	if w.programme, err = s.Store.Programme(ctx, w.list.ProgrammeID); err != nil {
		return w, err
	}
	if w.purpose, err = s.Store.Purpose(ctx, w.list.PurposeID); err != nil {
		return w, err
	}
	if w.notices, err = s.Store.Notices(ctx, w.list.ProgrammeID); err != nil {
		return w, err
	}
	if i := slices.IndexFunc(w.notices, func(n Notice) bool { return n.ID == w.list.NoticeID }); i >= 0 {
		w.notice = w.notices[i]
	}
	w.declared, err = s.Store.AttributesOf(ctx, w.list.ProgrammeID)
	return w, err
}

// kind is what an act towards the list is in the ledger.
func (w setting) kind() EventKind {
	if w.purpose.Basis.NeedsAct() {
		return Granted
	}
	return Enrolled
}

// check refuses what could not be stored or shown.
func (w setting) check(a Act) error {
	return firstOf(
		oneLine(a.Name, "name", maxName), oneLine(a.Language, "language", maxLanguage), oneLine(a.Source, "source", maxName),
		plain(a.Wording, "wording", maxWords), checkNew(w.declared, a.Attributes), w.programme.checkGuardian(a),
	)
}

// open refuses any act towards a list whose programme has ended (E3-09).
func (w setting) open(now time.Time) error {
	if !w.programme.Ended(now) {
		return nil
	}
	return errs.E("subscriptions: open list", errs.Refused, w.programme.Name+" has ended, and takes nobody any more.", nil)
}

// expiry returns when a permission by an act ends: its term counts from the act, not from the day on which it was entered.
func (w setting) expiry(a Act, now time.Time) (time.Time, error) {
	acted := a.ActedAt
	if acted.IsZero() {
		acted = now
	}
	ends := w.purpose.Expiry(acted)
	if !ends.IsZero() && !now.Before(ends) {
		return ends, errs.E("subscriptions: expiry", errs.Refused, fmt.Sprintf("The permission ended on %s, for it lasts %d days from the act. Ask the person again.",
			ends.Format("2 January 2006"), int(ends.Sub(acted).Hours()/24)), nil)
	}
	return ends, nil
}

// record finds or makes the person's row and returns it with the ledger of the address. What is known of a person stays: anybody
// can type an address into a form.
func (s *Service) record(tx Tx, w setting, a Act, now time.Time) (Subscriber, []Event, error) {
	key := s.Keys.AddressKey(a.Address)
	byKey, err := tx.EventsByKey(key)
	if err != nil {
		return Subscriber{}, nil, err
	}
	person, known, err := tx.SubscriberByKey(key)
	if err != nil {
		return Subscriber{}, nil, err
	}
	if known {
		if person.Address.IsZero() { // erased before, and asking again
			person.Address, person.Name, person.Language = a.Address, a.Name, a.Language
			err = tx.UpdateSubscriber(person)
		}
		return person, byKey[string(key)], err
	}
	person = Subscriber{
		Key: key, Address: a.Address, Name: a.Name, Language: a.Language, Source: a.Source,
		CreatedAt: now, UpdatedAt: now,
	}
	if len(a.Attributes) > 0 {
		person.Attributes = Attributes{w.programme.Slug: a.Attributes}
	}
	return person, byKey[string(key)], tx.CreateSubscribers([]*Subscriber{&person})
}

// event builds the ledger entry of an act, and keeps the words shown.
func (w setting) event(tx Tx, kind EventKind, person Subscriber, a Act, now time.Time) (Event, error) {
	wording := a.Wording
	if wording == "" {
		wording = w.list.Wording
	}
	digest, err := tx.KeepText(wording)
	if err != nil {
		return Event{}, err
	}
	ev := maps.Clone(a.Evidence)
	if ev == nil {
		ev = Evidence{}
	}
	if !a.ActedAt.IsZero() {
		ev["acted_at"] = a.ActedAt.UTC().Format(time.RFC3339)
	}
	w.programme.tellAge(ev, a)
	e := Event{
		At: now, Kind: kind, Scope: ListScope(w.list), SubscriberID: person.ID, AddressKey: person.Key,
		Channel: a.Channel, Actor: a.Actor, Source: a.Source, WordingDigest: digest, NoticeDigest: w.notice.Digest,
	}
	e.Evidence, e.Salt, err = sealEvidence(ev)
	return e, err
}

// evidence returns what shows the event; nil once it was erased.
func (e Event) evidence() Evidence {
	var ev Evidence
	if json.Unmarshal(e.Evidence, &ev) != nil {
		return nil
	}
	return ev
}

// sealEvidence returns evidence as the ledger keeps it, with the salt of its digest.
func sealEvidence(ev Evidence) (evidence, salt []byte, err error) {
	if ev == nil {
		ev = Evidence{}
	}
	salt = make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return nil, nil, err
	}
	evidence, err = json.Marshal(ev) // maps marshal with sorted keys
	return evidence, salt, err
}
