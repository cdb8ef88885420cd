package cases

import (
	"fmt"
	"slices"
	"time"

	"assent/internal/address"
)

// Channel is how a request reached us (E1-19, E1-32, E4-02).
type Channel string

const (
	ByMail   Channel = "mail"
	ByForm   Channel = "web-form"
	ByPost   Channel = "post"
	ByPhone  Channel = "phone"
	InPerson Channel = "in-person"
)

// Channels returns every channel.
func Channels() []Channel { return []Channel{ByMail, ByForm, ByPost, ByPhone, InPerson} }

// Case is work for a person, with its clocks.
type Case struct {
	ID          int64
	Reference   string // such as "R-2026-000123"; a sub-case "R-2026-000123/2"
	ParentID    int64  // of a sub-case; 0 otherwise
	Kind        Kind
	Labels      []string // every right that was recognised in what opened it
	Flags       []string // what the sorter saw beside: "child", "agent", "urgent", "compensation", …
	State       State
	ProgrammeID int64 // 0 where nobody knows
	Division    string
	Channel     Channel
	Mailbox     string // by mail: the watched mailbox
	InboundID   int64  // by mail: the message that opened it
	Language    string // of the requester: "en" or "cy"
	From        string // the requester's address; "" where there is none
	Subject     string
	Asked       string    // what was asked, as whoever entered it by hand wrote it down
	ReceivedAt  time.Time // when it reached us: the clocks start here, whenever it was entered
	SubjectID   int64     // the first subject person who is on record; 0 for none
	OwnerID     int64     // the operator whose case it is; 0 for nobody's
	Urgent      bool
	Facts       Facts
	Clocks      []Clock   // the nearest open one first
	Notes       []Note    // what the law wants without setting a date
	DueOn       string    // UK date, ISO, to work to: that of the leading clock; "" without one
	Decision    *Decision // nil until a person decided
	Unread      int       // messages that came in and that nobody has marked as read
	Alarm       string    // such as a letter that did not arrive, until a person has seen to it; "" for none
	CreatedAt   time.Time // when it was entered
	ClosedAt    time.Time
}

// Open reports whether there is work left.
func (c Case) Open() bool { return c.State != Closed }

// Root is the number of the case that holds the correspondence: its own, or its parent's.
func (c Case) Root() int64 {
	if c.ParentID != 0 {
		return c.ParentID
	}
	return c.ID
}

// Has reports whether a flag was seen.
func (c Case) Has(flag string) bool { return slices.Contains(c.Flags, flag) }

// Role is what somebody is to a case.
type Role string

const (
	Requester Role = "requester" // who asks
	Subject   Role = "subject"   // whom the data is about
)

// Party is somebody to whom a case belongs. The requester and the subject may differ: then somebody acts for somebody, and authority is needed.
type Party struct {
	ID           int64
	CaseID       int64 // of the case that holds the correspondence
	Role         Role
	Name         string
	Address      address.Address // zero where there is none
	Contact      string          // postal address or telephone number
	SubscriberID int64           // when the address is on record
}

// Agent reports whether the requester asks for somebody else.
func Agent(parties []Party) bool {
	for _, asks := range parties {
		for _, about := range parties {
			if asks.Role == Requester && about.Role == Subject && !asks.same(about) {
				return true
			}
		}
	}
	return false
}

func (p Party) same(q Party) bool {
	if !p.Address.IsZero() && !q.Address.IsZero() {
		return p.Address.Normal() == q.Address.Normal()
	}
	return p.Name == q.Name
}

// Relation is how two cases of one person belong together.
type Relation string

const (
	Duplicate Relation = "duplicate" // the same was asked again while the earlier was open
	Repeat    Relation = "repeat"    // the same was asked again after the earlier had been closed (E1-05)
	Related   Relation = "related"   // a person says so, or a reply to the one asked for the other
)

// Link joins two cases. None is merged into the other, and no check is skipped.
type Link struct {
	EarlierID, LaterID int64
	Relation           Relation
	At                 time.Time
	Actor              string
}

// NewReference makes the reference of the nth case of a year.
func NewReference(year int, n int64) string { return fmt.Sprintf("R-%04d-%06d", year, n) }

// SubReference makes the reference of a sub-case. The case itself counts as number 1.
func SubReference(parent string, n int) string { return fmt.Sprintf("%s/%d", parent, n) }
