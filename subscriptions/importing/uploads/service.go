package uploads

import (
	"context"
	"encoding/json"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unicode"

	"assent/internal/csvfile"
	"assent/internal/errs"
	"assent/queue"
	"assent/subscriptions"
	"assent/subscriptions/importing"
)

// Store keeps uploads. All errors are of the kinds of package errs.
type Store interface {
	importing.Store
	importing.UndoStore
	// AddUpload sets the ID of an upload whose bytes begin to come in. It counts as left behind after until.
	AddUpload(ctx context.Context, u *Upload, until time.Time) error
	// AddUploadPiece keeps one piece of a file that is coming in. Kind Conflict when it was taken away meanwhile.
	AddUploadPiece(ctx context.Context, id int64, number int, data []byte, until time.Time) error
	// ForgetUpload leaves nothing of a file that did not arrive.
	ForgetUpload(ctx context.Context, id int64) error
	// Upload returns one record; kind NotFound.
	Upload(ctx context.Context, id int64) (Upload, error)
	// Uploads returns up to limit records with a number below before (0: from the newest), the newest first.
	Uploads(ctx context.Context, before int64, limit int) ([]Upload, error)
	// SameUpload returns the number of another upload of a file into a list that waits, is checked or is imported; 0 for none.
	SameUpload(ctx context.Context, u Upload) (int64, error)
	// ImportOf returns the number of the import of a file into a list that was not taken back; 0 for none.
	ImportOf(ctx context.Context, listID int64, digest string) (int64, error)
	// OpenUpload reads the file.
	OpenUpload(ctx context.Context, id int64) io.Reader
	// Sketch returns what was kept with Change.Sketch; kind NotFound.
	Sketch(ctx context.Context, id int64) ([]byte, error)
	// ChangeUpload does one step, with its note in the audit trail and its tasks. Moved when it is not as it must be. What a state has no use for is destroyed.
	ChangeUpload(ctx context.Context, ch Change, tasks ...queue.Task) error
	// ClaimUpload takes an upload in hand until a time and reports whether it is as it must be. queue.ErrBusy when another has it.
	ClaimUpload(ctx context.Context, id int64, want State, round int64, claimant string, now, until time.Time) (u Upload, wanted bool, err error)
	// BeatUpload keeps it in hand and writes how far the work has come. ErrLost.
	BeatUpload(ctx context.Context, u Upload, claimant string, until time.Time) error
	// ReleaseUpload gives it up.
	ReleaseUpload(ctx context.Context, id int64, claimant string) error
	// AddRejects keeps lines of what a dry run would not take; RewindRejects drops those at and behind a mark; OpenRejects reads them all.
	AddRejects(ctx context.Context, id, at int64, lines []byte, claimant string) error
	RewindRejects(ctx context.Context, id, mark int64) error
	OpenRejects(ctx context.Context, id int64) io.Reader
	// DropUploads destroys what is left of files whose time is over or that never arrived, and returns how many.
	DropUploads(ctx context.Context, now time.Time, why string) (int64, error)
	// AskUndo writes the task of taking an import back.
	AskUndo(ctx context.Context, now time.Time, task queue.Task) error
}

// Seen is an importing.Seen that takes room until it is closed.
type Seen interface {
	importing.Seen
	io.Closer
}

// Service takes files in and has them imported. All of it is safe to run in several processes at once, and to repeat.
type Service struct {
	Store    Store
	Keys     importing.Hasher
	Seen     func(lines int64) (Seen, error)
	MaxBytes int64         // of a file
	Batch    int           // rows in one transaction; 0 is what suits the store
	Beat     time.Duration // between two marks of how far the work has come; 0 after every batch
	Worker   string        // names this process among the workers
	Now      func() time.Time
	Kick     func() // wakes the relay after a commit that enqueued tasks; may be nil

	claims atomic.Int64
}

// Days is for how long a file waits for somebody to have it imported, and for how long the rows that were not taken can be fetched.
const Days = 7

// Offer is a file that somebody hands over.
type Offer struct {
	List     string // slug
	FileName string
	Encoding string // "utf-8", which "" is, or "latin1"
	Reading
	Actor string
}

// Check is the task of finding out what would become of the rows of an upload.
type Check struct {
	UploadID int64 `json:"upload"`
	Round    int64 `json:"round"`
}

// TaskKind names the task.
func (Check) TaskKind() string { return "upload.check" }

// Bring is the task of importing an upload.
type Bring struct {
	UploadID int64 `json:"upload"`
	Round    int64 `json:"round"`
}

// TaskKind names the task.
func (Bring) TaskKind() string { return "upload.import" }

// Take keeps a file and has it checked, when what its columns hold is plain. The same file for the same list that is on its way already is the same upload.
// Nothing is left of a file that did not arrive whole or is no text. Kinds Invalid (with ErrTooLarge), NotFound.
func (s *Service) Take(ctx context.Context, o Offer, body io.Reader) (u Upload, err error) {
	const op = "uploads: take"
	if u, err = s.open(ctx, o); err != nil {
		return u, errs.Wrap(op, err)
	}
	if err := s.Store.AddUpload(ctx, &u, s.Now().Add(patience)); err != nil {
		return u, errs.Wrap(op, err)
	}
	kept, id := false, u.ID
	defer func() {
		if !kept { // whoever sent it may be gone
			if e := s.Store.ForgetUpload(context.WithoutCancel(ctx), id); err == nil {
				err = e
			}
		}
	}()
	survey, err := s.stage(ctx, &u, body)
	if err != nil {
		return u, err
	}
	u.Size, u.Lines, u.Digest = survey.Size, survey.Lines, survey.Digest
	same, err := s.Store.SameUpload(ctx, u)
	if err != nil {
		return u, errs.Wrap(op, err)
	}
	if same != 0 {
		there, err := s.Store.Upload(ctx, same)
		return there, errs.Wrap(op, err)
	}
	k := sketch{Map: o.Map, Ignore: o.Ignore, Dates: o.Dates}
	if k.Header, err = s.header(ctx, &u, survey, o.Format); err != nil {
		return u, err
	}
	if u.ImportID, err = s.Store.ImportOf(ctx, u.ListID, u.Digest); err != nil {
		return u, errs.Wrap(op, err)
	}
	u.ExpiresAt = s.Now().AddDate(0, 0, Days)
	err = s.read(ctx, &u, k, Arriving, "taken in", o.Actor)
	if errs.KindOf(err) == errs.Invalid && err != nil { // a person says what the columns hold
		u.State = Waiting
		err = s.change(ctx, Change{Upload: u, From: Arriving, Step: "taken in", Actor: o.Actor, Sketch: k.encode()})
	}
	kept = err == nil
	return u, errs.Wrap(op, err)
}

// open checks what is said of a file before the first of its octets is read.
func (s *Service) open(ctx context.Context, o Offer) (u Upload, err error) {
	const op = "uploads: open"
	if err := checkReading(o.Reading); err != nil {
		return u, err
	}
	if u.Encoding, err = csvfile.ParseEncoding(o.Encoding); err != nil {
		return u, err
	}
	list, err := s.Store.ListBySlug(ctx, o.List)
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return u, errs.E(op, errs.Invalid, "There is no such list. Say by its short name into which list the file goes.", err)
	}
	if err != nil {
		return u, err
	}
	if _, err := subscriptions.OpenIntake(ctx, s.Store, list.ID, s.Now()); err != nil { // a list that takes nobody in
		return u, err
	}
	u.ListID, u.FileName, u.Format, u.Actor, u.State = list.ID, plainName(o.FileName), o.Format, o.Actor, Arriving
	u.CreatedAt, u.ExpiresAt = s.Now(), s.Now().AddDate(0, 0, Days)
	return u, nil
}

func checkReading(r Reading) error {
	if r.Format != "" && !slices.Contains(Formats, r.Format) {
		return errs.E("uploads: format", errs.Invalid, "The format must be csv, jsonl, listmonk or mailchimp. Leave it out to have it found out.", nil)
	}
	if !slices.Contains(importing.DateOrders, r.Dates) {
		_, err := importing.ParseDateOrder(string(r.Dates))
		return errs.Wrap("uploads: dates", err)
	}
	if len(r.Map) > maxColumns || len(r.Ignore) > maxColumns {
		return errs.E("uploads: mapping", errs.Invalid, "That says more about columns than a file may have.", nil)
	}
	return nil
}

const maxFileName = 120 // characters

// plainName makes a name for the record of what a browser says that a file is called.
func plainName(name string) string {
	name = filepath.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	if runes := []rune(name); len(runes) > maxFileName {
		name = string(runes[:maxFileName])
	}
	if name == "" || name == "." || name == "/" {
		return "upload"
	}
	return name
}

func (k sketch) encode() []byte {
	b, err := json.Marshal(k)
	if err != nil { // strings always marshal
		return nil
	}
	return b
}

// read has a file checked as it is understood now. Kind Invalid when it cannot be understood so.
func (s *Service) read(ctx context.Context, u *Upload, k sketch, from State, step, actor string) error {
	in, err := subscriptions.OpenIntake(ctx, s.Store, u.ListID, s.Now())
	if err != nil {
		return err
	}
	if _, err := importing.ParseHeader(k.Header, in, u.mapping(k)); err != nil {
		return err
	}
	u.State, u.Line, u.Round, u.Would, u.Trouble = Checking, 0, u.Round+1, importing.Counts{}, ""
	task, err := queue.New(taskName("check", *u), Check{UploadID: u.ID, Round: u.Round}, s.Now())
	if err != nil {
		return err
	}
	return s.change(ctx, Change{Upload: *u, From: from, Step: step, Actor: actor, Sketch: k.encode(), ForgetRejects: true}, task)
}

func taskName(what string, u Upload) string {
	return "upload:" + strconv.FormatInt(u.ID, 10) + ":" + what + ":" + strconv.FormatInt(u.Round, 10)
}

func (s *Service) change(ctx context.Context, ch Change, tasks ...queue.Task) error {
	err := s.Store.ChangeUpload(ctx, ch, tasks...)
	if err == nil && len(tasks) > 0 && s.Kick != nil {
		s.Kick()
	}
	return err
}
