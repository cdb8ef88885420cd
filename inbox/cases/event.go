package cases

import (
	"time"

	"assent/internal/clock"
)

// EventKind is what happened to a case.
type EventKind string

const (
	Opened       EventKind = "opened"
	Acknowledged EventKind = "acknowledged"
	Asked        EventKind = "asked"    // for something: Detail.For
	Received     EventKind = "received" // what was asked for
	Dropped      EventKind = "dropped"  // what was asked for is needed no more
	Started      EventKind = "started"  // work began
	Extended     EventKind = "extended" // the person was told of two further months
	DecisionMade EventKind = "decided"
	Answered     EventKind = "answered" // the person was told the outcome
	ClosedCase   EventKind = "closed"
	Reopened     EventKind = "reopened"
	Promised     EventKind = "promised"   // a letter named a date
	Kept         EventKind = "kept"       // what was promised
	Done         EventKind = "done"       // a duty of the case's kind: Detail.Code
	Renamed      EventKind = "renamed"    // a person named another kind
	Escalated    EventKind = "escalated"  // a complaint goes to its next stage: Detail.Code names it
	Summarised   EventKind = "summarised" // what it is about, in a line, for a register
	Referred     EventKind = "referred"   // somebody else deals with a part of it: Detail.Code says with what
	Corrected    EventKind = "corrected"
	Assigned     EventKind = "assigned"
	Prioritised  EventKind = "prioritised"
	Noted        EventKind = "noted"
	MessageIn    EventKind = "message-in"
	MessageRead  EventKind = "message-read"
	LetterOut    EventKind = "letter-out"
	LetterFailed EventKind = "letter-failed"
	AlarmSeen    EventKind = "alarm-seen"
	Proved       EventKind = "proved"      // who asks: Detail.Proof
	Unproved     EventKind = "unproved"    // what proved who asks does so no more: the case is about somebody else
	Disowned     EventKind = "disowned"    // whoever reads the mailbox on record says that they did not ask
	Represented  EventKind = "represented" // who asks for whom: Detail.Acting
	Unsettled    EventKind = "unsettled"   // who asks for whom is to be recorded anew: the case is about somebody else
	FileAdded    EventKind = "file-added"
	PartyNamed   EventKind = "party-named"
	Linked       EventKind = "linked"
	SubOpened    EventKind = "sub-case-opened"
	Recomputed   EventKind = "clocks-recomputed"
)

// Event is one line of a case's timeline. It is never changed.
type Event struct {
	ID     int64
	CaseID int64
	Kind   EventKind
	At     time.Time  // when it was recorded
	On     clock.Date // when it happened, a UK date: the day of At, or an earlier one that a person named
	Actor  string     // "user:3", "key:5", "subscriber" or "system"
	What   string     // a sentence of ours, about nobody by name
	Note   string     // in the words of whoever acted. The person may get to read it (E2-46)
	Detail Detail
}

// Detail is what of an event programs read. Each kind uses few of its fields.
type Detail struct {
	For       Awaited      `json:"for,omitempty"`
	Reasons   []string     `json:"reasons,omitempty"`
	Decision  *Decision    `json:"decision,omitempty"`
	Promise   *Promise     `json:"promise,omitempty"`
	Kept      int          `json:"kept,omitempty"` // place of the promise, from 1
	Code      string       `json:"code,omitempty"` // of a duty
	Kind      Kind         `json:"kind,omitempty"`
	Received  *time.Time   `json:"received,omitempty"` // of a correction
	OwnerID   int64        `json:"owner,omitempty"`
	Urgent    bool         `json:"urgent,omitempty"`
	Unread    bool         `json:"unread,omitempty"` // a message that somebody must read
	CaseID    int64        `json:"case,omitempty"`   // the other case of a link
	InboundID int64        `json:"inbound,omitempty"`
	LetterID  int64        `json:"letter,omitempty"`
	FileID    int64        `json:"file,omitempty"`
	Moves     []Move       `json:"moves,omitempty"`  // of clocks
	Proof     *Proof       `json:"proof,omitempty"`  // of who asks
	Acting    *Acting      `json:"acting,omitempty"` // for whom
	House     *clock.House `json:"house,omitempty"`
	Pence     int64        `json:"pence,omitempty"` // of a fee
}

// Move is a clock whose date changed. "" stands for no date.
type Move struct {
	Clock string `json:"clock"`
	Was   string `json:"was"`
	Is    string `json:"is"`
}
