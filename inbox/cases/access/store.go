package access

import (
	"context"
	"io"
	"time"

	"assent/inbox/cases"
	"assent/subscriptions"
	"assent/subscriptions/retention"
)

// Store keeps searches, items, packs and links. All errors are of the kinds of package errs.
type Store interface {
	// FindItems returns what one source holds of a person, oldest first: at most limit items, and one more where there are more. A mail has no text
	// yet: Content.File names the raw message.
	FindItems(ctx context.Context, source string, who Who, limit int) ([]Item, error)
	// Raw reads a message as it came in.
	Raw(ctx context.Context, digest string) io.ReadCloser
	// MailKept returns the mailboxes whose mail is kept.
	MailKept(ctx context.Context) ([]Box, error)

	// KeepSearch keeps a search and what it found. An item that a review stands on keeps it while its content is the same. Items that are not found
	// any more go, but for those that staff put in.
	KeepSearch(ctx context.Context, s *Search, items []Item) error
	// LastSearch returns the last search of a case; kind NotFound.
	LastSearch(ctx context.Context, caseID int64) (Search, error)
	// AddPlace keeps where staff looked.
	AddPlace(ctx context.Context, p *Place) error
	// Places returns where staff looked, oldest first.
	Places(ctx context.Context, caseID int64) ([]Place, error)
	// AddItem keeps an item that staff put in.
	AddItem(ctx context.Context, x *Item) error
	// Items returns the items of a case, by source and time.
	Items(ctx context.Context, caseID int64) ([]Item, error)
	// ReviewItems keeps a decision on items of a case; kind NotFound where one is not there.
	ReviewItems(ctx context.Context, caseID int64, ids []int64, r Review) error

	// KeepPack keeps a pack with its files, which are read one after the other, in the place of any earlier one of the case: its files and links go.
	KeepPack(ctx context.Context, p *Bundle, files []Handed, now time.Time) error
	// PackOf returns the pack of a case that is kept now; kind NotFound.
	PackOf(ctx context.Context, caseID int64) (Bundle, error)
	// Packs returns every pack that was made for a case, oldest first.
	Packs(ctx context.Context, caseID int64) ([]Bundle, error)
	// PackFiles returns the files of a pack, in their order.
	PackFiles(ctx context.Context, packID int64) ([]PackFile, error)
	// PackFile returns a file of a pack with its content, to be closed; kind NotFound.
	PackFile(ctx context.Context, packID, fileID int64) (PackFile, io.ReadCloser, error)
	// DropPacks removes the files of packs that nobody can open any more, and the copies that were made for them, and returns how many packs.
	DropPacks(ctx context.Context, now, before time.Time) (int64, error)

	// AddLink keeps a link.
	AddLink(ctx context.Context, l *Link) error
	// Link returns a link; kind NotFound.
	Link(ctx context.Context, id int64) (Link, error)
	// Links returns the links of a case with who came, oldest first.
	Links(ctx context.Context, caseID int64) ([]Link, error)
	// TryLink changes a link as it stands, alone, and keeps what it was opened for.
	TryLink(ctx context.Context, id int64, try func(l Link) (Link, Opening, error)) (Link, error)

	// AddReceiver keeps an organisation to which a person wants their data sent.
	AddReceiver(ctx context.Context, r *Receiver) error
	// Receivers returns those of a case, oldest first, each with when its last link was opened.
	Receivers(ctx context.Context, caseID int64) ([]Receiver, error)
	// DecideReceiver keeps what was decided of a receiver.
	DecideReceiver(ctx context.Context, r Receiver) error
	// PassOn keeps what was decided of a receiver, and enters what it is sent into the register of who got what: anew, or in the place of the entry that g.ID names. An entry whose
	// link ends before anybody opened it loses its time, and stands there no more.
	PassOn(ctx context.Context, r Receiver, g subscriptions.Given, people []int64) error
}

// Catalogue reads what programmes declare.
type Catalogue interface {
	Programmes(ctx context.Context) ([]subscriptions.Programme, error)
	Purposes(ctx context.Context, programmeID int64) ([]subscriptions.Purpose, error)
	Recipients(ctx context.Context, programmeID int64) ([]subscriptions.Recipient, error)
	Rules(ctx context.Context, all bool) ([]retention.Rule, error)
	// ProgrammesOf returns the numbers of the programmes that a person has to do with.
	ProgrammesOf(ctx context.Context, subscriberIDs []int64) ([]int64, error)
}

// Bundle is a pack that was approved: the record of what was given.
type Bundle struct {
	ID         int64
	CaseID     int64
	Kind       cases.Kind
	Language   string
	Items      int    // how many are in it
	Withheld   int    // how many were left out whole
	Digest     string // SHA-256 over the names and digests of its files
	Actor      string
	ApprovedBy string // the person, where a program records it for them
	ApprovedAt time.Time
	DroppedAt  time.Time // when its files were removed; zero while they are kept
	DroppedWhy string
}

// Handed is a file to be kept with a pack.
type Handed struct {
	Name, Type string
	Open       func() (io.ReadCloser, error)
}

// PackFile is a file of a pack.
type PackFile struct {
	ID     int64
	Name   string
	Type   string
	Size   int64
	Digest string // SHA-256, in hex
}
