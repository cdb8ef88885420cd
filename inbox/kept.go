package inbox

import (
	"time"

	"assent/inbox/identity"
	"assent/inbox/sorting"
)

// Disposition is what became of a message. Each message has exactly one.
type Disposition string

const (
	Unsorted    Disposition = ""           // kept, and not yet looked at
	OptedOut    Disposition = "opt-out"    // an opt-out, carried out
	Agreed      Disposition = "agreed"     // a plain yes to a letter that asked for one, recorded
	Reported    Disposition = "report"     // a delivery report, noted on its delivery
	Complained  Disposition = "complaint"  // a feedback-loop complaint: the address is suppressed
	Automatic   Disposition = "auto-reply" // an automatic reply, kept and not answered
	OpenedCase  Disposition = "case"       // a case, with its clocks, for a person
	FiledInCase Disposition = "reply"      // filed in the case that it answers
	Duplicated  Disposition = "duplicate"  // the same bytes as a message that has its disposition
)

// Kept is a message that was taken in.
type Kept struct {
	ID          int64
	Mailbox     string
	UIDValidity uint32
	UID         uint32
	ReceivedAt  time.Time // INTERNALDATE: the statutory time of receipt
	FetchedAt   time.Time
	Size        int64
	Digest      string // SHA-256 of the raw message, in hex; "" when the server would not give it
	Unreadable  string
	DuplicateOf int64
	Disposition Disposition
	Kind        sorting.Kind
	Confidence  float64
	Grounds     []sorting.Ground
	From        string
	Subject     string
	MessageID   string
	CaseID      int64
	Identity    identity.Result // who wrote; zero where nobody looked
	SettledAt   time.Time
}

// Mailbox is a watched mailbox: what it is for and whose it is.
type Mailbox struct {
	Name        string
	ProgrammeID int64 // 0 where it serves all
	Role        Role
}

// Role is what people are told to write to a mailbox for. It settles what a message means that does not say itself.
type Role string

const (
	OptOutRole    Role = "unsubscribe" // opt-outs, and replies to newsletters
	ContactRole   Role = "contact"     // a Point of Contact
	RightsRole    Role = "rights"      // data-protection requests
	ComplaintRole Role = "complaints"
	BounceRole    Role = "bounces" // delivery reports
)

// Roles holds every role.
var Roles = []Role{OptOutRole, ContactRole, RightsRole, ComplaintRole, BounceRole}

// MailboxHealth is how a watched mailbox fares.
type MailboxHealth struct {
	Name      string
	CheckedAt time.Time
	Trouble   string         // "" when all is well
	Compared  Reconciliation // the last one; zero before the first
}
