package subscriptions

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"
)

// EventKind is what happened.
type EventKind string

const (
	// Requested: somebody asked for a list and the mailbox has not confirmed it yet.
	Requested EventKind = "requested"
	// Confirmed: the holder of the mailbox confirmed a request (double opt-in).
	Confirmed EventKind = "confirmed"
	// Granted: an affirmative act by the person, recorded with its evidence.
	Granted EventKind = "granted"
	// Enrolled: put on a list on a basis other than consent.
	Enrolled EventKind = "enrolled"
	// Withdrawn: the person opted out. No reason is needed and none is kept.
	Withdrawn EventKind = "withdrawn"
	// Suppressed: the address must not be mailed, for a reason other than an opt-out, such as a complaint or a dead mailbox.
	Suppressed EventKind = "suppressed"
	// Lapsed: the permission's term ended.
	Lapsed EventKind = "lapsed"
	// ObjectedToMarketing: the person objected to the direct marketing of a programme (Article 21(2)), in every purpose of it that is declared
	// now or later. What it ends is Withdrawn for each purpose that there is; BarObjectors adds those that come.
	ObjectedToMarketing EventKind = "objected to marketing"
	// Restricted and Released: processing is limited to storage, and no longer (Article 18).
	Restricted EventKind = "restricted"
	Released   EventKind = "released"
	// Erased: the person's data was erased; the keyed hash stays and keeps the address suppressed.
	Erased EventKind = "erased"
	// Informed: the person was sent the notice version that NoticeDigest names. Its scope is each purpose which that version covers and
	// an earlier one did not (E0-07); from then on the gate lets mail for it out.
	Informed EventKind = "informed"
	// Paused: the person wants nothing within the scope until ExpiresAt; with the zero time they want it again.
	Paused EventKind = "paused"
	// ProfilingRefused and ProfilingAllowed: whether the person may be chosen by what they did (Article 21(1); E1-18).
	ProfilingRefused EventKind = "profiling refused"
	ProfilingAllowed EventKind = "profiling allowed"
)

// EventKinds holds every kind.
var EventKinds = []EventKind{Requested, Confirmed, Granted, Enrolled, Withdrawn, Suppressed, Lapsed, Restricted, Released, Erased,
	Informed, Paused, ProfilingRefused, ProfilingAllowed, ObjectedToMarketing}

// Reach is how far an event goes.
type Reach string

const (
	OneList         Reach = "list"
	OnePurpose      Reach = "purpose"
	WholeProgramme  Reach = "programme"
	EverythingReach Reach = "everything"
)

// Scope says what an event is about. A list's scope also names its purpose and programme, so that
// the ledger can be judged without any other table.
type Scope struct {
	Reach       Reach
	ProgrammeID int64 // 0 for everything
	PurposeID   int64 // 0 for programme and everything
	ListID      int64 // 0 but for one list
}

// ListScope is the scope of one list.
func ListScope(l List) Scope {
	return Scope{Reach: OneList, ProgrammeID: l.ProgrammeID, PurposeID: l.PurposeID, ListID: l.ID}
}

// PurposeScope is the scope of one purpose on all its lists.
func PurposeScope(p Purpose) Scope {
	return Scope{Reach: OnePurpose, ProgrammeID: p.ProgrammeID, PurposeID: p.ID}
}

// ProgrammeScope is the scope of everything from one owner (E3-11: "any of our communications").
func ProgrammeScope(programmeID int64) Scope {
	return Scope{Reach: WholeProgramme, ProgrammeID: programmeID}
}

// Everything is the scope of all lists of all programmes.
func Everything() Scope { return Scope{Reach: EverythingReach} }

// Covers reports whether s reaches everything that inner reaches.
func (s Scope) Covers(inner Scope) bool {
	switch s.Reach {
	case EverythingReach:
		return true
	case WholeProgramme:
		return inner.ProgrammeID == s.ProgrammeID && inner.Reach != EverythingReach
	case OnePurpose:
		return inner.PurposeID == s.PurposeID && (inner.Reach == OnePurpose || inner.Reach == OneList)
	case OneList:
		return inner.Reach == OneList && inner.ListID == s.ListID
	}
	return false
}

// String names the scope by its numbers, such as "list 3".
func (s Scope) String() string {
	switch s.Reach {
	case OneList:
		return fmt.Sprintf("list %d", s.ListID)
	case OnePurpose:
		return fmt.Sprintf("purpose %d", s.PurposeID)
	case WholeProgramme:
		return fmt.Sprintf("programme %d", s.ProgrammeID)
	}
	return string(s.Reach)
}

// complete reports whether the scope names all that its reach needs, and no more.
func (s Scope) complete() bool {
	switch s.Reach {
	case EverythingReach:
		return s == Everything()
	case WholeProgramme:
		return s.ProgrammeID > 0 && s == ProgrammeScope(s.ProgrammeID)
	case OnePurpose:
		return s.ProgrammeID > 0 && s.PurposeID > 0 && s.ListID == 0
	case OneList:
		return s.ProgrammeID > 0 && s.PurposeID > 0 && s.ListID > 0
	}
	return false
}

// Channel is the way in which an event came about.
type Channel string

const (
	ByForm      Channel = "form"      // a web form
	ByLink      Channel = "link"      // a signed link out of a mail
	ByOneClick  Channel = "one-click" // RFC 8058
	ByMail      Channel = "mail"      // a mail from the person
	ByStaff     Channel = "staff"     // entered by staff from paper or phone, with who and why
	ByAPI       Channel = "api"
	ByImport    Channel = "import"
	ByReport    Channel = "report"    // a delivery or complaint report
	ByScheduler Channel = "scheduler" // the passing of time
)

// Channels holds every channel.
var Channels = []Channel{ByForm, ByLink, ByOneClick, ByMail, ByStaff, ByAPI, ByImport, ByReport, ByScheduler}

// FreshAct reports whether an event of this kind and channel is an act of the
// person that may follow, and so undo, an earlier opt-out (H3). An import, an upsert and a mere form are not: anybody can make them.
func FreshAct(k EventKind, c Channel) bool {
	return k == Confirmed || k == Granted && c == ByStaff
}

// Event is one entry of the ledger. All of it but Evidence is free of
// personal data and stays for ever; the evidence is bound to the chain by a salted digest, so
// that erasing it does not break the chain (H5).
type Event struct {
	Seq           int64 // place in the ledger, from 1, without gaps
	At            time.Time
	Kind          EventKind
	Scope         Scope
	SubscriberID  int64  // 0 where nobody is on record under the address
	AddressKey    []byte // keyed hash of the normal address, 32 bytes
	Channel       Channel
	Actor         string    // "subscriber", "guardian", "user:3", "key:5" or "system": never a name or address
	Source        string    // where the data came from, such as "web form" or "import 12"
	WordingDigest string    // SHA-256, in hex, of the exact words shown; "" where none were
	NoticeDigest  string    // SHA-256, in hex, of the notice in force; "" where none was shown
	Reason        string    // of a suppression: "complaint", "dead address", …
	ExpiresAt     time.Time // when the permission ends; zero without end
	Evidence      []byte    // JSON: what shows the act, such as a form's address or a message number; nil once erased
	Salt          []byte    // of the evidence's digest; nil once erased
	EvidenceHash  []byte    // SHA-256 of salt and evidence
	Prev, Hash    []byte    // SHA-256 each
}

// EvidenceDigest returns what binds evidence to the chain.
func EvidenceDigest(salt, evidence []byte) []byte {
	sum := sha256.Sum256(append(append(make([]byte, 0, 512), salt...), evidence...))
	return sum[:]
}

// Digest returns the hash of the event as the successor of prev: over every field but the
// evidence itself, each with its length, so that no two events share an encoding.
func (e Event) Digest(prev []byte) []byte {
	b := appendText(make([]byte, 0, 768), prev) // one piece costs a third of many small ones
	b = appendNumber(b, e.Seq)
	b = appendNumber(b, e.At.UnixMilli())
	b = appendText(b, e.Kind)
	b = appendText(b, e.Scope.Reach)
	b = appendNumber(b, e.Scope.ProgrammeID)
	b = appendNumber(b, e.Scope.PurposeID)
	b = appendNumber(b, e.Scope.ListID)
	b = appendNumber(b, e.SubscriberID)
	b = appendText(b, e.AddressKey)
	b = appendText(b, e.Channel)
	b = appendText(b, e.Actor)
	b = appendText(b, e.Source)
	b = appendText(b, e.WordingDigest)
	b = appendText(b, e.NoticeDigest)
	b = appendText(b, e.Reason)
	b = appendNumber(b, millis(e.ExpiresAt))
	b = appendText(b, e.EvidenceHash)
	sum := sha256.Sum256(b)
	return sum[:]
}

func appendText[T ~string | ~[]byte](b []byte, text T) []byte {
	return append(binary.BigEndian.AppendUint64(b, uint64(len(text))), text...)
}

func appendNumber(b []byte, v int64) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(b, 8), uint64(v))
}

// Head is the end of the ledger: the last event's place and hash.
type Head struct {
	Seq  int64
	Hash []byte
}

// Bytes returns the head's form for sealing.
func (h Head) Bytes() []byte {
	return append(binary.BigEndian.AppendUint64(nil, uint64(h.Seq)), h.Hash...)
}

// Chain gives events their places and hashes after head, in order, and returns the new head. It
// changes the events in place. Seq, Prev, Hash and EvidenceHash must not be set before.
func Chain(head Head, events []Event) Head {
	for i := range events {
		e := &events[i]
		e.Seq, e.Prev = head.Seq+1, head.Hash
		e.EvidenceHash = EvidenceDigest(e.Salt, e.Evidence)
		e.Hash = e.Digest(e.Prev)
		head = Head{Seq: e.Seq, Hash: e.Hash}
	}
	return head
}

// TextDigest returns the name under which a wording or a notice is kept: its SHA-256 in hex.
func TextDigest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
