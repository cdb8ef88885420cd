package copies

import (
	"fmt"
	"time"

	"assent/internal/address"
	"assent/internal/audit"
	"assent/internal/errs"
	"assent/internal/exporting"
)

// Kind says what a copy is of.
type Kind string

const (
	Export Kind = "export" // of lists, people, the ledger or deliveries
	Pack   Kind = "pack"   // the show-me pack of one address
)

// State is where a copy is on its way.
type State string

const (
	Making State = "making"
	Ready  State = "ready"
	Failed State = "failed" // there is nothing to make it of; Trouble says why
	Gone   State = "gone"   // destroyed; GoneWhy says why
)

// Forms of a pack: signed, and for people to read.
const (
	PackJSON exporting.Format = "json"
	PackPage exporting.Format = "html"
)

// Bounds of how long a copy is kept, in days.
const (
	UsualDays = 7
	MostDays  = 90
)

// Copy is the record of a copy that somebody asked for. The record outlives the file.
type Copy struct {
	ID          int64
	Kind        Kind
	What        exporting.What // of an export
	Format      exporting.Format
	List        string // slug, of an export of subscribers
	CampaignID  int64  // of an export of deliveries
	Spreadsheet bool
	Address     address.Address // of a pack; zero once the person was erased
	Key         []byte          // keyed hash of the same
	PersonID    int64           // of a pack: the subscriber's number, 0 where nobody is on record
	Why         string          // what it is for, in the words of who asked; "" once the person of a pack was erased
	Actor       string
	For         int64  // the declared recipient that it is made for; 0 for our own use
	Recipient   string // its name
	GivenID     int64  // its entry in the register of who got what; 0 for none
	State       State
	AskedAt     time.Time
	ReadyAt     time.Time // zero until then
	ExpiresAt   time.Time
	GoneAt      time.Time // zero until then
	GoneWhy     string
	Trouble     string
	Rows        int64  // of an export
	Size        int64  // bytes
	Digest      string // SHA-256 of the file, hex; it stays
	Fetched     int64  // how often it was handed out
}

// Name is what the file is called: it names nobody.
func (c Copy) Name() string {
	what := string(c.What)
	if c.Kind == Pack {
		what = "pack"
	}
	return fmt.Sprintf("%s-%d.%s", what, c.ID, c.Format)
}

// ContentType is the media type of the file.
func (c Copy) ContentType() string {
	switch c.Format {
	case PackJSON:
		return "application/json"
	case PackPage:
		return "text/html; charset=utf-8"
	}
	return c.Format.ContentType()
}

// request is the export that the copy is of.
func (c Copy) request() exporting.Request {
	return exporting.Request{What: c.What, Format: c.Format, List: c.List, CampaignID: c.CampaignID, Why: c.Why, Actor: c.Actor, For: c.For, Spreadsheet: c.Spreadsheet}
}

// check refuses what cannot be asked for.
func (c Copy) check(days int) error {
	const op = "copies: check"
	if days < 1 || days > MostDays {
		return errs.E(op, errs.Invalid, fmt.Sprintf("A copy is kept for 1 to %d days.", MostDays), nil)
	}
	if c.Kind == Export {
		return c.request().Check()
	}
	switch {
	case c.Format != PackJSON && c.Format != PackPage:
		return errs.E(op, errs.Invalid, "A pack is made as json, which is signed, or as html, to read.", nil)
	case c.Why == "":
		return errs.E(op, errs.Invalid, "Say what the copy is for: who took personal data out, and why, is kept in the audit trail.", nil)
	}
	return audit.CheckWhy(c.Why)
}

// open refuses a copy that cannot be handed out, with the way to a new one. Kinds Gone, Conflict.
func (c Copy) open(now time.Time) error {
	const op = "copies: open"
	switch {
	case c.State == Gone || c.State == Ready && !now.Before(c.ExpiresAt):
		why := c.GoneWhy
		if why == "" {
			why = TimeOver
		}
		return errs.E(op, errs.Gone, why+" The file was destroyed; the record of it stays. Ask for it again to have it made anew.", nil)
	case c.State == Failed:
		return errs.E(op, errs.Conflict, "It could not be made. "+c.Trouble, nil)
	case c.State == Making:
		return errs.E(op, errs.Conflict, "It is still being made. Come back in a little while.", nil)
	}
	return nil
}

// Why a copy goes.
const (
	TimeOver     = "Its time was over."
	SomebodyGone = "Somebody who may be in it was erased."
	AskedFor     = "Somebody who may make copies had it destroyed."
)

// Piece is how many bytes of a file are kept in one row.
const Piece = 256 << 10
