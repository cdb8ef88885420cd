package showme

import (
	"encoding/json"
	"time"

	"assent/internal/signed"
	"assent/subscriptions"
)

// Format names this form of a pack.
const Format = "assent show-me pack 1"

// Pack is everything about one address, as signed JSON. Times are RFC 3339 in UTC, hashes hex.
type Pack struct {
	Format     string           `json:"format"`
	MadeAt     time.Time        `json:"made_at"`
	MadeBy     string           `json:"made_by"`     // such as "user:3"
	Address    string           `json:"address"`     // as it was asked for; "" where the person was asked for by number and is erased
	AddressKey string           `json:"address_key"` // the keyed hash under which the ledger knows it
	Person     *Person          `json:"person"`      // null where nobody is on record
	Lists      []List           `json:"lists"`       // how the address stands, by list
	Bars       []Bar            `json:"bars"`        // opt-outs and suppressions, in the order of the ledger
	Events     []Event          `json:"events"`      // all of the ledger about the address
	Texts      []Text           `json:"texts"`       // every wording and notice that the events name, by digest
	Notices    []Notice         `json:"notices"`     // which versions of which notices those were
	Messages   []Message        `json:"messages"`    // campaigns that were sent or refused, each with the permission behind it
	Letters    []Letter         `json:"letters"`
	Cases      []Case           `json:"cases"`
	Ledger     Place            `json:"ledger"` // the ledger's end when the pack was made
	Seal       string           `json:"seal"`   // the last seal that was kept; "" for none
	Signature  signed.Signature `json:"signature"`
}

// Signed implements signed.Document.
func (p *Pack) Signed() *signed.Signature { return &p.Signature }

// Place is a point of the ledger.
type Place struct {
	Seq  int64  `json:"seq"`
	Hash string `json:"hash"`
}

// Person is who is on record.
type Person struct {
	ID        int64     `json:"id"`
	Name      string    `json:"name"`
	Language  string    `json:"language"`
	Source    string    `json:"source"`
	CreatedAt time.Time `json:"created_at"`
	Erased    bool      `json:"erased"`
}

// List is how the address stands towards one list, and what the gate says at MadeAt.
type List struct {
	ID        int64      `json:"id"`
	Name      string     `json:"name"`
	Programme string     `json:"programme"`
	Purpose   string     `json:"purpose"`
	Basis     string     `json:"basis"`
	Status    string     `json:"status"`
	Event     int64      `json:"event"` // that decides
	ExpiresAt *time.Time `json:"expires_at"`
	Allowed   bool       `json:"allowed"`
	Reason    string     `json:"reason"` // why not; "" when allowed
}

// Bar is an opt-out or suppression.
type Bar struct {
	Scope  Scope  `json:"scope"`
	Event  int64  `json:"event"`
	Reason string `json:"reason"`
}

// Scope is a subscriptions.Scope in JSON.
type Scope struct {
	Reach     string `json:"reach"`
	Programme int64  `json:"programme"`
	Purpose   int64  `json:"purpose"`
	List      int64  `json:"list"`
}

// Event is one event of the ledger with all that its hash covers, and the evidence that this binds.
type Event struct {
	Seq           int64      `json:"seq"`
	At            time.Time  `json:"at"`
	Kind          string     `json:"kind"`
	Scope         Scope      `json:"scope"`
	Subscriber    int64      `json:"subscriber"`
	Channel       string     `json:"channel"`
	Actor         string     `json:"actor"`
	Source        string     `json:"source"`
	WordingDigest string     `json:"wording_digest"`
	NoticeDigest  string     `json:"notice_digest"`
	Reason        string     `json:"reason"`
	ExpiresAt     *time.Time `json:"expires_at"`
	Evidence      string     `json:"evidence"` // JSON as it was kept; "" once erased
	Salt          string     `json:"salt"`     // hex; "" once erased
	EvidenceHash  string     `json:"evidence_hash"`
	Prev          string     `json:"prev"`
	Hash          string     `json:"hash"`
}

// Text is a wording or notice in full.
type Text struct {
	Digest string `json:"digest"` // SHA-256, hex
	Text   string `json:"text"`
}

// Notice is a version of a privacy notice.
type Notice struct {
	Programme   string    `json:"programme"`
	Version     int       `json:"version"`
	Digest      string    `json:"digest"`
	PublishedAt time.Time `json:"published_at"`
}

// Message is one campaign to the person, with the question that the gate was asked and the event that answered it.
type Message struct {
	Campaign   int64      `json:"campaign"`
	Name       string     `json:"name"`
	Subject    string     `json:"subject"`
	Class      string     `json:"class"`
	Lists      []Scope    `json:"lists"`    // that it went to
	Purposes   []Scope    `json:"purposes"` // that it declared besides
	State      string     `json:"state"`
	List       int64      `json:"list"`     // on which it was allowed
	Event      int64      `json:"event"`    // the permission behind it
	GateSeq    int64      `json:"gate_seq"` // the end of the ledger that the gate saw
	AskedAt    time.Time  `json:"asked_at"`
	StartedAt  *time.Time `json:"started_at"`
	FinishedAt *time.Time `json:"finished_at"`
	Code       int        `json:"code"`  // of the relay's reply
	Reply      string     `json:"reply"` // of the relay
	Reason     string     `json:"reason"`
	Report     string     `json:"report"` // what a delivery report said later
}

// Letter is a confirmation, a notice or an answer.
type Letter struct {
	ID         int64      `json:"id"`
	Kind       string     `json:"kind"`
	State      string     `json:"state"`
	CreatedAt  time.Time  `json:"created_at"`
	FinishedAt *time.Time `json:"finished_at"`
}

// Case is work on a request of the person's.
type Case struct {
	Reference  string     `json:"reference"`
	Kind       string     `json:"kind"`
	State      string     `json:"state"`
	ReceivedAt time.Time  `json:"received_at"`
	DueOn      string     `json:"due_on"`
	ClosedAt   *time.Time `json:"closed_at"`
}

// Dossier is what a store knows about one address, all of one moment.
type Dossier struct {
	Key        []byte
	Person     *subscriptions.Subscriber // nil where nobody is on record
	Events     []subscriptions.Event
	Texts      map[string]string // by digest
	Notices    []Notice
	Lists      map[int64]subscriptions.List
	Purposes   map[int64]subscriptions.Purpose
	Programmes map[int64]string // names
	Messages   []Message
	Letters    []Letter
	Cases      []Case
	Head       subscriptions.Head
	Seal       string
}

// evidence reads what an event's evidence says, in the order of its names.
func (e Event) evidence() map[string]any {
	out := map[string]any{}
	_ = json.Unmarshal([]byte(e.Evidence), &out) // what is no object shows nothing
	return out
}
