package breach

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"assent/inbox/cases"
	"assent/internal/clock"
	"assent/internal/errs"
)

// Sort is what sort of paper a piece of evidence is.
type Sort string

const (
	FileItem    Sort = "file"    // what staff, or a form, put in
	MessageItem Sort = "message" // mail that came in
)

// Item is a piece of evidence, with the hash that it had when it was listed.
type Item struct {
	CaseID   int64
	Sort     Sort
	ItemID   int64  // of the file or the message
	Digest   string // SHA-256 of its bytes, in hex
	ListedAt time.Time
	Actor    string
}

func (i Item) key() string { return fmt.Sprintf("%s:%d", i.Sort, i.ItemID) }

// papers returns what of a case is evidence: its files, and the mail that came in, as it came.
func papers(ctx context.Context, store Reader, caseID int64) ([]Item, error) {
	files, err := store.CaseFiles(ctx, caseID)
	if err != nil {
		return nil, err
	}
	var out []Item
	for _, f := range files {
		out = append(out, Item{CaseID: caseID, Sort: FileItem, ItemID: f.ID, Digest: f.Digest})
	}
	messages, err := store.CaseMessages(ctx, caseID)
	for _, m := range messages {
		if m.Direction == cases.In && m.Digest != "" {
			out = append(out, Item{CaseID: caseID, Sort: MessageItem, ItemID: m.ID, Digest: m.Digest})
		}
	}
	return out, err
}

// Store keeps records and evidence.
type Store interface {
	Reader
	Case(ctx context.Context, id int64) (cases.Case, error)
	// SaveBreach keeps a new version of a record and gives it its number.
	SaveBreach(ctx context.Context, v *Version) error
	// ListEvidence keeps items that are not on the list yet.
	ListEvidence(ctx context.Context, items []Item) error
	// ReleaseEvidence ends the freeze of a case's evidence. Once done it changes nothing more.
	ReleaseEvidence(ctx context.Context, r Release) error
	// Released returns the release of a case's evidence; ok is false while it is frozen.
	Released(ctx context.Context, caseID int64) (r Release, ok bool, err error)
	// CaseFile returns a file with its body, to be closed.
	CaseFile(ctx context.Context, caseID, fileID int64) (cases.File, io.ReadCloser, error)
	// Raw returns the message of a digest as it came.
	Raw(ctx context.Context, digest string) io.ReadCloser
}

// Release ends the freeze of evidence.
type Release struct {
	CaseID     int64
	Actor      string
	Why        string
	ReleasedAt time.Time
}

// Casework records what was done on the timeline. *cases.Service does.
type Casework interface {
	DidOn(ctx context.Context, id int64, e cases.Event) (cases.Case, error)
}

// Service works on breaches.
type Service struct {
	Store Store
	Cases Casework
	UK    *clock.Reckoner // whose clocks and days they are
	Now   func() time.Time
}

// ours returns a case of a breach. Kinds of error: NotFound, Conflict for one of another kind.
func (s *Service) ours(ctx context.Context, id int64) (cases.Case, error) {
	c, err := s.Store.Case(ctx, id)
	if err == nil && c.Kind != cases.Breach {
		err = errs.E("breach: case", errs.Conflict, "This case is no breach. Take it as one first.", nil)
	}
	return c, err
}

// Save keeps a new version of the record, and notes on the timeline what was done by it: that the Commissioner or the people were told, or why not. A closed case is
// reopened first. Kinds of error: NotFound, Invalid, Conflict.
func (s *Service) Save(ctx context.Context, caseID int64, actor string, r Record) (Version, error) {
	const op = "breach: save"
	c, err := s.ours(ctx, caseID)
	if err != nil {
		return Version{}, errs.Wrap(op, err)
	}
	if !c.Open() {
		return Version{}, errs.E(op, errs.Conflict, "This case is closed. Reopen it first.", nil)
	}
	if err := r.Check(s.Now()); err != nil {
		return Version{}, errs.Wrap(op, err)
	}
	v := Version{CaseID: caseID, Record: r, Actor: actor, SavedAt: s.Now()}
	if err := s.Store.SaveBreach(ctx, &v); err != nil {
		return Version{}, errs.Wrap(op, err)
	}
	for _, e := range s.follows(c, v) {
		if _, err := s.Cases.DidOn(ctx, caseID, e); err != nil {
			return v, errs.Wrap(op, err)
		}
	}
	return v, nil
}

// follows are the events that a version of the record stands for.
func (s *Service) follows(c cases.Case, v Version) []cases.Event {
	r := v.Record
	done := func(code, what string) cases.Event {
		return cases.Event{Kind: cases.Done, Actor: v.Actor, What: what, Detail: cases.Detail{Code: code}}
	}
	out := []cases.Event{done(RecordWhole, fmt.Sprintf("Version %d of the record of the breach was kept.", v.Number))}
	switch told := c.Facts.DoneOn(cases.CommissionerTold); {
	case !told.IsZero() || !r.CommissionerSettled():
	case r.NotifiedAt.IsZero():
		out = append(out, done(cases.CommissionerTold, "It is on record why the Commissioner is not told."))
	default:
		e := done(cases.CommissionerTold, "The Commissioner was told at "+s.UK.UKTime(r.NotifiedAt).Format("15:04 on 2 January 2006")+".")
		e.On = s.UK.UKDate(r.NotifiedAt)
		out = append(out, e)
	}
	if told := c.Facts.DoneOn(PeopleTold); told.IsZero() && r.PeopleSettled() {
		what := "It is on record why the people are not told."
		if r.PeopleToldOn != "" {
			what = "The people whom it concerns were told."
		}
		out = append(out, done(PeopleTold, what))
	}
	return out
}

// List puts all papers of a case on the list of its evidence, each with its hash as it is read now. Kinds of error: NotFound, Conflict.
func (s *Service) List(ctx context.Context, caseID int64, actor string) ([]Item, error) {
	const op = "breach: list evidence"
	if _, err := s.ours(ctx, caseID); err != nil {
		return nil, errs.Wrap(op, err)
	}
	have, err := papers(ctx, s.Store, caseID)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	now, list := s.Now(), sha256.New()
	for i := range have {
		have[i].ListedAt, have[i].Actor = now, actor
		if have[i].Digest, err = s.read(ctx, have[i]); err != nil {
			return nil, errs.Wrap(op, err)
		}
		fmt.Fprintf(list, "%s %s\n", have[i].key(), have[i].Digest)
	}
	if err := s.Store.ListEvidence(ctx, have); err != nil {
		return nil, errs.Wrap(op, err)
	}
	what := fmt.Sprintf("Listed the evidence (items: %d). The hash of the list is %s.", len(have), hex.EncodeToString(list.Sum(nil)))
	_, err = s.Cases.DidOn(ctx, caseID, cases.Event{Kind: cases.Done, Actor: actor, What: what, Detail: cases.Detail{Code: EvidenceListed}})
	return have, errs.Wrap(op, err)
}

// read returns the hash of a piece of evidence as its bytes are now.
func (s *Service) read(ctx context.Context, i Item) (string, error) {
	var body io.ReadCloser
	if i.Sort == FileItem {
		var err error
		if _, body, err = s.Store.CaseFile(ctx, i.CaseID, i.ItemID); err != nil {
			return "", err
		}
	} else {
		body = s.Store.Raw(ctx, i.Digest)
	}
	defer body.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, body); err != nil {
		return "", errs.E("breach: read evidence", errs.Unavailable, "A piece of the evidence could not be read.", err)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// Finding is what looking at a piece of evidence again told.
type Finding struct {
	Item
	Whole bool // its bytes are those that were listed
}

// Verify reads every piece of evidence again and holds it to the hash that was listed. Kind of error: NotFound, Conflict.
func (s *Service) Verify(ctx context.Context, caseID int64) ([]Finding, error) {
	const op = "breach: verify evidence"
	if _, err := s.ours(ctx, caseID); err != nil {
		return nil, errs.Wrap(op, err)
	}
	listed, err := s.Store.Evidence(ctx, caseID)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	var out []Finding
	for _, i := range listed {
		digest, err := s.read(ctx, i)
		if err != nil && errs.KindOf(err) != errs.NotFound {
			return nil, errs.Wrap(op, err)
		}
		out = append(out, Finding{Item: i, Whole: digest == i.Digest})
	}
	return out, nil
}

// Release ends the freeze once the case is closed: from then on retention and erasure treat its papers like any other. It needs a reason. Kinds of error: NotFound,
// Invalid, Conflict.
func (s *Service) Release(ctx context.Context, caseID int64, actor, why string) error {
	const op = "breach: release evidence"
	c, err := s.ours(ctx, caseID)
	switch {
	case err != nil:
		return errs.Wrap(op, err)
	case c.Open():
		return errs.E(op, errs.Conflict, "The evidence of an open case stays frozen. Close the case first.", nil)
	case blank(why) || len(why) > maxText:
		return errs.E(op, errs.Invalid, "Say why the evidence is needed no more.", nil)
	}
	return errs.Wrap(op, s.Store.ReleaseEvidence(ctx, Release{CaseID: caseID, Actor: actor, Why: why, ReleasedAt: s.Now()}))
}
