package subscriptions

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"assent/internal/errs"
)

// Intake is a list that takes in people from a file, with all that is declared around it. It judges rows and makes them entries of the
// ledger; package importing reads the files.
type Intake struct {
	w     setting
	kind  EventKind
	words *lastWords
}

// lastWords remembers the digest of the words that were digested last: the rows of a file have the same.
type lastWords struct {
	mu           sync.Mutex
	text, digest string
}

func (l *lastWords) digestOf(text string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.text != text {
		l.text, l.digest = strings.Clone(text), TextDigest(text)
	}
	return l.digest
}

// OpenIntake reads what an import into a list must know. Kind Refused when the list's programme has ended (E3-09).
func OpenIntake(ctx context.Context, store Store, listID int64, now time.Time) (Intake, error) {
	w, err := (&Service{Store: store}).setting(ctx, listID)
	if err != nil {
		return Intake{}, err
	}
	return Intake{w: w, kind: w.kind(), words: &lastWords{}}, w.open(now)
}

// List returns the list.
func (in Intake) List() List { return in.w.list }

// Programme returns the list's programme.
func (in Intake) Programme() Programme { return in.w.programme }

// Declared returns the attributes of the list's programme.
func (in Intake) Declared() []Attribute { return in.w.declared }

// IntakeVerdict is what becomes of a row about one person.
type IntakeVerdict uint8

const (
	TakenIn   IntakeVerdict = iota // the permission counts
	Unchanged                      // on the list already
	NoProof                        // evidence is lacking: quarantine
	NotTaken                       // opted out, suppressed, restricted, or the permission has ended
)

// Lacking says, as a sentence, what an act needs to count and does not have (Article 7(1): be able to show consent; E0-05: where data came
// from; E1-01); "" when all is there. It goes with CheckAct, which refuses what is lacking here.
func (in Intake) Lacking(a Act) string {
	var what []string
	if in.kind == Granted && a.Evidence["act"] == "" {
		what = append(what, "what the person did to agree (act)")
	}
	if in.kind == Granted && a.ActedAt.IsZero() {
		what = append(what, "when they did it (acted_at)")
	}
	if in.w.purpose.Basis == ExplicitConsent && strings.TrimSpace(a.Evidence["statement"]) == "" {
		what = append(what, "the words with which they agreed (statement)")
	}
	if a.Source == "" {
		what = append(what, "where their data came from (source)")
	}
	if len(what) == 0 {
		return ""
	}
	return "It does not say " + strings.Join(what, ", nor ") + "."
}

// Judge decides about one row from the ledger of its address. No import undoes an opt-out (H3), and a permission counts from the person's
// act and not from the day of the import. The sentence tells why a row is not taken.
func (in Intake) Judge(a Act, lacking string, ledger []Event, now time.Time) (IntakeVerdict, string) {
	var st State
	if len(ledger) > 0 {
		st = Fold(ledger)
	}
	list := ListScope(in.w.list)
	switch {
	case Decide(Question{Lists: []Scope{list}}, st, now).Reason == Allowed:
		return Unchanged, ""
	case st.RestrictedBy != 0:
		return NotTaken, "This person's data may only be stored (restriction of processing)."
	case st.Barred(list):
		return NotTaken, "This person opted out, or the address is suppressed. Only an act of their own can change that: have them subscribe through the form."
	case lacking != "":
		return NoProof, lacking + " It is in quarantine, and not mailable."
	}
	if err := in.w.purpose.acted(a.ActedAt); err != nil { // a row without a date may be from before
		return NotTaken, errs.Message(err)
	}
	if ends := in.expiry(a, now); !a.ActedAt.IsZero() && !ends.IsZero() && !now.Before(ends) {
		return NotTaken, fmt.Sprintf("The permission ended on %s, for it lasts %d days from the act. Ask the person again.", ends.Format("2 January 2006"), int(ends.Sub(a.ActedAt).Hours()/24))
	}
	return TakenIn, ""
}

// KeptAway reports whether an address may not be brought in: whoever has it opted out, is suppressed, restricted or erased.
func (in Intake) KeptAway(ledger []Event) bool {
	st := Fold(ledger)
	return st.RestrictedBy != 0 || st.Barred(ListScope(in.w.list))
}

func (in Intake) expiry(a Act, now time.Time) time.Time {
	acted := a.ActedAt
	if acted.IsZero() {
		acted = now
	}
	return in.w.purpose.Expiry(acted)
}

// Entry makes the ledger entry of a row that is taken in. It claims no more than the file does: the wording only where a row has it, and a
// notice only for who is enrolled and will be told by the first message; nobody knows which one the others saw. The wording must be kept with the entry. evidence is
// what Encode made of the act's, and salt is 16 random octets of its own. Check must have passed the act.
func (in Intake) Entry(a Act, evidence []byte, person int64, key []byte, ledger []Event, importID int64, salt []byte, now time.Time) Event {
	e := Event{
		At: now, Kind: in.kind, Scope: ListScope(in.w.list), SubscriberID: person, AddressKey: key,
		Channel: ByImport, Actor: a.Actor, Source: ImportSource(importID), ExpiresAt: in.expiry(a, now),
		Evidence: evidence, Salt: salt,
	}
	if a.Wording != "" {
		e.WordingDigest = in.words.digestOf(a.Wording)
	}
	if in.kind == Enrolled {
		e.NoticeDigest = tellsOf(in.w.purpose, in.w.notice, in.w.notices, ledger)
	}
	return e
}

// KeepsIP returns until when the IP address of an act is kept, counted from the act; false where it is not.
func (in Intake) KeepsIP(ip netip.Addr, acted, now time.Time) (until time.Time, keeps bool) {
	if !ip.IsValid() || in.w.purpose.KeepIPDays == 0 {
		return time.Time{}, false
	}
	until = acted.AddDate(0, 0, in.w.purpose.KeepIPDays)
	return until, until.After(now)
}

// ImportSource is the Source of the events of an import.
func ImportSource(importID int64) string { return "import " + strconv.FormatInt(importID, 10) }

// Salts returns n salts for evidence, of one reading of randomness.
func Salts(n int) [][]byte {
	all := make([]byte, n*saltSize)
	rand.Read(all) // never fails
	out := make([][]byte, n)
	for i := range out {
		out[i] = all[i*saltSize : (i+1)*saltSize : (i+1)*saltSize]
	}
	return out
}

const saltSize = 16

// Encode writes evidence as json.Marshal does, in a fraction of its time: imports do it by the million.
func (ev Evidence) Encode() []byte {
	names := make([]string, 0, 8)
	for name := range ev {
		names = append(names, name)
	}
	slices.Sort(names)
	b := append(make([]byte, 0, 128), '{')
	for i, name := range names {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendJSON(b, name), ':')
		b = appendJSON(b, ev[name])
	}
	return append(b, '}')
}

func appendJSON(b []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			escaped, _ := json.Marshal(text) // a string always marshals
			return append(b, escaped...)
		}
	}
	b = append(b, '"')
	b = append(b, text...)
	return append(b, '"')
}

// Complete takes over what is not known of a person yet, and reports whether there was anything. It never overwrites.
func (in Intake) Complete(s *Subscriber, a Act) (changed bool) {
	programme := in.w.programme.Slug
	for _, f := range []struct{ have, told *string }{{&s.Name, &a.Name}, {&s.Language, &a.Language}} {
		if *f.have == "" && *f.told != "" {
			*f.have, changed = *f.told, true
		}
	}
	for name, value := range a.Attributes {
		if _, known := s.Attributes[programme][name]; known {
			continue
		}
		if s.Attributes == nil {
			s.Attributes = Attributes{}
		}
		if s.Attributes[programme] == nil {
			s.Attributes[programme] = map[string]any{}
		}
		s.Attributes[programme][name], changed = value, true
	}
	return changed
}

// TakeOver makes the ledger entry of an opt-out or a suppression that another system knows of; false where it would change nothing. An opt-out
// that is older than an act of the person which we hold ourselves says nothing about it.
func (in Intake) TakeOver(b ForeignBar, key []byte, person int64, ledger []Event, importID int64, salt []byte, now time.Time) (Event, bool) {
	st := Fold(ledger)
	if settled(st, b.Scope) || b.Kind == Withdrawn && in.newerAct(b, st, ledger) {
		return Event{}, false
	}
	return Event{
		At: now, Kind: b.Kind, Scope: b.Scope, SubscriberID: person, AddressKey: key, Channel: ByImport, Actor: b.Actor,
		Source: ImportSource(importID), Reason: b.Reason, Evidence: maps.Clone(b.Evidence).Encode(), Salt: salt,
	}, true
}

// ForeignBar is an opt-out or a suppression as another system tells of it.
type ForeignBar struct {
	Kind     EventKind // Withdrawn or Suppressed
	Scope    Scope
	Reason   string // of a suppression
	At       time.Time
	Actor    string
	Evidence Evidence
}

func (in Intake) newerAct(b ForeignBar, st State, ledger []Event) bool {
	standing := st.Lists[in.w.list.ID]
	act, ok := eventAt(ledger, standing.Seq)
	return ok && standing.Status == StatusActive && !b.At.IsZero() && FreshAct(act.Kind, act.Channel) && act.At.After(b.At)
}

// Check refuses an act that no ledger takes, whatever it has: one without its evidence, or that was no act of will.
func (in Intake) Check(a Act, now time.Time) error { return CheckAct(in.kind, a, now) }

// MayAsk refuses, with kind Refused, to ask for permission where the list is not open to requests, or needs none.
func (in Intake) MayAsk() error {
	const op = "subscriptions: ask for permission"
	switch {
	case !in.w.list.DoubleOptIn:
		return errs.E(op, errs.Refused, "The list "+in.w.list.Slug+" has no double opt-in, so nobody can be asked for it by mail.", nil)
	case in.kind != Granted:
		return errs.E(op, errs.Refused, "The list "+in.w.list.Slug+" does not rest on consent, so there is nothing to ask for. Add what is lacking to the file, and bring it in again.", nil)
	}
	return nil
}

// PermissionRequest is about to ask a person whom an import brought without evidence.
type PermissionRequest struct {
	Person   Subscriber
	Actor    string
	ImportID int64
	Salt     []byte
	Evidence Evidence // where the address is from, as "origin", and on what ground it is asked
}

// Ask records that a person is asked for permission, and has the mail sent that asks for it: a request like one from the form, but for its channel. It returns the event's
// place.
func (in Intake) Ask(tx Tx, r PermissionRequest, now time.Time) (seq int64, err error) {
	e := Event{
		At: now, Kind: Requested, Scope: ListScope(in.w.list), SubscriberID: r.Person.ID, AddressKey: r.Person.Key,
		Channel: ByImport, Actor: r.Actor, Source: ImportSource(r.ImportID), NoticeDigest: in.w.notice.Digest,
		Evidence: r.Evidence.Encode(), Salt: r.Salt,
	}
	if e.WordingDigest, err = tx.KeepText(in.w.list.Wording); err != nil {
		return 0, err
	}
	events := []Event{e}
	if err := tx.Append(events); err != nil {
		return 0, err
	}
	seq = events[0].Seq
	return seq, (&Service{}).askToConfirm(tx, r.Person.ID, in.w.list.ID, seq, now)
}

// Origin returns where the address of a request for permission is from; false for any other request.
func Origin(e Event) (string, bool) {
	if e.Kind != Requested || e.Channel != ByImport {
		return "", false
	}
	return e.evidence()["origin"], true
}
