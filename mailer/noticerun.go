package mailer

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"assent/internal/audit"
	"assent/internal/errs"
	"assent/queue"
	"assent/subscriptions"
	"assent/templates"
)

// NoticeRuns keeps notice runs. All errors are of the kinds of package errs.
type NoticeRuns interface {
	subscriptions.TellingStore
	// StartNoticeRun sets ID and writes the task that opens letters; kind Conflict when the notice has a run.
	StartNoticeRun(ctx context.Context, run *subscriptions.NoticeRun, task func(subscriptions.NoticeRun) (queue.Task, error)) error
	// NoticeRun returns one run; kind NotFound.
	NoticeRun(ctx context.Context, id int64) (subscriptions.NoticeRun, error)
	// ChangeNoticeRun changes the run of a notice and writes the tasks that follow, in one transaction, with a note of who did what; kind NotFound.
	ChangeNoticeRun(ctx context.Context, noticeID int64, note audit.Note, change func(subscriptions.NoticeRun) (subscriptions.NoticeRun, []queue.Task, error)) (subscriptions.NoticeRun, error)
	// RetellTellings hands the letters of a run that did not start, of the next limit people above after, to the queue again, and writes the task that next
	// returns, in one transaction. They are tried for as long as new letters. A paused run changes nothing.
	RetellTellings(ctx context.Context, run subscriptions.NoticeRun, after int64, limit int, letter func(id int64) (queue.Task, error), next func(after int64) (queue.Task, error)) error
	// OpenTellings opens letters to the next members of the run's programme, up to limit of them, moves the run's mark and writes the task that next
	// returns, all in one transaction. A mark that is not run's any more changes nothing: another worker was there.
	OpenTellings(ctx context.Context, run subscriptions.NoticeRun, limit int, letter func(subscriptions.Subscriber) (Letter, error),
		next func(run subscriptions.NoticeRun, opened int) (subscriptions.NoticeRun, queue.Task, error)) error
	// DueTellings returns waiting tellings of a notice above a subscriber whose letters have an end by now, with what it means, and how many others still wait.
	DueTellings(ctx context.Context, noticeID, after int64, settledBefore time.Time, limit int) ([]subscriptions.Telling, error)
	// WaitingTellings counts the tellings of a notice that have no end.
	WaitingTellings(ctx context.Context, noticeID int64) (int64, error)
	// EndNoticeRun marks a run as finished, or enqueues the task that looks again.
	EndNoticeRun(ctx context.Context, id int64, finishedAt time.Time, again *queue.Task) error
}

// OpenNotices is the task of opening the next letters of a notice run.
type OpenNotices struct {
	RunID int64 `json:"run"`
	UpTo  int64 `json:"up_to"` // the mark from which it goes on
}

// TaskKind names the task.
func (OpenNotices) TaskKind() string { return "notice.open" }

// SettleNotices is the task of settling what became of the letters of a notice run.
type SettleNotices struct {
	RunID int64 `json:"run"`
	Look  int   `json:"look"` // from 1
}

// TaskKind names the task.
func (SettleNotices) TaskKind() string { return "notice.settle" }

const (
	tellingsAtOnce = 200              // letters opened, or events appended, in one transaction
	lookAgain      = 30 * time.Second // between two looks at a run that waits
	lookPaused     = 10 * time.Minute // and at one that is paused: bounces still come
)

// NoticeTeller carries out notice runs. All of it is safe to run in several processes at once, and to repeat.
type NoticeTeller struct {
	Runs   NoticeRuns
	People *subscriptions.Service
	Now    func() time.Time
	Kick   func() // wakes the relay after a commit that enqueued tasks; may be nil
}

// Start begins to tell every member of a programme of the notice in force. A bounce may come until grace has passed since
// the relay took a letter. Kind Conflict when the notice has its run already, Refused for an old version.
func (t *NoticeTeller) Start(ctx context.Context, noticeID int64, grace time.Duration, actor string) (subscriptions.NoticeRun, error) {
	const op = "mailer: start notice run"
	if grace < 0 || grace > subscriptions.MaxGrace {
		return subscriptions.NoticeRun{}, errs.E(op, errs.Invalid, "The time for bounces must be between nothing and 7 days.", nil)
	}
	if err := t.inForce(ctx, noticeID); err != nil {
		return subscriptions.NoticeRun{}, errs.Wrap(op, err)
	}
	n, err := t.People.Store.Notice(ctx, noticeID)
	if err != nil {
		return subscriptions.NoticeRun{}, errs.Wrap(op, err)
	}
	run := subscriptions.NoticeRun{
		ProgrammeID: n.ProgrammeID, NoticeID: n.ID, State: subscriptions.RunOpening, Grace: grace, StartedBy: actor, StartedAt: t.Now(),
	}
	err = t.Runs.StartNoticeRun(ctx, &run, func(run subscriptions.NoticeRun) (queue.Task, error) { return openTask(run, t.Now()) })
	if errs.KindOf(err) == errs.Conflict {
		err = errs.E(op, errs.Conflict, "People are being told of this version already, or have been.", err)
	}
	return run, t.done(op, err)
}

// HandleOpen opens the next letters of a run, and sees to it that it goes on.
func (t *NoticeTeller) HandleOpen(ctx context.Context, o OpenNotices) error {
	const op = "mailer: open notices"
	run, err := t.Runs.NoticeRun(ctx, o.RunID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if run.State != subscriptions.RunOpening || run.OpenedUpTo != o.UpTo || !run.PausedAt.IsZero() {
		return nil // done by a task that came before
	}
	err = t.Runs.OpenTellings(ctx, run, tellingsAtOnce, func(p subscriptions.Subscriber) (Letter, error) { return t.letter(run, p) },
		func(run subscriptions.NoticeRun, opened int) (subscriptions.NoticeRun, queue.Task, error) {
			if opened > 0 {
				task, err := openTask(run, t.Now())
				return run, task, err
			}
			run.State = subscriptions.RunWaiting
			task, err := settleTask(run.ID, 1, t.Now())
			return run, task, err
		})
	return t.done(op, err)
}

func (t *NoticeTeller) letter(run subscriptions.NoticeRun, p subscriptions.Subscriber) (Letter, error) {
	data, err := json.Marshal(About{NoticeID: run.NoticeID})
	return Letter{
		Key: fmt.Sprintf("notice:%d:%d", run.NoticeID, p.ID), Kind: NoticeLetter, ProgrammeID: run.ProgrammeID, SubscriberID: p.ID,
		To: p.Address.String(), Language: languageOf(p), Data: data, State: LetterWaiting, CreatedAt: t.Now(),
	}, err
}

// HandleSettle looks at what became of the letters of a run, and looks again until each has an end.
func (t *NoticeTeller) HandleSettle(ctx context.Context, s SettleNotices) error {
	const op = "mailer: settle notices"
	run, err := t.Runs.NoticeRun(ctx, s.RunID)
	if err != nil || run.State != subscriptions.RunWaiting {
		return errs.Wrap(op, err)
	}
	for after := int64(0); ; {
		page, err := t.Runs.DueTellings(ctx, run.NoticeID, after, t.Now().Add(-run.Grace), tellingsAtOnce)
		if err != nil {
			return errs.Wrap(op, err)
		}
		if len(page) == 0 {
			break
		}
		after = page[len(page)-1].SubscriberID
		if err := t.People.Inform(ctx, t.Runs, run, page); err != nil {
			return errs.Wrap(op, err)
		}
	}
	waiting, err := t.Runs.WaitingTellings(ctx, run.NoticeID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if waiting == 0 {
		return errs.Wrap(op, t.Runs.EndNoticeRun(ctx, run.ID, t.Now(), nil))
	}
	wait := lookAgain
	if !run.PausedAt.IsZero() {
		wait = lookPaused
	}
	again, err := settleTask(run.ID, s.Look+1, t.Now().Add(wait))
	if err == nil {
		err = t.Runs.EndNoticeRun(ctx, run.ID, time.Time{}, &again)
	}
	return t.done(op, err)
}

func (t *NoticeTeller) done(op string, err error) error {
	if err == nil && t.Kick != nil {
		t.Kick()
	}
	return errs.Wrap(op, err)
}

// openTask is named after the round too: the task of a run that was paused may be done, without having done anything.
func openTask(run subscriptions.NoticeRun, at time.Time) (queue.Task, error) {
	return queue.New(fmt.Sprintf("notices:%d:%d:%d", run.ID, run.Round, run.OpenedUpTo), OpenNotices{RunID: run.ID, UpTo: run.OpenedUpTo}, at)
}

func settleTask(runID int64, look int, at time.Time) (queue.Task, error) {
	return queue.New(fmt.Sprintf("notices:%d:settle:%d", runID, look), SettleNotices{RunID: runID, Look: look}, at)
}

// notice makes what the letter of a notice run needs, once the gate has permitted it.
func (s *Service) notice(ctx context.Context, l Letter, about About, h Letterhead) (subscriptions.Permit, any, error) {
	person, err := s.People.Subscriber(ctx, l.SubscriberID)
	if err != nil {
		return subscriptions.Permit{}, nil, err
	}
	permit, err := s.Gate.AdmitNotice(ctx, person, l.ProgrammeID)
	if err != nil {
		return permit, nil, err
	}
	all, err := s.People.Notices(ctx, l.ProgrammeID)
	if err != nil {
		return permit, nil, err
	}
	before := subscriptions.Notice{}
	for i, n := range all {
		if n.ID == about.NoticeID {
			h.Notice = n
			if i > 0 {
				before = all[i-1]
			}
		}
	}
	if h.Notice.ID == 0 {
		return permit, nil, errs.E("mailer: notice", errs.Invalid, "There is no such notice.", nil)
	}
	return permit, noticeMail(s.Composer.Sender(h), h, before, l.Language), nil
}

func noticeMail(sender templates.Sender, h Letterhead, before subscriptions.Notice, language string) templates.NoticeMail {
	d := subscriptions.Changes(before, h.Notice)
	return templates.NoticeMail{
		Sender: sender, Programme: h.Programme.Name, From: h.Notice.PublishedAt,
		NewPurposes: subscriptions.NewPurposes(before, h.Notice, language), OtherPurposes: append(d.ChangedPurposes, d.EndedPurposes...),
		NewRecipients: append(d.NewRecipients, d.ChangedRecipients...), NewRetention: d.NewRetention, NewData: d.NewCategories,
	}
}
