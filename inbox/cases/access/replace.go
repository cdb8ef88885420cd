package access

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"

	"assent/internal/errs"
)

// isCopy refuses what cannot stand in the place of an item's file: what is no file of the case, or the original itself.
func (s *Service) isCopy(ctx context.Context, caseID, fileID int64, original *File) error {
	_, body, err := s.Cases.Store.CaseFile(ctx, caseID, fileID)
	if err != nil {
		return err
	}
	defer body.Close()
	return s.differs(ctx, body, *original)
}

// differs refuses a copy that is the original, byte for byte.
func (s *Service) differs(ctx context.Context, copied io.Reader, original File) error {
	theirs, err := s.content(ctx, original)
	if err != nil {
		return err
	}
	defer theirs.Close()
	a, err := digestOf(copied)
	if err != nil {
		return err
	}
	b, err := digestOf(theirs)
	if err == nil && a == b {
		err = invalid("This copy is the original, byte for byte. Nothing was removed from it.")
	}
	return err
}

func digestOf(r io.Reader) (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return "", errs.E("access: digest of file", errs.Unavailable, "", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Replace puts a copy, from which staff removed something elsewhere, into the case and in the place of an item's file: by whom and why stands with the item. Kinds of error: as for Review.
func (s *Service) Replace(ctx context.Context, caseID, itemID int64, actor, name string, copied io.ReadSeeker, r Review) error {
	const op = "access: replace"
	k, item, err := s.item(ctx, caseID, itemID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	r.Verdict, r.Copy.ID = Replaced, -1
	if err := item.check(r); err != nil { // before anything is kept
		return errs.Wrap(op, err)
	}
	if err := s.differs(ctx, copied, *item.Content.File); err != nil {
		return errs.Wrap(op, err)
	}
	if _, err := copied.Seek(0, io.SeekStart); err != nil {
		return errs.E(op, errs.Invalid, "The copy could not be read. Send it again.", err)
	}
	f, err := s.Cases.AddFile(ctx, k.ID, actor, name, copied)
	if err != nil {
		return errs.Wrap(op, err)
	}
	r.Copy.ID = f.ID
	return errs.Wrap(op, s.Review(ctx, k.ID, itemID, actor, r))
}
