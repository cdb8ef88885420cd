package uploads

import (
	"context"
	"errors"
	"fmt"
	"time"

	"assent/internal/csvfile"
	"assent/internal/errs"
	"assent/queue"
	"assent/subscriptions/importing"
)

// lease is for how long one worker has an upload in hand after its last sign of life.
const lease = 2 * time.Minute

// HandleCheck finds out what would become of the rows of a file, and changes nothing else. One that broke off begins anew.
func (s *Service) HandleCheck(ctx context.Context, t Check) error {
	return errs.Wrap("uploads: check", s.work(ctx, t.UploadID, Checking, t.Round))
}

// HandleBring imports a file. One that broke off goes on behind the last batch that is kept.
func (s *Service) HandleBring(ctx context.Context, t Bring) error {
	return errs.Wrap("uploads: import", s.work(ctx, t.UploadID, Importing, t.Round))
}

// work does what a state calls for, where no other worker does.
func (s *Service) work(ctx context.Context, id int64, state State, round int64) error {
	claimant := fmt.Sprintf("%s:upload:%d", s.Worker, s.claims.Add(1))
	now := s.Now()
	u, wanted, err := s.Store.ClaimUpload(ctx, id, state, round, claimant, now, now.Add(lease))
	if err != nil || !wanted {
		return err
	}
	report, err := s.run(ctx, u, claimant)
	if err == nil {
		err = s.end(ctx, u, claimant, report)
	}
	if err == nil {
		return nil
	}
	after := context.WithoutCancel(ctx)                               // the worker may be told to end
	defer func() { _ = s.Store.ReleaseUpload(after, id, claimant) }() // or the lease runs out
	at, readErr := s.Store.Upload(after, id)
	switch {
	case readErr != nil:
		return errors.Join(err, readErr)
	case at.State != state || at.Round != round: // cancelled, or somebody in it was erased
		return nil
	case errors.Is(err, ErrLost), errors.Is(err, importing.ErrAtWork): // one that was thought dead may keep another batch
		return fmt.Errorf("%w: %w", queue.ErrBusy, err)
	case ctx.Err() != nil:
		return err
	}
	return s.fail(after, u, claimant, report, err)
}

// run puts a file through the importer: as a dry run where it is to be checked.
func (s *Service) run(ctx context.Context, u Upload, claimant string) (importing.Report, error) {
	survey, err := csvfile.Examine(s.file(ctx, u), u.Encoding)
	if err == nil && survey.Digest != u.Digest {
		err = errs.E("uploads: run", errs.Internal, "", errors.New("the staged file is not the one that came in"))
	}
	if err != nil {
		return importing.Report{}, err
	}
	k, err := s.sketchOf(ctx, u.ID)
	if err != nil {
		return importing.Report{}, err
	}
	list, err := s.Store.List(ctx, u.ListID)
	if err != nil {
		return importing.Report{}, err
	}
	seen, err := s.Seen(survey.Lines)
	if err != nil {
		return importing.Report{}, err
	}
	defer seen.Close()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	h := &hand{ctx: ctx, s: s, u: u, claimant: claimant, stop: stop}
	job := importing.Job{
		List: list, FileName: u.FileName, Survey: survey, Rows: s.rows(ctx, u, survey, k), Columns: u.mapping(k), Actor: u.StartedBy, Seen: seen, Progress: h.beat,
		Rejects: &kept{id: u.ID},
	}
	var dry *told
	if u.State == Checking {
		dry = &told{ctx: ctx, store: s.Store, id: u.ID, claimant: claimant}
		job.DryRun, job.Actor, job.Rejects = true, u.Actor, dry
		job.Progress = func(line int64) { dry.keep(); h.beat(line) }
	}
	report, err := (&importing.Importer{Store: s.Store, Keys: s.Keys, Now: s.Now, Batch: s.Batch}).Run(ctx, job)
	if cause := context.Cause(ctx); err != nil && errors.Is(cause, ErrLost) {
		err = cause
	}
	if err == nil && dry != nil {
		dry.keep()
		err = dry.err
	}
	return report, err
}

// end writes that the work is done. What became of the file's rows stands in the import.
func (s *Service) end(ctx context.Context, u Upload, claimant string, r importing.Report) error {
	from := u.State
	u.Line = u.Lines
	if from == Checking {
		u.State, u.Would = Checked, r.Counts
		return s.change(ctx, Change{Upload: u, From: from, Claimant: claimant, Actor: u.Actor})
	}
	u.State, u.ImportID, u.EndedAt, u.ExpiresAt = Done, r.ID, s.Now(), s.Now().AddDate(0, 0, Days)
	return s.change(ctx, Change{Upload: u, From: from, Claimant: claimant, Step: "imported", Actor: u.StartedBy})
}

// fail ends work that would fail again, and has all else tried again.
func (s *Service) fail(ctx context.Context, u Upload, claimant string, r importing.Report, err error) error {
	from := u.State
	switch kind := errs.KindOf(err); {
	case kind == errs.Invalid && r.ID == 0: // what its columns hold was changed, or an attribute has ended: somebody must look
		u.State = Waiting
	case from == Importing && (kind == errs.Conflict || kind == errs.NotFound || kind == errs.Refused || kind == errs.Invalid):
		u.State, u.ImportID, u.Trouble, u.EndedAt = Failed, max(u.ImportID, r.ID), errs.Message(err), s.Now()
	case from == Checking && (kind == errs.Conflict || kind == errs.NotFound || kind == errs.Refused):
		now := s.Now()
		u.State, u.Trouble, u.EndedAt, u.GoneAt, u.GoneWhy = Failed, errs.Message(err), now, now, ""
	default:
		return err
	}
	return s.change(ctx, Change{Upload: u, From: from, Claimant: claimant, Step: "broken off", Actor: u.Actor, ForgetRejects: u.State == Waiting})
}

// hand keeps an upload in one worker's hand.
type hand struct {
	ctx      context.Context
	s        *Service
	u        Upload
	claimant string
	last     time.Time
	stop     context.CancelCauseFunc
}

// beat says how far the work has come, and ends it when it is not wanted any more.
func (h *hand) beat(line int64) {
	now := h.s.Now()
	if !h.last.IsZero() && now.Sub(h.last) < h.s.Beat {
		return
	}
	h.last, h.u.Line = now, line
	if err := h.s.Store.BeatUpload(h.ctx, h.u, h.claimant, now.Add(lease)); errors.Is(err, ErrLost) {
		h.stop(ErrLost)
	}
}
