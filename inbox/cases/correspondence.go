package cases

import (
	"io"
	"time"

	"assent/inbox/identity"
	"assent/internal/clock"
	"assent/mailer"
)

// Direction is which way a message went.
type Direction string

const (
	In  Direction = "in"
	Out Direction = "out"
)

// Filed says by what a message that came in was found to belong to a case.
type Filed string

const (
	ByOpening   Filed = "opening"   // it opened the case
	ByToken     Filed = "address"   // it was sent to the case's signed address
	ByReference Filed = "reference" // it answers a message of the case
	ByHand      Filed = "hand"
)

// Message is one message of a case's correspondence. It belongs to the case that has no parent.
type Message struct {
	ID        int64
	CaseID    int64
	AboutID   int64 // the sub-case that a letter was written for; 0 for the case itself
	Direction Direction
	At        time.Time // when it reached us, or was written
	InboundID int64     // of a message that came in
	LetterID  int64     // of a letter
	MessageID string    // without angle brackets; "" where the letter's own is computed
	From      string
	Subject   string
	Filed     Filed
	Stranger  bool      // it came from an address that is no party's: whoever writes is not known to be who asked
	ReadAt    time.Time // zero until a person marked it as read
	Actor     string    // who wrote a letter

	LetterState string          // of a letter: "waiting", "sent", "failed", …
	LetterReply string          // what the relay or a report said
	Digest      string          // of the raw message that came in
	Identity    identity.Result // who wrote it; zero where nobody looked
}

// File is something that staff put into a case, such as a scanned letter. It is handed out as a download and never shown.
type File struct {
	ID      int64
	CaseID  int64
	Name    string
	Type    string // as the first bytes tell; never what somebody claims
	Size    int64
	Digest  string // SHA-256, in hex
	Actor   string
	AddedAt time.Time
	Body    io.Reader // only when it is added
}

// Letter is what a person writes to somebody about a case.
type Letter struct {
	To       string
	Language string
	Subject  string
	Body     string     // Markdown
	Answers  bool       // it tells the person what was decided
	Asks     Awaited    // what it asks for; "" for nothing
	Extends  bool       // it tells of two further months
	Does     string     // code of a duty that it does, such as telling before a restriction is lifted; "" for none
	Reasons  []string   // codes, of a fee or an extension
	Pence    int64      // of a fee: how much
	Promise  clock.Date // a date that it names, by which more will come; zero for none. In a letter that tells what was decided it is that of an action
	Words    string     // what is promised for then
}

// Opening is a case that is opened, with a sub-case for each further right, and what belongs to it.
type Opening struct {
	Case    Case
	Subs    []Case
	Parties []Party
	Message *Message // the mail that opens it; nil by hand
	Events  []Event  // of the case, the opening first

	SubEvents []Event // of each sub-case, after its opening

	RelatedTo int64 // a closed case to which the mail answers; 0 for none

	Files   []File                      // that came with a form
	Letters func(Case) []*mailer.Letter // that tell of the case, once it has its reference; nil for none
}
