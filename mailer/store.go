package mailer

import (
	"context"
	"errors"
	"time"

	"assent/queue"
	"assent/subscriptions"
	"assent/subscriptions/segment"
)

// ErrLeaseLost says that a chunk is no longer this worker's: another has claimed it meanwhile.
var ErrLeaseLost = errors.New("mailer: another worker has this chunk")

// ErrNotRunning says that a campaign is paused, cancelled or finished.
var ErrNotRunning = errors.New("mailer: the campaign is not running")

// Store keeps campaigns and what became of each message. All errors but the two above are of the kinds of package errs.
type Store interface {
	CreateCampaign(ctx context.Context, c *Campaign) error
	// Campaign returns one campaign; kind NotFound.
	Campaign(ctx context.Context, id int64) (Campaign, error)
	// Campaigns returns up to limit campaigns with an id below before (0: from the newest), descending.
	Campaigns(ctx context.Context, before int64, limit int) ([]Campaign, error)
	// ChangeCampaign applies a change to the campaign as it stands, alone, and writes the tasks that become true with it.
	// With requeue, every open chunk gets a task for the campaign's new round.
	ChangeCampaign(ctx context.Context, id int64, requeue bool, change func(Campaign) (Campaign, []queue.Task, error)) (Campaign, error)

	// PlanPage plans the next page of the audience: it writes chunks with their tasks, and counts whoever is left out. When more is
	// false the whole audience is planned. ErrNotRunning when the campaign is paused or cancelled.
	PlanPage(ctx context.Context, id int64, a segment.Audience, now time.Time) (more bool, err error)
	// Counts returns a campaign in numbers, and whom planning left out, by reason.
	Counts(ctx context.Context, id int64) (Counts, map[subscriptions.Reason]int64, error)

	// Claim takes a chunk until a moment, for one claimant. Whoever an earlier claimant may have mailed becomes uncertain. It returns the chunk
	// with the people still to be sent to. queue.ErrBusy while somebody else holds it; ErrNotRunning; done when nothing is left to do.
	Claim(ctx context.Context, chunkID int64, claimant string, now, until time.Time) (c Chunk, done bool, err error)
	// Intend writes a window's intent and prolongs the claim. ErrLeaseLost or ErrNotRunning: then nothing may be sent.
	Intend(ctx context.Context, in *Intent, claimant string, until time.Time) error
	// CloseWindow records how a window ended and takes its intent away.
	CloseWindow(ctx context.Context, campaignID int64, w Window) error
	// Release gives a chunk back before it is done.
	Release(ctx context.Context, chunkID int64, claimant string) error
	// FinishChunk closes a chunk whose people are all settled. Whoever was put off goes into a new chunk that runs at retryAt, or, with a zero
	// retryAt, fails for good. When it was the last of a planned campaign, the campaign is finished.
	FinishChunk(ctx context.Context, c Chunk, claimant string, now, retryAt time.Time) error

	// Delivery returns one delivery; kind NotFound.
	Delivery(ctx context.Context, campaignID, subscriberID int64) (Delivery, error)
	// Deliveries returns up to limit deliveries of a campaign, by subscriber, above after.
	Deliveries(ctx context.Context, campaignID, after int64, limit int) ([]Delivery, error)
	// DeliveriesTo returns what was sent to people, ascending by subscriber and campaign.
	DeliveriesTo(ctx context.Context, subscribers []int64) ([]Delivery, error)
	// StrayDelivery returns the first delivery of a campaign, or to a subscriber, that there is not; zeros for none.
	StrayDelivery(ctx context.Context) (campaignID, subscriberID int64, err error)
	// Reported records what a delivery report said of a delivery; kind NotFound when there is none yet.
	Reported(ctx context.Context, campaignID, subscriberID int64, action, status string) error

	// OpenLetter keeps a letter with the task that sends it; one with that key already stands as it is.
	OpenLetter(ctx context.Context, l *Letter, now time.Time) error
	// StartLetter marks a waiting letter as started and returns it; ok is false when it had been started before.
	StartLetter(ctx context.Context, id int64, now time.Time) (l Letter, ok bool, err error)
	// FinishLetter records how a letter ended. Waiting again is allowed when it did not leave.
	FinishLetter(ctx context.Context, l Letter) error
	// LettersTo returns up to limit letters to a subscriber, newest first.
	LettersTo(ctx context.Context, subscriberID int64, limit int) ([]Letter, error)
}
