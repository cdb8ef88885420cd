package copies

import (
	"context"
	"io"
	"strconv"
	"time"

	"assent/internal/errs"
	"assent/internal/exporting"
	"assent/queue"
	"assent/subscriptions"
	"assent/subscriptions/showme"
	"assent/templates"
)

// Store keeps copies. All errors are of the kinds of package errs.
type Store interface {
	exporting.Store
	showme.Store
	// AskCopy sets ID, notes who asked for what and why, and writes the task, in one transaction. Where the copy is for somebody, it opens its entry in the register of who
	// got what and sets GivenID; the entry shows once the file is ready.
	AskCopy(ctx context.Context, c *Copy, g subscriptions.Given, task func(Copy) (queue.Task, error)) error
	// AddGiven puts people into the entry; those that are in it stay.
	AddGiven(ctx context.Context, givenID int64, people []int64) error
	// Copy returns one record; kind NotFound.
	Copy(ctx context.Context, id int64) (Copy, error)
	// Copies returns up to limit records with a number below before (0: from the newest), the newest first.
	Copies(ctx context.Context, before int64, limit int) ([]Copy, error)
	// ClearCopy removes the pieces of a copy that is being made, and the people in its entry: a maker that broke off left them.
	ClearCopy(ctx context.Context, id int64) error
	// AddPiece keeps one piece of a copy that is being made.
	AddPiece(ctx context.Context, id int64, number int, data []byte) error
	// EndCopy writes state, moment, size, digest and trouble of a copy that is being made, and shows its entry; when it is not being made any more, its pieces go.
	EndCopy(ctx context.Context, c Copy) error
	// OpenCopy counts and notes that a ready copy is handed out, before the first byte is (H9), and returns its bytes. Kind Conflict when it is not ready any more.
	OpenCopy(ctx context.Context, c Copy, actor string) (io.ReadCloser, error)
	// DropGiven removes the entries of files that were never ready, or that nobody was handed, with their people, in pages.
	DropGiven(ctx context.Context) error
	// DropCopy destroys the file of one copy, now, with who and why.
	DropCopy(ctx context.Context, id int64, now time.Time, actor, why string) error
	// DropCopies destroys the files whose time is over, and returns how many.
	DropCopies(ctx context.Context, now time.Time, why string) (int64, error)
}

// Service makes copies, hands them out and destroys them. All of it is safe to run in several processes at once, and to repeat.
type Service struct {
	Store     Store
	Keys      Keys
	Register  exporting.Register
	Templates *templates.Set
	Days      int            // how long a copy is kept where nobody says
	Zone      *time.Location // of the times on a pack's page
	Now       func() time.Time
	Kick      func() // wakes the relay after a commit that enqueued tasks; may be nil
}

// Keys hashes addresses and signs packs; *token.Keys does.
type Keys interface {
	subscriptions.Hasher
	Signing
}

// Make is the task of making a copy.
type Make struct {
	CopyID int64 `json:"copy"`
}

// TaskKind names the task.
func (Make) TaskKind() string { return "copy.make" }

// Ask puts on record that somebody wants a copy for some days (0: as the settings say), and has it made. Kinds Invalid, NotFound.
func (s *Service) Ask(ctx context.Context, c Copy, days int) (Copy, error) {
	const op = "copies: ask"
	if days == 0 {
		days = s.Days
	}
	if err := c.check(days); err != nil {
		return c, err
	}
	given, err := s.look(ctx, &c)
	if err != nil {
		return c, errs.Wrap(op, err)
	}
	c.State, c.AskedAt = Making, s.Now()
	c.ExpiresAt = c.AskedAt.AddDate(0, 0, days)
	c.Recipient = given.Name
	err = s.Store.AskCopy(ctx, &c, given, func(c Copy) (queue.Task, error) {
		return queue.New("copy:"+strconv.FormatInt(c.ID, 10), Make{CopyID: c.ID}, c.AskedAt)
	})
	if err == nil && s.Kick != nil {
		s.Kick()
	}
	return c, errs.Wrap(op, err)
}

// look finds what the copy is of and whom it is for, so that a mistake is told at once and not by a task.
func (s *Service) look(ctx context.Context, c *Copy) (given subscriptions.Given, err error) {
	if c.Kind == Export {
		e, err := s.exporter().Open(ctx, c.request())
		if err != nil {
			return given, err
		}
		return e.Given, nil
	}
	c.Key = s.Keys.AddressKey(c.Address)
	d, err := s.Store.Dossier(ctx, c.Key)
	if err != nil {
		return given, err
	}
	if d.Person == nil && len(d.Events) == 0 {
		return given, errs.E("copies: look", errs.NotFound, "Nothing is known of this address. Nobody is on record under it, and no opt-out names it.", nil)
	}
	if d.Person != nil {
		c.PersonID = d.Person.ID
	}
	if c.For == 0 {
		return given, nil
	}
	return s.Register.Prepare(ctx, subscriptions.Given{RecipientID: c.For, What: "a show-me pack: what is on record, and how it came about", Why: c.Why, Actor: c.Actor}, 0)
}

func (s *Service) exporter() *exporting.Exporter {
	return &exporting.Exporter{Store: s.Store, Register: s.Register}
}

// Again asks for a copy of the same as an earlier one, which may be gone. Kind Conflict when its address was erased.
func (s *Service) Again(ctx context.Context, id int64, actor, why string, days int) (Copy, error) {
	const op = "copies: again"
	old, err := s.Store.Copy(ctx, id)
	if err != nil {
		return old, errs.Wrap(op, err)
	}
	if old.Kind == Pack && old.Address.IsZero() {
		return old, errs.E(op, errs.Conflict, "The person of this pack was erased, and with them the address. Ask for a pack of the address itself.", nil)
	}
	if why == "" {
		why = old.Why
	}
	return s.Ask(ctx, Copy{
		Kind: old.Kind, What: old.What, Format: old.Format, List: old.List, CampaignID: old.CampaignID, Spreadsheet: old.Spreadsheet, Address: old.Address, Why: why, Actor: actor, For: old.For,
	}, days)
}

// Fetch hands out a copy's bytes; who got them is noted first. Kinds NotFound, Gone, Conflict.
func (s *Service) Fetch(ctx context.Context, id int64, actor string) (Copy, io.ReadCloser, error) {
	const op = "copies: fetch"
	c, err := s.Store.Copy(ctx, id)
	if err != nil {
		return c, nil, errs.Wrap(op, err)
	}
	if err := c.open(s.Now()); err != nil {
		return c, nil, err
	}
	body, err := s.Store.OpenCopy(ctx, c, actor)
	return c, body, errs.Wrap(op, err)
}

// Destroy destroys a copy's file before its time. Destroying it again changes nothing. Where nobody was handed it, nobody was given anything: its entry in the register of who got
// what is gone at once, and its rows with the next Sweep.
func (s *Service) Destroy(ctx context.Context, id int64, actor string) error {
	return errs.Wrap("copies: destroy", s.Store.DropCopy(ctx, id, s.Now(), actor, AskedFor))
}

// Sweep destroys the files whose time is over, and returns how many; and it clears the register of what nobody was given after all.
func (s *Service) Sweep(ctx context.Context) (int64, error) {
	const op = "copies: sweep"
	n, err := s.Store.DropCopies(ctx, s.Now(), TimeOver)
	if err != nil {
		return n, errs.Wrap(op, err)
	}
	return n, errs.Wrap(op, s.Store.DropGiven(ctx))
}
