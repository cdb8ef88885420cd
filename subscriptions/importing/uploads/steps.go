package uploads

import (
	"context"

	"assent/internal/errs"
	"assent/queue"
)

// Read has a file understood in another way, and checked anew. Kinds NotFound, Invalid (nothing was changed), Conflict.
func (s *Service) Read(ctx context.Context, id int64, r Reading, actor string) (Upload, error) {
	const op = "uploads: read"
	if err := checkReading(r); err != nil {
		return Upload{}, err
	}
	u, err := s.Store.Upload(ctx, id)
	if err != nil {
		return u, errs.Wrap(op, err)
	}
	from := u.State
	if from != Waiting && from != Checking && from != Checked {
		return u, u.tooLate()
	}
	k, err := s.sketchOf(ctx, id)
	if err != nil {
		return u, errs.Wrap(op, err)
	}
	k.Map, k.Ignore, k.Dates = r.Map, r.Ignore, r.Dates
	switch was := u.Format; {
	case r.Format == "":
	case (was == JSONLines) != (r.Format == JSONLines):
		return u, errs.E(op, errs.Invalid, "The file is no such format: it is "+was+". Hand it over again, and say its format.", nil)
	default:
		u.Format = r.Format
	}
	err = s.read(ctx, &u, k, from, "read in another way", actor)
	return u, errs.Wrap(op, err)
}

// Start has a file imported that was checked. Kinds NotFound, Conflict.
func (s *Service) Start(ctx context.Context, id int64, actor string) (Upload, error) {
	const op = "uploads: start"
	u, err := s.Store.Upload(ctx, id)
	if err != nil {
		return u, errs.Wrap(op, err)
	}
	switch u.State {
	case Checked:
	case Waiting:
		return u, errs.E(op, errs.Conflict, "Say first what its columns hold.", nil)
	case Checking:
		return u, errs.E(op, errs.Conflict, "It is still being looked through. Start it when you have seen what would become of its rows.", nil)
	default:
		return u, u.tooLate()
	}
	now := s.Now()
	u.State, u.StartedBy, u.StartedAt, u.Round, u.Line, u.ExpiresAt = Importing, actor, now, u.Round+1, 0, now.AddDate(0, 0, Days)
	task, err := queue.New(taskName("import", u), Bring{UploadID: id, Round: u.Round}, now)
	if err == nil {
		err = s.change(ctx, Change{Upload: u, From: Checked, Step: "started", Actor: actor, ForgetRejects: true}, task)
	}
	return u, errs.Wrap(op, err)
}

// Cancel destroys a file that nobody wants imported, or stops its import, within a batch; what that has done is kept, and can be taken back. Once it has ended, nothing
// changes. Kinds NotFound, Conflict.
func (s *Service) Cancel(ctx context.Context, id int64, actor string) (Upload, error) {
	const op = "uploads: cancel"
	u, err := s.Store.Upload(ctx, id)
	if err != nil {
		return u, errs.Wrap(op, err)
	}
	from, now := u.State, s.Now()
	switch from {
	case Waiting, Checking, Checked:
		u.State, u.EndedAt, u.GoneAt, u.GoneWhy = Gone, now, now, Cancelled
	case Importing:
		u.State, u.EndedAt = Stopped, now
	case Arriving:
		return u, errs.E(op, errs.Conflict, "The file is still coming in. Break that off, and nothing of it is kept.", nil)
	default:
		return u, nil
	}
	err = s.change(ctx, Change{Upload: u, From: from, Step: "cancelled", Actor: actor, ForgetRejects: u.State == Gone})
	return u, errs.Wrap(op, err)
}

// tooLate says why an upload cannot be started or read any more.
func (u Upload) tooLate() error {
	says := "It is over with this file."
	switch u.State {
	case Importing:
		says = "The file is being imported."
	case Done:
		says = "The file was imported."
	case Gone:
		says = "The file was destroyed. " + u.GoneWhy + " Hand it over again."
	case Stopped, Failed:
		says = "The import of this file ended before its time, and the file was destroyed. Hand it over again, and it goes on where it stopped."
	case Arriving:
		says = "The file is still coming in."
	}
	return errs.E("uploads: too late", errs.Conflict, says, nil)
}

// Sweep destroys what is left of files whose time is over, or that never arrived, and returns how many.
func (s *Service) Sweep(ctx context.Context) (int64, error) {
	n, err := s.Store.DropUploads(ctx, s.Now(), TimeOver)
	return n, errs.Wrap("uploads: sweep", err)
}
