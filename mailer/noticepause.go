package mailer

import (
	"context"
	"fmt"
	"time"

	"assent/internal/audit"
	"assent/internal/errs"
	"assent/queue"
	"assent/subscriptions"
)

// RetellNotices is the task of handing the letters of a resumed notice run that did not start to the queue again.
type RetellNotices struct {
	RunID int64 `json:"run"`
	Round int64 `json:"round"`
	After int64 `json:"after"` // a subscriber
}

// TaskKind names the task.
func (RetellNotices) TaskKind() string { return "notice.retell" }

// Pause stops the run of a notice: from its return no letter starts. Letters that are being handed over end, and what became of letters that went out
// still counts. Kinds NotFound, Conflict.
func (t *NoticeTeller) Pause(ctx context.Context, noticeID int64, actor string) (subscriptions.NoticeRun, error) {
	run, err := t.Runs.ChangeNoticeRun(ctx, noticeID, audit.Note{Actor: actor, Action: audit.PauseNoticeRun, Object: audit.About("notice", noticeID)},
		func(run subscriptions.NoticeRun) (subscriptions.NoticeRun, []queue.Task, error) {
			run, err := run.Pause(actor, t.Now())
			return run, nil, err
		})
	return run, errs.Wrap("mailer: pause notice run", err)
}

// Resume lets a paused run go on from where it stopped; nobody is written to twice, for a letter starts once. Kinds NotFound, Conflict; Refused when a newer
// version of the notice is in force, of which people must be told instead.
func (t *NoticeTeller) Resume(ctx context.Context, noticeID int64, actor string) (subscriptions.NoticeRun, error) {
	const op = "mailer: resume notice run"
	if err := t.inForce(ctx, noticeID); err != nil {
		return subscriptions.NoticeRun{}, errs.Wrap(op, err)
	}
	run, err := t.Runs.ChangeNoticeRun(ctx, noticeID, audit.Note{Actor: actor, Action: audit.ResumeNoticeRun, Object: audit.About("notice", noticeID)},
		func(run subscriptions.NoticeRun) (subscriptions.NoticeRun, []queue.Task, error) {
			run, err := run.Resume()
			if err != nil {
				return run, nil, err
			}
			retell, err := retellTask(run, 0, t.Now())
			if err != nil || run.State != subscriptions.RunOpening {
				return run, []queue.Task{retell}, err
			}
			open, err := openTask(run, t.Now())
			return run, []queue.Task{retell, open}, err
		})
	return run, t.done(op, err)
}

// inForce refuses a notice that a newer version took the place of.
func (t *NoticeTeller) inForce(ctx context.Context, noticeID int64) error {
	n, err := t.People.Store.Notice(ctx, noticeID)
	if err != nil {
		return err
	}
	all, err := t.People.Store.Notices(ctx, n.ProgrammeID)
	if err != nil {
		return err
	}
	if last := all[len(all)-1]; last.ID != noticeID {
		return errs.E("mailer: notice in force", errs.Refused, fmt.Sprintf("Version %d is not in force any more; tell people of version %d.", n.Version, last.Version), nil)
	}
	return nil
}

// HandleRetell hands the next letters that did not start to the queue again.
func (t *NoticeTeller) HandleRetell(ctx context.Context, r RetellNotices) error {
	const op = "mailer: retell notices"
	run, err := t.Runs.NoticeRun(ctx, r.RunID)
	if err != nil || run.Round != r.Round || !run.PausedAt.IsZero() {
		return errs.Wrap(op, err) // paused again: what resumes it begins anew
	}
	err = t.Runs.RetellTellings(ctx, run, r.After, tellingsAtOnce, func(id int64) (queue.Task, error) {
		return queue.New(fmt.Sprintf("letter:%d:%d", id, run.Round), SendBulkLetter{LetterID: id}, t.Now())
	}, func(after int64) (queue.Task, error) { return retellTask(run, after, t.Now()) })
	return t.done(op, err)
}

func retellTask(run subscriptions.NoticeRun, after int64, at time.Time) (queue.Task, error) {
	return queue.New(fmt.Sprintf("notices:%d:%d:retell:%d", run.ID, run.Round, after), RetellNotices{RunID: run.ID, Round: run.Round, After: after}, at)
}
