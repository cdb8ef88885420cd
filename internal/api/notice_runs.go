package api

import (
	"context"
	"net/http"
	"time"

	"assent/internal/auth"
	"assent/internal/errs"
	"assent/subscriptions"
)

// noticeRun is how far the telling of a notice has come.
type noticeRun struct {
	ID         int64      `json:"id" example:"1"`
	NoticeID   int64      `json:"notice_id" example:"2"`
	State      string     `json:"state" doc:"opening while letters are written, waiting for what becomes of them, then finished." example:"waiting"`
	GraceHours float64    `json:"grace_hours" doc:"How long a bounce may take before a letter that the relay took counts as delivered." example:"24"`
	Waiting    int64      `json:"waiting" doc:"People whose letter has no end yet." example:"20"`
	Told       int64      `json:"told" doc:"The relay took the letter and no bounce came: the ledger has it." example:"480"`
	Bounced    int64      `json:"bounced" example:"3"`
	Failed     int64      `json:"failed" doc:"The relay refused the letter." example:"1"`
	Refused    int64      `json:"refused" doc:"They left before the letter was sent." example:"2"`
	Uncertain  int64      `json:"uncertain" doc:"The letter may have gone out, which proves nothing." example:"0"`
	StartedBy  string     `json:"started_by" example:"user:1"`
	StartedAt  time.Time  `json:"started_at"`
	FinishedAt *time.Time `json:"finished_at,omitempty"`
	PausedAt   *time.Time `json:"paused_at,omitempty" doc:"Set while the run is paused: no letter of it starts."`
	PausedBy   string     `json:"paused_by,omitempty" example:"user:1"`
}

type newNoticeRun struct {
	GraceHours float64 `json:"grace_hours,omitempty" minimum:"0" maximum:"168" doc:"How long a bounce may take; 0 takes the relay's answer for delivery." example:"24"`
}

// NoticeRuns reads how far the telling of notices has come. The store is one.
type NoticeRuns interface {
	// NoticeRunsOf returns a programme's runs, newest first.
	NoticeRunsOf(ctx context.Context, programmeID int64) ([]subscriptions.NoticeRun, error)
	// TellingCounts counts the people of a notice's run by what became of telling them.
	TellingCounts(ctx context.Context, noticeID int64) (map[subscriptions.TellingState]int64, error)
}

func (a *api) noticeRunRoutes() {
	add(a, operation{
		id: "start-notice-run", method: http.MethodPost, path: base + "/notices/{id}/run", tag: "Declarations", scope: auth.CampaignsSend, status: http.StatusCreated,
		summary: "Tell everybody of a notice", about: "Writes to each member of the programme, once, what is new. Whoever got the letter may be mailed for the purposes that it tells of. Only the notice in force can be told of, and only once.",
	}, a.startNoticeRun)
	add(a, operation{
		id: "get-notice-run", method: http.MethodGet, path: base + "/notices/{id}/run", tag: "Declarations", scope: auth.ListsRead,
		summary: "See how far a notice has been told",
	}, a.getNoticeRun)
	add(a, operation{
		id: "pause-notice-run", method: http.MethodPost, path: base + "/notices/{id}/run/pause", tag: "Declarations", scope: auth.CampaignsSend,
		summary: "Pause telling people of a notice", about: "No letter starts from then on. Whoever was not told stays blocked for what is new.",
	}, func(ctx context.Context, in *InID) (*reply[noticeRun], error) {
		run, err := a.Notices.Pause(ctx, in.ID, actor(ctx).String())
		return a.changedNoticeRun(ctx, run, err)
	})
	add(a, operation{
		id: "resume-notice-run", method: http.MethodPost, path: base + "/notices/{id}/run/resume", tag: "Declarations", scope: auth.CampaignsSend,
		summary: "Go on telling people of a notice", about: "From where it was paused; nobody is written to twice. A version that is not in force any more is not told of.",
	}, func(ctx context.Context, in *InID) (*reply[noticeRun], error) {
		run, err := a.Notices.Resume(ctx, in.ID, actor(ctx).String())
		return a.changedNoticeRun(ctx, run, err)
	})
}

func (a *api) changedNoticeRun(ctx context.Context, run subscriptions.NoticeRun, err error) (*reply[noticeRun], error) {
	if err != nil {
		return nil, err
	}
	return a.showNoticeRun(ctx, run)
}

func (a *api) startNoticeRun(ctx context.Context, in *struct {
	InID
	Body newNoticeRun
}) (*reply[noticeRun], error) {
	run, err := a.Notices.Start(ctx, in.ID, time.Duration(in.Body.GraceHours*float64(time.Hour)), actor(ctx).String())
	if err != nil {
		return nil, err
	}
	return a.showNoticeRun(ctx, run)
}

func (a *api) getNoticeRun(ctx context.Context, in *InID) (*reply[noticeRun], error) {
	n, err := a.People.Store.Notice(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	runs, err := a.Reads.NoticeRunsOf(ctx, n.ProgrammeID)
	if err != nil {
		return nil, err
	}
	for _, run := range runs {
		if run.NoticeID == n.ID {
			return a.showNoticeRun(ctx, run)
		}
	}
	return nil, errs.E("api: get notice run", errs.NotFound, "Nobody has been told of this version by a run.", nil)
}

func (a *api) showNoticeRun(ctx context.Context, run subscriptions.NoticeRun) (*reply[noticeRun], error) {
	n, err := a.Reads.TellingCounts(ctx, run.NoticeID)
	if err != nil {
		return nil, err
	}
	return &reply[noticeRun]{Body: noticeRun{
		ID: run.ID, NoticeID: run.NoticeID, State: string(run.State), GraceHours: run.Grace.Hours(),
		Waiting: n[subscriptions.TellingWaiting], Told: n[subscriptions.TellingTold], Bounced: n[subscriptions.TellingBounced], Failed: n[subscriptions.TellingFailed],
		Refused: n[subscriptions.TellingRefused], Uncertain: n[subscriptions.TellingUncertain],
		StartedBy: run.StartedBy, StartedAt: utc(run.StartedAt), FinishedAt: moment(run.FinishedAt), PausedAt: moment(run.PausedAt), PausedBy: run.PausedBy,
	}}, nil
}
